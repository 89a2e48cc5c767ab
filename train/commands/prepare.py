"""`prepare`: pack databases for training, uncleaned."""

from collections.abc import Iterable, Mapping
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
from train.data import splits
from train.data.database import DatabaseError
from train.data.load import CACHE, cache_file
from train.data.packed import Packed
from train.protocols import DATABASES, MITDB, PROTOCOLS, Protocol

Counts = tuple[int, ...]


def prepare(
    data: Annotated[Path, typer.Option(help="Folder that holds mitdb, svdb, nstdb")],
    protocol: Annotated[str, typer.Option(help=", ".join(PROTOCOLS))] = "paper",
    out: Annotated[Path, typer.Option(help="Folder of the packed caches")] = CACHE,
    noise: Annotated[bool, typer.Option("--noise", help="Pack nstdb's noise, too")] = False,
    force: Annotated[bool, typer.Option("--force", help="Pack anew what is there")] = False,
    write_splits: Annotated[bool, typer.Option(help="Write the lists of beats anew")] = False,
) -> None:
    """Pack the records of a protocol, print class counts, refuse where they are not as published.

    A cache that is there is replaced only by a whole and checked one, and only with --force.
    """
    if protocol not in PROTOCOLS:
        raise ConfigError(f"protocol {protocol!r} is none of {', '.join(PROTOCOLS)}")
    wanted = PROTOCOLS[protocol]
    packed, fresh = {}, []
    for database in (*wanted.databases, *(["nstdb"] if noise else [])):
        target = cache_file(out, database)
        if target.is_file() and not force:
            console.print(f"{target}: is there already; --force packs it anew")
            packed[database] = cache.load(target)
        else:
            packed[database] = _pack(database, data)
            fresh.append(database)
    check_counts(protocol, wanted, packed)
    for database in fresh:
        cache.write(packed[database], cache_file(out, database))
    for database in packed:
        target = cache_file(out, database)
        console.print(f"{target}: {target.stat().st_size / 2**20:.1f} MiB")
    if write_splits:
        records = cache.beats(packed["mitdb"], names=MITDB, prep=PAPER)
        split = splits.stratified(np.concatenate([r.label for r in records]))
        splits.write_lists(records, split, splits.FOLDER / "paper")


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
        per_class = " ".join(f"{c.name} {found[c]:,}" for c in BeatClass)
        records = ", ".join(f"{len(tuple(names))} of {db}" for db, names in chosen.items())
        console.print(
            f"{name}, {part} records ({records}): {sum(found):,} beats, {per_class}",
            highlight=False,
            soft_wrap=True,
        )
        expected = protocol.counts if part == "training" else None
        if expected and any(e not in (-1, f) for e, f in zip(expected, found, strict=True)):
            published = " ".join(f"{c.name} {expected[c]:,}" for c in BeatClass if expected[c] >= 0)
            raise DatabaseError(
                f"{name}: counts {per_class} are not the published {published}; nothing written"
            )
