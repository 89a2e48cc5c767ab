"""Figures beside their bars and peers, their machine, and all of it as JSON."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Figure:
    """One thing measured, or that could not be.

    Attributes
    ----------
    name : str
        What.
    value : float or None
        None: it was not measured, `note` says why.
    unit : str
        Of value, bar and peer.
    bar : float or None
        The most it may be.
    peer : str
        Who else does it.
    peer_value : float or None
        The same of the peer.
    note : str
        How it was measured, where that is not plain.
    without : str
        What to say where there is no value: "not run", or "not offered" by the window.
    """

    name: str
    value: float | None
    unit: str
    bar: float | None = None
    peer: str = ""
    peer_value: float | None = None
    note: str = ""
    without: str = "not run"

    @property
    def verdict(self) -> str:
        """Met, missed, what `without` says, or "" where there is no bar."""
        if self.value is None:
            return self.without
        if self.bar is None:
            return ""
        return "met" if self.value <= self.bar else "missed"


def spread(name: str, times_ms: ArrayLike, bars: tuple[float, float] | None) -> list[Figure]:
    """Median and 99th percentile of times in milliseconds, beside their two bars."""
    times = np.asarray(times_ms, np.float64)
    if len(times) == 0:
        return [Figure(name, None, "ms", note="no move changed the page")]
    note = f"{len(times)} frames, longest {times.max():.0f} ms"
    median, late = bars or (None, None)
    return [
        Figure(f"{name}: median", float(np.median(times)), "ms", median, note=note),
        Figure(f"{name}: 99th percentile", float(np.percentile(times, 99)), "ms", late),
    ]


def line(figure: Figure) -> str:
    """One figure for the terminal."""
    cells = [f"{figure.name:58s}", f"{number(figure.value):>9s} {figure.unit:8s}"]
    bar = "" if figure.bar is None else f"bar {number(figure.bar)}"
    cells.append(f"{bar:11s} {figure.verdict:11s}")
    if figure.peer:
        cells.append(f"{figure.peer} {number(figure.peer_value)}")
    return " ".join([*cells, figure.note]).rstrip()


def number(value: float | None) -> str:
    """A number of three digits or so; "-" where there is none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def machine() -> dict[str, Any]:
    """What figures depend on, without the machine's name and without its paths."""
    import torch

    from ecgviewer.versions import versions

    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch_threads": torch.get_num_threads(),
        "versions": versions(),
    }


def _processor() -> str:
    """Model as the kernel names it, with the instructions that matter to the networks."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    fields = dict(
        (part.strip() for part in row.split(":", 1)) for row in text.splitlines() if ":" in row
    )
    known = fields.get("flags", "").split()
    wanted = [f for f in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if f in known]
    return " ".join([fields.get("model name", platform.processor()), *wanted])


def circumstances() -> dict[str, Any]:
    """When this was measured, on which commit, and what else the machine had to do."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "commit": _commit(),
        "load_before": round(os.getloadavg()[0], 1),
    }


def _commit() -> str:
    """The commit checked out; "" in a copy without its history, or without git."""
    if not (REPOSITORY / ".git").exists():  # a folder above may be another project's
        return ""
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return ran.stdout.strip()


def merge(document: dict[str, Any], part: str, run: dict[str, Any]) -> dict[str, Any]:
    """The document with a part's run in the place of its earlier one."""
    return {**document, "parts": {**document.get("parts", {}), part: run}}


def plain(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """Figures as JSON has them: only what is set, four digits."""
    rows = []
    for figure in figures:
        every = asdict(figure)
        if figure.value is not None:
            every.pop("without")
        row = {key: value for key, value in every.items() if value not in (None, "")}
        row["value"] = figure.value
        rows.append({k: _short(v) for k, v in row.items()})
    return rows


def _short(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def dump(document: dict[str, Any]) -> str:
    """JSON, one figure a line."""
    parts = document.get("parts", {})
    held = {name: {**run, "figures": f"@{name}"} for name, run in parts.items()}
    text = json.dumps({**document, "parts": held}, indent=1, ensure_ascii=False)
    for name, run in parts.items():
        rows = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in run["figures"])
        text = text.replace(f'"@{name}"', f"[\n{rows}\n   ]")
    return text + "\n"
