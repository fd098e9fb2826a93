"""What a build writes for a web team, once the address of the site is known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ketcontent.building.site import site_map
from ketcontent.errors import KetcontentError
from ketcontent.model.content import empty_content, frame_of
from tests.conftest import build_in, tree

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
    )
    found = ElementTree.fromstring(site_map(tmp_path, content))
    places = [one.text for one in found.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert places == [ADDRESS, f"{ADDRESS}a/", f"{ADDRESS}c/"]


@pytest.mark.parametrize("address", ["http://example.org/", "https://a:b@example.org/"])
def test_a_build_for_no_address_of_a_site_is_refused_before_anything_runs(
    copy_of_built: Path, address: str
) -> None:
    before = tree(copy_of_built / "exports")
    with pytest.raises(KetcontentError, match="is no address of a site") as refused:
        build_in(copy_of_built, site=address)
    assert refused.value.hint == "Write it as https://www.example.org/health/."
    assert tree(copy_of_built / "exports") == before


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
    build_in(copy_of_built)
    after = tree(exports)
    assert not new & after.keys()
    assert stranger.read_bytes() == b"mine"
    assert before.keys() <= after.keys()
    assert b"example.org/health" not in b"".join(
        data for name, data in after.items() if name.endswith((".html", ".md", ".json"))
    )
