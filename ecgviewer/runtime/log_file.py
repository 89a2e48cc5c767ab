"""Where the window's log goes: one small file in the user's folder."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

_LIMIT = 1_000_000  # bytes; the file before is kept


def path() -> Path:
    """The log file of this user."""
    return platformdirs.user_log_path("ecgviewer", appauthor=False) / "ecgviewer.log"


def start() -> logging.Handler:
    """Send everything from INFO up to the log file; to stderr where that cannot be written."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            path(), maxBytes=_LIMIT, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return handler


def stop(handler: logging.Handler) -> None:
    """Close what `start` opened."""
    logging.getLogger().removeHandler(handler)
    handler.close()
