"""Every pixel of trace, strip and inspector is painted, at every scale of a screen."""

import json
import os
import subprocess
import sys

import pytest

from tests.data import REPOSITORY


@pytest.mark.parametrize("scale", ["1", "1.25", "1.5", "1.75", "2"])
def test_nothing_shows_through(demo, scale):
    ran = subprocess.run(
        [sys.executable, "-m", "tests.gui.window.unpainted", str(demo)],
        cwd=REPOSITORY,
        env={**os.environ, "QT_SCALE_FACTOR": scale},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"trace": 0, "strip": 0, "inspector": 0}
