"""What a review packet asks: a page, in one capacity, of one person; a row a sentence.

A row is known again by what it shows, not by anything hidden in the file: of all that a Word file
can carry, only its text survives every program that saves it. So each row shows its number with a
check, its key and eight digits of its digest, and the end of the packet lists all rows with a check
of their words, and checks of all else that it says of the page (headings, references). The name of
the packet is the hash of that list, so that a list that was changed is known, a row that is gone is
missed, and words that somebody wrote into a heading are found.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Literal, get_args

from ketcontent.approvals import Signable, SignoffStatus, signables, signoff_statuses
from ketcontent.clock import today
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.importing import SupplierMark, supplier_marks
from ketcontent.markup import doi_address, web_address
from ketcontent.model import Content, rows_of
from ketcontent.packets.codes import outside_code, packet_name, words_code
from ketcontent.pages import Document, PageView, reference_plain, references, split_names
from ketcontent.text import Redline, compare, visible

CHANGED_SINCE = "Changed since: "

FORMAT = 1
"""The version of what a packet shows and how it is read back."""

Capacity = Literal["editorial", "clinical", "lay"]


@dataclass(frozen=True, slots=True)
class Basis:
    """What one source says on a sentence."""

    name: str
    """How it is called: first author and year."""
    address: str
    """Where it can be read; empty where nobody says."""
    role: str
    """supports, qualifies or contradicts."""
    finding: str
    """What it found, and where that stands."""

    @property
    def said(self) -> str:
        """What stands behind its name."""
        return f" {self.role}: {self.finding}" if self.finding else " is cited"


@dataclass(frozen=True, slots=True)
class PacketRow:
    """A sentence, heading or definition in a packet."""

    number: int
    """Its number in the packet, from 1."""
    key: str
    """How a sign-off names it."""
    words: str
    """Its words, as they are read."""
    digest: str
    """What its sign-offs are bound to."""
    asked: bool
    """Whether it is to be answered; else it stands there so that its neighbours are understood."""
    kind: str = ""
    """risk, benefit … of a statement; else heading, title, term or waiver."""
    certainty: str = ""
    """How sure the evidence is, with the reasons."""
    basis: tuple[Basis, ...] = ()
    """What it rests on."""
    place: str = ""
    """In what list or table it stands, and under what; empty for what stands in the text."""
    level: int = 1
    """Of an item: in how many lists it stands, one within the other."""
    since: str = ""
    """What was said of it in this capacity before: by whom and when."""
    changed: Redline | None = None
    """What changed since it was last approved in this capacity; None where it never was."""
    notes: tuple[str, ...] = ()
    """What else the reviewer must know: what the supplier changed, what signing this covers."""

    @property
    def code(self) -> str:
        """Eight digits of the digest: by them it is known whether it has moved on."""
        return self.digest.partition(":")[2][:8]

    @property
    def short_key(self) -> str:
        """Its number with a check of two digits, to be typed from paper."""
        return f"{self.number}-{self.code[:2]}"

    @property
    def graded(self) -> str:
        """Its certainty, as it stands behind its kind."""
        return f". Certainty: {self.certainty}" if self.certainty else ""

    @property
    def beside(self) -> str:
        """All that stands beside the words: what it rests on, and what changed."""
        rests_on = (f"{one.name}{one.said}" for one in self.basis)
        changed = "".join(piece.shown for piece in self.changed.pieces) if self.changed else ""
        lines = [f"{self.kind}{self.graded}", self.place, *rests_on, *self.notes, self.since]
        return " ".join([*filter(None, lines), *([CHANGED_SINCE + changed] if changed else [])])

    @property
    def listed(self) -> tuple[str, str, str, str, str]:
        """How the list at the end has it: number, key, digits of the digest and of both texts."""
        codes = self.code, words_code(self.words), words_code(self.beside)
        return str(self.number), self.key, *codes


@dataclass(frozen=True, slots=True)
class Head:
    """What a packet says of itself, on its cover and at the foot of each page."""

    packet: str
    """Its name: ``k-`` and eight digits of the hash of the rest, and of the list of rows."""
    document: str
    """The page."""
    capacity: str
    """As what the reviewer is asked."""
    person: str
    """Who is asked: a key of ``people``."""
    made_on: str
    """The day it was made."""
    rows: int
    """How many rows it has."""

    @property
    def line(self) -> str:
        """The same as one line that is read back."""
        told = (self.packet, self.document, self.capacity, self.person, self.made_on)
        return " / ".join([f"ketcontent packet {FORMAT}", *told, f"{self.rows} rows"])


@dataclass(frozen=True, slots=True)
class Group:
    """The rows under one heading of the page."""

    title: str
    """The heading, with its number."""
    rows: tuple[PacketRow, ...]
    """What stands under it, in order."""


@dataclass(frozen=True, slots=True)
class Packet:
    """What a reviewer is asked."""

    head: Head
    """What it says of itself."""
    title: str
    """The title of the page."""
    reviewer: str
    """The name of who is asked."""
    language: str
    """The language of the page."""
    part: str
    """The section that it is about alone; empty where it is about the page."""
    groups: tuple[Group, ...]
    """Its rows, by heading."""
    sources: tuple[tuple[str, str], ...]
    """The references of its rows, each with where it can be read."""

    @property
    def rows(self) -> tuple[PacketRow, ...]:
        """All rows, in order."""
        return tuple(row for group in self.groups for row in group.rows)

    @property
    def name_line(self) -> str:
        """What stands on top of the cover."""
        return f"Review of “{self.title}”"

    @property
    def asked_line(self) -> str:
        """Who is asked what, as the cover says it."""
        part = f", section “{self.part}”" if self.part else ""
        asked = sum(row.asked for row in self.rows)
        return (
            f"For {self.reviewer}: {self.head.capacity} review{part}. {asked} of {self.head.rows} "
            f"rows ask for an answer. Made on {self.head.made_on}."
        )

    @property
    def running_line(self) -> str:
        """What stands at the top of each page."""
        return f"{self.title}: {self.head.capacity} review, for {self.reviewer}"

    @property
    def outside(self) -> tuple[str, ...]:
        """The checks of what it says of the page outside of its rows, in order."""
        lines = [self.name_line, self.asked_line, self.running_line]
        lines += [group.title for group in self.groups]
        lines += [f"{text} {address}" for text, address in self.sources]
        return tuple(dict.fromkeys(outside_code(visible(line)) for line in lines))


def packet_of(
    content: Content,
    document: str,
    *,
    person: str,
    capacity: Capacity,
    section: str = "",
    only_open: bool = False,
    made_on: datetime.date | None = None,
) -> Packet:
    """Return what a person is asked of a page in a capacity.

    Parameters
    ----------
    content, document
        The tables and the page.
    person
        Who is asked: a key of ``people``.
    capacity
        ``editorial``, ``clinical`` or ``lay``.
    section
        One section; by default all.
    only_open
        Leave out what has a valid sign-off in that capacity.
    made_on
        The day; by default today.

    Raises
    ------
    UnknownName
        When there is no such page, section, person or capacity.
    KetcontentError
        When nothing waits for an answer.
    """
    if capacity not in get_args(Capacity):
        raise UnknownName.of("capacity", capacity, get_args(Capacity))
    people = {row["person"]: row for row in rows_of(content.people)}
    if person not in people:
        hint = "Add them to people.csv first: only someone named there can sign."
        raise UnknownName.of("person", person, people, hint=hint)
    page = _Page.of(content, document, capacity, people)
    page.edition(section)
    asked = {
        key: one
        for key, one in page.statuses.items()
        if section in ("", one.section) and not (only_open and one.state == "valid")
    }
    if not asked:
        raise KetcontentError(
            f"Nothing of '{section or document}' waits for a {capacity} sign-off.",
            hint="Leave out --only open to ask for all again."
            if only_open
            else "policies.csv says which capacities sign what.",
        )
    order = list(_order(page.edition(), asked, section))
    if only_open:
        order = [(title, _near(page.edition(), keys, asked)) for title, keys in order]
    numbers = count(1)
    groups = tuple(
        Group(title, tuple(page.row(next(numbers), key, asked.get(key)) for key in keys))
        for title, keys in order
        if not asked.keys().isdisjoint(keys)
    )
    listed = [row.listed for group in groups for row in group.rows]
    told = (document, capacity, person, (made_on or today()).isoformat())
    keys = {row.key for group in groups for row in group.rows}
    packet = Packet(
        head=Head("", *told, rows=len(listed)),
        title=page.edition().name,
        reviewer=people[person]["name"],
        language=page.edition().language,
        part=next((one.title for one in page.edition() if one.section == section), ""),
        groups=groups,
        sources=page.references(keys),
    )
    name = packet_name(FORMAT, told, listed, packet.outside)
    return replace(packet, head=replace(packet.head, packet=name))


def _order(
    page: Document, asked: Mapping[str, SignoffStatus], section: str
) -> Iterator[tuple[str, list[str]]]:
    """Yield the keys of what is signed under each heading; a heading only where it is asked for."""
    if not section:
        yield "The page", [key for key, one in asked.items() if one.signed.kind == "title"]
    for part in page:
        if section in ("", part.section):
            heading = f"heading:{part.section}"
            words = [one.statement for one in part.statements]
            title = part.title or "Before the first heading"
            yield title, [*([heading] if heading in asked else []), *words]
    if not section:
        for kind, title in (("term", "Glossary"), ("waiver", "Findings that are set aside")):
            yield title, [key for key, one in asked.items() if one.signed.kind == kind]


def _near(page: Document, keys: list[str], asked: Mapping[str, SignoffStatus]) -> list[str]:
    """Return those keys that are asked for, and what stands in one paragraph or item with them."""
    blocks = [[one.statement for one in block.statements] for part in page for block in part.blocks]
    near = {key for block in blocks if not asked.keys().isdisjoint(block) for key in block}
    return [key for key in keys if key in asked or key in near]


@dataclass(frozen=True, slots=True)
class _Page:
    """What is known of a page, by key."""

    view: PageView
    people: Mapping[str, Mapping[str, Any]]
    signed: Mapping[str, Signable]
    statuses: Mapping[str, SignoffStatus]
    """Of what must be signed in the capacity of the packet."""
    statements: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, Mapping[str, Any]]
    """Where each statement stands in a list or table, and how deep."""
    sources: Mapping[str, Mapping[str, Any]]
    marks: Mapping[tuple[str, str], SupplierMark]

    @classmethod
    def of(cls, content: Content, document: str, capacity: str, people: Mapping[str, Any]) -> _Page:
        view = PageView(content, document)
        statuses = [one for one in signoff_statuses(view) if one.capacity == capacity]
        return cls(
            view,
            people,
            signed={one.key: one for one in signables(view)},
            statuses={one.statement: one for one in statuses},
            statements={row["statement"]: row for row in view.rows("statements")},
            places={
                one.statement: _place(block.form, block.depth, one.within)
                for part in view.edition()
                for block in part.blocks
                for one in block.statements
            },
            sources={row["source"]: row for row in rows_of(content.sources)},
            marks={(one.table, one.key): one for one in supplier_marks(content, document)},
        )

    def edition(self, section: str = "") -> Document:
        return self.view.edition(section=section)

    def row(self, number: int, key: str, status: SignoffStatus | None) -> PacketRow:
        one = self.signed[key]
        of_statement = self.statements.get(key, {}) if one.table == "statements" else {}
        since, changed = self._history(status) if status else ("", None)
        return PacketRow(
            number=number,
            key=key,
            words=one.words,
            digest=one.digest,
            asked=status is not None,
            kind=one.kind or "kind not set",
            certainty=_certainty(of_statement) if of_statement else "",
            basis=tuple(self._basis(key)) if of_statement else (),
            **(self.places.get(key, {}) if of_statement else {}),
            since=since,
            changed=changed,
            notes=tuple(self._notes(one)),
        )

    def _history(self, status: SignoffStatus) -> tuple[str, Redline | None]:
        """Return what was said in the capacity before, and what changed since the last yes."""
        who = self.people.get(status.person, {}).get("name", status.person)
        said = {
            "valid": f"Approved by {who} on {status.signed_on}, as it is.",
            "refused": f"{who} asked for changes on {status.signed_on}: {status.comment}",
            "stale": f"Approved by {who} on {status.signed_on}.",
            "missing": "",
        }[status.state]
        if not status.wording or status.state == "valid":
            return said, None
        changed = compare(status.wording, status.signed.words)
        if status.state == "stale" and not changed.changed:
            other = "the words are the same; where it stands, its kind, grade, sources or links"
            said += f" Since then: {status.why or other}."
        return said, changed if changed.changed else None

    def _basis(self, key: str) -> Iterator[Basis]:
        said = {row["source"]: row for row in self._evidence(key)}
        for name in dict.fromkeys([*self.edition().statement(key).cites, *said]):
            source, row = self.sources[name], said.get(name)
            finding = f"{row['finding']} ({row['locator']})" if row and row["locator"] else ""
            yield Basis(
                name=_short_name(source),
                address=_address(source),
                role=row["role"] if row else "",
                finding=finding or (row["finding"] if row else ""),
            )

    def _evidence(self, key: str) -> list[Mapping[str, Any]]:
        return [row for row in self.view.rows("evidence") if row["statement"] == key]

    def _notes(self, one: Signable) -> Iterator[str]:
        if note := _COVERS.get(one.kind):
            yield note
        mark = self.marks.get((one.table, one.row))
        if mark and mark.change:
            yield str(mark)

    def references(self, keys: set[str]) -> tuple[tuple[str, str], ...]:
        """Return the references of some rows, each with where it can be read, in order."""
        used = {row["source"] for key in keys for row in self._evidence(key)}
        used |= {
            name for one in self.edition().statements if one.statement in keys for name in one.cites
        }
        rows = sorted((self.sources[key] for key in used), key=_short_name)
        texts = [reference_plain(text) for text in references(rows)]
        return tuple(zip(texts, map(_address, rows), strict=True))


_COVERS = {
    "title": "A yes to it covers these words, the order of the sections, and which terms "
    "the glossary has.",
    "heading": "A yes to it covers the heading, and the order of what is under it.",
    "waiver": "A finding of a check that passes for a while: why, until when, and who answers.",
}


def _place(form: str, depth: int, within: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return where a statement of a block stands in a list or table, and how deep."""
    above = [words for _, words in within]
    under = f", under: {' > '.join(above)}" if above else ""
    if form == "item" and (above or depth > 1):
        return {"place": f"Item of level {depth} of a list{under}", "level": depth}
    headers = f", under: {'; '.join(above)}" if above else ", without headers"
    places = {
        "row": f"Row of a table{headers}",
        "header": "Names the columns of the table below",
        "caption": "Says what the table below shows",
    }
    return {"place": places.get(form, "")}


def _certainty(statement: Mapping[str, Any]) -> str:
    """Return the grade of a statement with its reasons."""
    grade = statement["certainty"].replace("-", " ")
    said = statement["certainty_reasons"] or statement["grade_reasons"].replace(" ", ", ")
    return ". ".join(filter(None, (grade or "not graded" * bool(said), said)))


def _short_name(source: Mapping[str, Any]) -> str:
    """Return how a source is called in a few words: first author and year.

    Examples
    --------
    >>> _short_name({"authors": "Lee, Ann; Roe, Jo", "issued": "2020-05", "title": "A trial"})
    'Lee 2020'
    >>> _short_name({"authors": "{World Health Organization}", "issued": "", "title": "Facts"})
    'World Health Organization'
    """
    first = split_names(source["authors"])[:1] or [source["title"]]
    name = first[0].strip("{}").partition(",")[0]
    return f"{name} {source['issued'][:4]}".strip()


def _address(source: Mapping[str, Any]) -> str:
    return doi_address(source["doi"]) or web_address(source["url"])
