"""The classes of AAMI EC57, and what the symbols of annotations stand for."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType


class BeatClass(IntEnum):
    """AAMI EC57 classes in the order of every probability vector of this program."""

    N = 0
    S = 1
    V = 2
    F = 3
    Q = 4

    @property
    def description(self) -> str:
        """What the class holds, in words."""
        return _DESCRIPTIONS[self]


_DESCRIPTIONS: Mapping[BeatClass, str] = MappingProxyType(
    {
        BeatClass.N: "normal, bundle branch block, atrial or nodal escape",
        BeatClass.S: "supraventricular ectopic",
        BeatClass.V: "ventricular ectopic",
        BeatClass.F: "fusion of ventricular and normal",
        BeatClass.Q: "paced, fusion with paced, unclassifiable",
    }
)

# WFDB annotation symbols to classes, after de Chazal 2004; B and n, r, ? occur in other databases.
DE_CHAZAL: Mapping[str, BeatClass] = MappingProxyType(
    {
        **dict.fromkeys("NLRejBn", BeatClass.N),
        **dict.fromkeys("AaJS", BeatClass.S),
        **dict.fromkeys("VEr", BeatClass.V),
        "F": BeatClass.F,
        **dict.fromkeys("/fQ?", BeatClass.Q),
    }
)
# WFDB's bxb counts e, j and n as supraventricular.
BXB: Mapping[str, BeatClass] = MappingProxyType({**DE_CHAZAL, **dict.fromkeys("ejn", BeatClass.S)})
SYMBOL_TABLES: Mapping[str, Mapping[str, BeatClass]] = MappingProxyType(
    {"dechazal": DE_CHAZAL, "bxb": BXB}
)
# Ventricular flutter waves are no beats but do bound a beat's window (neighbours include '!').
FLUTTER_WAVE = "!"

N_CLASSES = len(BeatClass)
