"""The figures EC57 asks for, of one recording and of several, out of matrices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BeatClass
from ecgviewer.ec57.beats import NO_BEAT, SHUT_DOWN, Comparison

_N, _S, _V, _F, _Q = BeatClass
_BEATS = list(BeatClass)
_NONE = [NO_BEAT, SHUT_DOWN]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share as the standard reports it: with its two counts."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """The share in percent; None where the whole is 0 and there is no such figure."""
        return 100 * self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class BeatFigures:
    """Figures of one matrix.

    Attributes
    ----------
    qrs_se, qrs_pp : Ratio
        Beats found among the reference's, and right among those the test has.
    veb_se, veb_pp, veb_fpr : Ratio
        Ventricular ectopic beats; false ones among all beats that are none. A fusion or
        unclassifiable beat called V counts neither for nor against.
    sveb_se, sveb_pp : Ratio
        Supraventricular ectopic beats; an unclassifiable beat called S counts neither way.
    missed_in_shutdown : tuple of 6 Ratio
        Of all beats of the reference, then of its N S V F Q.
    """

    qrs_se: Ratio
    qrs_pp: Ratio
    veb_se: Ratio
    veb_pp: Ratio
    veb_fpr: Ratio
    sveb_se: Ratio
    sveb_pp: Ratio
    missed_in_shutdown: tuple[Ratio, ...]

    @classmethod
    def of(cls, matrix: NDArray[np.int64], *, fusion_called_s_is_false: bool = True) -> Self:
        """Figures of a matrix of counts.

        Parameters
        ----------
        matrix : (7, 7) int64
            As `Comparison.matrix`.
        fusion_called_s_is_false : bool
            bxb counts an F called S as a false positive; gross and average of sumstats cannot,
            for its input counts F and Q together.
        """

        def total(rows: Iterable[int], columns: Iterable[int]) -> int:
            return int(matrix[np.ix_(list(rows), list(columns))].sum())

        everything = [*_BEATS, *_NONE]
        not_v = [_N, _S, _F, _Q]
        paired = total(_BEATS, _BEATS)
        v_right, s_right = int(matrix[_V, _V]), int(matrix[_S, _S])
        v_false = total([_N, _S, *_NONE], [_V])
        s_false = total([_N, _V, *_NONE], [_S])
        if fusion_called_s_is_false:
            s_false += int(matrix[_F, _S])
        v_negative = total([*not_v, *_NONE], not_v)
        lost = matrix[_BEATS, SHUT_DOWN]
        present = matrix[_BEATS].sum(axis=1)
        return cls(
            qrs_se=Ratio(paired, total(_BEATS, everything)),
            qrs_pp=Ratio(paired, total(everything, _BEATS)),
            veb_se=Ratio(v_right, total([_V], everything)),
            veb_pp=Ratio(v_right, v_right + v_false),
            veb_fpr=Ratio(v_false, v_false + v_negative),
            sveb_se=Ratio(s_right, total([_S], everything)),
            sveb_pp=Ratio(s_right, s_right + s_false),
            missed_in_shutdown=(
                Ratio(int(lost.sum()), int(present.sum())),
                *(Ratio(int(a), int(b)) for a, b in zip(lost, present, strict=True)),
            ),
        )


# Figures in the order in which they are shown: attribute of `BeatFigures`, heading.
BEAT_FIGURES = (
    ("qrs_se", "QRS Se"),
    ("qrs_pp", "QRS +P"),
    ("veb_se", "VEB Se"),
    ("veb_pp", "VEB +P"),
    ("veb_fpr", "VEB FPR"),
    ("sveb_se", "SVEB Se"),
    ("sveb_pp", "SVEB +P"),
)


@dataclass(frozen=True)
class BeatSummary:
    """Several recordings together, as sumstats has them: an F called S is left out of SVEB +P.

    Attributes
    ----------
    matrix : (7, 7) int64
        Sum of the recordings' matrices.
    gross : BeatFigures
        Figures of that sum: every beat weighs the same.
    average : dict of str to float or None
        By name as in `BEAT_FIGURES`, the mean of the recordings' percentages: every recording
        weighs the same, but for those without the figure.
    rr_error_ms : float or None
        Mean of the recordings' RR errors, milliseconds.
    shutdown_s : float
        Sum, seconds.
    """

    matrix: NDArray[np.int64]
    gross: BeatFigures
    average: dict[str, float | None]
    rr_error_ms: float | None
    shutdown_s: float


def summarise(comparisons: Sequence[Comparison]) -> BeatSummary:
    """Gross and average figures of several recordings.

    Parameters
    ----------
    comparisons : sequence of Comparison
        One for each recording, at least one.

    Returns
    -------
    BeatSummary
    """
    figures = [BeatFigures.of(one.matrix, fusion_called_s_is_false=False) for one in comparisons]
    matrix = np.sum([one.matrix for one in comparisons], axis=0)
    return BeatSummary(
        matrix=matrix,
        gross=BeatFigures.of(matrix, fusion_called_s_is_false=False),
        average={
            name: mean_of(getattr(one, name).percent for one in figures) for name, _ in BEAT_FIGURES
        },
        rr_error_ms=mean_of(one.rr_error_ms for one in comparisons),
        shutdown_s=sum(one.shutdown_s for one in comparisons),
    )


def mean_of(values: Iterable[float | None]) -> float | None:
    """Mean of the values that there are; None where there are none."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
