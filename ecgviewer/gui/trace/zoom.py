"""Which time keeps its place on the screen while the paper is made faster or slower."""

from ecgviewer.gui.trace.geometry import Page


class Zoom:
    """The place that is kept, step after step.

    The current beat's where it is on the page, else the pointer's, else the page's middle. Where
    the record's ends forbid it, as on a page that holds everything, it is found again on the way
    back: nobody has moved in between.
    """

    def __init__(self) -> None:
        self._time_s = 0.0
        self._x: float | None = None  # pixel; None: the page's middle
        self._asked: tuple[float | None, float | None] = (None, None)
        self._is_beat = False
        self._left: tuple[float, float] | None = None  # the page's start and width since

    def hold(self, page: Page, *, beat_s: float | None, keep_x: float | None) -> None:
        """Choose what is kept, on the page as it is before the change.

        Parameters
        ----------
        page : Page
            The page.
        beat_s : float or None
            R peak of the current beat, seconds.
        keep_x : float or None
            Pixel of the pointer.
        """
        before_s, before_x = self._asked
        same = beat_s == before_s and (self._is_beat or keep_x == before_x)
        if same and self._left == (page.start_s, page.width):
            return
        self._asked = beat_s, keep_x
        self._is_beat = beat_s is not None and page.start_s <= beat_s <= page.stop_s
        if self._is_beat and beat_s is not None:
            self._time_s = beat_s
            self._x = page.gutter + (beat_s - page.start_s) * page.px_per_s
        else:
            self._time_s = page.time(_middle(page) if keep_x is None else keep_x)
            self._x = keep_x

    def start_s(self, page: Page) -> float:
        """Where a page of another speed begins, seconds; the gutter's width follows the speed."""
        x = _middle(page) if self._x is None else max(self._x, page.gutter)
        return self._time_s - (x - page.gutter) / page.px_per_s

    def leave(self, page: Page) -> None:
        """The page as it lies after the change."""
        self._left = page.start_s, page.width


def _middle(page: Page) -> float:
    return page.gutter + page.paper_width / 2
