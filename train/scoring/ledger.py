"""The log of every scoring on rows that are scored once: the 10 % and DS2."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from train.config import ConfigError

LOG = "scorings.jsonl"


class Scoring(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log."""

    date: str
    rows: str  # "test" or "ds2"
    networks: list[str]  # sha256 of their weights
    names: list[str]
    accuracy: float
    macro_f1: float
    reason: str  # why, where they had been scored before


def read(folder: Path) -> list[Scoring]:
    """All lines; ConfigError where the log is damaged."""
    path = folder / LOG
    if not path.is_file():
        return []
    try:
        decoder = msgspec.json.Decoder(Scoring)
        return decoder.decode_lines(path.read_bytes())
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{path}: damaged log of scorings ({error})") from error


def allow(folder: Path, rows: str, networks: Sequence[str], *, reason: str) -> None:
    """ConfigError where these networks have been scored on these rows and no reason is given.

    OSError where the log cannot be written: no row is read that could not be logged.
    """
    for line in read(folder):
        if line.rows == rows and sorted(line.networks) == sorted(networks) and not reason.strip():
            raise ConfigError(
                f"{folder / LOG}: these networks were scored on the {rows} rows on {line.date};"
                " they are scored once, a second time needs --reason"
            )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LOG).open("ab").close()


def log(
    folder: Path,
    rows: str,
    networks: Sequence[str],
    *,
    names: Sequence[str],
    figures: dict[str, Any],
    reason: str,
) -> None:
    """Append a line."""
    line = Scoring(
        date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        rows=rows,
        networks=list(networks),
        names=list(names),
        accuracy=figures["accuracy"],
        macro_f1=figures["macro_f1"],
        reason=reason,
    )
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOG).open("ab") as file:
        file.write(msgspec.json.encode(line) + b"\n")
