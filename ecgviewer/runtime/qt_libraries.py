"""Which system libraries Qt will miss on this machine, by Debian package; never imports Qt.

PySide6's wheels bring Qt but not what Qt loads from the system; without it the import ends in
"libEGL.so.1: cannot open shared object file", or the process in an abort. `python -m
ecgviewer.qt_libraries` prints the packages to install, for scripts.
"""

import ctypes
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

# What Qt 6.11's Core, Gui, Widgets, Svg and its offscreen platform name as NEEDED (readelf -d).
_EVERY_WINDOW: Mapping[str, str] = MappingProxyType(
    {
        "libGL.so.1": "libgl1",
        "libEGL.so.1": "libegl1",
        "libxkbcommon.so.0": "libxkbcommon0",
        "libdbus-1.so.3": "libdbus-1-3",
        "libfontconfig.so.1": "libfontconfig1",
        "libfreetype.so.6": "libfreetype6",
        "libglib-2.0.so.0": "libglib2.0-0",
        "libgthread-2.0.so.0": "libglib2.0-0",
        "libX11.so.6": "libx11-6",
    }
)
# The xcb platform on top of that.
_X11: Mapping[str, str] = MappingProxyType(
    {
        "libxcb.so.1": "libxcb1",
        "libX11-xcb.so.1": "libx11-xcb1",
        "libxcb-cursor.so.0": "libxcb-cursor0",
        "libxcb-icccm.so.4": "libxcb-icccm4",
        "libxcb-image.so.0": "libxcb-image0",
        "libxcb-keysyms.so.1": "libxcb-keysyms1",
        "libxcb-randr.so.0": "libxcb-randr0",
        "libxcb-render.so.0": "libxcb-render0",
        "libxcb-render-util.so.0": "libxcb-render-util0",
        "libxcb-shape.so.0": "libxcb-shape0",
        "libxcb-shm.so.0": "libxcb-shm0",
        "libxcb-sync.so.1": "libxcb-sync1",
        "libxcb-util.so.1": "libxcb-util1",
        "libxcb-xfixes.so.0": "libxcb-xfixes0",
        "libxcb-xkb.so.1": "libxcb-xkb1",
        "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    }
)
# The wayland platform; Qt falls back on it, or from it, where the other one does not load.
_WAYLAND: Mapping[str, str] = MappingProxyType(
    {
        "libwayland-client.so.0": "libwayland-client0",
        "libwayland-cursor.so.0": "libwayland-cursor0",
        "libwayland-egl.so.1": "libwayland-egl1",
    }
)
_FONTS = "fonts-dejavu-core"  # without any font every letter is drawn as an empty box
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


def _loads(soname: str) -> bool:
    """Whether the dynamic linker finds a library and all that it needs."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def _has_fonts() -> bool:
    """Whether any scalable font lies where fontconfig looks."""
    folders = [Path(folder).expanduser() for folder in _FONT_FOLDERS]
    kinds = {".ttf", ".otf", ".ttc"}
    return any(file.suffix.lower() in kinds for folder in folders for file in folder.rglob("*.?t?"))


def missing_packages(
    display: bool,
    *,
    loads: Callable[[str], bool] = _loads,
    has_fonts: Callable[[], bool] = _has_fonts,
) -> tuple[str, ...]:
    """Debian packages that would have to be installed before a window can be drawn.

    Parameters
    ----------
    display : bool
        True for a window on a screen, False for one drawn off screen.
    loads, has_fonts : callable
        What asks the system: whether a soname loads, whether there is a font.

    Returns
    -------
    tuple of str
        Sorted package names; empty on anything but Linux, where Qt's wheels bring all they need.
    """
    if not sys.platform.startswith("linux"):
        return ()

    def absent(libraries: Mapping[str, str]) -> set[str]:
        return {package for soname, package in libraries.items() if not loads(soname)}

    missing = absent(_EVERY_WINDOW) | (set() if has_fonts() else {_FONTS})
    if display and (not os.environ.get("WAYLAND_DISPLAY") or absent(_WAYLAND)):
        missing |= absent(_X11)
    return tuple(sorted(missing))


def advice(packages: Iterable[str]) -> str:
    """One sentence for the user: what is missing and the command that installs it."""
    names = " ".join(packages)
    return f"Qt needs system libraries that are missing here. On Debian: sudo apt install {names}"


def _main() -> int:
    """Print the missing packages on one line; exit status 1 where there are any."""
    packages = missing_packages(
        bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    )
    sys.stdout.write(" ".join(packages) + "\n" if packages else "")
    return 1 if packages else 0


if __name__ == "__main__":
    sys.exit(_main())
