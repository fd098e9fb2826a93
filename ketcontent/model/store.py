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

The folder also says, in ``base.json``, what each of those files was when the save began. Where one
is another by then, edited by hand or pulled, neither is taken for the other: whoever reads is told
where both are.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ketcontent.atomic import flush_folder, lock, write_through
from ketcontent.dependencies import handing_out
from ketcontent.diagnostics import Report
from ketcontent.errors import BrokenTables, KetcontentError, require_text
from ketcontent.hashing import MISSING, hash_bytes, hash_file
from ketcontent.model.content import (
    Content,
    GivenContent,
    Origin,
    keyed_rows,
    typed_frame,
    typed_rows,
)
from ketcontent.model.csv_text import Line, format_csv, read_sound
from ketcontent.model.merge import merge_rows, not_saved, rows_with_keys, table_bytes
from ketcontent.model.recent import is_as_read, recent_rows, typed_frames
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
from ketcontent.model.validation import parse, parse_formatted
from ketcontent.places import cannot_write, read_file, refuse_place, require_folder, what_stands_at
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
    with handing_out(place) as given:
        return read_given(place) if given else read_with_hashes(place)[0]


def read_given(folder: Path) -> Content:
    """Return tables that a build wrote for its runs, each typed late: it has judged them before."""
    schemas = read_schemas(folder)
    data = snapshot(folder, schemas)

    @cache
    def read(table: str) -> list[Line]:
        if found := read_sound(data[table], schemas[table]):
            return found
        one = {table: schemas[table]}
        return _require_sound(folder, *parse(folder, one, data, only_syntax=True))[table]

    def load(name: str) -> Any:
        if name == "origin":
            return Origin(folder, schemas, {table: read(table) for table in schemas}, {})
        return typed_frame(schemas[name], read(name))

    @cache
    def rows(table: str, document: str) -> list[dict[str, Any]]:
        return typed_rows(schemas[table], read(table), document)

    return GivenContent.of(load, rows, schemas)


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
    hashes = {table: table_hash(schemas[table], data[table]) for table in schemas}
    known = recent_rows(hashes)
    read = _require_sound(place, *parse(place, schemas, data, known=known, sound=known.keys()))
    return _typed(schemas, read, Origin(place, schemas, read, hashes)), hashes


def _typed(schemas: Mapping[str, Schema], read: dict[str, list[Line]], origin: Origin) -> Content:
    frames = typed_frames(schemas, read, origin.hashes)
    return Content(**frames, schemas=schemas, origin=origin)


def _require_sound(
    folder: Path, read: dict[str, list[Line]], report: Report
) -> dict[str, list[Line]]:
    if report.has_errors:
        raise BrokenTables(
            f"The tables in {folder} have {counted(len(report), 'fault')}.",
            hint="Mend the cells named above, then try again.",
            report=report,
        )
    return read


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
    staged = folder.with_name(f".{folder.name}.new")  # so that none is ever cut short
    for one in (staged, folder):
        if what_stands_at(one):
            shutil.rmtree(require_folder(one))
    staged.mkdir(parents=True)
    try:
        _fill(content, staged, shared)
        os.rename(staged, folder)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def _fill(content: Content, folder: Path, shared: tuple[Content, Path] | None) -> None:
    """Write tables to an empty folder, as `copy_content` has it."""
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


SAVING, STAGED = ".saving", ".staged"
"""The folders of a save that counts and is not all in place, and of one that does not count yet."""

_BASE = "base.json"
"""What each file was when a save began: its hash, by its name."""

_NAMES = (SCHEMA_FILE, *(f"{table}.csv" for table in TABLES))


def snapshot(folder: Path, schemas: Mapping[str, Schema]) -> dict[str, bytes | None]:
    """Return the bytes of each table at one moment; None where a file is not there.

    A save that happens meanwhile is seen by its traces, and the reading starts again.
    """
    while True:
        before = _traces(folder, schemas)
        paths = {
            table: (folder / SAVING / f"{table}.csv", folder / f"{table}.csv") for table in schemas
        }
        data = {table: _bytes(*both) for table, both in paths.items()}
        doubtful = _doubtful_save(folder)
        if before == _traces(folder, schemas):
            if doubtful is not None:
                raise doubtful
            return data


def _traces(folder: Path, schemas: Mapping[str, Schema]) -> list[tuple[int, ...] | None]:
    paths = [folder / SAVING, *(folder / f"{table}.csv" for table in schemas)]
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
            _refuse_odd(path)
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


def _refuse_odd(path: Path) -> None:
    """Refuse what is no file of the folder, before it is opened: a named pipe would be waited for.

    A folder in the place of a file says so itself.
    """
    kind = what_stands_at(path)
    if kind.startswith("a link") and path.exists():
        kind += ", out of the folder" * (path.parent.resolve() not in path.resolve().parents)
    if kind not in ("", "a file", "a folder") and ("," in kind or not path.is_file()):
        raise OSError(0, f"It is {kind}")


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
    mine = {table: _rows(place, content, table) for table in TABLES}
    if same:
        read_schemas(place)  # tables that are gone are not made again from the rows that changed
    try:
        place.mkdir(parents=True, exist_ok=True)
        return _save(place, content, origin if same else None, mine)
    except OSError as fault:
        fault.filename = fault.filename2 = None  # which of its files it was is of no use
        raise cannot_write(fault, place) from None


def _rows(place: Path, content: Content, table: str) -> Mapping[Key, Row]:
    origin = content.origin
    if origin and is_as_read(content, table):
        return origin.rows[table]
    return rows_with_keys(place, content, table)


def _save(
    place: Path,
    content: Content,
    origin: Origin | None,
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
        was = {} if new else snapshot(place, schemas)
        hashes = {table: table_hash(schemas[table], data) for table, data in was.items()}
        known = _read_before(origin, hashes) if origin else {}
        found = {table: [] for table in TABLES} if new else _on_disk(place, schemas, was, known)
        base = origin.rows if origin else {table: {} for table in TABLES}
        others = {name: schema for name, schema in schemas.items() if name not in known}
        read = {name: keyed_rows(schema, found[name]) for name, schema in others.items()}
        theirs = {**{name: base[name] for name in known}, **read}
        merged = merge_rows(content.schemas, base, theirs, mine)
        changed = [table for table in TABLES if new or merged[table] != theirs[table]]
        data = {table: format_csv(schemas[table], merged[table]) for table in changed}
        stays = {table: found[table] for table in TABLES if table not in changed}
        now, report = parse_formatted(place, schemas, data, stays, known.keys() & stays.keys())
        if report.has_errors:
            raise not_saved(report)
        if changed:
            files = {f"{table}.csv": data[table] for table in changed}
            if new:
                package = content.origin.folder / SCHEMA_FILE if content.origin else shipped_path()
                files[SCHEMA_FILE] = package.read_bytes()
            commit_files(place, files, {f"{table}.csv": data for table, data in was.items()})
    hashes |= {table: table_hash(schemas[table], data[table]) for table in changed}
    return _typed(schemas, now, Origin(place, schemas, now, hashes))


def _read_before(origin: Origin, hashes: Mapping[str, str]) -> dict[str, list[Line]]:
    """Return the rows of the tables that are, byte for byte, as they were when they were read."""
    same = [table for table in hashes if origin.hashes.get(table) == hashes[table]]
    return {table: list(origin.read[table]) for table in same}


def _on_disk(
    folder: Path,
    schemas: Mapping[str, Schema],
    data: Mapping[str, bytes | None],
    known: Mapping[str, list[Line]],
) -> dict[str, list[Line]]:
    """Return each table's rows; their cells are checked with those that are to be saved."""
    parsed, report = parse(folder, schemas, data, only_syntax=True, known=known)
    others = schemas.keys() - known.keys()
    twice = any(len(keyed_rows(schemas[one], parsed[one])) < len(parsed[one]) for one in others)
    if report.has_errors or twice:
        raise not_saved(parse(folder, schemas, data)[1])
    return parsed


def commit_files(folder: Path, data: Mapping[str, bytes], was: Mapping[str, bytes | None]) -> None:
    """Put finished files in place behind one rename; the caller holds the lock of the folder.

    Parameters
    ----------
    folder
        The folder of the tables.
    data
        The files, by name.
    was
        What they were when they were read; None where there was none.
    """
    staged = folder / STAGED
    staged.mkdir()
    try:
        known = {name: found for name in data if (found := was.get(name)) is not None}
        base = {name: hash_bytes(known[name]) if name in known else MISSING for name in data}
        write_through(staged / _BASE, json.dumps(base).encode())
        for name, bytes_ in data.items():
            write_through(staged / name, bytes_)
            if (folder / name).exists():
                shutil.copymode(folder / name, staged / name)
        flush_folder(staged)
        os.rename(staged, folder / SAVING)
    except OSError:
        _drop_staged(folder)
        raise
    try:
        finish_save(folder)
    except OSError:
        _take_back(folder, data.keys() - known.keys(), known)
        raise


def _take_back(folder: Path, new: Iterable[str], known: Iterable[str]) -> None:
    """Undo a save of which no file was replaced yet: there was no room for the name of a new one.

    At each moment a file is in place or in the folder of the save, so that one can be finished.
    """
    saving = folder / SAVING
    if all((saving / name).exists() for name in known):
        for name in new:
            if (folder / name).exists():
                os.replace(folder / name, saving / name)
        os.rename(saving, folder / STAGED)
        _drop_staged(folder)


def finish_save(folder: Path) -> None:
    """Move what a committed save left into place; drop what an uncommitted one left.

    Raises
    ------
    KetcontentError
        When a file was changed since the save began, or what is there is no save of ours.
    """
    _drop_staged(folder)
    doubtful = _doubtful_save(folder)
    if doubtful is not None:
        raise doubtful
    saving = folder / SAVING
    if not saving.exists():
        return
    # New names first: for them there may be no room.
    for name in sorted(_NAMES, key=lambda name: (folder / name).exists()):
        if (saving / name).exists():
            os.replace(saving / name, folder / name)
    flush_folder(folder)
    (saving / _BASE).unlink(missing_ok=True)
    saving.rmdir()


def _drop_staged(folder: Path) -> None:
    staged = folder / STAGED
    if not what_stands_at(staged):
        return
    _refuse_others(staged)
    for name in os.listdir(staged):
        (staged / name).unlink()
    staged.rmdir()


def _refuse_others(place: Path) -> None:
    """Refuse a folder that has the name of one of a save's, and is none."""
    kind = what_stands_at(place)
    names = sorted(os.listdir(place)) if kind == "a folder" else []
    odd = [name for name in names if name not in (_BASE, *_NAMES)]
    odd += [name for name in names if what_stands_at(place / name) != "a file"]
    if kind != "a folder" or odd or (names and _BASE not in names):
        said = f"{kind}, not a folder" if kind != "a folder" else "not the folder of a save"
        raise refuse_place(place, said)


def _doubtful_save(folder: Path) -> KetcontentError | None:
    """Return what is to be said of a save that was cut short, and cannot be brought to its end."""
    saving = folder / SAVING
    try:
        if not what_stands_at(saving):
            return None
        _refuse_others(saving)
        base = json.loads(read_file(saving / _BASE, follow=False))
        names = [name for name in _NAMES if (saving / name).exists()]
        now = {name: hash_file(folder / name) for name in names}
    except KetcontentError as refused:
        return refused
    except (OSError, ValueError):  # it is coming to its end
        return None
    changed = [name for name in names if not isinstance(base, dict) or base.get(name) != now[name]]
    if not changed:
        return None
    mine, theirs = saving / changed[0], folder / changed[0]
    return KetcontentError(
        f"{saving} holds a save that was cut short, and {theirs} was changed since.",
        hint=f"Compare {mine} with {theirs}: move it over that, or delete it. Then try again.",
        path=str(theirs),
        saved=str(mine),
    )
