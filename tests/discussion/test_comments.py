"""A comment stays on its words while they stand, and says so when they are gone."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketcontent.approvals.signing import sign_off
from ketcontent.discussion.comments import (
    add_comment,
    comment_threads,
    place_of,
    resolve_comment,
)
from ketcontent.errors import KetcontentError
from ketcontent.model.content import Content
from ketcontent.model.store import write_content
from tests.discussion.tables import tea

DAY = datetime.date(2026, 11, 1)
WORDING = "Calm: It may calm."


def said(content: Content, text: str = "Who says so?", **more: Any) -> Content:
    more = {"person": "bo", "wording": WORDING, "said_on": DAY, **more}
    return add_comment(content, "tea", "calm", text, **more)


def test_a_thread_has_answers_and_is_settled_as_a_whole(tmp_path: Path):
    content = said(tea(), anchor="may", anchor_at=9)
    first = content.rows("comments")[0]["comment"]
    content = said(content, "Lee does.", person="ada", reply_to=first)
    answer = next(row for row in content.rows("comments") if row["reply_to"])["comment"]
    content = said(content, "Thank you.", reply_to=answer)
    [(start, answers)] = comment_threads(content, "tea", "calm")
    assert start["comment"] == first
    assert {row["text"] for row in answers} == {"Lee does.", "Thank you."}
    settled = write_content(
        resolve_comment(content, answer, person="ada", resolved_on=DAY), tmp_path
    )
    [(start, _)] = comment_threads(settled, "tea", "calm")
    assert (start["resolved_by"], start["resolved_on"]) == ("ada", "2026-11-01")
    [(start, _)] = comment_threads(
        resolve_comment(settled, first, is_resolved=False), "tea", "calm"
    )
    assert start["resolved_on"] == ""


def test_the_same_comment_is_written_once():
    once = said(tea())
    assert said(once) is once


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"anchor": "may", "anchor_at": 8}, "does not stand"),
        ({"reply_to": "c-0"}, "No comment"),
        ({"person": ""}, "Nobody is named"),
    ],
)
def test_a_comment_is_on_words_that_stand_there_and_by_somebody(more: dict[str, Any], message: str):
    with pytest.raises(KetcontentError, match=message):
        said(tea(), **more)


def test_a_comment_says_something():
    with pytest.raises(KetcontentError, match="says nothing"):
        said(tea(), " ")


@pytest.mark.parametrize(
    ("now", "place"),
    [
        ("Rest: It may calm.", 9),
        ("Calm: Some say it may calm.", 18),
        ("Calm: It can calm.", None),
        ("Calm: It calms, and may do more.", 20),
        ("", None),
    ],
)
def test_an_anchor_is_found_again_or_is_astray(now: str, place: int | None):
    assert place_of(WORDING, "may", 9, now) == place


@given(st.text("ab .", max_size=12), st.text("ab .", max_size=12), st.data())
def test_where_an_anchor_is_found_its_words_stand(wording: str, now: str, data: st.DataObject):
    start = data.draw(st.integers(0, len(wording)))
    anchor = wording[start : data.draw(st.integers(start, len(wording)))]
    place = place_of(wording, anchor, start, now) if anchor else None
    assert place is None or now[place:].startswith(anchor)
    if anchor:
        assert place_of(wording, anchor, start, wording) == start


def signed(content: Content, verdict: Any, comment: str = "", **more: Any) -> Content:
    more = {"person": "bo", "capacity": "clinical", "signed_on": DAY, **more}
    return sign_off(content, "tea", "calm", verdict=verdict, comment=comment, **more)


def test_changes_requested_are_a_comment_until_their_signer_says_otherwise():
    content = signed(tea(), "changes-requested", "Say can.")
    [comment] = content.rows("comments")
    [signoff] = content.rows("signoffs")
    assert (comment["text"], comment["person"], comment["signoff"]) == (
        *("Say can.", "bo"),
        signoff["signoff"],
    )
    assert signed(content, "changes-requested", "Say can.").comments.equals(content.comments)
    other = signed(content, "changes-requested", "Say might.")
    assert {row["text"]: row["resolved_on"] for row in other.rows("comments")} == {
        "Say can.": "2026-11-01",
        "Say might.": "",
    }
    [comment] = signed(content, "approved").rows("comments")
    assert comment["resolved_on"] == "2026-11-01"


def test_a_comment_that_came_in_a_file_becomes_that_of_the_sign_off_that_confirms_it():
    content = said(tea(), "Say can.", person="", name="B. Bo", packet="k-1")
    [comment] = signed(content, "changes-requested", "Say can.").rows("comments")
    assert (comment["person"], comment["name"], bool(comment["signoff"])) == ("bo", "B. Bo", True)
