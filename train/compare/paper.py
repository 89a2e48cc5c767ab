"""The paper's own figures of tables 6 and 7, as printed there; holds none of ours."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


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
