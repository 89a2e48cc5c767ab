"""What a session asks of the trace: which span is on screen, and to bring another there."""

from typing import Protocol

from PySide6.QtCore import SignalInstance


class Viewport(Protocol):
    """The trace as the current beat and playback see it; `gui.trace.canvas.Canvas` is one."""

    view_changed: SignalInstance

    def visible_range_s(self) -> tuple[float, float]: ...
    def go_to(self, start_s: float) -> None: ...
    def center_on(self, t_s: float) -> None: ...
    def set_frame(self, start_s: float | None, stop_s: float | None = None) -> None: ...
