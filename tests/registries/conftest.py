"""What the tests of registries share: a server that plays them, and who asks it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.registries.client import PAGES_VARIABLE, SERVICES, Client
from tests.registries.replay import Server, serve


@pytest.fixture(scope="package")
def running() -> Iterator[Server]:
    yield from serve()


@pytest.fixture
def server(running: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, asked instead of every registry and web page."""
    running.plays.clear()
    running.asked.clear()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for service in SERVICES:
        monkeypatch.setenv(service.variable, f"{running.address}/{service.name.lower()}")
    monkeypatch.setenv(PAGES_VARIABLE, f"{running.address}/pages")
    monkeypatch.delenv("KETCONTENT_PUBMED_KEY", raising=False)
    return running


NOW = datetime.datetime(2026, 11, 23, 10, 30, tzinfo=datetime.UTC)


@dataclass
class Clock:
    """A clock that goes on only where somebody waits."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waits.append(round(seconds, 2))
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> Client:
    """Who asks, keeps no answers and loses no time."""
    return Client("ann@example.org", clock=lambda: clock.now, wait=clock.wait, now=lambda: NOW)


@pytest.fixture
def cached(clock: Clock, tmp_path: Path) -> Client:
    return Client("ann@example.org", tmp_path / "cache", clock=lambda: clock.now, wait=clock.wait)


TEA = {
    "source": "lee-2021",
    "type": "article-journal",
    "title": "Green tea & sleep: a randomised trial",
    "authors": "Lee, A. B.; van der Roe, Jo; {Tea Trial Group}",
    "container_title": "J Teas",
    "issued": "2021-05",
    "volume": "12",
    "issue": "3",
    "page": "45-50",
    "doi": "10.5555/tea.2021",
}
"""A paper, written as an editor may write it."""


@cache
def _empty() -> Content:
    return empty_content()


def content_of(*rows: dict[str, Any]) -> Content:
    content = _empty()
    return replace(content, sources=frame_of("sources", list(rows), content))
