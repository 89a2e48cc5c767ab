"""Resident memory of this process and those it started; Linux only."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Resident:
    """Megabytes: all that is resident, and of it what is no page of a file (libraries)."""

    whole: float
    own: float


def resident() -> Resident:
    """Resident memory now; NaN where there is no /proc.

    Processes started from this one count with their share of pages that several have (PSS).
    """
    try:
        fields = _fields(Path("/proc/self/status"))
    except OSError:
        return Resident(float("nan"), float("nan"))
    whole, own = fields["VmRSS"], fields["RssAnon"]
    for child in _children():
        try:
            share = _fields(child / "smaps_rollup")
        except OSError:
            continue  # it ended meanwhile
        whole, own = whole + share.get("Pss", 0.0), own + share.get("Pss_Anon", 0.0)
    return Resident(whole, own)


def _fields(path: Path) -> dict[str, float]:
    """Those in kB, as megabytes."""
    rows = (row.split(":", 1) for row in path.read_text().splitlines() if row.endswith("kB"))
    return {name: float(value.split()[0]) / 1024 for name, value in rows}


def _children() -> list[Path]:
    lists = Path("/proc/self/task").glob("*/children")
    return [Path("/proc") / pid for each in lists for pid in _text(each).split()]


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the thread ended meanwhile
        return ""


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

    def forget(self) -> None:
        """Begin again to look for the most; it still counts from the same."""
        self.whole = self.own = 0.0

    def start(self) -> None:
        """Count from what there is now."""
        self._first, self.whole, self.own = resident(), 0.0, 0.0
