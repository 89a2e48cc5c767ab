"""Beat times and rhythms: what is read and refused, what a network is told, who is in a fold."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.data import data_dir
from tests.train.synthetic import write_table
from train.data import vitaldb
from train.data.database import DatabaseError
from train.data.splits import N_FOLDS
from train.data.vitaldb import AF, RHYTHMS, Case
from train.protocols import VITALDB_CASES, VITALDB_COUNTS


def only_case(folder: Path, *rows: str) -> Case:
    """The one case of rows without their case."""
    (case,) = vitaldb.cases(vitaldb.pack(write_table(folder, *(f"7,{row}" for row in rows))))
    return case


def test_times_and_codes_come_back_exactly(tmp_path):
    rows = ["9,0.000,N,N,0", "9,0.815,S,SVTA,0", "12,4993.494,V,VT,1", "12,2147483.647,,Noise,1"]
    packed = vitaldb.pack(write_table(tmp_path, *rows))
    vitaldb.write(packed, tmp_path / "v.cache")
    again = vitaldb.load(tmp_path / "v.cache")
    assert again == packed
    assert (again.cases, again.sizes) == ([9, 12], [2, 2])
    found = vitaldb.unpack(again)
    assert found.ms.tolist() == [0, 815, 4_993_494, 2_147_483_647]
    assert found.bad.tolist() == [False, False, True, True]
    assert vitaldb.counts(again) == {"N": 1, "S": 1, "V": 1}
    first, second = vitaldb.cases(again)
    assert (first.case, second.case) == (9, 12)
    assert first.seconds.tolist() == [float("0.000"), float("0.815")]
    assert second.seconds.tolist() == [float("4993.494"), float("2147483.647")]
    assert not list(tmp_path.glob("*.part"))


def test_every_beat_in_fibrillation_called_s_becomes_n(tmp_path):
    rows = ["1.000,S,AFIB/AFL,0", "1.500,V,AFIB/AFL,0", "2.000,U,AFIB/AFL,0", "3.000,S,N,0"]
    case = only_case(tmp_path, *rows)
    assert case.label.tolist() == [0, 2, -1, 1]
    assert case.rhythm.tolist() == [AF, AF, AF, RHYTHMS.index("N")]


@pytest.mark.parametrize(
    "row", ["U,N,0", "P,N,0", "Start,N,0", "End,N,0", ",N,0", "N,Noise,0", "S,N,1", ",,1"]
)
def test_what_has_no_target_keeps_its_time(tmp_path, row):
    case = only_case(tmp_path, "1.000,N,N,0", f"1.700,{row}", "2.500,S,N,0")
    assert case.label.tolist() == [0, -1, 1]
    assert case.seconds.tolist() == [1.0, 1.7, 2.5]


def test_a_beat_whose_rhythm_is_not_named_has_its_class_and_no_rhythm(tmp_path):
    case = only_case(tmp_path, "1.000,N,,0", "2.000,V,Noise,0", "3.000,V,Unclassifiable,0")
    assert case.label.tolist() == [0, -1, 2]
    assert case.rhythm.tolist() == [-1, -1, len(RHYTHMS) - 1]


def test_nodal_beats_called_s_count_a_fifth(tmp_path):
    case = only_case(tmp_path, "1.000,S,SND,0", "2.000,N,SND,0", "3.000,S,SVTA,0", "4.000,S,SND,1")
    assert case.weight.dtype == np.float32
    assert case.weight.tolist() == [np.float32(0.2), 1, 1, 1]


def test_rows_at_one_time_are_one_beat_of_what_they_agree_on(tmp_path):
    rows = ["1.000,S,SVTA,0", "1.000,S,SVTA,0"]  # the same twice
    rows += ["2.000,V,N,0", "2.000,,N,1"]  # one of them poor
    rows += ["3.000,N,N,0", "3.000,S,MAT,0", "3.000,N,N,0"]  # other classes, other rhythms
    rows += ["4.000,S,AFIB/AFL,0", "4.000,N,AFIB/AFL,0"]  # the same in fibrillation
    case = only_case(tmp_path, *rows)
    assert case.seconds.tolist() == [1, 2, 3, 4]
    assert case.label.tolist() == [1, -1, -1, 0]
    assert case.rhythm.tolist() == [RHYTHMS.index("SVTA"), RHYTHMS.index("N"), -1, AF]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["1,2.000,N,N,0", "1,1.999,N,N,0"], "line 3: 1.999 s comes after 2.000 s"),
        (["1,1.000,N,N,0", "2,1.000,N,N,0", "1,2.000,N,N,0"], "line 4: case 1 goes on after"),
        (["1,1.000,X,N,0"], r"line 2: no beat of this table \(1,1.000,X,N,0\)"),
        (["1,1.000,N,AF,0"], "line 2: no beat"),
        (["1,1.000,N,N,True"], "line 2: no beat"),
        (["1,1.000,N,N"], "line 2: no beat"),
        (["1,1.000,N,N,0,0"], "line 2: no beat"),
        (["a,1.000,N,N,0"], "line 2: no beat"),
        (["1,,N,N,0"], "line 2: no beat"),
        (["1,nan,N,N,0"], "line 2: no beat"),
        (["1,inf,N,N,0"], "line 2: no beat"),
        (["1,-1.000,N,N,0"], "line 2: no beat"),
        (["1,-0.001,N,N,0"], "line 2: no beat"),
        (["1,1.0005,N,N,0"], "line 2: no beat"),
        (["1,2147483.648,N,N,0"], "line 2: no beat"),
        ([], "no beats"),
    ],
)
def test_a_row_that_is_none_of_this_table_is_one_sentence(tmp_path, rows, words):
    with pytest.raises(DatabaseError, match=words) as said:
        vitaldb.pack(write_table(tmp_path, *rows))
    assert str(said.value).count("\n") == 0


def test_another_table_and_a_damaged_one_are_one_sentence(tmp_path):
    with pytest.raises(DatabaseError, match="its first line is not case,time_s"):
        vitaldb.pack(write_table(tmp_path, "1,1.000", head="case,time_s"))
    path = write_table(tmp_path, *(f"1,{i}.000,N,N,0" for i in range(500)))
    whole = path.read_bytes()
    for harmed in (whole[:-30], whole[:40] + b"????" + whole[44:], b"", b"case,time_s\n"):
        path.write_bytes(harmed)
        with pytest.raises(DatabaseError, match=r"damaged|its first line"):
            vitaldb.pack(path)
    path.unlink()
    with pytest.raises(DatabaseError, match="no such file"):
        vitaldb.pack(path)


def test_a_damaged_cache_is_one_sentence(tmp_path):
    packed = vitaldb.pack(write_table(tmp_path, "1,1.000,N,N,0", "1,2.000,N,N,0"))
    path = tmp_path / "v.cache"
    vitaldb.write(packed, path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(DatabaseError, match="its hash differs"):
        vitaldb.load(path)
    path.write_bytes(whole.replace(b"ECGVIEWER", b"ECGREADER", 1))
    with pytest.raises(DatabaseError, match="not a cache of this version"):
        vitaldb.load(path)
    with pytest.raises(DatabaseError, match="other rows in the cache"):
        vitaldb.unpack(msgspec.structs.replace(packed, sizes=[3]))
    with pytest.raises(DatabaseError, match="damaged in the cache"):
        vitaldb.unpack(msgspec.structs.replace(packed, rows=packed.rows[:-20]))


def made(n: int, seed: int = 0) -> list[Case]:
    """Cases of unequal numbers of beats, few of which hold S, V or fibrillation."""
    rng = np.random.default_rng(seed)
    out = []
    for i in range(n):
        size = int(rng.integers(50, 400))
        label, rhythm = np.zeros(size, np.int64), np.zeros(size, np.int64)
        if i % 5 == 0:
            rhythm[: size // 2] = AF
        for c in (1, 2):
            label[rng.integers(0, size, int(rng.integers(0, 60)))] = c
        label[rng.integers(0, size, 5)] = -1
        seconds, weight = np.arange(size) * 0.8, np.ones(size, np.float32)
        out.append(Case(1_000 + i, seconds, label, rhythm, weight))
    return out


def spread(every: Sequence[Case], folds: Sequence[Sequence[int]]) -> np.ndarray:
    """Share of each fold, (5, 4), of the beats N, S and V and of those in fibrillation."""
    held = {
        case.case: [
            *np.bincount(case.label[case.label >= 0], minlength=3),
            (case.rhythm[case.label >= 0] == AF).sum(),
        ]
        for case in every
    }
    total = np.array([np.sum([held[c] for c in fold], axis=0) for fold in folds], float)
    return total / total.sum(axis=0)


def test_folds_hold_each_case_once_and_spread_what_there_is():
    every = made(62)
    folds = vitaldb.folds(every)
    assert sorted(c for fold in folds for c in fold) == [case.case for case in every]
    assert sorted(len(fold) for fold in folds) == [12, 12, 12, 13, 13]
    assert vitaldb.folds(every[::-1]) == folds
    assert np.abs(spread(every, folds) - 1 / N_FOLDS).max() < 0.03


def test_the_recorded_table_is_the_one_that_is_known():
    packed = vitaldb.pack(data_dir("vitaldb") / vitaldb.TABLE)
    assert len(packed.cases) == VITALDB_CASES == 482
    assert vitaldb.counts(packed) == VITALDB_COUNTS == {"N": 439_458, "S": 184_203, "V": 16_234}
    every = vitaldb.cases(packed)
    for case in every:
        assert (np.diff(case.seconds) > 0).all()
        assert len(case.seconds) == len(case.label) == len(case.rhythm) == len(case.weight)
        assert not ((case.label == 1) & (case.rhythm == AF)).any()
    label = np.concatenate([case.label for case in every])
    # 250 of the 676,250 rows repeat a time
    assert np.bincount(label + 1).tolist() == [40_394, 592_766, 26_746, 16_094]
    assert sum((case.weight < 1).sum() for case in every) == 6_681
    assert {int(r) for case in every for r in case.rhythm} == set(range(-1, 10))
    folds = vitaldb.folds(every)
    assert sorted(len(fold) for fold in folds) == [96, 96, 96, 97, 97]
    assert np.abs(spread(every, folds) - 1 / N_FOLDS).max() < 0.02
