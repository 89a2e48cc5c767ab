"""Millimetres, seconds and millivolts to pixels; rows that never touch the gain."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgviewer.gui.trace.geometry import MIN_ROW_MM, Page, drift, nice, rows, spacing
from ecgviewer.record import Lead

PAGE = Page(
    width=1_080,
    height=550,
    gutter=80,
    top=27,
    bottom=23,
    px_per_mm=4,
    dpr=1,
    speed_mm_s=25,
    gain_mm_mv=10,
    start_s=0,
)


def test_scale_is_true() -> None:
    assert PAGE.px_per_s == 100
    assert PAGE.width_s == 10
    assert PAGE.x(1.0) - PAGE.x(0.0) == 100


@given(st.floats(0, 86_400), st.sampled_from([1.0, 1.25, 1.5, 2.0]), st.floats(80, 1_080))
def test_pixels_and_times_are_inverse(start: float, dpr: float, x: float) -> None:
    page = replace(PAGE, start_s=start, dpr=dpr)
    assert abs(page.x(page.time(x)) - x) <= 0.51 / dpr


def test_scrolling_moves_every_line_alike() -> None:
    lines = np.arange(0, 4_000) / 25  # one a millimetre
    page = replace(PAGE, px_per_mm=3.78)
    before, after = (p.snap(p.x(lines)) for p in (replace(page, start_s=s) for s in (0.0, 0.777)))
    assert len(np.unique(before - after)) == 1


@pytest.mark.parametrize("n", [1, 2, 3, 5, 12, 15, 32])
@pytest.mark.parametrize("paper_mm", [30.0, 110.0, 137.3, 300.0])
def test_rows_share_the_paper(n: int, paper_mm: float) -> None:
    places = spacing(n, paper_mm)
    middles = np.array(places.middles_mm)
    assert (middles % 5 == 0).all()
    assert places.row_mm >= MIN_ROW_MM
    assert np.allclose(np.diff(middles), places.row_mm)
    assert middles[0] > 0
    assert middles[-1] < places.total_mm
    assert places.total_mm >= paper_mm
    if n * MIN_ROW_MM <= paper_mm:
        assert places.total_mm == paper_mm  # nothing to scroll to


def test_no_rows() -> None:
    assert spacing(0, 100).middles_mm == ()


def test_gain_is_true_for_any_number_of_leads() -> None:
    for n in (1, 12, 30):
        leads = [(i, Lead(f"L{i}")) for i in range(n)]
        assert {row.px_per_unit for row in rows(leads, PAGE, offsets={}, ranges={})} == {40.0}


def test_signals_without_millivolts_say_their_scale() -> None:
    leads = [(0, Lead("II")), (1, Lead("V1", calibrated=False)), (2, Lead("ABP", "mmHg", False))]
    ecg, uncalibrated, pressure = rows(
        leads, PAGE, offsets={0: -3.0}, ranges={1: (900, 1_100), 2: (60, 130)}
    )
    assert ecg.calibrated_mv
    assert "−3" in ecg.note
    assert not uncalibrated.calibrated_mv
    assert "not calibrated" in uncalibrated.note
    assert "mV" not in uncalibrated.note
    assert (1_100 - 900) * uncalibrated.px_per_unit <= uncalibrated.height
    assert "mmHg" in pressure.note
    assert (130 - 60) * pressure.px_per_unit <= pressure.height


def test_a_trace_far_from_its_row_is_brought_back_and_stays() -> None:
    scale = {"px_per_unit": 40.0, "px_per_mm": 4.0}  # 10 mm/mV
    assert drift(0.9, 0.0, **scale) == 0.0
    assert drift(-3.1, 0.0, **scale) == -3.0
    assert drift(-2.5, -3.0, **scale) == -3.0  # no jumping about
    assert drift(0.3, -3.0, **scale) == 0.0
    assert drift(float("nan"), -3.0, **scale) == -3.0


@pytest.mark.parametrize(("value", "expected"), [(1, 1), (1.2, 2), (30, 50), (0.007, 0.01)])
def test_nice(value: float, expected: float) -> None:
    assert nice(value) == pytest.approx(expected)
