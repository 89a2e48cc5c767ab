"""The keys in force: the program's own, and the user's in their place."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

# They move along the trace, through lists and from one part of the window to the next.
RESERVED = ("Left", "Right", "Up", "Down", "PgUp", "PgDown", "Home", "End", "Tab", "Return")


@dataclass(frozen=True)
class Keys:
    """Which keys do what.

    Attributes
    ----------
    of : mapping of str to tuple of str
        Key sequences by the name of the action, the first one is shown.
    refused : tuple of str
        A sentence for each of the user's choices that was not taken.
    """

    of: Mapping[str, tuple[str, ...]]
    refused: tuple[str, ...] = ()


def keys_in_force(
    defaults: Mapping[str, tuple[str, ...]],
    own: Mapping[str, tuple[str, ...]],
    *,
    titles: Mapping[str, str],
) -> Keys:
    """Put the user's own keys in the place of the program's.

    A choice is taken or refused as a whole. It is refused where it names no action or no key, or
    one that another action has once all others are chosen: two actions can swap their keys.

    Parameters
    ----------
    defaults, own : mapping of str to tuple of str
        Key sequences by the name of the action; the program's, which do not clash, and the user's.
    titles : mapping of str to str
        What the user calls each action.
    """
    refused = [
        f"There is no action “{name}” to give keys to." for name in own if name not in titles
    ]
    taken: dict[str, tuple[str, ...]] = {}
    for name in (name for name in defaults if name in own):
        problem = next(filter(None, map(_problem, own[name])), "")
        if problem:
            refused.append(_refusal(problem, titles[name], defaults[name]))
        else:
            taken[name] = tuple(dict.fromkeys(_spelt(key) for key in own[name]))
    while True:
        keys = {**defaults, **taken}
        clash = next((c for name in reversed(taken) if (c := _clash(name, keys))), None)
        if clash is None:
            return Keys(keys, tuple(refused))
        name, key, other = clash
        del taken[name]
        problem = f"{key} is a key of “{titles[other]}”"
        refused.append(_refusal(problem, titles[name], defaults[name]))


def _problem(key: str) -> str:
    """Why a text cannot be a key of any action, or ""."""
    spelt = _spelt(key)
    if not spelt:
        return f"“{key}” is no key"
    return f"{spelt} moves along the trace or a list" if spelt in RESERVED else ""


def _clash(name: str, keys: Mapping[str, tuple[str, ...]]) -> tuple[str, str, str] | None:
    """The action, a key of it, and another action that has it or begins with it."""
    for other in (other for other in keys if other != name):
        for key in keys[name]:
            if any(_collide(QKeySequence(key), QKeySequence(of_it)) for of_it in keys[other]):
                return name, key, other
    return None


def _collide(one: QKeySequence, other: QKeySequence) -> bool:
    no = QKeySequence.SequenceMatch.NoMatch
    return one.matches(other) != no or other.matches(one) != no


def _spelt(key: str) -> str:
    """A key sequence as Qt spells it; "" where it is none."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def _refusal(problem: str, title: str, kept: tuple[str, ...]) -> str:
    return f"{problem}, so “{title}” keeps {' or '.join(kept) or 'no key'}."
