"""The feature set of the classical classifiers: RR, samples around R, higher-order statistics."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from train.data.windows import WindowCutter

Floats = NDArray[np.float32]
# around R at 360 Hz: 278 ms before to 417 ms after
SPAN = (-100, 150)
STEP = 8  # samples: 45 values a second
N_SEGMENTS = 5  # of the span, for the higher-order statistics (Mondejar-Guerra 2019)
N_LOCAL = 10  # beats whose RR make the local mean
STATED = (
    "90 features of a beat: RR before and after (s), their ratio, both over the mean of the last"
    " 10 RR, RR before over the record's median; of each z-scored lead 32 samples from 278 ms"
    " before to 417 ms after R, and skewness and kurtosis of five parts of that stretch"
)


def _intervals(cutter: WindowCutter) -> tuple[Tensor, Tensor]:
    """RR before and after every beat, samples, filled at a record's ends as a window fills it."""
    before = torch.where(cutter.before < 0, -1, cutter.position - cutter.before)
    after = torch.where(cutter.after < 0, -1, cutter.after - cutter.position)
    lone = round(cutter.prep.lone_rr_s * cutter.prep.grid_fs_hz)
    filled_before = torch.where(before < 0, after, before)
    filled_after = torch.where(after < 0, before, after)
    return (
        torch.where(filled_before < 0, lone, filled_before),
        torch.where(filled_after < 0, lone, filled_after),
    )


def rr_features(cutter: WindowCutter) -> Floats:
    """(n, 6) of every beat of the database; see `STATED`."""
    fs = cutter.prep.grid_fs_hz
    before, after = (v.cpu().numpy() / fs for v in _intervals(cutter))  # s
    record = cutter.record.cpu().numpy()
    first = np.searchsorted(record, record)  # row of the record's first beat
    row = np.arange(len(record))
    low = np.maximum(row - N_LOCAL + 1, first)
    total = np.concatenate([[0.0], np.cumsum(before)])
    local = (total[row + 1] - total[low]) / (row + 1 - low)
    median = np.array([np.median(before[record == r]) for r in range(record[-1] + 1)])
    floor = 1 / fs
    columns = [
        before,
        after,
        before / np.maximum(after, floor),
        before / np.maximum(local, floor),
        after / np.maximum(local, floor),
        before / np.maximum(median[record], floor),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def stretches(cutter: WindowCutter, rows: Tensor) -> Tensor:
    """(n, 2, 250) of the windows around R, 360 Hz, z-scored; zeros where the window ends."""
    windows = cutter.cut(rows)  # (n, 2, 400)
    rr = _intervals(cutter)[0][rows].clamp_min(0)
    share = cutter.prep.before
    r = rr * share[0] // share[1]  # place of R in its window
    if cutter.prep.cap_before:
        r = r.clamp_max(cutter.prep.cap_before)
    index = r[:, None] + torch.arange(*SPAN, device=rows.device)  # (n, 250)
    inside = (index >= 0) & (index < windows.shape[2])
    places = index.clamp(0, windows.shape[2] - 1)[:, None].expand(-1, windows.shape[1], -1)
    return windows.gather(2, places) * inside[:, None]


def higher_order(parts: Tensor) -> Tensor:
    """(n, 20) skewness and kurtosis of five parts of each lead; zeros where a part is flat."""
    x = parts.reshape(*parts.shape[:2], N_SEGMENTS, -1)  # (n, 2, 5, 50)
    sd, mean = torch.std_mean(x, dim=3, correction=0, keepdim=True)
    z = torch.where(sd > 1e-4, (x - mean) / sd.clamp_min(1e-4), 0.0)
    skewness, kurtosis = (z**3).mean(3), (z**4).mean(3)
    return torch.cat([skewness.flatten(1), kurtosis.flatten(1)], dim=1)


def _chunks(rows: NDArray[np.int64], size: int = 8_192) -> Iterator[Tensor]:
    for start in range(0, len(rows), size):
        yield torch.from_numpy(rows[start : start + size])


def rr_and_hos(cutter: WindowCutter) -> Floats:
    """(n, 26) RR features and higher-order statistics of every beat of the database."""
    every = np.arange(len(cutter), dtype=np.int64)
    parts = [higher_order(stretches(cutter, rows.to(cutter.device))) for rows in _chunks(every)]
    return np.concatenate([rr_features(cutter), torch.cat(parts).cpu().numpy()], axis=1)


def features(cutter: WindowCutter, rows: NDArray[np.int64]) -> Floats:
    """(n, 90) features of rows; see `STATED`."""
    out = []
    for part in _chunks(rows):
        cut = stretches(cutter, part.to(cutter.device))
        out.append(torch.cat([cut[:, :, ::STEP].flatten(1), higher_order(cut)], dim=1).cpu())
    return np.concatenate([rr_features(cutter)[rows], torch.cat(out).numpy()], axis=1)
