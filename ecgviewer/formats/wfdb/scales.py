"""Which signals of a record are ECG leads, and what brings their values to one unit."""

from collections.abc import Sequence

from ecgviewer.formats.ecg_leads import mv_per_unit, roles
from ecgviewer.formats.wfdb.header import Signal


def ecg_of(signals: Sequence[Signal]) -> tuple[bool, ...]:
    """For each signal of a record whether name and unit make it an ECG lead."""
    return tuple(role.is_ecg for role in roles([(s.name, s.unit) for s in signals]))


def names_of(signals: Sequence[Signal], ecg: Sequence[bool]) -> set[str]:
    """Names of the ECG leads."""
    return {signal.name for signal, own in zip(signals, ecg, strict=True) if own}


def per_frame_of(signals: Sequence[Signal], ecg: set[str]) -> int:
    """The most samples a frame of any signal with one of these names; of any, without such."""
    own = [signal.per_frame for signal in signals if signal.name in ecg]
    return max(own or [signal.per_frame for signal in signals])


def scales_of(
    signals: Sequence[Signal], leads: Sequence[int | None], wanted: Sequence[tuple[str, bool]]
) -> tuple[float | None, ...]:
    """What each of a segment's signals is multiplied by to be in the unit of its lead.

    Parameters
    ----------
    signals : sequence of Signal
        Of one segment; each may have another unit than the record's lead.
    leads : sequence of int or None
        The record's lead for each of them.
    wanted : sequence of (str, bool)
        Unit of every lead, and whether it is an ECG lead and so wanted in mV.

    Returns
    -------
    tuple of float or None
        None for an ECG lead whose gain or unit says nothing of mV.
    """
    return tuple(
        1.0 if lead is None else _scale(signal, *wanted[lead])
        for signal, lead in zip(signals, leads, strict=True)
    )


def _scale(signal: Signal, wanted: str, in_mv: bool) -> float | None:
    own, other = mv_per_unit(signal.unit), mv_per_unit(wanted)
    if in_mv:
        return own if signal.gain else None
    return 1.0 if own is None or other is None or own == other else own / other
