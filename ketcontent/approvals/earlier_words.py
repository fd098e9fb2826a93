"""Which words somebody approved, now or once, and who: for what is told of earlier releases.

Where sign-offs stand is asked of a page as it is now (`ketcontent.approvals.status`). Of words that
it showed once, the rows of ``signoffs`` alone can tell, which stay when words change. A row counts
here where its signer and its signature would let it count: a table alone must not put a sentence
before a reader, nor a name beside one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ketcontent.approvals.proofs import doubt_of, signatures_asked, signers_of
from ketcontent.approvals.status import EARLIEST, why_no_clinician
from ketcontent.clock import is_to_come
from ketcontent.pages import PageView
from ketcontent.text import canonical, counted


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who approved words, in one capacity."""

    name: str
    """The name, with the credential, as ``people`` has them: a cell of a sign-off names nobody."""
    capacity: str
    """As what."""
    sentences: int
    """How many of the sentences."""
    last: str
    """The day of the last of these sign-offs."""

    def __str__(self) -> str:
        sentences = counted(self.sentences, "sentence")
        return f"{self.name} ({self.capacity}; {sentences}, last on {self.last})"


def approved_words(view: PageView) -> set[tuple[str, str]]:
    """Return each statement with each wording of it that somebody approved."""
    return {(row["statement"], canonical(row["wording"])) for row in _approvals(view)}


def approvers(view: PageView, words: Mapping[str, str], until: str) -> list[Approver]:
    """Return who had approved words of a page, by name.

    Parameters
    ----------
    view
        The page.
    words
        The words, by statement.
    until
        The last day of the sign-offs that are asked for, as 2026-11-23. What somebody said last of
        the words by then is what counts.
    """
    people = {row["person"]: row for row in view.rows("people")}
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in _approvals(view, until):
        if canonical(row["wording"]) == words.get(row["statement"]):
            who = people.get(row["person"], {})
            name = ", ".join(filter(None, [who.get("name"), who.get("credential")]))
            by = (name or row["person"], row["capacity"])
            found.setdefault(by, {})[row["statement"]] = row["signed_on"]
    return [
        Approver(*by, sentences=len(days), last=max(days.values()))
        for by, days in sorted(found.items())
    ]


def _approvals(view: PageView, until: str = "9999-12-31") -> list[Mapping[str, Any]]:
    """Return the sign-offs that say yes: the last of each person to the same words."""
    rows = {row["statement"]: row for row in view.rows("statements")}
    people = {row["person"]: row for row in view.rows("people")}
    keys, asked = signers_of(view.rows("signing_keys")), signatures_asked(view.rows("policies"))
    last: dict[tuple[str, ...], Mapping[str, Any]] = {}
    ordered = sorted(
        view.rows("signoffs"), key=lambda row: (row["signed_on"], row["verdict"], row["signoff"])
    )
    for row in ordered:
        is_yes = row["verdict"] == "approved"
        now = rows.get(row["statement"], {"kind": "", "author": ""})
        is_asked = (now["kind"], row["capacity"]) in asked
        is_no_clinician = row["capacity"] == "clinical" and (
            now["author"] == row["person"] or why_no_clinician(people.get(row["person"], {}))
        )
        if (
            not EARLIEST <= row["signed_on"] <= until
            or is_to_come(row["signed_on"])
            or (is_yes and (is_no_clinician or doubt_of(row, keys, is_asked=is_asked)))
        ):
            continue
        to = (row["statement"], canonical(row["wording"]), row["person"], row["capacity"])
        last[to] = row
    return [row for row in last.values() if row["verdict"] == "approved"]
