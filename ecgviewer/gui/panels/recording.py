"""The recording panel: patient fields, facts, integrity, leads read."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ecgviewer.analysis.inputs import Inputs
from ecgviewer.beats.columns import Beats, Change
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.style import wording
from ecgviewer.gui.style.badge import Badge
from ecgviewer.gui.style.patient import Identity
from ecgviewer.gui.style.plain import NAME, PAGE, PlainLabel, one_line, tip
from ecgviewer.gui.style.theme import Theme
from ecgviewer.record import Record, Verdict

_NONE = "none (zeros)"
_TOP, _FILL = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag(0)
_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class RecordPanel(QWidget):
    """Whose recording, what it holds, what the networks read of it."""

    badge_clicked = Signal()
    hide_toggled = Signal(bool)
    inputs_chosen = Signal(object)  # Inputs

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields = {name: _value() for name in ("name", "folder", "start", "notes")}
        self.facts = {name: _value() for name in ("length", "rate", "leads")}
        self.badge = Badge(theme, self)
        self.badge.clicked.connect(self.badge_clicked)
        self.hide_box = QCheckBox("Hide patient fields")
        self.hide_box.setToolTip(
            "Hides name, folder, start and comments everywhere: here, in the title, in pictures"
            " and in exported reports  [Ctrl+H]"
        )
        self.hide_box.toggled.connect(self.hide_toggled)
        self.inputs = (QComboBox(self), QComboBox(self))
        for number, box in enumerate(self.inputs, start=1):
            box.setToolTip(
                tip(
                    f"Lead that the networks read as input {number}; another choice classifies anew"
                )
            )
            box.activated.connect(self.on_input_activated)
        self._channels: list[int | None] = [None]
        self._lay_out()

    def set_theme(self, theme: Theme) -> None:
        self.badge.set_theme(theme)

    def show_record(self, opened: OpenRecord, identity: Identity) -> None:
        record = opened.record
        self.fields["name"].setText(identity.name)
        self.fields["folder"].setText(identity.folder)
        self.fields["start"].setText(identity.started)
        self.fields["notes"].setText("\n".join(identity.comments) or "none")
        self.facts["length"].setText(
            f"{wording.clock(record.duration_s)} ({wording.count(record.n_samples)} samples)"
        )
        self.facts["rate"].setText(wording.rate(record.fs))
        self.facts["leads"].setText(_lead_list(record))
        self.hide_box.blockSignals(True)
        self.hide_box.setChecked(identity.hidden)
        self.hide_box.blockSignals(False)
        self.show_verdict(opened.verdict)
        self.show_inputs(record, opened.inputs)

    def show_beats(self, beats: Beats, change: Change) -> None:
        """Nothing here depends on beats."""

    def show_current(self, beat_id: int | None) -> None:
        """Which beat is current makes no difference."""

    def show_verdict(self, verdict: Verdict) -> None:
        """Turn the badge."""
        self.badge.show_verdict(verdict)

    def show_inputs(self, record: Record, inputs: Inputs) -> None:
        """Offer the ECG leads and show which two are read."""
        self._channels = [*record.ecg_leads, None]
        for box, chosen in zip(self.inputs, inputs, strict=True):
            box.clear()
            for channel in self._channels:
                name = _NONE if channel is None else record.leads[channel].name or "?"
                box.addItem(one_line(name, NAME))
            box.setCurrentIndex(self._channels.index(chosen))
            box.setEnabled(len(self._channels) > 1)

    def show_choice(self) -> None:
        """Bring the choice of leads into view."""
        self._scroll.ensureWidgetVisible(self.inputs[1])
        self.inputs[0].setFocus()

    def on_input_activated(self) -> None:
        first, second = (self._channels[box.currentIndex()] for box in self.inputs)
        self.inputs_chosen.emit((first, second))

    def _lay_out(self) -> None:
        # no QFormLayout: it gave a text that had grown the height of the one before
        grid = QGridLayout()
        grid.setContentsMargins(8, 6, 8, 6)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Record", self.fields["name"]),
            ("Folder", self.fields["folder"]),
            ("Start", self.fields["start"]),
            ("Comments", self.fields["notes"]),
            ("", self.hide_box),
            ("Length", self.facts["length"]),
            ("Rate", self.facts["rate"]),
            ("Leads", self.facts["leads"]),
            ("Integrity", self.badge),
            ("Input 1", self.inputs[0]),
            ("Input 2", self.inputs[1]),
        )
        for at, (name, field) in enumerate(rows):
            label = PlainLabel(name)
            label.setBuddy(field)
            lines = isinstance(field, PlainLabel)
            grid.addWidget(label, at, 0, _TOP if lines else _MIDDLE)
            grid.addWidget(field, at, 1, _MIDDLE if field is self.badge else _FILL)
        grid.setRowStretch(len(rows), 1)
        inner = QWidget()
        inner.setLayout(grid)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        self._scroll = scroll
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(scroll)


def _value() -> PlainLabel:
    label = PlainLabel(most=PAGE)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


def _lead_list(record: Record) -> str:
    """Every lead with what is special about it: why it is not read, what is wrong with its unit."""
    words = []
    for lead in record.leads:
        notes = [] if lead.is_ecg else ["not read, drawn only"]
        if lead.remark:
            notes.append(lead.remark)
        elif lead.is_ecg and not lead.calibrated:
            notes.append("no gain in the file, mV unknown")
        words.append(f"{lead.name or '?'} ({'; '.join(notes)})" if notes else lead.name or "?")
    return ", ".join(words)
