"""The front door: `open` leads to the window, all else to the command line."""

import multiprocessing
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ecgviewer.commands.app import app
from ecgviewer.commands.terminal import FAILED, Leads, leads_asked_for


@app.command("open")
def open_window(
    record: Annotated[
        Path | None, typer.Argument(metavar="[RECORD]", help="The record; none: the empty window.")
    ] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.png",
            help="Draw the window off screen once every beat is classified, write it, and end.",
        ),
    ] = None,
    at: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Where the trace starts.")
    ] = None,
    width: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="How much of the trace to show.")
    ] = None,
    size: Annotated[
        str, typer.Option(metavar="WxH", help="Size of the snapshot, pixels.")
    ] = "1600x900",
    theme: Annotated[
        str, typer.Option(metavar="light|dark", help="Colours; by default the last used.")
    ] = "",
    ensemble: Annotated[
        str, typer.Option(help="Networks that classify; by default the last chosen.")
    ] = "",
    leads: Leads = "",
) -> None:
    """Open the window, with a record or without."""
    from ecgviewer.gui.start.request import Request, UsageError, parse_size

    try:
        sized = parse_size(size)
        wanted = leads_asked_for(leads)
        request = Request(record, snapshot, at, width, sized, theme, ensemble, wanted)
    except UsageError as error:
        raise typer.BadParameter(str(error)) from None
    _need_qt(display=snapshot is None)
    import torch  # noqa: F401  # before Qt: on Windows, torch >= 2.9 does not load after it

    from ecgviewer.gui.start.app import run
    from ecgviewer.model.ensemble import available

    if ensemble and ensemble not in available():
        raise typer.BadParameter(
            f"there is no ensemble {ensemble!r}; installed: {', '.join(available())}",
            param_hint="--ensemble",
        )
    raise typer.Exit(run(request))


def _need_qt(*, display: bool) -> None:
    """End with one sentence where Qt cannot draw here: a library or a display is missing."""
    from ecgviewer.runtime.qt_libraries import advice, missing_packages

    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if sys.platform.startswith("linux") and not display:
        os.environ["QT_QPA_PLATFORM"] = platform = "offscreen"
    on_screen = platform not in {"offscreen", "minimal", "vnc"}
    missing = missing_packages(on_screen)
    if missing:
        _end(advice(missing))
    if sys.platform.startswith("linux") and on_screen:
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            _end(
                "there is no display here (DISPLAY is not set); with --snapshot FILE.png the window"
                " is drawn off screen"
            )


def _end(sentence: str) -> None:
    typer.echo(f"ecgviewer: {sentence}", err=True)
    raise typer.Exit(FAILED)


def main() -> None:
    """Entry point of the command `ecgviewer`; without arguments it opens the empty window."""
    multiprocessing.freeze_support()  # a process of `analyze --jobs` in a frozen app ends here
    app(args=sys.argv[1:] or ["open"], prog_name="ecgviewer")


if __name__ == "__main__":
    main()
