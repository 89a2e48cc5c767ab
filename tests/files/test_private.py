"""Log, settings and kept results are their user's alone, also where they were otherwise before."""

import logging
import os
import stat
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from ecgviewer.analysis.cache.cache import ResultCache
from ecgviewer.analysis.cache.database import FILE
from ecgviewer.files.private import is_ours_alone, make_private
from ecgviewer.gui.settings import Settings
from ecgviewer.runtime import log_file

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def write_settings() -> Path:
    settings = Settings()
    settings.theme = "dark"
    settings.sync()
    return Path(settings.store.fileName())


def write_log() -> Path:
    handler = log_file.start()
    logging.getLogger("ecgviewer.tests").warning("a line")
    log_file.stop(handler)
    return log_file.path()


def write_results() -> Path:
    store = ResultCache().store
    store.put("key", {}, recording="r")
    return store.path


WRITERS = [write_settings, write_log, write_results]


@pytest.fixture(autouse=True)
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("write", WRITERS)
def test_they_are_made_so(write):
    file = write()
    assert (mode(file), mode(file.parent)) == ("0o600", "0o700")


@pytest.mark.parametrize("write", WRITERS)
def test_they_are_mended_at_the_start(write):
    file = write()
    file.chmod(0o644)
    file.parent.chmod(0o755)
    assert write() == file
    assert (mode(file), mode(file.parent)) == ("0o600", "0o700")


def test_kept_results_are_mended_before_any_is_asked_for():
    file = write_results()
    file.chmod(0o664)
    file.parent.chmod(0o775)
    ResultCache()
    assert (mode(file), mode(file.parent)) == ("0o600", "0o700")


def test_the_log_before_is_mended_too_and_a_new_one_is_private():
    old = write_log().with_name("ecgviewer.log.1")
    old.write_text("older")
    old.chmod(0o644)
    handler = log_file.start()
    assert isinstance(handler, RotatingFileHandler)
    handler.doRollover()
    logging.getLogger("ecgviewer.tests").warning("a line")
    log_file.stop(handler)
    assert mode(old) == mode(log_file.path()) == "0o600"


def test_a_folder_that_holds_other_things_is_left_as_it_is(tmp_path, monkeypatch):
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    (folder / "letter.txt").write_text("not ours")
    monkeypatch.setenv("ECGVIEWER_CACHE", str(folder))
    file = write_results()
    assert file == folder / FILE
    assert (mode(file), mode(folder)) == ("0o600", "0o755")
    assert not is_ours_alone(folder, "results-")
    assert not is_ours_alone(folder / "absent")


def test_what_cannot_be_made_private_is_left(tmp_path):
    (tmp_path / "file").write_text("in the way")
    make_private(tmp_path / "file" / "folder", "x")
    make_private(tmp_path / "made", "absent")
    assert mode(tmp_path / "made") == "0o700"


def test_settings_stay_private_when_they_are_written_again():
    file = write_settings()
    store = QSettings(str(file), QSettings.Format.IniFormat)
    store.setValue("theme", "light")
    store.sync()
    assert mode(file) == "0o600"
