"""A slice says of its page what the whole says, and judging slices is judging the whole."""

from __future__ import annotations

import datetime
import functools
import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent.approvals.overview import list_documents, with_signoffs
from ketcontent.approvals.signing import sign_off
from ketcontent.approvals.status import signoff_statuses
from ketcontent.checks import runner
from ketcontent.checks.runner import check, check_page, judge_page, with_places
from ketcontent.checks.support import judge_sources
from ketcontent.checks.waivers import current_waivers, judge_waivers
from ketcontent.diagnostics import Report
from ketcontent.importing.rows import import_page
from ketcontent.model.content import Content, frame_of
from ketcontent.model.page_slices import slice_of, slices, table_hashes
from ketcontent.model.store import copy_content, read_content
from ketcontent.pages.assembly import PageView, assemble
from ketcontent.pages.blocks import Edition
from tests.benchmarks.library import library
from tests.conftest import PAGES, ROOT
from tests.laws import examples
from tests.model.reading import faults_in

DAY = datetime.date(2026, 11, 23)
EDITIONS: tuple[Edition, ...] = ("current", "supplied")
OURS = tuple(PAGES)

TERMS = (
    *("PTSD", "AT&T", "foo bar", "a_b", "C*", "Green tea", "caffeine", "İt", "pain. It", "%"),
    *("Pain: It", "zebra", "x-ray", "fever Side"),
)
FRAGMENTS = (
    *("**PT**SD", "AT&amp;T", "foo \\*bar\\*", "[foo](https://example.org) bar", "It may help."),
    *("[@src-a]", "[@src-b; @src-c]", "C\\*", "a\\_b", "“A trial of tea for all people”", "foo"),
    *(
        "bar",
        "x\u2011ray",
        "caf\u00adfeine",
        "`P`TSD",
        "*A trial* of tea for all people",
        "suicide",
    ),
)
TITLES = ("A trial of tea for all people", "Tea", "zebra", "Foo: bar and x-ray", "%")
WAIVED = (
    *(("terms", "PTSD/en"), ("sources", "src-a"), ("notices", "crisis-canada/en")),
    *(("statements", "aspirin/uses-1"), ("documents", "tea"), ("topics", "addiction")),
)


@functools.cache
def received() -> Content:
    """The shipped page and two short ones, as they were received."""
    content = read_content(ROOT / "data")
    for document, text in PAGES.items():
        content = import_page(content, text, document=document)
    person = {
        "person": "ada",
        "name": "Ada",
        "profession": "physician",
        "credential": "MD",
        "conflicts": "None.",
    }
    return replace(content, people=frame_of("people", [person], content))


def with_rows(content: Content, table: str, rows: list[dict[str, Any]]) -> Content:
    frame = pd.concat([getattr(content, table), frame_of(table, rows, content)], ignore_index=True)
    key = list(content.schemas[table].key)
    frame = frame.drop_duplicates(key, keep="last").sort_values(key, ignore_index=True)
    tables: dict[str, Any] = {table: frame}
    return replace(content, **tables)


def made(seed: int) -> Content:
    """Several pages: edited, cited, signed, waived, with markup in their words.

    Made from a seed, since a Content is too large for hypothesis to print.
    """
    chance = random.Random(seed)
    content = received()
    sources = [
        {"source": f"src-{letter}", "type": "article-journal", "title": chance.choice(TITLES)}
        for letter in "abcd"
    ]
    content = with_rows(content, "sources", sources)
    terms = [
        {"term": term, "language": "en", "definition": "Said."}
        | {name: chance.choice(["", "a word"]) for name in ("expansion", "plain")}
        for term in chance.sample(TERMS, chance.randint(0, len(TERMS)))
    ]
    content = with_rows(content, "terms", terms)
    frame = content.statements.copy()
    for row in frame.index[frame["document"].isin(OURS)]:
        frame.loc[row, "kind"] = chance.choice(["", "benefit", "risk", "advice"])
        if chance.random() < 0.6:
            words = chance.choices(FRAGMENTS, k=chance.randint(1, 5))
            frame.loc[row, "text"] = " ".join(["So", *words])
        elif chance.random() < 0.3:
            frame.loc[row, ["text", "notice"]] = ["", chance.choice(NOTICES)]
    content = replace(content, statements=frame)
    waivers = [
        {"table": table, "row": row, "rule": "promotion", "reason": "Why"}
        | {"until": chance.choice(["2020-01-01", "2030-01-01"])}
        for table, row in chance.sample(WAIVED, chance.randint(0, len(WAIVED)))
        if row in keys(content, table)
    ]
    content = with_rows(content, "waivers", waivers)
    for document in OURS:
        for one in assemble(content, document).sections[0].statements:
            if chance.random() < 0.4:
                content = sign_off(
                    content,
                    document,
                    one.statement,
                    person="ada",
                    capacity=chance.choice(["editorial", "clinical"]),
                    signed_on=DAY,
                )
    return content


NOTICES = ("crisis-canada", "crisis-elsewhere")

laws = settings(max_examples=examples(12), database=None)
seeds = st.integers(0, 10**9)


def keys(content: Content, table: str) -> set[str]:
    frame = getattr(content, table)
    columns = (frame[name] for name in content.schemas[table].key)
    return {"/".join(key) for key in zip(*columns, strict=True)}


def report_of_the_whole(content: Content, editions: tuple[Edition, ...]) -> Report:
    """What `check` says, with every judge looking at all tables."""
    found = [
        one
        for document in content.documents["document"]
        for one in judge_page(PageView(content, document), editions=editions, as_of=DAY)
    ]
    if "current" in editions:
        found += judge_sources(content)
    waived = current_waivers(content, DAY)
    left = [one for one in found if (one.table, one.key, one.rule) not in waived]
    return Report.of(with_places(left + judge_waivers(content, found, ()), content))


@pytest.mark.slow
@laws
@given(seeds)
def test_a_slice_reads_stands_and_is_judged_as_the_whole(seed: int) -> None:
    content = made(seed)
    for document, rows in slices(content, list(content.documents["document"])):
        for edition in EDITIONS:
            page, of_slice = (assemble(one, document, edition=edition) for one in (content, rows))
            assert of_slice == page
            assert with_signoffs(rows, of_slice) == with_signoffs(content, page)
        standing = [signoff_statuses(PageView(one, document)) for one in (rows, content)]
        assert standing[0] == standing[1]
        digests = [[(one.signed.digest, one.signed.older) for one in some] for some in standing]
        assert digests[0] == digests[1]
        assert judge_page(PageView(rows, document), editions=EDITIONS, as_of=DAY) == judge_page(
            PageView(content, document), editions=EDITIONS, as_of=DAY
        )


@pytest.mark.slow
@laws
@given(seeds)
def test_checking_slices_gives_the_report_of_the_whole(seed: int) -> None:
    content = made(seed)
    for editions in (("current",), EDITIONS):
        assert check(content, editions=editions, as_of=DAY) == report_of_the_whole(
            content, editions
        )


@pytest.mark.slow
@laws
@given(seeds)
def test_a_slice_is_sound(seed: int) -> None:
    content = made(seed)
    with TemporaryDirectory() as folder:
        for document, rows in slices(content, OURS):
            copy_content(rows, Path(folder, document))
            assert str(faults_in(Path(folder, document))) == "No faults."


@pytest.mark.slow
@laws
@given(seeds)
def test_a_row_that_is_not_in_a_slice_changes_nothing_of_its_page(seed: int) -> None:
    content, chance = made(seed), random.Random(seed)
    document = chance.choice(OURS)
    rows = slice_of(content, document)
    table, column = chance.choice([("terms", "plain"), ("sources", "title"), ("notices", "text")])
    frame = getattr(content, table).copy()
    there = keys(rows, table)
    columns = [frame[name] for name in content.schemas[table].key]
    away = ["/".join(key) not in there for key in zip(*columns, strict=True)]
    frame.loc[away, column] = "Changed."
    tables: dict[str, Any] = {table: frame}
    changed = replace(content, **tables)
    assert table_hashes(slice_of(changed, document)) == table_hashes(rows)
    for edition in EDITIONS:
        assert assemble(changed, document, edition=edition) == assemble(
            content, document, edition=edition
        )
    assert judge_page(PageView(changed, document), editions=EDITIONS, as_of=DAY) == judge_page(
        PageView(content, document), editions=EDITIONS, as_of=DAY
    )


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("PTSD", "It is **PT**SD."),
        ("AT&T", "It is AT&amp;T."),
        ("C*", "It is C\\*."),
        ("a_b", "It is a\\_b."),
        ("foo bar", "See [foo](https://example.org/long) bar."),
        ("tea cup", "A tea [@src-a] cup."),
        ("x-ray", "An x\u2011ray."),
    ],
)
def test_markup_does_not_lose_a_term(term: str, text: str) -> None:
    content = with_rows(
        received(), "terms", [{"term": term, "language": "en", "definition": "Said."}]
    )
    frame = content.statements.copy()
    frame.loc[frame.index[frame["document"] == "aspirin"][0], "text"] = text
    assert term in list(slice_of(replace(content, statements=frame), "aspirin").terms["term"])


def test_a_term_is_found_among_hundreds() -> None:
    """Few are looked for one by one, and many by the runs of letters that the page has."""
    spare = [f"w{number:03}word" for number in range(300)]
    rows = [{"term": one, "language": "en", "definition": "Said."} for one in (*spare, "tea cup")]
    content = with_rows(received(), "terms", rows)
    frame = content.statements.copy()
    text = "A tea cup, and w007word."
    frame.loc[frame.index[frame["document"] == "aspirin"][0], "text"] = text
    found = list(slice_of(replace(content, statements=frame), "aspirin").terms["term"])
    assert [one for one in found if one in (*spare, "tea cup")] == ["tea cup", "w007word"]


@pytest.mark.slow
def test_the_shipped_page_is_judged_on_its_part_as_on_the_whole() -> None:
    content = read_content(ROOT / "data")
    assert check_page(PageView(content, "ketamine")) == check(content, ["ketamine"])
    for editions in (("current",), ("supplied",), EDITIONS):
        assert check(content, editions=editions, as_of=DAY) == report_of_the_whole(
            content, editions
        )


@pytest.mark.slow
def test_many_pages_are_judged_alike_on_one_core_and_on_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = library(5)
    monkeypatch.setattr(runner, "MANY_PAGES", 2)
    monkeypatch.setattr(runner, "usable_cores", lambda: 1)
    one = check(content, as_of=DAY)
    monkeypatch.setattr(runner, "usable_cores", lambda: 2)
    assert check(content, as_of=DAY) == one == report_of_the_whole(content, ("current",))


def test_the_index_of_parts_is_the_index_of_the_whole() -> None:
    content = received()
    for entry in list_documents(content).entries:
        page = with_signoffs(content, assemble(content, entry.document))
        assert (entry.name, entry.state, entry.supplied) == (page.name, page.state, page.received)


def test_the_rows_of_a_library_of_any_size_begin_with_those_of_a_smaller_one() -> None:
    small, large = library(2), library(3)
    for table in ("documents", "sections", "statements", "sources", "evidence"):
        rows = getattr(small, table)
        assert getattr(large, table)[: len(rows)].equals(rows), table
