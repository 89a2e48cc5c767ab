"""A picture without a display: the real window, every beat classified, whole or not at all."""

import os
import subprocess
import sys

import pytest
from PySide6.QtGui import QImage

from ecgviewer.gui.handlers import file
from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.session.analysis_thread import Ensembles
from ecgviewer.gui.start.request import Request
from ecgviewer.gui.start.snapshot import FAILED, USAGE, SnapshotTaker
from ecgviewer.model.bundle import BundleError
from tests.data import REPOSITORY
from tests.formats.records import write_header
from tests.gui.conftest import TIMEOUT_MS


@pytest.fixture
def target(tmp_path):
    return tmp_path / "picture.png"


def photograph(qtbot, window, request) -> int:
    taker = SnapshotTaker(window, request)
    with qtbot.waitSignal(taker.picture_ended, timeout=TIMEOUT_MS) as ended:
        taker.start()
    return ended.args[0]


def test_it_shows_the_span_asked_for_and_every_class(qtbot, window, demo, target):
    request = Request(demo, target, at_s=60.0, width_s=8.0, size=(1366, 768))
    assert photograph(qtbot, window, request) == 0
    image = QImage(str(target))
    assert (image.width(), image.height()) == (1366, 768)
    start, stop = window.canvas.visible_range_s()
    assert start == pytest.approx(60.0, abs=0.01)
    assert stop - start == pytest.approx(8.0, abs=0.01)
    assert window.session.opened.log.n_pending == 0
    assert window.status.sentence.isVisible()


def test_it_is_what_a_window_at_rest_looks_like(qtbot, window, demo, target, tmp_path):
    """Panels whose numbers came last are laid out anew: a count may not lose its first digits."""
    for name in ("first", "again"):  # the second time from results kept by the first
        picture, later = tmp_path / f"{name}.png", tmp_path / f"{name}-later.png"
        assert photograph(qtbot, window, Request(demo, picture, size=(1366, 768))) == 0
        qtbot.wait(300)
        file.save(window, later)
        assert QImage(str(picture)) == QImage(str(later))


def test_the_empty_window(qtbot, window, target):
    assert photograph(qtbot, window, Request(None, target)) == 0
    assert target.exists()


def test_what_cannot_be_opened_is_one_line_and_no_file(qtbot, window, tmp_path, target, capsys):
    broken = write_header(tmp_path, "no header\n", name="broken")
    assert photograph(qtbot, window, Request(broken, target)) == FAILED
    assert capsys.readouterr().err.startswith("ecgviewer: ")
    assert not target.exists()


def test_a_start_beyond_the_end_is_wrong_usage(qtbot, window, demo, target, capsys):
    assert photograph(qtbot, window, Request(demo, target, at_s=301.0)) == USAGE
    assert "the recording ends at 300 s" in capsys.readouterr().err
    assert not target.exists()


def test_where_it_cannot_be_written_is_one_line(qtbot, window, demo, tmp_path, capsys):
    request = Request(demo, tmp_path / "absent" / "picture.png")
    assert photograph(qtbot, window, request) == FAILED
    assert "folder does not exist" in capsys.readouterr().err


def test_without_networks_there_is_no_picture(qtbot, settings, demo, target, capsys):
    def broken(name):
        raise BundleError("there is no ensemble 'paper'; installed: none")

    window = MainWindow(settings, Ensembles(broken), restore=False)
    assert photograph(qtbot, window, Request(demo, target)) == FAILED
    assert "there is no ensemble" in capsys.readouterr().err
    window.close()
    window.deleteLater()


def front_door(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    environment.pop("QT_QPA_PLATFORM", None)
    return subprocess.run(
        [sys.executable, "-m", "ecgviewer", *arguments],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_front_door_draws_the_demo_with_the_real_networks(demo, target):
    ran = front_door("open", str(demo), "--snapshot", str(target), "--size", "1000x600")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert QImage(str(target)).width() == 1000


def test_wrong_usage_is_told_before_anything_is_loaded():
    for arguments in (("--theme", "blue"), ("--size", "big"), ("--at", "-1")):
        ran = front_door("open", *arguments)
        assert ran.returncode == 2
        assert arguments[0] in ran.stderr
        assert "Traceback" not in ran.stderr


def test_no_display_is_told_in_one_sentence():
    ran = front_door("open")
    assert ran.returncode == 1
    assert ran.stderr.startswith("ecgviewer: ")
    assert ran.stderr.count("\n") == 1
