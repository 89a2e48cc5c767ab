"""WFDB annotation files read strictly: bytes to `Annotations`."""

import re
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.record import RecordError

MAX_BYTES = 64 * 2**20  # a week of beats with text has 10 MB
MAX_GUESS_BYTES = 8 * 2**20  # of a file whose suffix does not say that it holds annotations
_SYMBOLS = ' NLRaVFJASEj/Q~ | sT*D"=pB^t+u?![]en@xf()r'
# WFDB Applications Guide, annot(5): codes that qualify the annotation before them
_SKIP, _NUM, _SUB, _CHAN, _AUX = 59, 60, 61, 62, 63
_NOTE = 22
_RATE = re.compile(r"## time resolution: (\d+\.?\d*)")
_DEFINITION = re.compile(r"(\d{1,2}) (\S+)(?: .*)?")
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
    """

    sample: NDArray[np.int64]
    symbol: tuple[str, ...]
    aux: tuple[str, ...]
    subtype: NDArray[np.int16]
    channel: NDArray[np.int16]
    number: NDArray[np.int16]
    fs: float | None = None

    def __len__(self) -> int:
        return len(self.symbol)


@dataclass
class _One:
    """An annotation while it is read."""

    time: int
    code: int
    subtype: int = 0
    channel: int = 0
    number: int = 0
    aux: bytes = b""


@dataclass
class _Definitions:
    """What the notes at the head of a file define."""

    fs: float | None = None
    symbols: dict[int, str] = field(default_factory=dict)
    inside: bool = False

    def take(self, text: str) -> bool:
        """Whether a note at sample 0 belongs to the definitions."""
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
            raise RecordError(path, f"there is no annotation file {path.name} beside the record")
        if path.stat().st_size > MAX_BYTES:
            raise RecordError(path, f"{path.name} has more than 64 MB; it is no annotation file")
        data = path.read_bytes()
    except OSError as error:
        raise RecordError(path, f"{path.name} cannot be read ({error.strerror})") from error
    if len(data) == 0:
        raise RecordError(path, f"{path.name} is empty; copy it again")
    try:
        found = list(_parse(data))
    except ValueError as error:
        raise RecordError(path, f"{path.name} is a damaged annotation file: {error}") from None
    definitions = _Definitions()
    kept: list[_One] = []
    texts: list[str] = []
    for one in found:
        text = one.aux.rstrip(b"\0").decode("latin-1")
        if one.time == 0 and one.code == _NOTE and not kept and definitions.take(text):
            continue
        if one.code:
            kept.append(one)
            texts.append(text)
    symbols = {**dict(enumerate(_SYMBOLS)), **definitions.symbols}
    return Annotations(
        np.array([one.time for one in kept], np.int64),
        tuple(_symbol(one.code, symbols) for one in kept),
        tuple(texts),
        np.array([one.subtype for one in kept], np.int16),
        np.array([one.channel for one in kept], np.int16),
        np.array([one.number for one in kept], np.int16),
        definitions.fs,
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
            if path.is_file() and (annotator in _KNOWN or _is_readable(path)):
                found[annotator] = path
        except OSError:
            continue
    return found


def _is_readable(path: Path) -> bool:
    try:
        if path.stat().st_size > MAX_GUESS_BYTES:
            return False
        read_annotation_file(path)
    except RecordError:
        return False
    return True


def _symbol(code: int, symbols: dict[int, str]) -> str:
    symbol = symbols.get(code, " ")
    return symbol if symbol != " " else f"[{code}]"


def _parse(data: bytes) -> Iterator[_One]:
    """Annotations in file order; ValueError where the file breaks off or makes no sense."""
    words = array("H", data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        words.byteswap()
    at, time = 0, 0
    channel = number = 0
    one: _One | None = None
    while at < len(words):
        code, value = words[at] >> 10, words[at] & 0x3FF
        at += 1
        if code == _SKIP:
            if at + 2 > len(words):
                break
            step = words[at] << 16 | words[at + 1]  # the format's order, not this machine's
            time += step - 2**32 if step >= 2**31 else step
            at += 2
        elif code < _SKIP:
            if one is not None:
                yield one
            if code == 0 and value == 0:
                return
            if not 0 <= code < 50:
                raise ValueError(f"it holds the undefined code {code}")
            time += value
            one = _One(time, code, channel=channel, number=number)
        elif one is None:
            raise ValueError("it does not begin with an annotation")
        elif code == _NUM:
            number = one.number = _signed(value)
        elif code == _SUB:
            one.subtype = _signed(value)
        elif code == _CHAN:
            channel = one.channel = value & 0xFF
        elif code == _AUX:
            one.aux = data[2 * at : 2 * at + value]
            at += (value + 1) // 2
    raise ValueError("its end is missing")


def _signed(value: int) -> int:
    byte = value & 0xFF
    return byte - 256 if byte > 127 else byte
