"""Where the test data lie; tells a test to skip, with the reason, where they do not."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def data_folder(part: str = "") -> Path:
    """Where the test data belong, or one database of them, there or not; see `data_dir`."""
    named = os.environ.get("ECGVIEWER_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    return folder / part if part else folder


def ec57_folder() -> Path:
    """Where the EC57 reference programs' output belongs, there or not."""
    return data_folder().parent / "ec57"


def data_dir(part: str = "") -> Path:
    """Folder of the test data, or of one database in it; skips the test where it is absent.

    Parameters
    ----------
    part : str
        Name of a sub-folder: mitdb, svdb, incart, vitaldb, nstdb, formats.

    Returns
    -------
    Path
        $ECGVIEWER_DATA, else `../shared/data` beside the repository.
    """
    wanted = data_folder(part)
    if not wanted.is_dir():
        named = os.environ.get("ECGVIEWER_DATA")
        where = (
            "where ECGVIEWER_DATA points" if named else "at ../shared/data (or set ECGVIEWER_DATA)"
        )
        pytest.skip(f"no test data {part or 'folder'} {where}", allow_module_level=True)
    return wanted


def ec57_dir() -> Path:
    """Folder of the EC57 reference programs' output, beside the data; skips where it is absent."""
    data_dir()
    folder = ec57_folder()
    if not folder.is_dir():
        pytest.skip("no EC57 reference output beside the test data", allow_module_level=True)
    return folder


def cases_folder() -> Path:
    """Where inputs that failed once belong, there or not."""
    return data_folder().parent / "cases"


def case(name: str) -> Path:
    """A file or folder among the inputs that failed once, such as `pause/pause11.hea`.

    Skips the test where they are absent; fails where they are there and this one is not.
    """
    if not cases_folder().is_dir():
        pytest.skip("no inputs that failed once beside the test data", allow_module_level=True)
    path = cases_folder() / name
    assert path.exists(), f"{path} is not among the inputs"
    return path
