"""What tests share: Qt off screen, a home folder of their own, no leaked thread or window."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt
# Threads of torch that wait sleep: by default they spin, and starve the suite's other processes.
# Their number, and with it the order of sums, stays as it is. Before anything imports torch.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import hypothesis
import pytest

from tests.data import data_dir, ec57_dir
from tests.skips import pytest_make_collect_report, pytest_runtest_makereport
from tests.torch_imports import reaches_torch

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

_FOLDERS = {
    "HOME": "",
    "USERPROFILE": "",
    "APPDATA": "appdata",
    "LOCALAPPDATA": "appdata",
    "XDG_CONFIG_HOME": ".config",
    "XDG_CACHE_HOME": ".cache",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "ECGVIEWER_CACHE": ".cache/ecgviewer",  # Windows does not ask the environment for its own
}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark `torch` what a processor's instruction set may change; see `make test-avx2`."""
    if reaches_torch(item.path):
        item.add_marker("torch")


_UNTIMED = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("dev", **_UNTIMED)
hypothesis.settings.register_profile("ci", **_UNTIMED, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own: no test reads or writes the user's settings."""
    folder = tmp_path_factory.mktemp("home")
    for name, below in _FOLDERS.items():
        monkeypatch.setenv(name, str(folder / below))
    core = sys.modules.get("PySide6.QtCore")
    if core is not None:  # Qt has asked for the folders already and keeps the answer
        for kind in (core.QSettings.Format.NativeFormat, core.QSettings.Format.IniFormat):
            core.QSettings.setPath(kind, core.QSettings.Scope.UserScope, str(folder / ".config"))
    return folder


def _qt_threads() -> set[object]:
    """QThreads that run, the main thread's apart."""
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        return set()
    from shiboken6 import Shiboken

    app = core.QCoreApplication.instance()
    main = app.thread() if app is not None else None
    wrappers = Shiboken.getAllValidWrappers()
    threads = [w for w in wrappers if isinstance(w, core.QThread) and w is not main]
    return {thread for thread in threads if thread.isRunning()}


def _qt_windows() -> set[object]:
    """Windows on the (off-screen) screen, once Qt has deleted what it was asked to delete."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    app = widgets.QApplication.instance() if widgets is not None else None
    if widgets is None or not isinstance(app, widgets.QApplication):
        return set()
    core = sys.modules["PySide6.QtCore"]
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
    return {widget for widget in app.topLevelWidgets() if widget.isVisible()}


@pytest.fixture(autouse=True)
def no_leaks(home: Path) -> Iterator[None]:
    """Fail the test that leaves a thread running or a window open."""
    threads = set(threading.enumerate())
    qt_threads, windows = _qt_threads(), _qt_windows()
    yield
    left_windows = _qt_windows() - windows
    left_qt = _qt_threads() - qt_threads
    left = {t for t in threading.enumerate() if not t.daemon and t.is_alive()} - threads
    for window in left_windows:
        window.close()  # type: ignore[attr-defined]  # so that the next test starts clean
    assert not left, f"threads left running: {sorted(thread.name for thread in left)}"
    assert not left_qt, f"QThreads left running: {sorted(map(repr, left_qt))}"
    assert not left_windows, f"windows left open: {sorted(map(repr, left_windows))}"


@pytest.fixture
def mitdb() -> Path:
    """Folder of the MIT-BIH Arrhythmia Database."""
    return data_dir("mitdb")


@pytest.fixture
def svdb() -> Path:
    """Folder of the MIT-BIH Supraventricular Arrhythmia Database."""
    return data_dir("svdb")


@pytest.fixture
def nstdb() -> Path:
    """Folder of the MIT-BIH Noise Stress Test Database."""
    return data_dir("nstdb")


@pytest.fixture
def formats() -> Path:
    """Folder of records in formats other than 212."""
    return data_dir("formats")


@pytest.fixture
def ec57() -> Path:
    """Folder of the EC57 reference programs' output."""
    return ec57_dir()
