"""The figures of a comparison as HTML tables."""

from ecgviewer.document.blocks import Cell, Row, Table
from ecgviewer.document.html import as_html
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
    return as_html((_beats(evaluation), _runs(evaluation)), compact=True, muted=muted)


def _beats(evaluation: Evaluation) -> Table:
    figures = BeatFigures.of(evaluation.beats.matrix)
    error = evaluation.beats.rr_error_ms
    rows: list[Row] = [("Beats", *(word for word, _ in _KINDS))]
    for title, group in _GROUPS:
        ratios = [getattr(figures, f"{group}_{kind}") for _, kind in _KINDS]
        rows.append((title, *(_cell(ratio, 2) for ratio in ratios)))
    rows.append(("VEB FPR", _cell(figures.veb_fpr, 2)))
    rows.append(("RR error", _DASH if error is None else f"{error:.2f} ms"))
    return Table("", tuple(rows), head=True)


def _runs(evaluation: Evaluation) -> Table:
    rows: list[Row] = [("Runs", "V Se", "V +P", "S Se", "S +P")]
    for k, (kind, least) in enumerate(RUN_KINDS):
        counts = [evaluation.runs[chamber].counts[k] for chamber in CHAMBERS]
        shares = [_cell(ratio, 0) for each in counts for ratio in (each.se, each.pp)]
        rows.append((f"{kind} ({_length(k, least)})", *shares))
    return Table("", tuple(rows), head=True)


def _length(place: int, least: int) -> str:
    """How many beats a run of that kind has."""
    if place + 1 == len(RUN_KINDS):
        return f"{least} and more"
    last = RUN_KINDS[place + 1][1] - 1
    return f"{least}" if last == least else f"{least}-{last}"


def _cell(ratio: Ratio, places: int) -> Cell:
    if ratio.percent is None:
        return Cell(_DASH)
    counts = f"{count(ratio.part)}/{count(ratio.whole)}"
    return Cell(f"{ratio.percent:.{places}f}\N{NO-BREAK SPACE}%", counts)
