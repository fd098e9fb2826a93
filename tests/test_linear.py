"""No text stops a reader of text: the worst takes as long as some ordinary ones of its size.

Times are of this process's own work, the best of a few, against an ordinary text of the same size
in the same process, or so many times that of a smaller one: how fast the machine is, and what else
it does, is no part of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from ketcontent.checks.runner import judge_page
from ketcontent.execution.markdown import printable_markdown
from ketcontent.execution.outputs import printable_html
from ketcontent.importing.bibliography import parse_sources
from ketcontent.importing.html_reader import read_html
from ketcontent.importing.identity import take_in
from ketcontent.importing.other_formats import marked_up
from ketcontent.importing.plain_text_blocks import read_plain_text
from ketcontent.importing.sentences import split_sentences
from ketcontent.markup.citation_marks import cited, split_citations, without_citations
from ketcontent.markup.inline import as_markup, inline_html, inline_plain
from ketcontent.markup.markdown import (
    escape_markdown,
    inline_markdown,
    markdown_lines,
    markdown_words,
    raw_html,
    strange_links,
    strong,
)
from ketcontent.model.content import Content, empty_content
from ketcontent.model.csv_text import scan_csv
from ketcontent.model.mistaken_file import mistaken_bytes
from ketcontent.model.store import read_content
from ketcontent.pages import PageView
from ketcontent.text.normalize import canonical, visible
from ketcontent.text.redlines import compare
from ketcontent.text.tokenizer import words
from tests.conftest import ROOT
from tests.judging import DAY, page

SIZE = 25_000
TIMES = 40
"""How many times as long as an ordinary text a hostile one may take."""
LEAST = 0.03
"""Seconds below which a difference is noise."""

MORE = 250_000
"""The size of a text at which a reader that grows with the square is ten times too slow."""
ORDINARY = (
    "It *may* help some people, and others not at all. It is not [a cure](https://x.example). "
)

SHAPES = {
    "spaces": " ",
    "spaces between letters": "a ",
    "a long word": "w",
    "stops and quotes": '."',
    "stops": ".",
    "Chinese without spaces": "药物",
    "Chinese sentences": "好药。",
    "Chinese sentences apart": "好药。 ",
    "ticks": "`",
    "ticks of many lengths": "` `` ``` ```` ",
    "open brackets": "[",
    "closing brackets": "]",
    "open links": "[a](",
    "open links with an address": "[a](http://b",
    "links": "[a](#b) ",
    "pictures": "![",
    "open citations": "[@a;",
    "citations": "[@a-1] ",
    "stars": "*",
    "stars and letters": "*a **b ",
    "stars and lines": "*_",
    "ampersands": "&a",
    "entities": "&amp;",
    "backslashes": "\\",
    "open elements": "<a ",
    "less-than signs": "<",
    "quotes that nest": '“a ‘b "c ',
    "brackets that nest": "([{",
    "accents": "\u0301\u0323",
    "accents on letters": "a\u0301\u0323",
    "flags": "🇬🇧",
    "families": "👩\u200d",
    "Hindi": "नमस्ते",
    "lines": "a\n",
    "empty lines": "\n",
    "items": "- a\n",
    "numbered lines": "1. a\n",
    "broken lines": "it may help some people and it may not\n",
    "hyphens": "-",
    "upright bars": "| - ",
    "tildes": "~",
    "conflict marks": "<<<<<<< a\n",
    "addresses": "http://a.b/",
    "doubled quotes": '"a""\n',
    "single quotes": '"',
    "commas": ",",
}

READERS: dict[str, Callable[[str], object]] = {
    "words": words,
    "canonical": canonical,
    "visible": visible,
    "a redline": lambda text: compare(text, ORDINARY * (SIZE // len(ORDINARY))),
    "a redline of one word": lambda text: compare(f"{text} b", f"a {text}"),
    "cited": cited,
    "split_citations": split_citations,
    "without_citations": without_citations,
    "inline_plain": inline_plain,
    "inline_html": inline_html,
    "inline_markdown": inline_markdown,
    "as_markup": as_markup,
    "strong": strong,
    "escape_markdown": escape_markdown,
    "markdown_lines": lambda text: markdown_lines([text, text[:1000], "end"]),
    "markdown_words": markdown_words,
    "raw_html": raw_html,
    "strange_links": strange_links,
    "printable_html": printable_html,
    "printable_markdown": printable_markdown,
    "read_plain_text": read_plain_text,
    "sentences": lambda text: split_sentences(text, "en"),
    "marked_up": marked_up,
    "a table": lambda text: scan_csv(f"a,b\n{text}", lambda *_: None),
    "mistaken_bytes": lambda text: mistaken_bytes(text.encode()),
}


def spent(read: Callable[[str], object], text: str, *, most: float = 0) -> float:
    """Return the seconds of work that reading takes, the best of two; of one that is enough."""
    best = float("inf")
    for turn in range(2):
        # What was read is kept: each time it is another text.
        start = time.process_time()
        read(f"{text}{turn}")
        best = min(best, time.process_time() - start)
        if best <= most:
            break
    return best


def as_long(shape: str, size: int = SIZE) -> str:
    return (shape * (size // len(shape) + 1))[:size]


@cache
def ordinary(reader: str) -> float:
    return max(LEAST, spent(READERS[reader], as_long(ORDINARY, SIZE)))


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_no_hostile_text_takes_more_than_some_ordinary_ones(reader: str) -> None:
    most = TIMES * ordinary(reader)
    slow = [
        shape
        for shape, text in SHAPES.items()
        if spent(READERS[reader], as_long(text), most=most) > most
    ]
    assert slow == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reader", "shape"),
    [
        ("without_citations", "spaces"),
        ("split_citations", "spaces"),
        ("markdown_lines", "stars"),
        ("inline_markdown", "links"),
        ("markdown_words", "open brackets"),
        ("raw_html", "pictures"),
        ("inline_html", "ticks of many lengths"),
        ("inline_html", "open brackets"),
        ("inline_html", "stars"),
        ("sentences", "stops and quotes"),
        ("sentences", "Chinese sentences apart"),
        ("sentences", "Chinese without spaces"),
        ("read_plain_text", "broken lines"),
        ("read_plain_text", "spaces between letters"),
        ("read_plain_text", "items"),
        ("read_plain_text", "numbered lines"),
        ("read_plain_text", "upright bars"),
        ("marked_up", "open links with an address"),
        ("words", "Chinese without spaces"),
        ("words", "flags"),
        ("canonical", "accents on letters"),
        ("a redline", "stops and quotes"),
        ("a redline of one word", "Hindi"),
        ("a table", "doubled quotes"),
        ("mistaken_bytes", "conflict marks"),
    ],
)
def test_ten_times_as_much_of_it_takes_no_more_either(reader: str, shape: str) -> None:
    most = TIMES / 2 * ordinary(reader) * MORE / SIZE
    assert spent(READERS[reader], as_long(SHAPES[shape], MORE), most=most) <= most


WEB_PAGES: dict[str, Callable[[int], str]] = {
    "lines in a paragraph": lambda n: "<p>" + "It may help<br>" * (n // 15),
    "paragraphs in an item": lambda n: "<ul><li>" + "<p>It may help</p>" * (n // 18),
    "tables that nest": lambda n: "<table><tr><td>" * (n // 300),
    "bold cells of a row": lambda n: "<table><tr>" + "<td><b>x</b>" * (n // 12),
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", WEB_PAGES)
def test_four_times_as_much_of_a_web_page_takes_no_more_than_it_is_longer(shape: str) -> None:
    page = WEB_PAGES[shape]
    most = 2 * 4 * max(LEAST, spent(read_html, page(30_000)))
    assert spent(read_html, page(120_000), most=most) <= most


def references(text: str) -> object:
    return take_in(empty_content(), parse_sources(text, "x"))


FILES: dict[str, Callable[[int], str]] = {
    "authors": lambda n: (
        "@book{a, title={T}, author={" + " and ".join(["Roe, J"] * (n // 11)) + "}}"
    ),
    "open entries": lambda n: "@a{" * (n // 3),
    "braces that nest": lambda n: "@book{a, title={" + "{" * (n // 2) + "}" * (n // 2) + "}}",
    "quotes in BibTeX": lambda n: "@book{a, title=" + '"' * n + "}",
    "joined values": lambda n: "@book{a, title=" + "{a} # " * (n // 6) + "{b}}",
    "macros that nest": lambda n: "@book{a, title={" + "\\emph{" * (n // 6) + "}" * (n // 6) + "}}",
    "authors of RIS": lambda n: (
        "TY  - BOOK\nTI  - T\n" + "AU  - Roe, Jo\n" * (n // 14) + "ER  - \n"
    ),
    "entries of RIS": lambda n: "TY  - BOOK\n" * (n // 11),
    "lines of RIS": lambda n: "TY  - BOOK\nTI  - T\n" + "a\n" * (n // 2),
    "brackets of JSON": lambda n: '[{"title": ' + "[" * (n // 2) + "]" * (n // 2) + "}]",
    "objects of JSON": lambda n: '{"a":' * (n // 5) + "1" + "}" * (n // 5),
    "items of Crossref": lambda n: '{"message":{"items":[' + ",".join(["{}"] * (n // 3)) + "]}}",
    "spaces in a title": lambda n: '[{"title": "T' + " " * n + 'x"}]',
    "marks in a title": lambda n: '[{"title": "' + "<i &#" * (n // 5) + '"}]',
}


@cache
def ordinary_references() -> float:
    entry = "@article{{a{}, title={{On tea}}, author={{Roe, Jo and Poe, Al}}, year=2020}}\n"
    return max(LEAST, spent(references, "".join(entry.format(n) for n in range(SIZE // 75))))


@pytest.mark.slow
@pytest.mark.parametrize("shape", FILES)
def test_no_hostile_file_of_references_takes_more_than_some_ordinary_ones(shape: str) -> None:
    most = TIMES * ordinary_references()
    assert spent(references, FILES[shape](SIZE), most=most) <= most


@pytest.mark.slow
def test_ten_times_as_many_authors_take_no_more_either() -> None:
    most = TIMES / 2 * ordinary_references() * MORE / SIZE
    assert spent(references, FILES["authors"](MORE), most=most) <= most


CLAUSES = {
    "a number": "1 ",
    "a dose": "50 mg ",
    "an offer": "buy now ",
    "a denial that is none": "no doubt ",
    "an effect": "it cures pain and ",
    "effects in a row": "safe, ",
    "a comparison": "better than placebo ",
    "shares": "64 in 100 on help, and ",
    "numbers": "1 000 of 2 ",
    "letters": "ABC ",
    "letters in brackets": "(ABC) ",
    "a numeral": "stage IV (",
    "sentences": "It is safe. ",
    "questions": "is it safe? ",
    "a study": "in a trial it helped, ",
    "marks": "*safe* ",
    "entities": "&lt; safe &amp; ",
    "links": "[safe](https://a.b) ",
    "code": "`safe` ",
}
"""What a rule, an abbreviation or a claim is found in again and again, in a clause without end."""


@cache
def ours() -> Content:
    return read_content(ROOT / "data")


def judged(text: str) -> object:
    text = f"It *may* [help](https://example.org/of-zinc) colds: {text} [@lee-2020]"
    compared = {
        **{"treatment": "colds", "events": 8, "total": 12},
        **{"comparator": "help", "comparator_events": 3, "comparator_total": 12},
    }
    content = page(
        {("statements", "colds"): {"text": text}, ("evidence", "colds lee-2020"): compared}
    )
    content = replace(content, rules=ours().rules, phrases=ours().phrases)
    return judge_page(PageView(content, "zinc"), editions=["current"], as_of=DAY)


@pytest.mark.slow
@pytest.mark.parametrize("shape", CLAUSES)
def test_judges_take_as_long_for_a_clause_as_it_is_long(shape: str) -> None:
    short, long = 8_000, 32_000
    least = max(LEAST, spent(judged, as_long(CLAUSES[shape], short)))
    assert spent(judged, as_long(CLAUSES[shape], long), most=9 * least) <= 9 * least
