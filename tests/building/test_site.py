"""What a build writes for a web team, once the address of the site is known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ketcontent import assemble, read_content, write_content
from ketcontent.building.plan import EDITIONS, NOTEBOOKS, PAGE_FORMATS
from ketcontent.building.request import Job, Request, job_of
from ketcontent.building.site import site_map
from ketcontent.errors import KetcontentError
from ketcontent.execution.exporters import export_shown
from ketcontent.model.content import empty_content, frame_of
from tests.conftest import build_in, make_project, tree

ADDRESS = "https://example.org/health/"


def test_the_map_of_a_site_names_the_pages_that_search_engines_may_list(tmp_path: Path) -> None:
    for name, head in (("a", ""), ("b", '<meta name="robots" content="noindex">'), ("c", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(f"<head>{head}</head>", "utf-8")
    content = empty_content()
    pages = [{"document": one, "title": one, "language": "en"} for one in ("c", "b", "a", "gone")]
    content = replace(
        content,
        documents=frame_of("documents", pages, content),
        site=frame_of("site", [{"address": ADDRESS, "name": "Health"}], content),
        releases=frame_of(
            "releases",
            [
                {"document": page, "released_on": day, "statement": "x", "change": "added"}
                for page, day in (("a", "2026-11-02"), ("a", "2026-10-31"), ("b", "2026-11-03"))
            ],
            content,
        ),
    )
    found = ElementTree.fromstring(site_map(tmp_path, content))
    names = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    places = [(one.findtext(f"{names}loc"), one.findtext(f"{names}lastmod")) for one in found]
    assert places == [(ADDRESS, None), (f"{ADDRESS}a/", "2026-11-02"), (f"{ADDRESS}c/", None)]


@pytest.mark.parametrize("address", ["http://example.org/", "https://a:b@example.org/"])
def test_a_build_for_no_address_of_a_site_is_refused_before_anything_runs(
    copy_of_built: Path, address: str
) -> None:
    before = tree(copy_of_built / "exports")
    with pytest.raises(KetcontentError, match="is no address of a site") as refused:
        build_in(copy_of_built, site=address)
    assert refused.value.hint == "Write it as https://www.example.org/health/."
    assert tree(copy_of_built / "exports") == before


@pytest.fixture(scope="module")
def translated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a page on tea, its translation, and a page on milk; nothing is built."""
    pages = {
        "milk": "Milk\nIt is white.\n",
        "tea": "Tea\nIt is hot.\n",
        "tee": "Tee\nEr ist heiß.\n",
    }
    project = make_project(tmp_path_factory.mktemp("translated") / "project", pages)
    content = read_content(project / "data")
    documents = content.documents.copy()
    documents.loc[documents["document"] == "tee", ["language", "translation_of"]] = ["de", "tea"]
    write_content(replace(content, documents=documents))
    return project


def job_for(
    project: Path,
    *documents: str,
    formats: tuple[str, ...] = PAGE_FORMATS,
    editions: tuple[str, ...] = EDITIONS,
    release: bool = False,
    site: str | None = None,
) -> Job:
    places = [project / name for name in ("data", "exports", "notebooks")]
    return job_of(Request(documents, *places, editions, formats, release, NOTEBOOKS, site))


def listed(job: Job) -> list[str]:
    return list(job.shown.documents["document"])


@pytest.mark.slow
def test_a_page_leads_to_the_pages_alone_that_are_there_once_it_is_built(translated: Path) -> None:
    assert listed(job_for(translated)) == ["milk", "tea", "tee"]
    assert listed(job_for(translated, "tea")) == ["tea"]
    assert set(job_for(translated, "tea").shown.statements["document"]) == {"tea"}
    published = translated / "exports" / "tee" / "index.html"
    published.parent.mkdir()
    published.write_text("published before", "utf-8")
    assert listed(job_for(translated, "tea")) == ["tea", "tee"]
    published.rename(published.with_suffix(".md"))
    assert listed(job_for(translated, "tea")) == ["tea"]  # a page in HTML leads to one in HTML
    assert listed(job_for(translated, "tea", formats=("markdown",))) == ["tea", "tee"]


@pytest.mark.slow
def test_an_edition_leads_to_the_other_where_that_is_there_alone(translated: Path) -> None:
    def lacks(*editions: str) -> list[tuple[str, ...]]:
        runs = job_for(translated, "milk", editions=editions).runs["milk"]
        return [one.lacks for one in runs if one.notebook.stem == "document"]

    page = assemble(read_content(translated / "data"), "milk")._repr_mimebundle_()
    assert lacks("current", "supplied") == [(), ()]
    assert lacks("current") == [("supplied.html",)]
    assert lacks("supplied") == [("index.html",)]
    assert b'href="supplied.html"' in export_shown(page, "html")
    assert b'href="supplied.html"' not in export_shown(page, "html", ["supplied.html"])
    archive = assemble(read_content(translated / "data"), "milk", edition="supplied")
    assert b'href="index.html"' in export_shown(archive._repr_mimebundle_(), "html")
    assert b'href="index.html"' not in export_shown(
        archive._repr_mimebundle_(), "html", ["index.html"]
    )


def test_no_page_leads_to_one_that_a_release_refused(
    translated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ketcontent import checks
    from ketcontent.diagnostics import Diagnostic, Report

    fault = Diagnostic(rule="any", message="No.", hint="Mend it.", severity="error")
    refused = {"milk": [], "tea": [], "tee": [fault]}
    monkeypatch.setattr(checks, "check", lambda *_: Report.of([]))
    monkeypatch.setattr(checks, "release_faults", lambda *_: refused)
    job = job_for(translated, release=True)
    assert list(job.refused) == ["tee"]
    assert listed(job) == ["milk", "tea"]
    assert {"tea", "tee"} & set(job.content.releases["document"]) == {"tea"}


def test_an_address_given_by_hand_wins_over_the_table_and_an_empty_one_means_no_site(
    translated: Path,
) -> None:
    content = read_content(translated / "data")
    site = [{"address": ADDRESS, "name": "Tea Pages", "license": "CC-BY-4.0"}]
    write_content(replace(content, site=frame_of("site", site, content)))
    assert [*job_for(translated).shown.site["address"]] == [ADDRESS]
    other = job_for(translated, site="https://example.org/other/").shown.site
    assert other.to_dict("records") == [{**site[0], "address": "https://example.org/other/"}]
    assert job_for(translated, site="").shown.site.empty
    assert len({job_for(translated, site=one).request.hash for one in (None, "", ADDRESS)}) == 3


@pytest.mark.slow
def test_what_a_web_team_takes_comes_with_the_address_of_the_site_and_goes_with_it(
    copy_of_built: Path,
) -> None:
    from ketcontent.approvals.verification import hold

    exports = copy_of_built / "exports"
    before = tree(exports)
    stranger = exports / "aspirin" / "photo.json"
    stranger.write_bytes(b"mine")
    built = build_in(copy_of_built, site=ADDRESS)
    new = {"sitemap.xml", *(f"{page}/{name}" for page in built.documents
                            for name in ("fragment.html", "page.json"))}  # fmt: skip
    assert new <= set(built.made)
    manifest = json.loads((exports / "manifest.json").read_bytes())
    said = {**manifest["outputs"]}
    for one in manifest["documents"].values():
        said |= one["outputs"]
    assert new <= said.keys()
    assert "aspirin/photo.json" not in said
    for name in new:
        assert hold(exports / name).departures == []
    (exports / "aspirin/page.json").write_text("{}", "utf-8")
    assert len(hold(exports / "aspirin/page.json").departures) == 1
    fragment = exports / "aspirin/fragment.html"
    fragment.write_text(fragment.read_text("utf-8").replace("</article>", "So.</article>"), "utf-8")
    assert [one.found for one in hold(fragment).departures] == ["So."]
    assert build_in(copy_of_built, site=ADDRESS).made  # what was harmed is made again
    assert build_in(copy_of_built, site=ADDRESS).made == ()
    (exports / "sitemap.xml").write_text("<urlset/>", "utf-8")
    [aside] = build_in(copy_of_built).aside
    assert aside.startswith(".aside/sitemap.")
    assert (exports / aside).read_bytes() == b"<urlset/>"
    after = tree(exports)
    assert not new & after.keys()
    assert stranger.read_bytes() == b"mine"
    assert before.keys() <= after.keys()
    assert b"example.org/health" not in b"".join(
        data for name, data in after.items() if name.endswith((".html", ".md", ".json"))
    )
