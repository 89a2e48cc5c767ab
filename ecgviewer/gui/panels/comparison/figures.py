"""The figures of a comparison as HTML tables; computes none of them."""

from collections.abc import Sequence

from ecgviewer.ec57.figures import BeatFigures, Ratio
from ecgviewer.ec57.runs import CHAMBERS, RUN_KINDS
from ecgviewer.evaluation.recording import Evaluation
from ecgviewer.gui.style.wording import count

_DASH = "–"  # there is no such figure
_GROUPS = (("QRS", "qrs"), ("VEB", "veb"), ("SVEB", "sveb"))
_KINDS = (("Se", "se"), ("+P", "pp"))


def figures_html(evaluation: Evaluation, *, muted: str) -> str:
    """Se, +P, FPR and RR error, then runs of either chamber.

    Parameters
    ----------
    evaluation : Evaluation
        With results.
    muted : str
        Colour of counts, "#rrggbb".
    """
    figures = BeatFigures.of(evaluation.beats.matrix)
    error = evaluation.beats.rr_error_ms
    beats: list[list[str]] = []
    for title, group in _GROUPS:
        ratios = [getattr(figures, f"{group}_{kind}") for _, kind in _KINDS]
        beats.append([title, *(_cell(ratio, 2, muted) for ratio in ratios)])
    beats.append(["VEB FPR", _cell(figures.veb_fpr, 2, muted)])
    beats.append(["RR error", _DASH if error is None else f"{error:.2f} ms"])
    runs: list[list[str]] = []
    for k, (kind, least) in enumerate(RUN_KINDS):
        cells = [f"{kind} ({_length(k, least)})"]
        for chamber in CHAMBERS:
            counts = evaluation.runs[chamber].counts[k]
            cells += [_cell(counts.se, 0, muted), _cell(counts.pp, 0, muted)]
        runs.append(cells)
    return (
        _table(["Beats", *(word for word, _ in _KINDS)], beats)
        + "<div style='font-size: 5px'>&nbsp;</div>"
        + _table(["Runs", "V Se", "V +P", "S Se", "S +P"], runs)
    )


def _length(place: int, least: int) -> str:
    """How many beats a run of that kind has."""
    if place + 1 == len(RUN_KINDS):
        return f"{least} and more"
    last = RUN_KINDS[place + 1][1] - 1
    return f"{least}" if last == least else f"{least}-{last}"


def _cell(ratio: Ratio, places: int, muted: str) -> str:
    if ratio.percent is None:
        return _DASH
    counts = f"{count(ratio.part)}/{count(ratio.whole)}"
    return f"{ratio.percent:.{places}f}&nbsp;% <span style='color:{muted}'>{counts}</span>"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str], tag: str) -> str:
        inner = "".join(f"<{tag} align='left'>{cell}&nbsp;&nbsp;</{tag}>" for cell in cells)
        return f"<tr>{inner}</tr>"

    body = "".join(line(row, "td") for row in rows)
    return f"<table cellspacing='0' cellpadding='1'>{line(headings, 'th')}{body}</table>"
