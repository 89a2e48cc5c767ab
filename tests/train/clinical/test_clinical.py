import json

import msgspec
import numpy as np
import pytest

from ecgviewer.aami import DE_CHAZAL
from ecgviewer.formats.annotations import read_annotations
from ecgviewer.formats.readers import open_record
from tests.data import REPOSITORY, data_dir
from train.clinical.choices import REVIEW_SHARE, choose, sharpened
from train.clinical.configurations import N_FOLDS, grouped_folds, protocol_of, runs_of
from train.clinical.figures import mean_f1, over_seeds, unseen_figures
from train.clinical.scoring import validation_figures
from train.config import Config, ConfigError
from train.pages.clinical_section import section
from train.protocols import DS1, DS2, INCART, PACED, SVDB, patient_of
from train.scoring.score import Scores


def test_folds_hold_every_record_once_and_paced_records_apart():
    n_s = {name: i * 7 % 50 for i, name in enumerate((*DS1, *SVDB, *PACED))}
    folds = grouped_folds(n_s)
    assert len(folds) == N_FOLDS
    assert sorted(r for fold in folds for r in fold) == sorted(n_s)
    assert max(sum(r in PACED for r in fold) for fold in folds) == 1
    totals = [sum(n_s[r] for r in fold) for fold in folds]
    assert max(totals) < 1.3 * min(totals)
    assert folds == grouped_folds(dict(reversed(n_s.items())))


def test_folds_without_incart_are_those_of_version_2():
    """As version 2 dealt the same made counts."""
    n_s = {name: i * 7 % 50 for i, name in enumerate((*DS1, *SVDB, *PACED))}
    assert [" ".join(fold) for fold in grouped_folds(n_s)] == [
        "116 885 203 220 808 827 851 849 863 861 106 101 873 102",
        "887 115 223 201 829 806 865 825 108 847 875 859 104",
        "205 871 810 883 853 215 109 804 877 823 118 845 107",
        "230 857 841 114 867 124 879 209 119 802 889 821 217",
        "812 843 855 869 112 881 122 893 891 208 207 800",
    ]


def test_folds_of_the_recordings_are_those_of_the_committed_validation():
    """So figures of versions that saw INCART too stay comparable, record by record."""
    written = json.loads((REPOSITORY / "train/results/clinical-C-validation.json").read_text())
    n_s = s_beats({"mitdb": (*DS1, *PACED), "svdb": SVDB})
    more = s_beats({"incart": INCART})
    assert [list(fold) for fold in grouped_folds(n_s)] == written["folds"]
    folds = grouped_folds(n_s | more)
    assert [[r for r in fold if r not in INCART] for fold in folds] == written["folds"]
    # one patient has 1,127 of the 1,211 S beats: his fold has them, the others share the rest
    totals = sorted(sum(more.get(r, 0) for r in fold) for fold in folds)
    assert totals[-1] > 1_127
    assert totals[0] >= 10


def s_beats(chosen: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """S beats of records, from their annotations alone."""
    found = {}
    for database, names in chosen.items():
        folder = data_dir(database)
        for name in names:
            symbols = read_annotations(open_record(folder / f"{name}.hea"), "atr").symbol
            found[name] = sum(DE_CHAZAL.get(symbol) == 1 for symbol in symbols)
    return found


def test_a_patients_records_are_in_one_fold_and_move_no_others():
    plain = {name: i * 7 % 50 for i, name in enumerate((*DS1, *SVDB, *PACED))}
    more = {name: i * 11 % 60 for i, name in enumerate(INCART)}
    folds = grouped_folds(plain | more)
    assert [tuple(r for r in f if r not in INCART) for f in folds] == grouped_folds(plain)
    assert sorted(r for f in folds for r in f) == sorted((*plain, *more))
    homes = [{patient_of(r) for r in fold if r in INCART} for fold in folds]
    assert sum(len(home) for home in homes) == len(set.union(*homes)) == 24
    assert {len(home) for home in homes} == {4, 5}
    totals = [sum(more[r] for r in fold if r in INCART) for fold in folds]
    assert max(totals) < 1.3 * min(totals)
    assert folds == grouped_folds(dict(reversed((plain | more).items())))


def test_the_two_records_of_one_patient_of_mitdb_share_a_fold():
    """202 never trains; a list that held both would still not put them on either side."""
    assert patient_of("201") == patient_of("202") != patient_of("203")
    (fold,) = [f for f in grouped_folds(dict.fromkeys((*DS1, *DS2), 1)) if "201" in f]
    assert "202" in fold


def test_members_of_a_seed_do_not_share_it():
    members = [Config(name="a", architecture="resnet1d"), Config(name="b", architecture="slap")]
    runs = runs_of(members, "B", 3, kept=("101",), fold=2)
    assert [r.name for r in runs] == ["a-B-fold2-seed3", "b-B-fold2-seed3"]
    assert len({r.seed for r in runs}) == 2
    assert {r.protocol for r in runs} == {"ds1+svdb"}
    assert runs[0].validation_records == ("101",)
    with pytest.raises(ConfigError, match="none of A, B, C"):
        protocol_of("D")


def test_figures_by_hand():
    #                 N N N N S S V V F Q
    label = np.array([0, 0, 0, 0, 1, 1, 2, 2, 3, 4])
    called = np.array([0, 0, 1, 3, 1, 0, 2, 2, 2, 4])
    record = np.array(["a"] * 5 + ["b"] * 5)
    found = unseen_figures(label, called, record, without=("b", "c"))
    # a call of F on an N beat is an error; reference F and Q do not count
    assert found["accuracy_nsv"] == pytest.approx(5 / 8)
    v = found["per_class"]["V"]
    assert v["sensitivity"] == 1
    assert v["ppv"] == pytest.approx(2 / 3, abs=1e-5)  # the F called V is a false positive
    assert found["per_class"]["S"]["mean_f1_over_records"] is None  # no record has ten S beats
    assert found["without b"]["beats"] == 5
    assert "without c" not in found
    assert msgspec.json.encode(found)


def test_intervals_are_over_patients_and_a_patient_may_have_several_records():
    """Two records of one patient of INCART are drawn together, as one record would be."""
    rng = np.random.default_rng(2)
    label = rng.choice(3, 300, p=(0.6, 0.2, 0.2))
    called = np.where(rng.random(300) < 0.3, 0, label)
    record = np.repeat(["I01", "I02", "I12", "I15", "I16"], 60)
    merged = np.where(record == "I02", "I01", record)
    apart = np.where(record == "I02", "I68", record)
    key = "intervals_95_over_patients"
    found = unseen_figures(label, called, record)
    assert found[key] == unseen_figures(label, called, merged)[key]
    assert found[key] != unseen_figures(label, called, apart)[key]
    assert set(found["per_record"]) == set(record)


def test_incart_stands_beside_the_records_that_earlier_versions_were_judged_on():
    answers = scored(n=800)
    record = np.resize(np.array(["101", "865", "800", "I33", "I34", "102"]), 800)
    members = [Config(name="a", architecture="resnet1d"), Config(name="b", architecture="slap")]
    _, found = validation_figures([answers], members, record)
    assert set(found["incart"]["per_record"]) == {"I33", "I34"}
    assert set(found["all but paced"]["per_record"]) == {"101", "800", "865"}
    assert set(found["DS1"]["per_record"]) == {"101"}
    assert set(found["slap alone"]["per_record"]) == {"101", "800", "865"}
    assert "incart" in found["single_seeds"]
    plain = validation_figures([answers], members, np.resize(record[:3], 800))[1]
    assert "incart" not in plain


def test_a_record_counts_from_ten_beats_of_the_class_on():
    label = np.array([1] * 10 + [1] * 9 + [0])
    called = np.array([1] * 10 + [0] * 10)
    record = np.array(["a"] * 10 + ["b"] * 10)
    assert mean_f1(label, called, record, 1) == 1.0
    assert mean_f1(label, called, record, 2) is None


def scored(n=4000, seed=0):
    rng = np.random.default_rng(seed)
    label = rng.choice(5, n, p=(0.7, 0.1, 0.1, 0.05, 0.05))
    votes = rng.random((n, 2, 5)).astype(np.float32) * 0.7
    votes[np.arange(n), 0, label] += 0.5
    votes[np.arange(n), 1, label] += 0.2
    return Scores(np.arange(n), label, rng.integers(0, 8, n), votes)


def test_choices_prefer_the_better_member_and_flag_a_tenth():
    answers = scored()
    chosen = choose(answers)
    assert sum(chosen.weights) == pytest.approx(1)
    assert chosen.weights[0] > 0.5
    assert chosen.account["review_share"] == pytest.approx(REVIEW_SHARE, abs=0.01)
    assert chosen.account["errors_in_review"] > REVIEW_SHARE
    assert chosen.account["calibration_error"] <= chosen.account["calibration_error_before"]
    fused = np.tensordot(answers.votes.astype(float), np.array(chosen.weights), axes=(1, 0))
    before, after = sharpened(fused, 1.0), sharpened(fused, chosen.temperature)
    assert np.array_equal(before.argmax(axis=1), after.argmax(axis=1))
    np.testing.assert_allclose(after.sum(axis=1), 1)


def test_the_page_shows_every_configuration_and_says_when_there_is_none():
    assert "Not run" in section({})
    rng = np.random.default_rng(1)
    label = np.repeat(np.arange(5), 40)
    record = np.tile(np.array(["232", "100", "202", "233"]), 50)
    called = np.where(rng.random(200) < 0.2, rng.integers(0, 5, 200), label)
    one = unseen_figures(label, called, record, without=("232", "202"))
    each = {"both": one, "lead 1": one, "lead 2": one, "seeds": [1, 2]}
    each["single_seeds"] = over_seeds([one, one])
    text = section({"clinical-A-on-ds2": each})
    assert "A (DS1), mean ± sd of 2 seeds" in text
    assert "A, to reach | 97.0 | 95.5 | 50.0 | 45.0" in text
    assert "without 232" in text
    rate = {"called_as_at_own_rate": 0.99, "accuracy_nsv": 0.97, "s_f1": 0.6, "v_f1": 0.9}
    text = section({"clinical-A-on-ds2": each, "clinical-C-rates": {"rates": {"100 Hz": rate}}})
    assert "100 Hz | 99.00 | 97.00 | 60.00 | 90.00" in text


def test_the_page_shows_paced_beats_record_by_record():
    chosen = msgspec.to_builtins(choose(scored()))
    paced = {"per_record": {"104": [[0] * 5] * 4 + [[240, 0, 2, 0, 1_586]]}}
    text = section({"clinical-C-validation": {"choices": chosen, "paced": paced}})
    assert "| 104 | 1,828 | 1,586 | 240 | 2 |" in text
