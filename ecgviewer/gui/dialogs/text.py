"""Dialogs that only show text: about, keys, integrity."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QUrl, qVersion
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from ecgviewer import versions
from ecgviewer.aami import BeatClass
from ecgviewer.document.blocks import Block, Cell, Heading, Paragraph, Row, Table
from ecgviewer.document.html import as_html
from ecgviewer.gui.actions import GESTURES, MENUS, Action
from ecgviewer.gui.style import plain
from ecgviewer.gui.style.badge import details
from ecgviewer.gui.style.patient import APPLICATION, without_names
from ecgviewer.gui.style.room import within_screen
from ecgviewer.record import Record, Verdict
from ecgviewer.runtime import log_file

_INTENDED_USE = "Supports, does not replace, a clinician's reading; not a medical device."
_DATA = (
    "The networks were trained on the MIT-BIH Arrhythmia Database (Moody and Mark 2001), from"
    " PhysioNet (Goldberger et al. 2000), Open Data Commons Attribution License 1.0. The demo"
    " record is five minutes of its record 208, one of the training patients."
)
_WORDS = {"ok": "✓", "warning": "! unusual", "error": "✕ wrong"}


class TextDialog(QDialog):
    """One or several pages of text.

    Parameters
    ----------
    title : str
        Title of the dialog.
    pages : list of (str, str)
        Name and HTML of each page.
    parent : QWidget
        Owner.
    """

    def __init__(self, title: str, pages: list[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(plain.title(title))
        self.resize(within_screen(self, 760, 640))
        self.browsers = [_browser(html) for _, html in pages]
        box = QVBoxLayout(self)
        if len(pages) == 1:
            box.addWidget(self.browsers[0])
        else:
            tabs = QTabWidget(self)
            tabs.setAccessibleName(title)
            for (name, _), browser in zip(pages, self.browsers, strict=True):
                tabs.addTab(browser, plain.caption(name))
            box.addWidget(tabs)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.rejected.connect(self.reject)
        box.addWidget(self.buttons)


def about_dialog(parent: QWidget) -> TextDialog:
    """Intended use and versions."""
    libraries = (*versions.versions().items(), ("Qt", qVersion()))
    classes = tuple((Cell(c.name, strong=True), c.description) for c in BeatClass)
    return _dialog(
        f"About {APPLICATION}",
        "About",
        [
            Heading(APPLICATION, level=2),
            Paragraph("Every beat of an ECG recording in the colour of its AAMI class."),
            Paragraph(_INTENDED_USE, strong=True),
            Heading("Classes (AAMI EC57)", level=4),
            Table("", classes),
            Heading("Data", level=4),
            Paragraph(_DATA),
            Heading("Versions", level=4),
            Table("", libraries),
            Heading("Log", level=4),
            Paragraph(str(log_file.path())),
        ],
        parent,
    )


def no_model_dialog(problem: str, parent: QWidget) -> TextDialog:
    """Why there is no card to show."""
    return _dialog(
        "Model", "Model", [Paragraph(problem or "The networks are being loaded.")], parent
    )


def keys_dialog(
    rows: Sequence[Action], keys: Mapping[str, tuple[str, ...]], parent: QWidget
) -> TextDialog:
    """Every key in force, and every gesture."""
    lines: list[Row] = []  # of one table, so that its columns stand under one another
    for menu in MENUS:
        of_menu = [row for row in rows if row.menu == menu and keys[row.name]]
        lines += [(), (Cell(menu.replace("&", ""), strong=True),)]
        lines += [_key_row(" or ".join(keys[row.name]), row.title, row.tip) for row in of_menu]
    lines += [(), (Cell("On the trace", strong=True),)]
    lines += [_key_row(gesture, text, "") for gesture, text in GESTURES]
    return _dialog("Keys", "Keys", [Table("", tuple(lines[1:]))], parent)


def integrity_dialog(
    record: Record, verdict: Verdict, *, hide: bool, parent: QWidget
) -> TextDialog:
    """Every finding on the file, the worst first."""
    rows = tuple(
        (Cell(_WORDS[severity], strong=True), check, without_names(message, record, hide=hide))
        for severity, check, message in details(verdict)
    )
    blocks: list[Block] = [Heading(verdict.badge)]
    if not verdict.complete:
        blocks.append(Paragraph("The samples are still being checked."))
    blocks.append(Table("", rows) if rows else Paragraph("Nothing to report."))
    return _dialog("Integrity of the recording", "Integrity", blocks, parent)


def _key_row(keys: str, text: str, tip: str) -> Row:
    return keys, f"{text} - {tip}" if tip else text


def _dialog(title: str, page: str, blocks: Sequence[Block], parent: QWidget) -> TextDialog:
    """A dialog of one page."""
    return TextDialog(title, [(page, as_html(blocks))], parent)


class _Browser(QTextBrowser):
    """Shows HTML and loads nothing that it names."""

    def loadResource(self, _kind: int, _name: QUrl | str) -> None:
        return None


def _browser(html: str) -> QTextBrowser:
    browser = _Browser()
    browser.setOpenLinks(False)  # nothing here leads out of the program
    browser.setHtml(html)
    return browser
