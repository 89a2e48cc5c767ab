"""READERS, the table of file formats, and open_record; holds no format's detail."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from ecgviewer.formats.wfdb.record import open_wfdb
from ecgviewer.record import Record, RecordError

# Suffix, lower case, to reader; "" for a record's path without suffix.
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
        Where no sample of it can be shown.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise RecordError(path, "this is a folder; choose a record's .hea or .dat file")
        reader = READERS.get(path.suffix.lower())
        if reader is None:
            # a record's name may have a point in it; any other file of a record leads to it, too
            headers = (path.with_name(path.name + ".hea"), path.with_suffix(".hea"))
            if any(header.is_file() for header in headers):
                reader = open_wfdb
        if reader is None:
            known = ", ".join(suffix for suffix in READERS if suffix)
            raise RecordError(path, f"files {path.suffix!r} are not read; these are: {known}")
        return reader(path)
    except OSError as error:
        raise RecordError(path, f"it cannot be opened ({error.strerror})") from error
    except ValueError as error:  # a path with a NUL in it
        raise RecordError(path, f"it cannot be opened ({error})") from error
