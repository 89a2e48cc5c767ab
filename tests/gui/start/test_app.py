"""Starting the window: errors of any thread are said in it."""

import sys
import threading

import pytest

from ecgviewer.errors import ErrorHook
from ecgviewer.gui.start.request import Request, UsageError


def raised():
    """An error as sys.excepthook is given it."""
    try:
        raise ValueError("from afar")
    except ValueError:
        return sys.exc_info()


def test_it_may_be_called_from_any_thread(qtbot, window):
    hook = ErrorHook(window.error_uncaught.emit)
    thread = threading.Thread(target=lambda: hook(*raised()))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: "from afar" in window.workspace.messages.text.text())


def test_leads_are_asked_for_at_the_start(qtbot, window, record):
    window.files.open_path(record, ("V1",))
    qtbot.waitUntil(lambda: window.session.opened is not None)
    opened = window.session.opened
    assert opened.inputs == (1, None)
    assert opened.record.ecg_leads == (1,)
    window.files.open_path(record, ("V9",))
    qtbot.waitUntil(lambda: "no channel 'V9'" in window.workspace.messages.text.text())


def test_leads_need_a_record():
    with pytest.raises(UsageError, match="--leads"):
        Request(leads=("II",))
