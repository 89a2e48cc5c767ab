"""A person opens a recording again: its classes are there at once, until they are forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from ecgviewer.analysis.cache import database
from ecgviewer.analysis.cache.database import FILE
from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.session.analysis_thread import Ensembles
from ecgviewer.gui.settings import Settings
from tests.gui.conftest import TIMEOUT_MS, open_and_wait, wait
from tests.gui.fakes import FakeEnsemble, FakePrompts

COLUMNS = ("samples", "classes", "probabilities", "votes", "flags")


@contextmanager
def another_window(qtbot, settings: Settings, ensemble: FakeEnsemble) -> Iterator[MainWindow]:
    """The program started once more."""
    window = MainWindow(settings, Ensembles(lambda _: ensemble), prompts=FakePrompts)
    window.show()
    qtbot.waitUntil(lambda: window.session.ensemble is not None, timeout=TIMEOUT_MS)
    try:
        yield window
    finally:
        ensemble.gate.set()
        window.close()
        window.deleteLater()


def open_and_keep(qtbot, window: MainWindow, path: Path) -> None:
    with qtbot.waitSignal(window.result_cache.results_kept, timeout=TIMEOUT_MS) as kept:
        open_and_wait(qtbot, window, path)
    assert kept.args == [True]


def exported(qtbot, window: MainWindow, path: Path) -> bytes:
    window.files.prompts.save_path = path  # type: ignore[attr-defined]  # of FakePrompts
    with qtbot.waitSignal(window.files.report_written, timeout=TIMEOUT_MS):
        window.actions_by_name["export"].trigger()
    return path.read_bytes()


def test_a_recording_opened_again_has_its_classes_at_once(
    qtbot, window, settings, record, tmp_path
):
    open_and_keep(qtbot, window, record)
    first = window.session.opened
    report = exported(qtbot, window, tmp_path / "first.csv")
    again = FakeEnsemble()
    again.gate.clear()  # networks that never answer
    with another_window(qtbot, settings, again) as other:
        open_and_wait(qtbot, other, record)
        assert again.n_batches == 0
        second = other.session.opened
        for name in COLUMNS:
            assert getattr(first.log, name).tobytes() == getattr(second.log, name).tobytes()
        assert np.array_equal(first.scan.before, second.scan.before)
        assert first.stretches == second.stretches
        assert first.summary() == second.summary()
        text = other.status.text.text()
        assert f"{second.log.n_beats} beats, all classified" in text
        assert f"results kept on {second.kept_since.astimezone():%Y-%m-%d at}" in text
        assert not other.actions_by_name["resume"].isEnabled()
        assert exported(qtbot, other, tmp_path / "second.csv") == report
        other.navigator.next_abnormal()
        assert other.navigator.current is not None
        wait(qtbot, lambda: other.session.opened.verdict.complete)  # the files are checked anew


def test_what_was_cancelled_is_not_kept_and_what_was_resumed_is(
    qtbot, window, ensemble, settings, record
):
    ensemble.gate.clear()
    with qtbot.waitSignal(window.session.record_opened, timeout=TIMEOUT_MS):
        window.files.open_path(record)
    wait(qtbot, lambda: window.session.progress.phase == "classifying")
    window.session.cancel()
    ensemble.gate.set()
    wait(qtbot, lambda: window.session.progress.phase == "cancelled")
    assert window.result_cache.cache.store.size() == (0, 0)
    wait(qtbot, window.actions_by_name["resume"].isEnabled)
    with qtbot.waitSignal(window.result_cache.results_kept, timeout=TIMEOUT_MS) as kept:
        window.actions_by_name["resume"].trigger()
    assert kept.args == [True]
    with another_window(qtbot, settings, FakeEnsemble()) as other:
        open_and_wait(qtbot, other, record)
        assert other.session.opened.kept_since is not None


def test_other_leads_are_another_result(qtbot, window, ensemble, record):
    open_and_keep(qtbot, window, record)
    before = ensemble.n_batches
    with qtbot.waitSignal(window.result_cache.results_kept, timeout=TIMEOUT_MS):
        window.docks.panels["recording"].inputs_chosen.emit((1, 0))
    assert ensemble.n_batches > before
    classes = window.session.opened.log.classes.copy()
    before = ensemble.n_batches
    for inputs in ((0, 1), (1, 0)):
        window.docks.panels["recording"].inputs_chosen.emit(inputs)
        wait(qtbot, lambda: window.session.progress.phase == "done")
        assert window.session.opened.kept_since is not None
    assert ensemble.n_batches == before
    assert window.session.opened.inputs == (1, 0)
    assert np.array_equal(window.session.opened.log.classes, classes)
    assert window.result_cache.cache.store.size()[0] == 2


@pytest.mark.parametrize("change", ["signal", "header", "ensemble"])
def test_another_file_or_ensemble_is_analysed_anew(qtbot, window, settings, record, change):
    open_and_keep(qtbot, window, record)
    ensemble = FakeEnsemble()
    if change == "ensemble":
        ensemble.hash = "fedcba9876543210"
    else:
        path = record if change == "header" else record.with_suffix(".dat")
        data = path.read_bytes()
        path.write_bytes(
            data.replace(b"69 M", b"70 M") if change == "header" else data[:-4] + b"\0\4\0\4"
        )
    with another_window(qtbot, settings, ensemble) as other:
        open_and_wait(qtbot, other, record)
        assert other.session.opened.kept_since is None
        assert ensemble.n_batches > 0


def test_a_damaged_file_of_results_is_analysed_anew(qtbot, window, settings, record):
    open_and_keep(qtbot, window, record)
    path = database.folder() / FILE
    path.write_bytes(path.read_bytes()[:5000] + b"damage" * 1000)
    ensemble = FakeEnsemble()
    with another_window(qtbot, settings, ensemble) as other:
        with qtbot.waitSignal(other.result_cache.results_kept, timeout=TIMEOUT_MS):
            open_and_wait(qtbot, other, record)
        assert other.session.opened.log.n_pending == 0
        assert ensemble.n_batches > 0
        assert not other.workspace.messages.isVisible()


def test_results_can_be_forgotten(qtbot, window, ensemble, record):
    open_and_keep(qtbot, window, record)
    with qtbot.waitSignal(window.result_cache.note_made, timeout=TIMEOUT_MS):
        window.actions_by_name["forget_results"].trigger()
    assert window.workspace.messages.text.text() == "Forgot 1 kept result."
    assert window.result_cache.cache.store.size() == (0, 0)
    before = ensemble.n_batches
    open_and_wait(qtbot, window, record)
    assert ensemble.n_batches > before
    with qtbot.waitSignal(window.result_cache.note_made, timeout=TIMEOUT_MS):
        window.actions_by_name["forget_results"].trigger()


def test_keeping_can_be_switched_off_and_that_is_remembered(qtbot, window, settings, record):
    assert window.actions_by_name["keep_results"].isChecked()
    window.actions_by_name["keep_results"].trigger()
    open_and_wait(qtbot, window, record)
    assert not (database.folder() / FILE).exists()
    with another_window(qtbot, settings, FakeEnsemble()) as other:
        assert not other.actions_by_name["keep_results"].isChecked()
        assert other.session.cache is None
        other.actions_by_name["keep_results"].trigger()
        open_and_keep(qtbot, other, record)


def test_a_folder_that_cannot_be_written_disturbs_nobody(qtbot, window, record):
    database.folder().parent.mkdir(parents=True, exist_ok=True)
    database.folder().write_text("in the way")
    with qtbot.waitSignal(window.result_cache.results_kept, timeout=TIMEOUT_MS) as kept:
        open_and_wait(qtbot, window, record)
    assert kept.args == [False]
    assert window.session.opened.log.n_pending == 0
    assert not window.workspace.messages.isVisible()


def test_networks_that_do_not_load_leave_the_beats(qtbot, window, settings, record):
    """Results are kept under an ensemble; without it they are not shown."""
    from ecgviewer.model.bundle import BundleError

    open_and_keep(qtbot, window, record)

    def broken(_: str) -> FakeEnsemble:
        raise BundleError("weights are not what they should be")

    other = MainWindow(settings, Ensembles(broken))
    other.show()
    try:
        with qtbot.waitSignal(other.session.record_opened, timeout=TIMEOUT_MS):
            other.files.open_path(record)
        wait(qtbot, lambda: other.session.progress.phase == "failed")
        assert other.session.opened.log.n_beats > 60
        assert other.session.opened.log.n_classified == 0
    finally:
        other.close()
        other.deleteLater()
