r"""The cells of a row of a table, as one text.

A row is one statement: people sign it, cite for it and propose other words for it as for any other.
So its cells stand in one text, with a bar between two of them. A bar within a cell is written
``\|``, and a backslash ``\\``; white space at the borders of a cell is none of it.

Notes
-----
These marks are part of the plain words, not of the markup of a cell in the tables: so what is
signed, compared, sent out in a packet and read back says by itself where a cell ends, and none of
those needs to know that it has a row before it. A bar between two digits of a dose and one between
two cells must not be signed as the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ketcontent.text.normalize import fold

_UNIT = re.compile(r"\\([\\|])|(\|)|[^\\|]+|\\")


def join_cells(cells: Iterable[str]) -> str:
    r"""Return cells as the one text of their row.

    Examples
    --------
    >>> print(join_cells(["Adult", "", "1|2 \\"]))
    Adult | | 1\|2 \\
    """
    escaped = (re.sub(r"[\\|]", r"\\\g<0>", fold(cell)) for cell in cells)
    return fold(" | ".join(escaped))


def split_cells(row: str) -> tuple[str, ...]:
    r"""Return the cells of the text of a row.

    Examples
    --------
    >>> split_cells(r"Adult | | 1\|2 \\")
    ('Adult', '', '1|2 \\')
    """
    cells = [""]
    for unit in _UNIT.finditer(row):
        if unit[2]:
            cells.append("")
        else:
            cells[-1] += unit[1] or unit[0]
    return tuple(map(fold, cells))


def without_empty_end(row: str) -> str:
    """Return the text of a row without the empty cells at its end, which say nothing.

    Examples
    --------
    >>> without_empty_end("Adult | |"), without_empty_end("Adult")
    ('Adult', 'Adult')
    """
    return re.sub(r"(?:(?:^|\s)\|)+\s*\Z", "", row)
