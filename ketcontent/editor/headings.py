"""A heading, the title or the cell of another row, where it is read.

Its words, what was found in them, and what is said of them.
"""

from __future__ import annotations

from dataclasses import asdict

from ketcontent.approvals import signables
from ketcontent.discussion import cell_of, row_proposed_for
from ketcontent.editor.bench import Bench, page_of, statuses_of
from ketcontent.editor.discussing import discussion_view
from ketcontent.editor.feedback import voided
from ketcontent.editor.rows import by_hand, place_of, row_name
from ketcontent.editor.session import row_of, unsaved
from ketcontent.editor.views import Answer, cells_view, finding_view, redline_view
from ketcontent.errors import UnknownName


def heading_shown(bench: Bench, key: str) -> Answer:
    """Return a heading (``heading:<section>``) or the title (``title:<document>``) and its cells.

    So it is with another cell that is read on the page (``cell:<row>:<column>``): nothing is
    proposed for that or said of it.

    Raises
    ------
    UnknownName
        When no such heading is on the page.
    """
    if key.startswith("cell:"):
        return _cell_shown(bench, key)
    session = bench.session
    place = row_proposed_for(session.document, key) if ":" in key else None
    if place is None or row_of(session.content, place[0], place[1]) is None:
        known = [one.key for one in signables(page_of(bench)) if one.kind in ("heading", "title")]
        raise UnknownName.of("heading", key, known)
    table, row, (column,) = place
    name = row_name(table, row)
    words = cell_of(session.content, session.document, key, column)
    was = (row_of(session.saved, table, row) or {}).get(column, "")
    reads = next((one.words for one in signables(page_of(bench)) if one.key == key), "")
    found = [one for one in bench.whole if (one.table, one.key) == (table, "/".join(row))]
    changed = any((one.table, one.key) == (table, row) for one in unsaved(session))
    return {
        "heading": {
            "statement": key,
            "row": name,
            "column": column,
            "redline": redline_view(was, words),
            "faults": [
                finding_view(one, one.cell)
                for one in found
                if one.column == column and not one.rule.startswith("sign-off-")
            ],
            "standings": [
                {"capacity": one.capacity, "state": one.state}
                for one in statuses_of(bench)
                if one.statement == key
            ],
            "voids": [asdict(one) for one in voided(session)] if changed else [],
            **discussion_view(session, key, reads),
        },
        "rows": {name: cells_view(bench, name)},
    }


def _cell_shown(bench: Bench, key: str) -> Answer:
    name, _, column = key.removeprefix("cell:").rpartition(":")
    session = bench.session
    table, row = place_of(session, name)
    now, was = (row_of(one, table, row) or {} for one in (session.content, session.saved))
    if column not in by_hand(session.content, table):
        raise UnknownName.of("column", column, by_hand(session.content, table))
    found = [one for one in bench.whole if (one.table, one.key) == (table, "/".join(row))]
    return {
        "heading": {
            "statement": key,
            "row": name,
            "column": column,
            "redline": redline_view(was.get(column, ""), now.get(column, "")),
            "faults": [finding_view(one, one.cell) for one in found if one.column == column],
            "standings": [],
            "voids": [asdict(one) for one in voided(session)] if now != was else [],
            "proposals": [],
            "comments": [],
        },
        "rows": {name: cells_view(bench, name)},
    }
