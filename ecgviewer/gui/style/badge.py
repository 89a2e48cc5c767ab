"""The integrity badge and its details."""

from PySide6.QtWidgets import QToolButton, QWidget

from ecgviewer.gui.style.plain import tip
from ecgviewer.gui.style.theme import Theme
from ecgviewer.record import Verdict

# Sign and colour: the sign tells it to those who do not see the colour.
_SIGNS = {"intact": "✓", "doubtful": "!", "damaged": "✕", "checking": "…"}
_FIELDS = {"intact": "ok", "doubtful": "warning", "damaged": "error", "checking": "muted"}
_TIPS = {
    "intact": "Header, lengths, checksums and annotations agree.",
    "doubtful": "Something in the file is unusual.",
    "damaged": "The file is not what its header says: do not rely on what is shown.",
    "checking": "The samples are being summed against the header's checksums.",
}


class Badge(QToolButton):
    """One word on the file's integrity; click for the findings."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verdict = Verdict()
        self._theme = theme
        self.setObjectName("badge")
        self.setAutoRaise(True)
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._draw()

    def show_verdict(self, verdict: Verdict) -> None:
        """Show what is known of the file."""
        self._verdict = verdict
        self._draw()

    def _draw(self) -> None:
        word = self._verdict.badge
        color = getattr(self._theme, _FIELDS[word])
        self.setText(f"{_SIGNS[word]} {word}")
        self.setToolTip(tip(f"{_TIPS[word]} Click for the findings."))
        self.setStyleSheet(
            f"#badge {{ color: {color}; border: 1px solid {color}; border-radius: 8px;"
            " padding: 1px 8px; font-weight: bold; }"
        )


def details(verdict: Verdict) -> list[tuple[str, str, str]]:
    """Findings as rows: severity, check, message; the worst first."""
    rank = {"error": 0, "warning": 1, "ok": 2}
    findings = sorted(verdict.findings, key=lambda f: rank[f.severity])
    return [(f.severity, f.check, f.message) for f in findings]
