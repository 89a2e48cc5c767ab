import json

import pytest

from ecgviewer.model.bundle import BundleError, load_bundle, sha256
from ecgviewer.model.ensemble import available, load_ensemble
from ecgviewer.signal.params import PAPER
from tests.model.bundles import small_bundle


@pytest.fixture
def folder(tmp_path):
    return small_bundle(tmp_path / "small")


def change(path, **values):
    """Edit a card and mend its hash in the ensemble's, as a forger would."""
    card = json.loads(path.read_text())
    card.update(values)
    path.write_text(json.dumps(card))
    ensemble = path.parent.parent / "ensemble.json"
    whole = json.loads(ensemble.read_text())
    whole["member_cards_sha256"][path.parent.name] = sha256(path.read_bytes())
    ensemble.write_text(json.dumps(whole))


def test_bundle_loads_with_its_preprocessing(folder):
    bundle = load_bundle(folder)
    assert [m.card.name for m in bundle.members] == ["a", "b"]
    assert bundle.members[0].preprocessing == PAPER
    assert len(bundle.sha256) == 64


def test_a_flipped_bit_of_the_weights_is_refused_with_both_hashes(folder):
    path = folder / "a" / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    wanted = json.loads((folder / "a" / "card.json").read_text())["weights_sha256"]
    path.write_bytes(data)
    with pytest.raises(BundleError, match=wanted) as error:
        load_bundle(folder)
    assert sha256(bytes(data)) in str(error.value)


def test_a_card_that_was_edited_is_refused(folder):
    path = folder / "b" / "card.json"
    path.write_text(path.read_text().replace("untrained", "certified"))
    with pytest.raises(BundleError, match="sha256"):
        load_bundle(folder)


def test_a_fingerprint_that_is_not_that_of_its_parameters_is_refused(folder):
    change(folder / "a" / "card.json", preprocessing_fingerprint="0" * 64)
    with pytest.raises(BundleError, match=r"fingerprint is '0{64}', expected"):
        load_bundle(folder)


def test_members_with_different_preprocessing_are_refused(folder):
    from dataclasses import replace

    other = replace(PAPER, flat_uv=30.0)
    change(
        folder / "b" / "card.json",
        preprocessing=other.to_dict(),
        preprocessing_fingerprint=other.fingerprint(),
    )
    with pytest.raises(BundleError, match=PAPER.fingerprint()):
        load_bundle(folder)


def test_a_parameter_this_version_does_not_know_is_refused(folder):
    change(folder / "a" / "card.json", preprocessing={**PAPER.to_dict(), "colour": 1})
    with pytest.raises(BundleError, match="colour"):
        load_bundle(folder)


def test_another_class_order_is_refused(folder):
    change(folder / "a" / "card.json", class_order=["N", "V", "S", "F", "Q"])
    with pytest.raises(BundleError, match="class order"):
        load_bundle(folder)


def test_an_unknown_architecture_is_refused(folder):
    change(folder / "a" / "card.json", architecture="oracle")
    with pytest.raises(BundleError, match="'oracle' is none of"):
        load_bundle(folder)


def test_weights_of_another_shape_are_refused(folder):
    change(folder / "b" / "card.json", arguments={"n_cells": 9})
    with pytest.raises(BundleError, match="does not fit its architecture"):
        load_bundle(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": 1}'])
def test_a_card_that_is_none_is_refused(folder, text):
    (folder / "ensemble.json").write_text(text)
    with pytest.raises(BundleError, match="not a card"):
        load_bundle(folder)


def test_a_missing_ensemble_is_named_with_what_there_is():
    with pytest.raises(BundleError, match="there is no ensemble 'absent'; installed:"):
        load_ensemble("absent")
    assert {"clinical", "paper"} <= set(available())


def test_a_member_outside_the_folder_is_refused(folder):
    path = folder / "ensemble.json"
    whole = json.loads(path.read_text())
    hashes = whole["member_cards_sha256"]
    whole["members"][0] = "../a"
    hashes["../a"] = hashes.pop("a")
    path.write_text(json.dumps(whole))
    with pytest.raises(BundleError, match="not the name of a folder beside it"):
        load_bundle(folder)
