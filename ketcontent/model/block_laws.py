"""The laws of blocks: which statements stand together, and how they are set."""

from __future__ import annotations

from ketcontent.model.faults import TablesRows
from ketcontent.model.forms import ROW_FORMS


def a_block_has_one_form(tables: TablesRows) -> None:
    """The statements of a paragraph or item are set the same way."""
    statements = tables["statements"]
    for column in ("form", "supplied_form"):
        half = "supplied_" if column.startswith("supplied_") else ""
        forms: dict[tuple[str, ...], tuple[str, int]] = {}
        for line, row in statements:
            place = ("document", f"{half}section", f"{half}block")
            if not row[f"{half}position"] or not statements.sound(line, column, *place):
                continue
            block = tuple(row[name] for name in place)
            form, first = forms.setdefault(block, (row[column], line.line))
            if row[column] != form:
                statements.fault(
                    line,
                    "mixed-forms",
                    column,
                    f"'{row[column]}', but line {first} of the same block is '{form}'.",
                    "Give the statement a block of its own, or the form of its block.",
                )


def a_row_is_one_statement(tables: TablesRows) -> None:
    """A row of a table is a block of its own, of one statement without a label.

    Its cells are all in its text: of two statements in one row nobody could tell where the cells of
    the second begin.
    """
    statements = tables["statements"]
    for column in ("form", "supplied_form"):
        half = "supplied_" if column.startswith("supplied_") else ""
        first: dict[tuple[str, ...], int] = {}
        for line, row in statements:
            if row[column] not in ROW_FORMS or not row[f"{half}position"]:
                continue
            if statements.read(line, f"{half}label") and row[f"{half}label"]:
                statements.fault(
                    line,
                    "labelled-row",
                    f"{half}label",
                    "A row of a table has no label: its cells are all in its words.",
                    "Empty the cell; what it says is the first cell of the row, or its heading.",
                )
            place = ("document", f"{half}section", f"{half}block")
            if not statements.sound(line, column, *place):
                continue
            before = first.setdefault(tuple(row[name] for name in place), line.line)
            if before != line.line:
                statements.fault(
                    line,
                    "row-in-parts",
                    f"{half}block",
                    f"A row of a table is one statement; line {before} is of the same block.",
                    "Give the statement a block of its own, as another row, or put its cells into "
                    "the other one.",
                )
