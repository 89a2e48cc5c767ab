"""Who asks for the shapes of many beats can give them up at any moment."""

import numpy as np
import pytest

from ecgviewer.features.morphology import offsets, shape_columns


class GivenUpError(Exception):
    """Raised by who does not want the columns any more."""


@pytest.mark.parametrize("at", [1, 7, 20, 29])
def test_it_asks_at_every_strip_of_64_beats(at: int) -> None:
    rng, n = np.random.default_rng(1), 640
    snippets = rng.normal(0, 1, (n, 2, len(offsets()))).astype(np.float32)
    asked: list[int] = []

    def ask() -> None:
        asked.append(1)
        if len(asked) == at:
            raise GivenUpError

    with pytest.raises(GivenUpError):
        shape_columns(snippets, rng.normal(0, 1, n), rng.normal(0, 1, n), ask=ask)
    assert len(asked) == at
