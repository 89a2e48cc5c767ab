"""Work spread over the cores: all of it done, stopped when asked to, no thread left."""

import signal
import threading
import time
from functools import partial

import pytest
import torch

import ecgviewer.model.runner  # noqa: F401  # what it adds to every thread
from ecgviewer.runtime import cores, pool
from ecgviewer.runtime.pool import Stopped, carry_out


def test_every_job_is_done_once_on_threads_that_end():
    before = set(threading.enumerate())
    done, lock = [], threading.Lock()

    def job(i):
        with lock:
            done.append((i, torch.get_num_threads()))

    carry_out([partial(job, i) for i in range(50)])
    assert sorted(done) == [(i, 1) for i in range(50)]
    assert set(threading.enumerate()) == before


def test_nothing_to_do_is_done():
    carry_out([])


def test_the_first_failure_is_raised():
    def fail():
        raise ValueError("weights")

    with pytest.raises(ValueError, match="weights"):
        carry_out([fail, fail, fail])


def test_it_stops_between_two_jobs(monkeypatch):
    monkeypatch.setattr(pool, "cores", lambda: 1)
    done = []
    with pytest.raises(Stopped):
        carry_out([lambda: done.append(1)] * 5, stop=lambda: len(done) == 2)
    assert len(done) == 2


def test_the_environment_may_ask_for_fewer_cores(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert cores.cores() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    assert cores.cores() >= 1


@pytest.mark.alone  # jobs of 20 ms: on a busy machine one thread may do all before the other runs
def test_a_core_is_left_free_while_something_moves(monkeypatch):
    monkeypatch.setattr(pool, "cores", lambda: 2)
    busy, most, lock = set(), [], threading.Lock()

    def job():
        with lock:
            busy.add(threading.get_ident())
            most.append(len(busy))
        time.sleep(0.02)
        with lock:
            busy.discard(threading.get_ident())

    carry_out([job] * 6)
    assert max(most) == 2
    most.clear()
    cores.leave_room(10)
    carry_out([job] * 6)
    cores.leave_room(0)
    assert max(most) == 1
    assert not cores.room_wanted()


def test_room_asked_for_on_one_core_stops_nothing(monkeypatch):
    monkeypatch.setattr(pool, "cores", lambda: 1)
    done = []
    cores.leave_room(10)
    carry_out([lambda: done.append(1)] * 3)
    cores.leave_room(0)
    assert len(done) == 3


@pytest.mark.alone  # jobs of 100 ms: the main thread has to hear the signal within one
def test_an_interrupt_waits_for_jobs_that_run_and_begins_no_other(monkeypatch):
    monkeypatch.setattr(pool, "cores", lambda: 2)
    begun, ended = [], []

    def job():
        begun.append(1)
        if len(begun) == 2:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.1)
        ended.append(1)

    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            carry_out([job] * 20)
    finally:
        signal.signal(signal.SIGINT, heard)
    n = len(begun)
    assert n <= 4
    assert len(ended) == n
    time.sleep(0.15)
    assert len(begun) == n
