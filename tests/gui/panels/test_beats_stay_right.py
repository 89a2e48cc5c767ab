"""Panels through any edits: each shows what one made anew from the same beats shows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtCore import QObject, Qt, Signal

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import ANEW, Beats, Change
from ecgviewer.gui.panels.beats.panel import BeatPanel
from ecgviewer.gui.panels.beats.table import HEADINGS
from ecgviewer.gui.panels.inspector.panel import Inspector
from ecgviewer.gui.panels.summary import SummaryPanel
from ecgviewer.gui.session.current_beat import CurrentBeat
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.style.theme import THEMES
from tests.beats.fake_overlay import FakeOverlay
from tests.gui.panels.edited import identity, opened
from tests.gui.synthetic import log_with, synthetic
from tests.gui.viewports import FakeViewport

RECORD = synthetic(seconds=30)
KINDS = (BeatPanel, Inspector, SummaryPanel)
FILTERS = ("", "V", "SVF", "abnormal", "pending", "conf<0.5", "rr>600", "2-9", "#-1", "0:05-0:20")
SAMPLES = st.integers(0, RECORD.n_samples - 1)
CLASSES = st.sampled_from(list(BeatClass))
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # a step makes three panels
CURRENT = -1
# of a beat, wrapped around; half of them the one that all panels speak of
PLACES = st.sampled_from([CURRENT] * 24 + list(range(24)))


class FakeSession(QObject):
    """The open recording, and that its beats have changed."""

    beats_changed = Signal(object)

    def __init__(self, record: OpenRecord) -> None:
        super().__init__()
        self.opened = record


class Editing(RuleBasedStateMachine):
    """A user edits, looks around, filters and sorts, while the machine classifies."""

    def __init__(self) -> None:
        super().__init__()
        log = log_with(np.arange(24) * 420 + 200, np.resize([0, 2, -1, 1, 0, 3], 24))
        self.overlay = FakeOverlay(log)
        self.opened = opened(log, RECORD)
        self.session = FakeSession(self.opened)
        self.current = CurrentBeat(self.session, FakeViewport())
        self.views = [kind(THEMES["light"]) for kind in KINDS]
        self.table: BeatPanel = self.views[0]
        self.heard: list[int] = []
        self.table.beat_chosen.connect(self.heard.append)
        for view in self.views:
            view.show_record(self.opened, identity(self.opened))
            view.show_beats(self.opened.beats, ANEW)
            self.current.beat_changed.connect(view.show_current)
        self.current.on_beat_clicked(5)

    def teardown(self) -> None:
        for view in self.views:
            view.deleteLater()

    def told(self, step: Callable[..., tuple[Beats, Change]], *arguments: Any) -> None:
        """One edit, as the session and the window pass it on."""
        beats, change = step(*arguments)
        self.opened.see(change, beats)
        self.session.beats_changed.emit(change)
        for view in self.views:
            view.show_beats(self.opened.beats, change)

    def beat(self, place: int) -> int:
        if place == CURRENT and self.current.current is not None:
            return self.current.current
        return int(self.overlay.beats.id[place % self.overlay.beats.n])

    def free(self, sample: int) -> bool:
        return sample not in self.overlay.beats.sample

    # -- edits --------------------------------------------------------------------------------

    @rule(sample=SAMPLES, beat_class=CLASSES)
    def insert(self, sample: int, beat_class: BeatClass) -> None:
        if self.free(sample):
            self.told(self.overlay.insert, sample, beat_class)

    @precondition(lambda self: self.overlay.beats.n > 1)
    @rule(place=PLACES)
    def delete(self, place: int) -> None:
        self.told(self.overlay.delete, self.beat(place))

    @rule(place=PLACES, beat_class=CLASSES)
    def relabel(self, place: int, beat_class: BeatClass) -> None:
        self.told(self.overlay.relabel, self.beat(place), beat_class)

    @rule(place=PLACES, sample=SAMPLES)
    def move(self, place: int, sample: int) -> None:
        if self.free(sample):
            self.told(self.overlay.move, self.beat(place), sample)

    @precondition(lambda self: self.overlay.edits)
    @rule()
    def undo(self) -> None:
        self.told(self.overlay.undo)

    @precondition(lambda self: self.overlay.log.n_pending)
    @rule(beat_class=CLASSES)
    def classify(self, beat_class: BeatClass) -> None:
        pending = np.flatnonzero(self.overlay.log.classes < 0)[:2]
        self.told(self.overlay.classify, pending, beat_class)

    # -- looks --------------------------------------------------------------------------------

    @rule(place=PLACES)
    def choose(self, place: int) -> None:
        self.current.on_beat_clicked(self.beat(place))

    @rule(text=st.sampled_from(FILTERS))
    def filter(self, text: str) -> None:
        self.table.filter.setText(text)
        self.table.on_filter_settled()

    @rule(column=st.integers(0, len(HEADINGS) - 1), order=st.sampled_from(list(Qt.SortOrder)))
    def sort(self, column: int, order: Qt.SortOrder) -> None:
        self.table.view.sortByColumn(column, order)

    # -- what must hold -----------------------------------------------------------------------

    @invariant()
    def every_panel_shows_what_a_new_one_shows(self) -> None:
        anew = opened(self.overlay.log, RECORD)
        anew.see(ANEW, self.overlay.beats.copied())
        views = [kind(THEMES["light"]) for kind in KINDS]
        header = self.table.view.horizontalHeader()
        views[0].view.sortByColumn(header.sortIndicatorSection(), header.sortIndicatorOrder())
        for view in views:
            view.show_record(anew, identity(anew))
            view.show_beats(anew.beats, ANEW)
            view.show_current(self.current.current)
        views[0].filter.setText(self.table.filter.text())
        views[0].on_filter_settled()
        for old, new in zip(self.views, views, strict=True):
            assert shown(old) == shown(new)
            new.deleteLater()

    @invariant()
    def the_selection_stays_on_the_same_beat(self) -> None:
        selected = self.table.model.beat_at(self.table.view.currentIndex().row())
        current = self.current.current
        assert current is None or self.overlay.beats.row(current) is not None
        assert selected == (current if current in self.table.model.ids else None)
        assert self.heard == []  # no edit, filter or order makes another beat the current one


def shown(view: Any) -> list[Any]:
    """All that a panel says."""
    if isinstance(view, BeatPanel):
        model, columns = view.model, range(len(HEADINGS))
        rows = range(model.rowCount())
        cells = [[model.index(row, column).data() for column in columns] for row in rows]
        return [view.shown.text(), cells]
    if isinstance(view, Inspector):
        votes = [(bars.caption, bars.values) for bars in view.votes]
        return [view.title.whole, view.flags.whole, view.fused.values, votes]
    labels = (*view.counts.values(), *view.burdens.values(), view.rate, view.times)
    return [label.text() for label in labels]


@pytest.mark.usefixtures("qapp")
def test_no_edit_leaves_a_panel_behind() -> None:
    few = settings(max_examples=15, stateful_step_count=15, deadline=None, phases=WITHOUT_SHRINKING)
    run_state_machine_as_test(Editing, settings=few)
