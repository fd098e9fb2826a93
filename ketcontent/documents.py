"""Rows in order → Document, Section: headings, blocks, notices, terms.

`assemble` reads one half of each row: the current edition (``heading``, ``label``, ``text``) or
the page as received (``supplied_heading``, ``supplied_label``, ``supplied``), each in its own
order. The records that come back are what a reader reads; an editor who names one in a notebook
sees it drawn, as HTML and as Markdown in one MIME bundle.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal, get_args

import pandas as pd

from ketcontent import rendering, traces
from ketcontent.citations import cited, references, split_citations, without_citations
from ketcontent.errors import UnknownName
from ketcontent.rendering import FACTS
from ketcontent.tables import Content, remembered, remembering, rows_of, rows_of_page
from ketcontent.wording import fold, joined

Edition = Literal["current", "supplied"]
Form = Literal["paragraph", "item", "notice"]
Certainty = Literal["high", "moderate", "low", "very-low"]
State = Literal["archive", "draft", "part-reviewed", "reviewed"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of one edition."""

    statement: str
    """Its key."""
    label: str
    """The words before it that name it; empty for most."""
    text: str
    """Its words as inline markup, its notice's text in place."""
    plain: str
    """Its words without markup; in the supplied edition, exactly as received."""
    kind: str
    """benefit, risk, mechanism, use, regulatory, advice, background, or empty."""
    notice: str
    """The notice whose text it is, or empty."""
    certainty: str = ""
    """How sure the evidence is: high, moderate, low, very-low, or empty."""
    cites: tuple[str, ...] = ()
    """The sources that its words cite, in order."""
    urgent: bool = False
    """Whether it stands in a notice for a reader in crisis."""

    @property
    def label_text(self) -> str:
        """The label as it stands before the words: ``Form:``.

        A label that ends in a letter or a digit gets a colon; any other brings its own mark.

        Examples
        --------
        >>> Statement("s", "Form", "", "", "", "").label_text
        'Form:'
        >>> Statement("s", "1.", "", "", "", "").label_text
        '1.'
        """
        return f"{self.label}:" if self.label[-1:].isalnum() else self.label

    @property
    def parts(self) -> list[tuple[str, tuple[str, ...]]]:
        """The words as inline markup in parts, each with the sources cited right after it.

        Examples
        --------
        >>> Statement("s", "", "It may. [@a-1]", "It may.", "", "", cites=("a-1",)).parts
        [('It may.', ('a-1',))]
        """
        if not self.cites:
            return [(self.text, ())]
        parts = split_citations(self.text)
        if "".join(rendering.inline_plain(words) for words, _ in parts) == self.plain:
            return parts
        # Markup goes across a citation: all stand after the words.
        return [(without_citations(self.text), self.cites)]

    @property
    def described(self) -> list[tuple[str, str]]:
        """What an editor sees of it: the words, and what the table says of them, by name.

        Examples
        --------
        >>> Statement("s", "Form", "Oral.", "Oral.", "use", "").described[:2]
        [('words', 'Form: Oral.'), ('kind', 'use')]
        """
        return [
            ("words", f"{self.label_text} {self.plain}".strip()),
            ("kind", self.kind or "not set"),
            ("certainty", self.certainty or "not graded"),
            ("cites", ", ".join(self.cites) or "nothing"),
            *([("notice", self.notice)] if self.notice else []),
        ]

    def to_html(self) -> str:
        """Return the statement as a table for an editor: its words, and what is known of them."""
        return rendering.render("statement.html.j2", statement=self, rows=self.described)

    def to_text(self) -> str:
        """Return the same as plain text.

        Examples
        --------
        >>> print(Statement("s", "", "It may help.", "It may help.", "benefit", "").to_text())
        s
          words: It may help.
          kind: benefit
          certainty: not graded
          cites: nothing
        """
        return "\n".join(
            [self.statement, *(f"  {name}: {value}" for name, value in self.described)]
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": self.to_text(),
            "text/html": self.to_html(),
            FACTS: json.dumps({"kind": "part"}),
        }


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item or a notice: one or more sentences that stand together."""

    form: Form
    """How it is set."""
    statements: tuple[Statement, ...]
    """Its sentences, in order."""

    @property
    def plain(self) -> str:
        """The words of the block without markup, with labels.

        Examples
        --------
        >>> Block("item", (Statement("s", "Form", "Oral.", "Oral.", "", ""),)).plain
        'Form: Oral.'
        """
        return joined(f"{one.label_text} {one.plain}".strip() for one in self.statements)

    @property
    def urgent(self) -> bool:
        """Whether the block is a notice for a reader in crisis.

        Examples
        --------
        >>> Block("notice", (Statement("s", "", "Call.", "Call.", "", "", urgent=True),)).urgent
        True
        """
        return self.form == "notice" and any(one.urgent for one in self.statements)

    def markdown_lines(self, say: rendering.Strings) -> list[str]:
        """Return the block as lines of Markdown, a line a sentence, each with its certainty.

        Examples
        --------
        >>> one = Statement("s", "Form", "Oral.", "Oral.", "use", "", certainty="low")
        >>> Block("item", (one,)).markdown_lines(rendering.english())
        ['**Form:** Oral. (low certainty)']
        """
        sentences = []
        for one in self.statements:
            words = ""
            for part, keys in one.parts:
                text = rendering.inline_markdown(part)
                # Beside a bracket, a mark that stood alone could open or close markup.
                if words:
                    text = re.sub(r"\A[*~](?!\S)", r"\\\g<0>", text)
                if keys:
                    text = re.sub(r"(?:(?<!\S)[*~]|(?<!\\)!)\Z", r"\\\g<0>", text)
                words += text + "".join(f"[^{key}]" for key in keys)
            label = rendering.strong(one.label_text) if one.label else ""
            sure = rendering.escape_markdown(shown_certainty(one, say))
            sentences.append(" ".join(filter(None, [label, words, sure])))
        return rendering.markdown_lines(sentences)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the blocks under it."""

    section: str
    """Its key, unique within the page."""
    number: str
    """The number before the heading, with its mark; empty for most."""
    heading: str
    """The heading; empty for text that stands before any."""
    run_in: bool
    """Whether the heading was received on the line of its first sentence."""
    blocks: tuple[Block, ...]
    """What stands under the heading, in order."""
    language: str
    """The language of the page it belongs to."""
    edition: Edition
    """The edition it belongs to."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """The number of each source that the page cites."""
    order: Mapping[str, int] = field(default_factory=dict)
    """The number of each sentence of the page."""
    firsts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By sentence, where the terms that it is the first to use are defined."""
    say: rendering.Strings = field(default_factory=rendering.english)
    """The words of the furniture."""

    @property
    def title(self) -> str:
        """The heading with its number.

        Examples
        --------
        >>> Section("side-effects", "2.", "Side effects", False, (), "en", "current").title
        '2. Side effects'
        """
        return f"{self.number} {self.heading}".strip()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The sentences of the section, in order.

        Examples
        --------
        >>> Section("empty", "", "Reviews", False, (), "en", "current").statements
        ()
        """
        return tuple(one for block in self.blocks for one in block.statements)

    @property
    def runs(self) -> tuple[tuple[str, tuple[Block, ...]], ...]:
        """The blocks, neighbours of one form together, as a list is one run of items.

        Notices for a reader in crisis are a form of their own, ``urgent``.

        Examples
        --------
        >>> item, notice = Block("item", ()), Block("notice", ())
        >>> section = Section("s", "", "", False, (item, item, notice), "en", "current")
        >>> [(form, len(blocks)) for form, blocks in section.runs]
        [('item', 2), ('notice', 1)]
        """
        return tuple(
            (form, tuple(blocks))
            for form, blocks in groupby(
                self.blocks, lambda one: "urgent" if one.urgent else one.form
            )
        )

    def to_html(self) -> str:
        """Return the section as HTML, its heading at level 2."""
        return rendering.render("section.html.j2", section=self, say=self.say)

    def to_markdown(self) -> str:
        """Return the section as Markdown, its heading at level 2, a line a sentence."""
        return rendering.render("section.md.j2", section=self, say=self.say)

    def to_text(self) -> str:
        """Return the section as plain text, a line a heading, paragraph or item.

        Examples
        --------
        >>> from ketcontent.tables import read_content
        >>> page = assemble(read_content("data"), "ketamine", edition="supplied")
        >>> print(page.section("reviews").to_text())
        Reviews
        There are no reviews yet.
        """
        lines = [
            f"- {block.plain}" if block.form == "item" else block.plain for block in self.blocks
        ]
        if self.run_in and lines:
            lines[0] = f"{self.title} {lines[0]}"
        elif self.title:
            lines.insert(0, self.title)
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Section {self.section}: {len(self.statements)} statements>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": self.to_text(),
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            FACTS: json.dumps({"kind": "part"}),
        }


@dataclass(frozen=True, slots=True)
class Term:
    """An abbreviation or a term that the page uses."""

    term: str
    """As it stands on the page."""
    expansion: str
    """What an abbreviation is short for."""
    plain: str
    """A plain word for it."""
    definition: str
    """What it means, in a sentence."""

    @property
    def id(self) -> str:
        """What its place on the page is called.

        Examples
        --------
        >>> Term("Long COVID", "", "", "").id
        '_term_Long-COVID'
        """
        letters = (
            one if one.isalnum() else "-" if one == " " else f"_{ord(one):x}" for one in self.term
        )
        return "_term_" + "".join(letters)


@dataclass(frozen=True, slots=True)
class Reference:
    """A source that the page cites."""

    source: str
    """Its key."""
    number: int
    """Its number, by first use on the page."""
    text: str
    """The formatted reference."""
    doi: str
    """Its DOI; empty where it has none."""
    pmid: str
    """Its PubMed id; empty where it has none."""
    url: str
    """Its address; empty where it has none."""
    unconfirmed: str
    """The fields that nobody has compared with the source itself."""
    cited_in: tuple[str, ...] = ()
    """The sentences shown that cite it, in order."""

    def to_html(self) -> str:
        """Return the reference as HTML, with links to where it can be read.

        Examples
        --------
        >>> print(Reference("a-1", 1, "Lee A. <i>.", "10.1/x", "", "", "").to_html())
        Lee A. &lt;i&gt;. <a href="https://doi.org/10.1/x">doi:10.1/x</a>
        """
        return rendering.render("reference.html.j2", one=self)

    def to_text(self) -> str:
        """Return the reference as plain text.

        Examples
        --------
        >>> Reference("a-1", 1, "Lee A.", "10.1/x", "", "", "").to_text()
        'Lee A. doi:10.1/x'
        """
        return f"{self.text} {f'doi:{self.doi}' if self.doi else self.url}".strip()


@dataclass(frozen=True, slots=True)
class Signer:
    """Someone whose sign-off is valid on what is shown."""

    name: str
    """The name, with the credential."""
    affiliation: str
    """Where they work."""
    conflicts: str
    """Their conflicts of interest."""
    capacity: str
    """As what they signed."""
    statements: int
    """How many statements."""
    last: str
    """The day of the last of these sign-offs."""


@dataclass(frozen=True, slots=True)
class Document:
    """A page in one edition, or the part of it that was asked for."""

    document: str
    """Its key."""
    title: str
    """Its title; empty where the page was received without one."""
    name: str
    """What to call the page where it needs a name: its current title."""
    language: str
    """Its language, as a BCP 47 tag."""
    edition: Edition
    """Which edition this is."""
    purpose: str
    """What a reader can do after reading it; empty until an editor says so."""
    sections: tuple[Section, ...]
    """Its sections, in order; one where one was asked for."""
    terms: tuple[Term, ...]
    """The terms that its words use, in alphabetical order."""
    part: str
    """The key of the one section that was asked for; empty for the whole page."""
    received: bool
    """Whether the page was received from somewhere, so that there is an archive copy."""
    sources: tuple[Mapping[str, str], ...] = ()
    """The rows of the sources that what is shown cites, in order of first use on the page."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """The number of each source that the page cites."""
    state: State = "draft"
    """``draft`` until `ketcontent.signoffs.with_signoffs` says more; ``archive`` as received."""
    signers: tuple[Signer, ...] = ()
    """Who has signed what is shown."""
    order: Mapping[str, int] = field(default_factory=dict)
    """The number of each sentence of the page, by its key."""
    say: rendering.Strings = field(default_factory=rendering.english)
    """The words of the furniture, in the page's language where all of them are there."""
    audience: str = ""
    """Whom it is for."""
    publisher: str = ""
    """Who publishes it."""
    funding: str = ""
    """Who paid for it."""
    writers: tuple[str, ...] = ()
    """Who wrote the words shown, by name."""
    last_review: str = ""
    """The day of the oldest sign-off it needs; empty where one lacks."""
    next_review: str = ""
    """The last day on which that is recent enough; empty where one lacks."""
    version: str = ""
    """The digest of all that is shown; empty until the sign-offs were looked at."""

    @property
    def references(self) -> tuple[Reference, ...]:
        """The sources that what is shown cites, formatted.

        Examples
        --------
        >>> from ketcontent.tables import read_content
        >>> page = assemble(read_content("data"), "ketamine", edition="supplied")
        >>> page.references
        ()
        """
        texts = references(self.sources)
        return tuple(
            Reference(
                source=row["source"],
                number=self.numbers[row["source"]],
                text=text,
                doi=row.get("doi", ""),
                pmid=row.get("pmid", ""),
                url=row.get("url", ""),
                unconfirmed=row.get("unconfirmed", ""),
                cited_in=tuple(
                    dict.fromkeys(
                        one.statement
                        for section in self.sections
                        for one in section.statements
                        if row["source"] in one.cites
                    )
                ),
            )
            for row, text in zip(self.sources, texts, strict=True)
        )

    @property
    def urgent_first(self) -> bool:
        """Whether what is shown starts with contacts for a reader in crisis.

        Examples
        --------
        >>> from ketcontent.tables import read_content
        >>> assemble(read_content("data"), "ketamine").urgent_first
        True
        """
        return bool(
            self.sections
            and not self.sections[0].title
            and self.sections[0].blocks
            and self.sections[0].blocks[0].urgent
        )

    @property
    def certainties(self) -> tuple[Certainty, ...]:
        """The grades that sentences shown have, from the surest.

        Examples
        --------
        >>> from ketcontent.tables import read_content
        >>> assemble(read_content("data"), "ketamine", section="lede").certainties
        ('high',)
        """
        used = {one.certainty for section in self.sections for one in section.statements}
        return tuple(grade for grade in get_args(Certainty) if grade in used)

    def section(self, key: str) -> Section:
        """Return a section by its key.

        Raises
        ------
        UnknownName
            When the page has no such section in this edition.

        Examples
        --------
        >>> from ketcontent.tables import read_content
        >>> assemble(read_content("data"), "ketamine").section("reviews")
        <Section reviews: 5 statements>
        """
        for section in self.sections:
            if section.section == key:
                return section
        raise UnknownName.of("section", key, (section.section for section in self.sections))

    def statement(self, key: str) -> Statement:
        """Return a statement by its key.

        Raises
        ------
        UnknownName
            When the page has no such statement in this edition.

        Examples
        --------
        >>> from ketcontent.tables import read_content
        >>> assemble(read_content("data"), "ketamine").statement("addiction-1").kind
        'risk'
        """
        shown = {one.statement: one for section in self.sections for one in section.statements}
        if key not in shown:
            raise UnknownName.of("statement", key, shown)
        return shown[key]

    @property
    def facts(self) -> dict[str, Any]:
        """What the page says of itself to the template that frames it.

        Examples
        --------
        >>> from ketcontent.tables import read_content
        >>> page = assemble(read_content("data"), "ketamine", section="reviews")
        >>> page.facts["title"], page.facts["state"], page.facts["kind"]
        ('Who wrote and checked this page – Ketamine', 'draft', 'section')
        """
        heading = fold(self.sections[0].title).rstrip(":") if self.part else ""
        return {
            "kind": "section" if self.part else "document",
            "document": self.document,
            "section": self.part,
            "edition": self.edition,
            "state": self.state,
            "title": f"{heading} – {self.name}" if heading else self.name,
            "name": self.name,
            "language": self.language,
            "direction": rendering.direction(self.language),
            "strings": [self.say.language, dict(self.say.texts)],
            "description": self.purpose,
            "received": self.received,
            "contents": []
            if self.part
            else [
                {"id": section.section, "heading": section.title}
                for section in self.sections
                if section.title
            ],
        }

    def to_html(self) -> str:
        """Return the page as HTML: its state, its title at level 1, its sections, its terms."""
        return self._drawn("document.html.j2")

    def to_markdown(self) -> str:
        """Return the page as Markdown: its state, its title, its sections, its terms."""
        return self._drawn("document.md.j2")

    def _drawn(self, template: str) -> str:
        return rendering.render(
            template,
            page=self,
            facts=self.facts,
            say=self.say,
            foreign=self.say.attributes(self.language),
            native=rendering.back_to(self.language, self.say),
            linked=linked_data(self) if self.edition == "current" else None,
        )

    def to_text(self) -> str:
        """Return the words of the page as plain text, a line a heading, paragraph or item.

        For the supplied edition that is the page as received, line by line.

        Examples
        --------
        >>> from ketcontent.tables import read_content
        >>> page = assemble(read_content("data"), "ketamine", edition="supplied")
        >>> page.to_text().splitlines()[2]
        'Description'
        """
        texts = [self.title] if self.title and not self.part else []
        texts += [section.to_text() for section in self.sections]
        return "\n".join(text for text in texts if text)

    def __iter__(self) -> Iterator[Section]:
        return iter(self.sections)

    def __repr__(self) -> str:
        return f"<Document {self.document}, {self.edition}: {len(self.sections)} sections>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": self.to_text(),
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            FACTS: json.dumps(self.facts, ensure_ascii=False),
        }


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
    >>> from ketcontent.tables import read_content
    >>> page = assemble(read_content("data"), "ketamine", section="description")
    >>> page
    <Document ketamine, current: 1 sections>
    >>> page.sections[0].blocks[0].statements[0].plain[:21]
    'Ketamine is a medicin'
    """
    if edition not in get_args(Edition):
        raise UnknownName.of("edition", edition, get_args(Edition))
    if traces.tracing() and not remembering():
        # What is kept would not be noted again by whoever asks for its tables next.
        with traces.reading_whole("page", document, edition, section):
            return assemble(content, document, edition=edition, section=section)
    return remembered(_assembled, content, document, edition, section)


def _assembled(content: Content, document: str, edition: Edition, section: str) -> Document:
    page = remembered(_whole, content, document, edition)
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


def interface(content: Content, language: str) -> rendering.Strings:
    """Return the words of the furniture of a page in a language.

    They are in that language where the table of strings has all of them, also as ``pt`` for
    ``pt-BR``; else all are English, since a page must not change its language from label to label
    (`ketcontent.evidence.judge_strings` names what is missing).

    Examples
    --------
    >>> from ketcontent.tables import empty_content
    >>> interface(empty_content(), "fr").language
    'en'
    """
    return _interface(remembered(_strings, content.strings), language)


def _strings(frame: pd.DataFrame) -> tuple[tuple[str, str, str], ...]:
    columns = (frame[name] for name in ("string", "language", "text"))
    return tuple(zip(*columns, strict=True))


@lru_cache(maxsize=64)
def _interface(strings: tuple[tuple[str, str, str], ...], language: str) -> rendering.Strings:
    shipped = rendering.english().texts
    rows: dict[str, dict[str, str]] = {}
    for name, tag, text in strings:
        rows.setdefault(tag.casefold(), {})[name] = text
    rows["en"] = {**shipped, **rows.get("en", {})}
    tag = language.casefold()
    texts = {**rows.get(tag.split("-")[0], {}), **rows.get(tag, {})}
    whole = shipped.keys() <= texts.keys()
    return rendering.Strings(language, texts) if whole else rendering.Strings("en", rows["en"])


def shown_certainty(statement: Statement, say: rendering.Strings) -> str:
    """Return the certainty of a sentence as a reader reads it behind the words, or nothing.

    Examples
    --------
    >>> shown_certainty(Statement("s", "", "", "", "", "", certainty="low"), rendering.english())
    '(low certainty)'
    """
    return f"({say(f'certainty-{statement.certainty}')})" if statement.certainty else ""


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
        text = rendering.as_markup(fold(plain))
        return Statement(row["statement"], row["supplied_label"], text, plain, row["kind"], "")
    text, urgent = notices[row["notice"]] if row["notice"] else (row["text"], False)
    return Statement(
        statement=row["statement"],
        label=row["label"],
        text=text,
        plain=rendering.inline_plain(without_citations(text)),
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


_SCHOLARLY = {
    "article-journal": "ScholarlyArticle",
    "book": "Book",
    "chapter": "Chapter",
    "legislation": "Legislation",
    "report": "Report",
    "webpage": "WebPage",
}
"""The type of schema.org for a type of CSL; any other is a CreativeWork."""


def linked_data(page: Document) -> dict[str, Any]:
    """Return what a page says of itself to machines: schema.org, as JSON-LD.

    It says nothing that the page does not show. What is told of the medicine itself (its legal
    status, its warnings) are sentences, so they are told once all of them are signed off.

    Notes
    -----
    Left out on purpose, because a page of health information sells and doses nothing: ``offers``,
    ``review``, ``aggregateRating``, ``doseSchedule``, ``availableStrength``.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> data = linked_data(assemble(read_content("data"), "ketamine"))
    >>> data["@type"], data["about"]["name"], len(data["citation"])
    ('MedicalWebPage', 'Ketamine', 45)
    """
    # A section may be signed in full on a page that is not: its dates are the page's.
    reviewed = page.state == "reviewed" and bool(page.last_review)
    about: dict[str, Any] = {"@type": "Drug", "name": page.name, "nonProprietaryName": page.name}
    if reviewed:
        said = [one for section in page for one in section.statements]
        about["legalStatus"] = [one.plain for one in said if one.kind == "regulatory"]
        about["warning"] = [one.plain for one in said if one.kind == "risk"]
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "name": page.facts["title"],
        "description": page.purpose,
        "inLanguage": page.language,
        "creativeWorkStatus": page.say(f"state-{page.state}").rstrip("."),
        "audience": {"@type": "MedicalAudience", "name": page.audience} if page.audience else "",
        "publisher": {"@type": "Organization", "name": page.publisher} if page.publisher else "",
        "funder": {"@type": "Organization", "name": page.funding} if page.funding else "",
        "author": [{"@type": "Person", "name": name} for name in page.writers],
        "lastReviewed": page.last_review if reviewed else "",
        "reviewedBy": [
            {"@type": "Person", "name": name}
            for name in dict.fromkeys(one.name for one in page.signers)
        ]
        if reviewed
        else "",
        "version": page.version,
        "about": {name: value for name, value in about.items() if value},
        # A citation that leads nowhere is no source.
        "citation": [_linked_source(row) for row in page.sources if "authors" in row],
    }
    return {name: value for name, value in data.items() if value}


def _linked_source(row: Mapping[str, str]) -> dict[str, Any]:
    """Return a source as schema.org."""
    address = rendering.doi_address(row.get("doi", ""))
    pubmed = f"https://pubmed.ncbi.nlm.nih.gov/{row['pmid']}/" if row.get("pmid") else ""
    said = {
        "@type": _SCHOLARLY.get(row["type"], "CreativeWork"),
        "name": row["title"],
        "datePublished": row.get("issued", ""),
        "url": address or pubmed or rendering.web_address(row.get("url", "")),
    }
    return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the index."""

    document: str
    """Its key."""
    name: str
    """Its current title."""
    language: str
    """Its language, as a BCP 47 tag."""
    audience: str
    """Whom it is for; empty until an editor says so."""
    review_every_days: int
    """Days after which a review of it is out of date."""
    supplied: bool
    """Whether it was received from somewhere, so that there is an archive copy."""
    state: State = "draft"
    """Whether every sentence of its current edition is signed off."""
    last_review: str = ""
    """The day of the oldest sign-off that its current edition needs; empty where one lacks."""
    next_review: str = ""
    """The last day on which that is recent enough; empty where one lacks."""
    language_name: str = ""
    """What its language calls itself; its tag where no string says that."""

    @property
    def direction(self) -> str:
        """Whether its language is written from left to right, ``ltr``, or ``rtl``.

        Examples
        --------
        >>> Entry("tea", "شاي", "ar", "", 365, False).direction
        'rtl'
        """
        return rendering.direction(self.language)


@dataclass(frozen=True, slots=True)
class Index:
    """All pages of a project."""

    entries: tuple[Entry, ...]
    """The pages, by name."""
    say: rendering.Strings = field(default_factory=rendering.english)
    """The words of the furniture."""

    @property
    def facts(self) -> dict[str, Any]:
        """What the index says of itself to a template.

        Examples
        --------
        >>> Index(()).facts["title"]
        'Health pages'
        """
        title = self.say("index-title")
        return {
            "kind": "index",
            "state": "",
            "title": title,
            "name": title,
            "language": self.say.language,
            "direction": rendering.direction(self.say.language),
            "strings": [self.say.language, dict(self.say.texts)],
            "description": self.say("index-description"),
            "contents": [],
        }

    @property
    def groups(self) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
        """The pages under the first letters of their names.

        Examples
        --------
        >>> Index((Entry("tea", "tea", "en", "", 365, False),)).groups[0][0]
        'T'
        """
        return tuple(
            (letter, tuple(entries))
            for letter, entries in groupby(self.entries, lambda one: one.name[:1].upper() or "–")
        )

    def to_html(self) -> str:
        """Return the index as HTML."""
        return rendering.render("index.html.j2", index=self, facts=self.facts, say=self.say)

    def to_markdown(self) -> str:
        """Return the index as Markdown."""
        return rendering.render("index.md.j2", index=self, facts=self.facts, say=self.say)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": "\n".join(entry.name for entry in self.entries),
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            FACTS: json.dumps(self.facts, ensure_ascii=False),
        }
