"""One recording's beats against its reference annotations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import SYMBOL_TABLES
from ecgviewer.analysis.inputs import default_inputs, why_not_classified
from ecgviewer.analysis.run import Progress, run_whole
from ecgviewer.beats.columns import Beats
from ecgviewer.beats.scan import DETECT
from ecgviewer.ec57.beats import Comparison, compare
from ecgviewer.ec57.marks import (
    LEARNING_S,
    MATCH_S,
    Marks,
    at_rate,
    marks_of_annotations,
    marks_of_beats,
    moved,
)
from ecgviewer.ec57.runs import CHAMBERS, Chamber, RunComparison, compare_runs
from ecgviewer.errors import counted
from ecgviewer.formats.annotations import read_annotations
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record
from ecgviewer.signal.params import DETECTION

DEFAULT_MAPPING = "bxb"


@dataclass(frozen=True)
class RatedMarks:
    """Marks and the rate of their samples, Hz."""

    marks: Marks
    fs: float
    remarks: tuple[str, ...] = ()  # what may be wrong with them, in sentences


@dataclass(frozen=True)
class Evaluation:
    """How one recording compares with its reference.

    Attributes
    ----------
    record : str
        Its name.
    record_fs : float
        Its rate, Hz; that of the reference annotations is `beats.fs`.
    duration_s : float
        How long it is, seconds.
    beats : Comparison
        Beat by beat.
    runs : dict of str to RunComparison
        Run by run, by chamber.
    note : str
        What to know of it: why beats have no class; empty where there is nothing.
    trained_on : tuple of str
        Training patients of the networks that it is, by its name; empty where it is none.
    from_s : float
        Beats before this are not counted, seconds; EC57 has `LEARNING_S`.
    remarks : tuple of str
        What may be wrong with either annotator's file, in sentences.
    """

    record: str
    record_fs: float
    duration_s: float
    beats: Comparison
    runs: dict[Chamber, RunComparison]
    note: str = ""
    trained_on: tuple[str, ...] = ()
    from_s: float = LEARNING_S
    remarks: tuple[str, ...] = ()

    @property
    def nothing_left(self) -> str:
        """Why there are no results, in a sentence; empty where there are."""
        if self.beats.n_beats:
            return ""
        first = f"first {in_words(self.from_s)}"
        if 0 < self.from_s >= self.duration_s:
            return (
                f"nothing is left to compare: the {first} do not count, and the recording"
                f" lasts {self.duration_s:.0f} s"
            )
        if not self.from_s:
            return "nothing is left to compare: neither has a beat"
        return f"nothing is left to compare: neither has a beat after the {first}"

    def beats_of(self, row: int, column: int) -> NDArray[np.int64]:
        """Where the beats of a cell lie, in the record's own samples; (k,) int64, ascending."""
        samples = self.beats.beats(row, column)
        return at_rate(samples, from_hz=self.beats.fs, to_hz=self.record_fs)


def in_words(seconds: float) -> str:
    """A span of time as sentences have it: "5 minutes", "90 seconds"."""
    if seconds >= 120 and seconds % 60 == 0:
        return f"{seconds / 60:g} minutes"
    return f"{seconds:g} seconds"


def marks_of_annotator(
    record: Record, annotator: str, *, mapping: str = DEFAULT_MAPPING
) -> RatedMarks:
    """Marks of an annotation file beside the record, at that file's rate.

    Those after the record's end are left out, as bxb does, and a remark says so.

    Parameters
    ----------
    record : Record
        The recording.
    annotator : str
        Suffix of the annotation file.
    mapping : str
        Key of `aami.SYMBOL_TABLES`.

    Returns
    -------
    RatedMarks

    Raises
    ------
    RecordError
        Where the file is missing or damaged.
    """
    found = read_annotations(record, annotator, at_own_rate=True)
    marks = marks_of_annotations(
        found.sample,
        found.symbol,
        subtypes=found.subtype,
        texts=found.aux,
        mapping=SYMBOL_TABLES[mapping],
    )
    fs = found.fs or record.fs
    late = found.sample >= record.duration_s * fs
    remarks = [found.doubt] if found.doubt else []
    if late.any():
        remarks.append(
            f"{int(late.sum()):,} of {counted(len(found), 'annotation')} of {annotator} "
            f"{'lies' if len(found) == 1 else 'lie'} after the "
            f"record's end ({record.duration_s:,.1f} s), the last at {found.sample[-1] / fs:,.1f} "
            "s: they are not compared, and the file may belong to another recording"
        )
    inside = marks.samples < record.duration_s * fs
    return RatedMarks(Marks(marks.samples[inside], marks.kinds[inside]), fs, tuple(remarks))


def marks_as_shown(record: Record, beats: Beats) -> RatedMarks:
    """Marks of a recording's beats as the user sees them; those without a class as Q."""
    return RatedMarks(marks_of_beats(beats.sample, beats.beat_class), record.fs)


def analysed(record: Record, ensemble: Ensemble, *, progress: Progress | None = None) -> RatedMarks:
    """Find and classify every beat of a recording, and mark them.

    Parameters
    ----------
    record : Record
        The recording.
    ensemble : Ensemble
        Networks with their preprocessing.
    progress : callable, optional
        Told the stage and how far it is.

    Returns
    -------
    RatedMarks

    Raises
    ------
    RecordError
        Where the recording cannot be read.
    """
    inputs = default_inputs(record, prep=ensemble.prep)
    found = run_whole(
        record,
        ensemble,
        inputs=inputs,
        beats_from=DETECT,
        detection=DETECTION,
        progress=progress,
    )
    return marks_as_shown(record, Beats.of(found.results.log))


def evaluate(
    record: Record,
    test: RatedMarks,
    *,
    reference: str = "atr",
    mapping: str = DEFAULT_MAPPING,
    from_s: float = LEARNING_S,
) -> Evaluation:
    """Compare marks with the reference annotations beside the record.

    Where their rates differ, the test's times are moved to the reference's, as EC57 asks.

    Parameters
    ----------
    record : Record
        The recording.
    test : RatedMarks
        What is compared, from `analysed`, `marks_as_shown` or `marks_of_annotator`.
    reference : str
        Suffix of the reference annotation file.
    mapping : str
        Key of `aami.SYMBOL_TABLES`: what the reference's symbols mean.
    from_s : float
        Beats before this are not counted, seconds; `LEARNING_S` as EC57 says.

    Returns
    -------
    Evaluation

    Raises
    ------
    RecordError
        Where the annotation file is missing or damaged.
    """
    truth = marks_of_annotator(record, reference, mapping=mapping)
    marks = moved(test.marks, from_hz=test.fs, to_hz=truth.fs)
    return Evaluation(
        record=record.name,
        record_fs=record.fs,
        duration_s=record.duration_s,
        beats=compare(truth.marks, marks, fs=truth.fs, learning_s=from_s, match_s=MATCH_S),
        runs={
            chamber: compare_runs(
                truth.marks, marks, fs=truth.fs, chamber=chamber, learning_s=from_s
            )
            for chamber in CHAMBERS
        },
        from_s=from_s,
        remarks=(*truth.remarks, *test.remarks),
    )


def why_no_classes(record: Record, ensemble: Ensemble) -> str:
    """Why every beat of this recording counts as Q; empty where beats get classes."""
    return why_not_classified(record, prep=ensemble.prep)
