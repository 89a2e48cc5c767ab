"""A WFDB record opened: its header, layout and samples as a `Record`.

Samples are decoded by `sample_formats`, for wfdb parses the header again for each block, checks
nothing and starts format 8 anew wherever it begins. The tests hold every format to wfdb's values.
"""

from functools import partial
from pathlib import Path

from ecgviewer.files.hashes import stamps_of
from ecgviewer.formats.ecg_leads import mv_per_unit, roles
from ecgviewer.formats.wfdb.files import find_header
from ecgviewer.formats.wfdb.header_checks import header_verdict
from ecgviewer.formats.wfdb.header_parser import read_header
from ecgviewer.formats.wfdb.sample_checks import full_verdict
from ecgviewer.formats.wfdb.timeline import SLOWEST_ECG_HZ, Timeline, lay_out
from ecgviewer.record import Lead, Record

_TOO_SLOW = f"it has less than {SLOWEST_ECG_HZ:g} sample a second"


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
    at = find_header(path)
    stamp = stamps_of([at])
    header = read_header(at)
    timeline = lay_out(header)
    verdict = header_verdict(timeline)
    files = [*timeline.headers]
    files += [g.file.path for s in timeline.segments for g in s.groups if g.file is not None]
    files = list(dict.fromkeys(files))
    return Record(
        name=header.path.stem,
        path=path,
        fs=timeline.fs,
        leads=_leads(timeline),
        n_samples=timeline.n_frames * timeline.per_frame,
        reader=timeline.read,
        comments=header.comments,
        base_date=header.base_date,
        base_time=header.base_time,
        annotation_fs=header.fs,
        files=tuple(files),
        stamps=(*stamp, *stamps_of(files[1:])),
        verdict=verdict,
        reading=timeline.read_as,
        verify=partial(full_verdict, timeline, verdict),
    )


def _leads(timeline: Timeline) -> tuple[Lead, ...]:
    said = roles([(signal.name, signal.unit) for signal in timeline.signals])
    leads = []
    for signal, is_ecg, role in zip(timeline.signals, timeline.ecg, said, strict=True):
        leads.append(
            Lead(
                signal.name,
                signal.unit,
                is_ecg,
                signal.gain != 0 and (not is_ecg or mv_per_unit(signal.unit) is not None),
                signal.gain or None,
                role.by_name or is_ecg != role.is_ecg,
                role.remark if is_ecg or not role.is_ecg else _TOO_SLOW,
            )
        )
    return tuple(leads)
