"""Cleaning away from the window: the same samples, asked for once, never waited for."""

import threading

import numpy as np
import pytest

from ecgviewer.analysis import scan
from ecgviewer.analysis.leads import beat_input
from ecgviewer.formats.readers import open_record
from ecgviewer.gui.panels.inspector.network_input import NetworkInput, input_job
from ecgviewer.gui.session.cleaning_thread import CleanedBlocks, CleaningThread
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import DETECTION, PAPER
from tests.gui.conftest import TIMEOUT_MS


@pytest.fixture
def worker(qtbot, record):
    worker = CleaningThread(1, open_record(record), prep=PAPER)
    worker.start()
    yield worker
    worker.stop()
    assert worker.wait(TIMEOUT_MS)


def test_a_block_comes_as_the_pipeline_cleans_it(qtbot, record, worker):
    opened = open_record(record)
    blocks = CleanedBlocks(worker, opened)
    with qtbot.waitSignal(worker.block_cleaned, timeout=TIMEOUT_MS) as heard:
        assert blocks(100, 500) is None  # not at hand, asked for
        assert blocks(200, 300) is None  # asked for once
    _, index, block = heard.args
    blocks.add(index, block)
    expected = CleanedSignal(TimeGrid(opened), opened.ecg_leads, prep=PAPER).between(100, 500)
    assert np.array_equal(blocks(100, 500), expected)


def test_the_inspector_shows_what_the_networks_see(qtbot, record, worker):
    opened = open_record(record)
    *_, last = scan.scan(opened, detection=DETECTION)
    with qtbot.waitSignal(worker.answer_ready, timeout=TIMEOUT_MS) as heard:
        worker.ask("input", input_job(opened, last.scan, 7, (0, 1), PAPER))
    _, kind, answer = heard.args
    right = beat_input(opened, last.scan, 7, prep=PAPER, inputs=(0, 1))
    assert kind == "input"
    assert isinstance(answer, NetworkInput)
    assert np.array_equal(answer.values, right.values)
    assert (answer.beat_id, answer.r_offset, answer.names) == (7, right.r_offset, ("MLII", "V1"))


def test_only_the_latest_question_of_a_kind_is_answered(qtbot, worker):
    started, answers = [], []
    busy, all_asked = threading.Event(), threading.Event()

    def hold_up(_):
        busy.set()
        return all_asked.wait(TIMEOUT_MS / 1000)

    worker.answer_ready.connect(lambda ticket, kind, answer: answers.append(answer))
    worker.ask("input", hold_up)
    assert busy.wait(TIMEOUT_MS / 1000)
    worker.ask("frame", lambda _: started.append(1))
    worker.ask("frame", lambda _: "latest")
    all_asked.set()
    qtbot.waitUntil(lambda: answers == [True, "latest"], timeout=TIMEOUT_MS)
    assert started == []


def test_a_failing_question_is_told_and_the_thread_goes_on(qtbot, worker):
    def broken(_):
        raise ValueError("no")

    with qtbot.waitSignal(worker.signal_failed, timeout=TIMEOUT_MS):
        worker.ask("frame", broken)
    with qtbot.waitSignal(worker.answer_ready, timeout=TIMEOUT_MS):
        worker.ask("frame", lambda _: 1)
