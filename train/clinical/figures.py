"""Figures on patients never seen (the protocol of de Chazal's split)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.metrics import class_figures, confusion, macro_f1, mean_sd, patient_bootstrap, rounded
from train.protocols import patient_of

LEAST = 10  # beats of a class from which a record counts for that class's mean
_NSV = (0, 1, 2)
Codes = NDArray[np.int64]


def unseen_figures(
    label: Codes, called: Codes, record: NDArray[np.str_], *, without: Sequence[str] = ()
) -> dict[str, Any]:
    """Everything of one scoring, and again without each of the records `without`.

    Parameters
    ----------
    label, called : (n,) int64
        Reference and predicted class.
    record : (n,) str
        Record of each beat.
    without : sequence of str
        Records to leave out, one at a time.

    Returns
    -------
    dict
        Pooled confusion matrix; accuracy over reference N, S, V (a call of F or Q is an error);
        Se, +P and F1 per class, where a reference F or Q called S or V is a false positive;
        macro-F1; means over records; 95 % intervals over patients.
    """
    out = _pooled(label, called, record)
    out["per_record"] = {
        str(r): confusion(label[record == r], called[record == r]).tolist()
        for r in np.unique(record)
    }
    for left_out in without:
        kept = record != left_out
        if not kept.all():
            out[f"without {left_out}"] = _pooled(label[kept], called[kept], record[kept])
    return out


def _pooled(label: Codes, called: Codes, record: NDArray[np.str_]) -> dict[str, Any]:
    matrix = confusion(label, called)
    each = class_figures(matrix)
    nsv = matrix[list(_NSV)]
    spread = patient_bootstrap(label, called, _patients(record))
    return {
        "beats": len(label),
        "accuracy_nsv": rounded(np.trace(matrix[:3, :3]) / max(1, nsv.sum())),
        "macro_f1_nsv": rounded(macro_f1(matrix, _NSV)),
        "macro_f1_nsvf": rounded(macro_f1(matrix, (0, 1, 2, 3))),
        "per_class": {
            name: {
                "sensitivity": rounded(each.sensitivity[c]),
                "ppv": rounded(each.ppv[c]),
                "f1": rounded(each.f1[c]),
                "mean_f1_over_records": mean_f1(label, called, record, c),
            }
            for c, name in enumerate("NSVFQ")
        },
        "intervals_95_over_patients": {k: [rounded(v) for v in pair] for k, pair in spread.items()},
        "confusion": matrix.tolist(),
    }


def _patients(record: NDArray[np.str_]) -> Codes:
    """Number of each beat's patient (n,), by the record's name."""
    names, place = np.unique(record, return_inverse=True)
    each = np.unique([patient_of(str(name)) for name in names], return_inverse=True)[1]
    numbers: Codes = each[place]
    return numbers


def mean_f1(label: Codes, called: Codes, record: NDArray[np.str_], c: int) -> float | None:
    """Mean F1 of a class over the records with at least ten beats of it; None where none has."""
    found = []
    for r in np.unique(record):
        mine = record == r
        if (label[mine] == c).sum() >= LEAST:
            found.append(class_figures(confusion(label[mine], called[mine])).f1[c])
    return rounded(float(np.mean(np.nan_to_num(found)))) if found else None


def over_seeds(each: Sequence[dict[str, Any]]) -> dict[str, list[float | None]]:
    """[mean, sd] over single seeds of the figures that have bars; sd None with one seed."""
    if not each:
        return {}
    columns = {
        "accuracy_nsv": [e["accuracy_nsv"] for e in each],
        "v_f1": [e["per_class"]["V"]["f1"] for e in each],
        "s_f1": [e["per_class"]["S"]["f1"] for e in each],
        "s_mean_f1_over_records": [e["per_class"]["S"]["mean_f1_over_records"] for e in each],
    }
    for key in each[0]:
        if key.startswith("without "):
            columns[f"s_f1 {key}"] = [e[key]["per_class"]["S"]["f1"] for e in each]
    return {name: mean_sd(values) for name, values in columns.items()}
