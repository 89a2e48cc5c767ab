"""What a test needs is public: none reads a private name of the program."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.test_files import sources

# Files that may, each with its reason.
ALLOWED: dict[str, str] = {}
# "_name", as monkeypatch takes it, or "ecgviewer.module._name"
AS_TEXT = re.compile(r"(?:(?:ecgviewer|train)[\w.]*\.)?_[a-zA-Z]\w*")


def is_private(name: str) -> bool:
    return re.match(r"_[a-zA-Z]", name) is not None


def own_names(tree: ast.AST) -> set[str]:
    """Names that a file itself defines, or gives to its objects."""
    return {
        node.name if not isinstance(node, ast.Attribute) else node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        or (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and on_self(node))
    }


def on_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}


def names_in(node: ast.AST) -> list[str]:
    """Names of others that a node reads, be it in a text handed to getattr or to monkeypatch."""
    match node:
        case ast.Attribute(attr=name):
            return [name]
        case ast.ImportFrom(module=module, names=aliases):
            return [*(module or "").split("."), *(alias.name for alias in aliases)]
        case ast.Import(names=aliases):
            return [part for alias in aliases for part in alias.name.split(".")]
        case ast.Call(
            func=ast.Name("getattr" | "setattr" | "hasattr")
            | ast.Attribute(attr="setattr" | "delattr" | "__setattr__"),
            args=args,
        ):
            texts = [arg.value for arg in args if isinstance(arg, ast.Constant)]
            names = [text for text in texts if isinstance(text, str) and AS_TEXT.fullmatch(text)]
            return [name.rpartition(".")[2] for name in names]
        case _:
            return []


def private_reads(text: str) -> Iterator[tuple[int, str]]:
    """Line and name of every private name of somebody else."""
    tree = ast.parse(text)
    own = own_names(tree)
    for node in ast.walk(tree):
        mine = isinstance(node, ast.Attribute) and on_self(node) and node.attr in own
        for name in [] if mine else names_in(node):
            if is_private(name):
                yield getattr(node, "lineno", 0), name


def test_no_test_reads_a_private_name():
    found = {
        f"{name}:{line}: {private}"
        for name, text in sources()
        if name.startswith("tests/") and name not in ALLOWED
        for line, private in private_reads(text)
    }
    assert found == set()


@pytest.mark.parametrize(
    "text",
    [
        "window.refresh._reading",
        "search._Searcher.ready",
        "class A(B):\n    def f(self): return self._of_the_base",
        "from train.pages.clinical_section import _paced",
        "from ecgviewer._x import y",
        'monkeypatch.setattr(runs, "_train", None)',
        'monkeypatch.setattr("ecgviewer.files.atomic._publish", None)',
        'getattr(window, "_reader")',
    ],
)
def test_a_private_name_is_seen(text: str):
    assert list(private_reads(text))


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    def __init__(self): self._n = 0\n    def f(self): return self._n",
        "value.__class__",
        "lambda *_: None",
        'path.with_name("_data")',
    ],
)
def test_what_is_a_file_s_own_is_none(text: str):
    assert not list(private_reads(text))
