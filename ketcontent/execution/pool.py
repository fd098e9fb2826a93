"""Execute and export many runs at once, in workers that are warm.

Runs are independent of each other, so they share the machine's cores. A worker is a fork of an
interpreter that has imported what every worker needs (`ketcontent.execution.preload_server`); what
the caller has imported or changed reaches no notebook. The kernels of all workers are forks of one
fork server (`ketcontent.execution.forkserver`), which has imported what every notebook needs.
"""

from __future__ import annotations

import importlib
import multiprocessing
import multiprocessing.util
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext
from pathlib import Path
from types import ModuleType
from typing import Any

from ketcontent.execution.forkserver import attach, can_fork, start_fork_server
from ketcontent.execution.run import Outcome, Run, run_one
from ketcontent.execution.socket_folders import hold_socket_folder, remove_socket_folder

PRELOAD_WORKER = "ketcontent.execution.preload_worker"
"""What a worker imports before it does anything."""

PRELOAD_SERVER = "ketcontent.execution.preload_server"
"""What the interpreter imports that workers are forked from."""

NOTEBOOKS = (
    *("ketcontent.checks", "ketcontent.reports.charts", "ketcontent.reports.tables"),
    *("ketcontent.importing.bibliography", "citeproc", "jinja2", "markdown_it", "yaml"),
)
"""What the notebooks of this package import, at the top or when it is first needed."""

PRELOAD_KERNEL = (*NOTEBOOKS, "ketcontent.tracing", "ketcontent.execution.preload_kernel")
"""What is imported for its kernels, besides what every kernel needs."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is."""

    done: int
    """Notebooks done."""
    total: int
    """Notebooks in all."""
    finished: str
    """The notebook just done; empty at the start."""
    seconds: float
    """How long that one took."""
    at_work: str
    """The first notebook that is not done; empty at the end."""


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
        return Outcome(run.failed("the process that ran it was killed"), 0.0)


@contextmanager
def process_pool(jobs: int, kept: Path) -> Iterator[ProcessPoolExecutor]:
    """Hold workers; at the end of the block they are gone, at once where it ends in an exception.

    Parameters
    ----------
    jobs
        How many. None starts before there is work for it.
    kept
        The folder of the executed notebooks.
    """
    before = set(multiprocessing.active_children())
    kernels = _start_kernels()
    with ProcessPoolExecutor(
        jobs,
        mp_context=_start_workers(),
        initializer=_become_worker,
        initargs=(kept, dict(os.environ), kernels, _attributes()),
    ) as executor:
        try:
            yield executor
        except BaseException:
            # The executor then ends by itself, and is waited for: one that is still ending while
            # the interpreter does may be woken there by a pipe that it has just closed.
            for worker in set(multiprocessing.active_children()) - before:
                worker.terminate()
            raise


def is_broken(executor: ProcessPoolExecutor) -> bool:
    """Return whether a worker was killed, so that the executor takes no work any more."""
    try:
        executor.submit(os.getpid)
    except BrokenProcessPool:
        return True
    return False


def start_pool() -> None:
    """Start in the background what a pool needs to be warm: the sooner, the sooner it is ready.

    Kernels, which import most, come first. Where there are cores to spare, workers begin too.
    """
    if _start_kernels() is not None and available_cores() > 2:
        _start_workers()


def warm_worker() -> None:
    """Make this process, which is no worker of a pool here, as warm as one."""
    _start_kernels()
    importlib.import_module(PRELOAD_WORKER)


def _start_kernels() -> socket.socket | None:
    """Return the socket of the kernels' fork server, started if need be; None without forks."""
    if not can_fork():
        return None
    with _no_interrupt():
        return start_fork_server(PRELOAD_KERNEL)


def _start_workers() -> BaseContext:
    """Return where workers come from: forks of one fresh interpreter, started if need be."""
    if not can_fork():
        return multiprocessing.get_context("spawn")
    context = _Workers()
    context.set_forkserver_preload([PRELOAD_SERVER])
    _settle_sockets()
    resource_tracker.ensure_running()  # its start lets go of what is held back, and loses it
    with _no_interrupt():
        forkserver.ensure_running()
    return context


@cache
def _settle_sockets() -> None:
    """Let the folder of multiprocessing's sockets outlive this process by one more at most."""
    hold_socket_folder(multiprocessing.util.get_temp_dir())


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Start programs that Ctrl-C, which is ours to handle, does not end while they start."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A program begins with what is held back here, and ignores it before it lets go. Any other
    # thread takes what this one holds back (numpy has such threads), so it is noted, and comes
    # when that is over: what was ignored meanwhile would be lost.
    noted: list[int] = []
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    handler = signal.signal(signal.SIGINT, lambda number, _: noted.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        if noted:
            signal.raise_signal(signal.SIGINT)


def _attributes() -> Any:
    """Return what a worker is to have of this process; None where it inherits it."""
    if not can_fork():
        return None
    from ketcontent.execution.process_attributes import own_attributes

    return own_attributes()


def _become_worker(
    kept: Path, environment: dict[str, str], kernels: socket.socket | None, attributes: Any
) -> None:
    """Make a worker end when it is told to, or when its parent is gone; its kernel follows."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # as kernels are to have it
    os.environ.clear()
    os.environ.update(environment)
    if attributes is not None:
        from ketcontent.execution.process_attributes import put_on

        put_on(attributes)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # it ends when it is told to
    # Kernels say on stderr how they died; on a full disk nowhere.
    with suppress(OSError):
        kept.mkdir(parents=True, exist_ok=True)
        handle = os.open(kept / "kernels.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, 2)
    if kernels is not None:
        attach(kernels)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # Where it was killed, it left the folder of the sockets of its workers.
        remove_socket_folder(multiprocessing.util.get_temp_dir())
        # SystemExit would not do: to the pool it is the result of a task, and the worker goes on.
        os._exit(1)


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if can_fork():
    from multiprocessing.context import ForkServerContext, ForkServerProcess

    class _Worker(ForkServerProcess):
        """A worker, which does not run the program that asks for it once more.

        multiprocessing imports that for what the work is made of, which is all ours here. A program
        that builds at its top would build in each worker, which waits for the build it is made for.
        """

        def start(self) -> None:
            program = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                super().start()
            finally:
                sys.modules["__main__"] = program

    class _Workers(ForkServerContext):
        """Where such workers come from."""

        Process = _Worker
