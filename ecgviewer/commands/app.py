"""The command line: analyze, evaluate, selftest, info.

Exit status: 0 when all went well; 1 where a record could not be analysed, its files are damaged or
a device gives other classes; 2 for wrong usage; 130 after Ctrl-C, 143 after SIGTERM, 129
after SIGHUP.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from ecgviewer import __version__
from ecgviewer.commands.analyze import analyze
from ecgviewer.commands.evaluate import evaluate
from ecgviewer.commands.selftest import selftest
from ecgviewer.commands.terminal import FAILED, Debug, in_sentences, printable

__all__ = ["FAILED", "app"]

app = typer.Typer(
    name="ecgviewer",
    help="Shows ECG recordings with every beat in the colour of its class, and reports the beats."
    " `ecgviewer open RECORD` opens the window.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ecgviewer {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and end."
        ),
    ] = False,
) -> None:
    """Options that stand before the command."""


app.command()(analyze)
app.command()(evaluate)
app.command()(selftest)


@app.command()
def info(
    record: Annotated[Path, typer.Argument(metavar="RECORD", help="The record.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    debug: Debug = False,
) -> None:
    """Show what a record's header says and whether its files are intact; reads every sample."""
    with in_sentences(debug=debug):
        from ecgviewer.analysis.channels import open_recording
        from ecgviewer.formats.dead_leads import dead_leads
        from ecgviewer.formats.describe import as_lines, describe

        opened = open_recording(record)
        verdict = opened.verdict if opened.verify is None else opened.verify(lambda: False)
        dead = () if verdict.severity == "error" else dead_leads(opened)
        facts = describe(opened, verdict, dead=dead)
        lines = [json.dumps(facts, indent=2)] if as_json else map(printable, as_lines(facts))
        typer.echo("\n".join(lines))
        if verdict.severity == "error":
            raise typer.Exit(FAILED)
