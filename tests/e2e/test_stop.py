"""A person changes her mind: cancel, resume, another record, close while streaming."""

from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.session.analysis_thread import AnalysisThread, Ensembles
from tests.gui.conftest import TIMEOUT_MS, wait


def start(qtbot, window, path):
    with qtbot.waitSignal(window.session.record_opened, timeout=TIMEOUT_MS):
        window.files.open_path(path)
    wait(qtbot, lambda: window.session.progress.phase == "classifying")


def test_cancel_keeps_what_is_classified_and_the_rest_can_follow(qtbot, window, ensemble, demo):
    ensemble.gate.clear()
    start(qtbot, window, demo)
    log = window.session.opened.log
    wait(qtbot, lambda: window.status.cancel.isVisible())
    window.status.cancel.click()
    ensemble.gate.set()
    wait(qtbot, lambda: window.session.progress.phase == "cancelled")
    left = log.n_pending
    assert left > 0
    wait(qtbot, lambda: "cancelled" in window.status.text.text())
    assert window.actions_by_name["resume"].isEnabled()
    window.actions_by_name["resume"].trigger()
    wait(qtbot, lambda: window.session.progress.phase == "done")
    assert log.n_pending == 0


def test_cancel_does_not_wait_for_the_networks(qtbot, window, ensemble, demo):
    ensemble.gate.clear()
    start(qtbot, window, demo)
    window.session.cancel()
    assert window.session.progress.phase == "cancelled"
    first = window.session.opened.log.n_classified
    ensemble.gate.set()
    for thread in window.session.threads.running:
        if isinstance(thread, AnalysisThread):
            assert thread.wait(TIMEOUT_MS)
    qtbot.wait(20)
    assert window.session.opened.log.n_classified == first  # what came too late is not heard
    window.session.resume()
    wait(qtbot, lambda: window.session.progress.phase == "done")
    assert window.session.opened.log.n_pending == 0


def test_another_record_takes_over_and_late_results_are_dropped(
    qtbot, window, ensemble, demo, record
):
    ensemble.gate.clear()
    start(qtbot, window, demo)
    old = window.session.opened.log
    with qtbot.waitSignal(window.session.record_opened, timeout=TIMEOUT_MS):
        window.files.open_path(record)
    ensemble.gate.set()
    wait(qtbot, lambda: window.session.progress.phase == "done")
    assert window.session.opened.record.name == "p01"
    assert window.session.opened.log.n_pending == 0
    assert old.n_classified == 0


def test_closing_while_it_streams_ends_every_thread(qtbot, settings, ensemble, demo):
    window = MainWindow(settings, Ensembles(lambda _: ensemble))
    window.show()
    ensemble.gate.clear()
    start(qtbot, window, demo)
    window.actions_by_name["play"].trigger()
    ensemble.gate.set()
    window.close()
    assert window.session.threads.running == ()
    window.deleteLater()


def test_the_panels_are_where_they_were_left(qtbot, settings, ensemble, opened, record):
    opened.docks.docks["inspector"].hide()
    opened.close()
    window = MainWindow(settings, Ensembles(lambda _: ensemble))
    window.show()
    start_and_close(qtbot, window, record)
    assert window.docks.docks["inspector"].isHidden()
    assert not window.docks.docks["beats"].isHidden()
    window.deleteLater()


def start_and_close(qtbot, window, path):
    with qtbot.waitSignal(window.session.record_opened, timeout=TIMEOUT_MS):
        window.files.open_path(path)
    window.close()
