"""READERS, the table of file formats, and open_record; holds no format's detail."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from ecgviewer.io.wfdb_record import open_wfdb
from ecgviewer.record import Record

READERS: Mapping[str, Callable[[Path], Record]] = MappingProxyType(
    {".hea": open_wfdb, ".dat": open_wfdb, "": open_wfdb}
)


def open_record(path: Path | str) -> Record:
    """Open a recording; reads its header only.

    Parameters
    ----------
    path : Path or str
        A `.hea` or `.dat` file, or the record's path without suffix.

    Returns
    -------
    Record

    Raises
    ------
    RecordError
        Where nothing of it can be shown.
    """
    path = Path(path)
    return READERS.get(path.suffix.lower(), open_wfdb)(path)
