"""Which program and which libraries compute: versions, and a hash of the code."""

import hashlib
import importlib.metadata
import platform
import sys
from functools import cache
from pathlib import Path

from ecgviewer import __version__

# Libraries whose version can move a number of the report, by the name they are installed under.
_LIBRARIES = ("numpy", "scipy", "PyWavelets", "bottleneck", "torch", "wfdb")
# What decides a beat's place and class. A changed word in a menu keeps a user's results.
_COMPUTES = ("signal", "formats", "model", "features", "beats", "analysis")


def versions() -> dict[str, str]:
    """Versions of this program and of the libraries that compute."""
    found = {"ecgviewer": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:  # a frozen app that left it out
            found[name] = "unknown"
    return found


@cache
def code_hash() -> str:
    """SHA-256 of the program's own code that computes; of the executable in a frozen app.

    The version alone would not tell a source tree before an edit from the same one after it, nor
    two builds of one version.
    """
    root = Path(__file__).resolve().parent
    sources = [file for name in _COMPUTES for file in (root / name).rglob("*.py")]
    digest, n_read = hashlib.sha256(), 0
    if getattr(sys, "frozen", False):  # the code is in the executable
        root, sources = Path(sys.executable).parent, [Path(sys.executable)]
    for path in sorted(sources):
        try:
            text = path.read_bytes()
        except OSError:  # an edit under way
            continue
        digest.update(f"{path.relative_to(root).as_posix()} {len(text)}\n".encode())
        digest.update(text)
        n_read += 1
    return digest.hexdigest() if n_read else ""
