"""A page is looked at, put right and written; sentences that were pasted become statements."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from ketcontent import import_page, read_content, write_content
from ketcontent.editor.edits import in_order, reworded
from ketcontent.editor.pasting import pasted_words, spread
from ketcontent.editor.session import opened, rows_by_key, undo
from ketcontent.editor.workbench import Workbench
from ketcontent.errors import KetcontentError
from ketcontent.importing import CopiedSentence, against_received
from ketcontent.model.content import empty_content

PAGE = "<h1>Tea</h1><h2>Use</h2><p>It is hot.<p>Green<nav>Home</nav>"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    content = import_page(
        empty_content(), "Coffee\n\nIt is hot. Wait here and rest.\n", document="coffee"
    )
    write_content(content, tmp_path / "project" / "data")
    return tmp_path / "project" / "data"


@pytest.fixture
def workbench(data: Path) -> Workbench:
    return Workbench("coffee", data=str(data))


def ask(workbench: Workbench, verb: str, **given: Any) -> dict[str, Any]:
    """Ask as the browser does, and give the answer as it arrives there."""
    answer = workbench.answer(json.loads(json.dumps({"id": "q-1", "do": verb, **given})))
    return dict(json.loads(json.dumps(answer)))


def forms(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["form"], one["text"]) for one in answer["incoming"]["blocks"]]


def test_a_page_is_shown_block_by_block_put_right_and_only_then_written(
    workbench: Workbench, data: Path
) -> None:
    (data.parent / "tea.html").write_text(PAGE, "utf-8")
    before = {path.name: path.read_bytes() for path in data.glob("*.csv")}
    answer = ask(workbench, "bring_in", path="tea.html")
    shown = answer["incoming"]
    assert (shown["title"], shown["document"], shown["known"]) == ("Tea", "tea", False)
    assert [(one["what"], one["words"]) for one in shown["left_out"]] == [("navigation", "Home")]
    assert shown["blocks"][0]["level"] == 2
    assert all(one["where"] == "line 1" for one in shown["blocks"])
    assert shown["becomes"] == ["tea: 1 section, 2 statements in data."]
    answer = ask(workbench, "read_as", blocks=[2, 3], form="item")
    assert forms(answer) == [
        ("heading", "Use"),
        ("item", "It is hot."),
        ("item", "Green"),
    ]
    assert [one["corrected"] for one in answer["incoming"]["blocks"]] == [False, True, True]
    assert (answer["blocks"], answer["incoming"]["corrections"]) == ([2, 3], 1)
    assert dict(answer["incoming"]["forms"])["item"] == 2
    assert {path.name: path.read_bytes() for path in data.glob("*.csv")} == before
    assert not (data / "received").exists()
    answer = ask(workbench, "write_page")
    assert answer["incoming"] is None
    assert answer["brought"]["told"] == ["tea: 1 section, 2 statements in data."]
    content = read_content(data)
    rows = [row for row in rows_by_key(content, "statements").values() if row["document"] == "tea"]
    assert {row["form"] for row in rows} == {"item"}
    [kept] = (data / "received" / "tea").iterdir()
    assert kept.read_text("utf-8") == PAGE


def test_a_workbench_opens_on_a_page_that_it_is_given_or_says_why_not(data: Path) -> None:
    (data.parent / "tea.html").write_text(PAGE, "utf-8")
    first = Workbench("coffee", data=str(data), bring_in="tea.html")
    given = ask(first, "open")
    assert given["incoming"]["title"] == "Tea"
    corrected = ask(first, "read_as", blocks=[1], form="notice")["incoming"]
    again = Workbench("coffee", data=str(data), bring_in="tea.html")  # a reload
    assert ask(again, "open")["incoming"] == corrected
    missing = ask(Workbench("coffee", data=str(data), bring_in="cocoa.html"), "open")
    assert missing["incoming"] is None
    assert "cocoa.html cannot be read: no such file" in missing["news"]


def test_the_first_page_of_a_project_is_brought_in_where_nothing_else_can_be_done(
    tmp_path: Path,
) -> None:
    write_content(empty_content(), tmp_path / "data")
    workbench = Workbench("", data=str(tmp_path / "data"))
    opened_first = ask(workbench, "open")
    assert (opened_first["page"]["title"], opened_first["incoming"]) == ("No page yet", None)
    assert ask(workbench, "look")["error"]["message"] == "This project has no page yet."
    ask(workbench, "bring_in", html="<h1>Tea</h1><p>It is hot.", text="")
    ask(workbench, "bring_in_with", document="tea")
    assert ask(workbench, "write_page")["brought"]["told"] == [
        "tea: 1 section, 1 statement in data."
    ]
    again = ask(Workbench("", data=str(tmp_path / "data")), "open")
    assert (again["page"]["document"], again["incoming"]) == ("tea", None)


def test_lines_become_items_by_one_correction_that_can_be_taken_back(workbench: Workbench) -> None:
    first = ask(workbench, "bring_in", html="<p>Tea<br>Cocoa<br>Milk<p>Wait.", text="")
    assert forms(first) == [("paragraph", "Tea\nCocoa\nMilk"), ("paragraph", "Wait.")]
    answer = ask(workbench, "read_as", blocks=[1, 2], form="item")
    assert forms(answer) == [("item", one) for one in ("Tea", "Cocoa", "Milk", "Wait.")]
    assert answer["blocks"] == [1, 2, 3, 4]
    assert ask(workbench, "read_back")["incoming"]["blocks"] == first["incoming"]["blocks"]
    assert ask(workbench, "read_as", blocks=[9], form="item")["error"]["message"] == (
        "The page has no block 9."
    )
    assert ask(workbench, "put_away")["incoming"] is None
    assert ask(workbench, "write_page")["error"]["message"] == "No page is looked at."


def test_what_is_pasted_is_kept_as_received_and_held_against_the_page(
    workbench: Workbench, data: Path
) -> None:
    ask(workbench, "bring_in", html="<b style='font-weight:normal'><p>It wakes.</p></b>", text="")
    assert ask(workbench, "bring_in_with", document="Tea!")["incoming"]["fault"]["message"] == (
        "'Tea!' is not a key for a page."
    )
    assert "error" in ask(workbench, "write_page")
    ask(workbench, "bring_in_with", document="tea")
    assert "error" not in ask(workbench, "write_page")
    assert against_received(read_content(data), data, "tea").same


def test_a_new_version_of_the_open_page_is_told_and_leaves_unsaved_words(
    workbench: Workbench, data: Path
) -> None:
    first, second = (key for _, key in rows_by_key(read_content(data), "statements"))
    ask(workbench, "edit", statement=first, cells={"text": "It is very hot."})
    text = b"Coffee\n\nIt is hot. Wait here and rest now.\n"
    halves = [base64.b64encode(part).decode() for part in (text[:9], text[9:])]
    given = {"name": "coffee.txt"}
    assert "incoming" not in ask(workbench, "bring_in", **given, part=0, last=False, data=halves[0])
    shown = ask(workbench, "bring_in", **given, part=1, last=True, data=halves[1])["incoming"]
    assert (shown["known"], shown["fault"]["message"]) == (
        True,
        "The document 'coffee' is there already.",
    )
    shown = ask(workbench, "bring_in_with", replace=True)["incoming"]
    assert "1 changed" in shown["becomes"][0]
    answer = ask(workbench, "write_page")
    assert answer["brought"]["document"] == "coffee"
    assert answer["rows"][second]["text"] == "Wait here and rest now."
    assert answer["status"]["unsaved"] == 1
    assert ask(workbench, "choose", statement=first)["detail"]["row"]["text"] == "It is very hot."


# --- what is pasted into a statement ------------------------------------------------------------


def sentence(text: str, block: int = 1, form: str = "paragraph", label: str = "") -> CopiedSentence:
    return CopiedSentence(text, form, block, label)


def test_pasted_sentences_become_statements_in_order_and_in_one_step(data: Path) -> None:
    session = opened(read_content(data), "coffee")
    first = next(iter(rows_by_key(session.content, "statements")))[1]
    pasted = [
        sentence("One."),
        sentence("Two."),
        sentence("Milk.", 2, "item", "1."),
        sentence("Tea.", 2, "item"),
    ]
    words = pasted_words(pasted)
    assert words == "One. Two. 1. Milk. Tea."
    typed = reworded(session, first, {"text": f"It is hot. {words} So."})
    spread_out, keys = spread(
        typed, first, pasted, before="It is hot. ", after=" So.", writer="ada"
    )
    rows = in_order(
        spread_out, rows_by_key(session.content, "statements")["coffee", first]["section"]
    )
    assert [(row["text"], row["label"], row["form"], row["author"]) for row in rows] == [
        ("It is hot. One.", "", "paragraph", ""),
        ("Two.", "", "paragraph", "ada"),
        ("Milk.", "1.", "item", "ada"),
        ("Tea. So.", "", "item", "ada"),
        ("Wait here and rest.", "", "paragraph", ""),
    ]
    assert [row["statement"] for row in rows[1:4]] == keys
    blocks = [row["block"] for row in rows]
    assert (blocks[0], blocks[2]) == (blocks[1], blocks[3])
    assert len({*blocks}) == 3  # what stood behind it in its paragraph has one of its own
    assert undo(spread_out).content.statements.equals(typed.content.statements)


def test_what_stands_behind_a_pasted_table_is_no_part_of_its_last_cell(data: Path) -> None:
    session = opened(read_content(data), "coffee")
    first = next(iter(rows_by_key(session.content, "statements")))[1]
    pasted = [sentence("Age | Cups", 1, "header"), sentence("All | 2", 2, "row")]
    typed = reworded(session, first, {"text": f"See: {pasted_words(pasted)} So."})
    made, _ = spread(typed, first, pasted, before="See: ", after=" So.")
    rows = in_order(made, rows_by_key(session.content, "statements")["coffee", first]["section"])
    assert [(row["form"], row["text"]) for row in rows] == [
        ("paragraph", "See: Age | Cups"),
        ("row", "All | 2"),
        ("paragraph", "So."),
        ("paragraph", "Wait here and rest."),
    ]
    write_content(made.content)  # the laws of blocks hold


def test_sentences_that_no_longer_stand_as_pasted_are_not_spread(data: Path) -> None:
    session = opened(read_content(data), "coffee")
    first = next(iter(rows_by_key(session.content, "statements")))[1]
    with pytest.raises(KetcontentError, match="no longer those that were pasted"):
        spread(session, first, [sentence("One."), sentence("Two.")], before="", after="")


def test_the_browser_is_told_what_a_paste_is_and_nothing_changes(workbench: Workbench) -> None:
    answer = ask(workbench, "read_paste", html="<p>It <b>may</b> help.<p>Wait.", text="x")
    assert answer["pasted"]["words"] == "It **may** help. Wait."
    assert len(answer["pasted"]["sentences"]) == 2
    assert (answer["status"]["unsaved"], answer["status"]["undo"]) == (0, "")


def test_title_level_and_depth_are_put_right_by_one_correction_each(workbench: Workbench) -> None:
    ask(workbench, "bring_in", html="", text="Home\n\nTea\nIt is hot.\n\n- Green\n- Black\n")
    assert ask(workbench, "read_as", blocks=[1], form="title")["incoming"]["title"] == "Tea"
    shown = ask(workbench, "read_as", blocks=[1, 3], form="", level=3)["incoming"]
    assert [(one["text"], one["level"], one["depth"]) for one in shown["blocks"]] == [
        ("Home", 3, 0),
        ("It is hot.", 0, 0),
        ("Green", 0, 3),
        ("Black", 0, 1),
    ]
    answer = ask(workbench, "read_as", blocks=[2], form="", level=2)
    assert (answer["blocks"], answer["incoming"]["corrections"]) == ([], 2)
    answer = ask(workbench, "read_as", blocks=[0], form="paragraph")
    assert (answer["blocks"], answer["incoming"]["title"]) == ([1], "")
    assert forms(answer)[:2] == [("paragraph", "Tea"), ("heading", "Home")]
    assert ask(workbench, "read_back")["incoming"]["title"] == "Tea"
    assert ask(workbench, "read_as", blocks=[1], form="", level=7)["error"]
