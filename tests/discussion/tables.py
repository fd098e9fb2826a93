"""A small page that people propose words for and comment on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ketcontent.model.content import Content, empty_content, frame_of


def tea(text: str = "It may calm. [@lee-2020]") -> Content:
    """One page with a heading and one statement, and two people."""
    content = empty_content()
    tables: dict[str, list[dict[str, Any]]] = {
        "documents": [{"document": "tea", "title": "Tea", "language": "en"}],
        "sections": [
            {"document": "tea", "section": "uses", "heading": "Uses", "position": 10},
        ],
        "statements": [
            {"document": "tea", "statement": "calm", "section": "uses", "label": "Calm"}
            | {"block": 1, "position": 10, "form": "paragraph", "kind": "benefit", "text": text}
        ],
        "people": [
            {"person": key, "name": key.title(), "conflicts": "none"}
            | {"profession": "nurse", "credential": "RN"}
            for key in ("ada", "bo")
        ],
        "sources": [{"source": "lee-2020", "type": "book", "title": "Leaves"}],
    }
    tables["documents"][0]["review_every_days"] = 365
    tables["sections"][0]["supplied_run_in"] = False
    frames = {name: frame_of(name, rows, content) for name, rows in tables.items()}
    return replace(content, **frames)
