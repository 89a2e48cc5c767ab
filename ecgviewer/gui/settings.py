"""What the viewer remembers between sessions: choices and paths, no patient field.

`Settings` is the table: one row a setting. A value that is of another type or out of range (another
version's, or edited by hand) counts as absent. While patient fields are hidden no path is kept.
"""

import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, get_args, overload

from PySide6.QtCore import QSettings

from ecgviewer.findings.rate import N_MEAN, N_MEAN_RANGE
from ecgviewer.gui.storage.kinds import (
    BYTES,
    FLAG,
    FOLDER,
    KEYS,
    LAYOUTS,
    NUMBER,
    PATHS,
    TEXT,
    Kind,
)
from ecgviewer.gui.storage.layouts import Layout
from ecgviewer.gui.storage.settings_file import user_store
from ecgviewer.gui.style.kept_names import KeptNames
from ecgviewer.gui.style.theme import THEMES
from ecgviewer.runtime import log_file

_LOG = logging.getLogger(__name__)
_N_RECENT = 10
_LAYOUT_BEFORE = 2  # of the panels, in files of versions that kept one layout for every screen

Purpose = Literal["open", "export", "download"]
Key = Literal[
    "theme",
    "ensemble",
    "hide_patient",
    "keep_results",
    "rate_intervals",
    "keys",
    "layouts",
    "recents",
    "folders/open",
    "folders/export",
    "folders/download",
    "log_names",
    "layout_version",
    "geometry",
    "state",
]
T = TypeVar("T")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One row: an attribute of `Settings` that is read from its store and written to it.

    Attributes
    ----------
    key : str
        Name in the store.
    kind : Kind
        Type of its values.
    default : T
        What counts where nothing, or nothing of use, is stored.
    check : callable
        Whether a value of the type can be used.
    names : bool
        Whether its values name recordings or folders, which may name patients.
    """

    key: Key
    kind: Kind[T]
    default: T
    check: Callable[[T], bool] = lambda _: True
    names: bool = False

    @overload
    def __get__(self, settings: None, owner: type) -> "Setting[T]": ...
    @overload
    def __get__(self, settings: "Settings", owner: type) -> T: ...
    def __get__(self, settings: "Settings | None", owner: type) -> "Setting[T] | T":
        return self if settings is None else settings.value_of(self)

    def __set__(self, settings: "Settings", value: T) -> None:
        if not self.check(value):
            raise ValueError(f"{value!r} cannot be the setting {self.key!r}")
        settings.put(self, self.kind.write(value))


def _is_folder(path: Path | None) -> bool:
    try:
        return path is not None and path.is_dir()
    except (OSError, ValueError):  # of a network that is gone, may not be asked for, no path
        return False


def _may_be_meant(n: int) -> bool:
    return N_MEAN_RANGE[0] <= n <= N_MEAN_RANGE[1]


class Settings:
    """Every setting as an attribute of its type, kept in a QSettings.

    Parameters
    ----------
    store : QSettings, optional
        Where to keep things; by default the user's own settings of this program.

    Attributes
    ----------
    theme : str
        Name of the theme.
    ensemble : str
        Name of the networks chosen in the place of the default; "" where it serves.
    hide_patient, keep_results : bool
        Whether patient fields are hidden, and results kept between runs.
    rate_intervals : int
        N-N intervals that the least and the greatest heart rate are the mean of.
    keys : mapping of str to tuple of str
        The user's own key sequences, by the name of the action; () takes its keys away.
    log_names : bool
        Whether the log may name recordings by now.
    layouts : tuple of Layout
        Where window and panels were left, the latest first, one a screen.
    layout_version, geometry, state
        The one layout that versions before kept; no longer written.
    """

    theme = Setting("theme", TEXT, "light", THEMES.__contains__)
    ensemble = Setting("ensemble", TEXT, "")
    hide_patient = Setting("hide_patient", FLAG, False)
    keep_results = Setting("keep_results", FLAG, True)
    rate_intervals = Setting("rate_intervals", NUMBER, N_MEAN, _may_be_meant)
    keys = Setting("keys", KEYS, {})
    recent_paths = Setting("recents", PATHS, (), names=True)
    open_folder = Setting("folders/open", FOLDER, None, _is_folder, names=True)
    export_folder = Setting("folders/export", FOLDER, None, _is_folder, names=True)
    download_folder = Setting("folders/download", FOLDER, None, _is_folder, names=True)
    log_names = Setting("log_names", FLAG, True)
    layouts = Setting("layouts", LAYOUTS, ())
    layout_version = Setting("layout_version", NUMBER, 0)
    geometry = Setting("geometry", BYTES, None)
    state = Setting("state", BYTES, None)

    def __init__(self, store: QSettings | None = None) -> None:
        self.store = user_store() if store is None else store
        self._hides: bool | None = None  # what settings and log follow; None before the first
        self._told: set[Key] = set()  # those whose stored value the log has called useless
        self._kept = KeptNames(self.store, [row.key for row in SETTINGS.values() if row.names])
        self._follow_hiding(self.hide_patient)

    def value_of(self, row: Setting[T]) -> T:
        """The stored value of a row; its default where there is none of use."""
        stored = self._kept.value(row.key)
        if stored is None:
            return row.default
        try:
            value = row.kind.read(stored)
        except (ValueError, RecursionError):  # the latter of JSON that is nested too deep
            return self._default(row)
        if row.key == "hide_patient" and self._hides not in (None, value):
            self._follow_hiding(value is True)  # another window has switched it
        return value if row.check(value) else self._default(row)

    def _default(self, row: Setting[T]) -> T:
        if row.key not in self._told:
            self._told.add(row.key)
            # without the value: a path may name a patient
            _LOG.warning("setting %s: not %s that can be used", row.key, row.kind.called)
        return row.default

    def put(self, row: Setting[Any], stored: object) -> None:
        """Keep what is stored of a row."""
        if row.names:
            _ = self.hide_patient  # as it is by now: another window may have switched it
        self._kept.put(row.key, stored)
        if row.key == "hide_patient":
            _ = self.hide_patient

    def _follow_hiding(self, hide: bool) -> None:
        """Take out of settings and log what names recordings, or bring it back."""
        shown, self._hides = self._hides is False, hide
        log_file.hide_names(hide)
        self._kept.hide(hide)
        if hide and (shown or self.log_names):
            log_file.forget()
        if self.log_names == hide:
            self.log_names = not hide
        if hide:
            self.sync()

    def recents(self) -> list[Path]:
        """Recordings opened last, the latest first."""
        return list(self.recent_paths[:_N_RECENT])

    def add_recent(self, path: Path) -> None:
        """Remember a recording that was opened."""
        with contextlib.suppress(OSError):  # of a folder that cannot be asked for
            path = path.resolve()
        self.recent_paths = (path, *(p for p in self.recents() if p != path))[:_N_RECENT]

    def clear_recents(self) -> None:
        """Forget every recording."""
        self.recent_paths = ()

    def folder(self, purpose: Purpose) -> Path:
        """The folder last used for a purpose; else the home folder."""
        folder: Path | None = getattr(self, f"{purpose}_folder")
        return folder or _home()

    def set_folder(self, purpose: Purpose, folder: Path) -> None:
        """Remember the folder used for a purpose; one that is not there is not remembered."""
        if _is_folder(folder):
            setattr(self, f"{purpose}_folder", folder)

    def layout_before(self) -> Layout | None:
        """The layout that a version before kept, of whatever screen; it has no checksum."""
        geometry, state = self.geometry, self.state
        if self.layout_version != _LAYOUT_BEFORE or geometry is None or state is None:
            return None
        return Layout("", bytes(geometry.data()), bytes(state.data()))

    def save_layout(self, layout: Layout) -> None:
        """Remember where window and panels are left on one screen."""
        others = (kept for kept in self.layouts if kept.screen != layout.screen)
        self.layouts = (layout, *others)

    def drop_layout(self, layout: Layout) -> None:
        """Forget a layout, at once: the next window must not find it."""
        self.layouts = tuple(kept for kept in self.layouts if kept != layout)
        if layout == self.layout_before():
            for row in (Settings.geometry, Settings.state, Settings.layout_version):
                self.store.remove(row.key)
        self.sync()

    def sync(self) -> None:
        """Write what is not written yet; the log says where that cannot be done."""
        self._kept.sync()
        if self.store.fileName() and self.store.status() != QSettings.Status.NoError:
            _LOG.warning("the settings could not be written: %s", self.store.status().name)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a user without one
        return Path()


SETTINGS: Mapping[str, Setting[Any]] = {
    row.key: row for row in vars(Settings).values() if isinstance(row, Setting)
}
assert set(SETTINGS) == set(get_args(Key))
