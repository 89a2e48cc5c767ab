"""Which beats are wanted next, most urgent first; shared by window and worker thread."""

import numpy as np
from numpy.typing import NDArray

from ecgviewer.runtime.cores import room_wanted

_Span = tuple[float, float]


class Urgency:
    """What is on screen first, then outward; a playing frame before everything.

    The window writes the spans, the worker thread calls. Each span is one tuple that is replaced
    as a whole, so no lock is needed.

    Parameters
    ----------
    times_s : (n,) float64
        R peaks, seconds from the record's start, ascending.
    view : (float, float)
        Span on screen, seconds.
    """

    def __init__(self, times_s: NDArray[np.float64], view: _Span = (0.0, 10.0)) -> None:
        self._times_s = times_s
        self.view: _Span = view
        self.frame: _Span | None = None
        self._pending: NDArray[np.bool_] | None = None
        self._seen: NDArray[np.int64] | None = None  # asked for last; None: others than those seen

    def __call__(self, pending: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Pending beats, most urgent first; where some are seen now, those alone.

        A handful is classified in a fraction of the time that a whole batch takes.

        Parameters
        ----------
        pending : (n,) bool
            Beats without a class.

        Returns
        -------
        (m,) int64
        """
        indices = np.flatnonzero(pending).astype(np.int64)
        times = self._times_s[indices]
        distance = _distance(times, self.view)
        frame = self.frame
        if frame is not None:
            inside = (times >= frame[0]) & (times < frame[1])
            distance = np.where(inside, -1.0, distance)
        seen = distance <= 0
        self._pending, self._seen = pending, None
        if seen.any():
            indices, distance = indices[seen], distance[seen]
            self._seen = indices
        return indices[np.argsort(distance, kind="stable")]

    def hurried(self) -> bool:
        """Whether beats on screen wait for a batch of others; asked on any thread.

        A batch of what was on screen is put off only once the page rests elsewhere: while it moves
        each page would put off the one before, and none would get its classes.
        """
        pending, seen, (start, stop) = self._pending, self._seen, self.view
        if pending is None:
            return False
        low, high = np.searchsorted(self._times_s, (start, stop))
        if not pending[low:high].any():
            return False
        if seen is None:
            return True
        return not room_wanted() and not bool(((seen >= low) & (seen < high)).any())


def _distance(times: NDArray[np.float64], span: _Span) -> NDArray[np.float64]:
    """Seconds from a span, 0 within it."""
    outside: NDArray[np.float64] = np.maximum(0.0, np.maximum(span[0] - times, times - span[1]))
    return outside
