"""`figures`: confusion matrices, curves, class distribution and folds as PNG."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np
import typer

from ecgviewer.aami import DE_CHAZAL
from train.commands.options import RESULTS, RUNS, CacheFolder, ResultsFolder, RunsFolder, console
from train.data import packed, splits
from train.data.database import DatabaseError
from train.data.load import CACHE, cache_file
from train.scoring import results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Named = Iterator[tuple[str, "Figure"]]


def figures(
    results_folder: ResultsFolder = RESULTS,
    runs: RunsFolder = RUNS,
    cache_folder: CacheFolder = CACHE,
    out: Annotated[Path, typer.Option(help="Folder of the PNG files")] = Path("docs/figures"),
) -> None:
    """Draw what results, histories and the packed cache there are."""
    from train.pages import pictures

    count = 0
    for part in (_of_results(results_folder), _of_runs(runs), _of_cache(cache_folder)):
        for name, figure in part:
            pictures.save(figure, out / f"{name}.png")
            console.print(f"{out / name}.png", highlight=False)
            count += 1
    if not count:
        console.print(f"nothing to draw in {results_folder}, {runs} and {cache_folder}")


def _of_results(folder: Path) -> Named:
    from train.pages import pictures

    for name, found in results.read_every(folder).items():
        kind = found.get("kind")
        if kind == "cross-validate":
            yield f"folds-{name}", pictures.folds(found, name)
            total = sum(np.array(f["fused"]["confusion"]) for f in found["folds"].values())
            title = f"{name}, validation beats of {len(found['folds'])} folds"
            yield f"confusion-{name}", pictures.confusion(np.asarray(total).tolist(), title)
        elif kind == "ship":
            for rows in ("validation", "test"):
                matrix = found[rows]["both"]["confusion"]
                yield f"confusion-{name}-{rows}", pictures.confusion(matrix, f"{name}, {rows}")
        elif kind in ("evaluate", "ds1-on-ds2"):
            yield f"confusion-{name}", pictures.confusion(found["both"]["confusion"], name)


def _of_runs(folder: Path) -> Named:
    from train.pages import pictures

    for path in sorted(folder.glob("*/history.json")):
        name = path.parent.name
        yield f"curves-{name}", pictures.curves(pictures.read_history(path), name)


def _of_cache(folder: Path) -> Named:
    from train.pages import pictures

    path = cache_file(folder, "mitdb")
    if not path.is_file():
        return
    label = {
        record.name: dict(zip(record.samples, record.symbols, strict=True))
        for record in packed.load(path).records
    }
    parts = {}
    for part in splits.PARTS:
        path = splits.FOLDER / "paper" / f"{part}.json"
        try:
            lists = msgspec.json.decode(path.read_bytes(), type=dict[str, list[int]])
            found = [DE_CHAZAL[label[name][s]] for name, samples in lists.items() for s in samples]
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise DatabaseError(f"{path}: damaged list of beats ({error})") from error
        except KeyError as error:
            raise DatabaseError(f"{path}: {error} is not in the packed database") from error
        parts[part] = np.bincount(found, minlength=5).tolist()
    yield "class-distribution", pictures.class_distribution(parts)
