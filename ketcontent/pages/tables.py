"""A table of a page: its caption, its headers and its rows, each of them a block of its own.

Blocks that follow each other are one table, until a caption or another header begins the next one.
So a row is added, moved and cut as an item of a list is, and what belongs to a table is never said
twice.

Notes
-----
As a template does, what is here takes blocks and is not known to them by type: a section draws its
tables through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ketcontent.markup import define, inline_html, isolated, markup_cells

if TYPE_CHECKING:
    from markupsafe import Markup

    from ketcontent.markup import Strings


@dataclass(frozen=True, slots=True)
class Table:
    """The blocks of one table, in order."""

    blocks: Sequence[Any]

    @property
    def captions(self) -> list[Any]:
        """The blocks that say what the table shows."""
        return [one for one in self.blocks if one.form == "caption"]

    @property
    def heads(self) -> list[Any]:
        """The blocks that are rows of headers."""
        return [one for one in self.blocks if one.form == "header"]

    @property
    def rows(self) -> list[Any]:
        """The blocks that are rows."""
        return [one for one in self.blocks if one.form == "row"]

    @property
    def name(self) -> str:
        """What the table is called by: its caption; empty where it has none."""
        return " ".join(one.plain for one in self.captions)

    def names_row(self, number: int, cells: Sequence[str]) -> bool:
        """Whether a cell, counted from 0, names the row that it begins, for who hears the table.

        It does where columns have headers: without those nothing says that the first cell is one.
        """
        return not number and len(cells) > 1 and bool(self.heads) and bool(cells[0])

    def markdown_lines(self, say: Strings) -> list[str]:
        """Return the table as lines of GitHub's Markdown, each row of headers but one as a row.

        A table without headers has empty ones, since Markdown knows none without.
        """
        heads = [one.markdown_cells(say) for one in self.heads]
        rows = [*(heads or [[]]), *(one.markdown_cells(say) for one in self.rows)]
        # Who reads Markdown drops the cells of a row that its header has no place for.
        width = max(map(len, rows))
        lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
        return [lines[0], f"|{' --- |' * width}", *lines[1:]]


def cells_html(statement: Any, firsts: Mapping[str, str], language: str) -> list[Markup]:
    """Return the cells of a row as HTML; a term is linked in the first that uses it."""
    left, found = dict(firsts), []
    for cell in markup_cells(statement.words):
        html = inline_html(cell)
        for term in [term for term in left if define(html, {term: left[term]}) != html]:
            html = define(html, {term: left.pop(term)})
        found.append(isolated(html, language))
    return found
