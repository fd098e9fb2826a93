"""A supplier who sets the same words otherwise: told, decided, and until then not drawn."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent import assemble, check, import_page
from ketcontent.editor.deciding import decided
from ketcontent.editor.session import opened, undo, unsaved
from ketcontent.importing.arrivals import supplier_changes
from ketcontent.importing.marks import supplier_marks
from ketcontent.importing.supplied_page import BlockForm, SuppliedBlock, SuppliedPage
from ketcontent.model.content import Content, empty_content
from ketcontent.model.forms import item_depth
from tests.importing.test_plain_text import assert_equal, edited, row_of
from tests.importing.test_versions import is_valid, signed, states, supplier_rules
from tests.laws import examples

Lines = Sequence[tuple[str, str]]


def page_of(*lines: tuple[str, str]) -> SuppliedPage:
    """A page of one section: of each block its form and its words."""

    def block(form: str, words: str) -> SuppliedBlock:
        depth = item_depth(form)
        return SuppliedBlock(cast(BlockForm, "item" if depth else form), words, depth=depth)

    heading = SuppliedBlock("heading", "Doses", level=2)
    return SuppliedPage("HTML", "Tea", (heading, *(block(*one) for one in lines)))


def first(*lines: tuple[str, str], held: Sequence[int] = ()) -> Content:
    """The page taken in, of which some statements, counted from 1, are graded and signed."""
    content = import_page(empty_content(), page_of(*lines), document="page")
    for number in held:
        key = f"doses-{number}"
        content = edited(content, key, kind="advice", certainty="high")
        content = signed(content, key)
    return content


def then(content: Content, *lines: tuple[str, str]) -> Content:
    return import_page(content, page_of(*lines), document="page", replace=True)


def drawn(content: Content) -> list[str]:
    return [
        f"{block.form}{block.depth if block.depth > 1 else ''}: {block.plain}"
        for section in assemble(content, "page")
        for block in section.blocks
    ]


def settle(content: Content, key: str, choice: str) -> Content:
    session = opened(content, "page")
    session = decided(session, "statements", ("page", key), choice, reason="Asked them.")
    assert unsaved(undo(session)) == ()
    return session.content


MOST = "At most 2 cups a day."
LESS = "Children: none."
ASK = "Ask a doctor."


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("paragraph", "item", "an item of a list, and no longer as a paragraph"),
        ("item", "row", "a row of a table, and no longer as an item of a list"),
        ("row", "paragraph", "a paragraph, and no longer as a row of a table"),
        ("item-2", "item", "an item of a list, and no longer as an item of level 2 of a list"),
        ("paragraph", "notice", "a notice, and no longer as a paragraph"),
        ("header", "row", "a row of a table, and no longer as the headers of a table"),
    ],
)
def test_a_form_that_the_supplier_changed_waits_and_is_told_and_not_drawn(
    was: str, now: str, told: str
) -> None:
    lines = [("item", ASK), (was, MOST), ("item", LESS)]
    before = first(*lines, held=[2])
    assert states(before, "doses-2") == {"valid"}
    after = then(before, lines[0], (now, MOST), lines[2])
    assert drawn(after) == drawn(before)
    assert states(after, "doses-2") == {"stale"}
    assert supplier_rules(after) == {"page/doses-2": "supplier-changed"}
    [found] = [one for one in check(after, ["page"]) if one.rule == "supplier-changed"]
    assert found.message == f"The supplier now sets this as {told}."
    said = str(supplier_changes(before, after, "page"))
    assert (
        f"changed sentence doses-2 (signed): decide\n    {MOST}\n    It is set as {told}." in said
    )
    assert "1 changed" in said
    theirs, ours = settle(after, "doses-2", "theirs"), settle(after, "doses-2", "ours")
    assert [one.split(":")[0] for one in drawn(theirs)][1] == now.replace("-", "")
    assert drawn(ours) == drawn(before)
    assert is_valid(theirs)
    assert supplier_rules(theirs) == supplier_rules(ours) == {}
    # As an item or a notice it says what it said, and its heading is asked for that again.
    same = {was, now} <= {"paragraph", "item", "notice"}
    assert states(theirs, "doses-2") == {"valid" if same else "stale"}
    assert states(ours, "doses-2") == {"stale"}
    assert_equal(then(ours, lines[0], (now, MOST), lines[2]), ours)
    again = then(after, *lines)
    assert supplier_rules(again) == {}
    assert states(again, "doses-2") == {"valid"}


def test_a_form_that_nobody_has_worked_on_follows_and_is_told() -> None:
    before = first(("paragraph", MOST), ("paragraph", ASK))
    after = then(before, ("item", MOST), ("paragraph", ASK))
    assert drawn(after) == [f"item: {MOST}", f"paragraph: {ASK}"]
    row = row_of(after, "doses-1")
    marks = ("supplier_change", "supplier_was_form", "supplier_decision")
    assert [row[name] for name in marks] == ["changed", "paragraph", "followed"]
    assert "It is set as an item of a list" in str(supplier_changes(before, after, "page"))


def test_words_and_form_are_one_decision() -> None:
    before = first(("paragraph", MOST), held=[1])
    after = then(before, ("item", MOST.replace("2", "6")))
    assert drawn(after) == [f"paragraph: {MOST}"]
    assert str(supplier_marks(after, "page")[0]) == (
        "The supplier changed this: At most [-2 -]{+6 +}cups a day. The supplier now sets this as "
        "an item of a list, and no longer as a paragraph."
    )
    assert drawn(settle(after, "doses-1", "theirs")) == ["item: At most 6 cups a day."]


HEAD = ("header", "Who | Cups")
ADULTS, CHILDREN, ELDERS = "Adults | 2", "Children | 0", "Elders | 1"


def test_items_that_become_rows_are_no_rows_until_decided_and_then_under_their_headers() -> None:
    before = first(("item", ADULTS), ("item", CHILDREN), ("paragraph", ASK), held=[1, 2])
    after = then(
        before, HEAD, ("row", ADULTS), ("row", CHILDREN), ("row", ELDERS), ("paragraph", ASK)
    )
    assert drawn(after) == [
        *("header: Who | Cups", f"row: {ELDERS}"),
        *(f"item: {ADULTS}", f"item: {CHILDREN}", f"paragraph: {ASK}"),
    ]
    one = settle(after, "doses-2", "theirs")
    assert drawn(one) == [
        *("header: Who | Cups", f"row: {CHILDREN}", f"row: {ELDERS}"),
        *(f"item: {ADULTS}", f"paragraph: {ASK}"),
    ]
    assert drawn(settle(one, "doses-1", "theirs")) == [
        *("header: Who | Cups", f"row: {ADULTS}", f"row: {CHILDREN}", f"row: {ELDERS}"),
        f"paragraph: {ASK}",
    ]


def test_a_row_goes_into_its_own_table_and_not_into_the_one_before_it() -> None:
    before = first(HEAD, ("row", ADULTS), ("paragraph", ASK), ("item", CHILDREN), held=[4])
    after = then(before, HEAD, ("row", ADULTS), ("paragraph", ASK), ("row", CHILDREN))
    assert drawn(settle(after, "doses-4", "theirs"))[2:] == [
        f"paragraph: {ASK}",
        f"row: {CHILDREN}",
    ]


def test_of_a_paragraph_that_becomes_an_item_each_sentence_is_decided() -> None:
    before = first(("paragraph", f"{ASK} {MOST} {LESS}"), held=[1, 3])
    after = then(before, ("item", f"{ASK} {MOST} {LESS}"))
    assert drawn(after) == drawn(before)
    assert set(supplier_rules(after)) == {"page/doses-1", "page/doses-2", "page/doses-3"}
    middle = settle(after, "doses-2", "theirs")
    assert drawn(middle) == [f"paragraph: {ASK}", f"item: {MOST}", f"paragraph: {LESS}"]
    both = settle(middle, "doses-3", "theirs")
    assert drawn(both) == [f"paragraph: {ASK}", f"item: {MOST} {LESS}"]
    assert drawn(settle(both, "doses-1", "theirs")) == [f"item: {ASK} {MOST} {LESS}"]


def test_a_sentence_set_otherwise_under_another_heading_goes_there_in_its_old_form() -> None:
    other = SuppliedBlock("heading", "Never", level=2)
    before = first(("paragraph", MOST), ("paragraph", LESS), held=[2])
    page = page_of(("paragraph", MOST))
    page = replace(page, blocks=(*page.blocks, other, SuppliedBlock("item", LESS, depth=1)))
    after = import_page(before, page, document="page", replace=True)
    assert row_of(after, "doses-2")["section"] == "never"
    assert drawn(after)[-1] == f"paragraph: {LESS}"
    assert supplier_rules(after) == {"page/doses-2": "supplier-changed"}


FORMS = ["paragraph", "item", "item-2", "notice", "caption", "header", "row"]
WORDS = [ADULTS, CHILDREN, ELDERS, MOST, LESS, ASK]


@settings(max_examples=examples(12))
@given(st.lists(st.sampled_from(FORMS), min_size=6, max_size=6), st.integers(0, 10_000))
def test_whatever_becomes_of_forms_none_is_drawn_undecided_and_all_are_decided_in_any_order(
    forms: list[str], seed: int
) -> None:
    chance = random.Random(seed)
    lines = [(chance.choice(FORMS), words) for words in WORDS]
    before = first(*lines, held=[n for n in range(1, 7) if chance.random() < 0.6])
    now = list(zip(forms, WORDS, strict=True))
    after = then(before, *now)
    for number, line in enumerate(lines, 1):
        was, row = row_of(before, f"doses-{number}"), row_of(after, f"doses-{number}")
        if row["supplied_form"] == was["supplied_form"]:
            continue
        assert row["supplier_change"] == "changed"
        if not row["supplier_decision"]:
            assert (row["form"], row["text"]) == (was["form"], was["text"])
            assert states(after, f"doses-{number}") <= {"stale", "missing"}
        else:
            assert row["supplier_decision"] == "followed"
            assert was["certainty"] == ""
        assert line[1] in str(assemble(after, "page").to_text())
    keys = [one.key.split("/")[1] for one in supplier_marks(after, "page") if one.undecided]
    chance.shuffle(keys)
    for key in keys:
        after = settle(after, key, "theirs")
        assert row_of(after, key)["form"] == row_of(after, key)["supplied_form"]
    assert [one.plain for one in assemble(after, "page").section("doses").blocks] == WORDS
    assert is_valid(after)
