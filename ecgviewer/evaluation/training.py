"""Which recordings an ensemble's networks were trained on, by name."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


def training_patients(card: Mapping[str, Any]) -> tuple[str, ...]:
    """Records that the cards of an ensemble's members name as trained on.

    Parameters
    ----------
    card : mapping
        The ensemble's card with its members' cards, as `Ensemble.card` gives it.

    Returns
    -------
    tuple of str
        "database/record", each once; empty where the cards name none.
    """
    members = card.get("member_cards", {}).values()
    listed = (member.get("training", {}).get("patients", ()) for member in members)
    return tuple(dict.fromkeys(str(patient) for one in listed for patient in one))


def trained_on(name: str, path: Path, patients: Sequence[str]) -> tuple[str, ...]:
    """Those of the training patients that a recording is, as far as names tell.

    Parameters
    ----------
    name : str
        The recording's name.
    path : Path
        Where it lies. A folder that bears the name of one of the patients' databases says which
        database it is of; any other folder says nothing.
    patients : sequence of str
        "database/record".

    Returns
    -------
    tuple of str
        Of `patients`; empty where it is none of them.
    """
    folder = path.absolute().parent.name.casefold()
    parts = [(patient, *patient.rpartition("/")[::2]) for patient in patients]
    known = any(database.casefold() == folder for _, database, _ in parts)
    return tuple(
        patient
        for patient, database, record in parts
        if record == name and (not known or database.casefold() == folder)
    )


def warning(trained: Iterable[str]) -> str:
    """What to say of recordings that were trained on, in a sentence; empty where there is none."""
    named = ", ".join(trained)
    if not named:
        return ""
    return (
        f"By their names these records were trained on: {named}; the figures do not hold for new"
        " patients."
    )
