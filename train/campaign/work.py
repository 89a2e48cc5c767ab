"""The campaign itself: the next run, and the next, while the minutes last."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from train.campaign.book import FINISHED, Book
from train.campaign.clock import Clock
from train.campaign.data import Store
from train.campaign.expected import CARD, Expected, expected
from train.campaign.failures import sentence, why_lost
from train.campaign.outbox import Outbox
from train.campaign.plan import GROUPS, Item, chosen
from train.campaign.training import Training, machine_name
from train.compare.classifier import Settings
from train.compare.results import encoded
from train.compare.runner import compute
from train.config import ConfigError
from train.data.database import DatabaseError

_LOG = logging.getLogger(__name__)
Say = Callable[[str], None]
RUN, WEIGHTS = "run", "weights-"  # blobs: the run that is not finished; a large network's weights
LOADING_S = {"clinical": 120.0}  # to read and clean the records, on 16 cores
_LOADING_S = 30.0
LEAST_S = 20.0  # of training, for a run to be begun
SMALL = 2**20  # bytes of weights that lie with the accounts


class _ToldError(Exception):
    """A comparison is to end without a result."""


class Campaign:
    """Runs of a plan and the folder they travel in.

    Parameters
    ----------
    items : sequence of Item
        The whole plan.
    folder : Path
        OUT. ConfigError where it is damaged, or of other beats.
    store : Store
        Data.
    clock : Clock
        Minutes of the call.
    say : callable
        Told a line at a time.
    only : sequence of str
        Groups to do, all where none is named; a run that was left is gone on with all the same.
    retry : bool
        Whether runs that failed before are done again; they are left out otherwise.
    """

    def __init__(
        self,
        items: Sequence[Item],
        folder: Path,
        store: Store,
        clock: Clock,
        *,
        say: Say,
        only: Sequence[str] = (),
        retry: bool = False,
    ) -> None:
        self.items, self.outbox, self._store = items, Outbox(folder), store
        self._clock, self._say, self._retry = clock, say, retry
        self._only = {item.name for item in chosen(items, only)}
        share = self.outbox.note.get("share", store.share)
        if share != store.share:
            raise ConfigError(
                f"{folder}: holds runs on a share of {share:g} of the beats, not on"
                f" {store.share:g}; give another folder"
            )
        self.book = Book(self.outbox.read(FINISHED) if FINISHED in self.outbox else b"")

    @property
    def unfinished(self) -> dict[str, Any] | None:
        """Pace of the run that was left: `name`, `epochs`, `seconds`, `machine`, `kind`."""
        found: dict[str, Any] | None = self.outbox.note.get("unfinished")
        return found

    @property
    def failed(self) -> dict[str, str]:
        """Runs that failed and were not done since, with a sentence each."""
        found: dict[str, str] = self.outbox.note.get("failed", {})
        return {k: v for k, v in found.items() if k not in self.book}

    @property
    def left(self) -> list[Item]:
        """Items to do, the one that was left first: there is room for one such."""
        began = (self.unfinished or {}).get("name")
        wanted = self._only | {began}
        wanted -= set() if self._retry else set(self.failed)
        todo = [i for i in self.items if i.name in wanted and i.name not in self.book]
        return sorted(todo, key=lambda item: item.name != began)  # stable

    def groups(self) -> list[str]:
        """A line a group: what is done of it, and how long the rest would take."""
        left, said, total = {item.name for item in self.left}, [], 0.0
        for group, title in GROUPS.items():
            mine = [item for item in self.items if item.group == group]
            if not {item.name for item in mine} & (self._only | left):
                continue
            todo = [item for item in mine if item.name in left]
            failed = [item for item in mine if item.name in self.failed]
            found = [self._expected(item) for item in todo if not self._store.absent(item)]
            absent = sorted({name for item in todo for name in self._store.absent(item)})
            minutes = sum(each.minutes for each in found)
            total += minutes
            done = [item for item in mine if item.name in self.book]
            line = f"{group}: {title}; {len(done)} of {len(mine)} done"
            if failed:
                line += f", {len(failed)} failed"
            if found:
                sources = " and ".join(sorted({each.source for each in found}))
                line += f", {minutes:.0f} min to come ({sources})"
            if absent:
                line += f"; left out where it needs {', '.join(absent)}.cache, which is not there"
            said.append(line)
        return [*said, f"in all {total:.0f} min to come; assumed: on {CARD}"]

    def lines(self) -> list[str]:
        """A line a run that is to come, in their order, with its minutes and those up to it."""
        total, said = 0.0, []
        for item in self.left:
            if self._store.absent(item):
                continue
            found = self._expected(item)
            total += found.minutes
            pace = f", an epoch {found.epoch_s:.1f} s" if found.epoch_s else ""
            said.append(
                f"{item.name}: {item.what}; {found.minutes:.1f} min ({found.source}{pace}),"
                f" {total:.0f} min up to here"
            )
        return said

    def _expected(self, item: Item) -> Expected:
        machine = machine_name(self._store.device)
        return expected(item, self.book, self.unfinished, machine=machine, share=self._store.share)

    def run(self) -> list[str]:
        """Do what the minutes hold.

        Returns
        -------
        list of str
            Names of the runs that failed in this call, each said and noted.

        Raises
        ------
        ConfigError
            Where the device is lost; what was saved stays.
        """
        failed = []
        with self._clock.listening():
            for item in self.left:
                if self._store.absent(item) or not self._may_begin(item):
                    continue
                reason = self._tried(item)
                lost = why_lost(self._store.device) if reason else ""
                if lost:
                    raise ConfigError(
                        f"{item.name}: {reason}; the device gave up ({lost}); what was saved stays"
                        f" in {self.outbox.folder}"
                    )
                if reason:
                    failed.append(item.name)
                    self._fail(item, reason)
        if self._clock.told:
            self._say(f"stopped by {self._clock.told}; {self.outbox.folder} holds what was done")
        return failed

    def _tried(self, item: Item) -> str:
        """What went wrong with one item, "": nothing; the error holds its network, so it goes."""
        try:
            if isinstance(item.work, Settings):
                self._compare(item, item.work)
            else:
                self._train(item)
        except (DatabaseError, OSError):  # the caches' or the folder's fault, and every run's
            raise
        except Exception as error:  # whatever a run does wrong, the others have nothing to do with
            _LOG.debug("%s", item.name, exc_info=True)
            return sentence(error)
        return ""

    def _fail(self, item: Item, reason: str) -> None:
        """Note it, without what it had saved: there is room for one unfinished run."""
        mine = (self.unfinished or {}).get("name") == item.name
        self.book.remove(item.name)  # put there by a save that did not come about
        self._commit({RUN: None} if mine else {}, failed={**self.failed, item.name: reason})
        self._say(f"{item.name}: failed ({reason}); goes on without it, again with --retry")

    def _may_begin(self, item: Item) -> bool:
        """Whether an item can be begun and saved in what is left of the minutes."""
        loading = 0.0
        if not self._store.is_read(item):
            loading = LOADING_S.get(item.group, _LOADING_S)
        if isinstance(item.work, Settings):
            needs = 60 * expected(item, self.book, None, machine="", share=1.0).minutes
            return self._clock.left_s > loading + needs
        began = (self.unfinished or {}).get("name")
        # there is room for one unfinished run; of one that the plan lost, nothing can come
        others = {i.name for i in self.items} - {item.name}
        return began not in others and self._clock.left_s > loading + LEAST_S

    def _compare(self, item: Item, settings: Settings) -> None:
        def listen(_: str) -> None:
            if self._clock.told:
                raise _ToldError

        self._say(f"{item.name} begins")
        try:
            done = compute(settings, self._store.compared(settings), say=listen)
        except _ToldError:
            self._say(f"{item.name}: begun anew with the next call")
            return
        self.book.put_compared(item.name, encoded(done))
        self._commit({})
        figures = f"accuracy {done.figures.accuracy:.4f}, macro-F1 {done.figures.f1:.4f}"
        self._say(f"{item.name}: {figures}, {done.minutes:.1f} min")

    def _train(self, item: Item) -> None:
        lesson = self._store.lesson(item)
        training = Training(
            item.name,
            lesson,
            self._clock,
            save=lambda run: self._save(item, run),
            answers=item.group != "ds1",
        )
        state = training.trainer.state
        if (self.unfinished or {}).get("name") == item.name:
            training.go_on(self.outbox.read(RUN))
            self._say(f"{item.name} goes on after {state.epoch} epochs")
        else:
            self._say(f"{item.name} begins")
        done = training.run()
        if done:
            self._finish(item, training)
        best = ""
        if state.history and training.lesson.config.take == "best":
            best = f", best {state.best_score:.4f} after {state.best_epoch + 1}"
        ended = "done" if done else "left, goes on with the next call"
        self._say(f"{item.name}: {ended}, {state.epoch} epochs{best}, {state.seconds / 60:.1f} min")

    def _save(self, item: Item, training: Training) -> None:
        """Keep an unfinished run."""
        _, best = self._weights(
            item, training
        )  # what it would make needless stays until it is done
        # the last epoch's weights are the best ones there
        best = best and training.lesson.config.take == "best"
        data = training.packed(best=best)
        if best and self.outbox.room({RUN: len(data)}):
            data = training.packed(best=False)
        self._commit({RUN: data}, unfinished=vars(training.pace))

    def _finish(self, item: Item, training: Training) -> None:
        changes, best = self._weights(item, training)
        changes[RUN] = None
        weights = training.weights() if best else None
        small = weights if weights is not None and len(weights) < SMALL else None
        if weights is not None and small is None:
            changes[f"{WEIGHTS}{item.name}"] = weights
        account = training.account(share=self._store.share)
        self.book.put_run(item.name, account, training.kept_answers(), small)
        self._commit(changes)

    def _weights(self, item: Item, training: Training) -> tuple[dict[str, bytes | None], bool]:
        """Blobs that a rival's better answers make needless, and whether its weights are kept."""
        if item.keep != "rival":
            return {}, item.keep == "weights"
        others = [i.name for i in self.items if i.keep == "rival" and i.name != item.name]
        found = [a["validation_accuracy"] for name in others if (a := self.book.run(name))]
        kept = bool(training.trainer.state.best_weights)  # there was room for them all the time
        if not kept or training.accuracy is None or training.accuracy <= max(found, default=-1.0):
            return {}, False
        there = [f"{WEIGHTS}{name}" for name in others if f"{WEIGHTS}{name}" in self.outbox]
        return dict.fromkeys(there), True

    def _commit(
        self,
        changes: dict[str, bytes | None],
        *,
        unfinished: dict[str, Any] | None = None,
        failed: dict[str, str] | None = None,
    ) -> None:
        note: dict[str, Any] = {"share": self._store.share}
        if unfinished:
            note["unfinished"] = unfinished
        elif RUN not in changes and self.unfinished:
            note["unfinished"] = self.unfinished
        failed = self.failed if failed is None else failed
        if failed:
            note["failed"] = failed
        self.outbox.commit({**changes, FINISHED: self.book.encode()}, note)
