"""The demo record's first ten seconds as a record of its own, for tests that write beside it."""

from pathlib import Path

from ecgviewer import paths

N_SAMPLES = 10 * 360


def an_excerpt(folder: Path, name: str = "r", *, header: str = "") -> Path:
    """Write header and samples into a folder, made where needed; the header's path."""
    folder.mkdir(parents=True, exist_ok=True)
    data = paths.demo_record().with_suffix(".dat").read_bytes()[: N_SAMPLES * 3 // 2]
    (folder / f"{name}.dat").write_bytes(data)
    path = folder / f"{name}.hea"
    path.write_text(
        header
        or f"{name} 1 360 {N_SAMPLES} 23:59:55 28/02/2024\n"
        f"{name}.dat 212 200(1024)/mV 11 1024 975 {_checksum(data)} 0 MLII\n# 23 F\n"
    )
    return path


def _checksum(data: bytes) -> int:
    """Of format 212, as the header has it: the sum of all samples in 16 bits."""
    total = 0
    for low, both, high in zip(data[::3], data[1::3], data[2::3], strict=True):
        for value in (low | (both & 0xF) << 8, high | (both >> 4) << 8):
            total += value - 4096 if value > 2047 else value
    return (total + 32768) % 65536 - 32768
