"""A person fetches a PhysioNet record; no test asks the network."""

import threading

import pytest

from ecgviewer.gui.dialogs import download
from ecgviewer.record import RecordError
from tests.gui.conftest import TIMEOUT_MS


@pytest.fixture
def dialog(window):
    window.actions_by_name["download"].trigger()
    (dialog,) = window.files.prompts.dialogs
    dialog.show()
    dialog.record.setText("100")
    yield dialog
    dialog.close()


def test_a_fetched_record_is_opened(qtbot, window, dialog, record, monkeypatch):
    asked = []

    def fetch(database, name, folder, *, progress, stop):
        asked.append((database, name))
        progress(50, 100)
        return record

    monkeypatch.setattr(download, "download_record", fetch)
    with qtbot.waitSignal(window.session.record_opened, timeout=TIMEOUT_MS):
        dialog.start.click()
    assert asked == [("mitdb", "100")]
    assert window.session.opened.record.path == record
    assert window.settings.folder("download") == record.parent


def test_no_network_is_one_clear_sentence(qtbot, window, dialog, monkeypatch):
    def fetch(database, name, folder, *, progress, stop):
        raise RecordError(folder, "mitdb/100: PhysioNet could not be reached: no connection")

    monkeypatch.setattr(download, "download_record", fetch)
    dialog.start.click()
    qtbot.waitUntil(lambda: "could not be reached" in dialog.state.text(), timeout=TIMEOUT_MS)
    assert dialog.isVisible()
    assert dialog.start.isEnabled()


def test_cancel_stops_the_download_and_keeps_the_dialog(qtbot, dialog, monkeypatch):
    stopped = threading.Event()

    def fetch(database, name, folder, *, progress, stop):
        while not stop():
            threading.Event().wait(0.01)
        stopped.set()
        raise RecordError(folder, "cancelled")

    monkeypatch.setattr(download, "download_record", fetch)
    dialog.start.click()
    assert dialog.bar.isVisible()
    dialog.reject()
    assert stopped.wait(10)
    assert dialog.isVisible()
    assert "Cancelled" in dialog.state.text()


def test_names_are_asked_for(dialog):
    dialog.record.clear()
    dialog.start.click()
    assert "Name a database and a record" in dialog.state.text()
