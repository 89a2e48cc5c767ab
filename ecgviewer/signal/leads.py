"""Which leads feed the networks, by name."""

from collections.abc import Sequence

from ecgviewer.signal.params import PAPER, Preprocessing


def choose_inputs(
    names: Sequence[str], ecg: Sequence[int], *, prep: Preprocessing = PAPER
) -> tuple[int | None, int | None]:
    """Channels for network inputs 1 and 2.

    Parameters
    ----------
    names : sequence of str
        Names of all channels, in file order.
    ecg : sequence of int
        Indices of those that are ECG leads.
    prep : Preprocessing
        Names in order of preference.

    Returns
    -------
    (int or None, int or None)
        Channel of either input; None where there is no such lead.
    """
    if not ecg:
        return None, None
    plain = {i: _plain(names[i]) for i in ecg}
    first = _first(plain, prep.input_1, ecg[0])
    rest = [i for i in ecg if i != first]
    if not rest:
        return first, None
    # "the next ECG channel": the first that is not taken, in file order
    return first, _first({i: plain[i] for i in rest}, prep.input_2, rest[0])


def _plain(name: str) -> str:
    """A lead's name without case and without the words some makers put before it."""
    text = name.strip().upper()
    for word in ("ECG LEAD ", "LEAD ", "ECG "):
        text = text.removeprefix(word)
    return text.strip()


def _first(plain: dict[int, str], preferred: Sequence[str], default: int) -> int:
    for wanted in preferred:
        for i, name in plain.items():
            if name == wanted:
                return i
    return default
