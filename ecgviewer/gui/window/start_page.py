"""What the window shows before a recording is open: what to do."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ecgviewer.formats.readers import formats_in_words, without_suffix
from ecgviewer.gui.style.plain import PlainLabel, caption, tip
from ecgviewer.gui.style.theme import Theme

_N_SHOWN = 5
_INTENDED_USE = "Supports, does not replace, a clinician's reading. Not a medical device."

_TIPS = {
    "open": "choose a recording on this computer",
    "demo": "five minutes of MIT-BIH record 208",
    "download": "download a public recording",
}


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
        self.card.setMaximumWidth(620)
        self.recents = QVBoxLayout()
        self.intended_use = PlainLabel(_INTENDED_USE)
        self.keys = PlainLabel()
        self.buttons: dict[str, QPushButton] = {}  # by the action that does the same
        self._lay_out()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.card.setStyleSheet(
            f"#card {{ border: 2px dashed {theme.muted}; border-radius: 12px;"
            f" background: {theme.panel}; }}"
        )
        self.intended_use.setStyleSheet(f"color: {theme.muted}")

    def show_keys(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Say which keys do what the page offers, by the name of the action."""
        for name, button in self.buttons.items():
            said = _TIPS[name]
            button.setToolTip(tip(f"{said}  [{keys[name][0]}]" if keys[name] else said))
        sheet = keys["shortcuts"]
        self.keys.setText(f"Press {sheet[0]} at any time for the keys." if sheet else "")

    def show_recents(self, paths: list[Path]) -> None:
        """Offer the recordings opened last."""
        while (item := self.recents.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if not paths:
            return
        self.recents.addWidget(PlainLabel("Opened last"))
        for path in paths[:_N_SHOWN]:
            self.recents.addWidget(self._recent(path))

    def _recent(self, path: Path) -> QPushButton:
        button = QPushButton(caption(f"{without_suffix(path).name}    {path.parent}"), self.card)
        button.setFlat(True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setStyleSheet("text-align: left; padding: 3px")
        button.setToolTip(tip(str(path)))
        button.setMaximumWidth(560)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.recent_clicked.emit(path))
        return button

    def _lay_out(self) -> None:
        title = PlainLabel("Open an ECG recording")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        title.setFont(font)
        how = PlainLabel(
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
        box.addWidget(self.keys)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        middle = QHBoxLayout()
        for part, stretch in ((None, 1), (self.card, 1_000), (None, 1)):  # as wide as it may be
            middle.addStretch(stretch) if part is None else middle.addWidget(part, stretch)
        outer.addLayout(middle)
        outer.addWidget(self.intended_use, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(1)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for name, text, clicked in (
            ("open", "Open…", self.open_clicked),
            ("demo", "Demo record", self.demo_clicked),
            ("download", "Get PhysioNet record…", self.download_clicked),
        ):
            button = self.buttons[name] = QPushButton(text)
            button.setToolTip(tip(_TIPS[name]))
            button.setMinimumHeight(34)
            button.clicked.connect(clicked)
            button.setDefault(name == "open")
            row.addWidget(button)
        return row
