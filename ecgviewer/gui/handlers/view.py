"""What the actions of Go, View and Help do; each a few lines that ask another part."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from ecgviewer.gui.dialogs.model_card import ModelDialog
from ecgviewer.gui.dialogs.text import about_dialog, integrity_dialog, keys_dialog, no_model_dialog
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.paths import DEFAULT_ENSEMBLE


class ViewHandler(QObject):
    """Handlers of actions.

    Parameters
    ----------
    window : MainWindow
        Whose actions.
    """

    def __init__(self, window: Any) -> None:
        super().__init__(window)
        self._window = window
        self._problem = ""  # why there are no networks

    def fill_view_menu(self) -> None:
        """A switch for every panel, under View."""
        menu = self._window.actions_by_name.menus["&View"]
        menu.addSeparator()
        for dock in self._window.docks.docks.values():
            menu.addAction(dock.toggleViewAction())
        menu.addAction("&Panels in their places").triggered.connect(self.on_arrange)

    def on_arrange(self) -> None:
        self._window.docks.show(True)
        self._window.docks.arrange()

    def on_time(self) -> None:
        opened = self._window.session.opened
        if opened is None:
            return
        start, _ = self._window.canvas.visible_range_s()
        wanted = self._window.files.prompts.time(start, opened.record.duration_s)
        if wanted is not None:
            self._window.canvas.go_to(min(wanted, opened.record.duration_s))

    def on_find(self) -> None:
        self._window.docks.bring_up("beats")
        self._window.display.beats.filter.setFocus()
        self._window.display.beats.filter.selectAll()

    def on_inputs(self) -> None:
        self._window.docks.bring_up("recording")
        self._window.display.recording.show_choice()

    def on_filtered(self, checked: bool) -> None:
        self._window.canvas.show_cleaned = checked

    def on_hide_patient(self, checked: bool) -> None:
        self._window.settings.hide_patient = checked
        self._window.display.show_patient()

    def on_dark(self, checked: bool) -> None:
        name = "dark" if checked else "light"
        self._window.settings.theme = name
        self._window.display.set_theme(name)

    def on_full_screen(self, checked: bool) -> None:
        if checked:
            self._window.showFullScreen()
        else:
            self._window.showNormal()

    def on_integrity(self) -> None:
        opened = self._window.session.opened
        if opened is not None:
            hide = self._window.settings.hide_patient
            dialog = integrity_dialog(opened.record, opened.verdict, hide=hide, parent=self._window)
            self._window.files.prompts.show(dialog)

    def on_keys(self) -> None:
        self._window.files.prompts.show(keys_dialog(self._window))

    def on_about(self) -> None:
        self._window.files.prompts.show(about_dialog(self._window))

    def on_model(self) -> None:
        window, ensemble = self._window, self._window.session.ensemble
        dialog = (
            ModelDialog(ensemble, window) if ensemble else no_model_dialog(self._problem, window)
        )
        window.files.prompts.show(dialog)

    def on_ensemble_failed(self, reason: str) -> None:
        self._window.ensembles.go_back()
        if self._window.session.ensemble is None:
            self._problem = reason
            self._window.strip.show_no_ensemble(reason)

    def on_ensemble_loaded(self, ensemble: Ensemble) -> None:
        name = self._window.session.ensemble_name
        self._window.ensembles.show_ensemble(name, ensemble)
        # who chose none follows the default of the version that runs
        self._window.settings.ensemble = "" if name == DEFAULT_ENSEMBLE else name
