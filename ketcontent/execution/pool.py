"""Run a notebook and export it, many at once, each in a process that is already warm.

A run is one notebook with its parameters and the files that its exports go to. Runs are
independent of each other, so they share the machine's cores: a worker executes one with papermill
(`ketcontent.execution.engine`), exports it at once, and says what became of it: how it failed, or
what it read and the digest of each file it wrote.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from ketcontent.execution.forkserver import WARM, attach, can_fork, shared_fork_server
from ketcontent.execution.run import Failure, Outcome, Progress, Run, run_one


@contextmanager
def process_pool(jobs: int, kept: Path) -> Iterator[ProcessPoolExecutor]:
    """Hold workers; at the end of the block they are gone, at once where it ends in an exception.

    Parameters
    ----------
    jobs
        How many.
    kept
        The folder of the executed notebooks.

    Examples
    --------
    >>> with process_pool(1, Path("kept")) as executor:  # no worker starts before it has work
    ...     executor._max_workers
    1
    """
    before = set(multiprocessing.active_children())
    door = start_pool()
    with ProcessPoolExecutor(
        jobs,
        mp_context=_origin(),
        initializer=_start_worker,
        initargs=(kept, dict(os.environ), door),
    ) as executor:
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            for worker in set(multiprocessing.active_children()) - before:
                worker.terminate()
            raise


def is_broken(executor: Any) -> bool:
    """Return whether a worker was killed, so that the executor takes no work any more.

    Examples
    --------
    >>> with process_pool(1, Path("kept")) as executor:
    ...     is_broken(executor)
    False
    """
    return bool(executor._broken)


def run_all(
    executor: Any,
    runs: list[Run],
    work: Path,
    kept: Path,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[tuple[int, Outcome]]:
    """Execute and export every run; yield the place of each among them and what became of it.

    They come as they are done, in any order.

    Parameters
    ----------
    executor
        The workers; none are needed where there is no run.
    runs
        The runs.
    work, kept
        The folders to write the exports and the executed notebooks to.
    progress
        Called at the start, and as each run is done.

    Examples
    --------
    >>> list(run_all(None, [], Path("work"), Path("kept"), lambda one: print(one.total)))
    0
    []
    """
    report = progress or (lambda _: None)
    remaining = dict(enumerate(run.name for run in runs))
    places = {executor.submit(run_one, run, work, kept): n for n, run in enumerate(runs)}
    report(Progress(0, len(runs), "", 0.0, next(iter(remaining.values()), "")))
    for future in as_completed(places):
        place = places.pop(future)
        outcome = _result(future, runs[place])
        name = remaining.pop(place)
        at_work = next(iter(remaining.values()), "")
        report(Progress(len(runs) - len(remaining), len(runs), name, outcome.seconds, at_work))
        yield place, outcome


def _result(future: Future[Outcome], run: Run) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool:
        lost = "the process that ran it was killed"
        return Outcome(Failure(run.document, run.notebook.name, None, None, "", lost, ""), 0.0)


def start_pool() -> Any:
    """Start in the background what a pool needs to be warm: the sooner, the sooner it is ready.

    Kernels, which import most, come first. Where there are cores to spare, workers begin too.
    Returned is the door of the kernels' house (`nursery.open_house`); None where there is no fork.

    Examples
    --------
    >>> start_pool() is start_pool()
    True
    """
    if not can_fork():
        return None
    with _no_interrupt():
        door = shared_fork_server(KERNELS)
    if available_cores() > 2:
        _origin()
    return door


def _origin() -> Any:
    """Return where workers come from: forks of one fresh interpreter that imports all they need.

    What the caller has imported or changed reaches no notebook.
    """
    if not can_fork():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTS))
    with _no_interrupt():
        forkserver.ensure_running()
    return context


IMPORTS = ("ketcontent.execution.preload_worker",)
"""What a worker imports before it does anything."""


KERNELS = (*WARM, "ketcontent.execution.preload_kernel")
"""What its kernels import, besides what every kernel does."""


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Start programs that Ctrl-C, which is ours to handle, does not end while they start."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _start_worker(kept: Path, environment: dict[str, str], door: Any) -> None:
    """Make a worker end when it is told to, or when its parent is gone; its kernel follows."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    os.environ.clear()
    os.environ.update(environment)
    # Kernels say on stderr how they died.
    kept.mkdir(parents=True, exist_ok=True)
    handle = os.open(kept / "kernels.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(handle, 2)
    if door is not None:
        attach(door)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # SystemExit would not do: to the pool it is the result of a task, and the worker goes on.
        os._exit(1)


def available_cores() -> int:
    """Return how many cores this process may use.

    Examples
    --------
    >>> available_cores() > 0
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
