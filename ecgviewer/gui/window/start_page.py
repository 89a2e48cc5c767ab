"""What the window shows before a recording is open: what to do."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ecgviewer.formats.readers import formats_in_words
from ecgviewer.gui.style.theme import Theme

_N_SHOWN = 5
_INTENDED_USE = "Supports, does not replace, a clinician's reading. Not a medical device."


class StartPage(QWidget):
    """Open, drag, demo, download, recent recordings."""

    open_clicked = Signal()
    demo_clicked = Signal()
    download_clicked = Signal()
    recent_clicked = Signal(object)  # Path

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card = QFrame(self)
        self.card.setObjectName("card")
        self.card.setFixedWidth(620)
        self.recents = QVBoxLayout()
        self.intended_use = QLabel(_INTENDED_USE)
        self._lay_out()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.card.setStyleSheet(
            f"#card {{ border: 2px dashed {theme.muted}; border-radius: 12px;"
            f" background: {theme.panel}; }}"
        )
        self.intended_use.setStyleSheet(f"color: {theme.muted}")

    def show_recents(self, paths: list[Path]) -> None:
        """Offer the recordings opened last."""
        while (item := self.recents.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if not paths:
            return
        self.recents.addWidget(QLabel("Opened last"))
        for path in paths[:_N_SHOWN]:
            self.recents.addWidget(self._recent(path))

    def _recent(self, path: Path) -> QPushButton:
        # "&" would mark a key; a folder may have one in its name
        text = f"{path.stem}    {path.parent}".replace("&", "&&")
        button = QPushButton(text, self.card)
        button.setFlat(True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setStyleSheet("text-align: left; padding: 3px")
        button.setToolTip(str(path))
        button.setMaximumWidth(560)
        button.clicked.connect(lambda: self.recent_clicked.emit(path))
        return button

    def _lay_out(self) -> None:
        title = QLabel("Open an ECG recording")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        title.setFont(font)
        how = QLabel(
            f"Drop a recording here, or choose one: {formats_in_words()}.\n"
            "Every beat is found, classified and shown in the colour of its class:\n"
            "N normal, S supraventricular, V ventricular, F fusion, Q paced or unclassifiable."
        )
        how.setWordWrap(True)
        box = QVBoxLayout(self.card)
        box.setContentsMargins(30, 24, 30, 20)
        box.setSpacing(12)
        box.addWidget(title)
        box.addWidget(how)
        box.addLayout(self._buttons())
        box.addLayout(self.recents)
        box.addWidget(QLabel("Press ? at any time for the keys."))
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(self.card, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addWidget(self.intended_use, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(1)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for text, tip, clicked in (
            ("Open…", "choose a recording on this computer  [Ctrl+O]", self.open_clicked),
            ("Demo record", "five minutes of MIT-BIH record 208", self.demo_clicked),
            (
                "Get PhysioNet record…",
                "download a public recording  [Ctrl+Shift+O]",
                self.download_clicked,
            ),
        ):
            button = QPushButton(text)
            button.setToolTip(tip)
            button.setMinimumHeight(34)
            button.clicked.connect(clicked)
            button.setDefault(text == "Open…")
            row.addWidget(button)
        return row
