"""Where the sign-offs of a page stand: valid, refused, stale or missing.

A sign-off is a row that says: this person, in this capacity, on this day, said yes (or no) to
exactly these words. It holds the digest of what decides what a reader understands
(`ketcontent.approvals.scope`) and the words themselves, so that a stale one shows its own
redline with no history at hand.

valid
    Someone in the capacity approved the words as they are now.
refused
    Someone in the capacity asked for changes to the words as they are now.
stale
    Someone in the capacity approved it with other words, or as it stood elsewhere, with another
    kind or grade, or on other sources; or approved it under the older rule, or as somebody of whom
    ``people`` says something else now.
missing
    Nobody who may sign in the capacity has approved any wording.

Who signed is as trustworthy as the repository's history, for a digest is not an identity, unless
the sign-off carries a signature that was checked (`ketcontent.approvals.proofs`). One with a
signature that does not hold does not count; nor one without, where ``policies`` asks for it.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, get_args

from ketcontent.approvals.proofs import (
    Doubt,
    doubt_of,
    signatures_asked,
    signed_by,
    signers_of,
)
from ketcontent.approvals.scope import Signable, signables
from ketcontent.clock import is_to_come
from ketcontent.diagnostics import Diagnostic
from ketcontent.model import CLINICAL_PROFESSIONS, shipped_policies
from ketcontent.pages import PageView
from ketcontent.text import canonical

Capacity = Literal["editorial", "clinical", "lay"]

Verdict = Literal["approved", "changes-requested"]

State = Literal["valid", "refused", "stale", "missing"]

Proof = Literal["", "checked", "recorded"]


@dataclasses.dataclass(frozen=True, slots=True)
class SignoffStatus:
    """Where one thing that is signed stands in one capacity."""

    signed: Signable
    """What is signed, as it is now."""
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
    """Whether it was signed as it is under the older rule, which covered less."""
    why: str = ""
    """Why the sign-offs that are there do not count; empty where there are none."""
    signoff: str = ""
    """The key of the sign-off that counts; empty where none does."""
    proof: Proof = ""
    """How it is known who signed that: the signature was checked, or it is recorded and no more."""
    revoked_on: str = ""
    """The day on which the key of that signature was revoked since: whoever has the key can write
    an earlier day, so only the history of the project can show that it is older."""

    @property
    def statement(self) -> str:
        """The statement; of what else is signed, its key as a sign-off names it."""
        return self.signed.key

    @property
    def section(self) -> str:
        """Its section; empty for what belongs to the page."""
        return self.signed.section


EARLIEST = "2000-01-01"
"""The first day that a sign-off may bear: the tables alone do not tell since when words stand."""


def signoff_statuses(view: PageView) -> list[SignoffStatus]:
    """Return where all that is signed of a page stands in each capacity that must sign it.

    In reading order, the title first and the terms last. A statement whose kind is not set needs
    every capacity that any kind needs. A notice is signed wherever it is used.
    """
    needed = capacities_needed(view)
    authors = authors_of(view)
    people: dict[str, Mapping[str, Any]] = {row["person"]: row for row in view.rows("people")}
    rows: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in view.rows("signoffs"):
        rows.setdefault((row["statement"], row["capacity"]), []).append(row)
    keys, asked = signers_of(view.rows("signing_keys")), signatures_asked(view.rows("policies"))
    found = []
    for one in signables(view):
        for capacity in needed.get(one.kind, needed[""]):
            said: list[Mapping[str, Any]] = []
            why = ""
            for signoff in rows.get((one.key, capacity), ()):
                who = people.get(signoff["person"], {})
                reason = why_not(capacity, who, one, author=authors.get(one.key, ""))
                if is_to_come(signoff["signed_on"]):
                    reason = f"it is dated {signoff['signed_on']}, a day still to come"
                if signoff["signed_on"] < EARLIEST:
                    reason = f"it is dated {signoff['signed_on']}, before there were such sign-offs"
                is_asked = (one.kind, capacity) in asked
                if doubt := doubt_of(signoff, keys, is_asked=is_asked):
                    reason = doubt.message
                if signoff["verdict"] != "approved":
                    reason = ""  # a no counts whoever has come to be whom since, signed or not
                why = reason or why
                said += [] if reason else [signoff]
            found.append(_signoff_status(one, capacity, said, why, people, keys))
    return found


_OF_THE_SIGNER = ("name", "profession", "credential", "affiliation", "conflicts")


def signer_words(person: Mapping[str, Any]) -> str:
    """Return what ``people`` says of somebody, as a sign-off keeps it.

    Examples
    --------
    >>> signer_words({"name": "A. Roe", "profession": "nurse", "credential": "RN"})
    'name: A. Roe; profession: nurse; credential: RN; affiliation: ; conflicts:'
    """
    # No semicolon of a cell may pass for one between two cells.
    said = (f"{name}: {person.get(name, '').replace(';', ';;')}" for name in _OF_THE_SIGNER)
    return canonical("; ".join(said))


def why_not(capacity: str, person: Mapping[str, Any], one: Signable, *, author: str) -> str:
    """Return why somebody cannot sign something in a capacity; nothing, where they can."""
    name = person.get("person", "")
    if name and name == one.owner:
        return f"'{name}' answers for this waiver and cannot sign it"
    if capacity != "clinical":
        return ""
    if name == author:
        return f"'{name}' wrote the words of '{one.key}' and cannot be their clinical reviewer"
    return why_no_clinician(person)


def why_no_clinician(person: Mapping[str, Any]) -> str:
    """Return why somebody can be no clinical reviewer of any words; nothing, where they can."""
    name = person.get("person", "")
    if person.get("profession", "") not in CLINICAL_PROFESSIONS:
        return (
            f"'{name}' has no clinical profession in people.csv and cannot be a clinical reviewer"
        )
    if not any(map(str.isalnum, person.get("credential", ""))):
        return f"'{name}' has no credential in people.csv and cannot be a clinical reviewer"
    return ""


def _signoff_status(
    one: Signable,
    capacity: str,
    said: list[Mapping[str, Any]],
    why: str,
    people: Mapping[str, Mapping[str, Any]],
    keys: Mapping[str, Mapping[str, Any]],
) -> SignoffStatus:
    if not said:  # as most are while a page is written
        return SignoffStatus(one, capacity, "missing", "", "", "", "", why=why)
    said = sorted(said, key=lambda row: (row["signed_on"], row["verdict"], row["signoff"]))
    same = [row for row in said if row["digest"] == one.digest]
    # Each person's last word on the words as they are now.
    last_words = {row["person"]: row for row in same}
    refused = [row for row in last_words.values() if row["verdict"] != "approved"]
    agreed = [
        row
        for row in last_words.values()
        if row["verdict"] == "approved"
        and row["signer"] == signer_words(people.get(row["person"], {}))
    ]
    once = [row for row in said if row["verdict"] == "approved"]
    state: State = "refused" if refused else "valid" if agreed else "stale" if once else "missing"
    row = (refused or agreed or once or [{}])[-1]
    if state == "stale":
        changed = row in same and row["signer"]
        why = f"people.csv says of '{row['person']}' something else than then" if changed else ""
    key = keys[signed_by(row)] if state == "valid" and row["signature"] else {}
    return SignoffStatus(
        signed=one,
        capacity=capacity,
        state=state,
        person=row.get("person", ""),
        signed_on=row.get("signed_on", ""),
        wording=once[-1]["wording"] if once else "",
        comment=row.get("comment", ""),
        older=state == "stale"
        and any(row["digest"] == one.older or (row in same and not row["signer"]) for row in once),
        why=why if state in ("missing", "stale") else "",
        signoff=row["signoff"] if state in ("valid", "refused") else "",
        proof=("checked" if key else "recorded") if state == "valid" else "",
        revoked_on=key.get("revoked_on", ""),
    )


def judge_signatures(view: PageView) -> list[Diagnostic]:
    """Return a fault for each sign-off whose signature does not count, or that lacks one.

    Where one is asked for, only a yes to what the page says now is at fault for lacking it.
    """
    signed = {one.key: one for one in signables(view)}
    keys, asked = signers_of(view.rows("signing_keys")), signatures_asked(view.rows("policies"))
    found: list[tuple[Mapping[str, Any], Doubt]] = []
    for row in view.rows("signoffs"):
        one = signed.get(row["statement"])
        is_asked = (
            one is not None
            and (one.kind, row["capacity"]) in asked
            and row["verdict"] == "approved"
            and row["digest"] == one.digest
        )
        if doubt := doubt_of(row, keys, is_asked=is_asked):
            found.append((row, doubt))
    return [
        Diagnostic(
            rule=doubt.rule,
            message=f"The {row['capacity']} sign-off to '{row['statement']}' by {row['person']} "
            f"does not count: {doubt.message}.",
            hint=doubt.hint,
            table="signoffs",
            key=row["signoff"],
            column="signature",
            cell=row["signature"],
        )
        for row, doubt in found
    ]


def judge_signoffs(view: PageView, statuses: Sequence[SignoffStatus]) -> list[Diagnostic]:
    """Return a fault for each thing on a page that lacks a sign-off it needs."""
    people = {row["person"]: row["name"] for row in view.rows("people")}
    asked = signatures_asked(view.rows("policies"))
    faults: dict[tuple[str, str, str], list[SignoffStatus]] = {}
    for one in statuses:
        if one.state != "valid":
            faults.setdefault((one.statement, one.state, one.why), []).append(one)
    return [_fault(view.document, found, people, asked) for found in faults.values()]


def _fault(
    document: str,
    found: list[SignoffStatus],
    people: Mapping[str, str],
    asked: Collection[tuple[str, str]],
) -> Diagnostic:
    one, signed = found[-1], found[-1].signed
    waiting = [status.capacity for status in found]
    missing = _listed(waiting, "or")
    signs = f"The {_listed(waiting, 'and')} sign-off{'s' if len(found) > 1 else ''}"
    is_to, was = ("are", "were") if len(found) > 1 else ("is", "was")
    keyed = [status.capacity for status in found if (signed.kind, status.capacity) in asked]
    with_key = f" The {_listed(keyed, 'and')} one counts only with --key." if keyed else ""
    name = people.get(one.person, one.person)
    if one.state == "missing":
        message = f"No {missing} sign-off."
        hint = (
            f"Ask for one: ketcontent sign {document} asks here, ketcontent packet {document} in "
            f"Word.{with_key}"
        )
    elif one.state == "stale":
        message = (
            f"{signs} {was} made under the older rule, which did not cover where "
            "the words stand, their kind, what a reader reads of the sources and who the signer is."
            if one.older
            else f"{signs} {is_to} to {_OTHER.get(signed.kind, _OTHER[''])}, or from "
            "before the supplier changed it."
        )
        hint = f"Show {name} what changed since {one.signed_on}, and ask again."
    else:
        message = f"{name} asked for changes ({_listed(waiting, 'and')}): {one.comment}"
        hint = f"Change the words, or settle it with {name}."
    if one.why:
        message = f"No {missing} sign-off that counts: {one.why}."
        if one.state == "missing":
            hint = "Ask somebody else who may sign it, or them once it is mended."
        else:
            hint = f"Ask {name} to sign again, or put people.csv back as it was."
    # A term is read on many pages, and each has sign-offs of its own.
    on_page = f" On the page '{document}'." if signed.table == "terms" else ""
    return Diagnostic(
        rule=f"sign-off-{one.state}",
        message=message + on_page,
        hint=hint,
        table=signed.table,
        key=signed.row,
        column=signed.column,
    )


def _listed(names: Sequence[str], word: str) -> str:
    return f" {word} ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


_OTHER = {
    "": "other words, another kind, grade, source, link or place",
    "title": "another title, other words on the page's purpose and makers, another order of "
    "sections, or other terms in the glossary",
    "heading": "another heading, or to another order of what stands under it",
    "term": "another definition",
    "waiver": "another reason, day or owner",
}
"""What differs where a sign-off is stale, by what was signed."""


def capacities_needed(view: PageView) -> dict[str, tuple[str, ...]]:
    """Return the capacities each kind needs; under the empty kind, all that any needs.

    What the policies do not speak of at all needs what the shipped ones ask for.
    """
    order = {name: place for place, name in enumerate(get_args(Capacity))}
    own = [(row["kind"], row["capacity"]) for row in view.rows("policies")]
    named = {kind for kind, _ in own}
    needed: dict[str, set[str]] = {"": set()}
    for kind, capacity in [*own, *(one for one in shipped_policies() if one[0] not in named)]:
        needed.setdefault(kind, set()).add(capacity)
        needed[""].add(capacity)
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
    # In the east of the world it may be the day after.
    last_day = str(as_of + min(datetime.timedelta(1), datetime.date.max - as_of))
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
        if row["signed_on"] > last_day
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
