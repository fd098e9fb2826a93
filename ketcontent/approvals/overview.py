"""A page and the list of pages with the sign-offs that stand behind them."""

from __future__ import annotations

import dataclasses
from typing import Any

from ketcontent.approvals.status import (
    SignoffStatus,
    due_for_review,
    last_review_of,
    statement_digest,
    statements_of,
    statuses_of_page,
)
from ketcontent.dependencies import is_tracing, reading_whole, record_dependency
from ketcontent.model import TABLES, Content, memo_active, memoized, rows_of, slices
from ketcontent.pages import Document, Entry, Index, Signer, assemble, interface
from ketcontent.text import digest


def with_signoffs(content: Content, page: Document) -> Document:
    """Return a page of the current edition with its state, and who signed what it shows.

    ``reviewed`` when every statement shown has every sign-off it needs, ``part-reviewed`` when a
    clinician has validly signed some, else ``draft``. An archive copy stays what it is.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> content = read_content("data")
    >>> with_signoffs(content, assemble(content, "ketamine")).state
    'draft'
    """
    if page.edition == "supplied":
        return page
    if is_tracing() and not memo_active():
        with reading_whole("page", page.document, page.edition, page.part):
            return with_signoffs(content, page)
    whole = page if not page.part else assemble(content, page.document)
    return _with_statuses(content, page, memoized(statuses_of_page, content, whole))


def _with_statuses(content: Content, page: Document, asked: list[SignoffStatus]) -> Document:
    """Return a page with its state and its signers; `asked` are all standings of the page."""
    shown = statements_of(page)
    found = [one for one in asked if one.statement in shown]
    last = last_review_of(asked)
    valid = [one for one in found if one.state == "valid"]
    state: Any = "draft"
    if found and len(valid) == len(found):
        # A section says no more than its page: that is reviewed when all of it is.
        state = "reviewed" if last else "part-reviewed"
    elif any(one.capacity == "clinical" for one in valid):
        state = "part-reviewed"
    people = {row["person"]: row for row in rows_of(content.people)}
    due = due_for_review(content, page.document, last)
    groups: dict[tuple[str, str], list[SignoffStatus]] = {}
    for one in valid:
        groups.setdefault((one.person, one.capacity), []).append(one)
    signers = [
        Signer(
            name=", ".join(filter(None, [people[key]["name"], people[key]["credential"]])),
            affiliation=people[key]["affiliation"],
            conflicts=people[key]["conflicts"],
            capacity=capacity,
            statements=len(said),
            last=max(one.signed_on for one in said),
        )
        for (key, capacity), said in sorted(groups.items())
    ]
    return dataclasses.replace(
        page,
        state=state,
        signers=tuple(signers),
        last_review=str(last or ""),
        next_review=str(due or ""),
        version=_version(page),
    )


def _version(page: Document) -> str:
    """Return the digest of the fingerprints of all that is shown, in order."""
    prints = [
        statement_digest(page.document, one) for section in page for one in section.statements
    ]
    return digest(prints, context=(page.document,))


def list_documents(content: Content) -> Index:
    """Return the index of all pages, each with its state and its dates.

    Its own words are in the language of the pages where all have the same and the table of strings
    has all of it; else in English.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> [(one.name, one.state) for one in list_documents(read_content("data")).entries]
    [('Ketamine', 'draft')]
    """
    if is_tracing():
        for table in TABLES:
            record_dependency("table", table)
        with reading_whole("table", "documents"):
            return list_documents(content)
    entries = []
    known = list(content.documents["document"])
    for row, (document, rows) in zip(
        rows_of(content.documents), slices(content, known), strict=True
    ):
        page = with_signoffs(rows, assemble(rows, document))
        entries.append(
            Entry(
                document=row["document"],
                name=row["title"],
                language=row["language"],
                audience=row["audience"],
                review_every_days=int(row["review_every_days"]),
                supplied=page.received,
                state=page.state,
                last_review=page.last_review,
                next_review=page.next_review,
                language_name=page.say("language-name")
                if page.say.language == page.language
                else page.language,
            )
        )
    ordered = sorted(entries, key=lambda one: (one.name.casefold(), one.document))
    languages = set(content.documents["language"])
    return Index(
        tuple(ordered), interface(content, languages.pop() if len(languages) == 1 else "en")
    )
