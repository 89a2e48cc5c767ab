"""A database as training sees it: cleaned leads, refined beats, labels."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import DE_CHAZAL, FLUTTER_WAVE
from ecgviewer.features.context import RecordContext
from ecgviewer.features.morphology import cut_snippets
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.leads import choose_inputs
from ecgviewer.signal.params import DETECTION, Preprocessing
from ecgviewer.signal.rpeaks.detect import refine_all
from ecgviewer.signal.windows import neighbours
from train.protocols import DS1, DS2, MITDB, PACED, PAPER_COUNTS

__all__ = ["DS1", "DS2", "MITDB", "PACED", "PAPER_COUNTS", "DatabaseError", "RecordBeats"]


# which leads a table of context is made from; its place is what `WindowCutter.columns` asks for
CONTEXT_LEADS = ((1, 1), (1, 0), (0, 1))


class DatabaseError(Exception):
    """Data that are absent, partial or not what they should be; one clear sentence."""


@dataclass(frozen=True)
class RecordBeats:
    """One record, ready to be cut.

    Attributes
    ----------
    name : str
        Record name.
    ecg : (2, n) float32
        Cleaned network inputs at 360 Hz, mV; zeros where a lead is absent.
    position, before, after : (b,) int64
        Refined beats and their neighbours on the grid ('!' is a neighbour); -1 for none.
    sample : (b,) int64
        The annotation's own sample.
    label : (b,) int64
        AAMI class by `dechazal`.
    context : (3, b, n_columns) float32 or None
        Columns of `features.context` from both leads, the first alone, the second alone; of a
        record with one lead, from that one in all three.
    """

    name: str
    ecg: NDArray[np.float32]
    position: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    sample: NDArray[np.int64]
    label: NDArray[np.int64]
    context: NDArray[np.float32] | None = None


def record_beats(
    record: Record,
    samples: NDArray[np.int64],
    symbols: NDArray[np.str_],
    *,
    prep: Preprocessing,
    context: bool = False,
) -> RecordBeats:
    """Clean a record and refine its reference beats.

    Parameters
    ----------
    record : Record
        The recording.
    samples, symbols : (a,) int64 and (a,) str
        Its reference annotations, in samples of its own rate.
    prep : Preprocessing
        The signal chain.
    context : bool
        Whether to compute the beats' context.

    Returns
    -------
    RecordBeats
    """
    is_mark = np.isin(symbols, [*DE_CHAZAL, FLUTTER_WAVE])
    samples, symbols = samples[is_mark], symbols[is_mark]
    is_beat = symbols != FLUTTER_WAVE
    grid = TimeGrid(record)
    refined = refine_all(grid, grid.from_own(samples), record.ecg_leads, DETECTION)
    position = refined[is_beat]
    before, after = neighbours(position, np.sort(refined))
    inputs = choose_inputs([lead.name for lead in record.leads], record.ecg_leads, prep=prep)
    present = tuple(i for i in inputs if i is not None)
    ecg = np.zeros((2, grid.n_samples), np.float32)
    cleaned = CleanedSignal(grid, present, prep=prep).between(0, grid.n_samples)
    ecg[: len(present)] = np.nan_to_num(cleaned)  # the databases here have no gaps
    label = np.array([DE_CHAZAL[s] for s in symbols[is_beat]], np.int64)
    columns = contexts(ecg, position, before, after) if context else None
    return RecordBeats(record.name, ecg, position, before, after, samples[is_beat], label, columns)


def leads_there(ecg: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of the two leads of `ecg` (2, n) a record has, (2,); an absent one is zeros."""
    return np.asarray(ecg.any(axis=1), np.bool_)


def contexts(
    ecg: NDArray[np.float32],
    position: NDArray[np.int64],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Context (3, b, n_columns) from both leads of `ecg` (2, n), the first alone, the second.

    Of a record with one lead it is from that one, whichever is asked for.
    """
    record = RecordContext(position, before, after, ecg.shape[1])
    return context_tables(
        record,
        lambda kept, part: cut_snippets(ecg * kept[:, None], position[part]),
        there=leads_there(ecg),
    )


def context_tables(
    record: RecordContext,
    snippets: Callable[[NDArray[np.float32], slice], NDArray[np.float32]],
    *,
    there: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Context (3, b, n_columns): both leads, the first alone, the second.

    `snippets` is asked for those of a slice of beats, (m, 2, length), with leads scaled by its
    first argument (2,): 1 kept, 0 left out. `there` (2,) are the leads that the record has: of one
    lead alone, every table is made from it.
    """
    made: dict[tuple[bool, ...], NDArray[np.float32]] = {}
    out = []
    for wanted in CONTEXT_LEADS:
        leads = np.array(wanted, bool) & there
        leads = leads if leads.any() else there
        key = tuple(leads.tolist())
        if key not in made:
            kept = leads.astype(np.float32)
            parts = [
                record.columns(k, snippets(kept, record.beats(k)))
                for k in range(record.n_stretches)
            ]
            made[key] = np.concatenate(parts)
        out.append(made[key])
    return np.stack(out)
