"""What the tables say of where a page is published, since when, and in which other languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from ketcontent.markup import language_name
from ketcontent.pages.blocks import Site, Translation

Row = Mapping[str, Any]


def translations_of(documents: Iterable[Row], page: Row) -> tuple[Translation, ...]:
    """Return the pages that say the same in other languages, by language."""
    original = page["translation_of"] or page["document"]
    return tuple(
        Translation(row["document"], row["language"], language_name(row["language"]))
        for row in sorted(documents, key=itemgetter("language"))
        if original in (row["document"], row["translation_of"])
        and row["document"] != page["document"]
    )


def site_of(rows: Iterable[Row]) -> Site | None:
    """Return where the pages are published; None where no row says that."""
    for row in rows:
        license_ = row["license"]
        if license_ and not license_.startswith("https:"):
            license_ = f"https://spdx.org/licenses/{license_}.html"
        return Site(row["address"], row["name"], license_)
    return None


def release_days(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the days of the first and the last release; nothing before there was one."""
    days = sorted({row["released_on"] for row in rows})
    return (days[0], days[-1]) if days else ()


@dataclass(frozen=True, slots=True)
class ReleasedChange:
    """What a release did to one sentence."""

    change: str
    """``added``, ``reworded`` or ``removed``."""
    words: str
    """Its words as released; of one that was removed, those it had."""
    before: str
    """Of one that was reworded, its words before; empty where nobody approved them."""


@dataclass(frozen=True, slots=True)
class Release:
    """What one release of a page changed for its readers."""

    day: str
    """The day."""
    is_first: bool
    """Whether the page was not released before, and somebody approved each of its sentences: only
    then was it published as reviewed, whatever a table says."""
    added: int
    """How many sentences it added."""
    reworded: int
    """How many it reworded."""
    removed: int
    """How many it removed."""
    changes: tuple[ReleasedChange, ...]
    """Those of them whose words somebody approved; none of a first release, which added all."""


def releases_of(rows: Iterable[Row], approved: Collection[tuple[str, str]]) -> tuple[Release, ...]:
    """Return the releases of a page, the newest first.

    Parameters
    ----------
    rows
        The rows of its releases: a sentence each.
    approved
        Statements, each with words of it that somebody approved. Other words are counted and not
        shown: a table alone must not put a sentence on a page.
    """
    found: list[Release] = []
    words: dict[str, str] = {}
    ordered = sorted(rows, key=itemgetter("released_on", "statement"))
    for day, group in groupby(ordered, itemgetter("released_on")):
        told, count, are_approved = [], Counter[str](), True
        for row in group:
            key, said, change = row["statement"], row["words"], row["change"]
            before = words.get(key, "") if change == "reworded" else ""
            count[change] += 1
            words[key] = said
            are_approved &= (key, said) in approved
            if (key, said) in approved:
                before = before if (key, before) in approved else ""
                told.append(ReleasedChange(change, said, before))
        found.append(
            Release(
                day=day,
                is_first=not found and are_approved,
                added=count["added"],
                reworded=count["reworded"],
                removed=count["removed"],
                changes=tuple(told) if found else (),
            )
        )
    return tuple(reversed(found))
