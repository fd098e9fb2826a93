"""Why a run is to be made: each reason, and the order in which they are asked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from ketcontent.building.cache import CacheEntry
from ketcontent.building.decide import Now, why_record, why_stale
from ketcontent.dependencies import Dependency

NAMES = ("tea/index.html", "tea/index.md")
READ: dict[Dependency, str] = {
    ("page", "tea", "current", ""): "page",
    ("page", "tea", "current", "uses"): "section",
    ("table", "terms"): "terms",
    ("day",): "2026-01-31",
    ("file", os.path.abspath("extra.txt")): "text",
    ("folder", os.path.abspath("extra")): "names",
    ("place", os.path.abspath("later.txt")): "",
}
ENTRY = CacheEntry(
    "key", "tables", tuple(READ.items()), {name: f"hash of {name}" for name in NAMES}
)
NOT_KNOWN = "it is not known from what it was made, if it ever was"
NOT_FOLLOWED = "its notebook uses what cannot be followed, so it runs every time"
CODE = "its notebook, a template, ketcontent, a package or what it may lead to changed"


def now(
    changed: Sequence[Dependency] = (),
    *,
    exports: Mapping[str, str] = {},
    rows: Mapping[str, list[str]] = {},
) -> Now:
    """Return how things are where only these dependencies, exports and rows have changed."""
    return Now(
        "key",
        "tables" if not changed else "other tables",
        lambda one: "changed" if one in changed else READ[one],
        lambda name: exports.get(name, f"hash of {name}"),
        lambda: rows,
    )


def never(*_: object) -> str:
    raise AssertionError("This need not be asked.")


def test_nothing_is_run_again_of_which_nothing_changed() -> None:
    assert why_stale(ENTRY, NAMES, now()) == ""


def test_a_run_that_the_cache_does_not_know_is_run_and_nothing_else_is_asked() -> None:
    assert why_stale(None, NAMES, Now("key", "tables", never, never, dict)) == NOT_KNOWN


@pytest.mark.parametrize("read", [None, ((("unknown", "os.fork"), ""),)])
def test_a_run_that_cannot_be_followed_is_run_whatever_its_code_is(
    read: tuple[tuple[Dependency, str], ...] | None,
) -> None:
    for key in ("key", "another"):
        entry = replace(ENTRY, read=read)
        assert why_stale(entry, NAMES, Now(key, "tables", never, never, dict)) == NOT_FOLLOWED


@pytest.mark.parametrize("code", ["another", "zzz"])
def test_a_run_of_other_code_is_run_whatever_it_read(code: str) -> None:
    assert why_stale(ENTRY, NAMES, Now(code, "tables", never, never, dict)) == CODE


@pytest.mark.parametrize("name", NAMES)
def test_an_export_that_was_harmed_is_named_before_what_was_read_is_looked_at(name: str) -> None:
    gone, edited = now(exports={name: ""}), now(exports={name: "other"})
    assert why_stale(ENTRY, NAMES, replace(gone, hash_of=never)) == f"{name} is not there"
    said = f"{name} is not as it was written"
    assert why_stale(ENTRY, NAMES, replace(edited, hash_of=never)) == said


def test_an_export_that_the_run_never_wrote_is_not_as_it_was_written() -> None:
    said = why_stale(ENTRY, [*NAMES, "tea/new.html"], now())
    assert said == "tea/new.html is not as it was written"


@pytest.mark.parametrize(
    ("dependency", "said"),
    [
        (("page", "tea", "current", ""), "the page changed: statements tea/a, terms OTC"),
        (("page", "tea", "current", "uses"), "section uses changed: statements tea/a, terms OTC"),
        (("table", "terms"), "terms.csv changed: terms OTC"),
        (("day",), "it depends on the day, and another one has come"),
        (("file", os.path.abspath("extra.txt")), "extra.txt changed"),
        (("folder", os.path.abspath("extra")), "extra changed"),
        (("place", os.path.abspath("later.txt")), "later.txt changed"),
    ],
)
def test_what_changed_of_what_a_run_read_is_named(dependency: Dependency, said: str) -> None:
    rows = {"statements": ["tea/a"], "terms": ["OTC"]}
    assert why_stale(ENTRY, NAMES, now([dependency], rows=rows)) == said


def test_the_first_that_changed_of_what_a_run_read_is_named() -> None:
    both: list[Dependency] = [("day",), ("table", "terms")]
    assert why_stale(ENTRY, NAMES, now(both)) == "terms.csv changed"


def test_where_all_tables_are_as_they_were_no_page_is_assembled_to_be_looked_at() -> None:
    asked: list[str] = []

    def hash_of(one: Dependency) -> str:
        asked.append(one[0])
        return READ[one]

    assert why_stale(ENTRY, NAMES, replace(now(), hash_of=hash_of)) == ""
    assert asked == ["day", "file", "folder", "place"]
    asked.clear()
    assert why_stale(ENTRY, NAMES, replace(now(), tables="others", hash_of=hash_of)) == ""
    assert asked == ["page", "page", "table", "day", "file", "folder", "place"]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ([], "terms.csv changed"),
        (["A", "B", "C"], "terms.csv changed: terms A, terms B, terms C"),
        (["A", "B", "C", "D", "E"], "terms.csv changed: terms A, terms B, terms C and 2 more"),
    ],
)
def test_a_reason_names_three_rows_and_counts_the_others(keys: list[str], said: str) -> None:
    rows = {"terms": keys, "sources": ["not of this table"]}
    assert why_stale(ENTRY, NAMES, now([("table", "terms")], rows=rows)) == said


# --- records ---------------------------------------------------------------------------------

RECORD = CacheEntry("key", "tables", (), {"tea/record.json": "hash of tea/record.json"})


@pytest.mark.parametrize(
    ("entry", "now", "exports_made", "said"),
    [
        pytest.param(RECORD, now(), False, "", id="nothing changed"),
        pytest.param(RECORD, now(), True, "an export that it records was made anew", id="export"),
        pytest.param(None, now(), True, "an export that it records was made anew", id="first"),
        pytest.param(None, now(), False, "a row of the page changed", id="not known"),
        pytest.param(
            replace(RECORD, key="x"), now(), False, "a row of the page changed", id="code"
        ),
        pytest.param(
            replace(RECORD, tables="x"), now(), False, "a row of the page changed", id="rows"
        ),
        pytest.param(
            RECORD,
            now(exports={"tea/record.json": ""}),
            False,
            "tea/record.json is not there",
            id="deleted",
        ),
        pytest.param(
            RECORD,
            now(exports={"tea/record.json": "x"}),
            False,
            "tea/record.json is not as it was written",
            id="edited",
        ),
    ],
)
def test_why_a_record_is_written_anew(
    entry: CacheEntry | None, now: Now, exports_made: bool, said: str
) -> None:
    assert why_record(entry, ["tea/record.json"], now, exports_made=exports_made) == said
