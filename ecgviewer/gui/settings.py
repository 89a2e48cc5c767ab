"""What the viewer remembers between sessions: choices and paths, no patient field."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

_N_RECENT = 10
_LAYOUT_VERSION = 2  # a layout saved by another version of the panels is not restored


class Settings:
    """Typed access to QSettings.

    Parameters
    ----------
    store : QSettings, optional
        Where to keep things; by default the user's own settings of this program.
    """

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store or QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "ecgviewer", "ecgviewer"
        )

    def recents(self) -> list[Path]:
        """Recordings opened last, the latest first."""
        value = self._store.value("recents", [])
        # Qt reads a list of one back as the one
        items = value if isinstance(value, list) else [value]
        return [Path(str(item)) for item in items if item][:_N_RECENT]

    def add_recent(self, path: Path) -> None:
        """Remember a recording that was opened."""
        path = path.resolve()
        items = [path, *(p for p in self.recents() if p != path)][:_N_RECENT]
        self._store.setValue("recents", [str(item) for item in items])

    def clear_recents(self) -> None:
        """Forget every recording."""
        self._store.setValue("recents", [])

    @property
    def theme(self) -> str:
        """Name of the theme."""
        return str(self._store.value("theme", "light"))

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def ensemble(self) -> str:
        """Name of the networks chosen in the place of the default; "" where it serves."""
        return str(self._store.value("ensemble", ""))

    @ensemble.setter
    def ensemble(self, name: str) -> None:
        self._store.setValue("ensemble", name)

    @property
    def hide_patient(self) -> bool:
        """Whether patient fields are hidden."""
        return str(self._store.value("hide_patient", "false")).lower() == "true"

    @hide_patient.setter
    def hide_patient(self, hide: bool) -> None:
        self._store.setValue("hide_patient", "true" if hide else "false")

    @property
    def keep_results(self) -> bool:
        """Whether results are kept between runs."""
        return str(self._store.value("keep_results", "true")).lower() == "true"

    @keep_results.setter
    def keep_results(self, keep: bool) -> None:
        self._store.setValue("keep_results", "true" if keep else "false")

    def folder(self, purpose: str) -> Path:
        """The folder last used for a purpose (open, export, download); else the home folder."""
        value = self._store.value(f"folders/{purpose}")
        folder = Path(str(value)) if value else Path.home()
        return folder if folder.is_dir() else Path.home()

    def set_folder(self, purpose: str, folder: Path) -> None:
        """Remember the folder used for a purpose."""
        self._store.setValue(f"folders/{purpose}", str(folder))

    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and state of the window, where this version saved them."""
        geometry, state = self._store.value("geometry"), self._store.value("state")
        if str(self._store.value("layout_version", "")) != str(_LAYOUT_VERSION):
            return None
        if isinstance(geometry, QByteArray) and isinstance(state, QByteArray):
            return geometry, state
        return None

    def save_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        """Remember geometry and state of the window."""
        self._store.setValue("layout_version", _LAYOUT_VERSION)
        self._store.setValue("geometry", geometry)
        self._store.setValue("state", state)

    def sync(self) -> None:
        """Write what is not written yet."""
        self._store.sync()
