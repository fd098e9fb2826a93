"""Rows in order → a page or one of its sections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from typing import Any, get_args

import pandas as pd

from ketcontent.dependencies import is_tracing, reading_whole
from ketcontent.errors import UnknownName
from ketcontent.markup import Strings, as_markup, cited, english, inline_plain, without_citations
from ketcontent.model import Content, memo_active, memoized, rows_of, rows_of_page
from ketcontent.pages.blocks import Block, Edition, Section, Statement, Term
from ketcontent.pages.document import Document
from ketcontent.text import fold


def assemble(
    content: Content, document: str, *, edition: Edition = "current", section: str = ""
) -> Document:
    """Return a page of `content` as a reader reads it.

    Parameters
    ----------
    content
        The tables.
    document
        The key of the page.
    edition
        ``current``, or ``supplied`` for the page as received.
    section
        The key of a section, to have the page with that section alone; by default all of it.

    Raises
    ------
    UnknownName
        When there is no such document, edition or section.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> page = assemble(read_content("data"), "ketamine", section="description")
    >>> page
    <Document ketamine, current: 1 sections>
    >>> page.sections[0].blocks[0].statements[0].plain[:21]
    'Ketamine is a medicin'
    """
    if edition not in get_args(Edition):
        raise UnknownName.of("edition", edition, get_args(Edition))
    if is_tracing() and not memo_active():
        # What is kept would not be noted again by whoever asks for its tables next.
        with reading_whole("page", document, edition, section):
            return assemble(content, document, edition=edition, section=section)
    return memoized(_assembled, content, document, edition, section)


def _assembled(content: Content, document: str, edition: Edition, section: str) -> Document:
    page = memoized(_whole, content, document, edition)
    if section:
        page = _part(page, section)
    if edition == "supplied":
        return page
    terms = _terms(content, page)
    firsts = _firsts(page, terms)
    return replace(
        page,
        sections=tuple(replace(one, firsts=firsts) for one in page),
        terms=terms,
        sources=_sources(content, page),
        writers=_writers(content, page),
    )


def _whole(content: Content, document: str, edition: Edition) -> Document:
    """Return a page with all its sections and numbers, without its terms and sources."""
    rows = rows_of_page(content, "documents", document)
    if not rows:
        raise UnknownName.of(
            "document",
            document,
            content.documents["document"],
            hint="This project has none yet: take one in with 'ketcontent import FILE --document "
            f"{document}'.",
        )
    row = rows[0]
    supplied = edition == "supplied"
    page = Document(
        document=document,
        title=row["supplied_title"] if supplied else row["title"],
        name=row["title"],
        language=row["language"],
        edition=edition,
        purpose=row["purpose"],
        sections=_sections(content, document, row["language"], edition),
        terms=(),
        part="",
        received=_received(content, document),
        state="archive" if supplied else "draft",
        say=interface(content, row["language"]),
        audience=row["audience"],
        publisher=row["publisher"],
        funding=row["funding"],
    )
    cites = [key for one in page for statement in one.statements for key in statement.cites]
    numbers = {key: place for place, key in enumerate(dict.fromkeys(cites), start=1)}
    shown = (one.statement for part in page for one in part.statements)
    order = {key: place for place, key in enumerate(shown, start=1)}
    sections = tuple(replace(one, numbers=numbers, order=order, say=page.say) for one in page)
    return replace(page, sections=sections, numbers=numbers, order=order)


def _part(page: Document, section: str) -> Document:
    """Return the page with one section alone, and of the numbers of the page those it shows.

    So a section is the same record as long as it is drawn the same, whatever else changes.
    """
    one = page.section(section)
    cites = {key for statement in one.statements for key in statement.cites}
    numbers = {key: number for key, number in page.numbers.items() if key in cites}
    shown = {statement.statement for statement in one.statements}
    order = {key: place for key, place in page.order.items() if key in shown}
    one = replace(one, numbers=numbers, order=order)
    return replace(page, sections=(one,), part=section, numbers=numbers, order=order)


def interface(content: Content, language: str) -> Strings:
    """Return the words of the furniture of a page in a language.

    They are in that language where the table of strings has all of them, also as ``pt`` for
    ``pt-BR``; else all are English, since a page must not change its language from label to label
    (`ketcontent.checks.coverage.judge_strings` names what is missing).

    Examples
    --------
    >>> from ketcontent.model import empty_content
    >>> interface(empty_content(), "fr").language
    'en'
    """
    return _interface(memoized(_strings, content.strings), language)


def _strings(frame: pd.DataFrame) -> tuple[tuple[str, str, str], ...]:
    columns = (frame[name] for name in ("string", "language", "text"))
    return tuple(zip(*columns, strict=True))


@lru_cache(maxsize=64)
def _interface(strings: tuple[tuple[str, str, str], ...], language: str) -> Strings:
    shipped = english().texts
    rows: dict[str, dict[str, str]] = {}
    for name, tag, text in strings:
        rows.setdefault(tag.casefold(), {})[name] = text
    rows["en"] = {**shipped, **rows.get("en", {})}
    tag = language.casefold()
    texts = {**rows.get(tag.split("-")[0], {}), **rows.get(tag, {})}
    whole = shipped.keys() <= texts.keys()
    return Strings(language, texts) if whole else Strings("en", rows["en"])


def _firsts(page: Document, terms: tuple[Term, ...]) -> dict[str, dict[str, str]]:
    """Return, by sentence, where the terms that it is the first to use are defined."""
    firsts: dict[str, dict[str, str]] = {}
    left = {term.term: f"#{term.id}" for term in terms}
    for section in page:
        for one in section.statements:
            for term in [term for term in left if _uses(one.plain, term)]:
                firsts.setdefault(one.statement, {})[term] = left.pop(term)
    return firsts


def _uses(words: str, term: str) -> bool:
    # Most terms do not stand there at all, and a plain search says so sooner.
    return term in words and bool(re.search(rf"(?<!\w){re.escape(term)}(?!\w)", words))


def _writers(content: Content, page: Document) -> tuple[str, ...]:
    """Return who wrote what is shown, by name."""
    shown = {one.statement for section in page for one in section.statements}
    people = dict(zip(content.people["person"], content.people["name"], strict=True))
    wrote = {
        row["author"]
        for row in rows_of_page(content, "statements", page.document)
        if row["statement"] in shown and row["author"]
    }
    return tuple(sorted(people.get(key, key) for key in wrote))


def _sources(content: Content, page: Document) -> tuple[Mapping[str, str], ...]:
    """Return the rows of the sources that what is shown cites, by number."""
    shown = {key for section in page for one in section.statements for key in one.cites}
    rows = {row["source"]: row for row in rows_of(content.sources) if row["source"] in shown}
    # A citation that leads nowhere is a fault that a judge names; the page still shows it.
    lost = {"type": "document", "title": page.say("sources-lost")}
    return tuple(rows.get(key, {**lost, "source": key}) for key in page.numbers if key in shown)


def _received(content: Content, document: str) -> bool:
    rows = rows_of_page(content, "sections", document)
    return any(pd.notna(row["supplied_position"]) for row in rows)


def _sections(
    content: Content, document: str, language: str, edition: Edition
) -> tuple[Section, ...]:
    half = "supplied_" if edition == "supplied" else ""
    rows = rows_of_page(content, "sections", document)
    chosen = [row for row in rows if pd.notna(row[f"{half}position"])]
    blocks = _blocks(content, document, language, edition)
    return tuple(
        Section(
            section=row["section"],
            number=row[f"{half}number"],
            heading=row[f"{half}heading"],
            run_in=bool(row["supplied_run_in"]) and edition == "supplied",
            blocks=tuple(blocks.get(row["section"], ())),
            language=language,
            edition=edition,
        )
        for row in sorted(chosen, key=lambda row: row[f"{half}position"])
    )


def _blocks(
    content: Content, document: str, language: str, edition: Edition
) -> dict[str, list[Block]]:
    """Return the blocks of each section of an edition, in order."""
    supplied = edition == "supplied"
    half = "supplied_" if supplied else ""
    rows_ = rows_of_page(content, "statements", document)
    chosen = [row for row in rows_ if pd.notna(row[f"{half}position"])]
    ordered = sorted(chosen, key=lambda row: (row[f"{half}section"], row[f"{half}position"]))
    notices = {
        row["notice"]: (row["text"], row["needs"] == "crisis")
        for row in rows_of(content.notices)
        if row["language"] == language
    }
    blocks: dict[str, list[Block]] = {}
    same = [f"{half}section", f"{half}block", f"{half}form"]
    for (section, _, form), rows in groupby(ordered, lambda row: tuple(row[name] for name in same)):
        statements = tuple(_statement(row, notices, supplied=supplied) for row in rows)
        blocks.setdefault(section, []).append(Block(form, statements))
    return blocks


def _statement(
    row: dict[str, Any], notices: dict[str, tuple[str, bool]], *, supplied: bool
) -> Statement:
    if supplied:
        plain = row["supplied"]
        text = as_markup(fold(plain))
        return Statement(row["statement"], row["supplied_label"], text, plain, row["kind"], "")
    text, urgent = notices[row["notice"]] if row["notice"] else (row["text"], False)
    return Statement(
        statement=row["statement"],
        label=row["label"],
        text=text,
        plain=inline_plain(without_citations(text)),
        kind=row["kind"],
        notice=row["notice"],
        certainty=row["certainty"],
        cites=cited(text),
        urgent=urgent,
    )


def _terms(content: Content, page: Document) -> tuple[Term, ...]:
    """Return the terms of the page's language that its words use."""
    words = page.to_text()
    return tuple(
        Term(row["term"], row["expansion"], row["plain"], row["definition"])
        for row in sorted(rows_of(content.terms), key=lambda row: row["term"].casefold())
        if row["language"] == page.language and _uses(words, row["term"])
    )
