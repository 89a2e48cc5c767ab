"""Checks a built application: starts it off screen in a clean environment, compares its report.

    python packaging/check.py dist/ecgviewer

The report on the demo record has to equal the source tree's, byte for byte. Prints the size of the
folder and the time to an empty window.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = Path("resources", "demo", "demo208.hea")
STARTS = 3  # the first one reads the folder from the disk
LIMIT_S = 600
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def run(command: list[str], *, folder: Path) -> float:
    """Run a program with next to nothing in its environment; seconds it took.

    Raises
    ------
    SystemExit
        Where it fails, with what it said.
    """
    environment = {"HOME": str(folder), "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}
    for name in ("SYSTEMROOT", "TEMP"):  # Windows starts nothing without them
        if name in os.environ:
            environment[name] = os.environ[name]
    began = time.perf_counter()
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT_S
    )
    took = time.perf_counter() - began
    if ran.returncode != 0:
        said = (ran.stdout + ran.stderr).strip()
        raise SystemExit(f"{' '.join(command)}: exit status {ran.returncode}\n{said}")
    return took


def snapshot(program: Path, *arguments: str, folder: Path) -> float:
    """Have the program draw its window into a file; seconds it took."""
    picture = folder / "window.png"
    picture.unlink(missing_ok=True)
    took = run([str(program), "open", *arguments, "--snapshot", str(picture)], folder=folder)
    if not picture.is_file() or not picture.read_bytes().startswith(PNG_SIGNATURE):
        raise SystemExit(f"{program}: wrote no picture of its window")
    return took


def main() -> None:
    """Check one folder; exit status 1 and a sentence where it is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("application", type=Path, help="the built folder, e.g. dist/ecgviewer")
    application = parser.parse_args().application.resolve()
    program = application / ("ecgviewer.exe" if os.name == "nt" else "ecgviewer")
    demo = application / "_internal" / "ecgviewer" / "_data" / DEMO
    files = [file for file in application.rglob("*") if file.is_file() and not file.is_symlink()]
    size = sum(file.stat().st_size for file in files)
    print(f"{application.name}: {size / 2**20:,.0f} MiB in {len(files):,} files")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        starts = [snapshot(program, folder=folder) for _ in range(STARTS)]
        print(f"empty window: {starts[0]:.1f} s at first, {min(starts):.1f} s at best of {STARTS}")
        print(f"window with the demo record: {snapshot(program, str(demo), folder=folder):.1f} s")
        built, source = folder / "built.csv", folder / "source.csv"
        took = run(
            [str(program), "analyze", str(demo), "-o", str(built), "--no-cache"], folder=folder
        )
        run(
            [sys.executable, "-m", "ecgviewer", "analyze", str(ROOT / DEMO), "-o", str(source)],
            folder=folder,
        )
        if built.read_bytes() != source.read_bytes():
            raise SystemExit("the report differs from the source tree's")
        beats = built.read_bytes().count(b"\n") - 1
        print(
            f"report on the demo record: {beats} beats in {took:.1f} s, equal to the source tree's"
        )


if __name__ == "__main__":
    main()
