"""What a page shows of the beats, to tell whether it is to be painted anew; paints nothing."""

from ecgviewer.beatlog import BeatLog
from ecgviewer.gui.page import Page

_REACH_S = 5.0  # a segment's bounds depend on the neighbours of its beat

Seen = tuple[int, int, bytes]


def seen(log: BeatLog | None, page: Page, fs: float) -> Seen | None:
    """First and last beat around a page and their classes; None without a log.

    Parameters
    ----------
    log : BeatLog or None
        Beats so far.
    page : Page
        What is on screen.
    fs : float
        Hz, of the log's samples.
    """
    if log is None:
        return None
    start, stop = page.start_s - _REACH_S, page.stop_s + _REACH_S
    near = log.between(int(start * fs), int(stop * fs) + 1)
    return near.start, near.stop, log.classes[near].tobytes()
