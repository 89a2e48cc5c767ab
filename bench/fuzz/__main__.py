"""Mutated files by the thousand: python -m bench.fuzz [--what headers] [--n 20000] [--seed 1].

Each is opened in a process of its own kind, so that one that never ends (over 5 s) or kills its
process is counted and the rest goes on. Counted, too: exceptions outside the program's families of
errors, more than 300 MB, and files that were changed in a way that their format can tell and that
are called intact all the same. Every failure is kept in --keep as the mutated bytes, and can be
had again by its seed and number alone: --first NUMBER --n 1.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.fuzz.run import Failure, fuzz
from bench.fuzz.subjects import SUBJECTS, mutation


def main() -> int:
    """Fuzz and print a table; 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--what", action="append", choices=sorted(SUBJECTS))
    parser.add_argument("--n", type=int, help="mutations of each; by default the whole number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutation")
    parser.add_argument("--keep", type=Path, default=Path("out/fuzz"), help="folder of failures")
    options = parser.parse_args()
    total = 0
    print(f"{'what':12} {'mutations':>9} {'failures':>8} {'s':>6}")
    for what in options.what or SUBJECTS:
        n, start = options.n or SUBJECTS[what][1], time.perf_counter()
        failures = fuzz(what, options.seed, options.first, options.first + n)
        took = time.perf_counter() - start
        print(f"{what:12} {n:9,} {len(failures):8,} {took:6.0f}", flush=True)
        for failure in failures:
            print(f"    {failure.number}: {failure.problem}", flush=True)
        keep(options.keep, what, options.seed, failures)
        total += len(failures)
    return 1 if total else 0


def keep(folder: Path, what: str, seed: int, failures: list[Failure]) -> None:
    """Write the mutated bytes of each failure, named by seed and number."""
    if not failures:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        subject = SUBJECTS[what][0](Path(scratch))
        for failure in failures:
            chosen, data = mutation(subject, what, seed, failure.number)
            name = f"{what}-{seed}-{failure.number}-{Path(chosen.name).name}"
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    raise SystemExit(main())
