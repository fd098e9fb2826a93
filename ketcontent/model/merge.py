"""Which rows changed since they were read, and who changed them too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ketcontent.diagnostics import Report
from ketcontent.errors import BrokenTables, SaveConflict
from ketcontent.model.content import Content, cell_text
from ketcontent.model.csv_text import format_csv
from ketcontent.model.recent import bytes_as_read
from ketcontent.model.schema import TABLES, Key, Row, Schema
from ketcontent.model.validation import parse
from ketcontent.text import counted


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that two people changed."""

    table: str
    key: Key
    base: Mapping[str, str] | None
    """The row as it was read; None where it was not there."""
    theirs: Mapping[str, str] | None
    """The row as it is on disk now; None where it was deleted."""
    mine: Mapping[str, str] | None
    """The row that was to be written; None where it was to be deleted."""


def table_bytes(content: Content, table: str) -> bytes:
    """Return a table as the bytes of its file."""
    schema = content.schemas[table]

    def make() -> bytes:
        rows = _texts(getattr(content, table), schema)
        return format_csv(schema, dict(sorted(zip(schema.keys_of(rows), rows, strict=True))))

    return bytes_as_read(content, table, make)


def _texts(frame: pd.DataFrame, schema: Schema) -> list[Row]:
    """Return the rows of a table as text, in their order."""
    booleans, numbers = schema.typed("boolean"), schema.typed("integer")

    def texts(name: str) -> list[str]:
        column = frame[name]
        cells = column.tolist()
        if {*map(type, cells)} <= {str}:
            return cells
        if name in booleans or name in numbers or column.hasnans:
            return [cell_text(cell, boolean=name in booleans) for cell in cells]
        return column.astype(str).tolist()

    return list(zip(*map(texts, schema.columns), strict=True))


def rows_with_keys(folder: Path, content: Content, table: str) -> dict[Key, Row]:
    """Return the rows of a table by key, as text; a key used twice is a fault."""
    schema = content.schemas[table]
    rows = _texts(getattr(content, table), schema)
    keyed = dict(zip(schema.keys_of(rows), rows, strict=True))
    if len(keyed) != len(rows):
        data: dict[str, bytes | None] = {
            name: format_csv(content.schemas[name], {}) for name in content.schemas
        }
        data[table] = format_csv(schema, dict(enumerate(rows)))
        report = parse(folder, content.schemas, data)[1]
        twice = [fault for fault in report if fault.rule == "duplicate-key"]
        raise not_saved(Report.of(twice))
    return keyed


def merge_rows(
    schemas: Mapping[str, Schema],
    base: Mapping[str, Mapping[Key, Row]],
    theirs: Mapping[str, Mapping[Key, Row]],
    mine: Mapping[str, Mapping[Key, Row]],
) -> dict[str, dict[Key, Row]]:
    """Return the rows on disk with the caller's changes applied, sorted where there are any."""
    merged: dict[str, dict[Key, Row]] = {}
    conflicts = []
    for table in TABLES:
        if mine[table] == base[table]:  # most tables, the large ones too
            merged[table] = dict(theirs[table])
            continue
        rows = dict(theirs[table])
        for key in base[table].keys() | mine[table].keys():
            was, wanted = base[table].get(key), mine[table].get(key)
            now = theirs[table].get(key)
            if wanted in (was, now):
                continue
            if now != was:
                named = [_named(schemas[table], row) for row in (was, now, wanted)]
                conflicts.append(Conflict(table, key, *named))
            elif wanted is None:
                del rows[key]
            else:
                rows[key] = wanted
        merged[table] = dict(sorted(rows.items()))
    if conflicts:
        places = ", ".join(f"{one.table} {'/'.join(one.key)}" for one in conflicts)
        raise SaveConflict(
            f"Somebody else changed {counted(len(conflicts), 'row')} since you read: {places}.",
            hint="Read the tables again, look at both wordings, and save the one you choose.",
            conflicts=tuple(sorted(conflicts, key=lambda one: (one.table, one.key))),
        )
    return merged


def _named(schema: Schema, row: Row | None) -> dict[str, str] | None:
    return None if row is None else dict(zip(schema.columns, row, strict=True))


def not_saved(report: Report) -> BrokenTables:
    """Return the failure of a save whose tables would have faults."""
    return BrokenTables(
        f"Nothing was saved: the tables would have {counted(len(report), 'fault')}.",
        hint="Mend the cells named above; lines are those of the file as it would be.",
        report=report,
    )
