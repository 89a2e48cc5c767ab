"""Orders carried out by the workers of a dask cluster; they get paths, never a recording's samples.

The files and the folder of the reports must lie under the same paths on every worker. A worker that
is lost has its record carried out by another one: dask sees to that.
"""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from ecgviewer.commands.archive.job import ArchiveError, Job, Outcome, failed
from ecgviewer.commands.archive.work import carry_out_alone

CONNECT_S = 30.0


def run_cluster(orders: Sequence[Job], address: str) -> Iterator[tuple[int, Outcome]]:
    """Carry out orders on a cluster.

    Parameters
    ----------
    orders : sequence of Order
        What to do; paths must be absolute.
    address : str
        Of the scheduler, for example "tcp://10.0.0.1:8786".

    Yields
    ------
    int, Outcome
        Place in `orders` and how it went, as they come. When the caller stops early, what has not
        begun is withdrawn; a record that a worker is at is finished there.

    Raises
    ------
    ArchiveError
        Where dask.distributed is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ArchiveError(
            "--dask needs dask.distributed, which is not installed: pip install ecgviewer[cluster]"
        ) from None
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise ArchiveError(f"--dask {address}: no scheduler answers there ({error})") from None
    futures: dict[Any, int] = {}
    try:
        run = uuid.uuid4().hex  # a second run is another piece of work, whatever dask remembers
        for index, order in enumerate(orders):
            key = f"ecgviewer-{run}-{index}"
            futures[client.submit(carry_out_alone, order, key=key, pure=False)] = index
        for future in as_completed(list(futures), loop=client.loop):
            yield futures[future], _outcome(future, orders[futures[future]])
            future.release()
    finally:
        client.cancel([future for future in futures if not future.done()])
        client.close()


def _outcome(future: Any, order: Job) -> Outcome:
    if future.status == "finished":
        outcome: Outcome = future.result()
        return outcome
    error = future.exception() if future.status == "error" else None
    reason = f"{type(error).__name__}: {error}" if error is not None else future.status
    return failed(order, f"{order.record}: the cluster did not carry it out ({reason})")
