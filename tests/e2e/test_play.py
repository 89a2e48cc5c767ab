"""A person plays a recording: frames of 400 samples, page by page, beat by beat."""

import pytest

from ecgviewer.beats.columns import beat_id
from ecgviewer.gui.playback.clock import FRAME_S, SPEEDS
from tests.gui.conftest import TIMEOUT_MS, open_and_wait, wait


def test_frames_are_400_cleaned_samples_and_mark_the_trace(qtbot, opened):
    frames = []
    opened.play.frame_ready.connect(frames.append)
    opened.actions_by_name["play"].trigger()
    wait(qtbot, lambda: len(frames) >= 2)
    opened.actions_by_name["play"].trigger()
    assert not opened.play.player.playing
    assert frames[0].ecg.shape == (2, 400)
    assert frames[0].stop_s - frames[0].start_s == pytest.approx(400 / 360)
    assert frames[1].index > frames[0].index


def test_the_current_beat_is_told(qtbot, opened):
    with qtbot.waitSignal(opened.play.frame_ready, timeout=TIMEOUT_MS) as heard:
        opened.actions_by_name["next_frame"].trigger()
    last = heard.args[0].beats[-1]
    text = opened.play_bar.now.text()
    assert f"<b>{last.number}</b>" in text
    assert f"<b>{last.beat_class.name}</b>" in text
    assert f"{last.confidence:.3f}" in text
    assert opened.navigator.current == beat_id(last.number)


def test_steps_by_frame_and_by_beat(qtbot, opened):
    for expected in (1, 2):
        with qtbot.waitSignal(opened.play.frame_ready, timeout=TIMEOUT_MS) as heard:
            opened.actions_by_name["next_frame"].trigger()
        assert heard.args[0].index == expected
    with qtbot.waitSignal(opened.play.frame_ready, timeout=TIMEOUT_MS) as heard:
        opened.actions_by_name["previous_frame"].trigger()
    assert heard.args[0].index == 1
    current = opened.navigator.current
    opened.actions_by_name["next_beat"].trigger()
    assert opened.navigator.current == current + 1


def test_the_page_turns_when_the_frame_leaves_it(qtbot, opened):
    start, stop = opened.canvas.visible_range_s()
    opened.play.player.index = int(stop / FRAME_S) - 1
    for _ in range(2):
        with qtbot.waitSignal(opened.play.frame_ready, timeout=TIMEOUT_MS):
            opened.actions_by_name["next_frame"].trigger()
    assert opened.canvas.visible_range_s()[0] > start


def test_a_person_who_scrolls_away_while_it_plays_is_left_there(qtbot, opened):
    opened.actions_by_name["play"].trigger()
    with qtbot.waitSignal(opened.play.frame_ready, timeout=TIMEOUT_MS):
        pass
    opened.canvas.go_to(40.0)
    for _ in range(2):
        with qtbot.waitSignal(opened.play.frame_ready, timeout=TIMEOUT_MS):
            pass
    assert opened.canvas.visible_range_s()[0] == pytest.approx(40.0)
    opened.actions_by_name["play"].trigger()


def test_playback_does_not_wait_for_classes(qtbot, window, ensemble, record):
    ensemble.gate.clear()
    with qtbot.waitSignal(window.session.record_opened, timeout=TIMEOUT_MS):
        window.files.open_path(record)
    wait(qtbot, lambda: window.session.progress.phase == "classifying")
    with qtbot.waitSignal(window.play.frame_ready, timeout=TIMEOUT_MS) as heard:
        window.actions_by_name["next_frame"].trigger()
    assert heard.args[0].beats[-1].beat_class is None
    assert "pending" in window.play_bar.now.text()


def test_speeds_say_what_they_are():
    labels = {speed.label: speed for speed in SPEEDS}
    paper = labels["2 frames/s = 2.2 x real time"]
    assert paper.frames_per_s == 2
    assert round(paper.times_real, 1) == 2.2
    assert labels["real time"].times_real == pytest.approx(1)
    assert labels["64 x real time"].times_real == pytest.approx(64)
    assert labels["½ x real time"].times_real == pytest.approx(0.5)


def test_fast_playback_reaches_the_end_and_stops(qtbot, window, demo):
    open_and_wait(qtbot, window, demo)
    window.play.choose_speed(len(SPEEDS) - 1)
    window.play.player.index = window.play.player.n_frames - 60
    window.canvas.go_to(window.play.player.index * FRAME_S)
    shown = []
    window.play.frame_ready.connect(lambda frame: shown.append(frame.index))
    window.actions_by_name["play"].trigger()
    wait(qtbot, lambda: not window.play.player.playing)
    wait(qtbot, lambda: shown and shown[-1] == window.play.player.n_frames - 1)
    assert len(shown) < 60  # several frames share a repaint


def test_the_beats_of_the_frame_are_asked_for_first(qtbot, window, ensemble, demo):
    ensemble.gate.clear()
    with qtbot.waitSignal(window.session.record_opened, timeout=TIMEOUT_MS):
        window.files.open_path(demo)
    wait(qtbot, ensemble.asked.is_set)  # "classifying" is said before the first batch is begun
    window.canvas.go_to(200.0)
    with qtbot.waitSignal(window.play.frame_ready, timeout=TIMEOUT_MS) as heard:
        window.actions_by_name["next_frame"].trigger()
    frame = heard.args[0]
    assert frame.start_s == pytest.approx(200.0, abs=FRAME_S)  # from what is on screen
    known, log = [], window.session.opened.log
    window.session.beats_changed.connect(lambda _: known.append(log.classes >= 0))
    ensemble.gate.set()
    wait(qtbot, lambda: window.session.progress.phase == "done")
    in_frame = [beat.number - 1 for beat in frame.beats]
    assert known[1][in_frame].all()  # the first had been begun before
    assert not known[1].all()
