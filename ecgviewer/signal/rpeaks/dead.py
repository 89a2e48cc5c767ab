"""Where a lead says nothing of beats: gaps, what lies still, and the edges of both.

Still: for a second the lead moves by less than `Quality.flat_uv`, or a twentieth of its own usual
extent where that is less. Where it comes back with a step, the step is no beat; half a QRS at the
edge of a gap is none either.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from ecgviewer.signal.grid import bridge
from ecgviewer.signal.params import QUALITY, Detection

_STILL_S = 1.0
_SHARE = 0.05  # of what the lead usually moves in a second: a low lead's beats are not still
_STEP_MS = 12.0  # a step is over in this time, a QRS has hardly begun
_STEP = 0.5  # of what the lead then moves
_ANSWER_MS = 80.0  # within which it comes, after which it stays
_BESIDE_MS = 30.0  # what a step leaves of itself where a record is resampled
_HALF_MS = 60.0  # from a gap: half a QRS is none


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
        Its rate.

    Returns
    -------
    (n_leads, n) bool
        Gaps and 60 ms beside them; still stretches, and the steps at their ends.
    """
    fs = detection.grid_fs_hz
    out = gap.copy()
    end = round(_HALF_MS * fs / 1000)
    for row, lead in enumerate(ecg):
        if gap[row].any():
            out[row] |= maximum_filter1d(gap[row].view(np.uint8), 2 * end + 1).astype(np.bool_)
        for start, stop in still(lead, fs):
            out[row, start:stop] = True
            for low, high in _edges(lead, start, stop, fs):
                out[row, low:high] = True
    return out


def bridged(ecg: NDArray[np.float64], silent: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Leads (n_leads, n) with straight lines where `dead` says so: a band-pass answers no step."""
    if not silent.any():
        return ecg
    return bridge(np.where(silent, np.nan, ecg))[0]


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
    reach = _reach_of_step(lead[stop - 1 :], fs)
    back = _reach_of_step(lead[start::-1], fs)
    return [(stop, stop + reach), (max(0, start - back), start)]


def _reach_of_step(beside: NDArray[np.float64], fs: int) -> int:
    """Samples from the end of a still stretch, at `beside[0]`, that a step has a say in; or 0.

    A step goes most of its way at once and stays; a QRS comes back.
    """
    step, answer = round(_STEP_MS * fs / 1000), round(_ANSWER_MS * fs / 1000)
    near = beside[: answer + step]  # a resampled step has its ripples before it
    if len(near) <= step:
        return 0
    moved = np.abs(near[step:] - near[:-step])
    place = int(moved.argmax())
    reach = place + step + round(_BESIDE_MS * fs / 1000)
    extent = float(np.ptp(beside[:reach]))
    later = beside[place + step + answer : place + step + 3 * answer]
    if extent == 0 or len(later) == 0 or moved[place] < _STEP * extent:
        return 0
    stays = abs(float(np.median(later)) - float(beside[0])) >= _STEP * moved[place]
    return reach if stays else 0
