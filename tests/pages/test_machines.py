"""What a machine reads in an exported page: valid HTML, and data that says what the tables say."""

from __future__ import annotations

import ast
import base64
import datetime
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import nbformat
import pandas as pd
import pytest
from html5lib.html5parser import ParseError
from nbformat import v4

from ketcontent import assemble, list_documents, read_content, sign_off, with_signoffs
from ketcontent.approvals.status import signoff_statuses
from ketcontent.execution.exporters import export
from ketcontent.markup.templates import index_script
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.model.schema import shipped_schemas
from ketcontent.pages.assembly import PageView
from tests import judging
from tests.conftest import ROOT

SIGNED_ON = datetime.date(2026, 11, 3)

# --- pages, exported without a kernel --------------------------------------------------------


def exported(folder: Path, name: str, form: str, *bundles: dict[str, Any]) -> str:
    """Return a page of `bundles`, exported as ``html`` or ``markdown`` and kept in a folder."""
    cells = [v4.new_code_cell(outputs=[v4.new_output("display_data", data=one)]) for one in bundles]
    notebook = folder / f"{name}.ipynb"
    nbformat.write(v4.new_notebook(cells=cells), notebook)
    made = export(notebook, form)
    (folder / f"{name}.{ {'html': 'html', 'markdown': 'md'}[form] }").write_bytes(made)
    return made.decode("utf-8")


def review_of(data: Path, document: str) -> list[dict[str, Any]]:
    """Return what the shipped notebook of a review shows, cell by cell."""
    notebook = nbformat.read(ROOT / "notebooks" / "review.ipynb", as_version=4)
    names: dict[str, Any] = {}
    shown = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "review", "exec"), names)
        if "parameters" in cell.metadata.get("tags", ()):
            names |= {"document": document, "data": str(data), "as_of": "2026-11-23"}
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "review", "eval"), names)
            shown.append(value._repr_mimebundle_())
    return shown


POLICIES = [
    *({"kind": kind, "capacity": "clinical"} for kind in ("benefit", "risk", "regulatory")),
    {"kind": "background", "capacity": "editorial"},
]
PEOPLE = [
    {
        "person": "ada",
        "name": "Ada Lee",
        "profession": "physician",
        "credential": "MD",
        "affiliation": "A & B Clinic",
        "conflicts": "none",
    }
]
LEGAL = {
    "statement": "law",
    "section": "colds",
    "position": 60,
    "text": "Zinc is sold without a prescription. [@roe-2021]",
    "kind": "regulatory",
    "certainty": "high",
}
TERMS = [
    {"term": "cold", "language": "en", "definition": "An infection of the nose."},
    {"term": "zinc", "language": "en", "plain": "a metal"},
]
SOURCES = {
    "lee-2020": {"doi": "10.1234/a<b>&c", "issued": "2020-03", "authors": "Lee, Ann"},
    "lee-2020-b": {"url": 'https://example.org/?a=1&b="2"', "unconfirmed": "title"},
    "roe-2021": {"pmid": "123", "url": "https://example.org/not-shown", "issued": "2021"},
}


def zinc(*, language: str = "en") -> Content:
    """The sound page with all that a page can show, and someone who may sign it."""
    changes: dict[tuple[str, str], judging.Change] = {
        ("sources", key): cells for key, cells in SOURCES.items()
    }
    changes["documents", "zinc"] = {
        "purpose": "Know what zinc does & does not do",
        "audience": "Adults",
        "publisher": "The Zinc Pages",
        "funding": "Nobody",
        "language": language,
        "about_type": "Drug",
        "about": "Zinc salts",
    }
    for key in ("talk-first", "crisis-line"):
        changes["notices", key] = {"language": language}
    made = judging.page(changes, statements=LEGAL)
    tables = {"policies": POLICIES, "people": PEOPLE, "terms": TERMS}
    return replace(made, **{name: frame_of(name, rows, made) for name, rows in tables.items()})


def signed(content: Content, document: str = "zinc", *, but: str = "") -> Content:
    """Return a page with every sentence signed in every capacity, but one."""
    people = frame_of("people", PEOPLE, content)
    content = replace(content, people=people)
    for one in signoff_statuses(PageView(content, document)):
        if one.statement != but:
            content = sign_off(
                *(content, document, one.statement),
                person="ada",
                capacity=one.capacity,
                signed_on=SIGNED_ON,
            )
    return content


def bundle(content: Content, document: str = "zinc", **which: Any) -> dict[str, Any]:
    """Return what the notebook of a page or a section shows."""
    page = with_signoffs(content, assemble(content, document, **which))
    return page._repr_mimebundle_()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Pages of every kind and state, as HTML."""
    real = read_content(ROOT / "data")
    made = zinc()
    bare = replace(made, sections=made.sections[:0], statements=made.statements[:0])
    bundles = {
        "index": [list_documents(real)._repr_mimebundle_()],
        "index-empty": [list_documents(empty_content())._repr_mimebundle_()],
        "index-reviewed": [list_documents(signed(made))._repr_mimebundle_()],
        "document": [bundle(real, "ketamine")],
        "section": [bundle(real, "ketamine", section="description")],
        "archive": [bundle(real, "ketamine", edition="supplied")],
        "review": review_of(ROOT / "data", "ketamine"),
        "zinc": [bundle(made)],
        "zinc-bare": [bundle(bare)],
        "zinc-part": [bundle(signed(made, but="law"))],
        "zinc-reviewed": [bundle(signed(made))],
        "zinc-section": [bundle(made, section="colds")],
        "zinc-section-reviewed": [bundle(signed(made), section="colds")],
        "zinc-hebrew": [bundle(zinc(language="he"))],
    }
    folder = tmp_path_factory.mktemp("machines")
    return {name: exported(folder, name, "html", *shown) for name, shown in bundles.items()}


NAMES = (
    *("index", "index-empty", "index-reviewed", "document", "section", "archive", "review"),
    *("zinc", "zinc-bare", "zinc-part", "zinc-reviewed", "zinc-section"),
    *("zinc-section-reviewed", "zinc-hebrew"),
)
each_page = pytest.mark.parametrize("name", NAMES)


# --- HTML, as strictly as it can be read -----------------------------------------------------

_METADATA = {"title", "meta", "link", "style"}
_PHRASING = {"a", "bdi", "code", "del", "em", "ins", "small", "span", "strong", "sup", "label"}
_FLOW = _PHRASING | {
    *("article", "details", "div", "dl", "fieldset", "figure", "footer", "h1", "h2", "h3"),
    *("header", "main", "nav", "ol", "p", "pre", "script", "section", "svg", "table", "ul"),
}
CHILDREN = {
    "html": {"head", "body"},
    "head": _METADATA,
    **dict.fromkeys((*_PHRASING, "p", "h1", "h2", "h3", "pre", "legend", "summary"), _PHRASING),
    "span": _PHRASING | {"svg"},
    "ul": {"li"},
    "ol": {"li"},
    "dl": {"dt", "dd", "div"},
    "dt": _PHRASING,
    "label": {"input"},
    "fieldset": {"legend", "label"},
    "figure": {"figcaption", "svg", "details"},
    "figcaption": _PHRASING,
    "details": _FLOW | {"summary"},
    "table": {"caption", "thead", "tbody"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"th", "td"},
    "div": _FLOW | {"dt", "dd"},
    **dict.fromkeys(
        ("body", "article", "dd", "footer", "header", "li", "main", "nav", "section", "td", "th"),
        _FLOW,
    ),
}
"""The elements that each element may hold, of those that our pages use."""

ATTRIBUTES = {
    "a": {"href", "hreflang"},
    "input": {"type", "name", "checked"},
    "li": {"value"},
    "link": {"rel", "type", "href"},
    "meta": {"charset", "name", "content", "http-equiv"},
    "script": {"type"},
    "span": {"style", "aria-hidden"},
    "th": {"scope", "style"},
    "td": {"style"},
}
EVERYWHERE = {
    "id",
    "class",
    "lang",
    "dir",
    "title",
    "role",
    "aria-label",
    "aria-labelledby",
    "tabindex",
}
NAMED = {"a", "nav"}
"""The elements that may have a name for screen readers without having a role."""


def elements(tree: Element) -> Iterator[tuple[Element, Element]]:
    """Yield each element of HTML with its parent; of a drawing its outermost alone."""
    for parent in tree.iter():
        if not str(parent.tag).startswith("{"):
            yield from ((one, parent) for one in parent)


def tag_of(one: Element) -> str:
    return re.sub(r"\{.*\}", "", str(one.tag))


def text_of(one: Element) -> str:
    return "".join(one.itertext())


def faults_of(html: str) -> list[str]:
    """Return what makes a page no valid HTML: errors of its parsing and of its content models."""
    try:
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        tree = parser.parse(html)
    except ParseError:
        loose = html5lib.HTMLParser(namespaceHTMLElements=False)
        loose.parse(html)
        return [f"{place}: {fault} {values}" for place, fault, values in loose.errors]
    found: list[str] = []
    ids = Counter(one.get("id", "") for one in tree.iter() if "id" in one.attrib)
    found += [f"two have the id {one!r}" for one, count in ids.items() if count > 1]
    found += [f"a broken id {one!r}" for one in ids if not one or re.search(r"\s", one)]
    for one, parent in elements(tree):
        tag, given = tag_of(one), set(one.attrib)
        if tag not in CHILDREN.get(tag_of(parent), ()):
            found.append(f"<{tag}> in <{tag_of(parent)}>")
        if tag == "svg":
            continue
        if strange := given - EVERYWHERE - ATTRIBUTES.get(tag, set()):
            found.append(f"<{tag}> has {sorted(strange)}")
        if lost := set(one.get("aria-labelledby", "").split()) - set(ids):
            found.append(f"nothing names {sorted(lost)}")
        if "aria-label" in given and tag not in NAMED and "role" not in given:
            found.append(f"<{tag}> has a name and no role")
        if "lang" in given and not re.fullmatch(
            r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", one.attrib["lang"]
        ):
            found.append(f"<{tag}> in no language")
        if one.get("dir", "ltr") not in ("ltr", "rtl", "auto"):
            found.append(f"<{tag}> in no direction")
        href = one.get("href", "#_main")
        if href.startswith("#") and href[1:] not in ids:
            found.append(f"nothing is at {href}")
        if not re.match(r"(https?://|mailto:|tel:|sms:|#)", href) and not re.fullmatch(
            r"[\w./-]+", href
        ):
            found.append(f"an odd address {href}")
    return found + _models(tree)


def _models(tree: Element) -> list[str]:
    """Return the faults of what must stand first, once or in order."""
    found: list[str] = []
    for one, _ in elements(tree):
        inside = [tag_of(child) for child in one]
        if tag_of(one) == "details" and (inside[:1] != ["summary"] or "summary" in inside[1:]):
            found.append("details without a summary first")
        if tag_of(one) in ("ul", "ol", "dl", "tr", "tbody") and not inside:
            found.append(f"an empty {tag_of(one)}")
        if tag_of(one) == "dl":
            groups = [[tag_of(part) for part in child] for child in one] if "div" in inside else []
            for group in groups or [inside]:
                if not re.fullmatch(r"((dt )+(dd )+)+", "".join(f"{tag} " for tag in group)):
                    found.append(f"a list of names and values of {group}")
        if tag_of(one) in ("h1", "h2", "h3", "a", "summary", "dt", "title"):
            named = text_of(one).strip() or one.get("aria-label", "").strip()
            found += [] if named else [f"an empty <{tag_of(one)}>"]
    order = [tag_of(one) for one in tree.iter() if re.fullmatch("h[1-6]", tag_of(one))]
    levels = [int(tag[1]) for tag in order]
    if levels.count(1) != 1 or levels[0] != 1:
        found.append(f"headings {order}")
    found += [
        f"h{level} after h{before}" for before, level in pairwise(levels) if level > before + 1
    ]
    tags = Counter(tag_of(one) for one in tree.iter())
    found += [f"{tags[tag]} of {tag}" for tag in ("main", "title", "head") if tags[tag] != 1]
    return found


@pytest.mark.slow
@each_page
def test_a_page_is_valid_html(pages: dict[str, str], name: str) -> None:
    assert sorted(pages) == sorted(NAMES)
    assert faults_of(pages[name]) == []


class Closing(HTMLParser):
    """Holds a page to closing, in order, every element that it opens."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), tag
        if tag not in ("meta", "input", "link"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), tag

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes what is not open"


@each_page
def test_a_page_closes_every_element_that_it_opens(pages: dict[str, str], name: str) -> None:
    assert Closing(pages[name]).open == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<h1>", '<h1 id="a" id="b">', "duplicate-attribute"),
        ("</h1>", "</h2>", "end-tag-too-early"),
        ("<h1>", "</p><h1>", "unexpected-end-tag"),
        ("<h1>", '<h1 onclick="x">', "['onclick']"),
        ("<h1>", '<h1 id="_main">', "two have the id '_main'"),
        ('href="#_about"', 'href="#nowhere"', "nothing is at #nowhere"),
        ('href="record.json"', 'href="javascript:x"', "an odd address javascript:x"),
        ("<ul>", "<ul><p>so</p>", "<p> in <ul>"),
        ("<h1>", "<h2>So</h2><h1>", "headings ['h2', 'h1'"),
        ("<dt>", "<dd>so</dd><dt>", "a list of names and values of ['dd'"),
    ],
)
def test_what_is_no_valid_html_is_found(
    pages: dict[str, str], old: str, new: str, fault: str
) -> None:
    broken = pages["zinc"].replace(old, new, 1)
    assert broken != pages["zinc"]
    assert fault in " ".join(faults_of(broken))


def test_a_sentence_that_two_terms_share_links_to_both_and_no_two_have_one_place(
    tmp_path: Path,
) -> None:
    rows = [
        {"term": term, "language": "en", "definition": f"What {term} is."}
        for term in ("C", "C++", "c", "lt", "amp", "<", "cold", "Crohn's")
    ]
    text = "For C and c++, C++ or c, a < b & d: an amp or lt, for a cold, Crohn's too."
    made = judging.page({("statements", "colds"): {"text": text, "certainty": ""}})
    made = replace(made, terms=frame_of("terms", rows, made))
    html = exported(tmp_path, "terms", "html", bundle(made))
    assert faults_of(html) == []
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    [sentence] = [one for one in tree.iter() if one.get("id") == "s_colds"]
    assert text_of(sentence) == text
    links = {text_of(one): one.attrib["href"][1:] for one in sentence.iter("a")}
    [words] = [one for one in tree.iter() if one.get("id") == "_terms"]
    places = {text_of(one): one.attrib["id"] for one in words.iter("dt")}
    assert links == places
    assert set(links) == {"C", "C++", "c", "lt", "amp", "<", "cold", "Crohn's"}


# --- the head --------------------------------------------------------------------------------


def head_of(html: str) -> dict[str, str]:
    """Return what the head of a page says to machines."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    said = {str(one.get("name")): str(one.get("content")) for one in tree.iter("meta")}
    said |= {f"link {one.get('rel')}": str(one.get("href")) for one in tree.iter("link")}
    return said | {key: tree.attrib[key] for key in ("lang", "dir")}


@each_page
def test_only_an_index_and_a_page_signed_in_full_may_be_indexed(
    pages: dict[str, str], name: str
) -> None:
    may = {"index", "index-empty", "index-reviewed", "zinc-reviewed", "zinc-section-reviewed"}
    assert ("robots" in head_of(pages[name])) == (name not in may)
    assert head_of(pages[name]).get("robots", "noindex") == "noindex"


@each_page
def test_a_whole_page_that_has_a_record_links_to_it(pages: dict[str, str], name: str) -> None:
    tree = html5lib.parse(pages[name], namespaceHTMLElements=False)
    links = [one.get("href") for one in tree.iter("a") if "record" in one.get("href", "")]
    others = name.startswith(("index", "archive", "review")) or "section" in name
    assert links == ([] if others else ["record.json"])


@pytest.mark.parametrize("name", ["zinc", "zinc-reviewed", "zinc-section", "zinc-hebrew"])
def test_the_head_says_what_the_page_is_for_and_its_language(
    pages: dict[str, str], name: str
) -> None:
    head = head_of(pages[name])
    assert head["description"] == "Know what zinc does & does not do"
    hebrew = name == "zinc-hebrew"
    assert (head["lang"], head["dir"]) == (("he", "rtl") if hebrew else ("en", "ltr"))


# --- the data for machines -------------------------------------------------------------------

NEVER = {"offers", "review", "reviews", "aggregateRating", "doseSchedule", "availableStrength"}
MEDICINE = {"legalStatus", "warning"}
TYPES = {
    "article-journal": "ScholarlyArticle",
    "book": "Book",
    "chapter": "Chapter",
    "legislation": "Legislation",
    "report": "Report",
    "webpage": "WebPage",
}


def data_of(html: str) -> list[dict[str, Any]]:
    """Return the data for machines in a page, as a machine takes it out."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    scripts = list(tree.iter("script"))
    if scripts and not scripts[-1].attrib:  # the one that finds pages in the list of pages
        assert scripts.pop().text == index_script()
        assert f"script-src 'sha256-{sha256_of(index_script())}'; " in html.partition("</head>")[0]
    assert all(one.attrib == {"type": "application/ld+json"} for one in scripts)
    return [json.loads(one.text or "") for one in scripts]


def sha256_of(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@each_page
def test_the_list_of_pages_alone_runs_a_script(pages: dict[str, str], name: str) -> None:
    said = "script-src" in pages[name], index_script() in pages[name]
    assert said == ((True, True) if name.startswith("index") else (False, False))


def keys_of(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    return set(value).union(*map(keys_of, value.values())) if isinstance(value, dict) else set()


def rows_of(content: Content, table: str) -> list[dict[str, Any]]:
    return [
        {str(name): cell for name, cell in row.items()}
        for row in getattr(content, table).to_dict("records")
    ]


def shown_rows(content: Content, document: str, section: str = "") -> list[dict[str, Any]]:
    """Return the rows of the statements of a page or a section, in the order of a reader."""
    sections = {
        row["section"]: row["position"]
        for row in rows_of(content, "sections")
        if row["document"] == document and pd.notna(row["position"])
    }
    shown = [
        row
        for row in rows_of(content, "statements")
        if row["document"] == document
        and pd.notna(row["position"])
        and section in ("", row["section"])
    ]
    return sorted(shown, key=lambda row: (sections[row["section"]], row["position"]))


def cited_rows(content: Content, document: str, section: str = "") -> list[dict[str, Any]]:
    """Return the rows of the sources cited there, in the order of their numbers on the page."""

    def keys(section: str) -> list[str]:
        shown = shown_rows(content, document, section)
        texts = " ".join(notices.get(row["notice"], row["text"]) for row in shown)
        groups = re.findall(r"\[(@[a-z0-9-]+(?:; @[a-z0-9-]+)*)\]", texts)
        return [key.lstrip("@") for one in groups for key in one.split("; ")]

    notices = {row["notice"]: row["text"] for row in rows_of(content, "notices")}
    sources = {row["source"]: row for row in rows_of(content, "sources")}
    return [sources[key] for key in dict.fromkeys(keys("")) if key in keys(section)]


def source_as_data(row: dict[str, Any]) -> dict[str, str]:
    address = row["url"]
    if row["pmid"]:
        address = f"https://pubmed.ncbi.nlm.nih.gov/{row['pmid']}/"
    if row["doi"]:
        address = f"https://doi.org/{row['doi']}"
    said = {
        "@type": TYPES.get(row["type"], "CreativeWork"),
        "name": row["title"],
        "datePublished": row["issued"],
        "url": re.sub('[<>"]', lambda mark: f"%{ord(mark[0]):02X}", address).replace(
            *("&", "%26") if row["doi"] else ("", "")
        ),
    }
    return {name: text for name, text in said.items() if text}


@pytest.mark.parametrize(
    ("name", "document", "section"),
    [
        ("document", "ketamine", ""),
        ("section", "ketamine", "description"),
        ("zinc", "zinc", ""),
        ("zinc-part", "zinc", ""),
        ("zinc-reviewed", "zinc", ""),
        ("zinc-section", "zinc", "colds"),
    ],
)
def test_the_data_of_a_page_is_that_of_its_rows(
    pages: dict[str, str], name: str, document: str, section: str
) -> None:
    content = read_content(ROOT / "data") if document == "ketamine" else zinc()
    [row] = [one for one in rows_of(content, "documents") if one["document"] == document]
    [data] = data_of(pages[name])
    headings = {one["section"]: one["heading"] for one in rows_of(content, "sections")}
    title = f"{headings[section]} – {row['title']}" if section else row["title"]
    people = {one["person"]: one["name"] for one in rows_of(content, "people")}
    authors = {one["author"] for one in shown_rows(content, document, section)} - {""}
    expected = {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "name": title,
        "description": row["purpose"],
        "inLanguage": row["language"],
        "audience": {"@type": "MedicalAudience", "name": row["audience"]},
        "publisher": {"@type": "Organization", "name": row["publisher"]},
        "funder": {"@type": "Organization", "name": row["funding"]},
        "author": [
            {"@type": "Person", "name": one} for one in sorted(people[key] for key in authors)
        ],
        "citation": [source_as_data(one) for one in cited_rows(content, document, section)],
    }
    whole = {
        key for key, value in expected.items() if isinstance(value, dict) and not value["name"]
    }
    expected = {key: value for key, value in expected.items() if value and key not in whole}
    states = {"creativeWorkStatus", "version", "about", "lastReviewed", "reviewedBy"}
    assert {key: value for key, value in data.items() if key not in states} == expected
    about = {key: value for key, value in data["about"].items() if key not in MEDICINE}
    assert about == {"@type": row["about_type"], "name": row["about"]}
    assert re.fullmatch("w2:[0-9a-f]{64}", data["version"])


def test_every_fact_of_a_made_up_page_reaches_a_machine(pages: dict[str, str]) -> None:
    [data] = data_of(pages["zinc-reviewed"])
    assert data["citation"] == [
        {
            "@type": "ScholarlyArticle",
            "name": "roe-2021",
            "datePublished": "2021",
            "url": "https://pubmed.ncbi.nlm.nih.gov/123/",
        },
        {
            "@type": "WebPage",
            "name": "lee-2020-b",
            "url": "https://example.org/?a=1&b=%222%22",
        },
        {
            "@type": "ScholarlyArticle",
            "name": "lee-2020",
            "datePublished": "2020-03",
            "url": "https://doi.org/10.1234/a%3Cb%3E%26c",
        },
    ]
    assert data["lastReviewed"] == "2026-11-03"
    assert data["reviewedBy"] == [{"@type": "Person", "name": "Ada Lee, MD"}]
    assert data["creativeWorkStatus"] == "Reviewed"
    assert data["about"]["legalStatus"] == ["Zinc is sold without a prescription."]
    assert data["about"]["warning"] == [
        "Zinc can make you feel sick, and it can leave a bad taste for days.",
        "In one trial zinc did not shorten a cold, and people felt sick.",
    ]


@each_page
def test_nothing_is_sold_rated_or_dosed(pages: dict[str, str], name: str) -> None:
    for data in data_of(pages[name]):
        assert keys_of(data) & NEVER == set()
    assert len(data_of(pages[name])) == int(not name.startswith(("index", "archive", "review")))


@cache
def not_signed_in_full(left: str) -> Content:
    """Return the page without what is left to sign."""
    content = zinc() if left == "all of it" else signed(zinc(), but=left)
    if left != "a changed word":
        return content
    words = content.statements["text"].str.replace("without a", "with no")
    return replace(content, statements=content.statements.assign(text=words))


@pytest.mark.slow
@pytest.mark.parametrize("section", ["", "start", "colds"])
@pytest.mark.parametrize(
    "left", ["talk", "help", "harm", "colds", "unsure", "law", "all of it", "a changed word"]
)
def test_nothing_is_said_of_the_medicine_until_the_whole_page_is_signed(
    left: str, section: str
) -> None:
    content = not_signed_in_full(left)
    page = with_signoffs(content, assemble(content, "zinc", section=section))
    [data] = data_of(page.to_html())
    assert keys_of(data) & (MEDICINE | {"lastReviewed", "reviewedBy"}) == set()


SCHEMA_ORG_TYPES = {
    *("AnatomicalStructure", "DietarySupplement", "Drug", "DrugClass", "InfectiousDisease"),
    *("LifestyleModification", "MedicalCondition", "MedicalDevice", "MedicalProcedure"),
    *("MedicalRiskFactor", "MedicalSignOrSymptom", "MedicalTest", "MedicalTherapy"),
    *("Substance", "SurgicalProcedure"),
}
"""Types of https://schema.org/MedicalEntity and their kinds, read there by hand."""


def about_of(kind: str, name: str) -> Any:
    """Return what the reviewed page says it is about, with that in its row."""
    made = signed(zinc())
    documents = made.documents.assign(about_type=kind, about=name)
    [data] = data_of(bundle(replace(made, documents=documents))["text/html"])
    return data.get("about")


def test_a_page_says_what_it_is_about_only_where_its_row_does() -> None:
    assert about_of("", "") is None
    asthma = {"@type": "MedicalCondition", "name": "Asthma"}
    assert about_of("MedicalCondition", "Asthma") == asthma


def test_every_kind_of_thing_that_the_data_package_offers_is_a_type_of_schema_org() -> None:
    field = shipped_schemas()["documents"].fields["about_type"]
    offered = field["constraints"]["enum"]
    assert set(offered) <= SCHEMA_ORG_TYPES
    assert [one for one in offered if one not in field["description"]] == []


def test_a_stale_state_is_told_by_the_data_in_the_words_of_the_page(pages: dict[str, str]) -> None:
    said = {
        name: data_of(pages[name])[0]["creativeWorkStatus"]
        for name in ("zinc", "zinc-part", "zinc-reviewed")
    }
    assert said == {"zinc": "Draft", "zinc-part": "Draft", "zinc-reviewed": "Reviewed"}


def test_data_of_a_hostile_cell_stays_data(tmp_path: Path) -> None:
    cell = "</script><script>alert(1)</script><!-- \u2028 & ]]>"
    content = judging.page({("documents", "zinc"): {"title": cell, "audience": cell}})
    html = exported(tmp_path, "hostile", "html", bundle(content))
    [data] = data_of(html)
    assert data["name"] == data["audience"]["name"] == cell
    assert html.count("<script") == 1
