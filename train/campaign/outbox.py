"""OUT, the folder in which a campaign travels: a few small files, each with its hash."""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.config import ConfigError

MAX_FILES = 8
MAX_FILE = 15 * 2**20  # bytes
MAX_TOTAL = 60_000_000  # bytes
INDEX = "index.json"
_SUFFIX = ".piece"
_FORMAT = 1
_INDEX_ROOM = 64 * 2**10  # kept free for the index


@dataclass(frozen=True)
class _Piece:
    """One file of a blob."""

    file: str
    size: int
    sha256: str


class Outbox:
    """A folder of named blobs, changed as a whole or not at all.

    New pieces are written beside the folder, moved in, then named by a new index; what no index
    names is removed. So a process may die at any moment and the folder is as before or as after.

    Parameters
    ----------
    folder : Path
        Made with the first commit. ConfigError, one sentence, where a file in it is damaged,
        absent or not the campaign's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.note: dict[str, Any] = {}
        self._generation = 0
        self._blobs: dict[str, list[_Piece]] = {}
        if folder.exists():
            self._open()

    def __contains__(self, name: str) -> bool:
        return name in self._blobs

    @property
    def names(self) -> list[str]:
        """Of all blobs."""
        return list(self._blobs)

    @property
    def size(self) -> int:
        """Bytes of all blobs."""
        return sum(p.size for pieces in self._blobs.values() for p in pieces)

    def read(self, name: str) -> bytes:
        """A blob; its hashes were checked when the folder was opened."""
        return b"".join((self.folder / p.file).read_bytes() for p in self._blobs[name])

    def room(self, sizes: Mapping[str, int]) -> str:
        """What keeps blobs of these sizes from being added or replaced, a clause; empty: nothing.

        Parameters
        ----------
        sizes : mapping of str
            Bytes of blobs; 0: it goes.
        """
        kept = {k: sum(p.size for p in v) for k, v in self._blobs.items()}
        kept = {k: n for k, n in (kept | dict(sizes)).items() if n}
        total = sum(kept.values()) + _INDEX_ROOM
        files = 1 + sum(-(-n // MAX_FILE) for n in kept.values())
        if total > MAX_TOTAL:
            return f"it would hold {total / 1e6:.0f} MB of at most {MAX_TOTAL / 1e6:.0f}"
        return f"it would hold {files} files of at most {MAX_FILES}" if files > MAX_FILES else ""

    def commit(self, changes: Mapping[str, bytes | None], note: dict[str, Any]) -> None:
        """Replace blobs (None: remove) and the note; ConfigError where they do not fit."""
        full = self.room({name: len(data or b"") for name, data in changes.items()})
        if full:
            raise ConfigError(f"{self.folder}: {full}; nothing was written")
        self.folder.mkdir(parents=True, exist_ok=True)
        generation = self._generation + 1
        blobs = {k: v for k, v in self._blobs.items() if k not in changes}
        with tempfile.TemporaryDirectory(dir=self._beside(), prefix=".campaign-") as beside:
            for name, data in changes.items():
                if data:
                    blobs[name] = _write(Path(beside), f"{name}-{generation}", data)
            index = Path(beside) / INDEX
            index.write_text(_index(generation, note, blobs))
            for path in sorted(Path(beside).glob(f"*{_SUFFIX}")):
                path.replace(self.folder / path.name)
            index.replace(self.folder / INDEX)
        self._generation, self._blobs, self.note = generation, blobs, dict(note)
        self._tidy()

    def _beside(self) -> Path:
        """Where pieces are written: beside the folder, or in it where that is another disk."""
        parent = self.folder.resolve().parent
        same = parent.stat().st_dev == self.folder.stat().st_dev
        return parent if same and os.access(parent, os.W_OK) else self.folder

    def _open(self) -> None:
        path = self.folder / INDEX
        if not path.is_file():
            if any(self.folder.iterdir()):
                raise ConfigError(f"{self.folder}: holds files, but no {INDEX}; not a campaign's")
            return
        try:
            found = json.loads(path.read_bytes())
            body = found["body"]
            whole = found["sha256"] == _hash(_canonical(body)) and body["format"] == _FORMAT
            self._generation, self.note = int(body["generation"]), dict(body["note"])
            self._blobs = {k: [_Piece(*p) for p in v] for k, v in body["blobs"].items()}
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"{path}: damaged index of a campaign ({error})") from error
        if not whole:
            raise ConfigError(f"{path}: damaged index of a campaign (its hash differs)")
        for piece in (p for pieces in self._blobs.values() for p in pieces):
            at = self.folder / piece.file
            if not at.is_file():
                raise ConfigError(f"{at}: absent, but named by {INDEX}; take a whole copy")
            if _hash(at.read_bytes()) != piece.sha256:
                raise ConfigError(f"{at}: damaged (its hash differs); take a whole copy")
        self._tidy()

    def _tidy(self) -> None:
        """Remove pieces that no index names; ConfigError where another's file lies here."""
        named = {INDEX} | {p.file for pieces in self._blobs.values() for p in pieces}
        for path in self.folder.iterdir():
            if path.name.startswith(".campaign-"):
                continue
            if path.name not in named and path.suffix == _SUFFIX:
                path.unlink()
            elif path.name not in named:
                raise ConfigError(f"{path}: not of a campaign; give a folder of its own")


def _write(folder: Path, stem: str, data: bytes) -> list[_Piece]:
    pieces = []
    for i, start in enumerate(range(0, len(data), MAX_FILE)):
        part = data[start : start + MAX_FILE]
        name = f"{stem}-{i}{_SUFFIX}"
        (folder / name).write_bytes(part)
        pieces.append(_Piece(name, len(part), _hash(part)))
    return pieces


def _index(generation: int, note: dict[str, Any], blobs: Mapping[str, list[_Piece]]) -> str:
    body = {
        "format": _FORMAT,
        "generation": generation,
        "note": note,
        "blobs": {k: [[p.file, p.size, p.sha256] for p in v] for k, v in blobs.items()},
    }
    return json.dumps({"body": body, "sha256": _hash(_canonical(body))}, indent=1) + "\n"


def _canonical(body: Any) -> bytes:
    return json.dumps(body, sort_keys=True).encode()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
