"""WFDB records opened; the only file that imports wfdb, to write annotation files.

Samples are decoded by `formats.py`, for wfdb parses the header again for each block, checks nothing
and starts format 8 anew wherever it begins. The tests hold every format to wfdb's values.
"""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.formats.ecg_leads import ecg_to_mv
from ecgviewer.formats.wfdb.header import Signal
from ecgviewer.formats.wfdb.header_checks import header_verdict
from ecgviewer.formats.wfdb.header_parser import read_header
from ecgviewer.formats.wfdb.sample_checks import full_verdict
from ecgviewer.formats.wfdb.timeline import Timeline, lay_out
from ecgviewer.record import Lead, Record, RecordError

MAX_HEADERS_SEARCHED = 5_000


class WfdbSamples:
    """Reads the samples of one WFDB record.

    Attributes
    ----------
    timeline : Timeline
        How the record is laid out.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline

    def __call__(self, start: int, stop: int) -> NDArray[np.float32]:
        return self.timeline.read(start, stop)


def open_wfdb(path: Path) -> Record:
    """Open a WFDB record; reads its headers and the first sample of each file.

    Signals with several samples per frame: the record has the rate of its fastest ECG lead; slower
    signals hold their value, faster ones are averaged.

    Parameters
    ----------
    path : Path
        Header, signal file, or the two's path without suffix.

    Returns
    -------
    Record

    Raises
    ------
    RecordError
        Where no sample can be shown.
    """
    header = read_header(find_header(path))
    timeline = lay_out(header)
    verdict = header_verdict(timeline)
    files = [*timeline.headers]
    files += [g.file.path for s in timeline.segments for g in s.groups if g.file is not None]
    return Record(
        name=header.path.stem,
        path=path,
        fs=timeline.fs,
        leads=tuple(map(_lead, timeline.signals)),
        n_samples=timeline.n_frames * timeline.per_frame,
        reader=WfdbSamples(timeline),
        comments=header.comments,
        base_date=header.base_date,
        base_time=header.base_time,
        files=tuple(dict.fromkeys(files)),
        verdict=verdict,
        verify=partial(full_verdict, timeline, verdict),
    )


def find_header(path: Path) -> Path:
    """The header of a record given by any of its files.

    Raises
    ------
    RecordError
        Where there is none, or several claim the file.
    """
    if path.suffix.lower() == ".hea":
        return path
    for candidate in (path.with_name(path.name + ".hea"), path.with_suffix(".hea")):
        if candidate.is_file():
            return candidate
    if not path.is_file():
        raise RecordError(path, "there is no such record; choose its .hea file")
    # a signal file may serve a header of another name
    found = []
    for header in sorted(path.parent.glob("*.hea"))[:MAX_HEADERS_SEARCHED]:
        try:
            if any(signal.file == path.name for signal in read_header(header).signals):
                found.append(header)
        except RecordError:
            continue
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(header.name for header in found[:3])
        raise RecordError(path, f"several headers name it ({names}); choose one of them")
    raise RecordError(path, f"the header {path.stem}.hea is missing; put it beside the file")


def _lead(signal: Signal) -> Lead:
    is_ecg = ecg_to_mv(signal.name, signal.unit) is not None
    return Lead(signal.name, signal.unit, is_ecg, signal.gain != 0)
