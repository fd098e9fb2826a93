"""What goes together in a section: an item with those below it, the rows of a table.

An item of a list stands for what is below it as well: a step passes all of it, and who moves or
cuts it moves or cuts that too. Else what was said within one item would be read within another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby

from ketcontent.editor.edits import in_order, statement_row
from ketcontent.editor.session import Session
from ketcontent.model import DEEPEST, ROW_FORMS, TABLE_FORMS, item_depth, item_form, table_numbers

Row = Mapping[str, str]


def block_of(row: Row) -> tuple[str, str]:
    """Return which paragraph or item a statement stands in; each layer has its own part of it."""
    return row["block"], row["layer"]


def with_below(session: Session, statements: Sequence[str]) -> list[str]:
    """Return statements and those of the items below them; what has none stays as it is named.

    A sentence of several that an item has goes alone, and what is below stays with the others.
    """
    taken = list(dict.fromkeys(statements))
    homes = dict.fromkeys(statement_row(session, one)["section"] for one in taken)
    for section in homes:
        above = 0  # the depth of the item whose list is being taken
        layer = ""
        for _, together in groupby(in_order(session, section), block_of):
            block = list(together)
            keys = [row["statement"] for row in block]
            depth = item_depth(block[0]["form"])
            if above and depth > above and block[0]["layer"] == layer:
                taken += [one for one in keys if one not in taken]
            else:
                above = depth if {*keys} <= {*taken} else 0
                layer = block[0]["layer"]
    return taken if len(taken) == len({*statements}) else _in_reading_order(session, homes, taken)


def _in_reading_order(session: Session, sections: Iterable[str], taken: Sequence[str]) -> list[str]:
    shown = [row["statement"] for section in sections for row in in_order(session, section)]
    return [*(one for one in shown if one in taken), *(one for one in taken if one not in shown)]


def tables_in(rows: Sequence[Row]) -> list[int]:
    """Return of the rows of a section which table each stands in, counted from 1; 0 for none."""
    blocks = [list(some) for _, some in groupby(rows, block_of)]
    numbers = table_numbers(block[0]["form"] for block in blocks)
    return [number for number, block in zip(numbers, blocks, strict=True) for _ in block]


def within_one_table(rows: Sequence[Row], statements: Collection[str]) -> bool:
    """Return whether statements are a part of one table, and not all of it."""
    tables = tables_in(rows)
    own = {table for row, table in zip(rows, tables, strict=True) if row["statement"] in statements}
    if len(own) != 1 or 0 in own:
        return False
    return sum(table in own for table in tables) > len(statements)


def passed(rows: Sequence[Row], place: int, depth: int, step: int) -> range:
    """Return the places of what a step goes past as one, of which it meets one first.

    Parameters
    ----------
    rows
        The rows of a section.
    place
        Where the first that is met stands.
    depth
        How deep what moves stands as an item; 0 for what is none.
    step
        1 for down, -1 for up.
    """
    tables = tables_in(rows)
    if tables[place]:
        own = [n for n, table in enumerate(tables) if table == tables[place]]
        return range(own[0], own[-1] + 1)
    first = last = place
    while first > 0 and block_of(rows[first - 1]) == block_of(rows[place]):
        first -= 1
    while last + 1 < len(rows) and block_of(rows[last + 1]) == block_of(rows[place]):
        last += 1
    own_depth = item_depth(rows[place]["form"])
    alike = [row["layer"] == rows[place]["layer"] and item_depth(row["form"]) for row in rows]
    if own_depth and step > 0 and own_depth >= depth:
        while last + 1 < len(rows) and alike[last + 1] and alike[last + 1] > own_depth:
            last += 1
    top = max(depth, 1)
    while step < 0 and own_depth and alike[first] > top and first > 0 and alike[first - 1]:
        first -= 1
    while first > 0 and block_of(rows[first - 1]) == block_of(rows[first]):
        first -= 1
    return range(first, last + 1)


def relevelled(rows: Sequence[Row], depth: int) -> list[dict[str, str]]:
    """Return rows that are moved, their outermost items at a depth and those below as far below."""
    found = []
    by = 0
    root = 0
    for row in rows:
        own = item_depth(row["form"])
        if own and (not root or own <= root):
            root, by = own, depth - own
        root = root if own else 0
        found.append({**row, "form": item_form(min(own + by, DEEPEST))} if own else dict(row))
    return found


def place_beside(
    rows: Sequence[Row], beside: str, *, after: bool, moving: Sequence[Row]
) -> tuple[int, int]:
    """Return before which of the rows of a section others are laid, and how deep as items.

    Between two sentences of a paragraph there is a place; between an item and what is below it,
    and for what is no row between two rows, there is none.
    """
    keys = [row["statement"] for row in rows]
    place = keys.index(beside)
    row = rows[place]
    depth = max(item_depth(row["form"]), 1)
    other = place + (1 if after else -1)
    joins = 0 <= other < len(rows) and block_of(rows[other]) == block_of(row)
    whole = any(one["form"] in TABLE_FORMS for one in moving)
    whole |= len({block_of(one) for one in moving if item_depth(one["form"])}) > 1
    if joins and not whole:
        return place + after, depth
    if row["form"] in TABLE_FORMS and all(one["form"] in ROW_FORMS for one in moving):
        return place + after, depth
    if not all(item_depth(one["form"]) for one in moving):  # it is laid beside all of a list's item
        place = passed(rows, place, 0, -1)[0]
        depth = 0
    around = passed(rows, place, depth, 1)
    return (around[-1] + 1 if after else around[0]), max(depth, 1)
