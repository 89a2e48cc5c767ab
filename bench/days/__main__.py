"""Days of signal in the real window: python -m bench.days --help.

Makes the recordings, runs each part in a process of its own, prints every figure beside its bar and
its peer, keeps all as JSON, and with --page puts them into docs/performance.md.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

from bench.days.figures import REPOSITORY, Figure, circumstances, dump, line, machine, merge
from bench.days.figures import plain as as_json
from bench.days.options import DAY_H, WEEK_H, Options
from bench.days.page import put
from ecgviewer.paths import DEFAULT_ENSEMBLE

# Name, its module in `parts`.
PARTS = {
    "open": "opening",
    "frames": "frames",
    "analyse": "analysing",
    "stop": "stopping",
    "week": "week",
    "classify": "classifying",
    "scan": "scanning",
    "play": "playing",
}
PAGE = REPOSITORY / "docs" / "performance.md"


def main() -> None:
    arguments = _arguments()
    folder = arguments.folder.resolve()
    data = arguments.data if arguments.data.is_dir() else None
    if data is None:
        print(f"no recordings in {arguments.data}: tiled from the demo record")
    options = Options(
        folder=str(folder / "records"),
        data=str(data.resolve()) if data else "",
        ensemble=arguments.ensemble,
        day_h=arguments.hours,
        week_h=arguments.week_hours,
        watch_s=arguments.watch,
        minute_s=arguments.minute,
        whole=arguments.whole,
    )
    if arguments.child:
        _measure(arguments.child, options, arguments.into)
        return
    start = time.perf_counter()
    made = [options.day(212), options.day(16), options.hour(), options.week()]
    print(f"{len(made)} recordings ready in {time.perf_counter() - start:.0f} s", flush=True)
    store = folder / "days.json"
    for part in arguments.part.split(","):
        document = json.loads(store.read_text()) if store.is_file() else {}
        run = _run(part, options, limit_s=arguments.limit)
        document = merge({**document, "machine": machine()}, part, run)
        store.write_text(dump(document), encoding="utf-8")
        if arguments.page:
            put(PAGE, document)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    parser.add_argument("--part", default=",".join(PARTS), help="some of the parts, by commas")
    parser.add_argument("--ensemble", default=DEFAULT_ENSEMBLE)
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "out" / "bench")
    data = Path(os.environ.get("ECGVIEWER_DATA", REPOSITORY.parent / "shared" / "data")) / "mitdb"
    parser.add_argument("--data", type=Path, default=data, help="folder of mitdb")
    parser.add_argument("--hours", type=float, default=DAY_H, help="of the day; less to try")
    parser.add_argument("--week-hours", type=float, default=WEEK_H, help="of the week")
    parser.add_argument("--watch", type=float, default=15.0, help="s an analysis is watched")
    parser.add_argument("--minute", type=float, default=60.0, help="s playback is watched")
    parser.add_argument("--whole", action="store_true", help="classify a day, scan a week, whole")
    parser.add_argument("--limit", type=float, default=1800.0, help="s a part may take")
    parser.add_argument("--page", action="store_true", help="put figures into docs/performance.md")
    parser.add_argument("--child", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(part: str, options: Options, *, limit_s: float) -> dict[str, Any]:
    """One part in its own process; what it found as JSON, be it not all."""
    about = circumstances()
    print(f"\n{part}, {about['date']}, load {about['load_before']}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        into = Path(scratch) / "figures.json"
        command = [sys.executable, "-m", "bench.days", *_passed_on(options)]
        command += ["--child", part, "--into", str(into)]
        environment = {**os.environ, "ECGVIEWER_CACHE": scratch, "HOME": scratch}
        ended = ""
        try:
            ran = subprocess.run(
                command, cwd=REPOSITORY, env=environment, timeout=limit_s, check=False
            )
            ended = f"ended with status {ran.returncode}" if ran.returncode else ""
        except subprocess.TimeoutExpired:
            ended = f"stopped after {limit_s:g} s"
        rows = into.read_text().splitlines() if into.is_file() else []
    if ended:
        print(f"{part}: {ended}", flush=True)
    shape = {"day_h": options.day_h, "week_h": options.week_h, "ensemble": options.ensemble}
    figures = [json.loads(row) for row in rows]
    return {**about, **shape, "whole": options.whole, "ended": ended, "figures": figures}


def _passed_on(options: Options) -> list[str]:
    passed = {
        "--folder": Path(options.folder).parent,
        "--data": options.data or os.devnull,
        "--ensemble": options.ensemble,
        "--hours": options.day_h,
        "--week-hours": options.week_h,
        "--watch": options.watch_s,
        "--minute": options.minute_s,
    }
    words = [str(word) for pair in passed.items() for word in pair]
    return [*words, "--whole"] if options.whole else words


def _measure(part: str, options: Options, into: Path) -> None:
    """In the part's process: every figure is printed and written as soon as it is there."""
    import torch  # noqa: F401  # before Qt, as the viewer does

    from ecgviewer.runtime import memory

    module = import_module(f"bench.days.parts.{PARTS[part]}")
    gc.freeze()  # as `app.run` does
    memory.give_back()
    figure: Figure
    with into.open("w", encoding="utf-8") as file:
        try:
            for figure in module.measure(options, into.parent):
                print(line(figure), flush=True)
                file.write(json.dumps(as_json([figure])[0]) + "\n")
                file.flush()
        except Exception:
            traceback.print_exc()
            file.flush()
            os._exit(1)  # a window left open must not hold the next part up


if __name__ == "__main__":
    main()
