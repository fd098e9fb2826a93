"""What a file is that is not the table it should be: the true cause, said before any other.

A table that another program saved with other separators, that a merge left in conflict, or that
is not a table at all would otherwise be answered with a fault for each column and each line.
"""

from __future__ import annotations

import codecs
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
_SAVE = "Save the file as 'CSV UTF-8'."
_SHEET = "Save the sheet as 'CSV UTF-8'."
_DOWNLOAD = "Download the file itself, not the page that shows it."
_RESTORE = "Restore the table from version control."
_NOT_A_TABLE = (
    (b"version https://git-lfs.github.com/", "a pointer of Git LFS", "Run 'git lfs pull'."),
    (b"pk\x03\x04", "a workbook or another zip file", _SHEET),
    (b"\xd0\xcf\x11\xe0", "a workbook of an older Excel", _SHEET),
    (b"\x1f\x8b", "packed with gzip", "Unpack it."),
    (b"%pdf-", "a PDF", _RESTORE),
    (b"\x89png", "a picture", _RESTORE),
    (b"<!doctype html", "a web page", _DOWNLOAD),
    (b"<html", "a web page", _DOWNLOAD),
    (b"<", "a web page or XML", _DOWNLOAD),
    (b"{", "JSON", _RESTORE),
    (b"[", "JSON", _RESTORE),
)
_CONFLICT = re.compile(rb"^(?:<{7}|>{7}|\|{7}|={7}(?=\r|$))(?: .*)?\r?$", re.MULTILINE)
_WIDE = {
    codecs.BOM_UTF32_LE: "UTF-32",  # starts as UTF-16 does, so it stands first
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def mistaken_bytes(data: bytes) -> Mistake | None:
    """Return what a file is as a whole that is no CSV in UTF-8; None for anything else."""
    if conflict := _CONFLICT.search(data):  # before all else: a mark may be the first line
        return Mistake(
            "merge-conflict",
            "A merge left both sides of a conflict in the file.",
            "Keep the rows that are right, delete the lines with <<<<<<<, ======= and >>>>>>>.",
            data.count(b"\n", 0, conflict.start()) + 1,
        )
    for mark, encoding in _WIDE.items():
        if data.startswith(mark):
            return Mistake("wrong-encoding", f"The file is {encoding}, not UTF-8.", _SAVE, 1)
    start = data[:200].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for mark, what, hint in _NOT_A_TABLE:
        if start.startswith(mark):
            return Mistake("not-a-table", f"The file is {what}, not a table.", hint, 1)
    if b"\0" in start.partition(b"\n")[0]:
        return Mistake("not-a-table", "The file is not text: it holds null bytes.", _SAVE, 1)
    return None


def mistaken_text(text: str, schema: Schema) -> Mistake | None:
    """Return what is wrong with the text of a file as a whole; None where it is CSV."""
    header, _, rest = re.sub(r"\r\n?", "\n", text[:100_000]).partition("\n")
    told = re.fullmatch(r'"?sep=(.?)"?,*', header, re.IGNORECASE)
    if told:
        header = rest.partition("\n")[0]
    known = set(schema.columns)
    for separator, name in _SEPARATORS.items():
        cells = [cell.strip('" ') for cell in header.split(separator)]
        if len(known.intersection(cells)) > len(known.intersection(header.split(","))):
            message = f"The cells are separated by {name}, not by commas."
            return Mistake("wrong-separator", message, _SAVE, 1)
    if told:
        message = "The first line tells a spreadsheet how cells are separated, and is no row."
        return Mistake("separator-line", message, "Delete the line.", 1)
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
    # One such line is a slip in that line, unless it is the header.
    if not width or (len(longer) < 2 and width == len(header)):
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
