"""Results on disk: what was found, with all it takes to find it again."""

import hashlib
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec
import torch

from train.config import ConfigError
from train.scoring.source import source

FOLDER = Path("train/results")
CAMPAIGN = "campaign"  # folder of what `python -m train campaign --collect` takes up
_LIBRARIES = ("torch", "numpy", "scipy", "PyWavelets", "bottleneck", "wfdb", "scikit-learn")


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    """Name of the processor, as Linux has it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def machine() -> dict[str, Any]:
    """Sources, library versions and machine, for cards and results."""
    cuda = torch.cuda.is_available()
    return {
        **source(),
        "python": platform.python_version(),
        "libraries": {name: found for name in _LIBRARIES if (found := _version(name))},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if cuda else None,
        "cuda": torch.version.cuda if cuda else None,
    }


def file_hash(path: Path) -> str:
    """sha256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashes(paths: Sequence[Path]) -> dict[str, str]:
    """sha256 of files by name, so that no folder of a machine is told; absent ones are left out."""
    return {path.name: file_hash(path) for path in paths if path.is_file()}


def target(folder: Path, name: str, *, kind: str) -> Path:
    """File of a result; ConfigError, before any work, where it would replace one of another kind.

    Nothing is made or written.
    """
    path = folder / f"{name}.json"
    if path.parent != folder:
        raise ConfigError(f"name {name!r} is not that of a file")
    if path.is_file():
        try:
            found = msgspec.json.decode(path.read_bytes(), type=dict[str, Any]).get("kind")
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise ConfigError(f"{path}: damaged result ({error})") from error
        if found != kind:
            raise ConfigError(f"{path}: holds a result of {found!r}; give another --name")
    return path


def content(
    found: Mapping[str, Any],
    *,
    kind: str,
    config: Any,
    seeds: Sequence[int],
    minutes: float,
    hashes: Mapping[str, str],
    machine: Mapping[str, Any],
) -> dict[str, Any]:
    """One result, whole; the arguments are those of `write`, the hashes those of its inputs."""
    return {
        "kind": kind,
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **found,
        "config": config,
        "seeds": list(seeds),
        "minutes": round(minutes, 1),
        "sha256": dict(hashes),
        "machine": dict(machine),
    }


def write_content(path: Path, whole: Mapping[str, Any]) -> None:
    """Write one result, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n")
    part.replace(path)


def write(
    path: Path,
    found: Mapping[str, Any],
    *,
    kind: str,
    config: Any,
    seeds: Sequence[int],
    minutes: float,
    files: Sequence[Path] = (),
) -> None:
    """Write one result of this machine, whole or not at all.

    Parameters
    ----------
    path : Path
        `train/results/<name>.json`.
    found : mapping
        The figures; their form depends on `kind`.
    kind : str
        What it is: "cross-validate", "evaluate", "compare"...: `train.tables` goes by it.
    config : any
        Plain data or structs that say what was run.
    seeds : sequence of int
        Seeds of the runs in it.
    minutes : float
        How long it took.
    files : sequence of Path
        Inputs whose sha256 is kept.
    """
    whole = content(
        found,
        kind=kind,
        config=config,
        seeds=seeds,
        minutes=minutes,
        hashes=hashes(files),
        machine=machine(),
    )
    write_content(path, whole)


def read_every(folder: Path) -> dict[str, dict[str, Any]]:
    """Results of a folder, then those that a campaign brought, "campaign-" before their names."""
    brought = read_all(folder / CAMPAIGN)
    return read_all(folder) | {f"{CAMPAIGN}-{name}": each for name, each in brought.items()}


def read_all(folder: Path) -> dict[str, dict[str, Any]]:
    """Results of a folder (not below it) by name; ConfigError where one is damaged."""
    out = {}
    for path in sorted(folder.glob("*.json")):
        try:
            out[path.stem] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise ConfigError(f"{path}: damaged result ({error})") from error
    return out
