"""WFDB annotation files read strictly: bytes to `Annotations`."""

import re
import sys
from array import array
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
_RATE = re.compile(r"## time resolution: (\d+\.?\d*(?:[eE][+-]?\d{1,2})?)")
_DEFINITION = re.compile(r"(\d{1,2}) (\S+)(?: .*)?")
_PRINTABLE = bytes(range(32, 127)) + b"\t\r\n"
_AHA_BYTES, _AHA_CODES = 16, b"NVFEPQRUO[]~"  # of a record; annot(5)
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
            raise RecordError(path, f"there is no annotation file {path.name} beside the record")
        if path.stat().st_size > MAX_BYTES:
            raise RecordError(path, f"{path.name} has more than 64 MB; it is no annotation file")
        data = path.read_bytes()
    except OSError as error:
        raise RecordError(path, f"{path.name} cannot be read ({error.strerror})") from error
    if len(data) == 0:
        raise RecordError(path, f"{path.name} is empty; copy it again")
    try:
        found, doubt = _parse(data)
    except ValueError as error:
        raise RecordError(path, f"{path.name} is a damaged annotation file: {error}") from None
    definitions = _Definitions()
    kept: list[_One] = []
    texts: list[str] = []
    for one in found:
        text = _text(one.aux)
        if one.time == 0 and one.code == _NOTE and not kept and definitions.take(text):
            continue
        if one.code:
            kept.append(one)
            texts.append(text)
    if doubt:
        doubt = f"{path.name}: {doubt}; {len(kept):,} annotations are read, others may be lost"
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
            if path.is_file() and (annotator in _KNOWN or _is_readable(path)):
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


def _parse(data: bytes) -> tuple[list[_One], str]:
    """Annotations in file order, and what is doubtful; ValueError where it makes no sense."""
    if _is_aha(data):
        raise ValueError("it has the AHA format, which is not read; convert it with WFDB's rdann")
    parser = _Parser(data)
    ended = parser.run()
    found = parser.found
    if not ended:
        if not found:
            raise ValueError("its end is missing, and no annotation comes before it")
        if not data.strip(_PRINTABLE):
            raise ValueError("it holds text")
        cut = ", and it breaks off within an annotation" if parser.cut else ""
        return found, f"its end mark is missing{cut}"
    if data[2 * parser.at :].strip(b"\0"):
        left = len(data) - 2 * parser.at
        return found, f"{left:,} bytes lie behind its end mark and are not read"
    return found, ""


class _Parser:
    """Reads annotations one after the other; not used again."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.words = array("H", data[: len(data) // 2 * 2])
        if sys.byteorder == "big":
            self.words.byteswap()
        self.at = 0
        self.found: list[_One] = []
        self.cut = len(data) % 2 == 1  # within an annotation, where no end mark comes before
        self._time = self._channel = self._number = 0

    def run(self) -> bool:
        """Read all there is; whether the end mark came."""
        words = self.words
        while self.at < len(words):
            code, value = words[self.at] >> 10, words[self.at] & 0x3FF
            self.at += 1
            if code == 0 and value == 0:
                return True
            if code == _SKIP:
                self._skip()
            elif code < _SKIP:
                if code >= 50:
                    raise ValueError(f"it holds the undefined code {code}")
                self._time += value
                one = _One(self._time, code, channel=self._channel, number=self._number)
                self.found.append(one)
            elif not self.found:
                raise ValueError("it does not begin with an annotation")
            else:
                self._qualify(self.found[-1], code, value)
        return False

    def _skip(self) -> None:
        if self.at + 2 > len(self.words):
            self.cut, self.at = True, len(self.words)
            return
        # the format's order, not this machine's
        step = self.words[self.at] << 16 | self.words[self.at + 1]
        self._time += step - 2**32 if step >= 2**31 else step
        self.at += 2
        self.cut |= self.at == len(self.words)  # the annotation it belongs to is not there

    def _qualify(self, one: _One, code: int, value: int) -> None:
        if code == _NUM:
            self._number = one.number = _signed(value)
        elif code == _SUB:
            one.subtype = _signed(value)
        elif code == _CHAN:
            self._channel = one.channel = value & 0xFF
        elif code == _AUX:
            one.aux = self.data[2 * self.at : 2 * self.at + value]
            if len(one.aux) < value:  # half a text may say another thing: (AF of (AFIB
                one.aux, self.cut = b"", True
            self.at += (value + 1) // 2


def _is_aha(data: bytes) -> bool:
    whole = len(data) > 0 and len(data) % _AHA_BYTES == 0
    first, codes = data[::_AHA_BYTES], data[1::_AHA_BYTES]
    return whole and not first.strip(b"\0") and not codes.strip(_AHA_CODES)


def _signed(value: int) -> int:
    byte = value & 0xFF
    return byte - 256 if byte > 127 else byte
