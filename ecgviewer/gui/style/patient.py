"""Whose recording it is, as text for title bar, header and panel; the one place that hides it."""

from dataclasses import dataclass

from ecgviewer.gui.style import plain, wording
from ecgviewer.record import Record

APPLICATION = "ECG Viewer"
HIDDEN = "hidden"


@dataclass(frozen=True)
class Identity:
    """Patient fields, or what stands in their place.

    Attributes
    ----------
    name, folder, started : str
        Record name, folder, start of the recording.
    comments : tuple of str
        Header comments: age, sex, drugs, findings.
    hidden : bool
        Whether they are hidden.
    """

    name: str
    folder: str
    started: str
    comments: tuple[str, ...]
    hidden: bool

    @property
    def title(self) -> str:
        """The window's title."""
        if self.hidden:
            return f"patient fields hidden - {APPLICATION}"
        parts = [f"{self.name} ({self.folder})", *self.comments[:1]]
        return " - ".join([*(plain.title(part) for part in parts), APPLICATION])

    @property
    def line(self) -> str:
        """Start and comments in one line."""
        if self.hidden:
            return "patient fields hidden"
        start = f"start {self.started}"
        return (
            "  ·  ".join([start, *self.comments]) if self.comments else f"{start}  ·  no comments"
        )


def identify(record: Record, *, hide: bool) -> Identity:
    """The patient fields of a recording, or `hidden` in the place of each."""
    if hide:
        return Identity("recording", HIDDEN, HIDDEN, (HIDDEN,), hidden=True)
    comments = tuple(c.strip() for c in record.comments if c.strip())
    folder = record.path.resolve().parent
    return Identity(record.name, str(folder), wording.started(record), comments, hidden=False)


def without_names(text: str, record: Record, *, hide: bool) -> str:
    """A message about a recording, its name taken out where patient fields are hidden."""
    if not hide:
        return text
    for name in (str(record.path.resolve().parent), str(record.path.parent), record.name):
        if name not in {"", "."}:
            text = text.replace(name, "recording")
    return text
