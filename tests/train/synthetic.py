"""Small databases for tests of training: beats of shapes that a small network tells apart."""

import lzma
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecgviewer.signal.windows import neighbours
from tests.formats.records import ecg_like, write_record
from train.data import packed as cache
from train.data.database import RecordBeats
from train.data.packed import Packed, pack_record
from train.data.vitaldb import TABLE
from train.fit import checkpoint
from train.fit.trainer import Trainer

SHAPES = "NSVFQ"  # symbols of the five classes are N S V F Q themselves


def record_beats(name: str = "a", *, n: int = 60_000, seed: int = 0) -> RecordBeats:
    """N and V beats of two plain shapes, cleaned and refined as far as a test needs."""
    rng = np.random.default_rng(seed)
    ecg = rng.normal(0, 0.05, (2, n)).astype(np.float32)
    position = np.arange(300, n - 1_000, 250).astype(np.int64)
    label = rng.integers(0, 2, len(position)).astype(np.int64) * 2
    for p, c in zip(position, label, strict=True):
        ecg[:, p - 5 : p + 5] += 1.0
        if c:
            ecg[:, p + 10 : p + 60] -= 0.8
    before, after = neighbours(position, position)
    return RecordBeats(name, ecg, position, before, after, position, label)


class StoppedError(Exception):
    """Raised from a trainer's report to end it there."""


def one_epoch(trainer: Trainer) -> None:
    """Train one epoch and keep its checkpoint, as a run does that is stopped after it."""
    tell = trainer.report

    def stop(event: dict[str, Any]) -> None:
        tell(event)
        if "epoch" in event:
            raise StoppedError

    trainer.report = stop
    with pytest.raises(StoppedError):
        trainer.run()
    trainer.report = tell
    checkpoint.save(trainer.state, trainer.config, trainer.folder)


def write_table(folder: Path, *rows: str, head: str = "case,time_s,beat,rhythm,bad") -> Path:
    """A table of beat times like VitalDB's."""
    path = folder / TABLE
    path.write_bytes(lzma.compress("".join(f"{row}\n" for row in (head, *rows)).encode()))
    return path


def packed_noise(folder: Path, *, n: int = 20_000) -> Path:
    """A noise cache: em's second half is a hundred times the first."""
    records = []
    for i, name in enumerate(("bw", "em", "ma")):
        rng = np.random.default_rng(i)
        adc = np.rint(rng.normal(0, 10, (n, 2))).astype(np.int64)
        if name == "em":
            adc[n // 2 :] *= 100
        path = write_record(folder, adc, name=name, names=("noise1", "noise2"))
        records.append(pack_record(path, annotator=None))
    cache.write(Packed("nstdb", records), folder / "nstdb.cache")
    return folder / "nstdb.cache"


def packed_beats(folder: Path, names: tuple[str, ...], *, n: int = 9_000) -> Path:
    """A cache named mitdb of short records that beat 72 times a minute, all five classes in it."""
    records = []
    for i, name in enumerate(names):
        path = write_record(folder, ecg_like(n, seed=i), name=name, names=("MLII", "V1"))
        packed = pack_record(path, annotator=None)
        samples = list(range(150, n, 300))
        symbols = "".join(SHAPES[(i + k) % 5] for k in range(len(samples)))
        values = {field: getattr(packed, field) for field in packed.__struct_fields__}
        records.append(cache.PackedRecord(**values | {"samples": samples, "symbols": symbols}))
    cache.write(Packed("mitdb", records), folder / "mitdb.cache")
    return folder / "mitdb.cache"
