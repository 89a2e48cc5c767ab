"""Compares the open recording with annotations beside it, on a thread of its own."""

from PySide6.QtCore import QObject, QTimer, Signal

from ecgviewer.analysis.inputs import why_not_classified
from ecgviewer.ec57.marks import LEARNING_S
from ecgviewer.evaluation.recording import Evaluation, evaluate, marks_as_shown
from ecgviewer.formats.annotations import annotators
from ecgviewer.gui.panels.comparison.cells import cells_of
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
_SETTLE_MS = 200  # edits that follow one another are compared once


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

    Attributes
    ----------
    panel : ComparisonPanel
        Shows the result.
    annotators : tuple of str or None
        Of the files beside the recording; None while they are looked for.
    evaluation : Evaluation or None
        The comparison that is shown.
    """

    compared = Signal()  # there is another evaluation

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
        self._session, self._settings = session, settings
        self._docks, self._actions = docks, actions
        self.panel = docks.panel(ComparisonPanel)
        self._ticket = self._n_opened = 0  # of the comparison and the recording that count
        self.annotators: tuple[str, ...] | None = None
        self._asked = False  # whether this recording's comparison was asked for
        self._busy = False  # whether one is being made
        self.evaluation: Evaluation | None = None
        self._anew = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._anew.timeout.connect(self.on_settled)
        session.record_opened.connect(self.on_record_opened)
        session.beats_changed.connect(self.on_beats_changed)
        session.run_finished.connect(self.on_run_finished)
        self.panel.terms_chosen.connect(self.compare)
        self.panel.cell_chosen.connect(self.on_cell_chosen)
        self.panel.beat_chosen.connect(navigator.on_beat_chosen)
        self.panel.place_chosen.connect(navigator.go_to_place)

    # -- what can be compared -----------------------------------------------------------------

    def on_record_opened(self) -> None:
        self._asked, self.annotators = False, None
        self.panel.show_references(())
        self._drop()
        opened = self._session.opened
        if opened is not None:
            record = opened.record
            self._n_opened += 1
            task = self._session.threads.task(lambda _: annotators(record), ticket=self._n_opened)
            task.succeeded.connect(self.on_annotators_found)
            self._session.threads.start(task)

    def on_beats_changed(self) -> None:
        """What was compared is no longer so."""
        if self.evaluation is not None or self._busy:
            self._drop()
            self._anew.start()

    def on_settled(self) -> None:
        """Compare what a user has edited; what is still being classified waits for its end."""
        if self._asked and self._ready():
            self.compare()

    def _drop(self) -> None:
        self._ticket += 1
        self.evaluation, self._busy = None, False
        self._update()

    def on_run_finished(self) -> None:
        self._update()
        if self._asked and self._ready():
            self.compare()

    def on_annotators_found(self, ticket: int, found: tuple[str, ...]) -> None:
        if ticket == self._n_opened:
            self.annotators = found
            self.panel.show_references(found)
            self._update()

    def _ready(self) -> bool:
        opened = self._session.opened
        complete = opened is not None and opened.scan is not None
        return complete and bool(self.annotators) and self._session.progress.phase == "done"

    def _update(self) -> None:
        self._actions.enable(reference=self._ready())
        if self.evaluation is None and not self._busy:
            self.panel.clear(_NO_REFERENCE if self.annotators == () else _NOT_YET)

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
        self._drop()
        self._asked = self._busy = True
        self.panel.clear(_BUSY)
        reference, mapping = self.panel.terms
        record, beats = opened.record, opened.beats  # a complete log is not written any more
        task = self._session.threads.task(
            lambda _: evaluate(
                record, marks_as_shown(record, beats), reference=reference, mapping=mapping
            ),
            ticket=self._ticket,
        )
        task.succeeded.connect(self.on_compared)
        task.failed.connect(self.on_failed)
        self._session.threads.start(task)

    def on_compared(self, ticket: int, evaluation: Evaluation) -> None:
        if ticket == self._ticket:
            self.evaluation, self._busy = evaluation, False
            self.panel.show_evaluation(evaluation, self._about(evaluation))
            self.compared.emit()

    def on_failed(self, ticket: int, reason: str) -> None:
        opened = self._session.opened
        if ticket == self._ticket and opened is not None:
            self._busy = False
            hide = self._settings.hide_patient
            self.panel.clear(without_names(reason, opened.record, hide=hide))

    def hide_names(self) -> None:
        """Take names out of what is said already."""
        opened, said = self._session.opened, self.panel.about
        said.setText(without_names(said.text(), opened.record if opened else None, hide=True))

    def _about(self, evaluation: Evaluation) -> str:
        """What was compared with what, and what to know of it."""
        opened, ensemble = self._session.opened, self._session.ensemble
        name = f" by {ensemble.name} {ensemble.hash[:8]}" if ensemble else ""
        note = why_not_classified(opened.record, prep=opened.prep) if opened else ""
        n, minutes = count(evaluation.beats.n_beats), f"{LEARNING_S / 60:g} minutes"
        text = f"{n} beats compared, classes{name}; the first {minutes} do not count."
        said = "  ".join(filter(None, [text, note, *(f"{it}." for it in evaluation.remarks)]))
        if opened is None:
            return said
        return without_names(said, opened.record, hide=self._settings.hide_patient)

    # -- go to its beats ----------------------------------------------------------------------

    def on_cell_chosen(self, row: int, column: int) -> None:
        opened = self._session.opened
        if opened is not None and self.evaluation is not None:
            places = cells_of(self.evaluation, opened.beats, row, column)
            self.panel.show_places(places, opened.record.fs)
