"""Which recordings were trained on: by name, and by folder where that is a database's name."""

from pathlib import Path

import pytest

from ecgviewer.evaluation.training import trained_on, training_patients, warning
from ecgviewer.model.ensemble import load_ensemble

PATIENTS = ("mitdb/101", "svdb/800", "mitdb/800")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("data/mitdb/101.hea", ("mitdb/101",)),
        ("data/MITDB/101.hea", ("mitdb/101",)),
        ("data/svdb/101.hea", ()),
        ("data/mine/101.hea", ("mitdb/101",)),
        ("data/svdb/800.hea", ("svdb/800",)),
        ("data/mine/800.hea", ("svdb/800", "mitdb/800")),
        ("data/mitdb/100.hea", ()),
        ("data/mitdb/1010.hea", ()),
    ],
)
def test_the_folder_decides_where_it_is_a_database(path: str, found: tuple[str, ...]) -> None:
    assert trained_on(Path(path).stem, Path(path), PATIENTS) == found


def test_a_name_alone_in_the_folder_one_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "svdb").mkdir()
    monkeypatch.chdir(tmp_path / "svdb")
    assert trained_on("101", Path("101"), PATIENTS) == ()
    assert trained_on("800", Path("800"), PATIENTS) == ("svdb/800",)


def test_each_patient_is_named_once_whatever_the_number_of_members() -> None:
    member = {"training": {"patients": ["mitdb/101", "mitdb/106"]}}
    card = {"member_cards": {"a": member, "b": member, "c": {"training": {}}, "d": {}}}
    assert training_patients(card) == ("mitdb/101", "mitdb/106")
    assert training_patients({}) == ()


def test_the_shipped_card_names_its_patients() -> None:
    patients = training_patients(load_ensemble("clinical", device="cpu").card)
    assert {"mitdb/101", "svdb/800"} <= set(patients)
    assert "mitdb/100" not in patients
    assert len(patients) == 65


def test_the_sentence() -> None:
    assert warning(()) == ""
    assert "mitdb/101, svdb/800; the figures do not hold" in warning(("mitdb/101", "svdb/800"))
