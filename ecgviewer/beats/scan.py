"""What a scan finds: R peaks and stretches of one record."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ecgviewer.signal.params import Detection
from ecgviewer.signal.quality import Stretch

DETECT = "detect"  # beats come from the detector, not from an annotator


# the gravest last
EpisodeKind = Literal["pause", "electrode off", "unexplained", "flutter"]
EPISODE_KINDS: tuple[EpisodeKind, ...] = get_args(EpisodeKind)


@dataclass(frozen=True, order=True)
class Episode:
    """A stretch of the record that says something beside its beats.

    Attributes
    ----------
    start, stop : int
        Half-open range of samples at the record's own rate.
    kind : str
        "pause": no beat, and a signal without any; "electrode off": no beat, and no signal;
        "unexplained": no beat, and a signal that does not say why; "flutter": suspected ventricular
        flutter or fibrillation, whether beats were found or not.
    """

    start: int
    stop: int
    kind: EpisodeKind

    @property
    def lead(self) -> None:
        """Of every lead, as a stretch may be."""
        return None


def episode_spans(episodes: tuple[Episode, ...], *kinds: EpisodeKind) -> NDArray[np.int64]:
    """Own-sample spans (m, 2) of the episodes of some kinds, in order of time."""
    spans = [(e.start, e.stop) for e in episodes if e.kind in kinds]
    return np.array(spans, np.int64).reshape(-1, 2)


def inside(samples: NDArray[np.int64], spans: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which samples (n,) lie in one of the half-open spans (m, 2), ascending by start and stop."""
    if len(spans) == 0:
        return np.zeros(len(samples), np.bool_)
    last = np.searchsorted(spans[:, 0], samples, side="right") - 1
    found: NDArray[np.bool_] = (last >= 0) & (samples < spans[np.maximum(last, 0), 1])
    return found


@dataclass(frozen=True)
class Scan:
    """One recording's beats, before their classes.

    Attributes
    ----------
    samples : (n,) int64
        R peaks, samples of the record's own rate, ascending.
    positions : (n,) int64
        The same on the 360 Hz grid.
    before, after : (n,) int64
        Neighbouring marks on the grid, -1 where there is none.
    stretches : tuple of Stretch
        Gaps, flat and noisy stretches per lead.
    unreadable : (m, 2) int64
        Own-sample spans in which no ECG lead can be read.
    leads : tuple of int
        Channels that were searched.
    beats_from : str
        "detect" or the annotator the positions come from.
    detection : Detection
        Numbers of the detector.
    episodes : tuple of Episode
        In order of time; spans of those without a beat that are no pause are in `unreadable`, too.
    """

    samples: NDArray[np.int64]
    positions: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    stretches: tuple[Stretch, ...]
    unreadable: NDArray[np.int64]
    leads: tuple[int, ...]
    beats_from: str
    detection: Detection
    episodes: tuple[Episode, ...] = ()

    @property
    def n_beats(self) -> int:
        """Beats found."""
        return len(self.samples)


@dataclass(frozen=True)
class ScanStep:
    """One block further.

    Attributes
    ----------
    done, total : int
        Blocks.
    samples : (m,) int64
        R peaks that became final with this block, own samples.
    stretches : tuple of Stretch
        All stretches so far.
    scan : Scan or None
        Set in the last step.
    """

    done: int
    total: int
    samples: NDArray[np.int64]
    stretches: tuple[Stretch, ...]
    scan: Scan | None = None
