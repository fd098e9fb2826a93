"""Serve the exports on this machine, and tell an open page that a build is done."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ketcontent.building.request import Built
from ketcontent.errors import KetcontentError
from ketcontent.places import read_file

CHANGES = "/.changes"
"""Where the served pages ask what has changed."""


@dataclass(frozen=True, slots=True)
class News:
    """What came of a save."""

    built: Built | None
    """What was built; None where it failed."""
    fault: str
    """What failed; empty where nothing did."""
    seconds: float
    """From the moment the save was seen to the moment its pages were in place."""


@dataclass(slots=True)
class Board:
    """What there is to tell the pages that are open."""

    news: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def post(self, news: News) -> None:
        """Tell whoever waits what a build made, or why it failed."""
        made: Sequence[str] = news.built.made if news.built else ()
        with self.changed:
            self.news.append(json.dumps({"made": list(made), "fault": news.fault}))
            self.changed.notify_all()

    def after(self, count: int, timeout: float) -> list[str]:
        """Return the news after the first `count`; nothing, where none come in time."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.news) > count, timeout)
            return self.news[count:]


@contextmanager
def preview_server(exports: Path, port: int, board: Board) -> Iterator[str]:
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


_OURS = re.compile(r"(127\.0\.0\.1|localhost)(:\d+)?")
"""What a browser calls this machine when it asks for a page of it."""


class _Handler(SimpleHTTPRequestHandler):
    """Serves the exports to this machine, and tells pages that are open what has changed."""

    def __init__(self, *given: Any, board: Board, directory: str) -> None:
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
        hosts = [_OURS.fullmatch(host) for host in self.headers.get_all("Host", [])]
        return len(hosts) == 1 and all(hosts)

    def _show(self) -> None:
        try:
            path, root = Path(self.translate_path(self.path)), Path(self.directory).resolve()
            inside = path.resolve().is_relative_to(root)
        except ValueError:  # no path can have that name
            inside = False
        if not inside:  # nor does a link lead out of the exports
            self.send_error(404, "There is no such export.")
            return
        if path.is_dir():
            if not self.path.split("?")[0].endswith("/"):
                self.send_response(301)
                self.send_header("Location", f"{self.path}/")
                self.end_headers()
                return
            path /= "index.html"
        parts = path.resolve().relative_to(root).parts  # a link may lead to what is hidden
        hidden = any(part.startswith(".") for part in parts)
        try:
            data = b"" if hidden else read_file(path, follow=False)
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
                for news in self.board.after(count, timeout=10):
                    count += 1
                    self.wfile.write(f"data: {news}\n\n".encode())
                self.wfile.write(b": still here\n\n")
                self.wfile.flush()
        except OSError:  # the page was closed
            return

    def log_message(self, *_: Any) -> None:
        """Say nothing of each request."""
