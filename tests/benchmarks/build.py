"""How long `ketcontent build` takes, beside the plain loop that a CI would otherwise hold.

::

    python -m tests.benchmarks.build             the whole shipped page
    python -m tests.benchmarks.build --runs 3    its first three notebooks and no more

Three things are timed in one run, one after the other, on the same notebooks and the same data
(a copy in a temporary folder):

- the plain loop: for each run of `ketcontent.builds.plan`, the ``papermill`` command, then
  ``jupyter nbconvert`` once a format, each in a process of its own, as a shell script does it;
- ``ketcontent build`` cold: nothing was built before;
- ``ketcontent build`` again, with nothing changed.

With ``--runs`` the command builds through a process that plans only those runs; everything else
is as it always is. What is printed is wall time, so leave the machine alone meanwhile. Compare the
ratios, not the seconds, of two machines.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from ketcontent import read_content
from ketcontent.builds import FORMATS, Run, plan

ROOT = Path(__file__).parent.parent.parent

BUILD = """\
import sys
from ketcontent import builds
from ketcontent.cli import main
plan, runs = builds.plan, int(sys.argv.pop(1))
if runs:
    builds.plan = lambda *given, **options: plan(*given, **options)[:runs]
main()
"""


def main() -> None:
    """Time the three, and print a table."""
    options = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.build", description="Time ketcontent build."
    )
    options.add_argument("--runs", type=int, default=0, metavar="N", help="the first N notebooks")
    runs: int = options.parse_args().runs
    with TemporaryDirectory() as folder:
        project = Path(folder, "project")
        for name in ("data", "notebooks"):
            shutil.copytree(ROOT / name, project / name)
        planned = plan(
            read_content(project / "data"),
            data=project / "data",
            notebooks=project / "notebooks",
        )
        chosen = planned[:runs] if runs else planned
        timed = {
            "papermill, then nbconvert once a format": timed_loop(project, chosen),
            "ketcontent build, cold": seconds(lambda: build(project, runs)),
            "ketcontent build, nothing changed": seconds(lambda: build(project, runs)),
        }
    print_table(timed, len(chosen))


def timed_loop(project: Path, runs: list[Run]) -> float:
    return seconds(lambda: [plain_run(project, run) for run in runs] and None)


def plain_run(project: Path, run: Run) -> None:
    """Execute and export one notebook the way that a shell script does."""
    executed = project / "loop" / run.executed
    executed.parent.mkdir(parents=True, exist_ok=True)
    given = [word for pair in run.parameters.items() for word in ("-p", *pair)]
    call("papermill", "--no-progress-bar", str(run.notebook), str(executed), *given)
    for form, name in run.outputs.items():
        written = project / "loop" / name
        call(
            *("nbconvert", "--to", f"ketcontent-{form}", str(executed)),
            *("--output-dir", str(written.parent), "--output", written.name),
        )


def build(project: Path, runs: int) -> None:
    quietly([sys.executable, "-c", BUILD, str(runs), "build"], project)


def call(module: str, *words: str) -> None:
    quietly([sys.executable, "-m", module, *words], ROOT / "notebooks")


def quietly(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")


def seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def print_table(timed: dict[str, float], notebooks: int) -> None:
    """Print a row a way of building: seconds, notebooks, seconds a notebook, times as fast."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{notebooks} notebooks in {' and '.join(FORMATS)} on {cores} cores")
    print()
    print(f"{'':40} {'seconds':>8} {'notebooks':>10} {'s a notebook':>13} {'times as fast':>14}")
    slowest = next(iter(timed.values()))
    for name, took in timed.items():
        each, ratio = took / notebooks, slowest / took
        print(f"{name:40} {took:8.1f} {notebooks:10d} {each:13.2f} {ratio:13.1f}×")


if __name__ == "__main__":
    main()
