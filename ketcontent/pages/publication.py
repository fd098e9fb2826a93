"""What the tables say of where a page is published, since when, and in which other languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
