"""What a Dask worker does with a notebook that it is sent."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, NoReturn

from ketcontent.cluster.code import SENT_VARIABLES, OtherCode, Result, Task, code_of_worker
from ketcontent.errors import KetcontentError
from ketcontent.execution import Outcome
from ketcontent.hashing import hash_bytes, hash_json
from ketcontent.resources import OWN_FOLDERS, shipped_file

IDLE_TIMEOUT = 600
"""After how many seconds without work a remote process ends; the next run gets a new one."""


@dataclass
class _Site:
    """What a worker has of one build."""

    root: Path
    lock: threading.Lock = field(default_factory=threading.Lock)
    idle: list[_RemoteProcess] = field(default_factory=list)
    processes: list[_RemoteProcess] = field(default_factory=list)
    ended: bool = False


_sites: dict[str, _Site | None] = {}
"""By build; None for one that has ended, so that a task that is late does not bring it back."""

_sites_lock = threading.Lock()


def run_task(task: Task, *contents: bytes) -> Result | OtherCode:
    """Do a run on this worker."""
    site = _site(task.build)
    with site.lock:
        store_files(site.root, zip(task.hashes, contents, strict=True))
        places = {
            name: str(_lay_out(site.root, name, folder)) for name, folder in task.folders.items()
        }
    run = replace(
        task.run,
        notebook=Path(places["notebooks"], task.run.notebook.name),
        parameters={**task.run.parameters, "data": places["data"]},
    )
    with (
        TemporaryDirectory(dir=site.root) as folder,
        _remote_process(site, task, places) as process,
    ):
        if hash_json(process.code) != task.code:
            return OtherCode(process.code)
        work, kept = Path(folder, "exports"), Path(folder, "notebooks")
        outcome: Outcome = process.ask(task.job, run, work, kept)
        executed = kept / run.executed
        notebook = executed.read_bytes() if executed.exists() else None
        return Result(
            outcome,
            {**places, "kept": str(kept), "shipped": process.shipped},
            {name: (work / name).read_bytes() for name, _ in outcome.outputs},
            notebook,
            hash_bytes(notebook or b""),
        )


def _site(build: str) -> _Site:
    from distributed import get_worker

    with _sites_lock:
        if build not in _sites:
            # Dask clears this folder, also for a worker that was killed.
            folder = mkdtemp(prefix="ketcontent-", dir=get_worker().local_directory)
            _sites[build] = _Site(Path(folder))
        site = _sites[build]
    if site is None:
        raise _ended()
    return site


def _ended() -> KetcontentError:
    return KetcontentError("The build that asked for this has ended.")


def forget_site(build: str) -> None:
    """End the processes of a build, whatever they do, and delete its files."""
    with _sites_lock:
        site, _sites[build] = _sites.get(build), None
    if site is not None:
        with site.lock:
            site.ended = True
            for process in site.processes:
                process.close()
        # What a killed process was still writing is left to Dask, which clears its folder.
        shutil.rmtree(site.root, ignore_errors=True)


def store_files(root: Path, contents: Iterable[tuple[str, bytes]]) -> None:
    """Keep files by their hashes."""
    for known, content in contents:
        path = root / _plain(known)
        if path.exists():
            continue
        if hash_bytes(content) != known:
            raise KetcontentError(f"A file came to a Dask worker damaged: {known}.")
        path.write_bytes(content)


def _plain(hashed: str) -> str:
    return hashed.replace(":", "-")


def _lay_out(root: Path, name: str, folder: Mapping[str, str]) -> Path:
    """Return a folder with files that are kept."""
    place = root / _plain(hash_json([name, *sorted(folder.items())]))[:30]
    if not place.exists():
        for file, known in folder.items():
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / _plain(known), place / file)
    return place


class _RemoteProcess:
    """An interpreter of its own that is warm, and does one thing after the other."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        from ketcontent.execution import PRELOAD_ENVIRONMENT

        with open(root / "kernels.log", "ab") as log:
            self.program = subprocess.Popen(
                [sys.executable, "-c", _REMOTE_PROCESS],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**PRELOAD_ENVIRONMENT, **environment},
                cwd=root,
                start_new_session=True,
            )
        self.environment = environment
        self.code: dict[str, str] = {}
        self.shipped = ""

    def greet(self) -> None:
        """Wait until it is warm, and learn what code it has and where its shipped tables are."""
        self.code, self.shipped = self.ask(self.environment)

    def ask(self, *words: Any) -> Any:
        """Return the answer; BrokenProcessPool where it ended before it gave one."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        try:
            pickle.dump(words, self.program.stdin)
            self.program.stdin.flush()
            answer = pickle.load(self.program.stdout)
        except (BrokenPipeError, EOFError) as fault:
            raise BrokenProcessPool from fault
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """End it, and the kernel with it."""
        self.program.kill()
        self.program.wait()


_REMOTE_PROCESS = """\
import sys
del sys.path[0]  # the working directory
from ketcontent.cluster.worker import serve
serve()
"""


@contextmanager
def _remote_process(site: _Site, task: Task, places: Mapping[str, str]) -> Iterator[_RemoteProcess]:
    """Give a process of a build to one run."""
    with site.lock:
        process = site.idle.pop() if site.idle else None
    if process is None or process.program.poll() is not None:
        with site.lock:
            if site.ended:
                raise _ended()
            process = _RemoteProcess(site.root, _environment(task, places))
            site.processes.append(process)
    try:
        if not process.code:
            process.greet()
        yield process
    except BaseException:
        process.close()
        raise
    with site.lock:
        site.idle.append(process)


def _environment(task: Task, places: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of this worker, with what came from the machine that builds."""
    found = {
        name: value for name, value in os.environ.items() if not name.startswith(SENT_VARIABLES)
    }
    own = {variable: places[name] for name, variable in OWN_FOLDERS.items() if name in places}
    return {**found, **task.environment, **own}


def serve() -> NoReturn:
    """Import what notebooks need, then do what is asked, until nobody is there to ask."""
    from ketcontent.execution import warm_worker

    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the builder's to handle
    # What a notebook's process prints must not mix with the answers.
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)

    def answer(said: Any) -> None:
        pickle.dump(said, answers)
        answers.flush()

    (environment,) = pickle.load(requests)
    os.environ.clear()
    os.environ.update(environment)
    warm_worker()
    asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, asked), daemon=True).start()
    answer((code_of_worker(), str(shipped_file("data"))))
    while True:
        try:
            job, *given = asked.get(timeout=IDLE_TIMEOUT)
        except queue.Empty:
            sys.exit()
        try:
            answer(job(*given))
        except Exception as fault:
            answer(fault)


def _listen(requests: Any, asked: queue.SimpleQueue[Any]) -> None:
    """Take requests while one is being done, and so notice at once when the worker is gone."""
    with contextlib.suppress(EOFError):
        while True:
            asked.put(pickle.load(requests))
    os._exit(1)
