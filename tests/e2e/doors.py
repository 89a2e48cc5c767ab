"""The doors that a user has: actions by name, dialogs, visible text, the command line.

The tests that must outlive a move of modules reach the program through this file alone, and it is
the only one of them that names modules of the program.
"""

import csv
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from PySide6.QtCore import QThread
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QMessageBox,
    QTextBrowser,
    QWidget,
)
from shiboken6 import Shiboken
from typer.testing import CliRunner, Result

import ecgviewer.__main__
from ecgviewer.gui.dialogs.time import TimeDialog
from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.session.analysis_thread import Ensembles
from ecgviewer.gui.settings import Settings
from ecgviewer.model.ensemble import load_ensemble
from tests.data import REPOSITORY
from tests.tiny_ensemble import make_ensemble

__all__ = ["app", "call", "described", "make_ensemble", "rows", "viewer"]

app = ecgviewer.__main__.app  # type: ignore[attr-defined]  # the front door adds a command to it
DEMO = REPOSITORY / "resources" / "demo" / "demo208.hea"
TRACE, STRIP = "ECG trace", "Whole recording, one mark per beat"  # accessible names
TIMEOUT_MS = 60_000  # of a machine that has other things to do


def call(*arguments: object) -> Result:
    """The command line in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def rows(report: Path) -> list[dict[str, str]]:
    """Rows of a beat report."""
    with report.open(newline="") as file:
        return list(csv.DictReader(file))


def described(report: Path) -> dict[str, Any]:
    """What the file beside a beat report says of it, apart from when and where it was made."""
    document = json.loads(report.with_name(f"{report.name}-metadata.json").read_bytes())
    document["ecgviewer:report"].pop("provenance")
    found: dict[str, Any] = document
    return found


def threads() -> list[QThread]:
    """QThreads that run, the main one apart."""
    wrappers = (w for w in Shiboken.getAllValidWrappers() if isinstance(w, QThread))
    return [w for w in wrappers if w is not QApplication.instance().thread() and w.isRunning()]


class Viewer:
    """The window, and a user in front of it whose answers to dialogs are given beforehand."""

    def __init__(self, qtbot: Any, window: MainWindow, monkeypatch: Any) -> None:
        self.qtbot, self.window = qtbot, window
        self.answers: dict[str, Any] = {"open": "", "save": "", "text": "", "yes": True}
        self.asked: list[str] = []  # folders that the open dialog started in, and questions
        self.shown = ""  # text of the dialog that was shown last
        self._answer(monkeypatch)

    def _answer(self, monkeypatch: Any) -> None:
        def opened(_parent: object, _title: str, folder: str, *_: object) -> tuple[str, str]:
            self.asked.append(folder)
            return str(self.answers["open"]), ""

        def asked(box: QMessageBox) -> int:
            self.asked.append(box.text())
            return 0

        def read(dialog: QDialog) -> int:
            if isinstance(dialog, TimeDialog):
                dialog.line.setText(self.answers["text"])
                return dialog.seconds is not None
            self.shown = "\n".join(b.toPlainText() for b in dialog.findChildren(QTextBrowser))
            return 0

        patches: tuple[tuple[type, str, object], ...] = (
            (QFileDialog, "getOpenFileName", staticmethod(opened)),
            (QDialog, "exec", read),
            (QFileDialog, "exec", lambda _: 1),
            (QFileDialog, "selectedFiles", lambda _: [str(self.answers["save"])]),
            (QMessageBox, "exec", asked),
        )
        for owner, name, answer in patches:
            monkeypatch.setattr(owner, name, answer)

    def action(self, name: str) -> QAction:
        """An action by the name the program calls it."""
        found = self.window.findChild(QAction, name)
        assert found is not None, f"no action {name!r}"
        return found

    def trigger(self, name: str) -> None:
        """Use an action, once it can be used."""
        self.wait(self.action(name).isEnabled)
        self.action(name).trigger()

    def named(self, accessible_name: str) -> QWidget:
        """A widget by its accessible name."""
        widgets = self.window.findChildren(QWidget)
        (found,) = (w for w in widgets if w.accessibleName() == accessible_name)
        return found

    def text(self) -> str:
        """All that stands in labels on screen."""
        labels = self.window.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible())

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=TIMEOUT_MS)

    def wait_for_text(self, words: str) -> None:
        self.wait(lambda: words in self.text())

    def choose_networks(self, name: str) -> None:
        """Choose in the menu of the networks, and wait until they are in use."""
        (action,) = (a for a in self.window.findChildren(QAction) if a.text() == name)
        action.trigger()
        self.wait_for_networks(name)

    def wait_for_networks(self, name: str) -> None:
        widgets = self.window.findChildren(QWidget)
        self.wait(lambda: any(w.accessibleName() == f"Networks: {name}" for w in widgets))
        self.wait(lambda: re.search(rf"\b{name} [0-9a-f]{{8}}", self.text()) is not None)

    def open(self, path: Path) -> None:
        """File > Open, answered with a file."""
        self.answers["open"] = path
        self.trigger("open")

    def open_and_wait(self, path: Path) -> None:
        """File > Open; then until every beat has its class."""
        self.open(path)
        self.wait_for_text("all classified")

    def go_to(self, time: str) -> None:
        self.answers["text"] = time
        self.trigger("time")

    def export(self, path: Path) -> Path:
        """File > Export beat report; then until both files are there."""
        self.answers["save"] = path
        self.trigger("export")
        self.wait(path.with_name(f"{path.name}-metadata.json").exists)
        self.wait_for_text(f"to {path.name}")
        return path

    def settle(self) -> None:
        """Wait until two pictures of the window in a row are the same."""
        end, before = time.monotonic() + TIMEOUT_MS / 1000, None
        while time.monotonic() < end:
            self.qtbot.wait(120)
            image = self.window.grab().toImage()
            if image == before:
                return
            before = image
        raise AssertionError("the window does not come to rest")


@contextmanager
def viewer(qtbot: Any, monkeypatch: Any, *, bundle: Path | None = None) -> Iterator[Viewer]:
    """The program's window with the settings of the home folder, on the CPU.

    `bundle` is an ensemble in the place of every installed one; the installed ones otherwise.
    """
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    ensembles = Ensembles(lambda _: load_ensemble(bundle)) if bundle else Ensembles()
    window = MainWindow(Settings(), ensembles)
    window.show()
    person = Viewer(qtbot, window, monkeypatch)
    try:
        person.wait(lambda: re.search(r"\w+ [0-9a-f]{8}", person.text()) is not None)
        yield person
    finally:
        window.close()
        window.deleteLater()
