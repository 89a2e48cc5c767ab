"""What the strip is shaded for: where nothing can be read, and episodes by their kind."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beats.scan import EPISODE_KINDS, Episode, episode_spans
from ecgviewer.gui.style.wording import stretch_name
from ecgviewer.signal.quality import Stretch, unreadable
from ecgviewer.signal.spans import union


def _no_spans() -> NDArray[np.int64]:
    return np.empty((0, 2), np.int64)


@dataclass(frozen=True, eq=False)
class Bands:
    """Spans of the strip, own samples.

    Attributes
    ----------
    gaps : (m, 2) int64
        No ECG lead can be read.
    breaks : (k, 2) int64
        The heart rate does not run across them: gaps, and episodes but for pauses.
    episodes : tuple of Episode
        Those that lie above others last.
    """

    gaps: NDArray[np.int64] = field(default_factory=_no_spans)
    breaks: NDArray[np.int64] = field(default_factory=_no_spans)
    episodes: tuple[Episode, ...] = ()

    @classmethod
    def of(cls, shaded: tuple[Stretch | Episode, ...], leads: tuple[int, ...]) -> "Bands":
        """Of what the trace is shaded for, and the ECG leads."""
        stretches = tuple(s for s in shaded if isinstance(s, Stretch))
        episodes = tuple(e for e in shaded if isinstance(e, Episode))
        gaps = unreadable(stretches, leads)
        return cls(
            gaps,
            union(gaps, episode_spans(episodes, "electrode off", "unexplained", "flutter")),
            # a pixel has one colour: that of the gravest, which come last
            tuple(sorted(episodes, key=lambda e: (EPISODE_KINDS.index(e.kind), e.start))),
        )

    def same(self, other: "Bands") -> bool:
        """Whether nothing is to be drawn anew."""
        return (
            np.array_equal(self.gaps, other.gaps)
            and np.array_equal(self.breaks, other.breaks)
            and self.episodes == other.episodes
        )

    def names(self, near_s: tuple[float, float], fs: float) -> list[str]:
        """What episodes that meet a span, s, are called, each once, the gravest first."""
        start, stop = near_s[0] * fs, near_s[1] * fs
        met = [e.kind for e in reversed(self.episodes) if e.start < stop and e.stop > start]
        return [stretch_name(kind) for kind in dict.fromkeys(met)]
