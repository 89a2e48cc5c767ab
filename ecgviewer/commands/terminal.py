"""What the commands share: errors as sentences, exit statuses, progress."""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ecgviewer.errors import sentence
from ecgviewer.formats.folders import PlanError
from ecgviewer.runtime.log_file import LogFormatter
from ecgviewer.runtime.stopping import Stopped, stopped_as_interrupted

if TYPE_CHECKING:  # torch takes a second to import, which --help and info need not wait for
    from ecgviewer.model.ensemble import Ensemble

FAILED, USAGE, INTERRUPTED = 1, 2, 130

Debug = Annotated[bool, typer.Option("--debug", help="Log to stderr, and show tracebacks.")]
Leads = Annotated[
    str,
    typer.Option(
        metavar="NAME[,NAME]",
        help="Channels to read, by name or number from 1, in the order of the networks' inputs;"
        " by default those that are ECG leads by name, unit or signal.",
    ),
]


class Device(StrEnum):
    """Where the networks run."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


def load_networks(name: str, device: Device, *, precision: str = "auto") -> "Ensemble":
    """An ensemble by its name, or by its folder; precision is auto, fp32 or bf16."""
    from ecgviewer.model.ensemble import available, load_ensemble

    if name in available():
        return load_ensemble(name, device=device.value, precision=precision)
    if (Path(name) / "ensemble.json").is_file():
        return load_ensemble(Path(name), device=device.value, precision=precision)
    known = ", ".join(available()) or "none"
    raise typer.BadParameter(f"there is no ensemble {name!r}; installed: {known}")


def leads_asked_for(text: str) -> tuple[str, ...]:
    """What --leads asks for; wrong usage where it cannot be meant."""
    from ecgviewer.analysis.channels import wanted_leads

    try:
        return wanted_leads(text)
    except ValueError as error:
        raise typer.BadParameter(f"--leads {error}") from None


def printable(text: str) -> str:
    """Text of a file, safe on any terminal: no control sequences, no letters it cannot show."""
    clean = "".join(c if c.isprintable() else "?" for c in text)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return clean.encode(encoding, "replace").decode(encoding)


def complain(sentence: str) -> None:
    """Say on stderr what went wrong."""
    typer.echo(f"ecgviewer: {printable(sentence)}", err=True)


@contextlib.contextmanager
def in_sentences(*, debug: bool) -> Iterator[None]:
    """End with one sentence on stderr and the exit status that fits, never with a traceback."""
    handler = logging.StreamHandler()
    handler.setFormatter(LogFormatter(logging.BASIC_FORMAT))  # nothing in it acts on a terminal
    logging.basicConfig(level=logging.DEBUG if debug else logging.ERROR, handlers=[handler])
    try:
        with stopped_as_interrupted():
            yield
    except KeyboardInterrupt as error:
        complain("interrupted; reports that were not finished were not written")
        status = 128 + error.number if isinstance(error, Stopped) else INTERRUPTED
        raise typer.Exit(status) from None
    except typer.BadParameter as error:
        error.message = printable(error.message)
        raise
    except (typer.Exit, BrokenPipeError):
        raise
    except Exception as error:
        if debug:
            raise
        complain(sentence(error, for_terminal=True))
        raise typer.Exit(USAGE if isinstance(error, PlanError) else FAILED) from None


def progress_bar() -> Progress:
    """A progress bar on stderr, silent where that is no terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
        # rich would send what goes to stdout to stderr too, where stdout may be a file
        redirect_stdout=sys.stdout.isatty(),
    )


@contextlib.contextmanager
def progress_step(bar: Progress, name: str) -> Iterator[Callable[[str, int, int], None]]:
    """A line of the progress bar for one record, gone when it is done."""
    name = printable(name)
    task = bar.add_task(name, total=None)

    def tell(stage: str, done: int, total: int) -> None:
        words = {"scan": "finding beats", "classify": "classifying"}
        bar.update(task, description=f"{name} {words[stage]}", completed=done, total=total)

    try:
        yield tell
    finally:
        bar.remove_task(task)
