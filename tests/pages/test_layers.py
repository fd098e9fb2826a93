"""Whatever an editor folds, each sentence of a page is on it once, and help is seen."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent import assemble, check
from ketcontent.model.content import Content
from tests.conftest import read_shipped
from tests.laws import examples

CONTENT = read_shipped()

SECTIONS = ("lede", "lasting-harm", "pregnancy", "suicide-thoughts")
"""Sections with contacts for a reader in crisis and without, under a heading and under none."""

KEYS = list(
    CONTENT.statements.loc[
        CONTENT.statements["section"].isin(SECTIONS) & CONTENT.statements["position"].notna(),
        "statement",
    ]
)


def laid_out(
    folded: dict[str, str], forms: dict[str, str], headless: frozenset[str] = frozenset()
) -> Content:
    """The shipped page with other layers and forms, and some headings emptied."""
    statements = CONTENT.statements.copy()
    for column, cells in (("layer", folded), ("form", forms)):
        was = zip(statements["statement"], statements[column], strict=True)
        statements[column] = [cells.get(key, cell) for key, cell in was]
    sections = CONTENT.sections.copy()
    sections.loc[sections["section"].isin(headless), "heading"] = ""
    return replace(CONTENT, statements=statements, sections=sections)


def times_on_page(page: str) -> Counter[str]:
    return Counter(re.findall(r'id="s_([a-z0-9-]+)"', page))


def seen_at_once(page: str) -> set[str]:
    """The sentences that stand in nothing that is folded."""
    seen, depth = set(), 0
    for tag, key in re.findall(r'<(/?details)\b|id="s_([a-z0-9-]+)"', page):
        depth += {"details": 1, "/details": -1}.get(tag, 0)
        if key and not depth:
            seen.add(key)
    return seen


@pytest.mark.slow
@settings(max_examples=examples(60))
@given(
    st.dictionaries(st.sampled_from(KEYS), st.sampled_from(("", "more"))),
    st.dictionaries(st.sampled_from(KEYS), st.sampled_from(("paragraph", "item", "notice"))),
    st.frozensets(st.sampled_from(SECTIONS[1:])),
)
def test_each_sentence_is_on_a_page_once_whatever_is_folded(
    folded: dict[str, str], forms: dict[str, str], headless: frozenset[str]
) -> None:
    page = assemble(laid_out(folded, forms, headless), "ketamine")
    html = page.to_html()
    assert times_on_page(html) == Counter(one.statement for one in page.statements)
    assert seen_at_once(html) == {one.statement for one in page.first_layer}


@pytest.mark.parametrize(
    "folded",
    [
        pytest.param(["lede-crisis-1"], id="the first line"),
        pytest.param(["lede-crisis-1", "lede-lines"], id="both that were seen"),
        pytest.param(KEYS, id="all there is"),
    ],
)
def test_crisis_contacts_before_the_first_heading_are_never_all_folded(folded: list[str]) -> None:
    page = assemble(laid_out(dict.fromkeys(folded, "more"), {}), "ketamine")
    urgent = {one.statement for one in page.sections[0].statements if one.urgent}
    assert urgent & seen_at_once(page.to_html())


def test_help_by_country_is_folded_in_the_box_that_is_seen_beside_thoughts_of_suicide() -> None:
    page = assemble(CONTENT, "ketamine")
    section = page.section("suicide-thoughts")
    first, behind = section.layers
    [(box, more)] = [section.help_box(run) for form, run in first if form == "urgent"]
    seen = [one.notice for block in box for one in block.statements]
    assert seen == ["crisis-emergency", "crisis-lines"]
    assert len(more) == 9
    assert "urgent" not in [form for form, _ in behind]


@pytest.mark.parametrize("folded", [["suicide-crisis-1"], ["suicide-crisis-1", "suicide-lines"]])
def test_crisis_text_that_is_seen_has_contacts_that_are_seen(folded: list[str]) -> None:
    content = laid_out(dict.fromkeys(folded, "more"), {})
    named = [
        one.key.split("/")[1] for one in check(content) if one.rule == "crisis-contacts-folded"
    ]
    spoken = ["rapid-onset-4", "young-1", "young-4"]
    assert sorted(named) == (spoken if len(folded) == 2 else [])
    hidden = {**dict.fromkeys(folded, "more"), **dict.fromkeys(spoken, "more")}
    assert "crisis-contacts-folded" not in {one.rule for one in check(laid_out(hidden, {}))}


def test_what_is_folded_under_no_heading_is_seen() -> None:
    content = laid_out(dict.fromkeys(KEYS, "more"), {}, frozenset({"pregnancy"}))
    page = assemble(content, "ketamine")
    section = {one.statement for one in page.section("pregnancy").statements}
    assert section <= seen_at_once(page.to_html())


# --- a section alone -------------------------------------------------------------------------


def test_a_section_opened_alone_starts_with_the_help_lines_that_its_page_starts_with() -> None:
    page, part = assemble(CONTENT, "ketamine"), assemble(CONTENT, "ketamine", section="driving")
    assert page.opening
    assert part.help
    assert part.help.blocks == page.opening.blocks
    lines = [one.statement for one in page.opening.statements]
    assert "lede-crisis-1" in lines
    assert [one.statement for one in part.shown][: len(lines)] == lines
    html, markdown = part.to_html(), part.to_markdown()
    assert html.index('id="s_lede-crisis-1"') < html.index('id="s_driving-1"')
    assert markdown.index("[988](<tel:988>)") < markdown.index("## Driving")
    assert "Ketamine should be given only where" not in html  # that is no help line
    for one in page, assemble(CONTENT, "ketamine", section="lede"):
        assert one.help is None
        assert one.to_html().count('id="s_lede-crisis-1"') == 1


def test_where_a_page_does_not_start_with_help_lines_its_sections_name_the_emergency_number() -> (
    None
):
    sections = CONTENT.sections.assign(position=CONTENT.sections["position"].where(
        CONTENT.sections["section"] != "lede", 9999))  # fmt: skip
    part = assemble(replace(CONTENT, sections=sections), "ketamine", section="driving")
    assert part.help is None
    assert "call your emergency number" in part.to_html()


def test_a_section_knows_the_ones_before_and_after_it() -> None:
    page = assemble(CONTENT, "ketamine")
    keys = [one.section for one in page]
    for place, key in enumerate(keys):
        part = assemble(CONTENT, "ketamine", section=key)
        around = part.previous and part.previous[0], part.next and part.next[0]
        assert around == (
            keys[place - 1] if place else None,
            keys[place + 1] if place + 1 < len(keys) else None,
        )
    assert assemble(CONTENT, "ketamine", section="conclusion").previous == ("lede", "Ketamine")
    assert (page.previous, page.next) == (None, None)
