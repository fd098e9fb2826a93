"""CSV on disk ↔ Content: read, validate, write safely.

Everything is read as text and typed by the schema (`ketcontent.schemas`).

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

import contextlib
import hashlib
import json
import os
import shutil
from collections import ChainMap
from collections.abc import Callable, Collection, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

import ketcontent
from ketcontent import files, rendering, traces
from ketcontent.diagnostics import Report
from ketcontent.errors import BrokenTables, KetcontentError, SaveConflict
from ketcontent.schemas import (
    SCHEMA_FILE,
    TABLES,
    Key,
    Line,
    Row,
    Schema,
    counted,
    parse,
    read_schemas,
    shipped_path,
    shipped_schemas,
    table_digest,
)

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a Content was read from, and its rows at that moment."""

    folder: Path
    """The folder of the tables."""
    rows: Mapping[str, Mapping[Key, Row]]
    """Each table's rows by key, as text."""
    lines: Mapping[str, Mapping[Key, int]]
    """The line of each row in its file, counted from 1."""


@dataclass(frozen=True, slots=True)
class Content:
    """The tables, typed by the schema.

    Whole numbers are ``Int64``, booleans ``boolean``, the rest text; an empty cell of text is
    ``""``. Functions never change a Content; they return a new one (`dataclasses.replace`).
    """

    documents: pd.DataFrame
    """A row a page."""
    sections: pd.DataFrame
    """A row a section of a page."""
    statements: pd.DataFrame
    """A row a sentence, or a label with its sentence."""
    notices: pd.DataFrame
    """A row a text used in many places, once a language."""
    terms: pd.DataFrame
    """A row an abbreviation or term, once a language."""
    sources: pd.DataFrame
    """A row a reference."""
    evidence: pd.DataFrame
    """A row what one source says on one statement."""
    people: pd.DataFrame
    """A row someone who writes or reviews."""
    signoffs: pd.DataFrame
    """A row one yes or no to exact words."""
    policies: pd.DataFrame
    """A row a capacity that must sign a kind of statement."""
    topics: pd.DataFrame
    """A row a question that a page must or should answer."""
    rules: pd.DataFrame
    """A row a rule of prose."""
    help_lines: pd.DataFrame
    """A row a crisis contact in one market."""
    waivers: pd.DataFrame
    """A row a finding on one row that passes for a while."""
    strings: pd.DataFrame
    """A row a word or a sentence of the furniture of a page, once a language."""
    schemas: Mapping[str, Schema]
    """What the data package says of each table."""
    origin: Origin | None = None
    """Where it was read from; None for a Content made in memory."""

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(getattr(self, table))} {table}" for table in TABLES[:5])
        place = f" of {self.origin.folder}" if self.origin else ""
        return f"<Content{place}: {counts}>"

    def to_html(self) -> str:
        """Return what the tables hold as HTML: a row a page, then the size of the other tables.

        It counts rows and judges nothing, so that showing a Content costs next to nothing.
        """
        return rendering.render("content.html.j2", **_overview(self))

    def to_text(self) -> str:
        """Return the same as plain text.

        Examples
        --------
        >>> print(empty_content().to_text().splitlines()[0])
        No pages
        """
        view = _overview(self)
        lines = [view["caption"]]
        for page in view["pages"]:
            first, *cells = page.items()
            lines.append(f"  {first[1]}: {', '.join(f'{name} {cell}' for name, cell in cells)}")
        return "\n".join(filter(None, [*lines, view["more"], view["others"], view["next"]]))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": self.to_text(), "text/html": self.to_html()}


_PAGES_SHOWN = 50


def _overview(content: Content) -> dict[str, Any]:
    """Return what the display of a Content says, by name."""
    known = len(content.documents)
    chosen = content.documents.head(_PAGES_SHOWN)

    def counts(frame: pd.DataFrame) -> dict[str, int]:
        return {str(key): int(number) for key, number in frame["document"].value_counts().items()}

    statements = content.statements[content.statements["position"].notna()]
    keys = ["document", "statement"]
    approved = content.signoffs[content.signoffs["verdict"] == "approved"]
    columns = {
        "sections": counts(content.sections[content.sections["position"].notna()]),
        "statements": counts(statements),
        "kind not set": counts(statements[statements["kind"] == ""]),
        "not graded": counts(statements[statements["certainty"] == ""]),
        "with evidence": counts(
            statements.merge(content.evidence[keys].drop_duplicates(), on=keys)
        ),
        "ever signed": counts(statements.merge(approved[keys].drop_duplicates(), on=keys)),
    }
    pages = [
        {
            "page": row["document"],
            "title": row["title"],
            "language": row["language"],
            **{name: found.get(row["document"], 0) for name, found in columns.items()},
        }
        for row in chosen.to_dict("records")
    ]
    place = f" in {content.origin.folder}" if content.origin else ""
    open_sources = int((content.sources["unconfirmed"] != "").sum())
    others = [f"{counted(len(content.sources), 'source')} ({open_sources} with unconfirmed fields)"]
    others += [
        f"{name} {len(getattr(content, name.replace('-', '')))}"
        for name in ("evidence", "notices", "terms", "people", "sign-offs", "waivers", "rules")
    ]
    first = str(chosen["document"].iloc[0]) if known else "PAGE"
    return {
        "caption": f"{counted(known, 'page') if known else 'No pages'}{place}",
        "pages": pages,
        "more": f"And {known - len(chosen)} more pages." if known > len(chosen) else "",
        "others": f"Rows of the other tables: {', '.join(others)}.",
        "next": f'What is wrong with it: check(content, ["{first}"]). '
        f'The page: assemble(content, "{first}").',
    }


class _Traced(Content):
    """A Content in a run that a build traces: it notes each table that is taken from it."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name in _TABLE_NAMES:
            traces.note("table", name)
        elif name == "origin":
            for table in TABLES:
                traces.note("table", table)
        return object.__getattribute__(self, name)


_TABLE_NAMES = frozenset(TABLES)


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


# --- reading ---------------------------------------------------------------------------------


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
    place = Path(folder)
    with traces.handing_out(place) as traced:
        content = _read(place, _marked_sound(place))[0]
    return _Traced(**_fields(content)) if traced else content


def read_again(
    folder: str | os.PathLike[str], sound: Collection[str]
) -> tuple[Content, dict[str, str]]:
    """Return the Content of a folder, and by table its digest, now known to be sound.

    A table whose digest is in `sound` was held against the same schema before and had no fault;
    keys and the laws between tables are checked all the same.

    Raises
    ------
    BrokenTables, KetcontentError
        As `read_content` does.

    Examples
    --------
    >>> content, digests = read_again("data", ())
    >>> read_again("data", digests.values())[1] == digests
    True
    """
    return _read(Path(folder), sound)


def _read(place: Path, sound: Collection[str] | None) -> tuple[Content, dict[str, str]]:
    """Return the Content of a folder; `sound` is None where all of it is known to be sound."""
    schemas = read_schemas(place)
    data = _snapshot(place, schemas)
    known = {*(sound or ()), *_noted_sound(place)}
    parsed, report = parse(place, schemas, data, only_syntax=sound is None, sound=known)
    if report.has_errors:
        raise BrokenTables(
            f"The tables in {place} have {counted(len(report), 'fault')}.",
            hint="Mend the cells named above, then try again.",
            report=report,
        )
    rows = {table: [row.cells for row in parsed[table]] for table in schemas}
    content = _content(schemas, rows, place, _lines_of(schemas, parsed))
    return content, {table: table_digest(schemas[table], data[table]) for table in schemas}


def _fields(content: Content) -> dict[str, Any]:
    return {name: getattr(content, name) for name in Content.__dataclass_fields__}


_SOUND = ".sound"
"""The file in a copy of tables that holds the digest of tables which were found sound."""


def _marked_sound(folder: Path) -> Collection[str] | None:
    """Return None where a folder holds tables as `copy_content` wrote them; else nothing known."""
    try:
        marked = (folder / _SOUND).read_text("utf-8")
    except OSError:
        return ()
    return None if marked == _digest_of_files(folder) else ()


_NOTED = ".sound.json"
"""The file in which a save keeps the digests of the tables that it found sound."""


def _note_sound(folder: Path, digests: Collection[str]) -> None:
    with contextlib.suppress(OSError):  # whoever reads the tables then checks them again
        (folder / _NOTED).write_text(json.dumps(sorted(digests)), "utf-8")


def _noted_sound(folder: Path) -> Collection[str]:
    """Return the digests of the tables that the last save found sound."""
    try:
        return set(json.loads((folder / _NOTED).read_bytes()))
    except (OSError, ValueError, TypeError):
        return ()


def _digest_of_files(folder: Path) -> str:
    found = hashlib.sha256(ketcontent.__version__.encode())
    for name in (SCHEMA_FILE, *(f"{table}.csv" for table in TABLES)):
        data = _bytes(folder / name) or b""
        found.update(f"{name} {len(data)}\n".encode() + data)
    return found.hexdigest()


def copy_content(
    content: Content, folder: Path, *, shared: tuple[Content, Path] | None = None
) -> None:
    """Write tables to a folder of their own, for notebooks to read and nobody to edit.

    What is read from there is not validated a second time, unless somebody changes it.

    Parameters
    ----------
    content
        Sound tables.
    folder
        Where to; what is there is replaced.
    shared
        Other tables and the folder they were copied to: a table that is the same in both is
        linked to from there instead of being written again.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     copy_content(read_content("data"), Path(folder, "copy"))
    ...     read_content(Path(folder, "copy")).documents.equals(read_content("data").documents)
    True
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
    (folder / _SOUND).write_text(_digest_of_files(folder), "utf-8")


def _linked(there: Path, here: Path) -> bool:
    try:
        os.link(there, here)
    except OSError:  # another file system, or one without links
        return False
    return True


def table_bytes(content: Content, table: str) -> bytes:
    """Return a table as the bytes of its file.

    Examples
    --------
    >>> table_bytes(read_content("data"), "policies").splitlines()[0]
    b'kind,capacity'
    """
    return remembered(_table_bytes, getattr(content, table), content.schemas[table])


def _table_bytes(frame: pd.DataFrame, schema: Schema) -> bytes:
    rows = sorted((schema.key_of(row), row) for row in _texts(frame, schema))
    return _csv(schema, dict(rows))


def validate_tables(folder: str | os.PathLike[str] = "data") -> Report:
    """Return every fault of the tables in a folder, all at once.

    Raises
    ------
    KetcontentError
        When there is no such folder, or no readable schema in it.

    Examples
    --------
    >>> print(validate_tables("data"))
    No faults.
    """
    place = Path(folder)
    schemas = read_schemas(place)
    return parse(place, schemas, _snapshot(place, schemas))[1]


def empty_content() -> Content:
    """Return a Content with the shipped schema and no rows.

    Examples
    --------
    >>> empty_content()
    <Content: 0 documents, 0 sections, 0 statements, 0 notices, 0 terms>
    """
    return _content(shipped_schemas(), {table: [] for table in TABLES}, None)


def frame_of(table: str, rows: list[dict[str, Any]], content: Content) -> pd.DataFrame:
    """Return rows as a typed DataFrame with the columns of a table of `content`.

    A column that a row does not name is empty; None is empty too.

    Examples
    --------
    >>> frame = frame_of("notices", [{"notice": "n", "language": "en"}], empty_content())
    >>> frame.loc[0].to_dict()
    {'notice': 'n', 'language': 'en', 'text': '', 'needs': ''}
    """
    schema = content.schemas[table]
    booleans = schema.typed("boolean")
    texts = [
        tuple(_as_text(row.get(name), boolean=name in booleans) for name in schema.columns)
        for row in rows
    ]
    return _frame(schema, texts)


_memory: ContextVar[ChainMap[Any, Any] | None] = ContextVar("_memory", default=None)


@contextlib.contextmanager
def unchanged() -> Iterator[None]:
    """Keep what is worked out of tables (`remembered`) for as long as this lasts.

    For work of the library's own that asks for the same page many times, and during which nobody
    can change the tables. Within another, it keeps what is new no longer than itself.

    Notes
    -----
    Nothing is kept longer, and for no caller: a DataFrame can be changed where it is, and what is
    kept would then be of rows that are no more.

    Examples
    --------
    >>> content = read_content("data")
    >>> with unchanged():
    ...     rows_of(content.terms) is rows_of(content.terms)
    True
    >>> rows_of(content.terms) is rows_of(content.terms)
    False
    """
    memory = _memory.get()
    token = _memory.set(ChainMap() if memory is None else memory.new_child())
    try:
        yield
    finally:
        _memory.reset(token)


def remembering() -> bool:
    """Return whether what is worked out of tables is kept at the moment (`unchanged`).

    Examples
    --------
    >>> remembering()
    False
    """
    return _memory.get() is not None


def remembered(work_out: Callable[..., Made], *of: Any) -> Made:
    """Return what `work_out` makes of its arguments, or made of them before (`unchanged`).

    Examples
    --------
    >>> remembered(rows_of, read_content("data").policies)[0]
    {'kind': 'advice', 'capacity': 'clinical'}
    """
    memory = _memory.get()
    if memory is None:
        return work_out(*of)
    key = (work_out, *(one if isinstance(one, str) else id(one) for one in of))
    if key not in memory:
        # What it was made of is kept too: an id is another's as soon as its owner is gone.
        memory[key] = (work_out(*of), of)
    made: Made = memory[key][0]
    return made


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, each a dictionary of its cells by column.

    Notes
    -----
    As ``frame.to_dict("records")`` does, in a fraction of its time: a page asks for rows a hundred
    times.

    Examples
    --------
    >>> rows_of(read_content("data").policies)[0]
    {'kind': 'advice', 'capacity': 'clinical'}
    """
    return remembered(_rows_of, frame)


def _rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    names = [str(name) for name in frame.columns]
    columns = [_listed(frame[name]) for name in frame.columns]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _listed(column: pd.Series[Any]) -> list[Any]:
    """Return the cells of a column; None where a number or a boolean is empty."""
    cells = column.tolist()
    if column.dtype in ("Int64", "boolean"):
        return [None if cell is pd.NA else cell for cell in cells]
    return cells


def rows_of_page(content: Content, table: str, document: str) -> list[dict[str, Any]]:
    """Return the rows of a table that belong to a page.

    Examples
    --------
    >>> len(rows_of_page(read_content("data"), "documents", "ketamine"))
    1
    """
    return remembered(_rows_of_page, content, table, document)


def _rows_of_page(content: Content, table: str, document: str) -> list[dict[str, Any]]:
    frame = getattr(content, table)
    return _rows_of(frame[frame["document"] == document])


def _snapshot(folder: Path, schemas: Mapping[str, Schema]) -> dict[str, bytes | None]:
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


def _content(
    schemas: Mapping[str, Schema],
    rows: Mapping[str, list[Row]],
    folder: Path | None,
    lines: Mapping[str, Mapping[Key, int]] | None = None,
) -> Content:
    """Return typed rows as a Content; `lines` are those of its rows on disk, where there is one."""
    origin = None
    if folder is not None:
        by_key = {
            table: {schemas[table].key_of(row): row for row in rows[table]} for table in schemas
        }
        origin = Origin(folder, by_key, lines or {})
    frames = {table: _frame(schemas[table], rows[table]) for table in TABLES}
    return Content(**frames, schemas=schemas, origin=origin)


def _lines_of(
    schemas: Mapping[str, Schema], parsed: Mapping[str, list[Line]]
) -> dict[str, dict[Key, int]]:
    return {
        table: {schema.key_of(row.cells): row.line for row in parsed[table]}
        for table, schema in schemas.items()
    }


def _frame(schema: Schema, rows: list[Row]) -> pd.DataFrame:
    ordered = sorted(rows, key=schema.key_of)
    frame = pd.DataFrame(ordered, columns=list(schema.columns), dtype=str)
    for name in schema.typed("integer"):
        frame[name] = pd.array([int(cell) if cell else None for cell in frame[name]], "Int64")
    for name in schema.typed("boolean"):
        known = {"true": True, "false": False}
        frame[name] = pd.array([known.get(cell) for cell in frame[name]], "boolean")
    return frame


def _as_text(cell: Any, *, boolean: bool) -> str:
    if cell is None or cell is pd.NA or cell != cell:
        return ""
    return str(cell).lower() if boolean else str(cell)


# --- writing ---------------------------------------------------------------------------------


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

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     saved = write_content(read_content("data"), folder)
    ...     before = Path(folder, "statements.csv").read_bytes()
    ...     _ = write_content(saved)
    ...     print(Path(folder, "statements.csv").read_bytes() == before)
    True
    """
    origin = content.origin
    if folder is None and origin is None:
        raise KetcontentError(
            "This Content was not read from a folder.", hint="Say where: write_content(…, folder)."
        )
    place = Path(folder) if folder is not None else origin.folder  # type: ignore[union-attr]
    same = origin is not None and origin.folder.resolve() == place.resolve()
    base = origin.rows if origin is not None and same else {table: {} for table in TABLES}
    mine = {table: _keyed(place, content, table) for table in TABLES}
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
    with files.hold(place / ".lock", purpose="saving tables"):
        _finish_save(place)
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
        merged = _merged(content.schemas, base, theirs, mine)
        changed = [table for table in TABLES if new or merged[table] != theirs[table]]
        data = {table: _csv(schemas[table], merged[table]) for table in TABLES}
        parsed = _without_faults(place, schemas, data)
        if changed:
            _commit(place, {f"{table}.csv": data[table] for table in changed}, content, new=new)
            _note_sound(place, {table_digest(schemas[table], data[table]) for table in TABLES})
    rows = {table: list(merged[table].values()) for table in TABLES}
    now = {table: parsed[table] if table in changed else found[table] for table in TABLES}
    return _content(schemas, rows, place, _lines_of(schemas, now))


def keyed_rows(content: Content, table: str) -> dict[Key, Row]:
    """Return the rows of a table by key, as text.

    Examples
    --------
    >>> keyed_rows(read_content("data"), "policies")["advice", "clinical"]
    ('advice', 'clinical')
    """
    schema = content.schemas[table]
    return {schema.key_of(row): row for row in _texts(getattr(content, table), schema)}


def _texts(frame: pd.DataFrame, schema: Schema) -> list[Row]:
    """Return the rows of a table as text, in their order."""
    booleans, numbers = schema.typed("boolean"), schema.typed("integer")
    columns = [
        [_as_text(cell, boolean=name in booleans) for cell in frame[name]]
        if name in booleans or name in numbers or frame[name].hasnans
        else frame[name].astype(str).tolist()
        for name in schema.columns
    ]
    return list(zip(*columns, strict=True))


def _keyed(folder: Path, content: Content, table: str) -> dict[Key, Row]:
    """Return the rows of a table by key, as text; a key used twice is a fault."""
    schema = content.schemas[table]
    rows = _texts(getattr(content, table), schema)
    keyed = {schema.key_of(row): row for row in rows}
    if len(keyed) != len(rows):
        data: dict[str, bytes | None] = {
            name: _csv(content.schemas[name], {}) for name in content.schemas
        }
        data[table] = _csv(schema, dict(enumerate(rows)))
        report = parse(folder, content.schemas, data)[1]
        twice = [fault for fault in report if fault.rule == "duplicate-key"]
        raise _not_saved(Report.of(twice))
    return keyed


def _found_on_disk(folder: Path, schemas: Mapping[str, Schema]) -> dict[str, list[Line]]:
    """Return each table's rows; their cells are checked with those that are to be saved."""
    data = _snapshot(folder, schemas)
    parsed, report = parse(folder, schemas, data, only_syntax=True)
    twice = any(
        len({schema.key_of(row.cells) for row in parsed[table]}) < len(parsed[table])
        for table, schema in schemas.items()
    )
    if report.has_errors or twice:
        raise _not_saved(parse(folder, schemas, data)[1])
    return parsed


def _merged(
    schemas: Mapping[str, Schema],
    base: Mapping[str, Mapping[Key, Row]],
    theirs: Mapping[str, Mapping[Key, Row]],
    mine: Mapping[str, Mapping[Key, Row]],
) -> dict[str, dict[Key, Row]]:
    """Return the rows on disk with the caller's changes applied."""
    merged, conflicts = {}, []
    for table in TABLES:
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


def _csv(schema: Schema, rows: Mapping[Any, Row]) -> bytes:
    # Python's csv module quotes other cells from one version to the next (3.11 none with "\r").
    lines = [",".join(_quoted(cell) for cell in row) for row in (schema.columns, *rows.values())]
    # A lone surrogate cannot be stored; validation names it as a wrong encoding.
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")


def _quoted(cell: str) -> str:
    if any(mark in cell for mark in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _without_faults(
    folder: Path, schemas: Mapping[str, Schema], data: Mapping[str, bytes]
) -> dict[str, list[Line]]:
    """Return the rows of tables that are to be saved; refuse them when they have faults."""
    parsed, report = parse(folder, schemas, data)
    if report.has_errors:
        raise _not_saved(report)
    return parsed


def _not_saved(report: Report) -> BrokenTables:
    return BrokenTables(
        f"Nothing was saved: the tables would have {counted(len(report), 'fault')}.",
        hint="Mend the cells named above; lines are those of the file as it would be.",
        report=report,
    )


def _commit(folder: Path, data: dict[str, bytes], content: Content, *, new: bool) -> None:
    """Put finished files in place behind one rename."""
    if new:
        package = content.origin.folder / SCHEMA_FILE if content.origin else shipped_path()
        data[SCHEMA_FILE] = package.read_bytes()
    staged = folder / ".staged"
    staged.mkdir()
    for name, bytes_ in data.items():
        files.write_through(staged / name, bytes_)
        if (folder / name).exists():
            shutil.copymode(folder / name, staged / name)
    files.flush_folder(staged)
    os.rename(staged, folder / ".saving")
    _finish_save(folder)


def _finish_save(folder: Path) -> None:
    """Move what a committed save left into place; drop what an uncommitted one left."""
    shutil.rmtree(folder / ".staged", ignore_errors=True)
    saving = folder / ".saving"
    if not saving.exists():
        return
    for path in sorted(saving.iterdir()):
        os.replace(path, folder / path.name)
    files.flush_folder(folder)
    saving.rmdir()
