"""Which records train, whose they are, and what a protocol is without one of its databases."""

import csv
import itertools
from collections import Counter

import pytest

from tests.data import data_dir
from train.protocols import (
    DATABASES,
    INCART,
    PATIENTS,
    PROTOCOLS,
    SVDB,
    Protocol,
    known_counts,
    patient_of,
)


def test_the_protocols_of_version_3_stand_beside_those_that_cards_name():
    assert list(PROTOCOLS) == [
        *("paper", "ds1", "ds1+svdb", "ds1+svdb+paced"),
        *("ds1+svdb+incart", "ds1+svdb+incart+paced"),
    ]
    for name in ("ds1+svdb", "ds1+svdb+paced"):
        before = PROTOCOLS[name]
        now = PROTOCOLS[name.replace("svdb", "svdb+incart")]
        assert dict(now.train) == {**before.train, "incart": INCART}
        assert now.unseen == before.unseen
        assert (before.rhythms, now.rhythms) == ((), ("vitaldb",))
        assert now.without(("incart", "vitaldb")) == before
    assert PROTOCOLS["ds1+svdb+incart"].counts == (-1, 9_577, 22_024, -1, -1)


def test_incart_is_55_records_of_24_patients():
    assert len(INCART) == len(set(INCART)) == 55
    assert len({patient_of(record) for record in INCART}) == 24
    assert set(Counter(patient_of(record) for record in INCART).values()) == {1, 2, 3}


def test_a_patient_is_of_one_database_and_201_and_202_are_one():
    assert patient_of("201") == patient_of("202") == "201"
    for one, other in itertools.combinations(DATABASES, 2):
        ours, theirs = ({patient_of(r) for r in DATABASES[name]} for name in (one, other))
        assert not ours & theirs
    assert {patient_of(record) for record in SVDB} == set(SVDB)
    assert set(PATIENTS) == {*INCART, "201", "202"}


def test_patients_are_those_of_the_databases_own_list():
    with (data_dir("incart") / "PATIENTS.csv").open(newline="") as file:
        theirs = {row["record"]: f"incart-{row['patient']}" for row in csv.DictReader(file)}
    assert {record: patient_of(record) for record in INCART} == theirs


@pytest.mark.parametrize(
    ("gone", "counts"),
    [
        ((), (-1, 9_577, 22_024, -1, -1)),
        (("svdb",), (-1, 2_155, 17_317, -1, -1)),
        (("incart",), (-1, 8_366, 8_495, -1, -1)),
        (("incart", "svdb", "vitaldb"), (-1, 944, 3_788, -1, -1)),
    ],
)
def test_what_is_left_without_a_database_keeps_its_counts(gone, counts):
    left = PROTOCOLS["ds1+svdb+incart"].without(gone)
    assert left.counts == counts
    assert list(left.train) == [d for d in ("mitdb", "svdb", "incart") if d not in gone]
    assert left.rhythms == (() if "vitaldb" in gone else ("vitaldb",))
    assert {each.partition("/")[0] for each in left.patients} == set(left.train)


def test_counts_of_some_records_of_a_database_are_not_known():
    assert known_counts("incart", INCART[:-1]) == known_counts("mitdb", ("100",)) == (-1,) * 5
    some = Protocol({"mitdb": ("101",), "svdb": SVDB[:3]}, {}, (9, 8, 7, 6, 5))
    assert some.without(["svdb"]).counts == (-1,) * 5
