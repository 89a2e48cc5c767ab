"""What a kept result depends on, as one key."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields

# Raise it when what is kept, or how a class comes about, changes in a way no field below shows.
RESULT_SCHEMA = 2


@dataclass(frozen=True, kw_only=True)
class ResultKey:
    """Everything that can change a result; two keys are one only where every field is.

    Attributes
    ----------
    files : tuple of str
        SHA-256 of the recording's files, the header first.
    beats_from : str
        "detect", or the annotator whose beats were taken.
    annotation : str
        SHA-256 of the annotation file; empty where beats were detected.
    searched : tuple of int
        Channels in which beats were looked for, in order.
    inputs : tuple of int or None
        Channels given to the networks, in order.
    detection, quality, grid, preprocessing : str
        Fingerprints of the parameters.
    ensemble : str
        Hash of the ensemble, and through it of every weight.
    precision, device, engine : str
        "fp32" or "bf16"; "cpu" or "cuda"; which processor's kernels.
    versions : tuple of (str, str)
        This program and the libraries that compute.
    code : str
        Hash of this program's own code, where it can be read.
    schema : int
        Version of what is kept.
    """

    files: tuple[str, ...]
    beats_from: str
    annotation: str
    searched: tuple[int, ...]
    inputs: tuple[int | None, ...]
    detection: str
    quality: str
    grid: str
    preprocessing: str
    ensemble: str
    precision: str
    device: str
    engine: str
    versions: tuple[tuple[str, str], ...]
    code: str
    schema: int = RESULT_SCHEMA

    def digest(self) -> str:
        """SHA-256 of all fields by name, hexadecimal."""
        return _hash(asdict(self))


KEY_FIELDS = tuple(f.name for f in fields(ResultKey))


def group_digest(files: tuple[str, ...]) -> str:
    """SHA-256 of the files' hashes: all results of one recording share it."""
    return _hash({"files": files})


def _hash(value: dict[str, object]) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
