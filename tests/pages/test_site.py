"""What a page says of its address to machines, and what of it can be taken elsewhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import html5lib
import pytest

from ketcontent import assemble, list_documents, read_content, with_signoffs
from ketcontent.model.content import Content, frame_of
from ketcontent.pages.document import Document
from ketcontent.pages.exchange import page_data
from tests.conftest import ROOT
from tests.pages.test_machines import data_of, exported, head_of, signed, zinc

ADDRESS = "https://example.org/health/"


def on_a_site(content: Content, license_: str = "CC-BY-4.0") -> Content:
    site = {"address": ADDRESS, "name": 'Ann & "Bo"', "license": license_}
    return replace(content, site=frame_of("site", [site], content))


def translated(content: Content) -> Content:
    """Return the page with a German translation, of which no more is known than its row."""
    row = content.documents.iloc[0].to_dict() | {"document": "zink", "language": "de"}
    rows = [content.documents.iloc[0].to_dict(), row | {"translation_of": "zinc"}]
    return replace(content, documents=frame_of("documents", rows, content))


def of(content: Content, **which: Any) -> Document:
    return with_signoffs(content, assemble(content, "zinc", **which))


def head_and_page(folder: Path, content: Content, **which: Any) -> tuple[dict[str, str], str]:
    html = exported(folder, "one", "html", of(content, **which)._repr_mimebundle_())
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    shared = {one.get("property"): one.get("content", "") for one in tree.iter("meta")}
    return head_of(html) | {key: said for key, said in shared.items() if key}, html


@pytest.mark.parametrize("which", [{}, {"section": "colds"}, {"edition": "supplied"}], ids=str)
def test_where_no_site_is_named_nothing_is_invented(tmp_path: Path, which: dict[str, Any]) -> None:
    head, html = head_and_page(tmp_path, translated(signed(zinc())), **which)
    assert not {"link canonical", "link license", "link alternate"} & head.keys()
    assert "og:" not in html
    assert all(not {"url", "isPartOf", "license"} & data.keys() for data in data_of(html))


def test_on_a_site_a_page_names_its_address_its_licence_and_its_translations(
    tmp_path: Path,
) -> None:
    content = translated(on_a_site(signed(zinc())))
    head, html = head_and_page(tmp_path, content)
    assert head["link canonical"] == head["og:url"] == f"{ADDRESS}zinc/"
    assert head["link license"] == "https://spdx.org/licenses/CC-BY-4.0.html"
    alternates = re.findall(r'<link rel="alternate" hreflang="(\w+)" href="([^"]*)">', html)
    assert alternates == [("de", f"{ADDRESS}zink/"), ("en", f"{ADDRESS}zinc/")]
    assert '<a href="../zink/index.html" lang="de" dir="ltr" hreflang="de">Deutsch</a>' in html
    [data] = data_of(html)
    assert data["url"] == f"{ADDRESS}zinc/"
    assert data["isPartOf"]["name"] == head["og:site_name"] == 'Ann & "Bo"'
    assert data["license"] == head["link license"]
    assert not {"datePublished", "dateModified"} & data.keys()


def test_a_licence_may_be_an_address(tmp_path: Path) -> None:
    head, _ = head_and_page(tmp_path, on_a_site(zinc(), "https://example.org/terms"))
    assert head["link license"] == "https://example.org/terms"
    head, _ = head_and_page(tmp_path, on_a_site(zinc(), ""))
    assert "link license" not in head


def test_what_is_shown_of_a_link_to_a_draft_says_that_it_is_one(tmp_path: Path) -> None:
    draft, _ = head_and_page(tmp_path, on_a_site(zinc()))
    assert draft["og:description"].startswith("Draft. No clinician has reviewed this page.")
    reviewed, _ = head_and_page(tmp_path, signed(on_a_site(zinc())))
    assert reviewed["og:description"] == "Know what zinc does & does not do"


def test_a_section_is_found_as_its_page_and_an_archive_copy_not_at_all(tmp_path: Path) -> None:
    content = translated(on_a_site(zinc()))
    head, html = head_and_page(tmp_path, content, section="colds")
    assert head["link canonical"] == f"{ADDRESS}zinc/"
    assert 'rel="alternate"' not in html
    head, html = head_and_page(tmp_path, content, edition="supplied")
    assert "link canonical" not in head
    assert "og:" not in html


def test_the_list_of_pages_names_its_address(tmp_path: Path) -> None:
    index = list_documents(translated(on_a_site(zinc())))
    html = exported(tmp_path, "index", "html", index._repr_mimebundle_())
    assert head_of(html)["link canonical"] == ADDRESS
    assert {one.document: one.translations[0].document for one in index.entries} == {
        "zinc": "zink",
        "zink": "zinc",
    }


# --- taken elsewhere -------------------------------------------------------------------------


def test_a_fragment_is_the_article_as_the_page_has_it() -> None:
    page = of(on_a_site(zinc()))
    fragment = page.to_fragment()
    assert fragment.startswith("<article lang=")
    assert fragment.endswith("</article>\n")
    assert page.to_html().startswith(fragment.rstrip("\n"))
    assert not re.search(r"<(script|style|head|body|link|meta)\b", fragment)
    assert html5lib.HTMLParser(strict=True).parseFragment(fragment) is not None


def test_the_data_of_a_page_say_each_sentence_once_in_order_with_what_it_rests_on() -> None:
    content = on_a_site(read_content(ROOT / "data"))
    page = with_signoffs(content, assemble(content, "ketamine"))
    data = json.loads(json.dumps(page_data(page)))
    said = [
        one
        for section in data["sections"]
        for block in section["blocks"]
        for one in block["statements"]
    ]
    assert [(one["statement"], one["words"]) for one in said] == [
        (one.statement, one.plain) for one in page.statements
    ]
    numbers = {one["number"] for one in data["sources"]}
    assert {number for one in said for number in one["sources"]} == numbers
    assert [one["heading"] for one in data["sections"]] == [one.title for one in page]
    assert data["sections"][0]["blocks"][0]["form"] == "urgent"
    assert data["state"] == "draft"
    assert data["state_words"].startswith("Draft. No clinician")
    assert (data["last_review"], data["reviewers"]) == ("", [])
    assert data["site"]["canonical"] == f"{ADDRESS}ketamine/"
