"""What a run that failed leaves: a sentence, and a device that answers or does not."""

import torch

from ecgviewer.model.bundle import BundleError
from train.config import ConfigError

_OURS = (BundleError, ConfigError)  # they are sentences already


def sentence(error: Exception) -> str:
    """One sentence for the index and the terminal."""
    lines = str(error).splitlines()
    said = lines[0].strip() if lines else ""
    if said and isinstance(error, _OURS):
        return said
    return f"{type(error).__name__}: {said or 'no reason given'}"


def why_lost(device: str) -> str:
    """Why a device is of no more use, empty where it computes; what it had kept free is given back.

    After most errors of a card every later call to it fails, too: so it is asked.

    Parameters
    ----------
    device : str
        "cpu" or "cuda".
    """
    try:
        if device == "cuda":
            torch.cuda.empty_cache()
        found = float((torch.ones(8, device=device) + 1).sum())
    except RuntimeError as error:  # memory that does not even suffice for this is among them
        return sentence(error)
    return "" if found == 16 else f"it adds up to {found:g} where 16 is right"
