"""Sources that were pasted or dropped are in the tables once an editor says so, and not before."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent.editor.adding import Offered, answered_sources, asked, seen_as, with_answer
from ketcontent.editor.session import Session, opened, undo, unsaved
from ketcontent.errors import KetcontentError
from ketcontent.importing import parse_given, suggested
from ketcontent.model.content import frame_of
from tests.packets.made import tea

DOI = "10.5555/tea.2021"
OTHER = "@book{lee-2020, title = {Cups}, author = {Lee, Bo}, year = {2020}}"


@pytest.fixture(scope="module")
def session() -> Session:
    return opened(tea(), "tea")


def offer(text: str) -> Offered:
    return Offered(tuple(parse_given(text, "What was pasted")))


def answer(session: Session, offered: Offered, choices: dict[int, Any], **more: Any) -> Any:
    seen = {at: seen_as(one) for at, one in enumerate(suggested(session.content, offered.entries))}
    return answered_sources(
        session, offered, choices, keys=more.pop("keys", {}), seen={**seen, **more}
    )


def test_each_is_added_alone_and_what_was_not_answered_stays(session: Session) -> None:
    offered = offer(f"{DOI}\nPMID: 5\nhttps://example.org/tea")
    now, rest, found, lines = answer(
        session, offered, {1: "take", 2: "leave"}, keys={1: "poe-1999"}
    )
    assert found == ["poe-1999"]
    assert lines[0].startswith("1 sources added")
    assert [one.row["title"] for one in rest.entries] == [f"doi:{DOI}"]
    [change] = unsaved(now)
    assert (change.table, change.key, change.before) == ("sources", ("poe-1999",), None)
    assert unsaved(undo(now)) == ()


def test_left_alone_nothing_changes(session: Session) -> None:
    now, rest, found, _ = answer(session, offer(OTHER), {0: "leave"})
    assert (now, rest.entries, found) == (session, (), [])


def test_an_answer_to_what_was_shown_before_others_changed_it_is_none(session: Session) -> None:
    offered = offer(OTHER)
    [shown] = suggested(session.content, offered.entries)
    sources = [
        {**row, "title": "Other leaves"} if row["source"] == "lee-2020" else row
        for row in session.content.rows("sources")
    ]
    content = replace(session.content, sources=frame_of("sources", sources, session.content))
    with pytest.raises(KetcontentError, match="The sources have changed since"):
        answered_sources(
            opened(content, "tea"), offered, {0: "replace"}, keys={}, seen={0: seen_as(shown)}
        )


def test_a_look_up_that_breaks_is_told(session: Session) -> None:
    nobody: Any = None
    asking = asked(session.content, offer(DOI), 0, nobody)
    asking.thread.join(60)
    [line] = with_answer(offer(DOI), asking).told[0]
    assert line.startswith("That did not work: AttributeError")


# --- what the browser says and hears ----------------------------------------------------------


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    from ketcontent.editor.bench import open_bench
    from ketcontent.model import write_content
    from ketcontent.scaffold import create_project

    create_project(tmp_path / "project")
    write_content(tea(), tmp_path / "project" / "data")
    return open_bench("tea", str(tmp_path / "project" / "data"), "")


def ask(bench: Any, verb: str, **more: Any) -> Any:
    from ketcontent.editor.answers import answered

    return answered(bench, {"id": "1", "do": verb, **more})


def test_the_browser_is_shown_what_a_dropped_file_would_become(bench: Any) -> None:
    parts = [OTHER[:20].encode(), OTHER[20:].encode()]
    for place, part in enumerate(parts):
        data = base64.b64encode(part).decode()
        told = ask(bench, "offer_sources", name="a.bib", part=place, last=place == 1, data=data)
    [one] = told["offered"]["suggestions"]
    assert (one["kind"], one["other"], one["row"]["source"]) == (
        "same-key",
        "lee-2020",
        "lee-2020-2",
    )
    assert ["title", "Leaves", "Cups"] in one["both"]
    assert one["touches"] == "source lee-2020: 2 statements on 1 page, 0 sign-offs"
    assert told["status"]["unsaved"] == 0
    assert ask(bench, "answer_sources", choices={"0": "eat"})["error"]["message"].startswith(
        "No answer"
    )
    done = ask(bench, "answer_sources", choices={"0": "replace"}, seen={"0": one["seen"]})
    assert [row["source"] for row in done["found"]] == ["lee-2020"]
    assert done["offered"] is None
    assert done["status"]["unsaved"] > 0
    # Without a mail address no registry is asked.
    ask(bench, "offer_sources", text=DOI)
    told = ask(bench, "look_up", place=0, contact="")
    assert told["error"]["message"] == "Registries ask who is calling."
    assert ask(bench, "looked_up")["asking"] is False
