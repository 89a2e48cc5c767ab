"""Where a lead says nothing of beats: gaps, what lies still, and the edges of both.

Still: for a second the lead moves by less than `Quality.flat_uv`, or a twentieth of its own usual
extent where that is less. Where it comes back with a step, the step is no beat; half a QRS at the
edge of a gap is none either.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from ecgviewer.signal.params import QUALITY, Detection

_STILL_S = 1.0
_SHARE = 0.05  # of what the lead usually moves in a second: a low lead's beats are not still
_STEP_MS = 12.0  # a step is over in this time, a QRS has hardly begun
_STEP = 0.5  # of what the lead then moves within the band's answer to a step
_ANSWER_MS = 80.0


def dead(
    ecg: NDArray[np.float64], gap: NDArray[np.bool_], detection: Detection
) -> NDArray[np.bool_]:
    """Where a lead has no say.

    Parameters
    ----------
    ecg : (n_leads, n) float64
        Leads of one block with margins, mV at 360 Hz, no NaN.
    gap : (n_leads, n) bool
        Where the recording has no sample.
    detection : Detection
        Rate, and how much of a QRS has to be there.

    Returns
    -------
    (n_leads, n) bool
        Gaps and 40 ms beside them; still stretches, and 80 ms beside a step at their ends.
    """
    fs = detection.grid_fs_hz
    out = gap.copy()
    end = round(detection.end_ms * fs / 1000)
    for row, lead in enumerate(ecg):
        if gap[row].any():
            out[row] |= maximum_filter1d(gap[row].view(np.uint8), 2 * end + 1).astype(np.bool_)
        for start, stop in still(lead, fs):
            out[row, start:stop] = True
            for low, high in _edges(lead, start, stop, fs):
                out[row, low:high] = True
    return out


def still(lead: NDArray[np.float64], fs: int) -> list[tuple[int, int]]:
    """Half-open spans of a second or more in which a lead (n,) does not move."""
    size = round(_STILL_S * fs)
    if len(lead) < size:
        return []
    moved = maximum_filter1d(lead, size) - minimum_filter1d(lead, size)
    limit = min(QUALITY.flat_uv / 1000, _SHARE * float(np.percentile(moved, 95)))
    quiet = moved <= limit
    quiet[: size // 2] = quiet[-(size // 2) :] = False  # those windows are not whole
    if not quiet.any():
        return []
    # every sample of a quiet window
    inside = maximum_filter1d(quiet.view(np.uint8), size, origin=-((size + 1) % 2))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside, [0]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _edges(lead: NDArray[np.float64], start: int, stop: int, fs: int) -> list[tuple[int, int]]:
    """Spans beside a still stretch that its steps reach."""
    step, answer = round(_STEP_MS * fs / 1000), round(_ANSWER_MS * fs / 1000)
    found = []
    for beside, span in (
        (lead[stop - 1 : stop + answer], (stop, stop + answer)),
        (lead[max(0, start - answer) : start + 1][::-1], (max(0, start - answer), start)),
    ):
        extent = float(np.ptp(beside))
        if extent > 0 and float(np.ptp(beside[: step + 1])) >= _STEP * extent:
            found.append(span)
    return found
