"""Who is trained on, who is validated on, who is never touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from train.data.database import DatabaseError, RecordBeats

FOLDER = Path(__file__).parents[1] / "splits"
PARTS = ("train", "validation", "test")
_SEED = 20_260_611
N_FOLDS = 5


@dataclass(frozen=True)
class Split:
    """Row numbers into the concatenated beats of a database.

    Attributes
    ----------
    train, validation, test : (n,) int64
        Rows; `test` may be empty.
    """

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


def _labels(records: Sequence[RecordBeats]) -> NDArray[np.int64]:
    return np.concatenate([r.label for r in records])


def stratified(labels: NDArray[np.int64], fold: int = 0) -> Split:
    """10 % test, the rest in five folds (72/18/10), stratified by class, by beat.

    As counted in the paper: it puts each patient on both sides.
    """
    rng = np.random.default_rng(_SEED)
    part = np.empty(len(labels), np.int64)  # 0..4 fold, 5 test
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        n_test = round(len(rows) / 10)
        part[rows[:n_test]] = N_FOLDS
        part[rows[n_test:]] = np.arange(len(rows) - n_test) % N_FOLDS
    return Split(
        np.flatnonzero((part != fold) & (part != N_FOLDS)),
        np.flatnonzero(part == fold),
        np.flatnonzero(part == N_FOLDS),
    )


def paper_fold(records: Sequence[RecordBeats], fold: int) -> Split:
    """The paper's split with one of its five folds for validation.

    Fold 0 is the committed lists; every other fold leaves the same committed 10 % alone.
    """
    folder = FOLDER / "paper"
    committed = read_lists(records, folder)
    if fold == 0:
        return committed
    split = stratified(_labels(records), fold)
    if not np.array_equal(split.test, committed.test):
        raise DatabaseError(f"{folder / 'test.json'}: fold {fold} would not set these beats aside")
    return split


def everything(labels: NDArray[np.int64]) -> Split:
    """All rows for training; the same rows are watched, and nothing may be chosen on them."""
    rows = np.arange(len(labels), dtype=np.int64)
    return Split(rows, rows, np.empty(0, np.int64))


def by_record(records: Sequence[RecordBeats], validation: Sequence[str]) -> Split:
    """Whole records for validation, the rest for training; no test rows."""
    absent = sorted(set(validation) - {r.name for r in records})
    if absent:
        raise DatabaseError(f"records {', '.join(absent)}: to validate on, but not in the data")
    is_validation = np.concatenate([np.full(len(r.label), r.name in validation) for r in records])
    empty = np.empty(0, np.int64)
    return Split(np.flatnonzero(~is_validation), np.flatnonzero(is_validation), empty)


def part(split: Split, labels: NDArray[np.int64], share: float) -> Split:
    """A share of the training and validation rows, every class in its own; for a dry run.

    `labels` (n,) are those of all beats. No row is left for the test; of a class a part has, two.
    """

    def some(rows: NDArray[np.int64]) -> NDArray[np.int64]:
        rng = np.random.default_rng(_SEED)
        kept = [rng.permutation(rows[labels[rows] == c]) for c in np.unique(labels[rows])]
        return np.sort(np.concatenate([k[: max(2, round(share * len(k)))] for k in kept]))

    if share >= 1:
        return split
    return Split(some(split.train), some(split.validation), np.empty(0, np.int64))


def write_lists(records: Sequence[RecordBeats], split: Split, folder: Path) -> None:
    """Write the three lists: record -> annotation samples, one JSON file a part."""
    folder.mkdir(parents=True, exist_ok=True)
    names = np.concatenate([np.full(len(r.label), r.name) for r in records])
    samples = np.concatenate([r.sample for r in records])
    for part in PARTS:
        rows = getattr(split, part)
        lines = []
        for record in records:
            mine = rows[names[rows] == record.name]
            listed = ",".join(str(s) for s in samples[mine])
            lines.append(f'"{record.name}":[{listed}]')
        (folder / f"{part}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def read_lists(records: Sequence[RecordBeats], folder: Path) -> Split:
    """Read the three lists and find their rows; DatabaseError where a beat is not in the data."""
    rows_of = {}
    first = 0
    for record in records:
        rows_of[record.name] = {int(s): first + i for i, s in enumerate(record.sample)}
        first += len(record.label)
    parts = []
    for part in PARTS:
        path = folder / f"{part}.json"
        if not path.is_file():
            raise DatabaseError(f"{path}: the committed list of beats is absent")
        try:
            lists = msgspec.json.decode(path.read_bytes(), type=dict[str, list[int]])
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise DatabaseError(f"{path}: damaged list of beats ({error})") from error
        try:
            rows = [rows_of[name][s] for name, samples in lists.items() for s in samples]
        except KeyError as error:
            raise DatabaseError(f"{path}: beat {error} is not in the data") from error
        parts.append(np.array(sorted(rows), np.int64))
    return Split(*parts)
