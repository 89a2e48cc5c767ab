"""WFDB header files read strictly: text to `Header`."""

import re
from pathlib import Path
from typing import NoReturn

from ecgviewer.errors import counted
from ecgviewer.files.regular import read_regular
from ecgviewer.formats.lying_there import stand_in, why_missing
from ecgviewer.formats.wfdb.header import Header, SegmentLine, Signal
from ecgviewer.formats.wfdb.header_start import read_start
from ecgviewer.record import Finding, RecordError

# Format and defaults: WFDB Applications Guide, header(5).
DEFAULT_FS_HZ = 250.0
MAX_HEADER_BYTES = 16 * 2**20  # the largest headers published (60,000 segments) have 2 MB
MAX_LINES = 1_000_000
MAX_LINE = 4_096  # characters; names of leads have tens
MAX_SEGMENTS = 200_000
# Of comments so many are kept, and so many characters in all; ward monitors write tens.
MAX_COMMENTS, MAX_COMMENT_CHARACTERS = 1_000, 100_000
MAX_SIGNALS = 1024
MAX_PER_FRAME = 100_000
# Outside these a gain is no gain: its products leave float32.
GAIN_LIMITS = (1e-6, 1e12)
# Frames a second: numerics have one a minute or fewer, and a frame may hold hundreds of samples.
FS_LIMITS_HZ = (1e-6, 1e6)

_FLOAT = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
_FS = re.compile(rf"({_FLOAT})(?:/{_FLOAT}(?:\({_FLOAT}\))?)?", re.ASCII)
_FORMAT = re.compile(r"(\d{1,5})(?:x(\d{1,9}))?(?::(\d{1,12}))?(?:\+(\d{1,15}))?", re.ASCII)
_GAIN = re.compile(rf"({_FLOAT})(?:\(([+-]?\d{{1,10}})\))?(?:/(\S*))?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_COUNT = re.compile(r"\d{1,18}", re.ASCII)
# Fields of a signal line between gain and name, in their order.
_ADC_FIELDS = ("ADC resolution", "ADC zero", "initial value", "checksum", "block size")


def read_header(path: Path) -> Header:
    """Read a header file.

    Parameters
    ----------
    path : Path
        The `.hea` file.

    Returns
    -------
    Header

    Raises
    ------
    RecordError
        Where what it says does not suffice to find and lay out samples.
    """
    try:
        if not path.is_file():
            why = why_missing(path)
            raise RecordError(path, why or "the header is missing; put it beside the signal file")
        size = path.stat().st_size
        if size > MAX_HEADER_BYTES:
            raise RecordError(path, f"the header has {size:,} bytes, at most 16 MB are read")
        text = read_regular(path, MAX_HEADER_BYTES)
        standing = stand_in(path)
        if standing:
            raise RecordError(path, standing)
    except OSError as error:
        raise RecordError(path, f"the header cannot be read ({error.strerror})") from error
    return parse_header(path, text)


def parse_header(path: Path, text: bytes) -> Header:
    """Parse the bytes of a header file; `path` is for its errors. See `read_header`."""
    parser = _Parser(path)
    lines, comments = _split(path, text)
    if not lines:
        raise RecordError(path, "the header is empty; copy it again from its source")
    if len(comments) > MAX_COMMENTS or sum(map(len, comments)) > MAX_COMMENT_CHARACTERS:
        comments = parser.shortened(comments)
    return parser.header(lines, comments)


def _split(path: Path, data: bytes) -> tuple[list[str], list[str]]:
    """Header lines and comments, both without control characters."""
    if b"\0" in data:
        raise RecordError(path, "this is no text file, hence no header; choose the record's .hea")
    n_lines = data.count(b"\n") + data.count(b"\r")
    if n_lines > 2 * MAX_LINES:  # some writers end each with both
        raise RecordError(
            path, f"the header has {n_lines:,} line ends, lines are read up to {MAX_LINES:,}"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # never fails; older headers
    lines, comments = [], []
    for line in re.split(r"\r\n|\n|\r", text.replace("\t", " ")):
        clean = (line if line.isprintable() else _printable(line)).strip()
        if clean.startswith("#"):
            comments.append(clean.strip("# "))
        elif len(clean) > MAX_LINE:
            raise RecordError(
                path,
                f"a line of the header has {len(clean):,} characters, at most {MAX_LINE:,} are "
                "read; it is damaged, copy it again",
            )
        elif clean:
            lines.append(clean)
    return lines, comments


def _printable(line: str) -> str:
    """A line without control characters; every kind of space becomes a plain one."""
    plain = (" " if c.isspace() else c for c in line)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in plain)


def _here(name: str) -> str:
    """A file's name without the folder that it lies in anyway: ./a.dat is a.dat."""
    return re.sub(r"\A(?:\./+)+(?=.)", "", name)


class _Parser:
    """Parses one header, collecting findings; not used again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.findings: list[Finding] = []

    def shortened(self, comments: list[str]) -> list[str]:
        """As many of the comments as are kept."""
        kept, room = [], MAX_COMMENT_CHARACTERS
        for comment in comments[:MAX_COMMENTS]:
            kept.append(comment[:room])
            room -= len(comment)
            if room <= 0:
                break
        characters = sum(map(len, comments))
        self._warn(
            f"its {counted(len(comments), 'comment')} have {characters:,} characters; the first "
            f"{len(kept):,} are kept, up to {MAX_COMMENT_CHARACTERS:,} characters"
        )
        return kept

    def header(self, lines: list[str], comments: list[str]) -> Header:
        words = lines[0].split()
        name, n_segments, n_signals = self._name_and_counts(words)
        fs = self._fs(words[2] if len(words) > 2 else None)
        n_frames = None
        if len(words) > 3:
            if not _COUNT.fullmatch(words[3]):
                self._error(f"the length {words[3]!r} is no number; it is taken from the files")
            else:
                n_frames = int(words[3]) or None  # 0: not known, by the format's definition
        start = read_start(words[4:])
        for doubt in start.doubts:
            self._warn(doubt)
        self._remark(start.remarks)
        if name != self.path.stem:
            self._warn(
                f"it calls the record {name!r}, its file is {self.path.name!r}; make sure that "
                "this is the recording you mean"
            )
        wanted, kind = (n_segments, "segment") if n_segments else (n_signals, "signal")
        body = lines[1:]
        if len(body) > wanted:
            more = counted(len(body) - wanted, "line")
            verb = "is" if len(body) == wanted + 1 else "are"
            self._warn(f"{more} after the last {kind} {verb} ignored")
        if len(body) < wanted and not (n_segments and body):
            raise RecordError(
                self.path,
                f"the header announces {wanted} {kind}s and describes {len(body)}; "
                "copy it again from its source",
            )
        if len(body) < wanted:
            announced = counted(wanted, "segment")
            self._error(f"it announces {announced} and lists {len(body)}: the end is missing")
        body = body[:wanted]
        if len(body) > MAX_SEGMENTS:
            self._refuse(f"it lists {len(body):,} segments; at most {MAX_SEGMENTS:,} are read")
        signals = () if n_segments else tuple(self._signal(i, line) for i, line in enumerate(body))
        segments = tuple(self._segment(line) for line in body) if n_segments else ()
        return Header(
            self.path,
            name,
            fs,
            n_frames,
            n_signals,
            start.base_time,
            start.base_date,
            signals,
            segments,
            tuple(comments),
            tuple(self.findings),
        )

    def _name_and_counts(self, words: list[str]) -> tuple[str, int, int]:
        name, slash, count = words[0].partition("/")
        if slash and name and not re.fullmatch(r"[+-]?\d*", count):
            folder, _, last = words[0].rpartition("/")
            raise RecordError(
                self.path,
                f"the record name {words[0][:80]!r} has a folder in it ({folder[:80]!r}), which "
                f"names have not; write {last[:80]!r} in the header's first line, and put its "
                "files beside the header",
            )
        if slash and not (_COUNT.fullmatch(count) and int(count) > 0):
            self._refuse(f"the number of segments {count!r} is no number above 0")
        if len(words) < 2 or not _COUNT.fullmatch(words[1]):
            self._refuse(f"the number of signals is missing in its first line {words[:4]}")
        n_signals = int(words[1])
        if not 1 <= n_signals <= MAX_SIGNALS:
            self._refuse(f"it announces {n_signals} signals; 1 to {MAX_SIGNALS} can be shown")
        return name, int(count or 0), n_signals

    def _fs(self, word: str | None) -> float:
        if word is None:
            self._warn(f"it gives no sampling rate; {DEFAULT_FS_HZ:g} Hz, WFDB's default, is used")
            return DEFAULT_FS_HZ
        match = _FS.fullmatch(word)
        fs = float(match[1]) if match else 0.0
        low, high = FS_LIMITS_HZ
        if not low <= fs <= high:
            self._refuse(f"the sampling rate {word[:40]!r} is not within {low:g} to {high:g} Hz")
        return fs

    def _segment(self, line: str) -> SegmentLine:
        words = line.split()
        if len(words) < 2 or not _COUNT.fullmatch(words[1]):
            self._refuse(f"the segment line {line[:60]!r} gives no length")
        return SegmentLine(_here(words[0]), int(words[1]))

    def _signal(self, index: int, line: str) -> Signal:
        words = line.split(maxsplit=8)
        match = _FORMAT.fullmatch(words[1]) if len(words) > 1 else None
        if match is None:
            self._refuse(f"signal {index + 1} has no readable sample format: {line[:60]!r}")
        per_frame, skew = int(match[2] or 1), int(match[3] or 0)
        if not 1 <= per_frame <= MAX_PER_FRAME:
            self._refuse(f"signal {index + 1} has {per_frame} samples per frame")
        rest = words[3:]
        numbers: dict[str, int] = {}
        for label in _ADC_FIELDS:
            if not rest:
                break
            if not _WHOLE.fullmatch(rest[0]):
                self._error(f"signal {index + 1}: the {label} {rest[0][:40]!r} is no whole number")
                break
            numbers[label] = int(rest.pop(0))
        adc_zero = numbers.get("ADC zero", 0)
        gain, baseline, unit = self._gain(index, words[2] if len(words) > 2 else "0", adc_zero)
        return Signal(
            _here(words[0]),
            int(match[1]),
            per_frame,
            skew,
            None if match[4] is None else int(match[4]),
            gain,
            baseline,
            unit,
            numbers.get("ADC resolution"),
            numbers.get("initial value"),
            numbers.get("checksum"),
            " ".join(rest) or f"signal {index + 1}",
        )

    def _gain(self, index: int, word: str, adc_zero: int) -> tuple[float, int, str]:
        """Gain (0 where it has none that can be used), baseline and unit."""
        match = _GAIN.fullmatch(word)
        if match is None:
            self._error(
                f"signal {index + 1}: the gain {word[:40]!r} cannot be read; amplitudes are unknown"
            )
            return 0.0, adc_zero, "mV"
        gain, baseline = float(match[1]), int(match[2]) if match[2] else adc_zero
        low, high = GAIN_LIMITS
        if gain and not low <= abs(gain) <= high:
            self._error(f"signal {index + 1}: a gain of {gain:g} cannot be; amplitudes are unknown")
            gain = 0.0
        return gain, baseline, "mV" if match[3] is None else match[3]

    def _refuse(self, reason: str) -> NoReturn:
        raise RecordError(self.path, f"{reason}; the header is damaged, copy it again")

    def _remark(self, remarks: tuple[str, ...]) -> None:
        self.findings += [Finding("header", "ok", f"{self.path.name}: {it}") for it in remarks]

    def _error(self, message: str) -> None:
        self.findings.append(Finding("header", "error", f"{self.path.name}: {message}"))

    def _warn(self, message: str) -> None:
        self.findings.append(Finding("header", "warning", f"{self.path.name}: {message}"))
