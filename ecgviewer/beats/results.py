"""A complete analysis: scan and beat log."""

from dataclasses import dataclass

from ecgviewer.beats.log import BeatLog
from ecgviewer.beats.scan import Scan


@dataclass(frozen=True)
class Results:
    """A complete analysis; `log` is not to be written any more."""

    scan: Scan
    log: BeatLog
