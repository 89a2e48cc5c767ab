import numpy as np
import pytest
import torch

from ecgviewer.model import capability
from ecgviewer.model.bundle import BundleError, load_bundle
from ecgviewer.model.ensemble import load_ensemble
from tests.model.bundles import small_bundle


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_bundle(tmp_path_factory.mktemp("weights") / "small", bf16_delta=0.05)


@pytest.fixture(scope="module")
def windows():
    return np.random.default_rng(0).normal(size=(600, 2, 400)).astype(np.float32)


def test_fusion_is_the_weighted_sum_of_sigmoids_divided_by_its_sum(folder, windows):
    ensemble = load_ensemble(folder, device="cpu", precision="fp32")
    prediction = ensemble.predict(windows)
    fused = 0.792 * prediction.votes[:, 0].astype(float) + 0.208 * prediction.votes[:, 1].astype(
        float
    )
    expected = fused / fused.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(prediction.probabilities, expected, rtol=1e-12)
    np.testing.assert_allclose(prediction.probabilities.sum(axis=1), 1)


def test_a_beat_gets_the_same_bits_in_any_company_and_order(folder, windows):
    ensemble = load_ensemble(folder, device="cpu", precision="fp32")
    whole = ensemble.predict(windows).votes
    order = np.random.default_rng(1).permutation(len(windows))
    assert np.array_equal(ensemble.predict(windows[order]).votes, whole[order])
    for n in (1, 7, 256, 257):
        assert np.array_equal(ensemble.predict(windows[:n]).votes, whole[:n])


def test_shipped_weights_give_the_same_bits_in_any_company(windows):
    ensemble = load_ensemble("paper", device="cpu", precision="fp32")
    whole = ensemble.predict(windows[:300]).votes
    assert np.array_equal(ensemble.predict(windows[290:300]).votes, whole[290:300])


def test_close_calls_in_bf16_are_settled_in_fp32(folder, windows):
    networks = [member.network for member in load_bundle(folder).members]
    if reason := capability.why_not_bf16(networks, "cpu"):  # then this is all there is to test
        with pytest.raises(BundleError, match=reason):
            load_ensemble(folder, device="cpu", precision="bf16")
        return
    exact = load_ensemble(folder, device="cpu", precision="fp32").predict(windows)
    fast = load_ensemble(folder, device="cpu", precision="bf16").predict(windows)
    ordered = np.sort(exact.probabilities, axis=1)
    close = ordered[:, -1] - ordered[:, -2] < 0.005
    assert close.any()
    assert np.array_equal(exact.votes[close], fast.votes[close])
    assert np.array_equal(exact.probabilities.argmax(1), fast.probabilities.argmax(1))


def test_members_that_cannot_be_computed_in_bf16_are_in_fp32(folder, windows, monkeypatch):
    monkeypatch.setattr(capability, "gains_from_bf16", lambda device: True)
    monkeypatch.setattr(capability, "why_not_bf16", lambda *given, **more: "it cannot")
    ensemble = load_ensemble(folder, device="cpu")
    assert (ensemble.wish, ensemble.precision) == ("auto", "fp32")
    assert np.isfinite(ensemble.predict(windows[:3]).votes).all()
    with pytest.raises(BundleError, match="asked for, but it cannot; use auto or fp32"):
        load_ensemble(folder, device="cpu", precision="bf16")


def test_bf16_is_left_alone_where_it_is_slower_or_the_card_names_no_delta(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(capability, "why_not_bf16", lambda *given, **more: "")
    monkeypatch.setattr(capability, "gains_from_bf16", lambda device: False)
    assert load_ensemble(folder, device="cpu").precision == "fp32"
    monkeypatch.setattr(capability, "gains_from_bf16", lambda device: True)
    assert load_ensemble(folder, device="cpu").precision == "bf16"
    without = small_bundle(tmp_path / "small")
    assert load_ensemble(without, device="cpu").precision == "fp32"


def test_fp32_is_not_rounded_by_a_gpu(folder):
    torch.backends.cudnn.allow_tf32 = True  # torch's default; loading leaves both off
    torch.backends.cuda.matmul.allow_tf32 = True
    load_ensemble(folder, device="cpu", precision="fp32")
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32


def test_no_window_no_answer(folder):
    prediction = load_ensemble(folder, device="cpu").predict(np.empty((0, 2, 400), np.float32))
    assert prediction.probabilities.shape == (0, 5)


def test_cuda_where_there_is_none_is_one_sentence(folder):
    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    with pytest.raises(BundleError, match="torch finds none"):
        load_ensemble(folder, device="cuda")
    assert load_ensemble(folder, device="auto").device == "cpu"


def test_unknown_device_and_precision_are_refused(folder):
    with pytest.raises(BundleError, match="'tpu' is none of"):
        load_ensemble(folder, device="tpu")
    with pytest.raises(BundleError, match="'int4' is none of"):
        load_ensemble(folder, device="cpu", precision="int4")
