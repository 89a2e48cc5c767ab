"""A record whose every text is markup, control characters or marks of direction."""

import ctypes
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.formats.records import ecg_like, packed, signal_lines

OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"
_N = 21_600
OPENED, HEAD = 0x20, struct.Struct("iIII")  # of inotify: a mask, and how an event begins
FOLDER = "<img src='spy.png'><b>&Ward [*] [red]"
NAME = "p<b>&1[*]"  # a WFDB name that reads as markup
LEADS = ("<img src='spy.png'>", f"&V1 [bold]{OVERRIDE}<u>")


def markup(spy: Path) -> str:
    """What loads a file wherever it is read as rich text."""
    return f"<img src='{spy.as_uri()}'>"


def hostile_record(parent: Path, spy: Path) -> Path:
    """One minute of two leads in a folder beside the picture that nobody may open."""
    folder = parent / FOLDER
    folder.mkdir()
    names = tuple(name.replace("spy.png", str(spy)) for name in LEADS)
    adc = ecg_like(_N)
    lines = signal_lines(adc, "p1.dat", names=names, gain="200(1024)/mV")
    comments = (
        f"# {markup(spy)} 69 M \x1b[31mred\x1b[0m [red]rich[/red] {OVERRIDE}txet",
        f"# <a href='{spy.as_uri()}'>link</a> &amp; [[[[ =HYPERLINK(\"x\")",
        "# " + "x" * 10_000,
    )
    header = folder / f"{NAME}.hea"
    first = f"{NAME} 2 360 {_N} 09:30:00 02/03/1990"
    header.write_text("\n".join([first, *lines, *comments]) + "\n", encoding="utf-8")
    (folder / "p1.dat").write_bytes(packed(adc, 16))
    return header


class Watch:
    """How often a file was opened; nothing is known of it but on Linux (inotify)."""

    def __init__(self, file: Path) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._handle = self._libc.inotify_init1(os.O_NONBLOCK)
        self._libc.inotify_add_watch(self._handle, os.fsencode(file), OPENED)

    def count(self) -> int:
        """Openings since it was asked last."""
        try:
            data = os.read(self._handle, 1 << 16)
        except BlockingIOError:
            return 0
        n, at = 0, 0
        while at < len(data):
            at += HEAD.size + HEAD.unpack_from(data, at)[3]
            n += 1
        return n

    def close(self) -> None:
        os.close(self._handle)


@contextmanager
def watched(file: Path) -> Iterator[Watch | None]:
    """Watch a file; None where the system has no inotify."""
    if not sys.platform.startswith("linux"):
        yield None
        return
    watch = Watch(file)
    try:
        yield watch
    finally:
        watch.close()
