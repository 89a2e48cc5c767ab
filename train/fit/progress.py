"""Progress of a run on the terminal, or one line an epoch where there is none."""

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class TrainingProgress:
    """Two bars: epochs, and batches with loss, beats per second and remaining time.

    Called with what a `Trainer` reports.

    Parameters
    ----------
    console : Console
        Where to; without a terminal only the epochs' lines are printed.
    title : str
        The run's name.
    epochs, done : int
        Epochs at most, and those a resumed run has behind it.
    """

    def __init__(self, console: Console, title: str, *, epochs: int, done: int = 0) -> None:
        self._console, self._title = console, title
        self._bars = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._epochs = self._bars.add_task(title, total=epochs, completed=done, said="")
        self._batches: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def __call__(self, event: dict[str, Any]) -> None:
        """Show a batch or an epoch."""
        if "epoch" in event:
            self._on_epoch(event)
        else:
            self._on_batch(event)

    def _on_batch(self, event: dict[str, Any]) -> None:
        if self._batches is None:
            self._batches = self._bars.add_task("batches", total=event["of"], said="")
        task = self._bars.tasks[self._bars.task_ids.index(self._batches)]
        seconds = task.elapsed or 0.0
        rate = f"{event['beats'] / seconds:,.0f} beats/s" if seconds > 0 else ""
        self._bars.update(
            self._batches, completed=event["batch"], said=f"loss {event['loss']:.4f}  {rate}"
        )

    def _on_epoch(self, event: dict[str, Any]) -> None:
        if self._batches is not None:
            self._bars.remove_task(self._batches)
            self._batches = None
        said = (
            f"loss {event['loss']:.4f}, validation {event['validation_loss']:.4f},"
            f" accuracy {event['accuracy']:.4f}, macro-F1 {event['macro_f1']:.4f}"
        )
        self._bars.update(self._epochs, completed=event["epoch"] + 1, said="")
        line = f"{self._title} epoch {event['epoch'] + 1}: {said}, {event['seconds'] / 60:.1f} min"
        self._console.print(line, highlight=False, soft_wrap=True)
