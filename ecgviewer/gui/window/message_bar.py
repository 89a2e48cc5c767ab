"""One line over the header for what went wrong."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from ecgviewer.gui.style.plain import PlainLabel, tip
from ecgviewer.gui.style.theme import Theme

_NOTE_MS = 8_000
_MOST = 500  # characters, four lines of a small window; the tooltip has more


class MessageBar(QFrame):
    """Shows one sentence until it is closed or something newer comes."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self._theme = theme
        self._field = "error"
        self.text = PlainLabel(parent=self, most=_MOST)
        self.text.setWordWrap(True)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        close = QToolButton(self)
        close.setText("✕")
        close.setAutoRaise(True)
        close.setToolTip("Close this message")
        close.clicked.connect(self.hide)
        box = QHBoxLayout(self)
        box.setContentsMargins(10, 4, 6, 4)
        box.addWidget(self.text, 1)
        box.addWidget(close)
        self._fade = QTimer(self, singleShot=True, interval=_NOTE_MS)
        self._fade.timeout.connect(self.hide)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._draw()

    def show_error(self, text: str) -> None:
        """Something could not be done."""
        self._show(text, "error")

    def show_note(self, text: str) -> None:
        """Something worth knowing; goes by itself."""
        self._show(text, "accent")

    def _show(self, text: str, field: str) -> None:
        self._field = field
        self._fade.stop()
        if field != "error":
            self._fade.start()
        self.text.setText(text)
        self.text.setToolTip(tip(text) if len(text) > _MOST else "")
        self._draw()
        self.show()
        self.lie_over()

    def lie_over(self) -> None:
        """Over the top of what it belongs to, as high as the words need: the trace stays put."""
        over = self.parentWidget()
        width = 0 if over is None else over.width()
        self.setGeometry(0, 0, width, max(self.heightForWidth(width), self.sizeHint().height()))
        self.raise_()

    def _draw(self) -> None:
        color = getattr(self._theme, self._field)
        self.setStyleSheet(
            f"#message_bar {{ border: 1px solid {color}; border-left: 6px solid {color};"
            f" background: {self._theme.panel}; }}"
        )
