"""Reading an exported page in Chromium: for everyone, on any screen, by keyboard, on paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from ketcontent.pages.index import Entry, Index, Translation
from tests.pages.test_in_a_browser import PAGES, shown

pytestmark = pytest.mark.browser

READERS = {name: place for name, place in PAGES.items() if not name.startswith("review")}
each_page = pytest.mark.parametrize("place", READERS.values(), ids=READERS)

EVERY_RULE = """
async () => {
  // "hidden-content" only tells that something is hidden; what is folded is opened before.
  const names = axe.getRules().map(one => one.ruleId).filter(one => one !== "hidden-content");
  const rules = Object.fromEntries(names.map(one => [one, {enabled: true}]));
  const found = await axe.run(document, {rules, resultTypes: ["violations", "incomplete"]});
  const said = kind => found[kind].map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`);
  return {faults: [...said("violations"), ...said("incomplete")],
          passed: found.passes.map(one => one.id)};
}
"""

FOCUSED = """
() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  return {name: one.getAttribute("aria-label") || one.textContent.trim() || one.id,
          seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
          outline: style.outlineStyle === "solid" ? parseFloat(style.outlineWidth) : 0,
          opacity: parseFloat(style.opacity)};
}
"""

LINES = """
() => [...document.querySelectorAll("h1, h2, h3, p, li, dt, dd, summary, legend, label")]
  .filter(one => one.checkVisibility({contentVisibilityAuto: true}) && !one.closest(".skip"))
  .map(one => { const box = one.getBoundingClientRect();
                return {words: one.textContent.trim().slice(0, 60), top: box.top, left: box.left,
                        right: box.right, bottom: box.bottom,
                        column: one.closest("nav") ? "contents" : "text"}; })
  .filter(one => one.words && one.bottom > one.top)
"""


@pytest.fixture(scope="module")
def exports(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of the shipped page, and an index of a thousand pages."""
    entries = tuple(
        Entry(
            document=f"page-{number}",
            name=f"{chr(65 + number % 26)} page {number}",
            language="en",
            review_every_days=365,
            supplied=number % 3 == 0,
            state="reviewed" if number % 2 else "draft",
            last_review="2026-01-31" if number % 2 else "",
            next_review="2027-01-31" if number % 2 else "",
            language_name="English",
            translations=(Translation("page-7", "de", "Deutsch"),) if number == 3 else (),
        )
        for number in sorted(range(1000), key=lambda number: (number % 26, number))
    )
    folder = shutil.copytree(shipped, tmp_path_factory.mktemp("shown") / "exports")
    shown(folder, "thousand", Index(entries)._repr_mimebundle_())
    shown(folder, "hundred", Index(entries[:100])._repr_mimebundle_())
    return folder


@pytest.fixture(scope="module")
def tab(browser: Any) -> Iterator[Any]:
    """A tab for all tests of this file."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def page(tab: Any) -> Iterator[Any]:
    """The tab, as a reader who asked for nothing special has it."""
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.emulate_media(color_scheme="light", forced_colors="none", media="screen")
    yield tab
    tab.emulate_media(color_scheme="light", forced_colors="none", media="screen")


# --- everyone --------------------------------------------------------------------------------

# Colours depend on no width; but what is shown at the narrowest and at the widest differs most.
LOOKS = [
    *((width, "light", "none") for width in (320, 768, 1440)),
    *((width, "dark", "none") for width in (320, 1440)),
    (1440, "light", "active"),
]


@each_page
def test_axe_with_every_rule_on_finds_nothing_and_is_in_doubt_of_nothing(
    page: Any, exports: Path, place: str
) -> None:
    page.goto((exports / place).as_uri())
    # What is folded away is looked at too.
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.evaluate(Axe().axe_script)
    for width, scheme, forced in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, forced_colors=forced)
        found = page.evaluate(EVERY_RULE)
        assert found["faults"] == [], (width, scheme, forced)
        assert {"color-contrast-enhanced", "target-size", "heading-order"} <= set(
            found["passed"]
        ) | ({"target-size", "color-contrast-enhanced"} if forced == "active" else set())


def test_axe_finds_nothing_on_an_index_of_many_pages(page: Any, exports: Path) -> None:
    page.goto((exports / "hundred.html").as_uri())
    page.evaluate(Axe().axe_script)
    assert page.evaluate(EVERY_RULE)["faults"] == []


@each_page
def test_at_400_percent_nothing_is_cut_off_or_scrolls_sideways(
    page: Any, exports: Path, place: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 256})  # 1280 by 1024 at 400%
    page.goto((exports / place).as_uri())
    assert page.evaluate("document.scrollingElement.scrollWidth") == 320
    assert (
        page.evaluate("""() => [...document.querySelectorAll("main *")].filter(one => {
        const style = getComputedStyle(one);
        return one.scrollWidth > one.clientWidth + 1 && style.overflowX === "hidden";
    }).length""")
        == 0
    )


@each_page
def test_every_key_stop_is_seen_with_an_outline(page: Any, exports: Path, place: str) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto((exports / place).as_uri())
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    stops = page.evaluate("""() => [...document.querySelectorAll("a, summary, input")]
        .filter(one => one.checkVisibility({contentVisibilityAuto: true})).length""")
    seen = 0
    while seen <= stops:
        page.keyboard.press("Tab")
        one = page.evaluate(FOCUSED)
        if one is None:
            break
        assert one["seen"], one
        assert one["outline"] >= 2, one
        assert one["opacity"] == 1, one
        assert one["name"], "a stop without a name"
        seen += 1
    # A group of radio buttons is one stop.
    assert seen == stops - (2 if page.locator("input").count() else 0)


@each_page
def test_headings_go_down_one_level_at_a_time(page: Any, exports: Path, place: str) -> None:
    page.goto((exports / place).as_uri())
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4')].map(one => Number(one.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("width", [360, 1440])
@each_page
def test_a_page_is_read_out_in_the_order_in_which_it_is_seen(
    page: Any, exports: Path, place: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((exports / place).as_uri())
    for column in ("text", "contents"):
        lines = [one for one in page.evaluate(LINES) if one["column"] == column]
        for before, after in pairwise(lines):
            below = after["top"] >= before["top"] - 1
            assert below, (before["words"], after["words"])


def test_the_contents_come_before_the_text_they_stand_beside(page: Any, exports: Path) -> None:
    page.goto((exports / PAGES["page"]).as_uri())
    lines = page.evaluate(LINES)
    first = next(place for place, one in enumerate(lines) if one["column"] == "contents")
    last = len(lines) - next(
        place for place, one in enumerate(reversed(lines)) if one["column"] == "contents"
    )
    beside = [one for one in lines[last:] if one["top"] < lines[last - 1]["bottom"]]
    assert beside
    assert all(one["left"] >= lines[first]["right"] for one in beside)
    assert all(one["bottom"] <= lines[first]["top"] for one in lines[:first])


@each_page
def test_nothing_moves_for_who_asked_for_less_motion(page: Any, exports: Path, place: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto((exports / place).as_uri())
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    assert page.evaluate("document.getAnimations().length") == 0
    page.emulate_media(reduced_motion="no-preference")


# --- reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 1440])
def test_state_dates_and_crisis_contacts_are_seen_without_scrolling(
    page: Any, exports: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto((exports / PAGES["page"]).as_uri())
    for words in ("No clinician has reviewed this page", "Last review:", "Next review:"):
        box = page.get_by_text(words).first.bounding_box()
        assert box["y"] + box["height"] <= 740, words
    crisis = page.get_by_role("note", name="Help now").first
    assert crisis.bounding_box()["y"] < 500
    assert "988" in crisis.inner_text()
    supervision = page.get_by_role("note", name="Important").first
    assert "only where trained staff can watch" in supervision.inner_text()
    assert crisis.bounding_box()["y"] < supervision.bounding_box()["y"]
    first = page.locator("h2").first.bounding_box()
    assert supervision.bounding_box()["y"] < first["y"]


def test_the_contents_list_follows_on_a_wide_screen(page: Any, exports: Path) -> None:
    page.goto((exports / PAGES["page"]).as_uri())
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    contents = page.get_by_role("navigation", name="On this page")
    link = contents.get_by_role("link", name="Key points")
    assert link.is_visible()
    page.locator("#pregnancy").scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 400)")
    box = contents.bounding_box()
    assert 0 <= box["y"] < 100
    assert box["y"] + box["height"] <= 900


def test_the_contents_list_folds_on_a_narrow_screen(page: Any, exports: Path) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto((exports / PAGES["page"]).as_uri())
    contents = page.get_by_role("navigation", name="On this page")
    link = contents.get_by_role("link", name="Key points")
    assert not link.is_visible()
    contents.locator("summary").focus()
    page.keyboard.press("Enter")
    assert link.is_visible()
    contents.locator("summary").click()
    assert not link.is_visible()


def test_a_line_of_text_has_a_comfortable_measure(page: Any, exports: Path) -> None:
    page.goto((exports / PAGES["page"]).as_uri())
    text = page.locator("#effects p").first
    characters = text.evaluate("""one => {
        const size = parseFloat(getComputedStyle(one).fontSize);
        return one.getBoundingClientRect().width / (size * 0.5);
    }""")
    assert 45 <= characters <= 85
    assert text.evaluate("one => parseFloat(getComputedStyle(one).lineHeight)") >= 27


def test_each_certainty_is_in_words_and_the_legend_explains_it(page: Any, exports: Path) -> None:
    page.goto((exports / PAGES["page"]).as_uri())
    marks = page.locator("main p small a, main li small a")
    legend = page.locator("#_certainty dt")
    assert set(marks.all_text_contents()) == set(legend.all_text_contents())
    assert legend.all_text_contents() == ["low certainty", "very low certainty"]
    marks.first.click()
    assert page.locator(":target").is_visible()
    assert page.locator(":target").inner_text() == marks.first.inner_text()


def test_a_sentence_has_an_address_of_its_own(page: Any, exports: Path) -> None:
    page.goto((exports / PAGES["page"]).as_uri())
    link = page.locator('.from a[href="#s_form-1"]')
    assert link.text_content() == "Sentence 1"
    assert not page.locator("#s_form-1").is_visible()
    page.goto("about:blank")
    page.goto(f"{(exports / PAGES['page']).as_uri()}#s_form-1")
    assert page.locator(":target").is_visible()  # the browser unfolds what it stands in
    assert page.locator(":target").inner_text().startswith("The only approved ketamine product")


def test_a_citation_leads_to_its_source_and_going_back_to_the_sentence(
    page: Any, exports: Path
) -> None:
    page.goto((exports / PAGES["page"]).as_uri())
    rests = page.locator("#conclusion > .from")
    rests.get_by_text("Sources").click()
    link = rests.get_by_role("listitem").filter(has_text="Sentence 1").get_by_role("link").nth(1)
    link.click()
    source = page.locator(":target")
    assert source.get_by_role("link", name=re.compile("^(doi:|https:)")).count() == 1
    # A browser glides there, and would glide on if a reader went back before there was a source.
    page.wait_for_function(
        """() => {
            const before = window.stood;
            window.stood = document.querySelector(":target").getBoundingClientRect().top;
            return window.stood === before && window.stood >= 0 && window.stood < innerHeight;
        }""",
        polling=200,
    )
    page.go_back()
    page.wait_for_function(
        """() => {
            const place = document.getElementById("s_conclusion-6").getBoundingClientRect();
            return !location.hash && place.top >= 0 && place.bottom <= innerHeight;
        }"""
    )


def test_the_first_use_of_a_term_leads_to_the_glossary(page: Any, exports: Path) -> None:
    page.goto((exports / PAGES["page"]).as_uri())
    terms = page.locator("#_terms dt")
    linked = page.locator("a.term")
    assert linked.count() >= 20
    names = [one.casefold() for one in linked.all_text_contents()]
    assert len(names) == len(set(names))
    assert set(names) <= {one.casefold() for one in terms.all_text_contents()}
    seen = linked.locator("visible=true").first
    seen.click()
    target = page.locator(":target")
    assert target.is_visible()
    assert target.inner_text().casefold() == seen.inner_text().casefold()


def test_a_page_is_short_until_a_reader_unfolds_it(page: Any, exports: Path) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto((exports / PAGES["page"]).as_uri())
    assert page.evaluate("document.documentElement.scrollHeight") <= 20 * 740
    tops = {
        one.inner_text(): one.bounding_box()["y"]
        for one in page.get_by_role("heading", level=2).all()
    }
    assert len(tops) <= 7
    [(first, top), (second, below), *_] = tops.items()
    assert (first, second) == ("Key points", "Dangers and emergencies")
    assert (top <= 740 - 40, below <= 2 * 740 - 40) == (True, True)
    stops = page.locator("a, summary, input").locator("visible=true")
    assert stops.count() <= 120
    card = page.get_by_role("heading", name="Emergency signs").locator("..")
    assert card.get_by_role("link", name="999").is_visible()


@pytest.mark.parametrize("width", [320, 360, 1440])
def test_no_mark_of_certainty_stands_alone_on_a_line(page: Any, exports: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto((exports / PAGES["page"]).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    alone = page.evaluate("""() => [...document.querySelectorAll("p small, li small")]
        .filter(one => {
            const words = [...one.previousElementSibling.getClientRects()].at(-1);
            return one.getClientRects()[0].top > words.bottom - 4;
        })
        .map(one => one.previousElementSibling.textContent)""")
    assert page.locator("p small, li small").count() > 40
    assert alone == []


def test_pages_are_as_light_as_promised(exports: Path) -> None:
    assert (exports / PAGES["page"]).stat().st_size <= 140_000
    assert (exports / PAGES["section"]).stat().st_size <= 40_000


def test_the_index_filters_by_state_without_a_script(page: Any, exports: Path) -> None:
    page.goto((exports / "thousand.html").as_uri())
    items = page.locator(".pages > li:visible")
    assert items.count() == 1000
    page.get_by_label("reviewed pages").check()
    assert items.count() == 500
    page.get_by_label("drafts").check()
    assert items.count() == 500
    assert "reviewed" not in page.locator(".pages > li:visible").first.get_attribute("class")
    page.get_by_label("all pages").check()
    assert items.count() == 1000
    letters = page.locator("h2").all_inner_texts()
    assert letters == [chr(65 + place) for place in range(26)]


PICTURE = """() => {
  const bars = document.querySelector(".bars"), drawing = bars.querySelector("svg");
  const box = drawing.getBoundingClientRect(), labels = bars.querySelector("span");
  const grounds = [];
  for (let one = bars; one; one = one.parentElement) {
    grounds.push(getComputedStyle(one).backgroundColor);
  }
  return {colour: getComputedStyle(drawing.querySelector("path")).stroke,
          words: getComputedStyle(labels).color, grounds,
          width: box.width, height: box.height, right: box.right,
          beside: box.left >= labels.getBoundingClientRect().right};
}"""


@pytest.mark.parametrize(
    "media",
    [
        *({"color_scheme": "light"}, {"color_scheme": "dark"}, {"media": "print"}),
        {"color_scheme": "dark", "forced_colors": "active"},
    ],
    ids=str,
)
def test_a_picture_is_seen_in_each_scheme_and_heard_once(
    page: Any, exports: Path, media: dict[str, Any]
) -> None:
    page.set_viewport_size({"width": 320, "height": 740})
    page.emulate_media(**media)
    page.goto((exports / PAGES["page"]).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    seen = page.evaluate(PICTURE)
    assert seen["beside"]
    assert seen["width"] > 60
    assert seen["height"] > 8
    assert seen["right"] <= 320
    ground = next((one for one in seen["grounds"] if one.startswith("rgb(")), "rgb(255, 255, 255)")
    assert contrast(seen["colour"], ground) >= 7
    item = page.locator("li:has(> .bars)").first
    assert item.locator(".bars").inner_text().split("\n")[0] in item.inner_text()
    assert item.aria_snapshot().count("64 in 100") == 1


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2): 1 to 21."""
    lights = []
    for colour in (one, other):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        lights.append(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05)
    return max(lights) / min(lights)


@pytest.fixture
def thousand(page: Any, exports: Path) -> Any:
    """The index of a thousand pages, and what the browser says while a reader uses it."""
    page.said = []
    page.on("console", lambda one: page.said.append(one.text))
    page.goto((exports / "thousand.html").as_uri())
    yield page
    assert page.said == []


ROWS = ".pages > li:visible"


def test_the_index_finds_pages_while_a_reader_types(thousand: Any) -> None:
    field, told = thousand.get_by_label("Find a page"), thousand.get_by_role("status")
    assert told.inner_text() == "Pages shown: 1000"
    field.focus()
    thousand.keyboard.type("pagé 12")  # without minding accents
    assert thousand.locator(ROWS).count() == 20  # 12, 112 … 912, 120 … 129
    assert told.inner_text() == "Pages shown: 20"
    letters = thousand.locator("h2:visible").all_inner_texts()
    assert thousand.locator(".jumps a:visible").all_inner_texts() == letters
    assert 1 < len(letters) < 26
    thousand.get_by_label("drafts").check()
    assert told.inner_text() == f"Pages shown: {thousand.locator(ROWS).count()}"
    field.fill("deutsch")
    thousand.get_by_label("all pages").check()
    assert thousand.locator(ROWS).locator("a").first.inner_text() == "D page 3"
    field.fill("no such page")
    assert told.inner_text() == "Pages shown: 0"
    field.fill("")
    assert thousand.locator(ROWS).count() == 1000


def test_the_index_leads_to_a_letter_and_to_a_translation(thousand: Any) -> None:
    thousand.emulate_media(reduced_motion="reduce")  # else it is still on its way
    thousand.locator(".jumps").get_by_role("link", name="Q", exact=True).press("Enter")
    assert thousand.get_by_role("heading", name="Q", exact=True).bounding_box()["y"] < 900
    other = thousand.get_by_role("link", name="Deutsch")
    said = [other.get_attribute(name) for name in ("href", "hreflang", "lang")]
    assert said == ["page-7/index.html", "de", "de"]


def test_without_a_script_and_on_paper_the_index_is_whole_and_shows_no_search(
    browser: Any, page: Any, exports: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto((exports / "thousand.html").as_uri())
    page.goto((exports / "thousand.html").as_uri())
    assert page.get_by_label("Find a page").is_visible()
    page.emulate_media(media="print")
    for one in (plain, page):
        assert not one.get_by_label("Find a page").is_visible()
        assert one.locator(ROWS).count() == 1000
    context.close()


def test_an_index_of_a_thousand_pages_is_light_and_takes_a_line_a_page(
    page: Any, exports: Path
) -> None:
    assert (exports / "thousand.html").stat().st_size <= 250_000
    page.goto((exports / "thousand.html").as_uri())
    heights = page.evaluate(
        "[...document.querySelectorAll('.pages > li')].map(one => one.offsetHeight)"
    )
    assert max(heights) < 60


# --- paper -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_a_page_prints_as_a_leaflet(page: Any, exports: Path, tmp_path: Path, size: str) -> None:
    page.goto((exports / PAGES["page"]).as_uri())
    page.emulate_media(media="print")
    paper = tmp_path / "page.pdf"
    page.pdf(path=paper, format=size, prefer_css_page_size=False)
    reader = shutil.which("pdftotext")
    assert reader, "Install Debian's package 'poppler-utils'."
    text = subprocess.run(
        [reader, "-layout", str(paper), "-"], capture_output=True, text=True, check=True
    ).stdout
    sheets = text.split("\f")[:-1]
    assert 8 <= len(sheets) <= 40
    for number, sheet in enumerate(sheets, start=1):
        words = " ".join(sheet.split())
        assert "Draft. No clinician has reviewed this page." in words, number
        assert f"{number} / {len(sheets)}" in words, number
    whole = " ".join(text.split())
    assert whole.count("Bladder, liver and memory") == 1  # the heading, and no list of contents
    assert "All pages" not in whole
    assert "archive copy" not in whole
    assert "https://doi.org/10.1176/" in re.sub(r"\s", "", whole)
    assert "while they were asleep for surgery" in whole  # what is folded on a screen
    assert "More on this" not in whole
    assert re.search(r"Sources \(against: \[\d+\]\) ?Sentence 1: ", whole)
    for label in ("Breathing", "Heart and blood pressure", "Mind", "Bladder and liver"):
        assert re.search(rf"^\W*{label}: \d", text, re.MULTILINE)  # a list stays a list


def test_no_list_item_is_split_between_sheets(page: Any, exports: Path) -> None:
    page.emulate_media(media="print")
    page.goto((exports / PAGES["page"]).as_uri())
    breaks = page.evaluate("""() => [...document.querySelectorAll("li, .urgent, .notice, .state")]
        .filter(one => one.checkVisibility()).map(one => getComputedStyle(one).breakInside)""")
    assert set(breaks) == {"avoid"}
