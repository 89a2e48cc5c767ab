"""The comparison's parts by themselves: beats of a cell, the matrix, the panel in both themes."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import Beats
from ecgviewer.ec57.beats import LETTERS, NO_BEAT, SHUT_DOWN, compare
from ecgviewer.ec57.marks import marks_of_beats
from ecgviewer.ec57.runs import CHAMBERS, compare_runs
from ecgviewer.evaluation.recording import Evaluation
from ecgviewer.gui.panels.comparison.cells import cells_of
from ecgviewer.gui.panels.comparison.matrix import MatrixModel, can_be
from ecgviewer.gui.panels.comparison.panel import ComparisonPanel
from ecgviewer.gui.style.theme import THEMES
from tests.gui.panels.edited import made_beats

N, S, V = BeatClass.N, BeatClass.S, BeatClass.V
FS = 250.0  # of the reference; the record has 360


def evaluation(reference, test) -> Evaluation:
    """Marks (seconds, class) compared at the reference's rate."""
    both = [
        marks_of_beats(
            np.array([round(t * FS) for t, _ in marks], np.int64),
            np.array([c for _, c in marks], np.int8),
        )
        for marks in (reference, test)
    ]
    runs = {c: compare_runs(*both, fs=FS, chamber=c) for c in CHAMBERS}
    return Evaluation("r", 360.0, 400.0, compare(*both, fs=FS), runs)


def own_beats(*samples: int, ids: list[int] | None = None) -> Beats:
    n = len(samples)
    return made_beats(np.array(samples), np.zeros(n, np.int8), ids=np.array(ids or range(n)))


@pytest.fixture(params=THEMES)
def theme(request):
    return THEMES[request.param]


def test_a_paired_beat_is_the_programs_own_even_where_another_is_nearer():
    """The reference's beat at 310.10 pairs with the one at 310.00, which comes first."""
    one = evaluation([(310.1, N), (310.25, V)], [(310.0, V), (310.24, V)])
    own = own_beats(310 * 360, round(310.24 * 360))
    found = cells_of(one, own, N, V)
    assert found.samples.tolist() == [round(310.1 * 360)]
    assert found.beat_id(0) == 0
    assert cells_of(one, own, V, V).beat_id(0) == 1


def test_a_missed_beat_has_no_own_one_and_an_extra_one_is_its_own():
    one = evaluation([(310.0, V)], [(320.0, S)])
    own = own_beats(320 * 360, ids=[-4])
    assert cells_of(one, own, V, NO_BEAT).beat_id(0) is None
    extra = cells_of(one, own, NO_BEAT, S)
    assert (extra.samples.tolist(), extra.beat_id(0)) == ([320 * 360], -4)
    assert len(cells_of(one, own, N, N)) == 0


def test_the_matrix_is_a_sound_model(qtmodeltester, theme):
    model = MatrixModel(theme)
    qtmodeltester.check(model)
    model.set_matrix(np.arange(49).reshape(7, 7))
    qtmodeltester.check(model)
    assert model.index(1, 2).data() == "9"
    assert model.index(NO_BEAT, SHUT_DOWN).data() is None
    assert not can_be(NO_BEAT, NO_BEAT)
    across = [model.headerData(i, Qt.Orientation.Horizontal) for i in range(7)]
    assert across == list(LETTERS.lower())


def test_its_list_speaks_of_beats_by_their_ids_and_of_places_without_any(qtbot):
    panel, said = ComparisonPanel(THEMES["light"]), []
    qtbot.addWidget(panel)
    panel.beat_chosen.connect(lambda beat_id: said.append(("beat", beat_id)))
    panel.place_chosen.connect(lambda sample: said.append(("place", sample)))
    one = evaluation([(310.0, V)], [(320.0, S)])
    own = own_beats(320 * 360, ids=[-4])
    panel.show_places(cells_of(one, own, NO_BEAT, S), 360.0)
    panel.show_places(cells_of(one, own, V, NO_BEAT), 360.0)
    assert said == [("beat", -4), ("place", 310 * 360)]


def test_the_panel_shows_figures_in_both_themes_wide_and_narrow(qtbot, theme):
    panel = ComparisonPanel(theme)
    qtbot.addWidget(panel)
    panel.show_references(("ari", "atr"))
    assert panel.terms == ("atr", "bxb")
    panel.show_evaluation(evaluation([(310.0, V), (311.0, N)], [(310.0, V), (311.0, N)]), "About.")
    panel.set_theme(theme)
    for size in ((1000, 240), (340, 700)):
        panel.resize(*size)
        panel.show()
        panel.grab()
        assert panel.matrix.isVisible()
        assert panel.matrix.horizontalHeader().length() <= panel.matrix.viewport().width()
    text = panel.figures.text()
    assert "100.00&nbsp;%" in text
    assert "RR error" in text
    assert "couplet (2)" in text
    assert "long run (6 and more)" in text
