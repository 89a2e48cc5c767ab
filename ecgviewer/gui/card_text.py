"""An ensemble's card as HTML for a person: figures, leaks, use; loads nothing, judges nothing."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from ecgviewer.beat import BeatClass
from ecgviewer.pipeline import Ensemble

_FIGURES = ("sensitivity", "ppv", "f1", "specificity", "accuracy")
_HEADINGS = (
    "class",
    "sensitivity",
    "pos. predictivity",
    "F1",
    "specificity",
    "accuracy (1 vs rest)",
)


def model_html(ensemble: Ensemble) -> str:
    """What is known of the networks in use, honest figures first."""
    card = ensemble.card
    parts = [
        f"<h3>{escape(ensemble.title)}</h3>",
        _paragraph("", ensemble.unseen_sentence, bold=True),
        _paragraph("What the protocol leaks", str(card.get("leaks", ""))),
        _paragraph("Intended use", ensemble.intended_use),
        _members(ensemble),
        _section("Patients never seen", card.get("unseen", {})),
        _section("Test beats of the training patients", card.get("metrics", {})),
        "<h4>Identity</h4>",
        _table(
            [
                ("ensemble", f"{ensemble.name}, sha256 {ensemble.hash}"),
                ("preprocessing", ensemble.prep.fingerprint()),
                ("computed on", f"{ensemble.device}, {ensemble.precision}"),
            ]
        ),
    ]
    return "".join(parts)


def _members(ensemble: Ensemble) -> str:
    cards = ensemble.card.get("member_cards", {})
    rows = [("network", "weight", "architecture", "limits")]
    for name, weight in zip(ensemble.members, ensemble.weights, strict=True):
        card = cards.get(name, {})
        rows.append(
            (name, f"{weight:g}", str(card.get("architecture", "")), str(card.get("limits", "")))
        )
    return "<h4>Networks</h4>" + _table(rows, head=True)


def _section(title: str, data: Mapping[str, Any]) -> str:
    body = "".join(_blocks(data))
    return f"<h4>{escape(title)}</h4>{body or '<p>No figures in this card.</p>'}"


def _blocks(data: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[str]:
    """Each set of figures in a nested card with its name; then what else the card says."""
    if "per_class" in data:
        yield _figures(data, ", ".join(path))
        return
    plain = []
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _blocks(value, (*path, str(key)))
        else:
            plain.append((str(key).replace("_", " "), _value(value)))
    if plain:
        yield _caption(", ".join(path)) + _table(plain)


def _figures(data: Mapping[str, Any], name: str) -> str:
    intervals = data.get("intervals_95", {})
    lines = []
    for key, words in (("accuracy", "overall accuracy"), ("macro_f1", "macro-F1")):
        if data.get(key) is not None:
            lines.append(f"{words} {_percent(data[key])}{_interval(intervals.get(key))}")
    if data.get("beats"):
        lines.append(f"{data['beats']:,} beats")
    rows: list[tuple[str, ...]] = [_HEADINGS]
    for c in BeatClass:
        figures = data["per_class"].get(c.name)
        if figures:
            rows.append((c.name, *(_percent(figures.get(f)) for f in _FIGURES)))
    return _caption(name) + f"<p>{escape(', '.join(lines))}</p>" + _table(rows, head=True)


def _caption(name: str) -> str:
    return f"<p><b>{escape(name)}</b></p>" if name else ""


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %"


def _interval(pair: Sequence[float] | None) -> str:
    if not pair or None in pair:
        return ""
    return f" (95 % interval {100 * pair[0]:.1f}-{100 * pair[1]:.1f})"


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(_value(v) for v in value)
    return "" if value is None else str(value)


def _paragraph(title: str, text: str, *, bold: bool = False) -> str:
    if not text:
        return ""
    body = f"<b>{escape(text)}</b>" if bold else escape(text)
    return (f"<h4>{escape(title)}</h4>" if title else "") + f"<p>{body}</p>"


def _table(rows: Sequence[Sequence[str]], *, head: bool = False) -> str:
    lines = []
    for i, row in enumerate(rows):
        tag = "th" if head and i == 0 else "td"
        cells = "".join(f"<{tag} align='left'>{escape(cell)}&nbsp;&nbsp;</{tag}>" for cell in row)
        lines.append(f"<tr>{cells}</tr>")
    return f"<table cellspacing='2'>{''.join(lines)}</table>"
