"""Run notebooks on the machines of a Dask cluster, with the bytes that this machine would make.

`dask_pool` stands in for `ketcontent.execution.pool.process_pool`: what is submitted to it runs on
whichever worker of the cluster is free, and its files come back to where they would have been
written here.

- **Content is sent once.** Each file (a table, a notebook, a template) is a task of its own that
  holds its bytes under their digest, and a run depends on the files it needs. The scheduler gets
  each once, and the workers have them from each other.
- **A lost worker is no loss.** Dask runs the tasks of a worker that is gone on another one; the
  files that only it held are tasks as well, which are simply run again.
- **Everything is held against its digest**, on the way there and on the way back. What does not
  fit is refused, and its page stays as it was published before.
- **Other code makes other bytes**, so workers whose Python, packages or ketcontent are not ours
  are refused before the first notebook, and when they join later.
- **The day, the language and the time zone are ours**, wherever a worker stands.

A worker is given the tables of a page, the folder of the notebooks and the templates, and nothing
else: a notebook that opens a file from outside these needs it at the same path on every worker,
and runs every time, since nobody here can tell whether that file has changed.

Notes
-----
A notebook does not run in the Dask worker's own process: papermill changes the working directory
and the environment, a worker has threads, and those under a nanny may have no children of
multiprocessing. Each thread of a worker has a *bench* instead, an interpreter that has imported
what notebooks need and forks their kernels, as `ketcontent.execution.pool` has here. It is started
for the build, ends with it, and at once where the worker is killed.

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
    TIMEOUT,
    OtherCode,
    Result,
    Task,
    code_of_worker,
    files_to_send,
    is_held,
    names_below,
    other_code_error,
    with_moved_paths,
)
from ketcontent.cluster.worker import NO_WORKER_TIMEOUT, forget_site, run_task
from ketcontent.dependencies import Dependency
from ketcontent.errors import KetcontentError
from ketcontent.execution import Failure, Outcome, Run, first_line
from ketcontent.hashing import hash_bytes, hash_json
from ketcontent.installed import versions
from ketcontent.markup import TEMPLATES_VARIABLE
from ketcontent.resources import shipped_file


@contextmanager
def dask_pool(address: str) -> Iterator[_Cluster]:
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

    Examples
    --------
    >>> with dask_pool("http://there:8786"):
    ...     pass
    Traceback (most recent call last):
        ...
    ketcontent.errors.KetcontentError: No Dask scheduler answers at 'http://there:8786'.
    hint: Start one with 'dask scheduler', and give --dask the address that it prints.
    """
    with _client(address) as client:
        _hold_code(client)
        cluster = _Cluster(client, address)
        try:
            yield cluster
        finally:
            cluster.leave()


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """Connect to a scheduler that has workers."""
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
    connect: Any = distributed.Client  # half of it has no types
    with dask.config.set(settings), _silenced():
        try:
            # A client that fails to connect is left half built, and holds up the end of Python.
            with ThreadPoolExecutor(1) as thread:  # the caller's may have a loop, as in Jupyter
                thread.submit(asyncio.run, _greet(address)).result()
            client = connect(address, timeout=TIMEOUT, set_as_default=False)
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


def _hold_code(client: Any) -> None:
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


class _Cluster:
    """An executor: it takes runs, and gives futures of their outcomes."""

    def __init__(self, client: Any, address: str) -> None:
        self.client = client
        self.address = address
        self.build = uuid.uuid4().hex
        self.code = hash_json(code_of_worker())
        self.day = today()
        self.contents: dict[str, Any] = {}
        """By digest, the task that holds a file."""
        self.listed: dict[Path, dict[str, str]] = {}
        """The folders that were looked at; of each file the digest."""
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
        if own := os.environ.get(TEMPLATES_VARIABLE):
            folders["templates"] = Path(own).absolute()
        listed = {name: self._send(folder) for name, folder in folders.items()}
        digests = tuple(sorted({known for each in listed.values() for known in each.values()}))
        errand = Task(self.build, job, run, listed, digests, files_to_send(self.day), self.code)
        future: Future[Outcome] = Future()
        future.set_running_or_notify_cancel()
        task = self.client.submit(
            run_task,
            errand,
            *(self.contents[known] for known in digests),
            key=f"ketcontent-run-{uuid.uuid4().hex}",
        )
        self.waiting[future] = task
        # The paths of a worker mean nothing here.
        homes = {name: str(folder) for name, folder in folders.items()}
        homes |= {"kept": str(kept), "shipped": str(shipped_file("data"))}
        task.add_done_callback(partial(self._take, future, run, (work, kept), homes))
        return future

    def _send(self, folder: Path) -> dict[str, str]:
        """Send the files of a folder that have not been sent; return the digest of each."""
        if folder not in self.listed:
            found = {}
            for name in names_below(folder):
                content = (folder / name).read_bytes()
                found[name] = known = hash_bytes(content)
                if known not in self.contents:
                    key = f"ketcontent-file-{self.build}-{known}"
                    self.contents[known] = self.client.submit(is_held, content, key=key)
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
        """Take a parcel in, in a thread of Dask's."""
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
            parcel: Result = task.result()
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
        except OtherCode as fault:
            raise other_code_error("that joined while the build ran", fault.theirs) from fault
        except Exception as fault:
            return _failed(run, f"{type(fault).__name__} on a Dask worker: {fault}")
        due = () if parcel.outcome.failure else sorted(run.outputs.values())
        known = dict(parcel.outcome.outputs)
        spoiled = [
            name for name in due if known.get(name) != hash_bytes(parcel.exports.get(name, b""))
        ]
        if parcel.notebook is not None and hash_bytes(parcel.notebook) != parcel.digest:
            spoiled.append(run.executed)
        if spoiled:
            return _failed(run, f"came back from a Dask worker damaged: {', '.join(spoiled)}")
        return self._put(parcel, run, folders, homes)

    def _put(
        self,
        parcel: Result,
        run: Run,
        folders: tuple[Path, Path],
        homes: Mapping[str, str],
    ) -> Outcome:
        work, kept = folders
        moves = {there: homes[name] for name, there in parcel.places.items()}
        executed = kept / run.executed
        executed.parent.mkdir(parents=True, exist_ok=True)
        executed.unlink(missing_ok=True)
        if parcel.notebook is not None:
            executed.write_text(with_moved_paths(parcel.notebook.decode(), moves), "utf-8")
        outcome = parcel.outcome
        if failure := outcome.failure:
            failure = replace(
                failure,
                exception=with_moved_paths(failure.exception, moves),
                saved=with_moved_paths(failure.saved, moves),
            )
            return replace(outcome, failure=failure)
        for name in run.outputs.values():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            write_through(work / name, parcel.exports[name])
        if outcome.read is None:
            return outcome
        read = (self._home(reading, known, moves) for reading, known in outcome.read)
        return replace(outcome, read=tuple(read))

    def _home(
        self, reading: Dependency, known: str, moves: Mapping[str, str]
    ) -> tuple[Dependency, str]:
        """Return what a run read as it is called here; as unknown, where it is not here."""
        if reading[0] == "day":
            return reading, self.day.isoformat()
        if reading[0] not in ("file", "folder"):
            return reading, known
        for there, here in moves.items():
            if reading[1] == there or reading[1].startswith(there + os.sep):
                return (reading[0], here + reading[1][len(there) :]), known
        return ("unknown", reading[1]), known

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
    return Outcome(Failure(run.document, run.notebook.name, None, None, "", line, ""), 0.0)
