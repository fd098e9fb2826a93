"""Judge the dates of sources and help lines, and list what falls due."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from ketcontent.diagnostics import Diagnostic
from ketcontent.pages import PageView

RETRACTION_DAYS = 365
"""Days after which a source must be looked up again for a retraction."""

REVISION_DAYS = 90
"""Days after which a label, guideline or web page must be looked up for a newer version."""

HELP_LINE_DAYS = 90
"""Days after which a crisis contact must be tried again."""

REVISED_TYPES = frozenset(
    {"document", "webpage", "legislation", "report", "regulation", "standard"}
)
"""The types of source that come out in new versions."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something that must be looked at again."""

    rule: str
    """The rule that asks for it."""
    table: str
    """The table of the row."""
    key: str
    """The key of the row."""
    column: str
    """The date's column."""
    what: str
    """What to do."""
    last: str
    """When it was done last; empty if never."""
    due: datetime.date | None
    """The last day on which that is good enough; None where it was never done."""


def dates_due(view: PageView) -> list[Due]:
    """Return every date that a page depends on, soonest first, those never done before all."""
    page = view.edition()
    used = {source for one in page.statements for source in one.cites}
    found: list[Due] = []
    for row in view.rows("sources"):
        if row["source"] not in used:
            continue
        place = ("sources", row["source"])
        found.append(
            _due(
                "retraction-unchecked",
                *place,
                "retraction_checked_on",
                "Look up whether the source was retracted",
                row["retraction_checked_on"],
                RETRACTION_DAYS,
            )
        )
        if row["type"] in REVISED_TYPES:
            found.append(
                _due(
                    "revision-unchecked",
                    *place,
                    "revision_checked_on",
                    "Look up whether there is a newer version",
                    row["revision_checked_on"],
                    REVISION_DAYS,
                )
            )
    crisis = {row["notice"] for row in view.rows("notices") if row["needs"] == "crisis"}
    if any(one.notice in crisis for one in page.statements):
        for row in view.rows("help_lines"):
            found.append(
                _due(
                    "help-line-unchecked",
                    "help_lines",
                    f"{row['market']}/{row['name']}",
                    "checked_on",
                    f"Check that {row['name']} answers",
                    row["checked_on"],
                    HELP_LINE_DAYS,
                )
            )
    for row in view.rows("waivers"):
        if _concerns(row, view.document):
            found.append(
                Due(
                    "waiver-expired",
                    "waivers",
                    f"{row['table']}/{row['row']}/{row['rule']}",
                    "until",
                    f"Mend '{row['row']}', or waive {row['rule']} anew",
                    row["until"],
                    datetime.date.fromisoformat(row["until"]),
                )
            )
    return sorted(found, key=lambda one: (one.due or datetime.date.min, one.table, one.key))


def judge_freshness(view: PageView, *, as_of: datetime.date) -> list[Diagnostic]:
    """Return what a page depends on and is past its date, or was never dated."""
    dates = dates_due(view)
    today = as_of.isoformat()
    released = {
        row["released_on"]: row["statement"]
        for row in reversed(view.rows("releases"))
        if row["released_on"] > today
    }
    to_come = [one for one in dates if one.last > today and one.column != "until"]
    return [
        *(_future(one.table, one.key, one.column, one.last) for one in to_come),
        *(
            _future("releases", f"{view.document}/{day}/{key}", "released_on", day)
            for day, key in sorted(released.items())
        ),
    ] + [
        Diagnostic(
            rule=one.rule,
            message=f"{one.what}: last done {f'on {one.last}' if one.last else 'never'}."
            if one.due is None or one.rule != "waiver-expired"
            else f"The waiver ended on {one.last}.",
            hint=_hint(one),
            table=one.table,
            key=one.key,
            column=one.column,
            cell=one.last,
        )
        for one in dates
        if one.due is None or one.due < as_of
    ]


def _hint(one: Due) -> str:
    if one.rule == "waiver-expired":
        return f"{one.what}."
    command = f": 'ketcontent sources look-up {one.key}' does" if one.table == "sources" else ""
    return f"{one.what}, then date {one.column}{command}."


def _future(table: str, key: str, column: str, date: str) -> Diagnostic:
    return Diagnostic(
        rule="date-in-future",
        message=f"It says that this was done on {date}, a day still to come.",
        hint="Enter the day on which it was done.",
        table=table,
        key=key,
        column=column,
        cell=date,
    )


def _concerns(waiver: dict[str, str], document: str) -> bool:
    """Whether a waiver is for a page's own row, or for one that many pages share."""
    owned = waiver["table"] in ("documents", "sections", "statements", "evidence")
    return not owned or waiver["row"].split("/")[0] == document


def _due(rule: str, table: str, key: str, column: str, what: str, last: str, days: int) -> Due:
    due = None
    if last:
        done = datetime.date.fromisoformat(last)
        due = done + min(datetime.timedelta(days), datetime.date.max - done)
    return Due(rule, table, key, column, what, last, due)
