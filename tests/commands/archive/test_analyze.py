"""Archives on the command line: the same reports however they are made, resumed, interrupted."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ecgviewer.analysis.cache import database
from ecgviewer.analysis.cache.database import FILE, Store
from tests.commands.archive.runs import an_archive, analyze, await_tables, process, reports
from tests.excerpt import an_excerpt
from tests.tiny_ensemble import make_ensemble

POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for processes")


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny")


def damage(header: Path) -> None:
    data = bytearray(header.with_suffix(".dat").read_bytes())
    data[3000] ^= 1
    header.with_suffix(".dat").write_bytes(data)


# -- several processes -----------------------------------------------------------------------


@pytest.mark.slow
def test_several_processes_write_what_one_does(tmp_path: Path, ensemble: Path):
    """Records that are sound, damaged and no records at all: files, words and status."""
    records = an_archive(tmp_path / "in", 5)
    damage(records / "ward1" / "r01.hea")
    (records / "broken.hea").write_text("nothing of sense")
    alone = analyze(records, "-o", tmp_path / "one", "--no-cache", ensemble=ensemble)
    several = analyze(records, "-o", tmp_path / "two", "--no-cache", "-j", 2, ensemble=ensemble)
    assert (alone.exit_code, several.exit_code) == (1, 1)
    assert len(reports(tmp_path / "one")) == 10
    assert reports(tmp_path / "two") == reports(tmp_path / "one")
    assert several.stdout == alone.stdout
    assert several.stderr == alone.stderr
    assert "broken.hea" in alone.stderr
    assert "(tried 2 times)" in alone.stderr
    assert "2 of 6 records" in alone.stderr


def test_jobs_and_dask_exclude_each_other(tmp_path: Path, ensemble: Path):
    ran = analyze(tmp_path, "-o", tmp_path, "-j", 2, "--dask", "tcp://x:1", ensemble=ensemble)
    assert ran.exit_code == 2
    assert analyze(tmp_path, "-o", tmp_path, "-j", 0, ensemble=ensemble).exit_code == 2


def test_what_fails_is_tried_once_more(tmp_path: Path, ensemble: Path, monkeypatch):
    from ecgviewer.report import build

    analyse, failures = build.analyse_record, ["r01"]

    def moody(record, *rest, **more):
        if record.name in failures:
            failures.remove(record.name)
            raise OSError(5, "Input/output error")
        return analyse(record, *rest, **more)

    monkeypatch.setattr(build, "analyse_record", moody)
    records = an_archive(tmp_path / "in", 2)
    ran = analyze(records, "-o", tmp_path / "out", ensemble=ensemble)
    assert ran.exit_code == 0, ran.output
    assert failures == []
    assert len(reports(tmp_path / "out")) == 4


# -- going on --------------------------------------------------------------------------------


def test_the_same_command_goes_on_where_it_was(tmp_path: Path, ensemble: Path):
    records, out = an_archive(tmp_path / "in"), tmp_path / "out"
    damage(records / "ward0" / "r02.hea")
    first = analyze(records, "-o", out, ensemble=ensemble)
    before = reports(out)
    for name in ("r00.csv", "r00.csv-metadata.json"):
        (out / "ward0" / name).unlink()
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.csv")}
    again = analyze(records, "-o", out, ensemble=ensemble)
    assert reports(out) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert again.stdout.count("done before, of the same files") == 3
    assert again.exit_code == first.exit_code == 1
    assert again.stderr == first.stderr  # damaged it still is


@pytest.mark.parametrize("named", ["the folder", "both its files"])
def test_a_folder_of_one_record_goes_on_too(tmp_path: Path, ensemble: Path, named: str):
    header, out = an_excerpt(tmp_path / "in"), tmp_path / "out"
    records = [header.parent] if named == "the folder" else [header, header.with_suffix(".dat")]
    first = analyze(*records, "-o", out, ensemble=ensemble)
    before = reports(out)
    again = analyze(*records, "-o", out, ensemble=ensemble)
    assert (first.exit_code, again.exit_code, again.stderr) == (0, 0, "")
    assert "done before, of the same files: r.csv is left as it is" in again.stdout
    assert reports(out) == before
    damage(header)
    assert analyze(*records, "-o", out, ensemble=ensemble).exit_code == 1  # another file now
    assert reports(out) == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda record, out: damage(record), "made with other files of the recording"),
        (
            lambda record, out: record.write_text(record.read_text() + "# more\n"),
            "made with other files of the recording",
        ),
        (
            lambda record, out: out.write_bytes(out.read_bytes() + b"\r\n"),
            "its SHA-256 is not the one in r00.csv-metadata.json: it was changed after it was",
        ),
        (lambda record, out: out.unlink(), "r00.csv is missing beside it"),
        (lambda record, out: _description(out).write_text("{}"), "json does not describe it"),
        (lambda record, out: _description(out).write_text("no json"), "json does not describe it"),
    ],
    ids=["signal", "header", "table", "no table", "another", "no json"],
)
@pytest.mark.parametrize("n", [1, 2])
def test_a_report_of_other_inputs_is_not_taken_for_done(
    tmp_path: Path, ensemble: Path, n: int, change: Callable[[Path, Path], object], why: str
):
    records, out = an_archive(tmp_path / "in", n), tmp_path / "out"
    assert analyze(records, "-o", out, ensemble=ensemble).exit_code == 0
    report = next(out.rglob("r00.csv"))
    change(records / "ward0" / "r00.hea", report)
    before = reports_as_they_are(out)
    ran = analyze(records, "-o", out, ensemble=ensemble)
    assert ran.exit_code == 1
    assert "is there already; name another, or give --force" in ran.stderr
    assert why in ran.stderr
    assert ran.stdout.count("done before") == n - 1
    assert reports_as_they_are(out) == before  # nothing is replaced unasked
    analyze(records, "-o", out, "--force", ensemble=ensemble)
    assert reports_as_they_are(out) != before
    assert "done before" not in ran.stdout.replace("r01: done before", "")


def _description(report: Path) -> Path:
    return report.with_name(f"{report.name}-metadata.json")


def reports_as_they_are(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.mark.parametrize("option", [["--hide-patient"], ["--beats", "atr"]])
def test_a_report_made_in_another_way_is_not_taken_for_done(
    tmp_path: Path, ensemble: Path, option: list[str]
):
    records, out = an_archive(tmp_path / "in", 2), tmp_path / "out"
    for header in records.rglob("*.hea"):
        header.with_suffix(".atr").write_bytes(b"\x68\x04\x00\x00")  # a beat at sample 104
    assert analyze(records, "-o", out, ensemble=ensemble).exit_code == 0
    ran = analyze(records, "-o", out, *option, ensemble=ensemble)
    assert ran.stdout.count("done before") == 0
    assert ran.stderr.count("it was made with other") == 2
    assert ran.exit_code == 1
    other = make_ensemble(tmp_path / "bundle" / "tiny")
    card = other / "ensemble.json"
    card.write_bytes(card.read_bytes().replace(b'"untrained"', b'"changed"'))
    assert analyze(records, "-o", out, ensemble=other).stdout.count("done before") == 0
    assert analyze(records, "-o", out, ensemble=ensemble).stdout.count("done before") == 2


# -- interrupted -----------------------------------------------------------------------------


@pytest.mark.slow
@POSIX_ONLY
@pytest.mark.parametrize("whom", ["the program", "all of the terminal"])
def test_an_interrupt_ends_every_process(tmp_path: Path, ensemble: Path, whom: str):
    records, out = an_archive(tmp_path / "in", 60), tmp_path / "out"
    running = process(
        records, "-o", out, "--no-cache", "-j", 2, ensemble=ensemble, start_new_session=True
    )
    with running:
        await_tables(out, 3)
        if whom == "the program":
            running.send_signal(signal.SIGINT)
        else:
            os.killpg(running.pid, signal.SIGINT)
        _, complaint = running.communicate(timeout=60)
    assert running.returncode == 130, complaint
    assert "Traceback" not in complaint
    assert "interrupted" in complaint
    assert_nobody_left(running)
    tables = {path.name for path in out.rglob("*.csv")}
    assert 0 < len(tables) < 60
    files = {path.name for path in out.rglob("*") if path.is_file()}
    assert files == tables | {f"{name}-metadata.json" for name in tables}
    resumed = analyze(records, "-o", out, "--no-cache", ensemble=ensemble)
    assert resumed.exit_code == 0
    assert resumed.stdout.count("done before") == len(tables)
    assert len(list(out.rglob("*.csv"))) == 60


@pytest.mark.slow
@POSIX_ONLY
def test_no_process_outlives_a_program_that_is_killed(tmp_path: Path, ensemble: Path):
    records, out = an_archive(tmp_path / "in", 60), tmp_path / "out"
    running = process(
        records, "-o", out, "--no-cache", "-j", 2, ensemble=ensemble, start_new_session=True
    )
    with running:
        await_tables(out, 3)
        running.kill()
        running.communicate(timeout=60)
    assert_nobody_left(running)
    assert len(list(out.rglob("*.csv"))) < 60


def assert_nobody_left(leader: "subprocess.Popen[str]") -> None:
    """No process of its group is left, after the second or so it may take them to notice."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            os.killpg(leader.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(leader.pid, signal.SIGKILL)
    raise AssertionError("processes are left")


# -- results kept ----------------------------------------------------------------------------


def test_kept_results_give_the_same_report(tmp_path: Path, ensemble: Path, monkeypatch):
    from ecgviewer.analysis import run

    record = an_excerpt(tmp_path / "in")
    plain = tmp_path / "plain" / "r.csv"
    assert analyze(record, "-o", plain, "--no-cache", ensemble=ensemble).exit_code == 0
    assert not (database.folder() / FILE).exists()
    first = analyze(record, "-o", tmp_path / "first" / "r.csv", ensemble=ensemble)
    assert Store(database.folder()).size()[0] == 1

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was analysed again")

    monkeypatch.setattr(run, "analyze", never)
    monkeypatch.setattr(run, "scan", never)
    again = analyze(record, "-o", tmp_path / "again" / "r.csv", ensemble=ensemble)
    assert again.exit_code == 0, again.output
    assert again.stdout == first.stdout
    assert reports(tmp_path / "again") == reports(tmp_path / "first") == reports(plain.parent)
    fails = analyze(record, "-o", tmp_path / "x.csv", "--no-cache", ensemble=ensemble)
    assert fails.exit_code == 1


def test_kept_results_of_an_annotator_are_its_own(tmp_path: Path, ensemble: Path):
    record, marks = an_excerpt(tmp_path / "in"), [b"\x68\x05\x00\x00", b"\x68\x05\x68\x05\x00\x00"]
    for i, mark in enumerate(marks):  # one beat, then two
        record.with_suffix(".atr").write_bytes(mark)
        for name in (f"a{i}", f"b{i}"):
            ran = analyze(
                record, "-o", tmp_path / name / "r.csv", "--beats", "atr", ensemble=ensemble
            )
            assert ran.exit_code == 0, ran.output
        assert reports(tmp_path / f"a{i}") == reports(tmp_path / f"b{i}")
        assert f"r: {i + 1} beats" in ran.stdout
    detected = analyze(record, "-o", tmp_path / "d.csv", ensemble=ensemble)
    assert "r: 2 beats" not in detected.stdout
    assert Store(database.folder()).size()[0] == 3


def test_a_cache_that_cannot_be_written_changes_nothing(
    tmp_path: Path, ensemble: Path, monkeypatch
):
    (tmp_path / "in_the_way").touch()
    monkeypatch.setenv(database.VARIABLE, str(tmp_path / "in_the_way"))
    record = an_excerpt(tmp_path / "in")
    ran = analyze(record, "-o", tmp_path / "r.csv", ensemble=ensemble)
    assert ran.exit_code == 0
    assert ran.stderr == ""
