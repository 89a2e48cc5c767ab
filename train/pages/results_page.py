"""`docs/results.md` from the results on disk."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecgviewer.document.blocks import Block, Heading, Paragraph
from train import paper_figures
from train.compare.registry import CLASSIFIERS
from train.pages.clinical_section import section as unseen_patients
from train.pages.compare_tables import tables as compared
from train.pages.page_parts import (
    ABSENT,
    card_of,
    class_table,
    confusion_table,
    interval,
    markdown_of,
    percent,
    spread,
    table,
)
from train.pages.page_parts import table_5 as one_table_5
from train.paper_figures import TABLE_6
from train.scoring import ledger, results
from train.scoring.source import UNKNOWN

Results = Mapping[str, dict[str, Any]]
HEAD = (
    "# Results\n\nWritten by `python -m train tables` from `train/results/`; do not edit."
    " Figures of the paper's split are by beat: beats of every patient are on both sides, so they"
    " say how well the networks know these 48 recordings, not how well they do on a new patient."
    " Those on DS2 are of patients never seen."
)
_NONE = Paragraph("None yet.")


def _of_kind(found: Results, *kinds: str) -> dict[str, dict[str, Any]]:
    """Results of some kinds, the oldest first."""
    chosen = {k: v for k, v in found.items() if v.get("kind") in kinds}
    return dict(sorted(chosen.items(), key=lambda item: str(item[1].get("date", ""))))


def _scorings_of(found: Results) -> dict[str, dict[str, Any]]:
    """Every scoring there is, "<result>, <rows>" -> figures of both leads."""
    out: dict[str, dict[str, Any]] = {}
    for name, each in _of_kind(found, "evaluate", "ship", "ds1-on-ds2").items():
        if each["kind"] == "ship":
            for rows in ("validation", "test"):
                out[f"{name}, {rows}"] = each[rows]["both"]
        else:
            rows = "ds2" if each["kind"] == "ds1-on-ds2" else each["rows"]
            out[f"{name}, {rows}"] = each["both"]
    return out


def _latest(scored: Mapping[str, dict[str, Any]], rows: str) -> tuple[str, dict[str, Any] | None]:
    """The ensemble that ships where it was scored on these rows, else what was scored last."""
    names = [name for name in scored if name.endswith(f", {rows}")]
    names.sort(key=lambda name: name == f"paper, {rows}")  # stable: the others stay by date
    return (names[-1], scored[names[-1]]) if names else ("", None)


def _table_5(scored: Mapping[str, dict[str, Any]]) -> str:
    parts: list[Block | str] = [Heading("Table 5: per class", 2)]
    for database, rows in (("MIT-BIH", "test"), ("Tianchi", "tianchi")):
        name, found = _latest(scored, rows)
        source = f"Ours: {name}." if found else "Ours: not run."
        both, caption = one_table_5(database, found)
        said = markdown_of(Paragraph(f"{caption} {source}"))
        if database == "Tianchi" and not found:
            said += " The data set has no open licence; `evaluate --tianchi DIR` scores it."
        parts += [Heading(database), both, said]
        if found:
            parts += ["With 95 % intervals:", *class_table(found)]
            parts.append(confusion_table(found["confusion"]))
    return markdown_of(*parts)


def _overview(scored: Mapping[str, dict[str, Any]]) -> str:
    head = ["Scoring", "Beats", "Overall accuracy %", "95 %", "Macro-F1 %", "95 %", "95 % over"]
    head.append("Acc o-v-r %")
    rows = [
        [
            name,
            f"{f['beats']:,}",
            percent(f["accuracy"]),
            interval(f["intervals_95"]["accuracy"]),
            percent(f["macro_f1"]),
            interval(f["intervals_95"]["macro_f1"]),
            str(f.get("interval_over", ABSENT)),
            percent(f.get("accuracy_one_vs_rest")),
        ]
        for name, f in scored.items()
    ]
    note = (
        '"Acc o-v-r" is the mean of the five one-vs-rest accuracies, the kind the paper calls'
        " average accuracy; a wrong beat is wrong in two of the five. Macro-F1 is over the classes"
        " that occur: of patients drawn with replacement some draws lack F or Q, which widens its"
        " interval upwards."
    )
    return markdown_of(
        Heading("All scorings", 2), table(head, rows) if rows else _NONE, Paragraph(note)
    )


def _cross_validation(found: Results) -> str:
    parts: list[Block] = [Heading("Cross-validation", 2)]
    for name, each in _of_kind(found, "cross-validate").items():
        run = ", ".join(each["folds"])
        lines = [
            [fold, who, percent(f["accuracy"]), percent(f["macro_f1"]), *how]
            for fold, entry in each["folds"].items()
            for who, f, how in _fold_lines(entry, card_of(each.get("machine", {})))
        ]
        head = ["Fold", "Networks", "Overall accuracy %", "Macro-F1 %"]
        head += ["Epochs", "Minutes", "Seed", "Machine"]
        means = [
            [who, spread(f["accuracy"]), spread(f["macro_f1"]), spread(f["accuracy_one_vs_rest"])]
            for who, f in each["mean_sd"].items()
        ]
        kinds = ["Networks", "Overall accuracy %", "Macro-F1 %", "Acc o-v-r %"]
        alone = " (one fold: none)" if len(each["folds"]) == 1 else ""
        parts += [
            Heading(f"{name}: {len(each['folds'])} of 5 folds ({run})"),
            table(head, lines),
            Paragraph(f"Mean ± standard deviation over the folds run{alone}:"),
            table(kinds, means),
            Paragraph(each["note"]),
            Paragraph(_chosen_on(each)),
        ]
    return markdown_of(*parts if len(parts) > 1 else [*parts, Paragraph("Not run yet.")])


def _chosen_on(each: Mapping[str, Any]) -> str:
    """What was chosen on the beats that are scored here: every member's epoch, unless the last."""
    said = set()
    for entry in each["folds"].values():
        for found in entry["members"].values():
            config = found["training"]["config"]
            if config.get("take", "best") == "best":
                part = config.get("validate_beats", 0)
                said.add(f"{part:,} of these" if part else "these")
    if not said:
        return "The networks are those of the last epoch; nothing was chosen on these beats."
    return (
        f"The epoch kept of each network is the best on {' or '.join(sorted(said))} validation"
        " beats, so its figures here lean to the good side; the 10 % stays apart."
    )


def _fold_lines(entry: Mapping[str, Any], card: str) -> list[tuple[str, dict[str, Any], list[str]]]:
    """Networks with their figures and how they came about; `card` where a run names none."""
    lines = []
    for name, f in entry["members"].items():
        run = f["training"]
        config = run["config"]
        epochs = f"{run['epochs_run']} of {config['epochs']}, best {run['best_epoch'] + 1}"
        seed = str(config.get("seed", ABSENT))
        where = ", ".join(str(w) for w in (run.get("card", card), run.get("precision")) if w)
        how = [epochs, f"{run['minutes']:.0f}", seed, where]
        lines.append((name, f, how))
    kinds = {
        "fused": "fusion_weights",
        "fused_refitted": "refitted_weights",
        "fused_refitted_on_others": "refitted_on_others_weights",
    }
    for kind, key in kinds.items():
        if kind in entry and len(entry["members"]) > 1:
            weights = " / ".join(f"{w:.3f}" for w in entry[key])
            lines.append((f"{kind.replace('_', ' ')} ({weights})", entry[kind], [ABSENT] * 4))
    return lines


def _faults() -> str:
    rows = {
        f"{CLASSIFIERS[name].title}, {kind} augmentation": tuple(row[1:])
        for name, pair in TABLE_6.items()
        for kind, row in zip(("without", "with"), pair, strict=True)
    }
    proposed = TABLE_6["proposed"][1].accuracy
    listed = [
        *(f"Table 5, {fault}." for fault in paper_figures.faults_of_table_5()),
        *(f"Table 6, {fault}." for fault in paper_figures.faults_of_table_6(rows)),  # type: ignore[arg-type]
        f"Tables 6 and 7 set the proposed network's {proposed} beside other authors' figures. As a"
        " one-vs-rest mean it stands for"
        f" {paper_figures.overall_from_one_vs_rest(proposed):.2f} overall.",
    ]
    lines = "\n".join(f"- {fault}" for fault in listed)
    title = "## Arithmetic faults of the paper's tables"
    return f"{title}\n\nPer cent; rounding is allowed for.\n\n{lines}"


def _log(folder: Path) -> str:
    lines = [
        [
            line.date,
            line.rows,
            ", ".join(line.names),
            percent(line.accuracy),
            percent(line.macro_f1),
            line.reason or "first",
        ]
        for line in ledger.read(folder)
    ]
    head = ["Date", "Rows", "Networks", "Accuracy %", "Macro-F1 %", "Why"]
    title = Heading("Scorings of the rows that are scored once", 2)
    return markdown_of(title, table(head, lines) if lines else _NONE)


def _provenance(found: Results) -> str:
    lines = []
    for name, each in found.items():
        made = each.get("machine", {})
        seeds = ", ".join(str(s) for s in each.get("seeds", [])) or ABSENT
        # a card beside which only the processor worked is none
        where = card_of(made)
        where = str(made.get("processor") or ABSENT) if where == "cpu" else where
        minutes = each.get("minutes")
        lines.append(
            [
                name,
                str(each.get("date", ABSENT)),
                _sources(made),
                seeds,
                ABSENT if minutes is None else f"{minutes:g}",
                str(where),
            ]
        )
    head = ["Result", "Date", "Commit", "Seeds", "Minutes", "Machine"]
    note = (
        "+: sources had changed since the commit. Where no git told the commit, the hash of the"
        " sources stands instead. Configurations and hashes are in the files."
    )
    title = Heading("Where they come from", 2)
    return markdown_of(title, table(head, lines) if lines else _NONE, Paragraph(note))


def _sources(made: Mapping[str, Any]) -> str:
    """The commit, with a + where sources had changed since; their hash where none is known."""
    commit = str(made.get("commit", ABSENT))
    if commit == UNKNOWN:
        return f"unknown, code {made['code_sha256'][:10]}" if "code_sha256" in made else UNKNOWN
    return commit[:10] + ("+" if made.get("changed_since_commit") else "")


def page(folder: Path) -> str:
    """The whole page.

    Parameters
    ----------
    folder : Path
        `train/results`; those of `compare` lie in its folder `compare`, those that a campaign
        brought in `campaign` and `campaign/compare`.
    """
    found = results.read_every(folder)
    scored = _scorings_of(found)
    parts = [
        HEAD,
        _table_5(scored),
        _overview(scored),
        _cross_validation(found),
        compared(folder / "compare", folder / results.CAMPAIGN / "compare").strip(),
        unseen_patients(found),
        _faults(),
        _log(folder),
        _provenance(found),
    ]
    return markdown_of(*parts) + "\n"
