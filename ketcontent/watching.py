"""Build again whenever something is saved, and show it: for whoever is editing.

The workers stay warm between builds, so that a saved sentence is a page in the browser before the
editor has looked up. The page itself comes first; the index, and the review, which takes longest,
follow. The exports are served on this machine alone. What is served has a few lines of script in
it, which load the page again when it has changed and say when a build failed; what is published
has none.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from ketcontent import builds, files, workers
from ketcontent.builds import Built, Request
from ketcontent.errors import KetcontentError

FIRST = ("section", "document")
"""The notebooks of the page itself; these are built first."""

CHANGES = "/.changes"
"""Where the served pages ask what has changed."""

_SETTLED = 30
"""Milliseconds without a change after which a save is taken to be complete."""


_PATIENCE = 100
"""Milliseconds after which whoever listens for saves looks whether it is to end."""


@dataclass(frozen=True, slots=True)
class News:
    """What came of a save."""

    built: Built | None
    """What was built; None where it failed."""
    fault: str
    """What failed; empty where nothing did."""
    seconds: float
    """From the moment the save was seen to the moment its pages were in place."""


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
        When the port is taken, or a folder to watch is not there. A save that cannot be built
        raises nothing: it is told, and the next one is waited for.

    Examples
    --------
    >>> done = threading.Event()
    >>> done.set()
    >>> folders = (Path("no-such-data"), Path("exports"), Path("notebooks"))
    >>> watch(Request((), *folders, builds.EDITIONS, ("html",), False), stop=done)
    Traceback (most recent call last):
        ...
    ketcontent.errors.KetcontentError: There is no folder no-such-data to watch.
    hint: Run this in the folder of the project, or name its folders.
    """
    stop = stop or threading.Event()
    own = os.environ.get(files.TEMPLATES_VARIABLE)
    folders = [request.data, request.notebooks, *([Path(own)] if own else [])]
    for folder in folders:
        if not folder.is_dir():
            raise KetcontentError(
                f"There is no folder {folder} to watch.",
                hint="Run this in the folder of the project, or name its folders.",
                path=str(folder),
            )
    request.exports.mkdir(parents=True, exist_ok=True)
    board = _Board()
    with _served(request.exports, port, board) as address, _saves(folders, stop) as next_save:
        started(address)
        _build_at_each(request, jobs or workers.cores(), next_save, board, told)


@contextmanager
def _saves(folders: Sequence[Path], stop: threading.Event) -> Iterator[Callable[[], bool]]:
    """Give a function that waits for a save; it returns False when there is to be none any more.

    Saves are noticed from the start of the block on, also those that happen during a build.
    """
    from watchfiles import watch as changes_of

    saved: SimpleQueue[bool] = SimpleQueue()
    ended, ready = threading.Event(), threading.Event()

    def listen() -> None:
        for changes in changes_of(
            *folders,
            watch_filter=_counts,
            debounce=20 * _SETTLED,
            step=_SETTLED,
            stop_event=ended,
            rust_timeout=_PATIENCE,
            yield_on_timeout=True,
        ):
            ready.set()
            if changes:
                saved.put(True)
            if stop.is_set():
                break
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


def _counts(_: Any, path: str) -> bool:
    """Whether a changed path can change an export: no lock, no hidden file, nothing half saved."""
    return not any(part.startswith(".") for part in Path(path).parts[-2:])


def _build_at_each(
    request: Request,
    jobs: int,
    next_save: Callable[[], bool],
    board: _Board,
    told: Callable[[News], None],
) -> None:
    """Build, and again at each save, with workers that stay; new ones where one was killed."""
    waiting = True
    while waiting:
        with workers.pool(jobs, request.exports / builds.KEPT) as executor:
            while waiting:
                for news in _built(request, executor):
                    board.post(news)
                    told(news)
                waiting = next_save()
                if workers.is_broken(executor):
                    break


def _built(request: Request, executor: Any) -> Iterator[News]:
    """Build the page, then the rest; yield what came of each."""
    start = time.perf_counter()
    rest = tuple(name for name in builds.NOTEBOOKS if name not in FIRST)
    for only in (FIRST, rest):
        try:
            built = builds.rebuild(replace(request, only=only), lambda: nullcontext(executor))
        except KetcontentError as failure:
            report = getattr(failure, "report", None)
            said = f"{report}\n{failure}" if report is not None else str(failure)
            yield News(None, said, time.perf_counter() - start)
            return
        yield News(built, "", time.perf_counter() - start)


# --- serving ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Board:
    """What there is to tell the pages that are open."""

    news: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def post(self, news: News) -> None:
        made: Sequence[str] = news.built.made if news.built else ()
        with self.changed:
            self.news.append(json.dumps({"made": list(made), "fault": news.fault}))
            self.changed.notify_all()

    def after(self, count: int, patience: float) -> list[str]:
        """Return the news after the first `count`; nothing, where none come in time."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.news) > count, patience)
            return self.news[count:]


@contextmanager
def _served(exports: Path, port: int, board: _Board) -> Iterator[str]:
    """Serve the exports on this machine while the block runs; give their address."""
    handler = partial(_Handler, board=board, directory=str(exports))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as fault:
        raise KetcontentError(
            f"Port {port} cannot be used: {fault.strerror}.",
            hint="Name another with --port; without it, a free one is found.",
            port=port,
        ) from None
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


_SCRIPT = """\
<script nonce="{nonce}">
(() => {
  let here = decodeURIComponent(location.pathname).slice(1);
  if (here === "" || here.endsWith("/")) here += "index.html";
  const source = new EventSource("{changes}");
  source.onmessage = (event) => {
    const news = JSON.parse(event.data);
    let note = document.getElementById("_build-fault");
    if (!news.fault) {
      if (news.made.includes(here)) location.reload();
      else if (note) note.remove();
      return;
    }
    if (!note) {
      note = document.createElement("pre");
      note.id = "_build-fault";
      note.setAttribute("role", "alert");
      note.style.cssText = "position:fixed;inset:auto 0 0 0;max-height:50vh;overflow:auto;" +
        "margin:0;padding:1rem;background:#7f1d1d;color:#fff;white-space:pre-wrap;z-index:9";
      document.body.append(note);
    }
    note.textContent = news.fault;
  };
})();
</script>
"""


def _with_script(page: bytes) -> bytes:
    """Return a page with the script that keeps it fresh, and leave for that script alone.

    The page itself allows none; a word that a browser cannot know beforehand lets this one in.
    """
    nonce = secrets.token_urlsafe(16)
    script = _SCRIPT.replace("{nonce}", nonce).replace("{changes}", CHANGES)
    leave = f"default-src 'none'; script-src 'nonce-{nonce}'; connect-src 'self';"
    page = page.replace(b"default-src 'none';", leave.encode(), 1)
    before, end, after = page.rpartition(b"</body>")
    return before + script.encode() + end + after


class _Handler(SimpleHTTPRequestHandler):
    """Serves the exports to this machine, and tells pages that are open what has changed."""

    def __init__(self, *given: Any, board: _Board, directory: str) -> None:
        self.board = board
        super().__init__(*given, directory=directory)

    def do_GET(self) -> None:
        if not self._is_asked_for_by_name():
            self.send_error(403, "This is served to this machine alone.")
        elif self.path == CHANGES:
            self._tell()
        else:
            self._show()

    def do_HEAD(self) -> None:
        self.send_error(405)

    def _is_asked_for_by_name(self) -> bool:
        """Whether the browser asked this machine, and not a name that somebody made lead here."""
        host = self.headers.get("Host", "").rpartition(":")[0]
        return host in ("127.0.0.1", "localhost")

    def _show(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            if not self.path.split("?")[0].endswith("/"):
                self.send_response(301)
                self.send_header("Location", f"{self.path}/")
                self.end_headers()
                return
            path /= "index.html"
        hidden = any(part.startswith(".") for part in path.relative_to(self.directory).parts)
        try:
            data = b"" if hidden else path.read_bytes()
        except OSError:
            hidden = True
        if hidden:
            self.send_error(404, "There is no such export.")
            return
        kind = self.guess_type(str(path))
        if kind == "text/html":
            data = _with_script(data)
        self.send_response(200)
        charset = "; charset=utf-8" if kind.startswith("text/") else ""
        self.send_header("Content-Type", f"{kind}{charset}")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)

    def _tell(self) -> None:
        count = len(self.board.news)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        try:
            while True:
                for news in self.board.after(count, patience=10):
                    count += 1
                    self.wfile.write(f"data: {news}\n\n".encode())
                self.wfile.write(b": still here\n\n")
                self.wfile.flush()
        except OSError:  # the page was closed
            return

    def log_message(self, *_: Any) -> None:
        """Say nothing of each request."""
