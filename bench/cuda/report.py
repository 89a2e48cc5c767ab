"""What was measured, as JSON and as Markdown."""

from pathlib import Path
from typing import Any

from bench.days.figures import Figure, dump, number

_LISTED = 20  # differing beats that are printed


def write(document: dict[str, Any], path: Path) -> None:
    """The whole as JSON, one figure a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump(document), encoding="utf-8")


def row(figure: Figure, plain: dict[str, Any]) -> dict[str, Any]:
    """A figure as JSON has it, with its verdict where it has one."""
    return {**plain, "verdict": figure.verdict} if figure.verdict else plain


def missed(document: dict[str, Any]) -> list[str]:
    """Names of the bars of agreement that are missed."""
    return [
        figure["name"]
        for name, step in document["parts"].items()
        if name.startswith("agreement")
        for figure in step["figures"]
        if figure.get("verdict") == "missed"
    ]


def differing(document: dict[str, Any]) -> list[str]:
    """A line for each of the first beats whose class differs."""
    lines = [
        f"{d['ensemble']}, {d['precision']}: record {d['record']}, sample {d['sample']}: CPU"
        f" {d['cpu']} by {d['cpu_margin']:.3g}, device {d['device']} by {d['device_margin']:.3g}"
        for d in document["differing"][:_LISTED]
    ]
    left = len(document["differing"]) - _LISTED
    return [*lines, f"and {left:,} more, in the JSON"] if left > 0 else lines


def markdown(document: dict[str, Any]) -> str:
    """Tables for docs/performance.md."""
    machine = document["machine"]
    card = f"{machine['card']}, {machine['card_memory_gb']:g} GB, " if "card" in machine else ""
    lines = [
        f"{document['date']}, commit {document['commit'] or 'unknown'}, code {machine['code']};"
        f" {card}{machine['processor']}, {machine['cores']} cores,"
        f" load before {document['load_before']}; torch"
        f" {machine['versions']['torch']}; share {document['share']:g} of every record,"
        f" {document['spent_s']:.0f} s in all.",
        "",
        "| what | measured | bar | | note |",
        "|---|---:|---:|---|---|",
    ]
    for name, step in document["parts"].items():
        lines += [_cells(each) for each in step["figures"]]
        if step["ended"]:
            lines.append(f"| {name} | | | not measured | {step['ended']} |")
    lines += ["", *(f"- {line}" for line in differing(document))]
    return "\n".join(lines).rstrip()


def _cells(figure: dict[str, Any]) -> str:
    unit = figure.get("unit", "")
    value = "" if figure["value"] is None else f"{number(figure['value'])} {unit}".strip()
    bar = f"{number(figure['bar'])} {unit}".strip() if "bar" in figure else ""
    note = figure.get("note", "")
    if "peer" in figure:
        note = f"{figure['peer']} {number(figure.get('peer_value'))} {note}"
    cells = (figure["name"], value, bar, figure.get("verdict", ""), note)
    return "| " + " | ".join(cell.strip() for cell in cells) + " |"
