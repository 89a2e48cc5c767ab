"""What `info` tells: every fact of header and files, as JSON can hold it."""

import json
from pathlib import Path

from ecgviewer.formats.dead_leads import dead_leads
from ecgviewer.formats.describe import as_lines, describe
from ecgviewer.formats.readers import open_record
from tests.data import case
from tests.formats.records import ecg_like, write_record


def test_header_files_annotators_and_findings(tmp_path: Path) -> None:
    header = write_record(
        tmp_path, ecg_like(720), names=("II", "ABP"), tail=["# 69 M"], start="10:00:00 02/01/2020"
    )
    (tmp_path / "rec.atr").write_bytes(b"\0\0")
    record = open_record(header)
    assert record.verify is not None
    facts = json.loads(json.dumps(describe(record, record.verify(lambda: False))))
    assert facts["record"] == "rec"
    assert facts["folder"] == str(tmp_path.resolve())
    assert facts["files"] == [
        {"name": "rec.hea", "bytes": header.stat().st_size},
        {"name": "rec.dat", "bytes": 4 * 720},
    ]
    assert facts["duration_s"] == 2
    assert (facts["start_date"], facts["start_time"]) == ("2020-01-02", "10:00:00")
    assert facts["annotators"] == ["atr"]
    assert [lead["adc_units_per_unit"] for lead in facts["leads"]] == [200, 200]
    assert [lead["ecg"] for lead in facts["leads"]] == [True, False]
    assert facts["integrity"] == "intact"
    assert {finding["severity"] for finding in facts["findings"]} == {"ok"}
    lines = as_lines(facts)
    assert "Annotators atr" in lines
    assert any("rec.dat (2,880 bytes)" in line for line in lines)


def test_a_lead_without_gain_and_a_file_that_went_away(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(72, 1), gain="0"))
    (tmp_path / "rec.dat").unlink()
    facts = describe(record, record.verdict)
    assert facts["leads"][0]["adc_units_per_unit"] is None
    assert facts["files"][1] == {"name": "rec.dat", "bytes": None}
    assert facts["integrity"] == "checking"
    assert any("rec.dat (gone)" in line for line in as_lines(facts))


def test_dead_leads_are_named() -> None:
    record = open_record(case("flat-leads/flat12.hea"))
    dead = dead_leads(record)
    assert dead == (0, 1)
    lines = as_lines(describe(record, record.verdict, dead=dead))
    [leads] = [line for line in lines if line.startswith("Leads")]
    assert leads.count("dead") == 2
    assert leads.endswith("ECG3")
