"""Puts the span that a command line asked for on the trace; reads no record."""

from ecgviewer.gui.canvas import Canvas
from ecgviewer.gui.request import Request


def place_view(canvas: Canvas, request: Request, duration_s: float) -> str:
    """Show the span asked for; what is wrong with it, or "".

    The width is reached through the paper speed, so that the scale mark stays true.

    Parameters
    ----------
    canvas : Canvas
        The trace, laid out already.
    request : Request
        Start and width.
    duration_s : float
        Length of the recording, seconds.
    """
    if request.at_s is not None and request.at_s >= max(duration_s, 1e-9):
        return f"--at {request.at_s:g}: the recording ends at {duration_s:g} s"
    if request.width_s is not None:
        try:
            canvas.fit_seconds(request.width_s)
        except ValueError as error:
            return f"--width {request.width_s:g}: {error}"
    if request.at_s is not None:
        canvas.go_to(request.at_s)
    return ""
