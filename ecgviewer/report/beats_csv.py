"""The beat report: beats as a table (CSV) and a description beside it."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import N_CLASSES, BeatClass
from ecgviewer.beats.beat import FLAGS
from ecgviewer.beats.log import NOT_CLASSIFIED, PENDING
from ecgviewer.document.cells import neutral
from ecgviewer.files.atomic import TargetExistsError, WriteError, replacing_together
from ecgviewer.files.hashes import InputFile, hash_inputs
from ecgviewer.record import Record
from ecgviewer.report.csv_cells import (
    clocks,
    heart_rate,
    quoted,
    rate,
    rr_ms,
    thousandths,
    times_ms,
)
from ecgviewer.report.csv_columns import COLUMN_NAMES
from ecgviewer.report.metadata import EnsembleUsed, ReportContext, metadata_bytes
from ecgviewer.report.targets import check_target, holds, metadata_path

__all__ = [
    "EnsembleUsed",
    "InputFile",
    "ReportBeats",
    "ReportContext",
    "TargetExistsError",
    "WriteError",
    "check_target",
    "csv_bytes",
    "hash_inputs",
    "metadata_path",
    "write_report",
]

_PAUSE = np.uint16(1 << FLAGS.index("pause"))
_PENDING = np.uint16(1 << FLAGS.index("pending"))


@dataclass(frozen=True)
class ReportBeats:
    """The columns a report is made of; n beats in time order.

    Attributes
    ----------
    number : (n,) int64
        Serial numbers: from 1 for the machine's beats, below 0 for inserted ones; all different.
    sample : (n,) int64
        R peaks in samples of the record's own rate, from 0, never falling.
    classes : (n,) int8
        Class numbers; -1 while the beat awaits its class.
    probabilities : (n, 5) float64
        Fused sigmoids divided by their sum, order N S V F Q; NaN rows where there are none.
    flags : (n,) uint16
        Bit i says that word i of `beats.beat.FLAGS` holds. `pending` follows from the class.
    no_rr_before : (n,) bool
        Whether what no lead shows lies between this beat and the one before it.
    source : str
        Who gave the classes.

    Raises
    ------
    ValueError
        Where columns differ in length or hold what no beat can have.
    """

    number: NDArray[np.int64]
    sample: NDArray[np.int64]
    classes: NDArray[np.int8]
    probabilities: NDArray[np.float64]
    flags: NDArray[np.uint16]
    no_rr_before: NDArray[np.bool_]
    source: str = "model"

    def __post_init__(self) -> None:
        n = self.n_beats
        columns = (self.number, self.sample, self.classes, self.flags, self.no_rr_before)
        shapes = [column.shape for column in columns]
        if shapes != [(n,)] * len(columns) or self.probabilities.shape != (n, N_CLASSES):
            raise ValueError(
                f"columns of {n} beats have the shapes {shapes} and {self.probabilities.shape}"
            )
        if n == 0:
            return
        if self.sample[0] < 0 or (np.diff(self.sample) < 0).any():
            raise ValueError("beats must be in time order, from sample 0")
        if (self.number == 0).any() or len(np.unique(self.number)) != n:
            raise ValueError("serial numbers must differ, and none may be 0")
        if self.classes.min() < NOT_CLASSIFIED or self.classes.max() >= N_CLASSES:
            raise ValueError(f"classes must lie in {NOT_CLASSIFIED}..{N_CLASSES - 1}")
        if int(self.flags.max()) >= 1 << len(FLAGS):
            raise ValueError(f"flags beyond the {len(FLAGS)} known ones")
        known = self.probabilities[~np.isnan(self.probabilities)]
        if (known < 0).any() or (known > 1).any():
            raise ValueError("probabilities must lie in 0..1")

    @property
    def n_beats(self) -> int:
        """Beats, classified or not."""
        return len(self.sample)


def write_report(
    path: Path,
    record: Record,
    beats: ReportBeats,
    context: ReportContext,
    *,
    force: bool = False,
    exported: datetime | None = None,
) -> Path:
    """Write the table and its description, both whole or not at all.

    The same table, there already without a description, is given it: its writer may have died.

    Parameters
    ----------
    path : Path
        The table; the description goes beside it as `<name>-metadata.json`.
    record : Record
        The recording the beats are of.
    beats : ReportBeats
        Its beats.
    context : ReportContext
        How they came about.
    force : bool
        Whether an existing table or description may be replaced. A file of the recording never is.
    exported : datetime, optional
        Time of export; now, where not given.

    Returns
    -------
    Path
        The description.

    Raises
    ------
    WriteError
        Where a file cannot be written; TargetExistsError where one is there without `force`.
    """
    beside = metadata_path(path)
    check_target(path, [record.path, *record.files, *(file.path for file in context.inputs)])
    table = csv_bytes(record, beats, hide_clock=context.hide_patient)
    description = metadata_bytes(
        record,
        context,
        table=path.resolve(),
        sha256=hashlib.sha256(table).hexdigest(),
        numbers=beats.number,
        classes=beats.classes,
        exported=exported or datetime.now(UTC),
    )
    with replacing_together(force=force) as files:
        files.claim([path, beside])
        # the table first: it is the one a spreadsheet may hold open, and then nothing is replaced
        contents = {path: table, beside: description}
        if not force and not os.path.lexists(beside) and holds(path, table):
            contents = {beside: description}
        for target, content in contents.items():
            with files.writing(target) as file:
                file.write(content)
    return beside


def csv_bytes(record: Record, beats: ReportBeats, *, hide_clock: bool = False) -> bytes:
    """The table: RFC 4180, header row first, lines ended by CR LF, all ASCII but for `source`.

    Parameters
    ----------
    record : Record
        Gives rate and start.
    beats : ReportBeats
        Its beats.
    hide_clock : bool
        Whether `clock` stays empty: date and time of day help to tell who the patient is.

    Returns
    -------
    bytes
        UTF-8.
    """
    n = beats.n_beats
    samples: list[int] = beats.sample.tolist()
    flags = np.where(beats.classes == PENDING, beats.flags | _PENDING, beats.flags & ~_PENDING)
    # + 0.0 turns -0.0 into 0.0
    probabilities = np.where(beats.classes[:, None] < 0, np.nan, beats.probabilities + 0.0)
    rr, rates = _rr_columns(samples, beats.no_rr_before, record.fs)
    without = ["", ""]  # NOT_CLASSIFIED, PENDING: by index from the end
    letters = [*(member.name for member in BeatClass), *without]
    words = _flag_words()
    columns: list[Iterable[str]] = [
        map(str, beats.number.tolist()),
        map(str, samples),
        thousandths(times_ms(samples, record.fs)),
        clocks(
            samples,
            record.fs,
            base_date=record.base_date,
            base_time=None if hide_clock else record.base_time,
        ),
        [letters[number] for number in beats.classes.tolist()],
        _confidences(probabilities, flags),
        *(_decimals(column) for column in probabilities.T),
        rr[:n],
        rr[1:],
        rates,
        [quoted(neutral(beats.source))] * n,
        [words[bits] for bits in flags.tolist()],
    ]
    # `source` alone is free text; csv.writer would take as long as all the rest together
    lines = [",".join(COLUMN_NAMES), *map(",".join, zip(*columns, strict=True)), ""]
    return "\r\n".join(lines).encode()


def _decimals(values: NDArray[np.float64]) -> list[str]:
    """3 decimals, half to even of the exact binary value; empty for NaN."""
    return ["" if value != value else f"{value:.3f}" for value in values.tolist()]


def _confidences(probabilities: NDArray[np.float64], flags: NDArray[np.uint16]) -> list[str]:
    """The largest probability; ties, which N S V F Q order decides for the class, share it."""
    values = probabilities.max(axis=1, initial=0.0)
    values[(flags & _PAUSE) != 0] = np.nan
    return _decimals(values)


def _rr_columns(
    samples: list[int], no_rr_before: NDArray[np.bool_], fs: float
) -> tuple[list[str], list[str]]:
    """RR before each beat, and one more; heart rates; empty across what cannot be read."""
    exact = rate(fs)
    known: dict[int, tuple[str, str]] = {}  # a day has few different intervals
    rr, rates = [""] * (len(samples) + 1), [""] * len(samples)
    empty = no_rr_before.tolist()
    for i in range(1, len(samples)):
        if empty[i]:
            continue
        interval = samples[i] - samples[i - 1]
        texts = known.get(interval)
        if texts is None:
            texts = known[interval] = (rr_ms(interval, exact), heart_rate(interval, exact))
        rr[i], rates[i] = texts
    return rr, rates


def _flag_words() -> list[str]:
    """For every set of flags its words, joined."""
    return [
        ";".join(word for i, word in enumerate(FLAGS) if bits >> i & 1)
        for bits in range(1 << len(FLAGS))
    ]
