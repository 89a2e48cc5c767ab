"""A person compares with reference annotations: the matrix, its beats, mappings, stale results."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import Change
from ecgviewer.ec57.beats import NO_BEAT
from ecgviewer.evaluation.recording import evaluate
from ecgviewer.gui.handlers import compare as handler
from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.session.tasks import Task
from tests.e2e.times import time_s
from tests.evaluation.flat_record import annotate
from tests.formats.records import ecg_like, write_record
from tests.gui.conftest import TIMEOUT_MS, open_and_wait, wait

MINUTES = 5.5
N, S, V = BeatClass.N, BeatClass.S, BeatClass.V
MISSED_S = 310.0  # a reference beat between two of the program's


@pytest.fixture
def annotated(tmp_path: Path) -> Path:
    """Five and a half minutes with atr (N but for one j, and one V that is no beat) and ari."""
    folder = tmp_path / "annotated"
    folder.mkdir()
    path = write_record(
        folder, ecg_like(round(360 * 60 * MINUTES)), name="p02", names=("MLII", "V1")
    )
    times = (np.arange(int(60 * MINUTES * 1.2)) + 0.5) / 1.2
    marks = [(float(t), "N") for t in times]
    marks[370] = (marks[370][0], "j")
    annotate(path, "atr", sorted([*marks, (MISSED_S, "V")]), fs=360)
    annotate(path, "ari", marks[:100], fs=360)
    return path


def compare(qtbot, window: MainWindow) -> None:
    wait(qtbot, window.actions_by_name["compare"].isEnabled)
    window.actions_by_name["compare"].trigger()
    wait(qtbot, lambda: window.comparison.evaluation is not None)


@pytest.fixture
def compared(qtbot, window, annotated) -> MainWindow:
    open_and_wait(qtbot, window, annotated)
    compare(qtbot, window)
    return window


def test_it_is_there_once_the_analysis_is_complete(qtbot, window, ensemble, annotated):
    action = window.actions_by_name["compare"]
    assert not action.isEnabled()
    ensemble.gate.clear()
    with qtbot.waitSignal(window.session.record_opened):
        window.files.open_path(annotated)
    wait(qtbot, lambda: window.session.progress.phase == "classifying")
    wait(qtbot, lambda: window.comparison.annotators == ("ari", "atr"))
    assert not action.isEnabled()
    ensemble.gate.set()
    wait(qtbot, action.isEnabled)
    assert window.docks.docks["comparison"].isHidden()
    compare(qtbot, window)
    assert window.docks.docks["comparison"].isVisible()


def test_without_annotations_there_is_nothing_to_compare(qtbot, opened):
    wait(qtbot, lambda: opened.comparison.annotators == ())
    assert not opened.actions_by_name["compare"].isEnabled()
    assert "No annotation file" in opened.comparison.panel.about.text()


def test_the_matrix_counts_every_beat_after_five_minutes(compared):
    panel, beats = compared.comparison.panel, compared.session.opened.beats
    late = beats.beat_class[beats.sample >= 300 * 360]
    matrix = compared.comparison.evaluation.beats.matrix
    assert panel.matrix.matrix.number(N, V) + panel.matrix.matrix.number(S, V) == (late == V).sum()
    assert matrix[V, NO_BEAT] == 1
    index = panel.matrix.matrix.index(V, NO_BEAT)
    assert index.data() == "1"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "reference V, missed: 1"
    assert "QRS" in panel.figures.text()
    assert "RR error" in panel.figures.text()


def test_a_cell_leads_to_its_beats_and_buttons_step_through_them(qtbot, compared):
    panel, navigator = compared.comparison.panel, compared.navigator
    beats, matrix = compared.session.opened.beats, compared.comparison.evaluation.beats.matrix
    assert matrix[N, V] > 2
    panel.matrix.setCurrentIndex(panel.matrix.matrix.index(N, V))
    panel.matrix.setFocus()
    qtbot.keyClick(panel.matrix, Qt.Key.Key_Return)
    seen = [navigator.current]
    assert not panel.times.previous.isEnabled()
    for _ in range(int(matrix[N, V]) - 1):
        panel.times.next.click()
        seen.append(navigator.current)
    assert not panel.times.next.isEnabled()
    assert seen == sorted(set(seen))
    assert (beats.beat_class[seen] == V).all()
    start, stop = compared.canvas.visible_range_s()
    assert start <= time_s(compared, seen[-1]) <= stop
    assert f"({matrix[N, V]}\u00a0of\u00a0{matrix[N, V]})" in panel.times.title.text()


def test_a_beat_the_program_missed_is_shown_and_none_is_chosen(compared):
    compared.navigator.choose(3)
    compared.comparison.panel.matrix.cell_chosen.emit(V, NO_BEAT)
    start, stop = compared.canvas.visible_range_s()
    assert (start + stop) / 2 == pytest.approx(MISSED_S, abs=0.5)
    assert compared.navigator.current is None


def test_an_empty_cell_says_so(compared):
    compared.comparison.panel.matrix.cell_chosen.emit(V, S)
    assert compared.comparison.panel.times.title.text() == "Reference V, called S: none"


def test_another_mapping_or_reference_compares_anew(qtbot, compared):
    panel = compared.comparison.panel
    assert compared.comparison.evaluation.beats.matrix[S].sum() == 1
    panel.mapping.setCurrentText("dechazal")
    panel.mapping.activated.emit(1)
    wait(qtbot, lambda: compared.comparison.evaluation is not None)
    assert compared.comparison.evaluation.beats.matrix[S].sum() == 0
    panel.reference.setCurrentText("ari")
    panel.reference.activated.emit(0)
    wait(qtbot, lambda: compared.comparison.evaluation is not None)
    assert compared.comparison.evaluation.beats.matrix[N, :5].sum() == 0


def test_five_minutes_leave_nothing(qtbot, window, record):
    annotate(record, "atr", [(10.0, "N")], fs=360)
    open_and_wait(qtbot, window, record)
    compare(qtbot, window)
    panel = window.comparison.panel
    assert "nothing is left to compare" in panel.about.text()
    assert not panel.matrix.isVisible()


def test_results_are_dropped_and_made_anew_with_other_classes(qtbot, compared):
    before = compared.comparison.evaluation
    compared.docks.panels["recording"].inputs_chosen.emit((1, 0))
    assert compared.comparison.evaluation is None
    assert not compared.comparison.panel.matrix.isVisible()
    wait(qtbot, lambda: compared.comparison.evaluation is not None)
    assert compared.comparison.evaluation is not before


def test_a_result_that_comes_too_late_is_not_shown(qtbot, compared, record, monkeypatch):
    comparing, shown, gate = compared.comparison, [], threading.Event()

    def held_up(*arguments, **options):
        gate.wait(TIMEOUT_MS / 1000)
        return evaluate(*arguments, **options)

    monkeypatch.setattr(handler, "evaluate", held_up)
    comparing.compared.connect(lambda: shown.append(1))
    comparing.compare()
    open_and_wait(qtbot, compared, record)
    gate.set()
    tasks = [thread for thread in compared.session.threads.running if isinstance(thread, Task)]
    wait(qtbot, lambda: all(task.isFinished() for task in tasks))
    assert (comparing.evaluation, shown) == (None, [])
    assert not comparing.panel.matrix.isVisible()


def test_what_a_user_edits_is_compared_anew(qtbot, compared):
    before = compared.comparison.evaluation
    compared.session.beats_changed.emit(Change("classes", (0, 1)))
    assert compared.comparison.evaluation is None
    wait(qtbot, lambda: compared.comparison.evaluation is not None)
    assert compared.comparison.evaluation is not before


def test_damaged_annotations_are_one_sentence_without_hidden_names(qtbot, window, annotated):
    open_and_wait(qtbot, window, annotated)
    wait(qtbot, window.actions_by_name["compare"].isEnabled)
    annotated.with_suffix(".atr").unlink()
    window.actions_by_name["hide_patient"].trigger()
    window.actions_by_name["compare"].trigger()
    panel = window.comparison.panel
    wait(qtbot, lambda: "annotation file" in panel.about.text())
    assert "p02" not in panel.about.text()
