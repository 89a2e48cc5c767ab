import pytest

from bench.cuda import whole
from ecgviewer.model.bundle import load_bundle
from ecgviewer.model.ensemble import Ensemble, load_ensemble
from tests.bench.cuda.made import made_cache
from tests.model.fake_card import FakeCard
from tests.tiny_ensemble import make_ensemble


def test_the_whole_way_of_a_record(tmp_path):
    packed = made_cache(tmp_path / "cache").records[0]
    ensemble = load_ensemble(make_ensemble(tmp_path / "tiny"), device="cpu")
    took, rate = whole.measure(packed, ensemble)
    assert took.value is not None
    assert rate.value == pytest.approx(67 / took.value)
    assert took.note == "56 s of signal, 67 beats found"


def test_a_card_that_is_gone_gives_no_figure(tmp_path):
    packed = made_cache(tmp_path / "cache").records[0]
    bundle = load_bundle(make_ensemble(tmp_path / "tiny"))
    with pytest.raises(RuntimeError, match="The graphics card failed"):
        whole.measure(packed, Ensemble(bundle, place=FakeCard(lost_after=0)))
