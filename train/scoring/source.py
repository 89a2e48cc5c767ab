"""Which sources computed: the commit, whether they had changed since, and their hash."""

import hashlib
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from ecgviewer.versions import code_hash

UNKNOWN = "unknown"  # a copy without its history, or no git
_ROOT = Path(__file__).resolve().parents[2]
_TRAINS = ("**/*.py", "configs/*.toml")  # in `train`


def source(root: Path = _ROOT) -> dict[str, Any]:
    """Where the code is from.

    Parameters
    ----------
    root : Path
        The folder that holds `train` and `ecgviewer`.

    Returns
    -------
    dict
        `commit` ("unknown" where no git tells), `changed_since_commit` (None there: not known) and
        `code_sha256`, equal for equal sources.
    """
    commit, changed = UNKNOWN, UNKNOWN
    if (root / ".git").exists():  # a folder above may be another project's
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "-uno", "--", "train", "ecgviewer")
    known = UNKNOWN not in (commit, changed)
    return {
        "commit": commit,
        "changed_since_commit": bool(changed) if known else None,
        "code_sha256": _hash(root / "train"),
    }


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return UNKNOWN
    return done.stdout.strip()


@cache
def _hash(train: Path) -> str:
    """sha256 of what computes in the viewer and of all that trains, configurations among it."""
    digest = hashlib.sha256(code_hash().encode())
    paths = {path for pattern in _TRAINS for path in train.glob(pattern)}
    for path in sorted(paths):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(train).as_posix()} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()
