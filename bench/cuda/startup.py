"""The machine, and what passes before the first answer."""

import subprocess
import time
from typing import Any

import numpy as np
import torch

from bench.days.figures import machine
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.signal.params import CONTEXT
from ecgviewer.versions import code_hash


def about(device: str) -> dict[str, Any]:
    """What figures depend on, without the machine's name and without its paths."""
    here = {**machine(), "instructions": torch.backends.cpu.get_cpu_capability()}
    here |= {"device": device, "code": code_hash()[:12]}
    if device != "cuda":
        return here
    card = torch.cuda.get_device_properties(0)
    return {
        **here,
        "card": card.name,
        "card_memory_gb": round(card.total_memory / 1e9, 1),
        "multiprocessors": card.multi_processor_count,
        "capability": f"{card.major}.{card.minor}",
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "driver": driver(),
    }


def driver() -> str:
    """The card's driver; "unknown" where nvidia-smi is not there to say it."""
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return ran.stdout.split("\n")[0].strip() or "unknown"


def first_answer(ensemble: Ensemble) -> float:
    """Seconds until a new ensemble has answered to one beat."""
    noise = np.random.default_rng(0).normal(size=(1, 2, 400)).astype(np.float32)
    context = np.zeros((1, CONTEXT.columns), np.float32) if ensemble.takes_context else None
    start = time.perf_counter()
    ensemble.predict(noise, context)
    return time.perf_counter() - start
