"""Put a yes or no to exact words into the table of sign-offs."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from typing import get_args

import pandas as pd

from ketcontent.approvals.status import (
    Capacity,
    SignoffStatus,
    Verdict,
    authors_of,
    reader_words,
    signoff_statuses,
    statement_digest,
)
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.importing import supplier_marks
from ketcontent.model import Content, frame_of
from ketcontent.pages import PageView
from ketcontent.text import redline


def sign_off(
    content: Content,
    document: str,
    statement: str,
    *,
    person: str,
    capacity: Capacity,
    verdict: Verdict = "approved",
    comment: str = "",
    signed_on: datetime.date | None = None,
) -> Content:
    """Return `content` with a yes or a no to the exact current words of a statement.

    Saying the same again on the same day changes nothing; saying something else that day stands in
    its place. On another day it is a new sign-off, which renews the date of the review.

    Parameters
    ----------
    content
        The tables.
    document, statement
        The page and the statement.
    person
        Who signs: a key of ``people``.
    capacity
        ``editorial``, ``clinical`` or ``lay``.
    verdict
        ``approved`` or ``changes-requested``.
    comment
        What the signer says.
    signed_on
        The day; by default today.

    Raises
    ------
    UnknownName
        When there is no such document, statement, person, capacity or verdict.
    KetcontentError
        When the author of the words would be their clinical reviewer, changes are requested
        without a comment, or what the supplier did to the statement is not decided yet.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> sign_off(read_content("data"), "ketamine", "form-1", person="ada", capacity="clinical")
    Traceback (most recent call last):
        ...
    ketcontent.errors.UnknownName: No person 'ada'.
    hint: Add them to people.csv first: only someone named there can sign.
    """
    for kind, name, known in (
        ("capacity", capacity, get_args(Capacity)),
        ("verdict", verdict, get_args(Verdict)),
    ):
        if name not in known:
            raise UnknownName.of(kind, name, known)
    people = tuple(content.people["person"])
    if person not in people:
        hint = "Add them to people.csv first: only someone named there can sign."
        raise UnknownName.of("person", person, people, hint=hint)
    view = PageView(content, document)
    found = view.edition().statement(statement)
    if capacity == "clinical" and authors_of(view).get(statement) == person:
        raise KetcontentError(
            f"'{person}' wrote the words of '{statement}' and cannot be their clinical reviewer.",
            hint="Ask another clinician.",
            statement=statement,
        )
    if verdict == "approved" and _is_open(content, document, statement):
        raise KetcontentError(
            f"The supplier changed or withdrew '{statement}', and nobody has decided about it yet.",
            hint="Ask an editor to decide first: take theirs, keep ours or write it anew.",
            statement=statement,
        )
    if verdict == "changes-requested" and not comment.strip():
        raise KetcontentError(
            f"Changes to '{statement}' are requested without a word on which.",
            hint="Say in a comment what should change.",
            statement=statement,
        )
    row = {
        "document": document,
        "statement": statement,
        "person": person,
        "capacity": capacity,
        "verdict": verdict,
        "digest": statement_digest(document, found),
        "wording": reader_words(found),
        "signed_on": (signed_on or datetime.date.today()).isoformat(),
        "comment": " ".join(comment.split()),
    }
    # Who says something else of the same words on the same day has changed their mind.
    said = "\n".join(row[name] for name in row if name not in ("verdict", "comment", "wording"))
    key = f"s-{hashlib.sha256(said.encode()).hexdigest()[:16]}"
    others = content.signoffs[content.signoffs["signoff"] != key]
    added = frame_of("signoffs", [{"signoff": key, **row}], content)
    together = pd.concat([others, added], ignore_index=True)
    return dataclasses.replace(content, signoffs=together.sort_values("signoff", ignore_index=True))


def _is_open(content: Content, document: str, statement: str) -> bool:
    """Whether an editor has still to decide about what the supplier did to a statement."""
    marks = supplier_marks(content, document)
    return any(one.undecided and one.key == f"{document}/{statement}" for one in marks)


def open_statements(
    content: Content, document: str, capacity: str, *, section: str = "", statement: str = ""
) -> list[SignoffStatus]:
    """Return the statements that wait for a sign-off in a capacity, in reading order.

    Parameters
    ----------
    content, document
        The tables and the page.
    capacity
        The capacity.
    section, statement
        One section, or one statement; by default all.

    Raises
    ------
    UnknownName
        When the page has no such section or statement.
    """
    view = PageView(content, document)
    page = view.edition(section=section)
    shown = [page.statement(statement)] if statement else page.statements
    asked = {one.statement for one in shown}
    return [
        one
        for one in signoff_statuses(view)
        if one.capacity == capacity and one.state != "valid" and one.statement in asked
    ]


def to_sign(content: Content, document: str, one: SignoffStatus) -> str:
    """Return what a reviewer must see before signing a statement, as text for a terminal.

    Its section, words, grade, the evidence of each source, and, where a sign-off is stale, what
    changed since.
    """
    view = PageView(content, document)
    shown = view.edition().statement(one.statement)
    lines = [f"{one.section} · {one.statement} · {shown.kind or 'kind not set'}", ""]
    lines.append(f"  {reader_words(shown)}")
    if shown.certainty:
        rows = {row["statement"]: row for row in view.rows("statements")}
        reasons = rows[one.statement]["certainty_reasons"] or "no reasons given"
        lines.append(f"  certainty: {shown.certainty} ({reasons})")
    lines += [
        f"  {row['source']} {row['role']}: {row['finding']}"
        for row in view.rows("evidence")
        if row["statement"] == one.statement
    ]
    lines += [
        f"  {mark}"
        for mark in supplier_marks(content, document)
        if mark.key == f"{document}/{one.statement}" and mark.change
    ]
    if one.state == "stale" and one.wording != reader_words(shown):
        changed = redline(one.wording, reader_words(shown), style="text")
        lines += ["", f"  since signed on {one.signed_on} by {one.person}: {changed}"]
    elif one.state == "stale":
        lines += [
            "",
            f"  since signed on {one.signed_on}, its grade, sources, links or what the supplier "
            "sends changed.",
        ]
    if one.state == "refused":
        lines += ["", f"  {one.person} asked for changes on {one.signed_on}: {one.comment}"]
    return "\n".join(lines)
