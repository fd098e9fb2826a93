"""What was given of a source becomes what registries have of it, and says that it is that."""

from __future__ import annotations

import pytest

from ketcontent.editor.adding import Offered, asked, with_answer
from ketcontent.importing import is_incomplete
from ketcontent.importing.given import given_sources
from ketcontent.importing.identity import take_in
from ketcontent.importing.suggestions import chosen, suggested
from ketcontent.registries.client import CROSSREF, Client
from ketcontent.registries.completing import complete
from ketcontent.registries.looking_up import look_up, taken
from tests.registries.conftest import content_of
from tests.registries.replay import Server, crossref, recorded

WORKS = "/crossref/works/10.5555/tea.2021"
GIVEN = "Lee AB. Green tea. 2021. doi:10.5555/tea.2021"


def test_a_doi_becomes_the_reference_that_crossref_has_and_nobody_has_confirmed_it(
    server: Server, client: Client
) -> None:
    server.play(WORKS, crossref())
    [given] = given_sources(GIVEN)
    entry, told = complete(content_of(), given, client)
    assert told == ["Known to Crossref.", f"As it was given: {GIVEN}"]
    assert (entry.row["type"], entry.row["title"], entry.row["issued"], entry.row["page"]) == (
        "article-journal",
        "Green tea & sleep: a <i>randomised</i> trial",
        "2021-03-04",
        "45-50",
    )
    assert entry.row["unconfirmed"] == "every field: as Crossref has it"
    assert entry.row["retraction_checked_on"] == "2026-11-23"
    [one] = suggested(content_of(), [entry])
    assert (one.kind, one.key, one.is_incomplete) == ("new", "lee-2021", False)


def test_a_retraction_is_told_with_the_rest(server: Server, client: Client) -> None:
    server.play(WORKS, recorded("crossref-retracted.json"))
    [given] = given_sources(GIVEN)
    entry, told = complete(content_of(), given, client)
    assert entry.row["state"] == "retracted"
    assert any(line.startswith("retracted: ") for line in told)


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10.5555/unknown", "Not known to Crossref or DataCite"),
        ("ISBN 9780306406157", "Nobody was asked"),
    ],
)
def test_what_nobody_knows_stays_what_was_given(client: Client, text: str, said: str) -> None:
    [given] = given_sources(text)
    entry, [told] = complete(content_of(), given, client)
    assert told.startswith(said)
    assert entry == given


def test_without_a_connection_it_stays_what_was_given(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CROSSREF.variable, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    [given] = given_sources(GIVEN)
    assert complete(content_of(), given, client) == (
        given,
        ["There is no connection: Crossref cannot be reached. It has what was given."],
    )


def test_one_that_is_in_the_table_is_completed_by_a_look_up(server: Server, client: Client) -> None:
    server.play(WORKS, crossref())
    content = take_in(content_of(), given_sources("10.5555/tea.2021")).content
    [key] = content.sources["source"]
    [found] = look_up(content, [key], client)
    [row] = taken(content, found.differences).rows("sources")
    assert not is_incomplete(row)
    assert (row["source"], row["type"], row["publisher"]) == (
        key,
        "article-journal",
        "Test accounts",
    )
    assert row["unconfirmed"] == "every field: as Crossref has it"


def test_the_workbench_waits_for_a_look_up_aside_and_completes_what_is_there(
    server: Server, client: Client
) -> None:
    server.play(WORKS, crossref())
    content = take_in(content_of(), given_sources("10.5555/tea.2021")).content
    offered = Offered(tuple(given_sources("10.5555/tea.2021")))
    asking = asked(content, offered, 0, client)
    asking.thread.join(60)
    offered = with_answer(offered, asking)
    assert offered.told == {0: ("Known to Crossref.",)}
    [one] = suggested(content, offered.entries)
    assert (one.kind, one.key) == ("update", "doi-10-5555-tea-2021")
    [row] = chosen(content, [one], {0: "take"}).content.rows("sources")
    assert row["title"] == "Green tea & sleep: a <i>randomised</i> trial"
