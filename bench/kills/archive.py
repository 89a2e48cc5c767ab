"""A small archive, analysed as a process that may be killed, and what its reports are."""

import contextlib
import json
import os
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from bench.kills.steps import HOOK, VARIABLE, install
from ecgviewer import paths
from ecgviewer.commands.app import app

REPOSITORY = Path(__file__).parents[2]
N_SAMPLES = 10 * 360
LIMIT_S = 300.0


def make_archive(folder: Path, n: int) -> Path:
    """Write records of ten seconds, each of its own piece of the demo record; the folder."""
    folder.mkdir(parents=True)
    data = paths.demo_record().with_suffix(".dat").read_bytes()
    size = N_SAMPLES * 3 // 2
    for i in range(n):
        (folder / f"r{i}.dat").write_bytes(data[i * size : (i + 1) * size])
        line = f"r{i}.dat 212 200(1024)/mV 11 1024 0 0 0 MLII"
        (folder / f"r{i}.hea").write_text(f"r{i} 1 360 {N_SAMPLES}\n{line}\n")
    return folder


def environment(plan: Path) -> dict[str, str]:
    """For processes that carry out a plan."""
    roots = os.pathsep.join([str(HOOK), str(REPOSITORY)])
    return {**os.environ, "PYTHONPATH": roots, VARIABLE: str(plan)}


@dataclass(frozen=True)
class Command:
    """The command analyze with all but the folder of its reports.

    Attributes
    ----------
    records, plan : Path
        What is analysed, and where a plan may lie.
    words : tuple of str
        Further options.
    """

    records: Path
    plan: Path
    words: tuple[str, ...]

    def start(self, out: Path) -> "Running":
        """Start it in a copy of this process, which need not import all again."""
        complaints = self.plan.with_name("complaints")
        words = ["analyze", str(self.records), "-o", str(out), "--device", "cpu", *self.words]
        number = os.fork()
        if number == 0:
            os._exit(_carry_out(words, self.plan, complaints))
        return Running(number, complaints)

    def run(self, out: Path) -> tuple[int, str]:
        """Run it to its end; status and complaints."""
        return self.start(out).end(LIMIT_S)


@dataclass(frozen=True)
class Running:
    """A command that runs, the first of a group of processes."""

    number: int
    complaints: Path

    def end(self, after_s: float) -> tuple[int, str]:
        """Wait, kill the group after a time, and say how it ended."""
        until, ended = time.monotonic() + after_s, 0
        while time.monotonic() < until and not ended:
            ended, status = os.waitpid(self.number, os.WNOHANG)
            time.sleep(0.01)
        if not ended:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.number, signal.SIGKILL)
            _, status = os.waitpid(self.number, 0)
        return os.waitstatus_to_exitcode(status), self.complaints.read_text()


def _carry_out(words: list[str], plan: Path, complaints: Path) -> int:
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(os.open(complaints, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        os.environ.update(environment(plan))
        install()
        app(args=words, prog_name="ecgviewer")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BaseException:
        traceback.print_exc()
        return 99
    finally:
        sys.stderr.flush()
    return 0


def reports(out: Path) -> dict[str, object]:
    """Tables as bytes, descriptions without what names time and place, other files, by name."""
    found: dict[str, object] = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.suffix == ".json":
            document = json.loads(path.read_bytes())
            document["ecgviewer:report"].pop("provenance")
            found[name] = document
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


def torn(out: Path, right: dict[str, object]) -> list[str]:
    """Files under their own names that are not as they should be."""
    found = {n: c for n, c in reports(out).items() if not Path(n).name.startswith(".")}
    return [name for name, content in found.items() if right.get(name) != content]
