"""Every number of the signal chain, frozen, with fingerprints."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any, Self


class ParameterError(ValueError):
    """Parameters that this version does not know or cannot use."""


class _Fingerprinted:
    """Shared by the parameter sets: to and from plain data, and a hash of it."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data with lists for tuples, as `card.json` holds it."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))  # type: ignore[call-overload]
        return plain

    def fingerprint(self) -> str:
        """sha256 of the sorted JSON, hexadecimal."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Inverse of `to_dict`; raises ParameterError at a name or type that is not its own."""
        known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
        unknown, missing = set(data) - known, known - set(data)
        if unknown or missing:
            raise ParameterError(
                f"{cls.__name__}: unknown parameters {sorted(unknown)}, missing {sorted(missing)};"
                " this version cannot use them"
            )
        frozen = {k: _frozen(v) for k, v in data.items()}
        usual = cls()
        for name, value in frozen.items():
            if not _alike(value, getattr(usual, name)):
                raise ParameterError(f"{cls.__name__}: {name} is of another type or length")
        return cls(**frozen)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value


def _alike(value: Any, usual: Any) -> bool:
    """Whether a value is of the type that a parameter has; names may be as many as there are."""
    if not isinstance(usual, tuple):
        is_number = type(value) in (int, float) and isfinite(value)
        return is_number if type(usual) is float else type(value) is type(usual)
    if not isinstance(value, tuple) or (len(value) != len(usual) and type(usual[0]) is not str):
        return False
    return all(_alike(one, usual[0]) for one in value)


@dataclass(frozen=True)
class Grid(_Fingerprinted):
    """The time grid all processing runs on: 360 Hz, in blocks aligned to the record's start.

    A block's result depends on the block and its margin alone, so that every read size, order and
    starting point gives the same bits.
    """

    fs_hz: int = 360  # MIT-BIH's own rate
    block: int = 65_536  # samples
    margin: int = 3_600  # samples on both sides, 10 s
    max_denominator: int = 1_000  # of the resampling fraction


@dataclass(frozen=True)
class Preprocessing(_Fingerprinted):
    """Cleaning and windows of one ensemble; travels with its weights."""

    grid_fs_hz: int = 360
    grid_block: int = 65_536
    grid_margin: int = 3_600
    baseline_ms: tuple[int, int] = (200, 600)  # two medians, de Chazal 2004
    mains_hz: tuple[int, int] = (50, 60)  # the stronger of the two is removed
    mains_window_s: float = 2.0  # over which the mains' amplitude may change
    band_hz: tuple[float, float] = (0.6, 35.0)
    band_order: int = 2  # Butterworth, run forwards and backwards
    wavelet: str = "db8"
    wavelet_levels: int = 3  # soft threshold on d1-d3: deeper levels hold the QRS itself
    window: int = 400  # samples
    before: tuple[int, int] = (3, 8)  # share of the RR interval before R
    after: tuple[int, int] = (3, 8)  # share of the RR interval after R
    cap_before: int = 0  # samples at most before R; 0: no cap
    cap_after: int = 0
    lone_rr_s: float = 0.8  # RR taken for a record's only beat
    pause_sample: int = 364  # R beyond this place in its window: flag `pause`
    flat_uv: float = 20.0  # a lead whose sd in the window is below is given as zeros
    min_fs_hz: float = 100.0  # below: shown and marked, not classified
    input_1: tuple[str, ...] = ("MLII", "II", "ML2", "D2")
    input_2: tuple[str, ...] = ("V1", "MV1", "V2", "V5", "V4")


@dataclass(frozen=True)
class Detection(_Fingerprinted):
    """R-peak positions: the same for every ensemble, so that a beat keeps its number."""

    grid_fs_hz: int = 360
    grid_block: int = 65_536
    grid_margin: int = 3_600
    band_hz: tuple[float, float] = (5.0, 25.0)  # where the QRS stands out from P, T and muscle
    band_order: int = 2
    scale_percentile: float = 98.0  # of a lead's deflection: its weight when leads are fused
    refine_ms: float = 60.0  # largest deflection within, either side
    # candidates
    smooth_ms: float = 92.0  # moving mean of the deflection: about one QRS
    level_s: float = 2.0  # a lead's level: median of the maxima of five such pieces
    level_pieces: int = 5
    alive_share: float = 0.5  # of a piece: one that is dead for longer says nothing of its lead
    usual_percentile: float = 75.0  # of all maxima: a block's usual QRS, at 10 beats a minute, too
    level_floor: float = 0.15  # of that: a pause's noise stays small
    quiet_percentile: float = 25.0  # of a piece: what a lead moves between its beats
    quiet_floor: float = 0.05  # of the level; a lead counts the less the more it moves beyond
    candidate_ms: float = 180.0  # least distance of two candidates
    candidate_floor: float = 0.06  # of the level
    # a beat in a pause: levels around lie below the block's usual QRS by these factors...
    lone_pause: tuple[float, float] = (3.0, 4.0)
    lone_part: tuple[float, float] = (0.4, 0.6)  # ... and the beat reaches this share of it;
    lone_ms: float = 500.0  # its P and T waves are so near
    end_ms: float = 40.0  # from the record's ends: half a QRS is none
    sharpness: float = 0.4  # share of the slope in a candidate's height; T waves have little
    # which candidates are beats: the path of the highest score
    refractory_ms: float = 200.0
    passes: int = 4  # each learns threshold and RR from the one before
    first_threshold: float = 0.46  # of the level, in the first pass
    first_rr_s: float = 0.7
    slow: tuple[float, float] = (0.6, 0.25)  # or this share of the RR of candidates above that
    threshold_share: float = 0.458  # between noise and signal, on a logarithmic scale
    threshold_range: tuple[float, float] = (0.1, 0.45)
    gain: float = 8.0  # score per e-fold above the threshold
    gain_limit: float = 9.0  # largest score of one candidate, either sign
    sure: float = 5.0  # from this score on a candidate cannot be left out...
    hopeless: float = -5.0  # ... and up to this one it cannot be a beat
    signal_beats: int = 7  # beats around a candidate; the smallest gives the signal level...
    noise_candidates: int = 9  # ... and rejected ones that give the noise level
    noise_percentile: float = 70.0
    rr_beats: int = 21
    early: tuple[float, float] = (0.65, 8.0)  # share of the RR below which haste costs; per e-fold
    early_rr_s: float = 1.0  # of a longer RR no more than this counts for haste
    late: tuple[float, float, float] = (1.7, 6.0, 14.0)  # RR above which delay costs; per RR; most
    echo_ms: float = 278.0  # two beats this close are of like height, or one is a P or T wave
    echo: tuple[float, float] = (0.8, 8.0)  # ratio of heights below which that costs; per e-fold
    # between these limits the score falls to nothing: unrest, ...
    unrest: tuple[float, float] = (0.34, 0.40)
    unlike: tuple[float, float] = (0.10, 0.20)  # ... if the heights around also scatter by this...
    no_rest: tuple[float, float] = (0.75, 0.85)  # ... and unrest by itself
    alike_candidates: int = 9
    # candidates are like the shapes that recur among the beats of the pass before, or cost
    shape_step: int = 4  # every fourth sample: the band ends at 25 Hz
    shape_ms: float = 200.0  # width
    shape_shifts: int = 3  # steps to either side to lay one on the other
    shape_alike: float = 0.82  # correlation of two beats of one shape
    shape_beats: int = 4  # of one shape, at least
    shape_models: int = 4  # shapes, at most
    shape_leaders: int = 40  # beats tried as the middle of a shape: enough, and quick
    shape_quiet: tuple[float, float] = (40.0, 0.12)  # beats up to this percentile of unrest teach,
    # ... or up to this unrest: what recurs in noise alone is no beat
    like: tuple[float, float, float] = (0.6, 0.85, 12.0)  # no less counts; costs nothing; per 1
    larger: float = 6.4  # per e-fold above the shape's size: artefacts are large
    border_ms: float = 25.0  # a block reports candidates this far beyond its core


@dataclass(frozen=True)
class Context(_Fingerprinted):
    """What a beat's neighbours and its record say of it; see `features.context`."""

    version: int = 2  # of the computation itself: one more with every change of a column
    columns: int = 65
    grid_fs_hz: int = 360
    grid_block: int = 65_536
    stretch_blocks: int = 10  # 30 min 20 s: what "the record" is; training records are 30 min long
    lone_rr_s: float = 0.8
    rr_s: tuple[float, float] = (0.15, 4.0)  # RR is held within
    reach: tuple[int, int] = (8, 30)  # beats to either side: local, wide
    near: int = 6
    slow: int = 60  # its slow RR are those of the sinus node even where runs are common
    last: int = 8  # beats before, beats after
    surroundings: int = 20
    irregular: float = 0.1  # change of log RR
    snippet: tuple[int, int] = (-102, 162)  # samples from R
    step: int = 3  # samples: 120 Hz holds what is left below 35 Hz
    qrs_ms: tuple[float, float] = (-100.0, 140.0)
    p_ms: tuple[float, float] = (-260.0, -85.0)
    t_ms: tuple[float, float] = (140.0, 446.0)
    whole_ms: tuple[float, float] = (-120.0, 260.0)
    p_qrs_ms: tuple[float, float] = (-275.0, 120.0)
    width_ms: tuple[float, float] = (-150.0, 220.0)
    p_shift: int = 2  # snippet samples, 8 ms each, by which a P wave may move
    least_height_mv: float = 0.05  # a lead whose usual QRS is lower says nothing
    family: float = 0.9  # correlation of beats of one family
    likenesses: tuple[float, float, float] = (0.8, 0.9, 0.95)
    n_alike: int = 16
    early: float = -0.12  # log RR to local: early by 11 %


@dataclass(frozen=True)
class Quality(_Fingerprinted):
    """When a second of a lead counts as flat or noisy; a gap needs no number."""

    flat_uv: float = 20.0  # range of a second below: nothing is connected...
    flat_share: float = 0.05  # ... or below this share of the lead's QRS height, where that is less
    hum_ms: float = 19.5  # mean over a period of the mains; of a lead without QRS what is left...
    hum_share: float = 0.2  # ... is its range, where it is less than this: noise leaves a third
    decimation: int = 4  # means of 4 samples: quick, and mains hum counts half
    seconds: int = 3  # a second is judged with its neighbours
    height_ms: float = 210.0  # a QRS stands out from the moving mean over this...
    level_percentile: float = 25.0  # ... by the lower quartile of the block's seconds with a QRS:
    stands_out: float = 20.0  # its height is so many times what moves between beats; noise has 10
    qrs_seconds: int = 3  # fewer in a block: all its seconds give the level
    rest_ms: float = 78.0  # what is left beside the moving mean over this is neither P nor T
    rest_percentile: float = 30.0  # more than the QRS and the foot of T take of a fast rhythm
    floor: float = 2.2  # times the lead's usual rest, the block's lower quartile, above: noisy,
    rest: tuple[float, float] = (0.025, 0.035)  # but only above the first, and surely above the
    near: float = 0.0125  # second share of the QRS height, and above this of the height around
    wave_ms: tuple[float, float] = (56.0, 500.0)  # ... unless the lead, between these moving means,
    leakage: float = 0.48  # added to itself half a period later, leaves less than this: flutter
    swing_ms: float = 600.0  # the baseline; noisy where it moves, over a second, by so many QRS
    swing: tuple[float, float] = (1.2, 4.0)  # heights, and so many times what is usual...
    swing_s: int = 2  # ... and in what begins or ends so few seconds from it...
    no_qrs: float = 0.25  # ... while no second reaches this share of the QRS height


@dataclass(frozen=True)
class Activity(_Fingerprinted):
    """Stretches without a beat, and suspected ventricular flutter; see `signal.silence`."""

    step: int = 180  # grid samples, half a second
    decimation: int = 4  # means of 4 samples
    rate: int = 90  # Hz, of those means
    asystole_s: float = 3.0  # a pause from here on is called so
    floor_piece: int = 4  # changes, 44 ms: between two waves a lead shows its noise alone
    sharp_ms: float = 78.0  # what leaves the moving mean over this is no P and no T
    # silences
    silence_s: float = 2.5  # without a beat, and...
    silence_rr: float = 2.2  # ... and so many RR: the lesser of the medians of 8 before and after
    around_beats: int = 8
    after_s: float = 0.6  # after a beat: its T wave
    before_s: float = 0.25
    usual_beats: int = 30  # before and after give the usual QRS...
    usual_steps: int = 60  # ... and half seconds the usual noise
    least_readable: int = 3  # half seconds of a silence that must be recorded, and can be read...
    readable_share: float = 0.75  # ... and the share of all of them
    qrs_share: float = 0.25  # of the usual QRS: alike
    large_share: float = 0.5  # of the usual range of a half second with a beat: no pause
    drift_share: float = 0.75  # of the same, between half seconds: an electrode settles, no pause
    floor_gone: float = 0.3  # of the usual noise: it is gone; of the half seconds up to the first
    gone_share: tuple[float, float] = (0.2, 0.5)  # share, a pause; from the second, electrode off
    floor_known_mv: float = 0.0001  # usual noise below: too coarse a lead to lose it
    floor_most: float = 3.0  # times the usual noise...
    floor_least_mv: float = 0.002  # ... and so much more: no pause
    # ventricular flutter and fibrillation: chosen on record 207, the only one with any
    window: int = 7  # steps, 3.5 s
    wave_ms: tuple[float, float] = (56.0, 500.0)  # the lead between these moving means...
    hz: tuple[float, float] = (2.0, 10.0)  # ... swings at this rate...
    kurtosis: float = 4.3  # ... spends its time everywhere within its range...
    leakage: float = 0.52  # ... and leaves less than this when half a period later it is added...
    per_crest: float = 0.025  # ... less so much for each time its usual slope that it is steep
    # a lead above this kurtosis, or both of these, has complexes: there is no flutter then
    beats_kurtosis: float = 6.0
    beats_crest: float = 10.0
    beats_leakage: float = 0.5
    repeats_below_hz: float = 3.75  # below 225/min...
    repeats_within: int = 90  # ... and above 60/min (samples of a beat)...
    repeats: float = 0.93  # ... what correlates so with the next is a rhythm with beats
    swing_mv: float = 0.18  # peak to peak, 0.2 less what measuring takes; or ...
    swing_share: float = 0.25  # ... this share of the record's usual range in half a second
    least_steps: int = 4  # that swing, in one episode...
    bridge_steps: int = 2  # ... with no more than so many between two of them...
    end_steps: int = 2  # ... and so many more at both ends, which their windows hardly see


GRID = Grid()
QUALITY = Quality()
ACTIVITY = Activity()
DETECTION = Detection()
PAPER = Preprocessing()
# a long pause must not push R out of the window: rhythm comes from the context instead
CLINICAL = Preprocessing(cap_before=200, cap_after=199)
CONTEXT = Context()
