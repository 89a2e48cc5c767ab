"""The recording panel says which channels are read, and why others are not."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ecgviewer.analysis.channels import open_recording
from ecgviewer.formats.readers import open_record
from ecgviewer.gui.panels.recording import RecordPanel
from ecgviewer.gui.style.patient import identify
from ecgviewer.gui.style.theme import THEMES
from tests.formats.records import ecg_like, write_record
from tests.gui.panels.edited import identity, opened


def facts(qtbot: QtBot, record: Path, *wanted: str) -> tuple[str, list[str]]:
    """What the panel writes of the leads, and those it offers as first input."""
    panel = RecordPanel(THEMES["light"])
    qtbot.addWidget(panel)
    shown = opened(record=open_recording(record, wanted=wanted))
    shown.inputs = (shown.record.ecg_leads[0], None)
    panel.show_record(shown, identity(shown))
    box = panel.inputs[0]
    return panel.facts["leads"].text(), [box.itemText(i) for i in range(box.count())]


def test_what_is_left_out_and_why(qtbot: QtBot, tmp_path: Path) -> None:
    record = write_record(tmp_path, ecg_like(3600, 3), names=["E1-M2", "ECG", "ch3"])
    text, offered = facts(qtbot, record)
    assert "E1-M2 (not read, drawn only; its name stands for eye movements), ECG, ch3 (" in text
    assert offered == ["ECG", "none (zeros)"]
    text, offered = facts(qtbot, record, "ch3")
    assert "ECG (not read, drawn only; other leads were asked for), ch3" in text
    assert offered == ["ch3", "none (zeros)"]


def test_a_unit_that_says_nothing_is_named(qtbot: QtBot, tmp_path: Path) -> None:
    record = write_record(tmp_path, ecg_like(3600, 1), names=["II"], gain="200(1024)/adu")
    text, _ = facts(qtbot, record)
    assert text.startswith("II (its unit 'adu' does not say what a millivolt is")


def test_a_dead_lead_and_what_is_read_in_its_place(qtbot: QtBot, tmp_path: Path) -> None:
    adc = ecg_like(3600, 2)
    adc[:, 0] = 1024
    text, offered = facts(qtbot, write_record(tmp_path, adc, names=["ECG", "CH2"]))
    assert text.startswith(
        "ECG (not read, drawn only; it is dead throughout: missing or flat), CH2"
    )
    assert text.endswith("QRS complexes were seen in it; ECG is dead throughout)")
    assert offered == ["CH2", "none (zeros)"]


@pytest.mark.parametrize("height", [120, 160, 400])
def test_no_text_is_cut_after_patient_fields_were_hidden(
    qtbot: QtBot, tmp_path: Path, height: int
) -> None:
    comments = ["# 69 M 1085 1629 x1", "# Aldomet, Inderal", f"# {'many words ' * 30}"]
    record = open_record(write_record(tmp_path, ecg_like(3600, 2), tail=comments))
    panel = RecordPanel(THEMES["light"])
    qtbot.addWidget(panel)
    panel.resize(390, height)
    panel.show()
    qtbot.waitExposed(panel)
    shown = opened(record=record)
    for hide in (False, True, False, True, False):
        panel.show_record(shown, identify(record, hide=hide))
        qtbot.wait(50)
        texts = {**panel.fields, **panel.facts}
        cut = [name for name, text in texts.items() if is_cut(text)]
        assert cut == [], hide


def is_cut(label: QLabel) -> bool:
    """Whether a label that breaks lines is lower than they are."""
    return label.height() < label.heightForWidth(label.width())
