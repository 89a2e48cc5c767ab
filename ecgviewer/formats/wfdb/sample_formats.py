"""WFDB sample formats: bytes to samples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
Samples: TypeAlias = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True)
class SampleFormat:
    """How one format packs samples.

    Attributes
    ----------
    bits : int
        Resolution.
    group_samples, group_bytes : int
        Samples packed together, and the bytes they take.
    decode : callable or None
        Whole groups, (k * group_bytes,) uint8, to (k * group_samples,) integers; None for FLAC.
    invalid : int or None
        The value that stands for no sample.
    partial : tuple of int
        Bytes that the first 1, 2... samples of an unfinished group need.
    """

    bits: int
    group_samples: int
    group_bytes: int
    decode: Callable[[Bytes], Samples] | None
    invalid: int | None
    partial: tuple[int, ...] = ()

    def n_bytes(self, n_samples: int) -> int:
        """Fewest bytes that hold so many samples."""
        groups, left = divmod(n_samples, self.group_samples)
        return groups * self.group_bytes + (self.partial[left - 1] if left else 0)

    def n_samples(self, n_bytes: int) -> int:
        """Most samples that so many bytes hold."""
        groups, left = divmod(n_bytes, self.group_bytes)
        return groups * self.group_samples + sum(need <= left for need in self.partial)


def _typed(dtype: str, zero: int = 0) -> Callable[[Bytes], Samples]:
    """Decoder of whole-byte samples, offset binary where `zero` is not 0."""

    def decode(data: Bytes) -> Samples:
        values = data.view(dtype)
        return values.astype(np.int32) - zero if zero else values

    return decode


def _24(data: Bytes) -> Samples:
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, 1:] = data.reshape(-1, 3)
    return wide.reshape(-1).view("<i4") >> 8


def _212(data: Bytes) -> Samples:
    low, both, high = data.reshape(-1, 3).T.astype(np.int16)
    samples = np.empty((len(low), 2), np.int16)
    # twelve bits at the top of sixteen, so that the shift back carries the sign
    samples[:, 0] = ((both << 12) | (low << 4)) >> 4
    samples[:, 1] = (((both & 0xF0) << 8) | (high << 4)) >> 4
    return samples.reshape(-1)


def _310(data: Bytes) -> Samples:
    a, b, c, d = data.reshape(-1, 4).T.astype(np.int16)
    samples = np.empty((len(a), 3), np.int16)
    samples[:, 0] = (a >> 1) | ((b & 0x07) << 7)
    samples[:, 1] = (c >> 1) | ((d & 0x07) << 7)
    samples[:, 2] = (b >> 3) | ((d >> 3) << 5)
    return ((samples << 6) >> 6).reshape(-1)


def _311(data: Bytes) -> Samples:
    a, b, c, d = data.reshape(-1, 4).T.astype(np.int16)
    samples = np.empty((len(a), 3), np.int16)
    samples[:, 0] = a | ((b & 0x03) << 8)
    samples[:, 1] = (b >> 2) | ((c & 0x0F) << 6)
    samples[:, 2] = (c >> 4) | ((d & 0x3F) << 4)
    return ((samples << 6) >> 6).reshape(-1)


# WFDB Applications Guide, signal(5). Format 8 holds first differences, summed by its reader.
FORMATS: Mapping[int, SampleFormat] = MappingProxyType(
    {
        8: SampleFormat(8, 1, 1, _typed("i1"), -(2**15)),  # a sum, as the WFDB library has it
        16: SampleFormat(16, 1, 2, _typed("<i2"), -(2**15)),
        24: SampleFormat(24, 1, 3, _24, -(2**23)),
        32: SampleFormat(32, 1, 4, _typed("<i4"), -(2**31)),
        61: SampleFormat(16, 1, 2, _typed(">i2"), -(2**15)),
        80: SampleFormat(8, 1, 1, _typed("u1", 2**7), -(2**7)),
        160: SampleFormat(16, 1, 2, _typed("<u2", 2**15), -(2**15)),
        212: SampleFormat(12, 2, 3, _212, -(2**11), (2,)),
        310: SampleFormat(10, 3, 4, _310, -(2**9), (2, 4)),
        311: SampleFormat(10, 3, 4, _311, -(2**9), (2, 3)),
        508: SampleFormat(8, 1, 1, None, -(2**7)),
        516: SampleFormat(16, 1, 2, None, -(2**15)),
        524: SampleFormat(24, 1, 3, None, -(2**23)),
    }
)
