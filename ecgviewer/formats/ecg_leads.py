"""Which channels of a recording are ECG leads, by unit and name.

A channel named ECG, EKG or a standard lead excludes all others. Where there is none, channels whose
names say nothing are taken, and `analysis.channels` asks their signal.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ecgviewer.formats.channel_names import (
    ECG,
    NOTHING,
    is_chest_electrode,
    is_limb_lead,
    is_place_alone,
    is_small_lead,
    is_small_letter,
    meaning,
)

_PREFIXES = {
    "": 1e3,
    **dict.fromkeys(("m", "milli"), 1.0),
    **dict.fromkeys(("u", "mc", "mic", "micro", "mikro"), 1e-3),
    **dict.fromkeys(("n", "nano"), 1e-6),
    **dict.fromkeys(("p", "pico"), 1e-9),
}
_VOLTAGE = re.compile(r"([a-z]*?)[ _-]?(?:v|volts?|v\.)")
# Units that name no quantity: how large a millivolt is cannot be known from them.
_SILENT = frozenset(
    (
        "adu adus adc adcu adcunit adcunits ad a/d a2d count counts cnt lsb lsbs bit bits digit"
        " digits step steps level levels raw code codes int sample samples"
        " undef undefined unknown unk none null nil n/a na nan nd ? - -- _ ~ 1"
        " nu n.u. n.u norm normed normalized normalised au a.u. a.u arb arb.u. arbitrary rel"
        " relative unit units unitless dimensionless nodim pu p.u."
    ).split()
)
# Units of other quantities; whoever gives one has not recorded a voltage.
_QUANTITY = re.compile(
    r"(?:mm|cm|k|h|m)?(?:hg|h2o|pa)|torr|bar|mbar"
    r"|%|percent|ratio|bpm|/min|1/min|rpm|hz|beats?/min|breaths?/min|s|ms|sec|min"
    r"|(?:deg)?[cf]|\N{DEGREE SIGN}[cf]|celsius|kelvin|degrees?|deg|grad"
    r"|[kmu]?ohms?|\N{GREEK CAPITAL LETTER OMEGA}|[mun]?s(?:iemens)?|[mu]?a(?:mps?)?"
    r"|[mc]?l|[mc]?l/(?:s|min|m)|lpm|m/s\S*|g|mg|g/\S+|lux|lx|w|watts?|j|db|m|cm|mm|km/h|mmol/l"
)


@dataclass(frozen=True, slots=True)
class Role:
    """What a channel is to the program.

    Attributes
    ----------
    is_ecg : bool
        Whether it is read as an ECG lead, so far as the header tells.
    by_name : bool
        False where the signal has to say whether it is one. Where it does not say so either, what
        is an ECG lead here may be read all the same, for there is no better one; what is none, not.
    remark : str
        Why it is not read, or what to know of its unit; empty where there is nothing to say.
    """

    is_ecg: bool
    by_name: bool = True
    remark: str = ""


@lru_cache(maxsize=256)  # asked for every lead at every read
def mv_per_unit(unit: str) -> float | None:
    """Millivolts per unit; None where the unit is no voltage.

    Parameters
    ----------
    unit : str
        As the file has it: V, mV, uV, nV, "millivolts", "mVolt", any case, either micro sign.
    """
    found = _VOLTAGE.fullmatch(_plain(unit))
    return _PREFIXES.get(found[1]) if found else None


def is_silent(unit: str) -> bool:
    """Whether a unit names no quantity ("adu", "NU", nothing at all)."""
    plain = _plain(unit)
    return not plain or plain in _SILENT


def roles(channels: Sequence[tuple[str, str]]) -> tuple[Role, ...]:
    """What each channel of a recording is, by name and unit.

    Parameters
    ----------
    channels : sequence of (str, str)
        Name and unit of every channel, in file order.

    Returns
    -------
    tuple of Role
    """
    names = [name for name, _ in channels]
    # "i" is lead I where others are written so, too, and a coordinate, say, where none is
    small = any(map(is_small_lead, names))
    said = [ECG if small and is_small_letter(name) else meaning(name) for name in names]
    limbs = [is_limb_lead(n) for n, what in zip(names, said, strict=True) if what == ECG]
    if any(limbs):  # then C1 to C6 are V1 to V6
        said = [
            ECG if is_chest_electrode(name) else what
            for what, (name, _) in zip(said, channels, strict=True)
        ]
    named = [
        what == ECG and not _is_quantity(unit)
        for what, (_, unit) in zip(said, channels, strict=True)
    ]
    return tuple(
        _role(name, unit, what, named=own, any_named=any(named))
        for own, what, (name, unit) in zip(named, said, channels, strict=True)
    )


def _role(name: str, unit: str, what: str, *, named: bool, any_named: bool) -> Role:
    known = mv_per_unit(unit) is not None
    if named:
        return Role(True, remark="" if known else unknown_unit(unit))
    if what == ECG:
        return Role(False, remark=f"its unit {unit!r} is no voltage")
    if what != NOTHING:
        # a belt, or an electrode: of the two an electrode alone gives QRS complexes
        perhaps = known and not any_named and is_place_alone(name)
        return Role(False, by_name=not perhaps, remark=f"its name stands for {what}")
    if not known and not is_silent(unit):
        return Role(False, remark=f"its unit {unit!r} is no voltage")
    if any_named:
        return Role(False, remark="others are named ECG or a standard lead")
    return Role(True, by_name=False, remark="" if known else unknown_unit(unit))


def unknown_unit(unit: str) -> str:
    """What to say of an ECG lead whose unit is none that is known as a voltage."""
    given = f"its unit {unit!r}" if unit.strip() else "its unit, which is empty,"
    return f"{given} does not say what a millivolt is: amplitudes in mV are not known"


def _is_quantity(unit: str) -> bool:
    return _QUANTITY.fullmatch(_plain(unit)) is not None


def _plain(unit: str) -> str:
    """Lower case, both micro signs as u, without brackets; "ÂµV" is UTF-8 read as Latin-1."""
    text = unicodedata.normalize("NFKC", unit).strip().strip("[]()").strip()
    text = text.replace("\N{LATIN CAPITAL LETTER A WITH CIRCUMFLEX}\N{GREEK SMALL LETTER MU}", "u")
    return text.lower().replace("\N{GREEK SMALL LETTER MU}", "u")
