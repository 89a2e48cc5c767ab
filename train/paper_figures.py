"""The paper's table 5 and what is arithmetically impossible in its tables.

Tables 6 and 7 as printed lie in `train.paper_figures`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from train.protocols import PAPER_COUNTS

COLUMNS = ("N", "F", "Q", "S", "V")  # the paper's order
ROWS = ("accuracy", "ppv", "sensitivity", "specificity", "f1")
NAMES: Mapping[str, str] = MappingProxyType(
    {"accuracy": "Acc", "ppv": "PPV", "sensitivity": "Sens", "specificity": "Spec", "f1": "F1"}
)
Cells = Mapping[str, tuple[float, ...]]  # figure -> per cent, in the order of COLUMNS

TABLE_5: Mapping[str, Cells] = MappingProxyType(
    {
        "MIT-BIH": {
            "accuracy": (99.3, 99.6, 98.8, 99.1, 98.3),
            "ppv": (98.8, 97.5, 94.9, 98.6, 96.7),
            "sensitivity": (99.2, 96.8, 98.0, 98.9, 97.5),
            "specificity": (99.3, 98.1, 96.7, 97.3, 98.3),
            "f1": (99.0, 97.3, 96.4, 98.8, 97.2),
        },
        "Tianchi": {
            "accuracy": (97.6, 97.0, 91.9, 97.3, 96.6),
            "ppv": (95.2, 93.5, 90.7, 94.8, 92.7),
            "sensitivity": (96.3, 96.7, 87.8, 96.1, 95.7),
            "specificity": (96.1, 95.1, 78.1, 95.2, 93.3),
            "f1": (95.7, 95.1, 89.5, 95.9, 94.2),
        },
    }
)
BEATS_5: Mapping[str, int] = MappingProxyType({"MIT-BIH": 10_949, "Tianchi": 8_265})
CLASS_SHARE = dict(zip("NSVFQ", (n / sum(PAPER_COUNTS) for n in PAPER_COUNTS), strict=True))
_HALF_5 = 0.05  # half of the last digit of table 5
_HALF_6 = 0.005  # of table 6


def overall_from_one_vs_rest(mean: float) -> float:
    """Overall accuracy (%) from the mean (%) of five one-vs-rest accuracies.

    Every wrong beat is wrong in two of the five views: acc_ovr = 1 - 2 (1 - acc) / 5.
    """
    return 100 - 5 * (100 - mean) / 2


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b)


def _cell_faults(where: str, of: Mapping[str, float]) -> list[str]:
    """Faults of one class that need no counts."""
    out = []
    low, high = sorted((of["sensitivity"], of["specificity"]))
    if not low - 2 * _HALF_5 <= of["accuracy"] <= high + 2 * _HALF_5:
        out.append(
            f"{where}: Acc {of['accuracy']} lies outside Sens and Spec ({low}-{high}), of which it"
            " is a weighted mean"
        )
    least, most = (_harmonic(of["ppv"] + d, of["sensitivity"] + d) for d in (-_HALF_5, _HALF_5))
    if not least - _HALF_5 <= of["f1"] <= most + _HALF_5:
        mean = _harmonic(of["ppv"], of["sensitivity"])
        out.append(f"{where}: F1 {of['f1']} is not the harmonic mean of PPV and Sens, {mean:.1f}")
    return out


def _ppv_fault(where: str, name: str, of: Mapping[str, float]) -> list[str]:
    """Whether PPV follows from Sens, Spec and the class's share of the beats."""
    share = CLASS_SHARE[name]

    def ppv(d: float) -> float:
        hit = share * (of["sensitivity"] + d)
        return 100 * hit / (hit + (1 - share) * (100 - of["specificity"] - d))

    least, most = ppv(-_HALF_5), ppv(_HALF_5)
    if least - _HALF_5 <= of["ppv"] <= most + _HALF_5:
        return []
    return [
        f"{where}: with Sens, Spec and the class's {100 * share:.1f} % of the beats PPV must be"
        f" {ppv(0):.1f}, not {of['ppv']}"
    ]


def faults_of_table_5() -> list[str]:
    """What cannot be in table 5, a sentence each."""
    out = []
    for database, cells in TABLE_5.items():
        for i, name in enumerate(COLUMNS):
            of = {row: cells[row][i] for row in ROWS}
            out += _cell_faults(f"{database} {name}", of)
            if database == "MIT-BIH":
                out += _ppv_fault(f"{database} {name}", name, of)
        mean = sum(cells["accuracy"]) / len(COLUMNS)
        line = (
            f"{database}: the mean of the five Acc, {mean:.2f}, is a one-vs-rest mean and stands"
            f" for an overall accuracy of {overall_from_one_vs_rest(mean):.2f}"
        )
        if database == "MIT-BIH":
            shares = [CLASS_SHARE[name] for name in COLUMNS]
            direct = sum(s * p for s, p in zip(cells["sensitivity"], shares, strict=True))
            line += f"; from Sens and the classes' shares it is {direct:.2f}: both cannot be"
        out.append(line)
    return out


def faults_of_table_6(rows: Mapping[str, tuple[float, float, float, float, float]]) -> list[str]:
    """What cannot be in table 6.

    Parameters
    ----------
    rows : mapping
        Title -> Acc, Spec, Sens, PPV, F1, per cent, means over classes.

    Returns
    -------
    list of str
        A sentence each. The harmonic mean is concave: a mean of F1 over classes, however weighted,
        cannot exceed the harmonic mean of the means of PPV and Sens.
    """
    out = []
    for title, (_, _, sensitivity, ppv, f1) in rows.items():
        most = _harmonic(ppv + _HALF_6, sensitivity + _HALF_6)
        if f1 > most + _HALF_6:
            out.append(
                f"{title}: mean F1 {f1} exceeds {_harmonic(ppv, sensitivity):.2f}, the harmonic"
                " mean of mean PPV and mean Sens, which no mean of F1 can"
            )
    return out


class PaperRow(NamedTuple):
    """One line of table 6: learning rate, then per cent."""

    rate: float
    accuracy: float
    specificity: float
    sensitivity: float
    ppv: float
    f1: float


# without augmentation, with
TABLE_6: Mapping[str, tuple[PaperRow, PaperRow]] = MappingProxyType(
    {
        "densenet": (
            PaperRow(2e-4, 96.81, 95.27, 97.15, 93.27, 95.56),
            PaperRow(1e-4, 97.23, 95.81, 96.74, 91.47, 94.13),
        ),
        "resnet": (
            PaperRow(4e-4, 98.26, 96.58, 97.32, 94.35, 95.84),
            PaperRow(9e-5, 98.33, 96.87, 97.68, 95.61, 96.78),
        ),
        "vgg": (
            PaperRow(1e-3, 94.72, 87.61, 94.89, 91.37, 93.23),
            PaperRow(3e-4, 95.81, 89.23, 94.20, 91.66, 92.94),
        ),
        "lstm": (
            PaperRow(4e-4, 95.47, 93.24, 93.26, 95.68, 94.42),
            PaperRow(7e-5, 96.03, 94.11, 91.32, 96.72, 93.77),
        ),
        "vit": (
            PaperRow(1e-4, 96.97, 95.26, 97.08, 94.88, 95.94),
            PaperRow(5e-4, 97.48, 95.33, 97.63, 95.11, 96.40),
        ),
        "proposed": (
            PaperRow(3e-5, 98.86, 97.64, 97.73, 95.41, 96.86),
            PaperRow(2e-5, 99.13, 97.12, 97.82, 96.59, 97.41),
        ),
    }
)
# printed beside a figure of table 7
REMARKS_7: Mapping[str, str] = MappingProxyType({"nearest": " (17 classes)"})
# accuracy, per cent
TABLE_7: Mapping[str, float] = MappingProxyType(
    {
        "random-forest": 96.75,
        "boosted-trees": 97.98,
        "svm": 94.16,
        "image-fusion": 98.60,
        "cnn-lstm": 99.01,
        "rr-hos-lstm": 95.81,
        "nearest": 97.00,
        "proposed": 99.13,
    }
)
