import json

import numpy as np
import pytest

from bench.days.beats import add_beats, colour
from bench.days.figures import Figure, dump, line, merge, plain, spread
from bench.days.page import BEGIN, END, put
from bench.days.parts.opening import forget
from bench.days.tiling import ZERO, Wanted, library, make, pack
from ecgviewer import paths
from ecgviewer.formats.readers import open_record
from tests.gui.synthetic import heart_log, synthetic

TWO = Wanted("two", 700.0, 360, 2, 212)  # longer than the demo record's 300 s
THREE = Wanted("three", 650.0, 250, 3, 16)


@pytest.mark.parametrize("wanted", [TWO, Wanted("two", 700.0, 360, 2, 16), THREE], ids=str)
def test_a_tiled_recording_is_intact(wanted, tmp_path):
    header = make(wanted, data=None, folder=tmp_path)
    record = open_record(header)
    assert (record.fs, record.n_leads) == (wanted.fs, wanted.n_leads)
    assert record.n_samples == wanted.n_samples
    assert header.with_suffix(".dat").stat().st_size == wanted.n_bytes
    assert record.verify is not None
    verdict = record.verify(lambda: False)
    assert verdict.badge == "intact", verdict.findings


def test_its_samples_are_those_of_the_source_again_and_again(tmp_path):
    record = open_record(make(TWO, data=None, folder=tmp_path))
    demo = open_record(paths.demo_record())
    source = demo.read(0, demo.n_samples)[0]
    read = record.read(0, record.n_samples)
    for start in (0, len(source), 2 * len(source)):
        stop = min(start + len(source), record.n_samples)
        np.testing.assert_array_equal(read[0, start:stop], source[: stop - start])
    np.testing.assert_allclose(read[1], -read[0], atol=1e-6)


def test_wfdb_reads_the_same(tmp_path):
    header = make(THREE, data=None, folder=tmp_path)
    record = open_record(header)
    peer = library().rdrecord(str(header.with_suffix("")))
    np.testing.assert_allclose(record.read(0, 5000), peer.p_signal[:5000].T, atol=1e-6)


def test_it_spreads_over_all_sources(mitdb, tmp_path):
    wanted = Wanted("short", 480.0, 360, 2, 16)
    values = (
        library()
        .rdrecord(str(make(wanted, data=mitdb, folder=tmp_path).with_suffix("")), physical=False)
        .d_signal
    )
    second = library().rdrecord(str(mitdb / "101"), physical=False, sampto=3600).d_signal
    np.testing.assert_array_equal(values[3600:7200], second)


def test_it_is_kept_unless_its_size_is_wrong(tmp_path):
    signal = make(TWO, data=None, folder=tmp_path).with_suffix(".dat")
    before = signal.stat().st_mtime_ns
    make(TWO, data=None, folder=tmp_path)
    assert signal.stat().st_mtime_ns == before
    whole = signal.read_bytes()
    signal.write_bytes(whole[:-3])
    make(TWO, data=None, folder=tmp_path)
    assert signal.read_bytes() == whole


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # wfdb's use of pandas
def test_format_212_is_packed_as_wfdb_packs_it(tmp_path):
    values = np.random.default_rng(0).integers(-2048, 2048, (500, 2)).astype(np.int16)
    library().wrsamp(
        "x",
        fs=360,
        units=["mV"] * 2,
        sig_name=["a", "b"],
        d_signal=values.astype(np.int64),
        fmt=["212"] * 2,
        adc_gain=[200.0] * 2,
        baseline=[ZERO] * 2,
        write_dir=str(tmp_path),
    )
    assert pack(values, 212) == (tmp_path / "x.dat").read_bytes()


def test_figures_say_whether_the_bar_is_met():
    assert Figure("x", 3.0, "s", 3.0).verdict == "met"
    assert Figure("x", 3.1, "s", 3.0).verdict == "missed"
    assert Figure("x", None, "s", 3.0).verdict == "not run"
    assert Figure("x", None, "s", 3.0, without="not offered").verdict == "not offered"
    assert Figure("x", 3.0, "s").verdict == ""
    assert "missed" in line(Figure("x", 3.1, "s", 3.0, "peer", 1234.0))
    assert "1,234" in line(Figure("x", 3.1, "s", 3.0, "peer", 1234.0))


def test_spread_is_median_and_99th_percentile():
    median, late = spread("x", np.arange(101.0), (16.0, 33.0))
    assert (median.value, late.value) == (50.0, 99.0)
    assert (median.bar, late.bar) == (16.0, 33.0)
    assert "longest 100 ms" in median.note


def test_a_part_measured_again_replaces_only_itself():
    document = merge({}, "open", {"date": "a", "figures": plain([Figure("x", 1.0, "s")])})
    document = merge(document, "scan", {"date": "a", "figures": []})
    document = merge(document, "open", {"date": "b", "figures": plain([Figure("y", None, "s")])})
    assert document["parts"]["open"]["date"] == "b"
    assert json.loads(dump(document)) == document
    assert Figure(**document["parts"]["open"]["figures"][0]) == Figure("y", None, "s")
    unoffered = Figure("z", None, "s", without="not offered")
    assert Figure(**plain([unoffered])[0]) == unoffered


def test_the_page_keeps_what_people_wrote(tmp_path):
    page = tmp_path / "performance.md"
    page.write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nAfter.\n")
    run = {"date": "d", "commit": "c", "load_before": 1.0, "day_h": 24.0, "week_h": 168.0}
    run["ensemble"] = "paper"
    row = plain([Figure("first paint", 0.1234567, "s", 0.3, "peer", 5.0)])
    machine = dict.fromkeys(("processor", "system", "python"), "m") | {"cores": 2, "memory_gb": 8}
    put(page, merge({"machine": machine}, "open", {**run, "ended": "", "figures": row}))
    text = page.read_text()
    assert text.startswith("# Before\n")
    assert text.endswith("\n\nAfter.\n")
    assert "old" not in text
    assert "| first paint | 0.123 s | 0.3 s | met | peer 5 s |  |" in text
    page.write_text("no marks")
    with pytest.raises(ValueError, match="needs one line"):
        put(page, {"machine": machine, "parts": {}})


def test_beats_are_added_and_all_coloured():
    record = synthetic(seconds=600.0)
    log = heart_log(record, "?")
    known = log.samples[:10].copy()
    add_beats(log, record.n_samples * 2, 2_000)
    assert log.n_beats == pytest.approx(2_000, abs=2)
    assert (np.diff(log.samples) > 0).all()
    assert np.array_equal(log.samples[:10], known)
    colour(log, np.arange(100))
    assert log.n_classified == 100
    colour(log, np.arange(log.n_beats))
    assert log.n_pending == 0
    assert (log.counts() > 0).all()


def test_a_file_can_be_forgotten_by_the_system(tmp_path):
    header = make(Wanted("one", 10.0, 360, 2, 16), data=None, folder=tmp_path)
    before = header.with_suffix(".dat").read_bytes()
    forget(header)
    assert header.with_suffix(".dat").read_bytes() == before
