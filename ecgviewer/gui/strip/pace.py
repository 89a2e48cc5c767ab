"""How often the strip of a long record is drawn anew, so that a scroll stays smooth."""

from PySide6.QtCore import QElapsedTimer

_SHARE = 25  # of the time goes by between two drawings of all beats: they never take more
_MOVING_MS, _REST_MS = 1000, 80  # so seldom while the trace moves; then it rests
_MANY = 20_000  # beats: fewer are drawn at once, always


class Pace:
    """Knows how long a drawing of all beats took, and whether the trace moves."""

    def __init__(self) -> None:
        self._took_ms = 0
        self._since_drawn = QElapsedTimer()
        self._since_drawn.start()
        self._since_moved = QElapsedTimer()
        self._since_moved.start()

    def on_moved(self) -> None:
        """The trace shows another span."""
        self._since_moved.restart()

    def start(self) -> None:
        """A drawing begins."""
        self._since_drawn.restart()

    def stop(self) -> None:
        """It has ended."""
        self._took_ms = self._since_drawn.restart()

    def early_ms(self, n_beats: int) -> int:
        """How much too early, in ms, it is to draw so many beats again; 0 where it is not.

        While a week is analysed every frame would otherwise draw 700,000 beats.
        """
        if n_beats <= _MANY:
            return 0
        least_ms = _MOVING_MS if self._since_moved.elapsed() < _REST_MS else 0
        return max(0, max(_SHARE * self._took_ms, least_ms) - int(self._since_drawn.elapsed()))
