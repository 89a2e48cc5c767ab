"""Recordings with what cannot be read, or only seemed so: their right values, by the report."""

from pathlib import Path

import pytest

from tests.data import case
from tests.e2e.doors import call, described, rows

ENSEMBLES = ("clinical", "paper")


def report(tmp_path: Path, name: str, ensemble: str = "clinical") -> Path:
    target = tmp_path / "beats.csv"
    record = case(f"{name}.hea")
    result = call(
        *("analyze", record.with_suffix(""), "--no-cache", "--ensemble", ensemble, "-o", target)
    )
    assert result.exit_code == 0, result.output
    return target


def counts(beats: list[dict[str, str]]) -> dict[str, int]:
    """Beats of each class there is."""
    found = [beat["class"] for beat in beats]
    return {letter: found.count(letter) for letter in sorted(set(found))}


def test_a_pause_of_eleven_seconds_leaves_its_recording_readable(tmp_path):
    target = report(tmp_path, "pause/pause11")
    beats = rows(target)
    assert len(beats) == 24
    assert not [beat for beat in beats if "noisy" in beat["flags"] or "flat" in beat["flags"]]
    # a pause is an interval: it is shown
    assert max(float(beat["rr_before_ms"] or 0) for beat in beats) == pytest.approx(11_842, abs=10)
    said = described(target)["ecgviewer:report"]
    assert said["readable_s"] >= 18
    assert said["heart_rate"]["mean_bpm"] == pytest.approx(74, abs=1)


@pytest.mark.parametrize("ensemble", ENSEMBLES)
def test_a_low_voltage_is_read_as_a_usual_one(tmp_path, ensemble):
    beats = rows(report(tmp_path, "low-voltage/one0.15", ensemble))
    assert counts(beats) == {"N": 222, "S": 1}
    assert not [beat for beat in beats if "flat" in beat["flags"]]


def test_both_leads_held_give_no_beat_and_no_interval(tmp_path):
    beats = rows(report(tmp_path, "held-constant/hold20"))
    times = [float(beat["time_s"]) for beat in beats]
    assert not [t for t in times if 59.99 <= t <= 80.02]
    first = next(i for i, t in enumerate(times) if t > 80)
    assert beats[first]["rr_before_ms"] == beats[first]["heart_rate_bpm"] == ""
    assert beats[first - 1]["rr_after_ms"] == ""
    assert {beat["class"] for beat in beats[first - 3 : first + 4]} == {"N"}
    assert max(float(beat["rr_before_ms"] or 0) for beat in beats) < 1100
