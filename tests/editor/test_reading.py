"""Where the page is read: what is typed, proposed and said there, and where nothing is typed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent import import_page, read_content, write_content
from ketcontent.editor.reader import why_locked
from ketcontent.editor.session import opened, rows_by_key
from ketcontent.editor.workbench import Workbench
from ketcontent.model.content import frame_of
from tests.discussion.tables import tea
from tests.editor.test_workbench import ask

SAID = 'It may calm. Ask, since it may [burn](https://example.org/a "A"). [@lee-2020]'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_content(tea(SAID), tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def workbench(data: Path) -> Workbench:
    return Workbench("tea", data=str(data))


def on_disk(data: Path, table: str) -> list[dict[str, str]]:
    return list(rows_by_key(read_content(data), table).values())


def test_what_was_typed_is_put_back_and_undo_brings_it_again(workbench: Workbench) -> None:
    ask(workbench, "edit", statement="calm", cells={"text": "It calms."}, person="bo")
    back = {"statement": "calm", "column": "text", "words": SAID}
    answer = ask(workbench, "put_back", **back)
    assert (answer["rows"]["calm"]["text"], answer["rows"]["calm"]["author"]) == (SAID, "")
    assert answer["status"]["unsaved"] == 0  # who typed, and took it back, has not written it
    answer = ask(workbench, "undo")
    assert (answer["rows"]["calm"]["text"], answer["rows"]["calm"]["author"]) == ("It calms.", "bo")
    # Put back to other words than those saved, they are still somebody's.
    answer = ask(workbench, "put_back", **{**back, "words": "It soothes."})
    assert answer["rows"]["calm"]["author"] == "bo"


def test_a_notice_is_typed_where_it_is_read_once_for_all_places(data: Path) -> None:
    content = read_content(data)
    rows = rows_by_key(content, "statements")
    own = {**rows["tea", "calm"], "text": "", "notice": "watch", "form": "notice"}
    other = {"statement": "watched", "block": "9", "position": "90"}
    told = {**own, "statement": "told", "block": "8", "position": "80"}
    notice = {"notice": "watch", "language": "en", "text": "Ask *first*.", "needs": "every-page"}
    write_content(
        replace(
            content,
            notices=frame_of("notices", [notice], content),
            statements=frame_of("statements", [*rows.values(), told, {**own, **other}], content),
        )
    )
    workbench = Workbench("tea", data=str(data))
    answer = ask(workbench, "open")
    assert answer["rows"]["notices:watch/en"]["text"] == "Ask *first*."
    assert ask(workbench, "choose", statement="told")["detail"]["notice"]["places"] == 2
    ask(workbench, "edit", statement="notices:watch/en", cells={"text": "Ask a nurse."})
    answer = ask(workbench, "choose", statement="watched")
    assert ["inserted", "a nurse"] in answer["detail"]["notice"]["redline"]
    assert answer["preview"]["html"].count("Ask a nurse.") == 2
    ask(workbench, "save")
    assert on_disk(data, "notices")[0]["text"] == "Ask a nurse."


def test_a_word_that_is_explained_is_typed_below_the_section(data: Path) -> None:
    content = read_content(data)
    term = {"term": "calm", "language": "en", "definition": "Somebody who cares."}
    write_content(replace(content, terms=frame_of("terms", [term], content)))
    workbench = Workbench("tea", data=str(data))
    [shown] = ask(workbench, "open")["preview"]["terms"]
    assert (shown["row"], shown["cells"]["definition"]) == ("terms:calm/en", "Somebody who cares.")
    key = "cell:terms:calm/en:definition"
    ask(workbench, "edit", statement="terms:calm/en", cells={"definition": "Somebody kind."})
    told = ask(workbench, "heading", statement=key)
    assert told["rows"]["terms:calm/en"]["definition"] == "Somebody kind."
    assert ["inserted", "kind"] in told["heading"]["redline"]
    wrong = ask(workbench, "heading", statement="cell:terms:calm/en:term")
    assert "No column 'term'" in wrong["error"]["message"]


def test_another_page_is_opened_in_its_place_and_what_is_unsaved_waits(data: Path) -> None:
    write_content(import_page(read_content(data), "Coffee\n\nIt is hot.\n", document="coffee"))
    workbench = Workbench("tea", data=str(data))
    ask(workbench, "edit", statement="calm", cells={"text": "It calms."})
    place = workbench.place
    assert ask(workbench, "tables")["pages"] == [{"document": "coffee", "title": "Coffee"}]
    missing = ask(workbench, "open_page", document="cocoa")
    assert (missing["page"]["document"], "cocoa" in missing["news"]) == ("tea", True)
    answer = ask(workbench, "open_page", document="coffee")
    assert (answer["page"]["document"], workbench.place == place) == ("coffee", False)
    # The cell that runs again, as it does at a reload, goes on with it, and says so.
    again = Workbench("tea", data=str(data))
    answer = ask(again, "open")
    assert answer["page"]["document"] == "coffee"
    assert answer["news"] == "The notebook names the page 'tea'; 'coffee' was opened from there."
    answer = ask(again, "open_page", document="tea")
    assert (again.place, answer["rows"]["calm"]["text"]) == (place, "It calms.")


def test_words_typed_on_a_page_go_to_no_other_that_was_opened_meanwhile(data: Path) -> None:
    coffee = import_page(read_content(data), "Coffee\n\nIt is hot.\n", document="coffee")
    rows = [row | {"statement": "calm"} for row in coffee.rows("statements", "coffee")]
    rows = [*coffee.rows("statements", "tea"), *rows]
    write_content(replace(coffee, statements=frame_of("statements", rows, coffee)))
    workbench = Workbench("tea", data=str(data))
    typed = {"statement": "calm", "cells": {"text": "It calms."}, "place": workbench.place}
    ask(workbench, "open_page", document="coffee", place=workbench.place)
    answer = ask(workbench, "edit", **typed)
    assert "Another page was opened" in answer["error"]["message"]
    answer = ask(workbench, "look", place=workbench.place)
    assert (answer["rows"]["calm"]["text"], answer["status"]["unsaved"]) == ("It is hot.", 0)


def test_the_page_as_received_and_a_translation_say_why_nothing_is_typed_there(
    workbench: Workbench,
) -> None:
    shown = ask(workbench, "choose", statement="calm")["preview"]
    assert (shown["edition"], shown["locked"]) == ("current", None)
    assert 'id="s_calm"' in shown["html"]
    shown = ask(workbench, "read", edition="supplied")["preview"]
    assert "kept word for word" in shown["locked"]["message"]
    assert shown["html"] == ""  # nothing was received
    assert ask(workbench, "read", edition="current")["preview"]["locked"] is None
    content = tea()
    rows = [row | {"translation_of": "tee"} for row in content.rows("documents")]
    session = opened(replace(content, documents=frame_of("documents", rows, content)), "tea")
    told = why_locked(session, "current")
    assert told is not None
    assert "a translation of 'tee'" in told["message"]


@pytest.mark.parametrize(
    ("key", "row", "was"),
    [("heading:uses", "sections:tea/uses", "Uses"), ("title:tea", "documents:tea", "Tea")],
)
def test_a_heading_is_proposed_discussed_and_accepted_by_pieces(
    workbench: Workbench, data: Path, key: str, row: str, was: str
) -> None:
    column = key.split(":")[0]
    table = row.split(":")[0]
    shown = ask(workbench, "heading", statement=key)
    assert shown["rows"][row][column] == was
    assert ask(workbench, "open")["rows"][row][column] == was  # known before it is chosen
    ask(workbench, "edit", statement=row, cells={column: f"Old {was} now"})
    shown = ask(workbench, "heading", statement=key)["heading"]
    assert [change for change, _ in shown["redline"]] == ["inserted", "kept", "inserted"]
    answer = ask(workbench, "propose", statement=key, person="bo", reason="Plainer.")
    assert answer["rows"][row][column] == was  # the words that are saved stand
    [proposal] = answer["heading"]["proposals"]
    assert (proposal["column"], proposal["changes"]) == (column, 2)
    ask(workbench, "comment", statement=key, text="Why?", person="ada", quoted=[was, 0])
    # Whoever reads the page sees beside it that it is discussed.
    assert ask(workbench, "choose", statement="calm")["preview"]["discussed"][key] == [1, 1]
    ask(workbench, "save")
    one = {"statement": key, "proposal": proposal["proposal"], "person": "ada"}
    answer = ask(workbench, "choose_pieces", changes=[1], **one)
    assert answer["rows"][row][column] == f"{was} now"
    [said] = answer["heading"]["comments"]
    assert (said["anchor"], said["astray"]) == (was, False)
    ask(workbench, "save")
    assert on_disk(data, table)[0][column] == f"{was} now"
    [written] = on_disk(data, "proposals")
    assert (written["person"], written["decision"], written["taken"]) == (
        "bo",
        "in-part",
        f"{was} now",
    )
    ask(workbench, "edit", statement=row, cells={column: "Else"})
    assert ask(workbench, "heading", statement=key)["heading"]["comments"][0]["astray"]


def test_no_heading_is_left_without_words_and_none_that_is_not_there_is_shown(
    workbench: Workbench,
) -> None:
    ask(workbench, "edit", statement="sections:tea/uses", cells={"heading": ""})
    answer = ask(workbench, "propose", statement="heading:uses", person="bo")
    assert "would be left without words" in answer["error"]["message"]
    assert (
        "No heading 'heading:use'"
        in ask(workbench, "heading", statement="heading:use")["error"]["message"]
    )
    answer = ask(workbench, "comment", statement="heading:use", text="Why?", person="bo")
    assert "No statement 'heading:use'" in answer["error"]["message"]


def test_the_heading_in_the_list_says_that_it_is_discussed(workbench: Workbench) -> None:
    answer = ask(workbench, "comment", statement="heading:uses", text="Why?", person="bo")
    assert answer["listing"][0]["discussed"] == [0, 1]


def test_a_comment_is_on_words_selected_where_they_are_read(
    workbench: Workbench, data: Path
) -> None:
    reads = ask(workbench, "choose", statement="calm")["detail"]["reads"]
    assert reads == "Calm: It may calm. Ask, since it may burn."
    said: dict[str, Any] = {"statement": "calm", "text": "Which?", "person": "ada"}
    behind = len(" burn.")
    [shown] = ask(workbench, "comment", quoted=["may", behind], **said)["detail"]["comments"]
    assert shown["anchor"] == "may"
    ask(workbench, "save")
    # The same words are read twice: it is on those that were selected.
    assert int(on_disk(data, "comments")[0]["anchor_at"]) == reads.rindex("may")
    ask(workbench, "edit", statement="calm", cells={"text": "It may calm. Ask."})
    ask(workbench, "edit", statement="calm", cells={"text": "It calms. Ask."})
    assert ask(workbench, "choose")["detail"]["comments"][0]["astray"]
    answer = ask(workbench, "comment", quoted=["shines", 0], **said)
    assert "are not read so" in answer["error"]["message"]


def test_words_that_a_reviewer_would_have_become_a_proposal_with_the_no(
    workbench: Workbench, data: Path
) -> None:
    better = SAID.replace("may calm", "can calm")
    no = {"person": "bo", "capacity": "editorial", "verdict": "changes-requested"}
    no |= {"statement": "calm", "comment": "Trials differ."}
    answer = ask(workbench, "sign", words=SAID, **no)
    assert "what it says already" in answer["error"]["message"]
    assert on_disk(data, "signoffs") == []  # both are written, or neither
    answer = ask(workbench, "sign", words=better, **no)
    [row] = on_disk(data, "proposals")
    assert (row["words"], row["was"], row["reason"]) == (better, SAID, "Trials differ.")
    [comment] = answer["detail"]["comments"]
    assert comment["asks"]
    assert on_disk(data, "signoffs")[0]["verdict"] == "changes-requested"
    assert on_disk(data, "statements")[0]["text"] == SAID
