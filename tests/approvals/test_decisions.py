"""Who may sign what, at the border of each rule: one step beyond it the answer is another."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from ketcontent.approvals.scope import signables
from ketcontent.approvals.status import (
    EARLIEST,
    capacities_needed,
    judge_review_date,
    judge_signatures,
    review_date,
    review_due,
    signoff_statuses,
    why_no_clinician,
    why_not,
)
from ketcontent.checks.release import release_faults
from ketcontent.model.content import Content, frame_of, rows_of
from ketcontent.pages import PageView
from tests.approvals.test_signatures import with_keys
from tests.approvals.test_signoffs import made, signed


def state_of(content: Content, key: str = "a-1", capacity: str = "clinical") -> str:
    [found] = [
        one.state
        for one in signoff_statuses(PageView(content, "page"))
        if (one.statement, one.capacity) == (key, capacity)
    ]
    return found


def with_signoffs(content: Content, *rows: dict[str, object]) -> Content:
    """The tables with the one sign-off that they have in other forms."""
    [first] = rows_of(content.signoffs)
    return replace(
        content, signoffs=frame_of("signoffs", [{**first, **row} for row in rows], content)
    )


@pytest.mark.parametrize(
    ("credential", "counts"), [("MD", True), ("MD, PhD", True), ("GMC 12 34", True), ("–.", False)]
)
def test_a_credential_is_one_that_says_anything(credential: str, counts: bool) -> None:
    ada = {"person": "ada", "profession": "physician", "credential": credential}
    assert (why_no_clinician(ada) == "") == counts


def test_only_who_answers_for_a_waiver_cannot_sign_it() -> None:
    one = next(one for one in signables(PageView(made(), "page")) if one.key == "a-1")
    assert why_not("editorial", {"person": "bo"}, one, author="bo") == ""
    assert why_not("editorial", {}, one, author="") == ""  # whom no table has answers for nothing
    waiver = replace(one, owner="bo")
    assert why_not("editorial", {"person": "bo"}, waiver, author="") == (
        "'bo' answers for this waiver and cannot sign it"
    )
    assert why_not("editorial", {"person": "cy"}, waiver, author="") == ""


@pytest.mark.parametrize(("day", "state"), [(EARLIEST, "valid"), ("1999-12-31", "missing")])
def test_a_sign_off_counts_from_the_first_day_on(day: str, state: str) -> None:
    assert state_of(with_signoffs(signed(made()), {"signed_on": day})) == state


def test_of_a_yes_and_a_no_of_one_day_the_no_counts_whichever_row_comes_last() -> None:
    no = {"verdict": "changes-requested", "comment": "Which trial?"}
    for first, last in ({"signoff": "s-1"}, {"signoff": "s-2", **no}), ({"signoff": "s-2"}, no):
        both = with_signoffs(signed(made()), first, {"signoff": "s-1", **last})
        assert state_of(both) == "refused"


def test_a_project_says_itself_what_the_kinds_that_it_names_need() -> None:
    content = made()
    policies = [{"kind": "benefit", "capacity": "lay"}, {"kind": "idea", "capacity": "editorial"}]
    needed = capacities_needed(
        PageView(replace(content, policies=frame_of("policies", policies, content)), "page")
    )
    assert needed["benefit"] == ("lay",)
    assert needed["idea"] == ("editorial",)
    assert needed["risk"] == ("editorial", "clinical", "lay")  # as it was shipped
    assert needed[""] == ("editorial", "clinical", "lay")


def test_a_page_is_as_fresh_as_what_was_reviewed_longest_ago_and_late_the_day_after() -> None:
    view = PageView(made(), "page")
    one = replace(signoff_statuses(view)[0], state="valid", signed_on="2025-11-01")
    other = replace(one, signed_on="2026-01-01")
    last = review_date([other, one, other])
    assert last == datetime.date(2025, 11, 1)
    due = review_due(view, last)
    assert due == datetime.date(2026, 11, 1)  # 365 days
    late = {
        str(day): [fault.rule for fault in judge_review_date(view, [other, one], as_of=day)]
        for day in (due, due + datetime.timedelta(1))
    }
    assert late == {"2026-11-01": [], "2026-11-02": ["review-overdue"]}
    assert review_date([one, replace(one, state="stale")]) is None
    assert review_date([]) is None


def test_what_is_of_a_kind_that_no_policy_has_needs_everybody() -> None:
    view = PageView(made(kind="folklore"), "page")
    found = [one.capacity for one in signoff_statuses(view) if one.statement == "a-1"]
    assert found == ["editorial", "clinical", "lay"]


def test_a_signature_is_missed_only_of_a_yes_to_what_stands_there_now() -> None:
    asked = with_keys(signed(made()), "clinical")
    no = with_signoffs(asked, {"verdict": "changes-requested", "comment": "Why?"})
    older = with_signoffs(asked, {"digest": f"w2:{'0' * 64}"})
    missed = [
        [one.rule for one in judge_signatures(PageView(content, "page"))]
        for content in (asked, no, older)
    ]
    assert missed == [["signature-missing"], [], []]


def covers_of(content: Content, key: str) -> list[str | list[str]]:
    [found] = [one.covers for one in signables(PageView(content, "page")) if one.key == key]
    return found


def with_section(**cells: object) -> Content:
    content = made()
    rows = [{**row, "heading": "Uses", **cells} for row in rows_of(content.sections)[:1]]
    return replace(content, sections=frame_of("sections", rows, content))


def test_a_heading_is_signed_with_how_deep_items_stand_and_as_what_it_is_set() -> None:
    rows = [
        {**row, "form": form, "section": "a"}
        for row, form in zip(rows_of(made().statements), ("item", "item-3"), strict=True)
    ]
    content = with_section()
    content = replace(content, statements=frame_of("statements", rows, content))
    assert covers_of(content, "heading:a")[2:] == [["item a-1", "item 3 a-2"], []]
    set_as = covers_of(with_section(form="emergency"), "heading:a")
    assert set_as[3:] == [[], ["set", "", "emergency"]]


def test_words_of_the_supplier_that_wait_beside_ours_are_signed_where_they_are_others() -> None:
    waiting = {"supplier_change": "changed", "supplied_heading": "Uses"}
    assert covers_of(with_section(**waiting), "heading:a")[3] == []
    other = {**waiting, "supplied_heading": "Uses and cures"}
    assert covers_of(with_section(**other), "heading:a")[3] == ["changed", "Uses and cures"]
    of_a_statement = {"supplier_change": "changed", "supplied": "It cures.", "supplied_form": ""}
    assert "changed It cures." in " ".join(
        one for one in covers_of(made(**of_a_statement), "a-1") if isinstance(one, str)
    )


def test_a_statement_is_signed_with_its_author_and_with_where_in_it_a_source_is_cited() -> None:
    assert ["author", "ada"] in covers_of(made(), "a-1")
    assert not any("author" in one[:1] for one in covers_of(made(author=""), "a-1"))
    inside = covers_of(made(text="It may [@lee-2020] help."), "a-1")
    assert ["cited", "5 lee-2020"] in inside
    assert not any(one[:1] == ["cited"] for one in covers_of(made(), "a-1"))


def test_a_waiver_is_signed_on_the_page_that_it_is_for() -> None:
    content = made()
    waiver = {"table": "statements", "rule": "no-finding", "until": "2026-12-01", "reason": "So."}
    rows = [{**waiver, "row": row} for row in ("page/a-1", "other/a-1")]
    content = replace(content, waivers=frame_of("waivers", rows, content))
    keys = [one.key for one in signables(PageView(content, "page")) if one.kind == "waiver"]
    assert keys == ["waiver:statements/page/a-1/no-finding"]


def test_what_was_approved_and_is_gone_is_named_but_for_waivers_and_refusals() -> None:
    gone = [
        {"signoff": "s-1", "statement": "term:GP"},
        {"signoff": "s-2", "statement": "waiver:statements/page/a-1/no-finding"},
        {"signoff": "s-3", "statement": "term:MD", "verdict": "changes-requested"},
    ]
    content = with_signoffs(signed(made()), *gone)
    found = release_faults(content, ["page"])["page"]
    assert [one.key for one in found if one.rule == "signed-and-gone"] == ["s-1"]
