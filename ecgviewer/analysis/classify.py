"""Classes for the beats of a scan, batch by batch, in the order in which they are wanted."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ecgviewer.analysis.batch import Classifier, Moved, nobody
from ecgviewer.analysis.inputs import (
    Inputs,
    why_not_classified,
)
from ecgviewer.beats.log import BeatBatch
from ecgviewer.beats.scan import Scan
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record
from ecgviewer.runtime.pool import Stop, Stopped

# Beats a batch, unless what is wanted at once is less: half a second of two cores or less; a card
# waits for the context of its beats, which is the processor's.
BATCHES = {"cpu": 512, "cuda": 4_096}
Order = Callable[[NDArray[np.bool_]], NDArray[np.int64]]


def analyze(
    record: Record,
    result: Scan,
    ensemble: Ensemble,
    *,
    inputs: Inputs,
    order: Order | None = None,
    batch: int | None = None,
    done: NDArray[np.bool_] | None = None,
    stop: Stop = lambda: False,
    hurried: Stop = lambda: False,
    moved: Moved = nobody,
) -> Iterator[BeatBatch]:
    """Classify the beats of a scan, in batches, in the order asked for.

    Parameters
    ----------
    record : Record
        The recording.
    result : Scan
        Its beats.
    ensemble : Ensemble
        Networks with their preprocessing.
    order : callable, optional
        Gets (n,) bool, True for pending beats; returns indices, the most urgent first, or those
        alone that cannot wait. Asked before every batch. Any order and size give the same classes.
    inputs : (int or None, int or None)
        Channels for the two network inputs.
    batch : int, optional
        Beats a batch, at most; by default what the device is good at.
    done : (n,) bool, optional
        Beats that have their class already: they are not classified again.
    stop : callable
        Asked several times a batch, on any thread, whether to give up.
    hurried : callable
        Asked as often, whether other beats are wanted sooner: the batch is put off, and `order`
        asked again.
    moved : callable, optional
        Told who answers from the next batch on, where a graphics card failed.

    Yields
    ------
    BeatBatch
        Until no beat is pending or `stop` says so; nothing where it cannot be classified.
    """
    if why_not_classified(record, prep=ensemble.prep):
        return
    classifier = Classifier(record, result, ensemble, inputs, in_turn=order is None, moved=moved)
    pending = np.ones(result.n_beats, np.bool_) if done is None else ~done
    give_up = _GiveUp(stop, hurried)
    while pending.any():
        wanted = _wanted(pending, order, batch or BATCHES[classifier.ensemble.device])
        try:
            classified = classifier.batch(wanted, give_up)
        except Stopped:
            if give_up.stopped:
                return
            continue
        pending[wanted] = False
        yield classified


class _GiveUp:
    """Whether to give a batch up: for good, or because others are wanted sooner."""

    def __init__(self, stop: Stop, hurried: Stop) -> None:
        self._stop, self._hurried = stop, hurried
        self.stopped = False

    def __call__(self) -> bool:
        self.stopped = self.stopped or self._stop()
        return self.stopped or self._hurried()


def _wanted(pending: NDArray[np.bool_], order: Order | None, batch: int) -> NDArray[np.int64]:
    """Beats of the next batch, ascending."""
    wanted = np.flatnonzero(pending) if order is None else order(pending)
    wanted = wanted[pending[wanted]][:batch]
    if len(wanted) == 0:  # an order that forgets some beats: the rest in file order
        wanted = np.flatnonzero(pending)[:batch]
    return np.unique(wanted)
