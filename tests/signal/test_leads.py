import pytest

from ecgviewer.signal.leads import choose_inputs


@pytest.mark.parametrize(
    ("names", "inputs"),
    [
        (("MLII", "V1"), (0, 1)),
        (("V5", "MLII"), (1, 0)),  # 114
        (("V5", "V2"), (0, 1)),  # 102, 104
        (("MLII", "V5"), (0, 1)),
        (("ECG1", "ECG2"), (0, 1)),  # svdb
        (("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"), (1, 6)),
        (("D2",), (0, None)),
        (("aVF", "V4", "V5", "II"), (3, 2)),
        (("lead ii", "ecg v1"), (0, 1)),
        ((), (None, None)),
    ],
)
def test_inputs_by_name(names, inputs):
    assert choose_inputs(names, range(len(names))) == inputs


def test_other_signals_are_never_inputs():
    assert choose_inputs(("ABP", "V1", "MLII"), (1, 2)) == (2, 1)
