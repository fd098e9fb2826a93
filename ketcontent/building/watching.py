"""Build again whenever something is saved, and show it: for whoever is editing.

The workers stay warm between builds, so that a saved sentence is a page in the browser before the
editor has looked up. The page itself comes first; the index, and the review, which takes longest,
follow. The exports are served on this machine alone. What is served has a few lines of script in
it, which load the page again when it has changed and say when a build failed; what is published
has none.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from ketcontent.building.builds import rebuild
from ketcontent.building.grounds import require_exports
from ketcontent.building.plan import KEPT, NOTEBOOKS
from ketcontent.building.preview import Board, News, preview_server
from ketcontent.building.request import Request
from ketcontent.errors import KetcontentError, SavedMeanwhile
from ketcontent.execution import available_cores, is_broken, process_pool
from ketcontent.resources import TEMPLATES_VARIABLE

FIRST = ("section", "document")
"""The notebooks of the page itself; these are built first."""

_SETTLED = 30
"""Milliseconds without a change after which a save is taken to be complete."""

_LOOKS_EVERY = 100
"""Milliseconds after which whoever listens for saves looks whether it is to end."""


def watch(
    request: Request,
    *,
    jobs: int | None = None,
    port: int = 0,
    started: Callable[[str], None] = lambda _: None,
    told: Callable[[News], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> None:
    """Build, serve the exports, and build again at each save, until `stop` is set.

    Parameters
    ----------
    request
        What to build.
    jobs
        How many notebooks to run at once; by default one a core.
    port
        The port to serve on; by default one that is free.
    started
        Called once with the address of the exports.
    told
        Called after each build.
    stop
        Ends it.

    Raises
    ------
    KetcontentError
        When the port is taken, a folder to watch is not there, or the exports cannot be where they
        are to be. A save that cannot be built
        raises nothing: it is told, and the next one is waited for.
    """
    require_exports(request.exports, request.data, request.notebooks)
    stop = stop or threading.Event()
    own = os.environ.get(TEMPLATES_VARIABLE)
    folders = [request.data, request.notebooks, *([Path(own)] if own else [])]
    for folder in folders:
        if not folder.is_dir():
            raise KetcontentError(
                f"There is no folder {folder} to watch.",
                hint="Run this in the folder of the project, or name its folders.",
                path=str(folder),
            )
    request.exports.mkdir(parents=True, exist_ok=True)
    board = Board()
    with (
        preview_server(request.exports, port, board) as address,
        _saves(folders, stop) as next_save,
    ):
        started(address)
        _build_at_each(request, jobs or available_cores(), next_save, board, told)


@contextmanager
def _saves(folders: Sequence[Path], stop: threading.Event) -> Iterator[Callable[[], bool]]:
    """Give a function that waits for a save; it returns False when there is to be none any more.

    Saves are noticed from the start of the block on, also those that happen during a build.
    """
    from watchfiles import watch as changes_of

    saved: SimpleQueue[bool] = SimpleQueue()
    ended, ready = threading.Event(), threading.Event()

    def listen() -> None:
        while not (stop.is_set() or ended.is_set()):
            for changes in changes_of(
                *_folders_below(folders),
                watch_filter=_counts,
                debounce=20 * _SETTLED,
                step=_SETTLED,
                stop_event=ended,
                rust_timeout=_LOOKS_EVERY,
                yield_on_timeout=True,
                recursive=False,
            ):
                ready.set()
                if changes:
                    saved.put(True)
                if stop.is_set() or any(os.path.isdir(path) for _, path in changes):
                    break  # a new folder is to be watched too
        ready.set()
        saved.put(False)

    def next_save() -> bool:
        more = saved.get()
        while more and not saved.empty():  # several saves during a build are one
            more = saved.get()
        return more

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        ready.wait()
        yield next_save
    finally:
        ended.set()
        listener.join()


def _folders_below(folders: Iterable[Path]) -> list[str]:
    """Return folders with those below them, but for hidden ones and links, which lead anywhere."""
    found = []
    for folder in folders:
        for place, below, _ in os.walk(folder):
            below[:] = [name for name in below if not name.startswith(".")]
            found.append(place)
    return found


def _counts(_: Any, path: str) -> bool:
    """Whether a changed path can change an export: no lock, no hidden file, nothing half saved."""
    return not any(part.startswith(".") for part in Path(path).parts[-2:])


def _build_at_each(
    request: Request,
    jobs: int,
    next_save: Callable[[], bool],
    board: Board,
    told: Callable[[News], None],
) -> None:
    """Build, and again at each save, with workers that stay; new ones where one was killed."""
    waiting = True
    while waiting:
        with process_pool(jobs, request.exports / KEPT) as executor:
            while waiting:
                for news in _built(request, executor):
                    board.post(news)
                    told(news)
                waiting = next_save()
                if is_broken(executor):
                    break


def _built(request: Request, executor: Any) -> Iterator[News]:
    """Build the page, then the rest; yield what came of each."""
    start = time.perf_counter()
    rest = tuple(name for name in NOTEBOOKS if name not in FIRST)
    for only in (FIRST, rest):
        try:
            built = rebuild(replace(request, only=only), lambda: _workers(request, executor))
        except SavedMeanwhile as failure:  # that save has been noticed, and is built next
            built = failure.built
        except KetcontentError as failure:
            report = getattr(failure, "report", None)
            said = f"{report}\n{failure}" if report is not None else str(failure)
            if (failed := getattr(failure, "built", None)) is not None:
                said = "\n".join([*failed.told(request.exports), said])
            yield News(None, said, time.perf_counter() - start)
            return
        yield News(built, "", time.perf_counter() - start)


def _workers(request: Request, executor: Any) -> Any:
    """Return the workers that stay; others, where a notebook has killed one in this build."""
    if is_broken(executor):
        return process_pool(available_cores(), request.exports / KEPT)
    return nullcontext(executor)
