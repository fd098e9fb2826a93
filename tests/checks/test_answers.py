"""Every supplied sentence is answered: one break, one rule, and no edit makes an answer a lie."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent import assemble, import_page
from ketcontent.approvals.scope import signables
from ketcontent.checks.answers import judge_answers
from ketcontent.checks.runner import check
from ketcontent.checks.supplier import judge_supplier
from ketcontent.diagnostics import Diagnostic
from ketcontent.editor.deciding import decided
from ketcontent.editor.edits import (
    brought_back,
    cut,
    joined_with_next,
    reworded,
    split,
)
from ketcontent.editor.moving import moved, placed
from ketcontent.editor.session import Session, opened
from ketcontent.errors import KetcontentError
from ketcontent.model.content import Content, empty_content, rows_of
from ketcontent.pages.assembly import PageView
from ketcontent.reports.tables import changes
from tests.judging import page
from tests.laws import examples

TEA = """\
Tea
Tea calms people.
Uses
- Sleep: It brings sleep. It works at once.
- Mood: It lifts the mood of everybody.
Harms
It stains teeth. It costs money.
"""
WHY = "One trial of 12 people found nothing."
RECEIVED = import_page(empty_content(), TEA, document="tea")


def tea(cells: dict[str, dict[str, Any]], content: Content = RECEIVED) -> Content:
    """The page as received with cells of some statements changed."""
    frame = content.statements.copy()
    for statement, row in cells.items():
        assert statement in set(frame["statement"])
        for name, cell in row.items():
            frame.loc[frame["statement"] == statement, name] = cell
    return replace(content, statements=frame)


OFF: dict[str, Any] = {"position": None, "text": "", "label": ""}
BOTH = "That it stains teeth is left to the sentence on money."
NEW = {"text": "It may stain teeth.", "answer": "reworded", "answer_reason": WHY}


def found(content: Content) -> list[Diagnostic]:
    return judge_answers(PageView(content, "tea"))


def test_what_was_just_taken_in_is_kept_and_says_so() -> None:
    assert set(RECEIVED.statements["answer"]) == {"kept"}
    assert found(RECEIVED) == []


ANSWERED: dict[str, dict[str, dict[str, Any]]] = {
    "reworded": {"harms-1": NEW},
    "reworded, with others": {"harms-1": NEW | {"answered_by": "sleep-1 harms-2"}},
    "cut": {"harms-1": {**OFF, "answer": "cut", "answer_reason": WHY}},
    "cut and answered by others": {
        "harms-1": {
            **OFF, "answer": "answered", "answered_by": "harms-2", "answer_reason": BOTH
        }
    },
    "answered by others, its row another claim": {
        "harms-1": {
            **NEW, "answer": "answered", "answered_by": "harms-2", "answer_reason": BOTH
        }
    },
    "answered by one that shares a word": {
        "harms-1": {
            **OFF, "answer": "answered", "answered_by": "harms-2", "answer_reason": WHY
        },
        "harms-2": {**NEW, "text": "Brown teeth cost money."},
    },
    "moved under another heading": {
        "harms-1": {
            "section": "uses", "block": 9, "position": 900,
            "answer": "moved", "answer_reason": WHY,
        }
    },
    "moved within its section": {
        "harms-1": {"position": 900, "answer": "moved", "answer_reason": WHY}
    },
    "folded": {"harms-1": {"layer": "more", "answer": "moved", "answer_reason": WHY}},
    "kept, and still said why": {"harms-1": {"answer_reason": WHY}},
    "white space and markup are no other words": {"harms-1": {"text": "It  *stains* teeth."}},
}  # fmt: skip


@pytest.mark.parametrize("cells", ANSWERED.values(), ids=ANSWERED.keys())
def test_a_true_answer_with_its_reason_is_found_right(cells: dict[str, dict[str, Any]]) -> None:
    assert found(tea(cells)) == []


UNTRUE = "is not what became of the supplied sentence"
BREAKS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    # The cells of harms-1, the rule, its column, words of its message.
    "nobody said, and it stands": (
        {"answer": ""}, "no-answer", "answer", "which stands as it was received"
    ),
    "nobody said, and it stands elsewhere": (
        {"answer": "", "section": "uses", "position": 900},
        "no-answer", "answer", "which stands elsewhere now",
    ),
    "nobody said, and it reads otherwise": (
        {"answer": "", "text": "It may stain."}, "no-answer", "answer", "which reads otherwise now"
    ),
    "nobody said, and it is gone": (
        {**OFF, "answer": ""}, "no-answer", "answer", "which is off the page"
    ),
    "a reason without an answer": (
        {"answer": "", "answer_reason": WHY}, "no-answer", "answer", "Nobody has said"
    ),
    "kept, and the words are others": (
        {"text": "It may stain."}, "answer-untrue", "answer", f"'kept' {UNTRUE}: its words are"
    ),
    "kept, and its label is another": (
        {"label": "Teeth"}, "answer-untrue", "answer", f"'kept' {UNTRUE}: its words are others now"
    ),
    "kept, and off the page": (
        OFF, "answer-untrue", "answer", f"'kept' {UNTRUE}: it is off the page"
    ),
    "kept, and under another heading": (
        {"section": "uses", "position": 900},
        "answer-untrue", "answer", f"'kept' {UNTRUE}: it stands under another heading",
    ),
    "kept, and folded": (
        {"layer": "more"}, "answer-untrue", "answer", f"'kept' {UNTRUE}: it is folded"
    ),
    "kept, and set in another form": (
        {"form": "item"}, "answer-untrue", "answer", f"'kept' {UNTRUE}: it is set in another form"
    ),
    "kept, and answered by another": (
        {"answered_by": "harms-2"}, "answer-untrue", "answer", "it names what answers it: harms-2"
    ),
    "reworded, and the words are the same": (
        {"answer": "reworded", "answer_reason": WHY},
        "answer-untrue", "answer", f"'reworded' {UNTRUE}: its words are those received",
    ),
    "reworded, and off the page": (
        {**NEW, **OFF}, "answer-untrue", "answer", f"'reworded' {UNTRUE}: it is off the page"
    ),
    "cut, and words stand": (
        {"answer": "cut", "answer_reason": WHY},
        "answer-untrue", "answer", f"'cut' {UNTRUE}: words stand on the page in its row",
    ),
    "cut, and answered by another": (
        {**OFF, "answer": "cut", "answered_by": "harms-2", "answer_reason": WHY},
        "answer-untrue", "answer", f"'cut' {UNTRUE}: it names what answers it",
    ),
    "moved, and it stands where it stood": (
        {"answer": "moved", "answer_reason": WHY},
        "answer-untrue", "answer", f"'moved' {UNTRUE}: it stands where it was received",
    ),
    "moved, and reworded": (
        {**NEW, "answer": "moved", "section": "uses", "position": 900},
        "answer-untrue", "answer", f"'moved' {UNTRUE}: its words are others now",
    ),
    "answered, and it stands as received": (
        {"answer": "answered", "answered_by": "harms-2", "answer_reason": WHY},
        "answer-untrue", "answer", f"'answered' {UNTRUE}: its words are those received",
    ),
    "answered by nothing": (
        {**OFF, "answer": "answered", "answer_reason": WHY},
        "answered-by-none", "answered_by", "no statement is named",
    ),
    "answered by a statement that is not there": (
        {**NEW, "answered_by": "harms-2 harms-9"},
        "answered-by-none", "answered_by", "there is no statement 'harms-9' on this page",
    ),
    "answered by itself": (
        {**NEW, "answered_by": "harms-1"}, "answered-by-none", "answered_by", "'harms-1' is itself"
    ),
    "reworded without a reason": (
        {**NEW, "answer_reason": ""},
        "no-answer-reason", "answer_reason", "is reworded, and nobody has said why",
    ),
    "reworded, and a stop for a reason": (
        {**NEW, "answer_reason": "."},
        "no-answer-reason", "answer_reason", "is reworded, and '.' does not say why",
    ),
    "cut, and two words for a reason": (
        {**OFF, "answer": "cut", "answer_reason": "Not needed."},
        "no-answer-reason", "answer_reason", "is cut, and 'Not needed.' does not say why",
    ),
    "reworded, and what says nothing for a reason": (
        {**NEW, "answer_reason": "n/a n/a n/a"},
        "no-answer-reason", "answer_reason", "is reworded, and 'n/a n/a n/a' does not say why",
    ),
    "reworded, and numbers for a reason": (
        {**NEW, "answer_reason": "1 2 3 4"},
        "no-answer-reason", "answer_reason", "is reworded, and '1 2 3 4' does not say why",
    ),
    "reworded, and one word over and over for a reason": (
        {**NEW, "answer_reason": "Because because because."},
        "no-answer-reason", "answer_reason", "does not say why",
    ),
    "cut, and what was received for a reason": (
        {**OFF, "answer": "cut", "answer_reason": "It stains  teeth."},
        "no-answer-reason", "answer_reason", "does not say why",
    ),
    "reworded, and only by what no reader sees": (
        {**NEW, "text": "It stains\u200b teeth."},
        "answer-untrue", "answer", f"'reworded' {UNTRUE}: its words are those received",
    ),
    "answered by what speaks of something else": (
        {**OFF, "answer": "answered", "answered_by": "harms-2 sleep-1", "answer_reason": WHY},
        "another-claim", "answered_by", "Nothing in harms-2, sleep-1 shares a word",
    ),
    "another claim under its key": (
        {**NEW, "text": "Ask a nurse."}, "another-claim", "answer", "shares no word of substance"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "rule", "column", "said"), BREAKS.values(), ids=BREAKS.keys())
def test_each_break_has_one_rule_at_its_column(
    cells: dict[str, Any], rule: str, column: str, said: str
) -> None:
    content = tea({"harms-1": cells})
    [one] = found(content)
    assert (one.rule, one.table, one.key, one.column) == (rule, "statements", "tea/harms-1", column)
    assert said in one.message
    assert one.hint
    assert one.severity == ("warning" if rule == "another-claim" else "error")
    assert one.rule in {each.rule for each in check(content, "tea")}


def test_of_two_that_changed_places_one_at_least_is_moved() -> None:
    swapped = {"harms-1": {"position": 900}}
    assert [(one.key, one.rule) for one in found(tea(swapped))] == [
        ("tea/harms-1", "answer-untrue"),
        ("tea/harms-2", "answer-untrue"),
    ]
    for key in ("harms-1", "harms-2"):
        said = {"answer": "moved", "answer_reason": WHY}
        told = {"harms-1": swapped["harms-1"], key: {**swapped.get(key, {}), **said}}
        assert found(tea(told)) == []


def written(text: str) -> Content:
    """The page as received, and a statement that nobody supplied."""
    frame = RECEIVED.statements
    row = frame[frame["statement"] == "harms-2"].assign(
        statement="mine", supplied="", supplied_label="", answer="", text=text, position=950
    )
    return replace(RECEIVED, statements=pd.concat([frame, row], ignore_index=True))


@pytest.mark.parametrize(
    "answer", [{"answer": "cut"}, {"answer": "answered", "answered_by": "mine"}]
)
def test_what_is_off_the_page_has_not_its_words_in_another_row(answer: dict[str, str]) -> None:
    cells = {"harms-1": {**OFF, **answer, "answer_reason": BOTH}}
    [one] = found(tea(cells, written("It  stains teeth.")))
    assert (one.rule, one.key) == ("answer-untrue", "tea/harms-1")
    assert one.message.endswith(f"{UNTRUE}: its words stand on the page, as 'mine'.")
    assert one.hint.startswith("Set them in this row again in place of 'mine', and write 'moved'")
    assert found(tea(cells, written("It may stain teeth."))) == []


def test_what_was_received_twice_can_be_said_once() -> None:
    twice = import_page(empty_content(), TEA + "It stains teeth.\n", document="tea")
    assert found(tea({"harms-3": {**OFF, "answer": "cut", "answer_reason": BOTH}}, twice)) == []


def test_an_answer_off_the_page_answers_nothing() -> None:
    cells = {"harms-1": NEW | {"answered_by": "harms-2"}, "harms-2": {**OFF, "answer": ""}}
    assert [(one.key, one.rule) for one in found(tea(cells))] == [
        ("tea/harms-1", "answered-by-none"),
        ("tea/harms-2", "no-answer"),
    ]


def test_what_was_never_received_has_nothing_to_answer() -> None:
    cells = {"answer": "kept", "answer_reason": WHY}
    [one] = judge_answers(PageView(page({("statements", "harm"): cells}), "zinc"))
    assert (one.rule, one.column) == ("answer-of-nothing", "answer")
    assert "Empty answer and answer_reason" in one.hint
    assert judge_answers(PageView(page(), "zinc")) == []


def test_another_statement_that_shares_a_word_makes_it_the_same_claim() -> None:
    cells = NEW | {"text": "Brush afterwards.", "answered_by": "sleep-1"}
    assert [one.rule for one in found(tea({"harms-1": cells}))] == ["another-claim"]
    stained = {
        "sleep-1": {"text": "Teeth may go brown.", "answer": "reworded", "answer_reason": WHY}
    }
    both = tea({"harms-1": cells, **stained})
    assert "tea/harms-1" not in {one.key for one in found(both)}


def test_the_title_is_no_claim_and_a_letter_stored_otherwise_no_other_word() -> None:
    taken = import_page(empty_content(), "Café\nCafé keeps people awake.\n", document="tea")
    [key] = taken.statements["statement"]
    assert found(tea({key: {"text": "Cafe\u0301 keeps people awake."}}, taken)) == []
    cells = {"text": "Café stains.", "answer": "reworded", "answer_reason": WHY}
    assert [one.rule for one in found(tea({key: cells}, taken))] == ["another-claim"]


def test_a_script_without_spaces_between_its_words_is_not_counted() -> None:
    taken = import_page(empty_content(), "茶\n茶は歯を汚す。\n", document="tea", language="ja")
    [key] = taken.statements["statement"]
    cells = {"text": "薬剤師に聞いて。", "answer": "reworded", "answer_reason": WHY}
    assert found(tea({key: cells}, taken)) == []


def test_what_the_supplier_changed_is_decided_on_before_it_is_answered() -> None:
    mine = tea({"harms-1": NEW})
    again = import_page(mine, TEA.replace("stains", "ruins"), document="tea", replace=True)
    assert [one.key for one in judge_supplier(PageView(again, "tea"))] == ["tea/harms-1"]
    assert found(again) == []
    session = decided(
        opened(again, "tea"), "statements", ("tea", "harms-1"), "theirs", reason="It does."
    )
    [one] = found(session.content)
    assert one.message == f"'reworded' {UNTRUE}: its words are those received."


def test_what_the_supplier_withdraws_keeps_its_answer_and_has_it_when_it_comes_back() -> None:
    mine = tea({"harms-1": NEW})
    gone = import_page(mine, TEA.replace("It stains teeth. ", ""), document="tea", replace=True)
    kept = [row for row in rows_of(gone.statements) if row["statement"] == "harms-1"]
    assert kept[0]["answer_reason"] == WHY
    assert found(gone) == []
    assert "It stains teeth." in TEA
    back = import_page(gone, TEA, document="tea", replace=True)
    [row] = [row for row in rows_of(back.statements) if row["statement"] == "harms-1"]
    assert (row["supplied"], row["answer"], row["answer_reason"]) == (
        "It stains teeth.", "reworded", WHY
    )  # fmt: skip


def test_a_new_sentence_of_the_supplier_is_kept_where_it_stands_as_received() -> None:
    elsewhere = tea({"harms-2": {"section": "uses", "block": 9, "position": 900}})
    more = TEA.replace("It costs money.", "It costs money. It is hot.")
    for content, answer in ((RECEIVED, "kept"), (elsewhere, "")):
        again = import_page(content, more, document="tea", replace=True)
        [row] = [row for row in rows_of(again.statements) if row["supplied"] == "It is hot."]
        assert row["answer"] == answer


def test_what_is_said_of_a_supplied_sentence_is_no_part_of_what_is_signed_or_was_received() -> None:
    plain = PageView(RECEIVED, "tea")
    told = tea({"harms-1": {"answer": "answered", "answered_by": "sleep-1", "answer_reason": WHY}})
    other = PageView(told, "tea")
    assert [one.digest for one in signables(other)] == [one.digest for one in signables(plain)]
    assert judge_supplier(other) == []  # the hash of what was received agrees


KEYS = tuple(RECEIVED.statements["statement"])
EDIT = st.tuples(
    st.sampled_from(
        ["words", "label", "cut", "back", "up", "down", "place", "split", "join", "answer"]
    ),
    st.sampled_from(KEYS),
    st.sampled_from(["It stains teeth.", "It brings sleep.", "Ask a nurse.", "", "Sleep"]),
    st.sampled_from(["", "kept", "moved", "reworded", "answered", "cut"]),
    st.lists(st.sampled_from([*KEYS, "gone-1"]), max_size=2),
    st.sampled_from(["", WHY]),
)


def edit(session: Session, step: tuple[str, str, str, str, list[str], str]) -> Session:
    """Do one thing that an editor can do; what cannot be done leaves the session as it is."""
    verb, key, words, answer, by, reason = step
    said = {"answer": answer, "answered_by": " ".join(by), "answer_reason": reason}
    acts: dict[str, Any] = {
        "words": lambda: reworded(session, key, {"text": words or "It may."}),
        "label": lambda: reworded(session, key, {"label": words}),
        "cut": lambda: cut(session, key),
        "back": lambda: brought_back(session, key),
        "up": lambda: moved(session, key, "up"),
        "down": lambda: moved(session, key, "down"),
        "place": lambda: placed(session, key, "uses"),
        "split": lambda: split(session, key, 3)[0],
        "join": lambda: joined_with_next(session, key),
        "answer": lambda: reworded(session, key, said),
    }
    try:
        return acts[verb]()  # type: ignore[no-any-return]
    except (KetcontentError, StopIteration):
        return session


@settings(max_examples=examples(300))
@given(st.lists(EDIT, min_size=1, max_size=6))
def test_whatever_is_edited_an_answer_is_true_or_check_names_it(
    steps: list[tuple[str, str, str, str, list[str], str]],
) -> None:
    session = opened(RECEIVED, "tea")
    for step in steps:
        session = edit(session, step)
    content = session.content
    named = {one.key for one in found(content) if one.severity == "error"}
    shown = {one.statement for one in assemble(content, "tea").statements}
    differ = changes(content, "tea").set_index("statement")["change"].to_dict()
    for row in rows_of(content.statements):
        key, by = row["statement"], row["answered_by"].split()
        if f"tea/{key}" in named:
            continue
        if not row["supplied"]:
            assert (row["answer"], by, row["answer_reason"]) == ("", [], "")
            continue
        others = set(by) <= shown - {key}
        there = {
            "kept": key not in differ
            and row["section"] == row["supplied_section"]
            and not row["layer"]
            and not by,
            "moved": differ.get(key) == "moved" and not by,
            "reworded": differ.get(key) == "reworded" and others,
            "answered": differ.get(key) == "answered" and bool(by) and others,
            "cut": differ.get(key) == "cut" and not by,
        }
        assert there[row["answer"]]
        assert row["answer_reason"] or row["answer"] == "kept"
