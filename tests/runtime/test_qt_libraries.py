"""Missing system libraries are named by the package that brings them."""

import subprocess
import sys

import pytest

from ecgviewer.runtime.qt_libraries import advice, missing_packages

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Qt's wheels suffice here")


def without(*sonames: str):
    return lambda soname: soname not in sonames


@pytest.fixture(autouse=True)
def x11(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@linux
def test_nothing_is_missing_where_everything_loads():
    assert missing_packages(True, loads=without(), has_fonts=lambda: True) == ()


@linux
@pytest.mark.parametrize(
    ("soname", "package"), [("libEGL.so.1", "libegl1"), ("libgthread-2.0.so.0", "libglib2.0-0")]
)
def test_a_library_of_every_window_is_named_with_and_without_display(soname, package):
    for display in (False, True):
        found = missing_packages(display, loads=without(soname), has_fonts=lambda: True)
        assert found == (package,)


@linux
def test_the_xcb_libraries_matter_with_a_display_only():
    loads = without("libxcb-cursor.so.0")
    assert missing_packages(True, loads=loads, has_fonts=lambda: True) == ("libxcb-cursor0",)
    assert missing_packages(False, loads=loads, has_fonts=lambda: True) == ()


@linux
def test_a_wayland_session_needs_no_xcb(monkeypatch):
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    loads = without("libxcb-cursor.so.0")
    assert missing_packages(True, loads=loads, has_fonts=lambda: True) == ()
    loads = without("libxcb-cursor.so.0", "libwayland-client.so.0")
    assert missing_packages(True, loads=loads, has_fonts=lambda: True) == ("libxcb-cursor0",)


@linux
def test_a_machine_without_fonts_is_told():
    found = missing_packages(False, loads=without(), has_fonts=lambda: False)
    assert found == ("fonts-dejavu-core",)


def test_other_systems_need_nothing(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert missing_packages(True, loads=lambda soname: False, has_fonts=lambda: False) == ()


def test_the_advice_is_a_command():
    assert advice(("libegl1", "libgl1")).endswith("sudo apt install libegl1 libgl1")


@linux
def test_here_qt_starts_off_screen_exactly_when_nothing_is_missing():
    window = "from PySide6.QtWidgets import QApplication as A, QLabel as L; A([]); L('x').show()"
    ran = subprocess.run([sys.executable, "-c", window], capture_output=True, text=True)
    libraries = missing_packages(False, has_fonts=lambda: True)
    assert (ran.returncode == 0) == (libraries == ()), ran.stderr
