"""A WFDB record opened: its header, layout and samples as a `Record`.

Samples are decoded by `sample_formats`, for wfdb parses the header again for each block, checks
nothing and starts format 8 anew wherever it begins. The tests hold every format to wfdb's values.
"""

from functools import partial
from pathlib import Path

from ecgviewer.formats.ecg_leads import ecg_to_mv
from ecgviewer.formats.wfdb.files import find_header
from ecgviewer.formats.wfdb.header import Signal
from ecgviewer.formats.wfdb.header_checks import header_verdict
from ecgviewer.formats.wfdb.header_parser import read_header
from ecgviewer.formats.wfdb.sample_checks import full_verdict
from ecgviewer.formats.wfdb.timeline import lay_out
from ecgviewer.record import Lead, Record

# Below a sample a second no beat can be seen, and nothing is looked for.
SLOWEST_ECG_HZ = 1.0


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
        leads=tuple(_lead(signal, timeline.fs) for signal in timeline.signals),
        n_samples=timeline.n_frames * timeline.per_frame,
        reader=timeline.read,
        comments=header.comments,
        base_date=header.base_date,
        base_time=header.base_time,
        annotation_fs=header.fs,
        files=tuple(dict.fromkeys(files)),
        verdict=verdict,
        verify=partial(full_verdict, timeline, verdict),
    )


def _lead(signal: Signal, fs: float) -> Lead:
    is_ecg = ecg_to_mv(signal.name, signal.unit) is not None and fs >= SLOWEST_ECG_HZ
    return Lead(signal.name, signal.unit, is_ecg, signal.gain != 0, signal.gain or None)
