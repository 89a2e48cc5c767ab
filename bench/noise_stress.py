"""R peaks in noise: python -m bench.noise_stress --data DIR.

The noise stress test of ANSI/AAMI EC57 and of Moody, Muldrow and Mark (1984): electrode motion is
added to both leads of records 118 and 119, from the fifth minute on, two minutes with noise and two
without in turn, and the minutes with noise are scored. The noise is the last half of record em,
with the gains of the published stress records. DIR holds the folders mitdb and nstdb.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.detection import Score, detect, match
from ecgviewer.aami import DE_CHAZAL
from ecgviewer.formats.annotations import read_annotations
from ecgviewer.formats.readers import open_record
from ecgviewer.record import Record
from ecgviewer.signal.params import DETECTION

RECORDS = ("118", "119")
NOISE = "em"
SNR_DB = (24, 18, 12, 6, 0, -6)
WINDOWS_S = (0.15, 0.05)
CLEAN_S, TURN_S = 300.0, 120.0  # without noise at first; then every turn, with noise and without
MEASURED = 300  # beats, and seconds of noise, that the levels are measured on
AROUND_S = 0.05  # of a QRS, either side

Floats = NDArray[np.float64]


def trimmed_mean(values: Floats) -> float:
    """Mean of what is left without the lowest and the highest twentieth."""
    cut = len(values) // 20
    return float(np.sort(values)[cut : len(values) - cut].mean())


def signal_power(lead: Floats, beats: NDArray[np.int64], *, fs: float) -> float:
    """That of a sine as high as the mean QRS: peak to peak within 50 ms of `beats`, squared, / 8.

    Parameters
    ----------
    lead : (n,) float64
        One lead, mV.
    beats : (m,) int64
        Normal beats; the first 300 count.
    fs : float
        Hz.
    """
    reach = round(AROUND_S * fs)
    inside = beats[(beats >= reach) & (beats < len(lead) - reach)][:MEASURED]
    heights = [np.ptp(lead[beat - reach : beat + reach + 1]) for beat in inside]
    return trimmed_mean(np.array(heights, np.float64)) ** 2 / 8


def noise_power(noise: Floats, *, fs: float) -> float:
    """Of one channel (n,): the mean of each second's sd, over the first 300 seconds, squared."""
    second = round(fs)
    count = min(MEASURED, len(noise) // second)
    return trimmed_mean(noise[: count * second].reshape(count, second).std(axis=1)) ** 2


def gain(signal: float, noise: float, snr_db: float) -> float:
    """What the noise is multiplied with, from the powers of both."""
    return float(np.sqrt(signal / noise) * 10 ** (-snr_db / 20))


def noisy_spans(n_samples: int, *, fs: float) -> list[tuple[int, int]]:
    """Half-open spans of samples that get noise."""
    starts = np.arange(CLEAN_S, n_samples / fs, 2 * TURN_S)
    return [(round(s * fs), min(round((s + TURN_S) * fs), n_samples)) for s in starts]


def add_noise(lead: Floats, noise: Floats, factor: float, *, fs: float) -> Floats:
    """The lead (n,) with noise (m,), over again from its start when it ends.

    As WFDB's nst does it: the noise begins and ends without a step, and what baseline it has
    reached by then stays.
    """
    added = np.zeros(len(lead))
    for start, stop in noisy_spans(len(lead), fs=fs):
        piece = factor * noise[np.arange(start, stop) % len(noise)]
        added[start:stop] += piece - piece[0]
        added[stop:] += piece[-1] - piece[0]
    return lead + added


class Stress:
    """One record, its reference beats and the noise to add.

    Parameters
    ----------
    data : Path
        Folder with mitdb and nstdb.
    name : str
        The record.
    """

    def __init__(self, data: Path, name: str) -> None:
        self.record = open_record(data / "mitdb" / name)
        annotations = read_annotations(self.record, "atr")
        symbols = np.array(annotations.symbol)
        self.beats = annotations.sample[np.isin(symbols, list(DE_CHAZAL))]
        normal = annotations.sample[np.isin(symbols, list("NLR"))]
        self._ecg = self.record.read(0, self.record.n_samples).astype(np.float64)
        motion = open_record(data / "nstdb" / NOISE)
        noise = motion.read(0, motion.n_samples).astype(np.float64)
        self._noise = noise[:, noise.shape[1] // 2 :]
        self.fs = fs = self.record.fs
        # the levels of the published stress records, whose noise starts where em does
        self._powers = [
            (signal_power(lead, normal, fs=fs), noise_power(channel, fs=fs))
            for lead, channel in zip(self._ecg, noise, strict=True)
        ]

    def gains(self, snr_db: float) -> list[float]:
        """What the noise is multiplied with in each lead."""
        return [gain(signal, noise, snr_db) for signal, noise in self._powers]

    def noisy(self, snr_db: float) -> Record:
        """The record with noise, in memory."""
        rows = zip(self._ecg, self._noise, self.gains(snr_db), strict=True)
        ecg = np.stack([add_noise(lead, noise, g, fs=self.fs) for lead, noise, g in rows])
        samples = ecg.astype(np.float32)
        own = self.record
        return Record(
            own.name,
            own.path,
            own.fs,
            own.leads,
            own.n_samples,
            lambda start, stop: samples[:, start:stop],
        )

    def score(self, found: NDArray[np.int64], window_s: float) -> Score:
        """Beats of the noisy minutes among those found (n,), own samples."""
        hit, right = match(self.beats, found, tolerance=window_s * self.fs)
        spans = noisy_spans(self.record.n_samples, fs=self.fs)
        hit, right = hit[_inside(self.beats, spans)], right[_inside(found, spans)]
        return Score(int(hit.sum()), int((~hit).sum()), int((~right).sum()))


def _inside(samples: NDArray[np.int64], spans: list[tuple[int, int]]) -> NDArray[np.bool_]:
    return np.any([(samples >= start) & (samples < stop) for start, stop in spans], axis=0)


def f1(score: Score) -> float:
    """Harmonic mean of sensitivity and positive predictivity; NaN without beats."""
    all_of_both = 2 * score.found + score.missed + score.extra
    return 2 * score.found / all_of_both if all_of_both else float("nan")


def run(data: Path) -> Iterator[tuple[int, dict[str, dict[float, Score]]]]:
    """For each SNR the score by record, "both" among them, and by window."""
    stresses = {name: Stress(data, name) for name in RECORDS}
    for snr_db in SNR_DB:
        rows: dict[str, dict[float, Score]] = {"both": dict.fromkeys(WINDOWS_S, Score())}
        for name, stress in stresses.items():
            found = detect(stress.noisy(snr_db))
            rows[name] = {window: stress.score(found, window) for window in WINDOWS_S}
            for window in WINDOWS_S:
                rows["both"][window] += rows[name][window]
        yield snr_db, rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of mitdb and nstdb")
    parser.add_argument("--json", type=Path, help="also write the counts here")
    args = parser.parse_args()
    print(f"detector {DETECTION.fingerprint()[:8]}, noisy minutes, within 150 ms; F1 also in 50 ms")
    print("record SNR dB  beats missed  extra     Se %     +P %     F1 %  F1 50 %")
    counts: dict[str, dict[str, list[int]]] = {}
    for snr_db, rows in run(args.data):
        for name, by_window in rows.items():
            wide, narrow = (by_window[window] for window in WINDOWS_S)
            print(
                f"{name:>6} {snr_db:>6} {wide.found + wide.missed:>6} {wide.missed:>6}"
                f" {wide.extra:>6} {100 * wide.sensitivity:>8.2f} {100 * wide.predictivity:>8.2f}"
                f" {100 * f1(wide):>8.2f} {100 * f1(narrow):>8.2f}",
                flush=True,
            )
            for window, score in by_window.items():
                key = f"{name} {snr_db} dB {1000 * window:.0f} ms"
                counts[key] = {"found missed extra": [score.found, score.missed, score.extra]}
    if args.json:
        args.json.write_text(json.dumps(counts, indent=1) + "\n")


if __name__ == "__main__":
    main()
