import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgviewer.formats.readers import open_record
from ecgviewer.record import Record
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.quality import (
    Stretch,
    join_stretches,
    readable_seconds,
    stretches,
    unreadable,
)
from tests.signals import demo, in_memory
from tests.synthetic import made_ecg

SINUS = np.arange(0.5, 239.0, 0.8)  # s; over the border at 182.04 s
RNG = np.random.default_rng(0)


def found_in(record: Record, leads: tuple[int, ...] | None = None) -> tuple[Stretch, ...]:
    """All stretches of a recording, as a scan finds them."""
    grid = TimeGrid(record)
    found: tuple[Stretch, ...] = ()
    for index in range(grid.n_blocks):
        found = join_stretches(found, stretches(grid, index, leads or record.ecg_leads))
    return found


def share(found: tuple[Stretch, ...], kind: str, start: int, stop: int, *, lead: int = 0) -> float:
    """Share of a span that stretches of a kind cover."""
    covered = [
        max(0, min(s.stop, stop) - max(s.start, start))
        for s in found
        if s.kind == kind and s.lead == lead
    ]
    return sum(covered) / (stop - start)


def test_a_clean_recording_has_none():
    assert found_in(in_memory(made_ecg(SINUS, duration_s=240))) == ()


@pytest.mark.parametrize("fs", [128.0, 250.0, 360.0, 1000.0])
def test_a_gap_to_the_sample(fs):
    ecg = made_ecg(SINUS[SINUS < 29], duration_s=30, fs=fs)
    low, high = round(10 * fs), round(13.5 * fs)
    ecg[1, low:high] = np.nan
    gaps = [s for s in found_in(in_memory(ecg, fs=fs)) if s.kind == "gap"]
    assert [s.lead for s in gaps] == [1]
    step = max(1, fs / 360)
    assert abs(gaps[0].start - low) <= step
    assert abs(gaps[0].stop - high) <= step


def test_a_gap_over_a_border_is_one():
    ecg = made_ecg(SINUS, duration_s=240)
    ecg[:, 65_000:66_000] = np.nan
    gaps = [s for s in found_in(in_memory(ecg)) if s.kind == "gap"]
    assert gaps == [Stretch("gap", 65_000, 66_000, lead) for lead in (0, 1)]


def test_a_lead_that_fell_off_is_flat():
    ecg = made_ecg(SINUS, duration_s=240)
    ecg[0, 36_000:72_000] = 0.4 + 0.002 * RNG.normal(size=36_000)
    found = found_in(in_memory(ecg))
    assert share(found, "flat", 36_000, 72_000) > 0.99
    assert share(found, "flat", 0, 35_000) == 0
    assert all(s.lead == 0 for s in found)


def test_what_moves_only_slowly_is_flat_no_more_than_its_range():
    drift = np.linspace(0, 5, 36_000)[None].astype(np.float32)  # 50 uV a second
    assert not [s for s in found_in(in_memory(drift)) if s.kind == "flat"]


def test_a_burst_of_noise():
    ecg = made_ecg(SINUS, duration_s=240)
    ecg[0, 36_000:43_200] += 0.3 * RNG.normal(size=7_200).astype(np.float32)
    found = found_in(in_memory(ecg))
    assert share(found, "noisy", 36_000, 43_200) >= 0.9
    assert share(found, "noisy", 0, 35_000) == 0
    assert share(found, "noisy", 36_000, 43_200, lead=1) == 0


def test_noise_alone_is_noisy():
    noise = RNG.normal(0, 0.1, (1, 36_000)).astype(np.float32)
    assert share(found_in(in_memory(noise)), "noisy", 0, 36_000) > 0.95


def test_a_fast_rhythm_is_not_noisy():
    beats = np.arange(0.5, 119, 0.33)
    assert found_in(in_memory(made_ecg(beats, duration_s=120, t_wave=0.5))) == ()


@pytest.mark.parametrize("hz", [3.0, 4.0, 5.0])
def test_a_wave_like_flutter_is_not_noisy(hz):
    ecg = made_ecg(SINUS, duration_s=240)
    t = np.arange(14_400) / 360
    ecg[:, 36_000:50_400] = np.sin(2 * np.pi * hz * t) + RNG.normal(0, 0.02, (2, 14_400))
    assert share(found_in(in_memory(ecg)), "noisy", 37_000, 49_400) < 0.1


@pytest.mark.parametrize("n", [0, 1, 2, 100, 360, 361])
def test_short_recordings(n):
    found = found_in(in_memory(np.zeros((1, n), np.float32)))
    assert found == ((Stretch("flat", 0, n, 0),) if n else ())
    assert readable_seconds(found, (0,), n_samples=n, fs=360.0) == 0.0


def test_stretches_end_with_the_record():
    for fs in (50.0, 128.0, 257.3, 1000.0):
        n = round(20.4 * fs)
        found = found_in(in_memory(np.full((1, n), 0.3, np.float32), fs=fs))
        assert found == (Stretch("flat", 0, n, 0),)


def test_no_lead_no_stretch():
    assert stretches(TimeGrid(demo()), 0, ()) == ()


@given(piece=st.integers(1_000, 200_000))
def test_any_read_size_gives_the_same(piece):
    assert found_in(demo(piece=piece)) == found_in(demo())


def test_joined_where_they_touch():
    known = (Stretch("noisy", 0, 360, 0), Stretch("noisy", 720, 1080, 0))
    new = (
        Stretch("noisy", 360, 720, 0),
        Stretch("flat", 300, 400, 0),
        Stretch("noisy", 1080, 1440, 1),
    )
    assert join_stretches(known, new) == (
        Stretch("flat", 300, 400, 0),
        Stretch("noisy", 0, 1080, 0),
        Stretch("noisy", 1080, 1440, 1),
    )


def test_unreadable_is_where_no_lead_can_be_read():
    found = (
        Stretch("gap", 0, 100, 0),
        Stretch("noisy", 90, 300, 0),
        Stretch("flat", 50, 120, 1),
        Stretch("gap", 250, 260, 1),
        Stretch("gap", 500, 510, None),
    )
    assert unreadable(found, (0, 1)).tolist() == [[50, 120], [250, 260], [500, 510]]
    assert unreadable(found, (0,)).tolist() == [[0, 300], [500, 510]]
    assert unreadable((), (0, 1)).shape == (0, 2)
    assert unreadable(found, ()).shape == (0, 2)
    assert readable_seconds(found, (0, 1), n_samples=3_690, fs=360.0) == pytest.approx(10.0)
    assert readable_seconds(found, (), n_samples=3_690, fs=360.0) == 0.0


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20), st.integers(0, 2)), max_size=12)


@given(spans)
def test_unreadable_is_what_counting_samples_says(drawn):
    found = tuple(Stretch("noisy", start, start + n, lead) for start, n, lead in drawn)
    lost = np.zeros((3, 100), np.bool_)
    for s in found:
        lost[s.lead, s.start : s.stop] = True
    marked = np.zeros(100, np.bool_)
    for start, stop in unreadable(found, (0, 1, 2)):
        assert not marked[start:stop].any()
        marked[start:stop] = True
    assert np.array_equal(marked, lost.all(axis=0))


@pytest.mark.parametrize("name", ["112", "119", "220", "230"])
def test_clean_training_records_are_readable(mitdb, name):
    record = open_record(mitdb / name)
    found = found_in(record)
    seconds = readable_seconds(found, record.ecg_leads, n_samples=record.n_samples, fs=record.fs)
    assert seconds > 0.98 * record.duration_s


def test_flutter_of_207_is_not_noise(mitdb):
    record = open_record(mitdb / "207")
    assert share(found_in(record), "noisy", 555_000, 590_000) < 0.15  # flutter from 25:42 on


@pytest.mark.parametrize(("noise", "least"), [("em", 0.6), ("ma", 0.8)])
def test_noise_at_0_db_is_noisy(mitdb, nstdb, noise, least):
    """The standard's gain: the QRS's range squared over 8 is the power of signal and of noise."""
    clean, dirty = open_record(mitdb / "118"), open_record(nstdb / noise)
    ecg, added = clean.read(0, 216_000), dirty.read(0, 108_000)
    for lead in (0, 1):
        power = np.var(added[lead, :107_640].reshape(-1, 360), axis=1).mean()
        heights = np.ptp(ecg[lead, :107_640].reshape(-1, 360), axis=1)
        ecg[lead, 108_000:] += added[lead] * np.sqrt(np.median(heights) ** 2 / 8 / power)
    found = found_in(in_memory(ecg))
    assert np.mean([share(found, "noisy", 108_000, 216_000, lead=lead) for lead in (0, 1)]) > least
    assert share(found, "noisy", 0, 107_000) < 0.03
