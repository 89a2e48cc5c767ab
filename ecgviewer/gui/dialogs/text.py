"""Dialogs that only show text: about, keys, integrity."""

from collections.abc import Mapping, Sequence
from html import escape

from PySide6.QtCore import qVersion
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
from ecgviewer.gui.actions import GESTURES, MENUS, Action
from ecgviewer.gui.style.badge import details
from ecgviewer.gui.style.patient import APPLICATION, without_names
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
        self.setWindowTitle(title)
        self.resize(760, 640)
        self.browsers = [_browser(html) for _, html in pages]
        box = QVBoxLayout(self)
        if len(pages) == 1:
            box.addWidget(self.browsers[0])
        else:
            tabs = QTabWidget(self)
            tabs.setAccessibleName(title)
            for (name, _), browser in zip(pages, self.browsers, strict=True):
                tabs.addTab(browser, name)
            box.addWidget(tabs)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.rejected.connect(self.reject)
        box.addWidget(self.buttons)


def about_dialog(parent: QWidget) -> TextDialog:
    """Intended use and versions."""
    libraries = "".join(
        f"<tr><td>{escape(name)}&nbsp;&nbsp;</td><td>{escape(version)}</td></tr>"
        for name, version in (*versions.versions().items(), ("Qt", qVersion()))
    )
    about = (
        f"<h2>{APPLICATION}</h2><p>Every beat of an ECG recording in the colour of its AAMI class."
        f"</p><p><b>{_INTENDED_USE}</b></p>{_classes()}<h4>Data</h4><p>{_DATA}</p>"
        f"<h4>Versions</h4><table>{libraries}</table>"
        f"<h4>Log</h4><p>{escape(str(log_file.path()))}</p>"
    )
    return TextDialog(f"About {APPLICATION}", [("About", about)], parent)


def no_model_dialog(problem: str, parent: QWidget) -> TextDialog:
    """Why there is no card to show."""
    html = f"<p>{escape(problem or 'The networks are being loaded.')}</p>"
    return TextDialog("Model", [("Model", html)], parent)


def keys_dialog(
    rows: Sequence[Action], keys: Mapping[str, tuple[str, ...]], parent: QWidget
) -> TextDialog:
    """Every key in force, and every gesture."""
    parts = ["<table cellspacing='4'>"]
    for menu in MENUS:
        parts.append(f"<tr><th align='left' colspan='2'><br>{menu.replace('&', '')}</th></tr>")
        for row in (row for row in rows if row.menu == menu):
            own = keys[row.name]
            if own:
                parts.append(_key_row(" or ".join(own), row.title, row.tip))
    parts.append("<tr><th align='left' colspan='2'><br>On the trace</th></tr>")
    parts.extend(_key_row(gesture, text, "") for gesture, text in GESTURES)
    return TextDialog("Keys", [("Keys", "".join(parts) + "</table>")], parent)


def integrity_dialog(
    record: Record, verdict: Verdict, *, hide: bool, parent: QWidget
) -> TextDialog:
    """Every finding on the file, the worst first."""
    rows = "".join(
        f"<tr><td><b>{_WORDS[severity]}</b>&nbsp;&nbsp;</td><td>{escape(check)}&nbsp;&nbsp;</td>"
        f"<td>{escape(without_names(message, record, hide=hide))}</td></tr>"
        for severity, check, message in details(verdict)
    )
    state = "" if verdict.complete else "<p>The samples are still being checked.</p>"
    body = f"<table cellspacing='4'>{rows}</table>" if rows else "<p>Nothing to report.</p>"
    html = f"<h3>{escape(verdict.badge)}</h3>{state}{body}"
    return TextDialog("Integrity of the recording", [("Integrity", html)], parent)


def _classes() -> str:
    rows = "".join(
        f"<tr><td><b>{c.name}</b>&nbsp;&nbsp;</td><td>{escape(c.description)}</td></tr>"
        for c in BeatClass
    )
    return f"<h4>Classes (AAMI EC57)</h4><table>{rows}</table>"


def _key_row(keys: str, text: str, tip: str) -> str:
    more = f" - {escape(tip)}" if tip else ""
    return f"<tr><td><b>{escape(keys)}</b>&nbsp;&nbsp;&nbsp;</td><td>{escape(text)}{more}</td></tr>"


def _browser(html: str) -> QTextBrowser:
    browser = QTextBrowser()
    browser.setOpenLinks(False)  # nothing here leads out of the program
    browser.setHtml(html)
    return browser
