"""What a WFDB record's headers and file sizes say of its integrity."""

from collections.abc import Iterator

from ecgviewer.errors import counted
from ecgviewer.formats.ecg_leads import mv_per_unit, roles, unknown_unit
from ecgviewer.formats.wfdb.header import DEFAULT_GAIN, Signal
from ecgviewer.formats.wfdb.sample_formats import FORMATS
from ecgviewer.formats.wfdb.segment import Group, Segment
from ecgviewer.formats.wfdb.time_checks import has_skew, repeats, segment_starts, skews
from ecgviewer.formats.wfdb.timeline import Timeline
from ecgviewer.record import Finding, Severity, Verdict

# Rates of electrocardiographs; outside, the number is likely wrong.
FS_PLAUSIBLE_HZ = (50.0, 10_000.0)
# ADC units per mV: no electrocardiograph is coarser than 0.2 mV or finer than 1 nV.
GAIN_PLAUSIBLE = (5.0, 1e6)
MAX_PER_CHECK = 20  # findings listed of one kind

# What headers give as the initial value where the first sample is missing.
_NO_SAMPLE = frozenset({0, *(form.invalid for form in FORMATS.values() if form.invalid)})
_SEARCHED = 2**18  # samples read at a time for the first that is there

_COPY = "copy the record again from its source"


def header_verdict(timeline: Timeline) -> Verdict:
    """What can be said without summing samples.

    Parameters
    ----------
    timeline : Timeline
        The record.

    Returns
    -------
    Verdict
        Not complete.
    """
    segments = [s for s in timeline.segments if s.header is not timeline.header]
    checks: dict[str, tuple[list[Finding], str]] = {
        "header": (
            [*timeline.header.findings, *(f for s in segments for f in s.header.findings)],
            "the header is well formed",
        ),
        "length": (
            list(_lengths(timeline)),
            "every signal file is as long as the header says",
        ),
        "rate": (
            list(_rates(timeline)),
            f"{timeline.fs:.9g} Hz is a rate of ECG recorders",
        ),
        "gain": (
            list(_gains(timeline)),
            "gain, baseline and resolution of every ECG lead are plausible",
        ),
        "initial value": (
            list(_initial_values(timeline)),
            "every signal begins as the header says",
        ),
    }
    if has_skew(timeline):
        checks["skew"] = (list(skews(timeline)), "skewed leads lie within the record")
    if timeline.header.segments:
        found = [*timeline.findings, *repeats(timeline), *segment_starts(timeline)]
        checks["segments"] = (found, "all segments are there and add up")
    findings: list[Finding] = []
    for check, (found, fine) in checks.items():
        findings += cut(found) or [Finding(check, "ok", fine)]
    return Verdict(tuple(findings))


def cut(findings: list[Finding]) -> list[Finding]:
    """The first and gravest of one kind, and a line on how many more there are."""
    if len(findings) <= MAX_PER_CHECK:
        return findings
    grave = ("error", "warning", "ok")
    order = sorted(findings, key=lambda finding: grave.index(finding.severity))
    shown, left = order[:MAX_PER_CHECK], order[MAX_PER_CHECK:]
    message = f"and {len(left):,} more of this kind"
    return [*shown, Finding(left[0].check, left[0].severity, message)]


def where(timeline: Timeline, segment: Segment) -> str:
    """The beginning of a message: which segment it is about, if the record has several."""
    return f"segment {segment.header.name}, " if timeline.header.segments else ""


def checksums_stated(timeline: Timeline) -> bool:
    """Whether any checksum is other than 0, which writers put that compute none."""
    return any(s.checksum for segment in timeline.segments for s in segment.header.signals)


def _clock(n_frames: int, fs: float) -> str:
    minutes, seconds = divmod(n_frames / fs, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:.0f}:{minutes:02.0f}:{seconds:04.1f}"


def _lengths(timeline: Timeline) -> Iterator[Finding]:
    """Byte count of every signal file against length and format."""
    for segment in timeline.segments:
        for group in segment.groups:
            found = _length(timeline, segment, group)
            if found is not None:
                severity, message = found
                yield Finding("length", severity, where(timeline, segment) + message)


def _length(timeline: Timeline, segment: Segment, group: Group) -> tuple[Severity, str] | None:
    file, claimed, fs = group.file, segment.header.n_frames, timeline.header.fs
    if file is None:
        names = ", ".join(segment.header.signals[i].name for i in group.signals)
        return "error", f"{names}: {group.reason}; shown as a gap"
    if claimed is not None and file.n_frames < claimed:
        gap = bool(timeline.header.segments) or claimed <= timeline.n_frames
        return "error", (
            f"{group.name} holds {file.n_frames:,} samples per signal, the header says "
            f"{claimed:,} ({_clock(file.n_frames, fs)} of {_clock(claimed, fs)}); "
            f"{'the rest is shown as a gap' if gap else 'only what is there is shown'}; {_COPY}"
        )
    if claimed is not None and file.n_frames > claimed:
        return "error", (
            f"{group.name} holds {file.n_frames:,} samples per signal, the header says "
            f"{claimed:,}: {_clock(file.n_frames - claimed, fs)} are not shown, or the header has "
            f"a wrong format or number of signals; {_COPY}"
        )
    if file.n_spare:
        return "warning", (
            f"{group.name} has {counted(file.n_spare, 'byte')} after its last whole sample; "
            "compare its size with the source"
        )
    return None


def _rates(timeline: Timeline) -> Iterator[Finding]:
    low, high = FS_PLAUSIBLE_HZ
    said = roles([(signal.name, signal.unit) for signal in timeline.signals])
    has_ecg = any(role.is_ecg for role in said)
    if not has_ecg:  # numerics may have one value a minute
        message = f"{timeline.fs:.9g} Hz; without an ECG lead any rate may be right"
        yield Finding("rate", "ok", message)
    elif not low <= timeline.fs <= high:
        message = (
            f"{timeline.fs:.9g} Hz is outside {low:,g} to {high:,g} Hz, the rates of ECG "
            "recorders: times and heart rates may be wrong; compare with the source"
        )
        yield Finding("rate", "warning", message)
    for signal in timeline.signals:
        if signal.per_frame != timeline.per_frame:
            message = (
                f"{signal.name} was recorded at {signal.per_frame * timeline.header.fs:.9g} Hz "
                f"and is shown at {timeline.fs:.9g} Hz, the rate of the "
                f"{'ECG' if has_ecg else 'fastest signal'}"
            )
            yield Finding("rate", "ok", message)


def _gains(timeline: Timeline) -> Iterator[Finding]:
    """Gain, baseline and resolution of ECG leads, each lead and reason once."""
    seen: set[tuple[str, str]] = set()
    for segment in timeline.segments:
        for signal in (segment.header.signals[i] for g in segment.groups for i in g.signals):
            if signal.format not in FORMATS or not timeline.is_ecg(signal.name):
                continue
            found: list[tuple[Severity, str]] = [("ok", reason) for reason in _unscaled(signal)]
            found += [("warning", reason) for reason in _gain_problems(signal)]
            for severity, reason in found:
                if (signal.name, reason) not in seen:
                    seen.add((signal.name, reason))
                    yield Finding("gain", severity, f"{signal.name}: {reason}")


def _unscaled(signal: Signal) -> Iterator[str]:
    """What the file itself says is not known; no doubt about the file."""
    if mv_per_unit(signal.unit) is None:
        yield unknown_unit(signal.unit)
    elif signal.gain == 0:
        yield (
            f"the header gives no gain; {DEFAULT_GAIN:g} units per mV are assumed, "
            "so do not measure amplitudes"
        )


def _gain_problems(signal: Signal) -> Iterator[str]:
    to_mv = mv_per_unit(signal.unit)
    low, high = GAIN_PLAUSIBLE
    if signal.gain and to_mv is not None and not low <= abs(signal.gain) / to_mv <= high:
        yield (
            f"a gain of {signal.gain:g} per {signal.unit} is outside {low:,g} to {high:,g} per mV, "
            "so amplitudes may be wrong; compare with the source"
        )
    if signal.gain < 0:
        yield f"the gain {signal.gain:g} is below 0, so the trace may be upside down"
    if signal.format == 8:  # holds differences: its width limits neither
        return
    bits = FORMATS[signal.format].bits
    if signal.adc_bits is not None and not 0 <= signal.adc_bits <= bits:
        yield (
            f"{signal.adc_bits} bits of resolution do not go into format {signal.format}, which "
            f"has {bits}, so the header may be wrong; compare with the source"
        )
    if abs(signal.baseline) > 2 ** max(bits, 16):
        yield (
            f"the baseline {signal.baseline} is beyond all values of format {signal.format}, "
            "so the trace may be far off zero; compare with the source"
        )


def _initial_values(timeline: Timeline) -> Iterator[Finding]:
    stated = checksums_stated(timeline)
    for segment in timeline.segments:
        for group in segment.groups:
            if group.file is None or not group.file.n_frames:
                continue
            first = group.file.frames(0, 1)[0]
            for i, columns in zip(group.signals, group.columns, strict=True):
                signal = segment.header.signals[i]
                value = int(first[columns.start])
                if signal.initial is None or value == signal.initial:
                    continue
                if signal.format == 8:
                    continue  # its sums begin there, with a first difference or without
                if signal.initial == 0 and not stated:
                    continue  # writers that compute neither put zeros
                if value == FORMATS[signal.format].invalid and _is_none(signal, group, columns):
                    continue
                yield Finding(
                    "initial value",
                    "error",
                    f"{where(timeline, segment)}{signal.name} begins with {value}, the header says "
                    f"{signal.initial}: {group.name} and the header do not belong together, or one "
                    f"is damaged; {_COPY}",
                )


def _is_none(signal: Signal, group: Group, columns: slice) -> bool:
    """Whether an initial value says, in one of several ways, that the first sample is missing.

    Writers put 0, the value for no sample of any format (the WFDB library that of 16 bits in
    each), or the first sample that there is.
    """
    if signal.initial in _NO_SAMPLE:
        return True
    assert group.file is not None
    step = max(1, _SEARCHED // group.columns[-1].stop)
    for start in range(0, group.file.n_frames, step):
        samples = group.file.frames(start, min(start + step, group.file.n_frames))[:, columns]
        there = samples[samples != FORMATS[signal.format].invalid]
        if there.size:
            return bool(there.flat[0] == signal.initial)
    return False
