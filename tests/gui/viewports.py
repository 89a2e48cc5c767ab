"""A trace that keeps what it is told and draws nothing."""

from PySide6.QtCore import QObject, Signal


class FakeViewport(QObject):
    """Ten seconds of a recording.

    Attributes
    ----------
    start_s : float
        Where they begin.
    frame_s : (float, float) or None
        The frame of playback that is marked.
    """

    view_changed = Signal(float, float)
    width_s = 10.0

    def __init__(self) -> None:
        super().__init__()
        self.start_s = 0.0
        self.frame_s: tuple[float, float] | None = None

    def visible_range_s(self) -> tuple[float, float]:
        return self.start_s, self.start_s + self.width_s

    def go_to(self, start_s: float) -> None:
        self.start_s = start_s
        self.view_changed.emit(start_s, self.width_s)

    def center_on(self, t_s: float) -> None:
        self.go_to(t_s - self.width_s / 2)

    def set_frame(self, start_s: float | None, stop_s: float | None = None) -> None:
        self.frame_s = None if start_s is None or stop_s is None else (start_s, stop_s)
