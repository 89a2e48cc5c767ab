"""Where networks are computed: the processor, or a graphics card that may fail.

Everything that differs between the two is here; whoever computes asks a `Place` and goes the same
way on both.
"""

import contextlib
import logging
import platform
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor

from ecgviewer.runtime.pool import Stop, Stopped, carry_out

_LOG = logging.getLogger(__name__)

Compute = Callable[..., Tensor]
# Windows a call on a card: a screenful shall not wait for a batch that is all padding, and a day
# shall not be hundreds of calls.
_CARD_ROWS = (256, 1_024, 4_096, 16_384)
_CARD_SHARE = 0.4  # of the free memory for one call; the signal lies there too, and other programs
# What torch says where a card has no room, or no kernel, for so much at once.
_TOO_MUCH = ("out of memory", "ALLOC_FAILED", "CUDNN_STATUS_NOT_SUPPORTED")
_WARM_UPS = 3  # before a graph is recorded, as torch's notes on CUDA graphs ask


class PlaceFailed(Exception):  # noqa: N818  # what failed is the card, not the program
    """A graphics card that cannot go on; the message is one clause that says why.

    Attributes
    ----------
    out_of_memory : bool
        Whether it may go on with less at once.
    """

    def __init__(self, reason: str, *, out_of_memory: bool = False) -> None:
        super().__init__(reason)
        self.out_of_memory = out_of_memory


class Place:
    """The processor; a graphics card does what it does its own way.

    Attributes
    ----------
    name : str
        "cpu" or "cuda".
    title : str
        The processor's instruction set, or the card's name.
    torch_device : torch.device
        Where tensors lie.
    lock : context manager
        Held while one thread has to itself what others would use.
    """

    name = "cpu"
    lock: AbstractContextManager[object] = contextlib.nullcontext()

    def __init__(self) -> None:
        self.torch_device = torch.device("cpu")
        self.title = f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"

    @property
    def engine(self) -> str:
        """A name for the kernels, the same wherever answers are the same bit for bit."""
        return self.title

    def free_bytes(self) -> int | None:
        """Memory that may still be used; None where nobody is to count it."""
        return None

    def rows(self, bytes_a_window: Callable[[], int], *, usual: int) -> tuple[int, ...]:
        """Windows a call of a network, ascending: what is computed is padded to one of these.

        Parameters
        ----------
        bytes_a_window : callable
            Memory that a window takes in the network, in bytes; asked only where it matters.
        usual : int
            Windows a call on a processor.
        """
        return (usual,) if self.free_bytes() is None else self._fitting(bytes_a_window())

    def _fitting(self, bytes_a_window: int) -> tuple[int, ...]:
        limit = _CARD_SHARE * (self.free_bytes() or 0) / bytes_a_window
        fitting = tuple(n for n in _CARD_ROWS if n <= limit)
        return fitting or _CARD_ROWS[:1]  # if even that is too much, the card will say so

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Within, whatever a card fails with is `PlaceFailed`."""
        yield

    def made_ready(self, compute: Compute, _examples: Sequence[Tensor]) -> Compute:
        """The same function, as quick as the place can repeat it for inputs of these shapes."""
        return compute

    def carry_out(self, jobs: Sequence[Callable[[], object]], *, stop: Stop) -> None:
        """Do every job, on as many cores as there are; Stopped where `stop` says so."""
        carry_out(jobs, stop=stop)

    def release(self) -> None:
        """Give back memory that is kept for later calls."""


class Card(Place):
    """The first CUDA card.

    Parameters
    ----------
    torch_device : torch.device, optional
        Another device that stands for it.
    """

    name = "cuda"
    # one for all: a recorded function's inputs lie in one place, and so does torch's stream for
    # recording
    lock = threading.RLock()

    def __init__(self, torch_device: torch.device | None = None) -> None:
        self.torch_device = torch_device or torch.device("cuda")
        self._lost = ""  # why nothing is asked of it any more
        self._records = True
        self._pool: Any = None  # made with the first graph
        self._side: Any = None
        with self.watched():
            self.title = self.probe()

    @property
    def engine(self) -> str:
        """A name for the kernels; on a card, bits hang on the free memory as well."""
        cudnn = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
        return f"cuda {torch.version.cuda} cudnn {cudnn} {self.title}"

    def probe(self) -> str:
        """The card's name, from a card that has just computed something."""
        torch.zeros(1, device=self.torch_device).item()
        return torch.cuda.get_device_name(self.torch_device)

    def free_bytes(self) -> int:
        self.release()
        return torch.cuda.mem_get_info(self.torch_device)[0]

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        if self._lost:
            raise PlaceFailed(self._lost)
        try:
            yield
        # torch tells a card that is gone by many names; what is no fault of the card's comes again
        # on the processor
        except (RuntimeError, torch.cuda.DeferredCudaCallError) as error:
            reason = str(error).strip().splitlines() or [type(error).__name__]
            if any(words in reason[0] for words in _TOO_MUCH) or isinstance(
                error, torch.OutOfMemoryError
            ):
                raise PlaceFailed("it has too little free memory", out_of_memory=True) from error
            self._lost = reason[0]
            raise PlaceFailed(self._lost) from error

    def made_ready(self, compute: Compute, examples: Sequence[Tensor]) -> Compute:
        """A CUDA graph of the function: one launch for the hundred kernels of a ResNet-34."""
        inputs = [example.clone() for example in examples]
        side = self._side = self._side or torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        # within the stream: one that fails to record would leave this thread on torch's own
        with torch.cuda.stream(side):
            for _ in range(_WARM_UPS):
                compute(*inputs)
            recorded = self._recorded(compute, inputs) if self._records else None
        torch.cuda.current_stream().wait_stream(side)
        if recorded is None:
            return compute
        graph, output = recorded

        def replay(*given: Tensor) -> Tensor:
            for there, values in zip(inputs, given, strict=True):
                there.copy_(values)
            graph.replay()
            return output.clone()

        return replay

    def _recorded(
        self, compute: Compute, inputs: Sequence[Tensor]
    ) -> tuple[torch.cuda.CUDAGraph, Tensor] | None:
        """A graph and its output; None where this card records none, and none is tried again."""
        graph = torch.cuda.CUDAGraph()
        self._pool = self._pool or torch.cuda.graph_pool_handle()
        try:
            # other threads may use the card while this one records
            with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
                output = compute(*inputs)
        except RuntimeError as error:
            if isinstance(error, torch.OutOfMemoryError):
                raise
            _LOG.warning("no CUDA graph is recorded, which is slower: %s", error)
            self._records = False
            return None
        return graph, output

    def carry_out(self, jobs: Sequence[Callable[[], object]], *, stop: Stop) -> None:
        """Do every job in turn: they only queue work for the card."""
        for job in jobs:
            if stop():
                raise Stopped
            with self.lock:
                job()

    def release(self) -> None:
        torch.cuda.empty_cache()


def find_place(wanted: str) -> Place:
    """The place of that name; "auto" is the card where there is one that answers.

    Raises
    ------
    ValueError
        Where the name is none of auto, cpu, cuda, or torch finds no card.
    PlaceFailed
        Where the card asked for by name does not answer.
    """
    if wanted not in ("auto", "cpu", "cuda"):
        raise ValueError(f"device {wanted!r} is none of auto, cpu, cuda")
    there = wanted != "cpu" and torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise ValueError("device 'cuda' asked for, but torch finds none; use auto or cpu")
    return Card() if there else Place()
