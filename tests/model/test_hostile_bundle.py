"""Cards and weights that were damaged or made up: BundleError, before anything is built."""

import json
import resource

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from ecgviewer.model.architectures import ARCHITECTURES
from ecgviewer.model.bundle import BundleError, load_bundle, read_preprocessing, sha256
from ecgviewer.model.card_checks import CardError, check_arguments
from ecgviewer.signal.params import PAPER, ParameterError, Preprocessing
from tests.model.bundles import small_bundle


@pytest.fixture
def folder(tmp_path):
    return small_bundle(tmp_path / "small")


def forge(folder, edit):
    """Edit the ensemble's card, its hashes mended."""
    path = folder / "ensemble.json"
    whole = json.loads(path.read_text())
    for name in whole["member_cards_sha256"]:
        whole["member_cards_sha256"][name] = sha256((folder / name / "card.json").read_bytes())
    edit(whole)
    path.write_text(json.dumps(whole))


def forge_member(folder, edit, *, name="a"):
    path = folder / name / "card.json"
    card = json.loads(path.read_text())
    card["weights_sha256"] = sha256((folder / name / "weights.safetensors").read_bytes())
    edit(card)
    path.write_text(json.dumps(card))
    forge(folder, lambda _: None)


@pytest.mark.parametrize(
    ("architecture", "arguments"),
    [
        ("slap", {"n_cells": "64"}),
        ("slap", {"n_cells": 64.0}),
        ("slap", {"n_cells": True}),
        ("slap", {"n_cells": 8000}),
        ("slap", {"n_cells": -1}),
        ("slap", {"n_layers": 10**6}),
        ("slap", {"n_layers": 10**30}),
        ("slap", {"dropout": "much"}),
        ("slap", {"dropout": 2}),
        ("slap", {"n_leads": 3}),
        ("slap", {"batch_first": True}),
        ("slap", {"self": 1}),
        ("slap", {"n_context": 65}),
        ("resnet1d", {"blocks": 3}),
        ("resnet1d", {"blocks": []}),
        ("resnet1d", {"blocks": [3] * 40}),
        ("resnet1d", {"blocks": [[3]]}),
        ("resnet1d", {"blocks": [10**9]}),
        ("resnet1d", {"width": 2**40}),
        ("resnet1d", {"width": None}),
    ],
)
def test_arguments_of_a_wrong_type_or_size_are_refused_before_anything_is_built(
    folder, architecture, arguments
):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    forge_member(folder, lambda c: c.update(architecture=architecture, arguments=arguments))
    with pytest.raises(BundleError) as error:
        load_bundle(folder)
    assert len(str(error.value).splitlines()) == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 2**10


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bf16_delta", "no number"),
        ("bf16_delta", True),
        ("bf16_delta", -1),
        ("bf16_delta", [0.02]),
        ("temperature", 0),
        ("temperature", "hot"),
        ("temperature", None),
        ("review_below", {}),
    ],
)
def test_figures_that_are_computed_with_are_numbers_in_their_range(folder, name, value):
    part = "precision" if name == "bf16_delta" else "calibration"
    forge(folder, lambda whole: whole.update({part: {name: value}}))
    with pytest.raises(BundleError, match="has to be a number of"):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("members", "weights"),
    [
        ([".."], [1.0]),
        ([""], [1.0]),
        (["a", "a"], [0.5, 0.5]),
        (["a\0"], [1.0]),
        (["a/b"], [1.0]),
        (["a", "b"], [1.0]),
        (["a", "b"], [0.0, 0.0]),
        (["a", "b"], [-1.0, 2.0]),
        ([f"m{i}" for i in range(5000)], [1.0] * 5000),
    ],
)
def test_members_are_folders_beside_the_card_with_weights_that_can_vote(folder, members, weights):
    hashes = dict.fromkeys(members, "0" * 64)
    forge(folder, lambda w: w.update(members=members, weights=weights, member_cards_sha256=hashes))
    with pytest.raises(BundleError):
        load_bundle(folder)
    with pytest.raises(BundleError):
        read_preprocessing(folder)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe{}",
        b'{"name": "\xc3\x28"}',
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b"{" + b" " * 5_000_000 + b"}",
    ],
)
@pytest.mark.parametrize("member", [False, True])
def test_text_that_is_no_card(folder, data, member):
    path = folder / "a" / "card.json" if member else folder / "ensemble.json"
    path.write_bytes(data)
    if member:
        forge(folder, lambda _: None)
    with pytest.raises(BundleError):
        load_bundle(folder)


def test_a_card_nested_too_deep_to_be_shown_is_refused(folder):
    nested = {}
    for _ in range(200):
        nested = {"in": nested}
    forge(folder, lambda whole: whole.update(metrics=nested))
    with pytest.raises(BundleError, match="nested more than 32 deep"):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("window", 10**9),
        ("window", "400"),
        ("band_hz", [40.0, 1.0]),
        ("band_hz", [0.6]),
        ("band_hz", 5),
        ("before", [3, 0]),
        ("wavelet", "haha"),
        ("wavelet_levels", 10**6),
        ("mains_hz", [50, 60.5]),
        ("grid_block", 1),
        ("input_1", "MLII"),
        ("input_1", [5]),
        ("input_2", ["V1"] * 100_000),
        ("flat_uv", None),
    ],
)
def test_preprocessing_that_cannot_be_computed_is_refused(folder, name, value):
    def edit(card):
        card["preprocessing"][name] = value
        try:
            found = Preprocessing.from_dict(card["preprocessing"])
        except ParameterError:
            return
        card["preprocessing_fingerprint"] = found.fingerprint()

    forge_member(folder, edit)
    with pytest.raises(BundleError, match=rf"{name}|input|wavelet|before"):
        load_bundle(folder)


def test_the_preprocessing_that_is_shipped_passes():
    assert Preprocessing.from_dict(PAPER.to_dict()) == PAPER


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_finite_are_refused(folder, value):
    path = folder / "a" / "weights.safetensors"
    tensors = load_file(path)
    next(t for t in tensors.values() if t.is_floating_point()).view(-1)[-1] = value
    save_file(tensors, path)
    forge_member(folder, lambda _: None)
    with pytest.raises(BundleError, match="not finite"):
        load_bundle(folder)


@pytest.mark.parametrize("change", ["missing", "more", "shape", "type", "variance"])
def test_tensors_are_those_of_the_network(folder, change):
    path = folder / "a" / "weights.safetensors"
    tensors = load_file(path)
    if change == "missing":
        del tensors["stem.0.weight"]
    elif change == "more":
        tensors["stem.0.colour"] = torch.zeros(2)
    elif change == "shape":
        tensors["stem.0.weight"] = torch.zeros(3)
    elif change == "type":
        tensors["stem.0.weight"] = tensors["stem.0.weight"].to(torch.int64)
    else:
        tensors["stem.1.running_var"] = -tensors["stem.1.running_var"]
    save_file(tensors, path)
    forge_member(folder, lambda _: None)
    with pytest.raises(BundleError, match="does not fit its architecture"):
        load_bundle(folder)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        (2**62).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"[]",
        (4000).to_bytes(8, "little") + b"[" * 4000,
        (12).to_bytes(8, "little") + b'{"a\xff": 1}  ',
        np.arange(500, dtype="<i8").tobytes(),
    ],
)
def test_bytes_that_are_no_safetensors(folder, data):
    (folder / "b" / "weights.safetensors").write_bytes(data)
    forge_member(folder, lambda _: None, name="b")
    with pytest.raises(BundleError, match="does not fit its architecture"):
        load_bundle(folder)


def test_weights_larger_than_any_that_are_read_are_refused_unread(folder):
    with (folder / "b" / "weights.safetensors").open("r+b") as file:
        file.truncate(10 * 2**30)  # sparse: takes no place
    with pytest.raises(BundleError, match="at most 50,331,648 are read"):
        load_bundle(folder)


def test_training_without_a_table_is_refused(folder):
    forge_member(folder, lambda card: card.update(training={"config": [1]}))
    with pytest.raises(BundleError, match="no table"):
        load_bundle(folder)


@pytest.mark.parametrize("architecture", sorted(ARCHITECTURES))
def test_every_argument_of_an_architecture_has_bounds(architecture):
    check_arguments(architecture, {})
    with pytest.raises(CardError, match="has to be a number"):
        check_arguments(architecture, {"n_classes": "5"})
