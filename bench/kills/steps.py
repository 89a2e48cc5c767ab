"""A process that kills itself at the n-th step it takes on the file system, where a file says so.

The plan is a file, for workers of a cluster live longer than one plan; who takes it, renames it,
so that it is carried out once however many processes there are.
"""

import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VARIABLE = "ECGVIEWER_BENCH_KILL"  # where a plan may lie
HOOK = Path(__file__).parent / "hook"
STEPS = ("open", "link", "replace", "rename", "unlink", "chmod", "fsync", "mkdir", "rmdir")


@dataclass(frozen=True)
class Plan:
    """Which step, and who dies.

    Attributes
    ----------
    step : int
        From 1, of those that one process takes below the folder.
    folder : str
        Steps elsewhere do not count.
    group : bool
        Whether all processes of its group die, or the one alone.
    """

    step: int
    folder: str
    group: bool

    def write(self, path: Path) -> None:
        """Put it where processes find it."""
        half = path.with_name(f"{path.name}.half")
        half.write_text(f"{self.step}\n{int(self.group)}\n{self.folder}")
        half.replace(path)


class _Hook:
    def __init__(self, path: str) -> None:
        self.path = path
        self.real = {name: getattr(os, name) for name in STEPS}
        self.fdopen = os.fdopen
        self.handles: set[int] = set()
        self.known = ""
        self.count = 0

    def plan(self) -> Plan | None:
        try:
            with open(self.path, encoding="utf-8") as file:  # noqa: PTH123  # pathlib is hooked
                text = file.read()
            stamp = f"{os.stat(self.path).st_mtime_ns} {text}"  # noqa: PTH116
        except OSError:
            return None
        if stamp != self.known:
            self.known, self.count = stamp, 0
        step, group, folder = text.split("\n", 2)
        return Plan(int(step), folder, group == "1")

    def step(self, *places: object) -> bool:
        """Count a step; whether it is the one to die at."""
        plan = self.plan()
        if plan is None:
            return False
        inside = f"{plan.folder}{os.sep}"
        if not any(
            place in self.handles
            if isinstance(place, int)
            else os.path.abspath(os.fsdecode(place)).startswith(inside)  # noqa: PTH100
            for place in places
        ):
            return False
        self.count += 1
        return self.count == plan.step

    def die(self) -> None:
        plan = self.plan()
        with contextlib.suppress(OSError):
            self.real["rename"](self.path, f"{self.path}.done")
            if plan is not None and plan.group:
                os.killpg(os.getpgrp(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)

    def hooked(self, name: str) -> Callable[..., Any]:
        real = self.real[name]

        def step(*words: Any, **more: Any) -> Any:
            places = words[:2] if name in {"link", "replace", "rename"} else words[:1]
            if self.step(*places):
                self.die()
            done = real(*words, **more)
            if name == "open":
                self.handles.discard(done)
                plan = self.plan()
                where = os.path.abspath(os.fsdecode(words[0]))  # noqa: PTH100
                if plan is not None and where.startswith(plan.folder):
                    self.handles.add(done)
            return done

        return step

    def open_file(self, handle: int, *words: Any, **more: Any) -> Any:
        file = self.fdopen(handle, *words, **more)
        return _Half(file, self) if handle in self.handles else file


class _Half:
    """A file of which half a write is written where the process is to die."""

    def __init__(self, file: Any, hook: _Hook) -> None:
        self._file, self._hook = file, hook

    def write(self, data: bytes) -> int:
        if self._hook.step(self._file.fileno()):
            self._file.write(data[: len(data) // 2])
            self._file.flush()
            self._hook.die()
        return int(self._file.write(data))

    def __enter__(self) -> "_Half":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def install() -> None:
    """Count this process's steps from now on, where the variable says where plans lie."""
    path = os.environ.get(VARIABLE)
    if path:
        hook = _Hook(path)
        for name in STEPS:
            setattr(os, name, hook.hooked(name))
        os.fdopen = hook.open_file
