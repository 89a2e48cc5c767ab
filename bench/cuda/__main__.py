"""What a card does with a day of beats: python -m bench.cuda --help.

Checks that the card says what the CPU says, measures what it takes, and writes one JSON. Needs the
project's folder and mitdb.cache, which `python -m train prepare` makes, and nothing else of ours.
"""

import sys
import time

from bench.cuda.needs import missing
from bench.cuda.options import DATABASE, Clock, parse

FAILED = 2


def main(arguments: list[str] | None = None) -> int:
    """0: done; 1: a class differs, or a step failed; 2: it could not begin."""
    options = parse(arguments)
    clock = Clock(options.minutes)
    if why := missing():
        return _fail(why)
    start = time.perf_counter()
    import torch

    times = {"import torch": time.perf_counter() - start}
    device = "cuda" if options.device != "cpu" and torch.cuda.is_available() else "cpu"
    if options.device == "cuda" != device:
        return _fail("device 'cuda' asked for, but torch finds no card; use auto or cpu")
    if device == "cuda":  # timed here, before anything else asks the card for its name
        try:
            torch.zeros(1, device=device).item()
        except RuntimeError as error:
            return _fail(f"the card does not answer ({str(error).splitlines()[0]}); use cpu")
        times["CUDA ready, its first kernel done"] = (
            time.perf_counter() - start - sum(times.values())
        )
    from train.data.database import DatabaseError
    from train.data.load import cache_file
    from train.data.packed import load

    try:
        packed = load(cache_file(options.data, DATABASE))
    except DatabaseError as error:
        return _fail(str(error))
    from bench.cuda.running import run
    from bench.cuda.steps import Steps

    return run(options, device, Steps(options, device, packed, clock, times), clock)


def _fail(sentence: str) -> int:
    print(f"bench.cuda: {sentence}", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
