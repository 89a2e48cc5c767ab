"""The whole verdict on a WFDB record: checksums, levels, annotations."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgviewer.errors import counted
from ecgviewer.formats.ecg_leads import mv_per_unit
from ecgviewer.formats.wfdb.annotation_file import annotation_paths, read_annotation_file
from ecgviewer.formats.wfdb.header import Signal
from ecgviewer.formats.wfdb.header_checks import checksums_stated, cut, where
from ecgviewer.formats.wfdb.sample_formats import FORMATS, Samples
from ecgviewer.formats.wfdb.segment import Group, Segment
from ecgviewer.formats.wfdb.timeline import Timeline
from ecgviewer.record import Finding, RecordError, Verdict

# An ECG's mean lies near 0 mV: 0.9 mV at most over the 174 leads of mitdb and svdb.
OFF_CENTRE_MV = 3.0
# Standard deviation of an ECG lead: 0.05 to 1.5 mV in those.
SPREAD_PLAUSIBLE_MV = (0.005, 15.0)
_BLOCK = 2**18  # samples summed at a time
_STRIDE = 7  # one frame in so many serves for mean and spread


@dataclass
class _Tally:
    """Mean and spread of one ECG lead, mV, as its blocks come by."""

    signal: Signal
    scale: float  # mV per ADC unit
    n: int = 0
    total: float = 0.0
    squares: float = 0.0


def full_verdict(timeline: Timeline, header: Verdict, stop: Callable[[], bool]) -> Verdict:
    """The complete verdict: sums every sample, reads every annotation file.

    Parameters
    ----------
    timeline : Timeline
        The record.
    header : Verdict
        Of `header_verdict`.
    stop : callable
        Asked before each block whether to give up.

    Returns
    -------
    Verdict
        Complete, or `header` where it was stopped.
    """
    stated = checksums_stated(timeline)
    tallies: dict[str, _Tally] = {}
    sums: list[Finding] = []
    unstated = n_signals = 0
    for segment in timeline.segments:
        for group in segment.groups:
            totals = _sum(timeline, segment, group, tallies, stop)
            if totals is None:
                return header
            for i, total in zip(group.signals, totals, strict=True):
                signal = segment.header.signals[i]
                n_signals += 1
                if signal.checksum is None or not stated:
                    unstated += 1
                elif (total - signal.checksum) % 2**16:
                    sums.append(_changed(where(timeline, segment), signal, total))
    if unstated:
        message = (
            f"the header gives no checksum for {unstated:,} of {counted(n_signals, 'signal')}: "
            "damage inside their samples would not be noticed"
        )
        sums.append(Finding("checksum", "warning", message))
    fine = Finding("checksum", "ok", "the samples of every signal add up as the header says")
    annotations = [
        _annotator(timeline, annotator, path)
        for annotator, path in annotation_paths(timeline.header.path.with_suffix("")).items()
        if not stop()
    ]
    if stop():
        return header
    found = (*(cut(sums) or [fine]), *cut(list(_levels(tallies.values()))), *cut(annotations))
    return Verdict((*header.findings, *found), complete=True)


def _sum(
    timeline: Timeline,
    segment: Segment,
    group: Group,
    tallies: dict[str, _Tally],
    stop: Callable[[], bool],
) -> list[int] | None:
    """Sum of all samples of each signal of a file; None where it was stopped."""
    totals = [0] * len(group.signals)
    file = group.file
    if file is None:
        return totals
    n_frames = file.n_frames
    if segment.header.n_frames is not None:
        n_frames = min(n_frames, segment.header.n_frames)
    step = max(1, _BLOCK // group.columns[-1].stop)
    for start in range(0, n_frames, step):
        if stop():
            return None
        try:
            frames = file.frames(start, min(start + step, n_frames))
        except RecordError:
            break  # the file went away or shrank; its sums will not match
        columns = frames.sum(axis=0, dtype=np.int64)
        for k, (i, part) in enumerate(zip(group.signals, group.columns, strict=True)):
            totals[k] += int(columns[part].sum())
            if timeline.is_ecg(segment.header.signals[i].name):
                _tally(tallies, segment.header.signals[i], frames[::_STRIDE, part.start])
    return totals


def _tally(tallies: dict[str, _Tally], signal: Signal, adc: Samples) -> None:
    to_mv = mv_per_unit(signal.unit)
    if to_mv is None or signal.gain == 0:
        return
    tally = tallies.setdefault(signal.name, _Tally(signal, to_mv / abs(signal.gain)))
    invalid = FORMATS[signal.format].invalid
    valid = adc if invalid is None else adc[adc != invalid]
    values = (valid.astype(np.float64) - signal.baseline) * (to_mv / signal.gain)
    tally.n += len(values)
    tally.total += float(values.sum())
    tally.squares += float((values * values).sum())


def _levels(tallies: Iterable[_Tally]) -> Iterator[Finding]:
    """Leads whose mean or spread in mV no electrode gives: a wrong baseline or gain."""
    low, high = SPREAD_PLAUSIBLE_MV
    for tally in tallies:
        if not tally.n:
            continue
        signal, mean = tally.signal, tally.total / tally.n
        spread = max(0.0, tally.squares / tally.n - mean * mean) ** 0.5
        if abs(mean) > OFF_CENTRE_MV:
            yield Finding(
                "baseline",
                "warning",
                f"{signal.name} lies around {mean:+.1f} mV, an ECG within {OFF_CENTRE_MV:g} mV of "
                f"zero: the header's baseline {signal.baseline} may be wrong, or the amplifier was "
                "DC coupled; shapes are right, levels are not to be relied on",
            )
        if spread > high or (spread < low and spread > 2 * tally.scale):
            yield Finding(
                "amplitude",
                "warning",
                f"{signal.name} spreads by {spread:.3g} mV, an ECG by {low:g} to {high:g} mV: the "
                f"gain {signal.gain:g} per {signal.unit} may be wrong; do not measure amplitudes",
            )


def _changed(place: str, signal: Signal, total: int) -> Finding:
    value = (total + 2**15) % 2**16 - 2**15  # signed, as headers write it
    message = (
        f"{place}{signal.name}: the samples add up to {value}, the header says "
        f"{signal.checksum}: samples have changed since the record was written; do not rely on "
        "this trace, copy the record again from its source"
    )
    return Finding("checksum", "error", message)


def _annotator(timeline: Timeline, annotator: str, path: Path) -> Finding:
    """Whether an annotation file can be read and lies within the record."""
    try:
        annotations = read_annotation_file(path)
    except RecordError as error:
        return Finding("annotations", "warning", f"{error.reason}; its beats cannot be used")
    if annotations.doubt:
        return Finding("annotations", "warning", annotations.doubt)
    per_frame = (annotations.fs or timeline.header.fs) / timeline.header.fs
    outside = (annotations.sample < 0) | (annotations.sample >= timeline.n_frames * per_frame)
    n_outside = int(outside.sum())
    if not n_outside:
        message = f"{annotator}: {counted(len(annotations), 'annotation')}, all within the record"
        return Finding("annotations", "ok", message)
    worst = int(annotations.sample[outside][0])
    message = (
        f"{path.name}: {n_outside:,} of {counted(len(annotations), 'annotation')} "
        f"{'lies' if len(annotations) == 1 else 'lie'} outside the record's "
        f"0 to {timeline.n_frames * per_frame:,.0f} samples, the first at {worst:,}: it may belong "
        "to another recording; check before using it"
    )
    return Finding("annotations", "warning", message)
