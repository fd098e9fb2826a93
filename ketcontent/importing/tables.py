"""What readers of several formats do with the rows of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ketcontent.importing.supplied_page import Doubt, SuppliedBlock


def line_cells(line: str) -> list[str]:
    r"""Return the cells of a line of text that is a row of a table, by its bars, tabs or gaps.

    Examples
    --------
    >>> line_cells("| Urea | 2–8 \| less |"), line_cells("Day    Dose"), line_cells("a||b")
    (['Urea', '2–8 | less'], ['Day', 'Dose'], ['a', '', 'b'])
    """
    line = line.strip()
    if _BAR.search(line):
        line = _BAR.sub("", line, count=1) if line.startswith("|") else line
        line = line[:-1] if _BAR.search(line[-2:]) and line.endswith("|") else line
        return [cell.strip().replace("\\|", "|") for cell in _BAR.split(line)]
    return line.split("\t") if "\t" in line else re.split(r"\s{2,}", line)


_BAR = re.compile(r"(?<!\\)\|")


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
