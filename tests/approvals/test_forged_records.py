"""Who takes something from a page and from its record is found out without a manifest."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ketcontent.approvals.overview import with_signoffs
from ketcontent.approvals.record_parts import part_mismatches
from ketcontent.approvals.record_signatures import signature_mismatches
from ketcontent.approvals.records import record
from ketcontent.approvals.signing import open_statements, sign_off
from ketcontent.approvals.verification import hold
from ketcontent.cli import main
from ketcontent.model.content import Content, empty_content, frame_of, rows_of
from ketcontent.pages.assembly import assemble
from tests.approvals.test_signatures import BO, CY, SPACE
from tests.approvals.test_signed_attacks import DAY, signed_page
from tests.conftest import ROOT
from tests.packets.made import tea_in_lists

Record = dict[str, Any]

KEYS = {"ada": CY, "bo": BO}


@cache
def content() -> Content:
    """The page that two people have signed in full, each with a key of their own."""
    rows = [
        {**row, "form": "item-2"} if row["statement"] == "b-2" else row
        for row in rows_of(signed_page().statements)
    ]
    unsigned = replace(
        signed_page(),
        statements=frame_of("statements", rows, signed_page()),
        signoffs=empty_content().signoffs,
    )
    since = {"namespace": SPACE, "valid_from": "2026-01-01"}
    rows = [
        {"signing_key": f"{person}-1", "person": person, "public_key": key.public, **since}
        for person, key in KEYS.items()
    ]
    return signed_in_full(replace(unsigned, signing_keys=frame_of("signing_keys", rows, unsigned)))


def signed_in_full(made: Content) -> Content:
    """The tables with all sign-offs that the page lacks."""
    for capacity, person in (("clinical", "ada"), ("editorial", "bo"), ("lay", "bo")):
        for one in open_statements(made, "page", capacity):
            who = {"person": person, "capacity": capacity, "signing_key": KEYS[person]}
            made = sign_off(made, "page", one.statement, signed_on=DAY, **who)
    return made


def files_of(content: Content, *sections: str) -> dict[str, str]:
    """The whole page and some sections of it, as each is written."""
    files = {}
    for name, section in (("index", ""), *((f"sections/{one}", one) for one in sections)):
        page = with_signoffs(content, assemble(content, "page", section=section))
        files |= {f"{name}.html": page.to_html(), f"{name}.md": page.to_markdown()}
    return files


@cache
def recorded() -> Record:
    return json.loads(json.dumps(record(content(), "page", files_of(content(), "a"))))


def faults(said: Record, names: Iterable[str] = ("index.html", "index.md")) -> list[str]:
    """What is found in a record, held to itself and to what was signed."""
    parts = [str(one) for name in names for one in part_mismatches(said, name)[0]]
    return [*dict.fromkeys(parts), *(str(one) for one in signature_mismatches(said)[0])]


def with_rows(table: str, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Content:
    """The signed page with the rows of one table changed, or without those that are None then."""
    rows = [made for row in rows_of(getattr(content(), table)) if (made := change(dict(row)))]
    return replace(content(), **{table: frame_of(table, rows, content())})


def is_of_signer(shown: Any) -> bool:
    return isinstance(shown, str) and " review, " in shown


def forged(other: Content) -> Record:
    """A record of other tables that has of each part what was signed of the true one.

    So would somebody write it who has the record and the pages, and none of the keys.
    """
    said = json.loads(json.dumps(record(other, "page", files_of(other))))
    for name, part in (("statement", "statements"), ("key", "around")):
        true = {one[name]: one for one in recorded()[part]}
        for one in said[part]:
            for column in ("digest", "sign_offs", "covers"):
                one[column] = true[one[name]][column]
    said["signing_keys"] = recorded()["signing_keys"]
    for name, shown in said["pages"].items():
        others = [one for one in shown if isinstance(one, list) or not is_of_signer(one)]
        signers = [one for one in recorded()["pages"][name] if is_of_signer(one)]
        said["pages"][name] = [*others, *signers]
    return said


def without(table: str, column: str, *keys: str) -> Content:
    return with_rows(table, lambda row: None if row[column] in keys else row)


def cell(table: str, column: str, key: str, **cells: Any) -> Content:
    return with_rows(table, lambda row: {**row, **cells} if row[column] == key else row)


def test_what_nobody_forged_holds() -> None:
    assert {one["proof"] for part in recorded()["statements"] for one in part["sign_offs"]} == {
        "checked"
    }
    assert faults(recorded(), recorded()["files"]) == []


def test_a_source_that_a_statement_rests_on_and_does_not_cite_is_not_missed() -> None:
    [row] = [row for row in rows_of(content().evidence) if row["statement"] == "a-1"]
    rows = [*rows_of(content().evidence), {**row, "statement": "a-2"}]
    made = signed_in_full(replace(content(), evidence=frame_of("evidence", rows, content())))
    said = json.loads(json.dumps(record(made, "page", files_of(made))))
    [one] = [one for one in said["statements"] if one["statement"] == "a-2"]
    assert (one["sources"], ["uncited", "lee-2020"] in one["covers"]) == ([], True)
    assert faults(said, said["files"]) == []


def test_the_shipped_pages_hold_to_their_record() -> None:
    said = json.loads((ROOT / "exports/ketamine/record.json").read_bytes())
    assert [part_mismatches(said, name) for name in said["files"]] == [([], [])] * len(
        said["files"]
    )


def test_lists_in_lists_tables_and_what_is_folded_hold_to_their_record() -> None:
    tea = tea_in_lists()
    rows = [
        {**row, "layer": "more" if place % 3 else ""}
        for place, row in enumerate(rows_of(tea.statements))
    ]
    folded = replace(tea, statements=frame_of("statements", rows, tea))
    page = assemble(folded, "tea")
    said = record(folded, "tea", {"index.html": page.to_html(), "index.md": page.to_markdown()})
    assert [part_mismatches(said, name) for name in said["files"]] == [([], []), ([], [])]


ROWS = "statements", "statement"
TAKEN = {
    "a citation": (
        cell(*ROWS, "a-1", text="It may ease pain."),
        "what was signed is another source than the record has",
        "a-1: the record has it cite 'lee-2020', and index.md does not",
    ),
    "the last sentence under a heading": (
        without(*ROWS, "b-2"),
        "b-2: signed with 'heading:b', and the record has it no longer",
        "b-2: the record has it, and index.html does not show it",
    ),
    "a notice": (
        without(*ROWS, "l-1"),
        "l-1: signed with 'title:page', and the record has it no longer",
        "l-1: the record has it, and index.md does not show it",
    ),
    "a section": (
        without("statements", "section", "b"),
        "b-1: signed with 'heading:b', and the record has it no longer",
        "b-1: the record has it, and index.html does not show it",
    ),
    "a heading": (
        cell("sections", "section", "b", heading="", number=""),
        "b-1: it was not there when it was signed with 'title:page'",
        "heading:b: index.html does not show it before what stands under it",
    ),
    "a sentence from under its heading": (
        cell(*ROWS, "b-2", section="a", block=9, position=90),
        "b-2: it was not there when it was signed with 'heading:a'",
        "b-2: index.html shows it elsewhere than the record has it",
    ),
    "a sentence from its place": (
        cell(*ROWS, "a-3", block=1, position=15),
        "a-3: it stood elsewhere when it was signed with 'heading:a'",
        "a-3: index.md shows it elsewhere than the record has it",
    ),
    "a term": (
        without("terms", "term", "GP"),
        "term:GP: signed with 'title:page', and the record has it no longer",
        "term:GP: index.md does not explain it as the record does",
    ),
    "a grade": (
        cell(*ROWS, "a-2", certainty=""),
        "what was signed is another certainty than the record has",
        "a-2: the record has it marked 'low certainty', and index.html does not",
    ),
}


@pytest.mark.parametrize("what", TAKEN)
def test_what_was_taken_from_a_page_and_its_record_is_named(what: str) -> None:
    other, of_the_record, of_the_page = TAKEN[what]
    forgery = forged(other)
    assert of_the_record in "\n".join(faults(forgery))
    # The record of the true page, in which only what the files show was written anew.
    said = {**recorded(), "pages": forgery["pages"], "files": forgery["files"]}
    assert of_the_page in faults(said)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"doi": "10.9999/one"}, "has no link to https://doi.org/10.1234/one, as was signed"),
        ({"title": "A triumph of aspirin"}, "does not tell its title, as was signed"),
        ({"unconfirmed": ""}, "does not tell its fields that nobody confirmed, as was signed"),
    ],
)
def test_a_reference_that_was_changed_on_a_page_and_in_its_record_is_named(
    cells: dict[str, str], said: str
) -> None:
    found = faults(forged(cell("sources", "source", "lee-2020", **cells)))
    assert found == [f"source lee-2020: {name} {said}" for name in ("index.html", "index.md")]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            cell("documents", "document", "page", title="Cure"),
            "title:page: {} does not tell its title, as was signed",
        ),
        (
            cell("documents", "document", "page", audience="Everybody"),
            "title:page: {} does not tell its audience, as was signed",
        ),
        (
            cell("documents", "document", "page", funding="A maker of it"),
            "title:page: {} does not tell its funding, as was signed",
        ),
        (
            cell("statements", "statement", "l-2", text="Ask [a GP](https://bad.example)."),
            "l-2: {} has no link to https://gp.example, as was signed",
        ),
        (
            cell("statements", "statement", "b-2", text="It may [upset](tel:900) the stomach."),
            "b-2: {} links to tel:900, which nobody signed",
        ),
    ],
)
def test_what_a_page_tells_or_links_to_otherwise_than_was_signed_is_named(
    other: Content, said: str
) -> None:
    found = faults(forged(other))
    assert {said.format(name) for name in ("index.html", "index.md")} <= {*found}


def test_a_title_that_the_frame_alone_tells_is_not_told() -> None:
    name = "index.html"
    said = copy.deepcopy(recorded())
    said["files"][name]["links"].insert(0, "#_main")
    said["files"][name]["link_words"].insert(0, "Skip to the page")
    said["pages"][name].insert(0, "Aspirin")
    assert faults(said, [name]) == []
    said["pages"][name][1] = "Cure"
    assert faults(said, [name]) == [f"title:page: {name} does not tell its title, as was signed"]


def test_a_heading_that_the_list_of_contents_alone_has_is_missed() -> None:
    name = "index.html"
    said = copy.deepcopy(recorded())
    title = "1. How well it works"
    _, heading = (at for at, one in enumerate(said["pages"][name]) if one == title)
    said["pages"][name][heading] = "1. It works"
    assert faults(said, [name]) == [
        f"heading:a: {name} does not show it before what stands under it"
    ]


@pytest.mark.parametrize("name", ["index.html", "index.md", "sections/a.html"])
def test_the_legend_of_grades_is_missed(name: str) -> None:
    said = copy.deepcopy(recorded())
    legend = [one for one in said["pages"][name] if "Limited evidence." in one]
    said["pages"][name].remove(*legend)
    assert f"page: {name} does not say what 'low certainty' means" in faults(said, [name])


def test_a_page_that_calls_itself_reviewed_is_held_to_the_sign_offs_of_its_record() -> None:
    said = copy.deepcopy(recorded())
    said["statements"][0]["sign_offs"] = [{"capacity": "lay", "state": "stale", "person": "bo"}]
    assert faults(said, ["index.html"]) == [
        "l-1: index.html says that it is reviewed, and its lay sign-off is stale"
    ]


def test_what_a_section_repeats_for_a_reader_in_crisis_each_of_them_has_to() -> None:
    said = json.loads((ROOT / "exports/ketamine/record.json").read_bytes())
    name = "sections/ask-and-tell.html"
    said["pages"][name].remove(["lede-crisis-4"])
    assert faults(said, [name]) == [
        f"lede-crisis-4: the record has it, and {name} does not show it"
    ]


def test_verify_says_what_it_held_to_what_and_what_nobody_can_tell(tmp_path: Path) -> None:
    for name, text in files_of(content()).items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "record.json").write_text(json.dumps(recorded()), "utf-8")
    held = hold(tmp_path / "index.md")
    assert held.departures == []
    assert [one.split(":")[0] for one in held.checked] == [
        "each byte of the file against the record",
        "the record against itself",
        "12 parts of the record against what was signed",
    ]
    assert "What nobody signed may be gone from both, or new in both" in held.unchecked[0]
    older = copy.deepcopy(recorded())
    del older["files"]["index.md"]["lines"]
    (tmp_path / "record.json").write_text(json.dumps(older), "utf-8")
    held = hold(tmp_path / "index.md")
    assert any("whether index.md shows all that its record has" in one for one in held.unchecked)
    assert len(held.checked) == 2
    other = {**recorded(), "language": "de"}
    (tmp_path / "record.json").write_text(json.dumps(other), "utf-8")
    held = hold(tmp_path / "index.md")
    assert any("how sure the evidence is and whether" in one for one in held.unchecked)
    assert "grades" not in "".join(held.checked)
    said = CliRunner().invoke(main, ["verify", str(tmp_path / "index.md")]).output
    assert "Checked: 12 parts of the record against what was signed.\n" in said
