"""Several processes: what each gets, what its death costs, and that all end when asked to."""

import multiprocessing
import os
import sys
import time
from pathlib import Path

import pytest

from ecgviewer.commands.archive import processes
from ecgviewer.commands.archive.processes import run_processes
from tests.commands.archive import works

POSIX = sys.platform != "win32"


def await_file(path: Path) -> None:
    until = time.monotonic() + 60
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert path.exists()


def test_every_order_is_carried_out_once_by_processes_that_end(tmp_path: Path):
    orders = works.orders(tmp_path, *"abcdefgh")
    outcomes = dict(run_processes(orders, 3, work=works.writes))
    said = [outcomes[i].line.split() for i in range(8)]
    assert [name for name, _ in said] == list("abcdefgh")
    assert 1 < len({pid for _, pid in said}) <= 3
    assert str(os.getpid()) not in {pid for _, pid in said}
    assert not multiprocessing.active_children()


def test_more_processes_than_records_start_no_more_than_that(tmp_path: Path):
    outcomes = dict(run_processes(works.orders(tmp_path, "a"), 8, work=works.writes))
    assert outcomes[0].ok
    assert not list(run_processes([], 3, work=works.writes))


def test_a_process_that_dies_costs_nothing_the_first_time(tmp_path: Path):
    outcomes = dict(run_processes(works.orders(tmp_path, *"abcde"), 2, work=works.dies_once))
    assert [outcomes[i].ok for i in range(5)] == [True] * 5
    assert (tmp_path / "died").exists()


def test_a_record_that_kills_every_process_is_reported(tmp_path: Path):
    outcomes = dict(run_processes(works.orders(tmp_path, *"abcde"), 2, work=works.dies_on_b))
    assert [outcomes[i].ok for i in range(5)] == [True, False, True, True, True]
    assert outcomes[1].complaint == (
        f"{tmp_path / 'b'}: the process that analysed it died (tried 2 times)"
    )
    assert not multiprocessing.active_children()


@pytest.mark.skipif(not POSIX, reason="Windows has no SIGINT to send to another process")
def test_who_stops_early_has_the_others_tidy_up(tmp_path: Path):
    outcomes = run_processes(works.orders(tmp_path, *"ab"), 2, work=works.dawdles)

    def interrupted(_: object) -> None:
        for name in "ab":
            await_file(tmp_path / f"{name}.began")
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            next(outcomes)
    assert time.monotonic() - began < 50
    assert {path.name for path in tmp_path.iterdir()} >= {"a.tidied", "b.tidied"}
    assert not multiprocessing.active_children()


@pytest.mark.skipif(not POSIX, reason="Windows has no SIGINT to send to another process")
def test_a_process_that_hears_nothing_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(processes, "END_S", 0.3)

    def interrupted(_: object) -> None:
        await_file(tmp_path / "a.began")
        raise KeyboardInterrupt

    monkeypatch.setattr(processes, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(run_processes(works.orders(tmp_path, "a"), 1, work=works.deaf))
    assert not multiprocessing.active_children()
    assert not (tmp_path / "a.tidied").exists()
