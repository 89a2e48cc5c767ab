"""A small sound record of every format, and files of formats that are not read."""

from collections.abc import Callable
from pathlib import Path

from tests.formats.records import ecg_like, write_record


def wfdb(folder: Path) -> Path:
    """Header and signal file of two seconds."""
    return write_record(folder, ecg_like(720), name="sound", names=("MLII", "V1"))


# By name of the format: writes a record into a folder, returns the file that stands for it.
EXAMPLES: dict[str, Callable[[Path], Path]] = {"WFDB": wfdb}

_EDF = f"0       {'patient':160}01.01.2001.01.01{512:<52}{10:<8}{1:<8}{1:<4}".encode()
# Beginnings of files, by suffix; a format with that suffix is not asked about it.
BEGINNINGS: dict[str, bytes] = {
    "edf": _EDF + bytes(512),
    "bdf": b"\xffBIOSEMI" + _EDF[8:] + bytes(512),
    "dcm": bytes(128) + b"DICM" + bytes(512),
    "ecg": b"ISHNE1.0" + bytes(600),
    "scp": b"\xf4\x13\xc8\x61\0\0" + bytes(10) + b"SCPECG" + bytes(200),
    "xml": b'<?xml version="1.0"?><note>no recording</note>',
    "csv": b"time,MLII\n0.000,0.145\n0.003,0.150\n",
    "txt": b"100 2 apples and pears\n",
    "json": b'{"fs": 360}',
    "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "mat": b"MATLAB 5.0 MAT-file" + bytes(200),
}
