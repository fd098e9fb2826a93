"""What each test costs: ``python -m pytest -p tests.benchmarks.costs --costs FILE -n 4``.

A line a test is added to FILE: the seconds of processor that it took, the seconds that passed, the
process that ran it, and its name. What is started for a test is counted with it, while it runs and
when it has ended: kernels, browsers, builds. What hands itself over to the system, so that no
parent is left, is not. A fixture is paid by the test that asks for it first; within a hurried test
the processes are not looked at, and what they did goes to the next that is looked at.

``python -m tests.benchmarks.costs FILE [NUMBER]`` then says what the dearest files and tests took,
and what remains without a test: the collection, and what ends after the last test. Seconds of
processor grow on a busy machine as well, to double where two programs share a core: compare what
was measured on an idle one, or within one run.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

HURRIED = 0.1  # seconds below which nothing that matters was started
TICKS = os.sysconf("SC_CLK_TCK")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--costs", type=Path, help="a file that is told what each test costs")


def own_seconds() -> float:
    """Return what this process used, and the ended ones that it waited for."""
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def seconds_below() -> float:
    """Return what the living processes below this one used, and the ended ones that these had."""
    children: dict[int, list[int]] = defaultdict(list)
    used: dict[int, float] = {}
    for entry in os.scandir("/proc"):
        if not entry.name.isdecimal():
            continue
        try:
            stat = Path(entry.path, "stat").read_text("utf-8", "replace")
        except OSError:  # it has ended meanwhile
            continue
        fields = stat.rpartition(")")[2].split()
        children[int(fields[1])].append(int(entry.name))
        used[int(entry.name)] = sum(map(int, fields[11:15])) / TICKS
    total, waiting = 0.0, children[os.getpid()]
    while waiting:
        one = waiting.pop()
        total += used[one]
        waiting += children[one]
    return total


class Costs:
    """The notes on a run: what was known to be used when a test was last looked at."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.below = 0.0
        self.own = own_seconds()
        self._note(self.own, time.process_time(), "collection")

    def _note(self, worked: float, passed: float, name: str) -> None:
        with self.file.open("a", encoding="utf-8") as file:
            file.write(f"{worked:.3f}\t{passed:.3f}\t{os.getpid()}\t{name}\n")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        began = time.monotonic()
        result = yield
        passed = time.monotonic() - began
        own, below = own_seconds(), self.below if passed < HURRIED else seconds_below()
        # Who has ended was counted as living before, and is counted as waited for now; or is not,
        # where the one who should have waited has ended first (the kernels of a JupyterLab).
        worked = max(0.0, own + below - self.own - self.below)
        self._note(worked, passed, item.nodeid)
        self.own, self.below = own, below
        return result


def pytest_collection_finish(session: pytest.Session) -> None:
    file = session.config.option.costs
    if file is not None and not session.config.option.collectonly and session.items:
        session.config.pluginmanager.register(Costs(file))


def said(file: Path, number: int) -> str:
    """Return the totals, and the dearest files and tests."""
    files: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0])
    tests = []
    for line in file.read_text("utf-8").splitlines():
        worked, passed, _, name = line.split("\t", 3)
        tests.append((float(worked), float(passed), name))
        sums = files[name.partition("::")[0]]
        sums[0] += float(worked)
        sums[1] += float(passed)
        sums[2] += 1
    worked, passed = (sum(sums[place] for sums in files.values()) for place in (0, 1))
    lines = [f"{worked:9.1f} {passed:9.1f} {len(tests):6}  in all (worked, passed, tests)"]
    dearest = sorted(files.items(), key=lambda one: -one[1][0])[:number]
    lines += [f"{one[0]:9.1f} {one[1]:9.1f} {one[2]:6.0f}  {name}" for name, one in dearest]
    for one in sorted(tests)[: -number - 1 : -1]:
        lines.append(f"{one[0]:9.1f} {one[1]:9.1f}         {one[2]}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(said(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 40))
