"""Archives whose analysis was killed, told to end, or met names and files that are none."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.archive.runs import an_archive, analyze, await_tables, process, reports
from tests.data import REPOSITORY
from tests.excerpt import an_excerpt
from tests.tiny_ensemble import make_ensemble

POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny")


@pytest.mark.parametrize("named", ["the folder", "the record"])
def test_a_table_without_its_description_is_finished(tmp_path: Path, ensemble: Path, named: str):
    header, out = an_excerpt(tmp_path / "in"), tmp_path / "out"
    words = [header.parent, "-o", out] if named == "the folder" else [header, "-o", out / "r.csv"]
    assert analyze(*words, ensemble=ensemble).exit_code == 0
    before = reports(out)
    (out / "r.csv-metadata.json").unlink()
    again = analyze(*words, ensemble=ensemble)
    assert again.exit_code == 0, again.output
    assert reports(out) == before
    (out / "r.csv-metadata.json").unlink()
    whole = (out / "r.csv").read_bytes()
    for other in (whole[:-1], whole + b"\r\n", b"a,b\r\n", b""):  # somebody else's
        (out / "r.csv").write_bytes(other)
        refused = analyze(*words, ensemble=ensemble)
        assert refused.exit_code == 1
        assert "is there already" in refused.stderr
        assert (out / "r.csv").read_bytes() == other
        assert not (out / "r.csv-metadata.json").exists()


@POSIX_ONLY
@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_told_to_end_it_ends_as_by_an_interrupt(
    tmp_path: Path, ensemble: Path, number: signal.Signals, status: int
):
    records, out = an_archive(tmp_path / "in", 60), tmp_path / "out"
    with process(records, "-o", out, "--no-cache", ensemble=ensemble) as running:
        await_tables(out, 2)
        running.send_signal(number)
        _, complaint = running.communicate(timeout=60)
    assert running.returncode == status, complaint
    assert "interrupted" in complaint
    assert "Traceback" not in complaint
    found = {path.name for path in out.rglob("*") if path.is_file()}
    assert len(found) < 120
    tables = {name for name in found if name.endswith(".csv")}
    assert found == tables | {f"{name}-metadata.json" for name in tables}


@POSIX_ONLY
@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_kills_at_random_and_what_the_second_run_makes_of_them(ensemble: Path):
    words = ("--ensemble", ensemble, "--modes", "alone,force", "--no-steps", "--random", "6")
    ran = subprocess.run(
        [sys.executable, "-m", "bench.kills", *map(str, words)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "6 kills, 0 failures" in ran.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_names_that_are_too_long_or_no_text_cost_their_record_alone(tmp_path: Path, ensemble: Path):
    records, out = tmp_path / "in", tmp_path / "out"
    for name in ("good", os.fsdecode(b"caf\xe9"), "new\nline", "n" * 237, "n" * 241):
        header = an_excerpt(records, "r")
        header.rename(records / f"{name}.hea")
    folder = os.open(records, os.O_RDONLY)
    for _ in range(22):  # deeper than a path can be
        os.mkdir("d" * 200, dir_fd=folder)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    ran = analyze(records, "-o", out, ensemble=ensemble)
    assert ran.exit_code == 1
    assert len(list(out.glob("*.csv"))) == 4
    complaints = ran.stderr.splitlines()
    assert len(complaints) == 3, ran.stderr
    assert all("ile name too long" in line for line in complaints[:2])
    assert "2 of 6 records" in complaints[2]
