"""What the browser is told of statements, sources and findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ketcontent.approvals import reader_words
from ketcontent.diagnostics import Diagnostic
from ketcontent.editor.feedback import alone_with
from ketcontent.editor.session import RowChange
from ketcontent.model import Content
from ketcontent.pages import Statement, assemble
from ketcontent.text import compare

_WORST = ("refused", "stale", "missing", "valid")


Answer = dict[str, Any]


def statement_view(content: Content, document: str, key: str) -> Statement | None:
    """Return a statement as a reader reads it; None where it is not shown."""
    alone = alone_with(content, document, key)
    for section in assemble(alone, document):
        for one in section.statements:
            return one
    return None


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
    return {name: row.get(name, "") for name in names}


def finding_view(one: Diagnostic, cell: str) -> Answer:
    """Return a fault with its place in the text as the browser counts: in UTF-16."""
    told: Answer = {
        "rule": one.rule,
        "severity": one.severity,
        "message": one.message,
        "hint": one.hint,
        "table": one.table,
        "row": one.key,
        "column": one.column,
    }
    if one.column == "text" and one.span is not None and one.table == "statements":
        ends = [len(cell[:end].encode("utf-16-le", "surrogatepass")) // 2 for end in one.span]
        told |= {"start": ends[0], "end": ends[1]}
    return told


def written_rows(one: RowChange) -> Answer:
    """Return what a save wrote in a row: each cell that changed, as a redline."""
    before, after = one.before or {}, one.after or {}
    return {
        "table": one.table,
        "key": "/".join(one.key),
        "what": "added" if one.before is None else "removed" if one.after is None else "changed",
        "cells": [
            {"column": name, "redline": redline_view(before.get(name, ""), after.get(name, ""))}
            for name in dict.fromkeys([*before, *after])
            if before.get(name, "") != after.get(name, "")
        ],
    }
