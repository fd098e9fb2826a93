"""What was released when: rows that a release adds, and the feed of them.

A row says of one sentence that it was added, reworded or removed, so the rows of a page, laid over
each other day by day, are the words of its last release. A release that changes no word adds none.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from html import escape  # what XML has for that loads a client for the internet
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ketcontent.building.plan import FEED
from ketcontent.text import counted

if TYPE_CHECKING:
    from ketcontent.approvals import Approver
    from ketcontent.model import Content

Rows = Sequence[Mapping[str, Any]]

_SHOWN = 50  # releases that a feed holds


def changes(rows: Rows, words: Mapping[str, str], day: str) -> list[dict[str, str]]:
    """Return the rows that a release of a page adds.

    Parameters
    ----------
    rows
        The rows of its releases before.
    words
        By statement, what is released now, in order.
    day
        The day; what was released on the same day before is told in one with it.

    Examples
    --------
    >>> changes([], {"use-1": "It helps."}, "2026-11-23")
    [{'statement': 'use-1', 'released_on': '2026-11-23', 'change': 'added', 'words': 'It helps.'}]
    """
    before: dict[str, str] = {}
    for row in sorted(rows, key=itemgetter("released_on")):
        if row["released_on"] == day:
            continue
        if row["change"] == "removed":
            before.pop(row["statement"], None)
        else:
            before[row["statement"]] = row["words"]
    found = [
        (key, "reworded" if key in before else "added", said)
        for key, said in words.items()
        if before.get(key) != said
    ]
    found += [(key, "removed", before[key]) for key in before if key not in words]
    return [
        {"statement": key, "released_on": day, "change": change, "words": said}
        for key, change, said in found
    ]


def with_releases(content: Content, documents: Iterable[str], day: datetime.date) -> Content:
    """Return the tables with what releasing these pages on this day changes for their readers."""
    from ketcontent.model import frame_of
    from ketcontent.pages import page_views
    from ketcontent.text import canonical

    left: list[dict[str, Any]] = [*content.rows("releases")]
    for view in page_views(content, list(documents)):
        words = {
            one.statement: canonical(f"{one.label_text} {one.plain}")
            for one in view.edition().statements
        }
        own = [row for row in left if row["document"] == view.document]
        left = [
            row
            for row in left
            if (row["document"], row["released_on"]) != (view.document, day.isoformat())
        ]
        left += [{"document": view.document, **row} for row in changes(own, words, day.isoformat())]
    left.sort(key=itemgetter("document", "released_on", "statement"))
    return replace(content, releases=frame_of("releases", left, content))


def remember(content: Content, folder: Path) -> None:
    """Save what was released with the tables in a folder."""
    from ketcontent.model import read_content, write_content

    there = read_content(folder)
    if not there.releases.equals(content.releases):
        write_content(replace(there, releases=content.releases))


def feed(content: Content) -> str:
    """Return the feed of the releases, newest first, as Atom; nothing where there are none yet."""
    titles = dict(zip(content.documents["document"], content.documents["title"], strict=True))
    by_day = itemgetter("released_on", "document")
    ordered = sorted(content.rows("releases"), key=by_day)
    releases = [(key, list(rows)) for key, rows in groupby(ordered, by_day)]
    if not releases:
        return ""
    [site] = content.rows("site")
    shown = releases[: -_SHOWN - 1 : -1]
    told = _told(content, releases, {document for (_, document), _ in shown})
    firsts = {document: day for (day, document), _ in reversed(releases)}
    entries = "".join(
        _entry(
            f"{site['address']}{document}/",
            titles[document],
            day,
            [f"First release, of {counted(len(rows), 'sentence')}."]
            if firsts[document] == day
            else told[document, day].lines,
            told[document, day].approvers,
        )
        for (day, document), rows in shown
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>{escape(site['address'])}</id>\n"
        f"<title>{escape(site['name'])}</title>\n"
        f"<updated>{releases[-1][0][0]}T00:00:00Z</updated>\n"
        f"<author><name>{escape(site['name'])}</name></author>\n"
        f'<link rel="self" href="{escape(site["address"] + FEED)}"/>\n'
        f'<link href="{escape(site["address"])}"/>\n'
        f"{entries}</feed>\n"
    )


class _Told(NamedTuple):
    """What the feed tells of one release."""

    lines: list[str]
    """What became of each sentence, with the words that somebody approved."""
    approvers: Sequence[Approver]
    """Who had approved the words of the page as it was released."""


def _told(
    content: Content,
    releases: Iterable[tuple[tuple[str, str], list[dict[str, Any]]]],
    documents: Collection[str],
) -> dict[tuple[str, str], _Told]:
    """Return, by page and day, what is told of its releases."""
    from ketcontent.approvals import approved_words, approvers
    from ketcontent.pages import page_views

    views = {view.document: view for view in page_views(content, sorted(documents))}
    approved = {document: approved_words(view) for document, view in views.items()}
    words: dict[str, dict[str, str]] = {document: {} for document in views}
    found = {}
    for (day, document), rows in releases:
        if document not in views:
            continue
        lines = []
        for row in rows:
            key, said = row["statement"], row["words"]
            shown = f": {said}" if (key, said) in approved[document] else ""
            lines.append(f"{row['change']}: {key}{shown}")
            words[document][key] = said
            if row["change"] == "removed":
                del words[document][key]
        # Where day comes first, a sign-off of this release bears the day after it.
        until = datetime.date.fromisoformat(min(day, "9999-12-30")) + datetime.timedelta(1)
        by = approvers(views[document], words[document], until.isoformat())
        found[document, day] = _Told(lines, by)
    return found


def _entry(
    page: str, title: str, day: str, lines: Sequence[str], approvers: Sequence[Approver]
) -> str:
    """Return one release of one page, at its address."""
    by = ["Approved by:", *(f"- {one}" for one in approvers)] if approvers else []
    told = [*lines, *by]
    names = dict.fromkeys(one.name for one in approvers)
    return (
        "<entry>\n"
        f"<id>{escape(page)}#_released-{day}</id>\n"
        f"<title>{escape(title)}</title>\n"
        f"<updated>{day}T00:00:00Z</updated>\n"
        + "".join(f"<contributor><name>{escape(one)}</name></contributor>\n" for one in names)
        + f'<link href="{escape(page)}"/>\n'
        f'<content type="text">{escape(chr(10).join(told))}</content>\n'
        "</entry>\n"
    )
