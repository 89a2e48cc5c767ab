"""Heart rate and RR intervals from beat positions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beats.scan import Scan, episode_spans
from ecgviewer.record import Record
from ecgviewer.signal.quality import Stretch, unreadable
from ecgviewer.signal.spans import union

_NONE = np.empty((0, 2), np.int64)
N_MEAN = 8  # RR intervals a heart rate is the mean of
N_MEAN_RANGE = (1, 99)  # what may be chosen in its place


@dataclass(frozen=True)
class HeartRate:
    """Heart rate of a recording, beats per minute; None where there are too few beats.

    Attributes
    ----------
    mean : float or None
        60 over the mean of all RR intervals that meet no unreadable span and are no pause.
    least, greatest : float or None
        Of the means over `n_mean` consecutive N-N intervals.
    least_sample, greatest_sample : int or None
        Own sample of the last beat of those intervals.
    least_from, greatest_from : int or None
        Own sample of their first beat.
    n_mean : int
        How many intervals.
    """

    mean: float | None = None
    least: float | None = None
    least_sample: int | None = None
    greatest: float | None = None
    greatest_sample: int | None = None
    least_from: int | None = None
    greatest_from: int | None = None
    n_mean: int = N_MEAN


def no_rr_before(
    samples: NDArray[np.int64], scan: Scan | None, stretches: tuple[Stretch, ...], record: Record
) -> NDArray[np.bool_]:
    """Which beats (n,) have no RR interval before them that table, report or rate may show.

    Those after a span in which no lead can be read - a gap, flat or held, noisy - or within one,
    and those across or in suspected flutter: its waves are no heart beats to count.

    Parameters
    ----------
    samples : (n,) int64
        R peaks, own samples, ascending.
    scan : Scan or None
        None while it runs.
    stretches : tuple of Stretch
        Those found so far; they count where `scan` is None.
    record : Record
        Its leads count where `scan` is None.
    """
    return across(samples, unread(scan, stretches, record))


def unread(scan: Scan | None, stretches: tuple[Stretch, ...], record: Record) -> NDArray[np.int64]:
    """Own-sample spans (m, 2) across which there is no RR interval; see `no_rr_before`."""
    if scan is None:
        return unreadable(stretches, record.ecg_leads)
    return union(scan.unreadable, episode_spans(scan.episodes, "flutter"))


def across(samples: NDArray[np.int64], spans: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which RR intervals before a beat meet one of the spans, wholly or in part.

    Parameters
    ----------
    samples : (n,) int64
        R peaks, own samples, ascending.
    spans : (m, 2) int64
        Half-open, sorted, disjoint.

    Returns
    -------
    (n,) bool
        False for the first beat.
    """
    out = np.zeros(len(samples), np.bool_)
    if len(samples) > 1 and len(spans):
        # a beat given by a reference may itself lie in a span: then both its intervals meet it
        n_begun = np.searchsorted(spans[:, 0], samples[1:])
        n_over = np.searchsorted(spans[:, 1], samples[:-1], side="right")
        out[1:] = n_begun > n_over
    return out


def trend(
    samples: NDArray[np.int64], fs: float, spans: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Heart rate as the mean over 8 RR intervals, none of which meets a span.

    Parameters
    ----------
    samples : (n,) int64
        R peaks, own samples, ascending.
    fs : float
        Hz.
    spans : (m, 2) int64
        Unreadable spans, sorted, disjoint.

    Returns
    -------
    (k,) int64, (k,) float64
        Own sample of the last beat of each mean, and beats per minute.
    """
    if len(samples) < 2:
        return np.empty(0, np.int64), np.empty(0)
    first = _runs(~across(samples, spans)[1:] & (np.diff(samples) > 0), N_MEAN)
    begin, end = samples[first], samples[first + N_MEAN]
    return end, 60.0 * N_MEAN * fs / (end - begin)


def _runs(counts: NDArray[np.bool_], n: int) -> NDArray[np.int64]:
    """Where `n` intervals in a row begin that all count; `counts` (m,) is theirs."""
    total = np.concatenate([[0], np.cumsum(counts)])
    return np.flatnonzero(total[n:] - total[:-n] == n)


def heart_rate(
    samples: NDArray[np.int64],
    fs: float,
    spans: NDArray[np.int64],
    pauses: NDArray[np.int64] = _NONE,
    *,
    usable: NDArray[np.bool_] | None = None,
    n_mean: int = N_MEAN,
) -> HeartRate:
    """Heart rate of a recording.

    Parameters
    ----------
    samples : (n,) int64
        R peaks, own samples, ascending.
    fs : float
        Hz.
    spans : (m, 2) int64
        Unreadable spans, sorted, disjoint: no interval that meets one counts.
    pauses : (k, 2) int64
        Spans without a beat that the mean leaves out; least and greatest do not.
    usable : (n,) bool, optional
        Beats whose intervals may be in the least and greatest rate: N, and in no artefact. All by
        default.
    n_mean : int
        Consecutive intervals between such beats that a least or greatest rate is the mean of.
    """
    if len(samples) < 2:
        return HeartRate(n_mean=n_mean)
    broken = across(samples, spans)[1:]
    rr = np.diff(samples)
    known = rr[~broken & ~across(samples, pauses)[1:]]
    if len(known) == 0 or known.sum() == 0:
        return HeartRate(n_mean=n_mean)
    mean = 60.0 * fs / float(known.mean())
    counts = ~broken & (rr > 0)
    if usable is not None:
        counts &= usable[1:] & usable[:-1]
    first = _runs(counts, n_mean)
    if len(first) == 0:
        return HeartRate(mean, n_mean=n_mean)
    begin, end = samples[first], samples[first + n_mean]
    rate = 60.0 * n_mean * fs / (end - begin)
    low, high = int(rate.argmin()), int(rate.argmax())
    return HeartRate(
        mean,
        float(rate[low]),
        int(end[low]),
        float(rate[high]),
        int(end[high]),
        int(begin[low]),
        int(begin[high]),
        n_mean,
    )
