"""Fetches what the networks read of the beat that the inspector shows."""

from PySide6.QtCore import QObject

from ecgviewer.gui.panels.docks import Docks
from ecgviewer.gui.panels.inspector.network_input import NetworkInput, input_job
from ecgviewer.gui.panels.inspector.panel import Inspector
from ecgviewer.gui.session.session import Session


class InspectHandler(QObject):
    """Connects the inspector with the thread that has cleaned samples.

    Parameters
    ----------
    session : Session
        What is open.
    docks : Docks
        Hold the panel that says of which beat it lacks the input, and is given it.
    parent : QObject
        Owner.
    """

    def __init__(self, session: Session, docks: Docks, parent: QObject) -> None:
        super().__init__(parent)
        panel = docks.panel(Inspector)
        self._session, self._panel = session, panel
        self._asked: tuple[int, int] | None = None  # beat and run of the question that is out
        panel.input_wanted.connect(self.on_input_wanted)
        session.answer_ready.connect(self.on_answer_ready)
        session.ensemble_loaded.connect(panel.show_ensemble)

    def on_input_wanted(self, beat_id: int) -> None:
        opened, ensemble = self._session.opened, self._session.ensemble
        if opened is None or opened.scan is None or ensemble is None:
            return  # the panel says so again when it is shown more
        # a run has its own beats, leads and networks
        wanted = (beat_id, opened.run_id)
        if wanted != self._asked:
            self._asked = wanted
            job = input_job(opened.record, opened.scan, beat_id, opened.inputs, ensemble.prep)
            self._session.ask("input", job)

    def on_answer_ready(self, kind: str, answer: object) -> None:
        if kind == "input" and isinstance(answer, NetworkInput):
            self._asked = None
            self._panel.show_input(answer)
