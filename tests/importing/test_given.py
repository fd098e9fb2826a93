"""A source is made of what somebody gives of it, says so, and takes no other's place unasked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ketcontent.checks.support import judge_sources
from ketcontent.cli import main
from ketcontent.errors import KetcontentError
from ketcontent.importing.bibliography import parse_given
from ketcontent.importing.entries import Entry, secret_in, settled
from ketcontent.importing.given import given_sources, is_incomplete, other_ids
from ketcontent.importing.identity import take_in
from ketcontent.importing.suggestions import Suggestion, chosen, suggested
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.model.store import read_content
from tests.packets.made import tea

DOI = {"doi": "10.1000/tea.1"}
SICI = "10.1002/(SICI)1-8(19)1:5<16::AID-SIM9>3.0.CO;2-2"
EUROPE = "https://europepmc.org/article/MED/123"


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("10.1000/tea.1", DOI),
        ("  doi:10.1000/tea.1. ", DOI),
        ("DOI: 10.1000/tea.1", DOI),
        ("https://doi.org/10.1000/tea.1", DOI),
        ("http://dx.doi.org/10.1000%2Ftea.1", DOI),
        ("(https://doi.org/10.1000/tea.1)", DOI),
        ("https://doi.org/10.1000/tea.1?utm_source=x", DOI),
        ("10.1016/S0140-6736(20)30183-5", {"doi": "10.1016/S0140-6736(20)30183-5"}),
        ("https://doi.org/10/abcd", {"doi": "10/abcd"}),
        (
            "https://journal.example.org/articles/10.1000/tea.1/full",
            {**DOI, "url": "https://journal.example.org/articles/10.1000/tea.1/full"},
        ),
        ("PMID: 123", {"pmid": "123"}),
        ("pmid 0123", {"pmid": "123"}),
        ("31234567", {"pmid": "31234567"}),
        ("https://pubmed.ncbi.nlm.nih.gov/31234567/", {"pmid": "31234567"}),
        ("doi:10.1000/tea.1 PMID: 123", {**DOI, "pmid": "123"}),
        ("www.example.org/tea", {"url": "https://www.example.org/tea"}),
        ("https://example.org/tea.", {"url": "https://example.org/tea"}),
        ("PMC123456", {"url": "https://pmc.ncbi.nlm.nih.gov/articles/PMC123456"}),
        ("10.1000%2Ftea.1/", DOI),
        ("\uff11\uff10.1000/\uff54ea.1", DOI),  # as wide as Chinese characters
        ("10.1000/green\u2010tea\u2013a", {"doi": "10.1000/green-tea-a"}),
        ("https://doi.org/10.1000/a%3C1%3E2", {"doi": "10.1000/a<1>2"}),
        ("10.1002/(SICI)1-8(19)1:5<16::AID-SIM9>3.0.CO;2-2", {"doi": SICI}),
        ("arXiv:2101.00001v2", {"doi": "10.48550/arXiv.2101.00001"}),
        ("arxiv.org/pdf/hep-th/9901001", {"doi": "10.48550/arXiv.hep-th/9901001"}),
        ("arXiv:2101.00001, published as 10.1000/tea.1", DOI),
        ("https://europepmc.org/article/MED/123", {"pmid": "123", "url": EUROPE}),
        (
            "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC123456/",
            {"url": "https://pmc.ncbi.nlm.nih.gov/articles/PMC123456"},
        ),
        ("https://example.org/a|b?c=1", {"url": "https://example.org/a%7Cb?c=1"}),
        ("| Tea | https://example.org/a|b |", {"url": "https://example.org/a"}),
        ("ISBN 978-0-306-40615-7", {"title": "ISBN 9780306406157", "type": "book"}),
        ("ISBN 978\u20110\u2011306\u201140615\u20117", {"type": "book"}),
        ("0-306-40615-2", {"title": "ISBN 0306406152", "type": "book"}),
    ],
)
def test_what_a_source_is_known_by_is_read_however_it_is_written(
    text: str, cells: dict[str, str]
) -> None:
    [entry] = given_sources(text)
    ids = {name: entry.row[name] for name in ("doi", "pmid", "url") if name in entry.row}
    assert ids == {name: cells[name] for name in ("doi", "pmid", "url") if name in cells}
    assert cells.items() <= entry.row.items()
    assert entry.row["unconfirmed"].startswith("everything but the ")
    assert is_incomplete(entry.row)


LINE = "Lee A, Roe B. Tea and sleep. J Tea. 2020;12(3):45-50."


def test_of_a_reference_line_no_word_is_lost_and_none_is_guessed() -> None:
    [entry] = given_sources(f"[7] {LINE}\n  doi:10.1000/tea.1")
    assert entry.row == {
        "type": "document",
        "title": f"{LINE} doi:10.1000/tea.1",
        "doi": "10.1000/tea.1",
        "unconfirmed": "everything but the DOI; the title is the reference as it was given",
    }
    assert entry.name == "lee-2020"


def test_lines_are_sources_and_what_gives_none_is_named() -> None:
    text = f"10.1000/a\nPMID: 5\n\n{LINE}\n\nISBN 9780306406158\n\n10.1000/a and 10.1000/b"
    found = [
        (one.line, one.row.get("doi") or one.row.get("pmid") or one.fault)
        for one in given_sources(text)
    ]
    assert found == [
        (1, "10.1000/a"),
        (2, "5"),
        (4, "There is no DOI, PubMed id, ISBN or address in it."),
        (6, "Its ISBN 9780306406158 is none: the last digit does not fit the others."),
        (8, "There are two of them in it: 10.1000/a and 10.1000/b."),
    ]


@pytest.mark.parametrize("text", ["PMID:0", "pmid 000", "0", "https://pubmed.ncbi.nlm.nih.gov/0/"])
def test_a_pubmed_id_of_nothing_is_refused(text: str) -> None:
    [entry] = given_sources(text)
    assert entry.fault == "A PubMed id of 0 is none."
    with pytest.raises(KetcontentError, match="What was given gives no source: A PubMed id of 0"):
        parse_given(text, "What was given")


@pytest.mark.parametrize(
    "address",
    [
        "https://ada:green-tea@example.org/a",
        "https://green-tea@example.org/a",
        "http:///ada:green-tea@example.org/a",
        "https://example.org/a?page=2&access_token=green-tea",
        "https://ada:green-tea@doi.org/10.1000/tea.1",
    ],
)
def test_what_opens_a_page_for_one_alone_is_not_stored_and_not_said(address: str) -> None:
    [entry] = given_sources(f"Lee A. Tea. 2020. {address} 10.1000/tea.1")
    assert entry.fault == "There is a password or a key in its address."
    with pytest.raises(KetcontentError) as raised:
        parse_given(address, "What was given")
    assert raised.value.hint == ("Give the address without it: what is in the tables is published.")
    [suggestion] = suggested(empty_content(), [entry])
    told = "\n".join([str(raised.value), *suggestion.lines()])
    assert "green-tea" not in told
    # Of a reference in a file the address alone is left out, and that is told.
    kept = settled(Entry(1, "lee-2020", {"title": "Tea", "url": address}))
    assert "url" not in kept.row
    assert kept.left_out == ("url (there is a password or a key in it)",)


@pytest.mark.parametrize(
    "address", ["https://example.org/@ada", "https://example.org/?tokens=2", "mailto:a@example.org"]
)
def test_an_address_that_anybody_may_have_is_kept(address: str) -> None:
    assert not secret_in(address)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ISBN 0-306-40615-2", "9780306406157"),
        ("Lee A. Tea. ISBN 978-0-306-40615-7.", "0306406152"),
        ("ISBN 080442957X", "ISBN-13: 978\u20110\u20118044\u20112957\u20113"),
        ("PMC123456", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC123456/?report=reader"),
        ("https://doi.org/10.1000/TEA.1", "10.1000/tea.1."),
    ],
)
def test_one_work_given_in_two_ways_is_one_source(one: str, other: str) -> None:
    there = take_in(empty_content(), given_sources(one)).content
    [suggestion] = suggested(there, given_sources(other))
    assert suggestion.kind == "same"
    assert len(take_in(there, given_sources(other)).content.sources) == 1
    [_, second] = suggested(empty_content(), given_sources(f"{one}\n\n{other}"))
    assert (second.kind, "too: line 1" in second.entry.fault) == ("refused", True)


def test_two_works_with_titles_of_their_own_are_two_though_read_in_one_place() -> None:
    place = {"type": "chapter", "url": "https://pmc.ncbi.nlm.nih.gov/articles/PMC123456/"}
    titles = {"lee": "Green tea", "roe": "Leaf"}
    two = [Entry(1, key, {**place, "title": title}) for key, title in titles.items()]
    assert len(take_in(empty_content(), two).content.sources) == 2


def test_an_isbn_with_a_wrong_figure_is_none_to_know_a_source_by() -> None:
    assert other_ids({"title": "ISBN 9780306406158"}) == []


def test_two_dois_in_one_line_are_never_read_as_one() -> None:
    for between in (" ", ",", ";", ", ", " and "):
        [entry] = given_sources(f"10.1000/a{between}10.1000/b")
        assert entry.fault == "There are two of them in it: 10.1000/a and 10.1000/b."


def test_a_key_that_is_none_is_said_before_anything_is_read_or_asked(tmp_path: Path) -> None:
    words = ["sources", "add", "10.1000/a", "--key", "Bad Key", "--look-up"]
    run = CliRunner().invoke(main, [*words, "--data", str(tmp_path)])
    assert run.exit_code == 1
    assert run.output.startswith("error: 'Bad Key' is no key of a source.")


def test_a_title_of_its_own_makes_a_source_complete() -> None:
    [entry] = given_sources("PMID: 123")
    assert is_incomplete(entry.row)
    assert not is_incomplete({**entry.row, "title": "Tea and sleep in 123 adults"})


def test_a_text_without_a_source_and_a_harmed_format_say_what_they_are() -> None:
    with pytest.raises(KetcontentError, match="gives no source: There is no DOI"):
        parse_given("Tea and sleep", "What was pasted")
    with pytest.raises(KetcontentError, match="PubMed's own format"):
        parse_given("PMID- 123\nLID - 10.1000/a [doi]", "What was pasted")
    [entry] = parse_given('[{"id": "a", "type": "book", "title": "Tea", "DOI": "10.1000/a"}]', "x")
    assert entry.row["title"] == "Tea"


# --- what it would become ---------------------------------------------------------------------

THERE = {"source": "lee-2020", "type": "book", "title": "Leaves", "doi": "10.1000/leaf"}
OTHER = "@book{lee-2020, title = {Cups}, author = {Lee, Bo}, year = {2020}}"


@pytest.fixture(scope="module")
def content() -> Content:
    empty = empty_content()
    return replace(empty, sources=frame_of("sources", [dict(THERE)], empty))


def plan(content: Content, text: str) -> list[Suggestion]:
    return suggested(content, parse_given(text, "What was given"))


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("10.1000/other", "new", "doi-10-1000-other"),
        ("10.1000/LEAF", "same", "lee-2020"),
        ("10.1000/leaf PMID: 5", "update", "lee-2020"),
        ("@book{x, title = {Leaves of tea}, doi = {10.1000/leaf}}", "update", "lee-2020"),
        (OTHER, "same-key", "lee-2020-2"),
        (f"{LINE} 10.1000/tea.1", "same-key", "lee-2020-2"),
        ("@book{x, year = {2020}}", "refused", ""),
    ],
)
def test_what_a_reference_would_become_is_told_before_it_does(
    content: Content, text: str, kind: str, key: str
) -> None:
    [one] = plan(content, text)
    assert (one.kind, one.key) == (kind, key)


def test_what_was_given_to_know_a_source_by_changes_no_word_of_it(content: Content) -> None:
    taken = take_in(content, given_sources("Other words. 10.1000/leaf PMID: 5"))
    [row] = taken.content.rows("sources")
    assert (row["title"], row["pmid"], row["unconfirmed"]) == ("Leaves", "5", "")


def sources(content: Content) -> dict[str, str]:
    return {row["source"]: row["title"] for row in content.rows("sources")}


def test_of_two_sources_of_one_key_both_are_kept_or_one_replaces_the_other(
    content: Content,
) -> None:
    plans = plan(content, OTHER)
    [one] = plans
    assert [pair for pair in one.both if pair[0] in ("title", "doi")] == [
        ("title", "Leaves", "Cups"),
        ("doi", "10.1000/leaf", ""),
    ]
    assert sources(chosen(content, plans, {}).content) == {"lee-2020": "Leaves"}
    both = chosen(content, plans, {0: "take"})
    assert sources(both.content) == {"lee-2020": "Leaves", "lee-2020-2": "Cups"}
    instead = chosen(content, plans, {0: "replace"})
    assert sources(instead.content) == {"lee-2020": "Cups"}
    assert instead.content.rows("sources")[0]["doi"] == ""
    named = chosen(content, plans, {0: "take"}, keys={0: "lee-b-2020"})
    assert sources(named.content) == {"lee-2020": "Leaves", "lee-b-2020": "Cups"}
    with pytest.raises(KetcontentError, match="'lee-2020' belongs to another source"):
        chosen(content, plans, {0: "take"}, keys={0: "lee-2020"})
    with pytest.raises(KetcontentError, match="'Lee 2020' is no key"):
        chosen(content, plans, {0: "take"}, keys={0: "Lee 2020"})


def test_what_was_compared_with_a_source_was_not_compared_with_the_one_in_its_place() -> None:
    content = tea()
    [evidence] = content.rows("evidence")
    content = replace(
        content, evidence=frame_of("evidence", [{**evidence, "checked_on": "2026-10-01"}], content)
    )
    plans = plan(content, OTHER)
    assert chosen(content, plans, {0: "take"}).content.rows("evidence")[0]["checked_on"]
    assert not chosen(content, plans, {0: "replace"}).content.rows("evidence")[0]["checked_on"]


def test_an_incomplete_source_is_found_until_it_is_completed_cited_or_not() -> None:
    content = take_in(tea(), given_sources("10.1000/other")).content
    found = {one.key: (one.rule, one.severity) for one in judge_sources(content)}
    assert found == {"doi-10-1000-other": ("source-incomplete", "warning")}
    cited = tea(calm3="Nobody knows why. [@doi-10-1000-other]")
    cited = replace(cited, sources=content.sources)
    found = {one.key: (one.rule, one.severity) for one in judge_sources(cited)}
    assert found == {"doi-10-1000-other": ("source-incomplete", "error")}


# --- by command -------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path, content: Content) -> Path:
    from ketcontent.scaffold import create_project

    create_project(tmp_path / "project")
    data = tmp_path / "project" / "data"
    header = ",".join(content.schemas["sources"].columns)
    cells = [THERE.get(name, "") for name in content.schemas["sources"].columns]
    (data / "sources.csv").write_text(f"{header}\n{','.join(cells)}\n", "utf-8")
    return data


def add(data: Path, *words: str, **more: Any) -> Any:
    return CliRunner().invoke(main, ["sources", "add", *words, "--data", str(data)], **more)


def test_a_source_is_added_by_command_and_asks_nobody(data: Path) -> None:
    done = add(data, "10.1000/other", "--key", "roe-2021")
    assert done.exit_code == 0
    assert "doi-10-1000-other: new, to be completed.\n" in done.stdout
    assert "Cite it as [@roe-2021]." in done.stdout
    assert sources(read_content(data)) == {"lee-2020": "Leaves", "roe-2021": "doi:10.1000/other"}


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("k\n", {"lee-2020": "Leaves", "lee-2020-2": "Cups"}),
        ("r\n", {"lee-2020": "Cups"}),
        ("l\n", {"lee-2020": "Leaves"}),
        ("", {"lee-2020": "Leaves"}),
    ],
)
def test_a_command_asks_with_both_side_by_side(
    data: Path, answer: str, kept: dict[str, str]
) -> None:
    before = (data / "sources.csv").read_bytes()
    done = add(data, OTHER, input=answer)
    assert "    title\n        there: Leaves\n        given: Cups\n" in done.stdout
    assert sources(read_content(data)) == kept
    assert (done.exit_code == 0) == bool(answer)
    if len(kept) == 1 and "lee-2020" in kept and kept["lee-2020"] == "Leaves":
        assert (data / "sources.csv").read_bytes() == before
