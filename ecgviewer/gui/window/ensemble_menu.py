"""The choice of the networks, as a menu and as a button with that menu."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolBar, QToolButton, QWidget

from ecgviewer.gui.style.plain import NAME, caption, tip
from ecgviewer.model.ensemble import Ensemble

_TIP = "Networks that give the classes; others classify all beats anew"


class EnsembleMenu(QObject):
    """Every installed ensemble, the one in use with a mark.

    Parameters
    ----------
    names : tuple of str
        Those that are installed.
    menu : QMenu
        Gets the choice as a menu of its own.
    parent : QWidget
        Owner.
    """

    chosen = Signal(str)

    def __init__(self, names: tuple[str, ...], menu: QMenu, parent: QWidget) -> None:
        super().__init__(parent)
        self._in_use = ""
        self.menu: QMenu = menu.addMenu("&Networks")
        self.menu.setToolTipsVisible(True)
        self._group = QActionGroup(self)
        self.actions_by_name: dict[str, QAction] = {}
        for name in names:
            self._add(name)
        self._group.triggered.connect(self.on_triggered)
        self.bar = QToolBar("Networks", parent)
        self.bar.setObjectName("ensemble_bar")
        self.button = QToolButton(self.bar)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.button.setMenu(self.menu)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.bar.addWidget(self.button)
        self.show_wanted("")

    def show_wanted(self, name: str) -> None:
        """Name the networks that are being loaded."""
        text = f"{name}…" if name else "none"
        self._name_button(text)
        self.button.setToolTip(_TIP)

    def show_ensemble(self, name: str, ensemble: Ensemble) -> None:
        """Mark the networks that are in use now."""
        if name not in self.actions_by_name:
            self._add(name)
        self._in_use = name
        self.actions_by_name[name].setChecked(True)
        self.actions_by_name[name].setToolTip(tip(ensemble.title))
        self._name_button(name)
        self.button.setToolTip(tip(f"{ensemble.title}\n{_TIP}"))

    def on_triggered(self, action: QAction) -> None:
        name = action.data()
        if name != self._in_use:
            self.show_wanted(name)
            self.chosen.emit(name)

    def go_back(self) -> None:
        """Others could not be loaded: mark those that are in use still."""
        action = self.actions_by_name.get(self._in_use)
        if action is None:
            self.show_wanted("")
            return
        action.setChecked(True)
        self._name_button(self._in_use)

    def _name_button(self, name: str) -> None:
        self.button.setText(f"Networks: {caption(name, NAME)} ▾")
        self.button.setAccessibleName(f"Networks: {name}")

    def _add(self, name: str) -> None:
        action = self.menu.addAction(caption(name))
        action.setToolTip(tip(name))
        action.setCheckable(True)
        action.setData(name)
        self._group.addAction(action)
        self.actions_by_name[name] = action
