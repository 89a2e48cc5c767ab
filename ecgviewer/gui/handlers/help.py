"""What the actions of Help do, and what is known of the networks."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ecgviewer.gui.dialogs.model_card import ModelDialog
from ecgviewer.gui.dialogs.prompts import Prompts
from ecgviewer.gui.dialogs.text import about_dialog, integrity_dialog, keys_dialog, no_model_dialog
from ecgviewer.gui.session.session import Session
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.window.ensemble_menu import EnsembleMenu
from ecgviewer.gui.window.menus import Actions
from ecgviewer.gui.window.status_bar import StatusBar
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.paths import DEFAULT_ENSEMBLE


class HelpHandler(QObject):
    """Shows what the program knows: keys, versions, networks, findings on the files.

    Parameters
    ----------
    session, settings, prompts
        What is open, what is remembered, who shows dialogs.
    actions : Actions
        Whose keys are shown.
    ensembles, status
        Where the networks in use are named.
    parent : QWidget
        Owner of the dialogs.
    """

    def __init__(
        self,
        session: Session,
        settings: Settings,
        prompts: Prompts,
        *,
        actions: Actions,
        ensembles: EnsembleMenu,
        status: StatusBar,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session, self._settings, self._prompts = session, settings, prompts
        self._actions, self._ensembles, self._status = actions, ensembles, status
        self._parent = parent
        self._problem = ""  # why there are no networks

    def on_integrity(self) -> None:
        opened = self._session.opened
        if opened is not None:
            hide = self._settings.hide_patient
            dialog = integrity_dialog(opened.record, opened.verdict, hide=hide, parent=self._parent)
            self._prompts.show(dialog)

    def on_keys(self) -> None:
        self._prompts.show(keys_dialog(self._actions.rows, self._actions.keys.of, self._parent))

    def on_about(self) -> None:
        self._prompts.show(about_dialog(self._parent))

    def on_model(self) -> None:
        ensemble = self._session.ensemble
        if ensemble is None:
            self._prompts.show(no_model_dialog(self._problem, self._parent))
        else:
            self._prompts.show(ModelDialog(ensemble, self._parent))

    def on_ensemble_failed(self, reason: str) -> None:
        self._ensembles.go_back()
        if self._session.ensemble is None:
            self._problem = reason
            self._status.show_no_ensemble(reason)

    def on_ensemble_loaded(self, ensemble: Ensemble) -> None:
        name = self._session.ensemble_name
        self._ensembles.show_ensemble(name, ensemble)
        # who chose none follows the default of the version that runs
        self._settings.ensemble = "" if name == DEFAULT_ENSEMBLE else name
