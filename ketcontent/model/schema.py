"""What datapackage.json says of each table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any

import ketcontent
from ketcontent.errors import KetcontentError
from ketcontent.resources import shipped_file

TABLES = (
    "documents",
    "sections",
    "statements",
    "notices",
    "terms",
    "sources",
    "evidence",
    "people",
    "signing_keys",
    "signoffs",
    "proposals",
    "comments",
    "policies",
    "topics",
    "rules",
    "phrases",
    "help_lines",
    "waivers",
    "strings",
    "site",
    "releases",
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
        """Return the columns of a type."""
        return tuple(name for name in self.columns if self.fields[name]["type"] == kind)

    def key_of(self, row: Row) -> Key:
        """Return the key cells of a row."""
        return self.keys_of([row])[0]

    def keys_of(self, rows: Sequence[Row]) -> list[Key]:
        """Return the key cells of rows."""
        places = [self.columns.index(name) for name in self.key]
        if len(places) == 1:
            return [(row[places[0]],) for row in rows]
        return list(map(itemgetter(*places), rows))


def read_schemas(folder: Path) -> dict[str, Schema]:
    """Return the schema of each table in a folder, in the order of `TABLES`.

    Raises
    ------
    KetcontentError
        When the folder or its ``datapackage.json`` is not there, is not JSON, or leaves out a
        table or a column that the library needs.
    """
    path = require_schema_file(folder)
    schemas = schemas_in(path)
    for table, needed in shipped_schemas().items() if path != shipped_path() else ():
        found = schemas.get(table)
        absent = [name for name in needed.columns if found is None or name not in found.columns]
        if absent:
            raise KetcontentError(
                f"{path}: the table '{table}' lacks {', '.join(absent)}.",
                hint="A project made by an older version is brought up by 'ketcontent upgrade'; "
                "columns of your own stay.",
                path=str(path),
            )
        if schemas[table].key != needed.key:
            raise KetcontentError(
                f"{path}: the primary key of '{table}' is {', '.join(schemas[table].key)}.",
                hint=f"Make it {', '.join(needed.key)}.",
                path=str(path),
            )
    return {table: schemas[table] for table in TABLES}


def require_schema_file(folder: Path) -> Path:
    """Return the path of the data package of a folder.

    Raises
    ------
    KetcontentError
        When it is not there.
    """
    path = folder / SCHEMA_FILE
    if not path.is_file():
        hint = "Name the folder of the tables with --data, or make a project with "
        hint += "'ketcontent init DIRECTORY'."
        if any((folder / f"{name}.csv").is_file() for name in TABLES):
            hint = "Its tables are there: restore it from version control, or copy it from a "
            hint += "project that 'ketcontent init DIRECTORY' makes, and then 'ketcontent upgrade'."
        raise KetcontentError(f"No {SCHEMA_FILE} in {folder}.", hint=hint, path=str(path))
    return path


def schemas_in(path: Path, package: Mapping[str, Any] | None = None) -> dict[str, Schema]:
    """Return the schemas that a data package has of our tables; `package` is what it says, if read.

    Raises
    ------
    KetcontentError
        When it is not JSON, or no data package of tables.
    """
    try:
        package = package or json.loads(path.read_bytes())
        resources = {resource["name"]: resource for resource in package["resources"]}
        for table in TABLES:
            _refuse_elsewhere(path, table, resources.get(table, {}))
        ours = {table: resources[table]["schema"] for table in TABLES if table in resources}
        return {
            name: Schema(
                table=name,
                columns=tuple(field["name"] for field in schema["fields"]),
                key=field_names(schema["primaryKey"]),
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


def _refuse_elsewhere(path: Path, table: str, resource: Mapping[str, Any]) -> None:
    """Refuse a table of which the data package says that it is anywhere but in its own file."""
    said = resource.get("path", f"{table}.csv")
    if said != f"{table}.csv":
        raise KetcontentError(
            f"{path}: the table '{table}' is said to be at {said!r}.",
            hint=f"Write {table}.csv: a table is a file of that name beside the data package.",
            path=str(path),
        )


def field_names(key: str | list[str]) -> tuple[str, ...]:
    """Return the columns of a key, which Table Schema gives as one or as a list."""
    return (key,) if isinstance(key, str) else tuple(key)  # Table Schema allows both


def shipped_path() -> Path:
    """Return the path of the data package that came with the library."""
    return shipped_file("data") / SCHEMA_FILE


@lru_cache
def shipped_schemas() -> dict[str, Schema]:
    """Return the schema of each table as the library shipped it."""
    return schemas_in(shipped_path())


def table_hash(schema: Schema, data: bytes | None) -> str:
    """Return the hash of a table's bytes together with what is demanded of them."""
    demanded = json.dumps([ketcontent.__version__, schema.table, schema.descriptor])
    return hashlib.sha256(f"{demanded}\n".encode() + (data or b"")).hexdigest()
