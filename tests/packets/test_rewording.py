"""Words that a reviewer changed come back into their cells, with all that the cells hold beside."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent.markup import cited, inline_plain, link_targets, without_citations
from ketcontent.packets.rewording import reworded, reworded_cells
from ketcontent.text import fold
from tests.laws import examples


@pytest.mark.parametrize(
    ("markup", "words", "now"),
    [
        ("It may help. [@a]", "It may help some. [sic]", "It may help some. [sic] [@a]"),
        ("One trial [@a] and two. [@b]", "One trial and three.", "One trial [@a] and three. [@b]"),
        ("It *may* help.", "It might help.", "It *might* help."),
        ("See [more](https://e.org/x).", "See less.", "See [less](https://e.org/x)."),
        ("See [more](https://e.org/x).", "See.", None),
        ("A &amp; b.", "A & c.", "A &amp; c."),
        ("It helps. [@a]", "2 * 3 * 4 [@b]", "2 \\* 3 \\* 4 \\[@b\\] [@a]"),
    ],
)
def test_each_change_is_made_at_its_place(markup: str, words: str, now: str | None) -> None:
    assert reworded(markup, words) == now


MARKUP = st.lists(
    st.sampled_from(
        [
            "It ",
            "may",
            " *may* ",
            "**help**",
            " [@a]",
            " [@b; @c]",
            "[one](https://e.org)",
            ". ",
            "\\*",
        ]
    ),
    max_size=7,
).map("".join)


@given(MARKUP, st.text("abmy *[]@.\\&", max_size=12))
@settings(max_examples=examples(150))
def test_what_comes_back_reads_as_it_was_written_and_cites_and_links_as_before(
    markup: str, words: str
) -> None:
    now = reworded(markup, fold(words))
    if now is not None:
        assert fold(inline_plain(without_citations(now))) == fold(words)
        assert cited(now) == cited(markup)
        assert link_targets(now) == link_targets(markup)


ROW = {"label": "Calm", "notice": "", "text": "It may calm. [@a]"}
SENT = "Calm: It may calm."


@pytest.mark.parametrize(
    ("row", "words", "cells"),
    [
        (ROW, "Calm: It can calm.", {"text": "It can calm. [@a]"}),
        (ROW, "Rest: It may calm.", {"label": "Rest"}),
        (ROW, "Rest? It may calm.", {"label": "Rest?"}),
        (ROW, "Rest: It may calm you.", {"label": "Rest", "text": "It may calm you. [@a]"}),
        (ROW, "It may calm.", None),
        (ROW, "Tea is good.", None),
        (ROW, "", {"text": ""}),
        ({**ROW, "notice": "crisis"}, "Calm: It can calm.", None),
        ({**ROW, "text": "It is other."}, "Calm: It can calm.", None),
    ],
)
def test_label_and_words_are_told_apart_or_nothing_is(
    row: dict[str, str], words: str, cells: dict[str, str] | None
) -> None:
    assert reworded_cells("benefit", row, SENT, words) == cells


def test_a_heading_keeps_its_number() -> None:
    row = {"number": "3.", "heading": "Uses"}
    assert reworded_cells("heading", row, "3. Uses", "3. What it is for") == {
        "heading": "What it is for"
    }
    assert reworded_cells("heading", row, "3. Uses", "What it is for") is None
    assert reworded_cells("heading", row, "3. Uses", "") == {"heading": ""}
