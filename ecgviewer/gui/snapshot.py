"""A picture of the window as a file, whole or not at all; decides nothing about what it shows."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtWidgets import QWidget

from ecgviewer.io.atomic import write_whole


def save(widget: QWidget, path: Path) -> None:
    """Write what a widget shows as PNG; WriteError where that cannot be done."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    widget.grab().save(buffer, "PNG")
    write_whole(path, bytes(buffer.data().data()), force=True)
