"""What a file is that is not the table it should be: the true cause, said before any other.

A table that another program saved with other separators, that a merge left in conflict, or that
is not a table at all would otherwise be answered with a fault for each column and each line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ketcontent.model.csv_text import Line
from ketcontent.model.schema import Schema
from ketcontent.text import counted


class Mistake(NamedTuple):
    """What is wrong with a file as a whole."""

    rule: str
    message: str
    hint: str
    line: int


_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "upright bars"}
_CONFLICT = re.compile(r"^<{7} .*$(?:.|\r|\n)*?^>{7} ", re.MULTILINE)
_NOT_A_TABLE = (
    (b"version https://git-lfs.github.com/", "a pointer of Git LFS", "Run 'git lfs pull'."),
    (b"PK\x03\x04", "a workbook or another zip file", "Save the sheet as 'CSV UTF-8'."),
    (b"%PDF-", "a PDF", "Restore the table from version control."),
    (b"<!doctype html", "a web page", "Download the file itself, not the page that shows it."),
    (b"<html", "a web page", "Download the file itself, not the page that shows it."),
)


def not_a_table(data: bytes) -> Mistake | None:
    """Return what a file is that is no CSV at all; None for anything else."""
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for mark, what, hint in _NOT_A_TABLE:
        if start.startswith(mark.lower()):
            return Mistake("not-a-table", f"The file is {what}, not a table.", hint, 1)
    return None


def mistaken_text(text: str, schema: Schema) -> Mistake | None:
    """Return what is wrong with the text of a file as a whole; None where it is CSV."""
    if conflict := _CONFLICT.search(text):
        return Mistake(
            "merge-conflict",
            "A merge left both sides of a conflict in the file.",
            "Keep the rows that are right, delete the lines with <<<<<<<, ======= and >>>>>>>.",
            text.count("\n", 0, conflict.start()) + 1,
        )
    header = re.split(r"\r|\n", text, maxsplit=1)[0]
    known = set(schema.columns)
    for separator, name in _SEPARATORS.items():
        cells = [cell.strip('" ') for cell in header.split(separator)]
        if len(known.intersection(cells)) > len(known.intersection(header.split(","))):
            message = f"The cells are separated by {name}, not by commas."
            return Mistake("wrong-separator", message, "Save the file as 'CSV UTF-8'.", 1)
    return None


def without_trailing_commas(records: list[Line]) -> tuple[list[Line], Mistake | None]:
    """Return records without the empty cells that stand behind the last column, and that fault.

    Spreadsheets write them for columns that were once in use.
    """
    header = records[0].cells
    width = len(header)
    while width and not header[width - 1]:
        width -= 1
    # A line with a word behind the last column is another fault, which its own check names.
    longer = [one for one in records if len(one.cells) > width and not any(one.cells[width:])]
    if not width or len(longer) < 2:  # one such line is a slip in that line
        return records, None
    first = longer[0].line
    message = (
        f"{counted(len(longer), 'line')} from here on, with empty cells behind the last column."
    )
    hint = "Delete the commas at the end of the lines, or the empty columns in a spreadsheet."
    kept = [
        Line(one.line, one.cells[:width])
        if len(one.cells) > width and not any(one.cells[width:])
        else one
        for one in records
    ]
    return kept, Mistake("trailing-commas", message, hint, first)
