"""What is accepted stands in its cell, and it is known whose words it is and what it waits for."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ketcontent.cli import main
from ketcontent.discussion.comments import add_comment
from ketcontent.discussion.proposals import propose
from ketcontent.editor.accepting import Accepted, accepted
from ketcontent.editor.session import Session, opened
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model.content import Content
from ketcontent.model.store import read_content, write_content
from tests.discussion.tables import tea

DIGEST = f"w2:{'0' * 64}"
BETTER = "It can calm. [@lee-2020]"


def proposed(words: str = BETTER, content: Content | None = None, **said: Any) -> Content:
    told = {"statement": "calm", "digest": DIGEST, "person": "bo", **said}
    return propose(content or tea(), "tea", told.pop("statement"), words, **told)


def accept(content: Content, **options: Any) -> tuple[Session, Accepted]:
    [row] = content.rows("proposals")
    return accepted(opened(content, "tea"), row["proposal"], **{"person": "ada", **options})


def sentence(session: Session) -> dict[str, Any]:
    [row] = session.content.rows("statements")
    return row


def set_cells(content: Content, **cells: Any) -> Content:
    return dataclasses.replace(content, statements=content.statements.assign(**cells))


def test_words_proposed_stand_in_the_cell_with_the_decision_beside_them(tmp_path: Path) -> None:
    session, told = accept(proposed())
    content = write_content(session.content, tmp_path)  # nothing of it is at fault
    [row] = content.rows("proposals")
    assert (row["decision"], row["taken"], row["decided_by"]) == ("accepted", BETTER, "ada")
    assert sentence(session)["text"] == BETTER
    assert "It waits for these sign-offs: editorial, clinical." in str(told)
    assert len(session.done) == 1  # one step, to be undone at once


def test_other_words_are_taken_in_part() -> None:
    session, told = accept(proposed(), words="It might calm. [@lee-2020]")
    assert sentence(session)["text"] == "It might calm. [@lee-2020]"
    assert told.proposal["decision"] == "in-part"


def test_a_heading_is_accepted() -> None:
    session, _ = accept(proposed("Use", statement="heading:uses", column="heading"))
    assert session.content.rows("sections")[0]["heading"] == "Use"


@pytest.mark.parametrize(
    ("words", "before", "author"),
    [
        (BETTER, "ada", "ada"),
        (BETTER, "", "bo"),
        ("Some people say that they slept better. [@lee-2020]", "ada", "bo"),
    ],
)
def test_who_wrote_most_of_the_words_is_their_author(words: str, before: str, author: str) -> None:
    session, told = accept(proposed(words, content=set_cells(tea(), author=before)))
    assert sentence(session)["author"] == author
    assert ("'bo' is its author now" in str(told)) == (author == "bo")


def test_a_sentence_that_stood_as_received_is_reworded_and_says_why() -> None:
    received = {"supplied": "It may calm.", "supplied_label": "Calm", "answer": "kept"}
    content = proposed(content=set_cells(tea(), **received), reason="A trial.")
    row = sentence(accept(content)[0])
    assert row["answer"] == "reworded"
    assert row["answer_reason"] == "As Bo proposed in a review: A trial."
    assert sentence(accept(content, reason="Said in a trial.")[0])["answer_reason"] == (
        "Said in a trial."
    )
    cut = sentence(accept(proposed("", content=set_cells(tea(), **received)))[0])
    assert (cut["answer"], cut["text"], cut["label"]) == ("cut", "", "")


def test_a_proposal_against_other_words_is_not_taken_blindly() -> None:
    content = set_cells(proposed(), text="It calms nobody.")
    with pytest.raises(KetcontentError, match="says something else") as refused:
        accept(content)
    assert "--words" in refused.value.hint
    session, _ = accept(content, words="It calms few.")
    assert sentence(session)["text"] == "It calms few."


@pytest.mark.parametrize(
    ("cells", "said"),
    [({"position": None}, "is not on the page any more"), ({"notice": "n"}, "shows the notice")],
)
def test_what_has_no_words_of_its_own_takes_none(cells: dict[str, Any], said: str) -> None:
    session = opened(proposed(), "tea")
    content = set_cells(session.content, **cells)
    [row] = content.rows("proposals")
    with pytest.raises(KetcontentError, match=said):
        accepted(dataclasses.replace(session, content=content), row["proposal"], person="ada")


def test_a_heading_is_not_left_empty() -> None:
    with pytest.raises(KetcontentError, match="would be left without words"):
        accept(proposed("", statement="heading:uses", column="heading"))


def test_what_is_decided_or_unknown_is_not_accepted() -> None:
    session, told = accept(proposed())
    with pytest.raises(KetcontentError, match="is decided already: accepted"):
        accepted(session, told.proposal["proposal"], person="ada")
    with pytest.raises(UnknownName, match="No proposal 'p-0'"):
        accepted(session, "p-0", person="ada")
    with pytest.raises(UnknownName, match="No person 'cy'"):
        accept(proposed(), person="cy")


# --- the commands ----------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Path:
    content = add_comment(
        proposed(), "tea", "calm", "How?", wording="Calm: It may calm.", person="bo"
    )
    write_content(content, tmp_path / "data")
    return tmp_path / "data"


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--data", str(data)])


def keys(data: Path) -> tuple[str, str]:
    content = read_content(data)
    return content.proposals["proposal"].iat[0], content.comments["comment"].iat[0]


def test_proposals_and_comments_are_settled_together_or_not_at_all(data: Path) -> None:
    proposal, comment = keys(data)
    settle = ("settle", proposal, comment, "--by", "ada")
    wrong = run(data, "settle", proposal, "c-0", "--accept", "--by", "ada")
    assert wrong.exit_code == 1
    assert "Nothing is open" not in run(data, "discussion", "tea").output
    assert run(data, *settle).exit_code == 2  # of a proposal it must be said what
    done = run(data, *settle, "--accept")
    assert f"{proposal}: accepted. calm (text): It [-may -]{{+can +}}calm." in done.output
    assert f"{comment}: settled." in done.output
    assert run(data, "discussion", "tea").output == (
        "Nothing is open of tea: each proposal is decided, each comment settled.\n"
    )


@pytest.mark.parametrize("how", [[], ["--accept"], ["--say", "So."]])
def test_a_key_of_nothing_is_named_first_with_those_that_there_are(
    data: Path, how: list[str]
) -> None:
    before = (data / "comments.csv").read_bytes()
    proposal, comment = keys(data)
    assert run(data, "settle", comment, "p-0", "--by", "ada", *how).output == (
        f"error: No proposal or comment 'p-0'.\nhint: Use one of: {proposal}, {comment}.\n"
    )
    assert (data / "comments.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("person", "said"),
    [("nobody", "No person 'nobody'."), ("ada", "There is no file nowhere/key.")],
)
def test_what_is_wrong_before_a_key_is_opened_is_said_before_its_passphrase_is_asked_for(
    data: Path, person: str, said: str
) -> None:
    words = ("sign", "tea", "--person", person, "--capacity", "lay", "--key", "nowhere/key")
    signed = run(data, *words)
    assert signed.output.startswith(f"error: {said}\nhint: ")
    assert signed.exit_code == 1


def test_a_proposal_is_refused_and_the_words_stay(data: Path) -> None:
    proposal, comment = keys(data)
    assert run(data, "settle", proposal, "--refuse", "--by", "ada").output == (
        f"{proposal}: refused.\n"
    )
    assert read_content(data).statements["text"].iat[0] == "It may calm. [@lee-2020]"
    listed = run(data, "discussion", "tea").output
    assert listed.startswith(f"calm\n    {comment} by Bo: How?\n")
    assert run(data, "settle", comment, "--accept", "--by", "ada").exit_code == 2
