"""Where the sign-offs of a page stand: valid, refused, stale or missing.

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
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, get_args

from ketcontent.diagnostics import Diagnostic
from ketcontent.markup import link_targets
from ketcontent.pages import PageView, Statement
from ketcontent.text import digest

Capacity = Literal["editorial", "clinical", "lay"]

Verdict = Literal["approved", "changes-requested"]

State = Literal["valid", "refused", "stale", "missing"]


@lru_cache(maxsize=4096)
def statement_digest(document: str, statement: Statement) -> str:
    """Return the digest of a statement as a reader reads it.

    It covers the words (notices in place, markup and white space aside), the addresses that they
    link to, the label, the certainty, and of each source cited its id and what a reader reads of it
    in the list of references (`ketcontent.pages.citations.READ_BY_READERS`), in the context of
    document and statement. A reading of the supplier's that waits beside it is covered too. A
    move, a re-save and the order of citations do not count.
    """
    return digest(
        statement.plain,
        statement.label,
        statement.certainty,
        list(statement.rests_on),
        list(link_targets(statement.text)),
        *([statement.contested] if statement.contested else []),
        context=[document, statement.statement],
        rule="w2",
    )


@lru_cache(maxsize=4096)
def older_digest(document: str, statement: Statement) -> str:
    """Return the digest of a statement by the rule before: of its sources it covers only the ids.

    A sign-off by it on words that cite nothing covers as much as one of today, and counts; on words
    that cite a source it is stale, since nobody can tell which paper the signer read of.
    """
    return digest(
        statement.plain,
        statement.label,
        statement.certainty,
        sorted(statement.cites),
        list(link_targets(statement.text)),
        *([statement.contested] if statement.contested else []),
        context=[document, statement.statement],
    )


def reader_words(statement: Statement) -> str:
    """Return the words of a statement as they are kept with a sign-off: label and words."""
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
    older: bool = False
    """Whether these words, grade and ids were signed, by a rule that did not cover the sources."""


def signoff_statuses(view: PageView) -> list[SignoffStatus]:
    """Return where each statement of a page stands in each capacity that must sign it.

    Statements come in reading order. A statement whose kind is not set needs every capacity that
    any kind needs. A notice is signed wherever it is used.
    """
    page = view.edition()
    needed = _needed(view)
    authors = authors_of(view)
    rows: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in view.rows("signoffs"):
        rows.setdefault((row["statement"], row["capacity"]), []).append(row)
    found = []
    for section in page:
        for one in section.statements:
            now = {statement_digest(view.document, one)}
            before = older_digest(view.document, one)
            now |= set() if one.cites else {before}
            for capacity in needed.get(one.kind, needed[""]):
                said = [
                    row
                    for row in rows.get((one.statement, capacity), [])
                    if not (capacity == "clinical" and row["person"] == authors[one.statement])
                ]
                status = _signoff_status(one.statement, section.section, capacity, said, now)
                older = status.state == "stale" and any(row["digest"] == before for row in said)
                found.append(dataclasses.replace(status, older=older))
    return found


def _signoff_status(
    statement: str, section: str, capacity: str, said: list[Mapping[str, Any]], now: set[str]
) -> SignoffStatus:
    said = sorted(said, key=lambda row: (row["signed_on"], row["verdict"], row["signoff"]))
    # Each person's last word on the words as they are now.
    last_words = {row["person"]: row for row in said if row["digest"] in now}
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


def judge_signoffs(view: PageView, statuses: Sequence[SignoffStatus]) -> list[Diagnostic]:
    """Return a fault for each statement of a page that lacks a sign-off it needs."""
    people = {row["person"]: row["name"] for row in view.rows("people")}
    faults: dict[tuple[str, str], list[SignoffStatus]] = {}
    for one in statuses:
        if one.state != "valid":
            faults.setdefault((one.statement, one.state), []).append(one)
    return [_fault(view.document, state, found, people) for (_, state), found in faults.items()]


def _fault(
    document: str, state: str, found: list[SignoffStatus], people: Mapping[str, str]
) -> Diagnostic:
    one = found[-1]
    capacities = " and ".join(status.capacity for status in found)
    name = people.get(one.person, one.person)
    message, hint = {
        "missing": (
            f"No {capacities} sign-off.",
            "Ask for one: ketcontent sign walks a reviewer through the section.",
        ),
        "stale": (
            f"The {capacities} sign-off was made by an older rule, which did not "
            "cover what a reader reads of its sources."
            if one.older
            else f"The {capacities} sign-off is to other words, another grade or other sources, or "
            "from before the supplier changed it.",
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


def _needed(view: PageView) -> dict[str, tuple[str, ...]]:
    """Return the capacities each kind needs; under the empty kind, all that any needs."""
    order = {name: place for place, name in enumerate(get_args(Capacity))}
    needed: dict[str, set[str]] = {"": set()}
    for row in view.rows("policies"):
        for kind in ("", row["kind"]):
            needed.setdefault(kind, set()).add(row["capacity"])
    return {kind: tuple(sorted(names, key=order.__getitem__)) for kind, names in needed.items()}


def authors_of(view: PageView) -> dict[str, str]:
    """Return the author of each statement of a page, by key; empty where none is named."""
    return {row["statement"]: row["author"] for row in view.rows("statements")}


def review_date(statuses: Sequence[SignoffStatus]) -> datetime.date | None:
    """Return the day of the oldest sign-off that a page needs and has; None where one lacks.

    A page is as fresh as the sentence that was reviewed longest ago.
    """
    if not statuses or any(one.state != "valid" for one in statuses):
        return None
    return min(datetime.date.fromisoformat(one.signed_on) for one in statuses)


def review_due(view: PageView, last: datetime.date | None) -> datetime.date | None:
    """Return the last day on which a page's review of a day is recent enough; None of no review."""
    if last is None:
        return None
    [row] = view.rows("documents")
    days = datetime.timedelta(int(row["review_every_days"]))
    return last + min(days, datetime.date.max - last)


def judge_review_date(
    view: PageView, statuses: Sequence[SignoffStatus], *, as_of: datetime.date
) -> list[Diagnostic]:
    """Return a fault when a page's review is older than its own cycle, or signed in the future.

    A page that is not reviewed yet has no date that could be past.
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
        for row in view.rows("signoffs")
        if row["signed_on"] > as_of.isoformat()
    ]
    last = review_date(statuses)
    due = review_due(view, last)
    if due is not None and due < as_of:
        faults.append(
            Diagnostic(
                rule="review-overdue",
                message=f"The review of {last} was due again on {due}.",
                hint="Ask the reviewers to sign off the page anew.",
                table="documents",
                key=view.document,
                column="review_every_days",
                cell=str(view.rows("documents")[0]["review_every_days"]),
            )
        )
    return faults
