"""A sentence as Markdown reads alike whoever renders it, with raw HTML on: words and no more."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Callable
from urllib.parse import unquote

import cmarkgfm
import html5lib
import mistune
import pypandoc
import pytest
import yaml
from cmarkgfm.cmark import Options
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from nbformat import v4

from ketcontent.execution.exporters import EXPORTERS
from ketcontent.markup.inline import inline_html, inline_plain, link_targets
from ketcontent.markup.markdown import (
    inline_markdown,
    markdown_lines,
    split_front_matter,
    strong,
)
from ketcontent.markup.templates import FACTS
from ketcontent.text.normalize import fold
from tests.conftest import ROOT

with (ROOT / "tests" / "attacks" / "text.csv").open(encoding="utf-8", newline="") as file:
    ATTACKS = {row["attack"]: row["text"] for row in csv.DictReader(file)}

LINKIFIED = MarkdownIt("gfm-like", {"html": True, "linkify": True})
MISTUNE = mistune.create_markdown(
    escape=False,
    plugins=["strikethrough", "footnotes", "table", "url", "task_lists", "def_list", "mark",
             "insert", "superscript", "subscript", "math", "ruby", "spoiler"],
)  # fmt: skip


def github(markdown: str) -> str:
    return str(
        cmarkgfm.markdown_to_html_with_extensions(
            markdown,
            options=Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES,
            extensions=["table", "autolink", "strikethrough", "tasklist"],
        )
    )


READERS: dict[str, Callable[[str], str]] = {
    "cmark-gfm": github,
    "markdown-it with linkify": LINKIFIED.render,
    "mistune": lambda markdown: str(MISTUNE(markdown)),
}


def seen(drawn: str) -> tuple[str, set[str], list[str], list[str]]:
    """Return the words of HTML, its elements, its attributes and where its links lead."""
    words, elements, attributes, links = "", set(), [], []
    for node in html5lib.parseFragment(drawn, namespaceHTMLElements=False).iter():
        if isinstance(node.tag, str) and node.tag != "DOCUMENT_FRAGMENT":
            elements.add(node.tag)
            attributes += [f"{node.tag} {name}" for name in node.attrib if name != "href"]
            links += [node.attrib["href"]] if "href" in node.attrib else []
        elif not isinstance(node.tag, str):
            elements.add("a comment")
        words += node.text or "" if isinstance(node.tag, str) else ""
    text = "".join(html5lib.parseFragment(drawn, namespaceHTMLElements=False).itertext())
    return fold(text), elements, attributes, links


def is_in_the_text(link: str, text: str) -> bool:
    """Whether a link leads where the text links to, or to an address that stands in its words."""
    address = re.sub(r"^(https?://|mailto:)", "", unquote(html.unescape(link)), flags=re.IGNORECASE)
    plain = unquote(inline_plain(text))
    known = [re.sub(r"^(https?://|mailto:)", "", unquote(one)) for one in link_targets(text)]
    return address in known or address.rstrip("/") in plain


DRAWN_OF_MARKS = {
    *("hr", "h2", "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd"),
    *("del", "s", "sub", "sup", "mark", "ins", "span", "div"),
}
"""What readers draw of marks that run nothing and lead nowhere."""

SPANS = {"p", "em", "strong", "code", "a", "br"}


def assert_words_and_no_more(text: str, drawn: str, *, exact: bool = True) -> None:
    words, elements, attributes, links = seen(drawn)
    assert elements <= SPANS, (text, drawn)
    assert not [one for one in attributes if one != "a title"], (text, drawn)
    assert all(is_in_the_text(link, text) for link in links), (text, drawn)
    if exact:
        assert words == fold(inline_plain(text)), (text, drawn)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_words_to_every_reader(attack: str, reader: str) -> None:
    text = ATTACKS[attack]
    [line] = markdown_lines([inline_markdown(text)])
    # mistune keeps the backslash before some marks that are none of its own.
    assert_words_and_no_more(text, READERS[reader](line), exact=reader != "mistune")


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_words_on_a_page_too(attack: str) -> None:
    assert_words_and_no_more(ATTACKS[attack], f"<p>{inline_html(ATTACKS[attack])}</p>")
    assert "\u202e" not in inline_html(ATTACKS[attack]) + inline_markdown(ATTACKS[attack])


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_an_attack_in_front_matter_is_words_to_readers_who_know_none(attack: str) -> None:
    facts = {"kind": "document", "title": ATTACKS[attack], "state": "draft", "language": "en"}
    facts["description"] = f"- {ATTACKS[attack]}"
    shown = v4.new_output("display_data", data={"text/markdown": "It helps.", FACTS: facts})
    notebook = v4.new_notebook(cells=[v4.new_code_cell("", outputs=[shown])])
    text = str(EXPORTERS["markdown"]().from_notebook_node(notebook)[0])
    front = "\n".join(split_front_matter(text)[0])
    assert yaml.safe_load(front)["title"] == ATTACKS[attack]
    for reader in READERS.values():
        _, elements, attributes, links = seen(reader(text))
        assert elements <= SPANS | DRAWN_OF_MARKS, front
        assert {one.split()[1] for one in attributes} <= {"align", "class", "style"}, front
        assert all(re.match(r"https?://|mailto:", one) for one in links), links


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["gfm", "commonmark_x", "markdown"])
def test_an_attack_is_words_to_pandoc(dialect: str) -> None:
    lines = [markdown_lines([inline_markdown(text)])[0] for text in ATTACKS.values()]
    drawn = pypandoc.convert_text(
        "\n\n".join(lines), "html", format=dialect, extra_args=["--mathml"]
    )
    words, elements, attributes, links = seen(drawn)
    assert elements <= SPANS
    assert not [one for one in attributes if one not in ("a title", "a class")]
    everything = " ".join(ATTACKS.values())
    assert all(is_in_the_text(link, everything) for link in links)
    assert "alert(1)" in words


_PIECES = """
http://x.example https://y.example/a www.z.example a@b.example mailto: :// ` `` <b> </b>
<b\tonclick=x> <!-- --> < > \\ \\\\ * ** _ [ ] ( ) ]( [a](https://a.example) [a](javascript:x)
! { } {=html} {.a}
&lt; &#60; &amp; & ; $ ~ ~~ ^ = == | # : a 1. - + ' " 。 &#x202e;
"""
PIECES = st.sampled_from([" ", *filter(None, re.split("[ \n]+", _PIECES))])
HOSTILE = st.lists(PIECES, min_size=1, max_size=9).map("".join).map(fold).filter(bool)


@given(HOSTILE)
@example("http://x.example`<b>`")
@example("http://x.example\\<b>")
@example("`<b>`{=html}")
def test_no_hostile_sentence_is_more_than_words_to_any_reader(text: str) -> None:
    [line] = markdown_lines([inline_markdown(text)])
    for name, reader in READERS.items():
        assert_words_and_no_more(text, reader(line), exact=name == "cmark-gfm")


@given(st.lists(HOSTILE, min_size=2, max_size=3), HOSTILE)
def test_sentences_that_run_on_and_a_label_before_them_are_words_too(
    sentences: list[str], label: str
) -> None:
    lines = markdown_lines(inline_markdown(one) for one in sentences)
    text = " ".join([label, *sentences])
    for reader in READERS.values():
        drawn = reader(f"{strong(label)} " + "\n".join(lines))
        _, elements, attributes, links = seen(drawn)
        assert elements <= SPANS, drawn
        assert not [one for one in attributes if one != "a title"], drawn
        known = [one for part in sentences for one in link_targets(part)]
        assert all(
            is_in_the_text(link, text) or unquote(link) in map(unquote, known) for link in links
        ), drawn


@pytest.mark.parametrize("first", ["a\\ ", "a\\", "a\\\\ ", "\\ ", "药。\\ "])
@pytest.mark.parametrize("then", ["b", "*b*", "<b>", "。b"])
def test_a_backslash_at_the_end_of_a_sentence_escapes_nothing_after_it(
    first: str, then: str
) -> None:
    alone, together = (
        [github("\n".join(markdown_lines(map(inline_markdown, texts)))) for texts in ways]
        for ways in ([[first], [then]], [[first, then]])
    )
    words = fold(" ".join(seen(one)[0] for one in alone)).replace(" ", "")
    assert seen(together[0])[0].replace(" ", "") == words
    assert seen(together[0])[1] <= SPANS - {"br"}
