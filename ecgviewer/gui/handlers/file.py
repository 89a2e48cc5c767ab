"""Recordings in, reports and pictures out: what the actions of File do."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QObject, Signal
from PySide6.QtWidgets import QWidget

from ecgviewer import paths
from ecgviewer.analysis.channels import open_recording
from ecgviewer.errors import sentence
from ecgviewer.files.atomic import WriteError, write_whole
from ecgviewer.formats.readers import rank, records_in, without_suffix
from ecgviewer.gui.dialogs.download import DownloadDialog
from ecgviewer.gui.dialogs.prompts import Prompts
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.session.session import Session
from ecgviewer.gui.session.tasks import Task
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.style.patient import NOT_OPENED, NOT_WRITTEN, without_names
from ecgviewer.gui.style.plain import shown
from ecgviewer.gui.style.wording import count
from ecgviewer.gui.window.message_bar import MessageBar
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record, Verdict
from ecgviewer.report.beats_csv import metadata_path, write_report
from ecgviewer.report.build import build_report
from ecgviewer.report.inputs import files_found

_CSV = "Beat report (*.csv)"
_PNG = "Picture (*.png)"
_IN_NO_FILE_NAME = re.compile(r'[\\/:*?"<>|]|^\.+')  # on one system or another
_LONGEST_NAME = 100  # characters: with a suffix no more than any file system takes


class ExportStoppedError(Exception):
    """The window closed before the report was put together."""


class FileHandler(QObject):
    """Opens, downloads, exports.

    Parameters
    ----------
    session, settings, prompts
        What is open, what is remembered, who asks the user.
    window : QWidget
        What a picture shows.
    """

    recents_changed = Signal()
    note_made = Signal(str)
    error_met = Signal(str)
    report_written = Signal(object)  # Path

    def __init__(
        self, session: Session, settings: Settings, prompts: Prompts, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._settings = session, settings
        self.prompts, self._window = prompts, window

    # -- in -----------------------------------------------------------------------------------

    def on_open(self) -> None:
        path = self.prompts.record_to_open(self._settings.folder("open"))
        if path is not None:
            self._settings.set_folder("open", path.parent)
            self.open_path(path)

    def on_demo(self) -> None:
        self.open_path(paths.demo_record())

    def on_download(self) -> None:
        folder = self._settings.folder("download")
        dialog = DownloadDialog(self._session.threads, folder, self.prompts, self._window)
        dialog.record_downloaded.connect(self.on_downloaded)
        self.prompts.show(dialog)

    def on_downloaded(self, path: Path) -> None:
        self._settings.set_folder("download", path.parent)
        self.open_path(path)

    def open_path(self, path: Path, leads: tuple[str, ...] = ()) -> None:
        """Open a recording; the old one stays until the new one is ready.

        `leads` are as `open_recording` takes them.
        """
        self._session.open(lambda _: open_recording(path, wanted=leads))

    def on_record_opened(self) -> None:
        opened = self._session.opened
        if opened is not None and not _is_demo(opened.record.path):
            self._settings.add_recent(opened.record.path)
        self.recents_changed.emit()

    def dropped(self, data: QMimeData) -> Path | None:
        """The recording among what is dropped: of its files, the one that stands for it."""
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        records = [record for file in files for record in _first_record(file)]
        return min(records, key=rank, default=None)

    def on_open_failed(self, reason: str) -> None:
        self.error_met.emit(NOT_OPENED if self._settings.hide_patient else reason)

    def on_trouble(self, reason: str) -> None:
        """Something went wrong with what is open, or with the program."""
        self.error_met.emit(self._may_be_said(reason))

    # -- out ----------------------------------------------------------------------------------

    def on_export(self) -> None:
        opened, ensemble = self._session.opened, self._session.ensemble
        if opened is None:
            return
        if ensemble is None:
            self.error_met.emit("The networks are not loaded; a report names them, so wait for it.")
            return
        if not self._may_export(opened):
            return
        suggestion = self._settings.folder("export") / f"{self._file_name(opened)}.csv"
        path = self.prompts.file_to_save("Export beat report", suggestion, _CSV)
        if path is not None and self._may_replace([path, metadata_path(path)]):
            self._settings.set_folder("export", path.parent)
            self._run(_export(opened, ensemble, path, settings=self._settings))

    def on_picture(self) -> None:
        opened = self._session.opened
        name = self._file_name(opened) if opened else "ecgviewer"
        suggestion = self._settings.folder("export") / f"{name}.png"
        path = self.prompts.file_to_save("Save picture of the window", suggestion, _PNG)
        if path is None or not self._may_replace([path]):
            return
        try:
            save(self._window, path)
        except WriteError as error:
            self.error_met.emit(self._may_be_said(sentence(error), path))
        else:
            self.note_made.emit(f"Saved {self._named(path, 'the picture')}.")

    def on_exported(self, _ticket: int, done: "_Exported") -> None:
        opened, path = self._session.opened, done.path
        if opened is not None and opened.record is done.record:
            self._session.on_verdict_ready(done.verdict)
        named = self._named(path, "the report")
        self.note_made.emit(f"Wrote {count(done.n_beats)} beats to {named}.")
        changed = [f.message for f in files_found(done.verdict) if f.severity == "error"]
        if changed:
            hide = self._settings.hide_patient
            why = without_names(changed[0], done.record, hide=hide)
            self.error_met.emit(f"{'The report' if hide else path.name} was written, but {why}.")
        self.report_written.emit(path)

    def on_export_failed(self, _ticket: int, reason: str) -> None:
        hide = self._settings.hide_patient
        self.error_met.emit(NOT_WRITTEN if hide else reason)

    def _run(self, work: "Callable[[Task], _Exported]") -> None:
        task = self._session.threads.task(work)
        task.succeeded.connect(self.on_exported)
        task.failed.connect(self.on_export_failed)
        self._session.threads.start(task)

    def _may_export(self, opened: OpenRecord) -> bool:
        """Whether the beats are all classified, or the user wants them as they are."""
        beats = opened.beats
        if opened.scan is None:
            question = (
                "Beats are still being found; the report would lack those not found yet, and say"
                " that it is not complete."
            )
        elif beats.n_pending:
            question = (
                f"{count(beats.n_pending)} of {count(beats.n)} beats have no class"
                " yet. The report would list them with an empty class and the flag “pending”."
            )
        else:
            return True
        return self.prompts.agrees("Export now?", question, "Export now")

    def _may_replace(self, targets: list[Path]) -> bool:
        there = [target.name for target in targets if target.exists()]
        if not there:
            return True
        verb = "is" if len(there) == 1 else "are"
        named = "What you name" if self._settings.hide_patient else " and ".join(there)
        question = f"{named} {verb} there already. Replace?"
        return self.prompts.agrees("Replace?", question, "Replace")

    def _file_name(self, opened: OpenRecord) -> str:
        name = "recording" if self._settings.hide_patient else opened.record.name
        return _IN_NO_FILE_NAME.sub("_", shown(name, _LONGEST_NAME))

    def _named(self, path: Path, otherwise: str) -> str:
        """A file that was written, by its name and folder where these may be shown."""
        return otherwise if self._settings.hide_patient else f"{path.name} in {path.parent}"

    def _may_be_said(self, reason: str, *files: Path) -> str:
        hide, opened = self._settings.hide_patient, self._session.opened
        for file in files if hide else ():
            reason = reason.replace(file.name, "the file")
        return without_names(reason, opened.record if opened else None, hide=hide)


@dataclass(frozen=True)
class _Exported:
    """A report that is written: of what, where, how many beats, what is known of the files."""

    record: Record
    path: Path
    n_beats: int
    verdict: Verdict


def _is_demo(record: Path) -> bool:
    return without_suffix(record.resolve()) == paths.demo_record().resolve()


def _first_record(dropped: Path) -> list[Path]:
    """A file itself; of a folder the first record in it, where there is one."""
    try:
        return list(records_in(dropped))[:1] if dropped.is_dir() else [dropped]
    except OSError:  # a folder that may not be listed
        return []


def _export(
    opened: OpenRecord, ensemble: Ensemble, path: Path, *, settings: Settings
) -> Callable[[Task], _Exported]:
    """The work of one export: everything is taken now, for classes come in while it runs."""
    record, verdict, scan, inputs = opened.record, opened.verdict, opened.scan, opened.inputs
    stretches, beats, hashes = opened.stretches, opened.beats.copied(), opened.hashes
    hide, n_mean = settings.hide_patient, settings.rate_intervals

    def work(task: Task) -> _Exported:
        checked = verdict
        if not verdict.complete and record.verify is not None:
            checked = record.verify(task.stopped)
        report = build_report(
            record,
            checked,
            scan,
            beats,
            ensemble,
            inputs,
            hashes=hashes,
            stretches=stretches,
            hide_patient=hide,
            n_mean=n_mean,
            stop=task.stopped,
        )
        if task.stopped():  # the window closes: hashes may be missing
            raise ExportStoppedError
        write_report(path, record, report.beats, report.context, force=True)
        return _Exported(record, path, report.beats.n_beats, report.context.verdict)

    return work


def save(widget: QWidget, path: Path) -> None:
    """Write what a widget shows as PNG, messages apart; WriteError where that cannot be done."""
    for bar in widget.findChildren(MessageBar):
        bar.hide()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    widget.grab().save(buffer, "PNG")
    write_whole(path, bytes(buffer.data().data()), force=True)
