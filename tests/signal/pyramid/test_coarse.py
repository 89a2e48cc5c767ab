"""Coarse levels hold every extreme, keep gaps, say what is not read, and end when asked to."""

import threading

import numpy as np
import pytest

from ecgviewer.signal.pyramid.coarse import BLOCK, FINEST_STEP, Coarse

N = 3 * BLOCK + 1_237
ECG = np.random.default_rng(3).normal(size=(2, N)).astype(np.float32)
ECG[0, 70_000:140_000] = np.nan
ECG[1, 5] = np.nan


def read(start: int, stop: int) -> np.ndarray:
    return ECG[:, start:stop]


def expected(first: int, step: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    padded = np.full((2, (first // step + n) * step), np.nan, np.float32)
    stop = min(N, padded.shape[1])
    padded[:, :stop] = ECG[:, :stop]
    groups = padded.reshape(2, -1, step)[:, first // step :]
    return np.fmin.reduce(groups, axis=2), np.fmax.reduce(groups, axis=2)


@pytest.mark.parametrize("per_pixel", [1, 64, 100, 300, 5_000, 1e6])
@pytest.mark.parametrize("span", [(0, N), (-50, 10_000), (65_000, 150_000), (N - 700, N + 999)])
def test_columns_are_those_of_all_samples(per_pixel: float, span: tuple[int, int]) -> None:
    coarse = Coarse(N, 2)
    assert coarse.fill(read)
    view = coarse.view(*span, per_pixel)
    low, high = expected(view.first, view.step, view.low.shape[1])
    np.testing.assert_array_equal(view.low, low)
    np.testing.assert_array_equal(view.high, high)
    assert view.first <= max(0, span[0])
    assert view.first + view.step * view.low.shape[1] >= min(span[1], N)
    assert view.step <= max(per_pixel, FINEST_STEP)


def test_what_is_not_read_is_not_drawn() -> None:
    coarse = Coarse(N, 2)
    blocks: list[int] = []

    def stop() -> bool:
        return len(blocks) == 1

    assert not coarse.fill(read, stop=stop, advanced=lambda done, _: blocks.append(done))
    assert coarse.done == BLOCK
    view = coarse.view(0, N, 256)
    known = BLOCK // view.step
    assert np.isfinite(view.low[1, :known]).all()
    assert np.isnan(view.low[:, known:]).all()
    assert np.isnan(view.high[:, known:]).all()
    assert coarse.fill(read)  # from there on
    np.testing.assert_array_equal(coarse.view(0, N, 256).high, expected(0, 256, -(-N // 256))[1])


def test_memory_is_bounded_whatever_the_length() -> None:
    for n_samples, n_rows in ((14 * 86_400 * 1_000, 12), (86_400 * 360, 2)):
        coarse = Coarse(n_samples, n_rows, keep_bytes=8 << 20)
        assert coarse.nbytes <= 9 << 20


def test_looking_while_it_is_filled_never_shows_what_is_wrong() -> None:
    whole = Coarse(N, 2)
    whole.fill(read)
    final = whole.view(0, N, 64).high
    coarse = Coarse(N, 2)
    thread = threading.Thread(target=coarse.fill, args=(read,))
    thread.start()
    while thread.is_alive():
        seen = coarse.view(0, N, 64).high
        known = np.isfinite(seen)
        assert (seen[known] == final[known]).all()
    thread.join()


def test_nothing_to_read() -> None:
    empty = Coarse(0, 2)
    assert empty.fill(read)
    assert empty.view(0, 10, 64).low.shape == (2, 0)
