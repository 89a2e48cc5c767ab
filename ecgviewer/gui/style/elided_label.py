"""A label of one line that is cut with an ellipsis; its tooltip has the whole."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ecgviewer.gui.style.plain import LINE, PlainLabel, one_line, tip


class ElidedLabel(PlainLabel):
    """One line of plain text in whatever room there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, most=LINE)
        self.whole = ""
        self._tip = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_whole(self, text: str, *, tip: str = "") -> None:
        """The text, cut when it is drawn, and a tooltip other than the whole text."""
        self.whole, self._tip = text, tip
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._cut()

    def _cut(self) -> None:
        mode = Qt.TextElideMode.ElideRight
        whole = one_line(self.whole)
        text = self.fontMetrics().elidedText(whole, mode, self.width())
        self.setText(text)
        self.setToolTip(tip(self._tip or (self.whole if text != self.whole else "")))
