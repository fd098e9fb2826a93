"""Accept what somebody proposed: the words into the cell, the decision into the proposal's row.

Whose words they were stays in the row of the proposal. The author of the sentence is who wrote most
of it: a reviewer who put a word right may approve the sentence; one who wrote it anew may not, as
its clinical reviewer. So who is named as its author changes where less than half of the words were
kept, and else only where nobody was named.

A sentence that stood as it was received until then is reworded now, or cut, and says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ketcontent.approvals import SignoffStatus, signoff_statuses
from ketcontent.discussion import decide_proposal, is_out_of_date, row_proposed_for
from ketcontent.editor.edits import cleaned_words, cut, statement_row, with_statements
from ketcontent.editor.session import Cells, RowChange, Session, edited, row_of, with_rows
from ketcontent.editor.together import kept_less_than_half, read_words
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model import Content, rows_of
from ketcontent.pages import PageView
from ketcontent.text import redline


@dataclass(frozen=True, slots=True)
class Accepted:
    """What accepting a proposal did."""

    proposal: dict[str, Any]
    """Its row, decided."""
    was: str
    """What the cell said before."""
    author: str
    """Who is named as the author of the sentence now; empty where that is as it was."""
    waiting: tuple[SignoffStatus, ...]
    """The sign-offs that its new words wait for."""
    open_comments: tuple[dict[str, Any], ...]
    """What was said of it that is not settled yet."""

    def __str__(self) -> str:
        row = self.proposal
        lines = [
            f"{row['proposal']}: {row['decision']}. {row['statement']} ({row['column']}): "
            f"{redline(self.was, row['taken'], style='text')}"
        ]
        if self.author:
            lines.append(
                f"    '{self.author}' is its author now, and cannot be its clinical reviewer."
            )
        if self.waiting:
            capacities = ", ".join(dict.fromkeys(one.capacity for one in self.waiting))
            lines.append(
                f"    It waits for these sign-offs: {capacities}. Ask for them: ketcontent sign "
                f"{row['document']}, or ketcontent packet {row['document']} --only open."
            )
        lines += [
            f"    Still open: {one['text']} (ketcontent settle {one['comment']})"
            for one in self.open_comments
        ]
        return "\n".join(lines)


def accepted(
    session: Session, proposal: str, *, person: str, words: str | None = None, reason: str = ""
) -> tuple[Session, Accepted]:
    """Return the session with a proposal accepted, and what that did.

    Parameters
    ----------
    session
        The session.
    proposal
        Its key.
    person
        Who accepts it: a key of ``people``.
    words
        What the cell is to say, where that is not what was proposed: it is accepted in part.
    reason
        Why, for a sentence that stood as it was received; by default who proposed it, and what they
        say.

    Raises
    ------
    UnknownName
        When there is no such proposal or person.
    KetcontentError
        When it is decided already, or the cell says something else than it was made against and
        no `words` are given, or its sentence is cut, or would leave a heading empty.
    """
    rows = {row["proposal"]: row for row in rows_of(session.content.proposals)}
    if proposal not in rows:
        raise UnknownName.of("proposal", proposal, rows)
    row = rows[proposal]
    new = row["words"] if words is None else cleaned_words(words).strip()
    # First, since it knows what is decided and who is nobody.
    content = decide_proposal(session.content, proposal, new, person=person)
    if words is None and is_out_of_date(session.content, row):
        raise KetcontentError(
            f"'{row['statement']}' says something else than the words that '{proposal}' was made "
            f"against: {redline(row['was'], _cell(session.content, row), style='text')}",
            hint="Write what it is to say now with --words, or refuse the proposal.",
            statement=row["statement"],
        )
    was, author = _cell(session.content, row), ""
    if row["column"] in ("heading", "title"):
        changed = with_heading(session, row, new)
    else:
        changed, author = _with_words(session, row, new, person, reason)
    changed = with_rows(
        changed,
        [
            RowChange("proposals", (proposal,), None, found)
            for found in [row_of(content, "proposals", (proposal,))]
        ],
    )
    done = edited(session, f"Accept {proposal}", changed)
    return done, _told(done.content, proposal, was, author)


def _cell(content: Content, row: Mapping[str, Any]) -> str:
    return (_row_of(content, row) or {}).get(row["column"], "")


def _row_of(content: Content, row: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the row that a proposal is for; none where it is gone."""
    found = row_proposed_for(row["document"], row["statement"])
    return row_of(content, found[0], found[1]) if found else None


def with_heading(session: Session, row: Mapping[str, Any], words: str) -> Content:
    """Return the tables with words in the cell of the heading or title that a proposal is for.

    Raises
    ------
    KetcontentError
        When no words are left.
    """
    if not words:
        raise KetcontentError(
            f"'{row['statement']}' would be left without words.",
            hint="Refuse the proposal, and cut the section or move its sentences in the workbench."
            if row["column"] == "heading"
            else "Refuse the proposal: a page needs a title.",
            statement=row["statement"],
        )
    found = row_proposed_for(row["document"], row["statement"])
    if found is None:
        return session.content
    table, key, _ = found
    cells = {**(row_of(session.content, table, key) or {}), row["column"]: words}
    return with_rows(session.content, [RowChange(table, key, None, cells)])


def _with_words(
    session: Session, row: dict[str, Any], words: str, person: str, reason: str
) -> tuple[Content, str]:
    """Return the tables with the words of a statement, and who is its author now."""
    statement = statement_row(session, row["statement"])
    if not statement["position"]:
        raise KetcontentError(
            f"'{row['statement']}' is not on the page any more.",
            hint="Refuse the proposal, or bring the sentence back in the workbench first.",
            statement=row["statement"],
        )
    if statement["notice"]:
        raise KetcontentError(
            f"'{row['statement']}' shows the notice '{statement['notice']}', which other sentences "
            "may show too.",
            hint="Refuse the proposal, and change the notice in the workbench.",
            statement=row["statement"],
        )
    if not words and row["column"] == "text":
        account = _account(session.content, statement, row, "cut", reason)
        gone = cut(session, row["statement"])
        if row_of(gone.content, "statements", (row["document"], row["statement"])) is None:
            return gone.content, ""
        return with_statements(gone, {**statement_row(gone, row["statement"]), **account}), ""
    cells = taken_cells(session.content, statement, row, words, person=person, reason=reason)
    told = cells["author"] if cells["author"] not in (statement["author"], person) else ""
    return with_statements(session, {**statement, **cells}), told


def taken_cells(
    content: Content,
    statement: Cells,
    row: Mapping[str, Any],
    words: str,
    *,
    person: str,
    reason: str = "",
) -> dict[str, str]:
    """Return the cells of a statement that words change which are taken of a proposal.

    Parameters
    ----------
    content
        The tables.
    statement, row
        The statement as it is, and the proposal.
    words
        What its cell is to say.
    person
        Who accepts it.
    reason
        Why, where what is said of the supplied sentence is true no more.
    """
    was = {**statement, row["column"]: _before_changes(content, row, statement[row["column"]])}
    anew = kept_less_than_half(read_words(was), read_words({**was, row["column"]: words}))
    author = statement["author"]
    if row["person"] and (anew or not author):
        author = row["person"]
    account = _account(content, statement, row, "reworded", reason)
    return {row["column"]: words, "author": author or person, **account}


def _before_changes(content: Content, row: Mapping[str, Any], now: str) -> str:
    """Return what a cell said before changes of the same proposal were taken, one after the other.

    They are told by whose they are and when they were proposed: a sentence that somebody wrote anew
    is theirs, in however many steps it was accepted.
    """
    alike = ("document", "statement", "column", "person", "name", "proposed_on", "packet")
    taken = {
        one["taken"]: one["was"]
        for one in rows_of(content.proposals)
        if one["decision"] and one["taken"] and all(one[name] == row[name] for name in alike)
    }
    while now in taken:
        now = taken.pop(now)
    return now


def _account(
    content: Content, statement: Cells, row: Mapping[str, Any], answer: str, reason: str
) -> dict[str, str]:
    """Return what became of the supplied sentence, where what is said of it is true no more."""
    told = statement["answer"]
    if not statement["supplied"] or told in ("answered", answer):
        return {}
    people = {one["person"]: one["name"] for one in rows_of(content.people)}
    by = people.get(row["person"], row["name"])
    said = f": {row['reason']}" if row["reason"] else "."
    why = cleaned_words(reason).strip() or f"As {by} proposed in a review{said}"
    return {"answer": answer, "answer_reason": why}


def _told(content: Content, proposal: str, was: str, author: str) -> Accepted:
    row = next(one for one in rows_of(content.proposals) if one["proposal"] == proposal)
    statuses = signoff_statuses(PageView(content, row["document"]))
    return Accepted(
        proposal=row,
        was=was,
        author=author,
        waiting=tuple(
            one for one in statuses if one.statement == row["statement"] and one.state != "valid"
        ),
        open_comments=tuple(
            one
            for one in content.rows("comments", row["document"])
            if one["statement"] == row["statement"] and not (one["resolved_on"] or one["reply_to"])
        ),
    )
