"""The Model page: the card of the networks in use, to read and to copy."""

from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QDialogButtonBox, QPushButton, QWidget

from ecgviewer.document.html import as_html
from ecgviewer.document.plain import as_text
from ecgviewer.gui.dialogs.card_pages import as_blocks, model_pages
from ecgviewer.gui.dialogs.text import TextDialog
from ecgviewer.gui.style.room import within_screen
from ecgviewer.model.ensemble import Ensemble

_SIZE = (940, 680)


class ModelDialog(TextDialog):
    """Everything that the card of an ensemble says, in pages.

    Parameters
    ----------
    ensemble : Ensemble
        The networks in use.
    parent : QWidget
        Owner.
    """

    def __init__(self, ensemble: Ensemble, parent: QWidget) -> None:
        pages = model_pages(ensemble)
        style = _style(parent.palette())
        html = [(page.name, style + as_html(page.blocks)) for page in pages]
        super().__init__(f"Model: {ensemble.name}", html, parent)
        self.resize(within_screen(self, *_SIZE))
        self.text = as_text(as_blocks(pages))
        self.copy = QPushButton("&Copy as text", self)
        self.copy.setToolTip("Copies every page")
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self.on_copy_clicked)
        self.buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)

    def on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
        self.copy.setText("Copied")


def _style(palette: QPalette) -> str:
    """Tables with quiet lines, in the colours of the window."""
    role = QPalette.ColorRole
    line, head = palette.color(role.Mid).name(), palette.color(role.AlternateBase).name()
    return (
        f"<style>td, th {{ border-bottom: 1px solid {line}; text-align: left; }}"
        f" th {{ background-color: {head}; }}</style>"
    )
