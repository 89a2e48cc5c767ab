"""What is mutated: a row for each, with its sound files and what is done with a mutated one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.fuzz import others, records
from bench.fuzz.mutate import mutated
from bench.fuzz.records import Seed


@dataclass(frozen=True)
class Subject:
    """One kind of file, ready in a folder.

    Attributes
    ----------
    seeds : list of Seed
        Files that are mutated, one at a time.
    attempt : callable
        Takes the name of the mutated one; says what is wrong with how that went, or "".
    restore : callable
        Puts every file back.
    """

    seeds: list[Seed]
    attempt: Callable[[Seed], str]
    restore: Callable[[], None]


def _records(folder: Path, which: int) -> Subject:
    headers, signals, annotations = records.write_records(folder)
    seeds = (headers, signals, annotations)[which]

    def attempt(seed: Seed) -> str:
        path = folder / Path(seed.name).with_suffix(".hea")
        return records.try_annotations(path) if which == 2 else records.try_record(path)

    return Subject(seeds, attempt, lambda: _put_back(folder, seeds))


def _bundles(folder: Path) -> Subject:
    parts = {
        name: others.write_bundle(_made(folder / name), name) for name in ("paper", "clinical")
    }
    seeds = [
        Seed(f"{name}/{seed.name}", seed.data, seed.text)
        for name, its in parts.items()
        for seed in its
    ]

    def attempt(seed: Seed) -> str:
        name = seed.name.partition("/")[0]
        others.mend_hashes(folder / name, parts[name])
        return others.try_bundle(folder / name)

    return Subject(seeds, attempt, lambda: _put_back(folder, seeds))


def _settings(folder: Path) -> Subject:
    seed = others.write_settings(folder / "ecgviewer.ini")
    return Subject(
        [seed], lambda _: others.try_settings(folder / seed.name), lambda: _put_back(folder, [seed])
    )


def _results(folder: Path) -> Subject:
    seed = others.write_results(folder)

    def restore() -> None:
        for path in folder.iterdir():
            path.unlink()
        _put_back(folder, [seed])

    return Subject([seed], lambda _: others.try_results(folder), restore)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _put_back(folder: Path, seeds: list[Seed]) -> None:
    for seed in seeds:
        (folder / seed.name).write_bytes(seed.data)


# By the word of --what: makes the subject, and how many mutations count as the whole.
SUBJECTS: Mapping[str, tuple[Callable[[Path], Subject], int]] = {
    "headers": (lambda folder: _records(folder, 0), 20_000),
    "signals": (lambda folder: _records(folder, 1), 6_000),
    "annotations": (lambda folder: _records(folder, 2), 10_000),
    "bundles": (_bundles, 2_000),
    "settings": (_settings, 2_000),
    "results": (_results, 1_000),
}


def mutation(subject: Subject, what: str, seed: int, number: int) -> tuple[Seed, bytes]:
    """Which file is mutated under a number, and its bytes then."""
    chance = Random(f"{what} {seed} {number}")
    chosen = chance.choice(subject.seeds)
    return chosen, mutated(chosen.data, chance, text=chosen.text)
