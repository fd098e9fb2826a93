"""Leaflets in the exports: made where asked for, and never beside a page that says other words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ketcontent.approvals.verification import hold, verify
from ketcontent.building.claims import overstatement
from ketcontent.building.ownership import recorded_pages
from ketcontent.errors import KetcontentError, NotReady
from ketcontent.markup.templates import english
from tests.building.test_build import reword
from tests.conftest import PAGES, build_in, make_project, tree

ALL = ["html", "markdown", "pdf"]
NAME = "tea/leaflet.pdf"


@pytest.mark.slow
def test_a_leaflet_is_made_where_it_is_asked_for_and_withdrawn_when_its_page_moves_on(
    tmp_path: Path,
) -> None:
    project = make_project(tmp_path / "project", {"tea": PAGES["tea"]})
    exports = project / "exports"
    build_in(project, editions=["current"])
    assert NAME not in tree(exports)
    without = tree(exports)

    # Nothing else is made anew for it, and it is in the manifest alone.
    made = build_in(project, editions=["current"], formats=ALL).made
    assert made == ("manifest.json", NAME)
    leaflet = (exports / NAME).read_bytes()
    assert leaflet.startswith(b"%PDF-1.7")
    assert {**without, NAME: leaflet, "manifest.json": b""} == {
        **tree(exports),
        "manifest.json": b"",
    }
    assert build_in(project, editions=["current"], formats=ALL).made == ()
    assert hold(exports / NAME).held_to == "manifest.json"
    assert verify(exports / NAME) == []

    # A build that is not asked for it leaves it alone, while it says what the page says.
    built = build_in(project, editions=["current"])
    assert (built.made, built.withdrawn, built.behind) == ((), {}, ())
    assert (exports / NAME).read_bytes() == leaflet
    reword(project, "holds caffeine", "holds some caffeine")
    built = build_in(project, editions=["current"])
    assert list(built.withdrawn) == [NAME]
    assert NAME not in tree(exports)
    assert NAME not in (exports / "manifest.json").read_text()
    assert build_in(project, editions=["current"]).withdrawn == {}

    # Made again after the words came back, it is the same bytes.
    reword(project, "holds some caffeine", "holds caffeine")
    build_in(project, editions=["current"], formats=ALL)
    assert (exports / NAME).read_bytes() == leaflet

    # What somebody put in its place is kept, and told.
    (exports / NAME).write_bytes(b"mine")
    assert [one.found for one in verify(exports / NAME)] == ["other bytes than manifest.json names"]
    reword(project, "holds caffeine", "holds some caffeine")
    [kept] = build_in(project, editions=["current"]).aside
    assert (exports / kept).read_bytes() == b"mine"

    # Nothing is made of a page that may not be released.
    with pytest.raises(NotReady):
        build_in(project, editions=["current"], formats=ALL, release=True)
    assert NAME not in tree(exports)


def test_a_leaflet_that_no_manifest_names_cannot_be_held_to_anything(tmp_path: Path) -> None:
    (tmp_path / "leaflet.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(KetcontentError, match=r"is a leaflet that no manifest\.json"):
        verify(tmp_path / "leaflet.pdf")


@pytest.mark.parametrize(
    "said",
    [
        {"state": "reviewed"},
        {"state": "draft", "header": [{"text": english()("state-reviewed-meaning")}]},
    ],
)
def test_a_leaflet_that_calls_itself_reviewed_is_seen(said: dict[str, object]) -> None:
    text = json.dumps(said)
    assert overstatement("leaflet.pdf", text, "draft", english()) == "reviewed"
    assert overstatement("leaflet.pdf", text, "reviewed", english()) == ""


def test_a_leaflet_that_was_being_put_in_place_is_of_a_page_of_ours(tmp_path: Path) -> None:
    said = {"ketcontent": "0", "documents": {}, "unfinished": [NAME]}
    assert recorded_pages(tmp_path, said) == {"tea"}
