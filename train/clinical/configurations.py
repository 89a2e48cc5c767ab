"""The three configurations of patients never seen, their runs and folds."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from train.config import Config, ConfigError
from train.protocols import INCART, PACED, patient_of

# of version 2. A: DS1; B: DS1 and svdb; C: B and the paced records, the one that ships
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
    """Records in five folds, S beats spread evenly; a patient's in one, a paced one a fold at most.

    INCART's patients are dealt apart, after the others, so that these lie in the folds they had
    without them. `n_s_beats` are the S beats of each training record.
    """
    folds: list[list[str]] = [[] for _ in range(N_FOLDS)]
    _deal([r for r in n_s_beats if r not in PACED and r not in INCART], n_s_beats, folds)
    _deal([r for r in n_s_beats if r in INCART], n_s_beats, folds)
    for i, record in enumerate(r for r in PACED if r in n_s_beats):
        folds[i].append(record)
    return [tuple(fold) for fold in folds]


def _deal(records: Sequence[str], n_s_beats: Mapping[str, int], folds: list[list[str]]) -> None:
    """Add whole patients to folds, those of most S beats first, to and fro."""
    patients: dict[str, list[str]] = {}
    for record in sorted(records):
        patients.setdefault(patient_of(record), []).append(record)
    ordered = sorted(patients.values(), key=lambda p: (-sum(n_s_beats[r] for r in p), p[0]))
    for i, patient in enumerate(ordered):
        turn, place = divmod(i, N_FOLDS)
        folds[place if turn % 2 == 0 else N_FOLDS - 1 - place] += patient
