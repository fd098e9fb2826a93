"""Put a yes or no to exact words into the table of sign-offs."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from collections.abc import Mapping
from typing import Any, get_args

import pandas as pd

from ketcontent.approvals.proofs import (
    doubt_of,
    doubt_of_day,
    message_of,
    signatures_asked,
    signed_words,
    signers_of,
)
from ketcontent.approvals.scope import Signable, signables
from ketcontent.approvals.signatures import SigningKey, sign
from ketcontent.approvals.status import (
    Capacity,
    SignoffStatus,
    Verdict,
    authors_of,
    signer_words,
    signoff_statuses,
    why_not,
)
from ketcontent.discussion import comment_on_signing
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
    signing_key: SigningKey | None = None,
    view: PageView | None = None,
) -> Content:
    """Return `content` with a yes or a no to a statement, title, heading or term as it stands.

    Saying the same again on the same day changes nothing; saying something else that day stands in
    its place. On another day it is a new sign-off, which renews the date of the review. What a
    signer would have changed is a comment too, that others answer and settle.

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
    signing_key
        The signer's own key (`unlock`), for a signature; by default the sign-off is recorded only.
    view
        The page, for who signs much of it at once: of tables that differ from `content` in what
        was signed and said alone.

    Raises
    ------
    UnknownName
        When there is no such document, statement, person, capacity or verdict.
    KetcontentError
        When the person may not sign in that capacity (as clinical reviewer the author of the words,
        or somebody without a profession and credential), changes are requested without a comment,
        what the supplier did to the statement is not decided yet, the signing key is not that
        person's on that day, or there is none where ``policies`` asks for a signature.

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
    people = {row["person"]: row for row in content.rows("people")}
    if person not in people:
        hint = "Add them to people.csv first: only someone named there can sign."
        raise UnknownName.of("person", person, people, hint=hint)
    view = view or PageView(content, document)
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
    if signing_key is None and verdict == "approved":
        _refuse_unsigned(content, found, capacity)
    day = signed_on or datetime.date.today()
    row = {
        "document": document,
        "statement": statement,
        "person": person,
        "signer": signer_words(people[person]),
        "capacity": capacity,
        "verdict": verdict,
        "digest": found.digest,
        "wording": found.words,
        "signed_on": day.isoformat(),
        "comment": " ".join(comment.split()),
        "signature": "",
    }
    # Who says something else of the same words on the same day has changed their mind.
    told = ("verdict", "comment", "wording", "signer", "signature")
    said = "\n".join(row[name] for name in row if name not in told)
    row = {"signoff": f"s-{hashlib.sha256(said.encode()).hexdigest()[:16]}", **row}
    if signing_key is not None:
        key = require_signing_key(content, signing_key, person=person, signed_on=day)
        row["signature"] = sign(signing_key, message_of(signed_words(row)), key["namespace"])
    is_same = content.signoffs["signoff"] == row["signoff"]
    keys = signers_of(rows_of(content.signing_keys))
    for was in rows_of(content.signoffs[is_same]):
        is_said = not row["signature"] and signed_words(was) == signed_words(row)
        if is_said and doubt_of(was, keys, is_asked=False) is None:
            return content  # what is signed stays signed
    others = content.signoffs[~is_same]
    added = frame_of("signoffs", [row], content)
    together = pd.concat([others, added], ignore_index=True)
    together = together.sort_values("signoff", ignore_index=True)
    return comment_on_signing(dataclasses.replace(content, signoffs=together), row)


def _refuse_unsigned(content: Content, one: Signable, capacity: Capacity) -> None:
    """Refuse a yes without a signature where ``policies`` asks for one: it would not count."""
    if (one.kind, capacity) in signatures_asked(rows_of(content.policies)):
        raise KetcontentError(
            f"A {capacity} sign-off to '{one.key}' counts only with a signature.",
            hint="Sign with your own key: ketcontent sign --key FILE, or name it in the workbench.",
            statement=one.key,
        )


def require_signing_key(
    content: Content, signing_key: SigningKey, *, person: str, signed_on: datetime.date
) -> Mapping[str, Any]:
    """Return the row of a signing key with which somebody may sign on a day.

    Raises
    ------
    KetcontentError
        When the table has no such key, or it is somebody else's, or does not count on that day.
    """
    key = signers_of(rows_of(content.signing_keys)).get(signing_key.public)
    if key is None:
        raise KetcontentError(
            f"This key is not in signing_keys.csv, so '{person}' cannot sign with it.",
            hint="Enter the public half of your key there first, and have a second person approve "
            f"that: {signing_key.public}",
        )
    if key["person"] != person:
        raise KetcontentError(
            f"This key is of '{key['person']}', so '{person}' cannot sign with it.",
            hint=f"Take the key of '{person}'.",
        )
    if doubt := doubt_of_day(key, signed_on.isoformat(), "Take a key that is valid on that day."):
        raise KetcontentError(f"The signature would not count: {doubt.message}.", hint=doubt.hint)
    return key


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
    _, heading, before, after = shown.stands[:4]
    for name, said in (
        ("under", heading),
        ("after", before and view.edition().statement(before).plain),
        ("before", after and view.edition().statement(after).plain),
    ):
        lines += [f"  {name}: {said}"] if said else []
    lines += [f"  within: {said}" for _, said in shown.within]
    return lines + [
        f"  {row['source']} {row['role']}: {row['finding']}"
        for row in view.rows("evidence")
        if row["statement"] == one.statement
    ]
