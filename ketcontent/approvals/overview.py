"""A page and the list of pages with the sign-offs that stand behind them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ketcontent.approvals.earlier_words import approved_words
from ketcontent.approvals.scope import is_of_the_page, shown_keys
from ketcontent.approvals.status import SignoffStatus, review_date, review_due, signoff_statuses
from ketcontent.dependencies import is_tracing, reading_whole, record_dependency
from ketcontent.markup import language_name
from ketcontent.model import TABLES, Content, Deviation, deviations
from ketcontent.pages import (
    Document,
    Entry,
    Index,
    PageView,
    Release,
    Signer,
    interface,
    name_key,
    page_views,
    releases_of,
)
from ketcontent.text import digest


def with_signoffs(content: Content, page: Document) -> Document:
    """Return a page of the current edition with its state, and who signed what it shows.

    ``reviewed`` when all that is shown and signed has every sign-off it needs, ``part-reviewed``
    when a clinician has validly signed some, else ``draft``. An archive copy stays what it is.

    Examples
    --------
    >>> from ketcontent import assemble, read_content
    >>> content = read_content("data")
    >>> with_signoffs(content, assemble(content, "ketamine")).state
    'draft'
    """
    if page.edition == "supplied":
        return page
    with reading_whole("page", page.document, page.edition, page.part):
        # What was assembled for a section is not assembled again for the page around it.
        numbered = {"current": page.whole} if page.whole else {}
        shown = {("current", page.part): page}
        view = PageView(content, page.document, editions=shown, numbered=numbered)
        return with_statuses(view, page, signoff_statuses(view))


def with_statuses(
    view: PageView,
    page: Document,
    statuses: Sequence[SignoffStatus],
    below: Sequence[Deviation] | None = None,
) -> Document:
    """Return what is shown of a page with its state and signers, by the statuses of all of it.

    Where its project asks less than the package is in `below`, if that is known already.
    """
    if page.edition == "supplied":
        return page
    shown = shown_keys(page)
    found = [one for one in statuses if one.statement in shown or is_of_the_page(one.signed)]
    last = review_date(statuses)
    valid = [one for one in found if one.state == "valid"]
    state: Any = "draft"
    if found and len(valid) == len(found):
        # A section says no more than its page: that is reviewed when all of it is.
        state = "reviewed" if last else "part-reviewed"
    elif any(one.capacity == "clinical" for one in valid):
        state = "part-reviewed"
    people = {row["person"]: row for row in view.rows("people")}
    if page.part:  # a section does not say it
        below = ()
    elif below is None:
        below = deviations(view.content)
    due = review_due(view, last)
    groups: dict[tuple[str, ...], list[SignoffStatus]] = {}
    for one in valid:
        groups.setdefault((one.person, one.capacity, one.proof, one.revoked_on), []).append(one)
    signers = [
        Signer(
            name=", ".join(filter(None, [people[key]["name"], people[key]["credential"]])),
            affiliation=people[key]["affiliation"],
            conflicts=people[key]["conflicts"],
            capacity=capacity,
            statements=len(said),
            last=max(one.signed_on for one in said),
            proof=proof,
            revoked_on=revoked_on,
        )
        for (key, capacity, proof, revoked_on), said in sorted(groups.items())
    ]
    return dataclasses.replace(
        page,
        state=state,
        signers=tuple(signers),
        last_review=str(last or ""),
        next_review=str(due or ""),
        version=_version(page.document, found),
        deviations=tuple(map(str, below)),
        releases=() if page.part else _releases(view),
    )


def _releases(view: PageView) -> tuple[Release, ...]:
    """Return what each release of a page changed, with no words but those that were approved."""
    rows = view.rows("releases")
    if not rows:
        return ()
    return releases_of(rows, approved_words(view))


def _version(document: str, found: Sequence[SignoffStatus]) -> str:
    """Return the digest of the digests of all that is shown and signed, in order."""
    digests = {one.statement: one.signed.digest for one in found}
    return digest(list(digests.values()), context=(document,), rule="w2")


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
    entries, site = [], None
    for view in page_views(content, list(content.documents["document"])):
        page = with_statuses(view, view.edition(), signoff_statuses(view), ())
        site = page.site
        entries.append(
            Entry(
                document=page.document,
                name=page.name,
                language=page.language,
                review_every_days=int(view.rows("documents")[0]["review_every_days"]),
                supplied=page.received,
                state=page.state,
                last_review=page.last_review,
                next_review=page.next_review,
                language_name=page.say("language-name")
                if page.say.language == page.language
                else language_name(page.language),
                translations=page.translations,
            )
        )
    ordered = sorted(entries, key=lambda one: (*name_key(one.name), one.document))
    languages = set(content.documents["language"])
    language = languages.pop() if len(languages) == 1 else "en"
    return Index(
        tuple(ordered),
        interface(content.rows("strings"), language),
        site,
        not content.releases.empty,
    )
