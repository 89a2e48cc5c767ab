"""How times, counts and shares are written in the window."""

from datetime import time

from ecgviewer.aami import BeatClass
from ecgviewer.beats.log import PENDING
from ecgviewer.record import Record
from ecgviewer.signal.params import ACTIVITY


def clock(seconds: float, *, decimals: int = 0) -> str:
    """Time from the record's start, `mm:ss` or `h:mm:ss`.

    Whole seconds are cut, as clocks do; decimals are rounded, as in the report.
    """
    scale = 10**decimals
    ticks = round(seconds * scale) if decimals else int(seconds + 1e-9)
    whole, part = divmod(max(0, ticks), scale)
    hours, rest = divmod(whole, 3600)
    minutes, sec = divmod(rest, 60)
    text = f"{hours}:{minutes:02d}:{sec:02d}" if hours else f"{minutes:02d}:{sec:02d}"
    return f"{text}.{part:0{decimals}d}" if decimals else text


def class_words(code: int) -> str:
    """A class in words, or why there is none."""
    if code < 0:
        return "pending" if code == PENDING else "not classified"
    return f"{BeatClass(code).name}: {BeatClass(code).description}"


def stretch_name(kind: str, length_s: float = 0.0) -> str:
    """What a stretch or episode is called on trace and strip; a pause with its length, s."""
    if kind == "pause" and length_s:
        asystole = " (asystole)" if length_s >= ACTIVITY.asystole_s else ""
        return f"pause {length_s:.1f} s{asystole}"
    return {"unexplained": "silence, unexplained", "flutter": "suspected flutter"}.get(kind, kind)


def count(n: int) -> str:
    """A number with commas between thousands."""
    return f"{n:,}"


def share(part: float, whole: float) -> str:
    """A percentage with one decimal, two below 1 %; empty without a whole."""
    if whole <= 0:
        return ""
    percent = 100 * part / whole
    return f"{percent:.2f} %" if 0 < percent < 1 else f"{percent:.1f} %"


def remaining(seconds: float) -> str:
    """Time left, as coarse as one can know it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s left"
    if seconds < 5400:
        return f"{round(seconds / 60)} min left"
    return f"{seconds / 3600:.1f} h left"


def rate(hz: float) -> str:
    """A sampling rate without needless decimals."""
    return f"{hz:g} Hz"


def started(record: Record) -> str:
    """Start of the recording in words, as much of it as is known."""
    if record.start is not None:
        return record.start.strftime("%Y-%m-%d %H:%M:%S")
    if record.base_time is not None:
        return record.base_time.strftime("%H:%M:%S") + ", date unknown"
    if record.base_date is not None:
        return record.base_date.isoformat() + ", time unknown"
    return "unknown"


def leads(record: Record) -> str:
    """Names of all leads; of many, the first ones and how many more there are."""
    names = [lead.name or "?" for lead in record.leads]
    if len(names) > 12:
        return " ".join(names[:12]) + f" and {len(names) - 12} more"
    return " ".join(names)


_HOUR_S, _DAY_S = 3_600, 86_400


def seconds_of_day(start: time | None) -> float:
    """A clock time as seconds; 0 where there is none."""
    if start is None:
        return 0.0
    return start.hour * 3600 + start.minute * 60 + start.second + start.microsecond / 1e6


def time_label(t_s: float, start: time | None, *, decimals: int = 0) -> str:
    """Clock time where the record's start is known, else time elapsed; days are counted."""
    if start is None:
        return clock(t_s, decimals=decimals)
    scale = 10**decimals
    ticks = int((seconds_of_day(start) + t_s) * scale + 1e-4)
    whole, part = divmod(ticks, scale)
    days, rest = divmod(whole, _DAY_S)
    text = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    if decimals:
        text += f".{part:0{decimals}d}"
    return f"{text} +{days} d" if days else text
