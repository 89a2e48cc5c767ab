"""Headers, signal files and annotation files: small sound ones, and what must hold of mutated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.analysis.channels import open_recording
from ecgviewer.formats.annotations import Annotations, read_annotations, write_annotations
from ecgviewer.formats.describe import as_lines, describe
from ecgviewer.formats.wfdb.header_parser import read_header
from ecgviewer.formats.wfdb.timeline import lay_out
from ecgviewer.record import Record, RecordError

_FS, _N = 360, 1_440
_PIECE = 4_096  # samples read at each end: all of a small record


@dataclass(frozen=True)
class Seed:
    """One sound file: its name in the folder, its bytes, whether it is text."""

    name: str
    data: bytes
    text: bool


def write_records(folder: Path) -> tuple[list[Seed], list[Seed], list[Seed]]:
    """Sound records in a folder; the headers, the signal files and the annotation files."""
    adc = _adc()
    headers, signals = [], []
    for name, code, encode in (
        ("plain", 16, _as_16),
        ("packed", 212, _as_212),
        ("bytes", 80, _as_80),
    ):
        (folder / f"{name}.dat").write_bytes(encode(adc))
        lines = [f"{name} 2 {_FS} {_N} 10:20:30 01/02/2003"]
        for k, lead in enumerate(("MLII", "V1")):
            total = (int(adc[:, k].sum()) + 2**15) % 2**16 - 2**15
            lines.append(f"{name}.dat {code} 20(3)/mV 8 0 {adc[0, k]} {total} 0 {lead}")
        (folder / f"{name}.hea").write_text("\n".join([*lines, "# 63 F, no drugs", ""]))
        signals.append(_seed(folder / f"{name}.dat", text=False))
        headers.append(_seed(folder / f"{name}.hea", text=True))
    several = f"several/4 2 {_FS} {2 * _N + 900}\nlay 0\nplain {_N}\n~ 900\nplain2 {_N}\n"
    (folder / "several.hea").write_text(several)
    (folder / "lay.hea").write_text(
        f"lay 2 {_FS} 0\n~ 0 20/mV 8 0 0 0 0 MLII\n~ 0 20/mV 8 0 0 0 0 V1\n"
    )
    (folder / "plain2.hea").write_text(
        (folder / "plain.hea").read_text().replace("plain 2", "plain2 2")
    )
    headers.append(_seed(folder / "several.hea", text=True))
    at = np.arange(100, 30_000, 290)
    zeros = np.zeros(len(at), np.int16)
    symbols = tuple("NVSAFQ/+"[k % 8] for k in range(len(at)))
    texts = tuple("(AFIB" if k % 8 == 7 else "" for k in range(len(at)))
    write_annotations(
        folder / "plain.atr",
        Annotations(at, symbols, texts, zeros, zeros, zeros, fs=_FS),
        force=True,
    )
    return headers, signals, [_seed(folder / "plain.atr", text=False)]


def _seed(path: Path, *, text: bool) -> Seed:
    return Seed(path.name, path.read_bytes(), text)


def _adc() -> NDArray[np.int64]:
    """(n, 2) values of eight bits."""
    chance, t = np.random.default_rng(5), np.arange(_N) / _FS
    phase = (t * 1.3) % 1 - 0.5
    wave = 60 * np.exp(-((phase / 0.02) ** 2))
    leads = [wave * (1 - 0.4 * k) + chance.normal(0, 3, _N) for k in range(2)]
    return np.clip(np.rint(np.stack(leads, axis=1)), -127, 127).astype(np.int64)


def _as_16(adc: NDArray[np.int64]) -> bytes:
    return adc.astype("<i2").tobytes()


def _as_80(adc: NDArray[np.int64]) -> bytes:
    return (adc + 128).astype(np.uint8).tobytes()


def _as_212(adc: NDArray[np.int64]) -> bytes:
    low, high = adc.reshape(-1, 2).T & 0xFFF
    data = np.stack([low & 0xFF, (low >> 8) | (high >> 8 << 4), high & 0xFF], axis=1)
    return data.astype(np.uint8).tobytes()


def try_record(path: Path) -> str:
    """Open, read, verify and describe a record; what is wrong with how that went, or ""."""
    try:
        record = open_recording(path)
        record.read(0, _PIECE)
        record.read(record.n_samples - _PIECE, record.n_samples)
        assert record.verify is not None
        verdict = record.verify(lambda: False)
        "\n".join(as_lines(describe(record, verdict)))
    except RecordError as error:
        return "" if len(str(error).splitlines()) <= 1 else "a refusal of several lines"
    return _wrong_and_green(record) if verdict.badge == "intact" else ""


def _wrong_and_green(record: Record) -> str:
    """What the format could tell of a record that is called intact, by sums of our own."""
    for segment in lay_out(read_header(record.files[0])).segments:
        for group in segment.groups:
            if group.file is None:
                return "wrong and green: a file cannot be read"
            n = segment.header.n_frames
            if n is not None and n != group.file.n_frames:
                return "wrong and green: another length"
            frames = group.file.frames(0, group.file.n_frames).astype(object)
            for i, columns in zip(group.signals, group.columns, strict=True):
                signal, own = segment.header.signals[i], frames[:, columns].ravel()
                if signal.checksum is None or (sum(own) - signal.checksum) % 2**16:
                    return "wrong and green: another checksum"
                if signal.initial is not None and signal.initial != own[0] and signal.format != 8:
                    return "wrong and green: another initial value"
    return ""


def try_annotations(header: Path) -> str:
    """Read an annotation file that lies beside a record."""
    record = open_recording(header)
    try:
        found = read_annotations(record, "atr")
    except RecordError as error:
        return "" if len(str(error).splitlines()) <= 1 else "a refusal of several lines"
    assert record.verify is not None
    record.verify(lambda: False)
    shapes: Sequence[int] = [len(found.sample), len(found.symbol), len(found.aux)]
    return "" if len(set(shapes)) == 1 else "columns of several lengths"


Try = Callable[[Path], str]
