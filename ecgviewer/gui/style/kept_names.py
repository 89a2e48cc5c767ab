"""What names recordings in the store of settings: in memory alone while patient fields are hidden.

What was stored before comes out of the file at once, and goes back where the fields are shown again
before the program ends.
"""

from collections.abc import Collection

from PySide6.QtCore import QSettings

# Where Qt's own file dialogs were last; they remember it by themselves
_OF_DIALOGS = ("FileDialog/lastVisited", "FileDialog/history")


class KeptNames:
    """Values of a store, those that name recordings set aside while they are hidden.

    Parameters
    ----------
    store : QSettings
        Where all is kept that names nobody.
    keys : collection of str
        Of the values that do.
    """

    def __init__(self, store: QSettings, keys: Collection[str]) -> None:
        self._store, self._keys = store, frozenset(keys)
        self._aside: dict[str, object] | None = None  # None while names are shown

    def value(self, key: str) -> object:
        """The stored value; None where there is none."""
        if self._aside is not None and key in self._keys:
            return self._aside.get(key)
        return self._store.value(key)

    def put(self, key: str, value: object) -> None:
        """Keep a value."""
        if self._aside is not None and key in self._keys:
            self._aside[key] = value
        else:
            self._store.setValue(key, value)

    def hide(self, hidden: bool) -> None:
        """Take what names recordings out of the store, or put it back."""
        if hidden and self._aside is None:
            self._aside = {}
        if self._aside is None:
            return
        if not hidden:
            for key, value in self._aside.items():
                self._store.setValue(key, value)
            self._aside = None
            return
        for key in self._keys:
            if self._store.contains(key):
                self._aside[key] = self._store.value(key)
                self._store.remove(key)

    def sync(self) -> None:
        """Write what is not written yet; while names are hidden, not where dialogs were last."""
        if self._aside is not None:
            dialogs = QSettings(QSettings.Scope.UserScope, "QtProject")
            for key in _OF_DIALOGS:
                if dialogs.contains(key):
                    dialogs.remove(key)
        self._store.sync()
