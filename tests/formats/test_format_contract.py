"""What every row of FORMATS has to keep, whatever the format."""

import contextlib
import os
import pkgutil
import re
import threading
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import ecgviewer.formats
from ecgviewer import paths
from ecgviewer.formats.readers import FORMATS, Format, format_of, open_record, records_in
from ecgviewer.record import RecordError
from tests.formats.examples import BEGINNINGS, EXAMPLES

# Modules of `formats` that are no format.
SHARED = {
    *(
        "annotations",
        "channel_names",
        "dead_leads",
        "describe",
        "ecg_leads",
        "folders",
        "head",
        "lying_there",
    ),
    *("physionet", "readers"),
}
RNG_BYTES = np.random.default_rng(7).integers(0, 256, 4096, np.uint8).tobytes()
each_format = pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.name)


def in_time(call: Callable[[], object], seconds: float = 10.0) -> object:
    """What a call gives; fails where it waits, say for the writer of a pipe."""
    given: list[object] = []
    thread = threading.Thread(target=lambda: given.append(call()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert given, f"no answer within {seconds:g} s, or an error"
    return given[0]


def names(row: Format, folder: Path) -> list[Path]:
    """Paths in a folder with every suffix of a format, and with none."""
    return [folder / f"x{suffix}" for suffix in (*row.suffixes, row.suffixes[0].upper(), "")]


def strange(row: Format) -> list[bytes]:
    """Contents of files that are none of a format's."""
    others = [text for suffix, text in BEGINNINGS.items() if f".{suffix}" not in row.suffixes]
    return [b"", b"\n", bytes(1000), RNG_BYTES, *others]


def assert_refused(row: Format, path: Path) -> None:
    for opens in (row.open, open_record):
        with pytest.raises(RecordError) as caught:
            opens(path)
        assert caught.value.path.is_absolute()
        assert re.fullmatch(r"\S.{8,}\S", caught.value.reason), "one sentence"


def test_every_module_of_a_format_has_its_row_and_every_row_an_example() -> None:
    modules = {module.name for module in pkgutil.iter_modules(ecgviewer.formats.__path__)}
    own = {row.open.__module__.split(".")[2] for row in FORMATS}
    assert own == modules - SHARED
    assert set(EXAMPLES) == {row.name for row in FORMATS}


@each_format
def test_suffixes_and_the_line_of_the_dialog(row: Format) -> None:
    assert row.suffixes
    assert len(set(row.suffixes)) == len(row.suffixes)
    assert all(re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) for suffix in row.suffixes)
    shown = re.fullmatch(r"([^()*;]+) \(([^()]+)\)", row.filter_words)
    assert shown is not None
    assert shown[2].split() == [f"*{suffix}" for suffix in row.suffixes]


@each_format
def test_its_own_record_is_known_opened_and_read(row: Format, tmp_path: Path) -> None:
    path = EXAMPLES[row.name](tmp_path)
    assert row.sniff(path)
    assert path.suffix == row.suffixes[0]
    assert format_of(path) is row
    record = open_record(path)
    assert record.path == path
    assert record.name
    assert record.files
    assert all(file.is_file() for file in record.files)
    values = record.read(0, record.n_samples)
    assert values.shape == (record.n_leads, record.n_samples)
    assert values.dtype == np.float32
    assert np.isfinite(values).all()
    np.testing.assert_array_equal(record.read(100, 300), values[:, 100:300])
    assert record.ecg_leads
    assert record.verdict.severity == "ok"
    verdict = record.verify(lambda: False) if record.verify else record.verdict
    assert verdict.badge == "intact"


@each_format
def test_every_file_of_a_record_leads_to_it(row: Format, tmp_path: Path) -> None:
    known = open_record(EXAMPLES[row.name](tmp_path))
    for file in known.files:
        assert format_of(file) is row
        assert open_record(file).files == known.files


@each_format
def test_a_suffix_alone_is_not_trusted(row: Format, tmp_path: Path) -> None:
    for content in strange(row):
        for path in names(row, tmp_path):
            path.write_bytes(content)
            assert row.sniff(path) is False, (path.name, content[:20])
            path.unlink()


@each_format
def test_records_of_other_formats_are_not_its_own(row: Format, tmp_path: Path) -> None:
    for name, make in EXAMPLES.items():
        (tmp_path / name).mkdir()
        assert row.sniff(make(tmp_path / name)) is (name == row.name)


@each_format
def test_what_is_no_file_is_not_its_own_and_nobody_waits(row: Format, tmp_path: Path) -> None:
    for path in (*names(row, tmp_path), tmp_path):
        assert row.sniff(path) is False, "absent, or a folder"
    for path in names(row, tmp_path):
        path.mkdir()
        assert row.sniff(path) is False
        assert_refused(row, path)
        path.rmdir()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@each_format
def test_a_pipe_is_not_waited_for(row: Format, tmp_path: Path) -> None:
    for path in names(row, tmp_path):
        os.mkfifo(path)
        assert in_time(partial(row.sniff, path)) is False
        in_time(partial(assert_refused, row, path))
    in_time(partial(records_in, tmp_path))


@each_format
def test_little_is_read_of_a_large_file(row: Format, tmp_path: Path) -> None:
    for path in names(row, tmp_path):
        path.write_bytes(b"#")
        os.truncate(path, 2**30)
        tracemalloc.start()
        try:
            assert row.sniff(path) is False
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 2_000_000
        path.unlink()


@each_format
def test_garbage_is_refused_in_one_sentence(row: Format, tmp_path: Path) -> None:
    for content in strange(row):
        for path in names(row, tmp_path):
            path.write_bytes(content)
            assert_refused(row, path)
            path.unlink()


@each_format
def test_a_record_cut_off_anywhere_opens_or_is_refused(row: Format, tmp_path: Path) -> None:
    path = EXAMPLES[row.name](tmp_path)
    whole = path.read_bytes()
    for length in range(0, len(whole), max(1, len(whole) // 50)):
        path.write_bytes(whole[:length])
        with contextlib.suppress(RecordError):
            record = open_record(path)
            assert record.read(0, 10).shape[0] == record.n_leads


@each_format
def test_the_records_in_a_folder_are_sorted_and_complete(row: Format, tmp_path: Path) -> None:
    path = EXAMPLES[row.name](tmp_path)
    for suffix, beginning in BEGINNINGS.items():
        if f".{suffix}" not in row.suffixes:
            (tmp_path / f"other.{suffix}").write_bytes(beginning)
    files = sorted(file.name for file in tmp_path.iterdir())
    assert list(row.folder_entries(tmp_path, files)) == [path]
    assert list(row.folder_entries(tmp_path, files[::-1])) == [path]
    assert list(row.folder_entries(tmp_path, ())) == []
    assert records_in(tmp_path) == {path: row}
    # what is damaged is to be seen, not to be missing
    path.write_bytes(path.read_bytes()[:9])
    assert list(row.folder_entries(tmp_path, files)) == [path]


def test_the_demo_is_opened_by_its_own_format() -> None:
    row = format_of(paths.demo_record())
    assert row is not None
    assert row.name == "WFDB"
    [found] = records_in(paths.resources() / "demo")
    assert found.with_suffix("") == paths.demo_record()
    assert open_record(found).files == open_record(paths.demo_record()).files
