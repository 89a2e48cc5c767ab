"""Patient fields are hidden everywhere: messages, dialogs, menus, log, settings, names of files."""

import logging
import os
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QLabel, QTextBrowser, QWidget

from ecgviewer.errors import ErrorHook
from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.start.request import Request
from ecgviewer.gui.start.snapshot import SnapshotTaker
from ecgviewer.runtime import log_file
from tests.formats.records import ecg_like, write_header, write_record
from tests.gui.conftest import TIMEOUT_MS, open_and_wait, started, wait

NAMES = ("smith", "ward7", "p01", "Digoxin")


@pytest.fixture
def log():
    handler = log_file.start()
    yield log_file.path()
    log_file.stop(handler)


@pytest.fixture
def hidden(opened: MainWindow) -> MainWindow:
    """The window with a record open, its patient fields hidden."""
    opened.actions_by_name["hide_patient"].trigger()
    return opened


def said(root: QWidget) -> str:
    """All that a window says in labels, buttons, menus, tooltips and titles."""
    found = [root.windowTitle()]
    for widget in (root, *root.findChildren(QWidget)):
        found.append(widget.toolTip())
        if isinstance(widget, QLabel | QAbstractButton):
            found.append(widget.text())
        if isinstance(widget, QTextBrowser):
            found.append(widget.toPlainText())
    for action in root.findChildren(QAction):
        found += [action.text(), action.toolTip()]
    return "\n".join(found)


def names_nobody(text: str) -> bool:
    return not any(name in text for name in NAMES)


def fail_to_open(qtbot, window: MainWindow, path: Path) -> str:
    with qtbot.waitSignal(window.session.open_failed, timeout=TIMEOUT_MS):
        window.files.open_path(path)
    assert window.workspace.messages.isVisible()
    return window.workspace.messages.text.text()


def failures(folder: Path) -> list[Path]:
    """What cannot be opened, each in another way."""
    broken = write_header(folder, "smith is no header\n", name="smith")
    lacks = write_record(folder, ecg_like(720), name="smith2")
    lacks.with_suffix(".dat").rename(folder / "gone.dat")
    return [broken, lacks, folder / "smith3.hea", folder, folder / "smith\0.hea"]


def test_failures_to_open_name_nobody(qtbot, hidden, record, log):
    for path in failures(record.parent):
        text = fail_to_open(qtbot, hidden, path)
        assert "could not be opened" in text
        assert names_nobody(said(hidden)), path
    assert names_nobody(log.read_text(encoding="utf-8"))
    hidden.actions_by_name["hide_patient"].trigger()
    assert "smith" in fail_to_open(qtbot, hidden, record.with_name("smith3.hea"))


def test_what_was_said_before_goes_when_names_are_hidden(qtbot, opened, record):
    assert "smith" in fail_to_open(qtbot, opened, record.with_name("smith3.hea"))
    opened.recents.fill()
    assert "p01" in said(opened)
    opened.comparison.panel.clear(f"{record}: cannot be compared")
    opened.actions_by_name["hide_patient"].trigger()
    assert names_nobody(said(opened))


@pytest.mark.parametrize(
    "reason",
    [
        "{record}: No such file or directory.",
        "{folder}/smith_1.dat: cannot be read",
        "p01_1.dat: cannot be read",
        "p01.dat has changed, and so has '{folder}/x y.dat'",
        "An unexpected error (OSError: [Errno 5] '/data/ward7/smith.hea'). See the log.",
        "smith_2.dat: is cut short",
        r"An unexpected error (OSError: D:\ward7\smith\p01.hea).",
        "the comment Digoxin is too long",
    ],
)
def test_what_goes_wrong_with_an_open_record_names_nobody(hidden, record, reason):
    hidden.session.trouble_met.emit(reason.format(record=record, folder=record.parent))
    assert hidden.workspace.messages.isVisible()
    assert names_nobody(said(hidden))
    hidden.error_uncaught.emit(reason.format(record=record, folder=record.parent))
    wait_for = hidden.workspace.messages.text
    assert names_nobody(wait_for.text())


def test_uncaught_errors_name_nobody_in_window_and_log(qtbot, hidden, record, log):
    hook = ErrorHook(hidden.error_uncaught.emit)
    try:
        raise OSError(5, "Input/output error", str(record))
    except OSError:
        hook(*sys.exc_info())
    assert "Input/output error" in hidden.workspace.messages.text.text()
    assert names_nobody(said(hidden))
    text = log.read_text(encoding="utf-8")
    assert "OSError" in text
    assert names_nobody(text)


def test_dialogs_name_nobody(hidden, record):
    for show in (hidden.help.on_integrity, hidden.help.on_about, hidden.help.on_keys):
        show()
    for dialog in hidden.files.prompts.dialogs:
        assert names_nobody(said(dialog))
        dialog.deleteLater()


def test_exports_name_nobody(qtbot, hidden, tmp_path):
    prompts = hidden.files.prompts
    prompts.save_path = tmp_path / "smith.csv"
    for _ in range(2):  # the second asks whether to replace
        with qtbot.waitSignal(hidden.files.report_written, timeout=TIMEOUT_MS):
            hidden.actions_by_name["export"].trigger()
        assert prompts.suggestion.name == "recording.csv"
        assert names_nobody(said(hidden))
    prompts.save_path = tmp_path / "smith.png"
    hidden.actions_by_name["picture"].trigger()
    assert prompts.suggestion.name == "recording.png"
    prompts.save_path = tmp_path / "ward7x" / "smith.csv"  # a folder that is not there
    with qtbot.waitSignal(hidden.files.error_met, timeout=TIMEOUT_MS):
        hidden.actions_by_name["export"].trigger()
    assert names_nobody(said(hidden))
    prompts.save_path = tmp_path / "ward7x" / "smith.png"
    hidden.actions_by_name["picture"].trigger()
    assert names_nobody(said(hidden))
    assert prompts.questions
    assert names_nobody("".join(prompts.questions))


def test_settings_on_disk_name_nobody(qtbot, hidden, record, settings):
    other = write_record(record.parent, ecg_like(3600), name="smith", names=("MLII", "V1"))
    open_and_wait(qtbot, hidden, other)
    hidden.files.prompts.open_path = other
    hidden.actions_by_name["open"].trigger()
    wait(qtbot, lambda: hidden.session.progress.phase == "done")
    settings.sync()
    assert names_nobody(Path(settings.store.fileName()).read_text(encoding="utf-8"))
    assert names_nobody("".join(str(settings.store.value(k)) for k in settings.store.allKeys()))


def test_the_log_of_before_is_emptied_once(qtbot, opened, record, log, settings):
    fail_to_open(qtbot, opened, record.with_name("smith.hea"))
    assert "smith" in log.read_text(encoding="utf-8")
    opened.actions_by_name["hide_patient"].trigger()
    assert log.read_text(encoding="utf-8") == ""
    logging.getLogger("ecgviewer.tests").warning("kept")
    settings.sync()
    Settings(settings.store)  # the next start
    assert "kept" in log.read_text(encoding="utf-8")


def test_a_window_that_starts_hidden_names_nobody(qtbot, settings, ensemble, record, capsys):
    settings.add_recent(record)
    settings.hide_patient = True
    with started(settings, ensemble) as window:
        assert names_nobody(said(window))
        request = Request(record=record.with_name("smith.hea"), picture=record.with_name("x.png"))
        taker = SnapshotTaker(window, request)
        with qtbot.waitSignal(taker.picture_ended, timeout=TIMEOUT_MS):
            taker.start()
    printed = capsys.readouterr().err
    assert "could not be opened" in printed
    assert names_nobody(printed)


def test_nothing_kept_between_runs_names_a_recording(qtbot, hidden, record, home):
    with qtbot.waitSignal(hidden.result_cache.results_kept, timeout=TIMEOUT_MS):
        open_and_wait(qtbot, hidden, write_record(record.parent, ecg_like(7200), name="smith"))
    files = [Path(at) / name for at, _, names in os.walk(home) for name in names]
    assert any(file.suffix == ".sqlite" for file in files)
    for file in files:
        content = file.read_bytes()
        assert not any(name.encode() in content for name in NAMES), file.name
