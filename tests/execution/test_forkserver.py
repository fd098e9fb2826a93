"""The fork server: one for all workers of a build, and nothing left behind."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from ketcontent.execution import pool
from ketcontent.execution.forkserver import (
    Kernel,
    attach,
    fork_kernel,
    start_fork_server,
    stop_fork_server,
)
from ketcontent.execution.forkserver_program import KernelRequest
from ketcontent.execution.pool import process_pool, run_all
from ketcontent.execution.run import Run
from tests.conftest import limited, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def server_of_its_own() -> Iterator[None]:
    stop_fork_server()
    yield
    stop_fork_server()


PARENTS = """\
import json, os, psutil
print(json.dumps([os.getppid(), psutil.Process().parent().ppid()]))
"""


def parents(folder: Path) -> list[list[int]]:
    """Run two notebooks that wait for each other; return the parent and grandparent of each."""
    meet = (
        "import pathlib, time\n"
        "pathlib.Path(mine).touch()\n"
        "while not pathlib.Path(other).exists(): time.sleep(0.01)"
    )
    cells = [
        new_code_cell("mine = other = ''", metadata={"tags": ["parameters"]}),
        new_code_cell(meet),
        new_code_cell(PARENTS),
    ]
    notebook = folder / "parents.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), notebook)
    signs = [str(folder / name) for name in ("a", "b")]
    runs = [
        Run(notebook, {"mine": mine, "other": other}, name, {"markdown": f"{name}.md"})
        for name, mine, other in zip(("a", "b"), signs, signs[::-1], strict=True)
    ]
    with process_pool(2, folder / "kept") as executor:
        ended = list(run_all(executor, runs, folder / "work", folder / "kept"))
    assert [outcome.failure for _, outcome in ended] == [None, None]
    for sign in signs:
        os.unlink(sign)
    shown = [nbformat.read(folder / "kept" / run.executed, 4).cells[-1].outputs for run in runs]
    return [json.loads(outputs[0].text) for outputs in shown]


def test_kernels_of_workers_side_by_side_are_forks_of_one_server(tmp_path: Path) -> None:
    first, second = parents(tmp_path)
    assert first == second
    assert first[1] == os.getpid()


def test_a_server_stays_for_the_next_workers_and_is_started_again_where_it_was_killed(
    tmp_path: Path,
) -> None:
    server = parents(tmp_path)[0][0]
    assert parents(tmp_path)[0][0] == server
    os.kill(server, signal.SIGKILL)
    psutil.Process(server).wait(timeout=60)
    assert parents(tmp_path)[0][0] != server


def test_where_the_server_for_all_cannot_start_each_worker_has_one_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "PRELOAD_KERNEL", ("no_such_module",))
    (first, worker), (second, other_worker) = parents(tmp_path)
    assert first != second
    assert worker != other_worker


def test_workers_that_are_interrupted_are_gone_with_all_that_waits_for_them(tmp_path: Path) -> None:
    threads, processes = set(threading.enumerate()), set(multiprocessing.active_children())

    def interrupted() -> None:
        with process_pool(2, tmp_path / "kept") as executor:
            waiting = [executor.submit(time.sleep, 600) for _ in range(3)]
            wait_until(waiting[1].running)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert set(threading.enumerate()) == threads
    assert set(multiprocessing.active_children()) == processes


IMPORTS = """\
import sys, tempfile, time
from ketcontent.execution.parents import end_with_parent
with end_with_parent(int(sys.argv[1])), tempfile.TemporaryDirectory() as folder:
    print(folder, flush=True)
    time.sleep(600)
"""


def test_who_still_imports_ends_with_its_parent_and_leaves_nothing() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    ended = subprocess.run(
        [sys.executable, "-c", IMPORTS, str(gone.pid)], capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (1, "")
    assert not Path(ended.stdout.strip()).exists()


# --- one kernel ------------------------------------------------------------------------------


def request(folder: Path) -> KernelRequest:
    """Return what makes a kernel whose sockets are in a new folder."""
    sockets = folder / "sockets"
    sockets.mkdir(exist_ok=True)
    words = ["-f", str(sockets / "kernel.json"), "--transport=ipc", f"--ip={sockets / 'k'}"]
    return KernelRequest(words, {**os.environ, "MPLBACKEND": "agg"}, str(folder), str(sockets))


def started(kernel: Kernel) -> Kernel:
    wait_until(lambda: kernel.poll() is not None or kernel.started)
    assert kernel.returncode is None
    return kernel


def test_a_kernel_that_nobody_holds_any_more_is_ended_and_its_folder_removed(
    tmp_path: Path,
) -> None:
    start_fork_server([])
    kernel = started(fork_kernel(request(tmp_path), 60))
    pid = kernel.pid
    del kernel
    wait_until(lambda: not psutil.pid_exists(pid) and not (tmp_path / "sockets").exists())


def test_a_kernel_that_takes_the_place_of_another_keeps_the_folder_of_its_sockets(
    tmp_path: Path,
) -> None:
    start_fork_server([])
    kernel = fork_kernel(request(tmp_path), 60)
    kernel.kill()
    assert kernel.wait() == -signal.SIGKILL
    kernel = started(fork_kernel(request(tmp_path), 60))
    assert (tmp_path / "sockets" / "kernel.json").exists()
    kernel.terminate()
    assert kernel.wait() == -signal.SIGTERM


def test_an_owner_that_ends_takes_its_kernels_along_and_no_other_owners(tmp_path: Path) -> None:
    given = start_fork_server([])
    ours = fork_kernel(request(tmp_path), 60)
    told, tell = os.pipe()
    if (owner := os.fork()) == 0:
        attach(given)
        (tmp_path / "theirs").mkdir()
        theirs = fork_kernel(request(tmp_path / "theirs"), 60)
        os.write(tell, str(theirs.pid).encode())
        time.sleep(600)
    theirs_pid = int(os.read(told, 20))
    os.kill(owner, signal.SIGKILL)
    os.waitpid(owner, 0)
    wait_until(lambda: not psutil.pid_exists(theirs_pid))
    wait_until(lambda: not (tmp_path / "theirs" / "sockets").exists())
    assert ours.poll() is None
    assert (tmp_path / "sockets").exists()


def test_many_threads_may_ask_at_once(tmp_path: Path) -> None:
    start_fork_server([])
    found = []

    def ask(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        kernel = fork_kernel(request(folder), 60)
        kernel.kill()
        found.append((kernel.wait(), kernel.pid))

    threads = [threading.Thread(target=ask, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert [status for status, _ in found] == [-signal.SIGKILL] * 8
    assert len({pid for _, pid in found}) == 8


# --- the server's own end --------------------------------------------------------------------

OWNER = """\
import os, time
from ketcontent.execution.forkserver import start_fork_server
start_fork_server(["json"])
child = os.fork() if {forks} else 0
if {forks} and child == 0:
    time.sleep(600)
import psutil
[server] = [one.pid for one in psutil.Process().children() if one.pid != child]
print(server, child, flush=True)
time.sleep({seconds})
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("forks", [False, True], ids=["alone", "with a fork that stays"])
def test_a_server_ends_with_its_owner(number: signal.Signals, *, forks: bool) -> None:
    with limited(
        subprocess.Popen(
            [sys.executable, "-c", OWNER.format(forks=forks, seconds=600)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    ) as owner:
        assert owner.stdout is not None
        server, child = map(int, owner.stdout.readline().split())
        try:
            assert psutil.pid_exists(server)
            owner.send_signal(number)
            owner.wait()
            wait_until(lambda: not psutil.pid_exists(server))
        finally:
            if child:
                os.kill(child, signal.SIGKILL)


def test_an_owner_that_ends_well_has_waited_for_its_server() -> None:
    done = subprocess.run(
        [sys.executable, "-c", OWNER.format(forks=False, seconds=0)],
        stdout=subprocess.PIPE,
        check=True,
    )
    assert not psutil.pid_exists(int(done.stdout.split()[0]))
