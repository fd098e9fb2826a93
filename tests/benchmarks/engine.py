"""Measure what the engine costs a notebook: ``python -m tests.benchmarks.engine [TIMES]``.

A notebook of one trivial cell is run again and again, in this process, with papermill's default
engine and with ours. Printed are seconds a notebook: on the clock, and on the processors in this
process and in all that it started. The first run of each is left out: ours starts its fork server
then.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

import nbformat
import papermill
import psutil
from nbformat.v4 import new_code_cell, new_notebook

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


def seconds_used() -> tuple[float, float]:
    """Return the processor's seconds of this process, and of those it started."""
    now = os.times()
    started = now.children_user + now.children_system
    for process in psutil.Process().children(recursive=True):
        used = process.cpu_times()
        started += used.user + used.system + used.children_user + used.children_system
    return now.user + now.system, started


def measure(engine: str, folder: Path, times: int) -> tuple[float, float, float]:
    """Return seconds a notebook: on the clock, used here, used by the processes started."""

    def run() -> None:
        papermill.execute_notebook(
            folder / "in.ipynb", folder / "out.ipynb", engine_name=engine, progress_bar=False
        )

    run()
    start, (here, started) = time.perf_counter(), seconds_used()
    for _ in range(times):
        run()
    end, (here_then, started_then) = time.perf_counter(), seconds_used()
    return (end - start) / times, (here_then - here) / times, (started_then - started) / times


def main(times: int = 20) -> None:
    """Print a table of both engines."""
    warnings.simplefilter("ignore")  # ipykernel's, on its sockets
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notebook = new_notebook(cells=[new_code_cell("1 + 1")], metadata={"kernelspec": PYTHON})
        nbformat.write(notebook, folder / "in.ipynb")
        print(f"{'engine':12}{'clock':>8}{'here':>8}{'started':>9}   seconds a notebook")
        for engine in ("nbclient", "ketcontent"):
            clock, here, started = measure(engine, folder, times)
            print(f"{engine:12}{clock:8.3f}{here:8.3f}{started:9.3f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
