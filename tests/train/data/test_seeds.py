"""Seeds from names: another for every record there is, the same in every process."""

import subprocess
import sys

from train.data.seeds import seed_of
from train.protocols import DATABASES


def test_all_records_of_all_databases_have_seeds_of_their_own():
    names = [name for database in DATABASES.values() for name in database]
    assert len(names) == 48 + 39 + 55 + 3
    assert len({seed_of(name) for name in names}) == len(set(names)) == len(names)


def test_names_of_the_same_characters_have_seeds_of_their_own():
    assert len({seed_of(name) for name in ("112", "121", "211", "103", "")}) == 5


def test_a_seed_is_the_same_in_another_process():
    code = "from train.data.seeds import seed_of; print(seed_of('I33'))"
    for hashing in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": hashing},
        )
        assert int(done.stdout) == seed_of("I33")
