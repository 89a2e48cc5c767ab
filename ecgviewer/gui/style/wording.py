"""How times, counts and shares are written in the window; no Qt, no state."""

from ecgviewer.record import Record


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


def parse_clock(text: str) -> float | None:
    """Seconds of `s`, `m:ss` or `h:mm:ss`, with or without decimals; None where it is no time."""
    parts = text.strip().split(":")
    if not 1 <= len(parts) <= 3:
        return None
    try:
        values = [float(part) for part in parts]
    except ValueError:
        return None
    if any(not 0 <= value < float("inf") for value in values):
        return None
    seconds = 0.0
    for value in values:
        seconds = seconds * 60 + value
    return seconds


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
