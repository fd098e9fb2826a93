"""What ``datapackage.json`` says of the tables, and every fault of tables that do not fit it.

The data package is the only schema. Bytes become text, text becomes cells, cells are held against
the schema, and each step reports all of its faults with line and column: encoding and quotes
here, the header here, types, lists, patterns and keys through frictionless, and the few laws
between columns that a data package cannot say (see `_LAWS`) here again.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ketcontent
from ketcontent import files
from ketcontent.diagnostics import Diagnostic, Report
from ketcontent.errors import KetcontentError, nearest

if TYPE_CHECKING:
    from frictionless import Schema as TableSchema

TABLES = (
    "documents",
    "sections",
    "statements",
    "notices",
    "terms",
    "sources",
    "evidence",
    "people",
    "signoffs",
    "policies",
    "topics",
    "rules",
    "help_lines",
    "waivers",
    "strings",
)
"""The tables."""

SCHEMA_FILE = "datapackage.json"

Row = tuple[str, ...]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """What ``datapackage.json`` says of one table."""

    table: str
    """The table's name; its file is ``<table>.csv``."""
    columns: tuple[str, ...]
    """The columns, in order."""
    key: tuple[str, ...]
    """The columns of the primary key."""
    fields: Mapping[str, Mapping[str, Any]]
    """Each column's field descriptor."""
    descriptor: Mapping[str, Any]
    """The Table Schema as it stands in the file."""

    def typed(self, kind: str) -> tuple[str, ...]:
        """Return the columns of a type.

        Examples
        --------
        >>> shipped_schemas()["sections"].typed("boolean")
        ('supplied_run_in',)
        """
        return tuple(name for name in self.columns if self.fields[name]["type"] == kind)

    def key_of(self, row: Row) -> Key:
        """Return the key cells of a row.

        Examples
        --------
        >>> shipped_schemas()["notices"].key_of(("crisis", "en", "Call …", ""))
        ('crisis', 'en')
        """
        return tuple(row[self.columns.index(name)] for name in self.key)


def read_schemas(folder: Path) -> dict[str, Schema]:
    """Return the schema of each table in a folder, in the order of `TABLES`.

    Raises
    ------
    KetcontentError
        When the folder or its ``datapackage.json`` is not there, is not JSON, or leaves out a
        table or a column that the library needs.

    Examples
    --------
    >>> from pathlib import Path
    >>> tuple(read_schemas(Path("data"))) == TABLES
    True
    """
    path = folder / SCHEMA_FILE
    if not path.is_file():
        raise KetcontentError(
            f"No {SCHEMA_FILE} in {folder}.",
            hint="Name the folder of the tables with --data, or make a project with "
            "'ketcontent init DIRECTORY'.",
            path=str(path),
        )
    schemas = _schemas(path)
    for table, needed in shipped_schemas().items() if path != shipped_path() else ():
        found = schemas.get(table)
        absent = [name for name in needed.columns if found is None or name not in found.columns]
        if absent:
            raise KetcontentError(
                f"{path}: the table '{table}' lacks {', '.join(absent)}.",
                hint="Copy the missing fields from the data package that came with ketcontent; "
                "fields of your own may stay.",
                path=str(path),
            )
        if schemas[table].key != needed.key:
            raise KetcontentError(
                f"{path}: the primary key of '{table}' is {', '.join(schemas[table].key)}.",
                hint=f"Make it {', '.join(needed.key)}.",
                path=str(path),
            )
    return {table: schemas[table] for table in TABLES}


def _schemas(path: Path) -> dict[str, Schema]:
    try:
        package = json.loads(path.read_bytes())
        resources = {resource["name"]: resource for resource in package["resources"]}
        ours = {table: resources[table]["schema"] for table in TABLES if table in resources}
        return {
            name: Schema(
                table=name,
                columns=tuple(field["name"] for field in schema["fields"]),
                key=_names(schema["primaryKey"]),
                fields={field["name"]: {"type": "string", **field} for field in schema["fields"]},
                descriptor=schema,
            )
            for name, schema in ours.items()
        }
    except ValueError as fault:
        raise KetcontentError(
            f"{path} is not JSON: {fault}.", hint="Mend it at that place.", path=str(path)
        ) from None
    except (KeyError, TypeError) as fault:
        reason = f"{fault} is missing" if isinstance(fault, KeyError) else str(fault)
        raise KetcontentError(
            f"{path} is not a data package of tables: {reason}.",
            hint=f"Compare it with the one at {shipped_path()}.",
            path=str(path),
        ) from None


def _names(key: str | list[str]) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else tuple(key)  # Table Schema allows both


def shipped_path() -> Path:
    """Return the path of the data package that came with the library.

    Examples
    --------
    >>> shipped_path().name
    'datapackage.json'
    """
    return files.shipped("data") / SCHEMA_FILE


@lru_cache
def shipped_schemas() -> dict[str, Schema]:
    """Return the schema of each table as the library shipped it.

    Examples
    --------
    >>> shipped_schemas()["documents"].key
    ('document',)
    """
    return _schemas(shipped_path())


# --- the syntax of a file --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A record of a CSV file."""

    line: int
    """The line of the file on which it starts, counted from 1."""
    cells: Row
    """Its cells, in the order of the schema's columns."""


_FIELD = re.compile(
    r'"((?:[^"]|"")*)"(?=,|\r|\n|\Z)'  # quoted, quotes inside doubled
    r'|([^,"\r\n]*)(?=,|\r|\n|\Z)'  # bare, no quote in it
)
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_LINE_END = re.compile(r"\r\n|\r|\n")


def _scan(text: str, at_fault: Callable[[int, int], None]) -> list[Line]:
    """Return the records of a CSV text; call `at_fault` with line and cell of each stray quote.

    Notes
    -----
    Python's csv module takes ``a"b`` as it is and reads on to the end of the file after a quote
    that is never closed, so one slip would hide every fault behind it. Here the rest of a faulty
    line is taken as bare cells, and the next line is read afresh. A line break inside a quoted
    cell is ``\\n`` in the file and as read, also where git or an editor made it ``\\r\\n``.
    """
    records: list[Line] = []
    position, line = 0, 1
    while position < len(text):
        start = line
        cells: list[str] = []
        while True:
            match = _FIELD.match(text, position)
            if match is None:
                at_fault(line, len(cells))
                match = _REST_OF_LINE.match(text, position)
                assert match is not None  # it also matches nothing
                cells.extend(match.group().split(","))
            elif match.group(1) is not None:
                cells.append(match.group(1).replace('""', '"').replace("\r\n", "\n"))
                line += len(_LINE_END.findall(match.group(1)))
            else:
                cells.append(match.group(2))
            position = match.end()
            if position < len(text) and text[position] == ",":
                position += 1
                continue
            break
        records.append(Line(start, tuple(cells)))
        end = _LINE_END.match(text, position)
        if end is not None:
            position, line = end.end(), line + 1
    return records


# --- validating ------------------------------------------------------------------------------


class _Faults:
    """Collects the faults of one table, each with its place."""

    def __init__(self, folder: Path, schema: Schema) -> None:
        self.schema = schema
        self.file = (folder / f"{schema.table}.csv").as_posix()
        self.found: list[Diagnostic] = []
        self.absent: set[str] = set()
        """The columns that the file lacks."""
        self.doubtful: dict[int, set[str]] = {}
        """By line, the columns whose cells may stand elsewhere: the line is ragged or misquoted."""
        self.cells: set[tuple[int | None, str]] = set()
        """Line and column of each cell with a fault."""

    def read(self, line: Line, *columns: str) -> bool:
        """Whether these cells were read at all, so that a further fault of them is a fault."""
        unread = self.absent | self.doubtful.get(line.line, set())
        return unread.isdisjoint(columns)

    def sound(self, line: Line, *columns: str) -> bool:
        """Whether these cells were read and have no fault so far."""
        faulty = any((line.line, column) in self.cells for column in columns)
        return self.read(line, *columns) and not faulty

    def add(
        self,
        rule: str,
        message: str,
        hint: str,
        *,
        line: int | None = None,
        column: str = "",
        row: Row | None = None,
        span: tuple[int, int] | None = None,
    ) -> None:
        cell = row[self.schema.columns.index(column)] if row and column else ""
        key = "/".join(self.schema.key_of(row)) if row else ""
        self.cells.add((line, column))
        self.found.append(
            Diagnostic(
                rule=rule,
                message=message,
                hint=hint,
                table=self.schema.table,
                key=key,
                file=self.file,
                line=line,
                column=column,
                cell=cell,
                span=span,
            )
        )


def parse(
    folder: Path,
    schemas: Mapping[str, Schema],
    data: Mapping[str, bytes | None],
    *,
    only_syntax: bool = False,
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
    sound
        Digests (`table_digest`) of tables whose cells have been found sound before.

    Examples
    --------
    >>> from pathlib import Path
    >>> data = {table: (",".join(schema.columns) + "\\n").encode()
    ...     for table, schema in shipped_schemas().items()}
    >>> data["notices"] += b'Crisis,en,"Call now.",\\n'
    >>> print(parse(Path("data"), shipped_schemas(), data)[1])
    data/notices.csv:2: notice: error: 'Crisis' is not a key. [not-a-key]
        hint: Use lower-case letters a to z, digits, and single hyphens between them.
    """
    faults = {table: _Faults(folder, schema) for table, schema in schemas.items()}
    lines = {table: _read_table(faults[table], data[table]) for table in schemas}
    if not only_syntax:
        known = {table for table in schemas if table_digest(schemas[table], data[table]) in sound}
        _check_schema(folder, schemas, lines, faults, known if sound else set())
        for law in _LAWS:
            law({table: _Rows(schemas[table], lines[table], faults[table]) for table in schemas})
    return lines, Report.of([fault for table in schemas for fault in faults[table].found])


def _read_table(faults: _Faults, data: bytes | None) -> list[Line]:
    """Return the rows of one file; note the columns it lacks, and the cells in doubt."""
    schema = faults.schema
    faults.absent = set(schema.columns)
    if data is None:
        faults.add("missing-file", "The file is not there.", "Restore it from version control.")
        return []
    text = _decoded(faults, data)
    if text is None:
        return []
    strays: dict[int, int] = {}

    def stray(line: int, cell: int) -> None:
        strays[line] = cell

    records = _scan(text, stray)
    header = records[0].cells if records else ("",)
    if header == ("",):
        what = "first line is blank" if text else "file is empty"
        faults.add("missing-header", f"The {what}.", _header_hint(schema), line=1)
        return []
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
    rows = []
    for record in records[1:]:
        if not any(record.cells):
            faults.add("blank-line", "The line is blank.", "Delete it.", line=record.line)
            continue
        last = record.line + sum(len(_LINE_END.findall(cell)) for cell in record.cells)
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


def _decoded(faults: _Faults, data: bytes) -> str | None:
    """Return the text of a file, or None when not even its first line is UTF-8."""
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode()
    except UnicodeDecodeError:
        start = len(data) - len(body)
    for number, line in enumerate(re.split(rb"(?<=\n)|(?<=\r)(?!\n)", body), start=1):
        try:
            line.decode()
        except UnicodeDecodeError as fault:
            place = start + fault.start
            faults.add(
                "wrong-encoding",
                f"Byte {place} (0x{data[place]:02x}) is not UTF-8.",
                "Save the file as 'CSV UTF-8'.",
                line=number,
            )
            if number == 1:
                return None
        start += len(line)
    return body.decode(errors="replace")


def _header_hint(schema: Schema) -> str:
    return f"Write this as its first line: {','.join(schema.columns)}"


def _check_header(faults: _Faults, header: Row, line: int) -> None:
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


def _check_schema(
    folder: Path,
    schemas: Mapping[str, Schema],
    lines: Mapping[str, list[Line]],
    faults: Mapping[str, _Faults],
    sound: set[str],
) -> None:
    """Let frictionless hold types, constraints and keys against the rows; follow foreign keys.

    The cells of the tables in `sound` have been checked before.
    """
    if sound < schemas.keys():
        _check_cells(
            folder, {name: schemas[name] for name in schemas.keys() - sound}, lines, faults
        )
    for table in schemas:
        _check_foreign_keys(folder, table, schemas, lines, faults)


def table_digest(schema: Schema, data: bytes | None) -> str:
    """Return the digest of a table's bytes together with what is demanded of them.

    Examples
    --------
    >>> table_digest(shipped_schemas()["terms"], b"")[:8] == table_digest(
    ...     shipped_schemas()["topics"], b"")[:8]
    False
    """
    demanded = json.dumps([ketcontent.__version__, schema.table, schema.descriptor])
    return hashlib.sha256(f"{demanded}\n".encode() + (data or b"")).hexdigest()


def _check_cells(
    folder: Path,
    schemas: Mapping[str, Schema],
    lines: Mapping[str, list[Line]],
    faults: Mapping[str, _Faults],
) -> None:
    from ketcontent import lean  # noqa: F401

    from frictionless import FrictionlessException  # isort: skip

    try:
        for table, schema in schemas.items():
            rows = tuple(line.cells for line in lines[table])
            for refusal in _refusals(table, json.dumps(schema.descriptor), rows):
                _translate(refusal, faults[table], lines[table])
    except (FrictionlessException, re.error) as fault:
        reason = fault.error.note if isinstance(fault, FrictionlessException) else str(fault)
        raise _unusable(folder, reason) from None
    for table in schemas:
        _check_writing(faults[table], lines[table])


def _unusable(folder: Path, reason: str) -> KetcontentError:
    path = folder / SCHEMA_FILE
    return KetcontentError(
        f"{path} cannot be used: {reason}.",
        hint="Run 'frictionless validate' on it, and mend what that names.",
        path=str(path),
    )


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What frictionless holds against a row."""

    place: int
    """The row's place among the rows, counted from 0."""
    type: str
    column: str
    note: str


@lru_cache(maxsize=64)
def _refusals(table: str, descriptor: str, rows: tuple[Row, ...]) -> tuple[_Refusal, ...]:
    """Return what frictionless holds against the rows of one table.

    Notes
    -----
    A save validates what is on disk and what is to be written, and most tables are the same in
    both; frictionless takes longer to copy a schema than to check some hundred rows. Hence the
    cache, and hence foreign keys are followed here: it would copy each table that one leads to.
    """
    from frictionless import Resource

    schema = _table_schema(json.loads(descriptor))
    data = [schema.field_names, *map(list, rows)]
    with Resource(name=table, data=data, schema=schema) as resource:
        return tuple(
            _Refusal(place, error.type, getattr(error, "field_name", ""), error.note)
            for place, row in enumerate(resource.row_stream)
            for error in row.errors
        )


def _table_schema(descriptor: dict[str, Any]) -> TableSchema:
    """Return the schema as frictionless shall use it.

    Notes
    -----
    A ``$`` at the end of a pattern lets a line break through behind it, so patterns are closed
    with ``\\Z``.
    """
    from frictionless import Schema as TableSchema

    for field in descriptor["fields"]:
        constraints = field.get("constraints", {})
        if "pattern" in constraints:
            re.compile(constraints["pattern"])
            constraints["pattern"] = rf"(?:{constraints['pattern']})\Z"
    made = TableSchema.from_descriptor(descriptor)
    made.foreign_keys = []
    return made


def _check_foreign_keys(
    folder: Path,
    table: str,
    schemas: Mapping[str, Schema],
    lines: Mapping[str, list[Line]],
    tables: Mapping[str, _Faults],
) -> None:
    """Follow each foreign key of a table, but for those into a table that is not read."""
    schema, faults = schemas[table], tables[table]
    for key in schema.descriptor.get("foreignKeys", []):
        names, wanted = _names(key["fields"]), _names(key["reference"]["fields"])
        other = key["reference"].get("resource") or table
        if other not in schemas:
            continue
        if lost := [name for name in wanted if name not in schemas[other].columns]:
            raise _unusable(
                folder, f"a foreign key of '{table}' leads to no column '{lost[0]}' of '{other}'"
            )
        if tables[other].absent & set(wanted):
            continue
        known = {_cells(schemas[other], line, wanted) for line in lines[other]}
        for line in lines[table]:
            cells = _cells(schema, line, names)
            if not any(cells) or cells in known or not faults.sound(line, *names):
                continue
            faults.add(
                "unknown-key",
                f"There is no {'/'.join(cells)} in {other}.csv.",
                f"Use a key that is there, or add the row to {other}.csv.",
                line=line.line,
                row=line.cells,
                column=names[-1],
            )


def _cells(schema: Schema, line: Line, names: tuple[str, ...]) -> Row:
    return tuple(line.cells[schema.columns.index(name)] for name in names)


def _translate(refusal: _Refusal, faults: _Faults, lines: list[Line]) -> None:
    """Say a fault that frictionless found in the words of this house, with its line."""
    schema, row, column = faults.schema, lines[refusal.place], refusal.column
    place: dict[str, Any] = {"line": row.line, "row": row.cells}
    if refusal.type == "primary-key":
        key = schema.key_of(row.cells)
        if not faults.read(row, *schema.key) or not any(key):
            return
        first = re.search(r"position (\d+)", refusal.note)
        other = f"; line {lines[int(first.group(1)) - 2].line} has it too" if first else ""
        faults.add(
            "duplicate-key",
            f"The key {'/'.join(key)} is used twice{other}.",
            "Give this row a key of its own.",
            column=schema.key[-1],
            **place,
        )
        return
    if not column or not faults.read(row, column):
        return
    cell = row.cells[schema.columns.index(column)]
    rule, message, hint, span = _cell_fault(refusal, schema.fields[column], cell)
    faults.add(rule, message, hint, column=column, span=span, **place)


_LARGEST = 2**63 - 1
"""The largest whole number of a column in memory (Int64)."""


_DAY = "%Y-%m-%d"


def _is_plain(field: Mapping[str, Any]) -> bool:
    """Whether a field has one plain way of writing; a team's own date may have another format."""
    return field["type"] in ("integer", "boolean") or _is_day(field)


def _is_day(field: Mapping[str, Any]) -> bool:
    return field["type"] == "date" and field.get("format", "default") in ("default", _DAY)


def _check_writing(faults: _Faults, lines: list[Line]) -> None:
    """Hold whole numbers, booleans and dates to the one way in which they are written back."""
    schema = faults.schema
    plain = {name for name in schema.columns if _is_plain(schema.fields[name])}
    for line in lines:
        for column, cell in zip(schema.columns, line.cells, strict=True):
            kind = schema.fields[column]["type"]
            if column not in plain or not cell or not faults.sound(line, column):
                continue
            place: dict[str, Any] = {"line": line.line, "column": column, "row": line.cells}
            if kind == "boolean":
                if cell not in ("true", "false"):
                    message = f"'{cell}' is not true or false."
                    faults.add("wrong-type", message, "Write true or false.", **place)
            elif kind == "date":
                day = datetime.strptime(cell, _DAY).date().isoformat()
                if cell != day:
                    message = f"'{cell}' is not the plain way to write {day}."
                    faults.add("wrong-type", message, f"Write {day}.", **place)
            elif cell != str(int(cell)):
                message = f"'{cell}' is not the plain way to write {int(cell)}."
                faults.add("wrong-type", message, f"Write {int(cell)}.", **place)
            elif abs(int(cell)) > _LARGEST:
                message = f"'{cell}' does not fit '{column}': maximum {_LARGEST}."
                hint = schema.fields[column].get("description", "")
                faults.add("out-of-bounds", message, hint, **place)


_HIDDEN = re.compile("[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]")


def _cell_fault(
    refusal: _Refusal, field: Mapping[str, Any], cell: str
) -> tuple[str, str, str, tuple[int, int] | None]:
    """Return rule, message, hint and span for a cell that frictionless refused."""
    name, constraints = field["name"], field.get("constraints", {})
    if refusal.type == "type-error":
        if field["type"] == "integer":
            return "wrong-type", f"'{cell}' is not a whole number.", "Write digits only.", None
        if field["type"] == "boolean":
            return "wrong-type", f"'{cell}' is not true or false.", "Write true or false.", None
        if _is_day(field):
            hint = "Write year, month and day, as in 2026-01-31."
            return "wrong-type", f"'{cell}' is not a date.", hint, None
        hint = field.get("description", "")
        return "wrong-type", f"'{cell}' is not of the type {field['type']}.", hint, None
    if refusal.type == "unique-error":
        hint = "Give each row a value of its own."
        return "used-twice", f"'{cell}' is used twice in '{name}'.", hint, None
    named = re.search(r'constraint "(\w+)"', refusal.note)
    constraint = named.group(1) if named else ""
    if constraint == "required":
        said = field.get("description", "")
        return "empty-cell", f"'{name}' is empty.", f"Fill it in. {said}".strip(), None
    if constraint == "enum":
        values = constraints["enum"]
        hint = nearest(cell, values)
        return "not-in-list", f"'{cell}' is not a value of '{name}'.", hint, None
    hidden = _HIDDEN.search(cell)
    if constraint == "pattern" and hidden:
        character = hidden.group()
        code = f"U+{ord(character):04X} {unicodedata.name(character, 'control character')}"
        message = f"{code} stands at character {hidden.start() + 1} of '{name}'."
        hint = "Delete it: nobody can see it, and it can change what is read."
        if character == "\n":
            message, hint = f"'{name}' breaks into two lines.", "Write it on one line."
        return "control-character", message, hint, hidden.span()
    if constraint == "pattern" and constraints["pattern"].startswith("^[a-z0-9]+(-"):
        hint = "Use lower-case letters a to z, digits, and single hyphens between them."
        return "not-a-key", f"'{cell}' is not a key.", hint, None
    limit = constraints.get(constraint, "")
    hint = field.get("description", "")
    return "out-of-bounds", f"'{cell}' does not fit '{name}': {constraint} {limit}.", hint, None


# --- laws between columns --------------------------------------------------------------------


class _Rows:
    """The rows of one table with access by column, for the laws."""

    def __init__(self, schema: Schema, lines: list[Line], faults: _Faults) -> None:
        self.schema, self.lines, self.faults = schema, lines, faults

    def __iter__(self) -> Iterator[tuple[Line, dict[str, str]]]:
        for line in self.lines:
            yield line, dict(zip(self.schema.columns, line.cells, strict=True))

    def read(self, line: Line, *columns: str) -> bool:
        return self.faults.read(line, *columns)

    def sound(self, line: Line, *columns: str) -> bool:
        return self.faults.sound(line, *columns)

    def fault(self, line: Line, rule: str, column: str, message: str, hint: str) -> None:
        self.faults.add(rule, message, hint, line=line.line, column=column, row=line.cells)


_Tables = Mapping[str, _Rows]


def _positions_are_used_once(tables: _Tables) -> None:
    """A place in an edition's order belongs to one row."""
    scopes = [
        ("sections", "position", ("document",)),
        ("sections", "supplied_position", ("document",)),
        ("statements", "position", ("document", "section")),
        ("statements", "supplied_position", ("document", "supplied_section")),
    ]
    for table, column, scope in scopes:
        taken: dict[tuple[str, ...], int] = {}
        for line, row in tables[table]:
            if not row[column] or not tables[table].sound(line, column, *scope):
                continue
            place = (*(row[name] for name in scope), row[column])
            first = taken.setdefault(place, line.line)
            if first != line.line:
                tables[table].fault(
                    line,
                    "position-used-twice",
                    column,
                    f"Position {row[column]} is used twice; line {first} has it too.",
                    "Give each row a position of its own; gaps are welcome.",
                )


def _a_statement_is_in_an_edition_or_not(tables: _Tables) -> None:
    """Words, section and position of an edition are all there or all empty."""
    sections, statements = tables["sections"], tables["statements"]
    by_key = {(row["document"], row["section"]): (line, row) for line, row in sections}
    for line, row in statements:
        if statements.read(line, "text", "notice") and row["text"] and row["notice"]:
            statements.fault(
                line,
                "text-and-notice",
                "notice",
                f"The row has words of its own and the notice '{row['notice']}'.",
                "Empty one of the two: the notice's words stand in place of text.",
            )
        shown = bool(row["text"] or row["notice"])
        current = statements.read(line, "text", "notice", "position")
        if current and shown != bool(row["position"]):
            statements.fault(
                line,
                "half-cut",
                "position",
                "The statement has words but no position."
                if shown
                else "The statement has a position but no words.",
                "Fill in both, or empty both to cut the statement from the current edition.",
            )
        received = [
            name
            for name in ("supplied_section", "supplied_block", "supplied_position", "supplied_form")
            if statements.read(line, name, "supplied") and bool(row[name]) != bool(row["supplied"])
        ]
        for name in received:
            statements.fault(
                line,
                "half-supplied",
                name,
                f"'{name}' and 'supplied' do not go together: one is empty.",
                "Fill in all columns that start with supplied, or, for a statement that an "
                "editor added, none.",
            )
        home = by_key.get((row["document"], row["section"]))
        stands = home is None or not sections.read(home[0], "position") or home[1]["position"]
        if shown and not stands and statements.read(line, "text", "notice", "section"):
            statements.fault(
                line,
                "section-is-cut",
                "section",
                f"The section '{row['section']}' is cut, so no reader would see this statement.",
                "Move the statement to another section, cut it, or give the section a position.",
            )
        if not row["supplied_section"] or not statements.sound(
            line, "document", "supplied_section"
        ):
            continue
        origin = by_key.get((row["document"], row["supplied_section"]))
        if origin is None:
            came = bool(sections.faults.absent & {"document", "section"})
        else:
            came = not sections.read(origin[0], "supplied_position") or bool(
                origin[1]["supplied_position"]
            )
        if not came:
            statements.fault(
                line,
                "unknown-key",
                "supplied_section",
                f"No section '{row['supplied_section']}' was received with this page.",
                "Put back the section as it was received.",
            )


def _a_block_has_one_form(tables: _Tables) -> None:
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


def _a_notice_speaks_the_language_of_its_page(tables: _Tables) -> None:
    """A notice that a page uses is written in the page's language."""
    documents, notices, statements = (tables[n] for n in ("documents", "notices", "statements"))
    languages = {
        row["document"]: row["language"]
        for line, row in documents
        if documents.sound(line, "document", "language")
    }
    written: dict[str, set[str]] = {}
    doubtful = {row["notice"] for line, row in notices if not notices.sound(line, "language")}
    for _, row in notices:
        written.setdefault(row["notice"], set()).add(row["language"])
    for line, row in statements:
        language = languages.get(row["document"], "")
        known = row["notice"] in written.keys() - doubtful
        if known and language and language not in written[row["notice"]]:
            statements.fault(
                line,
                "notice-language",
                "notice",
                f"The notice '{row['notice']}' is not written in '{language}'.",
                "Add that row to notices.csv.",
            )


def _a_waiver_is_for_a_row_that_is_there(tables: _Tables) -> None:
    """What is waived is a finding on a row of its table."""
    waivers = tables["waivers"]
    known: dict[str, set[str]] = {}
    for line, waiver in waivers:
        table = waiver["table"]
        if not waivers.sound(line, "table", "row") or table not in tables:
            continue
        rows = tables[table]
        if rows.faults.absent & set(rows.schema.key):
            continue
        if table not in known:
            known[table] = {"/".join(row[name] for name in rows.schema.key) for _, row in rows}
        if waiver["row"] not in known[table]:
            waivers.fault(
                line,
                "unknown-key",
                "row",
                f"There is no row '{waiver['row']}' in {table}.",
                f"Write the key of a row of {table}, its parts joined by '/', or delete the line.",
            )


_LAWS: tuple[Callable[[_Tables], None], ...] = (
    _positions_are_used_once,
    _a_statement_is_in_an_edition_or_not,
    _a_block_has_one_form,
    _a_notice_speaks_the_language_of_its_page,
    _a_waiver_is_for_a_row_that_is_there,
)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
