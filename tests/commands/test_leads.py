"""Which channels the commands read, and what they say of it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from ecgviewer.commands.app import app
from ecgviewer.report.beats_csv import metadata_path
from tests.data import case
from tests.formats.records import ecg_like, write_record
from tests.tiny_ensemble import make_ensemble


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny")


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def analyze(record: Path, out: Path, ensemble: Path | str, *more: object) -> Result:
    return call("analyze", record, "-o", out, "--ensemble", ensemble, "--device", "cpu", *more)


def about(table: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(metadata_path(table).read_bytes())["ecgviewer:report"]
    return found


def test_a_sleep_study_gives_the_beats_of_its_ecg(tmp_path: Path) -> None:
    study, lone = tmp_path / "psg.csv", tmp_path / "ecgonly.csv"
    ran = analyze(case("channels/psg.hea"), study, "clinical", "--no-cache")
    assert ran.exit_code == 0, ran.output
    assert "414 beats: N 267 S 0 V 147 F 0 Q 0" in ran.stdout
    assert "104 beats/min" in ran.stdout
    analyze(case("channels/ecgonly.hea"), lone, "clinical", "--no-cache")
    assert study.read_bytes() == lone.read_bytes()
    found = about(study)
    assert (found["leads_used"], found["leads_chosen_by"]) == (["ECG", None], "name")
    assert found["record"]["leads"][0]["remark"] == "its name stands for eye movements"
    told = call("info", case("channels/psg.hea")).stdout
    assert "Lat: not read, its name stands for muscle" in told


def test_nanovolts_give_the_beats_of_millivolts(tmp_path: Path, ensemble: Path) -> None:
    nano, same = case("units/nV.hea"), tmp_path / "mV.hea"
    line = nano.read_text().replace("0.005/nV", "5000/mV").replace("nV 1", "mV 1")
    same.write_text(line)
    (tmp_path / "nV.dat").write_bytes(nano.with_suffix(".dat").read_bytes())
    tables = tmp_path / "nV.csv", tmp_path / "mV.csv"
    said = [
        analyze(r, t, ensemble, "--no-cache") for r, t in zip((nano, same), tables, strict=True)
    ]
    assert tables[0].read_bytes() == tables[1].read_bytes()
    assert said[0].stdout.partition(": ")[2] == said[1].stdout.partition(": ")[2]
    assert "72 beats" in said[0].stdout


@pytest.mark.parametrize("unit", ["adu", "NU", "undef", "A/D", ""])
def test_a_unit_that_says_nothing_is_named_and_with_kept_results_too(
    tmp_path: Path, ensemble: Path, unit: str
) -> None:
    """As read in mV but for the scale, which is not known."""
    adc = ecg_like(360 * 60, 1)
    known = write_record(tmp_path, adc, name="known", names=["II"])
    record = write_record(tmp_path, adc, name="r", names=["II"], gain=f"200(1024)/{unit}")
    tables = [tmp_path / f"{name}.csv" for name in ("known", "first", "second")]
    analyze(known, tables[0], ensemble, "--no-cache")
    said = [analyze(record, table, ensemble).stdout for table in tables[1:]]
    assert said[0] == said[1]
    assert "II: its unit" in said[0]
    assert "amplitudes in mV are not known" in said[0]
    assert tables[0].read_bytes() == tables[1].read_bytes() == tables[2].read_bytes()
    assert about(tables[1])["record"]["leads"][0]["calibrated"] is False
    shown = call("info", record)
    assert "II: its unit" in shown.stdout
    assert "Integrity  intact" in shown.stdout


def test_what_no_lead_can_be_is_named_with_its_unit(tmp_path: Path, ensemble: Path) -> None:
    adc = ecg_like(360 * 20, 2)
    record = write_record(tmp_path, adc, names=["II", "ABP"], gain="200(1024)/mmHg")
    ran = analyze(record, tmp_path / "o.csv", ensemble)
    again = analyze(record, tmp_path / "p.csv", ensemble)
    assert "no ECG lead: II (its unit 'mmHg' is no voltage); ABP (its name" in ran.stdout
    assert again.stdout == ran.stdout


def test_leads_asked_for_are_read_alone_and_told(tmp_path: Path, ensemble: Path) -> None:
    record = write_record(tmp_path, ecg_like(360 * 60, 3), names=["I", "II", "V1"])
    table = tmp_path / "o.csv"
    for wanted, used in (("V1,2", ["V1", "II"]), ("i", ["I", None])):
        ran = analyze(record, table, ensemble, "--leads", wanted, "--force")
        assert ran.exit_code == 0, ran.output
        assert (about(table)["leads_used"], about(table)["leads_chosen_by"]) == (used, "user")
        read = [lead["name"] for lead in about(table)["record"]["leads"] if lead["ecg"]]
        assert sorted(read) == sorted(filter(None, used))


@pytest.mark.parametrize("command", ["analyze", "evaluate"])
def test_leads_that_are_not_there_are_refused(tmp_path: Path, ensemble: Path, command: str) -> None:
    record = write_record(tmp_path, ecg_like(3600), names=["I", "II"])
    more = ("-o", tmp_path / "o.csv") if command == "analyze" else ()
    ran = call(command, record, "--leads", "V9", "--ensemble", ensemble, *more)
    assert ran.exit_code == 1
    assert "there is no channel 'V9'; there are 1 I, 2 II" in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert call(command, record, "--leads", "I,II,V1", *more).exit_code == 2


def test_another_choice_of_leads_is_another_report(tmp_path: Path, ensemble: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        write_record(tmp_path / "in", ecg_like(360 * 30, 3), name=name, names=["I", "II", "V1"])
    out = tmp_path / "out"
    assert analyze(tmp_path / "in", out, ensemble).exit_code == 0
    assert "left as it is" in analyze(tmp_path / "in", out, ensemble).stdout
    # by default II and V1 feed the networks, too, but beats are looked for in all three
    other = analyze(tmp_path / "in", out, ensemble, "--leads", "II,V1")
    assert other.exit_code == 1
    assert "is there already" in other.stderr


def test_a_dead_lead_of_a_name_gives_way_to_what_looks_like_an_ecg(
    tmp_path: Path, ensemble: Path
) -> None:
    adc, table = ecg_like(360 * 60, 2), tmp_path / "r.csv"
    alone = write_record(tmp_path, adc[:, 1:], name="alone", names=["CH2"])
    expected = analyze(alone, tmp_path / "alone.csv", ensemble, "--no-cache")
    adc[:, 0] = 1024
    record = write_record(tmp_path, adc, names=["ECG", "CH2"])
    ran = analyze(record, table, ensemble, "--no-cache")
    assert ran.exit_code == 0, ran.output
    said = "CH2: its name says nothing; QRS complexes were seen in it"
    assert f" | complete | {said}; ECG is dead throughout\n" in ran.stdout
    beats = expected.stdout.partition(": ")[2].partition(" |")[0]
    assert f"rec: {beats} |" in ran.stdout
    assert table.read_bytes() == (tmp_path / "alone.csv").read_bytes()
    found = about(table)
    assert (found["leads_used"], found["leads_chosen_by"]) == (["CH2", None], "signal")
    assert found["readable_s"] == pytest.approx(60)
    assert found["not_classified_because"] is None
    dead = found["record"]["leads"][0]
    assert (dead["ecg"], dead["remark"]) == (False, "it is dead throughout: missing or flat")
    told = call("info", record).stdout
    assert "ECG (mV, not read) (dead: missing or flat throughout), CH2" in told
    assert "ECG: not read, it is dead throughout" in told
    assert [
        lead["dead"] for lead in json.loads(call("info", record, "--json").stdout)["leads"]
    ] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("ECG", "ECG is dead throughout"),
        ("I II", "I and II are dead throughout"),
        ("ECG ABP", "ECG is dead throughout; not read: ABP (its name stands for pressure)"),
        (
            "ECG CH2",
            "ECG is dead throughout; not read: CH2 (its name says nothing and no QRS complexes"
            " were seen in it)",
        ),
    ],
)
@pytest.mark.parametrize("value", [1024, -32768], ids=["flat", "missing"])
def test_where_nothing_can_be_read_the_line_says_so(
    tmp_path: Path, ensemble: Path, names: str, said: str, value: int
) -> None:
    adc = np.full((360 * 60, len(names.split())), value, np.int64)
    if len(names.split()) == 2 and names != "I II":
        adc[:, 1] = 1024 + np.random.default_rng(1).normal(0, 60, len(adc))
    record, table = write_record(tmp_path, adc, names=names.split()), tmp_path / "r.csv"
    ran = analyze(record, table, ensemble, "--no-cache")
    assert f"| complete | No ECG lead can be read: {said}\n" in ran.stdout
    assert about(table)["readable_s"] == 0
    assert about(table)["not_classified_because"] == f"No ECG lead can be read: {said}."


def test_a_lead_that_can_be_read_for_a_while_is_not_called_dead(
    tmp_path: Path, ensemble: Path
) -> None:
    adc, table = ecg_like(360 * 60, 1), tmp_path / "r.csv"
    adc[360 * 5 :] = 1024
    analyze(write_record(tmp_path, adc, names=["ECG"]), table, ensemble, "--no-cache")
    assert about(table)["not_classified_because"] is None
