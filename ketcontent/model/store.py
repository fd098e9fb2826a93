"""CSV on disk ↔ Content: read, validate, write safely.

Everything is read as text and typed by the schema (`ketcontent.model.validation`).

Writing never replaces a table by what the caller happens to hold. `write_content` works out which
rows the caller changed since reading, takes the lock, reads the tables as they are now, applies
just those rows, validates the result, and puts all changed files in place behind one commit
point. Two editors who change different rows both keep their work; where they changed the same
row, the second is told.

Notes
-----
The commit point is the rename of a folder of finished files to ``.saving``. From then on the new
tables count: a reader takes a file from ``.saving`` when it is there, and the next writer moves
what a killed one left. No reader needs the lock, so a folder that cannot be written can be read.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from ketcontent.atomic import flush_folder, lock, write_through
from ketcontent.dependencies import handing_out
from ketcontent.errors import BrokenTables, KetcontentError, require_text
from ketcontent.model.content import Content, TracedContent, fields_of, lines_of, typed_content
from ketcontent.model.csv_text import Line, format_csv
from ketcontent.model.merge import merge_rows, not_saved, rows_with_keys, table_bytes
from ketcontent.model.schema import (
    SCHEMA_FILE,
    TABLES,
    Key,
    Row,
    Schema,
    read_schemas,
    shipped_path,
    table_hash,
)
from ketcontent.model.validation import parse
from ketcontent.text import counted


def read_content(folder: str | os.PathLike[str] = "data") -> Content:
    """Return the Content of a folder of tables.

    Parameters
    ----------
    folder
        The folder with ``datapackage.json`` and its tables.

    Raises
    ------
    BrokenTables
        When a table does not fit its schema; `report` lists every fault of every table.
    KetcontentError
        When there is no such folder, or no readable schema in it.

    Examples
    --------
    >>> content = read_content("data")
    >>> content.documents.loc[0, "title"]
    'Ketamine'
    >>> str(content.statements["position"].dtype)
    'Int64'
    """
    if not isinstance(folder, os.PathLike):
        require_text("data", folder)
    place = Path(folder)
    with handing_out(place) as traced:
        content, _ = read_with_hashes(place)
    return TracedContent(**fields_of(content)) if traced else content


def read_with_hashes(folder: str | os.PathLike[str]) -> tuple[Content, dict[str, str]]:
    """Return the Content of a folder, and by table the hash of its bytes and of its schema.

    Raises
    ------
    BrokenTables, KetcontentError
        As `read_content` does.
    """
    place = Path(folder)
    schemas = read_schemas(place)
    data = snapshot(place, schemas)
    parsed, report = parse(place, schemas, data)
    if report.has_errors:
        raise BrokenTables(
            f"The tables in {place} have {counted(len(report), 'fault')}.",
            hint="Mend the cells named above, then try again.",
            report=report,
        )
    rows = {table: [row.cells for row in parsed[table]] for table in schemas}
    content = typed_content(schemas, rows, place, lines_of(schemas, parsed))
    return content, {table: table_hash(schemas[table], data[table]) for table in schemas}


def copy_content(
    content: Content, folder: Path, *, shared: tuple[Content, Path] | None = None
) -> None:
    """Write tables to a folder of their own, for notebooks to read and nobody to edit.

    Parameters
    ----------
    content
        Sound tables.
    folder
        Where to; what is there is replaced.
    shared
        Other tables and the folder they were copied to: a table that is the same in both is
        linked to from there instead of being written again.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    origin = content.origin.folder / SCHEMA_FILE if content.origin else shipped_path()
    for name in TABLES:
        same = shared is not None and getattr(shared[0], name) is getattr(content, name)
        if not (same and shared and _linked(shared[1] / f"{name}.csv", folder / f"{name}.csv")):
            (folder / f"{name}.csv").write_bytes(table_bytes(content, name))
    if not (shared and _linked(shared[1] / SCHEMA_FILE, folder / SCHEMA_FILE)):
        (folder / SCHEMA_FILE).write_bytes(origin.read_bytes())


def _linked(there: Path, here: Path) -> bool:
    try:
        os.link(there, here)
    except OSError:  # another file system, or one without links
        return False
    return True


def snapshot(folder: Path, schemas: Mapping[str, Schema]) -> dict[str, bytes | None]:
    """Return the bytes of each table at one moment; None where a file is not there.

    A save that happens meanwhile is seen by its traces, and the reading starts again.
    """
    saving = folder / ".saving"
    while True:
        before = _traces(folder, schemas)
        data = {
            table: _bytes(saving / f"{table}.csv", folder / f"{table}.csv") for table in schemas
        }
        if before == _traces(folder, schemas):
            return data


def _traces(folder: Path, schemas: Mapping[str, Schema]) -> list[tuple[int, ...] | None]:
    paths = [folder / ".saving", *(folder / f"{table}.csv" for table in schemas)]
    traces: list[tuple[int, ...] | None] = []
    for path in paths:
        try:
            found = path.stat()
        except FileNotFoundError:
            traces.append(None)
        else:
            traces.append((found.st_ino, found.st_mtime_ns, found.st_size))
    return traces


def _bytes(*candidates: Path) -> bytes | None:
    for path in candidates:
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as fault:
            raise KetcontentError(
                f"{path} cannot be read: {fault.strerror}.",
                hint="Make it a file that you may read.",
                path=str(path),
            ) from None
    return None


def write_content(content: Content, folder: str | os.PathLike[str] | None = None) -> Content:
    """Save the rows that changed since `content` was read, and return what is then on disk.

    Tables are written sorted by key, with ``\\n`` line ends and quotes only where a cell needs
    them, so writing what was just read changes no byte. Rows that somebody else saved meanwhile
    are kept. All files change together, or none.

    Parameters
    ----------
    content
        The tables to save.
    folder
        Where to; by default where `content` was read from. A folder without tables gets them,
        and the schema with them.

    Raises
    ------
    BrokenTables
        When the tables, as they would be on disk, have faults; nothing is written.
    SaveConflict
        When a row was changed on disk since it was read; nothing is written.
    Locked
        When another process holds the tables for longer than a minute.
    KetcontentError
        When there is no folder to write to, it cannot be written, or its data package describes
        other columns than `content` has.
    """
    origin = content.origin
    if folder is None and origin is None:
        raise KetcontentError(
            "This Content was not read from a folder.", hint="Say where: write_content(…, folder)."
        )
    place = Path(folder) if folder is not None else origin.folder  # type: ignore[union-attr]
    same = origin is not None and origin.folder.resolve() == place.resolve()
    base = origin.rows if origin is not None and same else {table: {} for table in TABLES}
    mine = {table: rows_with_keys(place, content, table) for table in TABLES}
    if same:
        read_schemas(place)  # tables that are gone are not made again from the rows that changed
    try:
        place.mkdir(parents=True, exist_ok=True)
        return _save(place, content, base, mine)
    except OSError as fault:
        raise KetcontentError(
            f"{place} cannot be written: {fault.strerror}.",
            hint="Make it a folder that you may write, with room on its disk.",
            path=str(place),
        ) from None


def _save(
    place: Path,
    content: Content,
    base: Mapping[str, Mapping[Key, Row]],
    mine: Mapping[str, Mapping[Key, Row]],
) -> Content:
    """Apply the caller's changes to the tables as they are on disk now, under the lock."""
    with lock(place / ".lock", purpose="saving tables"):
        finish_save(place)
        names = [SCHEMA_FILE, *(f"{table}.csv" for table in TABLES)]
        new = not any((place / name).exists() for name in names)
        schemas = content.schemas if new else read_schemas(place)
        for table in TABLES:
            if schemas[table].columns != content.schemas[table].columns:
                raise KetcontentError(
                    f"{place / SCHEMA_FILE} gives '{table}' other columns than you read.",
                    hint="Read the tables again, then make the change.",
                    path=str(place / SCHEMA_FILE),
                )
        found = {table: [] for table in TABLES} if new else _found_on_disk(place, schemas)
        theirs = {
            table: {schemas[table].key_of(row.cells): row.cells for row in found[table]}
            for table in TABLES
        }
        merged = merge_rows(content.schemas, base, theirs, mine)
        changed = [table for table in TABLES if new or merged[table] != theirs[table]]
        data = {table: format_csv(schemas[table], merged[table]) for table in TABLES}
        parsed = _without_faults(place, schemas, data)
        if changed:
            files = {f"{table}.csv": data[table] for table in changed}
            if new:
                package = content.origin.folder / SCHEMA_FILE if content.origin else shipped_path()
                files[SCHEMA_FILE] = package.read_bytes()
            commit_files(place, files)
    rows = {table: list(merged[table].values()) for table in TABLES}
    now = {table: parsed[table] if table in changed else found[table] for table in TABLES}
    return typed_content(schemas, rows, place, lines_of(schemas, now))


def _found_on_disk(folder: Path, schemas: Mapping[str, Schema]) -> dict[str, list[Line]]:
    """Return each table's rows; their cells are checked with those that are to be saved."""
    data = snapshot(folder, schemas)
    parsed, report = parse(folder, schemas, data, only_syntax=True)
    twice = any(
        len({schema.key_of(row.cells) for row in parsed[table]}) < len(parsed[table])
        for table, schema in schemas.items()
    )
    if report.has_errors or twice:
        raise not_saved(parse(folder, schemas, data)[1])
    return parsed


def _without_faults(
    folder: Path, schemas: Mapping[str, Schema], data: Mapping[str, bytes]
) -> dict[str, list[Line]]:
    """Return the rows of tables that are to be saved; refuse them when they have faults."""
    parsed, report = parse(folder, schemas, data)
    if report.has_errors:
        raise not_saved(report)
    return parsed


def commit_files(folder: Path, data: Mapping[str, bytes]) -> None:
    """Put finished files in place behind one rename; the caller holds the lock of the folder."""
    staged = folder / ".staged"
    staged.mkdir()
    for name, bytes_ in data.items():
        write_through(staged / name, bytes_)
        if (folder / name).exists():
            shutil.copymode(folder / name, staged / name)
    flush_folder(staged)
    os.rename(staged, folder / ".saving")
    finish_save(folder)


def finish_save(folder: Path) -> None:
    """Move what a committed save left into place; drop what an uncommitted one left."""
    shutil.rmtree(folder / ".staged", ignore_errors=True)
    saving = folder / ".saving"
    if not saving.exists():
        return
    for path in sorted(saving.iterdir()):
        os.replace(path, folder / path.name)
    flush_folder(folder)
    saving.rmdir()
