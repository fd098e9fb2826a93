"""What a build leaves as it was, or takes away: no link leads to nothing, nothing stays unsaid."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent import read_content, write_content
from ketcontent.building.builds import rebuild
from ketcontent.building.cache import CacheEntry
from ketcontent.building.ownership import require_aside
from ketcontent.building.plan import PAGE_FORMATS
from ketcontent.building.publish import still_known
from ketcontent.building.remainder import other_than_told
from ketcontent.building.request import Built, Request, until
from ketcontent.dependencies import Dependency
from ketcontent.errors import BuildFailed, KetcontentError
from ketcontent.hashing import hash_file
from ketcontent.model.content import empty_content, frame_of
from tests.building.test_build import drop, reword
from tests.building.test_decide import add_cell
from tests.conftest import make_project

SITE = "https://example.org/"
PAGE = ("page", "tea", "current", "")
NAME = "tea/index.html"
ENTRY = CacheEntry("key", "tables", ((PAGE, "page"), (("day",), "2026-01-31")), {NAME: "hash"})


@pytest.mark.parametrize(
    ("entry", "tables", "now", "behind"),
    [
        (ENTRY, "tables", "another", False),  # all tables are as they were: nothing is asked
        (ENTRY, "other", "page", False),
        (ENTRY, "other", "another", True),
        (replace(ENTRY, key="older code"), "other", "page", False),  # that is no other word
        (replace(ENTRY, read=None), "tables", "page", True),  # it is not known what it read
    ],
)
def test_an_export_is_behind_where_what_its_run_read_is_another_now(
    entry: CacheEntry, tables: str, now: str, behind: bool
) -> None:
    def hash_now(one: Dependency) -> str:
        return now if one == PAGE else "another day"

    assert other_than_told(NAME, [entry], tables, hash_now, as_recorded=False) is behind


@pytest.mark.parametrize("as_recorded", [True, False])
def test_where_the_cache_knows_nothing_the_manifest_counts(as_recorded: bool) -> None:
    said = other_than_told("tea/index.md", [ENTRY], "tables", str, as_recorded=as_recorded)
    assert said is not as_recorded


def entry(*names: str, key: str = "key") -> CacheEntry:
    return CacheEntry(key, "tables", (), dict.fromkeys(names, "hash"))


def test_of_a_format_that_is_not_made_it_stays_known_what_it_was_made_from() -> None:
    both = {"run": entry("t/a.html", "t/a.md"), "other": entry("t/b.html"), "record": entry("t/r")}
    made = {"run": entry("t/a.md", key="new"), "record": entry("t/r2")}
    known = still_known(both, made)
    assert known == {**both, **made, "t/a.html": entry("t/a.html")}
    again = {"run": entry("t/a.md", key="newer")}
    assert still_known(known, again) == {**known, **again}
    assert still_known(known, {"run": both["run"]}) == {**both, "record": made["record"]}


def test_what_is_behind_withdrawn_kept_or_of_a_day_to_come_is_told_by_name() -> None:
    built = Built(
        Path("/elsewhere/exports"),
        ("tea",),
        ("manifest.json", "tea/index.md", "tea/record.json"),
        aside=(".aside/tea/index.1.md",),
        withdrawn=dict.fromkeys(("zinc/index.md", "zinc/record.json"), "the tables have no page"),
        behind=("index.html", "tea/index.html", "tea/sections/a.html", "tea/sections/a.md"),
        later=("tea 2027-11-22",),
        left=("milk/index.html", "milk/record.json"),
    )
    out = Path("out")
    assert built.told(out) == [
        f"Not as a build wrote it, and kept: {out / '.aside/tea/index.1.md'}",
        f"Withdrawn, since the tables have no page: {out / 'zinc/index.md'}, "
        f"{out / 'zinc/record.json'}",
        "Not built, and not known to say what the tables say now: index.html, "
        "tea (index.html, 1 section). Build again without naming pages, editions or formats.",
        "Not released, and still there as an earlier build made it: "
        "milk (index.html, record.json).",
        "Left out, of a day that has not come (releases.csv): tea 2027-11-22.",
    ]
    assert Built(Path(), (), ()).told(out) == []


@pytest.mark.parametrize(
    ("files", "start"),
    [
        (("a/index.html", "index.html"), "index.html"),
        (("a/fragment.html", "a/index.md", "manifest.json"), "a/index.md"),
        (("a/leaflet.pdf", "manifest.json"), "a/leaflet.pdf"),
        (("manifest.json",), ""),
    ],
)
def test_a_reader_is_sent_to_a_file_that_the_build_has(files: tuple[str, ...], start: str) -> None:
    assert Built(Path(), (), files).start == start


def test_a_release_of_a_day_to_come_is_told_nowhere_but_to_whoever_builds() -> None:
    content = empty_content()
    rows = [
        {"document": "tea", "released_on": day, "statement": one, "change": "added"}
        for day, one in (("2026-11-22", "a"), ("2027-11-22", "a"), ("2027-11-22", "b"))
    ]
    content = replace(content, releases=frame_of("releases", rows, content))
    past, later = until(content, "2026-11-23")
    assert list(past.releases["released_on"]) == ["2026-11-22"]
    assert later == ("tea 2027-11-22",)
    assert until(content, "2027-11-22") == (content, ())


@pytest.mark.parametrize("place", ["", "tea", "tea/sections", "gone"])
def test_a_link_where_exports_are_put_aside_is_refused_before_anything_is_moved(
    tmp_path: Path, place: str
) -> None:
    manifest = {"documents": {"gone": {}}}
    require_aside(tmp_path, ["tea"], manifest)
    link = tmp_path / ".aside" / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(tmp_path)
    with pytest.raises(KetcontentError, match="is a link to"):
        require_aside(tmp_path, ["tea"], manifest)


# --- whole builds ----------------------------------------------------------------------------


def links_to_nothing(exports: Path) -> set[tuple[str, str]]:
    """Return each page that leads to a place that is not there, and that place."""
    found = set()
    for path in exports.rglob("*.html"):
        name = path.relative_to(exports).as_posix()
        for link in re.findall(
            r'href="([^"#:]+|https://example\.org/[^"#]*)["#]', path.read_text()
        ):
            place = (
                exports / link.removeprefix(SITE) if link.startswith(SITE) else path.parent / link
            )
            if not (place / "index.html" if link.endswith("/") else place).exists():
                found.add((name, link))
    return {one for one in found if not one[0].startswith(".")}


def translated(project: Path, languages: Mapping[str, str]) -> Path:
    content = read_content(project / "data")
    documents = content.documents.copy()
    for page, language in languages.items():
        translation = [language, "tea"]
        documents.loc[documents["document"] == page, ["language", "translation_of"]] = translation
    write_content(replace(content, documents=documents))
    return project


@pytest.mark.slow
def test_no_export_leads_to_nothing_and_what_a_build_leaves_behind_is_named(
    tmp_path: Path,
    executor: Any,
) -> None:
    pages = {
        "chai": "Chai\nC'est chaud.\n",
        "milk": "Milk\nIt is white.\n",
        "shay": "Shay\nEr ist rot.\n",
        "tea": "Tea\nIt is hot.\n",
    }
    project = make_project(tmp_path / "project", pages)
    translated(project, {"chai": "fr", "shay": "de"})
    exports = project / "exports"
    places = [project / name for name in ("data", "exports", "notebooks")]

    def build(*documents: str, formats: tuple[str, ...] = PAGE_FORMATS, site: str = "") -> Built:
        request = Request(
            documents, *places, ("current",), formats, release=False, site=site or None
        )
        return rebuild(request, lambda: nullcontext(executor))

    # A page that fails and never was published is in no list and no link.
    add_cell(project / "notebooks" / "document.ipynb", 'assert document != "shay"')
    with pytest.raises(BuildFailed, match=r"^1 notebook failed; 3 pages published") as failed:
        build(site=SITE)
    assert {one.document for one in failed.value.failures} == {"shay"}
    assert not (exports / "shay").exists()
    assert "shay" not in (exports / "index.html").read_text()
    assert "shay" not in (exports / "sitemap.xml").read_text()
    assert links_to_nothing(exports) == set()

    # A translation that goes while another page is built: what still leads to it is named.
    stranger = exports / "blog" / "index.html"
    stranger.parent.mkdir()
    stranger.write_text("mine")
    manifest = exports / "manifest.json"
    said = json.loads(manifest.read_text())
    said["documents"]["blog"] = {"outputs": {"blog/index.html": hash_file(stranger)}}
    manifest.write_text(json.dumps(said))
    drop(project, "chai")
    drop(project, "shay")
    built = build("milk", site=SITE)
    assert {name.partition("/")[0] for name in built.withdrawn} == {"blog", "chai"}
    assert {"blog/index.html", "chai/index.html"} <= built.withdrawn.keys()
    leading = {page for page, _ in links_to_nothing(exports)} - {"tea/review.html"}
    assert leading
    assert leading <= set(built.behind)
    assert {name.partition("/")[0] for name in built.behind} == {"tea"}
    assert build("milk", site=SITE).behind == built.behind  # until it is mended
    assert build(site=SITE).behind == ()
    assert links_to_nothing(exports) == set()

    # The address of the site goes with one page.
    assert "tea/index.html" in (left := build("milk")).behind
    assert {"sitemap.xml", "milk/page.json"} <= left.withdrawn.keys()
    assert build().behind == ()
    assert build("milk").made == ()
    # What a run read lies where the notebooks are, wherever the build was called.
    extra = project / "notebooks" / "extra.txt"
    extra.write_text("1")
    add_cell(project / "notebooks" / "section.ipynb", "open('extra.txt').read()")
    assert build().behind == ()
    assert build(formats=("markdown",)).behind == ()
    extra.write_text("2")
    assert "tea/sections/lede.html" in build(formats=("markdown",)).behind
    assert build().behind == ()

    # What somebody deleted is named as long as nothing makes it anew.
    (exports / "tea" / "index.md").unlink()
    for _ in range(2):
        assert build("milk", formats=("html",)).missing == ("tea/index.md",)
    assert build().missing == ()

    # The other format says other words, however often one asks.
    reword(project, "It is hot.", "It is warm.")
    for _ in range(2):
        built = build(formats=("markdown",))
        assert "tea/index.html" in built.behind
        assert not [name for name in built.behind if name.startswith("milk/")]
    drop(project, "milk")
    built = build(formats=("markdown",))
    assert {"editors.html", "index.html", "tea/index.html"} <= set(built.behind)
    assert build().behind == ()
    assert links_to_nothing(exports) == set()
