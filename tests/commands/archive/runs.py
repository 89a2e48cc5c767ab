"""The command analyze in tests: run here or as a process, and what its reports are, compared."""

import json
import subprocess
import sys
import time
from pathlib import Path

from typer.testing import CliRunner, Result

from ecgviewer.commands.app import app
from tests.data import REPOSITORY
from tests.excerpt import an_excerpt
from tests.formats.records import ecg_like, write_record

# as from a terminal: what a shell starts in the background ignores interrupts
FROM_A_TERMINAL = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    " from ecgviewer.commands.app import app; app()"
)
CALL = [sys.executable, "-c", FROM_A_TERMINAL, "analyze"]


def analyze(*arguments: object, ensemble: Path) -> Result:
    """The command in this process."""
    words = ["analyze", *map(str, arguments), "--ensemble", str(ensemble), "--device", "cpu"]
    return CliRunner().invoke(app, words)


def process(*arguments: object, ensemble: Path, **more: object) -> "subprocess.Popen[str]":
    """The command as a process of its own."""
    words = [*CALL, *map(str, arguments), "--ensemble", str(ensemble), "--device", "cpu"]
    return subprocess.Popen(  # type: ignore[call-overload]
        words, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )


def an_archive(folder: Path, n: int = 4) -> Path:
    """Records, in two folders, no two alike; the folder."""
    for i in range(n):
        header = an_excerpt(folder / f"ward{i % 2}", f"r{i:02}")
        header.write_text(header.read_text().replace("# 23 F", f"# {20 + i} F"))
    return folder


def a_long_archive(folder: Path, n: int) -> Path:
    """Records of two minutes, each of its own signal: seconds of work; the folder."""
    folder.mkdir()
    for i in range(n):
        write_record(folder, ecg_like(360 * 120, seed=i), name=f"r{i:02}", names=("MLII", "V1"))
    return folder


def reports(folder: Path) -> dict[str, object]:
    """Tables as bytes, descriptions without what names time and place, by name."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".csv":
            found[name] = path.read_bytes()
        elif path.suffix == ".json":
            document = json.loads(path.read_bytes())
            document["ecgviewer:report"].pop("provenance")
            found[name] = document
        elif path.is_file():
            found[name] = "not a report"
    return found


def await_tables(out: Path, n: int, *, timeout_s: float = 120) -> None:
    """Wait until n reports are whole: a table has its name a moment before its description has.

    An interrupt undoes a report that is between the two: for one to be left, wait for one more
    than there are processes.
    """
    until = time.monotonic() + timeout_s
    while len(list(out.rglob("*-metadata.json"))) < n and time.monotonic() < until:
        time.sleep(0.01)
