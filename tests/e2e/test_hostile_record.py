"""A record of markup and control characters: shown as it is written, and no file is opened for it.

Every widget, tooltip, menu, dialog and model of the window is walked through while it is open.
"""

import csv
import json
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractTableModel, QPoint, Qt
from PySide6.QtGui import QAction, QColor, QImage, QTextDocument
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QTabWidget,
    QTextBrowser,
    QToolTip,
    QWidget,
)

from ecgviewer.gui.dialogs.download import DownloadDialog
from ecgviewer.gui.dialogs.model_card import ModelDialog
from ecgviewer.gui.main_window import MainWindow
from ecgviewer.report.beats_csv import metadata_path
from tests.gui.conftest import TIMEOUT_MS, open_and_wait, wait
from tests.gui.hostile import LEADS, NAME, OVERRIDE, hostile_record, markup, watched

ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.StatusTipRole)
PAINTED = ("\x1b", "\0", OVERRIDE)  # characters that act rather than show


@pytest.fixture
def spy(tmp_path: Path) -> Path:
    """A picture; whoever reads a text as markup opens it."""
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    path = tmp_path / "spy.png"
    assert image.save(str(path))
    return path


@pytest.fixture
def hostile(qtbot, window: MainWindow, tmp_path: Path, spy: Path) -> MainWindow:
    open_and_wait(qtbot, window, hostile_record(tmp_path, spy))
    return window


class Loads(QTextDocument):
    """A rich text that says what it would load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.setHtml(html)
        self.documentLayout().documentSize()

    def loadResource(self, _kind: int, name: object) -> None:  # noqa: N802  # Qt's name
        self.asked.append(str(name))


def as_seen(text: str, form: Qt.TextFormat = Qt.TextFormat.AutoText) -> str:
    """What a user sees of a text that Qt is given, which loads nothing."""
    rich = form == Qt.TextFormat.RichText
    rich |= form == Qt.TextFormat.AutoText and GuiQt.mightBeRichText(text)
    if rich:
        document = Loads(text)
        assert document.asked == []
        text = document.toPlainText()
    assert not any(c in text for c in PAINTED), text
    return text


def without_marks(text: str) -> str:
    """A menu's text as it is shown: "&&" is a "&", one alone marks a key."""
    return text.replace("&&", "\1").replace("&", "").replace("\1", "&")


def of_models(widget: QAbstractItemView) -> list[str]:
    model = widget.model()
    columns = range(model.columnCount() if isinstance(model, QAbstractTableModel) else 1)
    cells = [model.index(row, c) for row in range(min(3, model.rowCount())) for c in columns]
    found = [model.data(cell, role) for cell in cells for role in ROLES]
    across = Qt.Orientation.Horizontal
    found += [model.headerData(c, across, role) for c in columns for role in ROLES]
    return [as_seen(text) for text in found if isinstance(text, str)]


def texts_of(widget: QWidget) -> list[str]:
    """Everything that one widget says, as it is seen."""
    found = [as_seen(widget.toolTip()), as_seen(widget.whatsThis()), as_seen(widget.statusTip())]
    found.append(widget.windowTitle().replace("[*][*]", "[*]"))
    assert not any(c in widget.windowTitle() for c in PAINTED)
    match widget:
        case QLabel():
            found.append(as_seen(widget.text(), widget.textFormat()))
        case QAbstractButton():
            found.append(as_seen(without_marks(widget.text()), Qt.TextFormat.PlainText))
        case QComboBox():
            plain = Qt.TextFormat.PlainText
            found += [as_seen(widget.itemText(i), plain) for i in range(widget.count())]
        case QTabWidget():
            found += [without_marks(widget.tabText(i)) for i in range(widget.count())]
        case QTextBrowser():
            found.append(as_seen(widget.toHtml(), Qt.TextFormat.RichText))
        case QAbstractItemView():
            found += of_models(widget)
    return found


def walk(root: QWidget) -> list[str]:
    """Everything that a window says, its tooltips brought up and all of it drawn."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        found += texts_of(widget)
        if widget.toolTip():
            QToolTip.showText(QPoint(10, 10), widget.toolTip(), widget)
            QApplication.processEvents()
    for action in root.findChildren(QAction):
        found.append(as_seen(without_marks(action.text()), Qt.TextFormat.PlainText))
        found.append(as_seen(action.toolTip()))
    QToolTip.hideText()
    root.grab()
    return found


def says(found: list[str], text: str) -> bool:
    return any(text in one for one in found)


def test_the_watch_sees_a_text_that_is_read_as_markup(qtbot, spy):
    """Or the tests below would show nothing."""
    label = QLabel(markup(spy))  # left to guess
    qtbot.addWidget(label)
    with watched(spy) as watch:
        label.show()
        label.grab()
        assert watch is None or watch.count() > 0
    label.close()
    with pytest.raises(AssertionError):
        as_seen(markup(spy))


def test_the_window_shows_every_text_as_it_is_written(qtbot, window, tmp_path, spy):
    with watched(spy) as watch:
        open_and_wait(qtbot, window, hostile_record(tmp_path, spy))
        window.session.trouble_met.emit(f"{markup(spy)} could not be read")
        window.recents.fill()
        window.workspace.start_page.show_recents(window.settings.recents())
        window.help.on_ensemble_failed(f"{markup(spy)} is no network")
        found = walk(window)
        assert watch is None or watch.count() == 0
    assert says(found, f"{markup(spy)} could not be read")
    assert says(found, f"{markup(spy)} 69 M")
    assert says(found, "[red]rich[/red]")
    assert says(found, f"{NAME}    ")  # of the recent files
    assert says(found, "<img src='spy.png'><b>&Ward [*]")  # of the folder
    assert says(found, LEADS[0].replace("spy.png", str(spy))[:30])
    assert says(found, "<a href=")
    assert window.minimumSizeHint().width() <= 1366


def test_the_pages_of_both_places_of_recent_files_name_them(hostile):
    hostile.recents.fill()
    texts = [without_marks(action.text()) for action in hostile.recents.menu.actions()]
    assert any(text.startswith(NAME) for text in texts)


def test_the_trace_and_the_tips_under_the_pointer_load_nothing(hostile, spy):
    with watched(spy) as watch:
        canvas, strip = hostile.canvas, hostile.strip
        for x in range(0, canvas.width(), 7):
            as_seen(canvas.tip_at(QPoint(x, canvas.height() // 2)))
            as_seen(strip.tip_at(QPoint(x, strip.height() // 2)))
        hostile.navigator.next_beat()
        hostile.grab()
        assert watch is None or watch.count() == 0


def test_no_dialog_loads_anything(qtbot, hostile, ensemble, spy):
    prompts = hostile.files.prompts
    ensemble.card = {**ensemble.card, "limits": f"{markup(spy)} [red]", "note<b>": markup(spy)}
    type(ensemble).title, before = f"{markup(spy)} title", type(ensemble).title
    with watched(spy) as watch:
        for show in (hostile.help.on_integrity, hostile.help.on_keys, hostile.help.on_about):
            show()
        model = ModelDialog(ensemble, hostile)
        download = DownloadDialog(hostile.session.threads, spy.parent, prompts, hostile)
        download.on_failed(0, f"{markup(spy)} is not there")
        for dialog in (*prompts.dialogs, model, download):
            dialog.show()
            found = walk(dialog)
            dialog.close()
            dialog.deleteLater()
        assert watch is None or watch.count() == 0
    type(ensemble).title = before
    assert says(found, f"{markup(spy)} is not there")
    assert says([ModelDialog(ensemble, hostile).text], f"{markup(spy)} [red]")


def test_the_report_holds_every_text_as_it_is_and_no_formula(qtbot, hostile, tmp_path, spy):
    target = tmp_path / "report.csv"
    hostile.files.prompts.save_path = target
    with qtbot.waitSignal(hostile.files.report_written, timeout=TIMEOUT_MS):
        hostile.actions_by_name["export"].trigger()
    wait(qtbot, lambda: target.exists())
    with target.open(newline="", encoding="utf-8") as file:
        cells = {cell for row in csv.reader(file) for cell in row}
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    about = json.loads(metadata_path(target).read_text(encoding="ascii"))["ecgviewer:report"]
    assert about["record"]["name"] == NAME
    # the reader has put the sign for an unknown character in the place of what acts
    names = tuple(
        n.replace("spy.png", str(spy)).replace(OVERRIDE, "\N{REPLACEMENT CHARACTER}") for n in LEADS
    )
    assert tuple(lead["name"] for lead in about["record"]["leads"]) == names
    assert any(markup(spy) in comment for comment in about["patient"]["comments"])
