"""Damaged and hostile files: a sentence or a verdict, never a hang or a file elsewhere."""

import builtins
import io
import os
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecgviewer.formats.annotations import annotators
from ecgviewer.formats.describe import describe
from ecgviewer.formats.readers import open_record
from ecgviewer.record import Record, RecordError
from tests.formats.records import ecg_like, packed, signal_lines, write_header, write_record

CHARACTERS = "0123456789 /()+-:x~#.\nabcXYZ\t\xff"


def _assert_one_sentence(reason: str) -> None:
    assert reason.strip()
    assert "\n" not in reason


def _use(header: Path) -> Record | None:
    """Open, read and check a record as the program does; None where it is refused."""
    try:
        record = open_record(header)
    except RecordError as error:
        _assert_one_sentence(error.reason)
        return None
    assert 0 < record.n_samples < 100_000
    for start in (0, record.n_samples // 2, record.n_samples - 1):
        values = record.read(start, start + 2_000)
        assert values.dtype == np.float32
        assert values.shape[0] == record.n_leads
    assert record.verify is not None
    describe(record, record.verify(lambda: False))
    return record


def _mutants(text: bytes, rng: np.random.Generator, n: int):
    """Headers with one to three bytes changed, inserted or dropped, or a line lost or doubled."""
    alphabet = CHARACTERS.encode("latin-1")
    for _ in range(n):
        mutant = bytearray(text)
        for _ in range(rng.integers(1, 4)):
            at = int(rng.integers(len(mutant)))
            new = alphabet[rng.integers(len(alphabet))]
            match rng.integers(5):
                case 0:
                    mutant[at] = new
                case 1:
                    mutant.insert(at, new)
                case 2:
                    del mutant[at]
                case 3:
                    mutant[at:at] = bytes([mutant[at]]) * int(rng.integers(1, 12))
                case _:
                    lines = mutant.split(b"\n")
                    line = int(rng.integers(len(lines)))
                    lines[line : line + 1] = [lines[line]] * int(rng.choice([0, 2]))
                    mutant = bytearray(b"\n".join(lines)) or bytearray(b" ")
        yield bytes(mutant)


@pytest.mark.parametrize("seed", range(5))
def test_mutated_headers_are_opened_or_refused(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    fmt = (16, 212)[seed % 2]
    header = write_record(tmp_path, ecg_like(2000), fmt=fmt, tail=["# 69 M"], start="10:00:00")
    intact = header.read_bytes()
    opened = 0
    for mutant in _mutants(intact, rng, 300):
        header.write_bytes(mutant)
        opened += _use(header) is not None
    assert 100 < opened < 300


def test_mutated_headers_take_little_memory(tmp_path: Path) -> None:
    header = write_record(tmp_path, ecg_like(2000), fmt=212)
    intact = header.read_bytes()
    tracemalloc.start()
    for mutant in _mutants(intact, np.random.default_rng(7), 60):
        header.write_bytes(mutant)
        _use(header)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_mutated_multi_segment_headers(tmp_path: Path) -> None:
    adc = ecg_like(600)
    write_record(tmp_path, adc[:300], name="s1", names=("I", "II"))
    write_record(tmp_path, adc[300:], name="s2", names=("I", "II"))
    layout = "r_layout 2 360 0\n~ 0 0 0 0 0 0 0 I\n~ 0 0 0 0 0 0 0 II\n"
    write_header(tmp_path, layout, name="r_layout")
    text = "rec/4 2 360 650\nr_layout 0\ns1 300\n~ 50\ns2 300\n"
    header = write_header(tmp_path, text)
    rng = np.random.default_rng(9)
    for mutant in _mutants(text.encode(), rng, 200):
        header.write_bytes(mutant)
        try:
            record = open_record(header)
        except RecordError:
            continue
        # a gap may be days long, which is no reason to fill memory with it
        assert record.n_samples / record.fs <= 100 * 86_400
        record.read(record.n_samples - 10, record.n_samples)
        assert record.verify is not None
        record.verify(lambda: False)


def test_random_bytes_as_header_and_as_annotations(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    header = write_record(tmp_path, ecg_like(500))
    for size in rng.integers(0, 400, 150):
        (tmp_path / "rec.atr").write_bytes(rng.integers(0, 256, size, np.uint8).tobytes())
        _use(header)
    for size in rng.integers(0, 400, 150):
        header.write_bytes(rng.integers(1, 256, size, np.uint8).tobytes())
        _use(header)


@pytest.fixture
def opened_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Real paths of every file opened."""
    seen: list[str] = []

    def spy_on(module: Any) -> None:
        real: Callable[..., object] = module.open

        def spy(file, *args, **kwargs):
            if not isinstance(file, int):  # a number was opened by name before
                seen.append(os.path.realpath(file))
            return real(file, *args, **kwargs)

        monkeypatch.setattr(module, "open", spy)

    for module in (io, builtins, os):
        spy_on(module)
    return seen


@pytest.mark.parametrize(
    "name",
    [
        "../secret.dat", "../../etc/passwd", "/etc/passwd", "..", "-", "sub/rec.dat", "C:x.dat",
        "..\\secret.dat", "link.dat", "http://127.0.0.1/x.dat", "a" * 300,
    ],
)  # fmt: skip
def test_no_file_outside_the_record_s_folder(
    tmp_path: Path, opened_files: list[str], name: str
) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    secret = tmp_path / "secret.dat"
    secret.write_bytes(packed(ecg_like(50, 1), 16))
    (folder / "link.dat").symlink_to(secret)
    header = write_header(folder, f"rec 1 360 50\n{name} 16 200 11 0 0 0 0 I\n")
    text = f"multi/1 1 360 50\n{name.removesuffix('.dat')} 50\n"
    segments = write_header(folder, text, name="multi")
    opened_files.clear()
    with pytest.raises(RecordError, match="not a file in the record's own folder"):
        open_record(header)
    if name != "link.dat":
        with pytest.raises(RecordError):
            open_record(segments)
    assert {os.path.dirname(path) for path in opened_files} <= {os.path.realpath(folder)}  # noqa: PTH120


def test_a_record_reached_through_links_still_opens(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    write_record(real, ecg_like(50))
    (tmp_path / "folder").symlink_to(real)
    assert open_record(tmp_path / "folder" / "rec.hea").n_samples == 50
    linked = tmp_path / "linked"
    linked.mkdir()
    for suffix in ("hea", "dat"):
        (linked / f"rec.{suffix}").symlink_to(real / f"rec.{suffix}")
    assert open_record(linked / "rec.hea").n_samples == 50


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_place_of_a_file_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.hea")
    with pytest.raises(RecordError):
        open_record(tmp_path / "pipe.hea")
    os.mkfifo(tmp_path / "rec.dat")
    os.mkfifo(tmp_path / "rec.atr")
    header = write_header(tmp_path, "rec 1 360 50\nrec.dat 16 200 11 0 0 0 0 I\n")
    with pytest.raises(RecordError, match=r"rec\.dat is a named pipe, no file"):
        open_record(header)
    (tmp_path / "rec.dat").unlink()
    (tmp_path / "rec.dat").write_bytes(bytes(100))
    assert annotators(open_record(header)) == ()


@pytest.mark.parametrize(
    ("first", "line", "reason"),
    [
        ("rec 2 360 50", "rec.dat 16 200 11 0 0 0 0 I", "announces 2 signals and describes 1"),
        ("rec 0 360 50", "rec.dat 16 200 11 0 0 0 0 I", "announces 0 signals"),
        ("rec 99999 360 50", "rec.dat 16 200 11 0 0 0 0 I", "announces 99999 signals"),
        ("rec 1 0 50", "rec.dat 16 200 11 0 0 0 0 I", "sampling rate '0' is not within"),
        ("rec 1 1e30 50", "rec.dat 16 200 11 0 0 0 0 I", "not within"),
        ("rec 1 nan 50", "rec.dat 16 200 11 0 0 0 0 I", "not within"),
        ("rec 1 360 50", "rec.dat 17 200 11 0 0 0 0 I", "sample format 17 is not known"),
        ("rec 1 360 50", "rec.dat sixteen", "no readable sample format"),
        ("rec 1 360 50", "gone.dat 16 200 11 0 0 0 0 I", "gone.dat is missing"),
        ("rec 1 360 50", "rec.dat 516 200 11 0 0 0 0 I", "no FLAC file"),
        ("rec 1 360 50", "rec.dat 16x99999 200 11 0 0 0 0 I", "holds no samples"),
        ("rec 1 360 50", "rec.dat 16x0 200 11 0 0 0 0 I", "0 samples per frame"),
        ("rec 1 360 50", "rec.dat 16+999999 200 11 0 0 0 0 I", "holds no samples"),
        ("rec 1 360 50", "~ 0 200 11 0 0 0 0 I", "holds no samples"),
        ("rec", "", "number of signals is missing"),
        ("rec/x 1 360 50", "s1 50", "'rec/x' has a folder in it"),
        ("rec/0 1 360 50", "s1 50", "number of segments '0'"),
        ("rec/1 1 360 50", "s1", "gives no length"),
        ("", "", "header is empty"),
        ("\0", "", "no text file"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_sentence(
    tmp_path: Path, first: str, line: str, reason: str
) -> None:
    (tmp_path / "rec.dat").write_bytes(packed(ecg_like(50, 1), 16))
    header = write_header(tmp_path, f"{first}\n{line}\n")
    with pytest.raises(RecordError, match=reason):
        open_record(header)


def test_signals_of_one_file_must_agree(tmp_path: Path) -> None:
    adc = ecg_like(50, 3)
    lines = signal_lines(adc, "rec.dat", names=("I", "II", "III"))
    (tmp_path / "rec.dat").write_bytes(packed(adc, 16))
    (tmp_path / "b.dat").write_bytes(packed(adc, 16))
    mixed = [lines[0], lines[1].replace(" 16 ", " 212 "), lines[2]]
    with pytest.raises(RecordError, match="formats 16 and 212 at once"):
        open_record(write_header(tmp_path, "\n".join(["rec 3 360 50", *mixed])))
    apart = [lines[0], lines[1].replace("rec.dat", "b.dat"), lines[2]]
    with pytest.raises(RecordError, match="not listed together"):
        open_record(write_header(tmp_path, "\n".join(["rec 3 360 50", *apart])))


@pytest.mark.alone  # at most 2 s by the clock
@pytest.mark.parametrize("claim", [10**10, 10**15])
def test_an_enormous_claim_costs_nothing(tmp_path: Path, claim: int) -> None:
    write_record(tmp_path, ecg_like(500), name="s1")
    single = write_header(tmp_path, f"one 1 360 {claim}\ns1.dat 16 200 11 0 0 0 0 I\n", name="one")
    several = write_header(tmp_path, f"rec/2 2 360 {claim}\ns1 500\n~ {claim}\n")
    tracemalloc.start()
    began = time.perf_counter()
    assert open_record(single).n_samples == 1000
    with pytest.raises(RecordError, match="days, at most 100 are read"):
        open_record(several)
    assert time.perf_counter() - began < 2
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_header_too_large_to_be_one(tmp_path: Path) -> None:
    header = tmp_path / "rec.hea"
    with header.open("wb") as file:
        os.truncate(file.fileno(), 2**34)
    with pytest.raises(RecordError, match="at most 16 MB"):
        open_record(header)
