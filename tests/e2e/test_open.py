"""A person opens a recording: by menu, drop, recent files; good ones, odd ones, broken ones."""

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from tests.formats.records import ecg_like, write_header, write_record
from tests.gui.conftest import open_and_wait, wait


def test_the_menu_opens_a_record_and_every_beat_gets_its_class(qtbot, window, record):
    window.files.prompts.open_path = record
    with qtbot.waitSignal(window.session.record_opened):
        window.actions_by_name["open"].trigger()
    wait(qtbot, lambda: window.session.progress.phase == "done")
    log = window.session.opened.log
    assert log.n_beats > 60
    assert log.n_pending == 0
    wait(
        qtbot, lambda: window.status.text.text().startswith(f"{log.n_beats} beats, all classified")
    )


def test_beats_are_grey_until_their_class_comes(qtbot, window, ensemble, record):
    ensemble.gate.clear()
    with qtbot.waitSignal(window.session.record_opened):
        window.files.open_path(record)
    wait(qtbot, lambda: window.session.progress.phase == "classifying")
    log = window.session.opened.log
    assert log.n_beats > 60
    assert log.n_classified == 0
    ensemble.gate.set()
    wait(qtbot, lambda: log.n_pending == 0)


def test_the_demo_opens_from_the_empty_state(qtbot, window, demo):
    with qtbot.waitSignal(window.session.record_opened):
        window.workspace.start_page.demo_clicked.emit()
    assert window.session.opened.record.path == demo


def test_a_dropped_signal_file_opens_its_record(qtbot, window, record):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(record.with_suffix(".dat")))])
    point, buttons = QPointF(100, 100), Qt.MouseButton.LeftButton
    event = QDropEvent(
        point, Qt.DropAction.CopyAction, data, buttons, Qt.KeyboardModifier.NoModifier
    )
    with qtbot.waitSignal(window.session.record_opened):
        window.dropEvent(event)
    assert window.session.opened.record.name == "p01"


def test_of_header_and_signal_file_dropped_together_the_header_is_opened(window, record):
    data = QMimeData()
    files = [record.with_suffix(".dat"), record]
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    assert window.files.dropped(data) == record


def test_a_recording_once_opened_is_offered_again(qtbot, opened, record):
    opened.recents.fill()
    texts = [action.text() for action in opened.recents.menu.actions()]
    assert texts[0].startswith("p01")
    opened.actions_by_name["hide_patient"].trigger()
    opened.recents.fill()
    assert "p01" not in "".join(action.text() for action in opened.recents.menu.actions())


def test_a_file_that_is_no_record_is_one_sentence_and_the_old_one_stays(
    qtbot, opened, record, tmp_path
):
    broken = write_header(tmp_path, "this is no header\n", name="broken")
    with qtbot.waitSignal(opened.session.open_failed):
        opened.files.open_path(broken)
    text = opened.workspace.messages.text.text()
    assert opened.workspace.messages.isVisible()
    assert "Traceback" not in text
    assert "\n" not in text
    assert opened.session.opened.record.path == record
    assert opened.session.opened.log.n_pending == 0


def test_a_damaged_record_opens_with_a_red_badge_and_its_findings(qtbot, window, tmp_path):
    header = write_record(tmp_path, ecg_like(7200), name="bad", names=("MLII", "V1"))
    signal = bytearray(header.with_suffix(".dat").read_bytes())
    signal[5000] ^= 0x10
    header.with_suffix(".dat").write_bytes(signal)
    open_and_wait(qtbot, window, header)
    wait(qtbot, lambda: window.session.opened.verdict.complete)
    assert window.workspace.header.badge.text() == "✕ damaged"
    window.help.on_integrity()
    (dialog,) = window.files.prompts.dialogs
    assert "checksum" in dialog.browsers[0].toPlainText()


def test_the_badge_turns_once_every_sample_is_summed(qtbot, opened):
    wait(qtbot, lambda: opened.session.opened.verdict.complete)
    assert opened.workspace.header.badge.text() == "✓ intact"


def test_a_recording_without_beats_says_so(qtbot, window, tmp_path):
    flat = np.full((7200, 2), 1024)
    open_and_wait(qtbot, window, write_record(tmp_path, flat, names=("MLII", "V1")))
    assert window.session.opened.log.n_beats == 0
    dead = "No ECG lead can be read: MLII and V1 are dead throughout."
    wait(qtbot, lambda: window.status.text.text() == f"no beats found  ·  {dead}")
    assert "–" in window.docks.panels["summary"].rate.text()
    assert window.docks.panels["summary"].episodes.text() == "Silence 0:20, unexplained"
    window.navigator.next_abnormal()  # to where the silence begins
    window.navigator.next_abnormal()
    assert "no abnormal beat" in window.workspace.messages.text.text()


@pytest.mark.parametrize("n_samples", [1, 100])
def test_a_recording_shorter_than_a_window_opens(qtbot, window, tmp_path, n_samples):
    header = write_record(tmp_path, ecg_like(n_samples), names=("MLII", "V1"))
    open_and_wait(qtbot, window, header)
    assert window.session.progress.phase == "done"


def test_one_lead_is_flagged_and_the_other_input_is_shown_as_none(qtbot, window, tmp_path):
    header = write_record(tmp_path, ecg_like(7200, 1), names=("MLII",))
    open_and_wait(qtbot, window, header)
    opened = window.session.opened
    assert opened.inputs == (0, None)
    assert "one_lead" in opened.beats.beat(5).flags
    assert window.docks.panels["recording"].inputs[1].currentText() == "none (zeros)"


def test_a_rate_below_100_hz_is_marked_but_not_classified(qtbot, window, tmp_path):
    header = write_record(tmp_path, ecg_like(3000, fs=50), fs="50", names=("MLII", "V1"))
    open_and_wait(qtbot, window, header)
    log = window.session.opened.log
    assert log.n_beats > 0
    assert log.n_classified == 0
    wait(qtbot, lambda: "not classified" in window.status.text.text())


def test_other_leads_can_be_chosen_and_all_beats_are_classified_anew(qtbot, opened, ensemble):
    before = ensemble.n_batches
    n_beats = opened.session.opened.log.n_beats
    opened.docks.panels["recording"].inputs_chosen.emit((1, 0))
    assert opened.session.opened.log.n_classified == 0
    wait(qtbot, lambda: opened.session.progress.phase == "done")
    assert opened.session.opened.log.n_classified == n_beats
    assert ensemble.n_batches > before


def test_the_sentence_on_unseen_patients_stands_in_the_window(opened, ensemble):
    assert opened.status.sentence.isVisible()
    assert opened.status.sentence.text() == ensemble.unseen_sentence
    assert ensemble.hash[:8] in opened.status.device.text()
