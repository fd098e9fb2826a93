"""Exported pages in Chromium: what they ask for, who can read them, how they fit a screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

from ketcontent import read_content
from ketcontent.execution.exporters import export
from ketcontent.reports.display import show
from ketcontent.reports.summaries import summary
from ketcontent.reports.tables import changes
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

PAGES = {
    "index": "index.html",
    "page": "ketamine/index.html",
    "archive copy": "ketamine/supplied.html",
    "section": "ketamine/sections/description.html",
    "review": "ketamine/review.html",
    "review with redlines": "redlines.html",
    "reviews of all pages": "editors.html",
}

each_page = pytest.mark.parametrize("place", PAGES.values(), ids=PAGES)


def shown(folder: Path, name: str, *bundles: dict[str, Any]) -> Path:
    """Export a notebook whose cells show `bundles`, without running anything."""
    cells = [
        v4.new_code_cell(outputs=[v4.new_output("display_data", data=bundle)]) for bundle in bundles
    ]
    notebook = folder / f"{name}.ipynb"
    nbformat.write(v4.new_notebook(cells=cells), notebook)
    page = folder / f"{name}.html"
    page.write_bytes(export(notebook, "html"))
    return page


def redlines(folder: Path) -> Path:
    """Export a review of the shipped page with every kind of change."""
    content = read_content(ROOT / "data")
    statements = content.statements.copy()
    words = statements["text"].str
    statements["text"] = words.replace("may", "can").str.replace("is", "is not", n=1)
    changed = replace(content, statements=statements)
    table = show(changes(changed, "ketamine"), "Changes")
    told = summary(changed, "ketamine")
    return shown(folder, "redlines", told._repr_mimebundle_(), table._repr_mimebundle_())


@pytest.fixture(scope="module")
def exports(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of the shipped page, and a review of it with every kind of change."""
    folder = shutil.copytree(shipped, tmp_path_factory.mktemp("shown") / "exports")
    redlines(folder)
    return folder


@pytest.fixture(scope="module")
def requests() -> list[str]:
    """Every address that the page of a test named to load, even where its policy forbade it."""
    return []


@pytest.fixture(scope="module")
def sent() -> list[str]:
    """Every request of the page of a test that would have left the machine."""
    return []


@pytest.fixture(scope="module")
def tab(browser: Any, requests: list[str], sent: list[str]) -> Iterator[Any]:
    """A tab from which nothing but files of this machine can be loaded."""

    def stop(route: Any) -> None:
        sent.append(route.request.url)
        route.abort()

    context = browser.new_context()
    context.on("request", lambda request: requests.append(request.url))
    context.route("http*://**/*", stop)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(tab: Any, requests: list[str], sent: list[str]) -> Any:
    """The tab, empty and as wide as usual: a new one for each test takes longer than the test."""
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.goto("about:blank")
    requests.clear()
    sent.clear()
    return tab


@each_page
def test_a_page_asks_for_nothing_but_itself(
    page: Any, requests: list[str], exports: Path, place: str
) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    address = (exports / place).as_uri()
    page.goto(address, wait_until="networkidle")
    assert requests == [address]
    assert faults == []


@each_page
def test_a_page_fits_a_screen_320_pixels_wide(page: Any, exports: Path, place: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto((exports / place).as_uri())
    assert page.evaluate("document.scrollingElement.scrollWidth") == 320


@each_page
def test_the_first_key_leads_to_a_link_that_skips_to_the_page(
    page: Any, exports: Path, place: str
) -> None:
    page.goto((exports / place).as_uri())
    skip = page.locator("a.skip")
    hidden = skip.bounding_box()
    assert (hidden["width"], hidden["height"]) == (1, 1)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    seen = skip.bounding_box()
    assert (seen["x"] >= 0, seen["y"] >= 0) == (True, True)
    assert (seen["width"] > 100, seen["height"] > 20) == (True, True)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"


@each_page
def test_a_screen_reader_finds_one_title_and_the_landmarks(
    page: Any, exports: Path, place: str
) -> None:
    page.goto((exports / place).as_uri())
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("main").count() == 1
    whole_page = place in {PAGES["page"], PAGES["archive copy"]}
    assert page.get_by_role("navigation", name="On this page").count() == int(whole_page)


def test_every_link_of_the_contents_list_leads_to_its_heading(page: Any, exports: Path) -> None:
    page.goto((exports / PAGES["page"]).as_uri())
    links = page.get_by_role("navigation", name="On this page").get_by_role("link").all()
    assert links
    for link in links:
        link.click()
        target = page.locator(":target")
        assert target.get_by_role("heading").first.inner_text() == link.inner_text()


RUNS_AND_LOADS = """\
<script>window.ran = true</script><script src="https://evil.example/a.js"></script>
<img src="https://evil.example/b.png" onerror="window.ran = true"><svg onload="window.ran = true">
</svg><p style="background: url(https://evil.example/c.png)">kept words</p>
<style>@import "https://evil.example/d.css";</style>
<style>p { background: url(https://evil.example/e.png) }</style>
<link rel="stylesheet" href="https://evil.example/f.css"><iframe src="https://evil.example"></iframe>
<video src="https://evil.example/g" poster="https://evil.example/h"></video>
"""


def test_a_page_with_what_a_stranger_shows_runs_nothing_and_asks_for_nothing(
    page: Any, requests: list[str], tmp_path: Path
) -> None:
    address = shown(tmp_path, "strange", {"text/html": RUNS_AND_LOADS}).as_uri()
    page.goto(address, wait_until="networkidle")
    assert page.get_by_text("kept words").is_visible()
    assert page.evaluate("window.ran") is None
    assert requests == [address]


def test_what_a_stranger_passes_off_as_ours_is_cleaned(
    page: Any, sent: list[str], tmp_path: Path
) -> None:
    ours = {"application/vnd.ketcontent+json": '{"kind": "part"}'}
    strange = shown(tmp_path, "strange", {"text/html": RUNS_AND_LOADS, **ours})
    assert "window.ran = true" not in strange.read_text()
    page.goto(strange.as_uri(), wait_until="networkidle")
    assert page.get_by_text("kept words").is_visible()
    assert page.evaluate("window.ran") is None
    assert sent == []
