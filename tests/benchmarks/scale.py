"""Measure how time and memory grow: ``python -m tests.benchmarks.scale [--documents 10 100 1000]``.

For each size it makes a library of so many pages (`tests.benchmarks.library`: 25 statements and 10
sections each) and runs the two commands on it as anyone would, each in a new process:
``ketcontent check``, then ``ketcontent build`` with no exports there yet. ``--only-check`` leaves
the build out. Memory is the most that the process of the command itself held, not those that it
started. The last column is the cost of a notebook by that at the smallest size.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from ketcontent.scaffold import create_project
from tests.benchmarks.library import write_library

COMMAND = "import sys; from ketcontent.cli import main; main(sys.argv[1:])"


def main() -> None:
    """Print a row a size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", nargs="+", type=int, default=[10, 100, 1000], metavar="N")
    parser.add_argument("--only-check", action="store_true", help="do not build")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"Seconds on {cores} cores; peak memory of the command's own process in MB.")
    print()
    heads = (
        "documents",
        "check",
        "memory",
        "build",
        "notebooks",
        "s a notebook",
        "memory",
        "ratio",
    )
    print(" ".join(f"{head:>12}" for head in heads))
    first = 0.0
    for documents in options.documents:
        row, cost = measured(documents, build=not options.only_check)
        first = first or cost
        ratio = f"{cost / first:.2f}" if cost else "-"
        print(" ".join(f"{cell:>12}" for cell in (*row, ratio)), flush=True)


def measured(documents: int, *, build: bool) -> tuple[list[str], float]:
    """Return the cells of a size, and the seconds that a notebook of it took."""
    with tempfile.TemporaryDirectory() as place:
        project = Path(place, "project")
        create_project(project)
        write_library(project / "data", documents)
        took, memory = timed(project, "check", worst=1)  # 1: the library has faults
        row = [str(documents), f"{took:.1f}", f"{memory:.0f}"]
        if not build:
            return [*row, "-", "-", "-", "-"], 0.0
        took, memory = timed(project, "build", worst=0)
        notebooks = len(list((project / "exports").rglob("*.ipynb")))
        cost = took / max(1, notebooks)
        return [*row, f"{took:.1f}", str(notebooks), f"{cost:.3f}", f"{memory:.0f}"], cost


def timed(project: Path, command: str, *, worst: int) -> tuple[float, float]:
    """Return the seconds that a command took, and the most memory that its process held, in MB."""
    start = time.perf_counter()
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", COMMAND, command, "--data", str(project / "data")]
        + (["--exports", str(project / "exports")] if command == "build" else []),
        {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        ],
    )
    # The usage of this one process: what it started and waited for is not in its peak.
    _, status, usage = os.wait4(child, 0)
    took = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in range(worst + 1):
        sys.exit(f"ketcontent {command} failed.")
    return took, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
