"""Where results are kept on this machine; opens nothing."""

import os
from pathlib import Path

import platformdirs

VARIABLE = "ECGVIEWER_CACHE"  # names another folder than the user's cache folder


def folder() -> Path:
    """The folder of kept results: $ECGVIEWER_CACHE, else the user's cache folder."""
    named = os.environ.get(VARIABLE, "")
    return Path(named) if named else platformdirs.user_cache_path("ecgviewer", appauthor=False)
