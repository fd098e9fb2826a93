"""An editor's changes before they are saved: what undo, drafts and saves must always keep."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ketcontent import assemble, read_content, write_content
from ketcontent.checks.runner import check
from ketcontent.editor.citing import found_sources, with_evidence, without_evidence
from ketcontent.editor.edits import (
    added,
    brought_back,
    carried,
    cut,
    in_order,
    joined_with_next,
    reworded,
    settled,
    split,
    statement_row,
    waived,
)
from ketcontent.editor.feedback import faults_of, voided
from ketcontent.editor.moving import moved, placed
from ketcontent.editor.session import (
    RowChange,
    Session,
    changes_of,
    draft_of,
    edited,
    opened,
    read_draft,
    redo,
    rows_by_key,
    undo,
    unsaved,
)
from ketcontent.errors import BrokenTables, KetcontentError, UnknownName
from ketcontent.markup.citation_marks import cited
from ketcontent.model.content import Content, frame_of
from ketcontent.model.schema import TABLES
from ketcontent.pages.assembly import PageView
from ketcontent.pages.blocks import Edition
from tests.conftest import ROOT
from tests.judging import page
from tests.laws import examples

CONTENT = read_content(ROOT / "data")
KEYS = tuple(one.statement for one in assemble(CONTENT, "ketamine").statements)
WORDS = st.text(max_size=60)


def same_rows(one: Content, other: Content) -> bool:
    """Whether two contents have the same rows. No frame is ever changed: the same one has them."""
    return all(
        getattr(one, table) is getattr(other, table)
        or rows_by_key(one, table) == rows_by_key(other, table)
        for table in TABLES
    )


def shown(session: Session) -> list[str]:
    return [one.statement for one in assemble(session.content, session.document).statements]


def do(session: Session, step: tuple[str, str, str]) -> Session:
    """Do one thing that an editor can do; what cannot be done leaves the session as it is."""
    verb, key, words = step
    try:
        if verb == "split":
            return split(session, key, len(words))[0]
        if verb == "add":
            return added(session, key, words)[0]
        if verb == "cite":
            cells = {"source": "anand-2023", "role": "supports", "finding": words or "Found."}
            return with_evidence(session, key, cells)
        if verb in ("up", "down"):
            return moved(session, key, verb)  # type: ignore[arg-type]
        acts: dict[str, Any] = {
            "reword": lambda: reworded(session, key, {"text": words}),
            "label": lambda: reworded(session, key, {"label": words}),
            "cut": lambda: cut(session, key),
            "back": lambda: brought_back(session, key),
            "join": lambda: joined_with_next(session, key),
            "place": lambda: placed(session, key, "conclusion"),
            "uncite": lambda: without_evidence(session, key, "winstock-2012"),
        }
        return acts[verb]()  # type: ignore[no-any-return]
    except KetcontentError:
        return session


VERBS = (
    "reword label cut back up down split join add place cite uncite".split()  # noqa: SIM905
)
STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.sampled_from(KEYS[:40]), WORDS), min_size=1, max_size=5
)


@settings(max_examples=examples(15))
@given(STEPS)
def test_undoing_every_step_gives_back_every_row_and_redoing_them_gives_the_edit(
    steps: list[tuple[str, str, str]],
) -> None:
    session = opened(CONTENT, "ketamine")
    for step in steps:
        session = do(session, step)
    back = session
    for _ in session.done:
        back = undo(back)
    assert same_rows(back.content, CONTENT)
    assert unsaved(back) == ()
    for _ in session.done:
        back = redo(back)
    assert same_rows(back.content, session.content)


@pytest.mark.slow
@settings(max_examples=examples(10))
@given(STEPS)
def test_a_save_writes_exactly_the_rows_that_are_unsaved(
    steps: list[tuple[str, str, str]],
) -> None:
    with tempfile.TemporaryDirectory() as place:
        data = Path(place, "data")
        shutil.copytree(ROOT / "data", data, ignore=shutil.ignore_patterns(".*"))
        before = read_content(data)
        session = opened(before, "ketamine")
        for step in steps:
            session = do(session, step)
        wanted = unsaved(session)
        found = rows_by_key(session.content, "statements").values()
        if any(bool(row["position"]) != bool(row["text"] or row["notice"]) for row in found):
            # A sentence whose words were all deleted, or words put into one that was cut: nothing
            # is saved, and what to do is said.
            wanted = ()
            with pytest.raises(BrokenTables, match="half-cut"):
                write_content(session.content)
        else:
            write_content(session.content)
        assert changes_of(before, read_content(data)) == wanted


@settings(max_examples=examples(15))
@given(STEPS)
def test_a_draft_restored_is_the_edit(steps: list[tuple[str, str, str]]) -> None:
    session = opened(CONTENT, "ketamine")
    for step in steps:
        session = do(session, step)
    again, conflicts = carried("ketamine", read_draft(draft_of(session)), CONTENT)
    assert conflicts == ()
    assert same_rows(again.content, session.content)


@settings(max_examples=examples(5))
@given(STEPS)
def test_a_page_that_is_assembled_again_where_it_changed_is_the_page_assembled_anew(
    steps: list[tuple[str, str, str]],
) -> None:
    session = opened(CONTENT, "ketamine")
    view = PageView(CONTENT, "ketamine")
    view.edition()
    for step in steps:
        session = do(session, step)
        view = view.after(session.content)
        anew = PageView(session.content, "ketamine")
        for edition in get_args(Edition):
            assert view.edition(edition) == anew.edition(edition)


@settings(max_examples=examples(60))
@given(WORDS)
def test_what_is_typed_can_be_stored_and_each_character_keeps_its_place(words: str) -> None:
    row = statement_row(
        reworded(opened(CONTENT, "ketamine"), "addiction-2", {"text": words}), "addiction-2"
    )
    assert len(row["text"]) <= len(words)
    row["text"].encode("utf-8")
    kept = zip(row["text"], words, strict=False)
    assert all(now in (was, " ") for now, was in kept)


def test_a_run_of_typing_is_one_step() -> None:
    session = opened(CONTENT, "ketamine")
    for words in ("It", "It may", "It may harm."):
        session = reworded(session, "addiction-1", {"text": words}, burst="b1")
    session = reworded(session, "addiction-1", {"text": "It harms."}, burst="b2")
    assert len(session.done) == 2
    assert statement_row(undo(session), "addiction-1")["text"] == "It may harm."
    assert unsaved(undo(undo(session))) == ()


def test_typing_that_comes_back_to_where_it_began_is_no_step() -> None:
    session = opened(CONTENT, "ketamine")
    text = statement_row(session, "addiction-1")["text"]
    for words in (f"{text}!", text):
        session = reworded(session, "addiction-1", {"text": words}, burst="b1")
    assert session.done == ()
    assert unsaved(session) == ()


def test_a_statement_has_a_notice_or_words_of_its_own() -> None:
    session = reworded(opened(CONTENT, "ketamine"), KEYS[0], {"text": "Call someone."})
    assert statement_row(session, KEYS[0])["notice"] == ""
    session = reworded(session, KEYS[0], {"notice": "crisis-emergency"})
    assert statement_row(session, KEYS[0])["text"] == ""
    assert unsaved(session) == ()


def test_a_step_that_changes_nothing_is_none() -> None:
    session = opened(CONTENT, "ketamine")
    assert edited(session, "nothing", CONTENT) is session
    assert undo(session) is session
    assert redo(session) is session


def test_only_columns_of_the_current_edition_can_be_edited() -> None:
    with pytest.raises(UnknownName, match="No column 'supplied'"):
        reworded(opened(CONTENT, "ketamine"), "addiction-1", {"supplied": "x"})
    with pytest.raises(UnknownName, match="Did you mean 'addiction-1'"):
        reworded(opened(CONTENT, "ketamine"), "adiction-1", {"text": "x"})


def test_a_new_statement_stands_after_the_other_and_its_key_was_never_used() -> None:
    session, key = added(opened(CONTENT, "ketamine"), "addiction-1", "New words.")
    order = shown(session)
    assert order[order.index("addiction-1") + 1] == key
    assert key not in {name for _, name in rows_by_key(CONTENT, "statements")}
    others = [name for name in order if name != key]
    assert others == list(KEYS)


def test_between_two_statements_without_a_gap_the_rest_moves_up() -> None:
    session = opened(CONTENT, "ketamine")
    for _ in range(12):
        session, _ = added(session, "addiction-1", "Words.")
    positions = [int(row["position"]) for row in in_order(session, "lasting-harm")]
    assert positions == sorted(set(positions))
    assert [key for key in shown(session) if key in KEYS] == list(KEYS)


def test_a_cut_statement_keeps_its_row_and_comes_back_with_its_words() -> None:
    session = cut(opened(CONTENT, "ketamine"), "addiction-1")
    assert "addiction-1" not in shown(session)
    assert statement_row(session, "addiction-1")["text"] == ""
    back = brought_back(session, "addiction-1")
    assert statement_row(back, "addiction-1")["text"].startswith("In a survey")
    assert in_order(back, "lasting-harm")[-1]["statement"] == "addiction-1"


def test_a_new_statement_that_is_cut_leaves_nothing() -> None:
    session, key = added(opened(CONTENT, "ketamine"), "addiction-1", "New words.")
    cells = {"source": "anand-2023", "role": "supports", "finding": "Found."}
    session = cut(with_evidence(session, key, cells), key)
    assert [one.key[1] for one in unsaved(session) if one.key[1] == key] == []


def test_moving_down_and_up_again_changes_nothing() -> None:
    session = opened(CONTENT, "ketamine")
    assert unsaved(moved(moved(session, "addiction-2", "down"), "addiction-2", "up")) == ()


@pytest.mark.slow
@settings(max_examples=examples(60))
@given(st.sampled_from(KEYS), st.lists(st.sampled_from(("up", "down")), min_size=1, max_size=6))
@example("conclusion-11", ["up", "down", "down"])
def test_a_statement_that_is_moved_changes_no_other_and_the_way_back_leads_home(
    statement: str, ways: list[Literal["up", "down"]]
) -> None:
    session = opened(CONTENT, "ketamine")
    was = rows_by_key(CONTENT, "statements")
    others = [key for key in KEYS if key != statement]
    for way in ways:
        before, session = session, moved(session, statement, way)
        assert [key for key in shown(session) if key != statement] == others
        for key, row in rows_by_key(session.content, "statements").items():
            if key[1] != statement:
                kept = ("section", "block", "form", "text")
                assert [row[name] for name in kept] == [was[key][name] for name in kept]
        home = statement_row(session, statement)["section"]
        if home == statement_row(before, statement)["section"] and session is not before:
            back = moved(session, statement, "up" if way == "down" else "down")
            assert same_rows(back.content, before.content)
    forms: dict[tuple[str, str], set[str]] = {}
    for row in rows_by_key(session.content, "statements").values():
        if row["document"] == "ketamine" and row["position"]:
            forms.setdefault((row["section"], row["block"]), set()).add(row["form"])
    assert {len(one) for one in forms.values()} == {1}


def test_past_the_end_of_a_section_a_statement_moves_into_the_next() -> None:
    session = opened(CONTENT, "ketamine")
    sections = [section for section in assemble(CONTENT, "ketamine") if section.statements]
    last = sections[3].statements[-1].statement
    down = moved(session, last, "down")
    after = assemble(CONTENT, "ketamine").sections
    place = [one.section for one in after].index(sections[3].section) + 1
    assert statement_row(down, last)["section"] == after[place].section
    assert shown(down) == list(KEYS)
    assert moved(session, KEYS[0], "up") is session


def test_the_halves_of_a_split_statement_are_its_words_and_evidence_goes_with_its_citation() -> (
    None
):
    session = opened(CONTENT, "ketamine")
    row = statement_row(session, "addiction-1")
    session = reworded(session, "addiction-1", {"text": f"Ask first. {row['text']}"})
    session, key = split(session, "addiction-1", len("Ask first."))
    one, other = (statement_row(session, name) for name in ("addiction-1", key))
    assert [one["text"], other["text"]] == ["Ask first.", row["text"]]
    assert (other["kind"], other["certainty"]) == (row["kind"], row["certainty"])
    places = {place[1] for place in rows_by_key(session.content, "evidence")}
    assert key in places
    assert "addiction-1" not in places
    again = joined_with_next(session, "addiction-1")
    assert statement_row(again, "addiction-1")["text"] == f"Ask first. {row['text']}"
    assert ("ketamine", "addiction-1", "winstock-2012") in rows_by_key(again.content, "evidence")


def test_a_split_that_leaves_no_words_is_refused() -> None:
    with pytest.raises(KetcontentError, match="one side would have no words") as fault:
        split(opened(CONTENT, "ketamine"), "addiction-1", 0)
    assert fault.value.hint == "Put the cursor between two sentences."


def test_the_last_statement_of_a_section_has_nothing_to_join_with() -> None:
    last = in_order(opened(CONTENT, "ketamine"), "lasting-harm")[-1]["statement"]
    with pytest.raises(KetcontentError, match="no sentence after it"):
        joined_with_next(opened(CONTENT, "ketamine"), last)


def test_a_source_is_cited_with_its_finding_and_gone_with_it() -> None:
    session = opened(CONTENT, "ketamine")
    cells = {"source": "anand-2023", "role": "qualifies", "finding": "In 365 people."}
    session = with_evidence(session, "addiction-1", cells)
    assert cited(statement_row(session, "addiction-1")["text"]) == ("winstock-2012", "anand-2023")
    said = rows_by_key(session.content, "evidence")["ketamine", "addiction-1", "anand-2023"]
    assert (said["role"], said["finding"]) == ("qualifies", "In 365 people.")
    assert unsaved(without_evidence(session, "addiction-1", "anand-2023")) == ()


def test_one_of_two_citations_in_a_bracket_goes_alone() -> None:
    session = opened(CONTENT, "ketamine")
    session = reworded(session, "addiction-1", {"text": "It may. [@a-1; @b-2] Or not. [@a-1]"})
    session = without_evidence(session, "addiction-1", "a-1")
    assert statement_row(session, "addiction-1")["text"] == "It may. [@b-2] Or not."


def test_a_source_without_a_finding_or_without_a_row_is_refused() -> None:
    session = opened(CONTENT, "ketamine")
    with pytest.raises(KetcontentError, match="no word on what 'anand-2023' found"):
        with_evidence(session, "addiction-1", {"source": "anand-2023", "role": "supports"})
    with pytest.raises(UnknownName, match="No source 'anand-2022'"):
        with_evidence(session, "addiction-1", {"source": "anand-2022", "finding": "x"})


def test_sources_are_found_by_words_of_any_column() -> None:
    assert found_sources(CONTENT, "no-such-word") == []
    for words in ("Krystal 2000", "10.1016/S0006-3223(99)00230-9", "berman-2000"):
        assert "berman-2000" in [row["source"] for row in found_sources(CONTENT, words)]


def test_what_is_said_of_a_statement_is_what_the_whole_check_says_of_it() -> None:
    session = reworded(
        opened(CONTENT, "ketamine"),
        "addiction-1",
        {"text": "A miracle cure for everyone with TRD."},
    )
    ours = faults_of(session.content, "ketamine", "addiction-1")
    found = {(one.rule, one.span) for one in ours}
    whole = {
        (one.rule, one.span)
        for one in check(session.content)
        if one.key == "ketamine/addiction-1" or one.key.startswith("ketamine/addiction-1/")
    }
    assert "promotion-novelty" in {rule for rule, _ in found}
    assert found == whole


def test_a_waived_finding_is_set_aside_with_its_reason() -> None:
    session = reworded(opened(CONTENT, "ketamine"), "addiction-1", {"text": "A miracle. [@x-1]"})
    finding = {
        "table": "statements",
        "row": "ketamine/addiction-1",
        "rule": "promotion-novelty",
        "reason": "A quotation.",
        "until": "2999-01-31",
    }
    session = waived(session, finding)
    rules = {one.rule for one in faults_of(session.content, "ketamine", "addiction-1")}
    assert "promotion-novelty" not in rules
    with pytest.raises(KetcontentError, match="without a day"):
        waived(session, {**finding, "until": ""})
    with pytest.raises(KetcontentError, match="No sign-off can be waived"):
        waived(session, {**finding, "rule": "sign-off-missing"})


def signed() -> Content:
    """The small page, with a clinician who has signed one statement."""
    from dataclasses import replace

    from ketcontent import sign_off

    content = page(
        people={
            "person": "ada",
            "name": "Ada Roe",
            "profession": "physician",
            "credential": "MD",
            "conflicts": "none",
        }
    )
    rows = [{"kind": "benefit", "capacity": "clinical"}]
    content = replace(content, policies=frame_of("policies", rows, content))
    return sign_off(content, "zinc", "colds", person="ada", capacity="clinical")


def test_a_change_names_the_sign_offs_that_it_would_void_and_undo_makes_them_valid() -> None:
    session = reworded(opened(signed(), "zinc"), "colds", {"text": "Zinc may help. [@lee-2020]"})
    [one] = voided(session)
    assert (one.statement, one.capacity, one.name) == ("colds", "clinical", "Ada Roe")
    assert voided(undo(session)) == []


def test_a_row_that_others_changed_is_in_conflict_and_the_rest_is_carried_over() -> None:
    session = opened(CONTENT, "ketamine")
    mine = reworded(reworded(session, "addiction-1", {"text": "Mine."}), "form-1", {"text": "F."})
    theirs = reworded(session, "addiction-1", {"text": "Theirs."}).content
    now, [conflict] = carried("ketamine", unsaved(mine), theirs)
    assert conflict.key == ("ketamine", "addiction-1")
    assert statement_row(now, "addiction-1")["text"] == "Theirs."
    assert statement_row(now, "form-1")["text"] == "F."
    kept = settled(now, conflict, conflict.mine)
    assert statement_row(kept, "addiction-1")["text"] == "Mine."
    assert statement_row(undo(kept), "addiction-1")["text"] == "Theirs."


def test_what_is_in_conflict_stays_in_the_draft() -> None:
    session = opened(CONTENT, "ketamine")
    mine = unsaved(reworded(session, "addiction-1", {"text": "Mine."}))
    theirs = reworded(session, "addiction-1", {"text": "Theirs."}).content
    now, conflicts = carried("ketamine", mine, theirs)
    assert read_draft(draft_of(now, conflicts)) == mine


@pytest.mark.parametrize("text", ["", "{", "[]", '{"rows": 1}', '{"rows": [{"table": "x"}]}'])
def test_what_is_no_draft_holds_no_changes(text: str) -> None:
    assert read_draft(text) == ()


def test_a_draft_names_only_tables_of_the_package() -> None:
    change = RowChange("statements", ("a", "b"), None, {"document": "a"})
    text = '{"rows": [{"table": "passwd", "key": [], "before": null, "after": null}]}'
    assert read_draft(text) == ()
    assert change not in read_draft(text)


def test_a_view_of_other_tables_reads_anew_what_is_other_and_nothing_else() -> None:
    view = PageView(CONTENT, "ketamine")
    before = {table: view.rows(table) for table in TABLES}
    frame = CONTENT.statements.copy()
    frame.loc[frame["statement"] == "addiction-1", "text"] = "Other words."
    after = view.after(replace(CONTENT, statements=frame))
    assert [table for table in TABLES if after.rows(table) is not before[table]] == ["statements"]
    assert after.edition().statement("addiction-1").plain == "Other words."
    assert view.edition().statement("addiction-1").plain != "Other words."
