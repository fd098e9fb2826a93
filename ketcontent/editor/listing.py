"""What the workbench's list shows: sections with their levels, statements, what was cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ketcontent.approvals import reader_words
from ketcontent.diagnostics import Diagnostic
from ketcontent.editor.bench import Bench, page_of, statuses_of, unsaved_of
from ketcontent.editor.discussing import open_counts
from ketcontent.editor.session import rows_by_key

Listed = dict[str, Any]
"""What the browser is told of a section or a statement, as JSON can hold it."""


def listed(bench: Bench) -> list[Listed]:
    """Return the sections and statements in reading order, then what was cut from each.

    Last come the sections that are cut themselves. A section is ``level`` 1, or 2 under another.
    """
    content, document = bench.session.content, bench.session.document
    stands: dict[str, dict[str, str]] = {}
    page = page_of(bench)
    for one in statuses_of(bench):
        stands.setdefault(one.statement, {})[one.capacity] = one.state
    changed = changed_statements(bench)
    rows = rows_by_key(content, "statements")
    discussed = open_counts(content, document)
    off: dict[str, list[Listed]] = {}
    saved = (
        rows if bench.session.saved is content else rows_by_key(bench.session.saved, "statements")
    )
    for (own, key), row in rows.items():
        if own == document and not row["position"]:
            words = row["supplied"] or saved.get((own, key), row)["text"]
            entry = entry_of(bench, key, rows, stands, changed, discussed, words)
            off.setdefault(row["section"], []).append(entry)
    homes = {
        key: row for (own, key), row in rows_by_key(content, "sections").items() if own == document
    }
    altered = {
        one.key[1]: "changed" if one.before else "new"
        for one in unsaved_of(bench)
        if one.table == "sections" and one.key[0] == document
    }
    sections = [
        {
            "section": section.section,
            "title": section.title or "Before the first heading",
            "heading": section.heading,
            "level": 2 if section.under else 1,
            "cut": False,
            "changed": altered.get(section.section, ""),
            "discussed": [one.get(f"heading:{section.section}", 0) for one in discussed],
            "statements": [
                *(
                    entry_of(
                        bench, one.statement, rows, stands, changed, discussed, reader_words(one)
                    )
                    for one in section.statements
                ),
                *off.pop(section.section, ()),
            ],
        }
        for section in page.edition()
    ]
    cut = [
        {
            "section": key,
            "title": row["heading"] or row["supplied_heading"] or key,
            "heading": row["heading"],
            "level": 1,
            "cut": True,
            "changed": altered.get(key, ""),
            "discussed": [one.get(f"heading:{key}", 0) for one in discussed],
            "statements": off.get(key, []),
        }
        for key, row in homes.items()
        if not row["position"]
    ]
    return sections + cut


def entry_of(
    bench: Bench,
    key: str,
    rows: Mapping[tuple[str, ...], Mapping[str, str]],
    stands: Mapping[str, Mapping[str, str]],
    changed: Mapping[str, str],
    discussed: Sequence[Mapping[str, int]],
    words: str,
) -> Listed:
    """Return what the list shows of a statement."""
    row = rows[bench.session.document, key]
    counts = Counter(one.severity for one in content_findings(bench, key))
    return {
        "statement": key,
        "words": words[:140] or "(no words yet)",
        "form": row["form"],
        "layer": row["layer"],
        "kind": row["kind"],
        "certainty": row["certainty"],
        "cut": not row["position"],
        "faults": [counts["error"], counts["warning"], counts["advice"]],
        "signoffs": dict(stands.get(key, {})),
        "changed": changed.get(key, ""),
        "discussed": [counts.get(key, 0) for counts in discussed],
    }


def content_findings(bench: Bench, key: str) -> list[Diagnostic]:
    """Return what was last found in a statement, but for sign-offs that are missing."""
    return [one for one in bench.faults.get(key, ()) if not one.rule.startswith("sign-off-")]


def changed_statements(bench: Bench) -> dict[str, str]:
    """Return which statements have unsaved changes, and whether they are new."""
    found: dict[str, str] = {}
    for one in unsaved_of(bench):
        if one.table in ("statements", "evidence") and one.key[0] == bench.session.document:
            new = one.table == "statements" and one.before is None
            found[one.key[1]] = "new" if new or found.get(one.key[1]) == "new" else "changed"
    return found
