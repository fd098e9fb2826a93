"""The tables of HTML: which hold data, which of their rows are headers, and cells that span others.

The words of a cell stand once, in the first place that it covers; the other places of it are empty,
so that each cell behind it and below it stays in its column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, groupby, pairwise
from operator import itemgetter
from typing import Any

from ketcontent.importing.supplied_page import Mark
from ketcontent.markup import attributes_of, in_order
from ketcontent.text import fold

_HEADING = re.compile(r"h[1-6]")

_MOST = 1000
"""How many columns or rows a cell spans at most, whatever it says."""

_WIDEST = 100
"""More columns than these, where no row has as many cells, are spans that say too much."""

_GROUPS = ("thead", "tbody", "tfoot")


@dataclass(slots=True)
class DataTable:
    """A table that is open, and its row that is open."""

    node: Any
    number: int
    """Which table of the page it is, from 1."""
    width: int
    """How many columns it has in which a cell begins: none spans more than that."""
    spans: dict[int, int] = field(default_factory=dict)
    """By column, how many rows more a cell above it covers."""
    cells: list[str] | None = None
    """The cells of the row that is open; None between rows."""
    marks: list[tuple[int, Mark]] = field(default_factory=list)
    """The marks in those, each with the number of its cell, at places of its words."""
    where: str = ""
    """Where the first words of that row stand."""
    only_heads: bool = True
    """Whether all its cells are headers."""
    headed: bool = False
    """Whether a row was headers."""
    said: bool = False
    """Whether a row that is no header had words."""

    def start_row(self) -> None:
        """Begin a row."""
        self.cells, self.where, self.only_heads = [], "", True
        self.marks = []

    def add(self, node: Any, words: str, where: str, marks: Iterable[Mark] = ()) -> bool:
        """Take in a cell with its words and what marks them; return whether it spans others."""
        self._skip_covered()
        cells = self.cells if self.cells is not None else []
        self.marks += ((len(cells), one) for one in _in_folded(marks, words))
        across, down = _spans_of(node)
        across = min(across, max(self.width - len(cells), 1))
        for text in [fold(words), *[""] * (across - 1)]:
            if down > 1:
                self.spans[len(cells)] = down
            cells.append(text)
        self.where = self.where or where
        self.only_heads &= node.name == "th"
        return across > 1 or down > 1

    def end_group(self) -> None:
        """End a group of rows: no cell of it covers a place in the next one."""
        self.spans = {}

    def _skip_covered(self) -> None:
        """Leave the places empty that a cell of a row above covers."""
        while self.cells is not None and self.spans.get(len(self.cells)):
            self.cells.append("")

    def end_row(self, *, in_head: bool) -> tuple[list[str], bool]:
        """Return the cells of the row that ends, none where it has no words, and if it is headers.

        Below the first row of data there are no headers of columns, whatever a page calls a row;
        nor does one cell across all columns name any of them, where another row has.
        """
        self._skip_covered()
        cells, self.cells = self.cells or [], None
        self.spans = {column: rows - 1 for column, rows in self.spans.items() if rows > 1}
        if not any(cells):
            return [], False
        names_rows = self.headed and len(cells) > 1 and sum(map(bool, cells)) == 1
        heads = not self.said and (in_head or self.only_heads) and not names_rows
        self.headed |= heads
        self.said |= not heads
        return cells, heads


def _in_folded(marks: Iterable[Mark], words: str) -> Iterator[Mark]:
    """Yield marks at their places in words whose white space was made alike."""
    places = [0]
    for before, one in pairwise(f" {words}"):
        places.append(places[-1] + (not one.isspace() or not before.isspace()))
    last = len(fold(words))
    for mark in marks:
        start, end = mark.start, min(mark.end, len(words))
        while start < end and words[start].isspace():
            start += 1
        while start < end and words[end - 1].isspace():
            end -= 1
        if start < end:
            yield replace(mark, start=places[start], end=min(places[end], last))


def marks_of_row(cells: Sequence[str], marks: Iterable[tuple[int, Mark]]) -> tuple[Mark, ...]:
    r"""Return the marks in cells at their places in the text of their row.

    Examples
    --------
    >>> [(one.start, one.end) for one in marks_of_row(["", "a|b c"], [(1, Mark("strong", 4, 5))])]
    [(7, 8)]
    >>> from ketcontent.text import join_cells
    >>> join_cells(["", "a|b c"])[7:8]
    'c'
    """
    within = {number: list(one) for number, one in groupby(marks, itemgetter(0))}
    found: list[Mark] = []
    at = 0
    for number, cell in enumerate(cells):
        at += 2 if number else 0  # the bar before it, and a space
        places = list(accumulate((1 + (one in "\\|") for one in cell), initial=at))
        found += (
            replace(mark, start=places[mark.start], end=places[mark.end])
            for _, mark in within.get(number, ())
        )
        at = places[-1] + bool(cell)
    return tuple(found)


def set_in_order(node: Any) -> None:
    """Put the parts of a table in the order in which a browser shows them (CSS 2.2, 17.2)."""
    named = [one.name for one in node.children or ()]
    rank = {"caption": 0, "thead": 1, "tfoot": 3}
    heads = {name: named.index(name) for name in rank if name in named}  # of several the first
    order = sorted(
        range(len(named)),
        key=lambda at: rank[named[at]] if heads.get(named[at]) == at else 2,
    )
    if node.children:
        node.children[:] = [node.children[at] for at in order]


def _spans_of(node: Any) -> tuple[int, int]:
    """Return over how many columns and rows a cell says that it goes."""
    given = attributes_of(node)
    down = _number(given.get("rowspan", "")) or _MOST  # 0: down to the end of its group
    return _number(given.get("colspan", "")), down


def _number(given: str) -> int:
    return min(int(given[:4]), _MOST) if given.isascii() and given.isdigit() else 1


def data_table(node: Any, number: int) -> DataTable | None:
    """Return a table that holds data; None for one that is the layout of a page, or a box."""
    if attributes_of(node).get("role") in ("presentation", "none"):
        return None
    widest = cells = column = columns = 0
    named = boxed = False
    covered: dict[int, int] = {}
    for kind, one in in_order(node):
        if one.name == "table" or _HEADING.fullmatch(one.name):
            return None
        if kind == "end" and one.name in _GROUPS:
            covered = {}
        elif kind == "end" and one.name == "tr":
            covered = {place: rows - 1 for place, rows in covered.items() if rows > 1}
        elif kind == "start" and one.name == "tr":
            cells = column = 0
        elif kind == "start" and one.name in ("td", "th"):
            while covered.get(column):
                column += 1
            cells += 1
            widest, columns = max(widest, cells), max(columns, column + 1)
            across, down = _spans_of(one)
            if down > 1:
                covered |= dict.fromkeys(range(column, column + across), down)
            column += across
            named |= one.name == "th"
        boxed |= one.name in _OF_A_BOX
    width = max(widest, columns if columns <= _WIDEST else 0)
    return DataTable(node, number, width) if widest > 1 or (named and not boxed) else None


def is_mixed(node: Any) -> bool:
    """Return whether a table has headers of its own, and a table or a heading in a cell."""
    headed = mixed = False

    def is_table(one: Any) -> bool:
        nonlocal mixed
        mixed |= one.name == "table"
        return bool(one.name == "table")

    for _, one in in_order(node, skip=is_table):
        mixed |= bool(_HEADING.fullmatch(one.name))
        headed |= one.name == "th"
    return mixed and headed and attributes_of(node).get("role") not in ("presentation", "none")


_OF_A_BOX = frozenset({"p", "div", "ul", "ol", "dl", "blockquote"})
"""What stands in one column that is a box around text."""
