"""Writes small WFDB records for tests, header and samples, without wfdb."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def ecg_like(n: int, n_leads: int = 2, *, seed: int = 1, fs: float = 360.0) -> NDArray[np.int64]:
    """(n, n_leads) ADC values around 1024 that look like a heart beating 72 times a minute."""
    rng = np.random.default_rng(seed)
    t = np.arange(n) / fs
    phase = (t * 1.2) % 1 - 0.5
    wave = 220 * np.exp(-((phase / 0.012) ** 2)) + 40 * np.exp(-(((phase - 0.25) / 0.05) ** 2))
    leads = [wave * (1 - 0.3 * k) + rng.normal(0, 3, n) + 1024 for k in range(n_leads)]
    return np.clip(np.rint(np.stack(leads, axis=1)), 0, 2047).astype(np.int64)


def packed(adc: NDArray[np.int64], fmt: int) -> bytes:
    """ADC values as a signal file of format 16 or 212."""
    flat = adc.reshape(-1)
    if fmt == 16:
        return flat.astype("<i2").tobytes()
    pairs = np.append(flat, np.zeros(len(flat) % 2, np.int64)).reshape(-1, 2) & 0xFFF
    low, high = pairs.T
    data = np.stack([low & 0xFF, (low >> 8) | (high >> 8 << 4), high & 0xFF], axis=1)
    return data.astype(np.uint8).tobytes()[: (len(flat) * 3 + 1) // 2]


def checksum(values: NDArray[np.int64]) -> int:
    """Sum of the samples as headers write it: 16 bits, signed."""
    return int((values.sum() + 2**15) % 2**16 - 2**15)


def signal_lines(
    adc: NDArray[np.int64],
    file: str,
    *,
    fmt: int = 16,
    names: Sequence[str] = ("MLII", "V1"),
    gain: str = "200(1024)/mV",
) -> list[str]:
    """One line for each column of `adc`."""
    return [
        f"{file} {fmt} {gain} 11 1024 {column[0]} {checksum(column)} 0 {name}"
        for column, name in zip(adc.T, names, strict=True)
    ]


def write_record(
    folder: Path,
    adc: NDArray[np.int64],
    *,
    name: str = "rec",
    fs: str = "360",
    fmt: int = 16,
    names: Sequence[str] | None = None,
    gain: str = "200(1024)/mV",
    tail: Sequence[str] = (),
    start: str = "",
) -> Path:
    """Write header and signal file; the header's path."""
    names = names or [f"L{i}" for i in range(adc.shape[1])]
    lines = signal_lines(adc, f"{name}.dat", fmt=fmt, names=names, gain=gain)
    first = f"{name} {adc.shape[1]} {fs} {len(adc)} {start}".rstrip()
    header = folder / f"{name}.hea"
    header.write_text("\n".join([first, *lines, *tail]) + "\n")
    (folder / f"{name}.dat").write_bytes(packed(adc, fmt))
    return header


def write_header(folder: Path, text: str, *, name: str = "rec") -> Path:
    """Write a header as it is given."""
    header = folder / f"{name}.hea"
    header.write_text(text)
    return header
