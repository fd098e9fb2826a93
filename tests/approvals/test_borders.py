"""An element of an exported page that begins or ends at another word is named, with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ketcontent.approvals.page_reading import read_page_html
from ketcontent.approvals.verification import hold
from tests.approvals.test_record import exported, mismatches, recorded
from tests.conftest import ROOT

BORDER = "an element that begins or ends at another word than was written"


@cache
def ketamine() -> tuple[str, dict[str, Any]]:
    """Return the page on ketamine as it is published, and its record."""
    folder = ROOT / "exports" / "ketamine"
    said = json.loads((folder / "record.json").read_bytes())
    return (folder / "index.html").read_text("utf-8"), said


@pytest.mark.parametrize(
    ("find", "replace", "named"),
    [
        pytest.param(
            '<a href="tel:911">911</a>, UK <a href="tel:999">999</a>',
            '<a href="tel:911">911, UK 999</a><a href="tel:999"></a>',
            [
                ('a link to tel:911 on "911, UK 999"', 'a link to tel:911 on "911"'),
                ("a link to tel:999 on no words", 'a link to tel:999 on "999"'),
            ],
            id="a number that calls another",
        ),
        pytest.param(
            'call <a href="tel:111">111</a> and',
            'call 111<a href="tel:111"> and</a>',
            [('a link to tel:111 on "and"', 'a link to tel:111 on "111"')],
            id="a word that calls",
        ),
        pytest.param(
            '<a href="tel:911">911</a>',
            '<a href="tel:911"></a>911',
            [("a link to tel:911 on no words", 'a link to tel:911 on "911"')],
            id="a number that calls nobody",
        ),
        pytest.param(
            "<summary>Help lines by country</summary>",
            "Help lines by country<summary></summary>",
            [(BORDER, "")],
            id="help lines under no heading",
        ),
        pytest.param(
            "<strong>Draft.</strong> No clinician",
            "Draft. <strong>No clinician</strong>",
            [(BORDER, "")],
            id="other words in bold",
        ),
        pytest.param(
            '<a href="https://findahelpline.com">findahelpline.com</a>, or',
            '<a href="https://findahelpline.com">findahelpline.com, or</a>',
            [
                (
                    'a link to https://findahelpline.com on "findahelpline.com, or"',
                    'a link to https://findahelpline.com on "findahelpline.com"',
                )
            ],
            id="a link that takes in more",
        ),
    ],
)
def test_an_element_on_other_words_is_named_with_its_line(
    find: str, replace: str, named: list[tuple[str, str]]
) -> None:
    text, record = ketamine()
    assert find in text
    line = text[: text.index(find)].count("\n") + 1
    found = mismatches("index.html", text.replace(find, replace, 1), record)
    assert [(one.found.partition(", though")[0], one.recorded, one.line) for one in found] == [
        (said, was, line) for said, was in named
    ]


def test_words_that_are_others_are_not_named_again_for_the_link_on_them(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text(json.dumps(recorded()), "utf-8")
    page = tmp_path / "index.html"
    for old, new in ((">old</a>", ">mild</a>"), (">Sources</a>", ">Source</a>")):
        page.write_text(exported()["index.html"].replace(old, new, 1), "utf-8")
        held = hold(page)
        assert [one.found.startswith("a link") for one in held.departures] == [False]
        assert held.unchecked[0].startswith("whether each element begins and ends at the words")


TAG = r"</?[a-z][^>]*>"
WORD = r"[^\s<]+"
ATTRIBUTE = r'[\w-]+="[^"]*"'


def moved_borders(html: str) -> Iterator[tuple[str, str]]:
    """Yield HTML with each start or end of an element a word later, and a word sooner."""
    for found in re.finditer(rf"({TAG})(\s*{WORD})", html):
        yield found[0], f"{html[: found.start()]}{found[2]}{found[1]}{html[found.end() :]}"
    for found in re.finditer(rf"({WORD}\s*)(?={TAG})", html):
        tag = re.compile(TAG).match(html, found.end())
        assert tag
        moved = f"{html[: found.start()]}{tag[0]}{found[1]}{html[tag.end() :]}"
        yield found[1] + tag[0], moved


def test_any_border_that_is_moved_over_a_word_makes_another_page() -> None:
    text = exported()["index.html"]
    article = text[text.index("<article") : text.index("</article>") + len("</article>")]
    was = read_page_html(article, whole=False)
    same_words = 0
    for what, moved in moved_borders(article):
        now = read_page_html(moved, whole=False)
        assert (now.words, now.flow) != (was.words, was.flow), what
        same_words += now.words == was.words
    assert same_words > 20  # of which the words alone tell nothing


def in_body(change: Callable[[str], str]) -> str:
    """Return the page on tea with a change to its body, and that body's bytes others for sure."""
    head, body, rest = exported()["index.html"].partition("<body>")
    changed = change(rest)
    assert changed != rest
    return head + body + changed


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda html: re.sub(r'(<[^>]*?)="([^"{]*)"', r"\1='\2'", html), id="quotes"),
        pytest.param(
            lambda html: re.sub(r"</?[a-z0-9]+", lambda tag: tag[0].upper(), html), id="case"
        ),
        pytest.param(
            lambda html: re.sub(rf"(<\w+)( {ATTRIBUTE})( {ATTRIBUTE})>", r"\1\3\2>", html),
            id="order",
        ),
        pytest.param(
            lambda html: re.sub(r"(?<=>)([A-Z])", lambda one: f"&#{ord(one[1])};", html),
            id="entities",
        ),
        pytest.param(
            lambda html: re.sub(r"(</?(?:p|li|ul|dd|section|div|h2)\b[^>]*>)", r"\n \1\n", html),
            id="white space beside blocks",
        ),
        pytest.param(
            lambda html: re.sub(r">[^<]+", lambda text: text[0].replace(" ", "\n  "), html),
            id="white space between words",
        ),
        pytest.param(lambda html: html.replace("</strong> ", " </strong>"), id="before an end"),
    ],
)
def test_what_no_reader_sees_is_no_departure(change: Callable[[str], str]) -> None:
    assert mismatches("index.html", in_body(change)) == []


def test_words_that_are_closed_up_between_two_elements_are_named() -> None:
    text = exported()["index.html"].replace(">1</a> <a", ">1</a><a", 1)  # sources 1 and 2, not 12
    [found] = mismatches("index.html", text)
    assert (found.found, found.recorded) == ("", "a space before '2'")


GRADE = "</span>&nbsp;<small"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_spaces_that_are_gone_are_named_as_that_with_their_lines(count: int) -> None:
    text, record = ketamine()
    places = [found.start() for found in re.finditer(GRADE, text)][:count]
    lines = [text[:place].count("\n") + 1 for place in places]
    closed = text.replace(GRADE, "</span><small", count)
    found = mismatches("index.html", closed, record)
    assert [one.line for one in found] == lines
    assert all(re.fullmatch(r"a space before '[\w -]+ certainty'", one.recorded) for one in found)


def test_more_spaces_than_a_few_are_other_borders() -> None:
    text, record = ketamine()
    found = mismatches("index.html", text.replace(GRADE, "</span><small"), record)
    assert {one.found.partition(", though")[0] for one in found} == {BORDER}


def test_a_record_of_a_version_that_knew_no_borders_says_so(tmp_path: Path) -> None:
    said = json.loads(json.dumps(recorded()))
    for file in said["files"].values():
        del file["flow"], file["link_words"]
    (tmp_path / "record.json").write_text(json.dumps(said), "utf-8")
    page, text = tmp_path / "index.html", exported()["index.html"]
    untold = (
        "whether each element begins and ends at the words that it did: an older version wrote the "
        "record"
    )
    page.write_text(text, "utf-8")
    assert untold not in hold(page).unchecked
    page.write_text(text.replace("<strong>Draft.</strong> No", "Draft. <strong>No</strong>"))
    assert hold(page).departures == []
    assert untold in hold(page).unchecked
    assert not any("white space" in one for one in hold(page).unchecked)
    page.write_text(text.replace("<li>", '<li value="7">', 1))
    assert len(hold(page).departures) == 1


def test_a_line_of_markdown_that_is_broken_at_its_end_is_named_with_it() -> None:
    text = exported()["index.md"]
    line = text[: text.index("No clinician")].count("\n")
    lines = text.split("\n")
    lines[line] += "  "
    [found] = mismatches("index.md", "\n".join(lines))
    assert found.found.startswith("other marks than were written")
    assert found.line == line + 1
