"""The house: imported once, a nursery for each worker, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from ketcontent.execution import pool as workers
from ketcontent.execution.forkserver import _close_shared, _shared
from ketcontent.execution.pool import process_pool, run_all
from ketcontent.execution.run import Run
from tests.conftest import wait_until

pytestmark = pytest.mark.slow

ANCESTORS = """\
import json, psutil, sys
print(json.dumps([one.pid for one in psutil.Process().parents()[:2]]))
"""


@pytest.fixture(autouse=True)
def house_of_its_own() -> Iterator[None]:
    _close_shared()
    yield
    _close_shared()


def ancestors(folder: Path, jobs: int = 2) -> list[tuple[int, int]]:
    """Run two notebooks that wait for each other, and return the nursery and house of each."""
    meet = (
        "import pathlib, time\n"
        "pathlib.Path(mine).touch()\n"
        "while not pathlib.Path(other).exists(): time.sleep(0.01)"
    )
    cells = [
        new_code_cell("mine = other = ''", metadata={"tags": ["parameters"]}),
        new_code_cell(meet),
        new_code_cell(ANCESTORS),
    ]
    notebook = folder / "ancestors.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), notebook)
    signs = [str(folder / name) for name in ("a", "b")]
    runs = [
        Run(notebook, {"mine": mine, "other": other}, name, {"markdown": f"{name}.md"})
        for name, mine, other in zip(("a", "b"), signs, signs[::-1], strict=True)
    ]
    with process_pool(jobs, folder / "kept") as executor:
        ended = list(run_all(executor, runs, folder / "work", folder / "kept"))
    assert [outcome.failure for _, outcome in ended] == [None, None]
    for sign in signs:
        os.unlink(sign)
    shown = [nbformat.read(folder / "kept" / run.executed, 4).cells[-1].outputs for run in runs]
    return [tuple(json.loads(outputs[0].text)) for outputs in shown]


def test_kernels_side_by_side_are_of_two_nurseries_in_one_house(tmp_path: Path) -> None:
    (first, house), (second, other_house) = ancestors(tmp_path)
    assert first != second
    assert house == other_house
    assert _shared is not None
    assert house == _shared.process.pid
    wait_until(lambda: not psutil.pid_exists(first) and not psutil.pid_exists(second))


def test_a_house_stays_for_the_next_workers_and_is_opened_again_where_it_was_killed(
    tmp_path: Path,
) -> None:
    house = ancestors(tmp_path)[0][1]
    assert ancestors(tmp_path)[0][1] == house
    os.kill(house, signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(house) or _shared.process.poll() is not None)
    assert ancestors(tmp_path)[0][1] != house


def test_where_no_house_can_be_opened_each_worker_has_a_nursery_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "KERNELS", ("no_such_module",))
    (first, worker), (second, other_worker) = ancestors(tmp_path)
    assert first != second
    assert worker != other_worker


OWNER = """\
import sys, time
from ketcontent.execution import forkserver
forkserver.shared_fork_server(["json"])
print(forkserver._shared.process.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_house_ends_with_its_owner(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as owner:
        assert owner.stdout is not None
        house = int(owner.stdout.readline())
        assert psutil.pid_exists(house)
        owner.send_signal(number)
        owner.wait()
    wait_until(lambda: not psutil.pid_exists(house))


FORKING = """\
import os, time
from ketcontent.execution import forkserver
forkserver.shared_fork_server(["json"])
child = os.fork()
if child == 0:
    time.sleep(600)
print(forkserver._shared.process.pid, child, flush=True)
"""


def test_a_house_ends_with_its_owner_whatever_the_owner_has_forked() -> None:
    with subprocess.Popen([sys.executable, "-c", FORKING], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        house, child = map(int, owner.stdout.readline().split())
        try:
            assert owner.wait(timeout=60) == 0
            wait_until(lambda: not psutil.pid_exists(house))
            assert psutil.pid_exists(child)
        finally:
            os.kill(child, signal.SIGKILL)
