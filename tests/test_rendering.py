"""A cell of a table reaches a reader as visible text and nothing else, in HTML and in Markdown."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ketcontent import assemble, import_page, read_content
from ketcontent.documents import Block, Document, Section, Statement, Term
from ketcontent.rendering import (
    as_markup,
    block_html,
    escape_cell,
    escape_markdown,
    inline_html,
    inline_markdown,
    inline_plain,
    markdown_heading,
    markdown_lines,
    render,
    strong,
)
from ketcontent.tables import empty_content
from ketcontent.wording import fold, joined

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


def read_markdown(markdown: str, *, links: bool = False) -> list[str]:
    """Return the visible texts of a page of Markdown; fail on any markup that no page has."""
    blocks = {"heading", "paragraph", "bullet_list", "list_item", "blockquote"}
    spans = VISIBLE | EMPHASIS | (LINKS if links else set())
    texts = []
    for token in WIDEST.parse(markdown):
        if token.type == "inline":
            assert {one.type for one in token.children or []} <= spans
            texts.append(fold(text_of(token.children)))
        else:
            assert token.type.removesuffix("_open").removesuffix("_close") in blocks
    return texts


class Reader(HTMLParser):
    """Collects every element with its attributes, and the text of each innermost block."""

    BLOCKS = frozenset({"h1", "h2", "p", "li", "dt", "dd", "caption", "th", "td"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)
        if tag in self.BLOCKS:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            assert self.BLOCKS & set(self.open), f"{data!r} stands in no block"
            self.texts[-1] += data
        elif self.texts and self.BLOCKS & set(self.open):
            self.texts[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    handle_decl = handle_pi = unknown_decl = handle_comment

    def read(self) -> list[str]:
        """Return the texts of the blocks, in order, without the list of contents."""
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
    exclude_categories=("Cc", "Cs", "Zl", "Zp"),
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)
CELLS = st.one_of(
    st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3).map(" ".join),
    st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3).map("".join),
    st.text("*_`[]()<>!&;\\~#-+=|:.1a \u00a0$\"'", min_size=1, max_size=14),
    st.text(PRINTABLE, min_size=1, max_size=30),
).filter(lambda text: bool(text.strip()))


# --- single texts ----------------------------------------------------------------------------


@settings(deadline=None)
@given(CELLS)
def test_as_markup_reads_as_the_plain_text(plain: str) -> None:
    assert inline_plain(as_markup(plain)) == plain
    reader = Reader(f"<p>{inline_html(as_markup(plain))}</p>")
    assert reader.elements == [("p", {})]
    assert reader.texts == [plain]


@settings(deadline=None)
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


@settings(deadline=None)
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


@settings(deadline=None)
@given(CELLS)
def test_a_heading_in_markdown_reads_as_the_plain_text(plain: str) -> None:
    opened, inline, closed = WIDEST.parse(f"## {markdown_heading(plain)}\n")
    assert (opened.type, opened.tag, closed.type) == ("heading_open", "h2", "heading_close")
    assert {one.type for one in inline.children or []} <= {"text"}
    assert fold(text_of(inline.children)) == fold(plain)


@settings(deadline=None)
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


@settings(deadline=None)
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
                *("` a `", "`` ` ``", "*a*_b_", "***c***", "<b>", "</b>", "[", "]", "(x)", "."),
            ]
        ),
        CELLS,
    ),
    min_size=1,
    max_size=7,
).map("".join)


@settings(max_examples=400, deadline=None)
@given(MARKUP.filter(lambda text: bool(inline_plain(text).strip())))
@example("![dot](https://example.org/dot.png)")
@example("*a&nbsp;*")
@example("[so](https://example.org/?a&amp;lt;b)")
def test_inline_markup_says_the_same_in_html_and_in_markdown(markup: str) -> None:
    reader = Reader(f"<p>{inline_html(markup)}</p>")
    assert {tag for tag, _ in reader.elements} <= {"p", "em", "strong", "code", "a"}
    hrefs = [attributes["href"] for tag, attributes in reader.elements if tag == "a"]
    assert all(str(href).lower().startswith(("http", "mailto:", "#")) for href in hrefs)
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
        pytest.param("<b>so</b>", "&lt;b&gt;so&lt;/b&gt;", "\\<b>so\\</b>", id="HTML"),
        pytest.param("a &lt; b", "a &lt; b", "a < b", id="entity"),
    ],
)
def test_a_sentence_is_inline_markup(markup: str, html: str, markdown: str) -> None:
    assert str(inline_html(markup)) == html
    assert inline_markdown(markup) == markdown


@given(st.lists(st.sampled_from([*HOSTILE, "\n", "\n\n"]), max_size=8).map("".join))
def test_block_markup_has_no_raw_html_and_no_images(markdown: str) -> None:
    class Elements(Reader):
        BLOCKS = frozenset({"html"})  # text may stand in any element

    reader = Elements(f"<html>{block_html(markdown).replace('<hr />', '')}</html>")
    allowed = {"p", "em", "strong", "code", "pre", "a", "blockquote", "ul", "ol", "li", "html"}
    headings = {f"h{level}" for level in range(1, 7)}
    tables = {"table", "thead", "tbody", "tr", "th", "td"}
    for tag, attributes in reader.elements:
        assert tag in allowed | headings | tables | {"br"}
        assert set(attributes) <= {"href", "class", "style", "start", "title"}
        assert str(attributes.get("href", "#")).lower().startswith(("http", "mailto:", "#"))


# --- whole pages -----------------------------------------------------------------------------


def statement(label: str, plain: str) -> Statement:
    return Statement("s", label, as_markup(plain), plain, "", "")


FORMS = st.sampled_from(["paragraph", "item", "notice"])
BLOCKS = st.builds(
    Block,
    FORMS,
    st.lists(
        st.builds(statement, st.one_of(st.just(""), CELLS), CELLS), min_size=1, max_size=3
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
DOCUMENTS = st.builds(
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
)


def said_by(page: Document) -> list[str]:
    """Return the texts of the blocks of a page, as they must be seen, in order."""
    texts = []
    for section in page:
        texts += [section.title, *(block.plain for block in section.blocks)]
    if page.terms:
        texts.append("Words used on this page")
    return [fold(text) for text in texts]


def state_of(page: Document) -> list[str]:
    """Return what every page says before its first section."""
    draft = "Draft. No clinician has reviewed this page."
    archive = (
        "Archive copy. This is the page as it was received, word for word. Nobody has checked it, "
        "and it makes claims that may be wrong or unsafe."
    )
    state = archive if page.edition == "supplied" else draft
    return [
        f"{state} Do not use it to decide about your health.",
        "If you or someone else is in danger now, call your emergency number.",
    ]


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS)
def test_a_page_in_markdown_says_its_sentences_and_holds_nothing_else(page: Document) -> None:
    terms = [f"{one.term.strip()}: {one.expansion}; {one.definition}" for one in page.terms]
    assert read_markdown(page.to_markdown()) == [
        fold(page.name),
        " ".join(state_of(page)),
        *said_by(page),
        *map(fold, terms),
    ]


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS)
def test_a_page_in_html_says_its_sentences_and_holds_nothing_else(page: Document) -> None:
    reader = Reader(page.to_html())
    contents = ["On this page", *(fold(section.title) for section in page)] if page.sections else []
    terms = [
        fold(text)
        for one in page.terms
        for text in (one.term, f"{one.expansion}; {one.definition}")
    ]
    assert reader.read() == [
        fold(page.name),
        *state_of(page),
        *contents,
        *said_by(page),
        *terms,
    ]
    known = {"article", "h1", "div", "p", "strong", "nav", "h2", "ul", "li", "a", "section"}
    for tag, attributes in reader.elements:
        assert tag in known | {"dl", "dt", "dd"}
        assert set(attributes) <= {"id", "lang", "class", "role", "aria-labelledby", "href"}
        cells = {attributes.get(name) for name in ("id", "aria-labelledby", "href")} - {None}
        assert cells <= {"s", "s_heading", "#s", "_contents", "_terms", "_terms_heading"}


@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=4), st.sampled_from(["current", "supplied"]))
def test_an_imported_page_says_the_same_in_html_markdown_and_text(
    lines: list[str], edition: str
) -> None:
    text = "\n".join(["Title", *lines])
    page = assemble(import_page(empty_content(), text, document="page"), "page", edition=edition)
    html = Reader(page.to_html()).read()
    start = 3 + (1 + len(page.facts["contents"]) if page.facts["contents"] else 0)
    assert (
        html[start:]
        == read_markdown(page.to_markdown())[2:]
        == [text for text in said_by(page) if text]
    )


@pytest.mark.parametrize("cell", HOSTILE)
def test_a_hostile_cell_is_visible_text_in_every_place(cell: str) -> None:
    one = Statement("s", cell, as_markup(cell), cell, "", "")
    blocks = tuple(Block(form, (one,)) for form in ("paragraph", "item", "notice"))
    section = Section("s", "", cell, False, blocks, "en", "current")
    page = Document(
        *("page", cell, cell, "en", "current", cell),
        sections=(section,),
        terms=(Term(cell, cell, cell, cell),),
        part="",
        received=True,
    )
    reader = Reader(page.to_html())
    shown = fold(cell)
    assert reader.read().count(shown) == 4  # title, list of contents, heading, term
    label = fold(f"{one.label_text} {cell}")
    assert reader.read().count(label) == 3
    assert [tag for tag, _ in reader.elements if tag in ("script", "img", "b", "em", "code")] == []
    texts = read_markdown(page.to_markdown())
    assert texts.count(shown) == 2
    assert texts.count(label) == 3


@pytest.mark.parametrize("cell", HOSTILE)
def test_markup_of_an_editor_that_is_hostile_does_no_harm(cell: str) -> None:
    plain = inline_plain(cell)
    one = Statement("s", "", cell, plain, "", "")
    section = Section("s", "", "H", False, (Block("notice", (one, one)),), "en", "current")
    reader = Reader(section.to_html())
    tags = {tag for tag, _ in reader.elements}
    assert tags <= {"section", "h2", "div", "p", "em", "strong", "code", "a"}
    assert fold(reader.texts[1]) == fold(joined([plain, plain]))
    assert read_markdown(section.to_markdown(), links=True) == ["H", fold(joined([plain, plain]))]


def test_html_and_markdown_of_the_shipped_page_hold_the_same_sentences() -> None:
    for edition in ("current", "supplied"):
        page = assemble(read_content("data"), "ketamine", edition=edition)
        reader = Reader(page.to_html())
        contents = 1 + len(page.facts["contents"])
        assert reader.read()[3 + contents :] == read_markdown(page.to_markdown())[2:]
        assert read_markdown(page.to_markdown())[2:] == [text for text in said_by(page) if text]


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
    )


def test_html_has_one_main_heading_named_sections_and_lists() -> None:
    text = "Tea\nUses\n- Green: Mild.\n- Strong.\nNote: Stop."
    page = assemble(import_page(empty_content(), text, document="tea"), "tea")
    tags: list[Any] = [tag for tag, _ in Reader(page.to_html()).elements]
    assert tags.count("h1") == 1
    assert tags.count("h2") == 3  # the list of contents and two sections
    assert tags.count("section") == 2
    assert '<section id="uses" aria-labelledby="uses_heading">' in page.to_html()
    assert '<h2 id="uses_heading">Uses</h2>' in page.to_html()
    assert "<li><strong>Green:</strong> Mild.</li>" in page.to_html()
    assert '<div class="notice" role="note">\n<p>Stop.</p>\n</div>' in page.to_html()


def test_a_value_that_a_template_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="'rows' is undefined"):
        render("table.html.j2")
