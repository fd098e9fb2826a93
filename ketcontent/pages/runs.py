"""Blocks that stand together: a list with those within it, a table, notices one after the other.

As in `ketcontent.pages.tables`, what is here takes blocks and is not known to them by type.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ketcontent.model import TABLE_FORMS
from ketcontent.pages.tables import goes_on, under_headers

Nested = list[tuple[Any, "Nested"]]
"""Items of a list, each with those of the list within it."""


def runs_of(blocks: Iterable[Any]) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """Return blocks in runs of one form, each with its name; what is for a crisis is ``urgent``."""
    runs: list[tuple[str, list[Any]]] = []
    for block in blocks:
        form = "urgent" if block.urgent else "table" if block.form in TABLE_FORMS else block.form
        before = runs[-1][1][-1] if runs and runs[-1][0] == form else None
        if before is not None and (form != "table" or goes_on(before.form, block.form)):
            runs[-1][1].append(block)
        else:
            runs.append((form, [block]))
    return tuple((form, tuple(run)) for form, run in runs)


def placed(blocks: Sequence[Any]) -> list[Any]:
    """Return the blocks of a section, each statement with what around it decides what it says.

    That is for a row the words of its headers, and for an item of a list the keys of the items that
    it is within, and of the sentence with a colon at its end that the list is of: "Alcohol" under
    "Never with:" is not what it is under "Safe with:".
    """
    found = []
    outer: list[tuple[int, str]] = []
    for block in blocks:
        if block.form != "item":
            last = block.statements[-1]
            outer = [(0, last.statement)] if last.plain.rstrip().endswith((":", "：")) else []
        else:
            while outer and outer[-1][0] >= block.depth:
                outer.pop()
            if keys := [key for _, key in outer]:
                statements = (
                    replace(one, stands=(*one.stands, "within", *keys)) for one in block.statements
                )
                block = replace(block, statements=tuple(statements))
            outer.append((block.depth, block.statements[0].statement))
        found.append(block)
    return under_headers(found)


def levels(blocks: Sequence[Any]) -> list[int]:
    """Return how deep each item of a run stands on the page, from 1; 0 for what is no item.

    An item of the third level under one of the first stands in a list within that one: there is
    nothing between them that a reader could see.
    """
    open_lists: list[int] = []
    found = []
    for block in blocks:
        if block.form != "item":
            found.append(0)
            continue
        while len(open_lists) > 1 and open_lists[-1] > block.depth:
            open_lists.pop()
        if not open_lists or open_lists[-1] < block.depth:
            open_lists.append(block.depth)
        else:
            open_lists[-1] = block.depth
        found.append(len(open_lists))
    return found


def nested(blocks: Sequence[Any]) -> Nested:
    """Return a run of items, each with those of the list within it."""
    outer: Nested = []
    open_lists = [outer]
    for block, level in zip(blocks, levels(blocks), strict=True):
        del open_lists[level:]
        inner: Nested = []
        open_lists[-1].append((block, inner))
        open_lists.append(inner)
    return outer
