"""The Tianchi / Hefei 10 s records: read, labelled by the table, beats drawn.

Text files of 8 leads (I II V1-V6) at 500 Hz, 4.88 uV a unit, first line the leads' names; beside
them one file of labels, a record a line: file name, age, sex, labels, apart by tabs.
"""

import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BeatClass
from ecgviewer.analysis.scan import scan
from ecgviewer.record import Lead, Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import DETECTION, PAPER, Preprocessing
from ecgviewer.signal.windows import cut_windows, window_bounds
from train.config import ConfigError
from train.data.database import DatabaseError

TABLE = Path(__file__).parent / "tianchi.toml"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"name": "class"}):
    """A class and the words that stand for it."""

    name: str
    words: list[str]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`tianchi.toml`."""

    fs_hz: float
    uv_per_unit: float
    leads: list[str]
    beats_per_record: int
    otherwise: str
    rules: list[Rule]

    def label(self, labels: list[str]) -> BeatClass:
        """Class of a record with these labels: the first rule that applies."""
        for rule in self.rules:
            if any(word in label for word in rule.words for label in labels):
                return BeatClass[rule.name]
        return BeatClass[self.otherwise]


@dataclass(frozen=True)
class Drawn:
    """Beats drawn from all records.

    Attributes
    ----------
    windows : (n, 2, 400) float32
        Network inputs.
    label : (n,) int64
        Class of the record each comes from.
    record : (n,) int64
        Number of that record in the file of labels.
    sample : (n,) int64
        R peak in the record's own samples.
    without_beats : tuple of str
        Records in which no beat was found.
    """

    windows: NDArray[np.float32]
    label: NDArray[np.int64]
    record: NDArray[np.int64]
    sample: NDArray[np.int64]
    without_beats: tuple[str, ...]


def read_table(path: Path = TABLE) -> Table:
    """The table of labels; ConfigError where it is damaged."""
    try:
        table = msgspec.toml.decode(path.read_bytes(), type=Table)
        for name in (table.otherwise, *(rule.name for rule in table.rules)):
            BeatClass[name]
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{path}: not a table of labels ({error})") from error
    except KeyError as error:
        raise ConfigError(f"{path}: {error} is none of N S V F Q") from error
    return table


def read_labels(folder: Path, path: Path | None = None) -> dict[Path, list[str]]:
    """Record files and their labels, in the order of the file of labels.

    Parameters
    ----------
    folder : Path
        Holds records, in itself or below, and the file of labels (`*label*`).
    path : Path, optional
        The file of labels, where it lies elsewhere or there are several.
    """
    if not folder.is_dir():
        raise DatabaseError(f"{folder}: no such folder")
    if path is None:
        named = sorted(p for p in folder.glob("*label*") if p.is_file())
        if len(named) != 1:
            raise DatabaseError(f"{folder}: {len(named)} files named *label*, one is needed")
        path = named[0]
    found = [p for p in sorted(folder.rglob("*.txt")) if p != path]
    files = {p.name: p for p in found}
    twice = {name for name, n in Counter(p.name for p in found).items() if n > 1}
    out: dict[Path, list[str]] = {}
    absent = []
    for line in _text(path).splitlines():
        cells = [cell.strip() for cell in line.split("\t")]
        if not cells[0]:
            continue
        if cells[0] in twice:
            raise DatabaseError(f"{folder}: {cells[0]} lies in several folders; keep one of them")
        if cells[0] in files:
            out[files[cells[0]]] = [cell for cell in cells[3:] if cell]
        else:
            absent.append(cells[0])
    if absent or not out:
        total = len(out) + len(absent)
        raise DatabaseError(f"{folder}: {len(absent)} of {total} records absent ({absent[:3]})")
    return out


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DatabaseError(f"{path}: cannot be read ({error.strerror})") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DatabaseError(f"{path}: neither UTF-8 nor GB 18030 text")


def read_record(path: Path, table: Table) -> Record:
    """One record's two leads, in memory; DatabaseError where the file is damaged."""
    lines = _text(path).splitlines()
    names = lines[0].split() if lines else []
    absent = [lead for lead in table.leads if lead not in names]
    if absent:
        raise DatabaseError(f"{path}: lead {absent[0]} absent; its first line names {names}")
    try:
        units = np.array([line.split() for line in lines[1:] if line.strip()], np.float64)
    except ValueError as error:
        raise DatabaseError(f"{path}: damaged ({error})") from error
    if units.ndim != 2 or units.shape[1] != len(names):
        raise DatabaseError(f"{path}: not {len(names)} columns of numbers")
    chosen = units[:, [names.index(lead) for lead in table.leads]].T
    ecg = np.ascontiguousarray(chosen * table.uv_per_unit / 1000, dtype=np.float32)

    def read(start: int, stop: int) -> NDArray[np.float32]:
        return ecg[:, start:stop]

    leads = tuple(Lead(name) for name in table.leads)
    return Record(path.stem, path, table.fs_hz, leads, ecg.shape[1], read)


def draw_beats(
    record: Record, n: int, *, seed: int, prep: Preprocessing
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Windows (k, 2, 400) and samples (k,) of k <= n beats, drawn among those found.

    The draw depends on seed and record name alone.
    """
    steps = list(scan(record, detection=DETECTION))
    found = steps[-1].scan if steps else None
    if found is None or found.n_beats == 0:
        return np.empty((0, 2, prep.window), np.float32), np.empty(0, np.int64)
    rng = np.random.default_rng([seed, zlib.crc32(record.name.encode())])
    some = np.sort(rng.permutation(found.n_beats)[:n])
    bounds = window_bounds(found.positions[some], found.before[some], found.after[some], prep)
    cleaned = CleanedSignal(TimeGrid(record), (0, 1), prep=prep)
    return cut_windows(cleaned, bounds).values, found.samples[some]


def draw_all(folder: Path, table: Table, *, seed: int, labels: Path | None = None) -> Drawn:
    """Beats of all records of a folder."""
    windows, label, number, samples, none = [], [], [], [], []
    for i, (path, words) in enumerate(read_labels(folder, labels).items()):
        record = read_record(path, table)
        values, places = draw_beats(record, table.beats_per_record, seed=seed, prep=PAPER)
        if len(values) == 0:
            none.append(record.name)
        windows.append(values)
        samples.append(places)
        label.append(np.full(len(values), table.label(words), np.int64))
        number.append(np.full(len(values), i, np.int64))
    return Drawn(
        np.concatenate(windows),
        np.concatenate(label),
        np.concatenate(number),
        np.concatenate(samples),
        tuple(none),
    )
