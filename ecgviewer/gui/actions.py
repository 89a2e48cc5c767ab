"""Every action of the window as one table: menu, text, keys, tooltip; does nothing itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu


@dataclass(frozen=True)
class Action:
    """One action.

    Attributes
    ----------
    name : str
        How the program calls it.
    menu : str
        Menu it stands in.
    text : str
        What the person reads.
    keys : tuple of str
        Shortcuts, the first one is shown.
    tip : str
        What it does, where the text does not say it.
    needs_record : bool
        Whether it makes sense only with a recording open.
    checkable : bool
        Whether it switches something.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    needs_record: bool = True
    checkable: bool = False


LINE = Action("", "", "")
MENUS = ("&File", "&Go", "&View", "&Play", "&Analyze", "&Help")


def _entry(menu: str, name: str, text: str, *keys: str, **more: object) -> Action:
    return Action(name, menu, text, keys, **more)  # type: ignore[arg-type]


ENTRIES: tuple[Action, ...] = (
    _entry("&File", "open", "&Open…", "Ctrl+O", tip="open a WFDB recording", needs_record=False),
    _entry("&File", "download", "Get &PhysioNet record…", "Ctrl+Shift+O", needs_record=False),
    _entry("&File", "demo", "Open &demo record", needs_record=False),
    _entry(
        "&File", "export", "&Export beat report…", "Ctrl+E", tip="write every beat as a CSV file"
    ),
    _entry("&File", "picture", "Save &picture of the window…", "Ctrl+Shift+S"),
    _entry("&File", "quit", "&Quit", "Ctrl+Q", needs_record=False),
    _entry("&Go", "next_abnormal", "Next &abnormal beat", "N", tip="next S, V, F or Q beat"),
    _entry("&Go", "previous_abnormal", "P&revious abnormal beat", "Shift+N"),
    _entry("&Go", "next_beat", "&Next beat", "."),
    _entry("&Go", "previous_beat", "&Previous beat", ","),
    _entry("&Go", "time", "To &time…", "Ctrl+G"),
    _entry("&Go", "find", "&Filter beats", "Ctrl+F", tip="type a filter for the beat table"),
    _entry(
        "&View",
        "filtered",
        "&Filtered trace",
        "F",
        tip="show the trace as the networks read it (0.6-35 Hz, denoised), or as recorded",
        checkable=True,
    ),
    _entry("&View", "gain_up", "Larger &gain", "+", "="),
    _entry("&View", "gain_down", "S&maller gain", "-"),
    _entry("&View", "speed_up", "Fa&ster paper", "]"),
    _entry("&View", "speed_down", "S&lower paper", "["),
    _entry(
        "&View",
        "hide_patient",
        "&Hide patient fields",
        "Ctrl+H",
        tip="hide name, folder, start and comments everywhere",
        needs_record=False,
        checkable=True,
    ),
    _entry("&View", "theme", "&Dark theme", "Ctrl+T", needs_record=False, checkable=True),
    _entry("&View", "full_screen", "F&ull screen", "F11", needs_record=False, checkable=True),
    _entry("&Play", "play", "&Play", "Space", "K", tip="play the recording in frames of 1.11 s"),
    _entry("&Play", "next_frame", "&Next frame", "L"),
    _entry("&Play", "previous_frame", "P&revious frame", "J"),
    _entry("&Play", "faster", "&Faster", "Shift+L"),
    _entry("&Play", "slower", "&Slower", "Shift+J"),
    _entry("&Analyze", "cancel", "C&ancel", "Esc", tip="stop; what is classified stays"),
    _entry("&Analyze", "resume", "Classify the &rest", "Ctrl+R", tip="go on after Cancel"),
    _entry(
        "&Analyze",
        "compare",
        "&Compare with reference annotations…",
        "Ctrl+Shift+R",
        tip="beat by beat, as ANSI/AAMI EC57 says; once every beat has its class",
    ),
    _entry("&Analyze", "inputs", "&Leads the networks read…"),
    _entry(
        "&Analyze",
        "keep_results",
        "&Keep results",
        tip="a recording that was analysed once shows its classes at once",
        needs_record=False,
        checkable=True,
    ),
    _entry("&Analyze", "forget_results", "&Forget kept results", needs_record=False),
    _entry("&Help", "shortcuts", "&Keys", "?", needs_record=False),
    _entry(
        "&Help",
        "model",
        "&Model…",
        "F1",
        tip="what is known of the networks in use: figures, limits, training patients",
        needs_record=False,
    ),
    _entry("&Help", "about", "&About", needs_record=False),
)
# Keys and gestures that are no actions; the canvas acts on them when it has the focus.
GESTURES: tuple[tuple[str, str], ...] = (
    ("click a beat", "choose it: table and inspector follow"),
    ("drag, wheel, ← →", "move along the recording"),
    ("Page Up, Page Down", "a page back or on"),
    ("Home, End", "start or end of the recording"),
    ("Ctrl + wheel", "paper speed"),
    ("Shift + wheel", "gain"),
    ("click or drag the strip", "go there"),
)


class Actions:
    """The window's actions by name, in menus.

    Parameters
    ----------
    window : QMainWindow
        Gets the menus.
    """

    def __init__(self, window: QMainWindow) -> None:
        self.menus: dict[str, QMenu] = {name: window.menuBar().addMenu(name) for name in MENUS}
        self._by_name: dict[str, QAction] = {}
        for entry in ENTRIES:
            action = _make(entry, window)
            self._by_name[entry.name] = action
            self.menus[entry.menu].addAction(action)
        self.enable(has_record=False)

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def connect(self, handlers: Mapping[str, Callable[..., object]]) -> None:
        """Connect every action to its handler; a name without one is a programming error."""
        for entry in ENTRIES:
            action, handler = self._by_name[entry.name], handlers[entry.name]
            if entry.checkable:
                action.triggered.connect(handler)  # with whether it is checked
            else:
                action.triggered.connect(lambda _=False, handler=handler: handler())

    def enable(self, *, has_record: bool) -> None:
        """Enable what makes sense with, or without, a recording."""
        for entry in ENTRIES:
            self._by_name[entry.name].setEnabled(has_record or not entry.needs_record)


def _make(entry: Action, window: QMainWindow) -> QAction:
    action = QAction(entry.text, window)
    action.setObjectName(entry.name)
    action.setCheckable(entry.checkable)
    action.setShortcuts([QKeySequence(key) for key in entry.keys])
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    tip = entry.tip or entry.text.replace("&", "").rstrip("…")
    action.setToolTip(f"{tip}  [{entry.keys[0]}]" if entry.keys else tip)
    return action
