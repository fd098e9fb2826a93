"""What a registry holds of one work, whichever registry it is, and why there may be no answer."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

State = Literal["corrected", "concern", "retracted"]

STATES: tuple[State, ...] = ("corrected", "concern", "retracted")
"""What may be announced of a work, the worst last."""

_FIRST_DAY = "1900-01-01"
"""Before it, the table takes no day."""
_MARKED = re.compile(r"\W*(?:retracted|withdrawn|removed)(?: article)?\s*[:\]]", re.IGNORECASE)


class NoAnswer(Exception):
    """A registry that did not say anything that can be relied on; its text says why.

    Parameters
    ----------
    why
        What happened, as a sentence without its full stop.
    is_unreachable
        Whether no connection came about at all.
    """

    def __init__(self, why: str, *, is_unreachable: bool = False) -> None:
        super().__init__(why)
        self.is_unreachable = is_unreachable


@dataclass(frozen=True, slots=True)
class Announcement:
    """That a work was retracted, is in doubt or was corrected."""

    state: State
    """What was announced."""
    said: str
    """What the registry calls it: ``withdrawal``, ``erratum`` …"""
    notice: str
    """The DOI of the notice, or ``pmid:`` and its PubMed id; empty where none is named."""
    day: str
    """When, as 2026-11-23; empty where no whole date is given."""
    by: tuple[str, ...]
    """Who reports it."""

    def __str__(self) -> str:
        on = f" on {self.day}" if self.day else ""
        where = "; ".join(filter(None, [self.notice, f"reported by {', '.join(self.by)}"]))
        return f"{self.said.replace('_', ' ')}{on} ({where})"


@dataclass(frozen=True, slots=True)
class RegistryRecord:
    """What a registry holds of one work."""

    registry: str
    """Its name."""
    item: Mapping[str, Any]
    """The reference, as CSL-JSON."""
    announcements: tuple[Announcement, ...] = ()
    """What was announced of it."""
    newer: tuple[str, ...] = ()
    """What it names as newer versions of it."""
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By column, what it says besides: a journal's short title, the day of the print."""


def marked_title(title: str, registry: str) -> tuple[Announcement, ...]:
    """Return what a title says of the retraction of its work: publishers write it in front.

    Examples
    --------
    >>> marked_title("RETRACTED: Tea and sleep", "Crossref")[0].state
    'retracted'
    >>> marked_title("Retracted articles and their readers", "Crossref")
    ()
    """
    if not _MARKED.match(title):
        return ()
    return (Announcement("retracted", "retraction", "", "", (f"the title at {registry}",)),)


_NOTICE = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[!-~]+|pmid:[0-9]{1,8}")


def _settled(one: Announcement) -> Announcement:
    """Return an announcement with its notice and its day as the table takes them, or without."""
    found = _NOTICE.search(one.notice)
    try:
        day = datetime.date.fromisoformat(one.day).isoformat()
    except ValueError:
        day = ""
    notice = found[0] if found else ""
    return replace(one, notice=notice, day=day if day >= _FIRST_DAY else "")


def merged(announcements: tuple[Announcement, ...]) -> tuple[Announcement, ...]:
    """Return announcements, the worst first, those of one notice as one.

    A publisher and Retraction Watch both report the same retraction: the notice's DOI tells it.
    """
    found: dict[tuple[str, str], Announcement] = {}
    for one in map(_settled, announcements):
        key = (one.notice.casefold(), one.state) if one.notice else ("", f"{one.state} {one.by}")
        if key in found:
            first = found[key]
            by = tuple(dict.fromkeys([*first.by, *one.by]))
            one = Announcement(first.state, first.said, first.notice, max(first.day, one.day), by)
        found[key] = one
    return tuple(
        sorted(
            found.values(),
            key=lambda one: (STATES.index(one.state), bool(one.notice), one.day),
            reverse=True,
        )
    )
