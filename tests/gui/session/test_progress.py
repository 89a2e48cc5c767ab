from ecgviewer.gui.session.progress import Meter, Progress


def test_the_line_says_how_far_how_fast_and_how_long_still():
    progress = Progress("classifying", 1240, 2954, 860.0)
    assert progress.text == "classifying 1,240 of 2,954  ·  860 beats/s  ·  2 s left"
    assert progress.busy


def test_the_end_says_what_is_done():
    assert Progress("done", 10, 10, note="in 0.1 s").text == "10 beats, all classified  ·  in 0.1 s"
    said = Progress("done", 10, 10, unread=2).text
    assert said == "10 beats, all classified but 2 that cannot be"
    assert Progress("done", 0, 0).text == "no beats found"
    assert Progress("cancelled", 3, 10).text == "cancelled: 3 of 10 beats classified"
    assert not Progress("done").busy


def test_the_rate_counts_what_this_run_has_done():
    now = [100.0]
    meter = Meter(lambda: now[0])
    meter.start(done=50)
    assert meter.rate(50) is None  # too early to say
    now[0] += 2
    assert meter.rate(250) == 100
