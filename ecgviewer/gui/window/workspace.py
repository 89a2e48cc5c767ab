"""The middle of the window: header, trace and strip, or what to do first."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ecgviewer.gui.strip.widget import StripWidget
from ecgviewer.gui.style.theme import Theme
from ecgviewer.gui.trace.canvas import Canvas
from ecgviewer.gui.window.header_bar import HeaderBar
from ecgviewer.gui.window.message_bar import MessageBar
from ecgviewer.gui.window.start_page import StartPage


class Workspace(QWidget):
    """The empty state or the recording; the message bar lies over its top."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.messages = MessageBar(theme, self)
        self.start_page = StartPage(theme, self)
        self.header = HeaderBar(theme, self)
        self.canvas = Canvas(self)
        self.strip = StripWidget(self)
        self._stack = QStackedWidget(self)
        self._lay_out()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.messages, self.start_page, self.header, self.canvas, self.strip):
            part.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.messages.lie_over()

    def show_recording(self) -> None:
        """Header, trace and strip in the place of the empty state."""
        self._stack.setCurrentIndex(1)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(self.canvas)
        split.addWidget(self.strip)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setChildrenCollapsible(False)
        recording = QWidget(self)
        inner = QVBoxLayout(recording)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.header)
        inner.addWidget(split, 1)
        self._stack.addWidget(self.start_page)
        self._stack.addWidget(recording)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._stack, 1)
