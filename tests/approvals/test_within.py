"""What a statement stands within is signed with it: columns, the items above, a lead-in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ketcontent import import_page
from ketcontent.approvals.scope import signables
from ketcontent.importing.supplied_page import BlockForm, SuppliedBlock, SuppliedPage
from ketcontent.model.content import Content, empty_content
from ketcontent.pages.assembly import PageView
from tests.importing.test_form_changes import page_of


def digests(content: Content) -> dict[str, str]:
    return {one.key: one.digest for one in signables(PageView(content, "tea"))}


def blocks_of(*lines: tuple[str, str]) -> Content:
    """A page of one section: of each block its form and its words."""
    return import_page(empty_content(), page_of(*lines), document="tea")


def asked_again(before: Content, after: Content) -> set[str]:
    """The words as received of the statements that are signed anew after a change."""
    was, now = digests(before), digests(after)
    words = after.statements.set_index("statement")["text"]
    return {words[key] for key in now.keys() & was.keys() & {*words.index} if was[key] != now[key]}


HEAD, ROW, OTHER = ("header", "Who | Cups"), ("row", "Adults | 2"), ("row", "Children | 0")
SAFE, NEVER = ("paragraph", "Safe with:"), ("paragraph", "Never with:")


def as_(content: Content, words: str, **cells: Any) -> Content:
    """The page with other cells in the row that has these words."""
    frame = content.statements.copy()
    for name, cell in cells.items():
        frame.loc[frame["text"] == words, name] = cell
    return replace(content, statements=frame)


OFF = {"position": None, "text": ""}


@pytest.mark.parametrize(
    ("lines", "words", "cells", "asked"),
    [
        pytest.param([ROW], ROW[1], {"form": "item"}, {ROW[1]}, id="a row that becomes an item"),
        pytest.param([ROW], ROW[1], {"form": "paragraph"}, {ROW[1]}, id="or a sentence"),
        pytest.param([ROW, OTHER], ROW[1], {"form": "header"}, {ROW[1], OTHER[1]}, id="or headers"),
        pytest.param([HEAD, ROW], HEAD[1], OFF, {ROW[1]}, id="headers that go"),
        pytest.param([HEAD], HEAD[1], {"form": "paragraph"}, {HEAD[1]}, id="or become a sentence"),
        pytest.param(
            [OTHER, ("paragraph", "And."), ROW],
            "And.",
            OFF,
            {ROW[1]},
            id="two tables that are joined",
        ),
        pytest.param(
            [SAFE, HEAD, ROW],
            SAFE[1],
            {"text": NEVER[1]},
            {NEVER[1], HEAD[1], ROW[1]},
            id="behind a colon",
        ),
        pytest.param(
            [SAFE, ("item", "Milk"), ("item-2", "Cold")],
            SAFE[1],
            {"text": NEVER[1]},
            {NEVER[1], "Milk", "Cold"},
            id="a list behind a colon",
        ),
        pytest.param(
            [("item", "Safe"), ("item-2", "Milk"), ("item", "Other")],
            "Safe",
            {"text": "Unsafe"},
            {"Unsafe", "Milk"},
            id="items within an item",
        ),
        pytest.param(
            [NEVER, ("paragraph", "Alcohol.")],
            NEVER[1],
            OFF,
            {"Alcohol."},
            id="a sentence behind a colon",
        ),
        pytest.param(
            [("item", "Milk"), ("item", "Tea")],
            "Milk",
            {"text": "Cream"},
            {"Cream"},
            id="no other item",
        ),
        pytest.param(
            [ROW, OTHER], ROW[1], {"text": "Adults | 3"}, {"Adults | 3"}, id="no other row"
        ),
    ],
)
def test_what_changes_what_is_understood_of_a_statement_asks_for_it_again(
    lines: list[tuple[str, str]], words: str, cells: dict[str, Any], asked: set[str]
) -> None:
    before = blocks_of(*lines)
    assert asked_again(before, as_(before, words, **cells)) == asked


def test_what_follows_a_colon_in_its_own_paragraph_or_item_is_bound_to_it() -> None:
    for form in ("paragraph", "item"):
        page = blocks_of((form, "So. Drive. Swim."))
        never = as_(page, "So.", text="Never do these:")
        always = as_(page, "So.", text="Always do these:")
        assert asked_again(never, always) == {"Always do these:", "Drive.", "Swim."}


def test_what_stands_below_a_heading_is_bound_to_the_heading_that_this_stands_under() -> None:
    lines: list[tuple[BlockForm, str, int]] = [
        ("heading", "Uses", 2),
        ("paragraph", "Tea.", 0),
        ("heading", "In the evening", 3),
        ("paragraph", "A cup.", 0),
        ("heading", "Other", 2),
        ("paragraph", "Milk.", 0),
    ]
    blocks = tuple(SuppliedBlock(form, words, level=level) for form, words, level in lines)
    page = import_page(empty_content(), SuppliedPage("HTML", "Tea", blocks), document="tea")
    sections = page.sections.copy()
    sections.loc[sections["heading"] == "In the evening", "under"] = "uses"
    page = replace(page, sections=sections)
    sections = sections.copy()
    sections.loc[sections["heading"] == "Uses", "heading"] = "Never"
    never = replace(page, sections=sections)
    assert asked_again(page, never) == {"Tea.", "A cup."}
    was, now = digests(page), digests(never)
    changed = {key for key in was if was[key] != now[key] and key.startswith("heading:")}
    assert changed == {"heading:uses", "heading:in-the-evening"}
