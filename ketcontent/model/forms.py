"""The forms of a block that say more than how it is set: how deep an item stands, what a row is.

Notes
-----
The depth of an item is part of its form (``item-2``), not a column of its own. So whatever compares
how a block was received with how it is set (what the supplier changed, what stands as received,
what was moved) compares depths too, and tables of an older project are read as they are.
"""

from __future__ import annotations

from collections.abc import Iterable

ROW_FORMS = ("header", "row")
"""The forms of what is a row of a table: one statement, its cells between bars."""

TABLE_FORMS = ("caption", *ROW_FORMS)
"""The forms of the blocks of a table."""

DEEPEST = 6
"""The most lists, one within the other, that an item stands in."""


def item_form(depth: int) -> str:
    """Return the form of an item at a depth, from 1; deeper ones than any have the deepest.

    Examples
    --------
    >>> item_form(1), item_form(2), item_form(9)
    ('item', 'item-2', 'item-6')
    """
    return f"item-{min(depth, DEEPEST)}" if depth > 1 else "item"


def item_depth(form: str) -> int:
    """Return how deep an item of a form stands, from 1; 0 for what is no item.

    Examples
    --------
    >>> item_depth("item"), item_depth("item-3"), item_depth("row")
    (1, 3, 0)
    """
    name, _, depth = form.partition("-")
    return int(depth or 1) if name == "item" else 0


def goes_on(before: str, form: str) -> bool:
    """Return whether a block of some form goes on the table that one of another form belongs to.

    Examples
    --------
    >>> goes_on("header", "row"), goes_on("row", "header"), goes_on("row", "caption")
    (True, False, False)
    """
    return TABLE_FORMS.index(before) <= TABLE_FORMS.index(form)


def table_numbers(forms: Iterable[str]) -> list[int]:
    """Return of blocks in order which table each belongs to, counted from 1; 0 for none.

    Examples
    --------
    >>> table_numbers(["caption", "row", "item", "row", "header", "row"])
    [1, 1, 0, 2, 3, 3]
    """
    numbers: list[int] = []
    last = 0
    before = ""
    for form in forms:
        in_table = form in TABLE_FORMS
        if in_table and not (before in TABLE_FORMS and goes_on(before, form)):
            last += 1
        numbers.append(last if in_table else 0)
        before = form
    return numbers
