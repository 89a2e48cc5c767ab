"""Tests of training run on one thread: small networks spend more on a second one than they gain.

For a whole module, so that its shared fixtures train on as many threads as its tests: the last
bits of a product of matrices depend on their number.
"""

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
