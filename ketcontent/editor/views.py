"""What the browser is shown of a page: the list, the chosen statement, its section, the findings.

All of it is data of which the browser makes text nodes. The one piece of HTML is the section as a
reader sees it: the package's own template, which escapes all that comes from a table, and the
browser keeps only the tags and attributes that it knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ketcontent.approvals import (
    Signable,
    SignoffStatus,
    reader_words,
    signables,
)
from ketcontent.clock import today
from ketcontent.diagnostics import Diagnostic
from ketcontent.editor.bench import Bench, cells_of, page_of, statements_of, statuses_of, unsaved_of
from ketcontent.editor.consequences import voided_signoffs
from ketcontent.editor.discussing import discussion_view, open_counts
from ketcontent.editor.edits import in_order, statement_row
from ketcontent.editor.feedback import alone_with, page_faults, sentence_faults, voided, worst_first
from ketcontent.editor.listing import changed_statements, content_findings, entry_of, listed
from ketcontent.editor.reader import reader_view
from ketcontent.editor.rows import FORMS, acts_for, by_hand, form_of, place_of, row_name
from ketcontent.editor.session import (
    EDITABLE,
    RowChange,
    Session,
    changes_of,
    keys_of,
    row_of,
    rows_by_key,
    with_rows,
)
from ketcontent.importing import SupplierMark, is_incomplete, mark_of, supplier_marks
from ketcontent.markup import cited
from ketcontent.model import Conflict, Key
from ketcontent.pages import Statement
from ketcontent.reading import EXCUSES, explain
from ketcontent.text import compare, merged_words

Answer = dict[str, Any]
"""What the browser is told, as JSON can hold it."""


def everything_shown(bench: Bench) -> Answer:
    """Return the list, what is wrong with the page as a whole, and the chosen statement.

    And what the supplier changed or withdrew that waits for a decision.
    """
    marks = supplier_marks(bench.session.content, bench.session.document)
    return {
        "page": _page_view(bench),
        "listing": listed(bench),
        "whole": _whole_page(bench),
        "undecided": [_mark_view(mark) for mark in marks if mark.undecided],
        **around_chosen(bench),
    }


def _page_view(bench: Bench) -> Answer:
    row = row_of(bench.session.content, "documents", (bench.session.document,)) or {}
    return {
        "document": bench.session.document,
        "title": row.get("title", ""),
        "language": row.get("language", ""),
        "day": today().isoformat(),
    }


def _mark_view(mark: SupplierMark) -> Answer:
    """Return what the supplier did to a row: before against now, and what was decided."""
    return {
        "table": mark.table,
        "key": mark.key.split("/"),
        "change": mark.change,
        "message": str(mark),
        "redline": redline_view(mark.was, mark.now),
        "forms": mark.forms,
        "decision": mark.decision,
        "reason": mark.reason,
    }


def changed_rows(
    bench: Bench, session: Session, conflicts: tuple[Conflict, ...]
) -> dict[str, Answer | None]:
    """Return the rows whose cells are no longer those of a session, by name; None if gone."""
    found: dict[str, Answer | None] = {}
    changed: Iterable[RowChange | Conflict] = changes_of(session.content, bench.session.content)
    if conflicts is not bench.conflicts:
        changed = [*changed, *conflicts, *bench.conflicts]
    for one in changed:
        if one.table in FORMS or (one.table == "statements" and one.key[0] == session.document):
            name = row_name(one.table, one.key)
            found[name] = cells_view(bench, name)
    return found


def all_rows(bench: Bench) -> dict[str, Answer | None]:
    """Return the cells of all that is typed where the page is read, by the names of their rows.

    Those of its statements, headings and title, of notices, terms and people.
    """
    content, document = bench.session.content, bench.session.document
    rows = rows_by_key(content, "statements")
    headings = [key for key in keys_of(content, "sections") if key[0] == document]
    names = [row_name("sections", key) for key in headings] + [row_name("documents", (document,))]
    language = rows_by_key(content, "documents")[document,]["language"]
    names += [
        row_name(table, key)
        for table in ("notices", "terms")
        for key in keys_of(content, table)
        if key[1] == language
    ]
    names += [row_name("people", key) for key in keys_of(content, "people")]
    return {
        **{key: cells_view(bench, key, rows) for key in statements_of(bench)},
        **{name: cells_view(bench, name) for name in names},
    }


def cells_view(
    bench: Bench, name: str, rows: Mapping[Key, dict[str, str]] | None = None
) -> Answer | None:
    """Return the cells of a row that the browser shows; None if it is gone."""
    row = cells_of(bench, name, rows)
    if ":" in name:
        table, _ = place_of(bench.session, name)
        return row and {column: row[column] for column in by_hand(bench.session.content, table)}
    return row and {column: row[column] for column in ("section", "position", *EDITABLE)}


def around_chosen(bench: Bench) -> Answer:
    """Return the chosen statement and its section."""
    if not bench.chosen:
        return {}
    return {"detail": _detail(bench, bench.chosen), "preview": reader_view(bench)}


def _detail(bench: Bench, key: str) -> Answer:
    session = bench.session
    content, document = session.content, session.document
    row = statement_row(session, key)
    was = row_of(session.saved, "statements", (document, key)) or {}
    statuses = statuses_of(bench)
    alone = alone_with(page_of(bench), key)
    bench.page_faults[key] = page_faults(page_of(bench), key, statuses)
    found = sentence_faults(alone, key) if row["position"] else []
    bench.faults[key] = worst_first([*found, *bench.page_faults[key]])
    cell = row["text"]
    shown = next((one for section in alone.edition() for one in section.statements), None)
    said = {
        found[2]: one
        for found, one in rows_by_key(content, "evidence").items()
        if found[:2] == (document, key)
    }
    sources = rows_by_key(content, "sources")
    stands = [one for one in statuses if one.statement == key]
    cites = shown.cites if shown else cited(cell)
    reads = reader_words(shown) if shown else ""
    supplied = labelled_words(row["supplied_label"], row["supplied"])
    return {
        "statement": key,
        "row": cells_view(bench, key),
        "reads": reads,
        "supplied": supplied,
        "faults": [finding_view(one, cell) for one in content_findings(bench, key)],
        "redlines": {
            "saved": redline_view(
                labelled_words(was.get("label", ""), was.get("text", "")),
                labelled_words(row["label"], cell),
            ),
            "supplied": redline_view(supplied, reads),
        },
        "supplier": _mark_view(mark_of(content, "statements", row))
        if row["supplier_change"]
        else None,
        "notice": _notice_view(session, row["notice"]),
        "voids": _voids(bench, key, row["section"]),
        "standings": [_signoff_view(bench, one, shown) for one in stands],
        "digest": next((one.signed.digest for one in stands), ""),
        "evidence": [
            {
                **source_view(sources.get((source,), {"source": source})),
                **{
                    name: said.get(source, {}).get(name, "")
                    for name in ("role", "finding", "locator")
                },
                "cited": source in cites,
            }
            for source in dict.fromkeys([*cites, *said])
        ],
        "entry": entry_of(
            bench,
            key,
            {(document, key): row},
            {key: {one.capacity: one.state for one in stands}},
            changed_statements(bench),
            open_counts(content, document),
            reads or row["supplied"],
        ),
        **discussion_view(session, key, reads),
    }


def _voids(bench: Bench, key: str, section: str) -> list[Answer]:
    """Return the sign-offs that a save would void by what was done to a statement.

    Its own, and those of its section on what is not changed itself: what stands within its words is
    signed with these (rows under a header, items within an item), and its form with the heading.
    """
    changed = changed_statements(bench)
    by_it = {key}
    if key in changed:
        beside = {row["statement"] for row in in_order(bench.session, section)}
        by_it |= {f"heading:{section}", *(beside - changed.keys())}
    found = [asdict(one) for one in voided(bench.session) if one.statement in by_it]
    return sorted(found, key=lambda one: one["statement"] != key)


def _notice_view(session: Session, notice: str) -> Answer | None:
    """Return at how many places the words of a notice are shown, and what changed in them."""
    if not notice:
        return None
    pages = rows_by_key(session.content, "documents")
    language = pages[session.document,]["language"]
    now, was = (
        (row_of(one, "notices", (notice, language)) or {}).get("text", "")
        for one in (session.content, session.saved)
    )
    places = sum(
        row["notice"] == notice and bool(row["position"])
        for (page, _), row in rows_by_key(session.content, "statements").items()
        if pages[page,]["language"] == language
    )
    return {"places": places, "redline": redline_view(was, now)}


def _signoff_view(bench: Bench, one: SignoffStatus, shown: Statement | None) -> Answer:
    now = reader_words(shown) if shown else ""
    people = rows_by_key(bench.session.content, "people")
    told = ("statement", "section", "capacity", "state", "person", "signed_on", "comment", "older")
    return {
        **{name: getattr(one, name) for name in (*told, "why", "proof", "revoked_on")},
        "name": people.get((one.person,), {}).get("name", one.person),
        "since": redline_view(one.wording, now) if one.state == "stale" else [],
    }


def key_view(bench: Bench) -> Answer | None:
    """Return whose the key is that is at hand, by the table of keys; None where none is."""
    if bench.signing_key is None:
        return None
    public = bench.signing_key.public
    rows = rows_by_key(bench.session.content, "signing_keys").values()
    row = next((row for row in rows if row["public_key"] == public), None)
    people = rows_by_key(bench.session.content, "people")
    return {
        "public": public,
        "signing_key": row["signing_key"] if row else "",
        "name": people.get((row["person"],), {}).get("name", "") if row else "",
    }


def _whole_page(bench: Bench) -> list[Answer]:
    """Return the faults that belong to no statement, those of one rule together."""
    leads = _leads(bench)
    signed = {(one.table, one.row): one for one in signables(page_of(bench))}
    errors = Counter(
        (one.table, one.key)
        for one in bench.whole
        if one.severity == "error" and not one.rule.startswith("sign-off-")
    )
    groups: dict[tuple[str, str], list[Answer]] = {}
    for one in bench.whole:
        row = {
            "table": one.table,
            "row": one.key,
            "rule": one.rule,
            "message": one.message,
            "hint": one.hint,
            "statements": leads.get((one.table, one.key), []),
            **_put_right(one),
        }
        if one.rule.startswith("sign-off-"):
            row |= _to_approve(signed.get((one.table, one.key)))
            row["errors"] = errors[one.table, one.key]
        groups.setdefault((one.severity, one.rule), []).append(row)
    return [
        {"severity": severity, "rule": rule, "rows": rows}
        for (severity, rule), rows in groups.items()
    ]


def _put_right(one: Diagnostic) -> Answer:
    """Return where a finding can be put right: the row with a form, and what one button does."""
    if one.table not in FORMS:
        return {"column": one.column}
    return {
        "column": one.column,
        "form": f"{one.table}:{one.key}",
        "acts": acts_for(one.table, one.column, today().isoformat()),
    }


def row_form(bench: Bench, name: str) -> Answer:
    """Return the form of a row, what was found in it, and the sign-offs that its changes void."""
    table, key = place_of(bench.session, name)
    every = [*bench.whole, *(one for some in bench.faults.values() for one in some)]
    found = [one for one in every if (one.table, one.key) == (table, "/".join(key))]
    shown = [finding_view(one, one.cell) for one in found]
    changed = any((one.table, one.key) == (table, key) for one in unsaved_of(bench))
    return {
        **form_of(bench.session, name),
        "stakes": _stakes(bench, table, key),
        "faults": [one for one in shown if not one["rule"].startswith("sign-off-")],
        "voids": [asdict(one) for one in voided(bench.session)] if changed else [],
    }


def _stakes(bench: Bench, table: str, key: Key) -> list[str]:
    """Return the sign-offs that another title or heading would void, told before it is typed."""
    column = {"documents": "title", "sections": "heading"}.get(table)
    row = row_of(bench.session.content, table, key)
    if column is None or row is None or key[0] != bench.session.document:
        return []
    other = {**row, column: f"{row[column]} (other)"}
    content = with_rows(bench.session.content, [RowChange(table, key, row, other)])
    return voided_signoffs(page_of(bench), page_of(bench).after(content))


def _to_approve(one: Signable | None) -> Answer:
    """Return what a reviewer reads of a title, heading or term, and its key as it is signed."""
    return {"signs": one.key, "reads": one.words, "digest": one.digest} if one else {}


def _leads(bench: Bench) -> dict[tuple[str, str], list[str]]:
    """Return the statements on the page that rest on a row of another table, by that row."""
    content, document = bench.session.content, bench.session.document
    found: dict[tuple[str, str], dict[str, None]] = {}
    shown = set()
    for section in page_of(bench).edition():
        for place, one in enumerate(section.statements):
            shown.add(one.statement)
            rests = [("sources", source) for source in one.cites]
            if one.notice:
                rests.append(("notices", one.notice))
            if place == 0:  # where a reader meets the heading
                rests.append(("sections", f"{document}/{section.section}"))
            for rest in rests:
                found.setdefault(rest, {})[one.statement] = None
    for page, statement, source in rows_by_key(content, "evidence"):
        if page == document and statement in shown:
            found.setdefault(("sources", source), {})[statement] = None
    for (key,), row in rows_by_key(content, "signoffs").items():
        if row["document"] == document and row["statement"] in shown:
            found["signoffs", key] = {row["statement"]: None}
    return {row: list(statements) for row, statements in found.items()}


def findings_while_typing(bench: Bench, key: str) -> list[Answer]:
    """Return the faults of a sentence as one types it.

    Those that only the whole page shows are as they last were, where their words still stand;
    the browser asks for them anew (``choose``) when the typing rests.
    """
    cell = statement_row(bench.session, key)["text"]
    found = sentence_faults(alone_with(page_of(bench), key), key)
    for one in bench.page_faults.get(key, ()):
        moved = one.moved(cell)
        if moved is not None:
            found.append(moved)
    bench.faults[key] = worst_first(found)
    return [finding_view(one, cell) for one in content_findings(bench, key)]


def conflict_view(one: Conflict) -> Answer:
    """Return a row in conflict: of each cell what it was, theirs and mine, as redlines.

    ``both`` is the words with the changes of both, where these are of different words.
    """
    cells = []
    versions = [dict(row or {}) for row in (one.base, one.theirs, one.mine)]
    for name in dict.fromkeys(name for row in versions for name in row):
        base, theirs, mine = (row.get(name, "") for row in versions)
        if not base == theirs == mine:
            cells.append(
                {
                    "column": name,
                    "base": base,
                    "theirs": redline_view(base, theirs),
                    "mine": redline_view(base, mine),
                }
            )
    texts = [row["text"] for row in versions if "text" in row]
    return {
        "table": one.table,
        "key": list(one.key),
        "of": next((row["statement"] for row in versions if "statement" in row), ""),
        "cells": cells,
        "text": (one.mine or {}).get("text", ""),
        "both": merged_words(*texts) if len(texts) == len(versions) else None,
        "deleted": {"theirs": one.theirs is None, "mine": one.mine is None},
    }


def labelled_words(label: str, words: str) -> str:
    """Return words behind their label, as a reader meets them."""
    return reader_words(Statement("", label, words, words, "", ""))


def redline_view(old: str, new: str) -> list[list[str]]:
    """Return what changed, as pieces; a sentence added at the end is that sentence and no more."""
    # A word carries the space behind it. Without one, the last word before an addition would be
    # another than the same word with the addition behind it.
    laid = compare(*(f"{words} " if words else "" for words in (old, new)))
    pieces = [[piece.change, piece.text] for piece in laid.pieces]
    if pieces:
        pieces[-1][1] = pieces[-1][1].rstrip()
    return pieces


def source_view(row: Mapping[str, str]) -> Answer:
    """Return what the browser is told of a source."""
    names = ("source", "title", "authors", "issued", "container_title", "doi", "unconfirmed")
    return {name: row.get(name, "") for name in names} | {"is_incomplete": is_incomplete(row)}


def finding_view(one: Diagnostic, cell: str) -> Answer:
    """Return a fault with its place in the text as the browser counts: in UTF-16."""
    told: Answer = {
        "rule": one.rule,
        "severity": one.severity,
        "message": one.message,
        "hint": one.hint,
        "table": one.table,
        "row": one.key,
        "replacement": one.replacement,
        "why": _why(one),
        **_put_right(one),
    }
    if one.column == "text" and one.span is not None and one.table == "statements":
        start, end = _in_utf16(cell, one.span)
        marks = [_in_utf16(cell, mark) for mark in one.marked]
        told |= {"start": start, "end": end, "marks": marks}
    return told


def _in_utf16(cell: str, places: tuple[int, int]) -> list[int]:
    return [len(cell[:place].encode("utf-16-le", "surrogatepass")) // 2 for place in places]


def _why(one: Diagnostic) -> str:
    """Return who says that it is a fault, and how the clause at fault was read."""
    at_fault = " ".join(one.cell[slice(*one.marked[0])].split()) if one.marked else ""
    for words, excuses in explain(one.cell) if one.authority and at_fault else ():
        if at_fault in words:
            read = ", ".join(EXCUSES[name] for name in excuses) or "the page says it"
            return f"{one.authority}. Read as one clause: “{words}” ({read})."
    return one.authority


def written_rows(one: RowChange) -> Answer:
    """Return what a save wrote in a row: each cell that changed, as a redline."""
    before, after = one.before or {}, one.after or {}
    return {
        "table": one.table,
        "key": "/".join(one.key),
        "of": (after or before).get("statement", ""),
        "what": "added" if one.before is None else "removed" if one.after is None else "changed",
        "cells": [
            {"column": name, "redline": redline_view(before.get(name, ""), after.get(name, ""))}
            for name in dict.fromkeys([*before, *after])
            if before.get(name, "") != after.get(name, "")
        ],
    }
