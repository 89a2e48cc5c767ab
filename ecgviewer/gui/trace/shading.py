"""Stretches and episodes of a page: those that share pixels as one."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ecgviewer.gui.trace.geometry import Page

NAMED_PX = 40.0  # no name fits into less
Span = tuple[str, float, float, int | None]  # kind, start_s, stop_s, lead or None for all


class Shaded(Protocol):
    """A stretch or an episode."""

    @property
    def kind(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def stop(self) -> int: ...
    @property
    def lead(self) -> int | None: ...


class Shading:
    """The stretches and episodes of one recording.

    Parameters
    ----------
    stretches : sequence of Stretch or Episode
        In any order.
    fs : float
        Hz, of their samples.
    """

    def __init__(self, stretches: Sequence[Shaded], fs: float) -> None:
        groups: dict[tuple[str, int | None], list[tuple[int, int]]] = {}
        for stretch in stretches:
            spans = groups.setdefault((stretch.kind, stretch.lead), [])
            spans.append((stretch.start, stretch.stop))
        self._groups = {
            key: np.array(sorted(spans), np.float64) / fs for key, spans in groups.items()
        }

    def on(self, page: Page) -> tuple[Span, ...]:
        """Those on a page; neighbours less than a pixel apart as one, but for wide pauses."""
        return tuple(
            (kind, float(start), float(stop), lead)
            for (kind, lead), spans in self._groups.items()
            for start, stop in _joined(spans, page, each=kind == "pause")
        )


def _joined(spans: NDArray[np.float64], page: Page, *, each: bool) -> NDArray[np.float64]:
    """Spans (n, 2) on the page, seconds; joined where less than a pixel lies between.

    With `each`, those wide enough for a name stay themselves though they touch.
    """
    spans = spans[(spans[:, 0] < page.stop_s) & (spans[:, 1] > page.start_s)]
    if len(spans) < 2:
        return spans
    reached = np.maximum.accumulate(spans[:, 1])
    apart = spans[1:, 0] - reached[:-1] > 1 / (page.px_per_s * page.dpr)
    if each:
        wide = (spans[:, 1] - spans[:, 0]) * page.px_per_s > NAMED_PX
        apart |= wide[1:] & wide[:-1]
    first = np.concatenate([[0], np.flatnonzero(apart) + 1])
    last = np.concatenate([first[1:] - 1, [len(spans) - 1]])
    return np.stack([spans[first, 0], reached[last]], axis=1)
