"""Which records train and which are scored, by protocol."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# de Chazal 2004; paced records (102, 104, 107, 217) in neither
_DS1 = "101 106 108 109 112 114 115 116 118 119 122 124 201 203 205 207 208 209 215 220 223 230"
_DS2 = "100 103 105 111 113 117 121 123 200 202 210 212 213 214 219 221 222 228 231 232 233 234"
# the 39 of 78 records (every second one) that training may see; the others are an outside check
_SVDB = (
    "800 802 804 806 808 810 812 821 823 825 827 829 841 843 845 847 849 851 853 855"
    " 857 859 861 863 865 867 869 871 873 875 877 879 881 883 885 887 889 891 893"
)
DS1, DS2 = tuple(_DS1.split()), tuple(_DS2.split())
PACED = ("102", "104", "107", "217")
MITDB = tuple(sorted(DS1 + DS2 + PACED))
SVDB = tuple(_SVDB.split())
NSTDB = ("bw", "em", "ma")
DATABASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"mitdb": MITDB, "svdb": SVDB, "nstdb": NSTDB}
)
# counts of all 48 records under the symbol table `dechazal`, order N S V F Q
PAPER_COUNTS = (90_631, 2_781, 7_236, 803, 8_043)


@dataclass(frozen=True)
class Protocol:
    """Records to train on, records to score once.

    Attributes
    ----------
    train, unseen : mapping of str to tuple of str
        Database -> record names; empty `unseen`: beats are set aside, not patients.
    counts : tuple of int, optional
        Beats per class N S V F Q that the training records must have; -1: any.
    """

    train: Mapping[str, tuple[str, ...]]
    unseen: Mapping[str, tuple[str, ...]]
    counts: tuple[int, int, int, int, int] | None = None

    @property
    def databases(self) -> tuple[str, ...]:
        """Databases it needs."""
        return tuple(dict.fromkeys((*self.train, *self.unseen)))


PROTOCOLS: Mapping[str, Protocol] = MappingProxyType(
    {
        "paper": Protocol({"mitdb": MITDB}, {}, PAPER_COUNTS),
        "ds1": Protocol({"mitdb": DS1}, {"mitdb": DS2}, (-1, 944, 3_788, -1, -1)),
        "ds1+svdb": Protocol(
            {"mitdb": DS1, "svdb": SVDB}, {"mitdb": DS2}, (-1, 944 + 7_422, 3_788 + 4_707, -1, -1)
        ),
        "ds1+svdb+paced": Protocol({"mitdb": (*DS1, *PACED), "svdb": SVDB}, {"mitdb": DS2}, None),
    }
)
