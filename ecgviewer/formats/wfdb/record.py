"""A WFDB record opened: its header, layout and samples as a `Record`.

Samples are decoded by `sample_formats`, for wfdb parses the header again for each block, checks
nothing and starts format 8 anew wherever it begins. The tests hold every format to wfdb's values.
"""

from functools import partial
from pathlib import Path

from ecgviewer.formats.ecg_leads import Role, mv_per_unit, roles
from ecgviewer.formats.wfdb.files import find_header
from ecgviewer.formats.wfdb.header import Signal
from ecgviewer.formats.wfdb.header_checks import header_verdict
from ecgviewer.formats.wfdb.header_parser import read_header
from ecgviewer.formats.wfdb.sample_checks import full_verdict
from ecgviewer.formats.wfdb.timeline import lay_out
from ecgviewer.record import Lead, Record

# Below a sample a second no beat can be seen, and nothing is looked for.
SLOWEST_ECG_HZ = 1.0
_SLOW = Role(False, remark="less than a sample a second is no ECG")


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
    found = roles([(signal.name, signal.unit) for signal in timeline.signals])
    if timeline.fs < SLOWEST_ECG_HZ:
        found = tuple(_SLOW if role.is_ecg else role for role in found)
    files = [*timeline.headers]
    files += [g.file.path for s in timeline.segments for g in s.groups if g.file is not None]
    return Record(
        name=header.path.stem,
        path=path,
        fs=timeline.fs,
        leads=tuple(map(_lead, timeline.signals, found)),
        n_samples=timeline.n_frames * timeline.per_frame,
        reader=timeline.read,
        comments=header.comments,
        base_date=header.base_date,
        base_time=header.base_time,
        annotation_fs=header.fs,
        files=tuple(dict.fromkeys(files)),
        verdict=verdict,
        reading=timeline.read_as,
        verify=partial(full_verdict, timeline, verdict),
    )


def _lead(signal: Signal, role: Role) -> Lead:
    scaled = signal.gain != 0 and (not role.is_ecg or mv_per_unit(signal.unit) is not None)
    return Lead(
        signal.name,
        signal.unit,
        role.is_ecg,
        scaled,
        signal.gain or None,
        role.by_name,
        role.remark,
    )
