"""What falls due: late or to come, once a row, in words, as JSON, and as a calendar of RFC 5545."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import icalendar
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent.checks.dates import Due
from ketcontent.cli import main
from ketcontent.errors import UnknownName
from ketcontent.model.content import Content, frame_of
from ketcontent.model.store import read_content, write_content
from ketcontent.reports.due_dates import Deadline, deadlines, to_calendar, to_json, to_text
from ketcontent.terminal import say
from tests.judging import page
from tests.laws import examples

DAY = datetime.date(2026, 11, 23)
LATE = {("help_lines", "Lifeline"): {"checked_on": "2026-08-24"}}  # good until the day before DAY
NEVER = {
    ("sources", "lee-2020"): {"retraction_checked_on": ""},
    ("sources", "roe-2021"): {"retraction_checked_on": ""},
}


def calendar_of(content: Content, days: int = 90) -> tuple[str, list[Any]]:
    found = deadlines(content, as_of=DAY, days=days)
    text = to_calendar(found, content, as_of=DAY, days=days)
    return text, list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


# --- what is late -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("checked_on", "is_late"),
    [
        pytest.param("2026-08-24", True, id="its day was yesterday"),
        pytest.param("2026-08-25", False, id="its day is today"),
        pytest.param("", True, id="never"),
    ],
)
def test_what_is_due_today_is_not_late_and_what_was_never_done_is(
    checked_on: str, is_late: bool
) -> None:
    content = page({("help_lines", "Lifeline"): {"checked_on": checked_on}})
    [one, *_] = deadlines(content, as_of=DAY)
    assert (one.due.rule, one.is_late) == ("help-line-unchecked", is_late)


def test_only_what_falls_due_within_the_days_is_listed() -> None:
    rules = {
        days: [one.due.rule for one in deadlines(page(), as_of=DAY, days=days)]
        for days in (67, 68, 90)
    }
    assert rules == {67: [], 68: ["help-line-unchecked", "revision-unchecked"], 90: rules[68]}


def test_a_source_of_two_pages_is_due_once_and_names_both() -> None:
    zinc = page(NEVER)
    frames: dict[str, Any] = {}
    for table in ("documents", "sections", "statements", "evidence"):
        rows = getattr(zinc, table).to_dict("records")
        rows += [{**row, "document": "iron"} for row in rows]
        frames[table] = frame_of(table, rows, zinc)
    content = replace(zinc, **frames)
    found = deadlines(content, as_of=DAY, days=0)
    assert [(one.due.key, sorted(one.documents)) for one in found] == [
        ("lee-2020", ["iron", "zinc"]),
        ("roe-2021", ["iron", "zinc"]),
    ]
    assert [one.documents for one in deadlines(content, ["iron"], as_of=DAY, days=0)] == [
        ("iron",),
        ("iron",),
    ]
    with pytest.raises(UnknownName, match="No document 'irom'"):
        deadlines(content, ["irom"], as_of=DAY)


def test_a_person_reads_what_is_late_first_and_rows_of_one_day_together() -> None:
    found = deadlines(page({**LATE, **NEVER}), as_of=DAY)
    assert to_text(found, as_of=DAY, days=90) == (
        "Late:\n"
        "  never done: Look up whether the source was retracted (2 rows of sources, for zinc): "
        "lee-2020, roe-2021\n"
        "  2026-11-22: Check that Lifeline answers, last done on 2026-08-24 (1 row of help_lines, "
        "for zinc): US/Lifeline\n"
        "Due by 2027-02-21:\n"
        "  2027-01-30: Look up whether there is a newer version, last done on 2026-11-01 (1 row of "
        "sources, for zinc): lee-2020-b"
    )
    assert to_text([], as_of=DAY, days=7) == "Nothing is late.\nNothing falls due by 2026-11-30."


def test_a_program_reads_a_row_an_object() -> None:
    [never, *_] = json.loads(to_json(deadlines(page(NEVER), as_of=DAY)))
    assert never == {
        "late": True,
        "due": None,
        "last": None,
        "what": "Look up whether the source was retracted",
        "rule": "retraction-unchecked",
        "table": "sources",
        "key": "lee-2020",
        "column": "retraction_checked_on",
        "documents": ["zinc"],
    }


KEYS = (  # person, signing key, last day, revoked on
    ("ada", "ada-1", "2026-11-23", ""),  # today, the last day on which it is good
    ("ada", "ada-0", "2026-11-22", ""),  # ended, and no work for anybody
    ("bo", "bo-1", "2026-12-01", ""),
    ("bo", "bo-2", "2027-01-31", ""),  # the last one that bo has
    ("bo", "bo-3", "", "2026-11-01"),  # lost
    ("cy", "cy-1", "2026-12-01", ""),
    ("cy", "cy-2", "", ""),  # lasts
    ("di", "di-1", "2026-12-24", ""),  # signs another page alone
    ("ed", "ed-1", "2027-03-01", ""),  # beyond the ninety days
)


def with_keys_that_end() -> Content:
    content = page()
    rows = [
        {"signing_key": key, "person": person, "valid_until": until, "revoked_on": revoked}
        for person, key, until, revoked in KEYS
    ]
    said = [{"document": "zinc", "person": "bo"}, {"document": "iron", "person": "di"}]
    return replace(
        content,
        signing_keys=frame_of("signing_keys", rows, content),
        signoffs=frame_of("signoffs", said, content),
    )


def test_keys_that_end_are_due_while_nobody_has_another_that_lasts() -> None:
    content = with_keys_that_end()
    found = [
        one for one in deadlines(content, ["zinc"], as_of=DAY) if one.due.table == "signing_keys"
    ]
    assert [(one.due.key, str(one.due.due), one.is_late) for one in found] == [
        ("ada-1", "2026-11-23", False),
        ("bo-2", "2027-01-31", False),
    ]
    said = "Enter a new signing key of ada, if they are to sign after that day"
    assert (
        f"  2026-11-23: {said} (1 row of signing_keys, for zinc): ada-1"
        in to_text(found, as_of=DAY, days=90).splitlines()
    )
    told = json.loads(to_json(found))[0]
    assert (told["rule"], told["column"], told["last"]) == ("signing-key-ends", "valid_until", None)
    event = icalendar.Calendar.from_ical(to_calendar(found[:1], content, as_of=DAY, days=90)).walk(
        "VEVENT"
    )[0]
    assert event["DTSTART"].dt == DAY
    assert event["DESCRIPTION"] == "signing_keys: ada-1\nPages: zinc"


# --- the calendar -----------------------------------------------------------------------------


def test_another_reader_of_calendars_finds_each_day_and_what_is_late_on_the_day_it_was_made() -> (
    None
):
    _, events = calendar_of(page({**LATE, **NEVER}))
    assert [(str(one.decoded("dtstart")), str(one["summary"])) for one in events] == [
        ("2026-11-23", "Look up whether the source was retracted (2 rows)"),
        ("2026-11-23", "Late since 2026-11-22: Check that Lifeline answers"),
        ("2027-01-30", "Look up whether there is a newer version"),
        ("2027-02-21", "Make the calendar of what falls due anew"),
    ]
    assert str(events[0]["description"]) == (
        "sources: lee-2020, roe-2021\nPages: zinc\nLast done: never"
    )
    assert {one.decoded("dtstamp").isoformat() for one in events} == {"2026-11-23T00:00:00+00:00"}


def test_a_calendar_where_nothing_falls_due_has_an_event_since_none_is_no_calendar() -> None:
    _, events = calendar_of(page(), days=7)
    assert [str(one.decoded("dtstart")) for one in events] == ["2026-11-30"]


def test_an_event_keeps_its_identity_while_its_task_has_the_same_day() -> None:
    def uids(content: Content, day: datetime.date) -> dict[str, str]:
        text = to_calendar(
            deadlines(content, as_of=day), content, as_of=day, days=(DAY - day).days + 90
        )
        events = icalendar.Calendar.from_ical(text).walk("VEVENT")
        return {str(one["summary"]).rpartition(": ")[2]: str(one["uid"]) for one in events}

    before, later = uids(page(LATE), datetime.date(2026, 11, 1)), uids(page(LATE), DAY)
    assert before == later  # one of them late by now
    assert len(set(before.values())) == len(before) == 3
    done = uids(page(), DAY)
    changed = {name for name in done if done[name] != before[name]}
    assert changed == {"Check that Lifeline answers"}


def test_a_page_that_is_added_doubles_no_event_of_another() -> None:
    def uids(content: Content, documents: list[str]) -> set[str]:
        found = deadlines(content, documents, as_of=DAY)
        text = to_calendar(found, content, as_of=DAY, days=90)
        events = icalendar.Calendar.from_ical(text).walk("VEVENT")
        return {str(one["uid"]) for one in events if "falls due" not in one["summary"]}

    zinc = page({**LATE, **NEVER})
    frames: dict[str, Any] = {}
    for table in ("documents", "sections", "statements", "evidence"):
        rows = getattr(zinc, table).to_dict("records")
        frames[table] = frame_of(
            table, [*rows, *({**row, "document": "iron"} for row in rows)], zinc
        )
    both = replace(zinc, **frames)
    assert uids(zinc, []) == uids(both, ["zinc"])
    assert not uids(both, ["iron"]) & uids(both, ["zinc"])


@settings(max_examples=examples(60))
@given(
    st.text(
        st.one_of(st.sampled_from(' ;,:"\\n\n\r日é😀'), st.characters(exclude_categories=["C"])),
        max_size=200,
    )
)
def test_any_words_come_back_from_a_calendar_whose_lines_are_short_enough(words: str) -> None:
    due = Due("help-line-unchecked", "help_lines", "ZZ", "checked_on", words, "", None)
    text = to_calendar([Deadline(due, ("zinc",), True)], page(), as_of=DAY, days=90)
    [event, _] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert str(event["summary"]) == words.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.encode().split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)


# --- the command ------------------------------------------------------------------------------


@pytest.fixture
def project(copy_of_made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(copy_of_made)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795392000")  # 2026-11-23
    return copy_of_made


def test_the_command_ends_with_1_where_something_is_late_and_with_0_where_nothing_is(
    project: Path,
) -> None:
    pages = ", ".join(read_content(project / "data").documents["document"])
    done = CliRunner().invoke(main, ["due"])
    assert (done.exit_code, done.output) == (
        0,
        "Nothing is late.\nNothing falls due by 2027-02-21.\n"
        f"Sign-offs are lacking, so no review has a day: {pages}.\n",
    )
    content = read_content(project / "data")
    waiver = {"table": "statements", "row": "tea/description-1", "rule": "cure", "reason": "Why."}
    rows = [{**waiver, "until": "2026-11-22", "owner": ""}]
    write_content(replace(content, waivers=frame_of("waivers", rows, content)))
    for form in ("text", "json", "ics"):
        done = CliRunner().invoke(main, ["due", "--format", form])
        assert (done.exit_code, "Mend 'tea/description-1'" in done.output) == (1, True)
    assert done.stdout_bytes.startswith(b"BEGIN:VCALENDAR\r\n")
    assert done.stdout_bytes.endswith(b"END:VCALENDAR\r\n")
    assert CliRunner().invoke(main, ["due", "aspirin"]).exit_code == 0


@pytest.mark.parametrize("start", range(60, 70))
def test_in_a_workflow_of_github_no_word_of_a_calendar_is_a_command(
    start: int, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    words = f"{'x' * start}::error::no ##[error]no"
    due = Due("help-line-unchecked", "help_lines", "ZZ", "checked_on", words, "", None)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    say(to_calendar([Deadline(due, ("zinc",), True)], page(), as_of=DAY, days=90), form="ics")
    said = capsysbinary.readouterr().out
    assert not any(line.lstrip().startswith(b"::") for line in said.splitlines())
    assert b"##[" not in said
