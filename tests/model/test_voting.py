"""The networks on a graphics card that is not there: one way for all, and no class lost."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from ecgviewer.model import capability
from ecgviewer.model import ensemble as ensembles
from ecgviewer.model.bundle import BundleError, load_bundle
from ecgviewer.model.ensemble import Ensemble, load_ensemble
from ecgviewer.model.place import Card, Place, PlaceFailed, find_place
from ecgviewer.model.runner import bytes_a_window
from ecgviewer.model.voting import FP32_DELTA
from tests.model.bundles import small_bundle
from tests.model.fake_card import FakeCard


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_bundle(tmp_path_factory.mktemp("weights") / "small")


@pytest.fixture(scope="module")
def windows():
    """Untrained networks call everything alike: many of these beats are close calls."""
    return np.random.default_rng(0).normal(size=(3_000, 2, 400)).astype(np.float32)


@pytest.fixture(scope="module")
def right(folder, windows):
    return Ensemble(load_bundle(folder), place=Place(), precision="fp32").predict(windows)


def on(card, folder):
    return Ensemble(load_bundle(folder), place=card, precision="fp32")


def test_a_class_is_the_same_whichever_device_gave_it(folder, windows, right):
    card = FakeCard(rounding=0.45 * FP32_DELTA)
    found = on(card, folder).predict(windows)
    ordered = np.sort(right.probabilities, axis=1)
    # the case is there: beats that this card's rounding alone would call otherwise
    assert (ordered[:, -1] - ordered[:, -2] < 0.1 * FP32_DELTA).any()
    assert not np.array_equal(found.votes, right.votes)
    assert np.array_equal(found.probabilities.argmax(1), right.probabilities.argmax(1))


def test_a_card_computes_many_windows_at_once_and_few_without_much_padding(folder, windows):
    card = FakeCard()
    ensemble = on(card, folder)
    ensemble.predict(windows)
    assert card.recorded == [4_096]
    ensemble.predict(windows[:40])
    assert card.recorded == [4_096, 256]
    ensemble.predict(windows[:300])  # 1,024 would be padding for the most part
    assert card.recorded == [4_096, 256]


def test_batches_are_sized_to_the_memory_that_is_free(folder, windows):
    network = load_bundle(folder).members[0].network
    need = bytes_a_window(network, n_columns=0)
    # the widest layer of this ResNet writes 8 channels of 200 samples, in fp32
    assert need >= 8 * 200 * 4
    card = FakeCard(memory=3_000 * need)
    on(card, folder).predict(windows)
    assert card.recorded == [1_024]
    on(FakeCard(memory=0), folder).predict(windows[:10])


def test_a_card_with_less_room_than_it_said_gets_smaller_batches(folder, windows, right):
    card = FakeCard(room=1_024)
    found = on(card, folder).predict(windows)
    assert card.recorded == [4_096, 4_096, 1_024]
    assert card.released == 2
    assert np.array_equal(found.probabilities.argmax(1), right.probabilities.argmax(1))


@pytest.mark.parametrize(
    ("card", "why"),
    [
        (lambda: FakeCard(room=10), "too little free memory"),
        (lambda: FakeCard(lost_after=0), "CUDA error: unspecified launch failure"),
    ],
)
def test_a_card_that_cannot_go_on_says_so_and_the_processor_can(
    folder, windows, right, card, why, caplog
):
    ensemble = on(card(), folder)
    with pytest.raises(PlaceFailed, match=why) as failed:
        ensemble.predict(windows[:300])
    after = ensemble.on_processor(failed.value, answered=True)
    assert (after.device, after.computed_on, after.mixed) == ("cpu", "cuda, then cpu", True)
    assert why in after.notice
    assert "the processor goes on" in after.notice
    assert after.notice in caplog.text
    assert np.array_equal(after.predict(windows[:300]).votes, right.votes[:300])


def test_a_card_that_was_lost_is_asked_nothing_any_more(folder, windows):
    card = FakeCard(lost_after=0)
    ensemble = on(card, folder)
    for _ in range(3):
        with pytest.raises(PlaceFailed, match="CUDA error"):
            ensemble.predict(windows[:10])
    assert card.calls == 1
    after = ensemble.on_processor(PlaceFailed("gone"), answered=False)
    assert (after.computed_on, after.mixed) == ("cpu", False)
    assert ensemble.after("cpu").computed_on == "cpu, then cuda"
    assert not ensemble.mixed


def test_what_is_no_number_is_asked_of_the_processor(folder, windows, right):
    found = on(FakeCard(broken=True), folder).predict(windows[:300])
    assert np.array_equal(found.votes, right.votes[:300])


def test_two_threads_do_not_take_each_others_windows(folder, windows, right):
    ensemble = on(FakeCard(), folder)
    parts = [slice(k, k + 100) for k in range(0, 3_000, 100)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda part: ensemble.predict(windows[part]), parts))
    for part, each in zip(parts, found, strict=True):
        np.testing.assert_allclose(each.votes, right.votes[part], atol=1e-6)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("tried"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
    ],
)
def test_too_little_memory_has_many_names(error):
    card = FakeCard()
    with pytest.raises(PlaceFailed) as failed, card.watched():
        raise error
    assert failed.value.out_of_memory
    with card.watched():  # it may go on
        pass


def test_the_networks_on_the_processor_stay_there(folder):
    bundle = load_bundle(folder)
    before = [member.network for member in bundle.members]
    Ensemble(bundle, place=FakeCard(), precision="fp32")
    Ensemble(bundle, place=Place(), precision="fp32")
    for network in before:
        assert all(p.device.type == "cpu" for p in network.parameters())


def test_a_card_that_does_not_answer_is_one_sentence(folder, monkeypatch):
    def fails(self):
        raise RuntimeError("CUDA driver initialization failed")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(Card, "probe", fails)
    with pytest.raises(PlaceFailed, match="initialization failed"):
        find_place("cuda")
    ensemble = load_ensemble(folder, device="auto", precision="fp32")
    assert ensemble.device == "cpu"
    assert "does not answer (CUDA driver initialization failed)" in ensemble.notice
    assert not ensemble.mixed
    with pytest.raises(BundleError, match="device 'cuda' does not answer"):
        load_ensemble(folder, device="cuda")


def test_a_card_is_taken_where_there_is_one(folder, monkeypatch):
    monkeypatch.setattr(ensembles, "find_place", lambda wanted: FakeCard())
    ensemble = load_ensemble(folder, precision="fp32")
    assert (ensemble.device, ensemble.notice) == ("cuda", "")
    assert ensemble.place.engine.endswith("Fake card")


def test_on_a_card_bf16_is_the_resnets_alone(tmp_path, windows, right, monkeypatch):
    monkeypatch.setattr(capability, "why_not_bf16", lambda *given, **more: "")
    bundle = load_bundle(small_bundle(tmp_path / "small", bf16_delta=0.0))
    found = Ensemble(bundle, place=FakeCard(), precision="bf16").predict(windows[:256])
    off = np.abs(found.votes - right.votes[:256]).max(axis=(0, 2))
    assert off[0] > 1e-4
    assert off[1] < 1e-6
