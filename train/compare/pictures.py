"""A beat as three pictures: Markov transition field, recurrence plot, Gramian angular field."""

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool1d, one_hot

SIZE = 32  # pixels a side
N_BINS = 8  # of the Markov transition field, by quantiles


def transition_field(x: Tensor) -> Tensor:
    """Markov transition field (Wang & Oates 2015).

    Parameters
    ----------
    x : (n, t) float32
        Series.

    Returns
    -------
    (n, t, t) float32
        How often the bin at one time is followed by the bin at the other, 0 to 1.
    """
    shares = torch.arange(1, N_BINS, device=x.device, dtype=x.dtype) / N_BINS
    edges = torch.quantile(x, shares, dim=1).T  # (n, 7)
    bins = (x[:, :, None] > edges[:, None]).sum(2)  # equal values share a bin
    member = one_hot(bins, N_BINS).to(x.dtype)  # (n, t, 8)
    moves = member[:, :-1].transpose(1, 2) @ member[:, 1:]  # (n, 8, 8)
    moves = moves / moves.sum(2, keepdim=True).clamp_min(1)
    return member @ moves @ member.transpose(1, 2)


def recurrence_plot(x: Tensor) -> Tensor:
    """(n, t, t) distances between the values of (n, t) series, not thresholded, 0 to 1."""
    distance = (x[:, :, None] - x[:, None]).abs()
    return distance / distance.amax((1, 2), keepdim=True).clamp_min(1e-6)


def angular_field(x: Tensor) -> Tensor:
    """Gramian angular summation field (n, t, t) of (n, t) series, -1 to 1; flat series: zeros."""
    low, high = x.amin(1, keepdim=True), x.amax(1, keepdim=True)
    flat = (high - low) < 1e-6
    c = (2 * (x - low) / (high - low).clamp_min(1e-6) - 1).clamp(-1, 1)  # cosine of the angle
    s = (1 - c * c).clamp_min(0).sqrt()
    field = c[:, :, None] * c[:, None] - s[:, :, None] * s[:, None]
    return torch.where(flat[:, :, None], 0.0, field)


def pictures(windows: Tensor, *, size: int = SIZE) -> Tensor:
    """All three pictures of both leads.

    Parameters
    ----------
    windows : (n, 2, 400) float32
        Windows, each lead z-scored; averaged down to `size` points.
    size : int
        Pixels a side.

    Returns
    -------
    (n, 3, 2, size, size) float32
        Transition field, recurrence plot, angular field.
    """
    n, n_leads = windows.shape[:2]
    x = adaptive_avg_pool1d(windows, size).flatten(0, 1)  # (2 n, size)
    drawn = [transition_field(x), recurrence_plot(x), angular_field(x)]
    stacked = torch.stack(drawn, dim=1)  # (2 n, 3, size, size)
    return stacked.reshape(n, n_leads, len(drawn), size, size).transpose(1, 2)
