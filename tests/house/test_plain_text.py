"""No text of the window is left to Qt's guess whether it is rich: rich text loads pictures."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.test_files import sources

PLAIN = "ecgviewer/gui/style/plain.py"
# Labels of HTML that the program writes itself, and what in it is foreign.
RICH_LABELS = {
    "ecgviewer/gui/panels/comparison/panel.py": "document.html escapes every text",
    "ecgviewer/gui/panels/summary.py": "links on times; numbers and times alone",
    "ecgviewer/gui/window/playback_toolbar.py": "colours; numbers and a letter alone",
}
# Classes that guess, or read HTML, by the one file that makes each as it has to be.
ONLY_IN = {
    "QLabel": {PLAIN},
    "QTextBrowser": {"ecgviewer/gui/dialogs/text.py"},
    "QMessageBox": {"ecgviewer/gui/dialogs/prompts.py"},
    "QInputDialog": {"ecgviewer/gui/dialogs/prompts.py"},  # its questions are the program's own
    "QTextEdit": set(),
    "QTextDocument": set(),
    "QGraphicsTextItem": set(),
    "QProgressDialog": set(),
    "QErrorMessage": set(),
    "QWhatsThis": set(),
}
# Methods that take text which Qt reads in its own way, the place of the text among the arguments,
# and the functions of `style.plain` that make it safe.
SAFE = {
    "setToolTip": (0, {"tip"}),
    "setWhatsThis": (0, {"tip"}),
    "showText": (1, {"tip"}),
    "setWindowTitle": (0, {"title"}),
    "addTab": (1, {"caption"}),
    "LabelItem": (0, {"escape"}),
    "TextItem": (0, {"escape"}),
}
# Not by one of them, and why.
ALLOWED = {
    ("ecgviewer/gui/main_window.py", "actions['cancel'].toolTip()"): "made by `tip` once",
    ("ecgviewer/gui/window/refresh.py", "identity.title"): "made by `title`",
}


def in_gui() -> list[tuple[str, ast.Module]]:
    return [(name, ast.parse(text)) for name, text in sources() if name.startswith("ecgviewer/gui")]


def called(node: ast.Call) -> str:
    """The last part of the name that is called."""
    function = node.func
    return getattr(function, "attr", None) or getattr(function, "id", "")


def is_fixed(node: ast.expr) -> bool:
    """Whether a text is written in the source: a literal, a constant of the module, a choice."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name.isupper()
        case ast.IfExp(body=body, orelse=other):
            return is_fixed(body) and is_fixed(other)
    return False


def is_safe(node: ast.expr, makers: set[str]) -> bool:
    if isinstance(node, ast.IfExp):
        return is_safe(node.body, makers) and is_safe(node.orelse, makers)
    return is_fixed(node) or (isinstance(node, ast.Call) and called(node) in makers)


def guesses(tree: ast.AST) -> Iterator[str]:
    """Texts of a file that are given to Qt as they come."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in SAFE:
            place, makers = SAFE[called(node)]
            if len(node.args) > place and not is_safe(node.args[place], makers):
                yield ast.unparse(node.args[place])


def test_no_text_is_given_to_qt_as_it_comes():
    found = {(name, text) for name, tree in in_gui() if name != PLAIN for text in guesses(tree)}
    assert found == set(ALLOWED)


def test_widgets_that_guess_are_made_in_one_place():
    found: dict[str, set[str]] = {name: set() for name in ONLY_IN}
    for file, tree in in_gui():
        for node in ast.walk(tree):
            names = [called(node)] if isinstance(node, ast.Call) else []
            if isinstance(node, ast.ClassDef):
                names = [ast.unparse(base) for base in node.bases]
            if isinstance(node, ast.Attribute):  # QMessageBox.warning(...)
                names = [ast.unparse(node.value)]
            for name in found.keys() & set(names):
                found[name].add(file)
    assert found == ONLY_IN


def test_rich_labels_are_known():
    uses = {
        file
        for file, tree in in_gui()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) == "RichLabel"
    }
    assert uses == set(RICH_LABELS)


def test_a_question_is_plain_text():
    (tree,) = (tree for name, tree in in_gui() if name == "ecgviewer/gui/dialogs/prompts.py")
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            text = ast.unparse(function)
            if "QMessageBox(" in text:
                assert ".setTextFormat(Qt.TextFormat.PlainText)" in text, function.name
            assert "QMessageBox." not in text.replace("QMessageBox.Icon", "").replace(
                "QMessageBox.ButtonRole", ""
            ).replace("QMessageBox.StandardButton", ""), function.name


def test_formats_are_not_left_to_guess():
    found = [name for name, tree in in_gui() if "AutoText" in ast.unparse(tree)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "label.setToolTip(record.name)",
        'label.setToolTip(f"{record.name}")',
        "QToolTip.showText(place, text)",
        "window.setWindowTitle(name if name else 'x')",
        "pg.LabelItem(name)",
    ],
)
def test_a_guess_is_seen(text: str):
    assert list(guesses(ast.parse(text)))
