import msgspec
import numpy as np
import pytest
import torch

from ecgviewer.signal.params import PAPER
from tests.train.synthetic import one_epoch, packed_noise, record_beats
from train.config import Augment, Config, ConfigError
from train.data.augment import Noise, Variation, load_noise
from train.data.database import DatabaseError
from train.data.splits import Split
from train.data.windows import WindowCutter
from train.fit.trainer import Trainer

ALL = Augment(noise_share=0.5, amplitude=0.2, shift_ms=20, time_warp=0.1)


@pytest.fixture(scope="module")
def cutter():
    return WindowCutter([record_beats()], device="cpu", prep=PAPER)


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    return load_noise(packed_noise(tmp_path_factory.mktemp("noise")), device="cpu", prep=PAPER)


def varied(cutter, augment, *, seed=0, noise=None, rows=range(5, 45)):
    rows = torch.tensor(list(rows))
    generator = torch.Generator().manual_seed(seed)
    variation = Variation(augment, len(rows), generator=generator, noise=noise)
    return cutter.cut(rows, variation=variation)


def test_nothing_asked_for_changes_nothing(cutter):
    plain = cutter.cut(torch.arange(5, 45))
    assert torch.allclose(varied(cutter, Augment()), plain, atol=1e-5)


def test_the_same_seed_varies_alike_and_another_does_not(cutter, noise):
    first = varied(cutter, ALL, noise=noise)
    assert torch.equal(first, varied(cutter, ALL, noise=noise))
    assert not torch.allclose(first, varied(cutter, ALL, seed=1, noise=noise))


@pytest.mark.parametrize("part", ["noise_share", "amplitude", "shift_ms", "time_warp"])
def test_each_part_changes_windows_by_itself(cutter, noise, part):
    alone = Augment(**{part: getattr(ALL, part)})
    assert not torch.allclose(
        varied(cutter, alone, noise=noise), cutter.cut(torch.arange(5, 45)), atol=1e-3
    )


def test_padding_stays_padding(cutter, noise):
    windows = varied(cutter, Augment(noise_share=1.0, amplitude=0.3), noise=noise)
    # 250 samples between beats: windows of 187, the rest one constant (zeros before the z-score)
    tail = windows[:, :, 200:]
    assert torch.allclose(tail, tail[:, :, :1].expand_as(tail), atol=1e-5)


def test_a_shift_moves_the_whole_window(cutter):
    rows = torch.arange(5, 45)
    variation = Variation(Augment(shift_ms=50), 40, generator=torch.Generator().manual_seed(0))
    variation.shift[:] = 7
    start, stop = cutter.bounds(rows)
    places, inside = variation.places(start, stop, 400)
    assert torch.equal(places[:, 0], (start + 7).double())
    assert torch.equal(inside.sum(1), stop - start)


def test_a_faster_pace_shortens_the_window_and_time_never_turns_back():
    generator = torch.Generator().manual_seed(0)
    variation = Variation(Augment(time_warp=0.3), 200, generator=generator)
    start, stop = torch.zeros(200, dtype=torch.long), torch.full((200,), 240)
    places, inside = variation.places(start, stop, 400)
    length = inside.sum(1)
    assert ((length - (240 / variation.pace).ceil()).abs() <= 1).all()
    assert (places.diff(dim=1)[inside[:, 1:]] > 0).all()
    last = places.gather(1, length[:, None] - 1)
    assert (last <= 240.5).all()
    assert (last >= 236).all()


def test_noise_comes_at_the_ratio_asked_for():
    rng = np.random.default_rng(0)
    ecg = torch.from_numpy(rng.normal(0, 1, (2, 50_000)).astype(np.float32))
    even = Noise(ecg, torch.tensor([0]), torch.tensor([50_000]), torch.ones(1, 2))
    augment = Augment(noise_share=1.0, noise_snr_db=(10, 10))
    variation = Variation(augment, 500, generator=torch.Generator().manual_seed(0), noise=even)
    raw = torch.sin(torch.arange(400) / 7.0).expand(500, 2, 400).contiguous()
    added = variation.disturb(raw, torch.ones(500, 400, dtype=torch.bool)) - raw
    ratio = 10 * torch.log10(raw.var() / added.var())
    assert ratio.item() == pytest.approx(10, abs=0.2)


def test_only_the_first_half_of_em_is_ever_used(noise):
    assert noise.length.tolist() == [20_000, 10_000, 20_000]
    assert noise.raw_sd.max() < 0.1  # the second half's would be 5 mV


def test_an_absent_or_partial_noise_cache_is_one_sentence(tmp_path):
    with pytest.raises(DatabaseError, match="no such cache"):
        load_noise(tmp_path / "nstdb.cache", device="cpu", prep=PAPER)


@pytest.mark.parametrize(
    "wrong", [{"amplitude": 1.0}, {"time_warp": 0.5}, {"noise_share": 2}, {"colour": 1}]
)
def test_impossible_amounts_are_refused(wrong):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "t", "architecture": "slap", "augment": wrong}, Config)


CONFIG = Config(
    name="t",
    architecture="slap-over-leads",
    arguments={"n_cells": 8},
    epochs=3,
    batch=32,
    augment=ALL,
    bagging="bootstrap",
    class_weights="balanced",
)


def trainer(cutter, noise, folder, report=lambda event: None):
    n = len(cutter)
    split = Split(np.arange(n - 60), np.arange(n - 60, n), np.empty(0, np.int64))
    return Trainer(CONFIG, cutter, split, folder, report=report, noise=noise)


def test_resume_with_augmentation_gives_what_an_uninterrupted_run_gives(cutter, noise, tmp_path):
    whole = trainer(cutter, noise, tmp_path / "whole").run()
    one_epoch(trainer(cutter, noise, tmp_path / "parts"))
    second = trainer(cutter, noise, tmp_path / "parts")
    second.resume()
    parts = second.run()
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, parts.network.state_dict()[name]), name


def test_only_training_windows_are_varied(cutter, noise, tmp_path, monkeypatch):
    seen = []
    cut = WindowCutter.cut

    def watched(self, rows, *, jitter=None, variation=None):
        seen.append((set(rows.tolist()), variation is not None))
        return cut(self, rows, jitter=jitter, variation=variation)

    monkeypatch.setattr(WindowCutter, "cut", watched)
    one_epoch(trainer(cutter, noise, tmp_path))
    held_out = set(range(len(cutter) - 60, len(cutter)))
    for rows, is_varied in seen:
        assert is_varied != bool(rows & held_out)


def test_noise_without_a_cache_is_refused(cutter, tmp_path):
    with pytest.raises(ConfigError, match="needs the noise cache"):
        trainer(cutter, None, tmp_path)
