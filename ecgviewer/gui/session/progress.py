"""How far the analysis is, how fast, how long still, as plain data and words."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ecgviewer.gui.style.wording import clock, count, remaining

Phase = Literal["idle", "finding", "loading", "classifying", "done", "cancelled", "failed"]
_SETTLE_S = 0.5  # before that a rate says nothing


@dataclass(frozen=True)
class Progress:
    """One state of the analysis.

    Attributes
    ----------
    phase : str
        What goes on.
    done, total : int
        Blocks while beats are found, beats while they are classified.
    rate : float or None
        Beats per second since classifying began.
    note : str
        What else to say.
    unread : int
        Beats that are done and have no class: nothing of them can be read, or they are none.
    """

    phase: Phase = "idle"
    done: int = 0
    total: int = 0
    rate: float | None = None
    note: str = ""
    unread: int = 0

    @property
    def busy(self) -> bool:
        """Whether a run goes on that can be cancelled."""
        return self.phase in {"finding", "loading", "classifying"}

    @property
    def text(self) -> str:
        """One line for the status bar."""
        words = {
            "idle": "",
            "finding": f"finding beats, {_percent(self.done, self.total)}",
            "loading": "loading the networks",
            "classifying": self._classifying(),
            "done": self._done(),
            "cancelled": f"cancelled: {count(self.done)} of {count(self.total)} beats classified",
            "failed": "analysis stopped by an error",
        }[self.phase]
        return f"{words}  ·  {self.note}" if self.note and words else words or self.note

    def _classifying(self) -> str:
        parts = [f"classifying {count(self.done)} of {count(self.total)}"]
        if self.rate:
            parts.append(f"{count(round(self.rate))} beats/s")
            parts.append(remaining((self.total - self.done) / self.rate))
        return "  ·  ".join(parts)

    def _done(self) -> str:
        if self.total == 0:
            return "no beats found"
        if self.done < self.total:
            return f"{count(self.done)} of {count(self.total)} beats classified"
        if self.unread == self.total:
            return f"{count(self.total)} beats, none of which can be classified"
        but = f" but {count(self.unread)} that cannot be" if self.unread else ""
        return f"{count(self.total)} beats, all classified{but}"


class Meter:
    """Keeps the time of a run.

    Parameters
    ----------
    now : callable
        A clock in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()
        self._first = 0

    def start(self, done: int) -> None:
        """Classifying begins, with so many beats done already."""
        self._began, self._first = self._now(), done

    def rate(self, done: int) -> float | None:
        """Beats per second, once there is enough time to say."""
        elapsed = self._now() - self._began
        return (done - self._first) / elapsed if elapsed >= _SETTLE_S and done else None

    def took(self) -> str:
        """Time since classifying began."""
        elapsed = self._now() - self._began
        return f"{elapsed:.1f} s" if elapsed < 60 else clock(elapsed)


def _percent(done: int, total: int) -> str:
    return f"{100 * done // total} %" if total else "0 %"
