"""Windows cut on the device, as `ecgviewer.signal.windows` cuts them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.windows import stands_out
from train.data.augment import Variation
from train.data.database import RecordBeats, leads_there


class WindowCutter:
    """All records in one tensor, and the windows of any rows of it.

    Parameters
    ----------
    records : sequence of RecordBeats
        The database; row numbers count through its records in order.
    device : str
        Where the signals live and the windows are cut.
    prep : Preprocessing
        Shares of RR, window length.
    """

    def __init__(self, records: Sequence[RecordBeats], *, device: str, prep: Preprocessing) -> None:
        self.prep = prep
        self.device = torch.device(device)
        first = np.cumsum([0] + [r.ecg.shape[1] for r in records])

        def column(values: list[np.ndarray]) -> Tensor:
            return torch.from_numpy(np.concatenate(values)).to(self.device)

        def place(name: str) -> Tensor:
            return column(
                [
                    np.where(getattr(r, name) < 0, -1, getattr(r, name) + f)
                    for r, f in zip(records, first, strict=False)
                ]
            )

        self.ecg = torch.from_numpy(np.concatenate([r.ecg for r in records], axis=1)).to(device)
        self.position, self.before, self.after = place("position"), place("before"), place("after")
        self.low = column([np.full(len(r.label), f) for r, f in zip(records, first, strict=False)])
        self.high = column(
            [np.full(len(r.label), f) for r, f in zip(records, first[1:], strict=True)]
        )
        self.label = column([r.label for r in records])
        self._context: Tensor | None = None
        if all(r.context is not None for r in records):
            tables = [r.context for r in records if r.context is not None]
            self._context = torch.from_numpy(np.concatenate(tables, axis=1)).to(self.device)
        there = [np.broadcast_to(leads_there(r.ecg), (len(r.label), 2)) for r in records]
        self.there = column(there)  # (b, 2): which leads the record has
        self.record = column([np.full(len(r.label), i) for i, r in enumerate(records)])

    def __len__(self) -> int:
        return len(self.label)

    def columns(self, rows: Tensor, table: Tensor | int = 0) -> Tensor | None:
        """Context (n, n_columns) of rows; None where the records were read without.

        `table` (n,) or one for all says which leads it is made from: see `CONTEXT_LEADS`.
        """
        return None if self._context is None else self._context[table, rows]

    def bounds(self, rows: Tensor, jitter: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """First sample (n,) int64 of rows' windows on the grid, and one past the last (n,)."""
        prep = self.prep
        r = self.position[rows]
        before, after = self.before[rows], self.after[rows]
        if jitter is not None:
            r = r + jitter
        none_before, none_after = before < 0, after < 0
        rr_before, rr_after = r - before, after - r
        lone = torch.full_like(r, round(prep.lone_rr_s * prep.grid_fs_hz))
        alone = none_before & none_after
        left = torch.where(alone, lone, torch.where(none_before, rr_after, rr_before))
        right = torch.where(alone, lone, torch.where(none_after, rr_before, rr_after))
        left = left.clamp_min(0) * prep.before[0] // prep.before[1]
        right = right.clamp_min(0) * prep.after[0] // prep.after[1]
        if prep.cap_before:
            left = left.clamp_max(prep.cap_before)
        if prep.cap_after:
            right = right.clamp_max(prep.cap_after)
        return r - left, r + right + 1

    def cut(
        self, rows: Tensor, *, jitter: Tensor | None = None, variation: Variation | None = None
    ) -> Tensor:
        """Windows of rows.

        Parameters
        ----------
        rows : (n,) int64
            Row numbers.
        jitter : (n,) int64, optional
            Samples by which each position is moved, training only.
        variation : Variation, optional
            Augmentation, training only.

        Returns
        -------
        (n, 2, 400) float32
            Each lead z-scored; zeros where flat or absent.
        """
        start, stop = self.bounds(rows, jitter)
        if variation is None:
            index = start[:, None] + torch.arange(self.prep.window, device=self.device)  # (n, 400)
            inside = index < stop[:, None]
            raw = self._at(index, rows, inside)
        else:
            places, inside = variation.places(start, stop, self.prep.window)
            index = places.floor().long()
            share = (places - index).float()[:, None, :]
            raw = self._at(index, rows, inside) * (1 - share)
            raw = raw + self._at(index + 1, rows, inside) * share
            raw = variation.disturb(raw, inside)
        sd, mean = torch.std_mean(raw, dim=2, correction=0, keepdim=True)
        peak = (raw - mean).abs().amax(dim=2, keepdim=True)
        flat = (sd < self.prep.flat_uv / 1000) & ~stands_out(peak, sd)
        return torch.where(flat, 0.0, (raw - mean) / sd.clamp_min(1e-9))

    def _at(self, index: Tensor, rows: Tensor, inside: Tensor) -> Tensor:
        """Samples (n, 2, 400) at `index` (n, 400), zeros in padding and beyond the record."""
        low, high = self.low[rows][:, None], self.high[rows][:, None]
        there = inside & (index >= low) & (index < high)
        raw = self.ecg[:, index.clamp(0, self.ecg.shape[1] - 1)] * there  # (2, n, 400)
        return raw.transpose(0, 1)


@dataclass(frozen=True)
class LeadDrop:
    """Windows some of which lack a lead, and for each the table of context that lacks it too."""

    windows: Tensor  # (n, 2, 400)
    table: Tensor  # (n,) int64: 0 both leads, 1 the first alone, 2 the second alone


def lead_tables(n: int, share: float, generator: torch.Generator) -> Tensor:
    """(n,) int64: 2 (input 1 is dropped) for `share` of beats, 1 (input 2) for another, else 0."""
    u = torch.rand(n, generator=generator, device=generator.device)
    return torch.where(u < share, 2, torch.where(u < 2 * share, 1, 0))


def kept_leads(table: Tensor, there: Tensor) -> Tensor:
    """Which leads (n, 2) bool of windows stay, by their table (n,); a record's only one always.

    `there` (n, 2) bool are the leads that each one's record has.
    """
    kept = torch.stack([table != 2, table != 1], dim=1)
    return kept | ~(kept & there).any(dim=1, keepdim=True)


def drop_leads(
    windows: Tensor, share: float, generator: torch.Generator, *, there: Tensor
) -> LeadDrop:
    """Zero input 1 in `share` of the windows and input 2 in another `share`, never all there is.

    `there` (n, 2) bool are the leads that each window's record has.
    """
    table = lead_tables(len(windows), share, generator).to(windows.device)
    return LeadDrop(windows * kept_leads(table, there)[:, :, None], table)
