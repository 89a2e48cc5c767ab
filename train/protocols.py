"""Which records train and which are scored, by protocol; which records are one patient's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

Counts = tuple[int, int, int, int, int]  # beats per class N S V F Q; -1: any

# de Chazal 2004; paced records (102, 104, 107, 217) in neither
_DS1 = "101 106 108 109 112 114 115 116 118 119 122 124 201 203 205 207 208 209 215 220 223 230"
_DS2 = "100 103 105 111 113 117 121 123 200 202 210 212 213 214 219 221 222 228 231 232 233 234"
# the 39 of 78 records (every second one) that training may see; the others are an outside check
_SVDB = (
    "800 802 804 806 808 810 812 821 823 825 827 829 841 843 845 847 849 851 853 855"
    " 857 859 861 863 865 867 869 871 873 875 877 879 881 883 885 887 889 891 893"
)
# the 55 of 75 records (24 of 32 patients) that training may see; patient: records, as the
# database's own list has them
_INCART = (
    "1: I01 I02; 2: I03 I04 I05; 4: I08; 5: I09 I10 I11; 6: I12 I13 I14; 7: I15; 8: I16 I17;"
    " 9: I18 I19; 11: I23 I24; 12: I25 I26; 13: I27 I28; 15: I33 I34; 16: I35 I36 I37;"
    " 17: I38 I39; 18: I40 I41; 20: I44 I45 I46; 21: I47 I48; 23: I51 I52 I53; 25: I57 I58;"
    " 26: I59 I60 I61; 27: I62 I63 I64; 28: I65 I66 I67; 29: I68 I69; 32: I74 I75"
)
_OF_INCART = {
    record: f"incart-{patient.strip()}"
    for patient, _, records in (part.partition(":") for part in _INCART.split(";"))
    for record in records.split()
}
DS1, DS2 = tuple(_DS1.split()), tuple(_DS2.split())
PACED = ("102", "104", "107", "217")
MITDB = tuple(sorted(DS1 + DS2 + PACED))
SVDB = tuple(_SVDB.split())
INCART = tuple(_OF_INCART)
NSTDB = ("bw", "em", "ma")
DATABASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"mitdb": MITDB, "svdb": SVDB, "incart": INCART, "nstdb": NSTDB}
)
MAIN = "mitdb"  # no protocol goes without it
VITALDB = "vitaldb"  # beat times and rhythms alone, in a cache of its own kind
# record -> patient, where a patient has several; 202 is in DS2, so it never trains
PATIENTS: Mapping[str, str] = MappingProxyType({**_OF_INCART, "201": "201", "202": "201"})
# counts of all 48 records under the symbol table `dechazal`, order N S V F Q
PAPER_COUNTS = (90_631, 2_781, 7_236, 803, 8_043)
# of whole databases; of svdb S and V are published, of incart all are those of the 55 records
KNOWN_COUNTS: Mapping[str, Counts] = MappingProxyType(
    {"svdb": (-1, 7_422, 4_707, -1, -1), "incart": (113_583, 1_211, 13_529, 206, 4)}
)
_ANY: Counts = (-1, -1, -1, -1, -1)
_DS1_COUNTS: Counts = (-1, 944, 3_788, -1, -1)
# cases, and rows called N, S and V, before anything is dropped or called otherwise
VITALDB_CASES = 482
VITALDB_COUNTS = MappingProxyType({"N": 439_458, "S": 184_203, "V": 16_234})


def patient_of(record: str) -> str:
    """Who a training or test record is of, by its name: the same word for the same patient."""
    return PATIENTS.get(record, record)


def known_counts(database: str, names: Iterable[str]) -> Counts:
    """Beats per class of these records of a database; -1 where that is not known."""
    if set(names) == set(DATABASES.get(database, ())):
        return KNOWN_COUNTS.get(database, _ANY)
    return _ANY


def _sum(*parts: Counts) -> Counts:
    """Counts of several sets of records together; -1 where one of them is not known."""
    n, s, v, f, q = (-1 if -1 in each else sum(each) for each in zip(*parts, strict=True))
    return n, s, v, f, q


def _less(whole: Counts, part: Counts) -> Counts:
    """Counts without those of a part; -1 where one of them is not known."""
    n, s, v, f, q = (-1 if -1 in (w, p) else w - p for w, p in zip(whole, part, strict=True))
    return n, s, v, f, q


@dataclass(frozen=True)
class Protocol:
    """Records to train on, records to score once.

    Attributes
    ----------
    train, unseen : mapping of str to tuple of str
        Database -> record names; empty `unseen`: beats are set aside, not patients.
    counts : tuple of int, optional
        Beats per class N S V F Q that the training records must have; -1: any.
    rhythms : tuple of str
        Databases of times and rhythms alone, for the networks that read nothing else.
    """

    train: Mapping[str, tuple[str, ...]]
    unseen: Mapping[str, tuple[str, ...]]
    counts: Counts | None = None
    rhythms: tuple[str, ...] = ()

    @property
    def databases(self) -> tuple[str, ...]:
        """Databases of recordings it names."""
        return tuple(dict.fromkeys((*self.train, *self.unseen)))

    @property
    def patients(self) -> tuple[str, ...]:
        """What it trains on, as "mitdb/101"."""
        return tuple(f"{database}/{name}" for database, v in self.train.items() for name in v)

    def without(self, absent: Iterable[str]) -> "Protocol":
        """The same without the databases `absent`, and without their share of the counts."""
        gone = set(absent)
        counts = self.counts
        for database, names in self.train.items():
            if counts is not None and database in gone:
                counts = _less(counts, known_counts(database, names))
        return replace(
            self,
            train={database: v for database, v in self.train.items() if database not in gone},
            counts=counts,
            rhythms=tuple(database for database in self.rhythms if database not in gone),
        )


_PACED_TOO = (*DS1, *PACED)
# what a card names stays: those without incart are of version 2 of `clinical`
PROTOCOLS: Mapping[str, Protocol] = MappingProxyType(
    {
        "paper": Protocol({"mitdb": MITDB}, {}, PAPER_COUNTS),
        "ds1": Protocol({"mitdb": DS1}, {"mitdb": DS2}, _DS1_COUNTS),
        "ds1+svdb": Protocol(
            {"mitdb": DS1, "svdb": SVDB},
            {"mitdb": DS2},
            _sum(_DS1_COUNTS, KNOWN_COUNTS["svdb"]),
        ),
        "ds1+svdb+paced": Protocol({"mitdb": _PACED_TOO, "svdb": SVDB}, {"mitdb": DS2}, None),
        "ds1+svdb+incart": Protocol(
            {"mitdb": DS1, "svdb": SVDB, "incart": INCART},
            {"mitdb": DS2},
            _sum(_DS1_COUNTS, *KNOWN_COUNTS.values()),
            (VITALDB,),
        ),
        "ds1+svdb+incart+paced": Protocol(
            {"mitdb": _PACED_TOO, "svdb": SVDB, "incart": INCART},
            {"mitdb": DS2},
            None,
            (VITALDB,),
        ),
    }
)
