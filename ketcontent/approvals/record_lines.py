"""What a record has a reader of a file read, line by line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ketcontent.approvals.departures import StatementWords
from ketcontent.text import canonical, joined, without_empty_end


def reader_text(statement: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a reader of Markdown reads of a statement of a record, in order."""
    # An older record says nothing of sources that are against it.
    against = statement.get("against_shown", "")
    return statement["label"], statement["words"], statement["certainty_shown"], against


def lines_due(
    name: str, shown: Sequence[str | list[str]], statements: StatementWords
) -> list[tuple[tuple[str, ...], str]]:
    """Return what a file should show: the keys of the statements, and the words."""
    if not isinstance(shown, list):
        raise TypeError(shown)
    return [
        ((), one)
        if isinstance(one, str)
        else (
            tuple(one),
            one_line(one, statements) if name.endswith(".md") else statements[one[0]][1],
        )
        for one in shown
    ]


def one_line(keys: Sequence[str], statements: StatementWords) -> str:
    """Return statements as they stand on a line of Markdown, with all that stands around them.

    Empty cells at the end of a row are none there: its table has as many in each row.
    """
    said = canonical(joined(" ".join(filter(None, statements[key])) for key in keys))
    return without_empty_end(said)


def source_of(said: str) -> tuple[str, dict[str, str], str]:
    """Return a source that a signed statement rests on: its key, what is read of it, its role.

    That is what `ketcontent.approvals.scope` covers of it; of a source that the tables do not have
    nothing is read, and one that no row of evidence has plays no role.

    Examples
    --------
    >>> source_of('lee-2020 {"title": "Tea"} supports It helped.')
    ('lee-2020', {'title': 'Tea'}, 'supports')
    >>> source_of("gone-2020"), source_of("gone-2020 supports It helped.")
    (('gone-2020', {}, ''), ('gone-2020', {}, 'supports'))
    """
    key, _, rest = said.partition(" ")
    read: dict[str, str] = {}
    if rest.startswith("{"):
        read, end = json.JSONDecoder().raw_decode(rest)
        rest = rest[end:]
    return key, read, (rest.split() or [""])[0]
