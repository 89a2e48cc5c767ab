import os
import subprocess
import sys
import time

import pytest

from tests.data import REPOSITORY
from train.campaign.clock import STARTING_S, Clock, process_age_s

ASK = """
import time
time.sleep(1.5)
from train.campaign.clock import process_age_s
print(process_age_s())
"""
linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells when a process was started"
)


@linux
def test_what_a_process_did_before_it_looked_at_the_clock_counts():
    before = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-c", ASK], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert 1.5 <= float(ran.stdout) <= time.monotonic() - before + 0.02  # a tick


def stat(folder, *, name="(python)", ticks):
    path = folder / "stat"
    path.write_text(f"17 {name} S " + " ".join(["0"] * 18) + f" {ticks} 0 0\n")
    return path


def ticks(*, ago):
    return round((time.clock_gettime(time.CLOCK_BOOTTIME) - ago) * os.sysconf("SC_CLK_TCK"))


@linux
@pytest.mark.parametrize("name", ["(python)", "(a name) with (brackets)", "(S S S)"])
def test_the_name_of_the_program_may_be_any(tmp_path, name):
    age = process_age_s(stat(tmp_path, name=name, ticks=ticks(ago=40)))
    assert age == pytest.approx(40, abs=1)


@pytest.mark.parametrize("text", ["", "17 (python) S 0 0", "17 (python) S " + "x " * 30])
def test_where_nothing_is_told_it_is_guessed(tmp_path, text):
    assert process_age_s(tmp_path / "absent") == STARTING_S
    (tmp_path / "stat").write_text(text)
    assert process_age_s(tmp_path / "stat") == STARTING_S


@linux
def test_a_start_that_cannot_be_is_guessed(tmp_path):
    assert process_age_s(stat(tmp_path, ticks=ticks(ago=-9))) == STARTING_S
    assert process_age_s(stat(tmp_path, ticks=ticks(ago=3_600))) == STARTING_S


def test_the_minutes_count_from_the_start():
    clock = Clock(9, started=time.monotonic() - 60, save_s=8)
    assert clock.left_s == pytest.approx(9 * 60 - 60 - 8, abs=0.5)
