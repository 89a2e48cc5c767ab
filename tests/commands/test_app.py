import csv
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ecgviewer import __version__, paths
from ecgviewer.commands.app import app
from tests.commands.archive.runs import CALL
from tests.data import REPOSITORY
from tests.excerpt import N_SAMPLES, an_excerpt
from tests.tiny_ensemble import UNSEEN, make_ensemble

DEMO = paths.demo_record()


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny")


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def analyze(*arguments: object, ensemble: Path) -> Result:
    return call("analyze", *arguments, "--ensemble", ensemble, "--device", "cpu")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def block(path: Path) -> dict[str, Any]:
    document = json.loads(path.with_name(f"{path.name}-metadata.json").read_bytes())
    found: dict[str, Any] = document["ecgviewer:report"]
    return found


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_version_and_help() -> None:
    assert call("--version").output == f"ecgviewer {__version__}\n"
    for command in ("analyze", "info"):
        assert call(command, "--help").exit_code == 0
    assert call("analyze").exit_code == 2
    assert call("analyze", DEMO).exit_code == 2  # no -o
    assert call("nonsense").exit_code == 2


def test_one_record(tmp_path: Path, ensemble: Path) -> None:
    record = an_excerpt(tmp_path)
    out = tmp_path / "out" / "r.csv"
    ran = analyze(record, "-o", out, ensemble=ensemble)
    assert ran.exit_code == 0, ran.output
    found = rows(out)
    assert 10 < len(found) < 30
    assert found[0]["clock"].startswith("2024-02-28T23:59:5")
    assert found[-1]["clock"].startswith("2024-02-29T00:00:0")
    assert found[0]["flags"].split(";")[0] == "edge"
    assert all("one_lead" in row["flags"] for row in found)
    about = block(out)
    assert about["complete"] is True
    assert about["counts"]["total"] == len(found)
    assert about["leads_used"] == ["MLII", None]
    assert about["unseen_patients"] == UNSEEN
    assert [file["name"] for file in about["inputs"]] == ["r.hea", "r.dat"]
    assert about["integrity"]["badge"] == "intact"
    summary, sentence = ran.stdout.splitlines()
    assert summary.startswith(f"r: {len(found)} beats: N ")
    assert "complete" in summary
    assert "beats/min" in summary
    assert sentence == UNSEEN


def test_the_same_bytes_twice(tmp_path: Path, ensemble: Path) -> None:
    record = an_excerpt(tmp_path)
    for name in "ab":
        assert analyze(record, "-o", tmp_path / name / "r.csv", ensemble=ensemble).exit_code == 0
    assert (tmp_path / "a/r.csv").read_bytes() == (tmp_path / "b/r.csv").read_bytes()
    first, second = block(tmp_path / "a/r.csv"), block(tmp_path / "b/r.csv")
    first.pop("provenance")
    second.pop("provenance")
    assert first == second


def test_beats_of_an_annotator(tmp_path: Path, ensemble: Path, mitdb: Path) -> None:
    for suffix in ("hea", "dat", "atr"):
        shutil.copy(mitdb / f"207.{suffix}", tmp_path)  # has flutter waves
    out = tmp_path / "r.csv"
    ran = analyze(tmp_path / "207", "-o", out, "--beats", "atr", ensemble=ensemble)
    assert ran.exit_code == 0, ran.output
    about = block(out)
    assert about["beats_from"] == "atr"
    assert about["inputs"][-1]["name"] == "207.atr"
    assert abs(len(rows(out)) - 1860) < 10  # its beats; two may be refined to one place
    ran = analyze(tmp_path / "207", "-o", tmp_path / "x.csv", "--beats", "qrs", ensemble=ensemble)
    assert ran.exit_code == 1
    assert "qrs" in ran.stderr
    assert not (tmp_path / "x.csv").exists()


def test_an_existing_report_needs_force(tmp_path: Path, ensemble: Path) -> None:
    record, out = an_excerpt(tmp_path), tmp_path / "r.csv"
    out.write_text("mine")
    ran = analyze(record, "-o", out, ensemble=ensemble)
    assert (ran.exit_code, out.read_text()) == (1, "mine")
    assert "is there already; name another, or give --force" in ran.stderr
    assert "r.csv-metadata.json is missing beside it" in ran.stderr
    assert analyze(record, "-o", out, "--force", ensemble=ensemble).exit_code == 0
    assert out.read_text() != "mine"
    assert "give --force to replace it\n" in analyze(record, "-o", out, ensemble=ensemble).stderr
    out.write_bytes(out.read_bytes().replace(b"model", b"mine"))
    assert "it was changed after it was written" in (
        analyze(record, "-o", out, ensemble=ensemble).stderr
    )


def test_the_recording_is_never_replaced(tmp_path: Path, ensemble: Path) -> None:
    record = an_excerpt(tmp_path)
    before = record.with_suffix(".dat").read_bytes()
    ran = analyze(record, "-o", record.with_suffix(".dat"), "--force", ensemble=ensemble)
    assert ran.exit_code == 1
    assert "recording itself" in ran.stderr
    assert record.with_suffix(".dat").read_bytes() == before


def test_a_folder_is_mirrored_and_a_bad_record_does_not_stop_the_rest(
    tmp_path: Path, ensemble: Path
) -> None:
    an_excerpt(tmp_path / "in", "a")
    an_excerpt(tmp_path / "in" / "deep", "b")
    (tmp_path / "in" / "broken.hea").write_text("nothing of sense")
    (tmp_path / "in" / "notes.txt").write_text("no record")
    out = tmp_path / "out"
    ran = analyze(tmp_path / "in", "-o", out, ensemble=ensemble)
    assert ran.exit_code == 1
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.csv")} == {
        "a.csv",
        "deep/b.csv",
    }
    assert len(ran.stdout.splitlines()) == 3  # two records and the sentence
    assert "broken.hea" in ran.stderr
    assert "1 of 3 records" in ran.stderr
    assert "Traceback" not in ran.output


def test_damaged_samples_are_reported_and_make_the_status_1(tmp_path: Path, ensemble: Path) -> None:
    record = an_excerpt(tmp_path)
    data = bytearray(record.with_suffix(".dat").read_bytes())
    data[3000] ^= 1
    record.with_suffix(".dat").write_bytes(data)
    out = tmp_path / "r.csv"
    ran = analyze(record, "-o", out, ensemble=ensemble)
    assert ran.exit_code == 1
    assert "files damaged" in ran.stdout
    assert block(out)["integrity"]["badge"] == "damaged"
    shown = call("info", record)
    assert shown.exit_code == 1
    assert "damaged" in shown.stdout
    assert json.loads(call("info", record, "--json").stdout)["integrity"] == "damaged"


def test_wrong_usage(tmp_path: Path, ensemble: Path) -> None:
    record = an_excerpt(tmp_path / "in")
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    for arguments in (
        (record, "-o", tmp_path),
        (tmp_path / "in", "-o", tmp_path / "file"),
        (tmp_path / "empty", "-o", tmp_path / "out"),
    ):
        assert analyze(*arguments, ensemble=ensemble).exit_code == 2
    ran = call("analyze", record, "-o", tmp_path / "x.csv", "--ensemble", "none-such")
    assert ran.exit_code == 2
    assert "none-such" in ran.stderr
    ran = call("analyze", record, "-o", tmp_path / "x.csv", "--device", "abacus")
    assert ran.exit_code == 2
    assert names(tmp_path) == {"r.hea", "r.dat", "file"}


def test_a_missing_record(tmp_path: Path, ensemble: Path) -> None:
    ran = analyze(tmp_path / "none", "-o", tmp_path / "x.csv", ensemble=ensemble)
    assert ran.exit_code == 1
    assert len(ran.stderr.splitlines()) == 1
    assert "Traceback" not in ran.output
    ran = call("info", tmp_path / "none")
    assert ran.exit_code == 1
    assert len(ran.stderr.splitlines()) == 1


def test_a_record_without_beats(tmp_path: Path, ensemble: Path) -> None:
    (tmp_path / "z.dat").write_bytes(bytes(2 * 360))
    (tmp_path / "z.hea").write_text("z 1 360 360\nz.dat 16 200 16 0 0 0 0 II\n")
    ran = analyze(tmp_path / "z.hea", "-o", tmp_path / "z.csv", ensemble=ensemble)
    assert ran.exit_code == 0, ran.output
    assert rows(tmp_path / "z.csv") == []
    assert block(tmp_path / "z.csv")["complete"] is True


def test_slow_rates_are_marked_but_not_classified(tmp_path: Path, ensemble: Path) -> None:
    record = an_excerpt(
        tmp_path, header=f"r 1 90 {N_SAMPLES}\nr.dat 212 200(1024)/mV 11 1024 975 0 0 MLII\n"
    )
    analyze(record, "-o", tmp_path / "r.csv", ensemble=ensemble)
    about = block(tmp_path / "r.csv")
    assert about["complete"] is False
    assert "90 Hz" in about["not_classified_because"]
    assert {row["flags"] for row in rows(tmp_path / "r.csv")} <= {"pending"}


def test_hidden_patients(tmp_path: Path, ensemble: Path) -> None:
    record = an_excerpt(tmp_path / "Smith", "Smith")
    out = tmp_path / "x.csv"
    ran = analyze(record, "-o", out, "--hide-patient", ensemble=ensemble)
    assert ran.exit_code == 0
    assert "Smith" not in ran.stdout
    assert "Smith" not in json.dumps(block(out))
    assert {row["clock"] for row in rows(out)} == {""}


def test_errors_of_the_program_are_one_sentence(
    tmp_path: Path, ensemble: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("ecgviewer.report.build.analyse_record", broken)
    record = an_excerpt(tmp_path)
    ran = analyze(record, "-o", tmp_path / "x.csv", ensemble=ensemble)
    assert ran.exit_code == 1
    assert len(ran.stderr.splitlines()) == 1
    assert "ZeroDivisionError: oh" in ran.stderr


def test_interrupt_leaves_nothing_half_written(
    tmp_path: Path, ensemble: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ecgviewer.report.beats_csv.replacing_together", interrupted)
    record = an_excerpt(tmp_path / "in")
    ran = analyze(record, "-o", tmp_path / "x.csv", ensemble=ensemble)
    assert ran.exit_code == 130
    assert "interrupted" in ran.stderr
    assert names(tmp_path) == {"r.hea", "r.dat"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to another process")
def test_a_real_interrupt(tmp_path: Path, ensemble: Path) -> None:
    """Ctrl-C while it works on a folder: status 130, whole reports only."""
    for i in range(60):
        an_excerpt(tmp_path / "in", f"r{i:02}")
    out = tmp_path / "out"
    command = [*CALL, str(tmp_path / "in"), "-o", str(out), "--ensemble", str(ensemble)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        until = time.monotonic() + 60
        while not (out / "r01.csv").exists() and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130, complaint
    assert "Traceback" not in complaint
    tables = set(out.rglob("*.csv"))
    assert 0 < len(tables) < 60
    assert names(out) == {t.name for t in tables} | {f"{t.name}-metadata.json" for t in tables}


def test_the_demo_record(tmp_path: Path, ensemble: Path) -> None:
    ran = analyze(DEMO, "-o", tmp_path / "demo.csv", ensemble=ensemble)
    assert ran.exit_code == 0, ran.output
    found = rows(tmp_path / "demo.csv")
    assert 450 < len(found) < 600
    assert {row["clock"] for row in found} == {""}
