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
from ketcontent.execution.process_attributes import own_attributes
from ketcontent.execution.run import Run
from ketcontent.execution.socket_folders import hold_socket_folder, remove_socket_folder
from tests.conftest import LONG, limited, wait_until

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
    (tmp_path / "ends.py").write_text("import os\nos._exit(1)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(pool, "PRELOAD_KERNEL", ("ends",))
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


HOLDS_BACK = """\
import os, pathlib, signal, sys
from ketcontent.execution import process_pool
if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM})
    with process_pool(1, pathlib.Path(sys.argv[1])) as executor:
        assert executor.submit(os.getpid).result() != os.getpid()
"""


def test_workers_of_a_caller_that_holds_signals_back_end_with_its_pool(tmp_path: Path) -> None:
    (program := tmp_path / "program.py").write_text(HOLDS_BACK)
    with limited(subprocess.Popen([sys.executable, str(program), str(tmp_path)])) as caller:
        assert caller.wait() == 0


PRESSED = """\
import os, signal, threading, time
from ketcontent.execution import pool

# A thread that holds nothing back takes a signal, as those of numpy do.
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
pool.start_fork_server = lambda imports: (os.kill(os.getpid(), signal.SIGINT), time.sleep(0.2))
try:
    pool.start_pool()
    print("lost")
except KeyboardInterrupt:
    print("heard")
"""


def test_ctrl_c_while_a_server_starts_is_heard_when_it_has_started() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRESSED], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout, done.stderr) == ("heard\n", "")


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


CLEARS_UP = """\
import os, signal, time
from ketcontent.execution.parents import end_with_parent
class ClearedUp:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0)
with end_with_parent(os.getppid()):
    ClearedUp()
    time.sleep(600)
"""


def test_who_is_asked_to_end_while_python_lets_nothing_be_raised_ends_all_the_same() -> None:
    ended = subprocess.run([sys.executable, "-c", CLEARS_UP], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (1, "")


# --- one kernel ------------------------------------------------------------------------------


def request(folder: Path, sockets: str = "sockets") -> KernelRequest:
    """Return what makes a kernel whose sockets are in a folder within another, or nowhere."""
    place = folder / (sockets or "nowhere")
    place.mkdir(exist_ok=True)
    words = ["-f", str(place / "kernel.json"), "--transport=ipc", f"--ip={place / 'k'}"]
    environment = {**os.environ, "MPLBACKEND": "agg"}
    own = str(place) if sockets else ""
    return KernelRequest(words, environment, str(folder), own, own_attributes())


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
    asked = request(tmp_path)
    hold_socket_folder(asked.sockets)
    first = fork_kernel(asked, 60)
    server = psutil.Process(first.pid).parent()
    first.kill()
    assert first.wait() == -signal.SIGKILL
    second = started(fork_kernel(asked, 60))
    assert psutil.Process(second.pid).parent() == server
    first = fork_kernel(request(tmp_path, sockets=""), 60)  # which is done after the end of that
    assert (tmp_path / "sockets" / "kernel.json").exists()
    assert server is not None
    asked.environment["OMP_NUM_THREADS"] = "7"  # so that another server takes the place of this
    second.terminate()
    assert second.wait() == -signal.SIGTERM
    third = started(fork_kernel(asked, 60))
    del first, second
    wait_until(lambda: not is_at_work(server))
    assert (tmp_path / "sockets" / "kernel.json").exists()
    assert third.poll() is None
    remove_socket_folder(asked.sockets)


ENDS_BEFORE_IT_ASKS = """\
import os, signal, sys, time
from ketcontent.execution.forkserver import fork_kernel, start_fork_server
from ketcontent.execution.forkserver_program import KernelRequest
from ketcontent.execution.process_attributes import own_attributes
from ketcontent.execution.socket_folders import new_socket_folder

_, preload, end = sys.argv
start_fork_server([preload] if preload else [])
if not preload:  # wait until it listens
    words = ["-f", os.path.join(os.environ["TMPDIR"], "kernel.json")]
    fork_kernel(KernelRequest(words, dict(os.environ), os.getcwd(), "", own_attributes()), 60)
worker = os.fork()
if not worker:
    new_socket_folder()
    os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(worker, 0)
assert [name for name in os.listdir(os.environ["TMPDIR"]) if name.startswith("ket-")]
if end:
    os.kill(os.getpid(), int(end))
"""


@pytest.mark.parametrize("end", ["", str(int(signal.SIGKILL))], ids=["at its end", "killed"])
@pytest.mark.parametrize("preload", ["", "imports_for_ever"], ids=["listening", "importing"])
def test_what_a_worker_made_that_ended_before_it_asked_goes_with_the_server(
    tmp_path: Path, preload: str, end: str
) -> None:
    (tmp_path / "imports_for_ever.py").write_text("import time\nwhile True: time.sleep(0.1)\n")
    (tmp_path / "t").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "t"), "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", ENDS_BEFORE_IT_ASKS, preload, end],
        env=environment,
        cwd=tmp_path,
        timeout=LONG,
    )
    assert done.returncode == -int(end or 0)
    wait_until(lambda: not [*(tmp_path / "t").glob("ket-*")])


def is_at_work(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_kernel_that_does_not_start_in_time_leaves_the_others_of_its_server(
    tmp_path: Path,
) -> None:
    first = started(fork_kernel(request(tmp_path), 60))
    server = psutil.Process(first.pid).parent()
    assert server is not None
    server.suspend()
    with pytest.raises(RuntimeError, match=r"Kernel didn't respond in 0\.1 seconds"):
        fork_kernel(request(tmp_path, sockets=""), 0.1)
    server.resume()
    second = fork_kernel(request(tmp_path, sockets=""), 60)
    assert psutil.Process(second.pid).parent() != server
    assert first.poll() is None
    first.terminate()
    assert first.wait() == -signal.SIGTERM
    del first
    fork_kernel(request(tmp_path, sockets=""), 60)
    assert not server.is_running()  # and no zombie either


@pytest.mark.parametrize(
    ("for_all", "module"),
    [
        pytest.param(False, "sitecustomize", id="its own, before it is one"),
        pytest.param(True, "slow", id="that of all workers"),
    ],
)
def test_a_server_that_imports_for_ever_ends_when_nobody_asks_it_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, *, for_all: bool
) -> None:
    (tmp_path / f"{module}.py").write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    before = set(psutil.Process().children())
    if for_all:
        start_fork_server(["slow"])
    with pytest.raises(RuntimeError, match=r"Kernel didn't respond in 0\.1 seconds"):
        fork_kernel(request(tmp_path), 0.1)
    wait_until(lambda: not any(map(is_at_work, set(psutil.Process().children()) - before)))


def test_a_caller_that_holds_signals_back_is_told_of_the_end_of_its_kernel(tmp_path: Path) -> None:
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM})
    try:
        kernel = started(fork_kernel(request(tmp_path), 60))
        kernel.kill()
        wait_until(lambda: kernel.poll() == -signal.SIGKILL)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


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


UNGUARDED = """\
import os
from pathlib import Path
from ketcontent.execution.pool import process_pool
print("begun", flush=True)
with process_pool(1, Path("kept")) as executor:
    print(executor.submit(os.path.basename, "a/worked").result())
"""


def test_a_program_that_builds_at_its_top_is_not_run_again_in_each_worker(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(UNGUARDED)
    command = [sys.executable, "program.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=LONG)
    assert done.stdout.split() == ["begun", "worked"], done.stderr
