"""`campaign`: the runs that are worth a card, a few minutes at a time, on whichever machine."""

import time
from pathlib import Path
from typing import Annotated

import typer

from train.campaign.clock import Clock, process_age_s
from train.campaign.collect import collect
from train.campaign.data import Store
from train.campaign.plan import GROUPS, plan
from train.campaign.work import Campaign
from train.commands.options import (
    RESULTS,
    RUNS,
    CacheFolder,
    Device,
    ResultsFolder,
    RunsFolder,
    Threads,
    console,
)
from train.data.load import CACHE, choose_device

OUT = Path("train/runs/campaign")
NEXT = 3  # runs to come that are named


def campaign(
    minutes: Annotated[
        float, typer.Option(min=0, help="Of this call, loading among them; all is saved by then")
    ] = 9.0,
    out: Annotated[
        Path, typer.Option("--resume", help="OUT: where it goes on, and what travels")
    ] = OUT,
    only: Annotated[list[str] | None, typer.Option(help=f"A group: {', '.join(GROUPS)}")] = None,
    show_plan: Annotated[bool, typer.Option("--plan", help="Print the plan, do nothing")] = False,
    collected: Annotated[
        bool, typer.Option("--collect", help="Take what is finished out of OUT, for the tables")
    ] = False,
    share: Annotated[
        float, typer.Option(min=0.001, max=1, help="Of the beats; less than 1: a dry run")
    ] = 1.0,
    retry: Annotated[
        bool, typer.Option("--retry", help="Do runs that failed before, too; left out otherwise")
    ] = False,
    cache_folder: CacheFolder = CACHE,
    runs: RunsFolder = RUNS,
    results: ResultsFolder = RESULTS,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Do the next runs of the campaign; say what is done, what is next and how long it takes.

    Exit status 1 where a run failed: the others are done all the same.
    """
    clock = Clock(minutes, started=time.monotonic() - process_age_s())
    if collected:
        for path in collect(out, results, runs):
            console.print(f"{path}: written", highlight=False)
        return
    where = choose_device(device, threads=threads)
    store = Store(cache_folder, device=where, share=share)
    work = Campaign(plan(share=share), out, store, clock, say=_say, only=only or (), retry=retry)
    for name, reason in work.failed.items():
        _say(f"failed before: {name} ({reason}){'' if retry else '; again with --retry'}")
    for line in work.groups():
        _say(line)
    for line in work.lines() if show_plan else work.lines()[:NEXT]:
        _say(f"next: {line}")
    if show_plan:
        return
    failed = work.run()
    for line in (*work.groups(), *work.lines()[:1]):
        _say(line)
    if failed:
        raise typer.Exit(1)


def _say(line: str) -> None:
    console.print(line, highlight=False, markup=False, soft_wrap=True)
