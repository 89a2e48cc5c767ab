"""Mutations of bytes: flips, insertions, deletions, swapped lines, extreme numbers, splices."""

import re
from random import Random

_NUMBERS = (
    *("0", "-1", "1", "2", "255", "256", "32767", "-32768", "65535", "65536", "2147483647"),
    *("-2147483648", "4294967296", "99999999", "999999999999", "999999999999999999"),
    *("1e308", "-1e308", "1e-308", "1e999", "nan", "inf", "-0", "0.0", "0.1", "1.5", "007"),
)
_TOKENS = (
    *("~", "/", "#", ":", "+", "x", "(", ")", "\r", "\n", "\n\n", " ", "\t", "\0", "..", "../x"),
    *(
        "{",
        "}",
        "[",
        "]",
        "[[[[",
        '"',
        "null",
        "true",
        "{}",
        "[]",
        "@ByteArray(",
        "@Variant(",
        "=",
        "%",
    ),
    *("é", "\u202e", "\ufeff", "<b>", "mV", "16x4", "16:9", "16+8", "508", "8", "212", "NaN"),
)
_MOST = 4  # mutations of one file


def mutated(data: bytes, chance: Random, *, text: bool) -> bytes:
    """The bytes with one to four mutations.

    Parameters
    ----------
    data : bytes
        A sound file.
    chance : Random
        Seeded: the same mutations of the same bytes every time.
    text : bool
        Whether half of the mutations are those of lines, words and numbers.
    """
    for _ in range(chance.randint(1, _MOST)):
        choices = (*_OF_BYTES, *(_OF_TEXT * 2 if text else ()))
        data = chance.choice(choices)(data, chance)
    return data


def _flip(data: bytes, chance: Random) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _overwrite(data: bytes, chance: Random) -> bytes:
    at = chance.randint(0, len(data))
    value = chance.choice((b"\0", b"\xff", b"\x80", b"\x7f", chance.randbytes(1)))
    n = min(chance.choice((1, 2, 4, 16, 64)), len(data) - at)
    return data[:at] + value * n + data[at + n :]


def _insert(data: bytes, chance: Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.randbytes(chance.choice((1, 1, 2, 3, 16))) + data[at:]


def _delete(data: bytes, chance: Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + data[at + chance.choice((1, 1, 2, 3, 16, 64)) :]


def _truncate(data: bytes, chance: Random) -> bytes:
    return data[: chance.randint(0, len(data))]


def _splice(data: bytes, chance: Random) -> bytes:
    """A piece of the file put somewhere else in it, in the place of what is there or before it."""
    start, to = (chance.randint(0, len(data)) for _ in range(2))
    piece = data[start : start + chance.choice((1, 2, 4, 12, 40))]
    return data[:to] + piece + data[to + chance.choice((0, len(piece))) :]


def _swap_lines(data: bytes, chance: Random) -> bytes:
    lines = data.split(b"\n")
    one, other = (chance.randrange(len(lines)) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _repeat_line(data: bytes, chance: Random) -> bytes:
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    return b"\n".join([*lines[:at], *[lines[at]] * chance.choice((2, 2, 50)), *lines[at + 1 :]])


def _number(data: bytes, chance: Random) -> bytes:
    found = list(re.finditer(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", data))
    if not found:
        return _flip(data, chance)
    at = chance.choice(found)
    return data[: at.start()] + chance.choice(_NUMBERS).encode() + data[at.end() :]


def _token(data: bytes, chance: Random) -> bytes:
    """A word replaced by, or followed by, another one that means something."""
    found = list(re.finditer(rb"[^\s]+", data))
    if not found:
        return data
    at, other = chance.choice(found), chance.choice(found)[0]
    word = chance.choice((other, chance.choice(_TOKENS).encode()))
    return data[: chance.choice((at.start(), at.end()))] + word + data[at.end() :]


_OF_BYTES = (_flip, _overwrite, _insert, _delete, _truncate, _splice)
_OF_TEXT = (_swap_lines, _repeat_line, _number, _number, _token, _token)
