"""Every number that bxb, rxr and sumstats printed for the 48 records, against ours."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from ecgviewer.ec57.beats import Comparison, compare
from ecgviewer.ec57.figures import summarise
from ecgviewer.ec57.marks import Marks, marks_of_annotations
from ecgviewer.ec57.runs import CHAMBERS, Chamber, RunComparison, compare_runs, summarise_runs
from ecgviewer.formats.wfdb.annotation_file import read_annotation_file
from tests.data import data_dir, ec57_dir
from tests.ec57 import reports

FS = 360.0
NAMES = """
100 101 102 103 104 105 106 107 108 109 111 112 113 114 115 116 117 118 119 121 122 123 124 200
201 202 203 205 207 208 209 210 212 213 214 215 217 219 220 221 222 223 228 230 231 232 233 234
""".split()


@dataclass(frozen=True)
class Compared:
    beats: dict[str, Comparison]
    runs: dict[Chamber, dict[str, RunComparison]]


def marks(path: Path) -> Marks:
    found = read_annotation_file(path)
    return marks_of_annotations(found.sample, found.symbol, subtypes=found.subtype, texts=found.aux)


@pytest.fixture(scope="module")
def compared() -> Compared:
    """All 48 records, compared once."""
    references, tests = data_dir("mitdb"), ec57_dir()
    both = {n: (marks(references / f"{n}.atr"), marks(tests / f"{n}.tst")) for n in NAMES}
    return Compared(
        {n: compare(*pair, fs=FS) for n, pair in both.items()},
        {c: {n: compare_runs(*p, fs=FS, chamber=c) for n, p in both.items()} for c in CHAMBERS},
    )


@pytest.fixture
def expected() -> Path:
    return ec57_dir() / "expected"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("with_s", [False, True])
def test_the_standard_report(name: str, with_s: bool, compared: Compared, expected: Path):
    printed = expected / f"{name}.bxb{'-S' if with_s else ''}.txt"
    # a bar stands before the first count of each row
    theirs = reports.tokens(printed.read_text().replace("%", "").replace("/", " "))
    assert reports.standard(name, compared.beats[name], with_s=with_s) == theirs
    assert len(theirs) == 1 + (45 + 18 + 1 if with_s else 32 + 15 + 12 + 1)


def test_the_line_format_of_beats(compared: Compared, expected: Path):
    theirs = reports.lines(expected / "beats-line.txt")
    assert {n: reports.beat_line(c) for n, c in compared.beats.items()} == theirs


def test_the_line_format_of_shutdown(compared: Compared, expected: Path):
    theirs = reports.lines(expected / "shutdown-line.txt")
    assert {n: reports.shutdown_line(c) for n, c in compared.beats.items()} == theirs


@pytest.mark.parametrize("chamber", CHAMBERS)
def test_the_line_format_of_runs(chamber: Chamber, compared: Compared, expected: Path):
    theirs = reports.lines(expected / f"{chamber}-runs-line.txt")
    assert {n: reports.run_line(c) for n, c in compared.runs[chamber].items()} == theirs


def test_the_summary_of_beats(compared: Compared, expected: Path):
    printed = expected / "beats-summary.txt"
    theirs = reports.lines(printed)
    summary = summarise(list(compared.beats.values()))
    ours = reports.beat_summary(summary)
    assert ours == {word: theirs[word] for word in ours}
    gross = summary.gross
    total = f"Total QRS complexes: {gross.qrs_se.whole}  Total VEBs: {gross.veb_se.whole}"
    assert f"{total}  Total SVEBs: {gross.sveb_se.whole}" in printed.read_text()


def test_the_summary_of_shutdown(compared: Compared, expected: Path):
    theirs = reports.lines(expected / "shutdown-summary.txt")["Sum"]
    summary = summarise(list(compared.beats.values()))
    lost = [str(ratio.part) for ratio in summary.gross.missed_in_shutdown[1:]]
    assert [*lost, f"{summary.shutdown_s:.0f}"] == theirs


@pytest.mark.parametrize("chamber", CHAMBERS)
def test_the_summary_of_runs(chamber: Chamber, compared: Compared, expected: Path):
    printed = expected / f"{chamber}-runs-summary.txt"
    theirs = reports.lines(printed)
    summary = summarise_runs(list(compared.runs[chamber].values()))
    ours = reports.run_summary(summary)
    assert ours == {word: theirs[word] for word in ours}
    couplets, short, long = (kind.se.whole for kind in summary.gross)
    total = f"Total couplets: {couplets}  Total short runs: {short}  Total long runs: {long}"
    assert total in printed.read_text()


def test_the_beats_of_every_cell_are_its_count(compared: Compared):
    for one in compared.beats.values():
        for row in range(7):
            for column in range(7):
                assert len(one.beats(row, column)) == one.matrix[row, column]
