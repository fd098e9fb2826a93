"""Run notebooks on the machines of a Dask cluster, with the bytes that this machine would make.

`dask_pool` stands in for `ketcontent.execution.pool.process_pool`: what is submitted to it runs on
whichever worker of the cluster is free, and its files come back to where they would have been
written here.

- **Content is sent once.** Each file (a table, a notebook, a template) is a task of its own that
  holds its bytes under their hash, and a run depends on the files it needs. The scheduler gets
  each once, and the workers have them from each other.
- **A lost worker is no loss.** Dask runs the tasks of a worker that is gone on another one; the
  files that only it held are tasks as well, which are simply run again.
- **Everything is held against its hash**, on the way there and on the way back. What does not
  fit is refused, and its page stays as it was published before.
- **Other code makes other bytes**, so workers whose Python, packages or ketcontent are not ours
  are refused before the first notebook, and when they join later.
- **The day, the language and the time zone are ours**, wherever a worker stands.

A worker is given the tables of a page, the folders of the notebooks, templates and fonts, and
nothing else: a notebook that opens a file from outside these needs it at the same path on every
worker, and runs every time, since nobody here can tell whether that file has changed.

Notes
-----
A notebook does not run in the Dask worker's own process: papermill changes the working directory
and the environment, a worker has threads, and those under a nanny may have no children of
multiprocessing. Each thread of a worker has a *remote process* instead, an interpreter that has
imported what notebooks need and forks their kernels, as `ketcontent.execution.pool` has here. It is
started for the build, ends with it, and at once where the worker is killed.

Dask's own way to send data ahead, ``scatter``, loses what only one worker held when that worker
dies, and every task that waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ketcontent.atomic import write_through
from ketcontent.clock import today
from ketcontent.cluster.code import (
    OtherCode,
    Result,
    Task,
    code_of_worker,
    held_file,
    names_below,
    other_code_error,
    sent_environment,
    with_moved_paths,
)
from ketcontent.cluster.worker import forget_site, run_task
from ketcontent.dependencies import LOOKED_AT, ON_DISK, Dependency
from ketcontent.errors import KetcontentError
from ketcontent.execution import Outcome, Run, first_line
from ketcontent.hashing import MISSING, current_hash, hash_bytes, hash_file, hash_json
from ketcontent.installed import versions
from ketcontent.resources import OWN_FOLDERS, shipped_file

TIMEOUT = 5
"""How many seconds a scheduler has to answer, and its first worker to be there."""

NO_WORKER_TIMEOUT = 60
"""After how many seconds without any worker a build is given up."""


@contextmanager
def dask_pool(address: str) -> Iterator[Cluster]:
    """Hold the workers of a cluster; at the end of the block they have forgotten all of it.

    Parameters
    ----------
    address
        The address of the scheduler, as ``tcp://host:8786``.

    Raises
    ------
    KetcontentError
        When ``distributed`` is not installed, no scheduler answers at the address, it has no
        workers, or one of them has other code than ours.
    """
    with connect(address) as client:
        refuse_other_code(client)
        cluster = Cluster(client, address)
        try:
            yield cluster
        finally:
            cluster.leave()


@contextmanager
def connect(address: str) -> Iterator[Any]:
    """Give a client of a scheduler that has workers.

    Raises
    ------
    KetcontentError
        As `dask_pool` does, but for the code of the workers.
    """
    try:
        import dask
        import distributed
    except ImportError as fault:
        raise KetcontentError(
            "--dask needs the package 'distributed', which is not installed.",
            hint="Install it with: python -m pip install 'ketcontent[dask]'",
        ) from fault
    # Files are tasks (see above), and a file may be large.
    settings = {"distributed.admin.large-graph-warning-threshold": "1 GiB"}
    client_of: Any = distributed.Client  # half of it has no types
    with dask.config.set(settings), _silenced():
        try:
            # A client that fails to connect is left half built, and holds up the end of Python.
            with ThreadPoolExecutor(1) as thread:  # the caller's may have a loop, as in Jupyter
                thread.submit(asyncio.run, _greet(address)).result()
            client = client_of(address, timeout=TIMEOUT, set_as_default=False)
        except Exception as fault:  # of the address, the socket, the handshake
            raise KetcontentError(
                f"No Dask scheduler answers at {address!r}.",
                hint="Start one with 'dask scheduler', and give --dask the address that it prints.",
                address=address,
            ) from fault
        try:
            try:
                client.wait_for_workers(1, timeout=TIMEOUT)
            except TimeoutError as fault:
                raise KetcontentError(
                    f"The Dask scheduler at {address!r} has no workers.",
                    hint=f"Start one on each machine: dask worker {address}",
                    address=address,
                ) from fault
            yield client
        finally:
            with contextlib.suppress(TimeoutError):  # the scheduler is gone
                client.close(timeout=TIMEOUT)


async def _greet(address: str) -> None:
    """Fail where no scheduler answers."""
    import distributed

    untyped: Any = distributed
    keys = untyped.Security().get_connection_args("client")
    async with untyped.rpc(address, connection_args=keys, timeout=TIMEOUT) as scheduler:
        said = await asyncio.wait_for(scheduler.identity(n_workers=0), TIMEOUT)
    if said["type"] != "Scheduler":
        raise ConnectionError(f"a {said['type']} answers")


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep Dask from logging what is told in words of ours."""
    before = {name: logging.getLogger(name).level for name in ("distributed", "distributed.client")}
    for name in before:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def refuse_other_code(client: Any) -> None:
    """Refuse workers that do not have our code."""
    ours = code_of_worker()
    for worker, theirs in client.run(code_of_worker, on_error="return").items():
        if isinstance(theirs, OSError):
            continue  # it is gone
        if not isinstance(theirs, dict):
            raise KetcontentError(
                f"The Dask worker {worker} cannot load ketcontent "
                f"{versions()['ketcontent']}: {theirs}.",
                hint="Install the same ketcontent there as here, and start the worker again.",
                worker=worker,
            )
        if theirs != ours:
            raise other_code_error(worker, theirs)


class Cluster:
    """An executor: it takes runs, and gives futures of their outcomes."""

    def __init__(self, client: Any, address: str) -> None:
        self.client = client
        self.address = address
        self.build = uuid.uuid4().hex
        self.code = hash_json(code_of_worker())
        self.day = today()
        self.contents: dict[str, Any] = {}
        """By hash, the task that holds a file."""
        self.listed: dict[Path, dict[str, str]] = {}
        """The folders that were looked at; of each file the hash."""
        self.sent: dict[str, str] = {}
        """The same by the path of the file."""
        self.waiting: dict[Future[Outcome], Any] = {}
        """The outcomes that are not there yet, and the tasks they come from."""
        self.ended = threading.Event()
        threading.Thread(target=self._give_up_when_alone, daemon=True).start()

    def submit(
        self, job: Callable[[Run, Path, Path], Outcome], run: Run, work: Path, kept: Path
    ) -> Future[Outcome]:
        """Have a worker do a job with a run; its files come back to `work` and `kept`."""
        folders = {
            "data": Path(run.parameters["data"]),
            "notebooks": run.notebook.parent.absolute(),
        }
        for name, variable in OWN_FOLDERS.items():
            if own := os.environ.get(variable):
                folders[name] = Path(own).absolute()
        listed = {name: self._send(folder) for name, folder in folders.items()}
        hashes = tuple(sorted({known for each in listed.values() for known in each.values()}))
        told = Task(self.build, job, run, listed, hashes, sent_environment(self.day), self.code)
        future: Future[Outcome] = Future()
        future.set_running_or_notify_cancel()
        task = self.client.submit(
            run_task,
            told,
            *(self.contents[known] for known in hashes),
            key=f"ketcontent-run-{uuid.uuid4().hex}",
        )
        self.waiting[future] = task
        # The paths of a worker mean nothing here.
        homes = {name: str(folder) for name, folder in folders.items()}
        homes |= {"kept": str(kept), "shipped": str(shipped_file("data"))}
        task.add_done_callback(partial(self._take, future, run, (work, kept), homes))
        return future

    def _send(self, folder: Path) -> dict[str, str]:
        """Send the files of a folder that have not been sent; return the hash of each."""
        if folder not in self.listed:
            found = {}
            for name in names_below(folder):
                content = (folder / name).read_bytes()
                found[name] = self.sent[str(folder / name)] = known = hash_bytes(content)
                if known not in self.contents:
                    key = f"ketcontent-file-{self.build}-{known}"
                    self.contents[known] = self.client.submit(held_file, content, key=key)
            self.listed[folder] = found
        return self.listed[folder]

    def _take(
        self,
        future: Future[Outcome],
        run: Run,
        folders: tuple[Path, Path],
        homes: Mapping[str, str],
        task: Any,
    ) -> None:
        """Take a result in, in a thread of Dask's."""
        if self.waiting.pop(future, None) is None:
            return  # given up
        try:
            future.set_result(self._opened(task, run, folders, homes))
        except BaseException as fault:
            future.set_exception(fault)

    def _opened(
        self, task: Any, run: Run, folders: tuple[Path, Path], homes: Mapping[str, str]
    ) -> Outcome:
        """Return what became of a run; its files are in their places."""
        from distributed import CancelledError, KilledWorker

        try:
            result: Result | OtherCode = task.result()
        except BrokenProcessPool:
            raise
        except KilledWorker as fault:  # several of them, one after the other
            raise BrokenProcessPool from fault
        except CancelledError as fault:
            raise KetcontentError(
                f"The Dask scheduler at {self.address!r} is gone.",
                hint="Start it again, and build again: what was published is still there.",
                address=self.address,
            ) from fault
        except Exception as fault:
            return _failed(run, f"{type(fault).__name__} on a Dask worker: {fault}")
        if isinstance(result, OtherCode):
            raise other_code_error("that joined while the build ran", result.theirs)
        if damaged := result.damaged(run):
            return _failed(run, f"came back from a Dask worker damaged: {', '.join(damaged)}")
        return self._put(result, run, folders, homes)

    def _put(
        self,
        result: Result,
        run: Run,
        folders: tuple[Path, Path],
        homes: Mapping[str, str],
    ) -> Outcome:
        work, kept = folders
        moves = {there: homes[name] for name, there in result.places.items()}
        executed = kept / run.executed
        executed.parent.mkdir(parents=True, exist_ok=True)
        executed.unlink(missing_ok=True)
        if result.notebook is not None:
            executed.write_text(with_moved_paths(result.notebook.decode(), moves), "utf-8")
        outcome = result.outcome
        if failure := outcome.failure:
            failure = replace(
                failure,
                exception=with_moved_paths(failure.exception, moves),
                saved=with_moved_paths(failure.saved, moves),
            )
            return replace(outcome, failure=failure)
        for name in run.outputs.values():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            write_through(work / name, result.exports[name])
        if outcome.read is None:
            return outcome
        read = (self._home(reading, known, moves) for reading, known in outcome.read)
        return replace(outcome, read=tuple(read))

    def _home(
        self, reading: Dependency, known: str, moves: Mapping[str, str]
    ) -> tuple[Dependency, str]:
        """Return what a run read as it is called here; as unknown, where it is not here."""
        kind, *name = reading
        if kind == "day":
            return reading, self.day.isoformat()
        if kind not in ON_DISK:
            return reading, known
        for there, here in moves.items():
            if name[0] == there or name[0].startswith(there + os.sep):
                path = here + name[0][len(there) :]
                break
        else:  # what is looked at and not read can be followed here, where it is as it is there
            if "profile_default" in Path(name[0]).parts:  # IPython's settings: as here
                return reading, current_hash(reading)
            looked_at = kind in LOOKED_AT or known == MISSING
            same = looked_at and known == current_hash(reading)
            return (reading if same else ("unknown", name[0])), known
        # A date there says nothing here; nor does that of a folder, or of what is in it.
        if kind in ("place", "status") and known.startswith("file"):
            return ("file", path), self.sent.get(path) or hash_file(path)
        if kind == "entries" or (kind == "status" and known != MISSING):
            return ("unknown", path), ""
        return (kind, path), known

    def _give_up_when_alone(self) -> None:
        """Let a build fail that has had no worker for a while, instead of waiting for ever."""
        seen = time.monotonic()
        while not self.ended.wait(1):
            with contextlib.suppress(Exception):  # a scheduler that is gone cancels its tasks
                if self.client.nthreads():
                    seen = time.monotonic()
            if time.monotonic() - seen > NO_WORKER_TIMEOUT:
                self._give_up(
                    KetcontentError(
                        f"The Dask scheduler at {self.address!r} has lost all its workers.",
                        hint=f"Start one on each machine, and build again: "
                        f"dask worker {self.address}",
                        address=self.address,
                    )
                )
                return

    def _give_up(self, fault: KetcontentError) -> None:
        while self.waiting:
            future, task = self.waiting.popitem()
            task.cancel()
            future.set_exception(fault)

    def leave(self) -> None:
        """Call back what still runs, and have the workers forget the build."""
        self.ended.set()
        with contextlib.suppress(Exception):  # a scheduler that is gone has forgotten already
            tasks = [*self.waiting.values()]
            self.waiting.clear()
            self.client.cancel(tasks, force=True)
            self.client.run(forget_site, self.build, on_error="ignore")


def _failed(run: Run, said: str) -> Outcome:
    line = first_line(said)
    return Outcome(run.failed(line), 0.0)
