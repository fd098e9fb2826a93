"""What a tired reader meets first: how much of it, in which order, and never the benefits alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from ketcontent import assemble, check, import_page
from ketcontent.model.content import Content, empty_content
from tests.pages.test_document import edited, with_rows, with_section

TEXT = """\
Tea
Uses
It helps.
Harms
It burns.
"""


def content_of(text: str = TEXT) -> Content:
    return import_page(empty_content(), text, document="tea")


def found(content: Content, rule: str) -> list[str]:
    return [one.message for one in check(content) if one.rule == rule]


def asked(content: Content, *rows: dict[str, Any], kind: str = "medicine") -> Content:
    """Return a page of a kind, whose second section answers what harms there are."""
    content = edited(content, "uses-1", topics="uses")
    content = edited(content, "harms-1", topics="harms")
    content = replace(content, documents=content.documents.assign(kind=kind))
    rows_ = [{"question": f"{one['topic']}?", "level": "must", **one} for one in rows]
    return with_rows(content, "topics", *rows_)


HARMS_FIRST = (
    {"topic": "harms", "order": 1, "kinds": "medicine product"},
    {"topic": "uses", "order": 2, "kinds": ""},
)


def test_a_question_answered_before_one_that_readers_need_first_is_named() -> None:
    content = asked(content_of(), *HARMS_FIRST)
    assert len(found(content, "topic-out-of-order")) == 1
    in_order = with_section(content, "harms", position=1)
    assert found(in_order, "topic-out-of-order") == []
    together = with_section(content, "harms", under="uses")
    assert found(together, "topic-out-of-order") == []
    anywhere = asked(content_of(), {"topic": "harms"}, {"topic": "uses"})
    assert found(anywhere, "topic-out-of-order") == []


def test_a_page_is_asked_what_its_kind_is_asked_and_one_of_no_kind_all() -> None:
    rows = (*HARMS_FIRST, {"topic": "care", "kinds": "procedure"})
    for kind, missing in (("medicine", 0), ("procedure", 1), ("", 1)):
        content = asked(content_of(), *rows, kind=kind)
        assert len(found(content, "topic-missing")) == missing
        assert found(content, "unknown-topic") == []
    assert found(asked(content_of(), *rows, kind=""), "topic-out-of-order") == []


def test_a_first_layer_that_is_too_long_is_named_until_enough_is_folded() -> None:
    content = edited(content_of(), "harms-1", text="It burns. " * 451)
    assert found(content, "first-layer-too-long") == [
        "The first layer has 904 words; a tired reader takes in 900."
    ]
    assert found(edited(content, "uses-1", layer="more"), "first-layer-too-long") != []
    assert found(edited(content, "harms-1", layer="more"), "first-layer-too-long") == []


@pytest.mark.parametrize(("headings", "named"), [(6, False), (7, True)])
def test_more_than_seven_headings_are_named_until_some_stand_under_others(
    headings: int, named: bool
) -> None:
    words = ["One", "Two", "Three", "Four", "Five", "Six", "Seven"][:headings]
    content = content_of("Tea\n" + "".join(f"{one}\nIt is {one}.\n" for one in words))
    assert bool(found(content, "too-many-headings")) == named
    assert found(with_section(content, "two", under="one"), "too-many-headings") == []


def test_risks_cannot_be_folded_away_from_the_benefits() -> None:
    content = edited(content_of(), "uses-1", kind="benefit")
    content = edited(content, "harms-1", kind="risk")
    assert found(content, "benefits-outweigh-risks") == []
    assert found(edited(content, "harms-1", layer="more"), "benefits-outweigh-risks") == [
        "0 words of risk stand against 2 words of benefit on the first layer."
    ]


def test_a_card_for_an_emergency_is_not_folded_whole() -> None:
    content = with_section(content_of("Tea\nHarms\nIt burns. It hurts."), "harms", form="emergency")
    folded = edited(content, "harms-1", layer="more")
    assert found(folded, "card-folded") == []
    folded = edited(folded, "harms-2", layer="more")
    [fault] = [one for one in check(folded) if one.rule == "card-folded"]
    assert (fault.table, fault.key, fault.column) == ("sections", "tea/harms", "form")
    assert fault.message == "Nothing of the card 'Harms' is seen until a reader unfolds it."
    assert fault.severity == "error"
    assert found(with_section(folded, "harms", form=""), "card-folded") == []


def test_a_notice_that_every_page_must_carry_cannot_be_folded() -> None:
    row = {"notice": "care", "language": "en", "text": "Take care.", "needs": "every-page"}
    content = with_rows(content_of(), "notices", row)
    content = edited(content, "harms-1", text="", notice="care", form="notice")
    assert found(content, "notice-missing") == []
    assert len(found(edited(content, "harms-1", layer="more"), "notice-missing")) == 1


def test_where_a_statement_was_received_says_nothing_of_layers() -> None:
    content = edited(content_of(), "uses-1", layer="more", position=pd.NA, text="")
    supplied = assemble(content, "tea", edition="supplied")
    assert [one.layer for section in supplied for one in section.blocks] == ["", ""]
