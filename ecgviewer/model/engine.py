"""Which kernels compute here, and on how many cores; two processors may differ in last bits."""

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


def use_one_thread() -> None:
    """Compute on one core from now on: where several processes share the machine."""
    torch.set_num_threads(1)
