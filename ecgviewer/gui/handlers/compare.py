"""Compares the open recording with annotations beside it, on a thread of its own; draws nothing."""

from PySide6.QtCore import QObject

from ecgviewer.analysis.inputs import why_not_classified
from ecgviewer.ec57.marks import LEARNING_S
from ecgviewer.evaluation.recording import Evaluation, evaluate, marks_of_log
from ecgviewer.formats.annotations import annotators
from ecgviewer.gui.panels.comparison.cells import Cells, places_of
from ecgviewer.gui.panels.comparison.panel import ComparisonPanel
from ecgviewer.gui.panels.docks import Docks
from ecgviewer.gui.session.current_beat import CurrentBeat
from ecgviewer.gui.session.session import Session
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.style.patient import without_names
from ecgviewer.gui.style.wording import count
from ecgviewer.gui.window.menus import Actions

_PANEL = "comparison"
_NO_REFERENCE = "No annotation file lies beside this recording: there is nothing to compare with."
_NOT_YET = "Once every beat has its class: Analyze > Compare with reference annotations."
_BUSY = "Comparing…"


class CompareHandler(QObject):
    """What Analyze > Compare with reference annotations does.

    Parameters
    ----------
    session, settings, navigator
        What is open, how it is to look, and which beat is current.
    docks : Docks
        Hold the panel that shows the result.
    actions : Actions
        Are told whether there is something to compare.
    parent : QObject
        Owner.
    """

    def __init__(
        self,
        session: Session,
        settings: Settings,
        navigator: CurrentBeat,
        docks: Docks,
        *,
        actions: Actions,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._settings, self._navigator = session, settings, navigator
        self._docks, self._actions = docks, actions
        self.panel = docks.panel(ComparisonPanel)
        self._ticket = self._n_opened = 0  # of the comparison and the recording that count
        self._annotators: tuple[str, ...] | None = None  # None while they are looked for
        self._asked = False  # whether this recording's comparison was asked for
        self._evaluation: Evaluation | None = None
        self._places: Cells | None = None
        session.record_opened.connect(self.on_record_opened)
        session.beats_reset.connect(self.on_beats_reset)
        session.run_finished.connect(self.on_run_finished)
        self.panel.terms_chosen.connect(self.compare)
        self.panel.cell_chosen.connect(self.on_cell_chosen)
        self.panel.place_chosen.connect(self.on_place_chosen)

    # -- what can be compared -----------------------------------------------------------------

    def on_record_opened(self) -> None:
        self._asked, self._annotators = False, None
        self.panel.show_references(())
        self.on_beats_reset()
        opened = self._session.opened
        if opened is not None:
            record = opened.record
            self._n_opened += 1
            task = self._session.threads.task(lambda _: annotators(record), ticket=self._n_opened)
            task.succeeded.connect(self.on_annotators_found)
            self._session.threads.start(task)

    def on_beats_reset(self) -> None:
        """Classes start anew: what was compared is no longer so."""
        self._ticket += 1
        self._evaluation = self._places = None
        self._update()

    def on_run_finished(self) -> None:
        self._update()
        if self._asked and self._ready():
            self.compare()

    def on_annotators_found(self, ticket: int, found: tuple[str, ...]) -> None:
        if ticket == self._n_opened:
            self._annotators = found
            self.panel.show_references(found)
            self._update()

    def _ready(self) -> bool:
        opened = self._session.opened
        complete = opened is not None and opened.scan is not None
        return complete and bool(self._annotators) and self._session.progress.phase == "done"

    def _update(self) -> None:
        self._actions.enable(reference=self._ready())
        if self._evaluation is None:
            self.panel.clear(_NO_REFERENCE if self._annotators == () else _NOT_YET)

    # -- compare ------------------------------------------------------------------------------

    def on_asked(self) -> None:
        """Bring the panel up, and compare."""
        self._docks.bring_up(_PANEL)
        self.compare()

    def compare(self) -> None:
        """Compare with the annotator and the mapping that are chosen in the panel."""
        opened = self._session.opened
        if opened is None or not self._ready():
            return
        self.on_beats_reset()
        self._asked = True
        self.panel.clear(_BUSY)
        reference, mapping = self.panel.terms
        record, log = opened.record, opened.log  # a complete log is not written any more
        task = self._session.threads.task(
            lambda _: evaluate(
                record, marks_of_log(record, log), reference=reference, mapping=mapping
            ),
            ticket=self._ticket,
        )
        task.succeeded.connect(self.on_compared)
        task.failed.connect(self.on_failed)
        self._session.threads.start(task)

    def on_compared(self, ticket: int, evaluation: Evaluation) -> None:
        if ticket == self._ticket:
            self._evaluation = evaluation
            self.panel.show_evaluation(evaluation, self._about(evaluation))

    def on_failed(self, ticket: int, reason: str) -> None:
        opened = self._session.opened
        if ticket == self._ticket and opened is not None:
            hide = self._settings.hide_patient
            self.panel.clear(without_names(reason, opened.record, hide=hide))

    def _about(self, evaluation: Evaluation) -> str:
        """What was compared with what, and what to know of it."""
        opened, ensemble = self._session.opened, self._session.ensemble
        name = f" by {ensemble.name} {ensemble.hash[:8]}" if ensemble else ""
        note = why_not_classified(opened.record) if opened else ""
        n, minutes = count(evaluation.beats.n_beats), f"{LEARNING_S / 60:g} minutes"
        text = f"{n} beats compared, classes{name}; the first {minutes} do not count."
        return f"{text} {note}" if note else text

    # -- go to its beats ----------------------------------------------------------------------

    def on_cell_chosen(self, row: int, column: int) -> None:
        opened = self._session.opened
        if opened is not None and self._evaluation is not None:
            self._places = places_of(self._evaluation, opened.log.samples, row, column)
            self.panel.show_places(self._places, opened.record.fs)

    def on_place_chosen(self, place: int) -> None:
        if self._places is None:
            return
        beat = int(self._places.beats[place])
        if beat >= 0:
            self._navigator.on_beat_chosen(beat)
        else:
            self._navigator.go_to_place(int(self._places.samples[place]))
