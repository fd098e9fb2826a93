"""Tables of an older version → tables of this one: columns and tables that came since, added empty.

Two things are filled in: which supplied sentences stand as received, which the rows say themselves,
and the furniture in other languages, which no native speaker has checked yet.

What a project has of its own stays: its rows, its columns, its tables. Its ``datapackage.json``
says afterwards of every column that came with ketcontent what the shipped one says.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ketcontent.atomic import lock
from ketcontent.diagnostics import Report
from ketcontent.errors import BrokenTables
from ketcontent.model.answers import KEPT, stands_as_supplied
from ketcontent.model.csv_text import format_csv
from ketcontent.model.schema import (
    SCHEMA_FILE,
    Row,
    Schema,
    require_schema_file,
    schemas_in,
    shipped_path,
)
from ketcontent.model.store import commit_files, finish_save, snapshot
from ketcontent.model.validation import parse
from ketcontent.places import cannot_write
from ketcontent.resources import shipped_file
from ketcontent.text import counted


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What differs between the tables of a project and those of this version."""

    tables: tuple[str, ...]
    """The tables that it lacks."""
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    """By table, the columns that it lacks."""
    described: tuple[str, ...]
    """What its data package says otherwise than the shipped one, and will say as that does."""
    own: tuple[str, ...]
    """Tables and columns of its own, which stay."""
    kept: int = 0
    """The supplied sentences that stand as received, and whose new answer says so."""
    unanswered: int = 0
    """Those for which an editor has still to say what became of them."""
    translated: tuple[tuple[str, int], ...] = ()
    """By language, how many rows of the furniture are added, none yet checked."""

    @property
    def needed(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.tables or self.columns or self.described or self.translated)

    def __str__(self) -> str:
        filled = ["strings"] if self.translated else []
        return "\n".join(
            [
                *(f"{table}: a new table, empty" for table in self.tables if table not in filled),
                *(
                    f"{table}: {counted(len(names), 'new column')}, empty: {', '.join(names)}"
                    for table, names in self.columns
                ),
                *(
                    [
                        f"statements: of the supplied sentences {self.kept} stand as received "
                        f"(answer: {KEPT}); for {self.unanswered} an editor has to say what "
                        "became of them"
                    ]
                    if self.kept or self.unanswered
                    else []
                ),
                *(f"{SCHEMA_FILE}: {one}" for one in self.described),
                *(
                    f"strings: {counted(number, 'new row')} in '{language}', not yet checked by a "
                    "native speaker"
                    for language, number in self.translated
                ),
                *([f"kept as your own: {', '.join(self.own)}"] if self.own else []),
            ]
        )


def upgrade_tables(folder: str | os.PathLike[str], *, dry_run: bool = False) -> Upgrade:
    """Give a folder of tables what this version needs, and return what that was.

    Parameters
    ----------
    folder
        The folder of the tables.
    dry_run
        Say what would be done, and change nothing.

    Raises
    ------
    BrokenTables
        When the tables have faults, or would have; nothing is written.
    KetcontentError
        When the folder has no readable data package, or cannot be written.
    """
    place = Path(folder)
    require_schema_file(place)
    if dry_run:
        return _upgraded(place)[0]
    try:
        with lock(place / ".lock", purpose="upgrading tables"):
            finish_save(place)
            upgrade, files, was = _upgraded(place)
            if upgrade.needed:
                commit_files(place, files, was)
    except OSError as fault:
        fault.filename = fault.filename2 = None  # which of its files it was is of no use
        raise cannot_write(fault, place) from None
    return upgrade


def _upgraded(place: Path) -> tuple[Upgrade, dict[str, bytes], dict[str, bytes | None]]:
    """Return what a folder lacks, the files that will have it, and what files it has now."""
    schema = (place / SCHEMA_FILE).read_bytes()
    was, shipped = json.loads(schema), json.loads(shipped_path().read_bytes())
    known = schemas_in(place / SCHEMA_FILE)  # says what is wrong with it, if it is no data package
    package, described = _merged_package(was, shipped)
    schemas = schemas_in(place / SCHEMA_FILE, package)
    tables = snapshot(place, schemas)
    lines, report = parse(place, schemas, tables, only_syntax=True)
    new = tuple(table for table in schemas if table not in known)
    absent: dict[str, list[str]] = {}
    for fault in report:
        if fault.rule == "missing-column":
            absent.setdefault(fault.table, []).append(fault.column)
    faults = [
        fault
        for fault in report
        if fault.rule != "missing-column"
        and not (fault.rule == "missing-file" and fault.table in new)
    ]
    rows = {
        table: {
            line.line: _widened(line.cells, schema, absent.get(table, ())) for line in lines[table]
        }
        for table, schema in schemas.items()
    }
    kept = unanswered = 0
    if "answer" in absent.get("statements", ()):
        kept, unanswered = _answer_kept(rows["statements"], schemas["statements"])
    strings, there = schemas["strings"], list(rows["strings"].values())
    is_first = "strings" in new or "checked_on" in absent.get("strings", ())
    if added := _translations(strings, there, is_first=is_first):
        there += [tuple(one.get(name, "") for name in strings.columns) for one in added]
        rows["strings"] = dict(enumerate(sorted(there, key=strings.key_of)))
    data = {table: format_csv(schema, rows[table]) for table, schema in schemas.items()}
    # What cannot be read is not up to date; what its cells say is for `check`, until they change.
    if not faults and (new or absent or described or added):
        faults = list(parse(place, schemas, data)[1])
    if faults:
        raise BrokenTables(
            f"Nothing was upgraded: the tables have {counted(len(faults), 'fault')}.",
            hint="Mend the cells named above, then try again.",
            report=Report.of(faults),
        )
    ours = {one["name"]: _names(one) for one in shipped["resources"]}
    upgrade = Upgrade(
        tables=new,
        columns=tuple(
            (table, tuple(name for name in schema.columns if name in absent[table]))
            for table, schema in schemas.items()
            if table in absent
        ),
        described=tuple(described),
        own=tuple(
            f"{one['name']}.{name}"
            for one in was["resources"]
            for name in _names(one)
            if name not in ours.get(one["name"], ())
        ),
        kept=kept,
        unanswered=unanswered,
        translated=tuple(sorted(Counter(one["language"] for one in added).items())),
    )
    text = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
    files = {
        f"{table}.csv": data[table] for table in (*new, *absent, *(["strings"] if added else []))
    }
    old = {SCHEMA_FILE: schema, **{f"{table}.csv": found for table, found in tables.items()}}
    return upgrade, {SCHEMA_FILE: text.encode(), **files}, old


def _translations(schema: Schema, rows: Sequence[Row], *, is_first: bool) -> list[dict[str, str]]:
    """Return the shipped rows of the furniture that a project lacks, but for English.

    All, where its tables are of a version that came with none; afterwards those that are new in a
    language that it has, since a language that it deleted is not to come back.
    """
    string, language = (schema.columns.index(name) for name in ("string", "language"))
    known = {(row[string], row[language]) for row in rows}
    spoken = {row[language] for row in rows}
    with shipped_file("data/strings.csv").open(encoding="utf-8", newline="") as file:
        shipped = list(csv.DictReader(file))
    return [
        row
        for row in shipped
        if row["language"] != "en"
        and (is_first or row["language"] in spoken)
        and (row["string"], row["language"]) not in known
    ]


def _widened(cells: Row, schema: Schema, absent: Collection[str]) -> Row:
    """Return a row with its absent cells empty, or "false" where a boolean must stand."""

    def needs_false(name: str) -> bool:
        field = schema.fields[name]
        required = field.get("constraints", {}).get("required", False)
        return name in absent and required and field["type"] == "boolean"

    return tuple(
        "false" if needs_false(name) else cell
        for name, cell in zip(schema.columns, cells, strict=True)
    )


def _answer_kept(rows: dict[int, Row], schema: Schema) -> tuple[int, int]:
    """Answer for the supplied sentences that stand as received; count them, and all others."""
    place = schema.columns.index("answer")
    counts = [0, 0]
    for line, cells in rows.items():
        row = dict(zip(schema.columns, cells, strict=True))
        if row["supplied"]:
            kept = stands_as_supplied(row)
            counts[not kept] += 1
            if kept:
                rows[line] = (*cells[:place], KEPT, *cells[place + 1 :])
    return counts[0], counts[1]


def _names(resource: Mapping[str, Any]) -> list[str]:
    return [field["name"] for field in resource["schema"]["fields"]]


def _merged_package(
    was: Mapping[str, Any], shipped: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return the data package of a project with all of the shipped one, and what it said otherwise.

    Its own tables and columns stay where they stand.
    """
    described: list[str] = []
    known = {one["name"]: one for one in was["resources"]}
    resources = []
    for one in shipped["resources"]:
        name = one["name"]
        if name not in known:
            resources.append(one)
            continue
        mine, schema = known[name], one["schema"]
        fields, said = _merged_fields(mine["schema"]["fields"], schema["fields"])
        for part in ("primaryKey", "foreignKeys"):
            if mine["schema"].get(part) != schema.get(part):
                said.append(part)
        described += [f"{name}: {part} as shipped" for part in said]
        resources.append({**mine, "schema": {**mine["schema"], **schema, "fields": fields}})
    ours = {one["name"] for one in shipped["resources"]}
    resources += [one for one in was["resources"] if one["name"] not in ours]
    return {**was, "resources": resources}, described


def _merged_fields(
    mine: Iterable[Mapping[str, Any]], shipped: Iterable[Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Return the fields of a table, each new one behind the one that it is shipped behind."""
    fields = {field["name"]: field for field in mine}
    order = list(fields)
    said, place = [], 0
    for field in shipped:
        name = field["name"]
        if name in fields:
            place = order.index(name) + 1
            parts = sorted(
                part
                for part in field.keys() | fields[name].keys()
                if field.get(part) != fields[name].get(part)
            )
            said += [f"{name}: {part}" for part in parts]
        else:
            order.insert(place, name)
            place += 1
        fields[name] = field
    return [fields[name] for name in order], said
