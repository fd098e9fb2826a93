"""Rows become a page: its sections and blocks in order, in two editions that do not touch."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from ketcontent import assemble, import_page, list_documents, read_content, read_page
from ketcontent.errors import UnknownName
from ketcontent.markup.templates import FACTS, LEAFLET, english
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.pages.blocks import Block, Section, Statement, Term
from ketcontent.pages.document import Document

TEA = """\
Tea
Tea is a drink. It is hot.
Uses
- Green: It is mild. It is old.
- It is strong.
Warning: It stains teeth.
Reviews
"""


def content_of(text: str = TEA, document: str = "tea", **more: str) -> Content:
    return import_page(empty_content(), text, document=document, **more)


def edited(content: Content, statement: str, **cells: Any) -> Content:
    """Return a content with cells of one statement changed."""
    frame = content.statements.copy()
    for column, cell in cells.items():
        frame.loc[frame["statement"] == statement, column] = cell
    return replace(content, statements=frame)


def with_section(content: Content, section: str, **cells: Any) -> Content:
    """Return a content with cells of one section changed."""
    frame = content.sections.copy()
    for column, cell in cells.items():
        frame.loc[frame["section"] == section, column] = cell
    return replace(content, sections=frame)


def with_rows(content: Content, table: str, *rows: dict[str, Any]) -> Content:
    return replace(content, **{table: frame_of(table, list(rows), content)})


def printed(content: Content, edition: str = "current", document: str = "tea") -> list[str]:
    return assemble(content, document, edition=edition).to_text().splitlines()


AS_RECEIVED = [
    "Tea",
    "Tea is a drink. It is hot.",
    "Uses",
    "- Green: It is mild. It is old.",
    "- It is strong.",
    "Warning: It stains teeth.",
    "Reviews",
]
AS_IT_IS_NOW = [*AS_RECEIVED[:5], "Warning:", "It stains teeth.", "Reviews"]


def test_both_editions_have_their_sections_and_blocks_in_order() -> None:
    content = content_of()
    assert printed(content, "supplied") == AS_RECEIVED
    assert printed(content) == AS_IT_IS_NOW  # a heading runs in only as it was received


def test_a_section_holds_its_heading_blocks_labels_and_keys() -> None:
    page = assemble(content_of("Tea\n2. Uses\n- Green: *Old*. So.\nMore is here."), "tea")
    section = page.section("uses")
    assert (section.number, section.heading, section.title) == ("2.", "Uses", "2. Uses")
    assert (section.language, section.edition, section.run_in) == ("en", "current", False)
    assert section.blocks == (
        Block(
            "item",
            (
                Statement(
                    *("green-1", "Green", "\\*Old\\*.", "*Old*.", "", ""),
                    stands=("uses", "2. Uses", "", "green-2"),
                ),
                Statement(
                    *("green-2", "", "So.", "So.", "", ""),
                    stands=("uses", "2. Uses", "green-1", ""),
                ),
            ),
        ),
        Block(
            "paragraph",
            (
                Statement(
                    *("uses-1", "", "More is here.", "More is here.", "", ""),
                    stands=("uses", "2. Uses", "", ""),
                ),
            ),
        ),
    )
    assert [one.statement for one in section.statements] == ["green-1", "green-2", "uses-1"]
    assert [(form, len(run)) for form, run in section.runs] == [("item", 1), ("paragraph", 1)]
    assert list(page) == list(page.sections)


ASTHMA = """\
الربو
أعراض الربو:
السعال والصفير.
علاج الربو
يساعد البخاخ.
علاج الربو
اسأل طبيبك.
Inhalers
They help.
"""


def places_of(page: Document) -> list[str]:
    return [one["id"] for one in page.facts["contents"]]


def test_the_place_of_a_heading_keeps_the_letters_of_its_script() -> None:
    page = assemble(content_of(ASTHMA, language="ar"), "tea")
    assert places_of(page) == ["أعراض-الربو", "علاج-الربو", "علاج-الربو-lj-lrbw-2", "inhalers"]


@pytest.mark.parametrize("edition", ["current", "supplied"])
def test_each_link_of_the_contents_has_one_place_to_lead_to(edition: Any) -> None:
    page = assemble(content_of(ASTHMA, language="ar"), "tea", edition=edition)
    html = page.to_html()
    ids = re.findall(r' id="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r' href="#([^"]*)"', html)) <= set(ids)
    assert {*places_of(page), *(one.section for one in page)} <= set(ids)


def test_the_place_of_a_heading_stays_when_it_is_edited_moved_or_joined_by_another() -> None:
    content = content_of(ASTHMA, language="ar")
    was = places_of(assemble(content, "tea"))
    content = with_section(content, "lj-lrbw", heading="ما الذي يساعد", position=1)
    row = {"document": "tea", "section": "section-4", "position": 90, "heading": "أعراض الربو"}
    more = frame_of("sections", [{**row, "supplied_run_in": False}], content)
    content = replace(content, sections=pd.concat([content.sections, more], ignore_index=True))
    now = places_of(assemble(content, "tea"))
    assert now == [was[1], was[0], *was[2:], "أعراض-الربو-section-4"]


@pytest.mark.parametrize(
    ("heading", "place"),
    [
        pytest.param("दमा क्या है?", "दमा-क्या-है", id="signs on letters"),
        pytest.param("می\u200cشود: آسم", "میشود-آسم", id="what has no width"),
        pytest.param("Überdosis", "überdosis", id="letters beside ASCII"),
        pytest.param("U\u0308berdosis", "überdosis", id="an accent of its own"),
        pytest.param("哮喘是什么", "哮喘是什么", id="no spaces"),
        pytest.param("Uses & 2 forms", "section-9", id="ASCII, as its key"),
        pytest.param("“”…", "section-9", id="no letters"),
    ],
)
def test_the_place_of_a_heading_is_its_letters_and_digits(heading: str, place: str) -> None:
    content = content_of("Tea\nUses\nIt helps.")
    sections = content.sections.assign(section="section-9", heading=heading, supplied_heading="")
    assert places_of(assemble(replace(content, sections=sections), "tea")) == [place]


def test_the_order_of_an_edition_is_its_positions_and_not_its_rows() -> None:
    content = edited(content_of(), "green-1", position=99, supplied_position=98)
    content = edited(content, "green-2", position=97, supplied_position=99)
    assert printed(content)[2:5] == ["Uses", "- It is strong.", "- It is old. Green: It is mild."]
    assert printed(content, "supplied")[4] == "- Green: It is mild. It is old."


def test_moving_in_the_current_edition_leaves_the_supplied_one_alone() -> None:
    moved = edited(content_of(), "green-2", section="warning", block=7, position=99)
    moved = with_section(moved, "uses", position=999, heading="Kinds", number="1.")
    assert printed(moved) == [
        *AS_IT_IS_NOW[:2],
        "Warning:",
        "It stains teeth.",
        "- It is old.",
        "Reviews",
        "1. Kinds",
        "- Green: It is mild.",
        "- It is strong.",
    ]
    assert printed(moved, "supplied") == AS_RECEIVED


def test_cutting_in_the_current_edition_leaves_the_supplied_one_alone() -> None:
    content = edited(content_of(), "lede-2", text="", position=pd.NA)
    content = edited(content, "warning-1", text="", position=pd.NA)
    content = with_section(content, "warning", position=pd.NA, heading="")
    assert printed(content) == ["Tea", "Tea is a drink.", *AS_IT_IS_NOW[2:5], "Reviews"]
    assert printed(content, "supplied") == AS_RECEIVED


def test_rewording_in_the_current_edition_leaves_the_supplied_one_alone() -> None:
    content = edited(content_of(), "green-1", text="It *may* be mild.", label="Green tea")
    content = edited(content, "uses-1", form="paragraph")
    content = replace(content, documents=content.documents.assign(title="About tea"))
    assert printed(content)[0] == "About tea"
    assert printed(content)[3:5] == ["- Green tea: It may be mild. It is old.", "It is strong."]
    assert printed(content, "supplied") == AS_RECEIVED


def test_what_editors_added_is_in_the_current_edition_alone() -> None:
    content = content_of()
    own = {"document": "tea", "statement": "own-1", "section": "reviews", "text": "None yet."}
    row = frame_of("statements", [{**own, "block": 1, "position": 1, "form": "paragraph"}], content)
    statements = pd.concat([content.statements, row], ignore_index=True)
    section = {"document": "tea", "section": "help", "heading": "Help", "position": 999}
    sections = frame_of("sections", [{**section, "supplied_run_in": False}], content)
    content = replace(
        content,
        statements=statements,
        sections=pd.concat([content.sections, sections], ignore_index=True),
    )
    assert printed(content) == [*AS_IT_IS_NOW, "None yet.", "Help"]
    assert printed(content, "supplied") == AS_RECEIVED


def test_a_supplied_sentence_reads_exactly_as_received() -> None:
    content = content_of("Tea\nUses\nIt is  *hot*\u00a0<b>now</b> &amp; [so](x).")
    one = assemble(content, "tea", edition="supplied").section("uses").statements[0]
    assert one.plain == "It is  *hot*\u00a0<b>now</b> &amp; [so](x)."


NOTICES = (
    {"notice": "stains", "language": "en", "text": "It *may* stain."},
    {"notice": "stains", "language": "de", "text": "Es kann färben."},
)


def test_the_text_of_a_notice_stands_in_its_place_in_the_language_of_the_page() -> None:
    content = with_rows(content_of(), "notices", *NOTICES)
    content = edited(content, "warning-1", text="", notice="stains")
    one = assemble(content, "tea").section("warning").statements[0]
    assert (one.text, one.plain, one.notice) == ("It *may* stain.", "It may stain.", "stains")
    assert printed(content)[5:7] == ["Warning:", "It may stain."]
    assert printed(content, "supplied") == AS_RECEIVED
    german = replace(content, documents=content.documents.assign(language="de"))
    assert printed(german)[6] == "Es kann färben."


def test_a_section_under_another_stands_right_after_it_with_a_smaller_heading() -> None:
    content = with_section(content_of(), "reviews", under="uses")
    assert printed(content) == [*AS_IT_IS_NOW[:5], "Reviews", *AS_IT_IS_NOW[5:7]]
    assert printed(content, "supplied") == AS_RECEIVED
    page = assemble(content, "tea")
    groups = [[one.section for one in group] for group in page.groups]
    assert groups == [["lede"], ["uses", "reviews"], ["warning"]]
    assert "<h3>Reviews</h3>" in page.to_html()
    assert "\n### Reviews\n" in page.to_markdown()
    assert places_of(page) == ["uses", "warning"]
    alone = assemble(content, "tea", section="reviews")
    assert "<h2>Reviews</h2>" in alone.to_html()
    assert "\n## Reviews\n" in alone.to_markdown()


def test_what_is_behind_the_first_layer_is_folded_in_html_and_shown_in_order_in_markdown() -> None:
    content = edited(content_of(), "green-1", layer="more")
    page = assemble(content, "tea")
    # Of a paragraph or item that stands on both, each part is set for itself.
    after = ["- It is old.", "- It is strong.", "- Green: It is mild."]
    assert printed(content)[3:6] == after
    assert printed(content, "supplied") == AS_RECEIVED
    first, more = page.section("uses").layers
    assert [len(blocks) for _, blocks in (*first, *more)] == [2, 1]
    [folded] = re.findall(r"<details><summary>More.*?</details>", page.to_html(), re.DOTALL)
    assert (
        " ".join(re.sub("<[^>]*>", "", folded).split()) == "More on this: Uses Green: It is mild."
    )
    assert "<details" not in assemble(content, "tea", section="uses").to_html()
    assert "- It is strong.\n- **Green:** It is mild.\n" in page.to_markdown()


def test_help_lines_by_country_are_folded_in_the_box_of_the_first() -> None:
    rows = [
        {"notice": one, "language": "en", "text": f"{one}.", "needs": needs}
        for one, needs in (("Call", "crisis"), ("France", "crisis"), ("Care", ""))
    ]
    content = with_rows(
        content_of("Tea\nCall it.\nFrance is.\nCare.\nUses\nIt helps."), "notices", *rows
    )
    for number, (notice, layer) in enumerate((("Call", ""), ("France", "more"), ("Care", ""))):
        key = content.statements["statement"][number]
        cells = {
            "text": "",
            "notice": notice,
            "form": "notice",
            "layer": layer,
            "block": number + 1,
        }
        content = edited(content, key, **cells)
    page = assemble(content, "tea")
    assert [one.plain for one in page.sections[0].statements] == ["Call.", "France.", "Care."]
    [box] = re.findall(r'<div class="urgent".*?</div>', page.to_html(), re.DOTALL)
    assert re.sub("<[^>]*>", "", box).split() == [
        "Call.",
        *["Help", "lines", "by", "country"],
        "France.",
    ]


def test_a_card_for_emergencies_stands_out() -> None:
    page = assemble(with_section(content_of(), "warning", form="emergency"), "tea")
    assert '<section id="warning" class="urgent">\n<h2>Warning:</h2>' in page.to_html()


@pytest.mark.parametrize(
    ("kind", "certainty", "marked"),
    [
        *(("risk", "low", True), ("benefit", "very-low", True), ("benefit", "moderate", False)),
        *(("risk", "high", False), ("mechanism", "low", False), ("risk", "", False)),
    ],
)
def test_weak_evidence_for_a_benefit_or_a_harm_is_marked_and_nothing_else(
    kind: str, certainty: str, marked: bool
) -> None:
    page = assemble(edited(content_of(), "green-1", kind=kind, certainty=certainty), "tea")
    link = f'&nbsp;<small class="{certainty}"><a href="#_{certainty}">'
    assert (link in page.to_html()) == marked
    assert (f'<dt id="_{certainty}">' in page.to_html()) == marked
    assert ("certainty)" in page.to_markdown()) == marked


TERMS = (
    {"term": "PTSD", "language": "en", "expansion": "post-traumatic stress disorder"},
    {"term": "CBT", "language": "en", "plain": "a talking therapy", "definition": "It is talk."},
    {"term": "PTS", "language": "en", "expansion": "another thing"},
    {"term": "a+b", "language": "en", "expansion": "a sum"},
    {"term": "tea", "language": "de", "expansion": "Tee"},
    {"term": "anxiety disorder", "language": "en", "plain": "strong worry"},
)


def terms_in(text: str) -> list[str]:
    content = with_rows(content_of(f"Page\nUses\n{text}"), "terms", *TERMS)
    return [term.term for term in assemble(content, "tea").terms]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("It may ease PTSD.", ["PTSD"], id="whole word"),
        pytest.param("PTSD-like signs (CBT).", ["CBT", "PTSD"], id="beside marks, sorted"),
        pytest.param("PTSDs and xPTS are none.", [], id="part of a word"),
        pytest.param("ptsd is none.", [], id="other letters"),
        pytest.param("So a+b is one, and aab is none.", ["a+b"], id="not a pattern"),
        pytest.param("This tea is English.", [], id="other language"),
        pytest.param("It is an anxiety disorder.", ["anxiety disorder"], id="two words"),
        pytest.param("- CBT: A label too.", ["CBT"], id="label"),
    ],
)
def test_a_term_is_found_as_a_whole_word_of_the_page(text: str, expected: list[str]) -> None:
    assert terms_in(text) == expected


def test_the_supplied_edition_explains_no_terms() -> None:
    content = with_rows(content_of("Page\nUses\nPTSD is here."), "terms", *TERMS)
    assert assemble(content, "tea", edition="supplied").terms == ()
    assert assemble(content, "tea").terms == (
        Term("PTSD", "post-traumatic stress disorder", "", ""),
    )


def test_a_section_alone_explains_the_terms_it_uses() -> None:
    content = with_rows(content_of("Page\nUses\nPTSD is here.\nHarms\nCBT."), "terms", *TERMS)
    assert [one.term for one in assemble(content, "tea", section="uses").terms] == ["PTSD"]


# --- what is not there -----------------------------------------------------------------------


def failure(content: Content, document: str, **more: Any) -> tuple[str, str]:
    with pytest.raises(UnknownName) as caught:
        assemble(content, document, **more)
    return caught.value.message, caught.value.hint


@pytest.mark.parametrize(
    ("document", "more", "message", "hint"),
    [
        pytest.param("teas", {}, "No document 'teas'.", "Did you mean 'tea'?", id="document"),
        pytest.param("x", {}, "No document 'x'.", "Use one of: tea.", id="none is near"),
        pytest.param(
            "tea",
            {"edition": "suplied"},
            "No edition 'suplied'.",
            "Did you mean 'supplied'?",
            id="edition",
        ),
        pytest.param(
            "tea", {"section": "use"}, "No section 'use'.", "Did you mean 'uses'?", id="section"
        ),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest(
    document: str, more: dict[str, str], message: str, hint: str
) -> None:
    assert failure(content_of(), document, **more) == (message, hint)


def test_the_first_document_of_a_project_is_asked_for() -> None:
    assert failure(empty_content(), "tea") == (
        "No document 'tea'.",
        "This project has none yet: take one in with 'ketcontent import FILE --document tea'.",
    )


def test_a_section_that_an_edition_does_not_have_is_unknown_there() -> None:
    content = edited(content_of(), "warning-1", text="", position=pd.NA)
    content = with_section(content, "warning", position=pd.NA, heading="")
    assert assemble(content, "tea", edition="supplied", section="warning").part == "warning"
    assert failure(content, "tea", section="warning")[0] == "No section 'warning'."
    with pytest.raises(UnknownName, match="No section 'warnin'"):
        assemble(content, "tea", edition="supplied").section("warnin")


# --- what is shown ---------------------------------------------------------------------------


def test_one_section_is_a_page_with_that_section_alone() -> None:
    page = assemble(content_of(), "tea", section="uses")
    assert [section.section for section in page] == ["uses"]
    assert page.to_text() == "\n".join(AS_RECEIVED[2:5])
    assert page.facts["title"] == "Uses – Tea"
    assert page.facts["kind"] == "section"
    assert page.facts["contents"] == []
    assert "It is hot." not in page.to_html() + page.to_markdown()


def test_a_page_says_of_itself_what_its_frame_needs() -> None:
    content = content_of()
    facts = assemble(content, "tea").facts
    assert facts == {
        "kind": "document",
        "document": "tea",
        "section": "",
        "edition": "current",
        "state": "draft",
        "title": "Tea",
        "name": "Tea",
        "language": "en",
        "direction": "ltr",
        "strings": ["en", english().texts],
        "description": "",
        "received": True,
        "previous": None,
        "next": None,
        "translations": [],
        "site": {},
        "contents": [
            {"id": "uses", "heading": "Uses"},
            {"id": "warning", "heading": "Warning:"},
            {"id": "reviews", "heading": "Reviews"},
        ],
    }
    assert assemble(content, "tea", edition="supplied").facts["state"] == "archive"


@pytest.mark.parametrize("edition", ["current", "supplied"])
def test_a_notebook_is_given_a_page_as_html_markdown_and_text(edition: str) -> None:
    page = assemble(content_of(), "tea", edition=edition)
    assert page._repr_mimebundle_(include=None, exclude=None) == {
        "text/plain": page.to_text(),
        "text/html": page.to_html(),
        "text/markdown": page.to_markdown(),
        FACTS: json.dumps(page.facts, ensure_ascii=False),
        **({LEAFLET: page.to_leaflet()} if edition == "current" else {}),
    }


def test_a_notebook_is_given_a_statement_as_html_and_text() -> None:
    content = edited(
        content_of(), "green-1", text="It *may* be <mild>. [@lee-2020]", certainty="low", kind="use"
    )
    one = assemble(content, "tea").statement("green-1")
    bundle = one._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"].splitlines() == [
        "green-1",
        "  words: Green: It may be <mild>.",
        "  kind: use",
        "  certainty: low",
        "  cites: lee-2020",
    ]
    page = bundle["text/html"]
    assert "<caption>green-1</caption>" in page
    heads = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', page)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page)
    assert dict(zip(heads, cells, strict=True)) == {
        "words": "Green: It may be &lt;mild&gt;.",
        "kind": "use",
        "certainty": "low",
        "cites": "lee-2020",
    }


def test_a_statement_says_what_nobody_has_set_and_which_notice_it_is() -> None:
    content = with_rows(content_of(), "notices", {"notice": "n", "language": "en", "text": "Hot."})
    content = edited(content, "green-1", text="", notice="n")
    shown = dict(assemble(content, "tea").statement("green-1").described)
    assert shown == {
        "words": "Green: Hot.",
        "kind": "not set",
        "certainty": "not graded",
        "cites": "nothing",
        "notice": "n",
    }


def test_an_unknown_statement_is_an_error_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        assemble(content_of(), "tea").statement("gren-1")
    assert str(caught.value) == "No statement 'gren-1'.\nhint: Did you mean 'green-1'?"


def test_a_notebook_is_given_a_section_as_html_markdown_and_text() -> None:
    section = assemble(content_of(), "tea").section("uses")
    bundle = section._repr_mimebundle_(include=None, exclude=None)
    assert bundle == {
        "text/plain": "Uses\n- Green: It is mild. It is old.\n- It is strong.",
        "text/html": section.to_html(),
        "text/markdown": ("## Uses\n\n- **Green:** It is mild.\n  It is old.\n- It is strong.\n"),
        FACTS: '{"kind": "part"}',
    }


def test_records_are_named_in_short() -> None:
    page = assemble(content_of(), "tea")
    assert repr(page) == "<Document tea, current: 4 sections>"
    assert repr(page.section("uses")) == "<Section uses: 3 statements>"


def test_a_page_with_nothing_in_it_is_still_a_page() -> None:
    content = empty_content()
    row = {"document": "tea", "title": "Tea", "language": "en", "review_every_days": 365}
    page = assemble(with_rows(content, "documents", row), "tea")
    assert page.sections == ()
    assert page.to_text() == "Tea"
    assert not page.received
    assert "<h1>Tea</h1>" in page.to_html()
    assert page.to_markdown().startswith("# Tea\n")
    supplied = assemble(with_rows(content, "documents", row), "tea", edition="supplied")
    assert supplied.to_text() == ""


def test_a_page_received_as_a_title_alone_is_a_page() -> None:
    content = content_of("Tea")
    assert printed(content, "supplied") == ["Tea"]
    assert len(content.sections) == len(content.statements) == 0


def test_a_section_without_a_heading_has_none_in_any_form() -> None:
    section = assemble(content_of(), "tea").section("lede")
    assert section.to_text() == "Tea is a drink. It is hot."
    assert section.to_markdown() == "Tea is a drink.\nIt is hot.\n"
    assert "<h2" not in section.to_html()
    assert "aria-labelledby" not in section.to_html()
    page = assemble(content_of(), "tea", section="lede")
    assert page.facts["title"] == "Tea"


def test_a_section_without_heading_and_words_leaves_no_line() -> None:
    content = edited(content_of(), "lede-1", text="", position=pd.NA)
    content = edited(content, "lede-2", text="", position=pd.NA)
    assert printed(content) == ["Tea", *AS_IT_IS_NOW[2:]]


def test_a_heading_with_nothing_under_it_stands_alone() -> None:
    section = assemble(content_of(), "tea").section("reviews")
    assert section.statements == ()
    assert section.to_text() == "Reviews"
    assert section.to_markdown() == "## Reviews\n"


@pytest.mark.parametrize(
    ("label", "text"),
    [
        pytest.param("Form", "Form:", id="letter"),
        pytest.param("Step 2", "Step 2:", id="digit"),
        pytest.param("1.", "1.", id="full stop"),
        pytest.param("A (b):", "A (b):", id="colon"),
        pytest.param("", "", id="none"),
    ],
)
def test_a_label_that_ends_in_a_letter_or_digit_gets_a_colon(label: str, text: str) -> None:
    assert Statement("s", label, "", "", "", "").label_text == text


def test_a_run_in_heading_without_words_is_a_heading() -> None:
    section = Section("note", "1.", "Note:", True, (), "en", "supplied")
    assert section.to_text() == "1. Note:"


def test_assembling_changes_no_table() -> None:
    content = read_content("data")
    before = {name: getattr(content, name).copy() for name in ("sections", "statements")}
    for edition in ("current", "supplied"):
        assemble(content, "ketamine", edition=edition).to_html()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(content, name), frame)


def test_the_editions_of_the_shipped_page_do_not_touch() -> None:
    content = read_content("data")
    current, supplied = (
        assemble(content, "ketamine", edition=edition) for edition in ("current", "supplied")
    )
    received = import_page(
        empty_content(), read_page("tests/importing/pages/ketamine.txt"), document="ketamine"
    )
    as_it_was = assemble(received, "ketamine", edition="supplied")
    assert [section.title for section in supplied] == [section.title for section in as_it_was]
    assert [
        (block.form, [(one.label, one.plain) for one in block.statements])
        for section in supplied
        for block in section.blocks
    ] == [
        (block.form, [(one.label, one.plain) for one in block.statements])
        for section in as_it_was
        for block in section.blocks
    ]
    assert (current.facts["state"], supplied.facts["state"]) == ("draft", "archive")
    assert (supplied.references, dict(supplied.numbers), supplied.terms) == ((), {}, ())
    assert len(current.references) == len(current.numbers) > 0


# --- sources ---------------------------------------------------------------------------------

CITES = {
    "lede-1": "Tea is a drink. [@roe-2021]",
    "green-1": "It is mild. [@lee-2020; @roe-2021]",
    "uses-1": "It *may* be strong [@who-2015], or not. [@lee-2020]",
    "warning-1": "It stains teeth. [@zoe-1999]",
}


def citing() -> Content:
    content = content_of()
    for key, text in CITES.items():
        content = edited(content, key, text=text)
    rows = [
        {"source": key, "type": "book", "title": f"Book {key}", "issued": "2020"}
        for key in ("lee-2020", "roe-2021", "who-2015", "not-cited-1")
    ]
    return with_rows(content, "sources", *rows)


def numbered(page: Document) -> list[tuple[int, str]]:
    return [(one.number, one.source) for one in page.references]


def links_of(html: str) -> list[str]:
    """Return the number of each citation that HTML links, where it leads as it says."""
    found = re.findall(r'<a href="#_(\d+)">(\d+)</a>', html)
    assert all(leads == shows for leads, shows in found)
    return [shows for _, shows in found]


def items_of(html: str) -> list[str]:
    """Return the number of each item of the list of sources."""
    found = re.findall(r'<li id="_(\d+)" value="(\d+)">', html)
    assert all(name == number for name, number in found)
    return [number for _, number in found]


def test_sources_are_numbered_by_first_use_over_the_page() -> None:
    page = assemble(citing(), "tea")
    assert dict(page.numbers) == {"roe-2021": 1, "lee-2020": 2, "who-2015": 3, "zoe-1999": 4}
    assert numbered(page) == [(1, "roe-2021"), (2, "lee-2020"), (3, "who-2015"), (4, "zoe-1999")]
    assert [one.cites for section in page for one in section.statements if one.cites] == [
        ("roe-2021",),
        ("lee-2020", "roe-2021"),
        ("who-2015", "lee-2020"),
        ("zoe-1999",),
    ]


def test_a_section_alone_lists_its_sources_with_the_numbers_of_the_page() -> None:
    page = assemble(citing(), "tea", section="uses")
    assert numbered(page) == [(1, "roe-2021"), (2, "lee-2020"), (3, "who-2015")]
    warning = assemble(citing(), "tea", section="warning")
    assert numbered(warning) == [(4, "zoe-1999")]
    assert items_of(warning.to_html()) == ["4"]
    assert links_of(warning.to_html()) == ["4"]
    assert numbered(assemble(citing(), "tea", section="reviews")) == []
    assert 'id="_sources"' not in assemble(citing(), "tea", section="reviews").to_html()


def test_numbers_follow_the_order_of_the_edition() -> None:
    moved = with_section(citing(), "warning", position=1)
    assert assemble(moved, "tea").numbers["zoe-1999"] == 1


@pytest.mark.parametrize("key", ["", "lede", "uses", "warning", "reviews"])
def test_every_citation_leads_to_an_item_of_the_list(key: str) -> None:
    page = assemble(citing(), "tea", section=key)
    html = page.to_html()
    assert set(links_of(html)) == set(items_of(html))
    assert items_of(html) == [str(one.number) for one in page.references]
    markdown = page.to_markdown()
    marks = re.findall(r"\[\^([a-z0-9-]+)\](?!:)", markdown)
    keys = {one.source for one in page.references}
    assert set(marks) == set(re.findall(r"^\[\^([a-z0-9-]+)\]:", markdown, re.M)) == keys


def test_a_source_knows_each_sentence_that_cites_it_and_a_reader_passes_no_links_to_them() -> None:
    page = assemble(citing(), "tea")
    html = page.to_html()
    shown = re.findall(r'<li><a href="#s_([a-z0-9-]+)">[^<]*</a>:(?:(?!</li>).)*>1</a>', html)
    [item] = re.findall(r'<li id="_1" value="1">(.*?)</li>', html, re.S)
    assert list(page.references[0].cited_in) == shown != []
    assert "#s_" not in item


@pytest.mark.slow
def test_every_citation_of_the_shipped_page_leads_to_an_item_in_each_section() -> None:
    content = read_content("data")
    whole = assemble(content, "ketamine")
    for key in ("", *(section.section for section in whole)):
        page = assemble(content, "ketamine", section=key)
        html = page.to_html()
        assert set(links_of(html)) == set(items_of(html))
        assert items_of(html) == [str(whole.numbers[one.source]) for one in page.references]
    ids = re.findall(r'id="([^"]+)"', whole.to_html())
    assert len(ids) == len(set(ids))


def test_a_source_that_is_not_there_is_shown_as_such() -> None:
    page = assemble(citing(), "tea")
    lost = page.references[-1]
    assert (lost.source, lost.number) == ("zoe-1999", 4)
    assert lost.text == "This source is not in the table of sources."
    assert f'<li id="_4" value="4">{lost.text}</li>' in page.to_html()
    assert f"[^zoe-1999]: {lost.text}\n" in page.to_markdown()


def test_words_are_without_citations() -> None:
    page = assemble(citing(), "tea")
    [lede, *_], *_ = (section.statements for section in page)
    assert lede.plain == "Tea is a drink."
    assert page.section("uses").statements[2].plain == "It may be strong, or not."
    assert "@" not in page.to_text()
    assert "[" not in page.to_text()


def test_a_notice_cites_as_a_text_does() -> None:
    rows = {"notice": "stains", "language": "en", "text": "It may stain. [@lee-2020]"}
    content = with_rows(citing(), "notices", rows)
    content = edited(content, "warning-1", text="", notice="stains")
    one = assemble(content, "tea").section("warning").statements[0]
    assert (one.plain, one.cites) == ("It may stain.", ("lee-2020",))


def test_the_supplied_edition_never_reads_citations() -> None:
    content = edited(citing(), "lede-1", supplied="Tea is a drink [@roe-2021].")
    page = assemble(content, "tea", edition="supplied")
    assert page.sections[0].statements[0].plain == "Tea is a drink [@roe-2021]."
    assert (page.references, dict(page.numbers), page.sources) == ((), {}, ())
    assert all(one.cites == () for section in page for one in section.statements)
    assert "Tea is a drink [@roe-2021]." in page.to_html()
    assert "<sup" not in page.to_html()
    assert "Tea is a drink \\[@roe-2021\\]." in page.to_markdown()
    assert "[^" not in page.to_markdown()


def test_a_reference_has_its_address_and_what_is_not_confirmed() -> None:
    rows = [
        {
            "source": "lee-2020",
            "doi": "10.1002/(SICI)1<1::AID>3.0.CO;2-2",
            "url": "https://a.example",
        },
        {"source": "roe-2021", "url": "https://b.example/?a=1&b=2", "unconfirmed": "volume"},
        {"source": "who-2015"},
    ]
    rows = [{"type": "book", "title": "A T", **row} for row in rows]
    page = assemble(with_rows(citing(), "sources", *rows), "tea")
    address = "https://doi.org/10.1002/(SICI)1%3C1::AID%3E3.0.CO;2-2"
    shown = "doi:10.1002/(SICI)1&lt;1::AID&gt;3.0.CO;2-2"
    assert f'A T. <a href="{address}">{shown}</a></li>' in page.to_html()
    assert f"[^lee-2020]: A T. <{address}>\n" in page.to_markdown()
    url = "https://b.example/?a=1&amp;b=2"
    lacks = "<em>Not yet confirmed: volume.</em>"
    assert (
        f'A T. <a href="{url}">{url}</a> <span class="lacks">{lacks}</span></li>' in page.to_html()
    )
    assert "A T. <https://b.example/?a=1&b=2> Not yet confirmed: volume.\n" in page.to_markdown()


# --- sign-offs -------------------------------------------------------------------------------


def test_a_page_that_nobody_signed_says_so_in_the_current_edition_alone() -> None:
    page = assemble(content_of(), "tea")
    words = "Nobody has signed off this page yet."
    assert f"<dt>Reviewed by</dt>\n<dd>{words}</dd>" in page.to_html()
    assert f"\n- **Reviewed by**: {words}\n" in page.to_markdown()
    for other in (
        assemble(content_of(), "tea", edition="supplied"),
        assemble(content_of(), "tea", section="uses"),
    ):
        assert "Reviewed by" not in other.to_html() + other.to_markdown()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param(
            "archive",
            ("Archive copy.", "This is the page as it was received, word for word."),
            id="archive",
        ),
        pytest.param("draft", ("Draft.", "No clinician has reviewed this page."), id="draft"),
        pytest.param(
            "part-reviewed",
            ("Draft.", "A clinician has reviewed parts of this page, not all of it."),
            id="part-reviewed",
        ),
        pytest.param(
            "reviewed",
            ("Reviewed.", "Every sentence was approved, in these words, by the people named under"),
            id="reviewed",
        ),
    ],
)
def test_a_page_says_its_state_at_the_top(state: Any, words: tuple[str, str]) -> None:
    page = replace(assemble(content_of(), "tea"), state=state)
    heading, text = words
    assert f"<strong>{heading}</strong> {text}" in page.to_html()
    assert page.to_markdown().startswith(f"# Tea\n\n> **{heading}**\n> {text}")
    assert page.facts["state"] == state


def test_the_index_lists_all_pages_by_name() -> None:
    content = import_page(content_of("zebra\nIt runs."), "Ant\nIt walks.", document="z-ant")
    index = list_documents(content)
    assert [(one.document, one.name) for one in index.entries] == [
        ("z-ant", "Ant"),
        ("tea", "zebra"),
    ]
    bundle = index._repr_mimebundle_()
    assert bundle["text/plain"] == "Ant\nzebra"
    link = '<a href="z-ant/index.html" lang="en" dir="ltr" hreflang="en">Ant</a>'
    assert link in bundle["text/html"]
    assert "- [Ant](z-ant/index.md)\n" in bundle["text/markdown"]
    assert json.loads(bundle[FACTS])["kind"] == "index"


def test_the_index_of_an_empty_project_says_so() -> None:
    index = list_documents(empty_content())
    assert index.entries == ()
    assert "There are no pages yet." in index.to_html()
    assert "There are no pages yet." in index.to_markdown()
