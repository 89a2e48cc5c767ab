import copy
import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ecgviewer import paths
from ecgviewer.analysis.cache.cache import hash_files
from ecgviewer.analysis.classify import analyze
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.columns import Beats
from ecgviewer.beats.log import BeatLog
from ecgviewer.beats.scan import Scan
from ecgviewer.formats.readers import open_record
from ecgviewer.model.ensemble import Ensemble, load_ensemble
from ecgviewer.record import Lead, Record
from ecgviewer.report.beats_csv import csv_bytes
from ecgviewer.report.build import Report, analyse_record, build_report
from ecgviewer.signal.params import DETECTION, PAPER
from ecgviewer.versions import versions
from tests.tiny_ensemble import make_ensemble

FS, SECONDS = 360, 40


@cache
def signal() -> NDArray[np.float32]:
    return open_record(paths.demo_record()).read(0, FS * SECONDS)


def a_record(*gaps: tuple[int, int, int], n_leads: int = 2) -> Record:
    """The demo's first seconds in every lead; gaps are (lead, first s, last s)."""
    ecg = np.repeat(signal(), n_leads, axis=0)
    for lead, start, stop in gaps:
        ecg[lead, start * FS : stop * FS] = np.nan
    names = ("MLII", "V1", "V5")
    return Record(
        name="synthetic",
        path=paths.demo_record(),
        fs=float(FS),
        leads=tuple(Lead(name) for name in names[:n_leads]),
        n_samples=ecg.shape[1],
        reader=lambda start, stop: ecg[:, start:stop].copy(),
        files=(paths.demo_record().with_suffix(".hea"),),
    )


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Ensemble:
    folder = make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny")
    return load_ensemble(folder, device="cpu")


def scanned(record: Record) -> tuple[Scan, BeatLog]:
    log, result = BeatLog(), None
    for step in scan(record, detection=DETECTION):
        log.extend(step.samples)
        result = step.scan
    assert result is not None
    return result, log


def built(record: Record, result: Scan | None, log: BeatLog, ensemble: Ensemble) -> Report:
    beats, inputs = Beats.of(log), default_inputs(record, prep=PAPER)
    hashes = hash_files(record)
    return build_report(record, record.verdict, result, beats, ensemble, inputs, hashes=hashes)


def rows(report: Report) -> Iterator[dict[str, str]]:
    text = csv_bytes(report.record, report.beats).decode()
    return csv.DictReader(io.StringIO(text, newline=""))


def test_any_order_gives_the_bytes_of_file_order(ensemble: Ensemble) -> None:
    """The window asks for what is on screen first; the command line goes from the start."""
    record = a_record()
    result, log = scanned(record)

    def middle_first(pending: NDArray[np.bool_]) -> NDArray[np.int64]:
        wanted = np.flatnonzero(pending)
        return wanted[np.argsort(abs(wanted - 20), kind="stable")]

    for batch in analyze(
        record,
        result,
        ensemble,
        order=middle_first,
        batch=7,
        inputs=default_inputs(record, prep=ensemble.prep),
    ):
        log.apply(batch)
    window = built(record, result, copy.deepcopy(log), ensemble)
    line = analyse_record(record, ensemble)
    assert csv_bytes(record, window.beats) == csv_bytes(record, line.beats)
    assert window.context == line.context
    assert line.summary.complete
    assert {row["class"] for row in rows(line)} > {"N"}


def test_an_export_before_the_end_says_so(ensemble: Ensemble) -> None:
    record = a_record()
    result, log = scanned(record)
    for batch in analyze(
        record, result, ensemble, batch=10, inputs=default_inputs(record, prep=ensemble.prep)
    ):
        log.apply(batch)
        break
    report = built(record, result, log, ensemble)
    assert report.context.complete is False
    assert report.context.analysed_s < report.context.readable_s
    found = list(rows(report))
    assert {row["flags"] for row in found[10:]} == {"pending"}
    assert {row["class"] for row in found[10:]} == {""}


def test_an_export_while_beats_are_still_searched(ensemble: Ensemble) -> None:
    record = a_record()
    _, log = scanned(record)
    report = built(record, None, log, ensemble)
    assert report.context.complete is False
    assert report.context.beats_from == "detect"
    assert len(list(rows(report))) == log.n_beats


def empty_intervals(report: Report) -> list[int]:
    """Beats after the first without an interval before them."""
    found = list(rows(report))
    for first, second in itertools.pairwise(found):
        assert first["rr_after_ms"] == second["rr_before_ms"]
        assert (second["heart_rate_bpm"] == "") == (second["rr_before_ms"] == "")
    return [i for i, row in enumerate(found[1:], 1) if not row["rr_before_ms"]]


def test_intervals_across_a_gap_are_empty(ensemble: Ensemble) -> None:
    record = a_record((0, 15, 22), (1, 15, 22))
    report = analyse_record(record, ensemble)
    [beat] = empty_intervals(report)
    assert report.beats.sample[beat - 1] < 15 * FS
    assert report.beats.sample[beat] >= 22 * FS
    assert 30 < report.context.readable_s <= 33  # noise beside the gap counts too
    near = [row for row in rows(report) if "gap" in row["flags"].split(";")]
    assert near
    assert {(row["class"], row["p_N"], row["confidence"]) for row in near} == {("", "", "")}
    assert all("unreadable" in row["flags"].split(";") for row in near)
    assert report.summary.n_not_classified == len(near)
    assert report.summary.complete


def test_a_gap_in_one_lead_breaks_no_interval(ensemble: Ensemble) -> None:
    assert empty_intervals(analyse_record(a_record((1, 15, 22)), ensemble)) == []


def test_progress_is_told(ensemble: Ensemble) -> None:
    told: list[tuple[str, int, int]] = []
    report = analyse_record(a_record(), ensemble, progress=lambda *step: told.append(step))
    n = report.beats.n_beats
    assert told[0][0] == "scan"
    assert told[-1] == ("classify", n, n)


def test_files_are_hashed_once_and_hiding_is_passed_on(ensemble: Ensemble, tmp_path: Path) -> None:
    header = tmp_path / "x.hea"
    header.write_bytes(b"x")
    record = replace(a_record(), files=(header, header))
    context = analyse_record(record, ensemble, hide_patient=True).context
    assert [(file.path.name, file.size) for file in context.inputs] == [("x.hea", 1)]
    assert context.hide_patient


def test_files_that_could_not_be_hashed_before_have_no_sum(
    ensemble: Ensemble, tmp_path: Path
) -> None:
    header = tmp_path / "x.hea"
    header.write_bytes(b"x")
    record = replace(a_record(), files=(header, tmp_path / "missing.dat"))
    context = analyse_record(record, ensemble).context
    assert [file.sha256 for file in context.inputs] == [None, None]
    assert context.verdict.badge == "damaged"


def test_versions_name_what_computes() -> None:
    assert set(versions()) == {
        "ecgviewer",
        "python",
        "numpy",
        "scipy",
        "PyWavelets",
        "bottleneck",
        "torch",
        "wfdb",
    }
    assert "unknown" not in versions().values()
