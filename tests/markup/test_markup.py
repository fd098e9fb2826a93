"""A cell of a table reaches a reader as visible text and nothing else, in HTML and in Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ketcontent import assemble, import_page, read_content
from ketcontent.importing.other_formats import marked_up
from ketcontent.markup.citation_marks import cited, without_citations
from ketcontent.markup.inline import as_markup, inline_html, inline_plain
from ketcontent.markup.markdown import (
    doi_address,
    escape_cell,
    escape_markdown,
    footnote,
    inline_markdown,
    markdown_heading,
    markdown_lines,
    strong,
    web_address,
)
from ketcontent.markup.templates import english, render
from ketcontent.model.content import empty_content
from ketcontent.pages.blocks import Block, Section, Signer, Statement, Term
from ketcontent.pages.document import Document
from ketcontent.text.normalize import fold, joined
from tests.laws import examples

# --- readers of HTML and Markdown, as wide as any --------------------------------------------

WIDEST = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
VISIBLE = {"text", "code_inline", "softbreak"}
EMPHASIS = {"em_open", "em_close", "strong_open", "strong_close"}
LINKS = {"link_open", "link_close"}


def text_of(tokens: list[Token] | None) -> str:
    """Return the visible text of inline tokens."""
    tokens = tokens or []
    return "".join("\n" if one.type == "softbreak" else one.content for one in tokens)


def inline_tokens(markdown: str) -> list[Token]:
    """Return the inline tokens of Markdown that is one paragraph and nothing else."""
    tokens = WIDEST.parse(markdown)
    assert [one.type for one in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    return tokens[1].children or []


NOTE = re.compile(r"^\[\^([a-z0-9-]+)\]: (.*)$", re.MULTILINE)


def notes_of(markdown: str) -> dict[str, tuple[str, list[str]]]:
    """Return the words of each footnote of a page, and the addresses it links to."""
    notes = {}
    for key, text in NOTE.findall(markdown):
        known: dict[str, Any] = {}
        WIDEST.parse(f"[x]: {text}", known)  # who knows no footnotes may see where a link leads
        found = known.get("references", {}).values()
        assert all(
            one["href"].startswith("**") for one in found
        )  # no address of the web, no script
        words, hrefs, inside = "", [], False
        for token in inline_tokens(text):
            assert token.type in {"text", *LINKS, "strong_open", "strong_close"}
            inside = token.type == "link_open" or (inside and token.type != "link_close")
            hrefs += [str(token.attrs["href"])] if token.type == "link_open" else []
            words += "" if inside else token.content
        assert key not in notes
        notes[key] = (fold(words), hrefs)
    return notes


def marks_of(markdown: str) -> list[str]:
    """Return the marks of footnotes in a page, in order."""
    return re.findall(r"(?<!\\)(?:\\\\)*\[\^([a-z0-9-]+)\](?!:)", markdown)


def read_markdown(markdown: str, *, links: bool = False) -> list[str]:
    """Return the visible texts of a page of Markdown; fail on any markup that no page has.

    Footnotes and their marks are left out.
    """
    keys = [key for key, _ in NOTE.findall(markdown)]
    markdown = NOTE.sub("", markdown)
    if keys:
        mark = rf"(?<!\\)((?:\\\\)*)\[\^(?:{'|'.join(keys)})\]"
        markdown = re.sub(mark, "\\1\U0001056f", markdown)  # what follows starts no line
    blocks = {"heading", "paragraph", "bullet_list", "list_item", "blockquote"}
    spans = VISIBLE | EMPHASIS | (LINKS if links else set())
    texts = []
    for token in WIDEST.parse(markdown):
        if token.type == "inline":
            assert {one.type for one in token.children or []} <= spans
            texts.append(fold(text_of(token.children).replace("\U0001056f", "")))
        else:
            assert token.type.removesuffix("_open").removesuffix("_close") in blocks
    return texts


class Reader(HTMLParser):
    """Collects every element with its attributes, and the text of each innermost block."""

    BLOCKS = frozenset({"h1", "h2", "h3", "p", "li", "dt", "dd", "caption", "th", "td", "summary"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.cites: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "details" and self.open[-1] == "from":
            tag = "rests on"
        elif ("class", "from") in attrs:
            tag = "from"
        elif tag == "summary" and "nav" not in self.open:
            tag = "unfolds"
        elif attrs == [("class", "bars"), ("aria-hidden", "true")]:
            tag = "drawn"
        self.open.append(tag)
        if "rests on" in self.open:
            self.cites += [""] if tag == "li" else []
        elif tag in self.BLOCKS:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        own = {"rests on": "details", "from": "div", "unfolds": "summary", "drawn": "span"}
        closed = self.open.pop()
        assert own.get(closed, closed) == tag

    def handle_data(self, data: str) -> None:
        if "script" in self.open:
            assert json.loads(data)["@context"] == "https://schema.org"  # data, and no script
        elif {"unfolds", "drawn"} & set(self.open):
            pass
        elif "rests on" in self.open:
            self.cites[-1:] = [f"{one}{data}" for one in self.cites[-1:]]
        elif data.strip():
            assert self.BLOCKS & set(self.open), f"{data!r} stands in no block"
            self.texts[-1] += data
        elif self.texts and self.BLOCKS & set(self.open):
            self.texts[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    handle_decl = handle_pi = unknown_decl = handle_comment

    def read(self) -> list[str]:
        """Return the texts of the blocks, in order, without the numbers of sources."""
        return [fold(text) for text in self.texts]


# --- hostile cells ---------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<b onclick='x()'>now</b>",
    "</p></section><h1>Mine</h1>",
    "<!-- hidden -->",
    "<?php echo 1 ?>",
    "<![CDATA[x]]>",
    "{{ 7 * 7 }} {% raw %} {# gone #}",
    "${7*7}",
    "[so](javascript:alert(1))",
    "[so](data:text/html;base64,PHNjcmlwdD4=)",
    "[so](//example.org/x)",
    "![dot](data:image/png;base64,iVBORw0KGgo=)",
    "<https://example.org> <a@example.org>",
    "&lt;b&gt; &amp; &copy; &#60;script&#62; &nbsp;",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "*a* **b** _c_ __d__ ~~e~~ ~f~ `g` ``h``",
    "5 * 4 < 20 & a_b > p",
    "\\*so\\* C:\\new\\ ends in \\",
    "# heading ## #",
    "- item",
    "+ item",
    "* item",
    "* * *",
    "- - -",
    "_ _ _",
    "---",
    "===",
    "***",
    "1. one",
    "2) two",
    "> quoted",
    "| a | b |",
    "--- | ---",
    ":--",
    "```sh",
    "~~~",
    "    four spaces",
    "[x]: https://example.org",
    "[ ] to do",
    "[^1]: note",
    "=SUM(A1)",
    "::: note",
    "$x^2$ and $$y$$",
    "a*",
    "*b",
    "c_ _d",
    "`e",
    "[f",
    "](g)",
    "<h",
    "i>",
    "!",
    "好。",
    "؟ نعم",
]

# What a cell may hold: no control characters, and none that turn the direction of the text.
PRINTABLE = st.characters(
    exclude_categories=("Cc", "Cn", "Cs", "Zl", "Zp"),
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)
CELLS = st.one_of(
    st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3).map(" ".join),
    st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3).map("".join),
    st.text("*_`[]()<>!&;\\~#-+=|:.1a \u00a0$\"'", min_size=1, max_size=14),
    st.text(PRINTABLE, min_size=1, max_size=30),
).filter(lambda text: bool(text.strip()))


# --- single texts ----------------------------------------------------------------------------


@given(CELLS)
def test_as_markup_reads_as_the_plain_text(plain: str) -> None:
    assert inline_plain(as_markup(plain)) == plain
    reader = Reader(f"<p>{inline_html(as_markup(plain))}</p>")
    assert reader.elements == [("p", {})]
    assert reader.texts == [plain]


@given(CELLS)
@example("It helps (a little).")
def test_escaped_markdown_reads_as_the_plain_text_whoever_renders_it(plain: str) -> None:
    children = WIDEST.parseInline(escape_markdown(plain))[0].children or []
    assert {one.type for one in children} <= {"text"}
    assert text_of(children) == plain


@pytest.mark.parametrize(
    "plain",
    [
        "It helps (CRPS).",
        "5 * 4 is 20",
        "p < 0.05",
        "a_b and AT&T",
        "about ~5",
        "C:\\new",
        "Is it 1. or 2)?",
        "So - or so + or so",
        "50% > 20%",
        "it’s “so”: #5 | 6!",
    ],
)
def test_ordinary_text_is_not_escaped(plain: str) -> None:
    assert escape_markdown(plain) == plain
    assert markdown_lines([plain]) == [plain]


@given(st.lists(CELLS, min_size=1, max_size=4))
@example(["C:\\", "So."])
@example(["a *b.", "c* d."])
@example(["a | b", "--- | ---"])
@example(["A", "==="])
def test_lines_of_markdown_never_start_a_block(sentences: list[str]) -> None:
    lines = markdown_lines(escape_markdown(one) for one in sentences)
    for markdown in ("\n".join(lines), "So\n\n" + "\n".join(lines)):
        *_, opened, inline, closed = WIDEST.parse(markdown)
        assert (opened.type, closed.type) == ("paragraph_open", "paragraph_close")
        assert {one.type for one in inline.children or []} <= {"text", "softbreak"}
        assert fold(text_of(inline.children)) == fold(joined(map(str.strip, sentences)))
    assert len(WIDEST.parse("\n".join(lines))) == 3


@pytest.mark.parametrize(
    "one", ["好。", "好。[^a]", "**好。**", "[好。](<https://a.example>)[^a][^b-1]"]
)
def test_sentences_that_stand_closed_up_share_a_line_whatever_marks_they_end_in(one: str) -> None:
    assert markdown_lines([one, "So."]) == [f"{one}So."]
    assert len(markdown_lines([f"{one}.", "So."])) == 2


@given(CELLS)
def test_a_heading_in_markdown_reads_as_the_plain_text(plain: str) -> None:
    opened, inline, closed = WIDEST.parse(f"## {markdown_heading(plain)}\n")
    assert (opened.type, opened.tag, closed.type) == ("heading_open", "h2", "heading_close")
    assert {one.type for one in inline.children or []} <= {"text"}
    assert fold(text_of(inline.children)) == fold(plain)


@given(CELLS, CELLS)
def test_a_strong_text_reads_as_the_plain_text(plain: str, after: str) -> None:
    tokens = inline_tokens(f"{strong(plain)} {escape_markdown(after.strip())}")
    assert [one.type for one in tokens if one.content or one.type != "text"] == [
        "strong_open",
        "text",
        "strong_close",
        "text",
    ]
    assert fold(text_of(tokens)) == fold(f"{plain.strip()} {after}")


@given(st.lists(CELLS, min_size=2, max_size=4))
@example(["a | b", "\\|", "c\\"])
def test_a_cell_of_a_markdown_table_reads_as_the_plain_text(cells: list[str]) -> None:
    head = " | ".join("abcd"[: len(cells)])
    row = " | ".join(escape_cell(cell) for cell in cells)
    tokens = WIDEST.parse(f"| {head} |\n|{' --- |' * len(cells)}\n| {row} |\n")
    assert tokens[0].type == "table_open"
    inline = [one for one in tokens if one.type == "inline"][len(cells) :]
    assert [fold(text_of(one.children)) for one in inline] == [fold(cell) for cell in cells]
    assert {part.type for one in inline for part in one.children or []} <= {"text"}


MARKUP = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("*", "**", "_", "__", "`", "``", "\\*", "\\\\", "!", "a", "b c", " ", "&amp;"),
                *("&nbsp;", "[so](https://example.org/?a=1&amp;b=2)", "[*so*](#here)", "~", "$"),
                *("[a \\] b](mailto:a@example.org)", "[so](<https://example.org/a b> 'title')"),
                *("[116 123](tel:116123)", "[*text* 1737](sms:1737)", "[1](tel:*#06#)"),
                *("` a `", "`` ` ``", "*a*_b_", "***c***", "<b>", "</b>", "[", "]", "(x)", "."),
            ]
        ),
        CELLS,
    ),
    min_size=1,
    max_size=7,
).map("".join)


@settings(max_examples=examples(400))
@given(MARKUP.filter(lambda text: bool(inline_plain(text).strip())))
@example("![dot](https://example.org/dot.png)")
@example("*a&nbsp;*")
@example("_*_")
@example("[so](https://example.org/?a&amp;lt;b)")
def test_inline_markup_says_the_same_in_html_and_in_markdown(markup: str) -> None:
    reader = Reader(f"<p>{inline_html(markup)}</p>")
    assert {tag for tag, _ in reader.elements} <= {"p", "em", "strong", "code", "a"}
    hrefs = [attributes["href"] for tag, attributes in reader.elements if tag == "a"]
    allowed = ("http", "mailto:", "tel:", "sms:", "#")
    assert all(str(href).lower().startswith(allowed) for href in hrefs)
    [line] = markdown_lines([inline_markdown(markup)])
    tokens = inline_tokens(line)
    assert {one.type for one in tokens} <= VISIBLE | EMPHASIS | LINKS
    assert fold(text_of(tokens)) == fold(inline_plain(markup)) == fold(reader.texts[0])
    found = [one.attrs["href"] for one in tokens if one.type == "link_open"]
    assert found == hrefs or found == []


@pytest.mark.parametrize(
    ("markup", "html", "markdown"),
    [
        pytest.param("*so*", "<em>so</em>", "*so*", id="emphasis"),
        pytest.param("_so_", "<em>so</em>", "_so_", id="emphasis with lines"),
        pytest.param("**so**", "<strong>so</strong>", "**so**", id="strong"),
        pytest.param("`a*b`", "<code>a*b</code>", "`a*b`", id="code"),
        pytest.param(
            "[so](https://example.org)",
            '<a href="https://example.org">so</a>',
            "[so](<https://example.org>)",
            id="link",
        ),
        pytest.param(
            "[so](javascript:x)", "[so](javascript:x)", "\\[so\\](javascript:x)", id="script"
        ),
        pytest.param(
            "![so](data:x)", "![so](data:x)", "!\\[so\\](data:x)", id="image of another kind"
        ),
        pytest.param(
            "![so](https://example.org/a.png)",
            '!<a href="https://example.org/a.png">so</a>',
            "\\![so](<https://example.org/a.png>)",
            id="image",
        ),
        pytest.param("<b>so</b>", "&lt;b&gt;so&lt;/b&gt;", "&lt;b>so&lt;/b>", id="HTML"),
        pytest.param("a &lt; b", "a &lt; b", "a < b", id="entity"),
    ],
)
def test_a_sentence_is_inline_markup(markup: str, html: str, markdown: str) -> None:
    assert str(inline_html(markup)) == html
    assert inline_markdown(markup) == markdown


@pytest.mark.parametrize(
    ("address", "dials"),
    [
        ("tel:116123", True),
        ("sms:988", True),
        ("TEL:+4402079460000", True),
        ("tel:*%23062%23", False),
        ("tel:988;phone-context=x", False),
        ("sms:988?body=yes", False),
        ("tel:1", False),
        ("tel:", False),
        ("facetime:988", False),
    ],
)
def test_a_link_dials_plain_digits_and_nothing_that_a_phone_could_act_on(
    address: str, dials: bool
) -> None:
    markup = f"Call [988]({address}) now."
    assert (f'href="{address}"' in inline_html(markup)) is dials
    assert (f"(<{address}>)" in inline_markdown(markup)) is dials
    assert inline_plain(markup) == ("Call 988 now." if dials else markup)


# --- whole pages -----------------------------------------------------------------------------


KEYS = ["lee-2020", "roe-2021", "who-2015"]
GROUPS = st.lists(st.sampled_from(KEYS), min_size=1, max_size=2).map(
    lambda keys: " [" + "; ".join(f"@{key}" for key in keys) + "]"
)
# The words before a citation, a citation or none, and the words after it.
CITING = st.tuples(CELLS, st.one_of(st.just(""), GROUPS), st.one_of(st.just(""), CELLS))


def statement(label: str, parts: tuple[str, str, str]) -> Statement:
    before, group, after = parts
    text = as_markup(before) + group + (f" {as_markup(after)}" if after else "")
    plain = inline_plain(without_citations(text))
    return Statement("s", label, text, plain, "", "", "", cited(text))


FORMS = st.sampled_from(["paragraph", "item", "notice"])
BLOCKS = st.builds(
    Block,
    FORMS,
    st.lists(
        st.builds(statement, st.one_of(st.just(""), CELLS), CITING), min_size=1, max_size=3
    ).map(tuple),
)
SECTIONS = st.builds(
    Section,
    section=st.just("s"),
    number=st.sampled_from(["", "1.", "(2)", "Step 3:"]),
    heading=CELLS,
    run_in=st.just(False),
    blocks=st.lists(BLOCKS, max_size=3).map(tuple),
    language=st.just("en"),
    edition=st.just("current"),
)
TERMS = st.builds(Term, CELLS, CELLS, st.just(""), CELLS)
ADDRESSES = CELLS.map(lambda cell: "".join(cell.split()))
SOURCES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["article-journal", "book", "webpage"]),
        "title": CELLS,
        "authors": st.one_of(st.just(""), CELLS, CELLS.map("{{{}}}".format)),
        "container_title": st.one_of(st.just(""), CELLS),
        "publisher": st.one_of(st.just(""), CELLS),
        "doi": st.one_of(st.just(""), ADDRESSES.map("10.1234/{}".format), CELLS),
        "url": st.one_of(st.just(""), ADDRESSES.map("https://example.org/{}".format), CELLS),
        "unconfirmed": st.one_of(st.just(""), CELLS),
    }
)
SIGNERS = st.builds(
    Signer,
    name=CELLS,
    affiliation=st.one_of(st.just(""), CELLS),
    conflicts=CELLS,
    capacity=st.sampled_from(["editorial", "clinical"]),
    statements=st.integers(1, 3),
    last=st.just("2026-11-01"),
    proof=st.sampled_from(["checked", "recorded"]),
)


def with_sources(page: Document, rows: list[Mapping[str, str]]) -> Document:
    """Return a page with the sources that it cites, numbered by first use."""
    shown = {key: dict(row, source=key) for key, row in zip(KEYS, rows, strict=True)}
    used = [key for section in page for one in section.statements for key in one.cites]
    numbers = {key: place for place, key in enumerate(dict.fromkeys(used), start=1)}
    sections = tuple(replace(section, numbers=numbers) for section in page)
    sources = tuple(shown[key] for key in numbers)
    return replace(page, sections=sections, numbers=numbers, sources=sources)


DOCUMENTS = st.builds(
    with_sources,
    st.builds(
        Document,
        document=st.just("page"),
        title=CELLS,
        name=CELLS,
        language=st.just("en"),
        edition=st.sampled_from(["current", "supplied"]),
        purpose=st.just(""),
        sections=st.lists(SECTIONS, max_size=3).map(tuple),
        terms=st.lists(TERMS, max_size=2).map(tuple),
        part=st.just(""),
        received=st.just(True),
        signers=st.lists(SIGNERS, max_size=2).map(tuple),
    ).map(lambda page: replace(page, state="archive") if page.edition == "supplied" else page),
    st.lists(SOURCES, min_size=3, max_size=3),
)


CHECK = "To check that nobody has changed this page, compare it with its record:"


def about(page: Document) -> list[tuple[str, str]]:
    """Return what a page says of itself at its end: names and values."""
    if page.edition == "supplied" or page.part:
        return []
    said = [
        (
            "Reviewed by",
            f"{one.name.strip()}: {one.capacity} review, sentences, headings and definitions: "
            f"{one.statements}, last on 1 November 2026. Conflicts of interest: {one.conflicts}"
            + (f" ({one.affiliation})" if one.affiliation else "")
            + (". Signature checked." if one.proof == "checked" else ". Recorded, not signed."),
        )
        for one in page.signers
    ]
    return [
        *([("For", page.audience)] if page.audience else []),
        ("Written by", "not stated"),
        *(said or [("Reviewed by", "Nobody has signed off this page yet.")]),
        ("Last review", "none yet"),
        ("Next review", "before it is published as reviewed"),
        ("Published by", "not stated"),
        ("Paid for by", "not stated"),
    ]


def about_in_html(page: Document) -> list[str]:
    """Return the texts of the blocks of that in HTML: a name that several share stands once."""
    said = about(page)
    names = ["", *(name for name, _ in said)]
    texts = [
        text
        for (name, value), last in zip(said, names, strict=False)
        for text in ((name, value) if name != last else (value,))
    ]
    check = f"{CHECK} the record of this page (ketcontent verify index.html)."
    return ["About this page", *map(fold, texts), check] if said else []


def about_in_markdown(page: Document) -> list[str]:
    """Return the texts of the blocks of that in Markdown."""
    said = [fold(f"{name}: {value}") for name, value in about(page)]
    check = f"{CHECK} the record of this page, record.json (ketcontent verify index.md)."
    return ["About this page", *said, check] if said else []


def contents_of(page: Document) -> list[str]:
    """Return the texts of the list of contents."""
    titles = [fold(section.title) for section, *_ in page.groups if section.title]
    if not titles or page.part:
        return []
    ends = ["About this page"] if page.edition == "current" else []
    return ["On this page", *titles, *ends, *(["Sources"] if page.references else [])]


def address_of(one: Any) -> tuple[str, str]:
    """Return the address that a reference links to, and the words for one it does not link to."""
    address = doi_address(one.doi) or web_address(one.url)
    return address, "" if address else one.doi or one.url


def listed(page: Document) -> list[str]:
    """Return the sources of a page as HTML has them."""
    said = []
    for one in page.references:
        address, words = address_of(one)
        link = f"doi:{one.doi}" if doi_address(one.doi) else one.url if address else words
        lacks = f"Not yet confirmed: {one.unconfirmed}." if one.unconfirmed else ""
        pubmed = f"PubMed {one.pmid}" if one.pmid else ""
        said.append(f"{one.text} {link} {pubmed} {lacks}")
    return ["Sources", *map(fold, said)] if said else []


def noted(page: Document) -> dict[str, tuple[str, list[str]]]:
    """Return the sources of a page as Markdown has them."""
    notes = {}
    for one in page.references:
        address, words = address_of(one)
        lacks = f"Not yet confirmed: {one.unconfirmed}." if one.unconfirmed else ""
        said = fold(f"{one.text.strip()} {words} {lacks}")
        notes[one.source] = (said, [unquote(address)] if address else [])
    return notes


def said_by(page: Document, about: list[str], certainty: str = "{}") -> list[str]:
    """Return the texts of the blocks of a page, as they must be seen, in order.

    `about` is what it says of itself, and `certainty` how the certainty of a sentence is set.
    """
    texts = []
    for section in page:
        texts.append(section.title)
        for block in section.blocks:
            if any(one.is_marked for one in block.statements):
                said = [
                    f"{one.label_text} {one.plain} "
                    + (certainty.format(GRADES[one.certainty]) if one.is_marked else "")
                    + (" against:" if one.against and certainty != "{}" else "")
                    for one in block.statements
                ]
                texts.append(" ".join(said))
            else:
                texts.append(block.plain)
    texts += [*about, *legend(page)]
    if page.terms:
        texts.append("Words used on this page")
    return [fold(text) for text in texts]


GRADES = {
    grade: english()(f"certainty-{grade}") for grade in ("high", "moderate", "low", "very-low")
}


def legend(page: Document) -> list[str]:
    """Return what a page says of its grades, as its Markdown has it."""
    if not page.certainties:
        return []
    meanings = [
        f"{GRADES[one]}: {english()(f'certainty-{one}-meaning')}" for one in page.certainties
    ]
    return ["How sure we are", english()("certainty-intro"), *meanings]


def state_of(page: Document) -> list[str]:
    """Return what every page says before its first section."""
    draft = "Draft. No clinician has reviewed this page."
    archive = (
        "Archive copy. This is the page as it was received, word for word. Nobody has checked it, "
        "and it makes claims that may be wrong or unsafe."
    )
    state = archive if page.edition == "supplied" else draft
    dates = "Last review: none yet. Next review: before it is published as reviewed."
    return [
        f"{state} Do not use it to decide about your health.",
        *([] if page.edition == "supplied" else [dates]),
        "If you or someone else is in danger now, call your emergency number.",
    ]


@settings(max_examples=examples(150))
@given(DOCUMENTS)
def test_a_page_in_markdown_says_its_sentences_and_holds_nothing_else(page: Document) -> None:
    terms = [f"{one.term.strip()}: {one.expansion}; {one.definition}" for one in page.terms]
    markdown = page.to_markdown()
    assert read_markdown(markdown) == [
        fold(page.name),
        " ".join(state_of(page)),
        *said_by(page, about_in_markdown(page)),
        *map(fold, terms),
        *listed(page)[:1],
    ]
    notes = {
        key: (words, [unquote(href) for href in hrefs])
        for key, (words, hrefs) in notes_of(markdown).items()
    }
    assert notes == noted(page)
    assert list(dict.fromkeys(marks_of(markdown))) == list(notes)


@settings(max_examples=examples(150))
@given(DOCUMENTS)
def test_a_page_in_html_says_its_sentences_and_holds_nothing_else(page: Document) -> None:
    reader = Reader(page.to_html())
    terms = [
        fold(text)
        for one in page.terms
        for text in (one.term, f"{one.expansion}; {one.definition}")
    ]
    assert reader.read() == [
        fold(page.name),
        *state_of(page),
        *contents_of(page),
        *said_by(page, about_in_html(page)),
        *terms,
        *listed(page),
    ]
    known = {"article", "h1", "div", "p", "strong", "nav", "h2", "ul", "li", "a", "section"}
    known |= {"span", "h3", "ol", "em", "code", "details", "summary", "script"}
    links = [address_of(one)[0] for one in page.references]
    outside = []
    for tag, attributes in reader.elements:
        assert tag in known | {"dl", "dt", "dd"}
        names = {"id", "lang", "dir", "class", "role", "aria-label", "href", "value", "type"}
        assert set(attributes) <= names | {"aria-labelledby"}
        assert tag != "script" or attributes == {"type": "application/ld+json"}
        cells = {attributes.get(name) for name in ("id", "href")} - {None}
        ours = {
            "s",
            "#s",
            "s_s",
            "#s_s",
            "_contents",
            "_terms",
            "_about",
            "#_about",
            "_sources",
            "#_sources",
        }
        ours |= {f"_{number}" for number in (1, 2, 3)} | {f"#_{number}" for number in (1, 2, 3)}
        ours |= {term.id for term in page.terms} | {f"#{term.id}" for term in page.terms}
        href = attributes.get("href") or "#"
        outside += [] if href.startswith("#") or href == "record.json" else [href]
        assert cells - set(outside) <= ours | {"record.json"}
    assert outside == [link for link in links if link]
    assert all(link.startswith(("https://doi.org/10.", "https://example.org/")) for link in outside)


@settings(max_examples=examples(60))
@given(st.lists(CELLS, min_size=1, max_size=4), st.sampled_from(["current", "supplied"]))
def test_an_imported_page_says_the_same_in_html_markdown_and_text(
    lines: list[str], edition: str
) -> None:
    text = "\n".join(["Title", *lines])
    assume(marked_up(text) is None)  # what is mostly tags is refused: it is a web page
    page = assemble(import_page(empty_content(), text, document="page"), "page", edition=edition)
    said = [text for text in said_by(page, []) if text]
    html = Reader(page.to_html()).read()[1 + len(state_of(page)) :]
    contents = contents_of(page)
    start = html.index("On this page") if contents else 0
    assert html[start : start + len(contents)] == contents
    assert html[:start] + html[start + len(contents) :] == said + about_in_html(page)
    assert read_markdown(page.to_markdown(), links=True)[2:] == said + about_in_markdown(page)
    assert 'class="from"' not in page.to_html()


def cell_everywhere(cell: str) -> Document:
    """Return a page with one cell in every place that a table has for text."""
    one = Statement("s", cell, as_markup(cell) + " [@lee-2020]", cell, "", "", "", ("lee-2020",))
    blocks = tuple(Block(form, (one,)) for form in ("paragraph", "item", "notice"))
    section = Section("s", "", cell, False, blocks, "en", "current")
    page = Document(
        *("page", cell, cell, "en", "current", cell),
        sections=(section,),
        terms=(Term(cell, cell, cell, cell),),
        part="",
        received=True,
        signers=(Signer(cell, cell, cell, "clinical", 2, "2026-11-01", "recorded"),),
    )
    named = ("title", "authors", "container_title", "volume", "issue", "page", "publisher")
    row = dict.fromkeys((*named, "doi", "url", "unconfirmed"), cell)
    return with_sources(page, [{**row, "type": "article-journal"}] * 3)


@pytest.mark.parametrize("cell", HOSTILE)
def test_a_hostile_cell_is_visible_text_in_every_place(cell: str) -> None:
    page = cell_everywhere(cell)
    one = page.sections[0].statements[0]
    reader = Reader(page.to_html())
    shown = fold(cell)
    assert reader.read().count(shown) == 4  # title, list of contents, heading, term
    label = fold(f"{one.label_text} {cell}")
    assert reader.read().count(label) == 3
    elements = [tag for tag, _ in reader.elements]
    assert elements.count("script") == 1  # the data for machines, which the reader looks at
    assert [tag for tag in elements if tag in ("img", "b")] == []
    assert elements.count("code") == 1  # how to verify the page
    assert [tag for tag, _ in reader.elements].count("em") == 1  # what is not confirmed
    texts = read_markdown(page.to_markdown())
    assert texts.count(shown) == 2
    assert texts.count(label) == 3
    what = "clinical review, sentences, headings and definitions: 2"
    signer = f"{shown}: {what}, last on 1 November 2026."
    signer = fold(f"{signer} Conflicts of interest: {cell} ({cell}). Recorded, not signed.")
    assert signer in reader.read()
    assert fold(f"Reviewed by: {signer}") in texts
    lacks = fold(f"{cell} Not yet confirmed: {cell}.")
    assert reader.read()[-1].endswith(lacks)
    assert notes_of(page.to_markdown())["lee-2020"] == noted(page)["lee-2020"]
    assert notes_of(page.to_markdown())["lee-2020"][0].endswith(lacks)
    links = {one["href"] for tag, one in reader.elements if tag == "a"}
    assert links - {f"#{page.terms[0].id}"} == {
        "#s", "#s_s", "#_1", "#_about", "#_sources", "record.json"
    }  # fmt: skip


@pytest.mark.parametrize("cell", HOSTILE)
@pytest.mark.parametrize("field", ["title", "authors", "container_title"])
def test_a_hostile_cell_of_a_source_alone_is_visible_text(field: str, cell: str) -> None:
    row = {"type": "article-journal", "title": "T", **{field: cell}}
    row |= {"authors": f"{{{cell}}}"} if field == "authors" else {}
    page = with_sources(cell_everywhere("a"), [row] * 3)
    shown = fold(cell.strip("{}") if field == "authors" else cell)
    assert shown.rstrip(".") in page.references[0].text
    [*_, said] = Reader(page.to_html()).read()
    assert said == fold(page.references[0].text)
    assert notes_of(page.to_markdown()) == {"lee-2020": (fold(page.references[0].text), [])}


@pytest.mark.parametrize("cell", HOSTILE)
def test_markup_of_an_editor_that_is_hostile_does_no_harm(cell: str) -> None:
    for text in (
        cell,
        f"{cell} [@lee-2020]",
        f"[@lee-2020; @roe-2021] {cell}",
        f"{cell}[@a]{cell}",
    ):
        plain = inline_plain(without_citations(text))
        one = Statement("s", "", text, plain, "", "", "", cited(text))
        numbers = dict.fromkeys(one.cites, 7)
        blocks = (Block("notice", (one, one)),)
        section = Section("s", "", "H", False, blocks, "en", "current", numbers)
        reader = Reader(section.to_html())
        tags = {tag for tag, _ in reader.elements}
        assert tags <= {
            *("section", "h2", "div", "p", "em", "strong", "code", "a", "span"),
            *("details", "summary", "ul", "li"),
        }
        assert fold(reader.texts[1]) == fold(joined([plain, plain]))
        markdown = section.to_markdown() + "".join(f"\n[^{key}]: So it is." for key in one.cites)
        assert read_markdown(markdown, links=True) == ["H", fold(joined([plain, plain]))]


@pytest.mark.parametrize("edition", ["current", "supplied"])
def test_html_and_markdown_of_the_shipped_page_hold_the_same_sentences(edition: str) -> None:
    page = assemble(read_content("data"), "ketamine", edition=edition)
    reader = Reader(page.to_html())
    state = state_of(page)[:-1] if page.urgent_first else state_of(page)
    terms = [
        f"{one.term}: {'; '.join(filter(None, [one.expansion, one.plain, one.definition]))}"
        for one in page.terms
    ]
    assert read_markdown(page.to_markdown(), links=True) == [
        fold(page.name),
        " ".join(state),
        *filter(None, said_by(page, about_in_markdown(page), "({})")),
        *terms,
        *listed(page)[:1],
    ]
    html = reader.read()
    start = html.index("On this page")
    contents = contents_of(page)
    assert html[start : start + len(contents)] == contents
    seen = html[:start] + html[start + len(contents) :]
    in_pairs = [part for one in [*legend(page)[2:], *terms] for part in one.split(": ", 1)]
    said = [
        one
        for one in said_by(page, about_in_html(page))
        if one and one not in {*map(fold, legend(page)[2:])}
    ]
    words = "Words used on this page"
    if words in said:
        place = said.index(words)
        said[place:place] = in_pairs[: len(in_pairs) - 2 * len(terms)]
        said += in_pairs[len(in_pairs) - 2 * len(terms) :]
    assert seen == [fold(page.name), *state, *said, *listed(page)]
    numbers = [str(page.numbers[key]) for key in marks_of(page.to_markdown())]
    marks = " ".join(one.partition(":")[2] for one in reader.cites).split()
    assert [one for one in marks if one != "against:"] == numbers
    assert marks.count("against:") == sum(bool(one.against) for one in page.statements)


@pytest.mark.parametrize(
    ("text", "html", "markdown"),
    [
        pytest.param(
            "One [@a] and two. [@b; @a]",
            "One and two.",
            "One[^a] and two.[^b][^a]",
            id="where they stand",
        ),
        pytest.param(
            "**It may help. [@a] Or not.**",
            "<strong>It may help. Or not.</strong>",
            "**It may help. Or not.**[^a]",
            id="inside markup",
        ),
        pytest.param(
            "Really! [@b]",
            "Really!",
            "Really\\![^b]",
            id="after a mark that could open an image",
        ),
        pytest.param("See \\[@a].", "See [@a].", "See \\[@a\\].", id="escaped, so none"),
    ],
)
def test_a_citation_stands_where_it_is_in_markdown_and_behind_the_block_in_html(
    text: str, html: str, markdown: str
) -> None:
    plain = inline_plain(without_citations(text))
    one = Statement("s", "", text, plain, "", "", "", cited(text))
    blocks = (Block("paragraph", (one,)),)
    section = Section("s", "", "", False, blocks, "en", "current", {"a": 1, "b": 2})
    drawn = section.to_html()
    assert f'<span id="s_s">{html}</span>' in drawn
    links = "".join(f' <a href="#_{" ab".index(key)}">{" ab".index(key)}</a>' for key in one.cites)
    assert drawn.count(f'<li><a href="#s_s">Sentence 1</a>:{links}</li>') == bool(one.cites)
    assert section.to_markdown() == f"{markdown}\n"


@given(CELLS)
@example("javascript:alert(1)")
@example('javascript:alert(1) "so"')
def test_a_footnote_reads_as_the_plain_text_and_is_no_address(plain: str) -> None:
    [(words, hrefs)] = notes_of(f"[^a]: {footnote(plain)}").values()
    assert (words, hrefs) == (fold(plain), [])


def test_what_is_received_as_brackets_is_no_citation() -> None:
    made = import_page(empty_content(), "Tea\nIt is hot [@lee-2020].", document="tea")
    for edition in ("current", "supplied"):
        page = assemble(made, "tea", edition=edition)
        assert page.sections[0].statements[0].plain == "It is hot [@lee-2020]."
        assert page.sections[0].statements[0].cites == page.references == ()
        assert "It is hot [@lee-2020].</span>" in page.to_html()
        assert "It is hot \\[@lee-2020\\]." in page.to_markdown()


def test_markdown_is_what_a_person_would_have_written() -> None:
    text = (
        "Tea\nIt is hot. It is old.\nUses\n- Green: Mild. Old.\n- Strong.\nNote: Stop. Now.\nEnd."
    )
    page = assemble(import_page(empty_content(), text, document="tea"), "tea")
    assert page.to_markdown() == (
        "# Tea\n"
        "\n"
        "> **Draft.**\n"
        "> No clinician has reviewed this page. Do not use it to decide about your health.\n"
        "> Last review: none yet. Next review: before it is published as reviewed.\n"
        "> If you or someone else is in danger now, call your emergency number.\n"
        "\n"
        "It is hot.\n"
        "It is old.\n"
        "\n"
        "## Uses\n"
        "\n"
        "- **Green:** Mild.\n"
        "  Old.\n"
        "- Strong.\n"
        "\n"
        "## Note:\n"
        "\n"
        "> Stop.\n"
        "> Now.\n"
        "\n"
        "End.\n"
        "\n"
        "## About this page\n"
        "\n"
        "- **Written by**: not stated\n"
        "- **Reviewed by**: Nobody has signed off this page yet.\n"
        "- **Last review**: none yet\n"
        "- **Next review**: before it is published as reviewed\n"
        "- **Published by**: not stated\n"
        "- **Paid for by**: not stated\n"
        "\n"
        "To check that nobody has changed this page, compare it with its record: "
        "the record of this page, `record.json` (`ketcontent verify index.md`).\n"
    )


def test_html_has_one_main_heading_named_sections_and_lists() -> None:
    text = "Tea\nUses\n- Green: Mild.\n- Strong.\nNote: Stop."
    page = assemble(import_page(empty_content(), text, document="tea"), "tea")
    tags: list[Any] = [tag for tag, _ in Reader(page.to_html()).elements]
    assert tags.count("h1") == 1
    assert tags.count("h2") == 3  # two sections, and what the page says of itself
    assert tags.count("section") == 3
    assert '<section id="uses">\n<h2>Uses</h2>' in page.to_html()
    green = '<span id="s_green-1">Mild.</span>'
    assert f"<li><strong>Green:</strong> {green}</li>" in page.to_html()
    stop = '<p><span id="s_note-1">Stop.</span></p>'
    notice = f'<div class="notice" role="note" aria-label="Important">\n{stop}\n</div>'
    assert notice in page.to_html()


def test_a_value_that_a_template_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="'rows' is undefined"):
        render("table.html.j2")
