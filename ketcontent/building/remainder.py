"""What a build left as it was, or took away: so that nothing stale stays unsaid.

A build that is asked for some pages, editions or formats leaves the others alone. Whether these
still say what the tables say is known from what their runs read (`ketcontent.building.decide`):
none of them is run for that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketcontent.building.cache import CacheEntry, read_entries
from ketcontent.building.decide import Given, Now, Views, given_of, hash_of, placed, why_stale
from ketcontent.building.ownership import read_manifest, recorded_files
from ketcontent.building.plan import PARTS
from ketcontent.hashing import MISSING
from ketcontent.places import what_stands_at

if TYPE_CHECKING:
    from ketcontent.building.request import Job
    from ketcontent.dependencies import Dependency

_OF_PAGE = ("record.json", "review.html", *PARTS)
"""What depends on the day, or is written with whatever else of its page is made."""


def other_than_told(
    name: str,
    entries: Iterable[CacheEntry],
    tables: str,
    hash_now: Callable[[Dependency], str],
    *,
    as_recorded: bool,
) -> bool:
    """Return whether an export that was not built is not known to say what the tables say now.

    Parameters
    ----------
    name
        The export.
    entries
        What the cache knows of its page.
    tables
        The hash of all the tables that its run would be given.
    hash_now
        Returns the hash of something that its run read.
    as_recorded
        Whether the manifest says that its page was made of these tables: it counts where the cache
        knows nothing, as in a fresh clone.
    """
    entry = next((one for one in entries if name in one.outputs), None)
    if entry is None:
        return not as_recorded
    if entry.read is not None:  # of another day are no other words
        entry = replace(entry, read=tuple(one for one in entry.read if one[0][0] != "day"))
    now = Now(entry.key, tables, hash_now, lambda _: MISSING, dict)
    return bool(why_stale(entry, (), now))


def files_behind(
    job: Job, ours: Mapping[str, Collection[str]], said: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the exports that a build left alone, and that may say other than the tables now.

    Parameters
    ----------
    job
        What was built.
    ours
        By page of the job, the files that builds before it wrote.
    said
        The manifest as it was before.
    """
    from ketcontent.model import slices, table_hashes

    exports = job.request.exports
    left = {}
    for page in ("", *sorted(job.shown.documents["document"])):
        recorded = ours.get(page)
        if recorded is None:
            recorded = recorded_files(page, said, read_entries(exports, page))
        runs = job.runs.get(page, ())
        if page in job.refused:  # what is left of it is said apart (`files_left`)
            continue
        planned = {name for run in runs for name in run.outputs.values()}
        names = [
            name
            for name in sorted(recorded)
            if name not in planned
            and name not in {f"{page}/{one}" for one in _OF_PAGE}
            and what_stands_at(exports / name) == "a file"
        ]
        if names and (page or not runs):
            left[page] = names
    if not left:
        return ()
    views, shared = Views(job.shown), dict[str, str]()
    folder = os.path.realpath(job.request.notebooks)

    def behind(given: Given) -> list[str]:
        known = [placed(one, folder) for one in read_entries(exports, given.page).values()]
        before = said.get("documents", {}).get(given.page, {})
        return [
            name
            for name in left[given.page]
            if other_than_told(
                name,
                known,
                given.hash,
                lambda one: hash_of(one, given, views),
                as_recorded=before.get("content") == given.hash,
            )
        ]

    found = behind(given_of("", job.shown, job.tables)) if "" in left else []
    for page, rows in slices(job.shown, [page for page in left if page]):
        found += behind(given_of(page, rows, table_hashes(rows, shared)))
    return tuple(found)


def files_missing(job: Job, said: Mapping[str, Any], withdrawn: Collection[str]) -> tuple[str, ...]:
    """Return the exports that a build left alone, and that somebody has deleted.

    Parameters
    ----------
    job
        What was built.
    said
        The manifest as it was before.
    withdrawn
        The files that the build itself took away.
    """
    planned = {name for runs in job.runs.values() for run in runs for name in run.outputs.values()}
    known = {page: recorded_files(page, said, {}) for page in job.shown.documents["document"]}
    return tuple(
        name
        for page, recorded in sorted(known.items())
        for name in sorted(recorded)
        if name not in planned
        and name not in withdrawn
        and name != f"{page}/review.html"  # which no clone has
        and not what_stands_at(job.request.exports / name)
    )


def files_left(exports: Path, pages: Iterable[str]) -> tuple[str, ...]:
    """Return the exports of some pages that a build before published, and that are there."""
    said = read_manifest(exports)
    found = [recorded_files(page, said, read_entries(exports, page)) for page in pages]
    return tuple(sorted(standing(exports, found)))


def standing(exports: Path, recorded: Iterable[Iterable[str]]) -> set[str]:
    """Return those of the files that were recorded which are there."""
    return {name for names in recorded for name in names if what_stands_at(exports / name)}


def why_withdrawn(name: str, pages: Collection[str]) -> str:
    """Return why a build took a file away; `pages` are those that the tables have.

    Examples
    --------
    >>> why_withdrawn("tea/index.html", ["milk"])
    'the tables have no page tea'
    >>> why_withdrawn("tea/sections/use.html", ["tea"])
    'nothing makes it any more'
    """
    page, below, file = name.partition("/")
    if below and page not in pages:
        return f"the tables have no page {page}"
    if file == "leaflet.pdf":
        return "it may say other than its page (--format html,markdown,pdf makes it anew)"
    return "nothing makes it any more"
