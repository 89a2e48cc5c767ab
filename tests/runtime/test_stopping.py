"""Told to end: heard at once, or between two pieces of work where Python dropped it."""

import os
import signal
from collections.abc import Callable

import pytest

from ecgviewer.runtime.stopping import Stopped, stopped_as_interrupted, told_to_end

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")


class Dropping:
    """Is told to end while it is destroyed."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(1_000):  # the handler runs here
            pass


DROPPED = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@stopped_as_interrupted()
def drop_then(*work: Callable[[], object]) -> None:
    """Told to end where Python drops it; then the work."""
    held = [Dropping()]
    held.clear()
    for piece in work:
        piece()


@stopped_as_interrupted()
def told_by_a_signal() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    for _ in range(1_000):
        pass


@DROPPED
def test_what_is_dropped_with_an_object_is_raised_between_two_pieces_of_work() -> None:
    done: list[str] = []
    with pytest.raises(Stopped) as stopped:
        drop_then(lambda: done.append("first"), told_to_end, lambda: done.append("second"))
    assert done == ["first"]
    assert stopped.value.number == signal.SIGTERM


@DROPPED
def test_at_the_latest_it_is_raised_at_the_end() -> None:
    with pytest.raises(Stopped):
        drop_then()


def test_another_block_knows_nothing_of_it() -> None:
    with pytest.raises(Stopped):
        told_by_a_signal()
    with stopped_as_interrupted():
        told_to_end()
