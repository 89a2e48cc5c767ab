"""Every action of the window as one table; menus, keys and the key sheet are made from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypedDict, get_args

Menu = Literal["&File", "&Go", "&View", "&Play", "&Analyze", "&Help"]
Need = Literal["", "record", "running", "unfinished", "reference"]
MENUS: tuple[Menu, ...] = get_args(Menu)


class Present(TypedDict, total=False):
    """What is there to act on.

    A record; an analysis that runs; one that does not, with beats left to classify; annotations to
    compare with, and every beat with its class.
    """

    record: bool
    running: bool
    unfinished: bool
    reference: bool


class Parts(TypedDict):
    """Who handles actions: a row's `handler` begins with one of these names."""

    window: object
    session: object
    file: object
    beat: object
    trace: object
    play: object
    view: object
    compare: object
    results: object
    help: object


@dataclass(frozen=True)
class Action:
    """One action.

    Attributes
    ----------
    name : str
        How the program, and a user's own keys, call it.
    menu : str
        Menu it stands in.
    text : str
        What the user reads.
    keys : tuple of str
        Key sequences, the first one is shown.
    tip : str
        What it does, where the text does not say it.
    needs : str
        What has to be there (`Present`); "" for nothing.
    handler : str or callable
        Who does it: "part.method", a part of `Parts`, or a function.
    step : int
        What a handler that serves two actions is called with: 1 on, -1 back; 0 for none.
    checkable : bool
        Whether it switches something; the handler is called with whether it is on.
    """

    name: str
    menu: Menu
    text: str
    keys: tuple[str, ...]
    tip: str
    needs: Need
    handler: str | Callable[..., object]
    step: int = 0
    checkable: bool = False

    @property
    def title(self) -> str:
        """The text without its marks."""
        return self.text.replace("&", "").rstrip("…")


ACTIONS: tuple[Action, ...] = (
    Action("open", "&File", "&Open…", ("Ctrl+O",), "open a WFDB recording", "", "file.on_open"),
    Action(
        "download", "&File", "Get &PhysioNet record…", ("Ctrl+Shift+O",), "", "", "file.on_download"
    ),
    Action("demo", "&File", "Open &demo record", (), "", "", "file.on_demo"),
    Action(
        "export",
        "&File",
        "&Export beat report…",
        ("Ctrl+E",),
        "write every beat as a CSV file",
        "record",
        "file.on_export",
    ),
    Action(
        "picture",
        "&File",
        "Save &picture of the window…",
        ("Ctrl+Shift+S",),
        "",
        "record",
        "file.on_picture",
    ),
    Action("quit", "&File", "&Quit", ("Ctrl+Q",), "", "", "window.close"),
    Action(
        "next_abnormal",
        "&Go",
        "Next &abnormal beat",
        ("N",),
        "next S, V, F or Q beat, pause or other episode",
        "record",
        "beat.next_abnormal",
    ),
    Action(
        "previous_abnormal",
        "&Go",
        "P&revious abnormal beat",
        ("Shift+N",),
        "",
        "record",
        "beat.previous_abnormal",
    ),
    Action("next_beat", "&Go", "&Next beat", (".",), "", "record", "beat.next_beat"),
    Action("previous_beat", "&Go", "&Previous beat", (",",), "", "record", "beat.previous_beat"),
    Action(
        "time",
        "&Go",
        "To &time…",
        ("Ctrl+G",),
        "14:08, 14:08 +1, +5:00:00",
        "record",
        "view.on_time",
    ),
    Action(
        "find",
        "&Go",
        "&Filter beats",
        ("Ctrl+F",),
        "type a filter for the beat table",
        "record",
        "view.on_find",
    ),
    Action(
        "filtered",
        "&View",
        "&Filtered trace",
        ("F",),
        "show the trace as the networks read it (0.6-35 Hz, denoised), or as recorded",
        "record",
        "view.on_filtered",
        checkable=True,
    ),
    Action("gain_up", "&View", "Larger &gain", ("+", "="), "", "record", "trace.step_gain", step=1),
    Action("gain_down", "&View", "S&maller gain", ("-",), "", "record", "trace.step_gain", step=-1),
    Action("speed_up", "&View", "Fa&ster paper", ("]",), "", "record", "trace.step_speed", step=1),
    Action(
        "speed_down", "&View", "S&lower paper", ("[",), "", "record", "trace.step_speed", step=-1
    ),
    Action(
        "hide_patient",
        "&View",
        "&Hide patient fields",
        ("Ctrl+H",),
        "hide name, folder, start and comments everywhere",
        "",
        "view.on_hide_patient",
        checkable=True,
    ),
    Action(
        "rate_intervals",
        "&View",
        "Heart &rates over…",
        (),
        "how many N-N intervals the least and the greatest heart rate are the mean of",
        "",
        "view.on_rate_intervals",
    ),
    Action("theme", "&View", "&Dark theme", ("Ctrl+T",), "", "", "view.on_dark", checkable=True),
    Action(
        "full_screen",
        "&View",
        "F&ull screen",
        ("F11",),
        "",
        "",
        "view.on_full_screen",
        checkable=True,
    ),
    Action("arrange", "&View", "&Panels in their places", (), "", "", "view.on_arrange"),
    Action(
        "play",
        "&Play",
        "&Play",
        ("Space", "K"),
        "play the recording in frames of 1.11 s",
        "record",
        "play.toggle",
    ),
    Action("next_frame", "&Play", "&Next frame", ("L",), "", "record", "play.step_frame", step=1),
    Action(
        "previous_frame",
        "&Play",
        "P&revious frame",
        ("J",),
        "",
        "record",
        "play.step_frame",
        step=-1,
    ),
    Action("faster", "&Play", "&Faster", ("Shift+L",), "", "record", "play.faster"),
    Action("slower", "&Play", "&Slower", ("Shift+J",), "", "record", "play.slower"),
    Action(
        "cancel",
        "&Analyze",
        "C&ancel",
        ("Esc",),
        "stop; what is classified stays",
        "running",
        "session.cancel",
    ),
    Action(
        "resume",
        "&Analyze",
        "Classify the &rest",
        ("Ctrl+R",),
        "go on after Cancel",
        "unfinished",
        "session.resume",
    ),
    Action(
        "compare",
        "&Analyze",
        "&Compare with reference annotations…",
        ("Ctrl+Shift+R",),
        "beat by beat, as ANSI/AAMI EC57 says; once every beat has its class",
        "reference",
        "compare.on_asked",
    ),
    Action("inputs", "&Analyze", "&Leads the networks read…", (), "", "record", "view.on_inputs"),
    Action(
        "keep_results",
        "&Analyze",
        "&Keep results",
        (),
        "a recording that was analysed once shows its classes at once",
        "",
        "results.on_keep",
        checkable=True,
    ),
    Action("forget_results", "&Analyze", "&Forget kept results", (), "", "", "results.on_forget"),
    Action("shortcuts", "&Help", "&Keys", ("?",), "", "", "help.on_keys"),
    Action(
        "model",
        "&Help",
        "&Model…",
        ("F1",),
        "what is known of the networks in use: figures, limits, training patients",
        "",
        "help.on_model",
    ),
    Action("about", "&Help", "&About", (), "", "", "help.on_about"),
)
assert set(get_args(Need)) == {"", *Present.__annotations__}
assert {str(row.handler).partition(".")[0] for row in ACTIONS} == set(Parts.__annotations__)
assert len({row.name for row in ACTIONS}) == len(ACTIONS)

# Keys and gestures that are no actions; keys act wherever the focus is, but in text being typed.
GESTURES: tuple[tuple[str, str], ...] = (
    ("click a beat", "choose it: table and inspector follow"),
    ("drag, wheel, ← →", "move along the recording"),
    ("↑ ↓, Alt + wheel", "scroll leads that do not fit"),
    ("Page Up, Page Down", "a page back or on"),
    ("Home, End", "start or end of the recording"),
    ("Esc", "leave a text field, a list or a button: back to the trace"),
    ("Ctrl + arrows", "from row to row of a list that Tab has led to"),
    ("Ctrl + wheel", "paper speed"),
    ("Shift + wheel", "gain"),
    ("click or drag the strip", "go there and choose the beat"),
)
