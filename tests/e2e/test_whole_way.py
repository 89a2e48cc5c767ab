"""The whole way through the window by its public doors: file in, colours, playback, figures out."""

import json
import re
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QLabel, QToolBar

from tests.e2e.doors import DEMO, STRIP, TRACE, Viewer, call, described, threads, viewer
from tests.evaluation.flat_record import annotate
from tests.formats.records import ecg_like, write_record
from tests.gui.images import is_color, pixels
from tests.tiny_ensemble import make_ensemble

COLORS = {"N": "#258157", "S": "#0050b4", "V": "#d85000", "F": "#2a8fc2", "Q": "#673600"}  # light
STRIP_COLORS = COLORS | {"N": "#87b9a1"}  # on the strip N stays back: its colour thinned on paper
PENDING = "#8a8f97"
MATRIX = "Matrix: reference down, program across"
LETTERS_PX = 40  # upper edge of the trace, which holds the beats' letters
NAMES_PX = 40  # left edge of the strip, which holds the classes' names


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny")


@pytest.fixture
def person(qtbot, monkeypatch, bundle):
    with viewer(qtbot, monkeypatch, bundle=bundle) as found:
        yield found


def a_record(folder: Path, *, seconds: int = 60, name: str = "p01", hum: float = 0.0) -> Path:
    """Seventy-two beats a minute in two leads, with as much 50 Hz on top as asked for (ADC)."""
    folder.mkdir(exist_ok=True)
    n = 360 * seconds
    adc = ecg_like(n) + np.rint(hum * np.sin(2 * np.pi * 50 / 360 * np.arange(n)))[:, None]
    return write_record(folder, adc.astype(np.int64), name=name, names=("MLII", "V1"))


@pytest.mark.parametrize("suffix", [".hea", ".dat"])
def test_open_takes_a_header_or_its_signal_file(person: Viewer, tmp_path: Path, suffix: str):
    record = a_record(tmp_path / "ward7")
    person.open_and_wait(record.with_suffix(suffix))
    assert "p01" in person.window.windowTitle()
    assert re.search(r"\b7\d beats, all classified", person.text())
    person.answers["open"] = ""  # the second time the dialog is closed, where the first one was
    person.trigger("open")
    assert Path(person.asked[-1]) == tmp_path / "ward7"
    assert "p01" in person.window.windowTitle()


def test_a_folder_is_opened_by_dropping_it(person: Viewer, tmp_path: Path):
    record = a_record(tmp_path / "ward7")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(record.parent))])
    point, button = QPointF(100, 100), Qt.MouseButton.LeftButton
    modifier = Qt.KeyboardModifier.NoModifier
    event = QDropEvent(point, Qt.DropAction.CopyAction, data, button, modifier)
    person.window.dropEvent(event)
    person.wait_for_text("all classified")
    assert "p01" in person.window.windowTitle()


def test_a_folder_is_analysed_by_the_command_line(tmp_path: Path, bundle: Path):
    a_record(tmp_path / "ward7")
    a_record(tmp_path / "ward7" / "deep", name="p02")
    out = tmp_path / "out"
    ran = call("analyze", tmp_path / "ward7", "-o", out, "--ensemble", bundle, "--device", "cpu")
    assert ran.exit_code == 0, ran.output
    assert {p.relative_to(out).as_posix() for p in out.rglob("*.csv")} == {
        "p01.csv",
        "deep/p02.csv",
    }


def test_beats_stream_from_a_thread_while_the_window_lives(person: Viewer, tmp_path: Path):
    record = a_record(tmp_path / "ward7", seconds=600)
    seen, running = set(), 0
    person.open(record)
    person.wait(lambda: "p01" in person.window.windowTitle())
    end = time.monotonic() + 60
    while "all classified" not in person.text() and time.monotonic() < end:
        seen |= set(re.findall(r"classifying ([\d,]+) of", person.text()))
        running = max(running, len(threads()))
        person.qtbot.wait(1)
    assert len(seen) > 1  # what is classified is shown before the rest is
    person.wait(lambda: len(threads()) < running)  # one of them was that of the analysis


def test_one_key_shows_the_denoised_trace(person: Viewer, tmp_path: Path):
    person.open_and_wait(a_record(tmp_path / "ward7", hum=50.0))
    person.settle()
    recorded = coloured(person)
    person.trigger("filtered")
    person.settle()
    assert person.action("filtered").isChecked()
    assert coloured(person) < 0.7 * recorded  # the 50 Hz, 0.25 mV high, made the line a band
    person.trigger("filtered")
    person.settle()
    assert coloured(person) == recorded


def coloured(person: Viewer) -> int:
    """Pixels of the trace in the colour of a class."""
    image = pixels(person.named(TRACE))[LETTERS_PX:]
    return sum(int(is_color(image, color, within=25).sum()) for color in COLORS.values())


def test_trace_and_strip_wear_the_colours_of_the_classes(person: Viewer, tmp_path: Path):
    """The classes are those of the report, at the places that it names."""
    person.open_and_wait(DEMO)
    person.settle()
    report = person.export(tmp_path / "r.csv").read_text().splitlines()[1:]
    classes = [line.split(",")[4] for line in report if line.split(",")[4]]
    assert len(set(classes)) > 1
    strip = pixels(person.named(STRIP))[:, NAMES_PX:]
    painted = {name for name, color in STRIP_COLORS.items() if is_color(strip, color).any()}
    assert painted == set(classes)
    # a beat that gets no class is grey, and the only one that is
    assert is_color(strip, PENDING).any() == any(not line.split(",")[4] for line in report)
    person.go_to("0")
    person.settle()
    trace = pixels(person.named(TRACE))[LETTERS_PX:]
    first = {line.split(",")[4] for line in report if float(line.split(",")[2]) < 3}
    assert all(is_color(trace, COLORS[name], within=25).sum() > 200 for name in first)
    assert all(
        not is_color(trace, color).any() for name, color in COLORS.items() if name not in classes
    )


def test_playback_is_two_frames_of_400_samples_a_second(person: Viewer, tmp_path: Path):
    """At 72 beats a minute a frame of 400 samples at 360 Hz holds four thirds of a beat."""
    person.open_and_wait(a_record(tmp_path / "ward7"))
    bar = person.window.findChild(QToolBar, "play_bar")
    assert bar.findChild(QComboBox).currentText() == "2 frames/s = 2.2 x real time"
    label = bar.findChild(QLabel)

    def number() -> int:
        found = re.search(r"<b>(\d+)</b>", label.text())
        return int(found[1]) if found else 0

    def after_a_step() -> int:
        before = number()
        person.trigger("next_frame")
        person.wait(lambda: number() != before)
        return number()

    counted = [after_a_step() for _ in range(10)]
    assert counted[-1] - counted[0] == 12
    person.trigger("play")
    times, before, end = [], number(), time.monotonic() + 20
    while len(times) < 5 and time.monotonic() < end:
        person.qtbot.wait(5)
        if number() != before:
            times.append(time.monotonic())
            before = number()
    person.trigger("play")
    assert np.median(np.diff(times)) == pytest.approx(0.5, abs=0.15)


def test_window_and_command_line_write_the_same_report(
    person: Viewer, tmp_path: Path, bundle: Path
):
    record = a_record(tmp_path / "ward7")
    person.open_and_wait(record)
    ours, theirs = person.export(tmp_path / "window.csv"), tmp_path / "command.csv"
    ran = call("analyze", record, "-o", theirs, "--ensemble", bundle, "--no-cache")
    assert ran.exit_code == 0, ran.output
    assert ours.read_bytes() == theirs.read_bytes()
    about, other = described(ours), described(theirs)
    assert about.pop("url") == ours.name
    assert other.pop("url") == theirs.name
    assert about == other


def test_the_comparison_is_that_of_the_command_line(person: Viewer, tmp_path: Path, bundle: Path):
    record = a_record(tmp_path / "ward7", seconds=330)
    marks = [(t, "NSVF"[i % 4]) for i, t in enumerate((np.arange(390) + 0.5) / 1.2)]
    annotate(record, "atr", [(float(t), symbol) for t, symbol in marks], fs=360)
    person.open_and_wait(record)
    person.trigger("compare")
    person.wait_for_text("QRS")
    view = person.named(MATRIX)
    assert isinstance(view, QAbstractItemView)
    model, out = view.model(), tmp_path / "e.json"
    ran = call("evaluate", record, "--ensemble", bundle, "--device", "cpu", "-o", out)
    assert ran.exit_code in (0, 1), ran.output
    matrix = json.loads(out.read_text())["records"][0]["matrix"]
    shown = [
        [
            int((model.index(i, j).data() or "0").replace(",", ""))
            for j in range(model.columnCount())
        ]
        for i in range(model.rowCount())
    ]
    assert shown == matrix
    assert np.sum(matrix) > 30
