"""The bytes of a WFDB annotation file: annotations one after the other, and what is doubtful."""

import sys
from array import array
from dataclasses import dataclass

from ecgviewer.errors import counted

READ = "{read}"
MAX_ANNOTATIONS = 1_000_000  # a week of 99 beats a minute
# WFDB Applications Guide, annot(5): codes that qualify the annotation before them
_SKIP, _NUM, _SUB, _CHAN, _AUX = 59, 60, 61, 62, 63
_PRINTABLE = bytes(range(32, 127)) + b"\t\r\n"
_AHA_BYTES, _AHA_CODES = 16, b"NVFEPQRUO[]~"  # of a record; annot(5)


@dataclass(slots=True)
class OneAnnotation:
    """One annotation; `code` as the format numbers them, `time` from the start."""

    time: int
    code: int
    subtype: int = 0
    channel: int = 0
    number: int = 0
    aux: bytes = b""


def parse_annotations(data: bytes) -> tuple[list[OneAnnotation], str]:
    """Annotations in file order, and what is doubtful; ValueError where it makes no sense.

    In what is doubtful `READ` stands for how many annotations are read.
    """
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
        return found, f"its end mark is missing{cut}; {READ}, others may be lost"
    rest = data[2 * parser.at :]
    if rest.strip(b"\0"):
        return found, _behind(rest)
    return found, ""


def _behind(rest: bytes) -> str:
    """What can be known of bytes behind an end mark."""
    said = f"{counted(len(rest), 'byte')} {'lies' if len(rest) == 1 else 'lie'} behind its end mark"
    whole = f"; {READ}, as many as come before it"
    if not rest.strip(_PRINTABLE):
        return f"{said} and {_are(rest)} text{whole}"
    parser = _Parser(rest)
    try:
        ended = parser.run()
    except ValueError:
        return f"{said} and {_are(rest)} no annotations{whole}"
    if ended and parser.found:
        more = counted(len(parser.found), "annotation")
        return f"{said} and could be {more} more, as after an end mark too early{whole}"
    return f"{said}; no second end mark follows, what they are is not known{whole}"


def _are(rest: bytes) -> str:
    return "is" if len(rest) == 1 else "are"


class _Parser:
    """Reads annotations one after the other; not used again."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.words = array("H", data[: len(data) // 2 * 2])
        if sys.byteorder == "big":
            self.words.byteswap()
        self.at = 0
        self.found: list[OneAnnotation] = []
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
                one = OneAnnotation(self._time, code, channel=self._channel, number=self._number)
                self.found.append(one)
                if len(self.found) > MAX_ANNOTATIONS:
                    raise ValueError(f"it holds more than {MAX_ANNOTATIONS:,} annotations")
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

    def _qualify(self, one: OneAnnotation, code: int, value: int) -> None:
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
