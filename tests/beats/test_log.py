import numpy as np
import pytest

from ecgviewer.aami import BeatClass
from ecgviewer.beats.beat import FLAGS
from ecgviewer.beats.columns import Beats
from ecgviewer.beats.log import NOT_CLASSIFIED, BeatBatch, BeatLog, flag_bits, flag_words


def batch(indices, classes, flags=0):
    n = len(indices)
    probabilities = np.full((n, 5), 0.1)
    probabilities[np.arange(n), classes] = 0.6
    votes = np.repeat(probabilities[:, None].astype(np.float32), 2, axis=1)
    bits = np.full(n, flags, np.uint16)
    return BeatBatch(np.array(indices), np.array(classes, np.int8), probabilities, votes, bits)


def test_beats_are_pending_until_their_class_comes():
    log = BeatLog()
    log.extend(np.arange(5) * 300)
    assert log.n_pending == 5
    assert log.beat(2).beat_class is None
    assert log.beat(2).flags == ("pending",)
    log.apply(batch([2], [BeatClass.V]))
    assert log.beat(2).beat_class is BeatClass.V
    assert log.beat(2).confidence == pytest.approx(0.6)
    assert log.beat(2).number == 3
    assert log.counts().tolist() == [0, 0, 1, 0, 0]
    assert log.n_pending == 4


def test_a_beat_that_gets_no_class_is_done_and_counts_in_none():
    log = BeatLog()
    log.extend(np.arange(3) * 300)
    nothing = np.full((1, 5), np.nan)
    bits = np.array([flag_bits("unreadable")], np.uint16)
    votes = np.full((1, 2, 5), np.nan, np.float32)
    log.apply(BeatBatch(np.array([1]), np.array([NOT_CLASSIFIED], np.int8), nothing, votes, bits))
    assert (log.n_pending, log.n_classified, log.n_not_classified) == (2, 0, 1)
    assert log.counts().tolist() == [0] * 5
    beat = log.beat(1)
    assert (beat.beat_class, beat.pending, beat.confidence) == (None, False, None)
    beats = Beats.of(log)
    assert (beats.n_pending, beats.n_classified, beats.n_not_classified) == (2, 0, 1)


def test_a_class_once_set_never_changes():
    log = BeatLog()
    log.extend(np.array([10, 20]))
    log.apply(batch([0], [0]))
    with pytest.raises(ValueError, match="never change"):
        log.apply(batch([0], [1]))


def test_it_grows_without_losing_anything():
    log = BeatLog()
    for i in range(40):
        log.extend(np.arange(i * 100, i * 100 + 100))
        log.apply(batch([i * 100], [i % 5]))
    assert log.n_beats == 4000
    assert log.n_classified == 40
    assert log.counts().tolist() == [8] * 5
    assert log.samples.tolist() == list(range(4000))
    assert log.between(100, 200) == slice(100, 200)


def test_columns_cannot_be_written_from_outside():
    log = BeatLog()
    log.extend(np.array([1, 2]))
    with pytest.raises(ValueError, match="read-only"):
        log.classes[0] = 1
    log.apply(batch([0], [0]))  # the log itself still can


def test_pause_has_a_class_and_no_confidence():
    log = BeatLog()
    log.extend(np.array([1]))
    log.apply(batch([0], [0], flags=flag_bits("pause", "one_lead")))
    assert log.beat(0).beat_class is BeatClass.N
    assert log.beat(0).confidence is None


def test_flag_words_come_in_their_own_order():
    assert flag_words(flag_bits(*reversed(FLAGS))) == FLAGS
    assert flag_words(0) == ()
