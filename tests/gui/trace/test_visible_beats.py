"""Segments as drawn: the samples that the networks read, and R in every one of them."""

import numpy as np
import pytest

from ecgviewer.analysis.inputs import bounds_of
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.columns import Beats
from ecgviewer.beats.log import BeatLog
from ecgviewer.formats.readers import open_record
from ecgviewer.gui.trace.visible_beats import visible_beats
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import CLINICAL, DETECTION, PAPER
from tests.data import case, data_dir
from tests.signals import demo_ecg, in_memory


def pages(record, *, prep, width_s=10.0):
    """Every beat's segment and the end of what was read, (n, 3) s, from pages of the record."""
    *_, last = scan(record, detection=DETECTION)
    log = BeatLog()
    log.extend(last.scan.samples)
    beats, found = Beats.of(log), np.full((log.n_beats, 3), np.nan)
    for start_s in np.arange(0, record.duration_s, width_s):
        shown = visible_beats(
            beats,
            TimeGrid(record),
            record.fs,
            start_s=start_s,
            stop_s=start_s + width_s,
            prep=prep,
            scan=last.scan,
        )
        on_page = (shown.stop_s > start_s) & (shown.start_s < start_s + width_s)
        found[shown.ids[on_page], 0] = shown.start_s[on_page]
        found[shown.ids[on_page], 1] = shown.stop_s[on_page]
        found[shown.ids[on_page], 2] = shown.read_stop_s[on_page]
    return last.scan, found


def check(record, prep):
    result, found = pages(record, prep=prep)
    bounds = bounds_of(result, np.arange(result.n_beats), prep)
    seconds = TimeGrid(record).down / TimeGrid(record).up / record.fs
    r_peak = result.positions * seconds
    assert np.array_equal(found[:, 0], bounds.start * seconds)  # every beat is on a page
    assert ((found[:, 0] <= r_peak) & (r_peak < found[:, 1])).all()
    seen = bounds.r_offset < bounds.stop - bounds.start
    assert np.array_equal(found[:, 2], bounds.stop * seconds)
    assert np.array_equal(found[seen, 1], found[seen, 2])
    assert (found[~seen, 1] > found[~seen, 2]).all()
    return int((~seen).sum())


@pytest.mark.parametrize(("prep", "r_beyond"), [(CLINICAL, 0), (PAPER, 30)])
def test_every_segment_of_a_record_full_of_pauses_is_what_was_read(prep, r_beyond):
    record = open_record(data_dir("mitdb") / "232.hea")
    assert 0 <= check(record, prep) - r_beyond <= 3 * (r_beyond > 0)


@pytest.mark.parametrize(("prep", "r_beyond"), [(CLINICAL, 0), (PAPER, 1)])
def test_after_a_pause_of_four_seconds(prep, r_beyond):
    assert check(open_record(case("after-pause/p4.hea")), prep) == r_beyond


@pytest.mark.parametrize("fs", [128.0, 250.0, 500.0, 1000.0])
@pytest.mark.parametrize("prep", [CLINICAL, PAPER])
def test_at_other_rates_positions_are_those_of_the_grid(fs, prep):
    check(in_memory(demo_ecg()[:, :60_000], fs=fs), prep)


def test_between_what_was_read_and_the_beat_the_line_stays_plain():
    record = open_record(case("after-pause/p4.hea"))
    *_, last = scan(record, detection=DETECTION)
    log = BeatLog()
    log.extend(last.scan.samples)
    grid = TimeGrid(record)
    shown = visible_beats(
        Beats.of(log), grid, 360.0, start_s=44, stop_s=56, prep=PAPER, scan=last.scan
    )
    late = int(np.diff(shown.times_s).argmax()) + 1
    start_s, stop_s, classes = shown.coloured()
    assert len(classes) == len(shown.ids) + 1
    r_s, read_s = shown.times_s[late], shown.read_stop_s[late]
    assert start_s[-1] == pytest.approx(r_s - 0.1)
    assert stop_s[-1] == pytest.approx(r_s + 0.1)
    between = (start_s < r_s - 0.15) & (stop_s > read_s + 0.01)
    assert not between[start_s > shown.start_s[late] - 1e-9].any()


def test_a_segment_long_before_its_beat_is_on_the_page_that_shows_it():
    """A pause of 12 s, read without a cap: the window ends more than three seconds before R."""
    record, log = in_memory(demo_ecg()[:, :20_000]), BeatLog()
    log.extend(np.array([1_000, 1_300, 1_300 + 12 * 360, 6_000]))
    for start_s in (3.0 + 1_300 / 360 + 12 * 5 / 8 - 2.5, 1_300 / 360 + 12 - 0.5):
        shown = visible_beats(
            Beats.of(log),
            TimeGrid(record),
            360.0,
            start_s=start_s,
            stop_s=start_s + 1,
            prep=PAPER,
        )
        here = (shown.start_s < start_s + 1) & (shown.stop_s > start_s)
        assert 2 in shown.ids[here]
