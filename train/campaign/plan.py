"""The runs that are worth a card, in order of worth: one row each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from train.clinical.configurations import N_FOLDS as N_GROUPS
from train.clinical.configurations import runs_of
from train.compare.classifier import Settings
from train.compare.registry import CLASSIFIERS
from train.compare.runner import Wanted
from train.compare.runner import plan as compared
from train.config import Config, ConfigError
from train.config import read as read_config
from train.data.splits import N_FOLDS
from train.protocols import PROTOCOLS
from train.scoring.folds import of_fold

CONFIGS = Path("train/configs")
Keep = Literal["answers", "rival", "weights"]
# what each is, in the order of worth
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "l2": "`paper` with L2 5e-7, m the training set",
        "folds": "`paper` at full length, five folds",
        "table-6": "table 6 at full width, with and without augmentation, seeds 1 to 3",
        "table-7": "networks of table 7 at full width",
        "ds1": "DS1 by the paper's schedule in full; weights only, DS2 is not read",
        "clinical": "wider members of `clinical`, grouped validation",
        "more-seeds": "table 6, seeds 4 to 10",
    }
)
# Epochs a run with early stop is expected to take of its 240: the rate is a quarter by then. An
# assumption until one was seen.
STOPS_AFTER = 60
SEEDS, MORE_SEEDS = 3, 10
MINUTES = 1.0  # of a compared network: short enough to be begun anew
DRY_EPOCHS, DRY_MINUTES = 3, 0.05  # at most, of a dry run


@dataclass(frozen=True)
class Item:
    """One run.

    Attributes
    ----------
    name : str
        Of the run; once in the plan.
    group : str
        Key of `GROUPS`.
    what : str
        In a few words.
    work : Config or Settings
        A training that is gone on with where it was left, or a comparison, begun anew.
    caches : tuple of str
        Databases it needs.
    keep : str
        "answers" on the validation rows; "weights" too; "rival": too, while they are the best on
        validation of all rivals.
    fold : int
        Of the grouped validation, whose records are known once the data are read.
    """

    name: str
    group: str
    what: str
    work: Config | Settings
    caches: tuple[str, ...]
    keep: Keep = "answers"
    fold: int = 0

    @property
    def epochs(self) -> int:
        """Epochs it is expected to take."""
        if isinstance(self.work, Settings):
            return 0
        stops = self.work.take == "best" and self.work.schedule == "step"
        return min(self.work.epochs, STOPS_AFTER) if stops else self.work.epochs


@dataclass(frozen=True)
class Study:
    """A result that two runs a fold make together.

    Attributes
    ----------
    members : tuple of str
        Names of the configurations, ResNet first.
    runs : mapping of int to tuple of str
        Fold -> the members' runs.
    """

    members: tuple[str, ...]
    runs: Mapping[int, tuple[str, ...]]


def plan(folder: Path = CONFIGS, *, share: float = 1.0) -> list[Item]:
    """Every item, the worthiest first.

    The first nine minutes of a card shall bring something whole: so first the pair that has
    14 and 24 epochs at most, then that of fold 0, which ends early at an epoch that nobody knows.
    """
    full = [read_config(folder / f"full-{name}.toml") for name in ("resnet", "slap")]
    items = [
        _paper("paper-resnet-l2-set", "the shipped ResNet-34 with L2 5e-7", folder, keep="rival"),
        _paper("paper-slap", "the shipped SLAP once more, its pair", folder, keep="weights"),
        _fold(full[0], 0, keep="rival"),
        _fold(full[1], 0, keep="weights"),
    ]
    items += [_fold(config, k) for k in range(1, N_FOLDS) for config in full]
    items.append(
        _paper("full-resnet-l2-set", "ResNet-34, fold 0, with L2 5e-7", folder, keep="rival")
    )
    networks = tuple(k for k, row in CLASSIFIERS.items() if row.width is not None)
    sixth = tuple(k for k in networks if CLASSIFIERS[k].table == 6)
    seventh = tuple(k for k in networks if CLASSIFIERS[k].table == 7)
    repeats = _compared("table-6", sixth, seeds=MORE_SEEDS)
    items += [i for i in repeats if _seed(i) <= SEEDS]
    items += _compared("table-7", seventh, seeds=1)
    items += [_ds1(folder, name) for name in ("resnet", "slap")]
    items += _clinical(folder)
    items += [replace(i, group="more-seeds") for i in repeats if _seed(i) > SEEDS]
    return [_dry(item) for item in items] if share < 1 else items


def _fold(config: Config, fold: int, *, keep: Keep = "answers") -> Item:
    at = of_fold(config, fold)
    title = {"resnet1d": "ResNet-34", "slap": "SLAP"}[config.architecture]
    return Item(at.name, "folds", f"{title}, fold {fold}", at, ("mitdb",), keep)


def _paper(name: str, what: str, folder: Path, *, keep: Keep) -> Item:
    config = read_config(folder / f"{name}.toml")
    return Item(config.name, "l2", what, config, ("mitdb",), keep)


def _ds1(folder: Path, name: str) -> Item:
    config = read_config(folder / f"full-ds1-{name}.toml")
    title = {"resnet": "ResNet-34", "slap": "SLAP"}[name]
    what = f"{title} on DS1, {config.epochs} epochs"
    return Item(config.name, "ds1", what, config, ("mitdb",), "weights")


def _compared(group: str, names: Sequence[str], *, seeds: int) -> list[Item]:
    wanted = Wanted(only=tuple(names), seeds=seeds, width=1.0, minutes=MINUTES)
    items = []
    for settings in compared(wanted):
        kind = ", augmented" if settings.augmented else ""
        what = f"{CLASSIFIERS[settings.classifier].title}{kind}, seed {settings.seed}"
        caches = ("mitdb", "nstdb") if settings.augment.noise_share else ("mitdb",)
        items.append(Item(settings.run, group, what, settings, caches))
    return items


def _seed(item: Item) -> int:
    return item.work.seed


def wider(folder: Path = CONFIGS) -> dict[str, tuple[Config, Config]]:
    """Pairs of wider members for patients never seen, by the name of their result."""
    resnet, slap = (read_config(folder / f"clinical-{n}.toml") for n in ("resnet", "slap"))

    def other(config: Config, name: str, **changes: Any) -> Config:
        return msgspec.structs.replace(config, name=f"{config.name}-{name}", **changes)

    wide = {w: other(resnet, f"width-{w}", arguments={"width": w}) for w in (16, 32)}
    # the reading over time, in which half the cells take the longer
    over_time = other(
        slap, "over-time-32", architecture="slap", arguments={"n_cells": 32, "dropout": 0.3}
    )
    return {
        "clinical-width-16": (wide[16], slap),
        "clinical-width-32": (wide[32], slap),
        "clinical-width-16-slap-32": (wide[16], over_time),
    }


def clinical_runs(pair: tuple[Config, Config], fold: int) -> list[Config]:
    """A pair's runs of one fold; their validation records are not known here."""
    return runs_of(pair, "C", 1, fold=fold)


def _clinical(folder: Path) -> list[Item]:
    items: dict[str, Item] = {}
    for pair in wider(folder).values():
        for fold in range(N_GROUPS):
            for config in clinical_runs(pair, fold):
                title = config.name.removeprefix("clinical-").partition("-C-")[0]
                what = f"{title}, records of fold {fold} left out"
                caches = (*PROTOCOLS[config.protocol].databases, "nstdb")
                item = Item(config.name, "clinical", what, config, caches, fold=fold)
                items.setdefault(config.name, item)
    return list(items.values())


def _dry(item: Item) -> Item:
    """The same with few epochs, to see that it runs."""
    if isinstance(item.work, Settings):
        work: Config | Settings = msgspec.structs.replace(item.work, max_minutes=DRY_MINUTES)
    else:
        few = min(item.work.epochs, DRY_EPOCHS)
        work = msgspec.structs.replace(item.work, epochs=few, validate_beats=0)
    return replace(item, work=work)


def chosen(items: Iterable[Item], only: Sequence[str]) -> list[Item]:
    """Items of some groups, all where none is named; ConfigError at a group there is not."""
    unknown = [name for name in only if name not in GROUPS]
    if unknown:
        raise ConfigError(f"no group {unknown[0]!r}; there are {', '.join(GROUPS)}")
    return [item for item in items if not only or item.group in only]


def studies() -> dict[str, Study]:
    """Results over folds of the paper's split, by name; a member alone has its own."""
    full = {k: (f"full-resnet{_at(k)}", f"full-slap{_at(k)}") for k in range(N_FOLDS)}
    return {
        "full": Study(("full-resnet", "full-slap"), full),
        "full-resnet": Study(("full-resnet",), {k: (v[0],) for k, v in full.items()}),
        "full-l2-set": Study(
            ("full-resnet-l2-set", "full-slap"), {0: ("full-resnet-l2-set", "full-slap")}
        ),
        "paper-l2-set": Study(
            ("paper-resnet-l2-set", "paper-slap"), {0: ("paper-resnet-l2-set", "paper-slap")}
        ),
        "paper-resnet-l2-set": Study(("paper-resnet-l2-set",), {0: ("paper-resnet-l2-set",)}),
    }


def _at(fold: int) -> str:
    return f"-fold{fold}" if fold else ""
