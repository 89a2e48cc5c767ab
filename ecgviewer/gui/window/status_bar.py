"""The lowest lines of the window: progress, device, and the sentence that cannot be dismissed."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QVBoxLayout, QWidget

from ecgviewer.gui.session.progress import Progress
from ecgviewer.gui.style.elided_label import ElidedLabel
from ecgviewer.gui.style.plain import LINE, NAME, PlainLabel, one_line
from ecgviewer.gui.style.theme import Theme
from ecgviewer.model.ensemble import Ensemble


class StatusBar(QWidget):
    """Progress with Cancel on the left, device and ensemble on the right, the sentence below."""

    cancel_clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ensemble: list[str] = []
        self._inputs: list[str] = []
        self.text = PlainLabel(parent=self, most=LINE)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(160, 10)
        self.cancel = QToolButton(self)
        self.cancel.setText("Cancel")
        self.cancel.clicked.connect(self.cancel_clicked)
        self.device = ElidedLabel(self)
        self.device.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._device_tip = ""
        self.sentence = PlainLabel(parent=self)
        self.sentence.setWordWrap(True)
        self.sentence.hide()
        self._lay_out()
        self.set_theme(theme)
        self.show_progress(Progress())

    def set_theme(self, theme: Theme) -> None:
        self.sentence.setStyleSheet(f"color: {theme.warning}; font-weight: bold")
        self.device.setStyleSheet(f"color: {theme.muted}")

    def show_progress(self, progress: Progress) -> None:
        """Say how far the analysis is."""
        self.text.setText(progress.text)
        # without a total the bar shows that something goes on, not how far it is
        self.bar.setRange(0, progress.total if progress.phase != "loading" else 0)
        self.bar.setValue(progress.done)
        self.bar.setVisible(progress.busy)
        self.cancel.setVisible(progress.busy)

    def show_ensemble(self, ensemble: Ensemble) -> None:
        """Say which networks classify, on what, and what is known of them on new patients."""
        device = {"cpu": "CPU", "cuda": "GPU"}.get(ensemble.device, ensemble.device)
        self._ensemble = [device, ensemble.precision, f"{ensemble.name} {ensemble.hash[:8]}"]
        self._device_tip = (
            f"Classes come from the ensemble “{ensemble.name}”, sha256 {ensemble.hash},"
            f" computed on {device} in {ensemble.precision}. More under Help > Model."
        )
        self._write_device()
        self.sentence.setText(ensemble.unseen_sentence)
        self.sentence.setVisible(bool(ensemble.unseen_sentence))

    def show_inputs(self, read: tuple[str, ...], dead: tuple[str, ...] = ()) -> None:
        """Say which leads the networks read, and which have no signal."""
        read, dead = (tuple(one_line(name, NAME) for name in of_it) for of_it in (read, dead))
        only = " only" if len(read) == 1 else ""
        none = f" ({', '.join(dead)}: no signal)" if dead else ""
        self._inputs = [f"reads {', '.join(read) or 'no lead'}{only}{none}"]
        self._write_device()

    def show_no_ensemble(self, reason: str) -> None:
        """Say that nothing can be classified."""
        self.device.set_whole("no networks: beats are marked, not classified", tip=reason)

    def _write_device(self) -> None:
        if self._ensemble:
            words = "  ·  ".join([*self._inputs, *self._ensemble])
            self.device.set_whole(words, tip=self._device_tip)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.text)
        row.addWidget(self.bar)
        row.addWidget(self.cancel)
        row.addWidget(self.device, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 0, 8, 2)
        box.setSpacing(0)
        box.addLayout(row)
        box.addWidget(self.sentence)
        # the row keeps its height when Cancel goes
        self.text.setMinimumHeight(self.cancel.sizeHint().height())
