"""What a run of the benchmark is asked for, and the recordings it is about."""

from dataclasses import dataclass
from pathlib import Path

from bench.days.tiling import Wanted, make

DAY_H, WEEK_H = 24.0, 168.0


@dataclass(frozen=True)
class Options:
    """One run.

    Attributes
    ----------
    folder : str
        Where recordings are kept between runs.
    data : str
        Folder of mitdb, "" for the demo record.
    ensemble : str
        Which networks.
    day_h, week_h : float
        Hours of the "day" and of the "week"; less for a stand-in.
    watch_s : float
        How long an analysis is watched.
    minute_s : float
        How long playback is watched.
    whole : bool
        Classify the whole day, scan the whole week.
    """

    folder: str
    data: str
    ensemble: str
    day_h: float = DAY_H
    week_h: float = WEEK_H
    watch_s: float = 15.0
    minute_s: float = 60.0
    whole: bool = False

    def day(self, code: int = 212) -> Path:
        """Two leads at 360 Hz."""
        return self._make(f"day{code}", self.day_h, fs=360, n_leads=2, code=code)

    def hour(self) -> Path:
        """An hour of the same, the first 75 s of every source."""
        return self._make("hour", min(1.0, self.day_h), fs=360, n_leads=2, code=212)

    def week(self) -> Path:
        """Three leads at 250 Hz."""
        return self._make("week", self.week_h, fs=250, n_leads=3, code=16)

    def _make(self, name: str, hours: float, *, fs: int, n_leads: int, code: int) -> Path:
        name = f"{name}_{hours:g}h".replace(".", "_")  # a record's name has letters, digits and _
        wanted = Wanted(name, hours * 3600, fs, n_leads, code)
        return make(wanted, data=Path(self.data) if self.data else None, folder=Path(self.folder))
