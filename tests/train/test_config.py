from pathlib import Path

import pytest

import train
from train.config import read
from train.fit.trainer import build

CONFIGS = sorted((Path(train.__file__).parent / "configs").glob("*.toml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_configuration_is_read_and_named_as_its_file(path):
    config = read(path)
    assert config.name == path.stem
    assert sum(p.numel() for p in build(config).parameters()) > 10_000


def test_the_full_learners_see_different_samples():
    found = {path.stem: read(path) for path in CONFIGS}
    resnet, slap = found["full-resnet"], found["full-slap"]
    assert resnet.learner != slap.learner
    assert (resnet.batch, resnet.epochs, resnet.schedule) == (200, 240, "step")
