"""Keys in force: the program's, the user's in their place, and what is refused of these."""

import pytest
from PySide6.QtGui import QKeySequence

from ecgviewer.gui.actions import ACTIONS
from ecgviewer.gui.window.keys import RESERVED, Keys, keys_in_force

DEFAULTS = {"play": ("Space", "K"), "next": ("N",), "back": ("Shift+N",), "demo": ()}
TITLES = {"play": "Play", "next": "Next beat", "back": "Previous beat", "demo": "Demo"}


def chosen(**own: tuple[str, ...]) -> Keys:
    return keys_in_force(DEFAULTS, own, titles=TITLES)


def test_no_choice_leaves_the_programs_keys(qapp):
    assert chosen() == Keys(DEFAULTS)


def test_own_keys_take_the_place_of_the_programs(qapp):
    keys = chosen(play=("p", "Ctrl+p", "P"), demo=("F5",), back=())
    assert keys.refused == ()
    assert keys.of == {"play": ("P", "Ctrl+P"), "next": ("N",), "back": (), "demo": ("F5",)}


def test_two_actions_can_swap_their_keys(qapp):
    keys = chosen(next=("Shift+N",), back=("N",))
    assert keys == Keys({**DEFAULTS, "next": ("Shift+N",), "back": ("N",)})


@pytest.mark.parametrize(
    ("own", "sentence"),  # of the last choice, which is refused
    [
        ({"playy": ("P",)}, "There is no action “playy” to give keys to."),
        ({"play": ("P", "Foo")}, "“Foo” is no key, so “Play” keeps Space or K."),
        ({"demo": ("",)}, "“” is no key, so “Demo” keeps no key."),
        ({"demo": ("Home",)}, "Home moves along the trace or a list, so “Demo” keeps no key."),
        ({"demo": ("N",)}, "N is a key of “Next beat”, so “Demo” keeps no key."),
        ({"demo": ("N, P",)}, "N, P is a key of “Next beat”, so “Demo” keeps no key."),
        ({"demo": ("Ctrl+N",), "next": ("K",)}, "K is a key of “Play”, so “Next beat” keeps N."),
        ({"play": ("P",), "next": ("P",)}, "P is a key of “Play”, so “Next beat” keeps N."),
    ],
)
def test_a_choice_that_cannot_be_is_refused_with_a_sentence(qapp, own, sentence):
    *taken, _ = own.items()
    assert chosen(**own) == Keys({**DEFAULTS, **dict(taken)}, (sentence,))


def test_what_a_refused_choice_keeps_is_not_given_to_another(qapp):
    """Demo wants N, which is free only as long as "next" gets what it asks for."""
    keys = chosen(next=("Space",), demo=("N",))
    assert keys.of == DEFAULTS
    assert keys.refused == (
        "Space is a key of “Play”, so “Next beat” keeps N.",
        "N is a key of “Next beat”, so “Demo” keeps no key.",
    )


def test_the_programs_keys_are_spelt_as_qt_does_and_do_not_clash(qapp):
    keys = [key for row in ACTIONS for key in row.keys]
    assert keys == [QKeySequence(key).toString() for key in keys]
    assert len(set(keys)) == len(keys)
    assert not set(RESERVED) & set(keys)
