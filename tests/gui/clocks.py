"""A clock for playback that a test sets; shared by tests and benchmark."""


class MadeClock:
    """Stands still until it is told the time."""

    def __init__(self) -> None:
        self.ms = 0.0

    def start(self) -> None:
        self.ms = 0.0

    def elapsed(self) -> float:
        return self.ms
