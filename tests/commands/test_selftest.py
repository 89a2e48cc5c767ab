"""The command selftest: what it says, and that a device with other classes fails."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner, Result

from ecgviewer import paths
from ecgviewer.commands import selftest
from ecgviewer.commands.app import app
from tests.evaluation.flat_record import flat_record
from tests.tiny_ensemble import make_ensemble


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["selftest", *(str(argument) for argument in arguments)])


@pytest.fixture
def tiny(tmp_path):
    return make_ensemble(tmp_path / "tiny")


def test_it_says_that_no_class_differs_and_how_fast(tiny):
    ran = call("--ensemble", tiny, "--device", "cpu")
    assert ran.exit_code == 0, ran.output
    assert "classes that differ: 0" in ran.stdout
    assert "beats a second: " in ran.stdout


@pytest.fixture
def spoil(monkeypatch):
    """Has the device tested, not the processor beside it, answer as a callable leaves it."""
    honest, asked = selftest.answers, []

    def change(how):
        def changed(*arguments):
            found = honest(*arguments)
            asked.append(1)
            if len(asked) == 2:  # the processor is asked first
                how(found)
            return found

        monkeypatch.setattr(selftest, "answers", changed)

    return change


def test_another_class_fails(tiny, spoil):
    def one_wrong(found):
        found.classes[7] = (found.classes[7] + 1) % 5

    spoil(one_wrong)
    ran = call("--ensemble", tiny, "--device", "cpu")
    assert ran.exit_code == 1
    assert "classes that differ: 1" in ran.stdout
    assert "not to be used" in ran.stderr


def test_a_device_that_answers_nothing_fails(tiny, spoil):
    def silent(found):
        found.probabilities[20:30] = np.nan

    spoil(silent)
    ran = call("--ensemble", tiny, "--device", "cpu")
    assert ran.exit_code == 1
    assert "classes that differ: 10" in ran.stdout


def test_a_record_that_is_not_classified_is_no_test(tiny, tmp_path):
    header = Path(shutil.copy(paths.demo_record().with_suffix(".hea"), tmp_path))
    shutil.copy(paths.demo_record().with_suffix(".dat"), tmp_path)
    text = header.read_text()
    assert " 360" in text
    header.write_text(text.replace(" 360", " 90", 1))
    ran = call(header, "--ensemble", tiny)
    assert ran.exit_code == 1
    assert "below the" in ran.stderr
    assert "classes that differ" not in ran.stdout


def test_a_record_without_beats_is_no_test(tiny, tmp_path):
    ran = call(flat_record(tmp_path, "flat"), "--ensemble", tiny)
    assert ran.exit_code == 1
    assert "no beat" in ran.stderr


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")
def test_a_card_that_is_not_there_is_said(tiny):
    ran = call("--ensemble", tiny, "--device", "cuda")
    assert ran.exit_code == 1
    assert "cuda" in ran.stderr
