"""One process that tries mutations one after the other: a line when it begins one, one when done.

python -m bench.fuzz.worker WHAT SEED FIRST STOP FOLDER
"""

import json
import logging
import os
import resource
import sys
import traceback
from pathlib import Path

from bench.fuzz.subjects import SUBJECTS, mutation

MAX_GROWTH_KB = 300 * 2**10
_MOST_MEMORY = 16 * 2**30  # of addresses: what asks for more is refused, and the machine lives
_UNTRIED = 3  # sound files tried first, so that libraries count for nothing


def main(what: str, seed: int, first: int, stop: int, folder: Path) -> None:
    """Try mutations [first, stop); ends early where one has taken too much memory."""
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    subject = SUBJECTS[what][0](folder)
    for sound in subject.seeds[:_UNTRIED]:
        if problem := subject.attempt(sound):
            raise AssertionError(f"{sound.name} is not sound: {problem}")
        subject.restore()
    before = _peak()
    for number in range(first, stop):
        chosen, data = mutation(subject, what, seed, number)
        (folder / chosen.name).write_bytes(data)
        _say({"begin": number})
        try:
            problem = subject.attempt(chosen)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(where.filename).name}:{where.lineno}"
            problem = f"exception {type(error).__name__} at {place}: {str(error)[:200]}"
        grown = _peak() - before
        if grown > MAX_GROWTH_KB:
            problem = problem or f"memory: {grown // 2**10} MB more"
        _say({"done": number, "problem": problem})
        if grown > MAX_GROWTH_KB:
            return
        subject.restore()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _say(line: dict[str, object]) -> None:
    os.write(1, json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    what, seed, first, stop, folder = sys.argv[1:]
    main(what, int(seed), int(first), int(stop), Path(folder))
