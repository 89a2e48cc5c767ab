"""Leads that lie outside the record, and segments elsewhere than their own start times say."""

from pathlib import Path

import numpy as np
import pytest

from ecgviewer.formats.readers import open_record
from ecgviewer.record import Finding, Record
from tests.formats.records import ecg_like, signal_lines, write_header, write_record


def _verify(record: Record) -> tuple[str, list[Finding]]:
    assert record.verify is not None
    verdict = record.verify(lambda: False)
    return verdict.badge, [f for f in verdict.findings if f.severity != "ok"]


def _skewed(folder: Path, skew: int, n: int = 3_600, *, name: str = "rec") -> Path:
    """The second lead is said to lag by so many samples."""
    header = write_record(folder, ecg_like(n), name=name, names=("I", "II"))
    lines = header.read_text().splitlines()
    lines[2] = lines[2].replace(" 16 ", f" 16:{skew} ")
    header.write_text("\n".join(lines) + "\n")
    return header


@pytest.mark.parametrize(
    ("skew", "badge", "said"),
    [
        (5, "intact", ""),
        (36, "intact", ""),  # 0.1 s
        (37, "doubtful", "II: a skew of 37 samples (0.103 s) is more than recorders have"),
        (180, "doubtful", "II: a skew of 180 samples (0.5 s) is more than recorders have"),
        (400, "doubtful", "II: a skew of 400 samples (1.11 s) is more than recorders have"),
        (3_599, "doubtful", "more than recorders have"),
        (3_600, "damaged", "shifts it out of the record, of which 3,600 samples are there"),
        (200_000, "damaged", "II: a skew of 200,000 samples (556 s) shifts it out"),
    ],
)
def test_a_lead_that_its_skew_moves(tmp_path: Path, skew: int, badge: str, said: str) -> None:
    record = open_record(_skewed(tmp_path, skew))
    found_badge, found = _verify(record)
    assert found_badge == badge
    assert said in " ".join(f.message for f in found)
    assert int(np.isnan(record.read(0, 3_600)[1]).sum()) == min(skew, 3_600)


def test_a_skew_in_one_segment_of_several(tmp_path: Path) -> None:
    write_record(tmp_path, ecg_like(500), name="s1", names=("I", "II"))
    _skewed(tmp_path, 600, 500, name="s2")
    header = write_header(tmp_path, "rec/2 2 360 1000\ns1 500\ns2 500\n")
    badge, (found,) = _verify(open_record(header))
    assert badge == "damaged"
    assert found.message.startswith("segment s2, II: a skew of 600 samples")


def _segments(folder: Path, starts: tuple[str, ...], master: str = "", layout: str = "") -> Record:
    """Segments of ten seconds, each with a start of its own, and 10 s without signal after one."""
    for i, start in enumerate(starts):
        adc = ecg_like(3_600, seed=i)
        write_record(folder, adc, name=f"s{i}", names=("I", "II"), start=start)
    lines = [f"s{i} 3600" for i in range(len(starts))]
    lines[1:1] = ["~ 3600"]
    if layout:
        text = "lay 2 360 0\n~ 0 200/mV 0 0 0 0 0 I\n~ 0 200/mV 0 0 0 0 0 II\n"
        write_header(folder, text, name="lay")
        lines[:0] = ["lay 0"]
    n_frames = 3_600 * (len(starts) + 1)
    first = f"rec/{len(lines)} 2 360 {n_frames} {master}"
    return open_record(write_header(folder, "\n".join([first, *lines]) + "\n"))


@pytest.mark.parametrize("layout", ["", "lay"])
@pytest.mark.parametrize(
    ("starts", "master"),
    [
        (("10:00:00", "10:00:20"), ""),
        (("10:00:00", "10:00:20", "10:00:30"), "10:00:00"),
        (("23:59:50", "00:00:10"), "23:59:50 31/12/2023"),
        (("23:59:50 31/12/2023", "00:00:10 01/01/2024"), ""),
        (("10:00:00.7", "10:00:21"), ""),
        (("", "10:00:20"), "10:00:00"),
        (("", ""), "10:00:00"),
    ],
)
def test_start_times_that_fit(tmp_path: Path, starts, master: str, layout: str) -> None:
    badge, found = _verify(_segments(tmp_path, starts, master, layout))
    assert (badge, found) == ("intact", [])


@pytest.mark.parametrize("layout", ["", "lay"])
@pytest.mark.parametrize(
    ("starts", "master", "said"),
    [
        (("10:00:20", "10:00:00"), "", "segment s1 begins 0:00:40 earlier"),
        (("10:00:00", "11:00:20"), "", "segment s1 begins 1:00:00 later"),
        (("10:00:00", "10:00:00"), "", "segment s1 begins 0:00:20 earlier"),
        (("10:00:00", "10:00:20"), "09:00:00", "segment s0 begins 1:00:00 later"),
        (("10:00:00 02/01/2024", "10:00:20 01/01/2024"), "", "1 day, 0:00:00 earlier"),
        (("", "09:00:00", "10:00:00"), "", "segment s2 begins 0:59:50 later"),
    ],
)
def test_start_times_that_contradict_the_order(
    tmp_path: Path, starts, master: str, said: str, layout: str
) -> None:
    badge, found = _verify(_segments(tmp_path, starts, master, layout))
    assert badge == "doubtful"
    assert said in found[0].message
    assert {f.check for f in found} == {"segments"}


def _listed(folder: Path, lines: str, *, start: str = "", second: str = "") -> Record:
    """A record of the segments listed, of s0 and s1 of ten seconds each."""
    write_record(folder, ecg_like(3_600, seed=0), name="s0", names=("I", "II"), start=start)
    write_record(folder, ecg_like(3_600, seed=1), name="s1", names=("I", "II"), start=second)
    listed = [f"{word} {0 if word == 'lay' else 3600}" for word in lines.split()]
    if listed[0] == "lay 0":
        text = "lay 2 360 0\n~ 0 200/mV 0 0 0 0 0 I\n~ 0 200/mV 0 0 0 0 0 II\n"
        write_header(folder, text, name="lay")
    n_frames = 3_600 * sum(line != "lay 0" for line in listed)
    first = f"rec/{len(listed)} 2 360 {n_frames}"
    return open_record(write_header(folder, "\n".join([first, *listed]) + "\n"))


@pytest.mark.parametrize("start", ["", "10:00:00", "10:00:00 01/02/2020"])
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("s0 s0 s1", "segment s0 is shown 2 times, at 0:00:00, 0:00:10 from the start"),
        ("lay s0 s1 s0", "segment s0 is shown 2 times, at 0:00:00, 0:00:20 from"),
        ("s0 ~ s0", "segment s0 is shown 2 times, at 0:00:00, 0:00:20 from"),
        ("s1 " * 6, "at 0:00:00, 0:00:10, 0:00:20, 0:00:30 and 2 more places from the start"),
    ],
)
def test_a_segment_that_is_there_twice(tmp_path: Path, lines: str, said: str, start: str) -> None:
    badge, found = _verify(_listed(tmp_path, lines, start=start))
    assert badge == "doubtful"
    assert said in found[0].message
    assert [f.check for f in found] == ["segments"]


def test_two_segments_of_one_stretch_of_a_file(tmp_path: Path) -> None:
    _listed(tmp_path, "s0 s1")
    copy = (tmp_path / "s0.hea").read_text().replace("s0 2", "s2 2", 1)
    write_header(tmp_path, copy, name="s2")
    header = write_header(tmp_path, "rec/2 2 360 7200\ns0 3600\ns2 3600\n")
    badge, (found,) = _verify(open_record(header))
    assert badge == "doubtful"
    assert "segments s0 and s2 are one signal, shown 2 times" in found.message


@pytest.mark.parametrize("lines", ["s0 s1", "s0 ~ ~ s1", "lay s1 ~ s0 ~"])
def test_gaps_may_be_listed_again(tmp_path: Path, lines: str) -> None:
    assert _verify(_listed(tmp_path, lines)) == ("intact", [])


def test_two_segments_of_one_file_at_different_places(tmp_path: Path) -> None:
    adc = ecg_like(7_200)
    write_record(tmp_path, adc, name="whole", names=("I", "II"))
    for k, part in enumerate((adc[:3_600], adc[3_600:])):
        own = signal_lines(part, "whole.dat", names=("I", "II"))
        own = [line.replace(" 16 ", f" 16+{k * 3_600 * 4} ") for line in own]
        write_header(tmp_path, "\n".join([f"p{k} 2 360 3600", *own]) + "\n", name=f"p{k}")
    header = write_header(tmp_path, "rec/2 2 360 7200\np0 3600\np1 3600\n")
    _, found = _verify(open_record(header))
    assert not [f for f in found if "times" in f.message]
