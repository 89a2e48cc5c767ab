"""From which leads each beat is read: those that are there, by the names' order of preference.

A lead is there for a beat unless a gap of its touches the beat's window, or the R peak lies in a
second in which the lead is flat (`signal.quality`): a QRS would have moved it. A lead that is there
for fewer than one beat in a hundred counts as absent for the whole record. Each beat is read from
the leads that `signal.leads.choose_inputs` takes of those that are there, so that a lead that comes
and goes leaves two stretches read as two records with these leads would be.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.analysis.inputs import Inputs, bounds_of, chosen_by, default_inputs, rows_of
from ecgviewer.beats.scan import Scan
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.leads import choose_inputs
from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.quality import unreadable
from ecgviewer.signal.windows import cut_windows

DEAD_SHARE = 0.01  # of the beats: a lead that is there for fewer is none of the record's


@dataclass(frozen=True)
class Reading:
    """Beats that are read from the same leads.

    Attributes
    ----------
    inputs : (int or None, int or None)
        Channels of the two network inputs.
    mine : (n,) bool
        The beats.
    there : (n,) bool
        Beats for which all these leads are there, whatever they are read from: those that the
        context of `mine` compares.
    """

    inputs: Inputs
    mine: NDArray[np.bool_]
    there: NDArray[np.bool_]

    @classmethod
    def whole(cls, inputs: Inputs, n: int) -> "Reading":
        """A record whose n beats are all read from the same leads, which are always there."""
        every = np.ones(n, np.bool_)
        return cls(inputs, every, every)


@dataclass(frozen=True)
class Readings:
    """From which leads the beats of a scan are read.

    Attributes
    ----------
    inputs : (int or None, int or None)
        Channels of the record's own choice: without those that are dead all along.
    dead : tuple of int
        Channels among the ECG leads that are there for no stretch of it.
    parts : tuple of Reading
        Every beat is in one of them.
    gap, flat : (n,) bool
        Beats for which one of `inputs` has a gap, or is flat.
    unreadable : (n,) bool
        Beats for which no lead is there.
    """

    inputs: Inputs
    dead: tuple[int, ...]
    parts: tuple[Reading, ...]
    gap: NDArray[np.bool_]
    flat: NDArray[np.bool_]
    unreadable: NDArray[np.bool_]

    def of(self, index: int) -> Inputs:
        """What one beat is read from."""
        return next(part.inputs for part in self.parts if part.mine[index])

    @property
    def channels(self) -> tuple[int, ...]:
        """Every channel that a beat is read from, in the order of the record's own choice first."""
        every = [i for part in self.parts for i in part.inputs]
        return tuple(dict.fromkeys(i for i in (*self.inputs, *every) if i is not None))


@dataclass(frozen=True)
class BeatInput:
    """What the networks are given of one beat.

    Attributes
    ----------
    values : (2, 400) float32
        Each lead z-scored; zeros where there is none.
    inputs : (int or None, int or None)
        Channels they come from.
    r_offset : int
        Sample of the R peak in the window; may lie beyond it.
    """

    values: NDArray[np.float32]
    inputs: Inputs
    r_offset: int


def readings(record: Record, scan: Scan, inputs: Inputs, *, prep: Preprocessing) -> Readings:
    """Say of every beat of a scan from which leads it is read.

    Parameters
    ----------
    record : Record
        The recording.
    scan : Scan
        Its beats and stretches.
    inputs : (int or None, int or None)
        Channels wanted. Where they are those of `default_inputs`, another ECG lead takes the place
        of one that is not there; where a user has chosen others, none does.
    prep : Preprocessing
        What a window is, and the names' order of preference.
    """
    chosen = tuple(dict.fromkeys(i for i in inputs if i is not None))
    by_name = inputs == default_inputs(record, prep=prep) and chosen_by(record) != "user"
    candidates = record.ecg_leads if by_name else chosen
    gap, flat = _missing(record, scan, candidates, prep)
    there = ~(gap | flat)
    dead = [k for k in range(len(candidates)) if _is_dead(there[k])]
    there[dead] = False
    names = [lead.name for lead in record.leads]

    def of(living: tuple[int, ...]) -> Inputs:
        if not living or living == chosen:
            return inputs
        if by_name:
            return choose_inputs(names, living, prep=prep)
        return (*living, None, None)[0], (*living, None, None)[1]

    own = of(tuple(lead for k, lead in enumerate(candidates) if k not in dead))
    rows = [candidates.index(i) for i in own if i is not None]
    return Readings(
        own,
        tuple(candidates[k] for k in dead),
        _parts(candidates, there, own, of),
        _in_any(gap[rows]),
        _in_any(flat[rows]),
        ~_in_any(there),
    )


def _in_any(marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Beats (n,) marked in any of the leads (leads, n)."""
    any_lead: NDArray[np.bool_] = np.logical_or.reduce(marked, axis=0)
    return any_lead


def _is_dead(there: NDArray[np.bool_]) -> bool:
    return len(there) > 0 and bool(np.count_nonzero(there) < DEAD_SHARE * len(there))


def _missing(
    record: Record, scan: Scan, leads: tuple[int, ...], prep: Preprocessing
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Beats whose window a gap of each lead touches, and in a flat second of it, (leads, n)."""
    n, grid = scan.n_beats, TimeGrid(record)
    gap, flat = np.zeros((len(leads), n), np.bool_), np.zeros((len(leads), n), np.bool_)
    kinds = {s.kind for s in scan.stretches}
    if n == 0 or not kinds & {"gap", "flat"}:
        return gap, flat
    bounds = bounds_of(scan, np.arange(n), prep)
    low, high = grid.to_own(bounds.start), grid.to_own(bounds.stop - 1) + 1
    for k, lead in enumerate(leads):
        gap[k] = _touched(low, high, _spans(scan, "gap", lead))
        flat[k] = _touched(scan.samples, scan.samples + 1, _spans(scan, "flat", lead))
    return gap, flat


def _spans(scan: Scan, kind: str, lead: int) -> NDArray[np.int64]:
    """Own-sample spans (m, 2) of a kind of stretch in one lead, ascending and apart."""
    mine = tuple(s for s in scan.stretches if s.kind == kind)
    return unreadable(mine, (lead,))


def _touched(
    low: NDArray[np.int64], high: NDArray[np.int64], spans: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which of the half-open ranges (n,) one of the spans (m, 2) touches."""
    if len(spans) == 0:
        return np.zeros(len(low), np.bool_)
    first = np.searchsorted(spans[:, 1], low, side="right")  # that ends after the range begins
    begins = np.append(spans[:, 0], np.iinfo(np.int64).max)[first]
    touched: NDArray[np.bool_] = begins < high
    return touched


def _parts(
    leads: tuple[int, ...],
    there: NDArray[np.bool_],
    own: Inputs,
    choose: Callable[[tuple[int, ...]], Inputs],
) -> tuple[Reading, ...]:
    """Beats by what they are read from; `there` is (leads, n), `own` for those of no lead."""
    if there.all():
        return (Reading.whole(own, there.shape[1]),)
    patterns, which = np.unique(np.packbits(there, axis=0), axis=1, return_inverse=True)
    which = which.reshape(-1)
    mine: dict[Inputs, NDArray[np.bool_]] = {}
    for k, bits in enumerate(patterns.T):
        present = np.flatnonzero(np.unpackbits(bits, count=len(leads)))
        inputs = choose(tuple(leads[i] for i in present)) if len(present) else own
        mine[inputs] = mine.get(inputs, np.zeros(len(which), np.bool_)) | (which == k)
    rows = {inputs: [leads.index(i) for i in inputs if i is not None] for inputs in mine}
    return tuple(
        Reading(inputs, beats, ~_in_any(~there[rows[inputs]])) for inputs, beats in mine.items()
    )


def beat_input(
    record: Record, scan: Scan, index: int, *, prep: Preprocessing, inputs: Inputs
) -> BeatInput:
    """One beat's window as the networks see it.

    Parameters
    ----------
    record : Record
        The recording.
    scan : Scan
        Its beats.
    index : int
        Which, from 0.
    prep : Preprocessing
        The networks' own: they may cap a window where others do not.
    inputs : (int or None, int or None)
        Channels wanted, as `readings` takes them.
    """
    read_from = readings(record, scan, inputs, prep=prep).of(index)
    channels = tuple(dict.fromkeys(i for i in read_from if i is not None))
    cleaned = CleanedSignal(TimeGrid(record), channels, prep=prep)
    return cut_input(cleaned, scan, index, read_from, prep=prep)


def cut_input(
    cleaned: CleanedSignal, scan: Scan, index: int, inputs: Inputs, *, prep: Preprocessing
) -> BeatInput:
    """The window of beat `index` from the channels `inputs`, which `cleaned` must hold."""
    bounds = bounds_of(scan, np.array([index]), prep)
    windows = cut_windows(cleaned, bounds, inputs=rows_of(inputs, cleaned.leads))
    return BeatInput(windows.values[0], inputs, int(bounds.r_offset[0]))
