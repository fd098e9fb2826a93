"""What people say of a statement or of some of its words, in threads that can be settled.

A comment holds the words of the statement as they were when it was said, and where in them its
anchor stands (as the TextQuoteSelector of the W3C's Web Annotation Data Model, whose context is
here the whole wording). So it is found again after the words around it changed (`place_of`), and
known to be astray when its own words are gone.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

from ketcontent.discussion.rows import by_of, key_of, require_person, with_row
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model import Content, rows_of
from ketcontent.text import compare


def add_comment(
    content: Content,
    document: str,
    statement: str,
    text: str,
    *,
    wording: str,
    anchor: str = "",
    anchor_at: int | None = None,
    reply_to: str = "",
    person: str = "",
    name: str = "",
    packet: str = "",
    signoff: str = "",
    said_on: datetime.date | None = None,
) -> Content:
    """Return `content` with a comment; as it was where that is there already.

    Parameters
    ----------
    content
        The tables.
    document, statement
        The page, and what it is on: a statement, or the key of what else is signed.
    text
        What is said.
    wording
        The words of the statement as they are read, label and words.
    anchor, anchor_at
        The words among them that it is on, and how many characters stand before them; by default
        it is on all.
    reply_to
        The comment that it answers; an answer to an answer goes to the first of the thread.
    person, name
        Who says it: a key of ``people``, or, where nobody has confirmed that, whom the file that
        it came in names.
    packet, signoff
        The review packet that it came back in; the sign-off by which the change was requested.
    said_on
        The day; by default today.

    Raises
    ------
    UnknownName
        When there is no such comment to answer, or no such person.
    KetcontentError
        When nothing is said, nobody is named, or the anchor does not stand there.
    """
    said = " ".join(text.split())
    if not said:
        raise KetcontentError(f"The comment on '{statement}' says nothing.", hint="Say something.")
    if anchor and wording[anchor_at or 0 :][: len(anchor)] != anchor:
        raise KetcontentError(
            f"'{anchor}' does not stand at character {anchor_at or 0} of '{statement}'.",
            hint="Name words of the statement, and where they stand.",
        )
    row: dict[str, Any] = {
        "document": document,
        "statement": statement,
        "reply_to": _first_of_thread(content, reply_to),
        "wording": wording,
        "anchor": anchor,
        "anchor_at": (anchor_at or 0) if anchor else None,
        "text": said,
        **by_of(content, person, name),
        "said_on": (said_on or datetime.date.today()).isoformat(),
        "packet": packet,
        "signoff": signoff,
    }
    told = ("person", "name", "said_on", "signoff") if packet else ()
    key = key_of("c", {name: str(cell) for name, cell in row.items() if name not in told})
    return with_row(content, "comments", {"comment": key, **row})


def _first_of_thread(content: Content, comment: str) -> str:
    if not comment:
        return ""
    rows = {row["comment"]: row for row in rows_of(content.comments)}
    if comment not in rows:
        raise UnknownName.of("comment", comment, rows)
    return rows[comment]["reply_to"] or comment


def comment_on_signing(content: Content, signoff: Mapping[str, Any]) -> Content:
    """Return `content` with the comment of a sign-off by which changes are requested.

    One with the same words that came back in a file, and that nobody else said, becomes it.
    What the signer said in its place before, of the same words on the same day, is settled.

    Parameters
    ----------
    content
        The tables.
    signoff
        The row of the sign-off.
    """
    key, person = signoff["signoff"], signoff["person"]
    day = datetime.date.fromisoformat(signoff["signed_on"])
    asks = signoff["verdict"] == "changes-requested"
    for row in rows_of(content.comments):
        before = row["signoff"] == key and not row["resolved_on"]
        if before and not (asks and row["text"] == signoff["comment"]):
            content = resolve_comment(content, row["comment"], person=person, resolved_on=day)
    if not asks:
        return content
    said = content.comments
    same = said["text"] == signoff["comment"]
    for name in ("document", "statement", "wording"):
        same &= said[name] == signoff[name]
    came = (
        same & said["person"].isin(["", person]) & (said["packet"] != "") & (said["signoff"] == "")
    )
    if came.any():
        said = said.copy()
        said.loc[said.index[came][0], ["person", "signoff"]] = person, key
        return dataclasses.replace(content, comments=said)
    return add_comment(
        content,
        signoff["document"],
        signoff["statement"],
        signoff["comment"],
        wording=signoff["wording"],
        person=person,
        signoff=key,
        said_on=day,
    )


def resolve_comment(
    content: Content,
    comment: str,
    *,
    person: str = "",
    resolved_on: datetime.date | None = None,
    is_resolved: bool = True,
) -> Content:
    """Return `content` with the thread of a comment settled, or open again.

    Parameters
    ----------
    content
        The tables.
    comment
        A comment of the thread.
    person
        Who says so: a key of ``people``, or nobody.
    resolved_on
        The day; by default today.
    is_resolved
        False opens it again.

    Raises
    ------
    UnknownName
        When there is no such comment or person.
    """
    first = _first_of_thread(content, comment)
    day = (resolved_on or datetime.date.today()).isoformat()
    frame = content.comments.copy()
    place = frame["comment"] == first
    frame.loc[place, "resolved_by"] = require_person(content, person) if is_resolved else ""
    frame.loc[place, "resolved_on"] = day if is_resolved else ""
    return dataclasses.replace(content, comments=frame)


def settle_comment(
    content: Content,
    comment: str,
    *,
    person: str,
    answer: str = "",
    on: datetime.date | None = None,
) -> Content:
    """Return `content` with a thread settled, and answered first where there is something to say.

    Parameters
    ----------
    content
        The tables.
    comment
        A comment of the thread.
    person
        Who settles it: a key of ``people``.
    answer
        What they say.
    on
        The day; by default today.

    Raises
    ------
    UnknownName
        When there is no such comment or person.
    """
    first = _first_of_thread(content, comment)
    if answer:
        [row] = [row for row in rows_of(content.comments) if row["comment"] == first]
        content = add_comment(
            content,
            row["document"],
            row["statement"],
            answer,
            wording=row["wording"],
            reply_to=first,
            person=person,
            said_on=on,
        )
    return resolve_comment(content, first, person=person, resolved_on=on)


def comment_threads(
    content: Content, document: str, statement: str
) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return the comments on a statement, each that starts a thread with its answers, by day."""
    rows = [row for row in content.rows("comments", document) if row["statement"] == statement]
    rows.sort(key=lambda row: (row["said_on"], row["comment"]))
    return [
        (first, [row for row in rows if row["reply_to"] == first["comment"]])
        for first in rows
        if not first["reply_to"]
    ]


def place_of(wording: str, anchor: str, anchor_at: int, now: str) -> int | None:
    """Return where the words that a comment is on stand now; None where it is astray.

    They stand where they stood if nobody changed them, whatever was changed around them; else where
    the same words stand once.

    Parameters
    ----------
    wording, anchor, anchor_at
        What the row of the comment says.
    now
        The words of the statement now.

    Examples
    --------
    >>> place_of("It may help. It may harm.", "may", 16, "It can help. It may do harm.")
    16
    >>> place_of("It may help.", "may", 3, "It helps.") is None
    True
    """
    end = anchor_at + len(anchor)
    before = after = 0
    for piece in compare(wording, now).pieces:
        old = piece.text if piece.before is None else piece.before
        if piece.change == "kept" and before <= anchor_at and end <= before + len(old):
            place = piece.text.find(anchor, anchor_at - before)
            return after + place if place >= 0 else None
        before += len(old) * (piece.change != "inserted")
        after += len(piece.text) * (piece.change != "deleted")
    return now.find(anchor) if now.count(anchor) == 1 else None
