"""The Model page: what the card of an ensemble says, as pages of blocks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ecgviewer.document.blocks import Block, Heading, Paragraph, Table
from ecgviewer.gui.dialogs.card_blocks import BRACKETS, figure_blocks, value_text, words
from ecgviewer.model.ensemble import Ensemble

# Pages of figures: title, keys of the card, each with its heading where a page has several
_PAGES = (
    ("Patients never seen", (("unseen", ""),)),
    (
        "Figures",
        (("metrics", ""), ("calibration", "Calibration"), ("precision", "Precision")),
    ),
)
_TOLD = {  # on other pages
    *("name", "title", "members", "weights", "member_cards", "member_cards_sha256"),
    *("unseen_sentence", "leaks", "intended_use", "unseen", "metrics", "calibration", "precision"),
}
_PATIENTS = ("patients", "records", "train_patients", "train_records", "data", "split")


@dataclass(frozen=True)
class CardPage:
    """One page: its name and what it says."""

    name: str
    blocks: tuple[Block, ...]


def model_pages(ensemble: Ensemble) -> tuple[CardPage, ...]:
    """What is known of the networks in use, what they cannot do before their figures."""
    card = ensemble.card
    pages = [CardPage("Overview", tuple(_overview(ensemble, card)))]
    for name, parts in _PAGES:
        pages.append(CardPage(name, tuple(_figures(card, parts))))
    pages.append(CardPage("Networks", tuple(_networks(card))))
    more = {key: value for key, value in card.items() if key not in _TOLD}
    if more:
        pages.append(CardPage("More", tuple(figure_blocks(more))))
    return tuple(pages)


def _overview(ensemble: Ensemble, card: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(ensemble.title)
    if ensemble.unseen_sentence:
        yield Paragraph(ensemble.unseen_sentence, strong=True)
    yield from _text("Intended use", ensemble.intended_use)
    yield from _once("What they cannot do", card, "limits")
    yield from _text("What the protocol leaks", str(card.get("leaks", "")))
    yield Heading("Networks")
    yield Table("", _filled(tuple(_members(ensemble, card))), head=True)
    yield from _reads(card)
    yield Heading("Identity")
    yield Table("", tuple(_identity(ensemble, card)))
    yield from _once("Licence", card, "licence")


def _members(ensemble: Ensemble, card: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """One row for each network: what it is and what it was trained on."""
    yield ("network", "weight", "architecture", "arguments", "seed", "trained on")
    cards = card.get("member_cards", {})
    for name, weight in zip(ensemble.members, ensemble.weights, strict=True):
        member = cards.get(name, {})
        training = member.get("training", {})
        config = training.get("config", {})
        seeds = (training.get(k, config.get(k)) for k in ("seeds", "seed"))
        seed = next((value_text("seed", s) for s in seeds if s is not None), "")
        trained = next((value_text(k, training[k]) for k in _PATIENTS if training.get(k)), "")
        arguments = value_text("arguments", member.get("arguments", {}))
        architecture = str(member.get("architecture", ""))
        yield (name, f"{weight:g}", architecture, arguments, seed, trained)


def _filled(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """The rows without the columns in which every cell but the heading is empty."""
    full = [i for i in range(len(rows[0])) if any(row[i] for row in rows[1:])]
    return tuple(tuple(row[i] for i in full) for row in rows)


def _reads(card: Mapping[str, Any]) -> Iterator[Block]:
    """Leads and rates, from the preprocessing that all members share."""
    for member in card.get("member_cards", {}).values():
        prep = member.get("preprocessing", {})
        keys = [key for key in ("input_1", "input_2", "min_fs_hz", "grid_fs_hz") if key in prep]
        if keys:
            yield Heading("Leads and rates")
            yield Table("", tuple((words(key), value_text(key, prep[key])) for key in keys))
        return


def _identity(ensemble: Ensemble, card: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield ("ensemble", f"{ensemble.name}, sha256 {ensemble.hash}")
    yield ("preprocessing", ensemble.prep.fingerprint())
    contexts = {m.get("context_fingerprint") for m in card.get("member_cards", {}).values()}
    for context in sorted(filter(None, contexts)):
        yield ("context", context)
    yield ("computed on", f"{ensemble.device}, {ensemble.precision}")
    for name, member in card.get("member_cards", {}).items():
        if member.get("weights_sha256"):
            yield (f"weights of {name}", f"sha256 {member['weights_sha256']}")
    for name, sha256 in card.get("member_cards_sha256", {}).items():
        yield (f"card of {name}", f"sha256 {sha256}")


def _figures(card: Mapping[str, Any], parts: Iterable[tuple[str, str]]) -> Iterator[Block]:
    found: list[Block] = []
    for key, heading in parts:
        blocks = list(figure_blocks(card.get(key) or {}))
        found += [Heading(heading), *blocks] if heading and blocks else blocks
    if not found:
        yield Paragraph("No figures in this card.")
    elif _has_intervals([card.get(key) for key, _ in parts]):
        yield Paragraph(BRACKETS)
    yield from found


def _has_intervals(data: Any) -> bool:
    if isinstance(data, Mapping):
        return any("interval" in str(k) and "95" in str(k) for k in data) or any(
            _has_intervals(v) for v in data.values()
        )
    return isinstance(data, list | tuple) and any(_has_intervals(v) for v in data)


def _networks(card: Mapping[str, Any]) -> Iterator[Block]:
    """Every member's card but for what the overview says."""
    for name, member in card.get("member_cards", {}).items():
        yield Heading(name)
        told = {"name", "limits", "licence", "intended_use", "class_order"}
        yield from figure_blocks({k: v for k, v in member.items() if k not in told})


def _once(title: str, card: Mapping[str, Any], key: str) -> Iterator[Block]:
    """A sentence of the members' cards: once where all say the same."""
    members = card.get("member_cards", {})
    texts = {name: str(member.get(key, "")) for name, member in members.items()}
    if len(set(texts.values())) == 1:
        yield from _text(title, next(iter(texts.values())))
    elif any(texts.values()):
        yield Heading(title)
        yield from (Paragraph(f"{name}: {text}") for name, text in texts.items() if text)


def _text(title: str, text: str) -> Iterator[Block]:
    if text:
        yield Heading(title)
        yield Paragraph(text)


def as_blocks(pages: Iterable[CardPage]) -> Iterator[Block]:
    """All pages as one document, each under its name."""
    for page in pages:
        yield Heading(page.name, level=1)
        yield from page.blocks
