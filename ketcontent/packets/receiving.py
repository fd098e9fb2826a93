"""What came back, held against the tables: what each row would become, before anything is written.

A yes counts for words that are in the packet and now in the tables, and that nobody changed beside
it. Everything else that was said is kept as what it is: changed words are a proposal, the rest is a
comment. What came back once is not written again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ketcontent.approvals import Signable, signables
from ketcontent.markup import as_markup
from ketcontent.model import Content, rows_of
from ketcontent.packets.codes import words_code
from ketcontent.packets.reading import Answer, Reading
from ketcontent.packets.rewording import reworded_cells
from ketcontent.packets.word_rows import Said
from ketcontent.pages import PageView
from ketcontent.text import as_seen, redline

VERDICTS = {"yes": "approved", "no": "changes-requested", "change": "changes-requested"}
"""The verdict of a sign-off that an answer becomes."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """Words that came back for a cell."""

    column: str
    """The cell: text, label or heading."""
    was: str
    """What it said in the packet."""
    words: str
    """What it would say."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a row that was read would become."""

    answer: Answer
    """What it says."""
    sent: str
    """Its words when the packet was made; empty where the file does not tell them any more."""
    now: str
    """Its words now; empty where it is not on the page any more."""
    digest: str
    """What a sign-off on it would be bound to; empty where it is not on the page any more."""
    moved_on: bool
    """Whether words, grade, sources or place are others than when the packet was made."""
    verdict: str = ""
    """The verdict that would be signed; empty where there is none."""
    why_not: str = ""
    """Why its answer is not signed; empty where it is, or where there is none."""
    word: str = ""
    """What the sign-off says."""
    proposed: tuple[Proposed, ...] = ()
    """Words that came back for its cells."""
    said: tuple[Said, ...] = ()
    """Comments that came back."""

    @property
    def changed(self) -> bool:
        """Whether somebody changed its words in the file, or may have."""
        return not self.sent or as_seen(self.answer.words) != as_seen(self.sent)

    @property
    def is_silent(self) -> bool:
        """Whether nothing was said of it, and nothing needs to be shown."""
        return not (self.answer.answer or self.said or self.changed)

    def lines(self) -> Iterator[str]:
        """Yield what is shown of it, line by line."""
        one = self.answer
        yield f"{one.number}-{one.code[:2]} {one.key}: {one.answer or 'no answer'}" + (
            f", not signed: {self.why_not}" if self.why_not else ""
        )
        if self.moved_on:
            yield f"    in the packet: {self.sent or 'not told by the file any more'}"
            yield f"    now: {self.now or 'not on the page any more'}"
        if self.changed:
            kind = "proposed" if self.proposed else "other words, as a comment"
            shown = redline(self.sent, one.words, style="text") if self.sent else one.words
            yield f"    {kind}{_by(', '.join(one.names))}: {shown}"
        for said in self.said:
            if self.changed and not self.proposed and said.text == f"Proposed: {shown}":
                continue
            on = f" on “{said.anchor}”" if said.anchor else ""
            yield f"    comment{on}{_by(said.name)}: {said.text}"
            yield from (f"        answered{_by(more.name)}: {more.text}" for more in said.replies)


def _by(name: str) -> str:
    return f" by {name}" if name else ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a packet would write that came back."""

    reading: Reading
    """What the file says."""
    reviewer: str
    """The name of whom the packet was for."""
    outcomes: tuple[Outcome, ...]
    """What each row that was read would become."""

    def lines(self) -> Iterator[str]:
        """Yield what is shown before anything is written, line by line."""
        head = self.reading.head
        yield (
            f"Packet {head.packet}: {head.document}, {head.capacity}, made on {head.made_on} for "
            f"{self.reviewer or head.person} ({head.person}), {head.rows} rows."
        )
        told = "; ".join(f"{where}: {what}" for where, what in self.reading.told)
        yield f"Who the file says it is, which nobody has checked: {told or 'nobody'}."
        if not self.reading.listed:
            yield (
                "The list of the rows, or what the packet says of itself, was changed or is gone: "
                "no yes counts, since nobody can tell what was asked, and as what. What was "
                "proposed and said is read by the rows' own keys. For the yes, send it again."
            )
        parts = (
            ("", [one for one in self.outcomes if not one.moved_on and not one.is_silent]),
            (
                "Moved on since the packet was made; no answer counts:",
                [one for one in self.outcomes if one.moved_on],
            ),
        )
        for title, some in parts:
            if some:
                yield from ["", title] if title else [""]
                for one in some:
                    yield from one.lines()
        if self.reading.comments:
            yield from ["", "On the page as a whole:"]
            yield from (f"    comment{_by(one.name)}: {one.text}" for one in self.reading.comments)
        if self.reading.unread:
            yield from ["", "Not read, and nothing of it is written:"]
            yield from (f"    {one}" for one in self.reading.unread)
        silent = sum(one.is_silent and not one.moved_on for one in self.outcomes)
        yes = sum(one.verdict == "approved" for one in self.outcomes)
        changes = sum(one.verdict == "changes-requested" for one in self.outcomes)
        proposals = sum(len(one.proposed) for one in self.outcomes)
        said = sum(len(one.said) for one in self.outcomes) + len(self.reading.comments)
        yield ""
        yield (
            f"{yes} yes, {changes} with changes requested, {silent} without an answer; "
            f"{proposals} proposed wordings, {said} comments; {len(self.reading.unread)} not read."
        )


def received(content: Content, reading: Reading) -> Receipt:
    """Return what a packet would write that came back.

    Raises
    ------
    UnknownName
        When the tables have no such page.
    """
    view = PageView(content, reading.head.document)
    signed = {one.key: one for one in signables(view)}
    people = {row["person"]: row["name"] for row in rows_of(content.people)}
    rows = {
        "statements": {row["statement"]: row for row in view.rows("statements")},
        "sections": {row["section"]: row for row in view.rows("sections")},
    }
    return Receipt(
        reading=reading,
        reviewer=people.get(reading.head.person, ""),
        outcomes=tuple(
            _outcome(one, reading, signed.get(one.key), rows) for one in reading.answers
        ),
    )


def _outcome(
    answer: Answer,
    reading: Reading,
    one: Signable | None,
    rows: Mapping[str, Mapping[str, Mapping[str, Any]]],
) -> Outcome:
    check = reading.listed[answer.number][3] if answer.number in reading.listed else ""
    now, digest = (one.words, one.digest) if one else ("", "")
    moved_on = answer.code != digest.partition(":")[2][:8] or check not in ("", words_code(now))
    sent = now
    if moved_on:
        sent = next((words for words in answer.sent if words_code(words) == check), "")
    outcome = Outcome(answer, sent, now, digest, moved_on)
    proposed: tuple[Proposed, ...] = ()
    if outcome.changed and sent and one:
        proposed = tuple(_proposed(answer, one, sent, moved_on, rows))
    word = answer.comment
    if outcome.changed and sent and not word:
        word = f"Proposed: {redline(sent, answer.words, style='text')}"
    verdict, why_not = VERDICTS.get(answer.answer, ""), ""
    if verdict and moved_on:
        why_not = "the words, or what they rest on, have moved on"
    elif verdict == "approved" and not reading.listed:
        why_not = "without the list of the rows nobody can tell what was asked, and as what"
    elif verdict == "approved" and outcome.changed:
        why_not = "the words beside the yes were changed"
    elif verdict == "changes-requested" and not word:
        why_not = "no word on what should change"
    return replace(
        outcome,
        verdict="" if why_not else verdict,
        why_not=why_not,
        word=word,
        proposed=proposed,
        said=tuple(_said(answer, outcome, bool(proposed))),
    )


def _proposed(
    answer: Answer,
    one: Signable,
    sent: str,
    moved_on: bool,
    rows: Mapping[str, Mapping[str, Mapping[str, Any]]],
) -> Iterator[Proposed]:
    """Yield the cells that changed words would change; none where that cannot be told."""
    row = rows.get(one.table, {}).get(one.key.rpartition(":")[2])
    if row is None:
        return
    if moved_on:
        # The cell that the words were of is another by now: they stand for themselves.
        column = "heading" if one.kind == "heading" else "text"
        if column == "heading" or not (row["label"] or row["notice"]):
            yield Proposed(column, as_markup(sent), as_markup(answer.words))
        return
    cells = reworded_cells(one.kind, row, sent, answer.words) or {}
    yield from (Proposed(column, row[column], words) for column, words in cells.items())


def _said(answer: Answer, outcome: Outcome, is_proposed: bool) -> Iterator[Said]:
    """Yield what was said of a row: the last column, the margin, and words that fit no cell."""
    if answer.comment:
        yield Said(answer.comment)
    if outcome.changed and not is_proposed:
        shown = answer.words
        if outcome.sent:
            shown = redline(outcome.sent, answer.words, style="text")
        yield Said(f"Proposed: {shown}", ", ".join(answer.names), answer.changed_on)
    yield from answer.comments
