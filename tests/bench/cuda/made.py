"""A small cache of made records, and what else the tests of `bench.cuda` share."""

from pathlib import Path

import msgspec
import numpy as np

from bench.cuda.options import Options
from tests.formats.records import ecg_like, write_record
from train.data import packed as cache
from train.data.packed import Packed, pack_record

N = 20_000  # samples a record
SYMBOLS = "NNVNA"


def made_cache(folder: Path, *, n_records: int = 2) -> Packed:
    """Records of plain beats, the last with one lead; written as mitdb.cache of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    beats = np.arange(150, N - 10, 300)  # where `ecg_like` has its R peaks
    symbols = "".join(SYMBOLS[i % len(SYMBOLS)] for i in range(len(beats)))
    records = []
    for i in range(n_records):
        names = ("MLII", "V1") if i < n_records - 1 else ("MLII",)
        adc = ecg_like(N, len(names), seed=i)
        record = pack_record(
            write_record(folder, adc, name=str(100 + i), names=names), annotator=None
        )
        record = msgspec.structs.replace(record, samples=beats.tolist(), symbols=symbols)
        records.append(record)
    packed = Packed("mitdb", records)
    cache.write(packed, folder / "mitdb.cache")
    return packed


def options(folder: Path, **changes) -> Options:
    """A run on a folder's cache."""
    plain = Options(
        data=folder,
        minutes=9.0,
        device="cpu",
        share=1.0,
        ensembles=("clinical",),
        batch=64,
        out=folder / "out.json",
        markdown=False,
    )
    return Options(**{**vars(plain), **changes})
