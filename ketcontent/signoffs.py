"""Bind a yes to wording; judge whether it is valid, stale, missing or refused.

A sign-off is a row that says: this person, in this capacity, on this day, said yes (or no) to
exactly these words. It holds the digest of what the reader reads (`fingerprint`) and the words
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
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, get_args

import pandas as pd

from ketcontent import traces
from ketcontent.diagnostics import Diagnostic
from ketcontent.documents import Document, Entry, Index, Signer, Statement, assemble, interface
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.parts import divided
from ketcontent.redlines import redline
from ketcontent.rendering import link_targets
from ketcontent.schemas import TABLES
from ketcontent.tables import Content, frame_of, remembered, remembering, rows_of, rows_of_page
from ketcontent.wording import digest

Capacity = Literal["editorial", "clinical", "lay"]
Verdict = Literal["approved", "changes-requested"]
State = Literal["valid", "refused", "stale", "missing"]


@lru_cache(maxsize=4096)
def fingerprint(document: str, statement: Statement) -> str:
    """Return the digest of a statement as a reader reads it.

    It covers the words (notices in place, markup and white space aside), the addresses that they
    link to, the label, the certainty and the ids of the sources cited, in the context of document
    and statement. A move, a re-save and the order of citations do not count.

    Examples
    --------
    >>> one = Statement("s", "", "It may help.", "It may help.", "benefit", "", "low", ())
    >>> fingerprint("p", one) == fingerprint("p", dataclasses.replace(one, certainty="high"))
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
        When the author of the words would be their clinical reviewer, or changes are requested
        without a comment.

    Examples
    --------
    >>> from ketcontent.tables import read_content
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
    shown = _statements(assemble(content, document))
    if statement not in shown:
        raise UnknownName.of("statement", statement, shown)
    found = shown[statement]
    if capacity == "clinical" and _authors(content, document).get(statement) == person:
        raise KetcontentError(
            f"'{person}' wrote the words of '{statement}' and cannot be their clinical reviewer.",
            hint="Ask another clinician.",
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
        "digest": fingerprint(document, found),
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


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
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


def standings(content: Content, document: str) -> list[Standing]:
    """Return where each statement of a page stands in each capacity that must sign it.

    Statements come in reading order. A statement whose kind is not set needs every capacity that
    any kind needs. A notice is signed wherever it is used.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> {one.state for one in standings(read_content("data"), "ketamine")}
    {'missing'}
    """
    return list(remembered(_standings, content, assemble(content, document)))


def _standings(content: Content, page: Document) -> list[Standing]:
    """Return where each statement of a whole page stands."""
    document = page.document
    needed = _needed(content)
    authors = _authors(content, document)
    rows: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows_of_page(content, "signoffs", document):
        rows.setdefault((row["statement"], row["capacity"]), []).append(row)
    found = []
    for section in page:
        for one in section.statements:
            now = fingerprint(document, one)
            for capacity in needed.get(one.kind, needed[""]):
                said = [
                    row
                    for row in rows.get((one.statement, capacity), [])
                    if not (capacity == "clinical" and row["person"] == authors[one.statement])
                ]
                found.append(_standing(one.statement, section.section, capacity, said, now))
    return found


def _standing(
    statement: str, section: str, capacity: str, said: list[Mapping[str, Any]], now: str
) -> Standing:
    said = sorted(said, key=lambda row: (row["signed_on"], row["verdict"], row["signoff"]))
    # Each person's last word on the words as they are now.
    last_words = {row["person"]: row for row in said if row["digest"] == now}
    refused = [row for row in last_words.values() if row["verdict"] != "approved"]
    agreed = [row for row in last_words.values() if row["verdict"] == "approved"]
    once = [row for row in said if row["verdict"] == "approved"]
    state: State = "refused" if refused else "valid" if agreed else "stale" if once else "missing"
    row = (refused or agreed or once or [{}])[-1]
    return Standing(
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
    >>> from ketcontent.tables import read_content
    >>> judge_signoffs(read_content("data"), "ketamine")[0].rule
    'sign-off-missing'
    """
    people = dict(zip(content.people["person"], content.people["name"], strict=True))
    faults: dict[tuple[str, str], list[Standing]] = {}
    for one in standings(content, document):
        if one.state != "valid":
            faults.setdefault((one.statement, one.state), []).append(one)
    return [_fault(document, state, found, people) for (_, state), found in faults.items()]


def _fault(
    document: str, state: str, found: list[Standing], people: Mapping[str, str]
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


def _statements(page: Document) -> dict[str, Statement]:
    return {one.statement: one for section in page for one in section.statements}


def _authors(content: Content, document: str) -> dict[str, str]:
    rows = rows_of_page(content, "statements", document)
    return {row["statement"]: row["author"] for row in rows}


def open_statements(
    content: Content, document: str, capacity: str, *, section: str = "", statement: str = ""
) -> list[Standing]:
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

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> open_statements(read_content("data"), "ketamine", "clinical", section="nowhere")
    Traceback (most recent call last):
        ...
    ketcontent.errors.UnknownName: No section 'nowhere'.
    hint: ...
    """
    page = assemble(content, document, section=section)
    shown = _statements(page)
    if statement and statement not in shown:
        raise UnknownName.of("statement", statement, shown)
    return [
        one
        for one in standings(content, document)
        if one.capacity == capacity
        and one.state != "valid"
        and one.statement in shown
        and statement in ("", one.statement)
    ]


def to_sign(content: Content, document: str, one: Standing) -> str:
    """Return what a reviewer must see before signing a statement, as text for a terminal.

    Its section, words, grade, the evidence of each source, and, where a sign-off is stale, what
    changed since.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> content = read_content("data")
    >>> one = standings(content, "ketamine")[0]
    >>> to_sign(content, "ketamine", one).splitlines()[0].startswith("lede")
    True
    """
    page = assemble(content, document)
    shown = _statements(page)[one.statement]
    lines = [f"{one.section} · {one.statement} · {shown.kind or 'kind not set'}", ""]
    lines.append(f"  {reader_words(shown)}")
    if shown.certainty:
        reasons = content.statements.loc[
            (content.statements["document"] == document)
            & (content.statements["statement"] == one.statement),
            "certainty_reasons",
        ].iloc[0]
        lines.append(f"  certainty: {shown.certainty} ({reasons or 'no reasons given'})")
    frame = content.evidence
    chosen = frame[(frame["document"] == document) & (frame["statement"] == one.statement)]
    lines += [
        f"  {row['source']} {row['role']}: {row['finding']}" for row in chosen.to_dict("records")
    ]
    if one.state == "stale" and one.wording != reader_words(shown):
        changed = redline(one.wording, reader_words(shown), style="text")
        lines += ["", f"  since signed on {one.signed_on} by {one.person}: {changed}"]
    elif one.state == "stale":
        lines += ["", f"  since signed on {one.signed_on}, its grade, sources or links changed."]
    if one.state == "refused":
        lines += ["", f"  {one.person} asked for changes on {one.signed_on}: {one.comment}"]
    return "\n".join(lines)


def with_signoffs(content: Content, page: Document) -> Document:
    """Return a page of the current edition with its state, and who signed what it shows.

    ``reviewed`` when every statement shown has every sign-off it needs, ``part-reviewed`` when a
    clinician has validly signed some, else ``draft``. An archive copy stays what it is.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> content = read_content("data")
    >>> with_signoffs(content, assemble(content, "ketamine")).state
    'draft'
    """
    if page.edition == "supplied":
        return page
    if traces.tracing() and not remembering():
        with traces.reading_whole("page", page.document, page.edition, page.part):
            return with_signoffs(content, page)
    whole = page if not page.part else assemble(content, page.document)
    return _with_standings(content, page, remembered(_standings, content, whole))


def _with_standings(content: Content, page: Document, asked: list[Standing]) -> Document:
    """Return a page with its state and its signers; `asked` are all standings of the page."""
    shown = _statements(page)
    found = [one for one in asked if one.statement in shown]
    last = _last_review(asked)
    valid = [one for one in found if one.state == "valid"]
    state: Any = "draft"
    if found and len(valid) == len(found):
        # A section says no more than its page: that is reviewed when all of it is.
        state = "reviewed" if last else "part-reviewed"
    elif any(one.capacity == "clinical" for one in valid):
        state = "part-reviewed"
    people = {row["person"]: row for row in rows_of(content.people)}
    due = _review_due(content, page.document, last)
    groups: dict[tuple[str, str], list[Standing]] = {}
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
    prints = [fingerprint(page.document, one) for section in page for one in section.statements]
    return digest(prints, context=(page.document,))


def list_documents(content: Content) -> Index:
    """Return the index of all pages, each with its state and its dates.

    Its own words are in the language of the pages where all have the same and the table of strings
    has all of it; else in English.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> [(one.name, one.state) for one in list_documents(read_content("data")).entries]
    [('Ketamine', 'draft')]
    """
    if traces.tracing():
        for table in TABLES:
            traces.note("table", table)
        with traces.reading_whole("table", "documents"):
            return list_documents(content)
    entries = []
    known = list(content.documents["document"])
    for row, (document, rows) in zip(
        rows_of(content.documents), divided(content, known), strict=True
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


def review_date(content: Content, document: str) -> datetime.date | None:
    """Return the day of the oldest sign-off that a page needs and has; None where one lacks.

    A page is as fresh as the sentence that was reviewed longest ago.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> review_date(read_content("data"), "ketamine") is None
    True
    """
    return _last_review(standings(content, document))


def _last_review(found: list[Standing]) -> datetime.date | None:
    if not found or any(one.state != "valid" for one in found):
        return None
    return min(datetime.date.fromisoformat(one.signed_on) for one in found)


def review_due(content: Content, document: str) -> datetime.date | None:
    """Return the last day on which a page's review is recent enough; None where it has none.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> review_due(read_content("data"), "ketamine") is None
    True
    """
    return _review_due(content, document, review_date(content, document))


def _review_due(
    content: Content, document: str, last: datetime.date | None
) -> datetime.date | None:
    if last is None:
        return None
    [row] = rows_of_page(content, "documents", document)
    days = datetime.timedelta(int(row["review_every_days"]))
    return last + min(days, datetime.date.max - last)


def judge_review_date(content: Content, document: str, *, as_of: datetime.date) -> list[Diagnostic]:
    """Return a fault when a page's review is older than its own cycle, or not done yet.

    Examples
    --------
    >>> from ketcontent.tables import read_content
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
    due = _review_due(content, document, last)
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
