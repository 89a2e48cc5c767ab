"""Whose recording it is, as text for title bar, header and panel; the one place that hides it."""

import re
from dataclasses import dataclass

from ecgviewer.gui.style import plain, wording
from ecgviewer.record import Record

APPLICATION = "ECG Viewer"
HIDDEN = "hidden"
NOT_OPENED = (
    "The recording could not be opened. The reason may name the patient and is not shown while"
    " patient fields are hidden: show them (View menu) and open it again."
)
NOT_WRITTEN = (
    "The report could not be written. The reason names the file and is not shown while patient"
    " fields are hidden: try another folder, or show them (View menu)."
)
# A path of any system in a sentence; up to the next quote, colon or end, for folders have spaces
_REST = r"[^'\"“”:;,\n]*"
_PATH = re.compile(rf"(?<![\w/\\])(?:[A-Za-z]:[\\/]|\\\\|~?/)(?=[^\s/\\]){_REST}")
# A file that the record does not list; "recording.dat" is one whose name is taken out already
_FILE = re.compile(
    r"(?<![^\s'\"“”:;,()…])(?!recording\b)[^\s'\"“”:;,()…]+\.[A-Za-z][A-Za-z0-9]{1,4}(?!\w)"
)
# A header's own words as messages quote them (repr), its name and start among them
_QUOTED = re.compile(r"""(?<!\w)(['"])((?:(?!\1)[^\\\n]|\\.)*)\1(?!\w)""")


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


def without_names(text: str, record: Record | None, *, hide: bool) -> str:
    """A message, without what may name a patient where patient fields are hidden.

    That is the recording's name, files, folder, start and comments, every path, whoever's it is,
    and what is quoted of a header. Names and units of leads stay: they are shown elsewhere, too.
    """
    if not hide:
        return text
    folders = set() if record is None else _folders_of(record)
    for folder in sorted(folders, key=len, reverse=True):
        text = re.sub(f"{re.escape(folder)}{_REST}", "…", text)
    text = _PATH.sub("…", text)
    for name in sorted(_names_of(record) if record else (), key=len, reverse=True):
        # of a word its whole: record "e" is in no other word, but in "e_1.dat" it is
        text = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", "recording", text)
    for start in _start_of(record) if record else ():
        text = re.sub(rf"(?<![\w:-]){re.escape(start)}(?![\w:-])", "…", text)
    leads = record.leads if record else ()
    kept = {"recording", "…", *(word for lead in leads for word in (lead.name, lead.unit))}
    text = _QUOTED.sub(lambda found: found[0] if found[2] in kept else "'…'", text)
    return _FILE.sub("…", text)


def _folders_of(record: Record) -> set[str]:
    files = (record.path, *record.files)
    return {str(at) for file in files for at in (file.parent, file.resolve().parent)} - {".", "/"}


def _start_of(record: Record) -> set[str]:
    """Day and time of day as messages write them."""
    return {str(part) for part in (record.base_date, record.base_time) if part is not None}


def _names_of(record: Record) -> set[str]:
    files = (record.path, *record.files)
    comments = (c.strip() for c in record.comments)
    names = {record.name, *(name for file in files for name in (file.name, file.stem))}
    return {name for name in names if name} | {c for c in comments if len(c) > 2}
