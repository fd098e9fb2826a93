"""Run a notebook and export it, many at once, each in a process that is already warm.

A run is one notebook with its parameters and the files that its exports go to. Runs are
independent of each other, so they share the machine's cores: a worker executes one with papermill
(`ketcontent.engine`), exports it at once, and says what became of it: how it failed, or what it
read and the digest of each file it wrote.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from ketcontent import files, ledgers, nursery, traces


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook to execute and export."""

    notebook: Path
    """The notebook."""
    parameters: dict[str, Any]
    """Its parameters."""
    document: str
    """The page it belongs to; empty for the index."""
    outputs: dict[str, str]
    """By format, the file to write, relative to the folder of the exports."""

    @property
    def name(self) -> str:
        """What to call the run in a line: notebook, page and part.

        Examples
        --------
        >>> Run(Path("n/section.ipynb"), {"section": "uses"}, "ketamine", {}).name
        'ketamine: section uses'
        """
        what = self.notebook.stem
        if what == "document":
            what = f"{self.parameters.get('edition', '')} edition"
        part = self.parameters.get("section", "")
        return ": ".join(filter(None, [self.document, f"{what} {part}".strip()]))

    @property
    def executed(self) -> str:
        """Where the executed notebook is kept, relative to the folder of executed notebooks.

        Examples
        --------
        >>> Run(Path("n/index.ipynb"), {}, "", {"html": "index.html"}).executed
        'index.ipynb'
        """
        return str(Path(next(iter(self.outputs.values()))).with_suffix(".ipynb"))


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that failed."""

    document: str
    """The page; empty for the index."""
    notebook: str
    """The file name of the notebook."""
    cell: int | None
    """The number of the cell in the saved notebook, counted from 1; None before any cell ran."""
    line: int | None
    """The line in the cell's source, counted from 1; None where it is not known."""
    source: str
    """That line; the first of the cell where it is not known."""
    exception: str
    """The exception, with its message."""
    saved: str
    """Where the half-run notebook is kept; empty where there is none."""

    def __str__(self) -> str:
        where = ", ".join(
            filter(
                None,
                [
                    self.notebook,
                    f"cell {self.cell}" if self.cell else "",
                    f"line {self.line}" if self.line else "",
                ],
            )
        )
        lines = [f"{self.document or 'all pages'}: {where}: {self.exception}"]
        lines += [f"    {self.source.strip()}"] if self.source.strip() else []
        lines += [f"    half-run notebook: {self.saved}"] if self.saved else []
        return "\n".join(lines)


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run."""

    failure: Failure | None
    """How it failed; None where it went well."""
    seconds: float
    """How long it took."""
    read: tuple[tuple[traces.Reading, str], ...] | None = None
    """What it read, files and folders each with its digest; None where nobody knows."""
    outputs: tuple[tuple[str, str], ...] = ()
    """The files it wrote, each with its digest."""


# --- this machine's cores --------------------------------------------------------------------


@contextmanager
def pool(jobs: int, kept: Path) -> Iterator[ProcessPoolExecutor]:
    """Hold workers; at the end of the block they are gone, at once where it ends in an exception.

    Parameters
    ----------
    jobs
        How many.
    kept
        The folder of the executed notebooks.

    Examples
    --------
    >>> with pool(1, Path("kept")) as executor:  # no worker starts before it has work
    ...     executor._max_workers
    1
    """
    before = set(multiprocessing.active_children())
    door = begin()
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
    >>> with pool(1, Path("kept")) as executor:
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


def begin() -> Any:
    """Start in the background what a pool needs to be warm: the sooner, the sooner it is ready.

    Kernels, which import most, come first. Where there are cores to spare, workers begin too.
    Returned is the door of the kernels' house (`nursery.open_house`); None where there is no fork.

    Examples
    --------
    >>> begin() is begin()
    True
    """
    if not nursery.can_fork():
        return None
    with _no_interrupt():
        door = nursery.open_house(KERNELS)
    if cores() > 2:
        _origin()
    return door


def _origin() -> Any:
    """Return where workers come from: forks of one fresh interpreter that imports all they need.

    What the caller has imported or changed reaches no notebook.
    """
    if not nursery.can_fork():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTS))
    with _no_interrupt():
        forkserver.ensure_running()
    return context


IMPORTS = ("ketcontent.workshop",)
"""What a worker imports before it does anything."""

KERNELS = (*nursery.WARM, "ketcontent.rehearsal")
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
        nursery.move_in(door)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # SystemExit would not do: to the pool it is the result of a task, and the worker goes on.
        os._exit(1)


# --- one run ---------------------------------------------------------------------------------


def run_one(run: Run, work: Path, kept: Path) -> Outcome:
    """Execute a notebook and export it in each format; say what became of it.

    Parameters
    ----------
    run
        The run.
    work, kept
        The folders to write the exports and the executed notebook to.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     run = Run(Path("no-such.ipynb"), {}, "tea", {"html": "tea/index.html"})
    ...     outcome = run_one(run, Path(folder, "work"), Path(folder, "kept"))
    >>> outcome.failure.exception[:17]
    'FileNotFoundError'
    """
    start, began = time.perf_counter(), time.time_ns()
    executed = kept / run.executed
    trace = executed.with_suffix(".trace")
    executed.parent.mkdir(parents=True, exist_ok=True)
    executed.unlink(missing_ok=True)
    trace.unlink(missing_ok=True)
    surroundings = {
        traces.TRACE: os.path.abspath(trace),
        traces.TABLES_OF_RUN: str(run.parameters.get("data", "")),
    }
    os.environ.update(surroundings)
    try:
        failure = _executed(run, executed)
        if failure is None:
            failure, outputs = _exported(run, executed, work)
    finally:
        for name in surroundings:
            os.environ.pop(name, None)
    read = traces.read_trace(trace)
    trace.unlink(missing_ok=True)
    seconds = time.perf_counter() - start
    if failure is not None:
        return Outcome(failure, seconds)
    return Outcome(None, seconds, _digested(read, began), outputs)


def _digested(
    read: list[traces.Reading] | None, began: int
) -> tuple[tuple[traces.Reading, str], ...] | None:
    """Return what was read with its digest, where it is a file or a folder."""
    if read is None:
        return None
    found = []
    for reading in read:
        known = ""
        if reading[0] in ("file", "folder"):
            known = ledgers.digest_now(reading)
            if known and os.stat(reading[1]).st_mtime_ns >= began:
                known = "changed while the notebook ran"
        found.append((reading, known))
    return tuple(found)


def _executed(run: Run, saved: Path) -> Failure | None:
    import logging

    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    fault: Exception | None = None
    try:
        papermill.execute_notebook(
            str(run.notebook),
            str(saved),
            parameters=run.parameters,
            cwd=str(run.notebook.parent),
            kernel_name="python3",
            engine_name="ketcontent",
            progress_bar=False,
            request_save_on_cell_execute=False,
            half_run=str(saved),
        )
    except papermill.PapermillExecutionError as raised:
        fault = raised
    except Exception as raised:
        return _failure(run, saved, raised)
    # To papermill, a cell tagged raises-exception fails, and one that calls sys.exit() is the end
    # of a notebook that went well. What counts here is whether all cells were run.
    notebook = json.loads(saved.read_bytes())
    if any(_facts(cell).get("exception") for cell in notebook["cells"]):
        return _failure(run, saved, fault)
    if fault:
        notebook["cells"] = [cell for cell in notebook["cells"] if not _is_marker(cell)]
        saved.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return None


def _facts(cell: dict[str, Any]) -> dict[str, Any]:
    """Return what papermill says of a cell it ran."""
    return dict(cell["metadata"].get("papermill", {}))


def _is_marker(cell: dict[str, Any]) -> bool:
    """Whether papermill put the cell in to point at an error."""
    return "papermill-error-cell-tag" in cell["metadata"].get("tags", ())


def _exported(
    run: Run, executed: Path, work: Path
) -> tuple[Failure | None, tuple[tuple[str, str], ...]]:
    """Export an executed notebook; return how that failed, and the digests of the files."""
    from ketcontent.exporters import export

    outputs = []
    try:
        for form, name in run.outputs.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            page = export(executed, form)
            files.write_through(path, page)
            outputs.append((name, ledgers.digest(page)))
    except Exception as fault:
        said = f"{type(fault).__name__} while exporting: {first_line(str(fault))}"
        return Failure(run.document, run.notebook.name, None, None, "", said, str(executed)), ()
    return None, tuple(outputs)


def _failure(run: Run, saved: Path, fault: Exception | None) -> Failure:
    """Return where a notebook failed, as it stands in the notebook that was saved."""
    said = f"{type(fault).__name__}: {first_line(str(fault))}"
    cells = json.loads(saved.read_bytes())["cells"] if saved.exists() else []
    # papermill marks the cell that raised; when the kernel died, the last one that was started.
    raised = [place for place, cell in enumerate(cells) if _facts(cell).get("exception")]
    started = [place for place, cell in enumerate(cells) if _facts(cell).get("start_time")]
    if not (raised or started):
        kept = str(saved) if cells else ""
        return Failure(run.document, run.notebook.name, None, None, "", said, kept)
    place = raised[0] if raised else started[-1]
    source = "".join(cells[place]["source"]).splitlines()
    line = 1 if len(source) == 1 else None
    for output in cells[place].get("outputs", ()):
        if output["output_type"] == "error":
            said = f"{output['ename']}: {first_line(output['evalue'])}".removesuffix(": ")
            line = _line_of(output["traceback"]) or line
    shown = source[(line or 1) - 1] if source else ""
    return Failure(run.document, run.notebook.name, place + 1, line, shown, said, str(saved))


_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_IN_CELL = re.compile(r"Cell In\[\d+\], line (\d+)")


def _line_of(traceback: Iterable[str]) -> int | None:
    """Return the line of the cell that a traceback starts from."""
    for entry in traceback:
        found = _IN_CELL.search(_ANSI.sub("", entry))
        if found:
            return int(found.group(1))
    return None


def first_line(text: str) -> str:
    """Return the first line of a text.

    Examples
    --------
    >>> first_line("one\\ntwo")
    'one'
    """
    return text.strip().splitlines()[0] if text.strip() else ""


def cores() -> int:
    """Return how many cores this process may use.

    Examples
    --------
    >>> cores() > 0
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
