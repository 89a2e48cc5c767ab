"""Episodes of whole records: silences, what they hold, and what follows for the beats."""

import numpy as np
import pytest

from ecgviewer import paths
from ecgviewer.analysis import search
from ecgviewer.analysis.episodes import marked
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.log import NOT_CLASSIFIED, BeatBatch, flag_bits
from ecgviewer.formats.readers import open_record
from ecgviewer.signal.params import DETECTION
from tests.signals import in_memory
from tests.synthetic import made_ecg

FLUTTER_207_S = (
    *((40.736, 50.972), (54.764, 60.364), (242.144, 246.433)),
    *((247.894, 261.45), (269.467, 280.906), (1540.783, 1638.683)),
)


def scanned(record):
    *_, last = scan(record, detection=DETECTION)
    return last.scan


def with_pause(pause_s, *, fs=360.0, noise_mv=0.01, rr_s=0.8, n_leads=2):
    """A record of 40 s that pauses after 20 s."""
    first = np.arange(0.6, 20, rr_s)
    beats = np.concatenate([first, np.arange(first[-1] + pause_s, 40 + pause_s, rr_s)])
    duration_s = 40.6 + pause_s
    ecg = made_ecg(beats, fs=fs, duration_s=duration_s, noise_mv=noise_mv, n_leads=n_leads)
    return in_memory(ecg, fs=fs), first[-1]


@pytest.mark.parametrize("fs", [128.0, 250.0, 360.0])
@pytest.mark.parametrize("pause_s", [2.7, 4.0])
def test_a_pause_of_any_length(pause_s, fs):
    record, last = with_pause(pause_s, fs=fs)
    result = scanned(record)
    (pause,) = result.episodes
    assert pause.kind == "pause"
    assert (pause.stop - pause.start) / fs == pytest.approx(pause_s, abs=0.03)
    assert pause.start / fs == pytest.approx(last, abs=0.03)
    assert pause.stop in result.samples


def test_a_slow_rhythm_has_no_pause():
    beats = np.arange(1.0, 120, 60 / 22)
    record = in_memory(made_ecg(beats, duration_s=121))
    assert scanned(record).episodes == ()


@pytest.mark.parametrize("bpm", [22, 30, 40])
def test_asystole_before_a_slow_escape_rhythm_is_a_pause(bpm):
    """Half the RR around are slow; the pause is long by those before it. And the other way."""
    first, rr_s = np.arange(0.6, 60, 0.8), 60 / bpm
    slow = first[-1] + 5.5 + np.arange(20) * rr_s
    end = slow[-1] + rr_s
    for beats in (np.concatenate([first, slow]), end - np.concatenate([first, slow])[::-1]):
        result = scanned(in_memory(made_ecg(beats, duration_s=end + 1)))
        longest = max((e.stop - e.start) / 360 for e in result.episodes if e.kind == "pause")
        assert longest == pytest.approx(5.5, abs=0.03)


def test_beats_too_small_to_be_found_are_no_pause():
    beats = np.arange(0.6, 60, 0.8)
    height = np.where((beats > 20) & (beats < 30), 0.3, 1.0)
    result = scanned(in_memory(made_ecg(beats, duration_s=61, height_mv=height)))
    assert not [e for e in result.episodes if e.kind == "pause"]


def test_the_noise_goes_with_the_electrode():
    """A slow drift, so that the stretch is not flat, and no noise in it."""
    record, last = with_pause(9.0, noise_mv=0.02)
    ecg = record.read(0, record.n_samples).copy()
    start, stop = round((last + 0.5) * 360), round((last + 8.7) * 360)
    ecg[:, start:stop] = 0.1 * np.sin(2 * np.pi * 0.25 * np.arange(stop - start) / 360)
    result = scanned(in_memory(ecg))
    (off,) = result.episodes
    assert off.kind == "electrode off"
    assert (result.unreadable == [[off.start, off.stop]]).all()


@pytest.mark.parametrize("noise_mv", [0.002, 0.0005])
def test_a_quiet_recorder_shows_a_flat_line_in_a_pause(noise_mv):
    """Asystole is no flat lead, and its time can be read."""
    result = scanned(with_pause(11.0, noise_mv=noise_mv)[0])
    assert [e.kind for e in result.episodes] == ["pause"]
    assert result.stretches == ()
    assert len(result.unreadable) == 0


def test_a_signal_without_any_noise_does_not_say_what_it_is():
    (silent,) = scanned(with_pause(11.0, noise_mv=0.0)[0]).episodes
    assert silent.kind == "unexplained"


def held(quiet_s, held_s, *, missing=False, noise_mv=0.01):
    """A silence that begins quiet; then every lead is held where it is, or missing."""
    record, last = with_pause(quiet_s + held_s, noise_mv=noise_mv)
    ecg = record.read(0, record.n_samples).copy()
    start, stop = round((last + quiet_s) * 360), round((last + quiet_s + held_s - 0.2) * 360)
    ecg[:, start:stop] = np.nan if missing else ecg[:, start : start + 1]
    return [e.kind for e in scanned(in_memory(ecg)).episodes]


def test_leads_that_are_held_are_off_and_no_pause():
    assert held(1.0, 14.0) == ["electrode off"]
    assert held(3.0, 17.0) == ["electrode off"]
    assert held(5.0, 3.0) == ["unexplained"]


def test_nothing_is_said_of_what_was_not_recorded():
    assert held(3.0, 17.0, missing=True) == []


def test_noise_that_hides_what_the_heart_does_is_not_explained():
    record, last = with_pause(20.0)
    ecg = record.read(0, record.n_samples).copy()
    start, stop = round((last + 0.7) * 360), round((last + 19.5) * 360)
    ecg[:, start:stop] += np.random.default_rng(3).normal(0, 0.5, (2, stop - start))
    beats = np.concatenate([np.arange(0.6, 20, 0.8), np.arange(last + 20, 60, 0.8)]) * 360
    *_, step = scan(in_memory(ecg), detection=DETECTION, beats=beats.astype(np.int64))
    assert [e.kind for e in step.scan.episodes] == ["unexplained"]


def test_an_electrode_that_settles_is_no_pause():
    """The demo record at 3:29, where the line falls by 3 mV in four seconds."""
    record = open_record(paths.demo_record())
    result = scanned(record)
    assert not [e for e in result.episodes if e.kind == "pause"]
    assert any(start < 211 * 360 < stop for start, stop in result.unreadable)


def test_a_long_silence_before_the_first_beat_is_no_pause():
    beats = np.arange(12.0, 40, 0.8)
    (silent,) = scanned(in_memory(made_ecg(beats, duration_s=41))).episodes
    assert silent.kind == "unexplained"
    assert silent.start == 0


def test_flutter_of_207(mitdb):
    """Every stretch found, and what was said of it before is not said any more."""
    record = open_record(mitdb / "207.hea")
    result = scanned(record)
    found = [e for e in result.episodes if e.kind == "flutter"]
    true, test = (np.zeros(record.n_samples, np.bool_) for _ in range(2))
    for start, stop in FLUTTER_207_S:
        true[round(start * 360) : round(stop * 360)] = True
        assert any(e.start < stop * 360 and e.stop > start * 360 for e in found)
    for e in found:
        test[e.start : e.stop] = True
    assert (true & test).sum() >= 0.9 * true.sum()  # 97 %
    assert (true & test).sum() >= 0.9 * test.sum()  # 98 %
    (long,) = [
        e for e in result.episodes if e.kind == "unexplained" and e.stop - e.start > 60 * 360
    ]
    assert long.start / 360 == pytest.approx(1540.9, abs=0.5)
    assert long.stop / 360 == pytest.approx(1629.5, abs=0.5)
    assert [long.start, long.stop] in result.unreadable.tolist()


@pytest.mark.parametrize("name", ["100", "106", "200", "203", "213", "223", "232"])
def test_no_flutter_in_training_records_without(mitdb, name):
    result = scanned(open_record(mitdb / f"{name}.hea"))
    assert not [e for e in result.episodes if e.kind == "flutter"]


def test_pauses_of_a_sick_sinus_node(mitdb):
    pauses = [e for e in scanned(open_record(mitdb / "232.hea")).episodes if e.kind == "pause"]
    assert len(pauses) >= 70
    assert max(e.stop - e.start for e in pauses) / 360 == pytest.approx(5.87, abs=0.02)


def test_the_same_from_any_read_size():
    record, _ = with_pause(4.0)
    ecg = record.read(0, record.n_samples)
    assert scanned(in_memory(ecg, piece=1000)).episodes == scanned(record).episodes


def test_processes_say_the_same(monkeypatch, mitdb):
    record = open_record(mitdb / "207.hea")
    alone = scanned(record)
    monkeypatch.setattr(search, "LONG_BLOCKS", 1)
    monkeypatch.setattr(search, "cores", lambda: 2)
    assert scanned(record).episodes == alone.episodes


def test_beats_in_flutter_are_not_normal(mitdb):
    result = scanned(open_record(mitdb / "207.hea"))
    n = result.n_beats
    classes = (np.arange(n) % 5).astype(np.int8)
    batch = BeatBatch(
        np.arange(n),
        classes,
        np.full((n, 5), 0.2),
        np.full((n, 2, 5), 0.2, np.float32),
        np.zeros(n, np.uint16),
    )
    done = marked(batch, result)
    inside = (done.flags & flag_bits("flutter")) > 0
    assert 40 <= inside.sum() <= 60
    assert set(done.classes[inside]) == {NOT_CLASSIFIED, 2, 3, 4}
    assert (done.classes[~inside] == classes[~inside]).all()
    assert np.isnan(done.probabilities[done.classes == NOT_CLASSIFIED]).all()


def test_the_beat_after_a_pause_says_so():
    record, last = with_pause(4.0)
    result = scanned(record)
    n = result.n_beats
    batch = BeatBatch(
        np.arange(n),
        np.zeros(n, np.int8),
        np.full((n, 5), 0.2),
        np.zeros((n, 1, 5), np.float32),
        np.zeros(n, np.uint16),
    )
    after = np.flatnonzero(marked(batch, result).flags & flag_bits("pause"))
    assert result.samples[after] / 360 == pytest.approx([last + 4.0], abs=0.03)
