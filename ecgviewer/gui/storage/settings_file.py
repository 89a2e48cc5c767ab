"""The file that settings are kept in, where it is one that this program can have written."""

import contextlib
import logging
import os
from pathlib import Path

from PySide6.QtCore import QSettings

from ecgviewer.files.private import make_private, open_private
from ecgviewer.files.regular import NotRegularError, read_regular

_LOG = logging.getLogger(__name__)
_NAME = "ecgviewer"
_LARGEST = 1_000_000  # bytes; a hundred times what the program writes
_INI, _USER = QSettings.Format.IniFormat, QSettings.Scope.UserScope


def user_store() -> QSettings:
    """The user's own settings of this program, which nobody else can read.

    For this session alone where there is no file that can be read.
    """
    # asked of a name that is not there: a QSettings reads its file when it is made
    beside = QSettings(_INI, _USER, _NAME, f"no-{_NAME}").fileName()
    file = Path(beside).with_name(f"{_NAME}.ini")
    problem = problem_of(file)
    if problem:
        _LOG.warning("the settings %s: neither read nor written", problem)
        return QSettings("", _INI)
    make_private(file.parent, file.name)
    with contextlib.suppress(OSError):  # a new one by us, for Qt's would be for all to read
        os.close(open_private(file, os.O_CREAT | os.O_RDWR))
    return QSettings(_INI, _USER, _NAME, _NAME)


def problem_of(file: Path) -> str:
    """Why a file cannot hold settings, in words; "" where it can, or is not there."""
    try:
        text = read_regular(file, _LARGEST + 1)
        if len(text) > _LARGEST:
            return f"take more than {_LARGEST} bytes"
        # never written by this program, and Qt makes whatever object is described there
        return "hold objects of Qt" if b"@Variant(" in text else ""
    except NotRegularError:
        return "are no file"
    except OSError:
        return ""
