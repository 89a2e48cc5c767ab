"""Starting the window: errors of any thread are said in it."""

import sys
import threading

from ecgviewer.errors import ErrorHook


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
