"""What is known so far of a recording's beats, in numpy columns."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import N_CLASSES, BeatClass
from ecgviewer.beats.beat import FLAGS, Beat

_T = TypeVar("_T", bound=np.generic)
PENDING = -1  # no class yet
NOT_CLASSIFIED = -2  # no class, and none to come: nothing of the beat can be read, or it is none
_PENDING_BIT = np.uint16(1 << FLAGS.index("pending"))


def flag_bits(*words: str) -> int:
    """Bit set of flag words."""
    return sum(1 << FLAGS.index(word) for word in words)


def flag_words(bits: int) -> tuple[str, ...]:
    """Words of a bit set, in the order of FLAGS."""
    return tuple(word for i, word in enumerate(FLAGS) if bits >> i & 1)


def class_counts(classes: NDArray[np.int8]) -> NDArray[np.int64]:
    """(5,) beats per class, order N S V F Q; those without a class, (n,) below 0, are in none."""
    return np.bincount(classes[classes >= 0], minlength=N_CLASSES)


@dataclass(frozen=True)
class BeatBatch:
    """Classes of some beats, as they come from the ensemble.

    Attributes
    ----------
    indices : (k,) int64
        Beats, from 0.
    classes : (k,) int8
        `BeatClass` values, or NOT_CLASSIFIED.
    probabilities : (k, 5) float64
        Fused sigmoids divided by their sum; NaN where the window was not classified.
    votes : (k, n_members, 5) float32
        Each member's sigmoids; NaN likewise.
    flags : (k,) uint16
        Bit i stands for FLAGS[i].
    """

    indices: NDArray[np.int64]
    classes: NDArray[np.int8]
    probabilities: NDArray[np.float64]
    votes: NDArray[np.float32]
    flags: NDArray[np.uint16]


@dataclass(frozen=True)
class _Answers:
    """What the networks said of each beat; NaN where they have not, or were not asked."""

    probabilities: NDArray[np.float64]  # (n, 5)
    confidence: NDArray[np.float64]  # (n,)
    votes: NDArray[np.float32]  # (n, n_members, 5)

    @classmethod
    def none_of(cls, n: int, n_members: int) -> "_Answers":
        return cls(
            np.full((n, N_CLASSES), np.nan),
            np.full(n, np.nan),
            np.full((n, n_members, N_CLASSES), np.nan, np.float32),
        )

    def grown(self, n_more: int) -> "_Answers":
        more = self.none_of(n_more, self.votes.shape[1])
        return _Answers(
            np.concatenate([self.probabilities, more.probabilities]),
            np.concatenate([self.confidence, more.confidence]),
            np.concatenate([self.votes, more.votes]),
        )


class BeatLog:
    """Beats of one recording in order of time; positions first, classes as they come.

    `revision` counts changes, so that a view knows whether to draw anew. A class once set never
    changes: a batch that says otherwise is a programming error.

    Parameters
    ----------
    n_members : int
        Networks whose votes are kept.
    """

    def __init__(self, *, n_members: int = 2) -> None:
        self.n_members = n_members
        self.revision = 0
        self._n = 0
        self._n_done = 0
        self._counts = np.zeros(N_CLASSES, np.int64)
        self._samples = np.zeros(0, np.int64)
        self._classes = np.zeros(0, np.int8)
        self._answers: _Answers | None = None  # none while beats are found: most of the memory
        self._flags = np.zeros(0, np.uint16)

    def _grow(self, n_more: int) -> None:
        """Room for twice as many beats as before, at least `n_more`; pending all of them."""
        m = max(n_more, len(self._samples), 1024)
        self._samples = np.concatenate([self._samples, np.zeros(m, np.int64)])
        self._classes = np.concatenate([self._classes, np.full(m, PENDING, np.int8)])
        self._flags = np.concatenate([self._flags, np.full(m, _PENDING_BIT, np.uint16)])
        if self._answers is not None:
            self._answers = self._answers.grown(m)

    @property
    def n_beats(self) -> int:
        """Beats found so far."""
        return self._n

    @property
    def n_classified(self) -> int:
        """Beats that have a class."""
        return int(self._counts.sum())

    @property
    def n_not_classified(self) -> int:
        """Beats that have none, and get none."""
        return self._n_done - self.n_classified

    @property
    def n_pending(self) -> int:
        """Beats that await their class."""
        return self._n - self._n_done

    @property
    def samples(self) -> NDArray[np.int64]:
        """(n,) R peaks, samples of the record's own rate."""
        return self._seen(self._samples)

    @property
    def classes(self) -> NDArray[np.int8]:
        """(n,) BeatClass values, PENDING or NOT_CLASSIFIED."""
        return self._seen(self._classes)

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """(n, 5) fused probabilities, NaN where there are none."""
        return self._answered("probabilities", np.float64, N_CLASSES)

    @property
    def confidence(self) -> NDArray[np.float64]:
        """(n,) largest of the fused probabilities, NaN where there are none."""
        return self._answered("confidence", np.float64)

    @property
    def votes(self) -> NDArray[np.float32]:
        """(n, n_members, 5) sigmoids, NaN where there are none."""
        return self._answered("votes", np.float32, self.n_members, N_CLASSES)

    @property
    def flags(self) -> NDArray[np.uint16]:
        """(n,) bit sets over FLAGS."""
        return self._seen(self._flags)

    def _answered(self, name: str, kind: type[_T], *shape: int) -> NDArray[_T]:
        """A column of the answers; NaN, which takes no memory, before the first."""
        if self._answers is None:
            return np.broadcast_to(kind(np.nan), (self._n, *shape))
        return self._seen(getattr(self._answers, name))

    def _seen(self, column: NDArray[_T]) -> NDArray[_T]:
        """The filled part of a column, not to be written from outside."""
        view = column[: self._n]
        view.flags.writeable = False
        return view

    def extend(self, samples: NDArray[np.int64]) -> None:
        """Append R peaks (m,), later than all before."""
        n, m = self._n, len(samples)
        if m == 0:
            return
        if n + m > len(self._samples):
            self._grow(m)
        self._samples[n : n + m] = samples
        self._n = n + m
        self.revision += 1

    def apply(self, batch: BeatBatch) -> None:
        """Set the classes of a batch."""
        i = batch.indices
        if len(i) == 0:
            return
        if (self._classes[i] != PENDING).any():
            raise ValueError("a beat that has its class was given another; classes never change")
        self._classes[i] = batch.classes
        if self._answers is None:
            self._answers = _Answers.none_of(len(self._samples), self.n_members)
        self._answers.probabilities[i] = batch.probabilities
        self._answers.confidence[i] = batch.probabilities.max(axis=1)
        self._answers.votes[i] = batch.votes
        self._flags[i] = batch.flags
        self._n_done += len(i)
        self._counts += class_counts(batch.classes)
        self.revision += 1

    def between(self, start: int, stop: int) -> slice:
        """Indices of beats in the half-open range of own samples."""
        low, high = np.searchsorted(self.samples, (start, stop))
        return slice(int(low), int(high))

    def counts(self) -> NDArray[np.int64]:
        """(5,) classified beats per class, order N S V F Q."""
        return self._counts.copy()

    def beat(self, index: int) -> Beat:
        """One beat, whole."""
        if not 0 <= index < self._n:
            raise IndexError(f"beat {index} of {self._n}")
        value = int(self._classes[index])
        probabilities = self.probabilities[index]
        known = bool(np.isfinite(probabilities).all())
        return Beat(
            number=index + 1,
            sample=int(self._samples[index]),
            beat_class=BeatClass(value) if value >= 0 else None,
            probabilities=tuple(probabilities.tolist()) if known else (),
            votes=tuple(map(tuple, self.votes[index].tolist())) if known else (),
            flags=flag_words(int(self._flags[index])),
        )
