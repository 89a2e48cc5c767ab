"""A window lies as it was left on this screen; a layout that a window died of is thrown away."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile
from PySide6.QtGui import QGuiApplication

from ecgviewer.gui.storage.layouts import Layout
from ecgviewer.gui.window.saved_layout import screen_id
from tests.data import REPOSITORY
from tests.e2e.look import SCREEN
from tests.gui.conftest import open_and_wait, started, wait

DIES = """
import os, sys
from PySide6.QtCore import QLockFile
guard = QLockFile(sys.argv[1])
assert guard.tryLock(0)
os._exit(0)  # without taking it away, as a process that is killed
"""


def hidden(window) -> set[str]:
    return {name for name, dock in window.docks.docks.items() if dock.isHidden()}


def guards(settings) -> list[Path]:
    return sorted(Path(settings.store.fileName()).parent.glob("layout-*.restoring"))


@pytest.fixture
def saved(qtbot, settings, ensemble, record) -> Layout:
    """What a window has left in the settings: its inspector hidden."""
    with started(settings, ensemble) as window:
        open_and_wait(qtbot, window, record)
        window.docks.docks["inspector"].hide()
    (layout,) = settings.layouts
    return layout


@pytest.fixture
def guard(settings, saved) -> Path:
    """Where the guard of the layout lies while it is restored."""
    return Path(settings.store.fileName()).with_name(f"layout-{saved.checksum[:12]}.restoring")


def die(guard: Path) -> None:
    subprocess.run([sys.executable, "-c", DIES, str(guard)], check=True)
    assert guard.exists()


def opened_again(qtbot, settings, ensemble, record) -> set[str]:
    """Which panels another window hides."""
    with started(settings, ensemble) as window:
        open_and_wait(qtbot, window, record)
        wait(qtbot, lambda: not guards(settings))
        return hidden(window)


def test_panels_are_where_they_were_left(qtbot, settings, ensemble, record, saved):
    assert saved.screen == screen_id(QGuiApplication.primaryScreen())
    assert opened_again(qtbot, settings, ensemble, record) == {"inspector", "comparison"}


def test_the_guard_lies_there_until_the_window_stands(qtbot, settings, ensemble, guard):
    with started(settings, ensemble):
        assert guards(settings) == [guard]
        wait(qtbot, lambda: not guards(settings))
    with started(settings, ensemble) as window:
        assert guards(settings) == [guard]
        window.close()
        assert not guards(settings)


def test_a_layout_that_a_window_died_of_is_thrown_away(qtbot, settings, ensemble, record, guard):
    die(guard)
    assert opened_again(qtbot, settings, ensemble, record) == {"comparison"}


def test_a_good_layout_is_thrown_away_once(qtbot, settings, ensemble, record, saved, guard):
    """A window killed by something else as it came up costs one layout, not all to come."""
    die(guard)
    opened_again(qtbot, settings, ensemble, record)
    settings.save_layout(saved)
    assert opened_again(qtbot, settings, ensemble, record) == {"inspector", "comparison"}


def test_two_windows_restore_at_once(qtbot, settings, ensemble, record, saved):
    with started(settings, ensemble) as first, started(settings, ensemble) as second:
        assert len(guards(settings)) == 1
        for window in (first, second):
            open_and_wait(qtbot, window, record)
            assert hidden(window) == {"inspector", "comparison"}
        wait(qtbot, lambda: not guards(settings))
    assert len(settings.layouts) == 1


def test_the_layout_of_another_screen_or_scale_stays_there(
    qtbot, settings, ensemble, record, saved
):
    other = Layout(saved.screen.replace("@ 1", "@ 2"), saved.geometry, saved.state)
    settings.layouts = (other,)
    assert opened_again(qtbot, settings, ensemble, record) == {"comparison"}
    assert other in settings.layouts
    assert len(settings.layouts) == 2


def test_without_a_place_for_the_guard_a_layout_with_its_checksum_is_restored(
    qtbot, settings, ensemble, record, guard
):
    guard.mkdir()  # no file can lie there
    with started(settings, ensemble) as window:
        open_and_wait(qtbot, window, record)
        assert hidden(window) == {"inspector", "comparison"}


def test_a_guard_held_by_a_window_that_is_coming_up_throws_nothing_away(
    qtbot, settings, ensemble, record, saved, guard
):
    held = QLockFile(str(guard))
    assert held.tryLock(0)
    with started(settings, ensemble) as window:
        open_and_wait(qtbot, window, record)
        assert hidden(window) == {"inspector", "comparison"}
    held.unlock()


@pytest.mark.parametrize("version", ["0.1.0", "this one"])
def test_no_window_dies_of_a_layout_in_which_16_bytes_are_others(
    request, settings, tmp_path, version
):
    """Of unchecked states one in twenty ended the process; see `storage.layouts`."""
    file, environment = tmp_path / "of_before.ini", dict(os.environ)
    if version == "0.1.0":
        screens = tmp_path / "screens.json"  # as wide as the one it was saved on
        screens.write_text(json.dumps({"screens": [SCREEN]}))
        environment["QT_QPA_PLATFORM"] = f"offscreen:configfile={screens}"
        file.write_text((REPOSITORY / "tests" / "e2e" / "settings-0.1.0.ini").read_text())
    else:
        request.getfixturevalue("saved")
        file = Path(settings.store.fileName())
    words = [sys.executable, "-m", "tests.gui.window.damaged_layouts", str(file), "100"]
    ran = subprocess.run(
        [*words, "100"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.split()) == 100
