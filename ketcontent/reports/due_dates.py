"""What must be looked at again and by when, of all pages: for a person, a program, a calendar."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ketcontent.approvals import review_date, review_due, signoff_statuses
from ketcontent.checks import Due, dates_due
from ketcontent.errors import UnknownName, given_names
from ketcontent.model import Content
from ketcontent.pages import PageView, page_views
from ketcontent.text import counted


@dataclass(frozen=True, slots=True)
class Deadline:
    """One row that must be looked at again, whichever pages depend on it."""

    due: Due
    """What is to be done, and by when."""
    documents: tuple[str, ...]
    """The pages that depend on it."""
    is_late: bool
    """Whether its day is past, or it was never done."""


def page_dates(view: PageView) -> list[Due]:
    """Return every date that a page depends on, its own review last."""
    reviewed = review_date(signoff_statuses(view))
    due = review_due(view, reviewed)
    review = Due(
        rule="review-overdue",
        table="documents",
        key=view.document,
        column="review_every_days",
        what="Review the page",
        last=str(reviewed),
        due=due,
    )
    return [*dates_due(view), *([review] if due is not None else [])]


def deadlines(
    content: Content, documents: Sequence[str] = (), *, as_of: datetime.date, days: int = 90
) -> list[Deadline]:
    """Return what is late and what falls due within so many days, soonest first.

    A row that many pages depend on comes once. What was never done is late, and comes before all.

    Parameters
    ----------
    content
        The tables.
    documents
        The pages; by default all.
    as_of
        The day to count from. What is due on it is not late yet.
    days
        How many days ahead to look.

    Raises
    ------
    UnknownName
        When there is no such page.
    """
    return outlook(content, documents, as_of=as_of, days=days).deadlines


class Outlook(NamedTuple):
    """What falls due, and of which pages nobody can say when."""

    deadlines: list[Deadline]
    """What is late and what falls due, soonest first."""
    unreviewed: tuple[str, ...]
    """The pages whose review has no day: sign-offs are lacking."""


def outlook(
    content: Content, documents: Sequence[str] = (), *, as_of: datetime.date, days: int = 90
) -> Outlook:
    """Return what `deadlines` does, with the pages that have no day for a review.

    Raises
    ------
    UnknownName
        When there is no such page.
    """
    known = list(content.documents["document"])
    chosen = given_names("document", documents) or tuple(known)
    for name in chosen:
        if name not in known:
            raise UnknownName.of("document", name, known)
    signers = set(content.signoffs["person"])
    return _outlook_of(page_views(content, chosen), signers, as_of=as_of, days=days)


def deadlines_of(
    views: Iterable[PageView], *, as_of: datetime.date, days: int = 90
) -> list[Deadline]:
    """Return the same as `deadlines` of the pages that these views are of, and read no others."""
    views = list(views)
    signers = {person for view in views for person in view.content.signoffs["person"]}
    return _outlook_of(views, signers, as_of=as_of, days=days).deadlines


def _outlook_of(
    views: Iterable[PageView], signers: Collection[str], *, as_of: datetime.date, days: int
) -> Outlook:
    end = last_day(as_of, days)
    pages: dict[Due, list[str]] = {}
    unreviewed = []
    for view in views:
        dates = [*page_dates(view), *_keys_to_end(view, signers, as_of)]
        if not any(one.rule == "review-overdue" for one in dates):
            unreviewed.append(view.document)
        for one in dates:
            if one.due is None or one.due <= end:
                pages.setdefault(one, []).append(view.document)
    found = [
        Deadline(one, tuple(of), one.due is None or one.due < as_of) for one, of in pages.items()
    ]
    found.sort(key=lambda one: (one.due.due or datetime.date.min, one.due.rule))
    return Outlook(found, tuple(unreviewed))


def _keys_to_end(view: PageView, signers: Collection[str], as_of: datetime.date) -> list[Due]:
    """Return the signing keys that end, of those who sign a page and have no other that lasts.

    One that has ended is not late: what it signed counts, and whoever left needs no other. Somebody
    who is none of the `signers` of any page may come to sign each.
    """
    keys = [row for row in view.rows("signing_keys") if not row["revoked_on"]]
    last: dict[str, str] = {}
    for row in keys:
        until = row["valid_until"] or str(datetime.date.max)
        last[row["person"]] = max(until, last.get(row["person"], ""))
    here = {row["person"] for row in view.rows("signoffs")}
    elsewhere = set(signers) - here
    return [
        Due(
            rule="signing-key-ends",
            table="signing_keys",
            key=row["signing_key"],
            column=_ENDS,
            what=f"Enter a new signing key of {row['person']}, if they are to sign after that day",
            last="",
            due=datetime.date.fromisoformat(row["valid_until"]),
        )
        for row in keys
        if row["valid_until"] >= as_of.isoformat()
        and row["valid_until"] == last[row["person"]]
        and row["person"] not in elsewhere
    ]


_ENDS = "valid_until"


def last_day(as_of: datetime.date, days: int) -> datetime.date:
    """Return the day that is so many days after another, or the last that there is."""
    return as_of + min(datetime.timedelta(days), datetime.date.max - as_of)


def together(found: Iterable[Deadline]) -> list[tuple[Deadline, tuple[str, ...]]]:
    """Return deadlines with the keys of their rows; those of one task on one day as one."""
    groups: dict[tuple[str, str, datetime.date | None, str], list[Deadline]] = {}
    for one in found:
        due = one.due
        groups.setdefault((due.rule, due.what, due.due, due.last), []).append(one)
    return [
        (
            replace(
                same[0], documents=tuple(sorted({page for one in same for page in one.documents}))
            ),
            tuple(one.due.key for one in same),
        )
        for same in groups.values()
    ]


# --- the forms --------------------------------------------------------------------------------


def to_text(
    found: Sequence[Deadline],
    *,
    as_of: datetime.date,
    days: int,
    unreviewed: Sequence[str] = (),
) -> str:
    """Return what is late and what falls due, and which pages have no review, for a person."""
    until = last_day(as_of, days)
    groups = together(found)
    late = [f"  {_line(*one)}" for one in groups if one[0].is_late]
    to_come = [f"  {_line(*one)}" for one in groups if not one[0].is_late]
    return "\n".join(
        [
            *(["Late:", *late] if late else ["Nothing is late."]),
            *(
                [f"Due by {until}:", *to_come]
                if to_come
                else [f"Nothing {'else ' if late else ''}falls due by {until}."]
            ),
            *([f"{_UNREVIEWED}: {', '.join(unreviewed)}."] if unreviewed else []),
        ]
    )


_UNREVIEWED = "Sign-offs are lacking, so no review has a day"


def _line(one: Deadline, keys: Sequence[str]) -> str:
    due = one.due
    when = f"{due.due}" if due.due else "never done"
    last = f", last done on {due.last}" if due.due and due.column not in ("until", _ENDS) else ""
    rows = f"{counted(len(keys), 'row')} of {due.table}, for {', '.join(one.documents)}"
    return f"{when}: {due.what}{last} ({rows}): {', '.join(keys)}"


def to_json(found: Sequence[Deadline]) -> str:
    """Return a list with an object a row."""
    return json.dumps(
        [
            {
                "late": one.is_late,
                "due": str(one.due.due) if one.due.due else None,
                "last": one.due.last or None,
                "what": one.due.what,
                "rule": one.due.rule,
                "table": one.due.table,
                "key": one.due.key,
                "column": one.due.column,
                "documents": list(one.documents),
            }
            for one in found
        ],
        indent=2,
        ensure_ascii=False,
    )


def to_calendar(
    found: Sequence[Deadline], content: Content, *, as_of: datetime.date, days: int
) -> str:
    """Return a calendar (RFC 5545): an all-day event for what is to be done by one day.

    What is late stands on the day that it was made on, since nobody looks for work in the past. An
    event keeps its identity (UID) as long as its task has the same day and the same page first
    among those it is for, so that a calendar which is made anew each week moves and removes events
    and doubles none, whatever pages were added. The last event is on the last day and says to make
    the calendar anew: one that had ended without a word would look as if nothing fell due.
    """
    sites = [row["address"] for row in content.rows("site")]
    made = f"{as_of:%Y%m%d}T000000Z"

    def event(
        day: datetime.date, page: str, identity: Sequence[str], summary: str, more: str
    ) -> list[str]:
        known = json.dumps(["ketcontent", sites, page, *identity])
        uid = uuid.uuid5(uuid.NAMESPACE_OID, known)
        return [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            f"DTSTAMP:{made}",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"SUMMARY:{_escaped(summary)}",
            f"DESCRIPTION:{_escaped(more)}",
            "TRANSP:TRANSPARENT",  # it takes no time of the day
            "END:VEVENT",
        ]

    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//ketcontent//what falls due//EN"]
    for one, keys in together(found):
        due = one.due
        late = f"Late since {due.due}: " if one.is_late and due.due else ""
        rows = f" ({counted(len(keys), 'row')})" if len(keys) > 1 else ""
        lines += event(
            as_of if due.due is None else max(due.due, as_of),
            one.documents[0],
            [due.rule, due.what, str(due.due), due.last],
            f"{late}{due.what}{rows}",
            f"{due.table}: {', '.join(keys)}\nPages: {', '.join(one.documents)}"
            + ("" if due.column == _ENDS else f"\nLast done: {due.last or 'never'}"),
        )
    end = last_day(as_of, days)
    lines += event(
        end,
        min(content.documents["document"], default=""),
        ["end of the calendar"],
        "Make the calendar of what falls due anew",
        f"It was made on {as_of} and ends here. ketcontent due --format ics",
    )
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _escaped(text: str) -> str:
    """Return a text as a value of type TEXT (RFC 5545, 3.3.11)."""
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return re.sub(r"\r\n?|\n", r"\\n", text)


def _folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, none of which splits a character (3.1)."""
    pieces, size = [""], 0
    for character in line:
        octets = len(character.encode())
        if size + octets > 75:
            pieces.append(" ")
            size = 1
        pieces[-1] += character
        size += octets
    return "\r\n".join(pieces)
