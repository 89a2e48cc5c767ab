"""The demo record is what its header and its attribution say."""

import importlib.util

import numpy as np
import pytest

from ecgviewer import paths
from ecgviewer.formats.readers import open_record
from tests.data import REPOSITORY

FIRST = 422_820  # of record 208, as make_demo.py and LICENSE.txt state


@pytest.fixture(scope="module")
def make_demo():
    """The script that makes the record, as a module."""
    script = REPOSITORY / "resources" / "demo" / "make_demo.py"
    spec = importlib.util.spec_from_file_location("make_demo", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_intact():
    record = open_record(paths.demo_record())
    assert (record.fs, record.n_samples) == (360.0, 108_000)
    assert [lead.name for lead in record.leads] == ["MLII"]
    assert record.verify is not None
    assert record.verify(lambda: False).badge == "intact"


def test_it_says_that_208_is_among_the_training_patients():
    comments = open_record(paths.demo_record()).comments
    assert any("208" in line and "trained on" in line for line in comments)


def test_it_is_the_stated_stretch_of_record_208(mitdb):
    demo = open_record(paths.demo_record())
    published = open_record(mitdb / "208.hea").read(FIRST, FIRST + demo.n_samples)
    np.testing.assert_array_equal(demo.read(0, demo.n_samples)[0], published[0])


def test_the_script_makes_these_very_files(make_demo, tmp_path):
    ecg = open_record(paths.demo_record()).read(0, 108_000)[0]
    values = np.rint(ecg.astype(np.float64) * 200).astype(np.int64) + 1024
    np.savez_compressed(tmp_path / "ecg.npz", ecg=values.astype(np.uint16))
    loaded = make_demo.load(tmp_path / "ecg.npz")
    assert make_demo.pack_212(loaded) == paths.demo_record().with_suffix(".dat").read_bytes()
    assert make_demo.header(loaded) == paths.demo_record().with_suffix(".hea").read_text("ascii")


def test_the_script_refuses_other_values(make_demo, tmp_path):
    np.savez_compressed(tmp_path / "ecg.npz", ecg=np.zeros(10, np.uint16))
    with pytest.raises(SystemExit, match="108000 of 11 bits expected"):
        make_demo.load(tmp_path / "ecg.npz")
