"""A window on a fake ensemble, and small real records."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from ecgviewer import paths
from ecgviewer.gui.actions import ACTIONS, Action
from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.panels.table import PANELS, Panel
from ecgviewer.gui.session.analysis_thread import Ensembles
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.trace.canvas import Canvas
from tests.formats.records import ecg_like, write_record
from tests.gui.canvases import PX_PER_MM, THEME
from tests.gui.fakes import FakeEnsemble, FakePrompts

TIMEOUT_MS = 30_000  # of a machine that has other things to do


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def ensemble() -> FakeEnsemble:
    return FakeEnsemble()


@pytest.fixture
def window(qtbot, settings: Settings, ensemble: FakeEnsemble) -> Iterator[MainWindow]:
    """The window, shown off screen at 1366x768, its questions answered by FakePrompts."""
    window = MainWindow(settings, Ensembles(lambda _: ensemble), prompts=FakePrompts)
    window.show()
    qtbot.waitUntil(lambda: window.session.ensemble is not None, timeout=TIMEOUT_MS)
    yield window
    ensemble.gate.set()
    window.close()
    window.deleteLater()


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """One minute of two leads that look like an ECG, with comments and a start."""
    folder = tmp_path / "ward7"
    folder.mkdir()
    return write_record(
        folder,
        ecg_like(21_600),
        name="p01",
        names=("MLII", "V1"),
        start="09:30:00 02/03/1990",
        tail=("# 69 M", "# Digoxin"),
    )


@pytest.fixture
def demo() -> Path:
    """The bundled demo record."""
    return paths.demo_record()


@pytest.fixture
def opened(qtbot, window: MainWindow, record: Path) -> MainWindow:
    """The window with `record` open and every beat classified."""
    open_and_wait(qtbot, window, record)
    return window


@contextmanager
def started(
    settings: Settings,
    ensemble: FakeEnsemble,
    *,
    actions: Sequence[Action] = ACTIONS,
    panels: Sequence[Panel] = PANELS,
) -> Iterator[MainWindow]:
    """Another window, shown off screen, made from other tables or settings."""
    ensembles = Ensembles(lambda _: ensemble)
    window = MainWindow(settings, ensembles, prompts=FakePrompts, actions=actions, panels=panels)
    window.show()
    try:
        yield window
    finally:
        ensemble.gate.set()
        window.close()
        window.deleteLater()


def open_and_wait(qtbot, window: MainWindow, path: Path) -> None:
    """Open a record and wait until every beat has its class and every view shows it."""
    with qtbot.waitSignal(window.session.record_opened, timeout=TIMEOUT_MS):
        window.files.open_path(path)
    wait(qtbot, lambda: window.session.progress.phase in {"done", "failed"})
    wait(qtbot, lambda: window.refresh.up_to_date)
    window.refresh.refresh_panels()


def wait(qtbot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=TIMEOUT_MS)


@pytest.fixture
def canvas(qtbot) -> Canvas:
    widget = Canvas(theme=THEME)
    qtbot.addWidget(widget)
    widget.pixels_per_mm = PX_PER_MM
    widget.resize(900, 400)
    widget.show()
    return widget
