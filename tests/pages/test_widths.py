"""No page is wider than its screen: in both directions, with furniture of its own and without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent import assemble, list_documents, read_content, with_signoffs, write_content
from ketcontent.model.content import Content
from tests.conftest import ROOT
from tests.pages.test_in_a_browser import shown
from tests.pages.test_languages import invented, shipped, spoken_in
from tests.pages.test_machines import review_of

pytestmark = pytest.mark.browser

WIDTHS = (320, 360, 768, 1280)
SPOKEN = {
    "from left to right": "en",
    "from left to right, furniture in English": "fr",
    "from left to right, furniture translated": "qaa",
    "from right to left, furniture in English": "fa",
    "from right to left, furniture translated": "ar",
}
KINDS = ("index", "page", "section", "archive", "review")

PROTRUDING = """() => [...document.querySelectorAll("body *")]
    .filter(one => { const box = one.getBoundingClientRect();
                     return box.left < -1 || box.right > innerWidth + 1 })
    .filter(one => !one.closest(".table *"))
    .map(one => `${one.tagName} ${one.className} ${one.id}`)"""


def translated(language: str) -> list[dict[str, str]]:
    """Return the furniture in a language, where a test has it."""
    if language == "ar":
        return shipped(language)
    return invented(language) if language == "qaa" else []


def bundles(content: Content, kind: str, folder: Path) -> list[dict[str, Any]]:
    """Return what the notebook of a kind of page shows of the shipped page."""
    if kind == "review":
        write_content(content, folder)
        return review_of(folder, "ketamine")
    if kind == "index":
        return [list_documents(content)._repr_mimebundle_()]
    page = assemble(
        content,
        "ketamine",
        edition="supplied" if kind == "archive" else "current",
        section="description" if kind == "section" else "",
    )
    return [with_signoffs(content, page)._repr_mimebundle_()]


@pytest.fixture(scope="module")
def shipped_content() -> Content:
    return read_content(ROOT / "data")


@pytest.fixture(scope="module")
def tab(browser: Any) -> Iterator[Any]:
    """One tab for all pages: a new one for each page and width takes longer than to look at it."""
    tab = browser.new_page()
    yield tab
    tab.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", SPOKEN.values(), ids=SPOKEN)
def test_a_page_is_as_wide_as_its_screen_whether_its_first_link_is_seen_or_not(
    tab: Any, shipped_content: Content, tmp_path: Path, language: str, kind: str
) -> None:
    content = spoken_in(shipped_content, language, translated(language))
    # Each phrase in a language that no page has would be a finding: thirteen thousand.
    content = replace(content, phrases=content.phrases.assign(language=language))
    path = shown(tmp_path, kind, *bundles(content, kind, tmp_path / "data"))
    tab.goto(path.as_uri())
    tab.keyboard.press("Tab")
    link = tab.locator("a.skip:focus")
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 800})
        for is_seen in (True, False):
            if is_seen:
                tab.locator("a.skip").focus()
                box = link.bounding_box()
                assert box["width"] > 20
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= width
            else:
                tab.evaluate("document.activeElement.blur()")
                assert link.count() == 0
            root = tab.evaluate(
                "(one => [one.scrollWidth, one.clientWidth])(document.documentElement)"
            )
            assert root == [width, width], tab.evaluate(PROTRUDING)
            assert tab.evaluate("scrollX") == 0
