"""What registries answer about a source, what that means, and what of it is noted in the table."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ketcontent.cli import main
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.execution import Progress
from ketcontent.model.content import empty_content, frame_of
from ketcontent.model.store import read_content, write_content
from ketcontent.registries.client import SERVICES, Client
from ketcontent.registries.looking_up import (
    LookedUp,
    look_up,
    noted,
    sources_to_ask,
    taken,
    to_text,
)
from ketcontent.registries.records import STATES, Announcement, merged
from ketcontent.terminal import show_progress
from tests.laws import examples
from tests.registries.conftest import NOW, TEA, content_of
from tests.registries.replay import Play, Server, crossref, recorded

DAY = NOW.astimezone().date().isoformat()
WORKS = "/crossref/works/10.5555/tea.2021"
EFETCH = "/pubmed/efetch.fcgi"
NO_SUCH_PAPER = "<PubmedArticleSet></PubmedArticleSet>"
LABEL = {
    "source": "label",
    "type": "document",
    "title": "A label",
    "url": "https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid="
    "46DAB560-8ecd-4d92-8c92-6baa2310b09b",
}
GUIDELINE = {
    "source": "guideline",
    "type": "webpage",
    "title": "A guideline",
    "url": "https://example.org/guideline?a=1",
}


def looked_up(client: Client, row: dict[str, str], **cells: str) -> tuple[LookedUp, dict[str, Any]]:
    """What is answered about one source, and its row once that is noted."""
    content = content_of({**row, **cells})
    [found] = look_up(content, [row["source"]], client)
    [after] = noted(content, [found]).rows("sources")
    return found, after


def dates(row: dict[str, Any]) -> tuple[str, str, str, str]:
    return row["retraction_checked_on"], row["state"], row["state_on"], row["state_notice"]


# --- retractions ------------------------------------------------------------------------------


def test_a_sound_paper_is_dated_and_nothing_differs_but_how_it_is_written(
    server: Server, client: Client
) -> None:
    server.play(WORKS, recorded("crossref-sound.json"))
    found, row = looked_up(client, TEA)
    assert (found.announcements, found.differences, found.failures) == ((), (), ())
    assert dates(row) == (DAY, "", "", "")
    assert to_text([found], content_of(TEA)) == (
        "1 source looked up, 1 with a definite answer about retraction; 0 to ask again."
    )


def test_publisher_and_retraction_watch_tell_of_one_retraction_and_the_worst_is_noted(
    server: Server, client: Client
) -> None:
    server.play(WORKS, recorded("crossref-retracted.json"))
    found, row = looked_up(client, TEA)
    assert dates(row) == (DAY, "retracted", "2024-02-03", "10.5555/TEA.2021.retraction")
    assert found.is_alarming
    assert to_text([found], content_of(TEA)).splitlines()[:5] == [
        "lee-2021",
        "    retracted: retraction on 2024-02-03 (10.5555/TEA.2021.retraction; reported by the "
        "publisher, Retraction Watch (record 51234))",
        "    retracted: retraction (reported by the title at Crossref)",
        "    concern: expression of concern on 2023-06-02 (10.5555/tea.2021.concern; reported by "
        "Retraction Watch (record 51233))",
        "    corrected: erratum on 2022-01-10 (10.5555/tea.2021.erratum; reported by the "
        "publisher)",
    ]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        *((kind, "retracted") for kind in ("retraction", "removal", "withdrawal")),
        ("partial_retraction", "retracted"),
        ("expression_of_concern", "concern"),
        ("Expression of Concern", "concern"),
        *((kind, "corrected") for kind in ("correction", "corrigendum", "erratum", "addendum")),
        pytest.param("something-else", "concern", id="a kind that is not known"),
        *((kind, "") for kind in ("new_version", "new_edition")),
    ],
)
def test_each_kind_of_update_is_what_it_is(
    kind: str, state: str, server: Server, client: Client
) -> None:
    update = {"type": kind, "DOI": "10.5555/n", "updated": {"date-parts": [[2024, 2]]}}
    server.play(WORKS, crossref(**{"updated-by": [update]}))
    found, row = looked_up(client, TEA)
    assert dates(row) == (DAY, state, "", "10.5555/n" if state else "")
    assert bool(found.newer) == (not state)


def test_what_stands_on_the_notice_itself_is_nothing_about_the_notice(
    server: Server, client: Client
) -> None:
    update = {"type": "retraction", "DOI": "10.5555/other"}
    server.play(WORKS, crossref(**{"update-to": [update]}))
    assert dates(looked_up(client, TEA)[1]) == (DAY, "", "", "")


def test_a_preprint_that_was_published_has_a_newer_version(server: Server, client: Client) -> None:
    relation = {"is-preprint-of": [{"id-type": "doi", "id": "10.5555/paper"}]}
    server.play(WORKS, crossref(relation=relation))
    assert looked_up(client, TEA)[0].newer == ("published as 10.5555/paper (Crossref)",)


def test_what_crossref_does_not_know_datacite_may(server: Server, client: Client) -> None:
    server.play("/datacite/dois/10.5555/tea.data", recorded("datacite-withdrawn.json"))
    data = {
        **{"source": "data", "type": "dataset", "doi": "10.5555/tea.data", "issued": "2022-03"},
        **{"title": "What the tea trial measured", "authors": "Lee, A.; {Tea Trial Group}"},
    }
    found, row = looked_up(client, data)
    assert dates(row) == (DAY, "retracted", "2024-05-06", "")
    assert (found.known_by, found.unknown_to) == (("DataCite",), ())
    assert found.newer == ("replaced by: 10.5555/tea.data.v2 (DataCite)",)
    assert found.differences == ()


def test_that_no_registry_knows_it_is_no_answer_to_whether_it_was_retracted(
    server: Server, client: Client
) -> None:
    found, row = looked_up(client, TEA, pmid="12345")
    assert server.paths == [WORKS, "/datacite/dois/10.5555/tea.2021", EFETCH]
    assert dates(row) == ("", "", "", "")
    assert "not known to Crossref or DataCite or PubMed: nothing is known of a retraction" in (
        to_text([found], content_of(TEA))
    )


def test_pubmed_tells_by_types_and_linked_notices(server: Server, client: Client) -> None:
    server.play(WORKS, crossref())
    server.play(EFETCH, recorded("pubmed-retracted.xml"))
    found, row = looked_up(client, TEA, pmid="0012345")
    assert dates(row) == (DAY, "retracted", "", "pmid:23456")
    assert [(one.state, one.notice) for one in found.announcements] == [
        ("retracted", "pmid:23456"),
        ("corrected", "10.5555/tea.2021.erratum"),
    ]


def test_a_paper_known_by_its_pubmed_id_alone_is_held_against_pubmed(
    server: Server, client: Client
) -> None:
    unlinked = re.sub("<CommentsCorrections .*", "", recorded("pubmed-retracted.xml"))
    server.play(EFETCH, unlinked)
    found, row = looked_up(client, {**TEA, "doi": "", "pmid": "12345"})
    assert dates(row) == (DAY, "retracted", "", "")
    assert [str(one) for one in found.differences] == ["doi: {+10.5555/tea.2021+}"]
    server.play(EFETCH, NO_SUCH_PAPER)
    assert dates(looked_up(client, {**TEA, "doi": "", "pmid": "12345"})[1])[0] == ""


# --- what is no answer ------------------------------------------------------------------------

BROKEN = {
    "a page to log in": "<html>Log in to this network</html>",
    "nothing": "",
    "half of it": recorded("crossref-sound.json")[:400],
    "a list": "[]",
    "no message": '{"status": "ok"}',
    "another work": crossref("10.5555/other"),
    "updates that are none": crossref(**{"updated-by": ["retraction"]}),
    "an update without a kind": crossref(**{"updated-by": [{"DOI": "10.5555/n"}]}),
    "a date that is none": crossref(
        **{"updated-by": [{"type": "retraction", "updated": {"date-parts": [["soon"]]}}]}
    ),
}
BROKEN_XML = {
    "a page to log in": "<html>Log in</html>",
    "half of it": recorded("pubmed-retracted.xml")[:900],
    "another paper": recorded("pubmed-retracted.xml").replace(">12345<", ">54321<"),
    "entities": '<!DOCTYPE a [<!ENTITY b "c">]><PubmedArticleSet>&b;</PubmedArticleSet>',
    "nothing": "",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_read_gives_no_date(body: str, server: Server, client: Client) -> None:
    server.play(WORKS, body)
    found, row = looked_up(client, TEA)
    assert dates(row) == ("", "", "", "")
    assert found.failures == ("Crossref answers with something that cannot be read",)


@pytest.mark.parametrize("body", BROKEN_XML.values(), ids=BROKEN_XML.keys())
def test_what_cannot_be_read_of_pubmed_gives_no_date(
    body: str, server: Server, client: Client
) -> None:
    server.play(EFETCH, body)
    found, row = looked_up(client, {**TEA, "doi": "", "pmid": "12345"})
    assert dates(row) == ("", "", "", "")
    assert found.failures == ("PubMed answers with something that cannot be read",)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
PARTS = ["title", "updated-by", "author", "relation", "issued", "container-title", "page", "volume"]


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(PARTS), JSON, max_size=3))
def test_whatever_a_registry_sends_no_look_up_breaks(
    server: Server, client: Client, parts: dict[str, Any]
) -> None:
    server.play(WORKS, crossref(**parts))
    found, row = looked_up(client, TEA)
    assert bool(found.failures) == (row["retraction_checked_on"] == "")


def test_while_one_registry_gives_no_answer_bad_news_is_noted_and_no_date(
    server: Server, client: Client
) -> None:
    server.play(WORKS, recorded("crossref-retracted.json"))
    server.play(EFETCH, Play(status=400))
    found, row = looked_up(client, TEA, pmid="12345")
    assert dates(row)[:2] == ("", "retracted")
    server.play(WORKS, crossref())
    found, row = looked_up(client, TEA, pmid="12345")
    assert (dates(row)[:2], found.failures) == (("", ""), ("PubMed answers 400",))


# --- what is noted ----------------------------------------------------------------------------

ROWS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["", *STATES]),
        "state_on": st.sampled_from(["", "2024-01-01", "2025-01-01"]),
        "state_notice": st.sampled_from(["", "10.5555/a", "10.5555/b"]),
        "retraction_checked_on": st.sampled_from(["", "2026-01-01", "2027-01-01"]),
    }
)
ANNOUNCED = st.builds(
    Announcement,
    st.sampled_from(STATES),
    st.just("said"),
    st.sampled_from(["", "10.5555/a", "10.5555/b"]),
    st.sampled_from(["", "2024-01-01", "2025-01-01"]),
    st.just(("the publisher",)),
)


@settings(max_examples=examples(60))
@given(ROWS, st.lists(ANNOUNCED, max_size=3), st.sampled_from(["", "2026-06-01"]))
def test_no_look_up_makes_a_state_better_or_a_date_earlier(
    row: dict[str, str], announced: list[Announcement], answered: str
) -> None:
    content = content_of({**TEA, **row})
    told = LookedUp("lee-2021", announcements=merged(tuple(announced)), answered_on=answered)
    [after] = noted(content, [told]).rows("sources")
    rank = ["", *STATES].index
    worst = max([row["state"], *(one.state for one in announced)], key=rank)
    assert after["state"] == worst
    assert after["retraction_checked_on"] == max(row["retraction_checked_on"], answered)
    if row["state"] == after["state"] and row["state_on"]:
        assert after["state_on"] >= row["state_on"]
    same = {name for name in after if after[name] != content.rows("sources")[0][name]}
    assert same <= {"state", "state_on", "state_notice", "retraction_checked_on"}


def test_a_state_that_no_registry_knows_any_more_stays_and_is_told(
    server: Server, client: Client
) -> None:
    server.play(WORKS, crossref())
    cells = {"state": "retracted", "state_notice": "10.5555/n"}
    found, row = looked_up(client, TEA, **cells)
    assert dates(row) == (DAY, "retracted", "", "10.5555/n")
    assert "the table says retracted, and no registry does now: it stays" in to_text(
        [found], content_of({**TEA, **cells})
    )


# --- fields -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "ours", "said"),
    [
        ("title", "Green tea and sleep: a trial", "trial"),
        ("authors", "Lee, A. B.; Roe, Jo; {Tea Trial Group}", "{+van der +}Roe, Jo"),
        ("authors", "Lee, A. B.; van der Roe, Jo", "{Tea Trial Group}"),
        ("container_title", "Journal of Coffees", "Teas"),
        ("issued", "2020", "2021-03-04"),
        ("volume", "", "12"),
        ("issue", "4", "3"),
        ("page", "45-51", "45-50"),
    ],
)
def test_a_field_that_differs_is_told_and_taken_and_confirms_nothing(
    column: str, ours: str, said: str, server: Server, client: Client
) -> None:
    server.play(WORKS, recorded("crossref-sound.json"))
    row = {**TEA, column: ours, "confirmed_on": "2026-01-01"}
    found, _ = looked_up(client, row)
    assert [one.column for one in found.differences] == [column]
    assert said in str(found.differences[0])
    content = content_of(row)
    [after] = taken(content, found.differences).rows("sources")
    assert (after[column], after["confirmed_on"]) == (found.differences[0].theirs, "")
    assert looked_up(client, after)[0].differences == ()


@pytest.mark.parametrize(
    ("column", "ours"),
    [
        ("title", "GREEN TEA AND SLEEP – a <i>randomised</i> trial."),
        ("authors", "Lee, Ann; van der Roe, J.; {Tea Trial Group}"),
        ("authors", "Lee, Ann; {et al.}"),
        ("container_title", "Journal of teas"),
        *[("issued", day) for day in ("2021", "2021-05", "2021-03-04")],
        ("doi", "10.5555/TEA.2021"),
    ],
)
def test_how_a_field_is_written_is_no_difference(
    column: str, ours: str, server: Server, client: Client
) -> None:
    server.play(WORKS, recorded("crossref-sound.json"))
    server.play("/crossref/works/10.5555/TEA.2021", recorded("crossref-sound.json"))
    assert looked_up(client, {**TEA, column: ours})[0].differences == ()


def test_a_first_page_alone_is_no_difference_to_all_pages(server: Server, client: Client) -> None:
    server.play(WORKS, crossref(page="45"))
    assert looked_up(client, TEA)[0].differences == ()


# --- newer versions ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "date", "newer"),
    [
        pytest.param({"accessed": "2026-11-03"}, DAY, (), id="looked at on the day of it"),
        pytest.param(
            {"accessed": "2026-11-02"},
            "",
            (f"changed on 2026-11-03, last looked at on 2026-11-02: {LABEL['url']}",),
            id="looked at before",
        ),
        pytest.param(
            {}, "", (f"changed on 2026-11-03, never looked at: {LABEL['url']}",), id="never"
        ),
    ],
)
def test_a_label_is_held_against_the_versions_that_dailymed_has(
    seen: dict[str, str], date: str, newer: tuple[str, ...], server: Server, client: Client
) -> None:
    path = "/dailymed/spls/46dab560-8ecd-4d92-8c92-6baa2310b09b/history.json"
    server.play(path, recorded("dailymed-history.json"))
    found, row = looked_up(client, LABEL, **seen)
    assert (row["revision_checked_on"], found.newer) == (date, newer)
    assert row["retraction_checked_on"] == ""  # nobody was asked that


def page(body: str, server: Server, client: Client, **headers: str) -> tuple[str, LookedUp]:
    path = "/pages/https://example.org/guideline?a=1"
    server.play(
        path, Play(body, headers={name.replace("_", "-"): said for name, said in headers.items()})
    )
    found, row = looked_up(client, GUIDELINE, revision_checked_on="2026-06-02")
    return row["revision_checked_on"], found


def test_a_page_is_held_against_the_day_of_change_that_it_declares(
    server: Server, client: Client
) -> None:
    assert page(recorded("guideline.html"), server, client)[0] == DAY
    later = recorded("guideline.html").replace("2026-06-02T", "2026-06-03T")
    date, found = page(later, server, client)
    assert date == "2026-06-02"
    assert found.newer[0].startswith("changed on 2026-06-03, last looked at on 2026-06-02: ")


def test_a_file_is_held_against_the_day_that_its_server_gives(
    server: Server, client: Client
) -> None:
    before = "Mon, 01 Jun 2026 10:00:00 GMT"
    assert page("%PDF-1.7", server, client, Last_Modified=before)[0] == DAY
    # A page that is made for each visit was made for this one.
    assert page("<html></html>", server, client, Last_Modified=before)[0] == "2026-06-02"


def test_a_page_that_says_nothing_of_it_or_is_gone_has_to_be_looked_at(
    server: Server, client: Client
) -> None:
    date, found = page("<html>Changed on 2026-01-01</html>", server, client)
    assert (date, found.remarks) == (
        "2026-06-02",
        (f"{GUIDELINE['url']} does not say when it was last changed: look there",),
    )
    server.plays.clear()
    gone, _ = looked_up(client, GUIDELINE)
    assert gone.remarks == (f"nothing is at {GUIDELINE['url']} any more",)


def test_a_paper_is_not_looked_for_at_its_address(server: Server, client: Client) -> None:
    server.play(WORKS, crossref())
    looked_up(client, {**TEA, "url": "https://example.org/paper"})
    assert server.paths == [WORKS]


# --- which sources ----------------------------------------------------------------------------


def test_sources_with_something_to_ask_by_are_asked_about_in_their_order() -> None:
    book = {"source": "book", "type": "book", "title": "A book", "url": "https://example.org/b"}
    content = content_of(book, GUIDELINE, LABEL, TEA)
    assert sources_to_ask(content) == ["guideline", "label", "lee-2021"]
    assert sources_to_ask(content, ["lee-2021", "book", "lee-2021"]) == ["lee-2021"]
    with pytest.raises(UnknownName, match="No source 'lee-2012'"):
        sources_to_ask(content, ["lee-2012"])


def test_without_a_connection_nothing_is_answered(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in SERVICES:
        monkeypatch.setenv(service.variable, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(KetcontentError) as caught:
        look_up(content_of(TEA), ["lee-2021"], client)
    assert caught.value.message == "There is no connection: Crossref cannot be reached."
    assert caught.value.hint.startswith("Nothing was written.")


# --- the command ------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three sources on disk; nobody waits."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("ketcontent.registries.Client", partial(Client, now=lambda: NOW))
    monkeypatch.setenv("KETCONTENT_CONTACT", "ann@example.org")
    content = empty_content()
    rows: list[dict[str, Any]] = [
        {**TEA, "volume": "11"},
        {**TEA, "source": "roe-2022", "doi": "10.5555/roe"},
        {"source": "book", "type": "book", "title": "A book"},
    ]
    write_content(replace(content, sources=frame_of("sources", rows, content)), tmp_path / "data")
    return tmp_path / "data"


def run(data: Path, *words: str, answer: str | None = None) -> Result:
    options = ["--data", str(data), "--cache", str(data.parent / "cache")]
    return CliRunner().invoke(main, ["sources", "look-up", *words, *options], input=answer)


def rows_of(data: Path) -> dict[str, dict[str, Any]]:
    return {row["source"]: row for row in read_content(data).rows("sources")}


def test_the_command_notes_dates_and_takes_fields_with_one_yes(data: Path, server: Server) -> None:
    server.play(WORKS, crossref())
    server.play("/crossref/works/10.5555/roe", crossref("10.5555/roe"))
    done = run(data, answer="y\n")
    assert (done.exit_code, done.stdout) == (
        0,
        "lee-2021\n"
        "    Crossref has volume: [-11-]{+12+}\n"
        "2 sources looked up, 2 with a definite answer about retraction; 0 to ask again.\n"
        "1 source without a DOI, PubMed id or address to look up.\n"
        "Take 1 field as the registries have them? Sign-offs of sentences that cite these sources "
        "are stale then. [y/N]: y\n"
        "Took 1 field.\n",
    )
    assert re.fullmatch(r"\[1/2\] lee-2021 \(.* s\)\n\[2/2\] roe-2022 \(.* s\)\n", done.stderr)
    rows = rows_of(data)
    assert (rows["lee-2021"]["volume"], rows["lee-2021"]["retraction_checked_on"]) == ("12", DAY)
    assert rows["book"]["retraction_checked_on"] == ""


@pytest.mark.parametrize(
    ("words", "answer"),
    [((), "n\n"), ((), ""), (("--leave",), None)],
    ids=["no", "nobody to ask", "--leave"],
)
def test_without_a_yes_dates_are_noted_and_no_field_is_taken(
    words: tuple[str, ...], answer: str | None, data: Path, server: Server
) -> None:
    server.play(WORKS, crossref())
    done = run(data, "lee-2021", *words, answer=answer)
    assert "1 field, left as the table has them." in done.stdout
    assert done.exit_code == 0
    row = rows_of(data)["lee-2021"]
    assert (row["volume"], row["retraction_checked_on"]) == ("11", DAY)


def test_what_no_column_takes_costs_no_look_up(data: Path, server: Server) -> None:
    updates = [
        {"type": "retraction", "DOI": "https://doi.org/10.5555/n", "updated": {"date-parts": [day]}}
        for day in ([2024, 13, 45], [99999, 1, 1], [1066, 10, 14])
    ]
    server.play(WORKS, crossref(**{"updated-by": [*updates, {"type": "retraction", "DOI": "?"}]}))
    assert run(data, "lee-2021", "--leave").exit_code == 1
    row = rows_of(data)["lee-2021"]
    assert dates(row) == (DAY, "retracted", "", "10.5555/n")


@pytest.mark.usefixtures("server")
def test_on_a_terminal_a_bar_shows_how_many_sources_are_done(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr("sys.stderr", screen := Terminal())
    content = content_of(TEA, {**TEA, "source": "roe-2022", "doi": "10.5555/roe"})
    with show_progress("sources", at_end="") as show:
        keys = ["lee-2021", "roe-2022"]
        look_up(content, keys, client, progress=lambda *so_far: show(Progress(*so_far)))
    for said in ("sources", "0/2", "1/2", "roe-2022", "2/2"):
        assert said in screen.getvalue()


def test_a_dry_run_writes_nothing(data: Path, server: Server) -> None:
    server.play(WORKS, recorded("crossref-retracted.json"))
    before = (data / "sources.csv").read_bytes()
    done = run(data, "lee-2021", "--dry-run", "--take")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (1, "Nothing was written.")
    assert (data / "sources.csv").read_bytes() == before


def test_a_retraction_is_noted_told_and_ends_with_1(data: Path, server: Server) -> None:
    server.play(WORKS, recorded("crossref-retracted.json"))
    assert run(data, "lee-2021", "--leave").exit_code == 1
    assert rows_of(data)["lee-2021"]["state"] == "retracted"


def test_a_run_that_was_interrupted_goes_on_where_it_ended(
    data: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.play(WORKS, crossref())
    server.play("/crossref/works/10.5555/roe", crossref("10.5555/roe"))
    asked = Client.ask

    def interrupted(client: Client, *words: Any, **more: Any) -> Any:
        if "roe" in words[1]:
            raise KeyboardInterrupt
        return asked(client, *words, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Client, "ask", interrupted)
        assert run(data, "--leave").exit_code == 1
    assert rows_of(data)["lee-2021"]["retraction_checked_on"] == ""
    assert run(data, "--leave").exit_code == 0
    assert server.paths == [WORKS, "/crossref/works/10.5555/roe"]
    assert {row["retraction_checked_on"] for row in rows_of(data).values()} == {DAY, ""}


def test_offline_the_command_says_so_and_writes_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in SERVICES:
        monkeypatch.setenv(service.variable, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    before = {path: path.read_bytes() for path in data.iterdir() if path.is_file()}
    done = run(data, "--take")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error: There is no connection: Crossref cannot be reached.\n" in done.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_without_a_contact_nobody_is_asked(
    data: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KETCONTENT_CONTACT")
    done = run(data)
    assert (done.exit_code, server.asked) == (1, [])
    assert "error: Registries ask who is calling.\n" in done.stderr
