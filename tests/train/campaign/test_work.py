import signal
import time
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from ecgviewer.signal.params import PAPER
from tests.train.campaign.campaigns import FewLooks, campaign
from tests.train.campaign.small import RESNET, SETTINGS, SLAP, SmallStore, copied, items
from tests.train.synthetic import record_beats
from train.campaign import training, work
from train.campaign.book import FINISHED, Book
from train.campaign.clock import Clock
from train.campaign.outbox import MAX_FILES, MAX_TOTAL, Outbox
from train.campaign.work import RUN
from train.config import ConfigError
from train.data.windows import WindowCutter


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A campaign done in one call."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    campaign(folder)[0].run()
    return folder


def same(book, other):
    """Whether two books hold the same networks and answers."""
    for name in (RESNET.name, SLAP.name):
        assert book.weights(name) == other.weights(name)
        mine, theirs = book.answers(name), other.answers(name)
        assert all(np.array_equal(mine[k], theirs[k]) for k in mine)
        timeless = [
            [{k: v for k, v in h.items() if k != "seconds"} for h in b.run(name)["history"]]
            for b in (book, other)
        ]
        assert timeless[0] == timeless[1]


def test_all_is_done_in_the_order_of_the_plan(whole):
    made, said = campaign(whole)
    assert made.left == []
    assert set(made.book.runs) == {RESNET.name, SLAP.name}
    assert set(made.book.compared) == {SETTINGS.run}
    account = made.book.run(RESNET.name)
    assert (account["epochs_run"], account["card"], account["share"]) == (3, "cpu", 1.0)
    assert account["validation_accuracy"] > 0.9
    assert account["validated_on"] == "validation rows"
    assert account["precision"] in ("fp32", "bf16")
    made.run()
    assert said == []
    assert RUN not in made.outbox


def test_a_run_without_validation_rows_has_no_accuracy_and_says_what_it_was_watched_on(tmp_path):
    of_ds1 = msgspec.structs.replace(SLAP, protocol="ds1", take="last")
    made, _ = campaign(tmp_path / "out", plan=[replace(items()[1], group="ds1", work=of_ds1)])
    made.run()
    account = made.book.run(SLAP.name)
    assert account["validation_accuracy"] is None
    assert account["validated_on"] == "training rows; nothing is chosen on them"
    assert {line["validated_on"] for line in account["history"]} == {account["validated_on"]}
    assert made.book.answers(SLAP.name) is None


@pytest.mark.parametrize("looks", [3, 6, 9, 12, 30])
def test_left_in_the_middle_and_gone_on_with_on_another_machine(whole, tmp_path, looks):
    """Cut short anywhere, moved, gone on with: a small network's last bit is the same."""
    folder = tmp_path / "first"
    campaign(folder, clock=FewLooks(looks))[0].run()
    moved = copied(folder, tmp_path / "second")
    made, said = campaign(moved)
    made.run()
    assert made.left == []
    assert any("goes on after" in line or "begins" in line for line in said)
    same(made.book, campaign(whole)[0].book)


def test_killed_while_it_works_it_goes_on_from_the_last_save(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "SAVE_EVERY_S", 0.0)  # after every batch
    commits, commit = [], Outbox.commit

    def dies(self, changes, note):
        if len(commits) == 7:
            raise KeyboardInterrupt
        commits.append(set(changes))
        commit(self, changes, note)

    monkeypatch.setattr(Outbox, "commit", dies)
    with pytest.raises(KeyboardInterrupt):
        campaign(tmp_path / "first")[0].run()
    monkeypatch.undo()
    made, said = campaign(copied(tmp_path / "first", tmp_path / "second"))
    assert made.unfinished["name"] == RESNET.name
    made.run()
    assert said[0] == f"{RESNET.name} goes on after 1 epochs"
    same(made.book, campaign(whole)[0].book)


def test_told_to_stop_it_saves_and_ends(tmp_path):
    class Store(SmallStore):
        def lesson(self, item):
            signal.raise_signal(signal.SIGTERM)
            return super().lesson(item)

    before = signal.getsignal(signal.SIGTERM)
    made, said = campaign(tmp_path / "out", store=Store())
    made.run()
    assert signal.getsignal(signal.SIGTERM) == before
    assert "stopped by SIGTERM" in said[-1]
    assert RUN in Outbox(tmp_path / "out")
    assert made.left[0].name == RESNET.name


def test_the_minutes_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(work, "LEAST_S", 0.0)
    long = [replace(items()[0], work=msgspec.structs.replace(RESNET, epochs=999, patience=999))]
    started = time.monotonic()
    clock = Clock(3 / 60, started=started, save_s=0.5)
    made, _ = campaign(tmp_path / "out", clock=clock, plan=long)
    made.run()
    assert time.monotonic() - started < 3.0
    assert made.unfinished["epochs"] > 0


def test_a_slow_first_batch_does_not_end_a_run(tmp_path, monkeypatch):
    """A machine's first batch loads its libraries: here it takes most of the minutes."""

    class Slow(WindowCutter):
        first = True

        def cut(self, *arguments, **options):
            if self.first:
                self.first = False
                time.sleep(4.0)
            return super().cut(*arguments, **options)

    class Store(SmallStore):
        def lesson(self, item):
            beats = Slow([record_beats()], device="cpu", prep=PAPER)
            return replace(super().lesson(item), cutter=beats)

    monkeypatch.setattr(work, "LEAST_S", 0.0)
    clock = Clock(7 / 60, started=time.monotonic(), save_s=0.1)
    few = [replace(items()[0], work=msgspec.structs.replace(RESNET, epochs=1))]
    made, said = campaign(tmp_path / "out", clock=clock, plan=few, store=Store())
    made.run()
    assert made.left == [], said


def test_nothing_is_begun_that_cannot_be_saved(tmp_path):
    store = SmallStore()
    made, said = campaign(tmp_path / "out", minutes=0.01, store=store)
    made.run()
    assert said == []
    assert store.lessons == 0
    assert not (tmp_path / "out").exists()


def test_a_run_whose_cache_is_not_there_is_left_out_with_a_sentence(tmp_path):
    made, said = campaign(tmp_path / "out", store=SmallStore(lacks=("mitdb",)))
    assert any("left out where it needs mitdb.cache" in line for line in made.groups())
    assert made.lines() == []
    made.run()
    assert said == []


def test_a_run_that_was_left_is_gone_on_with_whatever_is_chosen(tmp_path):
    campaign(tmp_path / "out", clock=FewLooks(5))[0].run()
    made, _ = campaign(tmp_path / "out", only=["table-7"])
    assert [item.name for item in made.left] == [RESNET.name, SETTINGS.run]
    assert len(made.groups()) == 3
    made.run()
    assert SLAP.name not in made.book
    assert SETTINGS.run in made.book


def test_another_share_of_the_beats_is_refused(whole):
    with pytest.raises(ConfigError, match=r"on a share of 1 of the beats, not on 0\.01"):
        campaign(whole, store=SmallStore(share=0.01))


def test_of_rivals_only_the_best_ones_weights_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(work, "SMALL", 0)  # as if the networks were large
    made, _ = campaign(tmp_path / "out", plan=items(keep="rival"))
    made.run()
    found = {n: made.book.run(n)["validation_accuracy"] for n in (RESNET.name, SLAP.name)}
    best = max(found, key=found.get)
    kept = [name for name in made.outbox.names if name.startswith("weights-")]
    assert kept == [f"weights-{best}"]


def beaten(out):
    """Make the finished ResNet the worst there can be."""
    box = Outbox(out)
    book = Book(box.read(FINISHED))
    account = book.run(RESNET.name) or {}
    told = account | {"validation_accuracy": 0.0}
    book.put_run(RESNET.name, told, book.answers(RESNET.name), None)
    box.commit({FINISHED: book.encode()}, box.note)


def test_a_rival_that_leads_takes_the_others_weights_only_once_it_is_done(tmp_path, monkeypatch):
    monkeypatch.setattr(work, "SMALL", 0)
    plan, out = items(keep="rival")[:2], tmp_path / "out"
    campaign(out, plan=plan[:1])[0].run()
    beaten(out)
    left, _ = campaign(out, plan=plan, clock=FewLooks(9))
    left.run()
    assert left.unfinished["epochs"] == 1
    assert {RUN, f"weights-{RESNET.name}"} <= set(left.outbox.names)
    done, _ = campaign(out, plan=plan)
    done.run()
    kept = [name for name in done.outbox.names if name.startswith("weights-")]
    assert kept == [f"weights-{SLAP.name}"]


def test_best_weights_for_which_there_was_no_room_do_not_remove_the_others(tmp_path, monkeypatch):
    """What is finished has its weights; what was left keeps its answers, and says it has none."""
    monkeypatch.setattr(work, "SMALL", 0)
    plan, out = items(keep="rival")[:2], tmp_path / "out"
    plan[1] = replace(plan[1], work=msgspec.structs.replace(SLAP, min_delta=1.0))  # the first epoch
    campaign(out, plan=plan[:1])[0].run()
    beaten(out)
    with monkeypatch.context() as full:
        full.setattr(Outbox, "room", lambda self, sizes: "full" if set(sizes) == {RUN} else "")
        campaign(out, plan=plan, clock=FewLooks(9))[0].run()
    done, _ = campaign(out, plan=plan)
    done.run()
    assert done.book.run(SLAP.name)["weights_sha256"] is None
    assert done.book.answers(SLAP.name) is not None
    assert [n for n in done.outbox.names if n.startswith("weights-")] == [f"weights-{RESNET.name}"]


def test_it_says_what_is_done_and_how_long_the_rest_would_take(whole, tmp_path):
    made, _ = campaign(tmp_path / "out")
    groups = made.groups()
    assert groups[0].startswith("folds: ")
    assert "0 of 2 done" in groups[0]
    assert groups[-1].startswith("in all ")
    assert [line.split(":")[0] for line in made.lines()] == [i.name for i in items()]
    done, _ = campaign(whole)
    assert "2 of 2 done" in done.groups()[0]
    assert done.lines() == []
    assert len(list(whole.iterdir())) <= MAX_FILES
    assert sum(p.stat().st_size for p in whole.iterdir()) < MAX_TOTAL
