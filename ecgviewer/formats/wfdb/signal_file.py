"""One signal file: how many frames it holds and their ADC values, in blocks."""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ecgviewer.files.regular import open_regular
from ecgviewer.formats.lying_there import stand_in, why_missing
from ecgviewer.formats.wfdb.sample_formats import FORMATS, SampleFormat, Samples
from ecgviewer.record import RecordError

# Frames decoded at a time where a format cannot be entered anywhere at no cost.
CHUNK_FRAMES = 65_536
MAX_WIDTH = 1_000_000  # samples a frame, of all signals in a file
_FEWEST_FLAC_BYTES = 9  # of a frame: header, one constant for each channel, checksums
# A file this large of which less than a thousandth is stored holds no recording. A file system that
# compresses makes a tenth of samples, and of zeros nothing: below this size those are read.
_LARGE_BYTES, _HOLLOW = 4 * 2**30, 1000


class SignalFile(Protocol):
    """What one signal file has to offer.

    Attributes
    ----------
    path : Path
        The file.
    n_frames : int
        Whole frames it holds.
    n_spare : int
        Bytes beyond the last whole frame (FLAC: 0).
    """

    path: Path
    n_frames: int
    n_spare: int

    def frames(self, start: int, stop: int) -> Samples:
        """(stop - start, width) ADC values of frames within [0, n_frames).

        Frames that cannot be decoded have the format's value for no sample.
        """
        ...


def open_signal_file(
    path: Path, code: int, per_frame: tuple[int, ...], offset: int, initial: tuple[int, ...]
) -> SignalFile:
    """Open a signal file; reads no samples.

    Parameters
    ----------
    path : Path
        The file.
    code : int
        Sample format.
    per_frame : tuple of int
        Samples per frame of each signal in the file.
    offset : int
        Bytes (FLAC: samples) before the first frame.
    initial : tuple of int
        Initial value of each signal, where format 8 starts.

    Raises
    ------
    RecordError
        Where nothing can be read from it.
    """
    if code not in FORMATS:
        known = ", ".join(str(known) for known in FORMATS)
        raise RecordError(path, f"sample format {code} is not known; these are: {known}")
    if sum(per_frame) > MAX_WIDTH:
        raise RecordError(
            path,
            f"{sum(per_frame):,} samples a frame of {path.name}, at most {MAX_WIDTH:,} are read",
        )
    try:
        if not path.is_file():
            why = why_missing(path)
            raise RecordError(path, why or f"{path.name} is missing; put it beside the header")
        if standing := stand_in(path) or _hollow(path):
            raise RecordError(path, standing)
        if FORMATS[code].decode is None:
            return _FlacFile(path, code, per_frame, offset)
        if code == 8:
            return _DifferenceFile(path, code, per_frame, offset, initial)
        return _PackedFile(path, code, per_frame, offset)
    except OSError as error:
        raise RecordError(path, f"{path.name} cannot be read ({error.strerror})") from error


def _hollow(path: Path) -> str:
    """What is wrong with a file of holes, which would be read for hours; empty where nothing is."""
    found = path.stat()
    stored = 512 * getattr(found, "st_blocks", found.st_size)  # POSIX; Windows does not say
    if found.st_size < _LARGE_BYTES or stored * _HOLLOW > found.st_size:
        return ""
    return (
        f"{path.name} is a file of holes: of its {found.st_size:,} bytes {stored:,} are stored; "
        "copy it again"
    )


class _PackedFile:
    """Samples packed by one of the fixed formats: any frame is found by arithmetic."""

    def __init__(self, path: Path, code: int, per_frame: tuple[int, ...], offset: int) -> None:
        self.path = path
        self._format: SampleFormat = FORMATS[code]
        self._width = sum(per_frame)
        self._offset = offset
        n_bytes = max(0, path.stat().st_size - offset)
        self.n_frames = self._format.n_samples(n_bytes) // self._width
        needed = self._format.n_bytes(self.n_frames * self._width)
        # writers may fill up the last group
        groups = -(-needed // self._format.group_bytes)
        self.n_spare = max(0, n_bytes - groups * self._format.group_bytes)

    def frames(self, start: int, stop: int) -> Samples:
        form = self._format
        first, last = start * self._width, stop * self._width
        group = first // form.group_samples
        n_groups = -(-last // form.group_samples) - group
        try:
            with open_regular(self.path) as file:
                file.seek(self._offset + group * form.group_bytes)
                data = np.fromfile(file, np.uint8, n_groups * form.group_bytes)
        except OSError as error:
            reason = f"{self.path.name} cannot be read ({error.strerror})"
            raise RecordError(self.path, reason) from error
        short = n_groups * form.group_bytes - len(data)
        if short >= form.group_bytes:
            raise RecordError(self.path, f"{self.path.name} became shorter; open the record again")
        if short:  # an unfinished last group
            data = np.concatenate([data, np.zeros(short, np.uint8)])
        assert form.decode is not None
        skip = first - group * form.group_samples
        return form.decode(data)[skip : skip + last - first].reshape(-1, self._width)


class _DifferenceFile:
    """Format 8: first differences, so a frame's value is the sum of all before it.

    The sums at every `CHUNK_FRAMES` frames are kept once they were needed.
    """

    def __init__(
        self,
        path: Path,
        code: int,
        per_frame: tuple[int, ...],
        offset: int,
        initial: tuple[int, ...],
    ) -> None:
        self._packed = _PackedFile(path, code, per_frame, offset)
        self.path, self.n_frames, self.n_spare = path, self._packed.n_frames, self._packed.n_spare
        self._ends = np.cumsum(per_frame)[:-1]
        self._sums = [np.array(initial, np.int64)]
        self._lock = threading.Lock()

    def frames(self, start: int, stop: int) -> Samples:
        chunk = start // CHUNK_FRAMES
        with self._lock:
            for done in range(len(self._sums) - 1, chunk):
                low = done * CHUNK_FRAMES
                self._sums.append(self._sum(low, low + CHUNK_FRAMES, self._sums[done])[1])
        low = chunk * CHUNK_FRAMES
        return self._sum(low, stop, self._sums[chunk])[0][start - low :]

    def _sum(
        self, start: int, stop: int, before: NDArray[np.int64]
    ) -> tuple[Samples, NDArray[np.int64]]:
        """Values of frames, and each signal's last one."""
        differences = self._packed.frames(start, stop).astype(np.int64)
        parts, last = [], []
        for part, value in zip(np.split(differences, self._ends, axis=1), before, strict=True):
            summed = part.reshape(-1).cumsum() + value  # over a frame's samples, too
            parts.append(summed.reshape(part.shape))
            last.append(summed[-1] if summed.size else value)
        return np.concatenate(parts, axis=1), np.array(last, np.int64)


class _FlacFile:
    """FLAC, decoded in chunks of fixed place: damage costs the same frames in any reading order."""

    def __init__(self, path: Path, code: int, per_frame: tuple[int, ...], offset: int) -> None:
        self.path = path
        self.n_spare = 0
        self._offset, self._invalid = offset, FORMATS[code].invalid
        self._per_frame, self._n_signals = per_frame[0], len(per_frame)
        self._chunks: OrderedDict[int, Samples] = OrderedDict()
        self._lock = threading.Lock()
        if len(set(per_frame)) > 1:
            raise RecordError(path, "the signals of a FLAC file must have one common rate")
        with open_regular(path) as file:
            start = file.read(12)
            if start[:4] != b"fLaC":
                raise RecordError(path, f"{path.name} is no FLAC file; copy it again")
        self._file: Any = _soundfile()
        try:
            with self._flac() as flac:
                bits = {"PCM_S8": 8, "PCM_16": 16, "PCM_24": 24}.get(flac.subtype, 0)
                channels, n_samples = int(flac.channels), int(flac.frames)
        except (RuntimeError, ValueError) as error:
            raise RecordError(path, f"{path.name} is a damaged FLAC file ({error})") from error
        if channels != self._n_signals or not 0 < bits <= code - 500:
            raise RecordError(
                path,
                f"{path.name} holds {channels} signals of {bits} bits, the header says "
                f"{self._n_signals} of {code - 500}",
            )
        self._bits = bits
        # RFC 9639: its first block states the most samples of a frame
        most = path.stat().st_size // _FEWEST_FLAC_BYTES * int.from_bytes(start[10:12], "big")
        self.n_frames = max(0, min(n_samples, most) - offset) // self._per_frame

    @contextlib.contextmanager
    def _flac(self) -> Iterator[Any]:
        # by its number: what lies under its name may be another thing, a pipe, by now
        with (
            open_regular(self.path) as file,
            self._file.SoundFile(file.fileno(), closefd=False) as flac,
        ):
            yield flac

    def frames(self, start: int, stop: int) -> Samples:
        first, last = start // CHUNK_FRAMES, -(-stop // CHUNK_FRAMES)
        parts = []
        for chunk in range(first, last):
            low = chunk * CHUNK_FRAMES
            parts.append(self._chunk(chunk)[max(0, start - low) : stop - low])
        if parts:
            return np.concatenate(parts)
        return np.empty((0, self._per_frame * self._n_signals), np.int32)

    def _chunk(self, chunk: int) -> Samples:
        with self._lock:
            if chunk not in self._chunks:
                self._chunks[chunk] = self._decode(chunk)
                while len(self._chunks) > 4:
                    self._chunks.popitem(last=False)
            return self._chunks[chunk]

    def _decode(self, chunk: int) -> Samples:
        low = chunk * CHUNK_FRAMES
        n = (min(low + CHUNK_FRAMES, self.n_frames) - low) * self._per_frame
        # libsndfile puts samples at the top of the word it is asked for
        word = 32 if self._bits == 24 else 16
        try:
            with self._flac() as flac:
                flac.seek(self._offset + low * self._per_frame)
                read = flac.read(n, dtype=f"int{word}", always_2d=True) >> (word - self._bits)
        except (RuntimeError, ValueError, OSError):
            read = np.empty((0, self._n_signals), np.int32)
        samples = np.full((n, self._n_signals), self._invalid, np.int32)
        samples[: len(read)] = read
        by_frame = samples.reshape(-1, self._per_frame, self._n_signals).transpose(0, 2, 1)
        return by_frame.reshape(len(by_frame), -1)


def _soundfile() -> Any:
    """The library, imported when the first FLAC file is opened."""
    import soundfile

    return soundfile
