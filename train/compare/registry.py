"""The classifiers of tables 6 and 7: one row each; a new one is a file and a row here."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from torch import nn

from ecgviewer.model.resnet1d import ResNet1d
from ecgviewer.model.slap import Slap
from train.compare.classical import boosted_trees, nearest, random_forest, svm
from train.compare.classifier import Classify
from train.compare.features import STATED
from train.compare.networks.cnn_lstm import CnnLstm
from train.compare.networks.densenet import DenseNet1d
from train.compare.networks.image_fusion import ImageFusion
from train.compare.networks.layers import scaled
from train.compare.networks.lstm import Lstm
from train.compare.networks.vgg import Vgg1d
from train.compare.networks.vit import Vit1d
from train.compare.neural import Member, fused, network, rr_hos_sequences, window_pictures


@dataclass(frozen=True)
class Row:
    """One classifier.

    Attributes
    ----------
    title : str
        As in the tables.
    table : int
        6 (with and without augmentation) or 7 (without).
    classify : callable
        Trains and answers.
    reading : str
        What was built, in a sentence.
    width : float or None
        Width factor unless another is asked for; None: it has none.
    minutes : float
        Training minutes of a network's run unless others are asked for; what another classifier
        is expected to need.
    """

    title: str
    table: int
    classify: Classify
    reading: str
    width: float | None = None
    minutes: float = 6.0


QUARTER = 0.25


def resnet(width: float) -> nn.Module:
    """ResNet-34 with a width factor."""
    return ResNet1d(width=scaled(64, width))


def slap(width: float) -> nn.Module:
    """SLAP with a width factor."""
    return Slap(n_cells=scaled(64, width))


def rr_hos_lstm(width: float) -> nn.Module:
    """LSTM over ten beats of 26 values."""
    return Lstm(width, n_inputs=26, n_steps=10, n_cells=64, dropout=0.2)


PROPOSED = (Member(resnet, 1e-3, 0.792, 0.5), Member(slap, 3e-3, 0.208, 0.5))

CLASSIFIERS: Mapping[str, Row] = MappingProxyType(
    {
        "densenet": Row(
            "DenseNet",
            6,
            network(DenseNet1d, rate=1e-3),
            "DenseNet-121 (growth 32, stem conv 15/64/2), kernel 3",
            QUARTER,
        ),
        "resnet": Row(
            "ResNet", 6, network(resnet, rate=1e-3), "ResNet-34, as in the ensemble", QUARTER
        ),
        "vgg": Row(
            "VGGNet",
            6,
            network(Vgg1d, rate=1e-3),
            "VGG-16 with batch normalisation, two hidden layers of 1,024",
            QUARTER,
        ),
        "lstm": Row(
            "LSTM", 6, network(Lstm, rate=3e-3), "one layer of 128 cells, 400 steps", QUARTER
        ),
        "vit": Row(
            "ViT (nine patches)",
            6,
            network(Vit1d, rate=5e-4),
            "ViT-S (12 layers of 384) over 9 patches of 45 samples of both leads",
            QUARTER,
        ),
        "proposed": Row(
            "Proposed",
            6,
            fused(PROPOSED, bagging=True),
            "0.792 ResNet-34 + 0.208 SLAP, each on its bootstrap sample and in half the minutes",
            QUARTER,
        ),
        "random-forest": Row("Random forest", 7, random_forest(), f"300 trees; {STATED}"),
        "boosted-trees": Row(
            "Gradient-boosted trees",
            7,
            boosted_trees(),
            "histogram boosting, 300 rounds at 0.08; the same features",
        ),
        "svm": Row(
            "SVM (grid for PSO)",
            7,
            svm(),
            "Gaussian kernel, C and gamma by grid on 8,000 training beats in three folds, final"
            " fit on 25,000; the same features, standardised",
        ),
        "image-fusion": Row(
            "Multimodal fusion (MTF, recurrence plot, GAF)",
            7,
            network(ImageFusion, rate=2e-3, inputs=window_pictures, beats=20_000),
            "pictures of 32 x 32 of both leads' windows, 20,000 training beats, a CNN of three"
            " layers each, features joined",
            1.0,
        ),
        "cnn-lstm": Row(
            "CNN-LSTM",
            7,
            network(CnnLstm, rate=2e-3),
            "three convolutions to 50 steps, then an LSTM of 64 cells",
            1.0,
        ),
        "rr-hos-lstm": Row(
            "RR + HOS LSTM",
            7,
            network(rr_hos_lstm, rate=3e-3, inputs=rr_hos_sequences),
            "LSTM of 64 cells over a beat and the nine before it: six RR features, skewness and"
            " kurtosis of five parts of each lead",
            1.0,
        ),
        "nearest": Row(
            "k-nearest neighbours",
            7,
            nearest(),
            "k by search on 8,000 training beats, weighted by 1 / distance; the same features,"
            " standardised",
        ),
    }
)
