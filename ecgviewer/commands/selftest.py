"""The command selftest: whether the networks answer on this machine as they must."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from ecgviewer.commands.terminal import (
    FAILED,
    Debug,
    Device,
    Leads,
    complain,
    in_sentences,
    leads_asked_for,
    load_networks,
)
from ecgviewer.paths import DEFAULT_ENSEMBLE

if TYPE_CHECKING:  # torch takes a second to import, which --help need not wait for
    from ecgviewer.beats.results import Results
    from ecgviewer.model.ensemble import Ensemble
    from ecgviewer.record import Record


@dataclass(frozen=True)
class Answers:
    """What an ensemble says of every beat of a recording.

    Attributes
    ----------
    classes : (n,) int8
        Classes.
    probabilities : (n, 5) float64
        Fused, NaN where the networks were not asked.
    per_second : float
        Beats a second, cleaning, windows and context included.
    """

    classes: NDArray[np.int8]
    probabilities: NDArray[np.float64]
    per_second: float


def selftest(
    record: Annotated[
        Path | None, typer.Argument(metavar="[RECORD]", help="The record; the demo if not given.")
    ] = None,
    ensemble: Annotated[
        str, typer.Option(help=f"Ensemble that classifies; {DEFAULT_ENSEMBLE} if not given.")
    ] = "",
    device: Annotated[Device, typer.Option(help="Where the networks run.")] = Device.AUTO,
    leads: Leads = "",
    debug: Debug = False,
) -> None:
    """Compare the classes a device gives with those of fp32 on the processor; beats a second."""
    with in_sentences(debug=debug):
        from ecgviewer import paths
        from ecgviewer.analysis.channels import open_recording
        from ecgviewer.analysis.inputs import why_not_classified

        name = ensemble or DEFAULT_ENSEMBLE
        tested = load_networks(name, device)
        exact = load_networks(name, Device.CPU, precision="fp32")
        wanted = leads_asked_for(leads)
        opened = open_recording(record or paths.demo_record(), wanted=wanted)
        if reason := why_not_classified(opened, prep=exact.prep):
            complain(f"{opened.path}: {reason}")
            raise typer.Exit(FAILED)
        right = answers(opened, exact)
        if len(right.classes) == 0:
            complain(f"{opened.path}: no beat was found in it; give another record")
            raise typer.Exit(FAILED)
        found = answers(opened, tested)
        if np.isnan(right.probabilities).all():
            complain(f"{opened.path}: no beat of it can be read; give another record")
            raise typer.Exit(FAILED)
        typer.echo(
            f"{tested.name} {tested.hash[:8]} on {tested.device} in {tested.precision},"
            f" beside fp32 on the processor: {opened.name}, {len(right.classes):,} beats"
        )
        _compare(right, found)


def _compare(right: "Answers", found: "Answers") -> None:
    """Say how they differ; a class that differs fails."""
    asked = np.isfinite(right.probabilities), np.isfinite(found.probabilities)
    wrong = (right.classes != found.classes) | (asked[0] != asked[1]).any(axis=1)
    differ = int(wrong.sum())
    apart = np.abs(right.probabilities - found.probabilities)
    apart = apart[np.isfinite(apart)]
    typer.echo(
        f"classes that differ: {differ:,}\n"
        f"probabilities differ by up to {apart.max(initial=0.0):.2g}\n"
        f"beats a second: {found.per_second:,.0f}, fp32 on the processor"
        f" {right.per_second:,.0f}; cleaning, windows and context included"
    )
    if differ:
        complain("not to be used so: its classes are not those of fp32 on the processor")
        raise typer.Exit(FAILED)


def answers(record: "Record", ensemble: "Ensemble") -> Answers:
    """An ensemble's answers, asked twice: what is made on first use shall not be timed."""
    from ecgviewer.analysis.events import Known
    from ecgviewer.analysis.inputs import default_inputs
    from ecgviewer.analysis.run import run_whole
    from ecgviewer.beats.scan import DETECT
    from ecgviewer.signal.params import DETECTION

    def once(known: Known | None) -> "Results":
        inputs = default_inputs(record, prep=ensemble.prep)
        found = run_whole(
            record, ensemble, inputs=inputs, beats_from=DETECT, detection=DETECTION, known=known
        )
        return found.results

    scan = once(None).scan
    start = time.perf_counter()
    log = once(Known(scan, np.zeros(scan.n_beats, np.bool_), None)).log
    took = time.perf_counter() - start
    return Answers(log.classes.copy(), log.probabilities.copy(), scan.n_beats / took)
