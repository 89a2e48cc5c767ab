"""Where the window's log goes: one small file in the user's folder, and what it may say.

While patient fields are hidden the log names no recording: of a message the words of the program
stay and what was put into them goes; of an error its kind and the places in the program.
"""

import contextlib
import copy
import logging
import re
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

import platformdirs

from ecgviewer.files.private import make_private, open_private

_LIMIT = 1_000_000  # bytes; the file before is kept
_FORM = "%(asctime)s %(levelname)s %(name)s %(message)s"
_FIELD = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
_LEFT_OUT = "…"
_ErrorInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class _Names:
    """Whether the log may name recordings; of the process, for there is one log."""

    hidden = False


def path() -> Path:
    """The log file of this user."""
    return platformdirs.user_log_path("ecgviewer", appauthor=False) / "ecgviewer.log"


def hide_names(hidden: bool) -> None:
    """Have the log name recordings from now on, or not."""
    _Names.hidden = hidden


def forget() -> None:
    """Empty the log, and remove the one before."""
    with contextlib.suppress(OSError):
        _before().unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        if path().exists():
            path().write_bytes(b"")


def start() -> logging.Handler:
    """Send everything from INFO up to the log file; to stderr where that cannot be written."""
    make_private(path().parent, path().name, _before().name)
    if path().parent.is_dir():
        handler: logging.Handler = _PrivateFile(
            path(), maxBytes=_LIMIT, backupCount=1, encoding="utf-8", delay=True
        )
    else:
        handler = logging.StreamHandler()
    handler.setFormatter(LogFormatter(_FORM))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return handler


def stop(handler: logging.Handler) -> None:
    """Close what `start` opened."""
    logging.getLogger().removeHandler(handler)
    handler.close()


class LogFormatter(logging.Formatter):
    """One line a message, whatever stands in it; no names while they are hidden."""

    def format(self, record: logging.LogRecord) -> str:
        shown = copy.copy(record)
        shown.exc_text = None  # another handler's
        if _Names.hidden:
            shown.msg, shown.args = _without_values(record), None
        return super().format(shown)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        record.message = _printable(record.message, keep="")
        return super().formatMessage(record)

    def formatException(self, ei: _ErrorInfo) -> str:  # noqa: N802  # logging's name
        if not _Names.hidden:
            return _printable(super().formatException(ei), keep="\n")
        kind, _, trace = ei
        return f"{''.join(traceback.format_tb(trace))}{kind.__name__ if kind else ''}"


class _PrivateFile(RotatingFileHandler):
    """A log that its user alone can read."""

    def _open(self) -> TextIOWrapper:
        where = Path(self.baseFilename)
        return TextIOWrapper(
            open(where, "ab", opener=open_private),  # Path.open takes none
            encoding=self.encoding,
            errors="backslashreplace",
        )


def _before() -> Path:
    return path().with_name(f"{path().name}.1")


def _without_values(record: logging.LogRecord) -> str:
    """The words of a message of ours, and the kinds of the errors it speaks of."""
    ours = record.name.startswith("ecgviewer")
    words = _FIELD.sub(_LEFT_OUT, str(record.msg)) if ours else _LEFT_OUT
    args = record.args if isinstance(record.args, tuple) else ()
    kinds = [type(arg).__name__ for arg in args if isinstance(arg, BaseException)]
    return f"{words} ({', '.join(kinds)})" if kinds else words


def _printable(text: str, *, keep: str) -> str:
    """A text in which nothing acts on a terminal, nor looks like another message."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text
    )
