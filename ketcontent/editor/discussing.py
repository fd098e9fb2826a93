"""Proposals and comments in the workbench: what is shown of a statement, and what an editor does.

Each is a step of the `ketcontent.editor.session.Session` as any other edit is: it can be undone,
stands in the draft, and is written by the next save. What somebody else wrote meanwhile is other
rows, so nothing of theirs is overwritten.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from ketcontent.approvals import signables
from ketcontent.clock import today
from ketcontent.discussion import (
    Decision,
    ProposedColumn,
    add_comment,
    cell_of,
    comment_threads,
    decide_changes,
    decide_proposal,
    is_out_of_date,
    numbered_pieces,
    place_of,
    propose,
    resolve_comment,
    row_proposed_for,
    words_with,
)
from ketcontent.editor.accepting import taken_cells, with_heading
from ketcontent.editor.edits import reworded, statement_row
from ketcontent.editor.session import (
    RowChange,
    Session,
    edited,
    keys_of,
    row_of,
    rows_by_key,
    unsaved,
    with_rows,
)
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.markup import inline_plain, without_citations
from ketcontent.model import Content, Key
from ketcontent.pages import PageView

Shown = dict[str, Any]


def open_counts(content: Content, document: str) -> tuple[Counter[str], Counter[str]]:
    """Return by statement how many proposals and how many threads of comments are open."""
    proposals, comments = (content.rows(table, document) for table in ("proposals", "comments"))
    return (
        Counter(row["statement"] for row in proposals if not row["decision"]),
        Counter(
            row["statement"] for row in comments if not row["reply_to"] and not row["resolved_on"]
        ),
    )


def discussion_view(session: Session, statement: str, reads: str) -> Shown:
    """Return the open proposals for a statement and the comments on it, as the browser shows them.

    Parameters
    ----------
    session, statement
        The session, and the statement.
    reads
        The words of the statement as they are read now; nothing where it is off the page.
    """
    content = session.content
    rows = [
        row
        for row in content.rows("proposals", session.document)
        if row["statement"] == statement and not row["decision"]
    ]
    rows.sort(key=lambda row: (row["proposed_on"], row["proposal"]))
    return {
        "proposals": [_proposal_view(session, row) for row in rows],
        "comments": [
            _comment_view(content, first, reads)
            | {"replies": [_comment_view(content, one, reads) for one in answers]}
            for first, answers in comment_threads(content, session.document, statement)
        ],
    }


def _proposal_view(session: Session, row: Mapping[str, Any]) -> Shown:
    pieces = _pieces_of(session, row)
    return {
        "proposal": row["proposal"],
        "column": row["column"],
        "person": row["person"],
        "by": _by(session.content, row),
        "on": str(row["proposed_on"]),
        "reason": row["reason"],
        "out_of_date": is_out_of_date(session.content, row),
        "pieces": pieces,
        "changes": len({number for _, _, number in pieces if number is not None}),
    }


def _pieces_of(session: Session, row: Mapping[str, Any]) -> list[list[Any]]:
    now = cell_of(session.content, row["document"], row["statement"], row["column"])
    pieces = numbered_pieces(now, row["words"])
    return [[piece.change, piece.shown, number] for piece, number in pieces]


def shown_pieces(session: Session, proposal: str) -> list[list[Any]]:
    """Return the redline of a proposal as the browser has it: change, words, number of each.

    Raises
    ------
    UnknownName
        When the page has no such proposal.
    """
    return _pieces_of(session, _proposal(session, proposal))


def _comment_view(content: Content, row: Mapping[str, Any], reads: str) -> Shown:
    anchor = row["anchor"]
    astray = anchor and place_of(row["wording"], anchor, int(row["anchor_at"]), reads) is None
    return {
        "comment": row["comment"],
        "by": _by(content, row),
        "on": str(row["said_on"]),
        "text": row["text"],
        "anchor": anchor,
        "astray": bool(astray),
        "asks": bool(row["signoff"]),
        "resolved": str(row["resolved_on"] or ""),
    }


def _by(content: Content, row: Mapping[str, Any]) -> str:
    """Return who a row is by; whom a file names, and nobody confirmed, is marked so."""
    person = rows_by_key(content, "people").get((row["person"],))
    return person["name"] if person else f"{row['name']} (not confirmed)"


def proposed(session: Session, statement: str, *, person: str, reason: str) -> Session:
    """Return the session with the words typed in a cell as a proposal, and the cell as it is saved.

    The cells are those of a statement, or that of a heading (``heading:<section>``) or of the title
    (``title:<document>``).

    Raises
    ------
    KetcontentError
        When no words were changed since the last save, it was never saved, it has or had a notice,
        a heading or title has no words left, a decision about a proposal for it is not saved,
        nobody is named, or the same was proposed today.
    """
    table, key, both = _place(session, statement)
    row, was = (row_of(one, table, key) for one in (session.content, session.saved))
    if row is None or was is None or row.get("notice") or was.get("notice"):
        raise KetcontentError(
            f"Words can be proposed for a statement that is saved and has no notice: "
            f"'{statement}' is not.",
            hint="Save it, then propose other words.",
            statement=statement,
        )
    columns = [column for column in both if row[column] != was[column]]
    if not columns:
        raise KetcontentError(
            f"The words of '{statement}' are those that are saved.",
            hint="Type the words that you would have, then propose them.",
            statement=statement,
        )
    if "text" not in both and not all(row[column] for column in columns):
        raise KetcontentError(
            f"'{statement}' would be left without words.",
            hint="Type the words that you would have, or say in a comment what should go.",
            statement=statement,
        )
    decided = (
        one.after
        for one in unsaved(session)
        if one.table == "proposals" and one.after and one.after["decision"]
    )
    if statement in (one["statement"] for one in decided):
        raise KetcontentError(
            f"What was accepted for '{statement}' is not saved.",
            hint="Save it, then propose other words.",
            statement=statement,
        )
    back = dict(row)
    for column in columns:
        back[column] = was[column]
    if table == "statements" and not was["author"] and row["author"] == person:
        back["author"] = ""  # who proposes words has not written those that stand
    before = with_rows(session.content, [RowChange(table, key, None, back)])
    page = PageView(session.saved, session.document)
    digest = next((one.digest for one in signables(page) if one.key == statement), "")
    content = before
    for column in columns:
        content = propose(
            content,
            session.document,
            statement,
            row[column],
            digest=digest,
            column=column,
            person=person,
            reason=reason,
            proposed_on=today(),
        )
    if len(content.proposals) != len(before.proposals) + len(columns):
        raise KetcontentError(
            f"The same words were proposed for '{statement}' today, for the same reason.",
            hint="Find them below the statement; undo what you typed.",
            statement=statement,
        )
    return edited(session, f"Propose words for {statement}", content)


def chosen_pieces(
    session: Session, proposal: str, changes: Collection[int] | None, *, person: str
) -> Session:
    """Return the session with changes of a proposal in its cell, and the proposal decided.

    Parameters
    ----------
    session, proposal
        The session, and the key of the proposal.
    changes
        The numbers of the changes that are accepted (`ketcontent.discussion.numbered_pieces`);
        None takes all, an empty collection refuses the proposal. Refused by who made it, it is
        withdrawn.
    person
        Who decides: a key of ``people``, or nobody.

    Raises
    ------
    UnknownName
        When there is no such proposal or person.
    KetcontentError
        When it is decided already, or a heading or title would be left without words.
    """
    row = _proposal(session, proposal)
    statement, words = row["statement"], row["words"]
    now = cell_of(session.content, session.document, statement, row["column"])
    if changes is not None:
        words = words_with(now, words, changes)
    refused = changes is not None and not changes
    own = bool(person) and person == row["person"]
    decision: Decision = "accepted" if words == row["words"] else "in-part"
    if refused:
        decision = "withdrawn" if own else "refused"
    content = decide_proposal(
        session.content,
        proposal,
        None if refused else words,
        decision=decision,
        person=person,
        decided_on=today(),
    )
    done = _with_words(session, content, row, None if refused else words, person)
    name = "Refuse" if refused else "Accept"
    return edited(session, f"{name} a proposal for {statement}", done)


def decided_change(
    session: Session, proposal: str, change: int, *, accepted: bool, person: str
) -> Session:
    """Return the session with one change of a proposal decided, and the others left open.

    Its words are in the cell at once, or are proposed no more. The changes that are left are
    against the words as they are then.

    Parameters
    ----------
    session, proposal
        The session, and the key of the proposal.
    change
        The number of the change (`ketcontent.discussion.numbered_pieces`).
    accepted
        Whether it is accepted or refused.
    person
        Who decides: a key of ``people``, or nobody.

    Raises
    ------
    UnknownName
        When there is no such proposal or person.
    KetcontentError
        When it is decided already, there is no such change, or a heading or title would be left
        without words.
    """
    row = _proposal(session, proposal)
    content, words = decide_changes(
        session.content, proposal, {change}, accepted=accepted, person=person, decided_on=today()
    )
    done = _with_words(session, content, row, words, person)
    said = "Accept a change to" if accepted else "Refuse a change to"
    return edited(session, f"{said} {row['statement']}", done)


def _proposal(session: Session, proposal: str) -> dict[str, str]:
    rows = rows_by_key(session.content, "proposals")
    row = rows.get((proposal,))
    if row is None or row["document"] != session.document:
        raise UnknownName.of("proposal", proposal, [key for (key,) in rows])
    return row


def _with_words(
    session: Session, content: Content, row: Mapping[str, str], words: str | None, person: str
) -> Content:
    """Return `content` with words that were taken of a proposal in its cell; None takes none."""
    done = dataclasses.replace(session, content=content)
    if words is None:
        return content
    if ":" in row["statement"]:
        return with_heading(done, row, words)
    cells = statement_row(session, row["statement"])
    given = taken_cells(session.content, cells, row, words, person=person)
    return reworded(done, row["statement"], given).content


def commented(
    session: Session,
    statement: str,
    text: str,
    *,
    reads: str,
    person: str,
    selection: tuple[int, int] | None = None,
    quoted: tuple[str, int] | None = None,
    reply_to: str = "",
) -> Session:
    """Return the session with a comment on a statement, or on words that are selected in it.

    Parameters
    ----------
    session, statement, text
        The session, the statement and what is said of it.
    reads
        The words of the statement as they are read.
    person
        Who says it: a key of ``people``.
    selection
        Where the selected words begin and end in its cell; None where none are selected there.
    quoted
        The words selected where they are read, and about how many characters are read behind them;
        None where none are.
    reply_to
        The comment that it answers.

    Raises
    ------
    UnknownName
        When there is no such statement, comment or person.
    KetcontentError
        When the statement was never saved, nothing is said, nobody is named, the same was said
        today, or no words that are read were selected.
    """
    table, key, columns = _place(session, statement)
    if row_of(session.saved, table, key) is None:
        raise KetcontentError(
            f"'{statement}' was never saved: nobody else has it yet.",
            hint="Save it, then comment on it.",
            statement=statement,
        )
    anchor, at = "", None
    if selection is not None:
        cell = cell_of(session.content, session.document, statement, columns[-1])
        start, end = selection
        quoted = _read(cell[start:end]), len(_read(cell[end:]))
    if quoted is not None:
        anchor, at = _anchored(statement, *quoted, reads)
    content = add_comment(
        session.content,
        session.document,
        statement,
        text,
        wording=reads,
        anchor=anchor,
        anchor_at=at,
        reply_to=reply_to,
        person=person,
        said_on=today(),
    )
    if content is session.content:
        raise KetcontentError(
            f"The same was said of '{statement}' today.",
            hint="Find it below the statement.",
            statement=statement,
        )
    name = f"{'Answer a comment' if reply_to else 'Comment'} on {statement}"
    return edited(session, name, content)


def _anchored(statement: str, words: str, behind: int, reads: str) -> tuple[str, int]:
    """Return words as they are read, and where they stand: of several places, the nearest.

    Counted from the end, since what stands before the words of a statement may be its label. A cell
    has markup and citations that a reader does not see as such: so it is about there.
    """
    anchor = " ".join(words.split())
    places = [at for at in range(len(reads)) if anchor and reads.startswith(anchor, at)]
    if not places:
        raise KetcontentError(
            f"The words selected in '{statement}' are not read so.",
            hint="Select words within one link or emphasis, or comment on the whole statement.",
            statement=statement,
        )
    about = len(reads) - behind - len(anchor)
    return anchor, min(places, key=lambda at: abs(at - about))


def _place(session: Session, statement: str) -> tuple[str, Key, tuple[ProposedColumn, ...]]:
    """Return the table and key of a row that people discuss, and its cells of words."""
    found = row_proposed_for(session.document, statement)
    if found is None or row_of(session.content, found[0], found[1]) is None:
        known = [
            key for page, key in keys_of(session.content, "statements") if page == session.document
        ]
        known += [f"heading:{key}" for _, key in keys_of(session.content, "sections")]
        raise UnknownName.of("statement", statement, known)
    return found


def _read(markup: str) -> str:
    return " ".join(inline_plain(without_citations(markup)).split())


def resolved(session: Session, comment: str, *, person: str, is_resolved: bool) -> Session:
    """Return the session with the thread of a comment settled, or open again.

    Raises
    ------
    UnknownName
        When there is no such comment or person.
    """
    content = resolve_comment(
        session.content, comment, person=person, resolved_on=today(), is_resolved=is_resolved
    )
    statement = rows_by_key(content, "comments")[comment,]["statement"]
    name = "Settle" if is_resolved else "Open again"
    return edited(session, f"{name} a comment on {statement}", content)
