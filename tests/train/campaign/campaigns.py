"""Campaigns of small networks, and clocks that end them."""

import time

from tests.train.campaign.small import SmallStore, items
from train.campaign.clock import Clock
from train.campaign.work import Campaign


class FewLooks(Clock):
    """Minutes that are over after so many looks at the clock."""

    def __init__(self, looks: int) -> None:
        super().__init__(60, started=time.monotonic())
        self.looks = looks

    @property
    def left_s(self) -> float:
        self.looks -= 1
        return 1e6 if self.looks > 0 else -1.0


def campaign(folder, *, minutes=60.0, clock=None, store=None, plan=None, only=(), retry=False):
    """A campaign, and the list that it says its lines into."""
    said: list[str] = []
    clock = clock or Clock(minutes, started=time.monotonic(), save_s=0.1)
    made = Campaign(
        plan or items(),
        folder,
        store or SmallStore(),
        clock,
        say=said.append,
        only=only,
        retry=retry,
    )
    return made, said
