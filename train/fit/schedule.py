"""Learning rates over the epochs of a run."""

import math

from train.config import Config


def learning_rate(config: Config, epoch: int, progress: float) -> float:
    """Learning rate at an epoch and the share of it that is done.

    One-cycle: linear from a tenth over the first fifth, then half a cosine to a thousandth.
    """
    if config.schedule == "step":
        return config.learning_rate * config.step_factor ** (epoch // config.step_epochs)
    t = (epoch + progress) / config.epochs
    if t < 0.2:
        return config.learning_rate * (0.1 + 0.9 * t / 0.2)
    return config.learning_rate * (0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * (t - 0.2) / 0.8)))
