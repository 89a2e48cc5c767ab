from collections import Counter

import pytest

from train.campaign.book import Book
from train.campaign.expected import assumed_epoch_s, expected, kind_of
from train.campaign.plan import GROUPS, MINUTES, chosen, plan, studies, wider
from train.compare.classifier import Settings
from train.config import Config, ConfigError

PAIR = ("full-resnet", "full-slap")


@pytest.fixture(scope="module")
def items():
    return plan()


def test_the_order_of_worth(items):
    names = [item.name for item in items]
    assert len(names) == len(set(names))
    assert names[:4] == ["paper-resnet-l2-set", "paper-slap", "full-resnet", "full-slap"]
    groups = list(dict.fromkeys(item.group for item in items))
    assert groups == list(GROUPS)
    assert Counter(item.group for item in items) == {
        "folds": 10,
        "l2": 3,
        "table-6": 6 * 2 * 3,
        "table-7": 3,
        "ds1": 2,
        "clinical": 4 * 5,
        "more-seeds": 6 * 2 * 7,
    }


def test_the_first_nine_minutes_bring_something_whole(items):
    """The first pair also at half the pace that is assumed: it is bounded by its epochs."""
    minutes = [expected(i, Book(), None, machine="", share=1.0).minutes for i in items[:3]]
    assert 2 * sum(minutes[:2]) < 9
    assert sum(minutes) < 9
    assert [i.work.epochs for i in items[:2]] == [14, 24]
    assert studies()["paper-l2-set"].runs == {0: ("paper-resnet-l2-set", "paper-slap")}


def test_the_folds_are_the_papers_schedule_in_full(items):
    folds = [item.work for item in items if item.group == "folds"]
    assert {(c.epochs, c.patience, c.batch, c.take) for c in folds} == {(240, 15, 200, "best")}
    assert sorted(c.fold for c in folds) == sorted([*range(5)] * 2)
    names = {item.name for item in items}
    assert all(
        run in names for study in studies().values() for runs in study.runs.values() for run in runs
    )


def test_what_is_compared_is_as_wide_as_the_papers_and_short(items):
    compared = [item.work for item in items if isinstance(item.work, Settings)]
    assert {s.width for s in compared} == {1.0}
    assert {s.max_minutes for s in compared} == {MINUTES}
    assert MINUTES <= 1
    assert {s.seed for s in compared} == set(range(1, 11))


def test_ds1_keeps_weights_and_chooses_nothing(items):
    of_ds1 = [item for item in items if item.group == "ds1"]
    assert {(i.keep, i.work.take, i.work.protocol) for i in of_ds1} == {("weights", "last", "ds1")}


def test_l2_is_the_only_difference(items):
    by_name = {item.name: item.work for item in items}
    one, other = by_name["full-resnet"], by_name["full-resnet-l2-set"]
    differing = [f for f in Config.__struct_fields__ if getattr(one, f) != getattr(other, f)]
    assert differing == ["name", "weight_decay"]
    assert (one.weight_decay, other.weight_decay) == (2e-4, 5e-7)


def test_wider_members(items):
    assert [pair[0].arguments for pair in wider().values()] == [
        {"width": 16},
        {"width": 32},
        {"width": 16},
    ]
    needs = {item.caches for item in items if item.group == "clinical"}
    assert needs == {("mitdb", "svdb", "nstdb")}


def test_a_dry_run_is_short():
    dry = plan(share=0.01)
    assert [item.name for item in dry] == [item.name for item in plan()]
    assert max(i.work.epochs for i in dry if isinstance(i.work, Config)) == 3


def test_groups_are_chosen_by_name(items):
    assert {item.group for item in chosen(items, ["ds1", "l2"])} == {"ds1", "l2"}
    assert chosen(items, []) == items
    with pytest.raises(ConfigError, match="no group 'table-8'; there are l2, folds"):
        chosen(items, ["table-8"])


def test_slap_is_bound_by_its_steps_and_wider_networks_take_no_less(items):
    resnet, slap = (next(i.work for i in items if i.name == n) for n in PAIR)
    assert 3 < assumed_epoch_s(resnet) < 6
    assert 6 < assumed_epoch_s(slap) < 10
    clinical = [i.work for i in items if i.group == "clinical"]
    over_leads = next(c for c in clinical if c.architecture == "slap-over-leads")
    assert assumed_epoch_s(over_leads) < 1


def test_what_was_measured_replaces_what_was_assumed(items):
    book, item = Book(), items[4]  # ResNet-34, fold 1
    first = items[2]  # the same on fold 0
    assert expected(item, book, None, machine="card", share=1.0).source == "assumed"
    pace = {
        "name": "full-resnet",
        "kind": kind_of(first.work),
        "machine": "card",
        "epochs": 10,
        "seconds": 60.0,
    }
    found = expected(item, book, pace, machine="card", share=1.0)
    assert (found.source, found.epoch_s, found.minutes) == ("measured", 6.0, item.epochs * 0.1)
    assert expected(item, book, pace, machine="another", share=1.0).source == "assumed"
    own = expected(first, book, pace, machine="card", share=1.0)
    assert own.minutes == pytest.approx((first.epochs - 10) * 0.1)
    book.put_run("full-resnet", {"pace": {**pace, "seconds": 30.0}}, None, None)
    assert expected(item, book, None, machine="card", share=1.0).epoch_s == 3.0
