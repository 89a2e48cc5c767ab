"""Errors as one clear sentence, numbers in it, and the hook that keeps the window alive."""

import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

_LOG = logging.getLogger(__name__)


def counted(n: int, what: str) -> str:
    """A number and a noun in the form that goes with it: "1 beat", "2,000 beats"."""
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def and_list(names: Sequence[str], *, most: int = 6) -> str:
    """Names in a sentence: "I, II and III"; no more than so many."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def sentence(
    error: BaseException, *, record: Path | None = None, for_terminal: bool = False
) -> str:
    """What went wrong in one line, for a user; never a traceback.

    The error families of this program carry `path` and `reason`.

    Parameters
    ----------
    error : BaseException
        What was raised.
    record : Path, optional
        What was being worked on: named where the error names no file.
    for_terminal : bool
        Whether paths are given whole, and how to ask for more; the window shows names alone, for a
        folder may be a patient's, and has a log.
    """
    if isinstance(error, MemoryError):
        return "There is not enough memory for this; close other programs or use a shorter record."
    path, reason = getattr(error, "path", None), getattr(error, "reason", None)
    if path is not None and reason and not for_terminal:
        return f"{path.name or path}: {_one_line(str(reason))}"
    about = "" if record is None else f"{record}: "
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else about
        return f"{where}{error.strerror}" + ("" if for_terminal else ".")
    text = _one_line(str(error))
    if _is_ours(error):
        return text
    if isinstance(error, OSError) and for_terminal:
        return f"{about}{text}"
    kind = type(error).__name__
    if for_terminal:
        return (
            f"{about}an error of the program itself ({kind}: {text});"
            " run it again with --debug and report what it says"
        )
    detail = f"{kind}: {text}" if text else kind
    return f"An unexpected error ({detail}). The log has the details."


def note(logger: logging.Logger, what: str, error: BaseException) -> None:
    """Log an error: with its traceback at ERROR where nobody expected it, else as a line."""
    expected = isinstance(error, OSError) or _is_ours(error)
    level = logging.INFO if expected else logging.ERROR
    # `what` in the message itself: the log keeps its words where it hides what it is told
    logger.log(level, f"{what}: %s", error, exc_info=None if expected else error)


def _is_ours(error: BaseException) -> bool:
    return type(error).__module__.startswith("ecgviewer.")


def _one_line(text: str) -> str:
    return " ".join(text.split())


class ErrorHook:
    """sys.excepthook while the window lives: logs, then shows one message; a slot may fail.

    Parameters
    ----------
    show : callable
        Takes the sentence; called on the thread that failed.
    """

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._busy = False  # an error while showing an error is logged only

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _LOG.error("uncaught exception", exc_info=(kind, error, trace))
        if self._busy:
            return
        self._busy = True
        try:
            self._show(sentence(error))
        finally:
            self._busy = False
