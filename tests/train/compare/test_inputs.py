import numpy as np
import pytest
import torch

from tests.train.compare.records import cutter, task
from train.compare.classifier import Settings, stratified_sample
from train.compare.features import features, higher_order, rr_and_hos, rr_features, stretches
from train.compare.neural import N_HISTORY, rr_hos_sequences, windows
from train.compare.pictures import angular_field, pictures, recurrence_plot, transition_field
from train.compare.runner import AUGMENT
from train.config import Augment


@pytest.fixture(scope="module")
def beats():
    return cutter()


def test_rr_features_are_those_of_the_beat_and_stay_in_its_record(beats):
    found = rr_features(beats)
    position = beats.position.numpy()
    record = beats.record.numpy()
    assert found.shape == (len(beats), 6)
    row = 50
    rr = np.diff(position) / 360
    assert found[row, 0] == pytest.approx(rr[row - 1])
    assert found[row, 1] == pytest.approx(rr[row])
    local = rr[row - 10 : row].mean()  # RR before this beat and the nine before it
    assert found[row, 3] == pytest.approx(rr[row - 1] / local, rel=1e-4)
    first = int(np.searchsorted(record, 1))
    assert found[first, 0] == found[first, 1]  # the one RR it has
    assert found[first, 3] == pytest.approx(1.0)


def test_the_stretch_around_r_holds_the_r_peak_at_its_place(beats):
    cut = stretches(beats, torch.arange(5, 60))
    assert cut.shape == (55, 2, 250)
    peak = cut.abs().argmax(2).numpy()
    assert (np.abs(peak - 100) <= 6).mean() > 0.95


def test_features_of_rows_do_not_depend_on_their_company(beats):
    rows = np.array([7, 90, 3])
    together = features(beats, rows)
    assert together.shape == (3, 90)
    assert np.isfinite(together).all()
    np.testing.assert_allclose(together[1:2], features(beats, rows[1:2]), rtol=1e-5, atol=1e-6)


def test_higher_order_statistics_of_known_series():
    torch.manual_seed(0)
    x = torch.randn(200, 2, 250)
    skewness, kurtosis = higher_order(x).split(10, dim=1)
    assert abs(float(skewness.mean())) < 0.05
    assert float(kurtosis.mean()) == pytest.approx(3, abs=0.15)
    assert not higher_order(torch.ones(1, 2, 250)).any()


def test_a_sequence_ends_with_its_beat_and_begins_in_its_record(beats):
    task_ = task(Settings(classifier="rr-hos-lstm"), beats)
    made = rr_hos_sequences(task_)(torch.tensor([0, 100, 165]), None)
    assert made.shape == (3, 26, N_HISTORY)
    raw = rr_and_hos(beats)
    mean, sd = raw[task_.train].mean(0), raw[task_.train].std(0).clip(1e-6)
    wanted = ((raw[91:101] - mean) / sd).clip(-10, 10)
    np.testing.assert_allclose(made[1].T.numpy(), wanted, rtol=1e-4, atol=1e-4)
    assert torch.equal(made[0, :, 0], made[0, :, -1])
    record_1 = int(np.searchsorted(beats.record.numpy(), 1))
    first = (raw[record_1] - mean) / sd
    np.testing.assert_allclose(made[2, :, 0].numpy(), first.clip(-10, 10), rtol=1e-4, atol=1e-4)


def test_windows_vary_in_training_only_and_by_the_generator(beats):
    rows = torch.arange(8)
    quiet = Augment(amplitude=AUGMENT.amplitude, shift_ms=AUGMENT.shift_ms, time_warp=0.05)
    settings = Settings(classifier="resnet", augment=quiet, lead_dropout=0.15, jitter_ms=8.0)
    make = windows(task(settings, beats))
    exact = beats.cut(rows)
    drawn = [make(rows, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    assert torch.equal(make(rows, None), exact)
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert not torch.equal(drawn[0], exact)
    plain = windows(task(Settings(classifier="resnet"), beats))
    assert torch.equal(plain(rows, torch.Generator().manual_seed(1)), exact)


def test_the_angular_field_is_the_cosine_of_summed_angles():
    x = torch.rand(2, 20)
    scaled = 2 * (x - x.amin(1, keepdim=True)) / (x.amax(1) - x.amin(1))[:, None] - 1
    angle = torch.arccos(scaled.clamp(-1, 1))
    slow = torch.cos(angle[:, :, None] + angle[:, None])
    torch.testing.assert_close(angular_field(x), slow, atol=1e-3, rtol=0)
    assert not angular_field(torch.ones(1, 20)).any()


def test_the_recurrence_plot_is_symmetric_with_an_empty_diagonal():
    plot = recurrence_plot(torch.rand(3, 16))
    assert torch.equal(plot, plot.transpose(1, 2))
    assert not plot.diagonal(dim1=1, dim2=2).any()
    assert plot.amax((1, 2)).tolist() == [1.0] * 3


def test_the_transition_field_counts_moves_between_quantile_bins():
    """A series that climbs through all eight bins, four values each."""
    field = transition_field(torch.arange(32.0)[None])[0]
    assert field[0, 0] == pytest.approx(0.75)  # three of four moves stay in the bin
    assert field[0, 4] == pytest.approx(0.25)
    assert field[0, 8] == 0
    assert field[31, 31] == 1


def test_pictures_are_three_of_each_lead():
    window = torch.zeros(2, 2, 400)
    window[:, 0] = torch.sin(torch.linspace(0, 9, 400))
    made = pictures(window)
    assert made.shape == (2, 3, 2, 32, 32)
    assert made[0, :, 0].flatten(1).std(1).min() > 0.05
    assert not made[:, 1:, 1].any()  # the absent lead
    assert torch.isfinite(made).all()


def test_a_stratified_sample_keeps_every_class_in_its_share():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 4], [900, 90, 10])
    rows = np.arange(5_000, 6_000)
    drawn = stratified_sample(labels, rows, 100, rng)
    counts = np.bincount(labels[drawn - 5_000], minlength=5)
    assert counts.tolist() == [90, 9, 0, 0, 2]
    assert len(np.unique(drawn)) == len(drawn)
    assert stratified_sample(labels, rows, 0, rng) is rows
