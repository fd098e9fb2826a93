"""Proposals and comments in the workbench: made, shown by pieces, decided, undone, saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketcontent import read_content, write_content
from ketcontent.discussion import numbered_pieces, propose, words_with
from ketcontent.editor.discussing import decided_change
from ketcontent.editor.edits import carried
from ketcontent.editor.session import Session, opened, rows_by_key, unsaved
from ketcontent.editor.workbench import Workbench
from tests.discussion.tables import tea
from tests.editor.test_workbench import ask

SAID = "It may calm you. Ask a nurse. [@lee-2020]"
BETTER = "It can calm you. Ask a doctor. [@lee-2020]"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_content(tea(SAID), tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def workbench(data: Path) -> Workbench:
    return Workbench("tea", data=str(data))


Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def say(workbench: Workbench) -> Ask:
    """Ask something about the one statement of the page."""
    return lambda verb, **more: ask(workbench, verb, **{"statement": "calm", **more})


def on_disk(data: Path, table: str) -> list[dict[str, str]]:
    return list(rows_by_key(read_content(data), table).values())


def text(data: Path) -> str:
    return on_disk(data, "statements")[0]["text"]


def proposed(say: Ask, words: str = BETTER) -> dict[str, Any]:
    say("edit", cells={"text": words}, person="bo")
    answer = say("propose", person="bo", reason="Plainer.")
    assert "error" not in answer
    return answer


def test_an_edit_is_saved_as_a_proposal_and_the_words_stand(say: Ask, data: Path) -> None:
    answer = proposed(say)
    assert answer["rows"]["calm"]["text"] == SAID  # the browser shows what stands
    assert answer["rows"]["calm"]["author"] == ""
    [shown] = answer["detail"]["proposals"]
    assert (shown["by"], shown["reason"], shown["out_of_date"]) == ("Bo", "Plainer.", False)
    assert shown["pieces"] == [
        ["kept", "It ", None],
        ["deleted", "may ", 0],
        ["inserted", "can ", 0],
        ["kept", "calm you. Ask a ", None],
        ["deleted", "nurse", 1],
        ["inserted", "doctor", 1],
        ["kept", ". [@lee-2020] ", None],
    ]
    assert answer["listing"][0]["statements"][0]["discussed"] == [1, 0]
    assert answer["status"]["undo"] == "Propose words for calm"
    say("save")
    assert text(data) == SAID
    [row] = on_disk(data, "proposals")
    assert (row["words"], row["was"], row["person"]) == (BETTER, SAID, "bo")
    assert row["digest"]
    assert Workbench("tea", data=str(data)).answer({"id": "", "do": "open"})["detail"]["proposals"]


def test_undo_gives_the_proposer_back_the_words_typed(say: Ask) -> None:
    proposed(say)
    answer = say("undo")
    assert answer["rows"]["calm"]["text"] == BETTER
    assert answer["detail"]["proposals"] == []


def test_some_pieces_are_accepted_and_their_proposer_is_kept(say: Ask, data: Path) -> None:
    [shown] = proposed(say)["detail"]["proposals"]
    say("save")
    taken = "It may calm you. Ask a doctor. [@lee-2020]"
    one = {"proposal": shown["proposal"], "person": "ada"}
    answer = say("choose_pieces", changes=[1], **one)
    assert answer["rows"]["calm"]["text"] == taken
    assert answer["rows"]["calm"]["author"] == "bo"
    assert answer["detail"]["proposals"] == []
    say("edit", cells={"text": "Rest."})
    answer = say("propose", person="bo")
    assert "What was accepted for 'calm' is not saved" in answer["error"]["message"]
    say("undo")
    answer = say("undo")
    assert answer["rows"]["calm"]["text"] == SAID
    assert [row["proposal"] for row in answer["detail"]["proposals"]] == [shown["proposal"]]
    say("redo")
    say("save")
    assert text(data) == taken
    [row] = on_disk(data, "proposals")
    assert (row["decision"], row["taken"], row["person"], row["decided_by"]) == (
        "in-part",
        taken,
        "bo",
        "ada",
    )
    answer = say("choose_pieces", changes=None, **one)
    assert "decided already" in answer["error"]["message"]
    assert text(data) == taken


def decide(say: Ask, proposal: str, change: int, accepted: bool, person: str) -> dict[str, Any]:
    return say("decide_change", proposal=proposal, change=change, accepted=accepted, person=person)


def bo_decides(data: Path, proposal: str, *, accepted: bool) -> None:
    """Somebody else decides the first change, and saves."""
    theirs = opened(read_content(data), "tea")
    write_content(decided_change(theirs, proposal, 0, accepted=accepted, person="bo").content)


def decisions(data: Path) -> dict[str, tuple[str, str]]:
    """By the words proposed: what was decided of them, and by whom; all are Bo's."""
    rows = on_disk(data, "proposals")
    assert {row["person"] for row in rows} == {"bo"}
    return {row["words"]: (row["decision"], row["decided_by"]) for row in rows}


def test_a_change_that_is_accepted_is_in_the_words_at_once_and_the_rest_stays_open(
    say: Ask, data: Path
) -> None:
    [shown] = proposed(say)["detail"]["proposals"]
    say("save")
    half = "It may calm you. Ask a doctor. [@lee-2020]"
    answer = decide(say, shown["proposal"], 1, True, "ada")
    assert answer["rows"]["calm"]["text"] == half
    [left] = answer["detail"]["proposals"]
    assert (left["proposal"], left["changes"], left["out_of_date"]) == (shown["proposal"], 1, False)
    assert [words for change, words, _ in left["pieces"] if change != "kept"] == ["may ", "can "]
    answer = say("undo")  # one step
    assert answer["rows"]["calm"]["text"] == SAID
    assert answer["detail"]["proposals"] == [shown]
    say("redo")
    say("save")
    assert text(data) == half
    assert decisions(data) == {half: ("accepted", "ada"), BETTER: ("", "")}
    answer = decide(say, shown["proposal"], 0, True, "ada")
    assert answer["rows"]["calm"]["text"] == BETTER
    assert answer["detail"]["proposals"] == []
    say("save")
    assert decisions(data) == {half: ("accepted", "ada"), BETTER: ("accepted", "ada")}
    assert "decided already" in decide(say, shown["proposal"], 0, True, "ada")["error"]["message"]


def test_a_change_that_is_refused_is_proposed_no_more_and_is_kept(say: Ask, data: Path) -> None:
    [shown] = proposed(say)["detail"]["proposals"]
    answer = decide(say, shown["proposal"], 0, False, "ada")
    [left] = answer["detail"]["proposals"]
    assert [words for change, words, _ in left["pieces"] if change != "kept"] == ["nurse", "doctor"]
    say("save")
    assert text(data) == SAID
    refused = "It can calm you. Ask a nurse. [@lee-2020]"
    other = "It may calm you. Ask a doctor. [@lee-2020]"
    assert decisions(data) == {refused: ("refused", "ada"), other: ("", "")}
    assert "no such change" in decide(say, shown["proposal"], 1, True, "ada")["error"]["message"]


def test_who_wrote_a_sentence_anew_is_its_author_in_however_many_steps_it_was_accepted(
    say: Ask,
) -> None:
    say("edit", cells={"author": "ada"})
    say("save")
    answer = proposed(say, "Tea may wake you. Let it cool first. [@lee-2020]")
    steps = 0
    while shown := answer["detail"]["proposals"]:
        answer = decide(say, shown[0]["proposal"], 0, True, "ada")
        steps += 1
    assert steps > 1
    assert answer["rows"]["calm"]["author"] == "bo"


def test_two_who_decide_at_once_lose_nothing_and_nobody_is_asked(say: Ask, data: Path) -> None:
    [shown] = proposed(say)["detail"]["proposals"]
    say("save")
    bo_decides(data, shown["proposal"], accepted=True)
    decide(say, shown["proposal"], 1, True, "ada")
    answer = say("save")
    assert (answer.get("error"), answer["status"]["conflicts"]) == (None, [])
    assert (text(data), answer["detail"]["proposals"]) == (BETTER, [])
    assert set(decisions(data).values()) == {("accepted", "ada"), ("accepted", "bo")}


@pytest.mark.parametrize(
    ("theirs", "mine", "stands", "left"),
    [
        (True, [(0, True)], "It can calm you. Ask a nurse. [@lee-2020]", BETTER),  # alike
        (True, [(1, False)], "It can calm you. Ask a nurse. [@lee-2020]", ""),
        (True, [(0, True), (0, True)], BETTER, ""),
        (False, [(1, True)], "It may calm you. Ask a doctor. [@lee-2020]", ""),
        (False, [(1, False)], SAID, ""),
        (False, [(0, True)], None, ""),  # one refused what the other accepted
        (False, [(0, True), (0, True)], None, ""),
        (True, [(0, False)], None, ""),
    ],
)
def test_decisions_of_two_fit_together_or_somebody_is_asked(
    theirs: bool, mine: list[tuple[int, bool]], stands: str | None, left: str
) -> None:
    content = propose(tea(SAID), "tea", "calm", BETTER, digest="", person="bo")
    [proposal] = content.proposals["proposal"]

    def decided(session: Session, person: str, choices: list[tuple[int, bool]]) -> Session:
        for change, is_accepted in choices:
            session = decided_change(session, proposal, change, accepted=is_accepted, person=person)
        return session

    session = opened(content, "tea")
    fresh = decided(session, "bo", [(0, theirs)]).content
    ours = decided(session, "ada", mine)
    together, conflicts = carried("tea", unsaved(ours), fresh)
    assert bool(conflicts) == (stands is None)
    if conflicts:
        return
    assert rows_by_key(together.content, "statements")["tea", "calm"]["text"] == stands
    rows = rows_by_key(together.content, "proposals").values()
    assert [row["words"] for row in rows if not row["decision"]] == ([left] if left else [])
    # What each decided by themselves is there.
    for one in (fresh, ours.content):
        assert (
            rows_by_key(one, "proposals").keys()
            <= rows_by_key(together.content, "proposals").keys()
        )


THREE = "alpha beta gamma delta epsilon zeta eta"


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ([(0, True)], [(1, True), (0, False)]),
        ([(1, True), (0, False)], [(0, True)]),
        ([(0, False), (0, True), (0, True)], [(1, True), (0, True)]),
    ],
)
def test_what_one_refused_and_the_other_accepted_is_asked_in_whatever_order_they_decided(
    theirs: list[tuple[int, bool]], mine: list[tuple[int, bool]]
) -> None:
    better = THREE.replace("beta", "BETA").replace("delta", "DELTA").replace("zeta", "ZETA")
    content = propose(tea(THREE), "tea", "calm", better, digest="", person="bo")
    [proposal] = content.proposals["proposal"]
    decided = []
    for person, choices in (("bo", theirs), ("ada", mine)):
        session = opened(content, "tea")
        for change, accepted in choices:
            session = decided_change(session, proposal, change, accepted=accepted, person=person)
        decided.append(session)
    fresh, ours = decided
    assert carried("tea", unsaved(ours), fresh.content)[1]


def test_who_wrote_a_sentence_anew_is_its_author_where_two_accepted_halves_of_it() -> None:
    content = tea("alpha beta gamma delta epsilon zeta eta theta")
    content = replace(content, statements=content.statements.assign(author="ada"))
    better = "one beta two delta three zeta four five six seven"
    content = propose(content, "tea", "calm", better, digest="", person="bo")
    [proposal] = content.proposals["proposal"]
    halves = []
    for person, change in (("ada", 0), ("bo", 2)):
        session = opened(content, "tea")
        for _ in range(2):
            session = decided_change(session, proposal, change, accepted=True, person=person)
        assert rows_by_key(session.content, "statements")["tea", "calm"]["author"] == "ada"
        halves.append(session)
    together, conflicts = carried("tea", unsaved(halves[1]), halves[0].content)
    row = rows_by_key(together.content, "statements")["tea", "calm"]
    assert (row["text"], row["author"], conflicts) == (better, "bo", ())


def test_a_button_pressed_twice_decides_no_change_that_was_not_read(say: Ask) -> None:
    [shown] = proposed(say)["detail"]["proposals"]
    pressed = {"proposal": shown["proposal"], "pieces": shown["pieces"], "person": "ada"}
    answer = say("decide_change", change=0, accepted=True, **pressed)
    half = answer["rows"]["calm"]["text"]
    for again in (
        say("decide_change", change=0, accepted=True, **pressed),
        say("choose_pieces", changes=None, **pressed),
    ):
        assert "reads otherwise by now" in again["error"]["message"]
    [left] = say("look")["detail"]["proposals"]
    assert (left["changes"], say("look")["rows"]["calm"]["text"]) == (1, half)


@pytest.mark.parametrize(
    ("person", "changes", "decision", "stands"),
    [
        ("ada", None, "accepted", BETTER),
        ("", [0, 1], "accepted", BETTER),
        ("ada", [], "refused", SAID),
        ("bo", [], "withdrawn", SAID),
    ],
)
def test_all_is_accepted_refused_or_withdrawn(
    say: Ask, data: Path, person: str, changes: list[int] | None, decision: str, stands: str
) -> None:
    [shown] = proposed(say)["detail"]["proposals"]
    say("choose_pieces", proposal=shown["proposal"], person=person, changes=changes)
    say("save")
    [row] = on_disk(data, "proposals")
    assert (row["decision"], text(data)) == (decision, stands)


def test_pieces_of_one_that_is_out_of_date_are_against_the_words_as_they_are(
    say: Ask, data: Path
) -> None:
    [shown] = proposed(say)["detail"]["proposals"]
    say("edit", cells={"text": "It may calm you. Rest. Ask a nurse. [@lee-2020]"})
    [shown] = say("choose")["detail"]["proposals"]
    assert shown["out_of_date"]
    numbers = {number for change, words, number in shown["pieces"] if words == "doctor"}
    say("choose_pieces", proposal=shown["proposal"], changes=[*numbers], person="ada")
    say("save")
    # What was written since stands: nobody chose to take it away.
    assert text(data) == "It may calm you. Rest. Ask a doctor. [@lee-2020]"


def test_a_change_of_one_that_is_out_of_date_leaves_the_others_out_of_date(say: Ask) -> None:
    [shown] = proposed(say)["detail"]["proposals"]
    say("edit", cells={"text": "It may calm you. Rest. Ask a nurse. [@lee-2020]"})
    answer = decide(say, shown["proposal"], 0, True, "ada")
    assert answer["rows"]["calm"]["text"] == "It can calm you. Rest. Ask a nurse. [@lee-2020]"
    [left] = answer["detail"]["proposals"]
    assert (left["proposal"], left["out_of_date"]) == (shown["proposal"], True)


def test_a_change_is_decided_again_where_the_words_were_put_back(say: Ask, data: Path) -> None:
    [shown] = proposed(say)["detail"]["proposals"]
    half = "It can calm you. Ask a nurse. [@lee-2020]"
    for person in ("ada", "bo"):
        say("edit", cells={"text": SAID})
        answer = decide(say, shown["proposal"], 0, True, person)
        assert answer["rows"]["calm"]["text"] == half
    say("save")
    decided = [row["decided_by"] for row in on_disk(data, "proposals") if row["words"] == half]
    assert sorted(decided) == ["ada", "bo"]


def test_what_cannot_be_proposed_is_told_and_what_was_typed_stays(say: Ask) -> None:
    assert "are those that are saved" in say("propose", person="bo")["error"]["message"]
    say("edit", cells={"text": BETTER})
    assert "Nobody is named" in say("propose", person="")["error"]["message"]
    assert say("look")["rows"]["calm"]["text"] == BETTER
    proposed(say)
    say("edit", cells={"text": BETTER})
    answer = say("propose", person="bo", reason="Plainer.")
    assert "The same words were proposed" in answer["error"]["message"]
    assert say("look")["rows"]["calm"]["text"] == BETTER
    new = say("add")["new"]
    answer = say("propose", statement=new, person="bo")
    assert "a statement that is saved" in answer["error"]["message"]
    answer = say("comment", statement=new, person="bo", text="Why?")
    assert "was never saved" in answer["error"]["message"]


def test_a_comment_is_on_the_words_selected_and_goes_astray_with_them(say: Ask, data: Path) -> None:
    say("edit", cells={"text": "😀 *May* calm. It may calm. [@lee-2020]"})
    start = len("😀 *May* calm. It ".encode("utf-16-le")) // 2  # as a browser counts
    answer = say("comment", text="How\nsure?", person="ada", selection=[start, start + 8])
    [shown] = answer["detail"]["comments"]
    assert (shown["anchor"], shown["by"], shown["text"]) == ("may calm", "Ada", "How sure?")
    assert not shown["astray"]
    assert answer["listing"][0]["statements"][0]["discussed"] == [0, 1]
    answer = say("comment", text="Twice?", person="ada", selection=[start, start + 12])
    assert "are not read so" in answer["error"]["message"]  # half of a citation
    answer = say("comment", text="Twice?", person="ada", selection=[start, start + 21])
    assert answer["detail"]["comments"][1]["anchor"] == "may calm."
    say("save")
    [first, second] = sorted(on_disk(data, "comments"), key=lambda row: row["text"])
    for row in (first, second):
        at = int(row["anchor_at"])
        assert row["wording"][at - 3 : at] == "It "
    say("edit", cells={"text": "It calms."})
    answer = say("choose")
    assert [one["astray"] for one in answer["detail"]["comments"]] == [True, True]
    assert answer["detail"]["comments"][0]["anchor"] == "may calm"


def test_a_thread_is_answered_settled_and_opened_again(say: Ask, data: Path) -> None:
    [shown] = say("comment", text="Which tea?", person="ada")["detail"]["comments"]
    said = {"reply_to": shown["comment"], "text": "Green.", "person": "bo"}
    [shown] = say("comment", **said)["detail"]["comments"]
    assert [one["text"] for one in shown["replies"]] == ["Green."]
    assert "same was said" in say("comment", **said)["error"]["message"]
    thread = {"comment": shown["comment"], "person": "bo"}
    answer = say("resolve", resolved=True, **thread)
    assert answer["detail"]["comments"][0]["resolved"]
    assert answer["listing"][0]["statements"][0]["discussed"] == [0, 0]
    say("save")
    assert {row["resolved_by"] for row in on_disk(data, "comments")} == {"bo", ""}
    answer = say("resolve", resolved=False, **thread)
    assert not answer["detail"]["comments"][0]["resolved"]
    assert "text" not in answer.get("error", {})
    assert say("comment", text=" ", person="bo")["error"]["message"].endswith("says nothing.")


def test_changes_requested_are_a_comment(say: Ask) -> None:
    answer = say(
        "sign",
        person="bo",
        capacity="editorial",
        verdict="changes-requested",
        comment="Say which tea.",
    )
    [shown] = answer["detail"]["comments"]
    assert (shown["text"], shown["by"], shown["asks"]) == ("Say which tea.", "Bo", True)


def test_proposals_and_comments_that_are_not_saved_outlive_the_kernel(say: Ask, data: Path) -> None:
    proposed(say)
    say("comment", text="Which tea?", person="ada")
    answer = ask(Workbench("tea", data=str(data)), "open")
    assert len(answer["detail"]["proposals"]) == len(answer["detail"]["comments"]) == 1


WORDS = st.lists(st.sampled_from(["It ", "may ", "can ", "calm. ", "é", "e\u0301", "(", "\u00ad"]))
CELLS = WORDS.map(lambda some: "".join(some).rstrip())


@given(CELLS, CELLS, st.sets(st.integers(0, 4)))
def test_no_changes_are_the_cell_and_all_are_the_proposal(
    now: str, words: str, some: set[int]
) -> None:
    numbers = {number for _, number in numbered_pieces(now, words)} - {None}
    assert words_with(now, words, {one for one in numbers if one is not None}) == words
    if numbers:
        assert words_with(now, words, set()) == now
    # What is accepted is as it was proposed, what is not as it was.
    taken = words_with(now, words, some)
    shown = [
        piece.text
        for piece, number in numbered_pieces(now, words)
        if piece.change != ("deleted" if number in some else "inserted")
    ]
    if not any(piece.before for piece, _ in numbered_pieces(now, words)):
        assert taken == "".join(shown).rstrip()
