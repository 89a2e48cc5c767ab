"""Chance that follows from a record's name."""

import hashlib


def seed_of(name: str) -> int:
    """A seed of 64 bits for a name, the same in every process; another name has another.

    Sums of characters, as were used before, have 24 values for 65 records.
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
