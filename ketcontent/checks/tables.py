"""The judge of tables: each row has as many cells as the others."""

from __future__ import annotations

from ketcontent.checks.statements import statement_fault
from ketcontent.diagnostics import Diagnostic
from ketcontent.pages import Edition, PageView
from ketcontent.text import counted, split_cells


def judge_tables(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return each row of a table that has more or fewer cells than the first row of it.

    Notes
    -----
    Behind a cell too many or too few, each further one stands under the header of another column,
    so that a number is read for what it is not. A bar that was meant as one of the words of a cell
    is the usual cause.
    """
    page = view.edition(edition)
    faults: list[Diagnostic] = []
    for section in page.sections:
        for form, run in section.runs:
            rows = [
                one
                for block in run
                if form == "table" and block.form != "caption"
                for one in block.statements
            ]
            first = len(split_cells(rows[0].plain)) if rows else 0
            for one in rows[1:]:
                cells = len(split_cells(one.plain))
                if cells != first:
                    faults.append(
                        statement_fault(
                            page,
                            one,
                            "ragged-row",
                            f"The row has {counted(cells, 'cell')}, the first one of its table "
                            f"{first}.",
                            "Put a bar between two cells, and none but for that: a bar that is "
                            r"one of the words of a cell is written \\|.",
                            severity="error" if edition == "current" else "warning",
                            of_notice=True,
                        )
                    )
    return faults
