"""Where resources and model weights lie: source tree, installed wheel or frozen application."""

import sys
from pathlib import Path

DEFAULT_ENSEMBLE = "clinical"  # of window and command line, where no other is asked for


def _root() -> Path:
    """The folder that holds `resources` and `model_weights`."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen) / "ecgviewer" / "_data"
    package = Path(__file__).resolve().parent
    installed = package / "_data"  # a wheel carries both folders inside the package
    return installed if installed.is_dir() else package.parent


def resources() -> Path:
    """Folder of icons, styles and the demo record."""
    return _root() / "resources"


def model_weights() -> Path:
    """Folder with one sub-folder per ensemble."""
    return _root() / "model_weights"


def demo_record() -> Path:
    """The bundled demo record, without suffix: its format finds the files."""
    return resources() / "demo" / "demo208"
