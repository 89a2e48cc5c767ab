"""One segment: a header with its signal files, to physical values."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.formats.wfdb.header import DEFAULT_GAIN, NO_FILE, NULL_FORMAT, Header, Signal, beside
from ecgviewer.formats.wfdb.sample_formats import FORMATS, Samples
from ecgviewer.formats.wfdb.signal_file import CHUNK_FRAMES, SignalFile, open_signal_file
from ecgviewer.record import RecordError


@dataclass(frozen=True)
class Group:
    """The signals of one file.

    Attributes
    ----------
    name : str
        The file's name in the header.
    file : SignalFile or None
        None where it cannot be read.
    reason : str
        Why not.
    signals : tuple of int
        Indices of its signals in the header.
    columns : tuple of slice
        Their columns in a frame.
    """

    name: str
    file: SignalFile | None
    reason: str
    signals: tuple[int, ...]
    columns: tuple[slice, ...]


@dataclass(frozen=True)
class Segment:
    """A header and its open signal files.

    Attributes
    ----------
    header : Header
        Single-segment header.
    groups : tuple of Group
        One per signal file.
    n_present : int
        Frames that the longest of its files holds.
    """

    header: Header
    groups: tuple[Group, ...]
    n_present: int

    def read_into(
        self,
        out: NDArray[np.float32],
        leads: tuple[int | None, ...],
        scales: tuple[float | None, ...],
        start: int,
        per_frame: int,
    ) -> None:
        """Fill in the samples that the files have; leaves the rest as it is.

        Parameters
        ----------
        out : (n_leads, n * per_frame) float32
            mV for ECG leads, the file's unit for others.
        leads : tuple of int or None
            Row of `out` for each signal of the header.
        scales : tuple of float or None
            For each signal what its values are multiplied by; None for an ECG lead without scale.
        start : int
            First frame.
        per_frame : int
            Samples per frame of `out`.
        """
        stop = start + out.shape[1] // per_frame
        if self.header.n_frames is not None:
            stop = min(stop, self.header.n_frames)
        for group in self.groups:
            if group.file is None:
                continue
            signals = self.header.signals
            for near in _near([signals[i].skew for i in group.signals]):
                low, high = start + near[0], min(stop + near[-1], group.file.n_frames)
                if low >= high:
                    continue
                frames = group.file.frames(low, high)
                for i, columns in zip(group.signals, group.columns, strict=True):
                    lead, late = leads[i], signals[i].skew - near[0]
                    if lead is None or signals[i].skew not in near:
                        continue
                    own = frames[late : late + stop - start, columns]
                    values = at_rate(physical(own, signals[i], scales[i]), per_frame)
                    out[lead, : values.size] = values.reshape(-1)


def _near(skews: list[int]) -> list[list[int]]:
    """Skews in order, those together for which a file is read at once."""
    parts: list[list[int]] = []
    for skew in sorted(set(skews)):
        if parts and skew - parts[-1][0] <= CHUNK_FRAMES:
            parts[-1].append(skew)
        else:
            parts.append([skew])
    return parts


def open_segment(header: Header) -> Segment:
    """Open the signal files of a single-segment header; reads no samples.

    Raises
    ------
    RecordError
        Where the layout contradicts itself or a name leads outside the record's folder.
    """
    groups: list[Group] = []
    first = 0
    signals = header.signals
    names: set[str] = set()
    while first < len(signals):
        last = first
        while last < len(signals) and signals[last].file == signals[first].file:
            last += 1
        name = signals[first].file
        if name != NO_FILE and signals[first].format != NULL_FORMAT:
            if name in names:
                raise RecordError(
                    header.path, f"signals of {name} are not listed together; the header is damaged"
                )
            names.add(name)
            groups.append(_group(header, first, last))
        first = last
    present = max((group.file.n_frames for group in groups if group.file is not None), default=0)
    return Segment(header, tuple(groups), present)


def _group(header: Header, first: int, last: int) -> Group:
    signals = header.signals[first:last]
    name = signals[0].file
    formats = {signal.format for signal in signals}
    if len(formats) > 1:
        raise RecordError(
            header.path,
            f"{name} cannot have formats {' and '.join(map(str, sorted(formats)))} at once; "
            "the header is damaged",
        )
    path = beside(header.path, name)
    per_frame = tuple(signal.per_frame for signal in signals)
    ends = np.cumsum(per_frame).tolist()
    columns = tuple(slice(end - n, end) for end, n in zip(ends, per_frame, strict=True))
    initial = tuple(signal.initial or 0 for signal in signals)
    file, reason = None, ""
    try:
        file = open_signal_file(path, signals[0].format, per_frame, signals[0].offset or 0, initial)
    except RecordError as error:
        reason = error.reason
    return Group(name, file, reason, tuple(range(first, last)), columns)


def physical(adc: Samples, signal: Signal, scale: float | None = 1.0) -> NDArray[np.float64]:
    """ADC values to physical ones.

    Parameters
    ----------
    adc : any shape, integer
        ADC values.
    signal : Signal
        Gain and baseline.
    scale : float or None
        What one of the signal's units is in those wanted; None: its gain and unit say nothing of
        mV, and `DEFAULT_GAIN` is taken for ADC units per mV.

    Returns
    -------
    same shape, float64
        NaN where there is no sample.
    """
    gain = DEFAULT_GAIN if scale is None else signal.gain or DEFAULT_GAIN
    values = (adc.astype(np.float64) - signal.baseline) / gain
    if scale is not None and scale != 1.0:
        values *= scale
    invalid = FORMATS[signal.format].invalid
    if invalid is not None:
        values[adc == invalid] = np.nan
    return values


def at_rate(values: NDArray[np.float64], per_frame: int) -> NDArray[np.float64]:
    """(n, own samples per frame) to (n, per_frame): held where slower, averaged where faster.

    WFDB's high-resolution mode holds too (getvec(3), WFDB_HIGHRES). A faster signal whose rate is
    no whole multiple is picked from.
    """
    own = values.shape[1]
    if own == per_frame:
        return values
    if own > per_frame and own % per_frame == 0:
        mean: NDArray[np.float64] = values.reshape(len(values), per_frame, -1).mean(axis=2)
        return mean
    return values[:, np.arange(per_frame) * own // per_frame]
