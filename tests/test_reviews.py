"""What a page holds, counted: by kind, by length, repeated, changed; and how it is drawn."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ketcontent import import_page
from ketcontent.documents import FACTS
from ketcontent.errors import UnknownName
from ketcontent.redlines import compare
from ketcontent.reviews import changes, holdings, lengths, repeats, show, summary
from ketcontent.tables import Content, empty_content, frame_of

TEA = """\
Tea
Tea is a drink.
Uses
- Green: It is mild. It isn’t off-label at 10:30.
- It is strong!
Harms
IT IS  MILD.
Reviews
"""


def content_of(text: str = TEA) -> Content:
    return import_page(empty_content(), text, document="tea")


def edited(content: Content, statement: str, **cells: Any) -> Content:
    """Return a content with cells of one statement changed."""
    frame = content.statements.copy()
    for column, cell in cells.items():
        frame.loc[frame["statement"] == statement, column] = cell
    return replace(content, statements=frame)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(row) for row in frame.to_dict("records")]


def test_holdings_count_the_kinds_in_each_section_and_in_all() -> None:
    content = edited(content_of(), "green-1", kind="use")
    content = edited(content, "uses-1", kind="use")
    content = edited(content, "harms-1", kind="risk")
    assert rows_of(holdings(content, "tea")) == [
        {"section": "(no heading)", "not set": 1, "risk": 0, "use": 0, "all": 1},
        {"section": "Uses", "not set": 1, "risk": 0, "use": 2, "all": 3},
        {"section": "Harms", "not set": 0, "risk": 1, "use": 0, "all": 1},
        {"section": "Reviews", "not set": 0, "risk": 0, "use": 0, "all": 0},
        {"section": "all", "not set": 2, "risk": 1, "use": 2, "all": 5},
    ]


def test_holdings_count_the_edition_they_are_asked_for() -> None:
    content = edited(content_of(), "uses-1", text="", position=pd.NA)
    assert holdings(content, "tea")["all"].tolist() == [1, 2, 1, 0, 4]
    assert holdings(content, "tea", edition="supplied")["all"].tolist() == [1, 3, 1, 0, 5]


def test_holdings_of_a_page_with_nothing_in_it_are_nothing() -> None:
    row = {"document": "tea", "title": "Tea", "language": "en", "review_every_days": 365}
    content = empty_content()
    content = replace(content, documents=frame_of("documents", [row], content))
    assert rows_of(holdings(content, "tea")) == [{"section": "all", "all": 0}]
    assert lengths(content, "tea").empty
    assert repeats(content, "tea").empty
    assert changes(content, "tea").empty


def test_lengths_count_words_and_leave_out_sections_without_any() -> None:
    assert rows_of(lengths(content_of(), "tea")) == [
        {"section": "(no heading)", "statements": 1, "words": 4, "mean": 4, "longest": 4},
        # "isn’t" and "off-label" are a word each, 10:30 is two; the label is none.
        {"section": "Uses", "statements": 3, "words": 12, "mean": 4, "longest": 6},
        {"section": "Harms", "statements": 1, "words": 3, "mean": 3, "longest": 3},
    ]


def test_repeats_are_the_same_words_in_whatever_capitals_and_spaces() -> None:
    assert rows_of(repeats(content_of(), "tea")) == [
        {"words": "It is mild.", "times": 2, "statements": "green-1, harms-1"}
    ]


def test_repeats_are_found_in_the_edition_they_are_asked_for() -> None:
    content = edited(content_of(), "harms-1", text="It may stain.")
    assert repeats(content, "tea").empty
    assert repeats(content, "tea", edition="supplied")["times"].tolist() == [2]


def test_right_after_import_nothing_has_changed() -> None:
    assert changes(content_of(), "tea").empty


def test_changes_are_what_was_reworded_added_and_cut() -> None:
    content = edited(content_of(), "green-1", text="It *may* be mild.")
    content = edited(content, "uses-1", text="", position=pd.NA)
    content = edited(content, "lede-1", label="Note")
    own = {"document": "tea", "statement": "own-1", "section": "reviews", "text": "None yet."}
    row = frame_of("statements", [{**own, "block": 1, "position": 1, "form": "item"}], content)
    content = replace(content, statements=pd.concat([content.statements, row], ignore_index=True))
    found = changes(content, "tea")
    assert found[["statement", "change"]].values.tolist() == [
        ["lede-1", "reworded"],
        ["green-1", "reworded"],
        ["own-1", "added"],
        ["uses-1", "cut"],
    ]
    assert [str(line) for line in found["redline"]] == [
        "{+Note: +}Tea is a drink.",
        "Green: It [-is -]{+may be +}mild.",
        "{+None yet.+}",
        "[-It is strong!-]",
    ]


def test_moving_a_sentence_is_no_change_of_its_words() -> None:
    content = edited(content_of(), "green-2", section="harms", block=9, position=99)
    assert changes(content, "tea").empty


def test_changes_can_be_read_backwards() -> None:
    content = edited(content_of(), "harms-1", text="It may stain.")
    found = changes(content, "tea", old="current", new="supplied")
    assert found["redline"][0].accepted() == "IT IS  MILD."


def test_a_review_of_an_unknown_page_names_the_nearest() -> None:
    for look in (holdings, lengths, repeats, changes, summary):
        with pytest.raises(UnknownName, match="No document 'teas'") as caught:
            look(content_of(), "teas")
        assert caught.value.hint == "Did you mean 'tea'?"


def test_the_summary_counts_statements_unset_kinds_and_changes() -> None:
    content = edited(content_of(), "green-1", kind="use", text="It may be mild.")
    head = summary(content, "tea")
    assert (head.statements, head.unset, head.changed) == (5, 4, 1)
    said = [
        "Statements in the current edition: 5.",
        "Sections: 4.",
        "Statements whose kind is not set: 4.",
        "Statements that differ from the page as received: 1.",
    ]
    for line in said:
        assert f"- {line}\n" in head.to_markdown()
        assert f"<li>{line}</li>" in head.to_html()
    assert "<h1>Review of Tea</h1>" in head.to_html()
    assert head.to_markdown().startswith("# Review of Tea\n\n> **Draft.**\n")
    bundle = head._repr_mimebundle_()
    facts = json.loads(bundle[FACTS])
    assert (facts["kind"], facts["title"]) == ("review", "Review of Tea")
    assert bundle["text/html"] == head.to_html()
    assert bundle["text/markdown"] == head.to_markdown()


# --- tables ----------------------------------------------------------------------------------


class Cells(HTMLParser):
    """Collects the heads and cells of a table, with their attributes and words."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.found: list[list[Any]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("caption", "th", "td"):
            self.found.append([tag, dict(attrs).get("scope"), ""])

    def handle_data(self, data: str) -> None:
        if self.found and data.strip():
            self.found[-1][2] += data


def test_a_table_in_html_has_a_caption_and_heads_with_a_scope() -> None:
    frame = pd.DataFrame({"kind": ["use", "risk"], "count": [2, 1]})
    cells = Cells(show(frame, "Kinds").to_html())
    assert cells.found == [
        ["caption", None, "Kinds"],
        ["th", "col", "kind"],
        ["th", "col", "count"],
        ["th", "row", "use"],
        ["td", None, "2"],
        ["th", "row", "risk"],
        ["td", None, "1"],
    ]


def test_a_table_that_is_too_wide_can_be_scrolled_by_keyboard() -> None:
    html = show(pd.DataFrame({"a": [1]}), "Kinds").to_html()
    assert '<div class="table" role="region" aria-label="Kinds" tabindex="0">' in html


def test_hostile_cells_of_a_table_are_visible_text() -> None:
    cell = '<script>x</script> & "{{ 1 }}"'
    frame = pd.DataFrame({cell: [cell], "b": [cell]})
    cells = Cells(show(frame, cell).to_html())
    assert [words for _, _, words in cells.found] == [cell, cell, "b", cell, cell]
    assert set(cells.tags) == {"div", "table", "caption", "thead", "tbody", "tr", "th", "td"}


def test_a_redline_in_a_table_is_drawn_in_its_own_form() -> None:
    frame = pd.DataFrame({"s": ["a"], "redline": [compare("It <b>.", "It may.")]})
    table = show(frame, "Changes")
    assert f"<td>{frame['redline'][0].to_html()}</td>" in table.to_html()
    assert "&lt;b&gt;" in table.to_html()
    assert "| a | It \\[-\\<b>-\\]{+may+}. |" in table.to_markdown()


@settings(deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.text("|\\`*_<>a -\u00a0", min_size=1, max_size=8),
                st.sampled_from(["a | b", "\\|", "`|`", "| --- |", "<br>", "[x](y)", "1. a"]),
            ).filter(lambda text: bool(text.strip())),
            min_size=2,
            max_size=2,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_a_table_in_markdown_survives_pipes_and_marks(rows: list[list[str]]) -> None:
    markdown = show(pd.DataFrame(rows, columns=["a|b", "c"]), "A|caption").to_markdown()
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown)
    inline = [one for one in tokens if one.type == "inline"]
    texts = ["".join(part.content for part in one.children or []) for one in inline]
    cells = [cell for row in rows for cell in row]
    assert texts[0] == "A|caption"
    assert [" ".join(text.split()) for text in texts[1:]] == [
        "a|b",
        "c",
        *(" ".join(cell.split()) for cell in cells),
    ]


def test_a_table_without_rows_says_so_in_words() -> None:
    table = show(pd.DataFrame(columns=["words", "times"]), "Repeated", nothing="No sentence.")
    assert table.to_html().strip() == "<p>Repeated: No sentence.</p>"
    assert table.to_markdown() == "Repeated: No sentence.\n"
    assert table._repr_mimebundle_()["text/plain"] == "No sentence."


def test_a_notebook_is_given_a_table_in_all_forms() -> None:
    table = show(pd.DataFrame({"kind": ["use"], "count": [2]}), "Kinds")
    assert table._repr_mimebundle_() == {
        "text/plain": "kind  count\n use      2",
        "text/html": table.to_html(),
        "text/markdown": "**Kinds**\n\n| kind | count |\n| --- | --- |\n| use | 2 |\n",
        FACTS: '{"kind": "part"}',
    }
