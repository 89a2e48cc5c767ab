"""Which kernels compute here: two processors may differ in an answer's last bits; runs nothing."""

import platform

import torch


def engine(device: str) -> str:
    """A name for the kernels of a device, the same wherever answers are the same bit for bit.

    Parameters
    ----------
    device : str
        "cpu" or "cuda".
    """
    if device == "cuda":
        return f"cuda {torch.version.cuda} {torch.cuda.get_device_name()}"
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"
