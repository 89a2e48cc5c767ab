"""A developer adds a format: one row, and window, command line and archive know it."""

import logging
import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QLabel
from typer.testing import CliRunner

from ecgviewer.commands.app import app
from ecgviewer.formats import readers
from ecgviewer.formats.folders import PlanError, find_records, plan
from ecgviewer.formats.head import head
from ecgviewer.formats.readers import Format, format_of, open_record
from ecgviewer.gui.dialogs.prompts import kinds_of_record
from ecgviewer.gui.window.start_page import StartPage
from ecgviewer.record import Lead, Record, RecordError
from tests.formats.records import ecg_like, write_record
from tests.gui.canvases import THEME

MAGIC = b"millivolts at 360 Hz\n"


def sniff(path: Path) -> bool:
    return head(path, len(MAGIC)) == MAGIC


def opens(path: Path) -> Record:
    if not sniff(path):
        raise RecordError(path, "its first line is not that of a text recording")
    ecg = np.array([path.read_text().split()[4:]], np.float32)
    return Record(
        path.stem, path, 360.0, (Lead("II"),), ecg.shape[1], lambda a, b: ecg[:, a:b], files=(path,)
    )


def entries(folder: Path, names) -> list[Path]:
    return [folder / name for name in sorted(names) if name.endswith(".mv")]


TEXT = Format("Text", (".mv",), sniff, opens, entries, "Text recordings (*.mv)")


@pytest.fixture
def text_format(monkeypatch) -> Format:
    monkeypatch.setattr(readers, "FORMATS", (*readers.FORMATS, TEXT))
    return TEXT


@pytest.fixture
def recording(text_format, tmp_path) -> Path:
    path = tmp_path / "in" / "walk.mv"
    path.parent.mkdir()
    values = ecg_like(720, 1)[:, 0] / 200 - 5
    path.write_bytes(MAGIC + "\n".join(f"{value:.3f}" for value in values).encode())
    return path


def dropped(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_the_open_dialog_offers_it(text_format):
    assert kinds_of_record().split(";;") == [
        "All recordings (*.hea *.dat *.mv)",
        "WFDB records (*.hea *.dat)",
        "Text recordings (*.mv)",
        "All files (*)",
    ]


def test_the_start_page_names_it(qtbot, text_format):
    page = StartPage(THEME)
    qtbot.addWidget(page)
    texts = [label.text() for label in page.findChildren(QLabel)]
    assert any("WFDB (.hea, .dat), Text (.mv)" in text for text in texts)


def test_it_is_taken_when_dropped_alone_with_others_or_in_its_folder(window, recording):
    notes = recording.with_name("notes.txt")
    notes.touch()
    for paths in ([recording], [notes, recording], [recording.parent]):
        assert window.files.dropped(dropped(*paths)) == recording


def test_the_command_info_describes_it(recording):
    ran = CliRunner().invoke(app, ["info", str(recording)])
    assert ran.exit_code == 0
    assert re.search(r"Record +walk\n", ran.stdout)
    assert "720 samples at 360 Hz" in ran.stdout


def test_an_archive_finds_it_beside_other_formats(recording, tmp_path):
    header = write_record(recording.parent, ecg_like(720), name="p01")
    assert find_records(recording.parent) == (header, recording)
    targets = plan([recording.parent, recording], tmp_path / "out")
    assert [target.report.name for target in targets] == ["p01.csv", "walk.csv"]


def test_two_formats_with_one_name_are_two_records_and_no_report_is_lost(recording, tmp_path):
    header = write_record(recording.parent, ecg_like(720), name="walk")
    assert (format_of(header).name, format_of(recording).name) == ("WFDB", "Text")
    with pytest.raises(PlanError, match="both be written"):
        plan([recording.parent], tmp_path / "out")


def test_contents_count_more_than_the_suffix(recording):
    odd = recording.rename(recording.with_name("walk.dat"))
    assert format_of(odd) is TEXT
    assert open_record(odd).n_samples == 720
    odd.write_text("nothing of sense")
    with pytest.raises(RecordError, match=r"header walk\.hea is missing"):
        open_record(odd)


def test_an_unknown_file_and_an_empty_folder_name_the_formats(text_format, tmp_path):
    unknown = tmp_path / "letter.pdf"
    unknown.write_bytes(b"%PDF-1.7")
    both = r"WFDB \(\.hea, \.dat\), Text \(\.mv\)$"
    with pytest.raises(RecordError, match=both):
        open_record(unknown)
    with pytest.raises(PlanError, match=both):
        plan([tmp_path], tmp_path / "out")


def test_a_format_that_fails_to_look_does_not_keep_the_others_from_it(
    recording, monkeypatch, caplog
):
    def fails(path: Path) -> bool:
        raise ZeroDivisionError("of the format's own")

    broken = Format("Broken", (".mv",), fails, opens, entries, "Broken (*.mv)")
    monkeypatch.setattr(readers, "FORMATS", (broken, *readers.FORMATS))
    with caplog.at_level(logging.ERROR):
        assert format_of(recording) is TEXT
    assert "Broken cannot tell whether" in caplog.text


def test_a_folder_can_be_one_record(monkeypatch, tmp_path):
    study = tmp_path / "study"
    study.mkdir()
    (study / "index").write_bytes(MAGIC + b"0.1 0.2")
    folders = Format(
        "Study",
        (".std",),
        lambda path: sniff(path / "index"),
        lambda path: opens(path / "index"),
        lambda folder, names: [folder] if "index" in names else [],
        "Studies (*.std)",
    )
    monkeypatch.setattr(readers, "FORMATS", (*readers.FORMATS, folders))
    assert open_record(study).n_samples == 2
    assert find_records(tmp_path) == (study,)
    for named in (study, tmp_path):
        [target] = plan([named], tmp_path / "out")
        assert (target.record, target.report.name) == (study, "study.csv")
