"""The three configurations of patients never seen, their runs and folds."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from train.config import Config, ConfigError
from train.protocols import PACED

# A: DS1; B: DS1 and svdb; C: B and the paced records, the one that ships
PROTOCOL: Mapping[str, str] = MappingProxyType({"A": "ds1", "B": "ds1+svdb", "C": "ds1+svdb+paced"})
N_FOLDS = 5


def protocol_of(configuration: str) -> str:
    """The protocol of A, B or C; ConfigError at any other."""
    if configuration not in PROTOCOL:
        raise ConfigError(f"configuration {configuration!r} is none of {', '.join(PROTOCOL)}")
    return PROTOCOL[configuration]


def runs_of(
    members: Sequence[Config],
    configuration: str,
    seed: int,
    *,
    kept: Sequence[str] = (),
    fold: int | None = None,
) -> list[Config]:
    """The configurations of one seed's members.

    Members of one seed do not share it: each one's context layers start differently.
    """
    part = "" if fold is None else f"-fold{fold}"
    return [
        msgspec.structs.replace(
            member,
            name=f"{member.name}-{configuration}{part}-seed{seed}",
            protocol=protocol_of(configuration),
            seed=100 * seed + i,
            validation_records=tuple(kept),
        )
        for i, member in enumerate(members)
    ]


def grouped_folds(n_s_beats: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Records in five folds, those of many S beats spread evenly; a paced record a fold at most.

    `n_s_beats` are the S beats of each training record.
    """
    folds: list[list[str]] = [[] for _ in range(N_FOLDS)]
    ordered = sorted((r for r in n_s_beats if r not in PACED), key=lambda r: (-n_s_beats[r], r))
    for i, record in enumerate(ordered):
        turn, place = divmod(i, N_FOLDS)
        folds[place if turn % 2 == 0 else N_FOLDS - 1 - place].append(record)
    for i, record in enumerate(r for r in PACED if r in n_s_beats):
        folds[i].append(record)
    return [tuple(fold) for fold in folds]
