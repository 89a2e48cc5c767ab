"""The question which time to go to; says what is understood while it is typed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from ecgviewer.gui.style.record_clock import RecordClock, TimeError

_WIDTH = 460  # pixels
_WAYS = "Time of day, as 14:08 or 14:08:30; a day later 14:08 +1; from the start +5:00:00:"
_ELAPSED = "Time from the start, as h:mm:ss, mm:ss or seconds:"
_HIDDEN = "Time from the start, as +h:mm:ss (the clock is hidden with the patient fields):"


class TimeDialog(QDialog):
    """A line, and what it means; OK only where it means a time of the recording.

    Parameters
    ----------
    clock : RecordClock
        Reads what is typed.
    now_s : float
        What the line begins with, seconds from the start.
    parent : QWidget
        Owner.

    Attributes
    ----------
    seconds : float or None
        What is understood, seconds from the start.
    """

    def __init__(self, clock: RecordClock, now_s: float, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Go to time")
        self.setMinimumWidth(_WIDTH)
        self._clock = clock
        self.seconds: float | None = None
        ways = QLabel(_WAYS if clock.start else _HIDDEN if clock.hidden else _ELAPSED, self)
        ways.setWordWrap(True)
        self.line = QLineEdit(clock.typed(now_s), self)
        self.line.setAccessibleName("Time")
        self.said = QLabel(self)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.said.setMinimumHeight(
            3 * self.fontMetrics().lineSpacing()
        )  # nothing moves while typing
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel, self)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for widget in (ways, self.line, self.said, self.buttons):
            box.addWidget(widget)
        self.line.textChanged.connect(self.on_text_changed)
        self.on_text_changed(self.line.text())
        self.line.selectAll()

    def on_text_changed(self, text: str) -> None:
        try:
            self.seconds, said = self._clock.seconds(text), self._clock.understood(text)
        except TimeError as error:
            self.seconds, said = None, str(error)
        self.said.setText(said)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(self.seconds is not None)
