"""What a WFDB header says, and where the files it names may lie."""

import os
import re
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path

from ecgviewer.formats.lying_there import in_annex_of, unfetched
from ecgviewer.record import Finding, RecordError

# Defaults: WFDB Applications Guide, header(5).
DEFAULT_GAIN = 200.0  # adc units per physical unit, where the gain is 0 or missing
NO_FILE = "~"  # a signal or segment without samples
NULL_FORMAT = 0


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal line.

    Attributes
    ----------
    file : str
        Signal file, `NO_FILE` for none.
    format : int
        Code of the sample format.
    per_frame : int
        Samples per frame.
    skew : int
        Frames this signal lags behind the others in the file.
    offset : int or None
        Bytes (FLAC: samples) before the first frame; None where the line does not say.
    gain : float
        ADC units per physical unit; 0 where there is none: uncalibrated.
    baseline : int
        ADC value of physical zero.
    unit : str
        Physical unit.
    adc_bits, initial, checksum : int or None
        As written; None where missing or unreadable.
    name : str
        Description.
    """

    file: str
    format: int
    per_frame: int = 1
    skew: int = 0
    offset: int | None = None
    gain: float = 0.0
    baseline: int = 0
    unit: str = "mV"
    adc_bits: int | None = None
    initial: int | None = None
    checksum: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One line of a multi-segment header; name `NO_FILE` for a gap."""

    name: str
    n_frames: int


@dataclass(frozen=True, slots=True)
class Header:
    """One header file.

    Attributes
    ----------
    path : Path
        The file.
    name : str
        Record name it gives.
    fs : float
        Frames per second, Hz.
    n_frames : int or None
        Length; None where it is not given.
    signals : tuple of Signal
        Empty in a multi-segment header.
    segments : tuple of SegmentLine
        Empty in a single-segment header.
    findings : tuple of Finding
        What is wrong with its syntax and can be lived with.
    """

    path: Path
    name: str
    fs: float
    n_frames: int | None
    n_signals: int
    base_time: time | None = None
    base_date: date | None = None
    signals: tuple[Signal, ...] = ()
    segments: tuple[SegmentLine, ...] = ()
    comments: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), repr=False)


def beside(header: Path, name: str) -> Path:
    """The path of a file that a header names.

    Parameters
    ----------
    header : Path
        The header.
    name : str
        The name in it.

    Raises
    ------
    RecordError
        Where it lies, or leads through a link, outside the header's folder.
    """
    path = header.parent / name
    # a header that is itself a link may have its files where it really lies
    roots = {os.path.realpath(header.parent), os.path.dirname(os.path.realpath(header))}  # noqa: PTH120
    plain = name not in {"", ".", "..", "-"} and not re.search(r'[/\\:*?"<>|]', name)
    real = os.path.realpath(path) if plain and len(os.fsencode(name)) <= 255 else ""
    own = any(real.startswith(root.rstrip(os.sep) + os.sep) for root in roots)
    if not own and not (real and in_annex_of(header.parent, real)):
        if plain and (said := unfetched(path)):  # of a tree whose git folder is elsewhere
            raise RecordError(header, said)
        raise RecordError(
            header,
            f"the header names {name[:80]!r}, which is not a file in the record's own folder; "
            "files elsewhere are never read",
        )
    return path
