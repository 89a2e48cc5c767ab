"""A short run of the fuzzer, and that it sees what it is there to see."""

import sys
from pathlib import Path
from random import Random

import pytest

from bench.fuzz.mutate import mutated
from bench.fuzz.records import try_record
from bench.fuzz.run import fuzz
from bench.fuzz.subjects import SUBJECTS, mutation

N = {"headers": 120, "signals": 60, "annotations": 60, "bundles": 25, "settings": 40, "results": 40}


@pytest.mark.parametrize("what", sorted(SUBJECTS))
def test_mutated_files_are_refused_or_read(what: str, tmp_path: Path):
    subject = SUBJECTS[what][0](tmp_path)
    for number in range(N[what]):
        chosen, data = mutation(subject, what, 1000, number)
        (tmp_path / chosen.name).write_bytes(data)
        assert not subject.attempt(chosen), f"--what {what} --seed 1000 --first {number} --n 1"
        subject.restore()


def test_a_mutation_is_the_same_every_time_and_seldom_none():
    data = b"rec 2 360 1000\nrec.dat 16 200 11 0 5 7 0 MLII\n"
    found = [mutated(data, Random(k), text=True) for k in range(300)]
    assert found == [mutated(data, Random(k), text=True) for k in range(300)]
    assert sum(one == data for one in found) < 30


WORKER = """
import json, os, sys, time
first, stop = int(sys.argv[3]), int(sys.argv[4])
for number in range(first, stop):
    print(json.dumps({"begin": number}), flush=True)
    if number == 1:
        os.abort()
    if number == 3:
        time.sleep(60)
    problem = "memory: much" if number == 4 else ""
    print(json.dumps({"done": number, "problem": problem}), flush=True)
"""


def test_a_crash_and_a_hang_are_counted_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bench.fuzz.run.LONGEST_S", 1.5)
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    failures = fuzz("any", 1, 0, 6, command=(sys.executable, str(script)))
    assert [failure.number for failure in failures] == [1, 3, 4]
    crash, hang, memory = (failure.problem for failure in failures)
    assert crash.startswith("crash")
    assert hang == "hang: over 1.5 s"
    assert memory == "memory: much"


def test_what_is_changed_and_called_intact_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    SUBJECTS["signals"][0](tmp_path)
    path = tmp_path / "plain.dat"
    data = bytearray(path.read_bytes())
    data[500] ^= 4
    path.write_bytes(data)
    assert try_record(tmp_path / "plain.hea") == ""  # it is called damaged
    monkeypatch.setattr("ecgviewer.record.Verdict.badge", "intact")
    assert try_record(tmp_path / "plain.hea") == "wrong and green: another checksum"
