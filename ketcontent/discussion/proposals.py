"""Words that somebody proposes for a cell, as rows that say who, when, why and against which words.

A proposal is for one cell: the text or the label of a statement, the heading of a section, the
title of the page. It holds
the words of that cell that it was made against, so its redline needs no history
(`ketcontent.text.compare` of ``was`` and ``words``), and it is known to be out of date once the
cell says something else. It is never deleted: what was taken of it stays beside what was proposed,
so that it is known whose words came onto the page.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Collection, Mapping
from typing import Any, Literal, get_args

from ketcontent.discussion.rows import by_of, key_of, require_person, with_row
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model import Content, Key, rows_of
from ketcontent.text import Piece, compare

ProposedColumn = Literal["text", "label", "heading", "title"]

_PLACES: dict[str, tuple[str, tuple[ProposedColumn, ...]]] = {
    "": ("statements", ("label", "text")),
    "heading": ("sections", ("heading",)),
    "title": ("documents", ("title",)),
}
"""By the kind of what a proposal is for: the table of its row, and its cells of words."""

Decision = Literal["accepted", "in-part", "refused", "withdrawn"]


def propose(
    content: Content,
    document: str,
    statement: str,
    words: str,
    *,
    digest: str,
    column: ProposedColumn = "text",
    was: str | None = None,
    person: str = "",
    name: str = "",
    reason: str = "",
    packet: str = "",
    proposed_on: datetime.date | None = None,
) -> Content:
    """Return `content` with words proposed for a cell; as it was where the row is there already.

    Parameters
    ----------
    content
        The tables.
    document, statement
        The page, and what it is for: a statement, ``heading:<section>`` or ``title:<document>``.
    words
        The words proposed, as they are to stand in the cell.
    digest
        The digest of the statement as the proposer saw it.
    column
        Which cell.
    was
        The words of that cell that the proposer saw; by default those that it has.
    person, name
        Who proposes it: a key of ``people``, or, where nobody has confirmed that, whom the file
        that it came in names.
    reason
        Why.
    packet
        The review packet that it came back in.
    proposed_on
        The day; by default today.

    Raises
    ------
    UnknownName
        When there is no such statement, section, column or person.
    KetcontentError
        When the words are those of the cell, or nobody is named.
    """
    if column not in get_args(ProposedColumn):
        raise UnknownName.of("column", column, get_args(ProposedColumn))
    now = cell_of(content, document, statement, column)
    was = now if was is None else was
    if was == words:
        raise KetcontentError(
            f"What is proposed for '{statement}' is what it says already.",
            hint="Change the words, or say in a comment what you would have otherwise.",
            statement=statement,
        )
    row = {
        "document": document,
        "statement": statement,
        "column": column,
        "was": was,
        "words": words,
        "digest": digest,
        **by_of(content, person, name),
        "proposed_on": (proposed_on or datetime.date.today()).isoformat(),
        "reason": " ".join(reason.split()),
        "packet": packet,
    }
    # The same words from the same packet are the same proposal, whoever is found to have made it,
    # and whenever it is received again.
    told = ("person", "name", "proposed_on", "reason", "digest") if packet else ()
    key = key_of("p", {name: cell for name, cell in row.items() if name not in told})
    return with_row(content, "proposals", {"proposal": key, **row})


def row_proposed_for(
    document: str, statement: str
) -> tuple[str, Key, tuple[ProposedColumn, ...]] | None:
    """Return the table and key of the row that words can be proposed for, and its cells of words.

    None for what else is signed: its words are changed in the form of their row.

    Parameters
    ----------
    document, statement
        The page, and what is signed of it, as a sign-off names it.

    Examples
    --------
    >>> row_proposed_for("tea", "heading:uses")
    ('sections', ('tea', 'uses'), ('heading',))
    >>> row_proposed_for("tea", "term:ECT") is None
    True
    """
    kind, _, key = statement.rpartition(":")
    if kind not in _PLACES:
        return None
    table, columns = _PLACES[kind]
    return table, (key,) if kind == "title" else (document, key), columns


def cell_of(content: Content, document: str, statement: str, column: str) -> str:
    """Return what the cell says that a proposal is for.

    Raises
    ------
    UnknownName
        When there is no such statement, section or page.
    """
    found = row_proposed_for(document, statement)
    table, key, columns = found or ("statements", (document, statement), ())
    name = content.schemas[table].key[-1]
    rows = {row[name]: row for row in content.rows(table, document)}
    if key[-1] not in rows or column not in columns:
        raise UnknownName.of(name, key[-1], rows)
    return str(rows[key[-1]][column])


def is_out_of_date(content: Content, proposal: Mapping[str, Any]) -> bool:
    """Return whether the cell says something else than the words that a proposal was made against.

    Parameters
    ----------
    content
        The tables.
    proposal
        A row of ``proposals``.
    """
    place = proposal["document"], proposal["statement"], proposal["column"]
    return bool(cell_of(content, *place) != proposal["was"])


def numbered_pieces(now: str, words: str) -> list[tuple[Piece, int | None]]:
    """Return the redline from the words of a cell to those proposed, with its changes numbered.

    A deletion and the insertion in its place are one change: they are accepted together. A piece
    that is kept belongs to none.

    Parameters
    ----------
    now
        The words of the cell now: where they are no longer those that the proposal was made
        against, the changes are what accepting them would do to the cell as it is.
    words
        The words proposed.

    Examples
    --------
    >>> [(piece.text, number) for piece, number in numbered_pieces("It helps.", "It may help.")]
    [('It ', None), ('helps', 0), ('may help', 0), ('. ', None)]
    """
    # A word carries the space behind it: with one at the end, the last word is the same word
    # before an addition as without it.
    pieces = compare(*(f"{one} " if one else "" for one in (now, words))).pieces
    found: list[tuple[Piece, int | None]] = []
    number = -1
    for before, piece in zip((None, *pieces), pieces, strict=False):
        if piece.change != "kept" and (before is None or before.change == "kept"):
            number += 1
        found.append((piece, None if piece.change == "kept" else number))
    return found


def words_with(now: str, words: str, changes: Collection[int]) -> str:
    """Return the words of a cell with some of the changes proposed.

    Parameters
    ----------
    now, words
        The words of the cell, and those proposed.
    changes
        The numbers of the changes that are accepted (`numbered_pieces`). All give the words
        proposed, none those of the cell, to the character.

    Examples
    --------
    >>> words_with("It may calm. Ask a nurse.", "It can calm. Ask a doctor.", {1})
    'It may calm. Ask a doctor.'
    """
    pieces = numbered_pieces(now, words)
    every = {number for _, number in pieces if number is not None}
    if every <= set(changes):
        return words
    if not every & set(changes):
        return now
    parts = []
    for piece, number in pieces:
        unwanted = "deleted" if number in changes else "inserted"
        if piece.change != unwanted:
            parts.append(piece.text if piece.before is None else piece.before)
    return "".join(parts).rstrip()


def decide_changes(
    content: Content,
    proposal: str,
    changes: Collection[int],
    *,
    accepted: bool,
    person: str = "",
    decided_on: datetime.date | None = None,
) -> tuple[Content, str | None]:
    """Return `content` with some changes of a proposal decided, and what its cell is to say then.

    They become a proposal of their own, by the same person for the same reason, that is decided.
    The others stay open, against the words with these changes in them, or in words without these.
    Where there are no others the proposal itself is decided. The words are None where none are
    taken; the cell itself is the editor's to change.

    Parameters
    ----------
    content, proposal
        The tables, and the key of the proposal.
    changes
        The numbers of the changes (`numbered_pieces`).
    accepted
        Whether they are accepted or refused. Refused by who made the proposal, they are withdrawn.
    person
        Who decides: a key of ``people``, or nobody.
    decided_on
        The day; by default today.

    Raises
    ------
    UnknownName
        When there is no such proposal or person.
    KetcontentError
        When it is decided already, or has no such change.
    """
    row = _open_row(content, proposal)
    now = cell_of(content, row["document"], row["statement"], row["column"])
    every = {number for _, number in numbered_pieces(now, row["words"]) if number is not None}
    some = set(changes)
    if some - every:
        raise KetcontentError(
            f"The proposal '{proposal}' has no such change any more.",
            hint="Its words or those of the page changed meanwhile: look at it again, and decide.",
        )
    own = bool(person) and person == row["person"]
    decision: Decision = "accepted" if accepted else "withdrawn" if own else "refused"
    if some == every:
        taken = row["words"] if accepted else None
        whole = decide_proposal(
            content, proposal, taken, decision=decision, person=person, decided_on=decided_on
        )
        return whole, taken
    with_these = words_with(now, row["words"], some)
    part = {name: cell for name, cell in row.items() if name not in ("proposal", "taken")}
    part |= {"was": now, "words": with_these}
    key = _part_key(content, {**part, "of": proposal})
    decided = decide_proposal(
        with_row(content, "proposals", {"proposal": key, **part}),
        key,
        with_these if accepted else None,
        decision=decision,
        person=person,
        decided_on=decided_on,
    )
    frame = decided.proposals.copy()
    place = frame["proposal"] == proposal
    if not accepted:
        frame.loc[place, "words"] = words_with(now, row["words"], every - some)
    elif row["was"] == now:  # one that was out of date stays so
        frame.loc[place, "was"] = with_these
    return dataclasses.replace(decided, proposals=frame), with_these if accepted else None


def _part_key(content: Content, said: Mapping[str, str]) -> str:
    """Return the key of changes decided by themselves: two who decide the same give it the same.

    Where they were decided before, and the words put back since, it is another one.
    """
    known = set(content.proposals["proposal"])
    keys = (key_of("p", {**said, "time": str(time)}) for time in itertools.count(1))
    return next(key for key in keys if key not in known)


def _open_row(content: Content, proposal: str) -> dict[str, Any]:
    rows = {row["proposal"]: row for row in rows_of(content.proposals)}
    if proposal not in rows:
        raise UnknownName.of("proposal", proposal, rows)
    row = rows[proposal]
    if row["decision"]:
        raise KetcontentError(
            f"The proposal '{proposal}' is decided already: {row['decision']}.",
            hint="Make a new proposal with the words that you would have.",
        )
    return row


def decide_proposal(
    content: Content,
    proposal: str,
    taken: str | None,
    *,
    decision: Decision | None = None,
    person: str = "",
    decided_on: datetime.date | None = None,
) -> Content:
    """Return `content` with a proposal decided; the cell itself is the editor's to change.

    Parameters
    ----------
    content
        The tables.
    proposal
        Its key.
    taken
        The words that the cell was given for it; None where none of it was taken.
    decision
        By default what `taken` says: accepted, in-part or refused. Give ``withdrawn`` where its
        proposer took it back.
    person
        Who decided: a key of ``people``, or nobody.
    decided_on
        The day; by default today.

    Raises
    ------
    UnknownName
        When there is no such proposal or person.
    KetcontentError
        When it is decided already.
    """
    row = _open_row(content, proposal)
    if decision is None:
        if taken is None or taken == row["was"]:
            decision = "refused"
        else:
            decision = "accepted" if taken == row["words"] else "in-part"
    decided = {
        "decision": decision,
        "taken": taken or "" if decision in ("accepted", "in-part") else "",
        "decided_by": require_person(content, person),
        "decided_on": (decided_on or datetime.date.today()).isoformat(),
    }
    frame = content.proposals.copy()
    place = frame["proposal"] == proposal
    for name, cell in decided.items():
        frame.loc[place, name] = cell
    return dataclasses.replace(content, proposals=frame)
