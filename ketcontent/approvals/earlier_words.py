"""Which words somebody approved, now or once, and who: for what is told of earlier releases.

Where sign-offs stand is asked of a page as it is now (`ketcontent.approvals.status`). Of words that
it showed once, the rows of ``signoffs`` alone can tell, which stay when words change. A row counts
here where its signature would let it count: a table alone must not put a sentence before a reader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ketcontent.approvals.proofs import doubt_of, signatures_asked, signers_of
from ketcontent.approvals.status import EARLIEST
from ketcontent.clock import is_to_come
from ketcontent.pages import PageView
from ketcontent.text import canonical, counted


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who approved words, in one capacity."""

    name: str
    """The name, with the credential, as ``people`` had them on that day."""
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
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in _approvals(view, until):
        if canonical(row["wording"]) == words.get(row["statement"]):
            who = (name_of_signer(row["signer"]) or row["person"], row["capacity"])
            found.setdefault(who, {})[row["statement"]] = row["signed_on"]
    return [
        Approver(*who, sentences=len(days), last=max(days.values()))
        for who, days in sorted(found.items())
    ]


def _approvals(view: PageView, until: str = "9999-12-31") -> list[Mapping[str, Any]]:
    """Return the sign-offs that say yes: the last of each person to the same words."""
    kinds = {row["statement"]: row["kind"] for row in view.rows("statements")}
    keys, asked = signers_of(view.rows("signing_keys")), signatures_asked(view.rows("policies"))
    last: dict[tuple[str, ...], Mapping[str, Any]] = {}
    ordered = sorted(
        view.rows("signoffs"), key=lambda row: (row["signed_on"], row["verdict"], row["signoff"])
    )
    for row in ordered:
        is_yes = row["verdict"] == "approved"
        is_asked = (kinds.get(row["statement"], ""), row["capacity"]) in asked
        if (
            not EARLIEST <= row["signed_on"] <= until
            or is_to_come(row["signed_on"])
            or (is_yes and doubt_of(row, keys, is_asked=is_asked))
        ):
            continue
        to = (row["statement"], canonical(row["wording"]), row["person"], row["capacity"])
        last[to] = row
    return [row for row in last.values() if row["verdict"] == "approved"]


_NEXT_CELL = re.compile(r"(?<!;)((?:;;)*); (?=(?:profession|credential|affiliation|conflicts): )")
"""Where a cell of a signer ends: at a semicolon of its own, for those of a cell are doubled."""


def name_of_signer(said: str) -> str:
    """Return the name and credential in what a sign-off keeps of its signer; nothing in none.

    Examples
    --------
    >>> name_of_signer("name: A. Roe; profession: nurse; credential: RN; affiliation: ; conflicts:")
    'A. Roe, RN'
    """
    pieces = _NEXT_CELL.split(said)
    cells = ["".join(pieces[at : at + 2]) for at in range(0, len(pieces), 2)]
    parts = dict(one.replace(";;", ";").split(": ", 1) for one in cells if ": " in one)
    return ", ".join(filter(None, (parts.get("name"), parts.get("credential"))))
