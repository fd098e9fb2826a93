"""Put a yes or no to exact words into the table of sign-offs."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from typing import get_args

import pandas as pd

from ketcontent.approvals.scope import Signable, signables
from ketcontent.approvals.status import (
    Capacity,
    SignoffStatus,
    Verdict,
    authors_of,
    signer_words,
    signoff_statuses,
    why_not,
)
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.importing import supplier_marks
from ketcontent.model import Content, frame_of, rows_of
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
    """Return `content` with a yes or a no to a statement, title, heading or term as it stands.

    Saying the same again on the same day changes nothing; saying something else that day stands in
    its place. On another day it is a new sign-off, which renews the date of the review.

    Parameters
    ----------
    content
        The tables.
    document, statement
        The page and the statement; of what else is signed its key: ``title:<document>``,
        ``heading:<section>``, ``term:<term>``.
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
        When the person may not sign in that capacity (as clinical reviewer the author of the words,
        or somebody without a profession and credential), changes are requested without a comment,
        or what the supplier did to the statement is not decided yet.

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
    people = {row["person"]: row for row in rows_of(content.people)}
    if person not in people:
        hint = "Add them to people.csv first: only someone named there can sign."
        raise UnknownName.of("person", person, people, hint=hint)
    view = PageView(content, document)
    found = _signable(view, statement)
    author = authors_of(view).get(statement, "")
    if reason := why_not(capacity, people[person], found, author=author):
        raise KetcontentError(f"{reason}.", hint="Ask another clinician.", statement=statement)
    if verdict == "approved" and _is_open(content, document, found):
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
        "signer": signer_words(people[person]),
        "capacity": capacity,
        "verdict": verdict,
        "digest": found.digest,
        "wording": found.words,
        "signed_on": (signed_on or datetime.date.today()).isoformat(),
        "comment": " ".join(comment.split()),
    }
    # Who says something else of the same words on the same day has changed their mind.
    told = ("verdict", "comment", "wording", "signer")
    said = "\n".join(row[name] for name in row if name not in told)
    key = f"s-{hashlib.sha256(said.encode()).hexdigest()[:16]}"
    others = content.signoffs[content.signoffs["signoff"] != key]
    added = frame_of("signoffs", [{"signoff": key, **row}], content)
    together = pd.concat([others, added], ignore_index=True)
    return dataclasses.replace(content, signoffs=together.sort_values("signoff", ignore_index=True))


def _signable(view: PageView, key: str) -> Signable:
    """Return what is signed of a page under a key."""
    found = {one.key: one for one in signables(view)}
    if key not in found:
        raise UnknownName.of("statement", key, found)
    return found[key]


def _is_open(content: Content, document: str, one: Signable) -> bool:
    """Whether an editor has still to decide about what the supplier did to a row."""
    marks = supplier_marks(content, document)
    return any(mark.undecided and (mark.table, mark.key) == (one.table, one.row) for mark in marks)


def open_statements(
    content: Content, document: str, capacity: str, *, section: str = "", statement: str = ""
) -> list[SignoffStatus]:
    """Return what waits for a sign-off in a capacity, in reading order.

    Parameters
    ----------
    content, document
        The tables and the page.
    capacity
        The capacity.
    section, statement
        One section, or one statement or what else is signed; by default all.

    Raises
    ------
    UnknownName
        When the page has no such section or statement.
    """
    view = PageView(content, document)
    view.edition(section=section)  # says that there is none
    if statement:
        _signable(view, statement)
    return [
        one
        for one in signoff_statuses(view)
        if one.capacity == capacity
        and one.state != "valid"
        and section in ("", one.section)
        and statement in ("", one.statement)
    ]


def to_sign(content: Content, document: str, one: SignoffStatus) -> str:
    """Return what a reviewer must see before signing, as text for a terminal.

    Its section, words, grade, where it stands, the evidence of each source, and, where a sign-off
    is stale, what changed since.
    """
    view = PageView(content, document)
    page = view.edition()
    signed = one.signed
    parts = (one.section, one.statement, signed.kind or "kind not set")
    lines = [" · ".join(filter(None, parts)), "", f"  {signed.words}"]
    if signed.kind == "heading":
        lines += [f"  {line}" for line in page.section(one.section).to_text().splitlines()[1:]]
    if signed.kind == "title":
        lines += [f"  {part.title or 'before the first heading'}" for part in page]
    if signed.table == "statements":
        lines += _around(view, one)
    lines += [
        f"  {mark}"
        for mark in supplier_marks(content, document)
        if (mark.table, mark.key) == (signed.table, signed.row) and mark.change
    ]
    if one.state == "stale":
        changed = (
            redline(one.wording, signed.words, style="text")
            if one.wording != signed.words
            else "where it stands, its kind, grade, sources or links, or what the supplier sends"
        )
        changed = one.why or changed
        rule = ", under the older rule" if one.older else ""
        lines += ["", f"  since signed on {one.signed_on} by {one.person}{rule}: {changed}"]
    if one.state == "refused":
        lines += ["", f"  {one.person} asked for changes on {one.signed_on}: {one.comment}"]
    return "\n".join(lines)


def _around(view: PageView, one: SignoffStatus) -> list[str]:
    """Return what decides how a statement is understood besides its words, line by line."""
    shown = view.edition().statement(one.statement)
    lines = []
    if shown.certainty:
        rows = {row["statement"]: row for row in view.rows("statements")}
        row = rows[one.statement]
        given = "; ".join(filter(None, (row["grade_reasons"], row["certainty_reasons"])))
        reasons = given or "no reasons given"
        lines.append(f"  certainty: {shown.certainty} ({reasons})")
    heading, before, after = shown.stands[1:]
    for name, said in (
        ("under", heading),
        ("after", before and view.edition().statement(before).plain),
        ("before", after and view.edition().statement(after).plain),
    ):
        lines += [f"  {name}: {said}"] if said else []
    return lines + [
        f"  {row['source']} {row['role']}: {row['finding']}"
        for row in view.rows("evidence")
        if row["statement"] == one.statement
    ]
