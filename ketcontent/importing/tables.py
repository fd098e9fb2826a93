"""What readers of several formats do with the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ketcontent.importing.supplied_page import Doubt, SuppliedBlock


def joined_tables(blocks: Sequence[SuppliedBlock]) -> Iterator[Doubt]:
    """Yield a doubt for each table that goes on the one right before it: nothing parts the two.

    Examples
    --------
    >>> rows = SuppliedBlock("row", "a | b", "line 1", table=1), SuppliedBlock("row", "c", table=2)
    >>> [one.message for one in joined_tables(rows)]
    ['Two tables that follow each other become one: the second has no header and no caption.']
    """
    for before, after in pairwise(blocks):
        if before.table and after.form == "row" and after.table not in (0, before.table):
            yield Doubt(
                "Two tables that follow each other become one: the second has no header and no "
                "caption.",
                after.where,
            )
