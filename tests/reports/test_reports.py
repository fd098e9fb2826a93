"""What a page holds, counted: by kind, by length, repeated, changed; and how it is drawn."""

from __future__ import annotations

import datetime
import json
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ketcontent import import_page
from ketcontent.approvals.signing import sign_off
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.markup.templates import FACTS
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.model.store import read_content, write_content
from ketcontent.pages.assembly import assemble
from ketcontent.reports.display import show
from ketcontent.reports.history import Version, changes_between, read_content_at, version
from ketcontent.reports.impacts import impact
from ketcontent.reports.summaries import summary
from ketcontent.reports.tables import changes, grounds, holdings, lengths, list_sources, repeats
from ketcontent.text.redlines import compare

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


def answered() -> Content:
    """A page whose sentences were reworded, moved, answered by others, cut, and not answered."""
    content = edited(content_of(), "lede-1", text="Tea is hot.", answer="reworded")
    content = edited(content, "lede-1", answered_by="uses-1", answer_reason="It is not cold.")
    content = edited(content, "green-2", section="harms", block=9, position=99, answer="moved")
    content = edited(content, "green-2", answer_reason="It is a harm.")
    content = edited(content, "uses-1", text="Ask a nurse.", answer="answered")
    content = edited(content, "uses-1", answered_by="lede-1 green-1", answer_reason="It is not.")
    content = edited(content, "harms-1", text="", position=pd.NA, answer="")
    return edited(content, "green-1", text="It may be mild.")


def test_each_change_of_what_was_received_says_what_became_of_it_and_why() -> None:
    found = changes(answered(), "tea").set_index("statement")
    assert found[["change", "answer"]].to_dict("index") == {
        "lede-1": {
            "change": "reworded",
            "answer": "reworded, and answered by uses-1: It is not cold.",
        },
        "green-1": {"change": "reworded", "answer": "kept, when it was last answered"},
        "uses-1": {
            "change": "answered",
            "answer": "answered by lede-1, green-1: It is not.",
        },
        "green-2": {"change": "moved", "answer": "moved: It is a harm."},
        "harms-1": {"change": "cut", "answer": "not answered yet"},
    }
    # What others answer is not laid over another claim word by word.
    assert str(found["redline"]["uses-1"]) == "[-It is strong!-]{+Ask a nurse.+}"
    assert not found["redline"]["green-2"].changed


def test_the_account_is_given_of_the_step_from_supplied_to_current_alone() -> None:
    found = changes(answered(), "tea", old="current", new="supplied")
    assert set(found["answer"]) == {""}
    assert "answered" not in set(found["change"])


REDLINE = """\
lede/lede-1: reworded
    Tea is [-a drink-]{+hot+}.
    answer: reworded, and answered by uses-1: It is not cold.
uses/green-1: reworded
    Green: It [-is -]{+may be +}mild.
    answer: kept, when it was last answered
uses/uses-1: answered
    [-It is strong!-]{+Ask a nurse.+}
    answer: answered by lede-1, green-1: It is not.
harms/green-2: moved
    It isn’t off-label at 10:30.
    answer: moved: It is a harm.
harms/harms-1: cut
    [-IT IS MILD.-]
    answer: not answered yet
"""


def test_the_redline_prints_the_answer_and_the_reason_beside_each_change() -> None:
    content = answered()
    old, new = (
        Version(content, assemble(content, "tea", edition=one)) for one in ("supplied", "current")
    )
    said = "".join(f"{one}\n" for one in changes_between(old, new))
    assert said == REDLINE


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
    assert f">{frame['redline'][0].to_html()}</td>" in table.to_html()
    assert "&lt;b&gt;" in table.to_html()
    assert "| a | It \\[-&lt;b>-\\]{+may+}. |" in table.to_markdown()


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


def test_a_number_that_is_not_there_is_nothing_to_read() -> None:
    words = "w" * 120  # too wide for a screen, so cell by cell
    numbers = pd.array([pd.NA, 2], dtype="Int64")
    table = show(pd.DataFrame({"s": ["a", words], "count": numbers}), "Counts")
    assert table.to_text().splitlines() == ["a", words, "  count: 2"]
    assert "NA" not in table.to_html() + table.to_markdown() + table.to_text()


def test_a_table_too_wide_for_a_terminal_is_printed_cell_by_cell() -> None:
    words = "word " * 30
    table = show(pd.DataFrame({"s": ["a", "b"], "words": [words, "few"]}), "Wide")
    assert table.to_text().splitlines() == ["a", f"  words: {words}", "b", "  words: few"]
    redlines = show(pd.DataFrame({"s": ["a"], "redline": [compare("It is.", "It may.")]}), "R")
    assert redlines.to_text().splitlines()[1].split() == ["a", "It", "[-is-]{+may+}."]


def test_changes_can_be_asked_for_one_section() -> None:
    content = edited(content_of(), "harms-1", text="It may stain.")
    content = edited(content, "green-1", section="harms", text="It is milder.")
    content = edited(content, "uses-1", text="", position=pd.NA)
    assert changes(content, "tea", section="harms")["statement"].tolist() == ["green-1", "harms-1"]
    assert changes(content, "tea", section="uses")["statement"].tolist() == ["uses-1"]
    assert changes(content, "tea", section="reviews").empty


# --- the sources -----------------------------------------------------------------------------


def sourced_content() -> Content:
    """The page with two sources, one of them cited and on file as evidence."""
    content = edited(content_of(), "green-1", text="It may be mild. [@lee-2020]", certainty="low")
    tables: dict[str, list[dict[str, Any]]] = {
        "sources": [
            {"source": "lee-2020", "type": "book", "title": "<b>Tea</b>", "doi": "10.1/x",
             "unconfirmed": "title", "retraction_checked_on": "2026-10-01"},
            {"source": "roe-2021", "type": "book", "title": "Milk", "confirmed_on": "2026-09-01"},
        ],
        "evidence": [
            {"document": "tea", "statement": "green-1", "source": source, "role": role,
             "finding": "12 of 20."}
            for source, role in (("lee-2020", "supports"), ("roe-2021", "contradicts"))
        ],
    }  # fmt: skip
    for name, rows in tables.items():
        content = replace(content, **{name: frame_of(name, rows, content)})
    return content


def test_the_sources_of_a_page_say_what_is_not_confirmed_and_when_each_was_checked() -> None:
    shown = list_sources(sourced_content(), "tea")
    assert shown.caption == "Sources of tea: 1, of which 1 with unconfirmed fields"
    [row] = rows_of(shown.frame.drop(columns="reference"))
    assert row == {
        "source": "lee-2020",
        "number": 1,
        "not confirmed": "title",
        "confirmed": "never",
        "retraction check": "2026-10-01",
        "newer version check": "never",
        "announced": "",
        "cited in": "green-1",
    }
    page = shown.to_html()
    assert '<b>Tea</b>. <a href="https://doi.org/10.1/x">doi:10.1/x</a>' in page
    assert '<th scope="col" style="text-align:start">retraction check</th>' in page
    assert "  reference: Tea. doi:10.1/x" in shown.to_text().splitlines()


def test_the_sources_of_a_section_are_those_it_cites() -> None:
    content = sourced_content()
    assert list_sources(content, "tea", section="uses").frame["source"].tolist() == ["lee-2020"]
    assert list_sources(content, "tea", section="harms").frame.empty
    assert list_sources(content, "tea", edition="supplied").to_html().strip() == (
        "<p>Sources of tea: 0, of which 0 with unconfirmed fields: None.</p>"
    )


def test_the_sources_of_all_pages_include_those_that_none_cites() -> None:
    shown = list_sources(sourced_content())
    assert shown.caption == "Sources of all pages: 2, of which 1 with unconfirmed fields"
    assert shown.frame[["source", "confirmed", "cited in"]].values.tolist() == [
        ["lee-2020", "never", "1 statement on 1 page"],
        ["roe-2021", "2026-09-01", "nothing"],
    ]
    assert list_sources(content_of()).frame.empty


def test_a_citation_that_leads_nowhere_is_shown_as_such() -> None:
    content = edited(sourced_content(), "uses-1", text="It is. [@doe-1999]")
    found = list_sources(content, "tea").frame.set_index("source")
    assert found.loc["doe-1999", "not confirmed"] == "all: no such row"


def test_the_grounds_of_a_section_are_what_each_source_says_on_each_sentence() -> None:
    content = sourced_content()
    found = grounds(content, "tea", section="uses")
    assert rows_of(found.drop(columns="source")) == [
        {
            "statement": "green-1",
            "certainty": "low",
            "role": role,
            "finding": "12 of 20.",
            "where": "",
            "checked": "never",
        }
        for role in ("supports", "contradicts")
    ]
    assert [one.source for one in found["source"]] == ["lee-2020", "roe-2021"]
    assert grounds(content, "tea", section="harms").empty
    assert len(grounds(content, "tea", edition="supplied")) == 2


# --- what a change does ----------------------------------------------------------------------


def signed_content() -> Content:
    """The page with a source, a notice, a term, and sign-offs on three of its sentences."""
    content = edited(content_of(), "green-1", text="It may be mild. [@lee-2020]", certainty="low")
    content = edited(content, "harms-1", text="", notice="stains")
    tables: dict[str, list[dict[str, Any]]] = {
        "sources": [
            {"source": key, "type": "book", "title": "T"} for key in ("lee-2020", "roe-2021")
        ],
        "notices": [{"notice": "stains", "language": "en", "text": "TEA stains."}],
        "terms": [{"term": "TEA", "language": "en", "plain": "tea"}],
        "people": [
            {
                "person": "bo",
                "name": "Bo",
                "profession": "physician",
                "credential": "MD",
                "conflicts": "none",
            }
        ],
        "policies": [{"kind": "use", "capacity": "clinical"}],
    }
    for name, rows in tables.items():
        content = replace(content, **{name: frame_of(name, rows, content)})
    for key in ("green-1", "harms-1", "uses-1"):
        said = {"person": "bo", "capacity": "clinical", "signed_on": datetime.date(2026, 11, 1)}
        content = sign_off(content, "tea", key, **said)
    return content


def at(content: Content, edition: str = "current") -> Version:
    return Version(content, assemble(content, "tea", edition=edition))


BO = "bo (clinical, 2026-11-01)"


def found_by(content: Content) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what changed from the signed content, and what that voids."""
    changed = changes_between(at(signed_content()), at(content))
    return [(one.statement, one.change, one.voids) for one in changed]


def test_nothing_has_changed_between_a_version_and_itself() -> None:
    assert found_by(signed_content()) == []


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({"text": "It is mild. [@lee-2020]"}, id="words"),
        pytest.param({"label": "Black"}, id="label"),
        pytest.param({"certainty": "high"}, id="grade"),
        pytest.param({"kind": "benefit"}, id="kind"),
        pytest.param({"section": "harms", "block": 9, "position": 99}, id="move"),
        pytest.param({"text": "It may be mild. [@roe-2021]"}, id="source"),
        pytest.param({"text": "It [may](https://a.example) be mild. [@lee-2020]"}, id="link"),
    ],
)
def test_what_changes_a_fingerprint_voids_exactly_its_sign_offs(cells: dict[str, str]) -> None:
    content = edited(signed_content(), "green-1", **cells)
    # A neighbour that nobody signed stands beside another sentence now.
    assert [one for one in found_by(content) if one[2]] == [("green-1", "reworded", (BO,))]


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({"text": "It  may be mild [@lee-2020]."}, id="white space"),
        pytest.param({"topics": "use"}, id="topics"),
    ],
)
def test_what_leaves_the_fingerprint_alone_voids_nothing(cells: dict[str, Any]) -> None:
    assert found_by(edited(signed_content(), "green-1", **cells)) == []


def test_a_change_to_a_sentence_nobody_signed_voids_nothing() -> None:
    content = edited(signed_content(), "lede-1", text="Tea is hot.")
    assert found_by(content) == [("lede-1", "reworded", ())]


def test_a_cut_voids_its_sign_offs_and_an_addition_none() -> None:
    content = edited(signed_content(), "uses-1", text="", position=pd.NA)
    assert found_by(content) == [("uses-1", "cut", (BO,))]
    back = changes_between(at(content), at(signed_content()))
    assert [(one.statement, one.change, one.voids) for one in back] == [("uses-1", "added", ())]


def test_a_notice_voids_the_sign_offs_wherever_it_is_used() -> None:
    content = signed_content()
    content = replace(content, notices=content.notices.assign(text="TEA may stain."))
    assert found_by(content) == [("harms-1", "reworded", (BO,))]


def test_from_the_page_as_received_words_count_and_nothing_is_void() -> None:
    content = signed_content()
    changed = changes_between(at(content, "supplied"), at(content))
    assert [(one.statement, one.voids) for one in changed] == [("green-1", ()), ("harms-1", ())]


def test_a_change_reads_as_lines() -> None:
    content = edited(signed_content(), "uses-1", text="It is weak!")
    [one] = changes_between(at(signed_content()), at(content))
    assert str(one) == (
        f"uses/uses-1: reworded\n    It is [-strong-]{{+weak+}}!\n    voids the sign-off of {BO}"
    )


@pytest.mark.parametrize(
    ("kind", "key", "statements", "sign_offs"),
    [
        pytest.param("notice", "stains", ["harms-1"], ["harms-1"], id="notice"),
        pytest.param("source", "lee-2020", ["green-1"], ["green-1"], id="source"),
        pytest.param("source", "roe-2021", [], [], id="source nobody cites"),
        pytest.param("term", "TEA", ["harms-1"], ["harms-1"], id="term"),
    ],
)
def test_the_impact_of_a_row_is_what_it_touches(
    kind: str, key: str, statements: list[str], sign_offs: list[str]
) -> None:
    found = impact(signed_content(), kind, key)
    assert [(page, one) for page, one, _ in found.statements] == [
        ("tea", one) for one in statements
    ]
    assert list(found.sign_offs) == [("tea", one, BO) for one in sign_offs]


def test_a_notebook_is_given_an_impact_as_tables_and_as_text() -> None:
    content = edited(signed_content(), "green-1", text="It <may> be. [@lee-2020]")
    bundle = impact(content, "source", "lee-2020")._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"].splitlines()[0] == (
        "source lee-2020: 1 statement on 1 page, 0 sign-offs"
    )
    assert (
        "<p><strong>source lee-2020: 1 statement on 1 page, 0 sign-offs</strong></p>"
        in (bundle["text/html"])
    )
    assert "It &lt;may&gt; be." in bundle["text/html"]
    assert "<caption>Statements it touches</caption>" in bundle["text/html"]
    assert "sign-offs on them" not in bundle["text/html"]
    signed = impact(signed_content(), "source", "lee-2020").to_html()
    assert "<caption>Valid sign-offs on them</caption>" in signed
    assert BO in signed


def test_the_impact_counts_no_sign_off_that_is_stale() -> None:
    content = signed_content()
    content = replace(content, notices=content.notices.assign(text="TEA may stain."))
    found = impact(content, "notice", "stains")
    assert (len(found.statements), found.sign_offs) == (1, ())
    assert str(found) == (
        "notice stains: 1 statement on 1 page, 0 sign-offs\n  tea/harms-1: TEA may stain."
    )


@pytest.mark.parametrize(
    ("kind", "key", "message", "hint"),
    [
        pytest.param(
            "source", "lee-202", "No source 'lee-202'.", "Did you mean 'lee-2020'?", id="key"
        ),
        pytest.param("sourc", "x", "No kind 'sourc'.", "Did you mean 'source'?", id="kind"),
    ],
)
def test_the_impact_of_an_unknown_row_names_the_nearest(
    kind: str, key: str, message: str, hint: str
) -> None:
    with pytest.raises(UnknownName) as caught:
        impact(signed_content(), kind, key)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two commits of the tables, the second with one word changed."""
    folder = tmp_path / "data"
    git(tmp_path, "init", "--quiet")
    write_content(signed_content(), folder)
    for text in ("It is strong!", "It is weak!"):
        write_content(edited(read_content(folder), "uses-1", text=text), folder)
        git(tmp_path, "add", "data")
        git(tmp_path, "commit", "--quiet", "--message", text)
    return folder


def git(folder: Path, *words: str) -> None:
    me = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *me, *words], cwd=folder, check=True, capture_output=True)


def test_a_version_is_an_edition_or_a_commit(repository: Path) -> None:
    names = ("supplied", "current", "HEAD", "HEAD~1")
    said = [version(repository, "tea", name).page.section("uses") for name in names]
    words = ["It is strong!", "It is weak!", "It is weak!", "It is strong!"]
    assert [section.statements[2].plain for section in said] == words
    assert [section.edition for section in said] == ["supplied", *["current"] * 3]


def test_changes_since_a_commit_name_the_sign_offs_they_void(repository: Path) -> None:
    old, new = (version(repository, "tea", name) for name in ("HEAD~1", "current"))
    changed = changes_between(old, new)
    assert [(one.statement, one.voids) for one in changed] == [("uses-1", (BO,))]


@pytest.mark.parametrize("name", ["HEAD~9", "nowhere", "", "--help", "-p", "HEAD:data"])
def test_a_reference_without_tables_is_a_clear_error(repository: Path, name: str) -> None:
    with pytest.raises(KetcontentError) as caught:
        read_content_at(repository, name)
    assert caught.value.message == f"Git has no tables in {repository} at '{name}'."
    assert caught.value.hint == (
        "Name an edition (current, supplied) or a commit that holds the tables."
    )


def test_tables_that_a_version_did_not_have_yet_are_empty_at_its_commits(repository: Path) -> None:
    schema = repository / "datapackage.json"
    now = schema.read_text("utf-8")
    older = json.loads(now)
    newer = ("signing_keys", "releases")
    older["resources"] = [one for one in older["resources"] if one["name"] not in newer]
    schema.write_text(json.dumps(older), "utf-8")
    for table in newer:
        (repository / f"{table}.csv").unlink()
    git(repository.parent, "add", "--all")
    git(repository.parent, "commit", "--quiet", "--message", "As an older version has it")
    content = read_content_at(repository, "HEAD")
    assert content.signing_keys.empty
    assert len(content.statements)


def test_tables_of_a_commit_that_cannot_be_read_are_told_by_the_commit(repository: Path) -> None:
    path = repository / "statements.csv"
    sound = path.read_text("utf-8")
    path.write_text(sound.replace("It is weak!", "It is \u202eweak!"), "utf-8")
    git(repository.parent, "add", "data")
    git(repository.parent, "commit", "--quiet", "--message", "U+202E")
    path.write_text(sound, "utf-8")
    with pytest.raises(KetcontentError) as caught:
        read_content_at(repository, "HEAD")
    assert caught.value.message.startswith(
        f"The tables in {repository} at 'HEAD' cannot be read: {path}:"
    )
    assert "U+202E RIGHT-TO-LEFT OVERRIDE" in caught.value.message
    assert caught.value.hint == "Name a later commit, in which they are mended."
