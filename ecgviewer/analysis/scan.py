"""Scan of a recording: R peaks and stretches, block by block."""

from collections.abc import Generator
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from ecgviewer.analysis.episodes import episodes_of, with_unexplained, without_flat_pauses
from ecgviewer.analysis.search import BlockFound, search_all
from ecgviewer.beats.scan import DETECT, Scan, ScanStep
from ecgviewer.record import Record
from ecgviewer.signal.activity import Steps, activity
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import Detection
from ecgviewer.signal.quality import Stretch, join_stretches, stretches, unreadable
from ecgviewer.signal.rpeaks.detect import join, refine_all
from ecgviewer.signal.windows import apart, neighbours

# The last second of peaks before a block's border is held back until the next block is joined.
_HOLD = 360


def scan(
    record: Record,
    *,
    detection: Detection,
    leads: tuple[int, ...] | None = None,
    beats: NDArray[np.int64] | None = None,
    bounds: NDArray[np.int64] | None = None,
    beats_from: str = DETECT,
) -> Generator[ScanStep]:
    """Find the R peaks of a recording, block by block.

    Parameters
    ----------
    record : Record
        The recording.
    detection : Detection
        Numbers of the detector.
    leads : tuple of int, optional
        Channels to search; all ECG leads by default.
    beats : (n,) int64, optional
        Reference positions in own samples, refined in place of detected ones.
    bounds : (m,) int64, optional
        Further marks that bound a beat's window (flutter waves), own samples.
    beats_from : str
        "detect", or the annotator of `beats`.

    Yields
    ------
    ScanStep
        One a block; at least one. The last carries the Scan.
    """
    leads = record.ecg_leads if leads is None else leads
    grid = TimeGrid(record)
    total = max(1, grid.n_blocks)
    peaks = _Peaks(grid, leads, beats, detection)
    found: tuple[Stretch, ...] = ()
    steps: list[Steps] = []
    # closed with this iterator, not some time later: processes may stand behind it
    with closing(_blocks(record, grid, leads, detection, given=beats is not None)) as blocks:
        for k, block in enumerate(blocks):
            new = peaks.block(k, block.peaks)
            found = join_stretches(found, block.stretches)
            steps.append(block.steps)
            if k + 1 < grid.n_blocks:
                yield ScanStep(k + 1, total, grid.to_own(new), found)
    positions = np.concatenate([*peaks.final, peaks.rest()]).astype(np.int64)
    positions = _distinct(positions, grid)
    before, after = neighbours(positions, _marks(positions, bounds, grid, leads, detection))
    samples = grid.to_own(positions)
    known = sum(len(part) for part in peaks.final)
    episodes = episodes_of(grid, positions, steps, found, leads)
    found = without_flat_pauses(found, episodes)
    spans = with_unexplained(unreadable(found, leads), episodes)
    before, after = apart(positions, before, after, _on_grid(spans, grid))
    result = Scan(
        *(samples, positions, before, after, found, spans, leads, beats_from, detection),
        episodes=episodes,
    )
    yield ScanStep(total, total, samples[known:], found, result)


def _on_grid(spans: NDArray[np.int64], grid: TimeGrid) -> NDArray[np.int64]:
    """Own-sample spans (m, 2) on the grid."""
    return grid.from_own(spans.ravel()).reshape(-1, 2)


def _blocks(
    record: Record, grid: TimeGrid, leads: tuple[int, ...], detection: Detection, *, given: bool
) -> Generator[BlockFound]:
    """What every block holds; without peaks where they are given."""
    if leads and not given:
        yield from search_all(record, grid, leads, detection)
        return
    for k in range(grid.n_blocks):
        none = np.empty(0, np.int64)
        yield BlockFound(none, stretches(grid, k, leads), activity(grid, k, leads))


def _marks(
    positions: NDArray[np.int64],
    bounds: NDArray[np.int64] | None,
    grid: TimeGrid,
    leads: tuple[int, ...],
    detection: Detection,
) -> NDArray[np.int64]:
    """Everything that bounds a beat's window: the beats, and further marks, refined as they are."""
    if bounds is None or len(bounds) == 0:
        return positions
    refined = refine_all(grid, grid.from_own(bounds), leads, detection)
    return np.unique(np.concatenate([positions, refined]))


def _distinct(positions: NDArray[np.int64], grid: TimeGrid) -> NDArray[np.int64]:
    """Drop positions that share an own sample with the one before (rates below 360 Hz)."""
    if len(positions) < 2:
        return positions
    own = grid.to_own(positions)
    kept: NDArray[np.int64] = positions[np.concatenate([[True], np.diff(own) > 0])]
    return kept


class _Peaks:
    """R peaks block by block: detected, or given and refined."""

    def __init__(
        self,
        grid: TimeGrid,
        leads: tuple[int, ...],
        beats: NDArray[np.int64] | None,
        detection: Detection,
    ) -> None:
        self._grid, self._detection = grid, detection
        self._given: NDArray[np.int64] | None = None
        if beats is not None:
            refined = refine_all(grid, grid.from_own(np.sort(beats)), leads, detection)
            self._given = np.unique(refined)
        self.final: list[NDArray[np.int64]] = []
        self._held = np.empty(0, np.int64)

    def block(self, k: int, found: NDArray[np.int64]) -> NDArray[np.int64]:
        """Peaks that became final with block k, in which `found` were detected."""
        block = self._grid.block(k)
        if self._given is not None:
            low, high = np.searchsorted(self._given, (block.start, block.stop))
            new = self._given[low:high]
            if k == self._grid.n_blocks - 1:
                self._held = new
                return new
            self.final.append(new)
            return new
        self._held = join(self._held, found, self._detection)
        if k == self._grid.n_blocks - 1:
            return self._held
        sure = int(np.searchsorted(self._held, block.stop - _HOLD))
        new, self._held = self._held[:sure], self._held[sure:]
        self.final.append(new)
        return new

    def rest(self) -> NDArray[np.int64]:
        """What was held back for the last block."""
        return self._held
