"""The columns of the report's table, as CSV on the Web describes them.

`METADATA_VERSION` counts up whenever a column or a key of the description changes its meaning.
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from ecgviewer.aami import BeatClass
from ecgviewer.beats.beat import FLAGS

METADATA_VERSION = 2

_DECIMAL_3 = {"base": "decimal", "format": "#0.000", "minimum": "0"}
_DECIMAL_1 = {"base": "decimal", "format": "#0.0", "minimum": "0"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds, its unit and its datatype."""

    name: str
    description: str
    datatype: dict[str, str]
    unit: str = ""
    required: bool = False
    separator: str = ""


def _probability(member: BeatClass) -> Column:
    return Column(
        f"p_{member.name}",
        f"Fused sigmoid of class {member.name} ({member.description}) divided by the sum of all"
        " five; each is rounded by itself, so a row may sum to 0.998-1.002. Empty where the beat"
        " is not classified.",
        {**_DECIMAL_3, "maximum": "1"},
        unit="1",
    )


COLUMNS = (
    Column("beat", "", {"base": "integer"}),  # depends on the beats: see `beat_column`
    Column(
        "sample",
        "Position of the R peak in samples of the record's own rate, from 0.",
        {"base": "integer", "minimum": "0"},
        unit="sample",
        required=True,
    ),
    Column(
        "time_s",
        "Time of the R peak from the record's first sample: sample / rate, half to even.",
        _DECIMAL_3,
        unit="s",
        required=True,
    ),
    Column("clock", "", {"base": "string"}),  # depends on the record: see `clock_column`
    Column(
        "class",
        "AAMI EC57 class, the largest of the five probabilities, ties in the order N S V F Q: "
        + "; ".join(f"{member.name} {member.description}" for member in BeatClass)
        + ". Empty while pending, and where the beat is not classified: nothing of it can be"
        " read (flag unreadable), or it is taken for no beat (flag flutter).",
        {"base": "string", "format": "[NSVFQ]"},
    ),
    Column(
        "confidence",
        "The largest of the five probabilities. Empty where there are none, and after a pause"
        " (flag pause), when too little of the beat lies in the network's window.",
        {**_DECIMAL_3, "maximum": "1"},
        unit="1",
    ),
    *(_probability(member) for member in BeatClass),
    Column(
        "rr_before_ms",
        "From the R peak of the beat before, half to even. Empty for the first beat and across"
        " what no lead shows: a gap, flat, noisy.",
        _DECIMAL_1,
        unit="ms",
    ),
    Column(
        "rr_after_ms",
        "To the R peak of the next beat, half to even. Empty for the last beat and across what no"
        " lead shows: a gap, flat, noisy.",
        _DECIMAL_1,
        unit="ms",
    ),
    Column(
        "heart_rate_bpm",
        "60000 / rr_before before either is rounded, half to even. Empty where rr_before is.",
        _DECIMAL_1,
        unit="1/min",
    ),
    Column(
        "source",
        "Who gave the class: model. Text that a spreadsheet would run as a formula (it starts"
        " with =, +, -, @, a tab or a line end) has an apostrophe before it.",
        {"base": "string"},
        required=True,
    ),
    Column(
        "flags",
        "edge: first or last beat, or beside what cannot be read: its one RR interval stands for"
        " both. pause: the beat ends a pause, or lies late in its window. flat: a lead without"
        " signal was given as zeros. gap: the window touches a gap in a lead, which was"
        " given as zeros. noisy: the"
        " beat lies in a noisy stretch. disagree: the networks' own classes differ. uncertain: for"
        " review, the confidence is below the ensemble's threshold, or the recording is under two"
        " minutes and the networks compare its beats with one another. one_lead: one lead was"
        " there. unreadable: no lead can be read in the window, not classified. flutter: suspected"
        " ventricular flutter or fibrillation. pending: not yet classified.",
        {"base": "string", "format": "|".join(FLAGS)},
        separator=";",
    ),
)
COLUMN_NAMES = tuple(column.name for column in COLUMNS)


def clock_column(base_date: date | None, base_time: time | None) -> Column:
    """The column `clock` for a record that starts then; both None where they are hidden."""
    if base_time is None:
        return Column("clock", "Empty: start unknown or hidden.", {"base": "string"})
    if base_date is None:
        return Column(
            "clock",
            "Time of day of the R peak, after the number of days since the record's first day,"
            " which is day 0: D+HH:MM:SS.mmm. Half to even.",
            {"base": "string", "format": r"\d+\+\d\d:\d\d:\d\d\.\d\d\d"},
        )
    return Column(
        "clock",
        "Date and time of day of the R peak as the recorder's clock has it, without time zone,"
        " half to even.",
        {"base": "dateTime", "format": "yyyy-MM-ddTHH:mm:ss.SSS"},
    )


def beat_column(*, inserted: bool) -> Column:
    """The column `beat`, for a table with or without beats that a user inserted."""
    text = "Serial number of the beat in the record, from 1; the same for every ensemble."
    if inserted:
        return Column(
            "beat", f"{text} Below 0: inserted by a user.", {"base": "integer"}, required=True
        )
    return Column("beat", text, {"base": "integer", "minimum": "1"}, required=True)


def schema(base_date: date | None, base_time: time | None, *, inserted: bool) -> dict[str, Any]:
    """The `tableSchema` of a report on a record that starts then, with or without inserted beats.

    Parameters
    ----------
    base_date, base_time : date, time or None
        Start of the record; both None where they are hidden.
    inserted : bool
        Whether the table has beats that a user inserted.
    """
    special = {
        "beat": beat_column(inserted=inserted),
        "clock": clock_column(base_date, base_time),
    }
    columns = [special.get(column.name, column) for column in COLUMNS]
    return {"columns": [_described(column) for column in columns], "primaryKey": "beat"}


def units() -> dict[str, str]:
    """Unit of every column that has one."""
    return {column.name: column.unit for column in COLUMNS if column.unit}


def _described(column: Column) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.description,
        "datatype": column.datatype,
        "required": column.required,
    }
    if column.unit:
        plain["schema:unitText"] = column.unit
    if column.separator:
        plain["separator"] = column.separator
    return plain
