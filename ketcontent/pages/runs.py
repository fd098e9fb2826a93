"""Blocks that stand together: a list with those within it, a table, notices one after the other.

As in `ketcontent.pages.tables`, what is here takes blocks and is not known to them by type.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ketcontent.model import TABLE_FORMS, goes_on

Nested = list[tuple[Any, "Nested"]]
"""Items of a list, each with those of the list within it."""

Within = tuple[tuple[str, str], ...]
"""What a statement stands within, from the outside in: of each sentence its key and its words."""


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

    "Alcohol" under "Never with:" is not what it is under "Safe with:". So a row of a table is what
    it is under its caption and headers, an item of a list within the items that it is of, and what
    follows a sentence with a colon at its end, in the same block or as the next, behind that. A row
    under no headers is read by the columns of the first row of its table.
    """
    found = []
    lead: Within = ()  # the sentence with a colon that comes right before
    outer: list[tuple[int, Within]] = []
    above: Within = ()
    first = before = ""
    for block in blocks:
        tables = {before, block.form} <= {*TABLE_FORMS}
        if block.form in TABLE_FORMS and not (tables and goes_on(before, block.form)):
            above, first = lead, block.statements[0].statement
        if block.form == "item":
            if before != "item":
                outer = [(0, lead)]
            while outer and outer[-1][0] >= block.depth:
                outer.pop()
            within = tuple(one for _, some in outer for one in some)
            outer.append((block.depth, _said(block.statements)))
        else:
            within = above if block.form in TABLE_FORMS else lead
        statements = []
        for one in block.statements:
            bound = _bound(block.form, within, first)
            statements.append(replace(one, within=within, stands=(*one.stands, *bound)))
            if block.form not in TABLE_FORMS and _leads_in(one.plain):
                within = (*within, *_said([one]))
        found.append(replace(block, statements=tuple(statements)))
        if block.form in ("caption", "header"):
            above = (*above, *_said(block.statements))
        ends = block.form not in TABLE_FORMS and _leads_in(block.plain)
        lead = _said(block.statements[-1:]) if ends else ()
        before = block.form
    return found


def _leads_in(words: str) -> bool:
    return words.rstrip().endswith((":", "："))


def _bound(form: str, within: Within, first: str) -> list[str]:
    """Return to what a statement is bound besides its words: as what it stands, and within what."""
    words = [one for _, one in within]
    if form not in TABLE_FORMS:
        return ["within", *words] if words else []
    # A row that becomes an item or a sentence loses its columns, whatever its words.
    return [form, *words] if form != "row" or words else [form, "beside", first]


def _said(statements: Iterable[Any]) -> Within:
    return tuple((one.statement, f"{one.label_text} {one.plain}".strip()) for one in statements)


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
