"""Where the time of a cold build goes: ``python -m tests.benchmarks.profile [DIR]``.

The shipped page (or that of the project in DIR) is copied and built once, with nothing known. Every
few milliseconds its processes are looked at, and at the end there is a line a kind of process: how
many there were, how much of the processors they used, one and all, and how long one waited, since
its life is longer than its work. Then all notebooks are run again in this process, one after the
other, with a clock at what a worker does for each: it forks a kernel, waits for its first answer,
sends cells and takes what they show, saves, exports and digests what was read.

A process that lives for less than a few milliseconds is not seen, and what it does between its last
look and its end is not counted. On a machine that is busy with other work, believe what was worked
and not what was waited.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import papermill
import psutil

from ketcontent import read_content
from ketcontent.building.plan import KEPT, plan_runs
from ketcontent.execution import engine, exporters
from ketcontent.execution import run as run_module
from ketcontent.execution.pool import warm_worker

ROOT = Path(__file__).parent.parent.parent
LOOK = 0.005  # seconds between two looks


@dataclass(slots=True)
class Seen:
    """A process of the build, as it was last seen."""

    kind: str
    began: float
    seen: float = 0.0
    worked: float = 0.0


def kind_of(process: psutil.Process, kinds: dict[int, str]) -> str:
    """Return what a process of a build is there for; `kinds` are those of its parents."""
    words = " ".join(process.cmdline())
    above = kinds.get(process.ppid(), "")
    if above in ("fork server of kernels", "kernel"):
        return "kernel" if above == "fork server of kernels" else "what a kernel started"
    if above == "fork server of workers":
        return "worker"
    if "forkserver_program" in words:
        return "fork server of kernels"
    if "multiprocessing.forkserver" in words:
        return "fork server of workers"
    return "other"


def watched(build: subprocess.Popen[bytes]) -> dict[int, Seen]:
    """Look at a build and all that it starts until it ends."""
    found = {build.pid: Seen("the build itself", time.time())}
    kinds = {build.pid: "the build itself"}
    root = psutil.Process(build.pid)
    while build.poll() is None:
        for process in (root, *children_of(root)):
            try:
                if process.pid not in found:
                    kind = kinds[process.pid] = kind_of(process, kinds)
                    found[process.pid] = Seen(kind, process.create_time())
                used, one = process.cpu_times(), found[process.pid]
                one.worked, one.seen = used.user + used.system, time.time()
            except psutil.Error:  # it ended just now
                continue
        time.sleep(LOOK)
    return found


def children_of(process: psutil.Process) -> list[psutil.Process]:
    """Return all that a process started, parents first."""
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


class Clocks:
    """What was waited for, by name."""

    def __init__(self) -> None:
        self.waited: dict[str, float] = defaultdict(float)
        self.worked: dict[str, float] = defaultdict(float)

    @contextmanager
    def at(self, name: str) -> Iterator[None]:
        """Count the time of a block."""
        start, used = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.waited[name] += time.perf_counter() - start
            self.worked[name] += time.process_time() - used

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function whose calls are counted."""

        def counted(*arguments: Any, **options: Any) -> Any:
            with self.at(name):
                return function(*arguments, **options)

        return counted


def clocked(project: Path) -> tuple[int, Clocks]:
    """Run the notebooks of a built project in this process, and count what each step takes."""
    kept = project / "exports" / KEPT
    runs = plan_runs(read_content(project / "data"), kept=kept, notebooks=project / "notebooks")
    clocks = Clocks()
    places = {
        "fork a kernel": (engine, "fork_kernel"),
        "run (with the fork, the start, the cells)": (papermill, "execute_notebook"),
        "export": (exporters, "export"),
        "write exports": (run_module, "write_through"),
        "digest what was read": (run_module, "hash_when_read"),
    }
    warm_worker()
    run_module.run_one(runs[0], project / "work", project / "again")
    for name, (module, function) in places.items():
        counted = clocks.around(name, getattr(module, function))
        mock.patch.object(module, function, counted).start()
    try:
        for run in runs:
            with clocks.at("all"):
                outcome = run_module.run_one(run, project / "work", project / "again")
            if outcome.failure:
                sys.exit(str(outcome.failure))
    finally:
        mock.patch.stopall()
    return len(runs), clocks


def main(folder: str = "") -> None:
    """Print both tables."""
    source = Path(folder) if folder else ROOT
    with TemporaryDirectory() as place:
        project = Path(place, "project")
        for name in ("data", "notebooks"):
            shutil.copytree(source / name, project / name)
        start = time.perf_counter()
        command = [sys.executable, "-m", "ketcontent", "build"]
        with subprocess.Popen(
            command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as build:
            found = watched(build)
        print(f"A cold build: {time.perf_counter() - start:.2f} s on the clock\n")
        print(f"{'':26}{'number':>8}{'worked, all':>14}{'worked, one':>14}{'waited, one':>14}")
        for kind in dict.fromkeys(one.kind for one in found.values()):
            some = [one for one in found.values() if one.kind == kind]
            worked = sum(one.worked for one in some)
            lived = sum(max(0.0, one.seen - one.began) for one in some)
            cells = (worked, worked / len(some), (lived - worked) / len(some))
            print(f"{kind:26}{len(some):8}" + "".join(f"{one:13.3f}s" for one in cells))
        print(f"{'all':26}{len(found):8}{sum(one.worked for one in found.values()):13.3f}s\n")
        count, clocks = clocked(project)
        print(f"{'a notebook, in a worker':46}{'waited':>10}{'worked':>10}   (of {count})")
        for name, waited in clocks.waited.items():
            print(f"{name:46}{waited / count:9.4f}s{clocks.worked[name] / count:9.4f}s")


if __name__ == "__main__":
    main(*sys.argv[1:])
