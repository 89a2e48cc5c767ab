"""A graphics card whose kernels are the processor's, which rounds otherwise and may fail."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from ecgviewer.model.place import Card, Compute
from ecgviewer.runtime.pool import Stop


class FakeCard(Card):
    """What torch would meet on a card, without one.

    Parameters
    ----------
    memory : int
        Free bytes.
    room : int, optional
        Windows that a call may have; of more it runs out of memory.
    lost_after : int, optional
        Calls until it is gone for good.
    rounding : float
        Largest difference of a recorded function's sigmoids from the processor's.
    """

    def __init__(
        self,
        *,
        memory: int = 80 << 30,
        room: int | None = None,
        lost_after: int | None = None,
        rounding: float = 0.0,
    ) -> None:
        self.memory, self.room, self.lost_after = memory, room, lost_after
        self.rounding = rounding
        self.calls, self.released, self.recorded = 0, 0, list[int]()
        super().__init__(torch.device("cpu"))

    def probe(self) -> str:
        return "Fake card"

    def free_bytes(self) -> int:
        return self.memory

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        with super().watched():
            if self._lost:
                raise RuntimeError("CUDA error: unspecified launch failure\nmore of it")
            yield

    @property
    def _lost(self) -> bool:
        return self.lost_after is not None and self.calls > self.lost_after

    def made_ready(self, compute: Compute, examples: Sequence[Tensor]) -> Compute:
        rows = len(examples[0])
        self.recorded.append(rows)

        def replay(*given: Tensor) -> Tensor:
            if self.room is not None and rows > self.room:
                raise torch.OutOfMemoryError(f"tried to allocate {rows} windows")
            found = compute(*given)
            noise = torch.rand(found.shape, generator=torch.Generator().manual_seed(self.calls))
            return (found + self.rounding * (2 * noise - 1)).clamp(0, 1)

        return replay

    def carry_out(self, jobs: Sequence[Callable[[], object]], *, stop: Stop) -> None:
        def counted(job: Callable[[], object]) -> None:
            self.calls += 1
            if self._lost:
                raise RuntimeError("CUDA error: unspecified launch failure\nmore of it")
            job()

        before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            super().carry_out([partial(counted, job) for job in jobs], stop=stop)
        finally:
            torch.set_num_threads(before)

    def release(self) -> None:
        self.released += 1
