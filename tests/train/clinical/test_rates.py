"""A recording resampled to another rate is the same recording."""

import numpy as np
import pytest

from tests.train.synthetic import packed_beats
from train.clinical.rates import resampled
from train.data import packed as cache


@pytest.mark.parametrize("fs", [100, 128, 500, 1000])
def test_a_resampled_record_keeps_its_time_and_shape(tmp_path, fs):
    packed = cache.load(packed_beats(tmp_path, ("100",)))
    record = cache.unpack(packed.records[0])
    other = resampled(record, fs)
    assert other.fs == fs
    assert other.n_samples / fs == pytest.approx(record.n_samples / record.fs, abs=2 / fs)
    before, after = record.read(0, record.n_samples)[0], other.read(0, other.n_samples)[0]
    seconds = np.arange(200, other.n_samples - 200) / fs
    expected = np.interp(seconds, np.arange(record.n_samples) / record.fs, before)
    assert np.corrcoef(expected, after[200:-200])[0, 1] > 0.95
