"""One annotator's marks as EC57 sees them: beats, shutdown, flutter, fibrillation.

Terms and rules are those of ANSI/AAMI EC57 and of WFDB's bxb and rxr, which are its reference
programs.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BXB, N_CLASSES, BeatClass

MATCH_S = 0.15  # a pair lies no farther apart than this: ANSI/AAMI EC57
LEARNING_S = 300.0  # the first five minutes do not count: ANSI/AAMI EC57
# WFDB annot(5): subtype bits 4 and 5 of '~' say that leads 0 and 1 cannot be read
_UNREADABLE_BITS = 0x30
_FIBRILLATION = ("(AFIB", "(AFL")


class Kind(IntEnum):
    """What a mark is, where it is no beat; beats have the value of their `BeatClass`."""

    SHUTDOWN = N_CLASSES
    SHUTDOWN_END = N_CLASSES + 1
    FLUTTER = N_CLASSES + 2
    FLUTTER_END = N_CLASSES + 3
    FIBRILLATION = N_CLASSES + 4
    OTHER_RHYTHM = N_CLASSES + 5


@dataclass(frozen=True)
class Marks:
    """The marks of one annotator that the comparison knows, in order of time.

    Attributes
    ----------
    samples : (n,) int64
        Samples from the record's start.
    kinds : (n,) int8
        `BeatClass` of a beat, `Kind` of any other mark.
    """

    samples: NDArray[np.int64]
    kinds: NDArray[np.int8]

    @property
    def is_beat(self) -> NDArray[np.bool_]:
        """(n,) bool, True where the mark is a beat."""
        return self.kinds < N_CLASSES

    @property
    def beat_samples(self) -> NDArray[np.int64]:
        """(m,) samples of the beats."""
        return self.samples[self.is_beat]

    @property
    def beat_classes(self) -> NDArray[np.int8]:
        """(m,) `BeatClass` values of the beats."""
        return self.kinds[self.is_beat]

    @property
    def after_break(self) -> NDArray[np.bool_]:
        """(m,) bool, True for a beat with shutdown or flutter between it and the beat before."""
        breaking = np.isin(self.kinds, (Kind.SHUTDOWN, Kind.FLUTTER, Kind.FLUTTER_END))
        seen = np.cumsum(breaking)[self.is_beat]
        return np.diff(seen, prepend=0) > 0

    @property
    def flutter(self) -> NDArray[np.int64]:
        """(k, 2) first and last samples of ventricular flutter or fibrillation."""
        spans, begun = [], None
        chosen = (self.kinds == Kind.FLUTTER) | (self.kinds == Kind.FLUTTER_END)
        for sample, kind in zip(self.samples[chosen].tolist(), self.kinds[chosen], strict=True):
            if kind == Kind.FLUTTER:
                begun = sample if begun is None else begun
            elif begun is not None:
                spans.append((begun, sample))
                begun = None
        if begun is not None:
            spans.append((begun, np.iinfo(np.int64).max))
        return np.array(spans, np.int64).reshape(-1, 2)

    def shutdown(self, match: int) -> NDArray[np.int64]:
        """Spans in which the annotator has said that the signal cannot be read.

        A shutdown lasts from its mark to the mark that ends it. Where a beat comes before that
        mark, the shutdown lasts from `match` after the beat before it to `match` before that beat.

        Parameters
        ----------
        match : int
            Match window, samples.

        Returns
        -------
        (k, 2) int64
            First and last samples; some may be empty (last before first).
        """
        if not (self.kinds == Kind.SHUTDOWN).any():
            return np.empty((0, 2), np.int64)
        spans: list[tuple[int, int]] = []
        begun: int | None = None
        before: int | None = None
        for sample, kind in zip(self.samples.tolist(), self.kinds.tolist(), strict=True):
            if kind < N_CLASSES:
                if begun is not None:
                    spans.append((begun if before is None else before + match, sample - match))
                    begun = None
                before = sample
            elif kind == Kind.SHUTDOWN:
                begun = sample if begun is None else begun
            elif kind == Kind.SHUTDOWN_END and begun is not None:
                spans.append((begun, sample))
                begun = None
        if begun is not None:
            spans.append((begun, int(self.samples[-1])))
        return np.array(spans, np.int64).reshape(-1, 2)


def marks_of_annotations(
    samples: NDArray[np.int64],
    symbols: Sequence[str],
    *,
    subtypes: NDArray[np.int16] | None = None,
    texts: Sequence[str] | None = None,
    mapping: Mapping[str, BeatClass] = BXB,
) -> Marks:
    """Marks of a WFDB annotator.

    Parameters
    ----------
    samples : (n,) int64
        Samples from the record's start.
    symbols : sequence of n str
        WFDB symbols; what is neither in `mapping` nor one of ``~ [ ] +`` is left out.
    subtypes : (n,) int16, optional
        Subtypes: they tell of a '~' whether it begins a shutdown or ends one.
    texts : sequence of n str, optional
        Auxiliary texts: they tell of a '+' which rhythm begins.
    mapping : mapping of str to BeatClass
        `aami.BXB` counts e, j and n as supraventricular, `aami.DE_CHAZAL` as normal.

    Returns
    -------
    Marks
    """
    n = len(symbols)
    kinds = np.full(n, -1, np.int8)
    for i, symbol in enumerate(symbols):
        found = mapping.get(symbol)
        if found is not None:
            kinds[i] = found
        elif symbol == "[":
            kinds[i] = Kind.FLUTTER
        elif symbol == "]":
            kinds[i] = Kind.FLUTTER_END
        elif symbol == "~":
            subtype = 0 if subtypes is None else int(subtypes[i])
            unreadable = subtype & _UNREADABLE_BITS == _UNREADABLE_BITS
            kinds[i] = Kind.SHUTDOWN if unreadable else Kind.SHUTDOWN_END
        elif symbol == "+" and texts is not None:
            fibrillates = texts[i].strip().startswith(_FIBRILLATION)
            kinds[i] = Kind.FIBRILLATION if fibrillates else Kind.OTHER_RHYTHM
    known = kinds >= 0
    return _in_order(np.asarray(samples, np.int64)[known], kinds[known])


def marks_of_beats(samples: NDArray[np.int64], classes: NDArray[np.int8]) -> Marks:
    """Marks of beats alone, as the viewer finds them.

    Parameters
    ----------
    samples : (n,) int64
        R peaks, samples from the record's start.
    classes : (n,) int8
        `BeatClass` values; a beat without class (below 0) counts as Q: EC57 knows no
        other word for it.

    Returns
    -------
    Marks
    """
    kinds = np.where(np.asarray(classes) < 0, BeatClass.Q, classes).astype(np.int8)
    return _in_order(np.asarray(samples, np.int64), kinds)


def moved(marks: Marks, *, from_hz: float, to_hz: float) -> Marks:
    """The same marks in the samples of another rate, each the nearest.

    Parameters
    ----------
    marks : Marks
        Marks of the test annotator; the reference's stay where they are.
    from_hz, to_hz : float
        Rates, Hz.

    Returns
    -------
    Marks
    """
    return Marks(at_rate(marks.samples, from_hz=from_hz, to_hz=to_hz), marks.kinds)


def at_rate(samples: NDArray[np.int64], *, from_hz: float, to_hz: float) -> NDArray[np.int64]:
    """Samples (n,) of one rate as the nearest of another."""
    if from_hz == to_hz:
        return samples
    nearest: NDArray[np.int64] = np.floor(samples * (to_hz / from_hz) + 0.5).astype(np.int64)
    return nearest


def in_samples(seconds: float, fs: float) -> int:
    """A duration in samples, the nearest; the larger where two are equally near."""
    return math.floor(seconds * fs + 0.5)


def _in_order(samples: NDArray[np.int64], kinds: NDArray[np.int8]) -> Marks:
    order = np.argsort(samples, kind="stable")
    return Marks(samples[order], kinds[order])
