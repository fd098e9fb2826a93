"""The hash of what was received of a page, by which a change of the archive copy is seen.

It is written by the import into ``documents.supplied_hash``. It does not see a change of both the
words and the hash, which the history of the repository does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ketcontent.hashing import hash_json

_HEADING = ("section", "supplied_position", "supplied_number", "supplied_heading")
_SENTENCE = (
    *("statement", "supplied_section", "supplied_block", "supplied_position"),
    *("supplied_form", "supplied_label", "supplied"),
)


def received_hash(
    title: str, sections: Iterable[Mapping[str, Any]], statements: Iterable[Mapping[str, Any]]
) -> str:
    """Return the hash of what was received: title, headings and sentences, each with its place."""
    headings = [
        [*(row[name] for name in _HEADING), bool(row["supplied_run_in"])]
        for row in sections
        if row["supplied_position"] is not None
    ]
    sentences = [
        [*(row[name] for name in _SENTENCE), *filter(None, [row.get("supplied_gap")])]
        for row in statements
        if row["supplied_position"] is not None
    ]
    return hash_json([title, sorted(headings), sorted(sentences)])
