"""Hold the cells of a table against its schema."""

from __future__ import annotations

import calendar
import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketcontent.errors import KetcontentError, nearest
from ketcontent.model.compiled import DAY, LARGEST, plainly_valid
from ketcontent.model.csv_text import Line
from ketcontent.model.faults import Faults
from ketcontent.model.schema import SCHEMA_FILE, Row, Schema, field_names
from ketcontent.text import FORBIDDEN, code_point

if TYPE_CHECKING:
    from frictionless import Schema as TableSchema


def check_cells(
    folder: Path,
    schemas: Mapping[str, Schema],
    lines: Mapping[str, list[Line]],
    faults: Mapping[str, Faults],
) -> None:
    """Add the faults of the cells of the tables, as frictionless finds them where there are any."""
    in_doubt = {
        table: schema
        for table, schema in schemas.items()
        if faults[table].absent
        or faults[table].doubtful
        or not plainly_valid(schema, [line.cells for line in lines[table]])
    }
    if not in_doubt:
        return
    from ketcontent import fast_jsonschema  # noqa: F401

    from frictionless import FrictionlessException  # isort: skip

    try:
        for table, schema in in_doubt.items():
            for refusal in _refusals(schema, lines[table]):
                _translate(refusal, faults[table], lines[table])
    except (FrictionlessException, re.error) as fault:
        reason = fault.error.note if isinstance(fault, FrictionlessException) else str(fault)
        raise _unusable(folder, reason) from None
    for table in in_doubt:
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


def _refusals(schema: Schema, lines: list[Line]) -> list[_Refusal]:
    """Return what frictionless holds against the rows of one table.

    Foreign keys are followed here: it would copy each table that one leads to.
    """
    from frictionless import Resource

    made = _table_schema(schema.descriptor)
    data = [made.field_names, *(list(line.cells) for line in lines)]
    with Resource(name=schema.table, data=data, schema=made) as resource:
        return [
            _Refusal(place, error.type, getattr(error, "field_name", ""), error.note)
            for place, row in enumerate(resource.row_stream)
            for error in row.errors
        ]


def _table_schema(described: Mapping[str, Any]) -> TableSchema:
    """Return the schema as frictionless shall use it.

    Notes
    -----
    A ``$`` at the end of a pattern lets a line break through behind it, so patterns are closed
    with ``\\Z``.
    """
    from frictionless import Schema as TableSchema

    descriptor = copy.deepcopy({**described})
    for field in descriptor["fields"]:
        constraints = field.get("constraints", {})
        if "pattern" in constraints:
            re.compile(constraints["pattern"])
            constraints["pattern"] = rf"(?:{constraints['pattern']})\Z"
    made = TableSchema.from_descriptor(descriptor)
    made.foreign_keys = []
    return made


def check_foreign_keys(
    folder: Path,
    table: str,
    schemas: Mapping[str, Schema],
    lines: Mapping[str, list[Line]],
    tables: Mapping[str, Faults],
) -> None:
    """Follow each foreign key of a table, but for those into a table that is not read."""
    schema, faults = schemas[table], tables[table]
    for key in schema.descriptor.get("foreignKeys", []):
        names, wanted = field_names(key["fields"]), field_names(key["reference"]["fields"])
        other = key["reference"].get("resource") or table
        if other not in schemas:
            continue
        if lost := [name for name in wanted if name not in schemas[other].columns]:
            raise _unusable(
                folder, f"a foreign key of '{table}' leads to no column '{lost[0]}' of '{other}'"
            )
        if tables[other].absent & set(wanted):
            continue
        wanted_cells, cells_of = _cells(schemas[other], wanted), _cells(schema, names)
        known = {wanted_cells(line.cells) for line in lines[other]}
        for line in lines[table]:
            cells = cells_of(line.cells)
            if cells in known or not any(cells) or not faults.sound(line, *names):
                continue
            faults.add(
                "unknown-key",
                f"There is no {'/'.join(cells)} in {other}.csv.",
                f"Use a key that is there, or add the row to {other}.csv.",
                line=line.line,
                row=line.cells,
                column=names[-1],
            )


def _cells(schema: Schema, names: tuple[str, ...]) -> Callable[[Row], Row]:
    """Return what takes the cells of some columns out of a row."""
    places = [schema.columns.index(name) for name in names]
    return lambda row: tuple([row[place] for place in places])


def _translate(refusal: _Refusal, faults: Faults, lines: list[Line]) -> None:
    """Say a fault that frictionless found in our own words, with its line."""
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


def _is_plain(field: Mapping[str, Any]) -> bool:
    """Whether a field has one plain way of writing; a team's own date may have another format."""
    return field["type"] in ("integer", "boolean") or _is_day(field)


def _is_day(field: Mapping[str, Any]) -> bool:
    return field["type"] == "date" and field.get("format", "default") in ("default", DAY)


def _check_writing(faults: Faults, lines: list[Line]) -> None:
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
                day = datetime.strptime(cell, DAY).date().isoformat()
                if cell != day:
                    message = f"'{cell}' is not the plain way to write {day}."
                    faults.add("wrong-type", message, f"Write {day}.", **place)
            elif cell != str(int(cell)):
                message = f"'{cell}' is not the plain way to write {int(cell)}."
                faults.add("wrong-type", message, f"Write {int(cell)}.", **place)
            elif abs(int(cell)) > LARGEST:
                message = f"'{cell}' does not fit '{column}': maximum {LARGEST}."
                hint = schema.fields[column].get("description", "")
                faults.add("out-of-bounds", message, hint, **place)


_HIDDEN, _NEVER_KEPT = re.compile(f"[\t-\r{FORBIDDEN}]"), re.compile(f"[{FORBIDDEN}]")


def check_characters(faults: Faults, lines: list[Line]) -> None:
    """Refuse, whatever the schema lets through, what no text may hold.

    A schema of the project's own may have no pattern for a field, and no pattern of the shipped one
    names the characters that lie above what every reader of JSON can write in one.
    """
    columns = faults.schema.columns
    for line in lines:
        if "".join(line.cells).isprintable():  # which is soon said
            continue
        for column, cell in zip(columns, line.cells, strict=True):
            hidden = _NEVER_KEPT.search(cell)
            if hidden and faults.sound(line, column):
                rule, message, hint, span = _hidden_fault(column, hidden)
                place: dict[str, Any] = {"line": line.line, "column": column, "row": line.cells}
                faults.add(rule, message, hint, span=span, **place)


def _hidden_fault(
    column: str, hidden: re.Match[str]
) -> tuple[str, str, str, tuple[int, int] | None]:
    """Return rule, message, hint and span for a character that a cell cannot hold."""
    name = code_point(hidden.group())
    message = f"{name} stands at character {hidden.start() + 1} of '{column}'."
    hint = "Delete it: nobody can see it, and it can change what is read."
    if hidden.group() == "\n":
        message, hint = f"'{column}' breaks into two lines.", "Write it on one line."
    return "control-character", message, hint, hidden.span()


def _date_hint(cell: str) -> str:
    """Return how to write what was meant for a date, where that can only be one."""
    numbers = [int(number) for number in re.findall(r"\d{1,4}", cell)]
    if len(numbers) == 3 and re.fullmatch(r"\d+([-/.])\d+\1\d+", cell):
        if numbers[0] > 31:  # the year stands first
            year, month, day = numbers
            if 1 <= month <= 12 and year:
                days = calendar.monthrange(year, month)[1]
                if not 1 <= day <= days:
                    return f"{calendar.month_name[month]} {year} has {days} days."
                return f"Write {year:04}-{month:02}-{day:02}."
        one, other, year = numbers
        if year > 31 and max(one, other) > 12 >= min(one, other) >= 1:
            month, day = sorted((one, other))
            if day <= calendar.monthrange(year, month)[1]:
                return f"Write {year:04}-{month:02}-{day:02}."
    return "Write year, month and day, as in 2026-01-31."


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
            return "wrong-type", f"'{cell}' is not a date.", _date_hint(cell), None
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
        return _hidden_fault(name, hidden)
    if constraint == "pattern" and constraints["pattern"].startswith("^[a-z0-9]+(-"):
        hint = "Use lower-case letters a to z, digits, and single hyphens between them."
        return "not-a-key", f"'{cell}' is not a key.", hint, None
    limit = constraints.get(constraint, "")
    hint = field.get("description", "")
    return "out-of-bounds", f"'{cell}' does not fit '{name}': {constraint} {limit}.", hint, None
