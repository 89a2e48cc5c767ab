"""`tables`: docs/results.md from train/results."""

from pathlib import Path
from typing import Annotated

import typer

from train.commands.options import RESULTS, ResultsFolder, console
from train.pages.results_page import page


def tables(
    results: ResultsFolder = RESULTS,
    out: Annotated[Path, typer.Option(help="Page to write")] = Path("docs/results.md"),
) -> None:
    """Write the page of results, tables 5, 6 and 7 beside the paper's."""
    text = page(results)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f"{out.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(out)
    console.print(text, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{out}: written", highlight=False)
