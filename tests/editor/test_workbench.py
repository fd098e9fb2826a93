"""The workbench without a browser: what it answers, and what outlives its process."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent import read_content, write_content
from ketcontent.editor.session import changes_of, rows_by_key
from ketcontent.editor.workbench import Workbench
from ketcontent.model.content import Content, frame_of
from tests.approvals.test_signatures import BO, PASSPHRASE, protected, written
from tests.conftest import ROOT

pytestmark = pytest.mark.slow  # opens, judges and saves a page each time

KEY = ("ketamine", "addiction-1")
PEOPLE = [
    {
        "person": "ada",
        "name": "Ada Roe",
        "profession": "physician",
        "credential": "MD",
        "conflicts": "none",
    },
    {"person": "ben", "name": "Ben Poe", "credential": "", "conflicts": "none"},
]
"""Two people who exist in tests alone."""


FEW = ["conclusion", "description", "key-features", "lasting-harm", "reviews"]
"""The sections of the page that most tests are played on."""


@pytest.fixture(scope="module")
def people() -> Content:
    """The tables, with people who can sign."""
    content = read_content(ROOT / "data")
    return replace(content, people=frame_of("people", PEOPLE, content))


@pytest.fixture(scope="module")
def few(people: Content, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the page a few sections; each test has a copy."""
    folder = tmp_path_factory.mktemp("few") / "data"
    sections, statements = people.sections, people.statements
    sections = sections[sections["section"].isin(FEW)].assign(under="")
    statements = statements[statements["section"].isin(FEW)]
    evidence = people.evidence[people.evidence["statement"].isin(statements["statement"])]
    made = replace(people, sections=sections, statements=statements, evidence=evidence)
    write_content(made, folder)
    return folder


@pytest.fixture
def data(few: Path, tmp_path: Path) -> Path:
    """A copy of those sections, with people who can sign."""
    return Path(shutil.copytree(few, tmp_path / "data"))


@pytest.fixture
def whole(people: Content, tmp_path: Path) -> Path:
    """The whole page, with people who can sign."""
    write_content(people, tmp_path / "data")
    return tmp_path / "data"


def opened(data: Path, section: str = "lasting-harm") -> Workbench:
    return Workbench("ketamine", data=str(data), section=section)


def ask(workbench: Workbench, verb: str, **given: Any) -> dict[str, Any]:
    """Ask as the browser does, and give the answer as it arrives there."""
    answer = workbench.answer(json.loads(json.dumps({"id": "q-1", "do": verb, **given})))
    assert answer["id"] == "q-1"
    return dict(json.loads(json.dumps(answer)))


def reword(workbench: Workbench, text: str, statement: str = "addiction-1") -> dict[str, Any]:
    return ask(workbench, "edit", statement=statement, cells={"text": text})


def agreed(workbench: Workbench, verb: str, **given: Any) -> dict[str, Any]:
    """Ask, agree to what that would void, and ask again."""
    told = ask(workbench, verb, **given)["ask"]
    return ask(workbench, verb, **given, yes=told["yes"])


def text_on_disk(data: Path, statement: str = "addiction-1") -> str:
    return rows_by_key(read_content(data), "statements")["ketamine", statement]["text"]


def wording(redline: list[list[str]], without: str = "deleted") -> str:
    """The wording that a redline leads to, or without what was inserted the one it starts from."""
    return "".join(text for change, text in redline if change != without).strip()


def drafts(data: Path) -> list[Path]:
    return sorted((data / ".drafts").glob("*.json"))


def test_it_opens_with_the_page_its_statements_and_the_chosen_one(whole: Path) -> None:
    answer = ask(opened(whole), "open")
    assert answer["page"]["title"] == "Ketamine"
    entries = [one for section in answer["listing"] for one in section["statements"]]
    shown = read_content(whole).statements["position"].notna().sum()
    assert len([one for one in entries if not one["cut"]]) == shown > 200
    assert answer["detail"]["statement"] == "lasting-1"
    assert answer["preview"]["section"] == "lasting-harm"
    assert "error" not in answer


def test_faults_of_the_page_as_a_whole_come_by_rule_and_lead_to_statements(whole: Path) -> None:
    content = read_content(whole)
    workbench = opened(whole)
    groups = ask(workbench, "open")["whole"]
    [found] = [one for one in groups if one["rule"] == "retraction-unchecked"]
    assert found["severity"] == "error"
    rows = {one["row"]: one for one in found["rows"]}
    assert set(rows) >= {"anand-2023", "who-2015"}
    for row in rows.values():
        assert row["message"] == "Look up whether the source was retracted: last done never."
        assert row["hint"].startswith("Look up whether the source was retracted, then date")
    resting = [key[1] for key in rows_by_key(content, "evidence") if key[2] == "anand-2023"]
    assert sorted(rows["anand-2023"]["statements"]) == sorted(resting) != []
    # What a statement has is shown with the statement.
    tables = {row["table"] for one in groups for row in one["rows"] if "signs" not in row}
    assert {"sources"} <= tables <= {"sources", "help_lines", "sections"}


def test_titles_headings_and_terms_are_signed_where_they_are_found(whole: Path) -> None:
    workbench = opened(whole)

    def waiting(groups: list[Any]) -> dict[str, str]:
        rows = [row for one in groups for row in one["rows"]]
        return {row["signs"]: row["reads"] for row in rows if "signs" in row}

    groups = ask(workbench, "open")["whole"]
    assert waiting(groups)["heading:description"] == "What is ketamine?"
    assert all(row["digest"] for one in groups for row in one["rows"] if "signs" in row)
    assert waiting(groups)["title:ketamine"].startswith("title: Ketamine; audience: Adults")
    assert waiting(groups)["term:WHO"] == "WHO: World Health Organization"
    asked = {"person": "ada", "capacity": "editorial", "verdict": "approved"}
    answer = ask(workbench, "sign", statement="heading:description", **asked)
    assert waiting(groups).keys() - waiting(answer["whole"]).keys() == {"heading:description"}
    [row] = rows_by_key(read_content(whole), "signoffs").values()
    assert (row["statement"], row["wording"]) == ("heading:description", "What is ketamine?")


def test_a_save_looks_at_the_whole_page_again(whole: Path) -> None:
    workbench = opened(whole)
    must, should = "lasting-mental-effects", "cost-access"
    content = read_content(whole)
    for (_, statement), row in rows_by_key(content, "statements").items():
        if row["position"] and {must, should} & set(row["topics"].split()):
            ask(workbench, "edit", statement=statement, cells={"topics": ""})
    # What one types is not held against the whole page before somebody asks for that, or saves.
    edited = ask(workbench, "choose", statement="addiction-1")
    assert "whole" not in edited
    looked = ask(workbench, "judge")["whole"]
    groups = ask(workbench, "save")["whole"]
    assert groups == looked
    found = {
        one["severity"]: row["message"]
        for one in groups
        for row in one["rows"]
        if row["table"] == "documents" and "signs" not in row
    }
    asked = {key: row["question"] for (key,), row in rows_by_key(content, "topics").items()}
    assert found == {
        "error": f"No statement answers: {asked[must]}",
        "warning": f"No statement answers: {asked[should]}",
    }
    severities = [one["severity"] for one in groups]
    assert severities == sorted(severities, key=["error", "warning"].index)


def test_a_fault_of_the_page_can_be_waived_and_that_undone(whole: Path) -> None:
    def unlooked(answer: dict[str, Any]) -> list[str]:
        return [
            row["row"]
            for one in answer["whole"]
            for row in one["rows"]
            if one["rule"] == "retraction-unchecked"
        ]

    workbench = opened(whole)
    before = unlooked(ask(workbench, "open"))
    place = {"table": "sources", "row": "anand-2023", "rule": "retraction-unchecked"}
    finding = {**place, "reason": "Looked up by hand.", "until": "2999-01-31"}
    assert set(before) - set(unlooked(ask(workbench, "waive", finding=finding))) == {"anand-2023"}
    assert unlooked(ask(workbench, "undo")) == before


def test_faults_come_with_their_place_as_a_browser_counts_it(data: Path) -> None:
    answer = reword(opened(data), "👩🏽 A miracle.")
    [fault] = [one for one in answer["faults"] if one["rule"] == "promotion-novelty"]
    in_utf16 = "👩🏽 A miracle.".encode("utf-16-le")[2 * fault["start"] : 2 * fault["end"]]
    assert in_utf16.decode("utf-16-le") == "miracle"
    assert fault["hint"]
    assert fault["why"].endswith("Read as one clause: “A miracle.” (the page says it).")


def test_each_of_the_words_at_fault_has_its_place_as_a_browser_counts_it(data: Path) -> None:
    text = "👩🏽 Let the sound carry your worries off."
    answer = reword(opened(data), text)
    [fault] = [one for one in answer["faults"] if one["rule"] == "promotion-manner"]
    units = text.encode("utf-16-le")
    marked = [units[2 * start : 2 * end].decode("utf-16-le") for start, end in fault["marks"]]
    *others, last = marked
    assert others
    assert fault["message"].endswith(f"'{', '.join(others)}' and '{last}'.".replace(", ", "', '"))


def test_what_a_phrase_is_replaced_by_is_offered(data: Path) -> None:
    answer = reword(opened(data), "In 2019 he committed suicide.")
    [fault] = [one for one in answer["faults"] if one["rule"] == "stigma-suicide"]
    assert fault["replacement"] == "died by suicide"
    assert fault["why"].startswith("WHO, Preventing suicide")


def test_a_save_writes_the_row_and_shows_its_redline(data: Path) -> None:
    before = read_content(data)
    workbench = opened(data)
    reword(workbench, "It may harm. [@winstock-2012]")
    assert text_on_disk(data).startswith("In a survey")
    answer = ask(workbench, "save")
    [saved] = answer["saved"]
    assert saved["key"] == "ketamine/addiction-1"
    assert ["inserted", "It may harm"] in saved["cells"][0]["redline"]
    assert [one.key for one in changes_of(before, read_content(data))] == [KEY]
    assert answer["status"]["unsaved"] == 0
    assert drafts(data) == []


def test_what_became_of_a_supplied_sentence_is_judged_as_it_is_said_and_hinders_no_save(
    data: Path,
) -> None:
    workbench = opened(data)

    def told(answer: Any) -> list[str]:
        found = answer["detail"]["faults"]
        return [one["rule"] for one in found if one["column"].startswith("answer")]

    assert told(ask(workbench, "choose", statement="reviews-1")) == []  # it was cut, and says why
    cells = {"answer": "answered", "answered_by": "Not a key, nor two", "answer_reason": ""}
    reword_cells = {"statement": "reviews-1", "cells": cells}
    ask(workbench, "edit", **reword_cells)
    assert told(ask(workbench, "choose", statement="reviews-1")) == ["answered-by-none"]
    answer = ask(workbench, "save")
    assert "error" not in answer
    row = rows_by_key(read_content(data), "statements")["ketamine", "reviews-1"]
    assert {name: row[name] for name in cells} == cells


def test_a_sentence_added_at_the_end_is_all_that_its_redline_shows(data: Path) -> None:
    workbench = opened(data)
    was = text_on_disk(data)
    reword(workbench, f"{was} Ask early.")
    [saved] = ask(workbench, "save")["saved"]
    [cell] = saved["cells"]
    assert cell["redline"] == [["kept", f"{was} "], ["inserted", "Ask early."]]


def test_undo_after_a_save_is_an_edit_to_be_saved(data: Path) -> None:
    workbench = opened(data)
    was = text_on_disk(data)
    reword(workbench, "It may harm. [@winstock-2012]")
    ask(workbench, "save")
    assert ask(workbench, "undo")["status"]["unsaved"] == 1
    ask(workbench, "save")
    assert text_on_disk(data) == was


def test_two_editors_of_different_rows_both_keep_their_work(data: Path) -> None:
    one = opened(data)
    reword(one, "Mine. [@winstock-2012]")
    with_theirs(data, "form-1", "Theirs.")
    assert "error" not in ask(one, "save")
    assert text_on_disk(data) == "Mine. [@winstock-2012]"
    assert text_on_disk(data, "form-1") == "Theirs."


def with_theirs(data: Path, statement: str, text: str) -> None:
    """Save words of somebody else."""
    content = read_content(data)
    rows = list(rows_by_key(content, "statements").values())
    for row in rows:
        if row["statement"] == statement:
            row["text"] = text
    write_content(replace(content, statements=frame_of("statements", rows, content)))


@pytest.mark.parametrize(
    ("choice", "stands"),
    [("mine", "Mine."), ("theirs", "Theirs."), ("edit", "Words of both.")],
)
def test_a_conflict_overwrites_nothing_and_the_editor_chooses(
    data: Path, choice: str, stands: str
) -> None:
    workbench = opened(data)
    reword(workbench, "Mine.")
    reword(workbench, "Another row of mine.", "form-1")
    with_theirs(data, "addiction-1", "Theirs.")
    answer = ask(workbench, "save")
    assert "addiction-1" in answer["error"]["message"]
    assert text_on_disk(data) == "Theirs."
    [conflict] = answer["status"]["conflicts"]
    [cell] = conflict["cells"]
    assert cell["base"].startswith("In a survey")
    assert (wording(cell["theirs"]), wording(cell["mine"])) == ("Theirs.", "Mine.")
    assert wording(cell["mine"], without="inserted") == cell["base"]
    answer = ask(
        workbench,
        "settle",
        table="statements",
        key=conflict["key"],
        choice=choice,
        text="Words of both.",
    )
    assert answer["status"]["conflicts"] == []
    assert "error" not in ask(workbench, "save")
    assert text_on_disk(data) == stands
    assert text_on_disk(data, "form-1") == "Another row of mine."


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        ("Surely, {}", "{} Ask.", "Surely, {} Ask."),
        ("{} Ask.", "{} Go.", None),
    ],
)
def test_changes_of_other_words_of_one_sentence_are_offered_together(
    data: Path, mine: str, theirs: str, both: str | None
) -> None:
    was = text_on_disk(data)
    workbench = opened(data)
    reword(workbench, mine.format(was))
    with_theirs(data, "addiction-1", theirs.format(was))
    answer = ask(workbench, "save")
    assert "Choose which words stand" in answer["error"]["hint"]
    [conflict] = answer["status"]["conflicts"]
    assert conflict["both"] == (both and both.format(was))


LEFT = """
import sys
from ketcontent.editor import Workbench
workbench = Workbench("ketamine", data=sys.argv[1])
workbench.answer({"id": "1", "do": "edit", "statement": "addiction-1", "cells": {"text": "Typed."}})
"""


def left_by_a_killed_process(data: Path, more: str = "") -> None:
    code = f"{LEFT}\n{more}\nimport os; os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code, str(data)], check=False, capture_output=True)


@pytest.mark.slow
def test_words_of_a_killed_kernel_are_there_when_the_page_is_opened_again(data: Path) -> None:
    left_by_a_killed_process(data)
    assert text_on_disk(data).startswith("In a survey")
    workbench = opened(data)
    answer = ask(workbench, "open")
    assert answer["news"] == "Unsaved changes to 1 row from an earlier session were restored."
    assert answer["status"]["unsaved"] == 1
    ask(workbench, "save")
    assert text_on_disk(data) == "Typed."
    assert drafts(data) == []


def test_words_of_a_killed_kernel_that_others_overtook_are_put_before_the_editor(
    data: Path,
) -> None:
    left_by_a_killed_process(data)
    with_theirs(data, "addiction-1", "Theirs.")
    answer = ask(opened(data), "open")
    [conflict] = answer["status"]["conflicts"]
    assert conflict["text"] == "Typed."
    assert text_on_disk(data) == "Theirs."
    assert len(drafts(data)) == 1


def test_a_session_that_lives_keeps_its_draft_to_itself(data: Path) -> None:
    workbench = opened(data)
    reword(workbench, "Mine.")
    code = (
        "import sys; from ketcontent.editor.workbench import Workbench;"
        "w = Workbench('ketamine', data=sys.argv[1]);"
        "print(w.answer({'id': '1', 'do': 'open'})['status']['unsaved'])"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, str(data)], capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == "0"
    assert len(drafts(data)) == 1


def test_a_cell_that_runs_again_goes_on_where_it_was_and_the_older_one_says_so(
    data: Path,
) -> None:
    older = opened(data)
    reword(older, "Mine.")
    newer = opened(data)
    assert ask(newer, "open")["status"]["unsaved"] == 1
    answer = reword(older, "More.")
    assert answer["error"]["message"].startswith("This page was opened in another workbench")
    assert len(drafts(data)) == 1


def test_words_that_only_the_browser_kept_are_restored(data: Path) -> None:
    base = text_on_disk(data)
    kept = [{"statement": "addiction-1", "text": "Typed offline.", "base": base}]
    answer = ask(opened(data), "open", kept=kept)
    assert answer["news"] == "Words that were typed while no kernel answered were restored."
    assert answer["detail"]["row"]["text"] == "Typed offline."


def test_words_that_only_the_browser_kept_do_not_overwrite_newer_ones(data: Path) -> None:
    kept = [{"statement": "addiction-1", "text": "Typed offline.", "base": "Long ago."}]
    answer = ask(opened(data), "open", kept=kept)
    [conflict] = answer["status"]["conflicts"]
    [cell] = conflict["cells"]
    assert wording(cell["theirs"]) == text_on_disk(data)
    # Both stand in the conflict; the words on the screen are those that were typed.
    assert conflict["text"] == answer["detail"]["row"]["text"] == "Typed offline."


def test_typed_words_that_have_no_place_any_more_are_told_and_keep_no_others_back(
    data: Path,
) -> None:
    kept = [
        {"statement": "gone-1", "column": "label", "text": "A label"},
        {"statement": "addiction-1", "column": "gone", "text": "A cell"},
        {"statement": "signoffs:x", "column": "comment", "text": "A comment"},
        {"statement": "addiction-2", "column": "label", "text": "Kept", "base": "", "seen": ""},
    ]
    answer = ask(opened(data), "open", kept=kept)
    for one in kept[:3]:
        assert f"typed in its {one['column']}: {one['text']}" in answer["news"]
    assert "were restored" in answer["news"]
    assert answer["rows"]["addiction-2"]["label"] == "Kept"


def test_words_typed_in_a_row_that_no_kernel_ever_had_are_a_row_after_the_same_one(
    data: Path,
) -> None:
    kept = [
        {"statement": "new-x-1", "text": "One.", "seen": "", "base": "", "after": "addiction-1"},
        {"statement": "new-x-2", "text": "Two.", "seen": "", "base": "", "after": "new-x-1"},
    ]
    workbench = opened(data)
    answer = ask(workbench, "open", kept=kept)
    order = [one["statement"] for part in answer["listing"] for one in part["statements"]]
    texts = {key: row["text"] for key, row in answer["rows"].items() if ":" not in key}
    assert texts[order[order.index("addiction-1") + 1]] == "One."
    assert "Two." in texts.values()
    assert answer["status"]["kept"]


def test_words_typed_on_after_a_save_are_restored_without_a_conflict(data: Path) -> None:
    workbench = opened(data)
    base = text_on_disk(data)
    reword(workbench, "Saved.")
    ask(workbench, "save")
    copy = {"statement": "addiction-1", "text": "Saved. On.", "base": base, "seen": "Saved."}
    answer = ask(opened(data), "open", kept=[copy])
    assert answer["status"]["conflicts"] == []
    assert answer["rows"]["addiction-1"]["text"] == "Saved. On."


def numbered(workbench: Workbench, number: int, verb: str, **given: Any) -> dict[str, Any]:
    return ask(workbench, verb, view="v", number=number, **given)


def test_a_question_that_is_asked_again_is_answered_again_and_done_once(data: Path) -> None:
    workbench = opened(data)
    first = numbered(workbench, 1, "add", statement="addiction-1")
    assert numbered(workbench, 1, "add", statement="addiction-1") == first
    assert first["rows"][first["new"]]["text"] == ""
    assert ask(workbench, "look")["status"]["unsaved"] == 1


def test_an_edit_that_a_later_one_has_overtaken_changes_nothing(data: Path) -> None:
    workbench = opened(data)
    for number, words in ((2, "Newer."), (1, "Older.")):
        numbered(workbench, number, "edit", statement="addiction-1", cells={"text": words})
    assert ask(workbench, "look")["rows"]["addiction-1"]["text"] == "Newer."


def test_an_answer_tells_each_row_that_is_another_than_before(data: Path) -> None:
    workbench = opened(data)
    at = text_on_disk(data).index(" who")
    answer = ask(workbench, "split", statement="addiction-1", at=at)
    halves = [answer["rows"][key]["text"] for key in ("addiction-1", answer["new"])]
    assert " ".join(halves) == text_on_disk(data)
    answer = ask(workbench, "undo")
    assert answer["rows"]["addiction-1"]["text"] == text_on_disk(data)
    assert [key for key, row in answer["rows"].items() if row is None] != []


def test_what_is_typed_in_a_row_in_conflict_is_of_ones_own_version(data: Path) -> None:
    workbench = opened(data)
    reword(workbench, "Mine.")
    with_theirs(data, "addiction-1", "Theirs.")
    answer = ask(workbench, "save")
    assert answer["rows"]["addiction-1"]["text"] == "Mine."
    [conflict] = reword(workbench, "Mine, typed on.")["status"]["conflicts"]
    assert conflict["text"] == "Mine, typed on."
    assert text_on_disk(data) == "Theirs."
    settled = {"table": "statements", "key": conflict["key"], "choice": "mine"}
    answer = ask(workbench, "settle", **settled)
    assert answer["rows"]["addiction-1"]["text"] == "Mine, typed on."
    ask(workbench, "save")
    assert text_on_disk(data) == "Mine, typed on."


def test_a_folder_that_takes_no_draft_is_no_hindrance_and_is_told(data: Path) -> None:
    (data / ".drafts").write_text("in the way")
    answer = reword(opened(data), "Mine.")
    assert answer["status"]["kept"] is False
    assert answer["status"]["unsaved"] == 1


def signed(workbench: Workbench, verdict: str = "approved", **given: Any) -> dict[str, Any]:
    words = {"statement": "addiction-1", "person": "ada", "capacity": "clinical"}
    return ask(workbench, "sign", **{**words, "verdict": verdict, **given})


def test_a_reviewer_signs_and_a_change_would_void_it(data: Path) -> None:
    workbench = opened(data)
    answer = signed(workbench)
    assert "error" not in answer
    [row] = rows_by_key(read_content(data), "signoffs").values()
    assert (row["person"], row["capacity"], row["verdict"]) == ("ada", "clinical", "approved")
    assert row["signed_on"] == datetime.date.today().isoformat()
    reword(workbench, "It may harm. [@winstock-2012]")
    detail = ask(workbench, "choose", statement="addiction-1")["detail"]
    [void] = detail["voids"]
    assert (void["name"], void["capacity"]) == ("Ada Roe", "clinical")
    [standing] = [one for one in detail["standings"] if one["capacity"] == "clinical"]
    assert standing["state"] == "stale"
    assert standing["since"][-1][0] != "kept" or len(standing["since"]) > 1
    assert ask(workbench, "undo")["detail"]["voids"] == []


def test_changes_are_asked_for_with_a_comment_and_not_without(data: Path) -> None:
    workbench = opened(data)
    answer = signed(workbench, "changes-requested")
    assert answer["error"]["hint"] == "Say in a comment what should change."
    answer = signed(workbench, "changes-requested", comment="Say which survey.")
    [standing] = [one for one in answer["detail"]["standings"] if one["state"] == "refused"]
    assert (standing["name"], standing["comment"]) == ("Ada Roe", "Say which survey.")


def test_words_that_are_not_saved_or_not_those_read_cannot_be_signed(data: Path) -> None:
    workbench = opened(data)
    reword(workbench, "Mine.")
    assert "not saved" in signed(workbench)["error"]["message"]
    ask(workbench, "undo")
    with_theirs(data, "addiction-1", "Theirs. [@winstock-2012]")
    answer = signed(workbench)
    assert answer["error"]["hint"] == "Read the words as they are now, then sign."
    assert len(read_content(data).signoffs) == 0
    assert "error" not in signed(workbench, comment="It may stand: they said it.")


def test_words_saved_in_another_window_after_they_were_read_are_not_signed(data: Path) -> None:
    workbench = opened(data)
    read = ask(workbench, "choose", statement="addiction-1")["detail"]["digest"]
    reword(workbench, "It may harm. [@winstock-2012]")
    ask(workbench, "save")
    answer = signed(workbench, digests={"addiction-1": read}, comment="As I read it.")
    assert answer["error"]["hint"] == "Read the words as they are now, then sign."
    assert len(read_content(data).signoffs) == 0
    now = {"addiction-1": ask(workbench, "choose")["detail"]["digest"]}
    assert "error" not in signed(workbench, digests=now, comment="As I read it.")


def test_nobody_who_is_not_named_can_sign(data: Path) -> None:
    assert "No person 'eve'" in signed(opened(data), person="eve")["error"]["message"]


def test_a_reviewer_signs_with_a_key_that_is_kept_nowhere(data: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "id_ed25519", BO.private, protected())
    workbench = opened(data)
    answer = ask(workbench, "unlock", file=str(file), passphrase="something else")
    assert "did not open with that passphrase" in answer["error"]["message"]
    assert answer["status"]["key"] is None
    answer = ask(workbench, "unlock", file=str(file), passphrase=PASSPHRASE)
    assert answer["status"]["key"] == {"public": BO.public, "signing_key": "", "name": ""}
    assert "is not in signing_keys.csv" in signed(workbench)["error"]["message"]
    content = read_content(data)
    key = {"signing_key": "ada-1", "person": "ada", "public_key": BO.public}
    key |= {"namespace": "signoff@example.org", "valid_from": "2026-01-01"}
    write_content(replace(content, signing_keys=frame_of("signing_keys", [key], content)))
    answer = ask(workbench, "unlock", file=str(file), passphrase=PASSPHRASE)
    assert answer["status"]["key"]["name"] == "Ada Roe"
    answer = signed(workbench)
    [standing] = [one for one in answer["detail"]["standings"] if one["state"] == "valid"]
    assert (standing["name"], standing["proof"]) == ("Ada Roe", "checked")
    assert standing["revoked_on"] == ""
    assert PASSPHRASE not in str([workbench.get_state(), answer])
    files = [one for one in data.rglob("*") if one.is_file()]
    assert [one for one in files if PASSPHRASE.encode() in one.read_bytes()] == []
    assert ask(workbench, "unlock", file="", passphrase="")["status"]["key"] is None
    answer = signed(workbench, statement="addiction-2")
    [standing] = [one for one in answer["detail"]["standings"] if one["state"] == "valid"]
    assert standing["proof"] == "recorded"


EDITS: dict[str, Callable[[Workbench], dict[str, Any]]] = {
    "add": lambda one: ask(one, "add", statement="addiction-1"),
    "cut": lambda one: agreed(one, "cut", statement="addiction-1"),
    "move": lambda one: ask(one, "move", statement="addiction-1", direction="down"),
    "move to a section": lambda one: ask(
        one, "move", statement="addiction-1", section="conclusion"
    ),
    "split": lambda one: ask(one, "split", statement="addiction-1", at=30),
    "join": lambda one: ask(one, "join", statement="addiction-1"),
    "bring back": lambda one: ask(one, "bring_back", statement="reviews-1"),
    "cite": lambda one: ask(
        one,
        "cite",
        statement="addiction-1",
        cells={"source": "anand-2023", "role": "supports", "finding": "Found."},
    ),
    "remove a source": lambda one: ask(
        one, "uncite", statement="addiction-1", source="winstock-2012"
    ),
    "add a source": lambda one: (
        ask(one, "offer_sources", text="TY  - BOOK\nTI  - Tea\nAU  - Roe, Jo\nPY  - 2020\nER  - "),
        ask(one, "answer_sources", choices={"0": "take"}),
    )[-1],
    "waive": lambda one: ask(
        one,
        "waive",
        finding={
            "table": "statements",
            "row": "ketamine/addiction-1",
            "rule": "long-sentence",
            "reason": "A quotation.",
            "until": "2999-01-31",
        },
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_can_be_undone_and_saved(data: Path, edit: str) -> None:
    workbench = opened(data)
    before = ask(workbench, "open")["listing"]
    answer = EDITS[edit](workbench)
    assert "error" not in answer, answer["error"]
    assert answer["status"]["unsaved"] > 0
    back = ask(workbench, "undo")
    assert back["status"]["unsaved"] == 0
    assert [one["section"] for one in back["listing"]] == [one["section"] for one in before]
    ask(workbench, "redo")
    if edit == "add":  # a statement without words cannot be saved
        assert "no words" in ask(workbench, "save")["error"]["message"]
        reword(workbench, "New words.", "addiction-4")
    assert "error" not in ask(workbench, "save")


def test_an_answer_to_nonsense_is_a_message_and_a_hint(data: Path) -> None:
    workbench = opened(data)
    for verb, given in {
        "dance": {},
        "choose": {"statement": "adiction-1"},
        "split": {"statement": "addiction-1", "at": "x"},
        "edit": {},
        "cite": {"statement": "addiction-1", "cells": {"source": "nobody"}},
    }.items():
        answer = ask(workbench, verb, **given)
        assert answer["error"]["message"]
        assert "Traceback" not in json.dumps(answer)
        assert answer["status"]["unsaved"] == 0
    answer = ask(workbench, "choose", statement="addiction-1")
    assert "error" not in answer


WIDGET = ROOT / "ketcontent" / "editor" / "widget"


def test_no_module_of_the_browser_makes_markup_of_text_or_loads_from_elsewhere() -> None:
    modules = {path.name: path.read_text("utf-8") for path in WIDGET.glob("*.js")}
    assert opened_modules(modules, "workbench.js") | {"start.js"} == set(modules)
    for source in modules.values():
        for opener in ("innerHTML", "insertAdjacentHTML", "document.write", "eval(", "https:"):
            assert opener not in source.replace("https?:", "")


def opened_modules(modules: dict[str, str], name: str) -> set[str]:
    """The modules that one opens, itself among them; each import as ``start.js`` reads it."""
    source = modules[name]
    found = set(re.findall(r' from "\./([a-z_]+\.js)";', source))
    assert len(re.findall(r"^import ", source, re.MULTILINE)) == len(found)
    return {name}.union(*(opened_modules(modules, one) for one in found))
