"""Section of `docs/results.md` on patients never seen."""

from collections.abc import Mapping
from typing import Any

from ecgviewer.document.blocks import Heading, Paragraph, Table
from train.pages.page_parts import (
    ABSENT,
    card_of,
    confusion_table,
    interval,
    markdown_of,
    percent,
    spread,
    table,
)

# what DS2 was to reach: acc(N,S,V), V-F1, S-F1 without 232, mean S-F1 over records
BARS = {"A": (0.97, 0.955, 0.50, 0.45), "B": (0.975, 0.96, 0.55, 0.52)}
TRAINED = {"A": "DS1", "B": "DS1, svdb", "C": "DS1, svdb, paced"}
_HEAD = ["", "acc(N,S,V) %", "V-F1 %", "S-F1 without 232 %", "mean S-F1, records >= 10 S, %"]


def section(found: Mapping[str, dict[str, Any]]) -> str:
    """The whole section; says so where nothing was scored."""
    on_ds2 = {k: found[f"clinical-{k}-on-ds2"] for k in "ABC" if f"clinical-{k}-on-ds2" in found}
    validated = found.get("clinical-C-validation")
    wider = {k: v for k, v in found.items() if v.get("kind") == "clinical-validation"}
    wider.pop("clinical-C-validation", None)
    if not on_ds2 and validated is None and not wider:
        return "## Patients never seen: the `clinical` ensemble\n\nNot run."
    parts = ["## Patients never seen: the `clinical` ensemble"]
    if validated is not None:
        parts.append(_validation("Grouped validation", validated))
    for name, each in wider.items():
        parts.append(_validation(f"Grouped validation of other members: {name}", each))
    if on_ds2:
        parts.append(_ds2(on_ds2))
    for name, each in on_ds2.items():
        parts.append(_one(name, each))
    if "clinical-C-rates" in found:
        parts.append(_rates(found["clinical-C-rates"]["rates"]))
    return "\n\n".join(parts)


def _ds2(on_ds2: Mapping[str, dict[str, Any]]) -> str:
    rows = []
    for name, each in on_ds2.items():
        seeds = each["single_seeds"]
        keys = ("accuracy_nsv", "v_f1", "s_f1 without 232", "s_mean_f1_over_records")
        n = len(each.get("seeds", []))
        rows.append(
            [f"{name} ({TRAINED[name]}), mean ± sd of {n} seeds", *(spread(seeds[k]) for k in keys)]
        )
        rows.append([f"{name}, all seeds in one", *_barred(each["both"])])
        if name in BARS:
            rows.append([f"{name}, to reach", *(percent(v, 1) for v in BARS[name])])
    note = (
        "DS2, 22 patients, reference positions, each version of a configuration scored once. A call"
        " of F or Q is an error; a reference F or Q called S or V a false positive."
    )
    return markdown_of(Heading("DS2"), table(_HEAD, rows), Paragraph(note))


def _barred(each: Mapping[str, Any]) -> list[str]:
    without = each.get("without 232", each)
    return [
        percent(each["accuracy_nsv"]),
        percent(each["per_class"]["V"]["f1"]),
        percent(without["per_class"]["S"]["f1"]),
        percent(each["per_class"]["S"]["mean_f1_over_records"]),
    ]


def _classes(each: Mapping[str, Any]) -> list[str]:
    cells = [percent(each["accuracy_nsv"])]
    for c in "NSV":
        mine = each["per_class"][c]
        cells.append(" / ".join(percent(mine[k], 1) for k in ("sensitivity", "ppv", "f1")))
    mean = percent(each["per_class"]["S"]["mean_f1_over_records"], 1)
    return [*cells, mean, percent(each["macro_f1_nsv"], 1), percent(each["macro_f1_nsvf"], 1)]


_FULL = [
    "",
    "acc(N,S,V) %",
    "N Se / +P / F1",
    "S Se / +P / F1",
    "V Se / +P / F1",
    "mean S-F1",
    "macro-F1 N,S,V",
    "macro-F1 N,S,V,F",
]


def _one(name: str, each: Mapping[str, Any]) -> str:
    rows = [["both leads", *_classes(each["both"])]]
    rows += [
        [key, *_classes(part)] for key, part in each["both"].items() if key.startswith("without ")
    ]
    rows += [
        [f"{lead} alone", *_classes(each[lead])] for lead in ("lead 1", "lead 2") if lead in each
    ]
    spans = each["both"]["intervals_95_over_patients"]
    said = "95 % over patients: " + ", ".join(
        f"{key.replace('_', ' ')} {interval(spans[key])}"
        for key in ("S_f1", "S_sensitivity", "V_f1", "V_sensitivity")
    )
    return markdown_of(
        Heading(f"Configuration {name} on DS2"),
        table(_FULL, rows),
        Paragraph(said),
        confusion_table(each["both"]["confusion"]),
    )


def _rates(rates: Mapping[str, Any]) -> str:
    head = ["rate", "called as at 360 Hz %", "acc(N,S,V) %", "S-F1 %", "V-F1 %"]
    keys = ("called_as_at_own_rate", "accuracy_nsv", "s_f1", "v_f1")
    rows = [[name, *(percent(each[key]) for key in keys)] for name, each in rates.items()]
    note = (
        "DS1 resampled, reference positions. These are patients of the training: the table says"
        " what a rate changes, not how well the ensemble does."
    )
    return markdown_of(Heading("Other rates"), table(head, rows), Paragraph(note))


def _validation(title: str, found: Mapping[str, Any]) -> str:
    names = [k for k, v in found.items() if isinstance(v, dict) and "per_class" in v]
    rows = [[name, *_classes(found[name])] for name in names]
    rows += [
        [f"{name}, without 865", *_classes(found[name]["without 865"])]
        for name in names
        if "without 865" in found[name]
    ]
    chosen = found["choices"]
    account = chosen["account"]
    w = " and ".join(f"{v:g}" for v in chosen["weights"])
    seeds = ", ".join(str(s) for s in found.get("seeds", [])) or ABSENT
    said = (
        f"Training patients in five folds by record, each asked of networks that did not see it;"
        f" seeds {seeds}{_made(found)}. Chosen there: weights {w} (ResNet-34, SLAP), temperature"
        f" {chosen['temperature']:g} (calibration error {account['calibration_error_before']:.3f}"
        f" before, {account['calibration_error']:.3f} after), review below"
        f" {chosen['review_below']:g}: {percent(account['review_share'], 1)} % of the beats, with"
        f" {percent(account['errors_in_review'], 1)} % of the errors;"
        f" {percent(account['accuracy_outside_review'])} % right outside."
    )
    paced = (_paced(found["paced"]),) if "paced" in found else ()
    return markdown_of(Heading(title), table(_FULL, rows), Paragraph(said), *paced)


def _made(found: Mapping[str, Any]) -> str:
    """Epochs, minutes and card, where the result tells its epochs."""
    if "epochs" not in found:
        return ""
    card = card_of(found.get("machine", {}))
    return f", {found['epochs']} epochs each, {found['minutes']:g} minutes in all on {card}"


def _paced(found: Mapping[str, Any]) -> Table:
    """Paced beats, record by record: each record was left out with its fold."""
    head = ["paced record", "Q beats", "called Q", "called N", "called otherwise"]
    rows = []
    for name, matrix in found["per_record"].items():
        n, *_, q = calls = matrix[4]
        rows.append([name, *(f"{v:,}" for v in (sum(calls), q, n, sum(calls) - n - q))])
    return table(head, rows)
