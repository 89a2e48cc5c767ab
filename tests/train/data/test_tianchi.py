import json

import numpy as np
import pytest
from typer.testing import CliRunner

from ecgviewer.aami import BeatClass
from tests.tiny_ensemble import make_ensemble
from train.__main__ import app
from train.config import ConfigError
from train.data import tianchi
from train.data.database import DatabaseError

LEADS = "I II V1 V2 V3 V4 V5 V6".split()


def heart(n=5_000, *, rate_hz=500.0, height_uv=1_000.0, per_minute=72):
    """One lead of a plain beating heart, in units of 4.88 uV."""
    phase = (np.arange(n) / rate_hz * per_minute / 60) % 1 - 0.5
    wave = np.exp(-((phase / 0.012) ** 2)) + 0.2 * np.exp(-(((phase - 0.25) / 0.05) ** 2))
    return wave * height_uv / 4.88


def write_tianchi(folder, labels, *, encoding="utf-8"):
    """Records of the data set's form: 8 columns of units, and one file of labels."""
    (folder / "train").mkdir(parents=True)
    lines = []
    for i, words in enumerate(labels):
        leads = [heart(height_uv=800 + 50 * k) for k in range(len(LEADS))]
        rows = np.rint(np.stack(leads, axis=1)).astype(int)
        text = " ".join(LEADS) + "\n" + "\n".join(" ".join(map(str, row)) for row in rows)
        (folder / "train" / f"{i}.txt").write_text(text + "\n")
        lines.append("\t".join([f"{i}.txt", "42", "MALE", *words]))
    (folder / "hf_round1_label.txt").write_text("\n".join(lines) + "\n", encoding=encoding)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    labels = [["窦性心律"], ["室性早搏", "T波改变"], ["起搏心律", "室性早搏"], ["房性早搏"]]
    return write_tianchi(tmp_path_factory.mktemp("tianchi") / "data", labels)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["窦性心律"], "N"),
        ([], "N"),
        (["频发室性早搏"], "V"),
        (["室性逸搏"], "V"),
        (["房性早搏", "室性早搏"], "V"),
        (["交界性早搏"], "S"),
        (["室性融合波", "房性早搏"], "F"),
        (["起搏心律", "室性融合波"], "Q"),
        (["室上性早搏"], "N"),  # not in the table: not V by half of its name
    ],
)
def test_the_first_rule_that_applies_gives_the_class(labels, expected):
    assert tianchi.read_table().label(labels) is BeatClass[expected]


def test_leads_and_units(folder):
    record = tianchi.read_record(folder / "train" / "0.txt", tianchi.read_table())
    assert [lead.name for lead in record.leads] == ["II", "V1"]
    assert (record.fs, record.n_samples) == (500.0, 5_000)
    ecg = record.read(0, 5_000)
    assert ecg.max(axis=1) == pytest.approx([0.85, 0.90], abs=0.01)  # mV


def test_three_beats_a_record_with_a_seed(folder):
    table = tianchi.read_table()
    drawn = tianchi.draw_all(folder, table, seed=1)
    assert drawn.windows.shape == (12, 2, 400)
    assert np.array_equal(drawn.record, np.repeat(np.arange(4), 3))
    assert drawn.label.reshape(4, 3).tolist() == [[0] * 3, [2] * 3, [4] * 3, [1] * 3]
    again = tianchi.draw_all(folder, table, seed=1)
    assert np.array_equal(again.windows, drawn.windows)
    assert not np.array_equal(tianchi.draw_all(folder, table, seed=2).sample, drawn.sample)
    # R peaks come every 500 * 60 / 72 samples, from half of that on
    beat = (drawn.sample - 208.33) / 416.67
    assert np.abs(beat - np.rint(beat)).max() * 416.67 < 5  # samples


def test_labels_in_the_other_encoding(tmp_path):
    folder = write_tianchi(tmp_path / "g", [["室性早搏"]], encoding="gb18030")
    assert list(tianchi.read_labels(folder).values()) == [["室性早搏"]]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda f: (f / "train" / "0.txt").unlink(), "1 of 2 records absent"),
        (lambda f: (f / "hf_round1_label.txt").unlink(), "0 files named"),
        (lambda f: (f / "0.txt").write_text("II V1\n1 2\n"), "0.txt lies in several folders"),
        (lambda f: (f / "b_label.txt").write_text(""), "2 files named"),
        (lambda f: (f / "train" / "0.txt").write_text("I II\n1 2\n"), "lead V1 absent"),
        (lambda f: (f / "train" / "0.txt").write_text("II V1\n1 2\n3\n"), "damaged"),
        (lambda f: (f / "train" / "0.txt").write_text("II V1\n1 2 3\n"), "not 2 columns"),
        (lambda f: (f / "train" / "0.txt").write_text(""), "lead II absent"),
        (lambda f: (f / "train" / "0.txt").write_bytes(b"\xff\xff"), "neither UTF-8"),
    ],
)
def test_damaged_data_is_one_sentence(tmp_path, harm, words):
    folder = write_tianchi(tmp_path / "d", [["窦性心律"], ["窦性心律"]])
    harm(folder)
    with pytest.raises(DatabaseError, match=words):
        tianchi.draw_all(folder, tianchi.read_table(), seed=1)
    with pytest.raises(DatabaseError, match="no such folder"):
        tianchi.read_labels(tmp_path / "none")


def test_a_damaged_table_is_one_sentence(tmp_path):
    path = tmp_path / "t.toml"
    path.write_text(tianchi.TABLE.read_text().replace('class = "F"', 'class = "X"'))
    with pytest.raises(ConfigError, match="'X' is none of N S V F Q"):
        tianchi.read_table(path)
    path.write_text("fs_hz = ")
    with pytest.raises(ConfigError, match="not a table of labels"):
        tianchi.read_table(path)


def test_the_command_scores_a_bundle_on_it(folder, tmp_path):
    bundle = make_ensemble(tmp_path / "tiny")
    command = ["evaluate", "--bundle", str(bundle), "--tianchi", str(folder), "--device", "cpu"]
    options = ["--results", str(tmp_path / "r"), "--name", "tianchi"]
    done = CliRunner().invoke(app, [*command, *options])
    assert done.exit_code == 0, done.output
    assert "Overall accuracy" in done.output
    found = json.loads((tmp_path / "r" / "tianchi.json").read_text())
    assert (found["kind"], found["rows"], found["records"]) == ("evaluate", "tianchi", 4)
    assert found["both"]["beats"] == 12
    assert set(found["both"]["per_class"]["V"]["intervals_95"]) == {
        "accuracy",
        "ppv",
        "sensitivity",
        "specificity",
        "f1",
    }
    assert found["machine"]["libraries"]["torch"]
