"""A run from its first step to its last: printed, and written after every step."""

import time
import traceback
from typing import Any

from bench.cuda import report, startup
from bench.cuda.options import Clock, Options
from bench.cuda.steps import Step, Steps
from bench.days.figures import circumstances, line, plain
from ecgviewer.runtime.pool import Stopped

USED_UP = "the minutes were used up"


def run(options: Options, device: str, steps: Steps, clock: Clock) -> int:
    """Every step that the minutes allow; exit status 1 where a class differs or a step failed."""
    document: dict[str, Any] = {
        **circumstances(),
        "machine": startup.about(device),
        "share": options.share,
        "batch": options.batch,
        "minutes": options.minutes,
        "spent_s": 0.0,
        "differing": [],
        "parts": {},
    }
    failed = False
    for step in steps.all():
        print(f"\n{step.name}", flush=True)
        if clock.over():
            document["parts"][step.name] = {"ended": USED_UP, "seconds": 0.0, "figures": []}
            print(f"not measured: {USED_UP}", flush=True)
        else:
            document["parts"][step.name] = _take(step)
            failed = failed or document["parts"][step.name]["ended"] not in ("", USED_UP)
        document["differing"] = [each.plain() for each in steps.differing]
        document["spent_s"] = round(clock.spent_s, 1)
        report.write(document, options.out)
    for each in report.differing(document):
        print(each)
    missed = report.missed(document)
    print(f"\n{options.out}: {clock.spent_s:.0f} s; bars of agreement missed: {len(missed)}")
    if options.markdown:
        print(f"\n{report.markdown(document)}")
    return 1 if missed or failed else 0


def _take(step: Step) -> dict[str, Any]:
    """One step's figures; what stops it is kept with it, for the others may still go."""
    rows: list[dict[str, Any]] = []
    start, ended = time.perf_counter(), ""
    try:
        for figure in step.measure():
            print(line(figure), flush=True)
            rows.append(report.row(figure, plain([figure])[0]))
    except Stopped:
        ended = USED_UP
        print(f"not measured: {ended}", flush=True)
    except Exception as error:  # a card's time is short: one step's end is not the run's
        traceback.print_exc()
        ended = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        print(f"not measured: {ended}", flush=True)
    return {"ended": ended, "seconds": round(time.perf_counter() - start, 2), "figures": rows}
