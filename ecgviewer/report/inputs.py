"""The files a report rests on: as they were before the first sample, held against what lies there.

The sums in a report are those taken before anything was read, so that beats never go under the
sum of another file; that a file has changed since is an integrity finding of its own.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from ecgviewer.analysis.cache.cache import FileHashes
from ecgviewer.files.hashes import InputFile, hash_inputs
from ecgviewer.record import Finding, Verdict

CHECK = "files"  # name of the finding
_AGAIN = "open the record and analyse it again"


def inputs_as_read(
    files: Iterable[Path],
    before: FileHashes | None,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[tuple[InputFile, ...], tuple[Finding, ...]]:
    """The files as they were read, and what has become of them; reads every one once more.

    Parameters
    ----------
    files : iterable of Path
        All that the beats rest on.
    before : FileHashes or None
        The files before the first sample was read; None where that is not known.
    stop : callable
        Asked now and then whether to give up.

    Returns
    -------
    (inputs, findings)
        Size and SHA-256 of each file as it was read, None where that is not known; and one
        finding for each that is not the same any more, or one that all are.
    """
    wanted = tuple(dict.fromkeys(files))
    if not wanted:
        return (), ()
    known = {} if before is None else _by_path(before)
    if any(path not in known for path in wanted):
        message = (
            "what the files were before they were read is not known, so that the report has no "
            f"sums of them; {_AGAIN}"
        )
        unknown = tuple(InputFile(path, None, None) for path in wanted)
        return unknown, (Finding(CHECK, "error", message),)
    read = tuple(known[path] for path in wanted)
    now = hash_inputs(wanted, stop=stop)
    changed = [_change(old, new) for old, new in zip(read, now, strict=True) if old != new]
    if not changed:
        fine = "every file is as it was before its first sample was read"
        return read, (Finding(CHECK, "ok", fine),)
    return read, tuple(Finding(CHECK, "error", message) for message in changed)


def with_files(verdict: Verdict, findings: tuple[Finding, ...]) -> Verdict:
    """The verdict with what has become of the files in place of what was known of that before."""
    others = tuple(finding for finding in verdict.findings if finding.check != CHECK)
    return Verdict((*others, *findings), verdict.complete)


def files_found(verdict: Verdict) -> tuple[Finding, ...]:
    """What a verdict says of what has become of the files."""
    return tuple(finding for finding in verdict.findings if finding.check == CHECK)


def _by_path(hashes: FileHashes) -> dict[Path, InputFile]:
    more = () if hashes.annotation is None else (hashes.annotation,)
    return {file.path: file for file in (*hashes.files, *more)}


def _change(old: InputFile, new: InputFile) -> str:
    name = old.path.name
    if new.size is None or old.size is None:
        what = f"{name} is gone or cannot be read any more"
    elif new.size < old.size:
        what = f"{name} became shorter: {new.size:,} bytes, {old.size:,} when it was read"
    else:
        what = f"{name} is another file, or has changed, since it was read"
    return f"{what}: these beats are not of what lies there now; {_AGAIN}"
