"""WFDB annotation files read strictly: bytes to `Annotations`."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.errors import counted
from ecgviewer.files.regular import read_regular
from ecgviewer.formats.lying_there import stand_in, why_missing
from ecgviewer.formats.wfdb.annotation_bytes import READ, OneAnnotation, parse_annotations
from ecgviewer.record import RecordError

MAX_BYTES = 64 * 2**20  # a week of beats with text has 10 MB
MAX_GUESS_BYTES = 8 * 2**20  # of a file whose suffix does not say that it holds annotations
_SYMBOLS = ' NLRaVFJASEj/Q~ | sT*D"=pB^t+u?![]en@xf()r'
_NOTE = 22
_RATE = re.compile(r"## time resolution: (\d+\.?\d*(?:[eE][+-]?\d{1,2})?)")
_DEFINITION = re.compile(r"(\d{1,2}) (\S+)(?: .*)?")
_FEWEST_GUESSED = 20  # annotations, where neither suffix nor end mark says that they are such
# Suffixes of the publishers' reference and detector annotations: listed even where damaged.
_KNOWN = frozenset(
    "atr qrs ari ecg ann man pu pu0 pu1 pu2 st sta stb stc stf st- 16a abp apn aux anI bph "
    "cqrs gqrs wqrs sqrs jqrs xqrs ibi event hyp alarms ctm mrk trigger".split()
)
_NOT_ANNOTATIONS = frozenset(
    "hea dat mat flac edf txt csv tsv json xml pdf png jpg svg zip gz xz html md rtf ini log bak "
    "tmp info comp xyz xws py".split()
)


@dataclass(frozen=True)
class Annotations:
    """Annotations of one annotator, in file order.

    Attributes
    ----------
    sample : (n,) int64
        Samples from the record's start, at `fs` where the file states it.
    symbol : tuple of n str
        WFDB symbols.
    aux : tuple of n str
        Auxiliary text, empty where there is none.
    subtype, channel, number : (n,) int16
        The format's further fields.
    fs : float or None
        Time resolution that the file itself states, Hz.
    doubt : str
        What may be missing of the file, in a clause; empty where it is whole.
    """

    sample: NDArray[np.int64]
    symbol: tuple[str, ...]
    aux: tuple[str, ...]
    subtype: NDArray[np.int16]
    channel: NDArray[np.int16]
    number: NDArray[np.int16]
    fs: float | None = None
    doubt: str = ""

    def __len__(self) -> int:
        return len(self.symbol)


@dataclass
class _Definitions:
    """What the notes at the head of a file define."""

    fs: float | None = None
    symbols: dict[int, str] = field(default_factory=dict)
    inside: bool = False

    def take(self, note: str) -> bool:
        """Whether a note at sample 0 belongs to the definitions; some writers end its lines."""
        taken = [self._line(line) for line in map(str.strip, note.splitlines()) if line]
        return bool(taken) and all(taken)

    def _line(self, text: str) -> bool:
        rate = _RATE.fullmatch(text)
        if rate and float(rate[1]) > 0:
            self.fs = float(rate[1])
        elif text.startswith("## annotation type definitions"):
            self.inside = True
        elif text.startswith("## end of definitions"):
            self.inside = False
        elif self.inside and (defined := _DEFINITION.fullmatch(text)):
            self.symbols[int(defined[1])] = defined[2]
        else:
            return text.startswith("## ")
        return True


def read_annotation_file(path: Path) -> Annotations:
    """Read an annotation file in WFDB's own (MIT) format.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    RecordError
        Where it is missing, damaged, or no such file.
    """
    try:
        if not path.is_file():
            why = why_missing(path)
            raise RecordError(
                path, why or f"there is no annotation file {path.name} beside the record"
            )
        if path.stat().st_size > MAX_BYTES:
            raise RecordError(path, f"{path.name} has more than 64 MB; it is no annotation file")
        data = read_regular(path, MAX_BYTES)
    except OSError as error:
        raise RecordError(path, f"{path.name} cannot be read ({error.strerror})") from error
    if standing := stand_in(path):
        raise RecordError(path, standing)
    if len(data) == 0:
        raise RecordError(path, f"{path.name} is empty; copy it again")
    try:
        found, doubt = parse_annotations(data)
    except ValueError as error:
        raise RecordError(path, f"{path.name} is a damaged annotation file: {error}") from None
    definitions = _Definitions()
    kept: list[OneAnnotation] = []
    texts: list[str] = []
    for one in found:
        text = _text(one.aux)
        if one.time == 0 and one.code == _NOTE and not kept and definitions.take(text):
            continue
        if one.code:
            kept.append(one)
            texts.append(text)
    if doubt:
        verb = "is" if len(kept) == 1 else "are"
        read = f"{counted(len(kept), 'annotation')} {verb} read"
        doubt = f"{path.name}: {doubt.replace(READ, read)}"
    symbols = {**dict(enumerate(_SYMBOLS)), **definitions.symbols}
    return Annotations(
        np.array([one.time for one in kept], np.int64),
        tuple(_symbol(one.code, symbols) for one in kept),
        tuple(texts),
        np.array([one.subtype for one in kept], np.int16),
        np.array([one.channel for one in kept], np.int16),
        np.array([one.number for one in kept], np.int16),
        definitions.fs,
        doubt,
    )


def annotation_paths(stem: Path) -> dict[str, Path]:
    """Annotation files beside a record, by annotator, sorted.

    Parameters
    ----------
    stem : Path
        The record's path without suffix.
    """
    prefix = stem.name + "."
    try:
        names = sorted(p.name for p in stem.parent.iterdir() if p.name.startswith(prefix))
    except OSError:
        return {}
    found = {}
    for name in names:
        annotator = name.removeprefix(prefix)
        path = stem.with_name(name)
        if annotator.lower() in _NOT_ANNOTATIONS or not re.fullmatch(r"[\w-]{1,20}", annotator):
            continue
        try:
            known = annotator in _KNOWN
            if known and path.is_symlink() and not path.exists():
                found[annotator] = path  # that its content was not fetched shall be seen
            elif path.is_file() and (known or _is_readable(path)):
                found[annotator] = path
        except OSError:
            continue
    return found


def _is_readable(path: Path) -> bool:
    try:
        if path.stat().st_size > MAX_GUESS_BYTES:
            return False
        found = read_annotation_file(path)
    except RecordError:
        return False
    return not found.doubt or len(found) >= _FEWEST_GUESSED


def _symbol(code: int, symbols: dict[int, str]) -> str:
    symbol = symbols.get(code, " ")
    return symbol if symbol != " " else f"[{code}]"


def _text(aux: bytes) -> str:
    """An annotation's text: UTF-8, or what older programs wrote."""
    try:
        return aux.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        return aux.rstrip(b"\0").decode("latin-1")  # never fails
