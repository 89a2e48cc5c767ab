"""The recording as the rest of the program sees it: header and samples."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Severity = Literal["ok", "warning", "error"]


class RecordError(Exception):
    """A recording that cannot be read, or not in the way asked for.

    Parameters
    ----------
    path : Path or str
        The file it is about.
    reason : str
        One clear sentence: the value, the limit, what to do.
    """

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = Path(path)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Lead:
    """One channel of a recording.

    Attributes
    ----------
    name : str
        As the file has it, e.g. "MLII".
    unit : str
        Unit of the file; values are converted to mV where `is_ecg`.
    is_ecg : bool
        Whether the channel is read as an ECG lead (`formats.ecg_leads`, `analysis.channels`).
    calibrated : bool
        False where the file gives no gain (0), or a unit that is no voltage: amplitudes in mV are
        then not known.
    adc_per_unit : float or None
        ADC units per `unit`; None where the file gives none.
    by_name : bool
        False where only the signal can tell whether it is an ECG lead.
    remark : str
        Why it is not read, or what to know of its unit; empty where there is nothing to say.
    dead : bool
        Whether it is left out for being missing or flat throughout.
    """

    name: str
    unit: str = "mV"
    is_ecg: bool = True
    calibrated: bool = True
    adc_per_unit: float | None = None
    by_name: bool = True
    remark: str = ""
    dead: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of an integrity verdict: what was checked, how it came out, what was seen."""

    check: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a file's integrity.

    `complete` is False until the checksum of every sample has been summed.
    """

    findings: tuple[Finding, ...] = ()
    complete: bool = False

    @property
    def severity(self) -> Severity:
        """The worst severity found."""
        found = {finding.severity for finding in self.findings}
        return "error" if "error" in found else "warning" if "warning" in found else "ok"

    @property
    def badge(self) -> str:
        """One word for the badge: checking, intact, doubtful or damaged."""
        if self.severity == "error":
            return "damaged"
        if not self.complete:
            return "checking"
        return "intact" if self.severity == "ok" else "doubtful"


class SampleReader(Protocol):
    """What a file format has to offer."""

    def __call__(self, start: int, stop: int) -> NDArray[np.float32]:
        """(n_leads, stop - start) float32, mV for ECG leads, NaN where there is no sample."""
        ...


@dataclass(frozen=True)
class Record:
    """One recording; opening it reads its header only.

    Attributes
    ----------
    name : str
        Record name.
    path : Path
        The file that was opened.
    fs : float
        Samples per second of every lead, Hz.
    leads : tuple of Lead
        All channels in file order.
    n_samples : int
        Samples per lead.
    comments : tuple of str
        Header comments: age, sex, drugs, findings.
    base_date, base_time : date and time, or None
        Start of the recording, where known.
    annotation_fs : float or None
        Samples per second, Hz, that an annotation file beside the recording counts in where it
        states no rate of its own; None for `fs`.
    files : tuple of Path
        Every file the recording consists of (for hashes), the header first.
    stamps : tuple
        Of each file its size and time of change when it was opened, as `files.hashes.stamps_of`
        gives them; empty where that is not known.
    verdict : Verdict
        What reading the header alone says of the files.
    reader : SampleReader
        Reads samples.
    reading : callable
        Takes which channels are ECG leads, where they are others than `leads` says, and gives what
        reads them so; None where every value is in its unit already.
    chosen : tuple of int
        Channels that the user has asked to be read, in the order of the networks' inputs; empty
        where they are found by rule.
    verify : callable
        Sums the samples against the header's checksums and checks annotations; takes a callable
        that says whether to stop, returns the complete verdict.
    """

    name: str
    path: Path
    fs: float
    leads: tuple[Lead, ...]
    n_samples: int
    reader: SampleReader = field(repr=False)
    comments: tuple[str, ...] = ()
    base_date: date | None = None
    base_time: time | None = None
    annotation_fs: float | None = None
    files: tuple[Path, ...] = ()
    stamps: tuple[tuple[int, int] | None, ...] = ()
    verdict: Verdict = Verdict(complete=True)
    reading: Callable[[tuple[bool, ...]], SampleReader] | None = field(default=None, repr=False)
    chosen: tuple[int, ...] = ()
    verify: Callable[[Callable[[], bool]], Verdict] | None = field(default=None, repr=False)

    @property
    def n_leads(self) -> int:
        """Channels, ECG or not."""
        return len(self.leads)

    @property
    def duration_s(self) -> float:
        """Recorded time, seconds."""
        return self.n_samples / self.fs

    @property
    def ecg_leads(self) -> tuple[int, ...]:
        """Indices of the channels that are ECG leads."""
        return tuple(i for i, lead in enumerate(self.leads) if lead.is_ecg)

    @property
    def start(self) -> datetime | None:
        """Date and time of the first sample, where both are known."""
        if self.base_date is None or self.base_time is None:
            return None
        return datetime.combine(self.base_date, self.base_time)

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Samples of all leads.

        Parameters
        ----------
        start, stop : int
            Half-open range of samples; cut at the record's ends.

        Returns
        -------
        (n_leads, n) float32
            mV for ECG leads, the file's unit for others; NaN in gaps.

        Raises
        ------
        RecordError
            Where the file cannot be read.
        """
        start, stop = max(0, start), min(self.n_samples, stop)
        if stop <= start:
            return np.empty((self.n_leads, 0), np.float32)
        return self.reader(start, stop)
