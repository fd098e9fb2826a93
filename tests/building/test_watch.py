"""Whoever edits sees each save as a page, on this machine alone, and readers get no script."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from ketcontent.building.plan import EDITIONS, PAGE_FORMATS
from ketcontent.building.preview import News
from ketcontent.building.request import Request
from ketcontent.building.watching import FIRST, watch
from ketcontent.errors import KetcontentError
from tests.conftest import LONG, make_project, start, tree, wait_until

pytestmark = pytest.mark.slow


@dataclass
class Watched:
    """A project that is being watched."""

    project: Path
    address: str
    news: list[News]

    def path(self, name: str) -> Path:
        return self.project / name

    def edit(self, name: str, old: str, new: str) -> None:
        """Change words in a file, as an editor that writes in place does."""
        path = self.path(name)
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def get(self, path: str, host: str = "") -> tuple[int, str, dict[str, str]]:
        place = self.address.removeprefix("http://").rstrip("/")
        connection = http.client.HTTPConnection(place, timeout=LONG)
        connection.request("GET", path, headers={"Host": host or place})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.headers)


def request_of(project: Path) -> Request:
    places = [project / name for name in ("data", "exports", "notebooks")]
    return Request((), *places, EDITIONS, PAGE_FORMATS, False)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    project = make_project(tmp_path_factory.mktemp("watched") / "project")
    news: list[News] = []
    addresses: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(
        target=watch,
        args=(request_of(project),),
        kwargs={"started": addresses.append, "told": news.append, "stop": stop},
    )
    thread.start()
    try:
        wait_until(lambda: len(news) >= 2)
        yield Watched(project, addresses[0], news)
    finally:
        stop.set()
        thread.join(LONG)


def test_the_pages_are_built_first_and_then_the_index_and_the_review(watched: Watched) -> None:
    first, second = watched.news[:2]
    assert first.built is not None
    assert second.built is not None
    pages = {"aspirin/index.html", "tea/sections/description.md"}
    rest = {"aspirin/review.html", "tea/review.html", "index.html", "editors.html"}
    assert pages <= set(first.built.made)
    assert rest & set(first.built.made) == set()
    assert rest <= set(second.built.made)
    assert FIRST == ("section", "document")


@pytest.mark.browser
def test_a_saved_sentence_is_on_the_open_page_without_anybody_asking(
    watched: Watched, browser: Any
) -> None:
    page = browser.new_page()
    page.goto(f"{watched.address}tea/index.html")
    before = tree(watched.path("exports"))
    watched.edit("data/statements.csv", "holds caffeine", "is brewed from leaves")
    page.get_by_text("Green tea is brewed from leaves.").wait_for(timeout=60_000)
    review = watched.path("exports/tea/review.html")
    wait_until(lambda: review.read_bytes() != before["tea/review.html"])
    page.close()
    for name, data in tree(watched.path("exports")).items():
        assert b"EventSource" not in data, name
    assert "EventSource" in watched.get("/tea/index.html")[1]


@pytest.mark.browser
def test_a_save_that_cannot_be_built_is_said_on_the_page_and_the_next_one_is_built(
    watched: Watched, browser: Any
) -> None:
    page = browser.new_page()
    page.goto(f"{watched.address}aspirin/")
    watched.edit("data/statements.csv", "pain-1", "Pain <b>1")
    alert = page.get_by_role("alert")
    alert.wait_for(timeout=60_000)
    assert "'Pain <b>1' is not a key." in alert.inner_text()
    assert "hint: Use lower-case letters" in alert.inner_text()
    watched.edit("data/statements.csv", "Pain <b>1", "pain-1")
    alert.wait_for(state="detached", timeout=60_000)
    page.close()


def test_a_notebook_that_fails_is_told_and_what_was_published_stays(watched: Watched) -> None:
    notebook = watched.path("notebooks/index.ipynb")
    whole, before, count = notebook.read_text(), tree(watched.path("exports")), len(watched.news)
    notebook.write_text(whole.replace("list_documents(content)", "list_documents(1 / 0)"))
    failed = wait_until(lambda: [one for one in watched.news[count:] if one.fault])
    assert "ZeroDivisionError" in failed[0].fault
    assert failed[0].built is None
    after = tree(watched.path("exports"))
    assert after["index.html"] == before["index.html"]
    notebook.write_text(whole)
    wait_until(lambda: watched.news[-1].built is not None)


def test_only_exports_are_served_and_only_to_this_machine_by_its_name(watched: Watched) -> None:
    status, text, headers = watched.get("/")
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<title>" in text
    assert watched.get("/tea")[0] == 301
    assert watched.get("/tea/index.md")[0] == 200
    for hidden in ("/.ketcontent/actions.sqlite", "/.notebooks/index.ipynb", "/../data/people.csv"):
        assert watched.get(hidden)[0] == 404
    assert watched.get("/no-such-page.html")[0] == 404
    assert watched.get("/", host="evil.example:80")[0] == 403
    port = int(watched.address.rstrip("/").rpartition(":")[2])
    open_ = psutil.Process().net_connections()
    assert {one.laddr.ip for one in open_ if one.laddr.port == port} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        (["127.0.0.1:{port}"], 200),
        (["localhost:{port}"], 200),
        (["LOCALHOST.evil.example:{port}"], 403),
        (["evil.example:{port}"], 403),
        (["127.0.0.1.evil.example"], 403),
        (["127.0.0.1:{port}", "evil.example"], 403),
        (["evil.example", "127.0.0.1:{port}"], 403),
        (["127.0.0.1:{port}@evil.example"], 403),
        ([], 403),
    ],
)
def test_nothing_is_served_to_a_page_that_goes_by_another_name(
    watched: Watched, hosts: list[str], status: int
) -> None:
    place = watched.address.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(place, timeout=LONG)
    connection.putrequest("GET", "/index.html", skip_host=True)
    for host in hosts:
        connection.putheader("Host", host.format(port=place.rpartition(":")[2]))
    connection.endheaders()
    assert connection.getresponse().status == status


def test_nothing_behind_a_link_is_served_or_watched_and_no_address_breaks_it(
    watched: Watched, tmp_path: Path
) -> None:
    (tmp_path / "secret.html").write_text("a secret")
    exports, notebooks = watched.path("exports"), watched.path("notebooks")
    (exports / "out").symlink_to(tmp_path)
    (exports / "out.html").symlink_to(tmp_path / "secret.html")
    (exports / "in.html").symlink_to(exports / "index.html")
    (exports / "hidden").symlink_to(exports / ".ketcontent")
    os.mkfifo(exports / "pipe.html")
    (notebooks / "out").symlink_to(tmp_path)
    (notebooks / "below").mkdir()
    wait_until(lambda: watched.news[-1].built is not None)
    for path in (
        *("/out/secret.html", "/out.html", "/in.html", "/pipe.html", "/a%00b", "/%2e%2e/x"),
        "/hidden/CACHEDIR.TAG",
    ):
        assert watched.get(path)[0] == 404, path
    for name in ("out", "out.html", "in.html", "pipe.html", "hidden"):
        (exports / name).unlink()
    count = len(watched.news)
    (tmp_path / "secret.html").write_text("another secret")
    watched.edit("data/statements.csv", "It lowers a fever", "It may lower a fever")
    wait_until(lambda: len(watched.news) >= count + 2)
    assert len(watched.news) == count + 2  # the pages, and the rest
    (notebooks / "below" / "extra.txt").write_text("read by a notebook")
    wait_until(lambda: len(watched.news) >= count + 4)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    for name in ("data", "notebooks"):
        (tmp_path / name).mkdir()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(KetcontentError) as caught:
            watch(request_of(tmp_path), port=port)
    assert str(caught.value) == (
        f"Port {port} cannot be used: Address already in use.\n"
        "hint: Name another with --port; without it, a free one is found."
    )


def test_ctrl_c_ends_it_and_leaves_no_process(copy_of_built: Path) -> None:
    run = start("build", "--watch", cwd=copy_of_built, env={"WATCH_UNDER_TEST": str(copy_of_built)})
    assert run.stdout is not None
    said = run.stdout.readline()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/ shows what you save\. Ctrl-C ends it\.\n", said)

    def started() -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("WATCH_UNDER_TEST") == str(copy_of_built):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    wait_until(lambda: len(started()) > 2)
    os.killpg(run.pid, signal.SIGINT)
    out, error = run.communicate()
    assert run.returncode == 0
    assert out.splitlines()[-1] == "Ended."
    assert "Traceback" not in error
    wait_until(lambda: not started())
