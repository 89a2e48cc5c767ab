"""`prepare`: pack databases for training, uncleaned."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from ecgviewer.aami import DE_CHAZAL, BeatClass
from ecgviewer.formats.readers import records_in, without_suffix
from ecgviewer.signal.params import PAPER
from train.commands.options import console
from train.config import ConfigError
from train.data import packed as cache
from train.data import splits, vitaldb
from train.data.database import DatabaseError
from train.data.load import CACHE, cache_file
from train.data.packed import Packed
from train.data.vitaldb import PackedCases
from train.protocols import (
    DATABASES,
    MAIN,
    MITDB,
    PROTOCOLS,
    VITALDB_CASES,
    VITALDB_COUNTS,
    Protocol,
    known_counts,
    patient_of,
)

Counts = tuple[int, ...]


def prepare(
    data: Annotated[Path, typer.Option(help="Folder that holds mitdb, svdb, ...")],
    protocol: Annotated[str, typer.Option(help=", ".join(PROTOCOLS))] = "paper",
    out: Annotated[Path, typer.Option(help="Folder of the packed caches")] = CACHE,
    noise: Annotated[bool, typer.Option("--noise", help="Pack nstdb's noise, too")] = False,
    force: Annotated[bool, typer.Option("--force", help="Pack anew what is there")] = False,
    write_splits: Annotated[bool, typer.Option(help="Write the lists of beats anew")] = False,
) -> None:
    """Pack the records of a protocol, print class counts, refuse where they are not as published.

    A cache that is there is replaced only by a whole and checked one, and only with --force. A
    database other than mitdb that has neither folder nor cache is left out and named.
    """
    if protocol not in PROTOCOLS:
        raise ConfigError(f"protocol {protocol!r} is none of {', '.join(PROTOCOLS)}")
    wanted = _what_is_there(protocol, data, out)
    packed: dict[str, Packed] = {}
    times: dict[str, PackedCases] = {}
    fresh: list[Callable[[], None]] = []
    for database in (*wanted.databases, *(["nstdb"] if noise else [])):
        target = cache_file(out, database)
        if _is_kept(target, force=force):
            packed[database] = cache.load(target)
        else:
            packed[database] = _pack(database, data)
            fresh.append(partial(cache.write, packed[database], target))
    for database in wanted.rhythms:
        target = cache_file(out, database)
        if _is_kept(target, force=force):
            times[database] = vitaldb.load(target)
        else:
            with console.status(f"packing {database}"):
                times[database] = vitaldb.pack(data / database / vitaldb.TABLE)
            fresh.append(partial(vitaldb.write, times[database], target))
    check_counts(protocol, wanted, packed)
    for table in times.values():
        check_times(table)
    for write in fresh:
        write()
    for database in (*packed, *times):
        target = cache_file(out, database)
        console.print(f"{target}: {target.stat().st_size / 2**20:.1f} MiB")
    if write_splits:
        records = cache.beats(packed["mitdb"], names=MITDB, prep=PAPER)
        split = splits.stratified(np.concatenate([r.label for r in records]))
        splits.write_lists(records, split, splits.FOLDER / "paper")


def _what_is_there(name: str, data: Path, out: Path) -> Protocol:
    """A protocol without the databases that have neither folder nor cache, and a word on it."""
    whole = PROTOCOLS[name]
    absent = [
        database
        for database in (*whole.databases, *whole.rhythms)
        if database != MAIN
        and not (data / database).is_dir()
        and not cache_file(out, database).is_file()
    ]
    if absent:
        console.print(
            f"{name}: {' and '.join(absent)} left out, for {data} has no such folder and {out} no"
            " such cache",
            highlight=False,
            soft_wrap=True,
        )
    return whole.without(absent)


def _is_kept(target: Path, *, force: bool) -> bool:
    """Whether a cache that is there stays, and a word on it."""
    kept = target.is_file() and not force
    if kept:
        console.print(f"{target}: is there already; --force packs it anew")
    return kept


def _pack(database: str, data: Path) -> Packed:
    folder = data / database
    there = {without_suffix(path).name: path for path in records_in(folder)}
    paths = [there.get(name, folder / name) for name in DATABASES[database]]
    with console.status(f"packing {database}") as status:
        return cache.pack(
            database,
            paths,
            annotator=None if database == "nstdb" else "atr",
            progress=lambda name: status.update(f"packed {database} {name}"),
        )


def counts(packed: Mapping[str, Packed], chosen: Mapping[str, Iterable[str]]) -> Counts:
    """Beats per class N S V F Q of the records chosen, by their annotations."""
    symbols = "".join(
        record.symbols
        for database, names in chosen.items()
        for record in cache.chosen(packed[database], names)
    )
    labels = [DE_CHAZAL[s] for s in symbols if s in DE_CHAZAL]
    return tuple(np.bincount(labels, minlength=len(BeatClass)).tolist())


def check_counts(name: str, protocol: Protocol, packed: Mapping[str, Packed]) -> None:
    """Print the counts of a protocol; DatabaseError where they are not as published."""
    for part, chosen in (("training", protocol.train), ("unseen", protocol.unseen)):
        if not chosen:
            continue
        found = counts(packed, chosen)
        records = ", ".join(f"{len(tuple(names))} of {db}" for db, names in chosen.items())
        _say(f"{name}, {part} records ({records}): {sum(found):,} beats, {_per_class(found)}")
        if part == "training" and protocol.counts:
            _compare(name, found, protocol.counts)
    for database, names in protocol.train.items():
        expected = known_counts(database, names)
        if max(expected) >= 0:
            found = counts(packed, {database: names})
            patients = len({patient_of(record) for record in names})
            _say(
                f"{database}: {len(names)} records of {patients} patients,"
                f" {sum(found):,} beats, {_per_class(found)}"
            )
            _compare(database, found, expected)


def check_times(table: PackedCases) -> None:
    """Print the counts of beat times; DatabaseError where they are not those known."""
    found = vitaldb.counts(table)
    each = " ".join(f"{name} {n:,}" for name, n in found.items())
    _say(f"{table.database}: {len(table.cases)} cases, {sum(table.sizes):,} rows, {each}")
    if len(table.cases) != VITALDB_CASES or found != VITALDB_COUNTS:
        known = " ".join(f"{name} {n:,}" for name, n in VITALDB_COUNTS.items())
        raise DatabaseError(
            f"{table.database}: {len(table.cases)} cases and counts {each} are not the"
            f" {VITALDB_CASES} cases and {known} that there are; nothing written"
        )


def _say(line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True)


def _per_class(found: Counts) -> str:
    return " ".join(f"{c.name} {found[c]:,}" for c in BeatClass if found[c] >= 0)


def _compare(name: str, found: Counts, expected: Counts) -> None:
    """DatabaseError where counts are not those expected; -1: any."""
    if any(e not in (-1, f) for e, f in zip(expected, found, strict=True)):
        raise DatabaseError(
            f"{name}: counts {_per_class(found)} are not the published {_per_class(expected)};"
            " nothing written"
        )
