"""The recording's figures: counts, burden, heart rate, times."""

from datetime import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import Beats, Change
from ecgviewer.findings.episodes import episode_words
from ecgviewer.findings.rate import N_MEAN
from ecgviewer.findings.summary import Summary
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.style.patient import Identity
from ecgviewer.gui.style.plain import PlainLabel, RichLabel, tip
from ecgviewer.gui.style.theme import Theme
from ecgviewer.gui.style.wording import clock, count, share, time_label

_SHORT = {
    BeatClass.N: "normal, bundle branch block, escape",
    BeatClass.S: "supraventricular ectopic",
    BeatClass.V: "ventricular ectopic",
    BeatClass.F: "fusion of ventricular and normal",
    BeatClass.Q: "paced, fusion with paced, unclassifiable",
}
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_BURDEN_TIP = "Burden: share of the classified beats in readable time, without suspected flutter"
_RATE_TIP = (
    "Mean of all RR but pauses; least and greatest are means over consecutive intervals between"
    " normal beats: click to see them, View > Heart rates over… for another number"
)
_SHARES = "Shares are of the beats that could be read and classified"
_NO_FIGURE = "–"


class SummaryPanel(QWidget):
    """Counts per class with letter and colour, burden, heart rate, times."""

    span_clicked = Signal(int, int)  # own samples of its first and last beat

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.letters = {c: PlainLabel(c.name, self) for c in BeatClass}
        self.counts = {c: PlainLabel(parent=self) for c in BeatClass}
        self.burdens = {c: PlainLabel(parent=self) for c in BeatClass}
        self.rate = RichLabel(self)
        self.rate.linkActivated.connect(self.on_link)
        self.episodes = PlainLabel(parent=self)
        self.times = PlainLabel(parent=self)
        for label in (self.rate, self.episodes, self.times):
            label.setWordWrap(True)
        self._theme = theme
        self._opened: OpenRecord | None = None
        self._summary: Summary | None = None
        self._start: time | None = None
        self._n_mean = N_MEAN
        self._lay_out()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.episodes.setStyleSheet(f"color: {theme.error}; font-weight: bold")
        for beat_class, label in self.letters.items():
            color = theme.class_colors[beat_class]
            label.setStyleSheet(
                f"background: {color}; color: {_readable_on(color)}; border-radius: 3px;"
                " font-weight: bold"
            )
        self._write()

    def set_intervals(self, n: int) -> None:
        """Have the least and the greatest heart rate be means of so many N-N intervals."""
        self._n_mean = n
        if self._opened is not None:
            self._summary = self._opened.summary(n_mean=n)
        self._write()

    def on_link(self, link: str) -> None:
        first, last = link.split("-")
        self.span_clicked.emit(int(first), int(last))

    def show_record(self, opened: OpenRecord, identity: Identity) -> None:
        if opened is not self._opened:
            self._opened, self._summary = opened, None
        # times are of the clock, as under the trace, where that may be seen
        self._start = None if identity.hidden else opened.record.base_time
        self._write()

    def show_beats(self, beats: Beats, change: Change) -> None:
        if self._opened is not None:
            self._summary = self._opened.summary(n_mean=self._n_mean)
            self._write()

    def show_current(self, beat_id: int | None) -> None:
        """Which beat is current makes no difference."""

    def _write(self) -> None:
        """The figures as they are known now; nothing, where there is no recording or no figure."""
        summary = self._summary
        if self._opened is None or summary is None:
            for label in (*self.counts.values(), *self.burdens.values()):
                label.setText(_NO_FIGURE)
            self.rate.setText("Heart rate –")
            self.times.setText("")
            self.episodes.setText("")
            return
        for c in BeatClass:
            self.counts[c].setText(count(summary.counts[c]))
            burden = summary.burden
            self.burdens[c].setText(_NO_FIGURE if burden is None else share(burden[c], 1) or "0 %")
        self.rate.setText(self._rate_text(summary, self._opened.record.fs))
        said = episode_words(summary.episodes, self._opened.record.fs)
        self.episodes.setText("; ".join(said)[:1].upper() + "; ".join(said)[1:])
        self.episodes.setVisible(bool(said))
        self.times.setText(_times_text(summary))

    def _rate_text(self, summary: Summary, fs: float) -> str:
        rate = summary.heart_rate
        if rate.mean is None:
            return "Heart rate –"
        text = f"Heart rate <b>{rate.mean:.0f}</b>/min"
        color = self._theme.accent
        for word, value, first, last in (
            ("least", rate.least, rate.least_from, rate.least_sample),
            ("greatest", rate.greatest, rate.greatest_from, rate.greatest_sample),
        ):
            if value is not None and first is not None and last is not None:
                at = time_label(first / fs, self._start)
                link = f'<a style="color:{color}" href="{first}-{last}">{at}</a>'
                text += f", {word} <b>{value:.0f}</b> at {link}"
        if rate.least is None:
            return f"{text}, least and greatest: nowhere {rate.n_mean} consecutive N-N intervals"
        return f"{text} (each over {rate.n_mean} N-N intervals)"

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for row, c in enumerate(BeatClass):
            letter = self.letters[c]
            letter.setAlignment(Qt.AlignmentFlag.AlignCenter)
            letter.setFixedWidth(letter.fontMetrics().height() + 6)
            name = PlainLabel(_SHORT[c], self)
            name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            name.setToolTip(tip(f"{c.name}: {c.description}"))
            letter.setToolTip(tip(f"{c.name}: {c.description}"))
            self.burdens[c].setToolTip(_BURDEN_TIP)
            for column, widget in enumerate((letter, name, self.counts[c], self.burdens[c])):
                grid.addWidget(widget, row, column)
            self.counts[c].setAlignment(_RIGHT)
            self.burdens[c].setAlignment(_RIGHT)
            self.burdens[c].setMinimumWidth(self.fontMetrics().horizontalAdvance("100.0 %"))
        line = QFrame(self)
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Sunken)
        self.rate.setToolTip(_RATE_TIP)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 6, 8, 6)
        box.setSpacing(5)
        box.addWidget(self.episodes)  # first: a low panel must not hide it
        box.addLayout(grid)
        box.addWidget(line)
        box.addWidget(self.rate)
        box.addWidget(self.times)
        box.addStretch(1)


def _times_text(summary: Summary) -> str:
    recorded = f"Recorded {clock(summary.recorded_s)}"
    if not summary.readable_s and not summary.complete:
        return recorded
    readable = clock(summary.readable_s)
    text = f"{recorded}, readable {readable}, analysed {clock(summary.analysed_s)}"
    if summary.n_not_classified:
        n = summary.n_not_classified
        text = f"{text}. {count(n)} {'beat' if n == 1 else 'beats'} not classified"
    if not _leaves_out(summary):
        return text
    flutter = any(e.kind == "flutter" for e in summary.episodes)
    return f"{text}. {_SHARES}{', outside suspected flutter' if flutter else ''}."


def _leaves_out(summary: Summary) -> bool:
    """Whether the shares are of fewer beats than the counts beside them."""
    counts, burden = summary.counts, summary.burden
    if burden is None or not summary.complete:
        return False
    return any(abs(n / sum(counts) - b) > 1e-9 for n, b in zip(counts, burden, strict=True))


def _readable_on(color: str) -> str:
    """Black or white, whichever stands out more (relative luminance, WCAG 2)."""
    c = QColor(color)
    rgb = (c.redF(), c.greenF(), c.blueF())
    parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb]
    luminance = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return "#000000" if luminance > 0.179 else "#ffffff"
