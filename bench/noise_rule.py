"""The rule for noise against annotated noise: python -m bench.noise_rule --data DIR.

Of every lead of the MIT-BIH Arrhythmia Database: the share of its seconds with a QRS that are
called noisy though no annotator marked noise there (lower is better), and of those that one did
(mark `~`, whose bits name the leads) how many are found. And what is found of electrode motion,
muscle and baseline noise (nstdb's em, ma, bw) added to records 118 and 119 at known ratios, as
`bench.noise_stress` adds it. DIR holds the folders mitdb and nstdb.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.detection import in_memory
from bench.noise_stress import (
    RECORDS,
    add_noise,
    gain,
    noise_power,
    noisy_spans,
    signal_power,
)
from ecgviewer.aami import DE_CHAZAL
from ecgviewer.formats.annotations import Annotations, read_annotations
from ecgviewer.formats.readers import open_record
from ecgviewer.record import Record
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.quality import Stretch, join_stretches, stretches
from train.protocols import MITDB

NOISES = ("em", "ma", "bw")
SNR_DB = (24, 18, 12, 6, 0, -6)
UNREADABLE = -1  # what a mark says where no lead can be read
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Count:
    """Seconds, and those called noisy."""

    seconds: int = 0
    noisy: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.seconds + other.seconds, self.noisy + other.noisy)

    @classmethod
    def of(cls, which: Mask, noisy: Mask) -> "Count":
        """Of the seconds (n,) bool, how many are called noisy (n,) bool."""
        return cls(int(which.sum()), int((which & noisy).sum()))

    @property
    def percent(self) -> float:
        """Share called noisy; NaN without any second."""
        return 100 * self.noisy / self.seconds if self.seconds else float("nan")


def noisy_seconds(record: Record) -> Mask:
    """(n_leads, n_seconds) bool: what the rule calls noisy, more than half of a second."""
    grid = TimeGrid(record)
    found: tuple[Stretch, ...] = ()
    for index in range(grid.n_blocks):
        found = join_stretches(found, stretches(grid, index, record.ecg_leads))
    called = np.zeros((len(record.leads), record.n_samples), np.bool_)
    for stretch in found:
        if stretch.kind == "noisy":
            called[stretch.lead, stretch.start : stretch.stop] = True
    return by_second(called, record.fs, most=0.5)


def by_second(mask: Mask, fs: float, *, most: float) -> Mask:
    """Seconds of (..., n) samples of which a larger share than `most` is True."""
    second = round(fs)
    count = mask.shape[-1] // second
    cut = mask[..., : count * second].reshape(*mask.shape[:-1], count, second)
    share: Mask = cut.mean(axis=-1) > most
    return share


def marked(record: Record, annotations: Annotations) -> Mask:
    """(n_leads, n) bool: samples that the annotator says are noisy."""
    noisy = np.zeros((len(record.leads), record.n_samples), np.bool_)
    places = [i for i, symbol in enumerate(annotations.symbol) if symbol == "~"]
    bounds = [*(int(annotations.sample[i]) for i in places), record.n_samples]
    for i, (start, stop) in zip(places, pairwise(bounds), strict=True):
        bits = int(annotations.subtype[i])
        for lead in range(len(record.leads)):
            if bits == UNREADABLE or bits >> lead & 1:
                noisy[lead, start:stop] = True
    return noisy


def with_beats(record: Record, annotations: Annotations) -> Mask:
    """(n_seconds,) bool: seconds in which a beat is annotated."""
    beats = np.zeros(record.n_samples, np.bool_)
    beats[annotations.sample[np.isin(np.array(annotations.symbol), list(DE_CHAZAL))]] = True
    return by_second(beats, record.fs, most=0)


def of_record(path: Path) -> list[tuple[Count, Count]]:
    """For each lead: seconds with a QRS that nobody marked, and those marked as noisy."""
    record = in_memory(open_record(path))
    annotations = read_annotations(record, "atr")
    called, beats = noisy_seconds(record), with_beats(record, annotations)
    truth = marked(record, annotations)
    # a second, or a neighbour of it, that is noisy in part is neither
    some, whole = (by_second(truth, record.fs, most=most) for most in (0.0, 0.999))
    near = some.copy()
    near[:, 1:] |= some[:, :-1]
    near[:, :-1] |= some[:, 1:]
    return [
        (Count.of(beats & ~near[lead], called[lead]), Count.of(whole[lead], called[lead]))
        for lead in range(len(record.leads))
    ]


def mixes(data: Path) -> Iterator[tuple[str, int, Count, Count]]:
    """Noise, dB, seconds with noise and without it, of both records and leads together."""
    clean = {name: in_memory(open_record(data / "mitdb" / name)) for name in RECORDS}
    for kind in NOISES:
        source = open_record(data / "nstdb" / kind)
        noise = source.read(0, source.n_samples).astype(np.float64)
        for snr_db in SNR_DB:
            within, without = Count(), Count()
            for record in clean.values():
                mixed = _mixed(record, noise, snr_db)
                called, span = noisy_seconds(mixed), np.zeros(record.n_samples, np.bool_)
                for start, stop in noisy_spans(record.n_samples, fs=record.fs):
                    span[start:stop] = True
                inside = by_second(span, record.fs, most=0.5)
                for lead in called:
                    within += Count.of(inside, lead)
                    without += Count.of(~inside, lead)
            yield kind, snr_db, within, without


def _mixed(record: Record, noise: NDArray[np.float64], snr_db: float) -> Record:
    annotations = read_annotations(record, "atr")
    normal = annotations.sample[np.isin(np.array(annotations.symbol), list("NLR"))]
    fs = record.fs
    ecg = record.read(0, record.n_samples).astype(np.float64)
    half = noise.shape[1] // 2
    rows = [
        add_noise(
            lead,
            channel[half:],
            gain(signal_power(lead, normal, fs=fs), noise_power(channel, fs=fs), snr_db),
            fs=fs,
        )
        for lead, channel in zip(ecg, noise, strict=True)
    ]
    samples = np.stack(rows).astype(np.float32)
    return Record(
        *(record.name, record.path, fs, record.leads, record.n_samples),
        lambda start, stop: samples[:, start:stop],
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of mitdb and nstdb")
    parser.add_argument("--no-mixes", action="store_true", help="the records alone")
    args = parser.parse_args()
    print("record  lead   seconds with QRS  called noisy %   marked ~  of them called noisy %")
    total, noise = Count(), Count()
    for name in MITDB:
        for lead, (clean, truth) in enumerate(of_record(args.data / "mitdb" / name), start=1):
            total, noise = total + clean, noise + truth
            print(
                f"{name:>6} {lead:>5} {clean.seconds:>18} {clean.percent:>15.2f}"
                f" {truth.seconds:>10} {truth.percent:>24.1f}"
            )
    print(
        f"   all       {total.seconds:>18} {total.percent:>15.2f}"
        f" {noise.seconds:>10} {noise.percent:>24.1f}"
    )
    if args.no_mixes:
        return
    print("noise  SNR dB   seconds with it  called noisy %  seconds without  called noisy %")
    for kind, snr_db, within, without in mixes(args.data):
        print(
            f"{kind:>5} {snr_db:>7} {within.seconds:>17} {within.percent:>15.1f}"
            f" {without.seconds:>16} {without.percent:>15.2f}"
        )


if __name__ == "__main__":
    main()
