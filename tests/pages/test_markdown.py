"""The Markdown of a page: what GitHub's readers of it take, and the same sentences as the HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from ketcontent import assemble, list_documents, with_signoffs
from ketcontent.markup.inline import as_markup
from ketcontent.model.content import Content
from ketcontent.text.normalize import fold
from tests import judging
from tests.conftest import read_shipped
from tests.laws import examples
from tests.pages.test_machines import bundle, exported, signed, zinc

READER = (
    MarkdownIt("commonmark", {"html": True})
    .enable(["table", "strikethrough"])
    .use(front_matter_plugin)
    .use(footnote_plugin)
)
"""Reads GitHub's Markdown with front matter and footnotes, and lets raw HTML run."""

# --- sentences, as a reader of each form meets them ------------------------------------------

Said = list[tuple[str, str]]
"""Headings and lines of a page in order, each with the name of its element."""


class Page(HTMLParser):
    """Collects the headings of the sections and, line by line, their sentences."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.said: Said = []
        self.cites: list[str] = []
        self.contested: set[int] = set()
        self.open: list[str] = []
        self.label = ""
        self.level = ""
        self.begun = 0  # at which sentence the run of blocks began that is open
        self.named = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "details" and self.open[-1:] == ["from"]:
            tag = "rests on"
        elif given.get("class") == "from":
            self.begun, tag = len(self.said), "from"
        elif tag == "span" and given.get("id", "").startswith("s_"):
            self.said.append(("sentence", self.label))
            self.label = ""
            tag = "sentence"
        elif tag == "section" and not given["id"].startswith("_"):
            tag = "ours"
        elif tag == "strong" and "ours" in self.open and "sentence" not in self.open:
            self.label, tag = "", "label"
        elif tag in ("h2", "h3") and self.open[-1:] == ["ours"]:
            self.said.append(("heading", ""))
            self.level, tag = tag, "heading"
        elif tag == "small" and "ours" in self.open:
            tag = "mark"
        elif tag == "a" and "rests on" in self.open:
            tag = "source" if given["href"].startswith("#_") else "sentence's"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        closed = self.open.pop()
        own = {"sentence": "span", "ours": "section", "label": "strong", "heading": self.level}
        own |= {"rests on": "details", "from": "div", "mark": "small", "source": "a"}
        own |= {"sentence's": "a"}
        assert own.get(closed, closed) == tag
        if closed == "label":
            self.label = f"{self.label} "

    def handle_data(self, data: str) -> None:
        if "rests on" in self.open:
            self.cites += [data] if self.open[-1] == "source" else []
            if self.open[-1] == "sentence's":
                self.named = int(data.split()[-1])
            if data.strip() == "against:" and "li" in self.open:
                self.contested.add(self.begun + self.named - 1)
        elif "label" in self.open:
            self.label += data
        elif {"sentence", "heading"} & set(self.open):
            kind, text = self.said[-1]
            self.said[-1] = (kind, text + data)
        elif "mark" in self.open:
            kind, text = self.said[-1]
            self.said[-1] = (kind, f"{text} ({data})")

    def read(self) -> Said:
        """Return that, with runs of white space as one space.

        Whether a source is against a sentence stands in Markdown behind all else of it.
        """
        return [
            (kind, fold(text) + (" against:" if place in self.contested else ""))
            for place, (kind, text) in enumerate(self.said)
        ]


def lines_of(token: Token) -> list[str]:
    """Return the lines of inline Markdown as words."""
    lines = [""]
    for part in token.children or []:
        if part.type in ("softbreak", "hardbreak"):
            lines.append("")
        assert part.type != "html_inline", part.content
        assert part.type != "image", part.content
        lines[-1] += part.content if part.type in ("text", "code_inline") else ""
    return [fold(line) for line in lines]


def read(markdown: str, ends: set[str]) -> tuple[dict[str, Any], Said, list[str], list[str]]:
    """Return front matter, what the sections say, the marks of footnotes and the footnotes.

    Sections are what stands between the first block of quoted lines, which is the state of the
    page, and the first of the headings `ends`, which start what every page has at its end.
    """
    tokens = READER.parse(markdown)
    assert not any(one.type == "html_block" for one in tokens)
    front = [yaml.safe_load(one.content) for one in tokens if one.type == "front_matter"]
    start = next(place for place, one in enumerate(tokens) if one.type == "blockquote_close")
    said: Said = []
    for before, one in zip(tokens[start:], tokens[start + 1 :], strict=False):
        if one.type != "inline":
            continue
        heading = before.type == "heading_open"
        if heading and one.content in ends:
            break
        kind = "heading" if heading else "sentence"
        said += [(kind, line) for line in lines_of(one)]
    inside = [part for one in tokens for part in one.children or []]
    marks = [part.meta["label"] for part in inside if part.type == "footnote_ref"]
    notes = [one.meta["label"] for one in tokens if one.type == "footnote_open"]
    return (front[0] if front else {}), said, marks, notes


ENDS = {"How sure we are", "Words used on this page", "About this page", "Sources"}

REAL = read_shipped()
PAGES: dict[str, Callable[[], tuple[Content, str]]] = {
    "ketamine": lambda: (REAL, "ketamine"),
    "zinc": lambda: (zinc(), "zinc"),
    "zinc, signed": lambda: (signed(zinc()), "zinc"),
    "zinc, with odd words": lambda: (odd(ODD), "zinc"),
}
ODD = [
    "1. *One* is enough, 2) not. [@lee-2020]",
    "# It helps: [a label](https://example.org/?a=1&amp;b=(2)) `a|b` 5 * 4 < 20. [@lee-2020-b]",
    "\\- Or not; AT&amp;T &lt;b&gt; | --- | [^1] $x$ ~~so~~ <i>no</i>. [@lee-2020; @roe-2021]",
]


def odd(texts: list[str]) -> Content:
    """The small page with other words in its three sentences."""
    keys = ("harm", "colds", "unsure")
    return judging.page(
        {
            ("statements", key): {"text": text, "form": form}
            for key, text, form in zip(keys, texts, ("item", "paragraph", "paragraph"), strict=True)
        }
    )


def drawn(folder: Path, name: str, shown: dict[str, Any]) -> tuple[Page, str]:
    """Return a page as HTML, read, and as Markdown."""
    html = exported(folder, name, "html", shown)
    return Page(re.sub(r"(?s).*?(<article.*</article>).*", r"\1", html)), exported(
        folder, name, "markdown", shown
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_the_same_sentences_in_markdown_a_line_each(tmp_path: Path, name: str) -> None:
    content, document = PAGES[name]()
    html, markdown = drawn(tmp_path, document, bundle(content, document))
    front, said, marks, notes = read(markdown, ENDS)
    assert said == html.read()
    assert [kind for kind, _ in said].count("sentence") > 4
    page = with_signoffs(content, assemble(content, document))
    assert front == {
        "title": page.name,
        "lang": page.language,
        **({"description": page.purpose} if page.purpose else {}),
        "document": document,
        "edition": "current",
        "state": page.state,
    }
    # Footnotes are numbered by their first mark: those numbers are the ones in the HTML.
    order = list(dict.fromkeys(marks))
    assert order == notes
    assert [str(order.index(mark) + 1) for mark in marks] == html.cites


@pytest.mark.parametrize("section", ["description", "conclusion", "lede"])
def test_a_section_says_the_same_sentences_in_markdown(tmp_path: Path, section: str) -> None:
    html, markdown = drawn(tmp_path, section, bundle(REAL, "ketamine", section=section))
    front, said, marks, notes = read(markdown, ENDS)
    assert (said, front["section"]) == (html.read(), section)
    assert set(marks) == set(notes)


def test_an_archive_copy_says_the_same_sentences_in_markdown(tmp_path: Path) -> None:
    html, markdown = drawn(tmp_path, "a", bundle(REAL, "ketamine", edition="supplied"))
    front, said, marks, notes = read(markdown, ENDS)
    assert said == html.read()
    assert (front["state"], front["edition"], marks, notes) == ("archive", "supplied", [], [])


def test_the_index_is_a_list_of_links_to_the_pages(tmp_path: Path) -> None:
    shown = list_documents(REAL)._repr_mimebundle_()
    tokens = READER.parse(exported(tmp_path, "index", "markdown", shown))
    links = [
        part.attrs["href"]
        for one in tokens
        for part in one.children or []
        if part.type == "link_open"
    ]
    assert links == [f"{key}/index.md" for key in REAL.documents["document"]]


WORDS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("#", "-", "+", "*", "_", "1.", "2)", ">", "|", "---", "===", "~~~", "```", ":::"),
                *("[^roe-2021]", "[^1]:", "[x]: y", "<b>", "</p>", "<!--", "&amp;", "$", "\\", "`"),
                *(
                    "](",
                    "![",
                    "https://example.org",
                    "{{",
                    "=1+1",
                    "!",
                    "(a)",
                    "…",
                    "كلمة",
                    "👩🏽‍⚕️",
                ),
            ]
        ),
        st.text("abcde.,;", min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=examples(60))
@given(st.lists(WORDS, min_size=3, max_size=3))
def test_whatever_the_words_are_both_forms_say_them(sentences: list[list[str]]) -> None:
    content = odd([f"{as_markup(' '.join(words))} [@roe-2021]" for words in sentences])
    page = assemble(content, "zinc")
    _, said, marks, notes = read(page.to_markdown(), ENDS)
    html = Page(re.sub(r"(?s).*?(<article.*</article>).*", r"\1", page.to_html()))
    assert said == html.read()
    words = [text for _, text in said]
    assert all(any(fold(" ".join(one)) in text for text in words) for one in sentences)
    assert (marks, notes) == (["roe-2021"] * 3, ["roe-2021"])


@pytest.mark.parametrize("title", ["yes", "1", "a: b", "- c", "'d", "{e}", "# f", "---", "~", "é"])
def test_front_matter_is_yaml_that_says_the_title_and_nothing_else(
    tmp_path: Path, title: str
) -> None:
    content = judging.page({("documents", "zinc"): {"title": title, "purpose": title}})
    front, _, _, _ = read(exported(tmp_path, "zinc", "markdown", bundle(content)), ENDS)
    assert front["title"] == front["description"] == title
    assert set(front) == {"title", "lang", "description", "document", "edition", "state"}


def test_a_page_without_sections_or_sources_is_markdown_too(tmp_path: Path) -> None:
    made = zinc()
    bare = replace(made, sections=made.sections[:0], statements=made.statements[:0])
    markdown = exported(tmp_path, "bare", "markdown", bundle(bare))
    front, said, marks, notes = read(markdown, ENDS)
    assert (front["title"], said, marks, notes) == ("Zinc", [], [], [])
