"""A small sound page on which no judge of evidence finds anything, to be broken in one place."""

from __future__ import annotations

import datetime
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.model.schema import TABLES

DAY = datetime.date(2026, 11, 23)
FRESH = "2026-11-01"

_PAGE: dict[str, list[dict[str, Any]]] = {
    "documents": [
        {"document": "zinc", "title": "Zinc", "language": "en", "review_every_days": 365}
    ],
    "sections": [
        {"section": "start", "position": 10},
        {"section": "colds", "position": 20, "heading": "What trials found about colds"},
    ],
    "statements": [
        {"statement": "talk", "section": "start", "position": 10, "notice": "talk-first"},
        {"statement": "help", "section": "start", "position": 20, "notice": "crisis-line"},
        {
            "statement": "harm",
            "section": "start",
            "position": 30,
            "label": "Stomach",
            "text": "Zinc can make you feel sick, and it can leave a bad taste for days. "
            "[@roe-2021]",
            "kind": "risk",
            "certainty": "high",
            "certainty_reasons": "Many large trials agree.",
            "topics": "harms",
        },
        {
            "statement": "colds",
            "section": "colds",
            "position": 40,
            "text": "Zinc may shorten a cold by a day. [@lee-2020-b; @lee-2020]",
            "kind": "benefit",
            "certainty": "low",
            "certainty_reasons": "Small trials that do not agree.",
            "topics": "works",
        },
        {
            "statement": "unsure",
            "section": "colds",
            "position": 50,
            "text": "In one trial zinc did not shorten a cold, and people felt sick. [@roe-2021]",
            "kind": "risk",
            "certainty": "low",
            "certainty_reasons": "One trial.",
            "topics": "harms",
        },
    ],
    "notices": [
        {"notice": "talk-first", "text": "Talk to a pharmacist first.", "needs": "every-page"},
        {"notice": "crisis-line", "text": "Call **988** at any time.", "needs": "crisis"},
    ],
    "sources": [
        {"source": key, "type": kind, "title": key}
        for key, kind in (
            ("lee-2020", "article-journal"),
            ("lee-2020-b", "webpage"),
            ("roe-2021", "article-journal"),
        )
    ],
    "evidence": [
        {"statement": "harm", "source": "roe-2021", "role": "supports"},
        {"statement": "colds", "source": "lee-2020", "role": "supports"},
        {"statement": "colds", "source": "lee-2020-b", "role": "qualifies"},
        {"statement": "unsure", "source": "roe-2021", "role": "supports"},
    ],
    "topics": [
        {"topic": "harms", "question": "What can it do to me?", "level": "must"},
        {"topic": "works", "question": "Does it work?", "level": "should"},
    ],
    "help_lines": [
        {
            "market": "US",
            "name": "Lifeline",
            "contact": "988",
            "url": "https://example.org/lifeline",
            "checked_on": FRESH,
        },
    ],
}
_SHARED: dict[str, dict[str, Any]] = {
    "sections": {"document": "zinc", "supplied_run_in": False},
    "statements": {"document": "zinc", "block": 1, "form": "paragraph"},
    "notices": {"language": "en"},
    "sources": {"retraction_checked_on": FRESH, "revision_checked_on": FRESH},
    "evidence": {"document": "zinc", "finding": "They felt sick."},
}

Change = dict[str, Any] | None


def page(changes: dict[tuple[str, str], Change] | None = None, **added: dict[str, Any]) -> Content:
    """The sound page with some rows changed, cut (None) or, by table, one added.

    A row is named by its table and the first column that is its own: ``("statements", "harm")``;
    of evidence by its statement and its source.
    """
    left = dict(changes or {})
    sound = _sound()
    frames: dict[str, pd.DataFrame] = {table: getattr(sound, table).copy() for table in TABLES}
    for table in {table for table, _ in left} | added.keys():
        made = []
        for row in _PAGE.get(table, ()):
            change = left.pop((table, _name(table, row)), {})
            if change is not None:
                made.append({**_SHARED.get(table, {}), **row, **change})
        if table in added:
            made.append({**_SHARED.get(table, {}), **added[table]})
        frames[table] = frame_of(table, made, sound)
    assert left == {}, f"no such rows: {left}"
    return replace(sound, **frames)


@cache
def _sound() -> Content:
    """The page as it is; each who asks for it has tables of their own."""
    content = empty_content()
    frames = {
        table: frame_of(table, [{**_SHARED.get(table, {}), **row} for row in rows], content)
        for table, rows in _PAGE.items()
    }
    return replace(content, **frames)


def _name(table: str, row: dict[str, Any]) -> str:
    if table == "evidence":
        return f"{row['statement']} {row['source']}"
    return str(row["name"] if table == "help_lines" else next(iter(row.values())))
