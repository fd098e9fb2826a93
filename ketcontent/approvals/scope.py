"""What people sign of a page: its statements, and what decides how a reader takes them.

A title, a heading and a definition are signed like a statement. A sign-off names what it is for by
a key: of a statement its own, of the others what it is and of what.

===================  ===========================================================================
key                  what a sign-off on it covers
===================  ===========================================================================
``form-1``           the words of a statement, its label, kind, grade and author, the addresses and
                     titles of its links and the words that each is on, what a reader reads of each
                     source, what that found, the numbers that a picture is drawn of, behind which
                     words it is cited, and which is not, the key and heading of its section, and
                     which statements it stands between; whether it is a row, headers or a caption;
                     and the words of what it stands within: of a row its headers, of an item the
                     items, of both as of a paragraph the sentence with a colon that they follow
``title:ketamine``   the title of the page, whom it is for, its purpose, who wrote it, publishes and
                     paid, how long a review holds, the order of its sections, which terms its
                     glossary has, and the furniture where it is not as shipped
``heading:uses``     a heading with its number, the heading it belongs under, whether it is a card
                     for emergencies, and the order, blocks, form and layer of what is under it
``term:ECT``         an entry of the glossary: expansion, plain word and definition
``waiver:…``         a finding that passes for a while on this page: why, until when, who answers
===================  ===========================================================================

Notes
-----
A statement is bound to the keys of its neighbours in the paragraph, not to their words: these have
sign-offs of their own, and whoever signs one reads it where it stands. So a swap of two sentences
voids both, and a new word in one voids only that. What it stands within it does not stand without:
a new word in a header, in an item that holds others or in "Never with:" asks for all of it. The
order of blocks, which a page reads as one argument, belongs to the heading above them: a new
paragraph asks for its own sign-offs and for that of its heading. So does what is folded: a danger
that a reader sees at once is not told as one that must be unfolded, though its words are the same.
What stands under no heading is covered by the title. What became of a supplied sentence, and why
(`answer` and its fellows), is an editor's account of the work that no reader of the page reads:
nobody signs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from ketcontent.markup import inline_plain, link_targets, link_titles, link_words
from ketcontent.model import OWN
from ketcontent.pages import Document, PageView, Section, Statement, Term
from ketcontent.text import canonical, digest

RULE = "w2"
"""The name of what a digest covers."""

_OF_THE_PAGE = ("title", "audience", "purpose", "publisher", "funding")
"""The columns of a page that its readers read."""


Covers = tuple[str | Sequence[str], ...]
"""What a digest is of, part by part."""


@dataclass(frozen=True, slots=True)
class Signable:
    """Something on a page that people sign."""

    key: str
    """How a sign-off names it."""
    kind: str
    """The kind of a statement; else ``title``, ``heading``, ``term`` or ``waiver``."""
    section: str
    """The section it stands in; empty for what belongs to the page."""
    words: str
    """What is read of it, as a sign-off keeps it."""
    digest_of: Callable[[], str] = field(repr=False, compare=False)
    """Returns what its sign-offs are bound to; most have none, and are not asked."""
    covers_of: Callable[[], Covers] = field(repr=False, compare=False)
    """Returns what that is the digest of."""
    table: str
    """The table of its row."""
    row: str
    """The key of that row."""
    column: str
    """The column of its words there."""
    older_of: Callable[[], str] = field(default=str, repr=False, compare=False)
    """Returns the digest of a statement by the rule before."""
    owner: str = ""
    """Who answers for a waiver, and so does not sign it."""

    @property
    def digest(self) -> str:
        """What its sign-offs are bound to."""
        return self.digest_of()

    @property
    def covers(self) -> list[str | list[str]]:
        """What the digest is of, part by part, each in its canonical form."""
        return [
            canonical(one) if isinstance(one, str) else list(map(canonical, one))
            for one in self.covers_of()
        ]

    @property
    def older(self) -> str:
        """The digest of a statement by the rule before; empty for what had none."""
        return self.older_of()


def signables(view: PageView) -> list[Signable]:
    """Return what is to be signed of a page: its title, then all in reading order, then terms."""
    return list(view.once(_signables))


def _signables(view: PageView) -> list[Signable]:
    page = view.edition()
    rows = {row["section"]: row for row in view.rows("sections")}
    found = [_title(page, view.rows("documents")[0])]
    for section in page:
        if section.title:
            found.append(_heading(page, section, rows[section.section]))
        found += [_of_statement(page.document, section, one) for one in section.statements]
    found += [_definition(page, one) for one in page.terms]
    return found + [
        _waiver(page.document, row) for row in view.rows("waivers") if _concerns(page, row)
    ]


def shown_keys(page: Document) -> set[str]:
    """Return the keys of what is signed of a page, or of the part of it that is shown."""
    return {
        f"title:{page.document}",
        *(f"heading:{one.section}" for one in page.sections),
        *(one.statement for one in page.shown),
        *(f"term:{one.term}" for one in page.terms),
    }


def is_of_the_page(one: Signable) -> bool:
    """Return whether something signed stands behind each part of a page that is shown."""
    return one.kind == "waiver"


@lru_cache(maxsize=4096)
def statement_digest(document: str, statement: Statement) -> str:
    """Return the digest of a statement as a reader reads it, in the context of its page.

    A reading of the supplier's that waits beside it is covered too. Emphasis, white space, a
    re-save and the order of citations behind the same words do not count.
    """
    context = [document, statement.statement]
    return digest(*_covers(statement), context=context, rule=RULE)


def _covers(statement: Statement) -> Covers:
    """Return what the digest of a statement is of."""
    return (
        statement.plain,
        statement.label,
        statement.kind,
        statement.certainty,
        list(statement.rests_on),
        list(link_targets(statement.text)),
        list(link_titles(statement.text)),
        list(statement.stands),
        *([statement.contested] if statement.contested else []),
        *([["author", statement.author]] if statement.author else []),
        *([["links", *linked]] if (linked := link_words(statement.text)) else []),
        *([["cited", *inside]] if (inside := _cited_inside(statement)) else []),
        *([["uncited", *hidden]] if (hidden := _uncited(statement)) else []),
        *(["compared", *one.as_signed()] for one in statement.comparisons),
    )


@lru_cache(maxsize=4096)
def older_digest(document: str, statement: Statement) -> str:
    """Return the digest of a statement by the rule before, ``w1``.

    It covers the words, the label, the grade, the links and the ids of sources, and nothing else
    that decides what a reader understands: a sign-off by it is told as such, and does not count.
    """
    return digest(
        statement.plain,
        statement.label,
        statement.certainty,
        sorted(statement.cites),
        list(link_targets(statement.text)),
        *([statement.contested] if statement.contested else []),
        context=[document, statement.statement],
    )


def _cited_inside(statement: Statement) -> list[str]:
    """Return behind how many letters each source is cited, where one is before the last letter."""
    found = set()
    behind = 0
    for words, keys in statement.parts:
        behind += sum(map(str.isalnum, inline_plain(words)))
        found |= {(behind, key) for key in keys}
    inside = any(place < behind for place, _ in found)
    return [f"{place} {key}" for place, key in sorted(found)] if inside else []


def _uncited(statement: Statement) -> list[str]:
    """Return which of the sources that a statement rests on no reader of it sees."""
    keys = (one.partition(" ")[0] for one in statement.rests_on)
    return [key for key in keys if key not in statement.cites]


def reader_words(statement: Statement) -> str:
    """Return the words of a statement as they are kept with a sign-off: label and words."""
    return " ".join(f"{statement.label_text} {statement.plain}".split())


def _of_statement(document: str, section: Section, one: Statement) -> Signable:
    return Signable(
        key=one.statement,
        kind=one.kind,
        section=section.section,
        words=reader_words(one),
        digest_of=partial(statement_digest, document, one),
        covers_of=partial(_covers, one),
        table="statements",
        row=f"{document}/{one.statement}",
        column="text",
        older_of=partial(older_digest, document, one),
    )


def _title(page: Document, row: Mapping[str, Any]) -> Signable:
    key = f"title:{page.document}"
    said = [(name, canonical(row[name])) for name in _OF_THE_PAGE if row[name]]
    order = [one.section for one in page]
    bare = (one for one in page if not one.title)
    first = [line for one in bare for line in (*_set_as(one), *_arrangement(one))]
    about = [row["about_type"], row["about"], row["language"], str(row["review_every_days"])]
    covers = (
        [row[name] for name in _OF_THE_PAGE],
        *(about, order, first, [one.term for one in page.terms], list(page.writers)),
        *(page.say.reworded, _sent(row, "title")),
    )
    return Signable(
        key=key,
        kind="title",
        section="",
        words="; ".join(f"{name}: {cell}" for name, cell in said),
        digest_of=partial(digest, *covers, context=[page.document, key], rule=RULE),
        covers_of=partial(tuple, covers),
        table="documents",
        row=page.document,
        column="title",
    )


def _heading(page: Document, section: Section, row: Mapping[str, Any]) -> Signable:
    document, key = page.document, f"heading:{section.section}"
    covers = (
        *(section.number, section.heading, _arrangement(section), _sent(row, "heading")),
        *([set_as] if (set_as := _set_as(section)) else []),
        *(f"under {one.title}" for one in page if one.section == section.under),
    )
    return Signable(
        key=key,
        kind="heading",
        section=section.section,
        words=canonical(section.title),
        digest_of=partial(digest, *covers, context=[document, key], rule=RULE),
        covers_of=partial(tuple, covers),
        table="sections",
        row=f"{document}/{section.section}",
        column="heading",
    )


def _definition(page: Document, one: Term) -> Signable:
    key = f"term:{one.term}"
    said = [one.expansion, one.plain, one.definition]
    return Signable(
        key=key,
        kind="term",
        section="",
        words=canonical(f"{one.term}: {'; '.join(filter(None, said))}"),
        digest_of=partial(digest, one.term, said, context=[page.document, key], rule=RULE),
        covers_of=partial(tuple, (one.term, said)),
        table="terms",
        row=f"{one.term}/{page.language}",
        column="definition",
    )


def _waiver(document: str, row: Mapping[str, Any]) -> Signable:
    place = "/".join((row["table"], row["row"], row["rule"]))
    key = f"waiver:{place}"
    until, owner = row["until"], row["owner"]
    return Signable(
        key=key,
        kind="waiver",
        section="",
        words=canonical(f"{place}, until {until}, {owner or 'nobody'} answers: {row['reason']}"),
        digest_of=partial(digest, row["reason"], until, owner, context=[document, key], rule=RULE),
        covers_of=partial(tuple, (row["reason"], until, owner)),
        table="waivers",
        row=place,
        column="reason",
        owner=owner,
    )


def _concerns(page: Document, waiver: Mapping[str, Any]) -> bool:
    """Whether a waiver lets a finding pass on a page."""
    table, row = waiver["table"], waiver["row"]
    used = {
        "sources": {key for one in page.statements for key in one.cites},
        "notices": {f"{one.notice}/{page.language}" for one in page.statements if one.notice},
        "terms": {f"{one.term}/{page.language}" for one in page.terms},
    }
    if table in used:
        return row in used[table]
    return table not in OWN or row.split("/")[0] == page.document


def _set_as(section: Section) -> list[str]:
    """Return below what a section stands and as what it is set, where it is not as most are."""
    return ["set", section.under, section.form] if section.under or section.form else []


def _arrangement(section: Section) -> list[str]:
    """Return the blocks of a section in order: the form of each, its layer, its statements.

    An item of a list within a list is told from one of the outer list, and a header from a row.
    """
    return [
        " ".join(
            filter(
                None,
                [
                    block.layer,
                    block.form if form == "table" else form,
                    str(block.depth) if block.depth > 1 else "",
                    *(one.statement for one in block.statements),
                ],
            )
        )
        for form, run in section.runs
        for block in run
    ]


def _sent(row: Mapping[str, Any], column: str) -> Sequence[str]:
    """Return what the supplier sends in place of a title or heading, where that is other words."""
    theirs = row[f"supplied_{column}"]
    if not row["supplier_change"] or canonical(theirs) == canonical(row[column]):
        return []
    return [row["supplier_change"], theirs]
