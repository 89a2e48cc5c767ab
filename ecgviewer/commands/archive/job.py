"""One record to analyse, and how it went."""

from dataclasses import dataclass
from pathlib import Path


class ArchiveError(Exception):
    """Orders that cannot be carried out here; one sentence."""


@dataclass(frozen=True)
class Networks:
    """Which ensemble, and what has to be the same for the same answers.

    Attributes
    ----------
    ensemble : str or Path
        Name of an installed ensemble, or its folder.
    device, precision : str
        As they were asked for: what "auto" comes to is for the machine that carries an order out,
        which may have another processor, or a graphics card. Classes are the same in any.
    sha256 : str
        Hash of the ensemble.
    versions : tuple of (str, str)
        Of this program and the libraries that compute.
    """

    ensemble: str | Path
    device: str
    precision: str
    sha256: str
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Job:
    """One record to analyse.

    Attributes
    ----------
    record, report : Path
        The record, and the table to write.
    networks : Networks
        Who classifies.
    beats : str
        "detect" or an annotator.
    force : bool
        Whether an existing report may be replaced.
    resume : bool
        Whether an existing report of the same inputs counts as done.
    leads : tuple of str
        Channels to read, by name or number; none: by rule.
    hide_patient : bool
        As for the report.
    keep : bool
        Whether results kept earlier are used, and these kept.
    tries : int
        How often a record that fails is tried.
    debug : bool
        Whether tracebacks are logged.
    """

    record: Path
    report: Path
    networks: Networks
    beats: str = "detect"
    leads: tuple[str, ...] = ()
    force: bool = False
    resume: bool = False
    hide_patient: bool = False
    keep: bool = True
    tries: int = 1
    debug: bool = False


@dataclass(frozen=True)
class Outcome:
    """How it went: a line to show, a complaint, and whether all is well."""

    ok: bool
    line: str = ""
    complaint: str = ""


def failed(order: Job, sentence: str) -> Outcome:
    """A record that could not be analysed."""
    tried = "" if order.tries == 1 else f" (tried {order.tries} times)"
    return Outcome(ok=False, complaint=f"{sentence}{tried}")
