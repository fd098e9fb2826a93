"""A server on loopback that plays answers in the form in which registries give them."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ANSWERS = Path(__file__).parent / "answers"


def recorded(name: str) -> str:
    """An answer that was written down for the tests."""
    return (ANSWERS / name).read_text("utf-8")


def crossref(doi: str = "10.5555/tea.2021", /, **changes: Any) -> str:
    """Crossref's answer about a sound paper, with some of it changed."""
    said = json.loads(recorded("crossref-sound.json"))
    said["message"] |= {"DOI": doi, **changes}
    return json.dumps(said)


@dataclass(frozen=True)
class Play:
    """One answer."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    breaks_off: bool = False
    """Whether the connection ends in the middle of it."""
    drips: bool = False
    """Whether it comes letter by letter, and its end is not to be waited for."""


@dataclass
class Server:
    """What is played at which path, and what was asked."""

    address: str
    plays: dict[str, list[Play]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = field(default_factory=list)

    def play(self, path: str, *plays: Play | str) -> None:
        """Answer at a path with each of these in turn, and with the last from then on."""
        self.plays[path] = [one if isinstance(one, Play) else Play(one) for one in plays]

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [path for path, _, _ in self.asked]


def serve() -> Iterator[Server]:
    """Give a server that runs until it is not needed any more; what is not played is a 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path = unquote(parts.path)
            server.asked.append((path, parse_qs(parts.query), dict(self.headers)))
            left = server.plays.get(path, [Play("Resource not found.", 404)])
            play = left.pop(0) if len(left) > 1 else left[0]
            body = play.body.encode()
            if play.drips:
                self._drip()
                return
            self.send_response(play.status)
            for name, said in play.headers.items():
                self.send_header(name, said)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if play.breaks_off else body)

        def _drip(self) -> None:
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):  # nobody waits any more
                for _ in range(100):
                    self.wfile.write(b" ")
                    time.sleep(0.02)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        server = Server(f"http://127.0.0.1:{running.server_address[1]}")
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            running.shutdown()
