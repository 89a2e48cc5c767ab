"""Where a beat of the open recording lies."""

from ecgviewer.gui.main_window import MainWindow


def time_s(window: MainWindow, beat_id: int | None) -> float:
    """R peak, seconds from the record's start."""
    opened = window.session.opened
    assert opened is not None
    row = opened.beats.row(beat_id)
    assert row is not None
    return float(opened.beats.sample[row]) / opened.record.fs
