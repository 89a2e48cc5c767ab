"""Arrows, Page, Home and End move the trace wherever the focus is; Esc leads back to it.

Only where text is typed do these keys belong to the text. Lists, buttons and choices take the focus
by Tab alone, so that a click leaves it on the trace, and a choice made gives it back.
"""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QLineEdit,
    QMainWindow,
    QMenuBar,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

from ecgviewer.gui.trace.canvas import Canvas
from ecgviewer.gui.trace.pointer import MOVE_KEYS

_TYPED_IN = (QLineEdit, QAbstractSpinBox, QTextEdit, QPlainTextEdit)
_PRESSED = (QAbstractButton, QComboBox)  # by Space, as everywhere
_Key = Qt.Key


class TraceKeys(QObject):
    """The keys of the trace in one window.

    Parameters
    ----------
    window : QMainWindow
        Whole: lists and choices that come into it later keep their ways.
    canvas : Canvas
        The trace.
    """

    def __init__(self, window: QMainWindow, canvas: Canvas) -> None:
        super().__init__(window)
        self._canvas = canvas
        self._shortcuts = [QShortcut(QKeySequence(key), window) for key in MOVE_KEYS]
        for key, shortcut in zip(MOVE_KEYS, self._shortcuts, strict=True):
            shortcut.activated.connect(partial(canvas.move_by_key, key))
            shortcut.setEnabled(False)
        for widget in window.findChildren(QWidget):
            if widget.window() is window and widget is not canvas:
                self._tame(widget)
        # they are asked for the keys that no child has taken; a dock may be a window of its own
        for part in (window, *window.findChildren(QDockWidget)):
            part.installEventFilter(self)

    def start(self) -> None:
        """There is a trace to move."""
        for shortcut in self._shortcuts:
            shortcut.setEnabled(True)
        for tabs in self._canvas.window().findChildren(QTabBar):  # of the docks, since they lie so
            tabs.installEventFilter(self)

    def return_to_trace(self) -> None:
        if not self._canvas.isActiveWindow():  # a dock that floats is
            self._canvas.activateWindow()
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, (QComboBox, QTabBar)):
            event.ignore()  # for what it stands in
            return True
        if isinstance(event, QKeyEvent) and isinstance(watched, (QMainWindow, QDockWidget)):
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key, focus = _Key(event.key()), QApplication.focusWidget()
        if event.type() == QEvent.Type.ShortcutOverride:
            if self._is_no_shortcut(key, focus):
                event.accept()
                return True
        elif event.type() == QEvent.Type.KeyPress and key == _Key.Key_Escape:
            self.return_to_trace()
            return True
        return False

    def _is_no_shortcut(self, key: Qt.Key, focus: QWidget | None) -> bool:
        """Whether a key means something else where the focus is."""
        if key == _Key.Key_Escape:  # on the trace it is the action's
            return focus is not self._canvas and self._canvas.isVisible()
        if key == _Key.Key_Space:
            return isinstance(focus, _PRESSED)
        return key in MOVE_KEYS and isinstance(focus, (*_TYPED_IN, QMenuBar))

    def _tame(self, widget: QWidget) -> None:
        """Keep a widget from taking focus and wheel of the trace."""
        if isinstance(widget, _TYPED_IN):
            return
        if isinstance(widget, QAbstractScrollArea) and not isinstance(widget, QAbstractItemView):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        elif isinstance(widget, (QAbstractItemView, *_PRESSED)):
            by_tab = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
            widget.setFocusPolicy(Qt.FocusPolicy(by_tab))
        if isinstance(widget, QAbstractItemView):
            widget.clicked.connect(self.return_to_trace)
        if isinstance(widget, QComboBox):
            widget.activated.connect(self.return_to_trace)
            widget.installEventFilter(self)
