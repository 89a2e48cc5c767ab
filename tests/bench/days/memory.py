"""Resident memory of this process; Linux only."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Resident:
    """Megabytes: all that is resident, and of it what is no page of a file (libraries)."""

    whole: float
    own: float


def resident() -> Resident:
    """Resident memory now; NaN where there is no /proc."""
    try:
        text = Path("/proc/self/status").read_text()
    except OSError:
        return Resident(float("nan"), float("nan"))
    fields = dict(row.split(":", 1) for row in text.splitlines())
    whole, own = (float(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon"))
    return Resident(whole, own)


class Peak:
    """The most memory seen, above what there was at first."""

    def __init__(self) -> None:
        self._first = resident()
        self.whole = self.own = 0.0

    def look(self) -> None:
        """Take note of what there is now."""
        now = resident()
        self.whole = max(self.whole, now.whole - self._first.whole)
        self.own = max(self.own, now.own - self._first.own)

    def start(self) -> None:
        """Count from what there is now."""
        self._first, self.whole, self.own = resident(), 0.0, 0.0
