"""Kills `ecgviewer analyze` at every file-system step and at random: python -m bench.kills.

After each kill no report under its own name may be torn; the same command, run again, must leave
the reports of an undisturbed run, the same bytes (but for time and paths of export), and no more.
"""

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from bench.kills.archive import Command, environment, make_archive, reports, torn
from bench.kills.steps import Plan
from ecgviewer.runtime.stopping import stopped_as_interrupted

MODES = ("alone", "force", "jobs", "dask")
MAX_STEPS = 60


@dataclass
class Tally:
    """What has been tried, and what failed."""

    kills: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def count(self, what: str, wrong: list[str]) -> None:
        """One kill."""
        self.kills[what.split(",")[0]] = self.kills.get(what.split(",")[0], 0) + 1
        self.failures += [f"{what}: {one}" for one in wrong]
        for one in wrong:
            print(f"{what}: {one}", file=sys.stderr, flush=True)


class Bench:
    """One archive, analysed in one mode, killed again and again."""

    def __init__(self, folder: Path, mode: str, ensemble: str, address: str, n: int) -> None:
        self.mode = mode
        self.folder = folder / f"{mode}-{n}"
        records = make_archive(self.folder / "in", n)
        words = {"force": ("--force",), "jobs": ("--jobs", "2"), "dask": ("--dask", address)}
        chosen = ("--no-cache", "--ensemble", ensemble, *words.get(mode, ()))
        self.command = Command(records, folder / "plan", chosen)
        self.right: dict[str, object] = {}
        began = time.monotonic()
        status, complaint = self.command.run(self.folder / "right")
        if status != 0:
            raise SystemExit(f"an undisturbed run failed: {complaint}")
        self.took_s = time.monotonic() - began
        self.right = reports(self.folder / "right")
        self._n = 0

    def out(self) -> Path:
        """A new folder for reports; with reports that are to be replaced where that is the mode."""
        self._n += 1
        out = self.folder / f"out{self._n}"
        if self.mode == "force":
            out.mkdir()
            for name, content in self.right.items():
                (out / name).write_bytes(content if isinstance(content, bytes) else b"{}")
        return out

    def at_step(self, step: int) -> tuple[bool, list[str]]:
        """Kill at a step; whether there is one, and what was wrong."""
        out = self.out()
        done = self.command.plan.with_name("plan.done")
        done.unlink(missing_ok=True)
        # a program with workers dies whole, but a worker of a cluster alone
        Plan(step, str(out), group=self.mode == "jobs").write(self.command.plan)
        status, complaint = self.command.run(out)
        self.command.plan.unlink(missing_ok=True)
        wrong = [complaint] if self.mode == "dask" and status != 0 else []
        return done.exists(), wrong + self._after(out)

    def at_time(self, seconds: float) -> list[str]:
        """Kill the program, and the processes it started, at a time; what was wrong."""
        out = self.out()
        self.command.start(out).end(seconds)
        return self._after(out)

    def _after(self, out: Path) -> list[str]:
        # of a pair that is being replaced, the old table may still be there: it is the same here
        half = [] if self.mode == "force" else [f"torn: {n}" for n in torn(out, self.right)]
        status, complaint = self.command.run(out)
        wrong = [] if status == 0 else [f"the second run failed: {complaint}"]
        found = reports(out)
        left = sorted(set(found) - set(self.right))
        wrong += [f"left: {left}"] if left else []
        other = [name for name in self.right if found.get(name) != self.right[name]]
        return half + wrong + ([f"differs: {other}"] if other else [])


@contextlib.contextmanager
def cluster(folder: Path, n: int = 2) -> Iterator[str]:
    """A scheduler with workers that are started again when they die; its address."""
    contact = folder / "scheduler.json"
    modules: list[tuple[str, ...]] = [
        ("distributed.cli.dask_scheduler", "--port", "0", "--host", "127.0.0.1"),
        *[("distributed.cli.dask_worker", "--nthreads", "1")] * n,
    ]
    with contextlib.ExitStack() as stack:
        for module, *words in modules:
            more = ["--scheduler-file", str(contact), "--no-dashboard"]
            if "worker" in module:
                more += ["--local-directory", str(folder / "dask")]
            running = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", module, *words, *more],
                    env=environment(folder / "plan"),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            stack.callback(running.terminate)
        yield _address(contact)


def _address(contact: Path) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError, ValueError):
            return str(json.loads(contact.read_text())["address"])
        time.sleep(0.05)
    raise SystemExit("no scheduler came up")


def kill(ensemble: str, modes: list[str], *, steps: bool, n_random: int, seed: int) -> Tally:
    """Kill at every step of each mode, and at random; what came of it."""
    tally, chance = Tally(), random.Random(seed)
    with contextlib.ExitStack() as stack:
        # or a scheduler, workers and folders would outlive it
        stack.enter_context(stopped_as_interrupted())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(cluster(folder)) if "dask" in modes else ""
        for mode in modes if steps else ():
            bench = Bench(folder, mode, ensemble, address, 1 if mode != "jobs" else 2)
            for step in range(1, MAX_STEPS):
                there, wrong = bench.at_step(step)
                if not there:
                    break
                tally.count(f"{mode}, step {step}", wrong)
            print(f"{mode}: {tally.kills.get(mode, 0)} steps", flush=True)
        benches = [Bench(folder, mode, ensemble, address, 3) for mode in modes if n_random]
        for i in range(n_random):
            bench = benches[i % len(benches)]
            seconds = chance.uniform(0.3, 1.0) * bench.took_s
            what = f"{bench.mode} at random, {i}: after {seconds:.2f} s"
            tally.count(what, bench.at_time(seconds))
    return tally


def main() -> None:
    """Read the options, kill, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ensemble", default="paper")
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--no-steps", action="store_true")
    parser.add_argument("--random", type=int, default=100)
    parser.add_argument("--seed", type=int, default=14)
    asked = parser.parse_args()
    # here, once: every command is a copy of this process
    import_module("ecgviewer.report.build")
    import_module("ecgviewer.commands.archive.resume")
    if "dask" in asked.modes:
        import_module("distributed")
    tally = kill(
        asked.ensemble,
        asked.modes.split(","),
        steps=not asked.no_steps,
        n_random=asked.random,
        seed=asked.seed,
    )
    for what, n in tally.kills.items():
        print(f"{what}: {n} kills")
    print(f"{sum(tally.kills.values())} kills, {len(tally.failures)} failures")
    raise SystemExit(bool(tally.failures))


if __name__ == "__main__":
    main()
