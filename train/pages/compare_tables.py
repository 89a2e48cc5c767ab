"""Tables 6 and 7 beside the paper's, from the results of `compare`."""

from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import ttest_ind

from ecgviewer.document.blocks import Row, Table
from ecgviewer.document.markdown import as_markdown
from train import paper_figures
from train.compare.registry import CLASSIFIERS
from train.compare.results import FOLDER, Result, read_all
from train.pages.page_parts import ABSENT, computer_of

SIGNIFICANT = 0.05
# what repeats of one row have in common besides classifier, augmentation and width
_TERMS = ("epochs", "max_minutes", "beats", "batch", "keep_normal", "weight_decay", "rates")
Key = tuple[str, bool, float, tuple[Any, ...]]  # classifier, augmented, width, terms
HEAD_6 = (
    *("Network", "Augmentation", "Source", "Rate", "Width", "Runs", "Epochs", "Minutes"),
    *("Overall", "Acc", "Spec", "Sens", "PPV", "F1", "P < 0.05", "Machine"),
)
HEAD_7 = (
    *("Classifier", "Paper's Acc", "Acc", "Overall", "Macro-F1", "F1 N / S / V / F / Q"),
    *("Width", "Training beats", "Runs", "Epochs", "Minutes", "Chosen", "Machine"),
)


@dataclass(frozen=True)
class Group:
    """Repeats of one classifier on the same terms: other folds or seeds, nothing else."""

    results: tuple[Result, ...]

    @property
    def first(self) -> Result:
        return self.results[0]

    def values(self, of: Callable[[Result], float]) -> list[float]:
        """One number a run."""
        return [of(r) for r in self.results]

    @property
    def f1(self) -> list[float]:
        return self.values(lambda r: r.figures.f1)

    @property
    def f1_of_seeds(self) -> list[float]:
        """One number a seed, the mean over its folds: folds share most of their training beats."""
        found: dict[int, list[float]] = {}
        for r in self.results:
            found.setdefault(r.settings.seed, []).append(r.figures.f1)
        return [float(np.mean(each)) for each in found.values()]


def grouped(results: Iterable[Result]) -> dict[Key, Group]:
    """Classifier, augmented, width, terms -> its repeats.

    Among the terms is the machine: minutes of another one come to other epochs.
    """
    found: dict[Key, list[Result]] = {}
    for r in results:
        s = r.settings
        terms = (*(getattr(s, name) for name in _TERMS), computer_of(r.machine))
        found.setdefault((s.classifier, s.augmented, s.width, terms), []).append(r)
    return {key: Group(tuple(group)) for key, group in found.items()}


def percent(values: Sequence[float]) -> str:
    """Mean in per cent, with the standard deviation where there are several."""
    mean = f"{100 * np.mean(values):.2f}"
    if len(values) < 2:
        return mean
    return f"{mean} ± {100 * np.std(values, ddof=1):.2f}"


def differ(a: Sequence[float], b: Sequence[float]) -> bool | None:
    """Welch's t-test, two-sided; None where either side has fewer than two seeds or no spread."""
    if min(len(a), len(b)) < 2 or np.ptp(a) + np.ptp(b) == 0:
        return None
    return bool(ttest_ind(a, b, equal_var=False).pvalue < SIGNIFICANT)


def _count(things: Sized, word: str) -> str:
    return f"{len(things)} {word}" + ("" if len(things) == 1 else "s")


def _runs(group: Group) -> str:
    seeds = {r.settings.seed for r in group.results}
    folds = {r.settings.fold for r in group.results}
    return f"{len(group.results)} ({_count(seeds, 'seed')}, {_count(folds, 'fold')})"


def _epochs(group: Group) -> str:
    lists = [r.account.get("epochs") for r in group.results]
    if lists[0] is None:
        return ABSENT
    means = np.mean([each for each in lists if each is not None], axis=0)
    text = " + ".join(f"{m:.1f}" for m in means)
    return f"{text} (clock)" if any(r.stopped_by_clock for r in group.results) else text


def _minutes(group: Group) -> str:
    return f"{np.mean(group.values(lambda r: r.minutes)):.1f}"


def _machines(results: Iterable[Result]) -> str:
    """Names of the cards or processors, and the precision of the training where it is told."""
    told = {(computer_of(r.machine), str(r.account.get("precision", ""))) for r in results}
    return ", ".join(" ".join(filter(None, each)) for each in sorted(told))


def _reached(results: Iterable[Result]) -> str:
    """Epochs that the minutes came to, least and greatest of each machine."""
    found: dict[str, list[float]] = {}
    for r in results:
        found.setdefault(computer_of(r.machine), []).extend(r.account.get("epochs") or [])
    return "; ".join(f"{_span(v)} on {k}" for k, v in sorted(found.items()) if v)


def _marks(key: Key, groups: dict[Key, Group]) -> str:
    """Letters of the tests that found a difference; what could not be tested says so."""
    name, augmented, width, terms = key
    against: dict[str, Key] = {
        "a": ("proposed", False, width, terms),
        "b": ("proposed", True, width, terms),
    }
    if augmented:
        against["c"] = (name, False, width, terms)
    marks, untested = [], False
    for letter, other in against.items():
        if other == key:
            continue
        theirs = groups.get(other)
        found = differ(groups[key].f1_of_seeds, theirs.f1_of_seeds) if theirs else None
        untested = untested or found is None
        if found:
            marks.append(letter)
    if untested and not marks:
        return "not tested"
    return " ".join(marks) or "none"


def _table_6(results: Sequence[Result]) -> Table:
    groups = grouped(results)
    rows: list[Row] = [HEAD_6]
    for name, variants in paper_figures.TABLE_6.items():
        title = CLASSIFIERS[name].title
        for augmented, theirs in zip((False, True), variants, strict=True):
            kind = "with" if augmented else "without"
            figures = (f"{v:.2f}" for v in theirs[1:])
            blank = [ABSENT] * 5
            rows.append((title, kind, "paper", f"{theirs.rate:g}", *blank, *figures, "", ""))
            keys = sorted(k for k in groups if k[:2] == (name, augmented))
            if not keys:
                rows.append((title, kind, "here", "not run", *[ABSENT] * 10, "", ""))
            rows += [_ours_6(title, kind, key, groups) for key in keys]
    return Table("", tuple(rows), head=True)


def _ours_6(title: str, kind: str, key: Key, groups: dict[Key, Group]) -> Row:
    group = groups[key]
    rates = " + ".join(f"{rate:g}" for rate in group.first.account.get("learning_rates", []))
    names = ("accuracy", "accuracy_one_vs_rest", "specificity", "sensitivity", "ppv", "f1")
    figures = [percent([getattr(r.figures, n) for r in group.results]) for n in names]
    labels = [rates, f"{key[2]:g}", _runs(group), _epochs(group), _minutes(group)]
    return (title, kind, "here", *labels, *figures, _marks(key, groups), _machines(group.results))


def _table_7(results: Sequence[Result]) -> Table:
    groups = grouped(results)
    rows: list[Row] = [HEAD_7]
    for name, theirs in paper_figures.TABLE_7.items():
        title = CLASSIFIERS[name].title
        printed = f"{theirs:.2f}{paper_figures.REMARKS_7.get(name, '')}"
        keys = sorted(k for k in groups if k[0] == name)
        if not keys:
            rows.append((title, printed, "not run", *[ABSENT] * 10))
        for key in keys:
            shown = f"{title}, with augmentation" if key[1] else title
            rows.append(_ours_7(shown, printed, key, groups[key]))
    return Table("", tuple(rows), head=True)


def _ours_7(title: str, theirs: str, key: Key, group: Group) -> Row:
    each = [
        f"{100 * np.mean([r.per_class[c]['f1'] or 0.0 for r in group.results]):.1f}"
        for c in group.first.per_class
    ]
    chosen = group.first.account.get("chosen", {})
    has_width = CLASSIFIERS[key[0]].width is not None
    return (
        title,
        theirs,
        percent([r.figures.accuracy_one_vs_rest for r in group.results]),
        percent([r.figures.accuracy for r in group.results]),
        percent(group.f1),
        " / ".join(each),
        f"{key[2]:g}" if has_width else ABSENT,
        f"{group.first.training_beats:,}",
        _runs(group),
        _epochs(group),
        _minutes(group),
        ", ".join(f"{k} {v:g}" for k, v in chosen.items()) or ABSENT,
        _machines(group.results),
    )


def _span(values: Iterable[float]) -> str:
    """Least and greatest, once where they are equal."""
    ordered = sorted(set(values))
    return f"{ordered[0]:g}" if len(ordered) == 1 else f"{ordered[0]:g} to {ordered[-1]:g}"


def _limits(results: Sequence[Result]) -> str:
    """What is less than in the paper, of the results that are there."""
    if not results:
        return "No run has a result yet; `python -m train compare` makes them."
    groups = list(grouped(results).values())
    repeats = [len(group.results) for group in groups]
    cut = [r for r in results if r.stopped_by_clock]
    seeds = max(len(group.f1_of_seeds) for group in groups)
    tests = (
        "no t-test is possible"
        if seeds < 2
        else "t-tests are Welch's, a seed's mean over its folds one value"
    )
    networks = [r.settings for r in results if CLASSIFIERS[r.settings.classifier].width is not None]
    lines = [
        f"The paper: ten repeats, full width, up to 240 epochs. Here: {_span(repeats)} repeats of"
        f" a row, so {tests}; {len(results)} runs, {sum(r.minutes for r in results):.0f} minutes"
        f" on {', '.join(sorted({computer_of(r.machine) for r in results}))}."
    ]
    if networks:
        lines.append(
            f"Widths of networks: {_span(s.width for s in networks)}. {len(cut)} of {len(networks)}"
            ' network runs ended with their minutes ("clock"), the learning rate annealed to that'
            f" end, before {_span(s.epochs for s in networks)} epochs. An epoch is one pass over"
            " the training beats, of the N beats a share of"
            f" {_span(s.keep_normal for s in networks)} drawn anew, their loss weighted by its"
            " inverse."
        )
    reached = _reached(cut)
    if reached:
        lines.append(
            f"Their minutes came to epochs of a network: {reached}; so runs of different machines"
            " are different rows, and no test compares them."
        )
    return " ".join(lines)


NOTE = (
    "Our figures are on the validation rows of a fold, on which nothing was chosen; the 10 % test"
    " part was not read. Acc is the mean of the five one-vs-rest accuracies, the paper's kind;"
    " Overall is the share of beats given their class. Spec, Sens, PPV and F1 are means over the"
    " five classes; ± is the standard deviation over a row's runs. The split is by beat: beats of"
    " every patient are on both sides. P < 0.05 for F1, over seeds: a against the proposed without"
    " augmentation, b against the proposed with it, c with against without."
)


def tables(*folders: Path) -> str:
    """Both tables with what has to be known to read them.

    Parameters
    ----------
    *folders : Path
        Of the results; none given: the one of `compare`.

    Returns
    -------
    str
        Markdown, sections of level 2; a classifier without a result says "not run".
    """
    results = [r for folder in folders or (FOLDER,) for r in read_all(folder)]
    readings = [f"- {row.title}: {row.reading}." for row in CLASSIFIERS.values()]
    parts = [
        "## Table 6: networks",
        as_markdown([_table_6(results)], tight_rule=True),
        "## Table 7: other methods",
        as_markdown([_table_7(results)], tight_rule=True),
        "## How to read tables 6 and 7",
        NOTE,
        _limits(results),
        "\n".join(readings),
    ]
    return "\n\n".join(parts) + "\n"
