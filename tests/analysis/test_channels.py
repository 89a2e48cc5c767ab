"""Which channels are read: by name, by what the signal says, or as the user asks."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ecgviewer.analysis.channels import open_recording, reopened, settled, wanted_leads
from ecgviewer.analysis.inputs import chosen_by, default_inputs, remarks, why_not_classified
from ecgviewer.formats.readers import open_record
from ecgviewer.record import Record, RecordError
from ecgviewer.signal.params import PAPER
from tests.data import case, data_dir
from tests.formats.records import ecg_like, write_record

N = 60 * 360


def signals() -> NDArray[np.int64]:
    """(N, 3): noise, an ECG, breathing."""
    rng = np.random.default_rng(3)
    breath = 1024 + 400 * np.sin(2 * np.pi * 0.25 * np.arange(N) / 360) + rng.normal(0, 3, N)
    noise = 1024 + rng.normal(0, 60, N)
    made = np.stack([noise, ecg_like(N, 1)[:, 0], breath], axis=1)
    return np.rint(made).astype(np.int64)


def record(folder: Path, names: Sequence[str], *, gain: str = "200(1024)/mV") -> Path:
    adc = signals()[:, : len(names)]
    return write_record(folder, adc, names=names, gain=gain)


def read(opened: Record) -> list[str]:
    return [opened.leads[i].name for i in opened.ecg_leads]


@pytest.mark.parametrize("names", ["A B C", "ch1 ch2 ch3", "signal_0 signal_1 signal_2"])
def test_where_names_say_nothing_the_signal_does(tmp_path: Path, names: str) -> None:
    path = record(tmp_path, names.split())
    opened = open_recording(path)
    assert open_record(path).ecg_leads == (0, 1, 2)  # the header alone cannot tell
    assert opened.ecg_leads == (1,)
    assert chosen_by(opened) == "signal"
    assert "no QRS complexes were seen" in opened.leads[0].remark
    assert (
        remarks(opened) == f"{names.split()[1]}: its name says nothing; QRS complexes were seen"
        " in it"
    )


def test_values_are_in_the_unit_that_the_lead_says(tmp_path: Path) -> None:
    path = record(tmp_path, ["A", "B", "C"], gain="0.2(1024)/uV")
    opened, adc = open_recording(path), signals()[:9].T
    np.testing.assert_allclose(opened.read(0, 9)[1], (adc[1] - 1024) / 200, rtol=1e-5)
    np.testing.assert_allclose(opened.read(0, 9)[0], (adc[0] - 1024) / 0.2, rtol=1e-5)
    other = open_recording(path, wanted=["C"])
    np.testing.assert_allclose(other.read(0, 9)[2], (adc[2] - 1024) / 200, rtol=1e-5)
    np.testing.assert_allclose(other.read(0, 9)[1], (adc[1] - 1024) / 0.2, rtol=1e-5)


def test_nothing_seen_may_be_fibrillation_and_is_read(tmp_path: Path) -> None:
    adc = signals()[:, [0, 2]]
    opened = open_recording(write_record(tmp_path, adc, names=["A", "B"]))
    assert opened.ecg_leads == (0, 1)
    assert "read for want of another" in remarks(opened)
    silent = open_recording(write_record(tmp_path, adc, names=["A", "B"], gain="1/adu", name="s"))
    assert silent.ecg_leads == ()
    assert "no ECG lead: A (its name says nothing and no QRS" in why_not_classified(
        silent, prep=PAPER
    )


def test_a_name_is_enough_and_nothing_is_read_then(tmp_path: Path) -> None:
    def fail(_start: int, _stop: int) -> NDArray[np.float32]:
        raise AssertionError("the signal was asked")

    opened = replace(open_record(record(tmp_path, ["II", "ECG", "Resp"])), reader=fail)
    assert settled(opened) is opened
    assert read(opened) == ["II", "ECG"]
    opened = open_record(record(tmp_path, ["A", "ECG", "Resp"]))
    assert settled(opened) is opened  # enough of it to see that it is alive
    assert read(opened) == ["ECG"]
    assert chosen_by(opened) == "name"


def dead_beside(folder: Path, names: str, *, gone: Sequence[int], value: int = 1024) -> Path:
    """Noise, an ECG and breathing, some of them dead."""
    adc = signals()
    adc[:, list(gone)] = value
    return write_record(folder, adc[:, : len(names.split())], names=names.split())


@pytest.mark.parametrize("value", [1024, 1000, -32768], ids=["zero", "flat", "missing"])
@pytest.mark.parametrize(
    ("names", "gone", "why"),
    [
        ("ECG CH2", (0,), "ECG is dead throughout"),
        ("II CH2 ch3", (0,), "II is dead throughout"),
        ("I CH2 II", (0, 2), "I and II are dead throughout"),
        ("ECG Chest", (0,), "ECG is dead throughout"),
    ],
)
def test_where_what_is_named_is_dead_the_signal_says(
    tmp_path: Path, names: str, gone: tuple[int, ...], why: str, value: int
) -> None:
    path = dead_beside(tmp_path, names, gone=gone, value=value)
    opened = open_recording(path)
    assert opened.ecg_leads == (1,)
    assert remarks(opened).endswith(f"; QRS complexes were seen in it; {why}")
    assert chosen_by(opened) == "signal"
    assert default_inputs(opened, prep=PAPER) == (1, None)
    assert why_not_classified(opened, prep=PAPER) == ""
    for i in gone:
        assert opened.leads[i].dead
        assert opened.leads[i].remark == "it is dead throughout: missing or flat"
    np.testing.assert_allclose(opened.read(0, 9)[1], (signals()[:9, 1] - 1024) / 200, rtol=1e-5)
    again = reopened(path, opened.chosen)
    assert again.leads == opened.leads


def test_a_named_lead_that_lives_for_a_while_is_read(tmp_path: Path) -> None:
    adc = signals()[:, [1, 1]]
    adc[720:, 0] = 1024  # 2 of 60 s: more than one in a hundred
    assert read(open_recording(write_record(tmp_path, adc, names=["ECG", "CH2"]))) == ["ECG"]
    adc[:, 0] = 1024
    asked = open_recording(write_record(tmp_path, adc, names=["ECG", "CH2"]), wanted=["ECG"])
    assert read(asked) == ["ECG"]


def test_a_named_lead_of_a_wrong_gain_is_not_dead(tmp_path: Path) -> None:
    """Below 20 uV by its header, a flat second, and read for all that."""
    header = write_record(tmp_path, signals()[:, [1, 1]], names=["ECG", "CH2"])
    header.write_text(header.read_text().replace("200(1024)", "100000(1024)", 1))
    opened = open_recording(header)
    assert np.ptp(opened.read(0, N)[0]) < 0.02
    assert read(opened) == ["ECG"]


def test_what_is_named_stays_where_nothing_looks_like_an_ecg(tmp_path: Path) -> None:
    """Noise beside a dead ECG is not read for want of another."""
    opened = open_recording(dead_beside(tmp_path, "noise ECG breath", gone=(1,)))
    assert read(opened) == ["ECG"]
    assert chosen_by(opened) == "name"
    assert opened.leads[0].remark == "its name says nothing and no QRS complexes were seen in it"
    assert open_recording(dead_beside(tmp_path, "ABP ECG Resp", gone=(1,))).ecg_leads == (1,)


def test_a_place_is_read_where_its_signal_is_an_ecg(tmp_path: Path) -> None:
    ecg, breath = signals()[:, [1]], signals()[:, [2]]
    for name in ("Chest", "chest", "Thorax", "Chest lead"):
        opened = open_recording(write_record(tmp_path, ecg, names=[name]))
        assert read(opened) == [name]
        assert opened.leads[0].remark.startswith("its name stands for a belt or an electrode; QRS")
        belt = open_recording(write_record(tmp_path, breath, names=[name]))
        assert belt.ecg_leads == ()
        assert "belt or an electrode and no QRS" in why_not_classified(belt, prep=PAPER)
    adu = write_record(tmp_path, ecg, names=["Chest"], gain="200(1024)/adu")
    assert open_recording(adu).leads[0].remark == "its name stands for breathing"
    both = open_recording(write_record(tmp_path, signals(), names=["A", "Chest", "B"]))
    assert read(both) == ["Chest"]


def test_no_channel_of_the_databases_is_left_out() -> None:
    for part in ("mitdb", "svdb", "incart", "nstdb"):
        for path in sorted(data_dir(part).glob("*.hea")):
            opened = open_recording(path)
            assert opened.ecg_leads == tuple(range(opened.n_leads)), path


def test_the_ecg_of_a_sleep_study_is_read() -> None:
    opened = open_recording(case("channels/psg.hea"))
    assert read(opened) == ["ECG"]
    assert default_inputs(opened, prep=PAPER) == (2, None)
    lone = open_recording(case("channels/ecgonly.hea"))
    np.testing.assert_array_equal(opened.read(0, 5000)[2], lone.read(0, 5000)[0])
    assert opened.leads[4].remark == "its name stands for breathing"


def test_nanovolts_are_volts() -> None:
    opened = open_recording(case("units/nV.hea"))
    assert opened.leads[0].calibrated
    assert 0.5 < np.ptp(opened.read(0, 2500)[0]) < 3  # mV


@pytest.mark.parametrize("wanted", [["Resp"], ["3"], ["resp"], [" Resp".strip().upper()]])
def test_leads_are_asked_for_by_name_or_number(tmp_path: Path, wanted: list[str]) -> None:
    opened = open_recording(record(tmp_path, ["A", "ECG", "Resp"]), wanted=wanted)
    assert read(opened) == ["Resp"]
    assert default_inputs(opened, prep=PAPER) == (2, None)
    assert chosen_by(opened) == "user"
    assert opened.leads[1].remark == "other leads were asked for"


def test_the_first_asked_for_is_the_first_input(tmp_path: Path) -> None:
    path = record(tmp_path, ["V1", "II", "ECG"])
    assert default_inputs(open_recording(path), prep=PAPER) == (1, 0)
    opened = open_recording(path, wanted=["ECG", "V1"])
    assert default_inputs(opened, prep=PAPER) == (2, 0)
    assert opened.ecg_leads == (0, 2)
    again = reopened(path, opened.chosen)
    assert (again.leads, again.chosen) == (opened.leads, opened.chosen)


def test_a_channel_named_as_another_is_numbered_is_that_of_the_name(tmp_path: Path) -> None:
    assert read(open_recording(record(tmp_path, ["2", "ECG", "1"]), wanted=["1"])) == ["1"]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (["V9"], "there is no channel 'V9'; there are 1 ECG, 2 V1, 3 ECG"),
        (["4"], "there is no channel '4'; there are 1 ECG"),
        (["0"], "there is no channel '0'"),
        (["ECG"], "2 channels are named 'ECG', give a number; there are 1 ECG, 2 V1, 3 ECG"),
        (["2", "V1"], "2 and V1 are one and the same channel"),
    ],
)
def test_what_is_not_there_is_refused_in_one_sentence(
    tmp_path: Path, wanted: list[str], reason: str
) -> None:
    path = record(tmp_path, ["ECG", "V1", "ECG"])
    with pytest.raises(RecordError, match=reason) as caught:
        open_recording(path, wanted=wanted)
    assert "\n" not in caught.value.reason


def test_what_can_be_asked_for() -> None:
    assert wanted_leads("") == ()
    assert wanted_leads("II, V1") == ("II", "V1")
    assert wanted_leads("3") == ("3",)
    for text in (",", "II,", "I,II,III", "II,ii"):
        with pytest.raises(ValueError, match="lead"):
            wanted_leads(text)
