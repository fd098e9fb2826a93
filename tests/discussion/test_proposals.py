"""A proposal keeps whose words it is, what it was made against, and what was taken of it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from ketcontent.discussion.proposals import decide_proposal, is_out_of_date, propose
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model.content import Content
from ketcontent.model.store import write_content
from ketcontent.text import compare
from tests.discussion.tables import tea

DAY = datetime.date(2026, 11, 1)
DIGEST = f"w2:{'0' * 64}"
BETTER = "It can calm. [@lee-2020]"


def proposed(content: Content, words: str = BETTER, **said: Any) -> Content:
    said = {"person": "bo", "proposed_on": DAY, "digest": DIGEST, **said}
    return propose(content, "tea", "calm", words, **said)


def only(content: Content) -> dict[str, Any]:
    [row] = content.rows("proposals")
    return row


def test_a_proposal_holds_the_words_that_it_was_made_against(tmp_path: Path):
    content = write_content(proposed(tea()), tmp_path)  # nothing of it is at fault
    row = only(content)
    assert (row["was"], row["words"], row["person"]) == ("It may calm. [@lee-2020]", BETTER, "bo")
    assert str(compare(row["was"], row["words"])) == "It [-may -]{+can +}calm. [@lee-2020]"
    assert not is_out_of_date(content, row)


@pytest.mark.parametrize(
    ("statement", "column", "was"),
    [
        ("calm", "label", "Calm"),
        ("heading:uses", "heading", "Uses"),
        ("title:tea", "title", "Tea"),
    ],
)
def test_a_label_a_heading_or_the_title_may_be_proposed(
    statement: str, column: Any, was: str, tmp_path: Path
):
    content = propose(
        tea(), "tea", statement, "Rest", column=column, person="bo", digest=DIGEST, proposed_on=DAY
    )
    assert only(write_content(content, tmp_path))["was"] == was  # nothing of it is at fault


def test_it_is_out_of_date_once_the_cell_says_something_else():
    row = only(proposed(tea()))
    assert is_out_of_date(tea("It calms."), row)


def test_the_same_proposal_is_written_once():
    once = proposed(tea())
    assert proposed(once) is once
    assert len(proposed(once, "It could calm.").proposals) == 2


def test_what_is_there_already_is_no_proposal():
    with pytest.raises(KetcontentError, match="what it says already"):
        proposed(tea(), "It may calm. [@lee-2020]")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"person": "cy"}, "No person 'cy'"),
        ({"person": "", "name": " "}, "Nobody is named"),
        ({"column": "notice"}, "No column 'notice'"),
    ],
)
def test_it_is_by_somebody_for_a_cell_that_may_be_proposed(said: dict[str, str], message: str):
    with pytest.raises(KetcontentError, match=message):
        proposed(tea(), **said)


@pytest.mark.parametrize(
    ("taken", "decision", "kept"),
    [
        (BETTER, "accepted", BETTER),
        ("It can calm.", "in-part", "It can calm."),
        (None, "refused", ""),
        ("It may calm. [@lee-2020]", "refused", ""),
    ],
)
def test_what_was_taken_stays_beside_what_was_proposed_and_by_whom(
    tmp_path: Path, taken: str | None, decision: str, kept: str
):
    content = proposed(tea())
    key = only(content)["proposal"]
    decided = decide_proposal(content, key, taken, person="ada", decided_on=DAY)
    row = only(write_content(decided, tmp_path))
    assert (row["decision"], row["taken"], row["decided_by"]) == (decision, kept, "ada")
    assert (row["person"], row["words"]) == ("bo", BETTER)
    with pytest.raises(KetcontentError, match="decided already"):
        decide_proposal(decided, key, None)


def test_a_proposal_that_is_not_there_cannot_be_decided():
    with pytest.raises(UnknownName):
        decide_proposal(tea(), "p-0", None)
