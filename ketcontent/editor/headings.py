"""A heading or the title, where it is read: its words, what was found, and what is said of it."""

from __future__ import annotations

from dataclasses import asdict

from ketcontent.approvals import signables
from ketcontent.discussion import cell_of, row_proposed_for
from ketcontent.editor.bench import Bench, page_of, statuses_of
from ketcontent.editor.discussing import discussion_view
from ketcontent.editor.feedback import voided
from ketcontent.editor.rows import row_name
from ketcontent.editor.session import row_of, unsaved
from ketcontent.editor.views import Answer, cells_view, finding_view, redline_view
from ketcontent.errors import UnknownName


def heading_shown(bench: Bench, key: str) -> Answer:
    """Return a heading (``heading:<section>``) or the title (``title:<document>``) and its cells.

    Raises
    ------
    UnknownName
        When no such heading is on the page.
    """
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
