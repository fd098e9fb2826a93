"""A library of made-up pages: as many as asked for, always the same, and about nothing.

Each page has its own words, sources, evidence and term, so that a library grows in all of its
tables as a real one does. Rules, policies, topics, strings and notices are those shipped.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from ketcontent.model.content import Content, frame_of
from ketcontent.model.store import copy_content, read_content

ROOT = Path(__file__).parent.parent.parent

SECTIONS = 10
"""Sections of a page."""
STATEMENTS = 25
"""Statements of a page."""
SOURCES = 5
"""Sources that only this page cites."""

_SYLLABLES = [first + last for first in "bdklmnr" for last in "aeio"]
_KINDS = ("background", "use", "mechanism", "regulatory", "advice")

Rows = dict[str, list[dict[str, Any]]]


def library(documents: int) -> Content:
    """Return a library of so many pages; the first pages of a larger one are the same."""
    shipped = read_content(ROOT / "data")
    rows: Rows = {
        name: [] for name in ("documents", "sections", "statements", "sources", "evidence", "terms")
    }
    for number in range(documents):
        _add_page(rows, number)
    own = {table: frame_of(table, found, shipped) for table, found in rows.items()}
    none = {table: getattr(shipped, table)[:0] for table in ("signoffs", "waivers")}
    return replace(shipped, **own, **none, origin=None)


def write_library(folder: Path, documents: int) -> None:
    """Write a library to a folder, which then is a project's ``data``."""
    copy_content(library(documents), folder)


def _add_page(rows: Rows, number: int) -> None:
    chance = random.Random(number)
    page = f"page-{number:04}"
    term = f"T{number}Q"
    rows["documents"].append(
        {
            "document": page,
            "title": _name(chance),
            "language": "en",
            "audience": "Nobody",
            "purpose": "Measure",
            "review_every_days": "365",
        }
    )
    rows["terms"].append(
        {"term": term, "language": "en", "expansion": _name(chance), "definition": "A made-up term"}
    )
    sources = [f"{page}-source-{place}" for place in range(SOURCES)]
    rows["sources"] += [
        {"source": key, "type": "article-journal", "title": _sentence(chance, 8)[:-1]}
        | {"authors": "Doe, Jo", "container_title": "Journal of Nothing", "issued": "2020"}
        for key in sources
    ]
    rows["sections"] += [
        {"document": page, "section": f"section-{place}", "position": str(10 * (place + 1))}
        | {"heading": _name(chance), "supplied_run_in": "false"}
        for place in range(SECTIONS)
    ]
    for place in range(STATEMENTS):
        _add_statement(rows, page, place, chance, term if place == 3 else "", sources)


def _add_statement(
    rows: Rows, page: str, place: int, chance: random.Random, term: str, sources: list[str]
) -> None:
    key = f"statement-{place}"
    kind = _KINDS[place % len(_KINDS)]
    source = sources[place % SOURCES]
    claims = kind in ("use", "mechanism", "regulatory")
    words = f"{term} {_sentence(chance, 12)}".strip()
    rows["statements"].append(
        {
            "document": page,
            "statement": key,
            "section": f"section-{place % SECTIONS}",
            "block": str(place + 1),
            "position": str(10 * (place + 1)),
            "form": "item" if place % 2 else "paragraph",
            "text": f"{words} [@{source}]" if claims else words,
            "kind": kind,
            "certainty": "high" if claims else "",
            "certainty_reasons": "Made up." if claims else "",
        }
    )
    if claims:
        rows["evidence"].append(
            {"document": page, "statement": key, "source": source}
            | {"role": "supports", "finding": "Nothing was looked for."}
        )


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(1, 3)))


def _name(chance: random.Random) -> str:
    return f"{_word(chance)} {_word(chance)}".capitalize()


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(_word(chance) for _ in range(words)).capitalize() + "."
