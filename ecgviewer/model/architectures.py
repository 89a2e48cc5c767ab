"""The networks a card may name: one row each."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from torch import nn

from ecgviewer.model.resnet1d import ResNet1d
from ecgviewer.model.slap import Slap, SlapOverLeads

ARCHITECTURES: Mapping[str, Callable[..., nn.Module]] = MappingProxyType(
    {
        "resnet1d": ResNet1d,
        "slap": Slap,
        "slap-over-leads": SlapOverLeads,
    }
)
