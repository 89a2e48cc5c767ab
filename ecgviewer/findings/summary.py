"""A recording's figures: counts, burden, heart rate, times."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import Beats
from ecgviewer.beats.log import PENDING, class_counts
from ecgviewer.beats.scan import Episode, Scan, episode_spans, inside
from ecgviewer.findings.rate import N_MEAN, HeartRate, heart_rate, unread
from ecgviewer.record import Record
from ecgviewer.signal.quality import Stretch

_NO_SPAN = np.empty((0, 2), np.int64)


@dataclass(frozen=True)
class Summary:
    """Figures of one recording, as far as they are known.

    Attributes
    ----------
    n_beats, n_classified : int
        Beats found, beats with a class.
    episodes : tuple of Episode
        Silences and suspected flutter; none while the scan runs.
    n_not_classified : int
        Beats that have no class, and get none; the others without one are pending.
    counts : tuple of 5 int
        Classified beats per class, order N S V F Q.
    burden : tuple of 5 float, or None
        Share of each class among classified beats in readable time and in no suspected flutter, 0
        to 1; None without any.
    heart_rate : HeartRate
        Mean of all RR; least and greatest of the means over so many consecutive N-N intervals.
    recorded_s, readable_s, analysed_s : float
        Time recorded; time in which at least one ECG lead can be read; readable time around beats
        that have their class (each beat owns the time to the middle of its RR intervals).
    complete : bool
        Whether the scan is whole and no beat is pending.
    """

    n_beats: int
    n_classified: int
    counts: tuple[int, ...]
    burden: tuple[float, ...] | None
    heart_rate: HeartRate
    recorded_s: float
    readable_s: float
    analysed_s: float
    complete: bool
    n_not_classified: int = 0
    episodes: tuple[Episode, ...] = ()

    @property
    def n_pending(self) -> int:
        """Beats that await their class."""
        return self.n_beats - self.n_classified - self.n_not_classified


def _readable_before(
    t: NDArray[np.float64], spans: NDArray[np.int64], n_samples: int
) -> NDArray[np.float64]:
    """Readable samples in [0, t) for each t, given the unreadable spans (m, 2)."""
    if len(spans) == 0:
        return t
    knots = np.concatenate([[0], spans.ravel(), [n_samples]]).astype(np.float64)
    lengths = np.diff(knots)
    lengths[1::2] = 0.0  # every other interval is unreadable
    total = np.concatenate([[0.0], np.cumsum(lengths)])
    before: NDArray[np.float64] = np.interp(t, knots, total)
    return before


@dataclass(frozen=True)
class TimeBase:
    """What of the figures the beats' places alone decide; the same until there are more beats.

    Attributes
    ----------
    spans : (m, 2) int64
        What cannot be read, as far as is known.
    broken : (j, 2) int64
        Those, and suspected flutter: no interval that meets one is in a heart rate.
    pauses : (k, 2) int64
        Spans of the pauses: the mean rate leaves them out.
    steady : (n,) bool
        Beats in no artefact of a lead and in no suspected flutter: their RR can be believed.
    readable : float
        Samples in which at least one ECG lead can be read; 0 while the scan runs.
    counted : (n,) bool
        Beats in readable time and in no suspected flutter: those of the burden.
    owned : (n,) float64
        Readable samples that belong to each beat; 0 while the scan runs.
    """

    spans: NDArray[np.int64]
    broken: NDArray[np.int64]
    pauses: NDArray[np.int64]
    steady: NDArray[np.bool_]
    readable: float
    counted: NDArray[np.bool_]
    owned: NDArray[np.float64]


def time_base(
    record: Record,
    samples: NDArray[np.int64],
    scan: Scan | None,
    stretches: tuple[Stretch, ...] = (),
) -> TimeBase:
    """Of R peaks (n,), own samples; `scan` is None while it runs, `stretches` found so far."""
    n, every = record.n_samples, np.ones(len(samples), np.bool_)
    if scan is None:
        spans = unread(scan, stretches, record)
        return TimeBase(spans, spans, _NO_SPAN, every, 0.0, every, np.zeros(len(samples)))
    spans = scan.unreadable
    readable = 0.0  # where no lead was searched, none is read
    if scan.leads:
        readable = float(_readable_before(np.array([float(n)]), spans, n)[0])
    middles = (samples[1:] + samples[:-1]) / 2
    edges = np.concatenate([[0.0], middles, [float(n)]]) if len(samples) else np.zeros(1)
    owned: NDArray[np.float64] = np.diff(_readable_before(edges, spans, n))
    steady = ~inside(samples, _artefacts(scan))
    pauses = episode_spans(scan.episodes, "pause")
    broken = unread(scan, stretches, record)
    counted = ~inside(samples, broken)  # spans and flutter
    return TimeBase(spans, broken, pauses, steady, readable, counted, owned)


def _artefacts(scan: Scan) -> NDArray[np.int64]:
    """Spans (m, 2) where a lead is noisy or the ventricles flutter, each end the latest so far."""
    noisy = [s for s in scan.stretches if s.kind == "noisy" and s.lead in (None, *scan.leads)]
    spans = sorted((s.start, s.stop) for s in noisy)
    spans += [(e.start, e.stop) for e in scan.episodes if e.kind == "flutter"]
    out = np.array(sorted(spans), np.int64).reshape(-1, 2)
    out[:, 1] = np.maximum.accumulate(out[:, 1])
    return out


def summarise(
    record: Record,
    beats: Beats,
    scan: Scan | None,
    *,
    on: TimeBase | None = None,
    n_mean: int = N_MEAN,
) -> Summary:
    """Figures of what is known so far.

    Parameters
    ----------
    record : Record
        The recording.
    beats : Beats
        Its beats.
    scan : Scan or None
        None while the scan runs: readable time is then not known and given as zero.
    on : TimeBase, optional
        Output of `time_base` for these beats, where it is at hand.
    n_mean : int
        N-N intervals that the least and the greatest heart rate are the mean of.

    Returns
    -------
    Summary
    """
    on = time_base(record, beats.sample, scan) if on is None else on
    classes = beats.beat_class
    known = classes >= 0
    counts = class_counts(classes)
    n_classified, n_pending = int(counts.sum()), int((classes == PENDING).sum())
    # while classes are awaited, every beat counts
    normal = np.isin(classes, (BeatClass.N, PENDING)) & on.steady
    rate = heart_rate(beats.sample, record.fs, on.broken, on.pauses, usable=normal, n_mean=n_mean)
    # where there was no beat to classify, all readable time counts as analysed
    analysed = float(on.owned[known].sum()) if beats.n else on.readable
    return Summary(
        n_beats=beats.n,
        n_classified=n_classified,
        counts=tuple(counts.tolist()),
        burden=_burden(classes[known & on.counted]),
        heart_rate=rate,
        recorded_s=record.duration_s,
        readable_s=on.readable / record.fs,
        analysed_s=analysed / record.fs,
        complete=scan is not None and n_pending == 0,
        n_not_classified=beats.n - n_classified - n_pending,
        episodes=() if scan is None else scan.episodes,
    )


def _burden(counted: NDArray[np.int8]) -> tuple[float, ...] | None:
    if len(counted) == 0:
        return None
    counts = class_counts(counted)
    return tuple(float(c) for c in counts / counts.sum())
