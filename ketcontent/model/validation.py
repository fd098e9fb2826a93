"""What ``datapackage.json`` says of the tables, and every fault of tables that do not fit it.

The data package is the only schema. Bytes become text, text becomes cells, cells are held against
the schema, and each step reports all of its faults with line and column: encoding and quotes
here, the header here, types, lists, patterns and keys by the compiled descriptor
(`ketcontent.model.compiled`) and, where that is in doubt, by frictionless, and last the few laws
between columns that a data package cannot say (`ketcontent.model.laws`).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from ketcontent.diagnostics import Report
from ketcontent.errors import nearest
from ketcontent.model.cells import check_cells, check_characters, check_foreign_keys
from ketcontent.model.csv_text import LINE_END, Line, read_sound, scan_csv
from ketcontent.model.faults import Faults, TableRows
from ketcontent.model.laws import LAWS
from ketcontent.model.mistaken_file import mistaken_bytes, mistaken_text, without_trailing_commas
from ketcontent.model.schema import Row, Schema
from ketcontent.text import counted


def parse(
    folder: Path,
    schemas: Mapping[str, Schema],
    data: Mapping[str, bytes | None],
    *,
    only_syntax: bool = False,
    known: Mapping[str, list[Line]] | None = None,
    sound: Collection[str] = (),
) -> tuple[dict[str, list[Line]], Report]:
    """Return each table's rows in the schema's column order, and every fault of all tables.

    Parameters
    ----------
    folder
        The folder, as faults shall name it; nothing is read from it.
    schemas
        The schema of each table.
    data
        The bytes of each table's file; None where it is not there.
    only_syntax
        Look for faults of files, columns and lines only, not of cells, keys and laws.
    known
        Rows of tables that were parsed before without a fault; their bytes are not looked at.
    sound
        Which of these had no fault in any cell either; only what is between tables is looked at.
    """
    faults = {table: Faults(folder, schema) for table, schema in schemas.items()}
    lines = {**known} if known else {}
    for table in schemas.keys() - lines.keys():
        lines[table] = _read_table(faults[table], data[table])
    if not only_syntax:
        unsure = {table: schema for table, schema in schemas.items() if table not in sound}
        check_cells(folder, unsure, lines, faults)
        for table in unsure:
            check_characters(faults[table], lines[table])
        for table in schemas:
            check_foreign_keys(folder, table, schemas, lines, faults)
        rows = {table: TableRows(schemas[table], lines[table], faults[table]) for table in schemas}
        for law in LAWS:
            law(rows)
    return lines, Report.of([fault for table in schemas for fault in faults[table].found])


def parse_formatted(
    folder: Path,
    schemas: Mapping[str, Schema],
    data: Mapping[str, bytes],
    known: Mapping[str, list[Line]],
    sound: Collection[str],
) -> tuple[dict[str, list[Line]], Report]:
    """Return what `parse` does, of files that `format_csv` wrote: their lines are read in short.

    Where there is a fault they are looked at once more, so that it is said as of any file.
    """
    read = {one: rows for one, made in data.items() if (rows := read_sound(made, schemas[one]))}
    lines, report = parse(folder, schemas, data, known={**known, **read}, sound=sound)
    if read and report.has_errors:
        return parse(folder, schemas, data, known=known, sound=sound)
    return lines, report


def _read_table(faults: Faults, data: bytes | None) -> list[Line]:
    """Return the rows of one file; note the columns it lacks, and the cells in doubt."""
    schema = faults.schema
    faults.absent = set(schema.columns)
    if data is None:
        faults.add(
            "missing-file",
            "The file is not there.",
            "Restore it from version control. Where it never was there, make it with this one "
            f"line: {','.join(schema.columns)}",
        )
        return []
    if mistake := mistaken_bytes(data):
        faults.add(*mistake[:3], line=mistake.line)
        return []
    text = _decoded(faults, data)
    if text is None:
        return []
    if mistake := mistaken_text(text, schema):
        faults.add(*mistake[:3], line=mistake.line)
        return []
    strays: dict[int, int] = {}

    def stray(line: int, cell: int) -> None:
        strays[line] = cell

    records = scan_csv(text, stray)
    header = records[0].cells if records else ("",)
    if not any(map(str.strip, header)):
        what = "first line is blank" if text.strip() else "file is empty"
        faults.add("missing-header", f"The {what}.", _header_hint(schema), line=1)
        return []
    if not {name.strip().lower() for name in header}.intersection(schema.columns):
        what = "The first line names no column of the table."
        faults.add("missing-header", what, _header_hint(schema), line=records[0].line)
        return []
    records, mistake = without_trailing_commas(records)
    if mistake:
        faults.add(*mistake[:3], line=mistake.line)
    header = records[0].cells
    for line, cell in strays.items():
        named = header[cell] if cell < len(header) else ""
        faults.add(
            "stray-quote",
            "A quotation mark stands where it cannot: inside a bare cell, after the end of a "
            "quoted one, or never closed.",
            'Put the whole cell in quotes and write each quote inside it twice: "a ""word""".',
            line=line,
            column=named if named in schema.columns else "",
        )
    faults.absent -= set(header)
    _check_header(faults, header, records[0].line)
    whole = header == schema.columns and not strays
    rows = []
    for record in records[1:]:
        if not any(record.cells):
            faults.add("blank-line", "The line is blank.", "Delete it.", line=record.line)
            continue
        if whole and len(record.cells) == len(header):
            rows.append(record)
            continue
        last = record.line + sum(len(LINE_END.findall(cell)) for cell in record.cells)
        if last in strays:
            faults.doubtful[record.line] = set(header[strays[last] :])
        elif len(record.cells) != len(header):
            faults.doubtful[record.line] = set(header)
            faults.add(
                "ragged-line",
                f"The line has {counted(len(record.cells), 'cell')}, the header has {len(header)}.",
                "Write one cell a column; put a cell with a comma in it in quotes.",
                line=record.line,
            )
        cells = dict(zip(header, record.cells, strict=False))
        rows.append(Line(record.line, tuple(cells.get(name, "") for name in schema.columns)))
    return rows


def _decoded(faults: Faults, data: bytes) -> str | None:
    """Return the text of a file, or None when not even its first line is UTF-8."""
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode()
    except UnicodeDecodeError:
        start = len(data) - len(body)
    places: list[tuple[int, int]] = []
    for number, line in enumerate(re.split(rb"(?<=\n)|(?<=\r)(?!\n)", body), start=1):
        try:
            line.decode()
        except UnicodeDecodeError as fault:
            places.append((number, start + fault.start))
        start += len(line)
    several = len(places) > _NAMED
    others = f", nor is one of {len(places) - 1} lines more" if several else ""
    for number, place in places[:1] if several else places:
        faults.add(
            "wrong-encoding",
            f"Byte {place} (0x{data[place]:02x}) is not UTF-8{others}.",
            "Save the file as 'CSV UTF-8'.",
            line=number,
        )
    return None if places[0][0] == 1 else body.decode(errors="replace")


_NAMED = 3  # lines that are no UTF-8; where there are more, the file as a whole is not


def _header_hint(schema: Schema) -> str:
    return f"Write this as its first line: {','.join(schema.columns)}"


def _check_header(faults: Faults, header: Row, line: int) -> None:
    known = faults.schema.columns
    for name in known:
        if name not in header:
            faults.add(
                "missing-column",
                f"There is no column '{name}'.",
                _header_hint(faults.schema),
                line=line,
                column=name,
            )
    spare = [name for name in known if name not in header]
    seen: set[str] = set()
    for name in header:
        if name in seen:
            faults.add(
                "duplicate-column",
                f"The column '{name}' stands twice.",
                "Keep one of them.",
                line=line,
                column=name,
            )
        elif name not in known:
            faults.add(
                "extra-column",
                f"The data package has no column '{name}'.",
                (nearest(name, spare) if spare else "")
                or "Delete it, or describe it in datapackage.json.",
                line=line,
                column=name,
            )
        seen.add(name)
    if sorted(header) == sorted(known) and header != known:
        faults.add(
            "column-order",
            "The columns are not in the order of the data package.",
            _header_hint(faults.schema),
            line=line,
        )
