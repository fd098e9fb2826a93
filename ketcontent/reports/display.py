"""Draw a table or a summary in a notebook."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ketcontent.markup import FACTS, render, trusted


@dataclass(frozen=True, slots=True)
class Table:
    """A DataFrame as it is drawn: with a caption, and heads that a screen reader reads out."""

    frame: pd.DataFrame
    """What is drawn; the first column heads its row."""
    caption: str
    """What the table shows."""
    nothing: str
    """What to say in place of a table without rows."""
    folded: bool = False
    """Whether its rows are shown only when the reader asks for them."""

    def to_html(self) -> str:
        """Return the table as HTML."""
        return self._drawn("table.html.j2", "to_html")

    def to_markdown(self) -> str:
        """Return the table as Markdown."""
        return self._drawn("table.md.j2", "to_text")

    def to_text(self) -> str:
        """Return the table as plain text; one that is too wide for a screen, cell by cell."""
        if self.frame.empty:
            return self.nothing
        cells = [
            [cell.to_text() if hasattr(cell, "to_text") else cell for cell in row]
            for row in _rows(self.frame)
        ]
        columns = [str(name) for name in self.frame.columns]
        text = pd.DataFrame(cells, columns=columns).to_string(index=False)
        if max(map(len, text.splitlines())) <= _SCREEN:
            return text
        return "\n".join(
            line
            for row in cells
            for line in [
                str(row[0]),
                *(
                    f"  {name}: {cell}"
                    for name, cell in zip(columns[1:], row[1:], strict=True)
                    if cell != ""
                ),
            ]
        )

    def _drawn(self, template: str, form: str) -> str:
        rows = [[_cell(cell, form) for cell in row] for row in _rows(self.frame)]
        columns = [str(name) for name in self.frame.columns]
        return render(template, table=self, columns=columns, rows=rows)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": self.to_text(),
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            FACTS: json.dumps({"kind": "part"}),
        }


def show(
    frame: pd.DataFrame, caption: str, *, nothing: str = "None.", folded: bool = False
) -> Table:
    """Return a DataFrame as a table to be read.

    Parameters
    ----------
    frame
        What to draw; its first column heads each row.
    caption
        What the table shows.
    nothing
        What to say when the DataFrame has no rows.
    folded
        Whether to show the rows only when the reader asks for them: for long tables that few need.
    """
    return Table(frame, caption, nothing, folded)


_SCREEN = 100  # characters that a line of a terminal holds


def _rows(frame: pd.DataFrame) -> list[list[Any]]:
    """Return the rows of a frame; a number that is not there is nothing to read."""
    rows = frame.itertuples(index=False)
    return [["" if cell is pd.NA else cell for cell in row] for row in rows]


def _cell(cell: Any, form: str) -> Any:
    """Return a cell drawn by its own form where it has one."""
    if not hasattr(cell, form):
        return str(cell)
    drawn = getattr(cell, form)()
    return trusted(drawn) if form == "to_html" else drawn
