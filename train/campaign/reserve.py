"""What a training must keep of its minutes for the answers that follow it."""

from collections.abc import Callable

WARM_UP = 20  # batches of a call before any time is believed: libraries and kernels are loaded
_FORWARD = 0.5  # of a training batch's time, an equal batch of validation
_PRECISE = 2.0  # times validation's, answers in fp32
_MOST = 1 / 3  # of what was left at the start, that a guess may keep


class Reserve:
    """Seconds that the next validation, and the answers after it, will take.

    Nothing while the first batches run, then a guess from the mean batch, which is bounded; once a
    validation was timed, that.

    Parameters
    ----------
    watched, answered : float
        Rows of a validation and of the answers, in training batches; nothing answered: 0.
    left_s : float
        Of the minutes, at the start.
    settle : callable
        Waits for the device.
    now : callable
        Time, s.
    """

    def __init__(
        self,
        *,
        watched: float,
        answered: float,
        left_s: float,
        settle: Callable[[], None],
        now: Callable[[], float],
    ) -> None:
        self._watched, self._answered = watched, answered
        self._most, self._settle, self._now = _MOST * max(0.0, left_s), settle, now
        self._batches, self._spent = -WARM_UP, 0.0
        self._since: float | None = None  # the end of the batch before, if nothing else came since
        self._validation: float | None = None
        self._answering: float | None = None

    def batch(self) -> None:
        """A batch has ended."""
        self._batches += 1
        if self._batches == 0:
            self._settle()
        now = self._now()
        if self._batches > 0 and self._since is not None:
            self._spent += now - self._since
        elif self._batches > 0:
            self._batches -= 1  # the first after a pause: its beginning is not known
        self._since = now

    def pause(self) -> None:
        """Something else than a batch follows."""
        self._since = None

    def validated(self, seconds: float) -> None:
        """A validation took so long."""
        self._validation = seconds

    def answers(self, seconds: float) -> None:
        """The answers took so long."""
        self._answering = seconds

    @property
    def validation_s(self) -> float:
        """Seconds of the next validation."""
        if self._validation is not None:
            return self._validation
        return min(self._most, self._guess(self._watched))

    @property
    def answering_s(self) -> float:
        """Seconds of the answers after it."""
        if self._answering is not None:
            return self._answering
        if self._validation is not None and self._watched:
            return _PRECISE * self._validation * self._answered / self._watched
        return min(self._most, _PRECISE * self._guess(self._answered))

    def _guess(self, batches: float) -> float:
        if self._batches <= 0:
            return 0.0
        return batches * _FORWARD * self._spent / self._batches
