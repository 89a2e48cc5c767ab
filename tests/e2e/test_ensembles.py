"""A person chooses other networks: every beat gets its class from them, and they are remembered."""

from collections.abc import Iterator

import pytest

from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.session.analysis_thread import Ensembles
from ecgviewer.gui.settings import Settings
from ecgviewer.model.bundle import BundleError
from ecgviewer.model.ensemble import Ensemble, available
from ecgviewer.paths import DEFAULT_ENSEMBLE
from ecgviewer.signal.params import CLINICAL
from tests.gui.conftest import TIMEOUT_MS, open_and_wait, wait
from tests.gui.fakes import FakeEnsemble, FakePrompts

OTHER, BROKEN = "other", "broken"


class Quiet(FakeEnsemble):
    """Three members, and nothing to warn of."""

    title, hash, unseen_sentence = "Quiet", "fedcba9876543210", ""
    members, weights = ("a", "b", "c"), (0.5, 0.25, 0.25)
    prep = CLINICAL  # cuts beats in another way than the default

    def predict(self, windows, context=None, **options):
        found = super().predict(windows, **options)
        return type(found)(found.probabilities, found.votes[:, [0, 1, 1]])


def load(name: str) -> Ensemble:
    if name == BROKEN:
        raise BundleError("broken: its weights are not what its card says")
    return Quiet() if name == OTHER else FakeEnsemble()


@pytest.fixture
def window(qtbot, settings: Settings) -> Iterator[MainWindow]:
    window = started(settings)
    qtbot.waitUntil(lambda: window.session.ensemble is not None, timeout=TIMEOUT_MS)
    yield window
    window.close()
    window.deleteLater()


def started(settings: Settings) -> MainWindow:
    ensembles = Ensembles(load, lambda: (BROKEN, OTHER, DEFAULT_ENSEMBLE))
    window = MainWindow(settings, ensembles, prompts=FakePrompts)
    window.show()
    return window


def choose(window: MainWindow, name: str) -> None:
    window.ensembles.actions_by_name[name].trigger()


def test_every_installed_ensemble_is_offered_and_the_default_is_in_use(window):
    assert list(window.ensembles.actions_by_name) == [BROKEN, OTHER, DEFAULT_ENSEMBLE]
    assert window.session.ensemble_name == DEFAULT_ENSEMBLE
    assert DEFAULT_ENSEMBLE in available()
    assert window.ensembles.actions_by_name[DEFAULT_ENSEMBLE].isChecked()
    assert window.ensembles.button.accessibleName() == f"Networks: {DEFAULT_ENSEMBLE}"


def test_other_networks_classify_anew_and_their_sentence_takes_the_place(qtbot, window, record):
    open_and_wait(qtbot, window, record)
    assert window.status.sentence.isVisible()
    log = window.session.opened.log
    choose(window, OTHER)
    wait(qtbot, lambda: window.session.ensemble_name == OTHER)
    wait(qtbot, lambda: window.session.progress.phase == "done")
    fresh = window.session.opened.log
    assert fresh is not log
    assert fresh.n_members == 3
    assert fresh.n_pending == 0
    assert not window.status.sentence.isVisible()
    assert Quiet.hash[:8] in window.status.device.text()
    assert window.ensembles.button.accessibleName() == f"Networks: {OTHER}"


def test_no_word_of_the_networks_before_is_left_once_others_are_in_use(qtbot, window, record):
    open_and_wait(qtbot, window, record)
    said: list[str] = []
    window.session.progress_changed.connect(lambda: said.append(window.status.text.text()))
    choose(window, OTHER)
    wait(qtbot, lambda: window.session.ensemble_name == OTHER)
    assert said
    assert "all classified" not in said[0]
    wait(qtbot, lambda: window.session.progress.phase == "done")
    assert "all classified" in window.status.text.text()


def test_place_frame_and_chosen_leads_stay_when_other_networks_take_over(qtbot, window, record):
    open_and_wait(qtbot, window, record)
    wait(qtbot, lambda: window.session.progress.phase == "done")
    first, second = window.session.opened.inputs
    window.refresh.on_inputs_chosen((second, first))
    window.canvas.go_to(7.0)
    window.canvas.set_frame(8.0, 9.0)
    shown = window.canvas.visible_range_s()
    choose(window, OTHER)
    wait(qtbot, lambda: window.session.ensemble_name == OTHER)
    wait(qtbot, lambda: window.session.progress.phase == "done")
    assert window.session.opened.prep == CLINICAL
    assert window.session.opened.inputs == (second, first)
    assert window.canvas.visible_range_s() == shown
    assert window.canvas.frame_s == (8.0, 9.0)


def test_networks_that_cannot_be_loaded_leave_all_as_it_was(qtbot, window, record):
    open_and_wait(qtbot, window, record)
    log, hash_ = window.session.opened.log, window.session.ensemble.hash
    with qtbot.waitSignal(window.session.ensemble_failed):
        choose(window, BROKEN)
    assert "not what its card says" in window.workspace.messages.text.text()
    assert window.session.opened.log is log
    assert hash_[:8] in window.status.device.text()
    assert window.ensembles.actions_by_name[DEFAULT_ENSEMBLE].isChecked()
    assert window.ensembles.button.accessibleName() == f"Networks: {DEFAULT_ENSEMBLE}"


def test_the_choice_is_remembered_but_the_default_is_not(qtbot, window, settings):
    assert settings.ensemble == ""
    choose(window, OTHER)
    wait(qtbot, lambda: window.session.ensemble_name == OTHER)
    again = started(settings)
    try:
        assert again.session.ensemble_name == OTHER
        wait(qtbot, lambda: again.session.ensemble is not None)
        choose(again, DEFAULT_ENSEMBLE)
        wait(qtbot, lambda: again.session.ensemble_name == DEFAULT_ENSEMBLE)
        assert settings.ensemble == ""
    finally:
        again.close()
        again.deleteLater()


def test_a_remembered_name_that_is_not_installed_gives_way_to_the_default(window, settings):
    settings.ensemble = "gone"
    again = started(settings)
    assert again.session.ensemble_name == DEFAULT_ENSEMBLE
    again.close()
    again.deleteLater()
