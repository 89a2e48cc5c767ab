"""The question which time to go to."""

from datetime import time

import pytest
from PySide6.QtWidgets import QDialogButtonBox

from ecgviewer.gui.dialogs.time import TimeDialog
from ecgviewer.gui.style.record_clock import RecordClock

DAY_S = 86_400.0


@pytest.fixture
def dialog(qtbot) -> TimeDialog:
    dialog = TimeDialog(RecordClock(time(9, 30), DAY_S), 60.0, None)
    qtbot.addWidget(dialog)
    return dialog


def may_go(dialog: TimeDialog) -> bool:
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_it_begins_with_the_page_and_says_what_it_understands(dialog: TimeDialog):
    assert (dialog.line.text(), dialog.line.selectedText()) == ("09:31:00", "09:31:00")
    assert (dialog.seconds, may_go(dialog)) == (60.0, True)
    dialog.line.setText("14:08")
    assert dialog.said.text() == "14:08:00 (4:38:00 from the start)"
    assert dialog.seconds == 4.0 * 3600 + 38 * 60


@pytest.mark.parametrize(
    ("text", "why"), [("", "Type a time"), ("9:5", "two digits"), ("14:08 +2", "outside")]
)
def test_what_it_does_not_understand_cannot_be_gone_to(dialog: TimeDialog, text: str, why: str):
    dialog.line.setText(text)
    assert why in dialog.said.text()
    assert (dialog.seconds, may_go(dialog)) == (None, False)


def test_no_time_of_the_day_is_shown_where_it_is_hidden(qtbot):
    dialog = TimeDialog(RecordClock(None, DAY_S, hidden=True), 3_600.0, None)
    qtbot.addWidget(dialog)
    assert dialog.line.text() == "+1:00:00"
    assert dialog.said.text() == "1:00:00 from the start"
    dialog.line.setText("14:08")
    assert "hidden with the patient fields" in dialog.said.text()
    assert not may_go(dialog)
