"""The parts of a page → the nodes that the template of its leaflet sets as a PDF.

A leaflet is JSON: nodes of a few kinds (heading, paragraph, list, box, terms, references), each
with runs of words. Words are data all the way: the template is given strings, and none of them is
ever source of it. What a page folds stands open here, since paper has nothing to unfold.

::

    {"heading": 2, "runs": [{"text": "Main dangers"}], "id": "dangers"}
    {"paragraph": [{"text": "It "}, {"text": "may", "em": true}, {"text": " help."}]}

Notes
-----
As a template does, it takes a page and is not known to it by type: a page draws itself through it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ketcontent.markup import (
    Strings,
    direction,
    doi_address,
    inline_runs,
    markup_cells,
    web_address,
)
from ketcontent.pages.block_markdown import shown_certainty
from ketcontent.pages.blocks import Block, Reference, Section, Statement, Term
from ketcontent.pages.citations import reference_runs
from ketcontent.pages.runs import Nested
from ketcontent.pages.tables import Table
from ketcontent.text import gap, visible

Node = dict[str, Any]
"""A heading, a paragraph, a list … of a leaflet."""

Words = list[dict[str, Any]]
"""Runs of words, each with the marks on it."""


ENGLISH = {"lang": "en", "dir": "ltr"}
"""The marks of words that are English on every page."""


def leaflet(page: Any) -> dict[str, Any]:
    """Return a page, a `ketcontent.pages.Document`, as the template of its leaflet takes it."""
    say, language = page.say, page.language
    first = bool(page.sections and not page.sections[0].title)
    groups = [_group(group, say) for group in page.groups]
    return {
        "title": on_one_line(page.name),
        "language": language,
        "direction": direction(language),
        "furniture": say.language,
        "furniture_direction": direction(say.language),
        "state": page.state,
        "authors": list(page.writers),
        "description": on_one_line(page.purpose),
        "header": _header(page),
        "contents": plain(say("on-this-page")) if len(groups) > first else [],
        "nodes": [
            _state_box(page),
            *(groups[0] if first else []),
            {"contents": True},
            *(node for group in groups[first:] for node in group),
            _heading(say("about"), 2, say, language),
            {"terms": _about(page), **in_language(say.language, language)},
            *_certainties(page.certainties, say, language),
            *_terms(page.terms, say, language),
            *_references(page.references, say, language),
        ],
    }


def _header(page: Any) -> Words:
    """Return what stands at the head of each sheet: how far the page can be trusted."""
    say = page.say
    meaning = say(f"state-{page.state}-meaning")
    if page.state == "reviewed":  # paper is kept: it says until when
        meaning = _dates(page)
    words = [*plain(say(f"state-{page.state}"), strong=True), {"text": " "}, *plain(meaning)]
    if say.own:
        words += [{"text": " "}, *plain(say.shipped(f"state-{page.state}"), **ENGLISH)]
    return words


def _dates(page: Any) -> str:
    say = page.say
    last = say.date(page.last_review) or say("never")
    due = say.date(page.next_review) or say("before-release")
    return f"{say('last-review')}: {last}. {say('next-review')}: {due}."


def _state_box(page: Any) -> Node:
    """Return how far the page can be trusted, as it is said first."""
    say, marks = page.say, in_language(page.say.language, page.language)
    state = plain(say(f"state-{page.state}"), strong=True)
    meaning = plain(say(f"state-{page.state}-meaning"))
    nodes: list[Node] = [
        {"paragraph": [*state, {"text": " "}, *meaning], **marks},
        {"paragraph": plain(_dates(page)), **marks},
    ]
    if say.own:
        english = f"{say.shipped(f'state-{page.state}')} {say.translation}"
        nodes.append({"paragraph": plain(english), **ENGLISH})
    if not page.urgent_first:
        nodes.append({"paragraph": plain(say("danger")), **marks})
    return {"box": "state", "nodes": nodes}


def _about(page: Any) -> list[Node]:
    """Return who made the page and looked at it: names, each with what there is to say."""
    say, native = page.say, in_language(page.language, page.say.language)
    signers = [
        say(
            "about-signer",
            name=one.name.strip(),
            capacity=say(f"capacity-{one.capacity}"),
            count=one.statements,
            date=say.date(one.last),
            conflicts=one.conflicts,
        )
        + (f" ({one.affiliation})" if one.affiliation else "")
        + f". {one.signed_how(say)}"
        + (f" {one.signed_how()}" if say.own else "")
        for one in page.signers
    ]

    def stated(words: str) -> Words:
        return plain(words, **native) or plain(say("about-unstated"))

    rows = [
        (plain(say("about-for")), [plain(page.audience, **native)] if page.audience else []),
        (plain(say("about-writers")), [stated(", ".join(page.writers))]),
        (plain(say("about-reviewers")), list(map(plain, signers or [say("about-nobody")]))),
        (plain(say("last-review")), [plain(say.date(page.last_review) or say("never"))]),
        (plain(say("next-review")), [plain(say.date(page.next_review) or say("before-release"))]),
        (plain(say("about-publisher")), [stated(page.publisher)]),
        (plain(say("about-funding")), [stated(page.funding)]),
        (plain(_ASKED_LESS, **ENGLISH), [plain(one, **ENGLISH) for one in page.deviations]),
        (plain(say("about-version")), [plain(page.version, code=True)] if page.version else []),
    ]
    return [{"term": name, "meanings": said} for name, said in rows if said]


_ASKED_LESS = "Asked less of than ketcontent asks"


def plain(words: str, **marks: Any) -> Words:
    """Return plain words as one run, with marks; none for no words."""
    text = on_one_line(words)
    return [{"text": text, **marks}] if text else []


def on_one_line(words: str) -> str:
    """Return words as they stand on paper: what steers spelled out, no lines, each fixed space."""
    return re.sub(r"[ \t\r\n\f\v]+", " ", visible(words)).strip(" ")


def in_language(language: str, of_page: str) -> dict[str, str]:
    """Return the marks of words in a language within a page of another; else none."""
    if language == of_page:
        return {}
    return {"lang": language, "dir": direction(language)}


def _group(group: Sequence[Section], say: Strings) -> list[Node]:
    """Return a section with those under it."""
    section, *under = group
    nodes: list[Node] = []
    level = 3 if section.under else 2
    if section.title:
        nodes.append({"heading": level, "runs": plain(section.title), "id": section.section})
    for form, blocks in section.runs:
        nodes += _run(form, blocks, section, say)
    if section.form:
        nodes = [{"box": "emergency", "nodes": nodes}]
    for one in under:
        nodes += _group([one], say)
    return nodes


def _run(form: str, blocks: Sequence[Block], section: Section, say: Strings) -> list[Node]:
    """Return neighbours of one form, and what they rest on."""
    other = in_language(say.language, section.language)
    texts = [_sentences(block, section, say) for block in blocks]
    nodes: list[Node]
    if form == "table":
        nodes = _table(section.table(tuple(blocks)), section, say)
    elif form == "item" and any(one.depth > 1 for one in blocks):
        nodes = [{"nested": _nested(section.nested(tuple(blocks)), section, say)}]
    else:
        nodes = (
            [{"list": texts, **_bare(blocks)}]
            if form == "item"
            else [{"paragraph": x} for x in texts]
        )
    if sources := _rests_on([one for block in blocks for one in block.statements], section, say):
        nodes.append({"paragraph": sources, "small": True, **other})
    if form not in ("urgent", "notice"):
        return nodes
    label = say("help-now" if form == "urgent" else "important")
    head = {"paragraph": plain(label, strong=True), **other}
    return [{"box": form, "nodes": [head, *nodes]}]


def _nested(items: Nested, section: Section, say: Strings) -> list[Node]:
    """Return items of a list, each with those of the list within it."""
    bare = _bare(block for block, _ in items)
    return [
        {"runs": _sentences(block, section, say), "items": _nested(inner, section, say), **bare}
        for block, inner in items
    ]


def _bare(items: Iterable[Block]) -> Node:
    """Return the mark of a list that needs no bullets: each of its items has a number."""
    return {"bare": True} if all(one.numbered for one in items) else {}


def _table(table: Table, section: Section, say: Strings) -> list[Node]:
    """Return the caption of a table, and its rows, in the last cell of each its certainty."""
    head, rows = (
        [
            [inline_runs(on_one_line(cell), section.language) for cell in markup_cells(one.words)]
            for block in some
            for one in block.statements
        ]
        for some in (table.heads, table.rows)
    )
    marked = [one for block in (*table.heads, *table.rows) for one in block.statements]
    for cells, one in zip([*head, *rows], marked, strict=True):
        cells[-1] = [*cells[-1], *_certainty(one, section, say)]
    width = max(map(len, [*head, *rows]), default=0)
    for cells in (*head, *rows):
        cells += [[] for _ in range(width - len(cells))]
    captions = [{"paragraph": _sentences(one, section, say)} for one in table.captions]
    if width > _MOST_COLUMNS:
        return [*captions, *(node for cells in rows or head for node in _opened(cells, head))]
    made = {"columns": width, "head": head, "rows": rows}
    return [*captions, *([{"table": made}] if width else [])]


_MOST_COLUMNS = 8
"""How many columns a sheet of paper has place for."""


def _opened(cells: Sequence[Words], head: Sequence[Sequence[Words]]) -> Iterator[Node]:
    """Yield a row too wide for a sheet: its first cell, and a list of the others by header."""
    items: list[Words] = []
    for column, cell in enumerate(cells[1:], start=1):
        named = [row[column] for row in head if row is not cells and row[column]]
        above = [run for words in named for run in (*words, {"text": ": "})]
        if cell:
            items.append([*({**run, "strong": True} for run in above), *cell])
    first: Words = [{**run, "strong": True} for run in cells[0]]
    yield from [{"paragraph": first}] if first else []
    yield from [{"list": items}] if items else []


def _sentences(block: Block, section: Section, say: Strings) -> Words:
    """Return the sentences of a block, each with its label before and its certainty behind it."""
    runs: Words = []
    for number, one in enumerate(block.statements, start=1):
        if one.label:
            runs += [*plain(one.label_text, strong=True), {"text": " "}]
        runs += inline_runs(on_one_line(one.words), section.language)
        runs += _certainty(one, section, say)
        if number < len(block.statements):
            runs.append({"text": gap(one.plain)})
    return [one for one in runs if one["text"]]


def _certainty(one: Statement, section: Section, say: Strings) -> Words:
    """Return the mark of how sure a sentence is, behind it; nothing where it has none."""
    mark = shown_certainty(one, say)
    other = in_language(say.language, section.language)
    shown = {"text": mark, "small": True, "to": f"_{one.certainty}", **other}
    return [{"text": "\u00a0"}, shown] if mark else []


def _rests_on(statements: Sequence[Statement], section: Section, say: Strings) -> Words:
    """Return by which sources each sentence stands, and which found otherwise."""
    runs: Words = []
    for place, one in enumerate(statements, start=1):
        if not one.cites:
            continue
        runs.append({"text": "; " if runs else f"{say('sources')}: "})
        runs.append({"text": f"{say('sentence', number=place)}: "})
        runs += _numbers([key for key in one.cites if key not in one.against], section)
        if one.against:
            between = " " if len(one.against) < len(one.cites) else ""
            runs.append({"text": f"{between}{say('against')} "})
            runs += _numbers(one.against, section)
    return [*runs, {"text": "."}] if runs else []


def _numbers(keys: Iterable[str], section: Section) -> Words:
    runs: Words = []
    for key in keys:
        number = section.numbers[key]
        runs += [{"text": ", "}] if runs else []
        runs.append({"text": str(number), "to": f"_{number}"})
    return runs


def _heading(words: str, level: int, say: Strings, language: str) -> Node:
    """Return a heading of the furniture."""
    return {"heading": level, "runs": plain(words), **in_language(say.language, language)}


def _certainties(grades: Sequence[str], say: Strings, language: str) -> list[Node]:
    """Return what the marks of certainty mean; nothing, where none is used."""
    if not grades:
        return []
    other = in_language(say.language, language)
    terms = []
    for grade in grades:
        name = plain(say(f"certainty-{grade}"))
        if say.own:
            shipped = f"({say.shipped(f'certainty-{grade}')})"
            name += [{"text": " "}, *plain(shipped, lang="en", dir="ltr")]
        meaning = plain(say(f"certainty-{grade}-meaning"))
        terms.append({"term": name, "meanings": [meaning], "id": f"_{grade}"})
    return [
        _heading(say("certainty"), 3, say, language),
        {"paragraph": plain(say("certainty-intro")), **other},
        {"terms": terms, **other},
    ]


def _terms(terms: Sequence[Term], say: Strings, language: str) -> list[Node]:
    """Return the words that a page explains; nothing, where there are none."""
    if not terms:
        return []
    said = []
    for one in terms:
        meaning = "; ".join(filter(None, [one.expansion, one.plain, one.definition]))
        said.append({"term": plain(one.term), "meanings": [plain(meaning)]})
    return [_heading(say("words"), 3, say, language), {"terms": said}]


def _references(references: Sequence[Reference], say: Strings, language: str) -> list[Node]:
    """Return the list of sources, each with the number that the page cites it by."""
    if not references:
        return []
    listed = []
    for one in references:
        runs = reference_runs(one.text)
        doi, web = doi_address(one.doi), web_address(one.url)
        if one.doi or one.url:
            words = f"doi:{one.doi}" if doi else one.url or one.doi
            address = {"href": doi or web} if doi or web else {}
            runs += [{"text": " "}, *plain(words, **address, ltr=True)]
        if one.pmid:
            pubmed = f"https://pubmed.ncbi.nlm.nih.gov/{one.pmid}/"
            runs += [{"text": " "}, *plain(f"PubMed {one.pmid}", href=pubmed, ltr=True)]
        if one.unconfirmed:
            lacks = say("sources-unconfirmed", fields=one.unconfirmed)
            other = in_language(say.language, language)
            runs += [{"text": " "}, *plain(lacks, em=True, **other)]
        listed.append({"number": one.number, "runs": runs})
    return [_heading(say("sources"), 3, say, language), {"references": listed}]
