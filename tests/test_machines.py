"""What an exported page says to machines: valid HTML, schema.org as JSON-LD, its Markdown."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import html5lib
import pytest
import yaml

from ketcontent import assemble, list_documents, read_content, sign_off, with_signoffs
from ketcontent.rendering import markdown_words, split_front_matter
from ketcontent.tables import Content, frame_of
from ketcontent.wording import canonical
from tests.conftest import ROOT
from tests.judging import page as sound_page
from tests.test_pages import shown

SHIPPED = read_content(ROOT / "data")
PHRASING = frozenset(
    {"a", "abbr", "b", "br", "cite", "code", "em", "i", "img", "input", "label", "small", "span"}
    | {"strong", "sub", "sup"}
)
INSIDE_PHRASING = frozenset({"p", "h1", "h2", "h3", "dt", "summary", "legend"})
ATTRIBUTES = frozenset(
    {"aria-label", "charset", "checked", "class", "content", "dir", "href", "http-equiv", "id"}
    | {"lang", "name", "role", "tabindex", "type", "value"}
)


def signed(content: Content) -> Content:
    """Return a content in which somebody has signed all that must be signed."""
    people = [
        {"person": key, "name": key.title(), "credential": "MD", "conflicts": "none"}
        for key in ("ada", "bo")
    ]
    content = replace(content, people=frame_of("people", people, content))
    [document] = content.documents["document"]
    for section in assemble(content, document):
        for one in section.statements:
            for capacity in ("editorial", "clinical", "lay"):
                content = sign_off(
                    content, document, one.statement, person="ada", capacity=capacity
                )
    return content


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The exported pages, by what they are."""
    folder = tmp_path_factory.mktemp("machines")
    policies = [
        {"kind": kind, "capacity": "clinical"}
        for kind in ("benefit", "risk", "mechanism", "use", "regulatory", "advice", "background")
    ]
    small = sound_page()
    small = replace(small, policies=frame_of("policies", policies, small))
    full = signed(small)
    drawn: dict[str, Any] = {
        "index": list_documents(SHIPPED),
        "page": with_signoffs(SHIPPED, assemble(SHIPPED, "ketamine")),
        "archive": assemble(SHIPPED, "ketamine", edition="supplied"),
        "section": with_signoffs(SHIPPED, assemble(SHIPPED, "ketamine", section="legal-status")),
        "reviewed": with_signoffs(full, assemble(full, "zinc")),
    }
    return {
        name: shown(folder, name, one._repr_mimebundle_()).read_text("utf-8")
        for name, one in drawn.items()
    }


EACH = pytest.mark.parametrize("name", ["index", "page", "archive", "section", "reviewed"])


class Elements(HTMLParser):
    """Collects each start tag with its attributes and the tags it stands in."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, list[tuple[str, str | None]], tuple[str, ...]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs, tuple(self.open)))
        if tag not in ("meta", "input", "br", "img", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes what is not open"


# --- valid HTML ------------------------------------------------------------------------------


@EACH
def test_a_page_parses_strictly_and_closes_every_element_it_opens(
    pages: dict[str, str], name: str
) -> None:
    html5lib.HTMLParser(strict=True).parse(pages[name])
    assert Elements(pages[name]).found[0][0] == "html"


@EACH
def test_a_page_has_attributes_that_html_has_each_once_and_ids_each_once(
    pages: dict[str, str], name: str
) -> None:
    found = Elements(pages[name]).found
    for tag, attributes, _ in found:
        names = [one for one, _ in attributes]
        assert len(names) == len(set(names)), tag
        assert set(names) <= ATTRIBUTES, (tag, names)
    ids = Counter(value for _, attributes, _ in found for one, value in attributes if one == "id")
    assert [one for one, count in ids.items() if count > 1] == []
    assert all(one and " " not in one for one in ids)


@EACH
def test_every_link_within_a_page_leads_somewhere(pages: dict[str, str], name: str) -> None:
    found = Elements(pages[name]).found
    ids = {value for _, attributes, _ in found for one, value in attributes if one == "id"}
    links = [dict(attributes)["href"] for tag, attributes, _ in found if tag == "a"]
    assert links
    assert [link for link in links if link.startswith("#") and link[1:] not in ids] == []


@EACH
def test_elements_stand_only_where_html_lets_them(pages: dict[str, str], name: str) -> None:
    parents = {"li": ("ul", "ol"), "dt": ("dl", "div"), "dd": ("dl", "div")}
    for tag, _, within in Elements(pages[name]).found:
        if tag in parents:
            assert within[-1] in parents[tag], (tag, within)
        if INSIDE_PHRASING & set(within):
            assert tag in PHRASING, (tag, within)
        if "a" in within:
            assert tag not in ("a", "input", "details"), within
        if within and within[-1] in ("ul", "ol"):
            assert tag == "li"
        if within and within[-1] == "dl":
            assert tag in ("dt", "dd", "div")


# --- what a page says of itself --------------------------------------------------------------


def meta(html: str, name: str) -> str | None:
    """Return what a page says under a name."""
    for tag, attributes, _ in Elements(html).found:
        given = dict(attributes)
        if tag == "meta" and given.get("name") == name:
            return given["content"]
    return None


def test_drafts_and_archive_copies_are_not_to_be_found_by_search(pages: dict[str, str]) -> None:
    robots = {name: meta(html, "robots") for name, html in pages.items()}
    assert robots == {
        "index": None,
        "page": "noindex",
        "archive": "noindex",
        "section": "noindex",
        "reviewed": None,
    }


def test_a_page_says_its_language_direction_and_purpose(pages: dict[str, str]) -> None:
    for html in pages.values():
        assert re.match(r'<!doctype html>\n<html lang="en" dir="ltr">\n', html)
    purpose = SHIPPED.documents["purpose"].iloc[0]
    assert meta(pages["page"], "description") == purpose
    assert meta(pages["section"], "description") == purpose


def test_a_page_links_to_its_record(pages: dict[str, str]) -> None:
    assert '<a href="record.json">' in pages["page"]


# --- JSON-LD ---------------------------------------------------------------------------------


def linked(html: str) -> dict[str, Any]:
    """Return the data that a page holds for machines."""
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return dict(json.loads(found))


def everything(data: Any) -> set[str]:
    """Return every name in the data."""
    if isinstance(data, dict):
        return set(data) | {name for value in data.values() for name in everything(value)}
    if isinstance(data, list):
        return {name for value in data for name in everything(value)}
    return set()


def test_the_data_is_a_medical_page_about_a_drug_from_the_same_rows(pages: dict[str, str]) -> None:
    data = linked(pages["page"])
    row = SHIPPED.documents.iloc[0]
    assert (data["@context"], data["@type"]) == ("https://schema.org", "MedicalWebPage")
    assert (data["name"], data["description"]) == (row["title"], row["purpose"])
    assert data["inLanguage"] == row["language"]
    assert data["audience"] == {"@type": "MedicalAudience", "name": row["audience"]}
    assert data["about"] == {
        "@type": "Drug",
        "name": row["title"],
        "nonProprietaryName": row["title"],
    }
    assert data["creativeWorkStatus"] == "Draft"
    assert "lastReviewed" not in data
    assert "reviewedBy" not in data


def test_the_data_has_each_source_that_is_cited_once_in_the_order_of_the_list(
    pages: dict[str, str],
) -> None:
    rows = SHIPPED.sources.set_index("source")
    for name, page in (
        ("page", assemble(SHIPPED, "ketamine")),
        ("section", assemble(SHIPPED, "ketamine", section="legal-status")),
    ):
        said = linked(pages[name])["citation"]
        assert [one["name"] for one in said] == [
            rows.loc[one.source, "title"] for one in page.references
        ]
        for one, reference in zip(said, page.references, strict=True):
            assert one.get("datePublished", "") == rows.loc[reference.source, "issued"]
            if reference.doi:
                assert one["url"].startswith("https://doi.org/10.")


def test_nothing_of_the_medicine_is_told_before_the_page_is_signed_in_full(
    pages: dict[str, str],
) -> None:
    reviewed = linked(pages["reviewed"])
    assert reviewed["creativeWorkStatus"] == "Reviewed"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", reviewed["lastReviewed"])
    assert reviewed["reviewedBy"] == [{"@type": "Person", "name": "Ada, MD"}]
    warnings = reviewed["about"]["warning"]
    assert len(warnings) == 2
    for words in warnings:
        assert words in canonical(re.sub(r"<[^>]+>", "", pages["reviewed"]))
    assert {"legalStatus", "warning"} & everything(linked(pages["page"])) == set()


@EACH
def test_no_page_offers_rates_or_doses_anything(pages: dict[str, str], name: str) -> None:
    html = pages[name]
    if name in ("index", "archive"):
        assert "ld+json" not in html
        return
    forbidden = {"offers", "review", "aggregateRating", "doseSchedule", "availableStrength"}
    assert forbidden & everything(linked(html)) == set()


def test_data_of_a_hostile_cell_stays_data(tmp_path: Path) -> None:
    cell = "</script><script>alert(1)</script><!-- \u2028 & ]]>"
    content = sound_page({("documents", "zinc"): {"title": cell, "audience": cell}})
    page = with_signoffs(content, assemble(content, "zinc"))
    html = shown(tmp_path, "hostile", page._repr_mimebundle_()).read_text("utf-8")
    assert linked(html)["name"] == cell
    assert html.count("<script") == 1


# --- Markdown --------------------------------------------------------------------------------


def test_the_markdown_has_front_matter_footnotes_and_a_line_a_sentence() -> None:
    page = with_signoffs(SHIPPED, assemble(SHIPPED, "ketamine"))
    text = page.to_markdown()
    marks = re.findall(r"\[\^([a-z0-9-]+)\](?!:)", text)
    notes = re.findall(r"^\[\^([a-z0-9-]+)\]: ", text, re.MULTILINE)
    assert list(dict.fromkeys(marks)) == notes == [one.source for one in page.references]
    lines = markdown_words(text)
    said = {one.plain for section in page for one in section.statements}
    for section in page:
        for one in section.statements:
            starts = f"{one.label_text} {one.plain}".strip()
            assert any(line.startswith(starts) for line in lines), one.statement
    for line in lines:
        assert sum(words in line for words in said if len(words) > 20) <= 1, line


def test_the_front_matter_is_yaml(tmp_path: Path) -> None:
    from ketcontent.exporters import export

    page = with_signoffs(SHIPPED, assemble(SHIPPED, "ketamine"))
    shown(tmp_path, "page", page._repr_mimebundle_())
    front, body = split_front_matter(export(tmp_path / "page.ipynb", "markdown").decode())
    assert yaml.safe_load("\n".join(front)) == {
        "title": "Ketamine",
        "lang": "en",
        "description": SHIPPED.documents["purpose"].iloc[0],
        "document": "ketamine",
        "edition": "current",
        "state": "draft",
    }
    assert body.startswith("\n# Ketamine\n")
