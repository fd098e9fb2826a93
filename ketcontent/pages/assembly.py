"""Rows in order → a page or one of its sections, as a reader reads it.

Each edition reads one half of each row: the current one ``heading``, ``label`` and ``text``, the
page as received ``supplied_heading``, ``supplied_label`` and ``supplied``, each in its own order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar, get_args

from ketcontent.dependencies import reading_whole
from ketcontent.errors import UnknownName, require_text
from ketcontent.markup import (
    STATE_WORDS,
    Strings,
    english,
)
from ketcontent.model import OWN, SHARED, TABLES, Content, slices
from ketcontent.pages.blocks import Edition, Section, Term
from ketcontent.pages.document import Document
from ketcontent.pages.publication import release_days, site_of, translations_of
from ketcontent.pages.row_blocks import Laid, Rows, laid_blocks
from ketcontent.pages.surroundings import drawn_once
from ketcontent.text import fold

Made = TypeVar("Made")


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
    WrongParameter
        When one of the three is no text.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> page = assemble(read_content("data"), "ketamine", section="description")
    >>> page
    <Document ketamine, current: 1 sections>
    >>> page.sections[0].blocks[0].statements[0].plain[:21]
    'Ketamine is a medicin'
    """
    for parameter, given in (("document", document), ("section", section), ("edition", edition)):
        require_text(parameter, given)
    with reading_whole("page", document, edition, section):
        return PageView(content, document).edition(edition, section)


@dataclass(frozen=True, slots=True, eq=False)
class PageView:
    """One page of tables that nobody changes meanwhile; what is made of it is made once.

    For work that asks for the same page many times. What is kept lives as long as the view, for
    those who hold it and nobody else: a DataFrame can be changed where it is.
    """

    content: Content
    """The tables: all, or the slice of the page."""
    document: str
    """The key of the page."""
    shared: dict[str, Rows] = field(default_factory=dict, repr=False)
    """By table, rows that the views of other pages have too; added to."""
    worked_out: dict[Any, Any] = field(default_factory=dict, repr=False)
    """What those who look at the page have made of shared tables alone; added to."""
    own: dict[str, Rows] = field(default_factory=dict, repr=False)
    """By table, rows of this view; added to."""
    editions: dict[tuple[str, str], Document] = field(default_factory=dict, repr=False)
    """By edition and section, what was assembled; added to."""
    numbered: dict[str, Document] = field(default_factory=dict, repr=False)
    """By edition, the whole page without its terms and sources; added to."""
    before: Mapping[Edition, Laid] = field(default_factory=dict, repr=False)
    """By edition, the blocks that the page had before a change."""
    laid: dict[Edition, Laid] = field(default_factory=dict, repr=False)
    """By edition, the blocks that it has; added to."""
    made: dict[Any, Any] = field(default_factory=dict, repr=False)
    """By function, what was made of the page (`once`); added to."""

    def after(self, content: Content) -> PageView:
        """Return a view of the page in other tables; those that are the same are not read again."""
        same = {one for one in TABLES if getattr(content, one) is getattr(self.content, one)}
        if same.issuperset(TABLES):  # read from another place, or once more
            return replace(self, content=content)
        shared, own = (
            {table: rows for table, rows in kept.items() if table in same}
            for kept in (self.shared, self.own)
        )
        worked_out = self.worked_out if same.issuperset(SHARED) else {}
        before = {**self.before, **self.laid}
        return PageView(content, self.document, shared, worked_out, own, before=before)

    def rows(self, table: str) -> Rows:
        """Return the rows of a table that this page may use: its own; of a shared table, all."""
        kept = self.shared if table in SHARED else self.own
        if table not in kept:
            kept[table] = self.content.rows(table, self.document if table in OWN else "")
        return kept[table]

    def once(self, make: Callable[[PageView], Made]) -> Made:
        """Return what a function makes of the page and nothing else, made once.

        Whoever is given it changes nothing in it.
        """
        if make not in self.made:
            self.made[make] = make(self)
        made: Made = self.made[make]
        return made

    def edition(self, edition: Edition = "current", section: str = "") -> Document:
        """Return the page as a reader reads it, or one section of it.

        Raises
        ------
        UnknownName
            When there is no such document, edition or section.
        """
        key = (edition, section)
        if key not in self.editions:
            if edition not in get_args(Edition):
                raise UnknownName.of("edition", edition, get_args(Edition))
            if edition not in self.numbered:
                self.numbered[edition] = _whole(self, edition)
            page = self.numbered[edition]
            self.editions[key] = _with_terms(self, _part(page, section) if section else page)
        return self.editions[key]


def page_views(content: Content, documents: Sequence[str]) -> Iterator[PageView]:
    """Yield a view of each page, of its own slice of the tables."""
    shared: dict[str, Rows] = {}
    worked_out: dict[Any, Any] = {}
    for document, rows in slices(content, documents):
        yield PageView(rows, document, shared, worked_out)


def _with_terms(view: PageView, page: Document) -> Document:
    """Return what is shown of a page with its terms, sources and writers."""
    if page.edition == "supplied":
        return page
    terms = _terms(view, page)
    firsts = _firsts(page, terms)
    return replace(
        page,
        help=replace(page.help, firsts=firsts) if page.help else None,
        sections=tuple(replace(one, firsts=firsts) for one in page),
        terms=terms,
        sources=_sources(view, page),
        writers=_writers(view, page),
    )


def _whole(view: PageView, edition: Edition) -> Document:
    """Return a page with all its sections and numbers, without its terms and sources."""
    rows = view.rows("documents")
    if not rows:
        raise UnknownName.of(
            "document",
            view.document,
            view.content.documents["document"],
            hint="This project has none yet: take one in with 'ketcontent import FILE --document "
            f"{view.document}'.",
        )
    row = rows[0]
    supplied = edition == "supplied"
    page = Document(
        document=view.document,
        title=row["supplied_title"] if supplied else row["title"],
        name=row["title"],
        language=row["language"],
        edition=edition,
        purpose=row["purpose"],
        sections=drawn_once(_sections(view, row["language"], edition)),
        terms=(),
        part="",
        received=any(one["supplied_position"] is not None for one in view.rows("sections")),
        state="archive" if supplied else "draft",
        say=interface(view.rows("strings"), row["language"]),
        audience=row["audience"],
        publisher=row["publisher"],
        funding=row["funding"],
        about=row["about"],
        about_type=row["about_type"],
        translations=translations_of(view.content.rows("documents"), row),
        site=site_of(view.rows("site")),
        released=release_days(view.rows("releases")),
    )
    cites = [key for one in page.statements for key in one.cites]
    numbers = {key: place for place, key in enumerate(dict.fromkeys(cites), start=1)}
    sections = tuple(replace(one, numbers=numbers, say=page.say) for one in page)
    return replace(page, sections=sections, numbers=numbers)


def _part(page: Document, section: str) -> Document:
    """Return the page with one section alone, and of the numbers of the page those it shows.

    So a section is the same record as long as it is drawn the same, whatever else changes.
    """
    one = page.section(section)
    place = page.sections.index(one)
    around = (
        (page.sections[at].section, fold(page.sections[at].title).rstrip(":") or page.name)
        if 0 <= at < len(page.sections)
        else None
        for at in (place - 1, place + 1)
    )
    previous, after = around if page.edition == "current" else (None, None)
    part = replace(
        page,
        sections=(one,),
        part=section,
        whole=page,
        help=page.opening if place else None,
        previous=previous,
        next=after,
    )
    cites = {key for statement in part.shown for key in statement.cites}
    numbers = {key: number for key, number in page.numbers.items() if key in cites}
    return replace(
        part,
        sections=(replace(one, numbers=numbers),),
        help=replace(part.help, numbers=numbers) if part.help else None,
        numbers=numbers,
    )


def interface(strings: Rows, language: str) -> Strings:
    """Return the words of the furniture of a page in a language, by the rows of ``strings``.

    They are in that language where the table of strings has all of them, also as ``pt`` for
    ``pt-BR``; else all are English, since a page must not change its language from label to label
    (`ketcontent.checks.coverage.judge_strings` names what is missing).
    """
    cells = itemgetter("string", "language", "text", "checked_on")
    return _interface(tuple(map(cells, strings)), language)


@lru_cache(maxsize=64)
def _interface(strings: tuple[tuple[str, str, str, str], ...], language: str) -> Strings:
    shipped = english().texts
    rows: dict[str, dict[str, str]] = {}
    days: dict[str, dict[str, str]] = {}
    for name, tag, text, checked_on in strings:
        rows.setdefault(tag.casefold(), {})[name] = text
        days.setdefault(tag.casefold(), {})[name] = checked_on
    tag, base = language.casefold(), language.casefold().split("-")[0]
    texts = {**rows.get(base, {}), **rows.get(tag, {})}
    if base != "en" and shipped.keys() <= texts.keys():
        checked = {**days.get(base, {}), **days.get(tag, {})}
        return Strings(language, texts, own=True, checked=all(checked[one] for one in shipped))
    reworded = texts if base == "en" else rows.get("en", {})
    kept = {name: text for name, text in shipped.items() if name.startswith(STATE_WORDS)}
    return Strings(language if base == "en" else "en", {**shipped, **reworded, **kept})


def _firsts(page: Document, terms: tuple[Term, ...]) -> dict[str, dict[str, str]]:
    """Return, by sentence, where the terms that it is the first to use are defined."""
    firsts: dict[str, dict[str, str]] = {}
    left = {term.term: f"#{term.id}" for term in terms}
    for one in page.shown:
        for term in [term for term in left if term in one.plain and _uses(one.plain, term)]:
            firsts.setdefault(one.statement, {})[term] = left.pop(term)
    return firsts


def _uses(words: str, term: str) -> bool:
    """Whether a term stands in words, and not within one of them."""
    place = words.find(term)
    while place >= 0:
        end = place + len(term)
        beside = words[max(place - 1, 0) : place] + words[end : end + 1]
        if not any(one == "_" or one.isalnum() for one in beside):
            return True
        place = words.find(term, place + 1)
    return False


def _writers(view: PageView, page: Document) -> tuple[str, ...]:
    """Return who wrote what is shown, by name."""
    shown = {one.statement for one in page.statements}
    names = {row["person"]: row["name"] for row in view.rows("people")}
    wrote = {row["author"] for row in view.rows("statements") if row["statement"] in shown} - {""}
    return tuple(sorted(names.get(key, key) for key in wrote))


def _sources(view: PageView, page: Document) -> tuple[Mapping[str, str], ...]:
    """Return the rows of the sources that what is shown cites, by number."""
    shown = {key for one in page.shown for key in one.cites}
    rows = {row["source"]: row for row in view.rows("sources") if row["source"] in shown}
    # A citation that leads nowhere is a fault that a judge names; the page still shows it.
    lost = {"type": "document", "title": page.say("sources-lost")}
    return tuple(rows.get(key, {**lost, "source": key}) for key in page.numbers if key in shown)


def _sections(view: PageView, language: str, edition: Edition) -> tuple[Section, ...]:
    half = "supplied_" if edition == "supplied" else ""
    chosen = [row for row in view.rows("sections") if row[f"{half}position"] is not None]
    laid = laid_blocks(view.rows, language, edition, view.before.get(edition))
    view.laid[edition] = laid
    anchors = _anchors(view.rows("sections"))
    current = edition == "current"
    places = {row["section"]: row["position"] for row in chosen}

    def place(row: Mapping[str, Any]) -> tuple[int, ...]:
        """Return where a section stands: one under another right after it."""
        own = row[f"{half}position"]
        above = places.get(row["under"]) if current else None
        return (own,) if above is None else (above, own)

    return tuple(
        Section(
            section=row["section"],
            number=row[f"{half}number"],
            heading=row[f"{half}heading"],
            run_in=bool(row["supplied_run_in"]) and edition == "supplied",
            blocks=tuple(laid.sections.get(row["section"], ((), ()))[1]),
            language=language,
            edition=edition,
            anchor=anchors.get(row["section"], ""),
            under=row["under"] if current else "",
            form=row["form"] if current else "",
        )
        for row in sorted(chosen, key=place)
    )


def _anchors(sections: Rows) -> dict[str, str]:
    """Return what the places of headings are called whose letters a key cannot hold, by key.

    A key is ASCII, and of ``علاج الربو`` it keeps nothing. Such a place is called by the words of
    the heading as it was received, which no edit changes; of one that an editor added, as it is
    now. Of several with the same words the one whose key is oldest has them alone. No other id of
    a page looks like that: keys are ASCII, and what is not a key starts with ``_`` or ``s_``.
    """
    anchors: dict[str, str] = {}
    taken: set[str] = set()
    # Keys of one stem are handed out in turn: section, section-2, … section-10.
    for row in sorted(sections, key=lambda row: (len(row["section"]), row["section"])):
        words = _lettered(row["supplied_heading"] or row["heading"])
        if words.isascii():
            continue
        while words in taken:
            words = f"{words}-{row['section']}"
        taken.add(words)
        anchors[row["section"]] = words
    return anchors


def _lettered(heading: str) -> str:
    """Return the words of a heading, in any script, joined by hyphens."""
    plain = unicodedata.normalize("NFC", fold(heading).casefold())
    kept = (
        # A letter with its signs, a digit; what only shapes the letters around it has no width.
        "" if category == "Cf" else one if category[0] in "LMN" else " "
        for one, category in ((one, unicodedata.category(one)) for one in plain)
    )
    return "-".join("".join(kept).split())


def _terms(view: PageView, page: Document) -> tuple[Term, ...]:
    """Return the terms of the page's language that its words use."""
    words = "\n".join([page.help.to_text() if page.help else "", page.to_text()])
    return tuple(
        Term(row["term"], row["expansion"], row["plain"], row["definition"])
        for row in sorted(view.rows("terms"), key=lambda row: row["term"].casefold())
        if row["language"] == page.language and _uses(words, row["term"])
    )
