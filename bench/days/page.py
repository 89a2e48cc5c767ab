"""The tables of docs/performance.md, put between two marks of that page."""

from pathlib import Path
from typing import Any

from bench.days.figures import Figure, dump, number

BEGIN, END = "<!-- figures: make bench -->", "<!-- end of figures -->"
TITLES = {
    "open": "Opening",
    "frames": "Frames of the day",
    "analyse": "The day's analysis in the window",
    "week": "Seven days",
    "scan": "Scan without a window",
    "classify": "Networks",
    "stop": "Ending",
    "play": "Playback",
}


def tables(document: dict[str, Any]) -> str:
    """Every part's figures, and all of it as JSON."""
    machine = document["machine"]
    lines = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB;"
        f" {machine['system']}, Python {machine['python']}.",
        "",
    ]
    for part, title in TITLES.items():
        if part in document["parts"]:
            lines += _part(title, document["parts"][part])
    lines += ["## As JSON", "", "```json", dump(document).rstrip(), "```"]
    return "\n".join(lines)


def _part(title: str, run: dict[str, Any]) -> list[str]:
    about = f"{run['date']}, commit {run['commit']}, load before {run['load_before']}"
    about += f", ensemble {run['ensemble']}, day of {run['day_h']:g} h, week of {run['week_h']:g} h"
    lines = [f"## {title}", "", about + ".", ""]
    if run.get("ended"):
        lines += [f"**Not complete: {run['ended']}.**", ""]
    lines += ["| what | measured | bar | | peer | note |", "|---|---:|---:|---|---|---|"]
    for row in run["figures"]:
        figure = Figure(**{"unit": "", **row})
        peer = f"{figure.peer} {number(figure.peer_value)} {figure.unit}" if figure.peer else ""
        bar = "" if figure.bar is None else f"{number(figure.bar)} {figure.unit}"
        value = "" if figure.value is None else f"{number(figure.value)} {figure.unit}"
        cells = (figure.name, value, bar, figure.verdict, peer, figure.note)
        lines.append("| " + " | ".join(cell.strip() for cell in cells) + " |")
    return [*lines, ""]


def put(page: Path, document: dict[str, Any]) -> None:
    """Replace what is between the marks; ValueError where the page has none."""
    text = page.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"{page.name} needs one line {BEGIN!r} and one {END!r}")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n\n{tables(document)}\n\n{END}{after}", encoding="utf-8")
