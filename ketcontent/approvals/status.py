"""Bind a yes to wording; judge whether it is valid, stale, missing or refused.

A sign-off is a row that says: this person, in this capacity, on this day, said yes (or no) to
exactly these words. It holds the digest of what the reader reads (`statement_digest`) and the words
themselves, so that a stale one shows its own redline with no history at hand.

valid
    Someone in the capacity approved the words as they are now.
refused
    Someone in the capacity asked for changes to the words as they are now.
stale
    Someone in the capacity approved other words, another grade or other sources.
missing
    Nobody in the capacity has approved any wording.

Who signed is as trustworthy as the repository's history: a digest is not an identity.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, get_args

from ketcontent.diagnostics import Diagnostic
from ketcontent.markup import link_targets
from ketcontent.model import Content, memoized, rows_of_page
from ketcontent.pages import Document, Statement, assemble
from ketcontent.text import digest

Capacity = Literal["editorial", "clinical", "lay"]


Verdict = Literal["approved", "changes-requested"]


State = Literal["valid", "refused", "stale", "missing"]


@lru_cache(maxsize=4096)
def statement_digest(document: str, statement: Statement) -> str:
    """Return the digest of a statement as a reader reads it.

    It covers the words (notices in place, markup and white space aside), the addresses that they
    link to, the label, the certainty and the ids of the sources cited, in the context of document
    and statement. A move, a re-save and the order of citations do not count.

    Examples
    --------
    >>> one = Statement("s", "", "It may help.", "It may help.", "benefit", "", "low", ())
    >>> statement_digest("p", one) == statement_digest("q", one)
    False
    """
    return digest(
        statement.plain,
        statement.label,
        statement.certainty,
        sorted(statement.cites),
        list(link_targets(statement.text)),
        context=[document, statement.statement],
    )


def reader_words(statement: Statement) -> str:
    """Return the words of a statement as they are kept with a sign-off: label and words.

    Examples
    --------
    >>> reader_words(Statement("s", "Form", "Oral.", "Oral.", "", "", "", ()))
    'Form: Oral.'
    """
    return " ".join(f"{statement.label_text} {statement.plain}".split())


@dataclasses.dataclass(frozen=True, slots=True)
class SignoffStatus:
    """Where one statement stands in one capacity."""

    statement: str
    """The statement."""
    section: str
    """Its section."""
    capacity: str
    """The capacity that must sign."""
    state: State
    """Valid, refused, stale or missing."""
    person: str
    """Who signed last; empty where nobody has."""
    signed_on: str
    """When; empty where nobody has."""
    wording: str
    """The words last approved in this capacity; empty where none were."""
    comment: str
    """What the last signer said."""


def signoff_statuses(content: Content, document: str) -> list[SignoffStatus]:
    """Return where each statement of a page stands in each capacity that must sign it.

    Statements come in reading order. A statement whose kind is not set needs every capacity that
    any kind needs. A notice is signed wherever it is used.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> {one.state for one in signoff_statuses(read_content("data"), "ketamine")}
    {'missing'}
    """
    return list(memoized(statuses_of_page, content, assemble(content, document)))


def statuses_of_page(content: Content, page: Document) -> list[SignoffStatus]:
    """Return where each statement of a whole page stands."""
    document = page.document
    needed = _needed(content)
    authors = authors_of(content, document)
    rows: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows_of_page(content, "signoffs", document):
        rows.setdefault((row["statement"], row["capacity"]), []).append(row)
    found = []
    for section in page:
        for one in section.statements:
            now = statement_digest(document, one)
            for capacity in needed.get(one.kind, needed[""]):
                said = [
                    row
                    for row in rows.get((one.statement, capacity), [])
                    if not (capacity == "clinical" and row["person"] == authors[one.statement])
                ]
                found.append(_signoff_status(one.statement, section.section, capacity, said, now))
    return found


def _signoff_status(
    statement: str, section: str, capacity: str, said: list[Mapping[str, Any]], now: str
) -> SignoffStatus:
    said = sorted(said, key=lambda row: (row["signed_on"], row["verdict"], row["signoff"]))
    # Each person's last word on the words as they are now.
    last_words = {row["person"]: row for row in said if row["digest"] == now}
    refused = [row for row in last_words.values() if row["verdict"] != "approved"]
    agreed = [row for row in last_words.values() if row["verdict"] == "approved"]
    once = [row for row in said if row["verdict"] == "approved"]
    state: State = "refused" if refused else "valid" if agreed else "stale" if once else "missing"
    row = (refused or agreed or once or [{}])[-1]
    return SignoffStatus(
        statement=statement,
        section=section,
        capacity=capacity,
        state=state,
        person=row.get("person", ""),
        signed_on=row.get("signed_on", ""),
        wording=once[-1]["wording"] if once else "",
        comment=row.get("comment", ""),
    )


def judge_signoffs(content: Content, document: str) -> list[Diagnostic]:
    """Return a fault for each statement that lacks a sign-off it needs.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> judge_signoffs(read_content("data"), "ketamine")[0].rule
    'sign-off-missing'
    """
    people = dict(zip(content.people["person"], content.people["name"], strict=True))
    faults: dict[tuple[str, str], list[SignoffStatus]] = {}
    for one in signoff_statuses(content, document):
        if one.state != "valid":
            faults.setdefault((one.statement, one.state), []).append(one)
    return [_fault(document, state, found, people) for (_, state), found in faults.items()]


def _fault(
    document: str, state: str, found: list[SignoffStatus], people: Mapping[str, str]
) -> Diagnostic:
    one = found[-1]
    capacities = " and ".join(standing.capacity for standing in found)
    name = people.get(one.person, one.person)
    message, hint = {
        "missing": (
            f"No {capacities} sign-off.",
            "Ask for one: ketcontent sign walks a reviewer through the section.",
        ),
        "stale": (
            f"The {capacities} sign-off is to other words, another grade or other sources.",
            f"Show {name} what changed since {one.signed_on}, and ask again.",
        ),
        "refused": (
            f"{name} asked for changes ({capacities}): {one.comment}",
            f"Change the words, or settle it with {name}.",
        ),
    }[state]
    return Diagnostic(
        rule=f"sign-off-{state}",
        message=message,
        hint=hint,
        table="statements",
        key=f"{document}/{one.statement}",
        column="text",
    )


def _needed(content: Content) -> dict[str, tuple[str, ...]]:
    """Return the capacities each kind needs; under the empty kind, all that any needs."""
    order = {name: place for place, name in enumerate(get_args(Capacity))}
    needed: dict[str, set[str]] = {"": set(content.policies["capacity"])}
    for kind, capacity in zip(content.policies["kind"], content.policies["capacity"], strict=True):
        needed.setdefault(kind, set()).add(capacity)
    return {kind: tuple(sorted(names, key=order.__getitem__)) for kind, names in needed.items()}


def statements_of(page: Document) -> dict[str, Statement]:
    """Return the statements of a page by key."""
    return {one.statement: one for section in page for one in section.statements}


def authors_of(content: Content, document: str) -> dict[str, str]:
    """Return the author of each statement of a page, by key; empty where none is named."""
    rows = rows_of_page(content, "statements", document)
    return {row["statement"]: row["author"] for row in rows}


def review_date(content: Content, document: str) -> datetime.date | None:
    """Return the day of the oldest sign-off that a page needs and has; None where one lacks.

    A page is as fresh as the sentence that was reviewed longest ago.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> review_date(read_content("data"), "ketamine") is None
    True
    """
    return last_review_of(signoff_statuses(content, document))


def last_review_of(found: list[SignoffStatus]) -> datetime.date | None:
    """Return the day of the oldest of some valid sign-offs; None where one is not valid."""
    if not found or any(one.state != "valid" for one in found):
        return None
    return min(datetime.date.fromisoformat(one.signed_on) for one in found)


def review_due(content: Content, document: str) -> datetime.date | None:
    """Return the last day on which a page's review is recent enough; None where it has none.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> review_due(read_content("data"), "ketamine") is None
    True
    """
    return due_for_review(content, document, review_date(content, document))


def due_for_review(
    content: Content, document: str, last: datetime.date | None
) -> datetime.date | None:
    """Return the last day on which a review of a given day is recent enough."""
    if last is None:
        return None
    [row] = rows_of_page(content, "documents", document)
    days = datetime.timedelta(int(row["review_every_days"]))
    return last + min(days, datetime.date.max - last)


def judge_review_date(content: Content, document: str, *, as_of: datetime.date) -> list[Diagnostic]:
    """Return a fault when a page's review is older than its own cycle, or not done yet.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> judge_review_date(read_content("data"), "ketamine", as_of=datetime.date(2026, 11, 23))
    []
    """
    faults = [
        Diagnostic(
            rule="date-in-future",
            message=f"It says that this was signed on {row['signed_on']}, a day still to come.",
            hint="Enter the day on which it was signed.",
            table="signoffs",
            key=row["signoff"],
            column="signed_on",
            cell=row["signed_on"],
        )
        for row in rows_of_page(content, "signoffs", document)
        if row["signed_on"] > as_of.isoformat()
    ]
    last = review_date(content, document)
    due = due_for_review(content, document, last)
    if due is None or due >= as_of:
        return faults
    chosen = content.documents[content.documents["document"] == document]
    return [
        *faults,
        Diagnostic(
            rule="review-overdue",
            message=f"The review of {last} was due again on {due}.",
            hint="Ask the reviewers to sign off the page anew.",
            table="documents",
            key=document,
            column="review_every_days",
            cell=str(chosen["review_every_days"].iloc[0]),
        ),
    ]
