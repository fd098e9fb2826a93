"""A yes is bound to the words, the label, the grade and the sources that the reader reads."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ketcontent.approvals.scope import older_digest, statement_digest
from ketcontent.approvals.signing import open_statements, sign_off, to_sign
from ketcontent.approvals.status import judge_review_date, judge_signoffs, signoff_statuses
from ketcontent.checks.unseen import judge_signers
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.model.store import read_content, write_content
from ketcontent.pages.assembly import PageView, assemble
from ketcontent.pages.citations import READ_BY_READERS

DAY = datetime.date(2026, 11, 1)


def made(**changed: Any) -> Content:
    """One page with two statements, three people, and a policy; `changed` sets cells of `a-1`."""
    content = empty_content()
    first = {
        "document": "page",
        "statement": "a-1",
        "section": "a",
        "block": 1,
        "position": 10,
        "form": "paragraph",
        "text": "It may help. [@lee-2020]",
        "kind": "benefit",
        "certainty": "low",
        "author": "ada",
    }
    second = {**first, "statement": "a-2", "block": 2, "position": 20, "author": ""}
    tables: dict[str, list[dict[str, Any]]] = {
        "documents": [
            {"document": "page", "title": "Page", "language": "en", "review_every_days": 365}
        ],
        "sections": [
            {"document": "page", "section": key, "position": place, "supplied_run_in": False}
            for key, place in (("a", 10), ("b", 20))
        ],
        "statements": [{**first, **changed}, second],
        "people": [
            {
                "person": key,
                "name": key.title(),
                "profession": "physician",
                "credential": "MD",
                "conflicts": "none",
            }
            for key in ("ada", "bo", "cy")
        ],
        "policies": [
            {"kind": "benefit", "capacity": capacity} for capacity in ("clinical", "editorial")
        ],
        "sources": [
            {"source": key, "type": "book", "title": key} for key in ("lee-2020", "roe-2021")
        ],
    }
    frames = {name: frame_of(name, rows, content) for name, rows in tables.items()}
    return replace(content, **frames)


def signed(content: Content, **said: Any) -> Content:
    words = {"person": "bo", "capacity": "clinical", "signed_on": DAY, **said}
    return sign_off(content, "page", "a-1", **words)


def state(content: Content, statement: str = "a-1", capacity: str = "clinical") -> str:
    found = [
        one.state
        for one in signoff_statuses(PageView(content, "page"))
        if (one.statement, one.capacity) == (statement, capacity)
    ]
    return found[0]


def carried(before: Content, after: Content) -> Content:
    """The tables of `after` with the sign-offs of `before`."""
    return replace(after, signoffs=before.signoffs)


def test_a_statement_nobody_signed_is_missing() -> None:
    assert state(made()) == "missing"


def test_a_yes_to_the_current_words_is_valid() -> None:
    assert state(signed(made())) == "valid"


def test_a_yes_counts_in_its_own_capacity_only() -> None:
    assert state(signed(made()), capacity="editorial") == "missing"


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"text": "It helps. [@lee-2020]"}, id="a word"),
        pytest.param({"text": "It may help! [@lee-2020]"}, id="a mark"),
        pytest.param({"text": "It May help. [@lee-2020]"}, id="a capital"),
        pytest.param({"text": "It may help. [@roe-2021]"}, id="another source"),
        pytest.param({"text": "It may help. [@lee-2020; @roe-2021]"}, id="one more source"),
        pytest.param({"text": "It may help."}, id="no source"),
        pytest.param({"text": "It [may](https://a.example) help. [@lee-2020]"}, id="a link"),
        pytest.param({"certainty": "moderate"}, id="the grade"),
        pytest.param({"label": "Use"}, id="a label"),
        pytest.param({"kind": "risk"}, id="the kind"),
        pytest.param({"section": "b", "position": 70, "block": 9}, id="a move"),
        pytest.param({"block": 2}, id="a paragraph with another sentence"),
    ],
)
def test_any_change_to_what_is_read_makes_it_stale(changed: dict[str, Any]) -> None:
    assert state(carried(signed(made()), made(**changed))) == "stale"


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"text": "It  may\u00a0help.  [@lee-2020]"}, id="white space"),
        pytest.param({"text": "It may help [@lee-2020]."}, id="where the citation stands"),
        pytest.param({"form": "notice"}, id="another form, which is of its heading"),
        pytest.param({"position": 15, "block": 7}, id="other numbers in the same order"),
        pytest.param({"certainty_reasons": "small trials"}, id="the reasons of the grade"),
        pytest.param({"topics": "use"}, id="topics"),
    ],
)
def test_what_no_reader_reads_differently_leaves_it_valid(changed: dict[str, Any]) -> None:
    assert state(carried(signed(made()), made(**changed))) == "valid"


WORDS = st.text(
    st.characters(
        exclude_categories=["Cc", "Cs", "Cf", "Co", "Cn"], exclude_characters="\\`*_[]<>&"
    ),
    min_size=1,
    max_size=40,
).filter(lambda text: text.strip() != "")


def composed(text: str, form: str) -> str:
    return " ".join(unicodedata.normalize(form, text).split())


@pytest.mark.slow
@given(old=WORDS, new=WORDS)
def test_other_words_are_never_valid_and_the_old_ones_always_are(old: str, new: str) -> None:
    assume(composed(old, "NFC") != composed(new, "NFC"))
    before = signed(made(text=old))
    assert state(carried(before, made(text=new))) == "stale"
    assert state(carried(before, made(text=old))) == "valid"


@given(words=WORDS)
def test_composition_and_white_space_never_count(words: str) -> None:
    other = f"  {unicodedata.normalize('NFD', words)} ".replace(" ", "  ")
    assert state(carried(signed(made(text=words)), made(text=other))) == "valid"


@given(one=WORDS, label=WORDS)
def test_words_and_label_never_run_together(one: str, label: str) -> None:
    assume(composed(label, "NFC") != "")
    before = signed(made(text=f"{label} {one}"))
    assert state(carried(before, made(text=one, label=label))) == "stale"


def test_restoring_the_words_restores_the_sign_off() -> None:
    before = signed(made())
    assert state(carried(before, made(text="It helps."))) == "stale"
    assert state(carried(before, made())) == "valid"


def test_a_sign_off_copied_to_another_statement_is_not_valid() -> None:
    content = signed(made())
    copied = content.signoffs.assign(statement="a-2")
    assert state(replace(content, signoffs=copied), "a-2") == "stale"


def test_a_re_save_leaves_it_valid(tmp_path: Any) -> None:
    write_content(signed(made()), tmp_path)
    again = read_content(tmp_path)
    assert state(again) == "valid"
    assert state(write_content(again)) == "valid"


def test_the_same_yes_twice_is_one() -> None:
    once = signed(made())
    assert len(signed(once).signoffs) == len(once.signoffs) == 1


def test_who_changes_their_mind_on_the_same_day_is_taken_at_their_last_word() -> None:
    refused = signed(made(), verdict="changes-requested", comment="Name the trial.")
    agreed = signed(refused)
    assert (state(refused), state(agreed), len(agreed.signoffs)) == ("refused", "valid", 1)


def test_the_same_yes_on_another_day_renews_the_review() -> None:
    again = signed(signed(made()), signed_on=DAY + datetime.timedelta(20))
    assert len(again.signoffs) == 2
    assert [
        one.signed_on for one in signoff_statuses(PageView(again, "page")) if one.state == "valid"
    ] == ["2026-11-21"]


def test_a_no_to_the_current_words_refuses_them_until_its_signer_agrees() -> None:
    refused = signed(
        signed(made()), person="cy", verdict="changes-requested", comment="Name the trial."
    )
    assert state(refused) == "refused"
    agreed = signed(refused, person="cy", signed_on=DAY + datetime.timedelta(1))
    assert state(agreed) == "valid"


def test_a_no_to_other_words_does_not_refuse_these() -> None:
    refused = signed(made(text="It helps."), verdict="changes-requested", comment="Too strong.")
    assert state(carried(refused, made())) == "missing"


def test_a_no_needs_a_word_on_what_to_change() -> None:
    with pytest.raises(KetcontentError) as raised:
        signed(made(), verdict="changes-requested")
    assert raised.value.message == "Changes to 'a-1' are requested without a word on which."
    assert raised.value.hint == "Say in a comment what should change."


def test_the_author_of_the_words_cannot_be_their_clinical_reviewer() -> None:
    with pytest.raises(KetcontentError) as raised:
        signed(made(), person="ada")
    assert raised.value.message == (
        "'ada' wrote the words of 'a-1' and cannot be their clinical reviewer."
    )


def test_the_author_may_sign_in_another_capacity() -> None:
    content = signed(made(), person="ada", capacity="editorial")
    assert state(content, capacity="editorial") == "valid"


def test_a_row_that_makes_the_author_a_clinical_reviewer_does_not_count() -> None:
    content = signed(made())
    forged = content.signoffs.assign(person="ada")
    assert state(replace(content, signoffs=forged)) == "missing"


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        pytest.param(
            {"person": "zed"},
            "No person 'zed'.",
            "Use one of: ada, bo, cy.",
            id="not among the people",
        ),
        pytest.param(
            {"capacity": "clinica"},
            "No capacity 'clinica'.",
            "Did you mean 'clinical'?",
            id="capacity",
        ),
        pytest.param(
            {"verdict": "yes"},
            "No verdict 'yes'.",
            "Use one of: approved, changes-requested.",
            id="verdict",
        ),
    ],
)
def test_an_unknown_name_cannot_sign(said: dict[str, str], message: str, hint: str) -> None:
    with pytest.raises(UnknownName) as raised:
        signed(made(), **said)
    assert (raised.value.message, raised.value.hint) == (message, hint)


def test_an_unknown_statement_cannot_be_signed() -> None:
    with pytest.raises(UnknownName) as raised:
        sign_off(made(), "page", "a-11", person="bo", capacity="lay")
    assert str(raised.value) == "No statement 'a-11'.\nhint: Did you mean 'a-1'?"


def test_the_words_signed_are_kept() -> None:
    row = signed(made(label="Use")).signoffs.iloc[0]
    assert row["wording"] == "Use: It may help."
    assert row["digest"].startswith("w2:")
    assert row["signed_on"] == "2026-11-01"


def test_signing_changes_no_other_table() -> None:
    before = made()
    after = signed(before)
    for name in ("documents", "sections", "statements", "people", "policies", "sources"):
        assert getattr(after, name).equals(getattr(before, name))
    assert len(before.signoffs) == 0


def test_a_digest_of_a_later_version_is_kept_and_not_taken_for_this_one() -> None:
    content = signed(made())
    later = content.signoffs.assign(digest="w3:" + "0" * 64)
    assert state(replace(content, signoffs=later)) == "stale"


def test_the_judge_names_what_is_missing_stale_and_refused() -> None:
    content = signed(made(), capacity="editorial")
    content = carried(content, made(text="It helps. [@lee-2020]"))
    content = signed(content, verdict="changes-requested", comment="Too strong.", person="cy")
    view = PageView(content, "page")
    faults = judge_signoffs(view, signoff_statuses(view))
    found = {(one.rule, one.key): one.message for one in faults}
    assert found == {
        ("sign-off-refused", "page/a-1"): "Cy asked for changes (clinical): Too strong.",
        ("sign-off-stale", "page/a-1"): (
            "The editorial sign-off is to other words, another kind, grade, source, link or place, "
            "or from before the supplier changed it."
        ),
        ("sign-off-missing", "page/a-2"): "No editorial or clinical sign-off.",
        ("sign-off-missing", "page"): "No editorial sign-off.",
    }


def test_a_statement_without_a_kind_needs_every_capacity() -> None:
    capacities = [
        one.capacity
        for one in signoff_statuses(PageView(made(kind=""), "page"))
        if one.statement == "a-1"
    ]
    assert capacities == ["editorial", "clinical", "lay"]


def test_the_fingerprint_is_fixed_for_all_time() -> None:
    statement = assemble(made(), "page").section("a").statements[0]
    assert older_digest("page", statement) == (
        "w1:16560ae6da7b8c0915f2cdef19db1727d9ba313ec65ad94e3e3887dbac23df2f"
    )
    assert statement_digest("page", statement) == (
        "w2:f2f9d4eabbb37ae68e5d8b4eb6f0c424d774df18e5a227d79aa431a035fa62e0"
    )


def with_source(content: Content, **cells: str) -> Content:
    rows = content.sources.to_dict("records")
    changed = [{**row, **cells} if row["source"] == "lee-2020" else row for row in rows]
    return replace(content, sources=frame_of("sources", changed, content))


@pytest.mark.parametrize("column", READ_BY_READERS)
def test_a_sign_off_is_stale_when_what_a_reader_reads_of_a_source_changes(column: str) -> None:
    content = signed(made())
    new = {"type": "report", "issued": "2020", "event_date": "2020", "doi": "10.1000/x"}
    new |= {"pmid": "1", "url": "https://a.example"}
    changed = with_source(content, **{column: new.get(column, "Other")})
    assert state(changed) == "stale"
    assert (
        state(
            with_source(
                changed,
                **{column: "book" if column == "type" else "lee-2020" if column == "title" else ""},
            )
        )
        == "valid"
    )


def test_what_no_reader_reads_of_a_source_leaves_a_sign_off_as_it_is() -> None:
    cells = dict.fromkeys(("confirmed_on", "accessed", "retraction_checked_on"), "2026-10-01")
    assert state(with_source(signed(made()), **cells)) == "valid"


@pytest.mark.parametrize("text", ["It may help. [@lee-2020]", "It may help."])
def test_a_sign_off_under_the_older_rule_is_told_as_such_and_does_not_count(text: str) -> None:
    content = signed(made(text=text))
    statement = assemble(content, "page").section("a").statements[0]
    older = content.signoffs.assign(digest=older_digest("page", statement))
    content = replace(content, signoffs=older)
    assert state(content) == "stale"
    view = PageView(content, "page")
    messages = [one.message for one in judge_signoffs(view, signoff_statuses(view))]
    assert (
        "The clinical sign-off was made under the older rule, which did not cover where the words "
        "stand, their kind, what a reader reads of the sources and who the signer is."
    ) in messages
    one = next(one for one in open_statements(content, "page", "clinical") if one.older)
    assert "by bo, under the older rule: " in to_sign(content, "page", one)


def test_a_sign_off_that_does_not_say_who_the_signer_is_was_made_under_the_older_rule() -> None:
    content = signed(made())
    content = replace(content, signoffs=content.signoffs.assign(signer=""))
    [one] = [one for one in open_statements(content, "page", "clinical") if one.statement == "a-1"]
    assert (one.state, one.older) == ("stale", True)
    assert state(signed(content)) == "valid"


def test_a_no_counts_whoever_its_signer_has_come_to_be() -> None:
    content = signed(signed(made(), verdict="changes-requested", comment="Why?"), person="cy")
    people = content.people.assign(name="Other", profession="")
    assert state(content) == state(replace(content, people=people)) == "refused"


def test_who_signed_again_under_a_new_name_is_believed_under_that() -> None:
    content = signed(made())
    people = content.people.assign(name=content.people["name"] + " Roe")
    content = replace(content, people=people)
    assert state(content) == "stale"
    [one] = [one for one in open_statements(content, "page", "clinical") if one.statement == "a-1"]
    assert "by bo: people.csv says of 'bo' something else than then" in to_sign(
        content, "page", one
    )
    assert state(signed(content)) == "valid"


def with_evidence(content: Content) -> Content:
    """The tables with evidence on both statements, and on one of the same key on another page."""
    rows = [
        {"document": page, "statement": statement, "source": "lee-2020", "role": "supports"}
        | {"finding": f"Found for {page} {statement}."}
        for page, statement in (("page", "a-1"), ("page", "a-2"), ("other", "a-1"))
    ]
    return replace(content, evidence=frame_of("evidence", rows, content))


@pytest.mark.parametrize("statement", ["a-1", "a-2"])
def test_a_signer_is_shown_the_evidence_of_the_statement_and_no_other(statement: str) -> None:
    content = with_evidence(made())
    [one] = [
        one for one in open_statements(content, "page", "clinical") if one.statement == statement
    ]
    assert to_sign(content, "page", one).splitlines() == [
        f"a · {statement} · benefit",
        "",
        "  It may help.",
        "  certainty: low (no reasons given)",
        f"  lee-2020 supports: Found for page {statement}.",
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param(
            {"text": "It helps. [@lee-2020]"},
            "  since signed on 2026-11-01 by bo: It [-may help-]{+helps+}.",
            id="words",
        ),
        pytest.param(
            {"certainty": "moderate"},
            "  since signed on 2026-11-01 by bo: where it stands, its kind, grade, sources or "
            "links, or what the supplier sends",
            id="grade",
        ),
    ],
)
def test_a_signer_is_told_what_changed_since(changed: dict[str, Any], said: str) -> None:
    content = carried(signed(made()), made(**changed))
    one = next(one for one in open_statements(content, "page", "clinical") if one.state == "stale")
    assert to_sign(content, "page", one).splitlines()[-1] == said


def test_a_signer_is_told_who_asked_for_changes() -> None:
    content = signed(made(), verdict="changes-requested", comment="Say how long.")
    one = next(
        one for one in open_statements(content, "page", "clinical") if one.state == "refused"
    )
    assert to_sign(content, "page", one).splitlines()[-1] == (
        "  bo asked for changes on 2026-11-01: Say how long."
    )


@pytest.mark.parametrize(
    ("name", "is_alike"),
    [
        pytest.param("\u0412\u043e", True, id="letters of Cyrillic"),
        pytest.param("B\u200bo", True, id="a space that nobody sees"),
        pytest.param("Bo Roe", False, id="another name"),
    ],
)
def test_a_signer_whose_name_reads_as_another_is_named(name: str, is_alike: bool) -> None:
    content = signed(made())
    is_cy = content.people["person"] == "cy"
    people = content.people.assign(name=content.people["name"].mask(is_cy, name))
    found = judge_signers(PageView(replace(content, people=people), "page"))
    assert [(one.key, one.severity, one.message) for one in found] == [
        ("bo", "warning", "The name of 'bo', who signed 'page', reads as that of 'cy' does.")
    ] * is_alike


@pytest.mark.parametrize(
    ("hour", "counts"),
    [
        pytest.param(9, False, id="the day has begun nowhere"),
        pytest.param(10, True, id="it has begun in the east"),
    ],
)
def test_a_sign_off_counts_from_where_its_day_begins_first(
    hour: int, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.datetime(2026, 11, 1, hour, tzinfo=datetime.UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(now.timestamp())))
    tomorrow = DAY + datetime.timedelta(1)
    content = signed(made(), signed_on=tomorrow)
    view = PageView(content, "page")
    found = {one.state for one in signoff_statuses(view) if one.signoff or one.why}
    assert found == ({"valid"} if counts else {"missing"})
    assert judge_review_date(view, signoff_statuses(view), as_of=DAY) == []
    before = DAY - datetime.timedelta(1)
    [fault] = judge_review_date(view, signoff_statuses(view), as_of=before)
    assert fault.rule == "date-in-future"


@pytest.mark.parametrize(("days", "rules"), [(364, []), (365, []), (366, ["review-overdue"])])
def test_a_review_falls_due_on_the_day_after_its_last(days: int, rules: list[str]) -> None:
    content = made()
    for statement in ("title:page", "a-1", "a-2"):
        for capacity in ("clinical", "editorial"):
            content = sign_off(
                content, "page", statement, person="bo", capacity=capacity, signed_on=DAY
            )
    view = PageView(content, "page")
    found = judge_review_date(view, signoff_statuses(view), as_of=DAY + datetime.timedelta(days))
    assert [one.rule for one in found] == rules
