"""Asks which PhysioNet record to fetch, and shows how far the fetching is."""

import contextlib
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ecgviewer.formats.physionet.download import download_record
from ecgviewer.gui.dialogs.prompts import Prompts
from ecgviewer.gui.session.tasks import Task, Threads
from ecgviewer.gui.style.plain import PlainLabel

_WHAT_IS_SENT = "Nothing is sent but the names of the database and the record."
# Public databases a user is likely to want; any other name can be typed.
_DATABASES = (
    ("mitdb", "MIT-BIH Arrhythmia"),
    ("svdb", "MIT-BIH Supraventricular Arrhythmia"),
    ("nsrdb", "MIT-BIH Normal Sinus Rhythm"),
    ("afdb", "MIT-BIH Atrial Fibrillation"),
    ("ltdb", "MIT-BIH Long-Term"),
    ("incartdb", "St Petersburg INCART 12-lead"),
)


class DownloadDialog(QDialog):
    """Database, record, folder; progress and cancel."""

    record_downloaded = Signal(object)  # Path of the header

    def __init__(self, threads: Threads, folder: Path, prompts: Prompts, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Get PhysioNet record")
        self._threads, self._prompts = threads, prompts
        self._task: Task | None = None
        self._asked = 0  # number of the download whose answer counts
        self.database = QComboBox(self)
        self.database.setEditable(True)
        for name, title in _DATABASES:
            self.database.addItem(f"{name} - {title}")
        self.record = QLineEdit(self)
        self.record.setPlaceholderText("e.g. 100")
        self.folder = QLineEdit(str(folder), self)
        self.state = PlainLabel(_WHAT_IS_SENT, self)
        self.state.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.hide()
        self._lay_out()
        self.resize(520, self.sizeHint().height())

    @property
    def database_name(self) -> str:
        """Name of the database, without its title."""
        return self.database.currentText().split(" - ")[0].strip()

    def on_start_clicked(self) -> None:
        database, record = self.database_name, self.record.text().strip()
        if not database or not record:
            self.state.setText("Name a database and a record, for example mitdb and 100.")
            return
        folder = Path(self.folder.text())
        with contextlib.suppress(RuntimeError):  # "~x" of a user that there is not
            folder = folder.expanduser()
        self._show_busy(True, f"Fetching {record} of {database}…")
        self._asked += 1
        task = self._threads.task(
            lambda task: download_record(
                database, record, folder, progress=task.progress, stop=task.stopped
            ),
            ticket=self._asked,
        )
        task.succeeded.connect(self.on_downloaded)
        task.failed.connect(self.on_failed)
        task.progressed.connect(self.on_progressed)
        self._task = task
        self._threads.start(task)

    def on_progressed(self, done: int, total: int) -> None:
        self.bar.setRange(0, max(0, total))
        self.bar.setValue(done)

    def on_downloaded(self, ticket: int, path: Path) -> None:
        if ticket == self._asked:
            self._task = None
            self.record_downloaded.emit(path)
            self.accept()

    def on_failed(self, ticket: int, reason: str) -> None:
        if ticket == self._asked:
            self._task = None
            self._show_busy(False, reason)

    def reject(self) -> None:
        """Cancel: of a download first, then of the dialog."""
        if self._task is None:
            super().reject()
            return
        self._task.requestInterruption()
        self._task = None
        self._asked += 1
        self._show_busy(False, "Cancelled; nothing was kept.")

    def on_folder_clicked(self) -> None:
        chosen = self._prompts.folder("Folder to keep the record in", Path(self.folder.text()))
        if chosen is not None:
            self.folder.setText(str(chosen))

    def _show_busy(self, busy: bool, text: str) -> None:
        self.state.setText(text)
        self.bar.setRange(0, 0)
        self.bar.setVisible(busy)
        for widget in (self.database, self.record, self.folder, self.start):
            widget.setEnabled(not busy)

    def _lay_out(self) -> None:
        choose = QPushButton("Choose…", self)
        choose.clicked.connect(self.on_folder_clicked)
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(choose)
        form = QFormLayout()
        form.addRow("Database", self.database)
        form.addRow("Record", self.record)
        form.addRow("Keep in", row)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.start = buttons.addButton("Download", QDialogButtonBox.ButtonRole.ActionRole)
        self.start.setDefault(True)
        self.start.clicked.connect(self.on_start_clicked)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addLayout(form)
        box.addWidget(self.state)
        box.addWidget(self.bar)
        box.addWidget(buttons)
