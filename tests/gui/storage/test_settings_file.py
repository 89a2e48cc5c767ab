"""Whatever lies where the settings are kept, the program starts with what can be read of it."""

import os
import random
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from ecgviewer.gui.settings import SETTINGS, Settings
from ecgviewer.gui.storage.settings_file import problem_of, user_store
from tests.data import REPOSITORY

WRITTEN = (REPOSITORY / "tests" / "e2e" / "settings-0.1.0.ini").read_bytes()


@pytest.fixture
def file(home: Path) -> Path:
    """Where the user's settings are kept; nothing is there yet."""
    path = Path(QSettings(*_USER, "ecgviewer", "ecgviewer").fileName())
    assert home in path.parents
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


_USER = QSettings.Format.IniFormat, QSettings.Scope.UserScope


def lies_there(file: Path, kind: str) -> None:
    if kind == "a folder":
        file.mkdir()
    elif kind == "a pipe":
        os.mkfifo(file)
    elif kind == "large":
        file.write_bytes(b"[General]\ntheme=dark\nx=" + b"y" * 2_000_000)
    else:
        file.write_bytes(b"[General]\ntheme=dark\nx=@Variant(\\0\\0\\0\\x9\\0\\0\\0\\0\\0)\n")


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "large", "objects of Qt"])
def test_what_cannot_be_settings_is_left_alone(file, kind, caplog):
    if kind == "a pipe" and not hasattr(os, "mkfifo"):
        kind = "a folder"
    lies_there(file, kind)
    before = file.lstat()
    settings = Settings()
    assert "neither read nor written" in caplog.text
    assert settings.theme == "light"
    settings.theme = "dark"  # for this session
    settings.sync()
    assert settings.theme == "dark"
    assert (file.lstat().st_mode, file.lstat().st_size) == (before.st_mode, before.st_size)


def test_none_is_there_yet_and_then_one_is(file):
    assert problem_of(file) == ""
    settings = Settings()
    settings.theme = "dark"
    settings.sync()
    assert file.is_file()
    assert user_store().value("theme") == "dark"


def mutated(dice: random.Random) -> bytes:
    """The settings of 0.1.0, cut short, lengthened, overwritten or with bits turned."""
    content, at = bytearray(WRITTEN), dice.randrange(len(WRITTEN) - 16)
    match dice.randrange(4):
        case 0:
            del content[at:]
        case 1:
            content[at : at + 16] = dice.randbytes(16)
        case 2:
            content[at] ^= 1 << dice.randrange(8)
        case _:
            content[at:at] = dice.randbytes(dice.randrange(64)) * dice.randrange(1, 30)
    return bytes(content)


def test_every_setting_of_a_mutated_file_is_a_value_or_its_default(file):
    dice = random.Random(14)
    for _ in range(400):
        file.write_bytes(mutated(dice))
        settings = Settings()
        for row in SETTINGS.values():
            value = settings.value_of(row)
            assert value == row.default or row.check(value)
        for path in settings.recents():
            os.fsencode(path)
        settings.layout_before()
        settings.folder("open")
