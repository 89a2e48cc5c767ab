"""The first bytes of a file, by which a format knows its own."""

from pathlib import Path


def head(path: Path, n_bytes: int) -> bytes:
    """Read the beginning of a file.

    Parameters
    ----------
    path : Path
        Any path.
    n_bytes : int
        The most to read.

    Returns
    -------
    bytes
        Empty where there is no regular file: opening a pipe would wait for its writer.

    Raises
    ------
    OSError
        Where the file cannot be read.
    """
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(n_bytes)
