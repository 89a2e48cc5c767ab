import pytest

from ecgviewer.signal.params import DETECTION, PAPER, Detection, ParameterError, Preprocessing


@pytest.mark.parametrize("params", [PAPER, DETECTION])
def test_round_trip_through_plain_data(params: Preprocessing | Detection):
    again = type(params).from_dict(params.to_dict())
    assert again == params
    assert again.fingerprint() == params.fingerprint()


def test_another_number_is_another_fingerprint():
    assert Preprocessing(flat_uv=21.0).fingerprint() != PAPER.fingerprint()


def test_unknown_and_missing_names_are_refused():
    with pytest.raises(ParameterError, match="unknown parameters \\['colour'\\]"):
        Preprocessing.from_dict({**PAPER.to_dict(), "colour": 1})
    with pytest.raises(ParameterError, match="missing \\['window'\\]"):
        Preprocessing.from_dict({k: v for k, v in PAPER.to_dict().items() if k != "window"})
