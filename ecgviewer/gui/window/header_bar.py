"""The two lines over the trace: whose recording, what it is, how intact."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ecgviewer.gui.style import wording
from ecgviewer.gui.style.badge import Badge
from ecgviewer.gui.style.elided_label import ElidedLabel
from ecgviewer.gui.style.patient import Identity
from ecgviewer.gui.style.plain import NAME, PlainLabel, tip
from ecgviewer.gui.style.theme import Theme
from ecgviewer.record import Record, Verdict


class HeaderBar(QWidget):
    """Record name, folder, leads, rate, length, badge; start and comments below."""

    badge_clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = PlainLabel(parent=self, most=NAME)
        font = self.name.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.name.setFont(font)
        self.facts = ElidedLabel(self)
        self.patient = ElidedLabel(self)
        self.badge = Badge(theme, self)
        self.badge.clicked.connect(self.badge_clicked)
        self._lay_out()

    def set_theme(self, theme: Theme) -> None:
        self.badge.set_theme(theme)
        self.patient.setStyleSheet(f"color: {theme.muted}")

    def show_record(self, record: Record, identity: Identity) -> None:
        """Show a recording, its patient fields as far as they are to be seen."""
        self.name.setText(identity.name)
        self.name.setToolTip(tip(identity.name) if len(identity.name) > NAME else "")
        facts = [
            wording.leads(record),
            wording.rate(record.fs),
            wording.clock(record.duration_s),
        ]
        if not identity.hidden:
            facts.append(identity.folder)
        self.facts.set_whole("  ·  ".join(facts))
        self.patient.set_whole(identity.line)

    def show_verdict(self, verdict: Verdict) -> None:
        """Turn the badge."""
        self.badge.show_verdict(verdict)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.name)
        top.addWidget(self.facts, 1)
        top.addWidget(self.badge)
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 5, 8, 5)
        box.setSpacing(2)
        box.addLayout(top)
        box.addWidget(self.patient)
