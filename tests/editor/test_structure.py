"""The structure of a page: sections and several statements, and what changing it would void."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent import read_content, sign_off, write_content
from ketcontent.editor.consequences import told_of_change
from ketcontent.editor.edits import (
    added,
    brought_back,
    cut,
    graded,
    in_order,
    joined_with_next,
    split,
)
from ketcontent.editor.moving import deepened, moved, moved_together, placed
from ketcontent.editor.session import (
    Session,
    changes_of,
    opened,
    rows_by_key,
    undo,
)
from ketcontent.editor.structure import (
    first_added,
    levelled,
    outline,
    section_added,
    section_back,
    section_cut,
    section_moved,
    section_placed,
)
from ketcontent.editor.workbench import Workbench
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.pages.assembly import PageView, assemble
from tests.laws import examples

SECTIONS = [("uses", ""), ("colds", "uses"), ("flu", "uses"), ("harms", ""), ("nausea", "harms")]
"""The sections of the page, and under which each stands."""


def tables(**more: list[dict[str, Any]]) -> Content:
    """A page on tea: of each section a paragraph of two sentences and one of one."""
    documents = [
        {"document": "tea", "title": "Tea", "language": "en", "review_every_days": "365"},
        *more.pop("documents", []),
    ]
    sections = [
        {
            "document": "tea",
            "section": key,
            "position": str(10 * place),
            "heading": key.title(),
            "under": under,
            "supplied_run_in": "false",
        }
        for place, (key, under) in enumerate(SECTIONS, 1)
    ]
    statements = [
        {
            "document": "tea",
            "section": key,
            "statement": f"{key}-{place}",
            "block": str((place + 1) // 2),
            "position": str(10 * place),
            "form": "paragraph",
            "kind": "risk",
            "text": f"Words {place} on {key}.",
        }
        for key, _ in SECTIONS
        for place in (1, 2, 3)
    ]
    for row in more.pop("changed", []):
        at = next(n for n, one in enumerate(statements) if one["statement"] == row["statement"])
        statements[at] |= row
    rows = {
        "documents": documents,
        "sections": sections + more.pop("sections", []),
        "statements": statements + more.pop("statements", []),
        "people": [
            {
                **{"person": "ada", "name": "Ada Roe", "profession": "physician"},
                **{"credential": "MD", "conflicts": "none"},
            }
        ],
        "policies": [
            {"kind": "risk", "capacity": "clinical"},
            {"kind": "heading", "capacity": "clinical"},
        ],
        **more,
    }
    content = empty_content()
    frames: dict[str, Any] = {name: frame_of(name, some, content) for name, some in rows.items()}
    return replace(content, **frames)


TEA = tables()


def tea(content: Content = TEA) -> Session:
    return opened(content, "tea")


def order(session: Session) -> list[tuple[str, int]]:
    return outline(session.content, "tea")


def keys(session: Session, section: str) -> list[str]:
    return [row["statement"] for row in in_order(session, section)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["up", "down", "in", "out", "before", "after", "under", "cut", "back"]),
        st.sampled_from([key for key, _ in SECTIONS]),
        st.sampled_from([key for key, _ in SECTIONS]),
    ),
    min_size=1,
    max_size=6,
)


def do(session: Session, verb: str, section: str, target: str) -> Session:
    try:
        if verb in ("up", "down"):
            return section_moved(session, section, "up" if verb == "up" else "down")
        if verb in ("in", "out"):
            return levelled(session, section, verb)
        if verb in ("cut", "back"):
            return {"cut": section_cut, "back": section_back}[verb](session, section)
        return section_placed(session, section, target, verb)
    except KetcontentError:
        return session


@settings(max_examples=examples(20))
@given(STEPS)
def test_whatever_is_done_to_sections_the_tables_hold_and_undo_gives_back_every_row(
    steps: list[tuple[str, str, str]],
) -> None:
    session = tea()
    for step in steps:
        session = do(session, *step)
    shown = order(session)
    rows = {key: row for (_, key), row in rows_by_key(session.content, "sections").items()}
    assert {key for key, _ in shown} == {key for key, row in rows.items() if row["position"]}
    assert len({row["position"] for row in rows.values() if row["position"]}) == len(shown)
    for key, level in shown:
        above = rows[key]["under"]
        assert (level == 2) == bool(above)
        assert not above or (dict(shown)[above] == 1 and rows[above]["heading"])
    assert [one.section for one in assemble(session.content, "tea")] == [key for key, _ in shown]
    for _ in session.done:
        session = undo(session)
    assert changes_of(TEA, session.content) == ()


def test_a_section_set_out_and_in_again_is_as_it_was_and_stays_in_its_place() -> None:
    out = levelled(tea(), "colds", "out")
    assert order(out) == [("uses", 1), ("colds", 1), ("flu", 2), ("harms", 1), ("nausea", 2)]
    assert rows_by_key(out.content, "sections")["tea", "flu"]["under"] == "colds"
    assert changes_of(TEA, levelled(out, "colds", "in").content) == ()


def test_a_section_moves_with_what_is_under_it_and_one_under_another_into_the_next() -> None:
    harms = [("harms", 1), ("nausea", 2), ("uses", 1), ("colds", 2), ("flu", 2)]
    assert order(section_moved(tea(), "harms", "up")) == harms
    assert order(section_moved(tea(), "uses", "down")) == harms
    passed = section_moved(tea(), "flu", "down")
    assert order(passed) == [("uses", 1), ("colds", 2), ("harms", 1), ("flu", 2), ("nausea", 2)]
    assert order(section_moved(passed, "flu", "up")) == order(tea())
    for unmoved in (
        section_moved(tea(), "uses", "up"),
        section_moved(tea(), "harms", "down"),
        section_moved(tea(), "nausea", "down"),
    ):
        assert unmoved == tea()


def test_a_section_that_goes_under_another_takes_there_what_was_under_it() -> None:
    laid = section_placed(tea(), "harms", "uses", "under")
    assert order(laid) == [("uses", 1), ("colds", 2), ("flu", 2), ("harms", 2), ("nausea", 2)]
    assert order(section_placed(tea(), "flu", "harms", "before"))[2:4] == [("flu", 1), ("harms", 1)]
    assert order(section_placed(tea(), "nausea", "colds", "after"))[2] == ("nausea", 2)
    with pytest.raises(KetcontentError, match="'uses' has no section with a heading before it"):
        levelled(tea(), "uses", "in")
    with pytest.raises(UnknownName):
        section_placed(tea(), "flu", "soup", "before")


def test_a_new_section_has_a_key_of_its_heading_that_was_never_used() -> None:
    session, key = section_added(tea(), "uses", "Harms: what can it do?")
    assert (key, order(session)[3]) == ("harms-what-can-it-do", (key, 1))
    session, key = section_added(session, "colds", "Harms")
    assert (key, order(session)[2]) == ("harms-2", (key, 2))
    session, first = first_added(session, key)
    assert keys(session, key) == [first]
    with pytest.raises(KetcontentError, match="A section has a heading"):
        section_added(tea(), "uses", " ")


def test_a_section_is_cut_with_all_below_it_and_one_that_was_never_saved_leaves_no_row() -> None:
    session = section_cut(tea(), "uses")
    assert order(session) == [("harms", 1), ("nausea", 2)]
    rows = rows_by_key(session.content, "statements")
    assert {row["section"] for row in rows.values() if row["position"]} == {"harms", "nausea"}
    with pytest.raises(KetcontentError, match="its section 'flu' is cut"):
        brought_back(session, "flu-1")
    back = brought_back(section_back(session, "flu"), "flu-2", "flu-1")
    assert order(back)[-1] == ("flu", 1)
    assert keys(back, "flu") == ["flu-2", "flu-1"]
    session, key = section_added(tea(), "uses", "Soup")
    session, _ = first_added(session, key)
    assert changes_of(TEA, section_cut(session, key).content) == ()


def test_several_statements_move_to_a_place_in_their_order_and_their_paragraphs() -> None:
    session = placed(tea(), ["harms-3", "flu-1", "flu-2"], "nausea", before="nausea-3")
    assert keys(session, "nausea") == [
        *("nausea-1", "nausea-2", "flu-1", "flu-2", "harms-3", "nausea-3")
    ]
    blocks = [row["block"] for row in in_order(session, "nausea")]
    assert [blocks.index(one) for one in blocks] == [0, 0, 2, 2, 4, 5]
    others = {one.key[1] for one in changes_of(TEA, session.content, ["statements"])}
    assert others - {"nausea-3"} == {"flu-1", "flu-2", "harms-3"}
    within = placed(tea(), ["flu-1"], "nausea", after="nausea-1")
    assert {row["block"] for row in in_order(within, "nausea")[:3]} == {"1"}
    assert placed(tea(), ["flu-1"], "flu", after="flu-1") == tea()
    with pytest.raises(UnknownName):
        placed(tea(), ["flu-1"], "nausea", after="colds-1")


def test_several_statements_pass_their_neighbour_and_go_over_into_the_next_section() -> None:
    up = moved_together(tea(), ["flu-2", "flu-3"], "up")
    assert keys(up, "flu") == ["flu-2", "flu-3", "flu-1"]
    over = moved_together(up, ["flu-2", "flu-3"], "up")
    assert keys(over, "colds") == ["colds-1", "colds-2", "colds-3", "flu-2", "flu-3"]
    assert keys(moved_together(over, ["flu-2", "flu-3"], "down"), "flu") == [
        *("flu-2", "flu-3", "flu-1")
    ]
    assert moved_together(tea(), ["uses-1", "uses-2"], "up") == tea()


def test_several_statements_are_graded_and_cut_in_one_step() -> None:
    session = graded(tea(), ["flu-1", "harms-1"], {"certainty": "low"})
    assert session.done[-1].name == "Grade 2 statements"
    assert {row["certainty"] for row in in_order(session, "flu")} == {"low", ""}
    session = cut(session, "flu-1", "harms-1")
    assert (session.done[-1].name, keys(session, "flu")) == ("Cut 2 statements", ["flu-2", "flu-3"])
    with pytest.raises(UnknownName):
        graded(tea(), ["flu-1"], {"text": "No."})


def test_a_new_statement_that_is_cut_takes_what_was_said_of_it_along() -> None:
    session, key = first_added(tea(), "flu")
    said = {"comment": "c-1", "document": "tea", "statement": key, "text": "Why?", "name": "Bo"}
    comments = frame_of("comments", [said], session.content)
    session = replace(session, content=replace(session.content, comments=comments))
    assert changes_of(TEA, cut(session, key).content) == ()


def test_a_paragraph_becomes_an_item_and_an_item_one_of_a_list_within_and_back() -> None:
    session = deepened(tea(), ["flu-1"], "in")
    assert [row["form"] for row in in_order(session, "flu")] == ["item", "item", "paragraph"]
    session = deepened(session, ["flu-1", "flu-3"], "in")
    assert [row["form"] for row in in_order(session, "flu")] == ["item-2", "item-2", "item"]
    assert "item-2" in {row["form"] for row in in_order(added(session, "flu-2")[0], "flu")}
    back = deepened(deepened(session, ["flu-2"], "out"), ["flu-2", "flu-3"], "out")
    assert changes_of(TEA, back.content) == ()
    with pytest.raises(KetcontentError, match="'flu-1' is as high as can be"):
        deepened(back, ["flu-1"], "out")


TABLE = [
    {"statement": "flu-1", "form": "header", "block": "5", "text": "Day | Cups"},
    {"statement": "flu-2", "form": "row", "block": "6", "text": "1 | 2"},
]


def test_a_row_of_a_table_stays_one_statement_whatever_is_done_beside_it(tmp_path: Path) -> None:
    session = tea(tables(changed=TABLE))
    session, key = added(session, "flu-1", "2 | 3")
    session = placed(session, "colds-1", "flu", after="flu-2")
    session = moved(placed(session, "colds-2", "flu", after="colds-1"), "colds-2", "up")
    session = moved(moved(session, "colds-2", "up"), "colds-2", "up")
    session, _ = split(session, "flu-2", 2)
    with pytest.raises(KetcontentError, match="one is a row of a table"):
        joined_with_next(session, key)
    with pytest.raises(KetcontentError, match="'flu-2' has no level: it is a row"):
        deepened(session, ["flu-2"], "in")
    write_content(session.content, tmp_path / "data")


# --- what a change would void ----------------------------------------------------------------


def told(content: Content, change: Any) -> list[str]:
    """What is told of a change of the page on tea."""
    before = PageView(content, "tea")
    return told_of_change(before, before.after(change(tea(content)).content))


def said_of(**row: str) -> dict[str, str]:
    return {"document": "tea", "statement": "flu-1", "name": "Bo", **row}


EVIDENCE = {
    "document": "tea",
    "statement": "flu-1",
    "source": "lee-2020",
    "role": "supports",
    "finding": "It did.",
}
OTHER = {"document": "tee", "title": "Tee", "language": "de", "review_every_days": "365"}
FLU = {
    **{"statement": "flu-1", "section": "flu", "block": "1", "position": "10"},
    **{"form": "paragraph", "text": "Worte."},
}
CASES: dict[str, tuple[dict[str, list[dict[str, Any]]], str]] = {
    "a waiver": (
        {
            "waivers": [
                {
                    **{"table": "statements", "row": "tea/flu-1", "rule": "long-sentence"},
                    **{"reason": "A quotation.", "until": "2999-01-31"},
                }
            ]
        },
        "The waiver of long-sentence on flu-1 then waives nothing: A quotation.",
    ),
    "a comment": (
        {"comments": [said_of(comment="c-1", text="Why?", said_on="2026-01-01")]},
        "It leaves 1 open comment on what is off the page: flu-1.",
    ),
    "a proposal": (
        {"proposals": [said_of(proposal="p-1", column="text", words="Other.", taken="")]},
        "It leaves 1 open proposal on what is off the page: flu-1.",
    ),
    "a citation": (
        {
            "changed": [{"statement": "flu-1", "text": "Words. [@lee-2020]"}],
            "sources": [{"source": "lee-2020", "type": "book", "title": "Tea"}],
            "evidence": [EVIDENCE],
        },
        "1 source is then cited nowhere on the page: lee-2020.",
    ),
    "a link to it": (
        {"changed": [{"statement": "uses-1", "text": "See [flu](#s_flu-1)."}]},
        "A link in uses-1 leads to what is off the page: s_flu-1.",
    ),
    "a link from another page": (
        {
            "documents": [OTHER],
            "sections": [{"document": "tee", "section": "flu", "position": "1", "heading": "G"}],
            "statements": [
                {
                    **FLU,
                    "document": "tee",
                    "statement": "a",
                    "text": "[Tea](https://example.org/tea/#s_flu-1).",
                }
            ],
        },
        "A link in tee/a leads to what is off the page.",
    ),
    "an answer that names it": (
        {"changed": [{"statement": "uses-2", "answer": "answered", "answered_by": "flu-1"}]},
        "The answers to supplied sentences name what is then off the page: uses-2.",
    ),
    "a translation": (
        {
            "documents": [{**OTHER, "translation_of": "tea"}],
            "sections": [{"document": "tee", "section": "flu", "position": "1", "heading": "G"}],
            "statements": [{**FLU, "document": "tee"}],
        },
        "The page 'tee' (de), the same in another language, stays as it is: flu-1.",
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_a_cut_tells_what_it_leaves_behind(what: str) -> None:
    rows, wanted = CASES[what]
    content = tables(**{name: [dict(row) for row in some] for name, some in rows.items()})
    assert told(content, lambda session: cut(session, "flu-1")) == [wanted]
    assert told(content, lambda session: cut(session, "harms-1")) == []


def test_a_change_names_whose_sign_offs_it_voids_and_one_that_voids_none_says_nothing() -> None:
    content = TEA
    for key in ("flu-1", "flu-3", "heading:harms"):
        content = sign_off(content, "tea", key, person="ada", capacity="clinical")
    assert told(content, lambda one: placed(one, ["flu-1", "flu-3"], "colds")) == [
        "It voids what Ada Roe signed (clinical): flu-1, flu-3."
    ]
    assert told(content, lambda one: placed(one, "colds-1", "harms")) == [
        "It voids what Ada Roe signed (clinical): heading:harms."
    ]
    assert told(content, lambda one: section_moved(one, "uses", "down")) == []


def test_words_that_are_kept_as_received_are_told_where_they_are_not_any_more() -> None:
    supplied = {"supplied_section": "flu", "supplied_block": "1", "supplied_position": "10"}
    row = {"statement": "flu-1", "supplied": "Words 1 on flu.", "supplied_form": "paragraph"}
    content = tables(changed=[{**row, **supplied, "answer": "kept"}])
    assert told(content, lambda one: placed(one, "flu-1", "colds")) == [
        "It is said to be kept as received, and is not any more: flu-1."
    ]


# --- as the browser asks ---------------------------------------------------------------------


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    content = sign_off(TEA, "tea", "flu-1", person="ada", capacity="clinical")
    write_content(content, tmp_path / "data")
    return Workbench("tea", data=str(tmp_path / "data"))


def ask(bench: Workbench, verb: str, **given: Any) -> dict[str, Any]:
    heard: dict[str, Any] = json.loads(json.dumps(bench.answer({"id": "1", "do": verb, **given})))
    return heard


def test_what_voids_something_is_done_once_it_was_told_and_told_anew_where_it_is_other(
    bench: Workbench,
) -> None:
    answer = ask(bench, "cut", statements=["flu-1", "flu-2"])
    assert answer["ask"]["told"] == ["It voids what Ada Roe signed (clinical): flu-1."]
    assert answer["status"]["unsaved"] == 0
    yes = answer["ask"]["yes"]
    assert "ask" in ask(bench, "cut", statements=["flu-1"], yes=yes)  # agreed to something else
    answer = ask(bench, "cut", statements=["flu-1", "flu-2"], yes=yes)
    assert (answer["status"]["unsaved"], answer["status"]["undo"]) == (2, "Cut 2 statements")
    assert ask(bench, "undo")["status"]["unsaved"] == 0
    answer = ask(bench, "rename", row="sections:tea/flu", words="Influenza")
    assert answer["ask"]["told"] == ["It voids what Ada Roe signed (clinical): flu-1."]
    answer = ask(bench, "rename", row="documents:tea", words="Green tea")
    assert answer["page"]["title"] == "Green tea"
    answer = ask(bench, "cut_section", section="uses")
    assert answer["ask"]["told"][0] == "It takes 3 sections and 9 of its statements off the page."
    listing = ask(bench, "cut_section", section="uses", yes=answer["ask"]["yes"])["listing"]
    assert {one["section"] for one in listing if one["cut"]} == {"uses", "colds", "flu"}
    assert "error" not in ask(bench, "save")


def test_several_are_signed_as_they_were_shown_and_none_where_one_is_another_now(
    bench: Workbench, tmp_path: Path
) -> None:
    shown = {
        one["statement"]: one["digest"]
        for one in ask(bench, "several", statements=["colds-1", "colds-2"])["several"]
    }
    given = {
        "statements": [*shown],
        "person": "ada",
        "capacity": "clinical",
        "verdict": "approved",
        "comment": "Read together.",
    }
    refused = ask(bench, "sign", **given, digests={**shown, "colds-2": "w2:of other words"})
    assert refused["error"]["message"].startswith("Somebody changed 'colds-2' while you read it")
    assert len(read_content(tmp_path / "data").signoffs) == 1
    assert "error" not in ask(bench, "sign", **given, digests=shown)
    signed = read_content(tmp_path / "data").signoffs
    assert sorted(signed["statement"]) == ["colds-1", "colds-2", "flu-1"]


def test_a_section_that_is_chosen_is_the_one_that_is_read(bench: Workbench) -> None:
    assert ask(bench, "choose", statement="colds-1")["preview"]["section"] == "colds"
    shown = ask(bench, "form", statement="sections:tea/harms")
    assert (shown["preview"]["section"], shown["detail"]["statement"]) == ("harms", "colds-1")
    assert "Words 1 on harms." in shown["preview"]["html"]
    assert ask(bench, "form", statement="documents:tea")["preview"]["section"] == "colds"
    assert ask(bench, "choose")["preview"]["section"] == "colds"


def test_a_move_that_changes_nothing_is_told_and_is_no_step(bench: Workbench) -> None:
    sections = [one["section"] for one in ask(bench, "open")["listing"] if not one["cut"]]
    first, last = sections[0], sections[-1]
    told = [
        ask(bench, "move_section", section=first, direction="up"),
        ask(bench, "move_section", section=last, direction="down"),
    ]
    assert ["Nothing was moved" in one.get("news", "") for one in told] == [True, True]
    assert told[-1]["status"]["undo"] == ""
    assert "news" not in ask(bench, "move_section", section=last, direction="up")


def test_words_typed_in_a_section_that_is_gone_are_told(bench: Workbench) -> None:
    typed = {"column": "heading", "text": "Soup and tea", "base": "", "seen": ""}
    news = ask(bench, "open", kept=[{"statement": "sections:tea/soup", **typed}])["news"]
    assert (
        news
        == "'sections:tea/soup' is gone, and with it what was typed in its heading: Soup and tea"
    )
