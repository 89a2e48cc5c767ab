import json

import pytest

from bench.cuda import needs
from bench.cuda.__main__ import main
from bench.cuda.agreement import Differing
from bench.cuda.options import Clock, parse
from bench.cuda.running import run
from bench.cuda.steps import Step
from bench.days.figures import Figure
from ecgviewer.runtime.pool import Stopped
from tests.bench.cuda.made import made_cache, options


class Steps:
    """Two steps before one of agreement, which finds `n` beats that differ."""

    def __init__(self, n=0, second=None):
        self.differing, self._n = [], n
        self._second = second or (lambda: iter([Figure("a day", 0.5, "s", 1.0)]))

    def all(self):
        yield Step("limits", lambda: iter([Figure("copy", 3.0, "GB/s")]))
        yield Step("speed", self._second)
        yield Step("agreement, tiny", self._agreement)

    def _agreement(self):
        self.differing = [
            Differing("tiny", "bf16", "100", i, "S", "N", 0.001, 0.002) for i in range(self._n)
        ]
        yield Figure("classes that differ", self._n, "", 0)


def written(folder):
    return json.loads((folder / "out.json").read_text())


def test_all_is_written_with_its_verdicts(tmp_path, capsys):
    assert run(options(tmp_path), "cpu", Steps(), Clock(9.0)) == 0
    document = written(tmp_path)
    assert document["machine"]["cores"] >= 1
    assert {"date", "commit", "spent_s"} <= set(document)
    assert document["parts"]["limits"]["figures"] == [
        {"name": "copy", "value": 3.0, "unit": "GB/s"}
    ]
    assert document["parts"]["speed"]["figures"][0]["verdict"] == "met"
    assert "bars of agreement missed: 0" in capsys.readouterr().out


def test_a_class_that_differs_is_status_1(tmp_path, capsys):
    assert run(options(tmp_path, markdown=True), "cpu", Steps(25), Clock(9.0)) == 1
    assert len(written(tmp_path)["differing"]) == 25
    said = capsys.readouterr().out
    assert "record 100, sample 19: CPU S by 0.001, device N by 0.002" in said
    assert "and 5 more, in the JSON" in said
    assert "| classes that differ | 25 | 0 | missed |  |" in said


def test_a_step_that_fails_does_not_keep_the_others_from_going(tmp_path, capsys):
    def fails():
        yield Figure("moved", 0.1, "s")
        raise RuntimeError("out of memory\nand so on")

    assert run(options(tmp_path, markdown=True), "cpu", Steps(second=fails), Clock(9.0)) == 1
    step = written(tmp_path)["parts"]["speed"]
    assert step["ended"] == "RuntimeError: out of memory"
    assert [figure["name"] for figure in step["figures"]] == ["moved"]
    assert written(tmp_path)["parts"]["agreement, tiny"]["figures"][0]["verdict"] == "met"
    assert "| speed | | | not measured | RuntimeError: out of memory |" in capsys.readouterr().out


def test_what_the_minutes_do_not_allow_is_said(tmp_path):
    def stopped():
        yield Figure("moved", 0.1, "s")
        raise Stopped

    assert run(options(tmp_path), "cpu", Steps(second=stopped), Clock(9.0)) == 0
    assert written(tmp_path)["parts"]["speed"]["ended"] == "the minutes were used up"
    assert run(options(tmp_path), "cpu", Steps(), Clock(0.0)) == 0
    parts = written(tmp_path)["parts"]
    assert {part["ended"] for part in parts.values()} == {"the minutes were used up"}
    assert len(parts) == 3


def test_no_cache_is_one_sentence(tmp_path, capsys):
    assert main(["--data", str(tmp_path), "--device", "cpu"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("bench.cuda: ")
    assert "no such cache" in said
    assert said.count("\n") == 1


def test_a_damaged_cache_is_one_sentence(tmp_path, capsys):
    made_cache(tmp_path)
    path = tmp_path / "mitdb.cache"
    path.write_bytes(path.read_bytes()[:-10])
    assert main(["--data", str(tmp_path), "--device", "cpu"]) == 2
    assert "damaged cache" in capsys.readouterr().err


def test_no_card_is_one_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert main(["--data", str(tmp_path), "--device", "cuda"]) == 2
    assert "torch finds no card" in capsys.readouterr().err


def test_a_card_that_does_not_answer_is_one_sentence(tmp_path, capsys, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("CUDA error: no kernel image\nmore of it")

    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.zeros", broken)
    assert main(["--data", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "the card does not answer (CUDA error: no kernel image)" in said
    assert said.count("\n") == 1


def test_a_missing_module_is_one_sentence_that_names_all(capsys, monkeypatch):
    monkeypatch.setattr(needs, "find_spec", lambda name: None if name == "pywt" else name)
    assert main([]) == 2
    said = capsys.readouterr().err
    assert said.startswith("bench.cuda: PyWavelets: not installed")
    for package in ("msgspec", "PyWavelets", "Bottleneck", "platformdirs", "typer"):
        assert package in said


@pytest.mark.parametrize("given", [["--share", "0"], ["--share", "1.5"], ["--minutes", "0"]])
def test_options_out_of_range(given, capsys):
    with pytest.raises(SystemExit) as ended:
        parse(given)
    assert ended.value.code == 2
    assert "give more than 0" in capsys.readouterr().err
