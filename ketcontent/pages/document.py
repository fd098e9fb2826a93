"""A page as a reader reads it, whole or one section of it.

An editor who names one in a notebook sees it drawn, as HTML and as Markdown in one MIME bundle.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from ketcontent.errors import UnknownName
from ketcontent.markup import (
    FACTS,
    LEAFLET,
    Strings,
    back_to,
    direction,
    doi_address,
    english,
    render,
    web_address,
)
from ketcontent.model import TABLE_FORMS
from ketcontent.pages.blocks import (
    Certainty,
    Edition,
    Reference,
    Section,
    Signer,
    Site,
    State,
    Statement,
    Term,
    Translation,
)
from ketcontent.pages.citations import references
from ketcontent.pages.leaflets import leaflet
from ketcontent.pages.publication import Release
from ketcontent.text import fold


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
    """``draft`` until `ketcontent.approvals.with_signoffs` says more; ``archive`` as received."""
    signers: tuple[Signer, ...] = ()
    """Who has signed what is shown."""
    say: Strings = field(default_factory=english)
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
    about: str = ""
    """The name of what it is about; empty until an editor says so."""
    about_type: str = ""
    """What that is, as a type of schema.org; empty with it."""
    deviations: tuple[str, ...] = ()
    """Where its project asks less than the package: policies, rules and topics."""
    help: Section | None = None
    """Of a section, what the page opens with for a reader in crisis; None where it says it itself,
    or the page has none."""
    previous: tuple[str, str] | None = None
    """Of a section, the key and the title of the one before it on the page."""
    next: tuple[str, str] | None = None
    """Of a section, the key and the title of the one after it."""
    translations: tuple[Translation, ...] = ()
    """The pages that say the same in other languages."""
    site: Site | None = None
    """Where it is published; None where no row says that."""
    released: tuple[str, ...] = ()
    """The days of its first and its last release; empty before there was one."""
    releases: tuple[Release, ...] = ()
    """What each release changed, the newest first; of a section, none."""
    version: str = ""
    """The digest of all that is shown; empty until the sign-offs were looked at."""
    whole: Document | None = field(default=None, compare=False, repr=False)
    """The page that this is one section of, as it was assembled, without its terms and sources."""

    @property
    def references(self) -> tuple[Reference, ...]:
        """The sources that what is shown cites, formatted."""
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
                    dict.fromkeys(one.statement for one in self.shown if row["source"] in one.cites)
                ),
            )
            for row, text in zip(self.sources, texts, strict=True)
        )

    @property
    def urgent_first(self) -> bool:
        """Whether what is shown starts with contacts for a reader in crisis."""
        return self.help is not None or bool(
            self.sections
            and not self.sections[0].title
            and self.sections[0].blocks
            and self.sections[0].blocks[0].urgent
        )

    @property
    def opening(self) -> Section | None:
        """What the page opens with for a reader in crisis; None where it does not.

        A section that is opened alone repeats it (`help`).
        """
        if not self.urgent_first or self.help:
            return self.help
        first = self.sections[0]
        return replace(first, blocks=first.runs[0][1])

    @property
    def certainties(self) -> tuple[Certainty, ...]:
        """The grades that marks on sentences shown name, from the surest."""
        used = {one.certainty for one in self.shown if one.is_marked}
        return tuple(grade for grade in get_args(Certainty) if grade in used)

    @property
    def groups(self) -> tuple[tuple[Section, ...], ...]:
        """Each section with a heading of its own, and those under it."""
        groups: list[list[Section]] = []
        for one in self.sections:
            if one.under and groups and not self.part:
                groups[-1].append(one)
            else:
                groups.append([one])
        return tuple(map(tuple, groups))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements shown, in reading order."""
        return tuple(one for section in self.sections for one in section.statements)

    @property
    def shown(self) -> tuple[Statement, ...]:
        """The same, and before them what a section repeats for a reader in crisis."""
        return (*(self.help.statements if self.help else ()), *self.statements)

    @property
    def first_layer(self) -> tuple[Statement, ...]:
        """Those of the statements that a reader sees before unfolding anything."""
        blocks = (block for section in self.sections for block in section.seen)
        return tuple(one for block in blocks for one in block.statements)

    def section(self, key: str) -> Section:
        """Return a section by its key.

        Raises
        ------
        UnknownName
            When the page has no such section in this edition.
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
        """
        shown = {one.statement: one for one in self.statements}
        if key not in shown:
            raise UnknownName.of("statement", key, shown)
        return shown[key]

    @property
    def has_structure(self) -> bool:
        """Whether there are tables, lists within lists or numbers of items, styled of their own."""
        blocks = (block for section in self.sections for block in section.blocks)
        return any(one.depth > 1 or one.form in TABLE_FORMS or one.numbered for one in blocks)

    @property
    def facts(self) -> dict[str, Any]:
        """What the page says of itself to the template that frames it."""
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
            "direction": direction(self.language),
            "strings": [self.say.language, dict(self.say.texts)],
            "description": self.purpose,
            "received": self.received,
            "previous": self.previous,
            "next": self.next,
            "translations": [
                {"document": one.document, "language": one.language, "name": one.language_name}
                for one in self.translations
            ],
            "site": site_facts(self),
            **({"structure": True} if self.has_structure else {}),
            "contents": []
            if self.part
            else [
                {"id": section.anchor or section.section, "heading": section.title}
                for section, *_ in self.groups
                if section.title
            ],
        }

    def to_html(self) -> str:
        """Return the page as HTML: its state, its title at level 1, its sections, its terms."""
        return self._drawn(
            "document.html.j2", linked_data(self) if self.edition == "current" else None
        )

    def to_fragment(self) -> str:
        """Return the article of `to_html` alone, for a page of somebody else's to hold.

        It has no data for search engines, which belong to whole pages; its places are called as
        on the page, so that the address of a sentence differs in nothing but the page.
        """
        return self._drawn("document.html.j2", linked=None).strip() + "\n"

    def to_markdown(self) -> str:
        """Return the page as Markdown: its state, its title, its sections, its terms."""
        return self._drawn("document.md.j2")

    @property
    def has_leaflet(self) -> bool:
        """Whether there is a leaflet of it: of a whole page as it is now."""
        return self.edition == "current" and not self.part

    def to_leaflet(self) -> str:
        """Return the page as the template of its leaflet takes it, as JSON."""
        return json.dumps(leaflet(self), ensure_ascii=False)

    def _drawn(self, template: str, linked: dict[str, Any] | None = None) -> str:
        return render(
            template,
            page=self,
            facts=self.facts,
            say=self.say,
            foreign=self.say.attributes(self.language),
            native=back_to(self.language, self.say),
            linked=linked,
        )

    def to_text(self) -> str:
        """Return the words of the page as plain text, a line a heading, paragraph or item.

        For the supplied edition that is the page as received, line by line.
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
            **({LEAFLET: self.to_leaflet()} if self.has_leaflet else {}),
        }


def site_facts(page: Document) -> dict[str, Any]:
    """Return what a page says of its place on its site, and to those who show a link to it.

    Nothing where no site is named. A section leads to the whole page that it is a part of; an
    archive copy is not to be found. A link to a draft says that it is one.
    """
    if page.site is None or page.edition == "supplied":
        return {}
    address = page.site.address
    own = f"{address}{page.document}/"
    draft = page.state != "reviewed"
    state = f"{page.say(f'state-{page.state}')} {page.say(f'state-{page.state}-meaning')}"
    shared = {
        "og:type": "article",
        "og:title": page.name,
        "og:description": state if draft else page.purpose,
        "og:url": own,
        "og:site_name": page.site.name,
    }
    if not draft and page.released:
        shared["article:published_time"], shared["article:modified_time"] = page.released
    alternates = {page.language: own} if page.translations else {}
    alternates |= {one.language: f"{address}{one.document}/" for one in page.translations}
    return {
        "canonical": own,
        "license": page.site.license,
        "shared": {name: said for name, said in shared.items() if said},
        "alternates": alternates if not page.part else {},
    }


def linked_data(page: Document) -> dict[str, Any]:
    """Return what a page says of itself to machines: schema.org, as JSON-LD.

    What the page is about is what its row says, and nothing where the row says nothing; all else
    is shown on the page. What is told of a medicine (its legal status, its warnings) are
    sentences, so they are told once all of them are signed off.

    Notes
    -----
    Left out on purpose, because a page of health information sells and doses nothing: ``offers``,
    ``review``, ``aggregateRating``, ``doseSchedule``, ``availableStrength``.
    """
    # A section may be signed in full on a page that is not: its dates are the page's.
    reviewed = page.state == "reviewed" and bool(page.last_review)
    about: dict[str, Any] = {"@type": page.about_type, "name": page.about} if page.about else {}
    if reviewed and page.about_type == "Drug":  # of nothing else are these two asked
        about["legalStatus"] = [one.plain for one in page.statements if one.kind == "regulatory"]
        about["warning"] = [one.plain for one in page.statements if one.kind == "risk"]
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
        "url": f"{page.site.address}{page.document}/" if page.site and not page.part else "",
        "isPartOf": {"@type": "WebSite", "name": page.site.name, "url": page.site.address}
        if page.site
        else "",
        "license": page.site.license if page.site else "",
        "datePublished": page.released[0] if reviewed and page.released else "",
        "dateModified": page.released[1] if reviewed and page.released else "",
        "about": {name: value for name, value in about.items() if value},
        # A citation that leads nowhere is no source.
        "citation": [_linked_source(row) for row in page.sources if "authors" in row],
    }
    return {name: value for name, value in data.items() if value}


def _linked_source(row: Mapping[str, str]) -> dict[str, Any]:
    """Return a source as schema.org."""
    address = doi_address(row.get("doi", ""))
    pubmed = f"https://pubmed.ncbi.nlm.nih.gov/{row['pmid']}/" if row.get("pmid") else ""
    said = {
        "@type": _SCHOLARLY.get(row["type"], "CreativeWork"),
        "name": row["title"],
        "datePublished": row.get("issued", ""),
        "url": address or pubmed or web_address(row.get("url", "")),
    }
    return {name: value for name, value in said.items() if value}


_SCHOLARLY = {
    "article-journal": "ScholarlyArticle",
    "book": "Book",
    "chapter": "Chapter",
    "legislation": "Legislation",
    "report": "Report",
    "webpage": "WebPage",
}
"""The type of schema.org for a type of CSL; any other is a CreativeWork."""
