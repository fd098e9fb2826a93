"""What was signed is what a page shows: each change of `tests/attacks/signed.csv` is seen."""

from __future__ import annotations

import csv
import datetime
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ketcontent import assemble, check, read_content, with_signoffs, write_content
from ketcontent.approvals.signing import open_statements, sign_off
from ketcontent.building.builds import build
from ketcontent.checks.release import release_faults
from ketcontent.cli import main
from ketcontent.errors import BrokenTables, NotReady
from ketcontent.markup.templates import english
from ketcontent.model.content import Content, empty_content, frame_of, rows_of
from ketcontent.model.floor import shipped_policies

DAY = datetime.date(2026, 11, 1)

FOLDER = Path(__file__).parent.parent / "attacks"

with (FOLDER / "signed.csv").open(encoding="utf-8", newline="") as _file:
    ATTACKS = list(csv.DictReader(_file))


def _statement(key: str, position: int, block: int, **cells: Any) -> dict[str, Any]:
    """A row of statements; its key begins with that of its section."""
    base = {"document": "page", "statement": key, "section": key[0], "form": "paragraph"}
    return {**base, "block": block, "position": position, "kind": "background", **cells}


SLEPT = "In a small trial 12 of 30 people slept on aspirin, and 6 of 30 on placebo. [@lee-2020]"


@cache
def signed_page() -> Content:
    """A page that two people have signed in full."""
    content = empty_content()
    cited = {"kind": "benefit", "certainty": "low"}
    risk = {"kind": "risk", "certainty": "low", "form": "item"}
    about = {"audience": "Adults", "purpose": "Know what it does", "funding": "Nobody"}
    link = 'Ask [a GP](https://gp.example "who to ask").'
    source = {"source": "lee-2020", "type": "article-journal", "title": "A trial of aspirin"}
    evidence = {"document": "page", "source": "lee-2020", "role": "supports"}
    term = {"term": "GP", "language": "en", "expansion": "general practitioner", "plain": "doctor"}
    policies = shipped_policies()
    tables: dict[str, list[dict[str, Any]]] = {
        "documents": [
            {"document": "page", "title": "Aspirin", "language": "en", "review_every_days": 365}
            | about
        ],
        "sections": [
            {"document": "page", "section": key, "position": place, "supplied_run_in": False}
            | {"number": number, "heading": heading}
            for key, place, number, heading in (
                ("l", 10, "", ""),
                ("a", 20, "1.", "How well it works"),
                ("b", 30, "2.", "What can go wrong"),
            )
        ],
        "statements": [
            _statement("l-1", 10, 1, notice="staff", form="notice"),
            _statement("l-2", 20, 2, text=link),
            _statement("a-1", 10, 1, text="It may ease pain. [@lee-2020]", **cited),
            _statement("a-2", 20, 1, text="It may ease a headache.", **cited),
            _statement("a-3", 30, 2, text="This is rare."),
            _statement("a-4", 40, 3, text=SLEPT, **cited),
            _statement("b-1", 10, 1, text="It may cause bleeding. [@lee-2020]", **risk),
            _statement("b-2", 20, 2, text="It may upset the stomach.", author="cy", **risk),
        ],
        "notices": [
            {"notice": "staff", "language": "en", "text": "Take it only if a doctor agrees."}
        ],
        "sources": [
            {
                **source,
                "doi": "10.1234/one",
                "issued": "2020",
                "authors": "Lee, Ada",
                "unconfirmed": "pages",
            }
        ],
        "evidence": [
            {**evidence, "statement": key, "finding": "Pain fell by a third."}
            for key in ("a-1", "b-1")
        ]
        + [
            {**evidence, "statement": "a-4", "finding": "12 of 30 and 6 of 30 slept."}
            | {"treatment": "aspirin", "events": 12, "total": 30, "comparator": "placebo"}
            | {"comparator_events": 6, "comparator_total": 30}
        ],
        "terms": [{**term, "definition": "The doctor you see first."}],
        "people": [
            {
                "person": "ada",
                "name": "Ada",
                "profession": "physician",
                "credential": "MD",
                "conflicts": "none",
            },
            {"person": "bo", "name": "Bo", "conflicts": "none"},
            {"person": "cy", "name": "Cy", "conflicts": "none"},
        ],
        "policies": [{"kind": kind, "capacity": capacity} for kind, capacity in policies],
        "strings": [
            {"string": name, "language": "en", "text": text}
            for name, text in english().texts.items()
        ],
    }
    frames = {name: frame_of(name, rows, content) for name, rows in tables.items()}
    content = replace(content, **frames)
    for capacity, person in (("clinical", "ada"), ("editorial", "bo"), ("lay", "bo")):
        for one in open_statements(content, "page", capacity):
            content = sign_off(
                *(content, "page", one.statement), person=person, capacity=capacity, signed_on=DAY
            )
    return content


def attacked(content: Content, attack: dict[str, str]) -> Content:
    """Return the tables with the cells of an attack changed, which are as it says."""
    table, column = attack["table"], attack["column"]
    rows = rows_of(getattr(content, table))
    key = content.schemas[table].key if table != "signoffs" else ("statement",)
    parts = (attack[name].split("|") for name in ("row", "from", "to"))
    for name, was, now in zip(*parts, strict=True):
        found = [row for row in rows if "/".join(str(row[part]) for part in key) == name]
        assert found, name
        for row in found:
            assert str(row[column] or "") == was
            row[column] = now or None
    return replace(content, **{table: frame_of(table, rows, content)})


def faults(content: Content) -> set[tuple[str, str]]:
    return {(f"{one.table} {one.key}", one.rule) for one in check(content, ["page"], as_of=DAY)}


def state(content: Content, section: str = "") -> str:
    return with_signoffs(content, assemble(content, "page", section=section)).state


def test_before_an_attack_the_page_is_reviewed() -> None:
    content = signed_page()
    assert [state(content), state(content, "a")] == ["reviewed", "reviewed"]
    assert not [rule for _, rule in faults(content) if rule.startswith(("sign-off", "state-"))]


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one["attack"])
def test_what_was_not_signed_is_not_reviewed_and_named(attack: dict[str, str]) -> None:
    content = attacked(signed_page(), attack)
    assert (attack["named"], attack["rule"]) in faults(content)
    if attack["rule"].startswith("state-"):  # the page goes on saying what is shipped
        drawn = [
            with_signoffs(one, assemble(one, "page")).to_html() for one in (signed_page(), content)
        ]
        assert drawn[0] == drawn[1]
        assert attack["to"] not in drawn[1].replace("Reviewed.", "", 1)
    else:
        assert state(content) != "reviewed"
        assert "Every sentence was approved" not in assembled(content)


def assembled(content: Content) -> str:
    return with_signoffs(content, assemble(content, "page")).to_html()


@pytest.mark.parametrize(
    "attack",
    [
        one
        for one in ATTACKS
        if one["table"] in ("statements", "sections", "terms", "documents")
        and one["column"] not in ("term", "language")  # then its row bears another key
    ],
    ids=lambda one: one["attack"],
)
def test_what_is_put_back_is_signed_again(attack: dict[str, str]) -> None:
    back = {**attack, "from": attack["to"], "to": attack["from"]}
    content = attacked(signed_page(), attack)
    assert state(attacked(content, back)) == "reviewed"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("heading:c", "There is no page/c in sections.csv."),
        ("title:other", "There is no page/other in documents.csv."),
        ("a-9", "There is no page/a-9 in statements.csv."),
    ],
)
def test_a_sign_off_is_for_something_that_is_there(tmp_path: Path, key: str, said: str) -> None:
    content = signed_page()
    write_content(content, tmp_path)
    path = tmp_path / "signoffs.csv"
    path.write_text(path.read_text("utf-8").replace(",heading:a,", f",{key},"), "utf-8")
    with pytest.raises(BrokenTables) as raised:
        read_content(tmp_path)
    assert {one.message for one in raised.value.report} == {said}


def test_the_sign_off_of_a_term_outlives_it(tmp_path: Path) -> None:
    content = signed_page()
    write_content(replace(content, terms=content.terms.iloc[:0]), tmp_path)
    assert "term:GP" in set(read_content(tmp_path).signoffs["statement"])


def test_a_glossary_without_a_term_that_was_signed_asks_for_the_title_again_and_names_it() -> None:
    content = signed_page()
    content = replace(content, terms=content.terms.iloc[:0])
    assert (state(content), state(content, "a")) == ("part-reviewed", "part-reviewed")
    assert ("documents page", "sign-off-stale") in faults(content)
    gone = [one for one in release_faults(content, ["page"])["page"] if one.table == "signoffs"]
    assert {one.rule for one in gone} == {"signed-and-gone"}
    assert gone[0].message == (
        "bo approved 'term:GP' on 2026-11-01, and the page shows it no longer: GP: general "
        "practitioner; doctor; The doctor you see first."
    )
    for capacity, person in (("clinical", "ada"), ("editorial", "bo"), ("lay", "bo")):
        for one in open_statements(content, "page", capacity):
            assert one.statement == "title:page"
            content = sign_off(content, "page", "title:page", person=person, capacity=capacity)
    assert state(content) == "reviewed"


def test_a_new_paragraph_asks_for_its_own_sign_offs_and_for_that_of_its_heading() -> None:
    content = signed_page()
    rows = [
        *rows_of(content.statements),
        _statement("b-3", 30, 3, text="It may cause a rash.", kind="risk", form="item"),
    ]
    content = replace(content, statements=frame_of("statements", rows, content))
    signoffs = {one for one in faults(content) if one[1].startswith("sign-off")}
    assert signoffs == {
        ("statements page/b-3", "sign-off-missing"),
        ("sections page/b", "sign-off-stale"),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "attack",
    # What is no profession of the list is refused where the table is read.
    [one for one in ATTACKS if one["column"] != "profession"][::6],
    ids=lambda one: one["attack"],
)
def test_a_release_and_the_check_for_it_name_what_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attack: dict[str, str]
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1793577600")  # 2 November 2026
    data = tmp_path / "data"
    write_content(attacked(signed_page(), attack), data)
    said = CliRunner().invoke(main, ["check", "--release", "--data", str(data)])
    assert said.exit_code == 1
    assert f"[{attack['rule']}]" in said.output
    assert "Ready for release." not in said.output
    with pytest.raises(NotReady) as raised:
        build(data=data, exports=tmp_path / "exports", release=True)
    assert attack["named"] in {f"{one.table} {one.key}" for one in raised.value.report}
