"""What the command line asks of the window, checked."""

import re
from dataclasses import dataclass
from pathlib import Path

DEFAULT_SIZE = (1600, 900)
_SMALLEST, _LARGEST = (900, 560), (16_000, 16_000)


class UsageError(ValueError):
    """A request that cannot be meant; one sentence."""


@dataclass(frozen=True)
class Request:
    """One start of the window.

    Attributes
    ----------
    record : Path or None
        Recording to open; None shows the empty window.
    picture : Path or None
        PNG to write in place of showing the window.
    at_s, width_s : float or None
        Where the trace starts and how many seconds it shows.
    size : (int, int)
        Size of the picture, pixels.
    theme : str
        "light", "dark", or "" for the remembered one.
    ensemble : str
        Networks to use; "" for those remembered.
    leads : tuple of str
        Channels to read, by name or number; none: by rule.
    """

    record: Path | None = None
    picture: Path | None = None
    at_s: float | None = None
    width_s: float | None = None
    size: tuple[int, int] = DEFAULT_SIZE
    theme: str = ""
    ensemble: str = ""
    leads: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.at_s is not None and not 0 <= self.at_s < float("inf"):
            raise UsageError(f"--at {self.at_s:g}: seconds from the record's start, 0 or more")
        if self.width_s is not None and not 0.1 <= self.width_s <= 1e6:
            raise UsageError(f"--width {self.width_s:g}: seconds, from 0.1 up")
        if self.theme not in ("", "light", "dark"):
            raise UsageError(f"--theme {self.theme!r}: light or dark")
        if self.leads and self.record is None:
            raise UsageError("--leads: name a record, too")


def parse_size(text: str) -> tuple[int, int]:
    """Width and height from "1600x900"; UsageError where it is none."""
    match = re.fullmatch(r"(\d{2,6})\s*[xX×]\s*(\d{2,6})", text.strip())
    if match is None:
        raise UsageError(f"--size {text!r}: width and height in pixels, for example 1600x900")
    width, height = int(match[1]), int(match[2])
    small = width < _SMALLEST[0] or height < _SMALLEST[1]
    if small or width > _LARGEST[0] or height > _LARGEST[1]:
        raise UsageError(
            f"--size {text!r}: from {_SMALLEST[0]}x{_SMALLEST[1]} to {_LARGEST[0]}x{_LARGEST[1]}"
        )
    return width, height
