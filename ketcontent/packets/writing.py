"""What came back → rows of the tables: sign-offs, proposals, comments, each once."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ketcontent.approvals import SigningKey, sign_off, signables
from ketcontent.clock import today
from ketcontent.discussion import add_comment, propose
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.markup import inline_plain, without_citations
from ketcontent.model import Content, rows_of
from ketcontent.packets.receiving import Outcome, Receipt
from ketcontent.packets.word_rows import Said
from ketcontent.pages import PageView
from ketcontent.text import counted, fold


@dataclass(frozen=True, slots=True)
class Written:
    """The tables with what came back."""

    content: Content
    """The tables."""
    confirmed_by: str
    """What to say where somebody confirms it that the packet was not for; else empty."""
    refused: tuple[str, ...]
    """Why an answer that would count is not signed, a line an answer."""
    added: Mapping[str, int]
    """By table, how many rows are new."""

    def __str__(self) -> str:
        nouns = {"signoffs": "sign-off", "proposals": "proposal", "comments": "comment"}
        told = ", ".join(counted(self.added[table], noun) for table, noun in nouns.items())
        other = [self.confirmed_by] if self.confirmed_by else []
        refused = (f"Not signed: {why}" for why in self.refused)
        return "\n".join([*other, *refused, f"New rows: {told}."])


def with_receipt(
    content: Content,
    receipt: Receipt,
    *,
    person: str = "",
    signing_key: SigningKey | None = None,
) -> Written:
    """Return the tables with what came back; what they had of it already is not written again.

    Parameters
    ----------
    content, receipt
        The tables, and what `ketcontent.packets.receiving.received` returned for them.
    person
        Who confirms that the answers are theirs: a key of ``people``. Without it no answer becomes
        a sign-off, and what was proposed and said is by whom the file names.
    signing_key
        That person's own key, for signatures; by default sign-offs are recorded only.

    Raises
    ------
    UnknownName
        When there is no such person.
    """
    people = {row["person"]: row["name"] for row in rows_of(content.people)}
    if person and person not in people:
        hint = "Add them to people.csv first: only someone named there can sign."
        raise UnknownName.of("person", person, people, hint=hint)
    desk = _Desk.of(content, receipt, person, people.get(person, ""))
    now, refused = content, []
    for one in receipt.outcomes:
        now = desk.with_proposals(now, one)
        for said in one.said:
            now = desk.with_comment(now, one.answer.key, said, one.sent or one.answer.words)
        if not person or not desk.is_new(one):
            continue
        if why := desk.taken_back(one):
            refused.append(f"{one.answer.key}: {why}")
        else:
            try:
                now = desk.with_signoff(now, one, signing_key)
            except KetcontentError as failure:
                refused.append(f"{one.answer.key}: {failure.message} {failure.hint}".rstrip())
    for said in receipt.reading.comments:
        page, *_ = signables(desk.view)
        now = desk.with_comment(now, page.key, said, page.words)
    tables = ("signoffs", "proposals", "comments")
    added = {name: len(getattr(now, name)) - len(getattr(content, name)) for name in tables}
    added["signoffs"] = len(_verdicts(now) - _verdicts(content))  # one may stand in another's place
    asked = receipt.reading.head.person
    other = f"'{person}' confirms what '{asked}' was asked." if person not in ("", asked) else ""
    return Written(now, other, tuple(refused), added)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Whose packet it is, and what the tables have of it already."""

    receipt: Receipt
    view: PageView
    """The page before anything is written."""
    person: str
    names: frozenset[str]
    """What the file calls the person who confirms it, where it says so."""
    keys: frozenset[str]
    """What can be commented on."""
    signed: Mapping[tuple[str, str], str]
    """What the person last said since the packet was made: the verdict, by key and digest."""
    proposed: frozenset[tuple[str, str, str]]
    """What was proposed in this packet: key, column and words."""
    said: Mapping[tuple[str, str, str], str]
    """The comments of this packet, by key, words and anchor."""

    @classmethod
    def of(cls, content: Content, receipt: Receipt, person: str, name: str) -> _Desk:
        head = receipt.reading.head

        def mine(table: str) -> list[dict[str, Any]]:
            rows = content.rows(table, head.document)
            return [row for row in rows if row["packet"] == head.packet]

        return cls(
            receipt,
            PageView(content, head.document),
            person,
            names=frozenset({*_NOBODY, receipt.reading.signer, name} if person else ()),
            keys=frozenset(
                [row["statement"] for row in content.rows("statements", head.document)]
                + [f"heading:{row['section']}" for row in content.rows("sections", head.document)]
            ),
            signed={
                (row["statement"], row["digest"]): row["verdict"]
                for row in sorted(
                    content.rows("signoffs", head.document), key=lambda row: row["signed_on"]
                )
                if row["person"] == person
                and row["capacity"] == head.capacity
                and row["signed_on"] >= head.made_on
            },
            proposed=frozenset(
                (row["statement"], row["column"], _plain(row["words"])) for row in mine("proposals")
            ),
            said={
                (row["statement"], row["text"], row["anchor"]): row["comment"]
                for row in mine("comments")
            },
        )

    def by(self, name: str) -> dict[str, str]:
        """Return who something is by: the person, where the file calls them so, and its name."""
        given = name or self.receipt.reading.name
        return {"person": self.person if name in self.names else "", "name": given}

    def is_new(self, one: Outcome) -> bool:
        """Return whether an answer that counts says something else than the person said last."""
        said = self.signed.get((one.answer.key, one.digest))
        return bool(one.verdict) and one.verdict != said

    def taken_back(self, one: Outcome) -> str:
        """Return why a yes may not stand in the place of a no, which may be the later of the two.

        A no stands in the place of a yes: who is asked again loses less than who reads on.
        """
        if one.verdict == "approved" and (one.answer.key, one.digest) in self.signed:
            return (
                f"{self.person} asked for changes to these words since the packet was made: "
                "where this yes is the later word, sign it with 'ketcontent sign'"
            )
        return ""

    def with_signoff(self, content: Content, one: Outcome, key: SigningKey | None) -> Content:
        head: Any = self.receipt.reading.head
        verdict: Any = one.verdict
        return sign_off(
            content,
            head.document,
            one.answer.key,
            person=self.person,
            capacity=head.capacity,
            verdict=verdict,
            comment=one.word,
            signed_on=today(),
            signing_key=key,
            view=self.view,
        )

    def with_proposals(self, content: Content, one: Outcome) -> Content:
        head, answer = self.receipt.reading.head, one.answer
        for proposed in one.proposed:
            column: Any = proposed.column
            if (answer.key, column, _plain(proposed.words)) in self.proposed:
                continue
            content = propose(
                content,
                head.document,
                answer.key,
                proposed.words,
                column=column,
                was=proposed.was,
                digest="" if one.moved_on else one.digest,
                reason=answer.comment,
                packet=head.packet,
                proposed_on=_day(answer.changed_on, head.made_on),
                **self.by(", ".join(answer.names)),
            )
        return content

    def with_comment(
        self, content: Content, key: str, said: Said, wording: str, reply_to: str = ""
    ) -> Content:
        """Return the tables with a comment and the answers to it."""
        head = self.receipt.reading.head
        text = fold(said.text)
        if ":" not in key and key not in self.keys:  # the row is gone, and the word on it is not
            key, text, wording = f"title:{head.document}", f"On {key}: {text}", wording
        anchor = fold(said.anchor)
        place = wording.find(anchor, len(fold(said.before))) if anchor else -1
        anchor = anchor if place >= 0 else ""
        comment = self.said.get((key, text, anchor), "")
        if not comment:
            before = set(content.comments["comment"])
            content = add_comment(
                content,
                head.document,
                key,
                text,
                wording=wording,
                anchor=anchor,
                anchor_at=place if anchor else None,
                reply_to=reply_to,
                packet=head.packet,
                said_on=_day(said.said_on, head.made_on),
                **self.by(said.name),
            )
            comment = next(iter(set(content.comments["comment"]) - before), "")
        for more in said.replies if comment else ():
            content = self.with_comment(content, key, more, wording, comment)
        return content


def _verdicts(content: Content) -> set[tuple[str, str]]:
    return {(row["signoff"], row["verdict"]) for row in rows_of(content.signoffs)}


_NOBODY = ("", "Unknown Author")
"""What a file calls somebody of whom it knows nothing."""


def _plain(markup: str) -> str:
    return fold(inline_plain(without_citations(markup)))


def _day(told: str, made_on: str) -> datetime.date:
    """Return the day that a file tells, where it can be: since the packet was made, until today."""
    try:
        day = datetime.date.fromisoformat(told)
    except ValueError:
        return today()
    return day if datetime.date.fromisoformat(made_on) <= day <= today() else today()
