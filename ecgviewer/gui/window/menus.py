"""Menus and keys made from the table of actions, and what can be triggered now."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Unpack

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from ecgviewer.gui.actions import ACTIONS, MENUS, Action, Menu, Parts, Present
from ecgviewer.gui.style.plain import tip
from ecgviewer.gui.window.keys import Keys, keys_in_force


class Actions:
    """The window's actions by name, in menus.

    Parameters
    ----------
    window : QMainWindow
        Gets the menus.
    rows : sequence of Action
        The table.
    own_keys : mapping of str to tuple of str, optional
        The user's own keys, by the name of the action.

    Attributes
    ----------
    keys : Keys
        Those in force, and what of the user's own was refused.
    """

    def __init__(
        self,
        window: QMainWindow,
        *,
        rows: Sequence[Action] = ACTIONS,
        own_keys: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.rows = tuple(rows)
        self.menus: dict[Menu, QMenu] = {name: window.menuBar().addMenu(name) for name in MENUS}
        defaults, titles = ({row.name: row.keys for row in rows}, {r.name: r.title for r in rows})
        self.keys: Keys = keys_in_force(defaults, own_keys or {}, titles=titles)
        self._present: Present = {}
        self._by_name: dict[str, QAction] = {}
        for row in self.rows:
            self._by_name[row.name] = self._make(row, window)
            self.menus[row.menu].addAction(self._by_name[row.name])
        self._enable()

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def connect(self, parts: Parts) -> None:
        """Connect every action to its handler.

        Raises
        ------
        LookupError
            Handlers that no part has: a programming error.
        """
        handlers = {row.name: _handler(row, parts) for row in self.rows}
        lost = [f"{row.name} ({row.handler})" for row in self.rows if not handlers[row.name]]
        if lost:
            raise LookupError(f"actions without a handler: {', '.join(lost)}")
        for row in self.rows:
            action, handler = self._by_name[row.name], handlers[row.name]
            if row.checkable:
                action.triggered.connect(handler)  # with whether it is checked
            else:
                action.triggered.connect(lambda _=False, handler=handler: handler())

    def enable(self, **present: Unpack[Present]) -> None:
        """Say what is there now, and what no longer; what is not named is as it was."""
        if not present.items() <= self._present.items():
            self._present.update(present)
            self._enable()

    def _enable(self) -> None:
        there = {name for name, is_there in self._present.items() if is_there}
        for row in self.rows:
            self._by_name[row.name].setEnabled(not row.needs or row.needs in there)

    def key_words(self, **words: str) -> str:
        """The keys of actions for a tooltip: "; key ] faster, [ slower"; "" where none has one.

        Parameters
        ----------
        **words : str
            What the tooltip calls each action.
        """
        keys = self.keys.of
        said = [f"{keys[name][0]} {word}" for name, word in words.items() if keys[name]]
        return f"; key {', '.join(said)}" if said else ""

    def _make(self, row: Action, window: QMainWindow) -> QAction:
        action = QAction(row.text, window)
        action.setObjectName(row.name)
        action.setCheckable(row.checkable)
        keys = self.keys.of[row.name]
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        said = row.tip or row.title
        action.setToolTip(tip(f"{said}  [{keys[0]}]" if keys else said))
        return action


def _handler(row: Action, parts: Mapping[str, object]) -> Callable[..., object] | None:
    """Who does it, ready to be called; None where nobody does."""
    handler: object = row.handler
    if isinstance(row.handler, str):
        part, _, method = row.handler.partition(".")
        handler = getattr(parts.get(part), method, None)
    if not callable(handler):
        return None
    return partial(handler, row.step) if row.step else handler
