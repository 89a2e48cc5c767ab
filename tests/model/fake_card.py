"""A graphics card whose kernels are the processor's, which rounds otherwise and may fail."""

from collections.abc import Callable, Sequence
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
    broken : bool
        Whether it computes what is no number.
    """

    def __init__(
        self,
        *,
        memory: int = 80 << 30,
        room: int | None = None,
        lost_after: int | None = None,
        rounding: float = 0.0,
        broken: bool = False,
    ) -> None:
        self.memory, self.room, self.lost_after = memory, room, lost_after
        self.rounding, self.broken = rounding, broken
        self.calls, self.released, self.recorded = 0, 0, list[int]()
        super().__init__(torch.device("cpu"))

    def probe(self) -> str:
        return "Fake card"

    def free_bytes(self) -> int:
        self._fail_if_lost()
        return self.memory

    def _fail_if_lost(self) -> None:
        if self.lost_after is not None and self.calls > self.lost_after:
            raise RuntimeError("CUDA error: unspecified launch failure\nmore of it")

    def made_ready(self, compute: Compute, examples: Sequence[Tensor]) -> Compute:
        rows = len(examples[0])
        self.recorded.append(rows)
        inputs = [example.clone() for example in examples]  # one place for all, as of a CUDA graph

        def replay(*given: Tensor) -> Tensor:
            if self.room is not None and rows > self.room:
                raise torch.OutOfMemoryError(f"tried to allocate {rows} windows")
            for there, values in zip(inputs, given, strict=True):
                there.copy_(values)
            found = compute(*inputs)
            noise = torch.rand(found.shape, generator=torch.Generator().manual_seed(self.calls))
            found = (found + self.rounding * (2 * noise - 1)).clamp(0, 1)
            return found * torch.nan if self.broken else found

        return replay

    def carry_out(self, jobs: Sequence[Callable[[], object]], *, stop: Stop) -> None:
        def counted(job: Callable[[], object]) -> None:
            self.calls += 1
            self._fail_if_lost()
            job()

        before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            super().carry_out([partial(counted, job) for job in jobs], stop=stop)
        finally:
            torch.set_num_threads(before)

    def release(self) -> None:
        self.released += 1
