"""Networks that compare a beat with the record's others say so where there are hardly any."""

import numpy as np
import pytest

from ecgviewer.analysis.classify import analyze
from ecgviewer.analysis.inputs import SHORT_S, default_inputs
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.log import flag_bits
from ecgviewer.formats.readers import open_record
from ecgviewer.model.ensemble import load_ensemble
from ecgviewer.paths import DEFAULT_ENSEMBLE
from ecgviewer.signal.params import DETECTION
from tests.formats.records import ecg_like, write_record


@pytest.mark.parametrize(("seconds", "doubted"), [(SHORT_S - 90, True), (SHORT_S + 5, False)])
def test_every_beat_of_a_short_recording_is_for_review(tmp_path, seconds, doubted):
    adc = ecg_like(int(seconds * 360), seed=1)
    record = open_record(write_record(tmp_path, adc, name="short", names=("MLII", "V1")))
    *_, last = scan(record, detection=DETECTION)
    ensemble = load_ensemble(DEFAULT_ENSEMBLE)
    assert ensemble.takes_context
    flags = np.concatenate(
        [
            batch.flags
            for batch in analyze(
                record, last.scan, ensemble, inputs=default_inputs(record, prep=ensemble.prep)
            )
        ]
    )
    assert len(flags) > 20
    assert ((flags & flag_bits("uncertain")) > 0).all() == doubted
