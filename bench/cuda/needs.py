"""What has to be installed; imports the standard library alone, so that it can say so."""

from importlib.util import find_spec

# Module -> the package it comes in. torch, numpy and the like are what a card's machine has anyway;
# the second row is the program's own.
_COMMON = {"torch": "torch", "numpy": "numpy", "scipy": "scipy", "safetensors": "safetensors"}
_OWN = {
    "msgspec": "msgspec",
    "pywt": "PyWavelets",
    "bottleneck": "Bottleneck",
    "platformdirs": "platformdirs",
}
# not imported here, but by `python -m train` and `ecgviewer`, which are run beside this
_BESIDE = "typer"


def missing() -> str:
    """What is not installed and what to install, as a sentence; empty where all is there."""
    absent = [package for name, package in (_COMMON | _OWN).items() if find_spec(name) is None]
    if not absent:
        return ""
    own = ", ".join(_OWN.values())
    return (
        f"{', '.join(absent)}: not installed; beside {', '.join(_COMMON)} this needs {own} and"
        f" {_BESIDE} (pip install them, or their wheels)"
    )
