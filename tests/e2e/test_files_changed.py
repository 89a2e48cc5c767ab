"""A recording's files change after they were read: the report is of what was read, and says so."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecgviewer.formats.readers import open_record
from ecgviewer.model.ensemble import Ensemble, load_ensemble
from ecgviewer.report.beats_csv import metadata_path
from ecgviewer.report.build import analyse_record
from tests.formats.records import ecg_like, write_record
from tests.gui.conftest import TIMEOUT_MS, open_and_wait
from tests.tiny_ensemble import make_ensemble

NAMES = ("MLII", "V1")


def _replace(header: Path) -> None:
    """Another recording under the same name, its sums right."""
    write_record(header.parent, ecg_like(21_600, seed=9), name=header.stem, names=NAMES)


def _truncate(header: Path) -> None:
    os.truncate(header.with_suffix(".dat"), 4_000)


def _delete(header: Path) -> None:
    header.with_suffix(".dat").unlink()


def _header_alone(header: Path) -> None:
    header.write_text(header.read_text().replace("200(1024)", "100(1024)"))


def _same_size(header: Path) -> None:
    data = bytearray(header.with_suffix(".dat").read_bytes())
    data[-1] ^= 1
    header.with_suffix(".dat").write_bytes(data)


CHANGES = [
    (_replace, "another file"),
    (_truncate, "p01.dat became shorter: 4,000 bytes, 86,400 when it was read"),
    (_delete, "p01.dat is gone"),
    (_header_alone, "p01.hea is another file"),
    (_same_size, "p01.dat is another file"),
]


def _sums(header: Path) -> list[str]:
    files = (header, header.with_suffix(".dat"))
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]


def _export(qtbot, window, target: Path) -> dict[str, Any]:
    window.files.prompts.save_path = target
    with qtbot.waitSignal(window.files.report_written, timeout=TIMEOUT_MS):
        window.actions_by_name["export"].trigger()
    found: dict[str, object] = json.loads(metadata_path(target).read_text())["ecgviewer:report"]
    return found


@pytest.mark.parametrize("kept", ["fresh", "kept before", "never kept"])
@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_files_that_changed_between_analysis_and_export(
    qtbot, window, record, tmp_path, change: Callable[[Path], None], said: str, kept: str
) -> None:
    if kept == "never kept":
        window.result_cache.on_keep(keep=False)
        open_and_wait(qtbot, window, record)
    else:
        with qtbot.waitSignal(window.result_cache.results_kept, timeout=TIMEOUT_MS):
            open_and_wait(qtbot, window, record)
    if kept == "kept before":
        open_and_wait(qtbot, window, record)
        assert window.session.opened.kept_since is not None
    qtbot.waitUntil(lambda: window.session.opened.verdict.complete, timeout=TIMEOUT_MS)
    assert window.session.opened.verdict.badge == "intact"
    before = _sums(record)
    change(record)
    about = _export(qtbot, window, tmp_path / "report.csv")
    assert [file["sha256"] for file in about["inputs"]] == before
    integrity = about["integrity"]
    assert integrity["badge"] != "intact"
    messages = [f["message"] for f in integrity["findings"] if f["check"] == "files"]
    assert said in " ".join(messages)
    assert window.session.opened.verdict.badge == integrity["badge"]
    assert "report.csv was written, but" in window.workspace.messages.text.text()


def test_files_that_did_not_change_say_so(qtbot, opened, record, tmp_path) -> None:
    about = _export(qtbot, opened, tmp_path / "report.csv")
    assert [file["sha256"] for file in about["inputs"]] == _sums(record)
    assert about["integrity"]["badge"] == "intact"
    assert opened.session.opened.verdict.badge == "intact"


def test_a_hidden_patient_s_files_are_not_named(qtbot, opened, record, tmp_path) -> None:
    opened.actions_by_name["hide_patient"].trigger()
    _delete(record)
    about = _export(qtbot, opened, tmp_path / "report.csv")
    assert about["integrity"]["badge"] == "damaged"
    assert "p01" not in json.dumps(about)
    assert "p01" not in opened.workspace.messages.text.text()


def test_a_search_anew_does_not_forget_what_was_opened(qtbot, opened, record, tmp_path) -> None:
    before = _sums(record)
    _replace(record)
    opened.session.opened.scan = None  # as if the first search had been stopped
    opened.session.resume()
    qtbot.waitUntil(lambda: opened.session.progress.phase == "done", timeout=TIMEOUT_MS)
    about = _export(qtbot, opened, tmp_path / "report.csv")
    assert [file["sha256"] for file in about["inputs"]] == before
    assert about["integrity"]["badge"] == "damaged"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Ensemble:
    return load_ensemble(make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny"), device="cpu")


@pytest.mark.parametrize(("change", "said"), [CHANGES[0], CHANGES[3], CHANGES[4]])
def test_files_that_change_while_they_are_analysed(
    record: Path, tiny: Ensemble, change: Callable[[Path], None], said: str
) -> None:
    opened, before = open_record(record), _sums(record)
    changes = [change]

    def once(*_: object) -> None:
        if changes:
            changes.pop()(record)

    report = analyse_record(opened, tiny, progress=once)
    assert [file.sha256 for file in report.context.inputs] == before
    assert report.context.verdict.badge == "damaged"
    assert said in " ".join(f.message for f in report.context.verdict.findings)


def test_files_that_changed_between_opening_and_analysis(record: Path, tiny: Ensemble) -> None:
    opened = open_record(record)
    _header_alone(record)
    report = analyse_record(opened, tiny)
    assert {file.sha256 for file in report.context.inputs} == {None}
    assert report.context.verdict.badge == "damaged"
    assert analyse_record(open_record(record), tiny).context.verdict.badge != "damaged"
