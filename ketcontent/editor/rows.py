"""A row of any table in the workbench: its name there, the form that shows it, a change by hand.

The form is made of the descriptor (``datapackage.json``), so a table or column that is added there
has its form at once. What is typed in it goes the way of every edit (`edited`): a step that can be
undone, a row of the draft, a row in conflict where somebody else has saved it meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from ketcontent.editor.session import (
    EDITABLE,
    UNKEPT,
    Cells,
    RowChange,
    Session,
    edited,
    keys_of,
    row_of,
    rows_by_key,
    with_rows,
)
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model import TABLES, Content, Key

_NO_FORM = ("statements", "signing_keys", "signoffs", "proposals", "comments", "releases")
"""The tables whose rows have no form: a statement has a pane of its own, what somebody signed,
proposed or said is theirs, and a release is written by the release."""

FORMS = tuple(table for table in TABLES if table not in _NO_FORM)
"""The tables whose rows have a form."""

ADDED = ("notices", "terms", "sources", "people", "topics", "help_lines")
"""The tables to which a form adds a row: what pages share."""


def row_name(table: str, key: Key) -> str:
    """Return what the browser calls a row: a statement by its key, any other with its table."""
    return key[1] if table == "statements" else f"{table}:{'/'.join(key)}"


def place_of(session: Session, name: str) -> tuple[str, Key]:
    """Return the table and key of a row that the browser names; it need not be there.

    Raises
    ------
    UnknownName
        When no table with a form is named, or no key of it can be read so.
    """
    table, colon, row = name.partition(":")
    if not colon:
        return "statements", (session.document, name)
    if table not in FORMS:
        raise UnknownName.of("table", table, FORMS)
    found = [*_keys_in(session.content, table, row)]
    known = set(keys_of(session.content, table))
    for key in found:
        if key in known:
            return table, key
    if not found:
        schema = session.content.schemas[table]
        says = " ".join(f"{one}: {schema.fields[one].get('description', '')}" for one in schema.key)
        limits = (schema.fields[one].get("constraints", {}) for one in schema.key)
        if any(str(one.get("pattern", "")).startswith("^[a-z0-9]+(-") for one in limits):
            says += " A key is small letters and digits, with a hyphen between words: ada-roe."
        raise KetcontentError(f"'{row}' can be no key of {table}.", hint=says, row=row)
    return table, found[0]


def _keys_in(content: Content, table: str, row: str) -> Iterator[Key]:
    """Yield the keys that `row` can be with its parts joined: a part may hold a slash itself."""
    schema = content.schemas[table]
    parts = row.split("/")
    limits = [schema.fields[name].get("constraints", {}) for name in schema.key]
    for cuts in combinations(range(1, len(parts)), len(schema.key) - 1):
        ends = zip((0, *cuts), (*cuts, len(parts)), strict=True)
        key = tuple("/".join(parts[start:end]) for start, end in ends)
        if all(_fits(cell, limit) for cell, limit in zip(key, limits, strict=True)):
            yield key


def _fits(cell: str, limits: Mapping[str, Any]) -> bool:
    return (
        bool(cell.strip())
        and cell in limits.get("enum", [cell])
        and len(cell) <= limits.get("maxLength", len(cell))
        and bool(re.search(limits.get("pattern", ""), cell))
    )


def by_hand(content: Content, table: str) -> tuple[str, ...]:
    """Return the columns of a table that an editor changes by hand.

    Not its key, which other rows name; nor what was received; nor a place, which moving changes.
    """
    if table == "statements":
        return EDITABLE
    schema = content.schemas[table]
    return tuple(
        name
        for name in schema.columns
        if name not in schema.key
        and name != "position"
        and not name.startswith(("supplied", "supplier_"))
    )


def filled(session: Session, name: str, cells: Cells, *, burst: str = "") -> Session:
    """Return the session with cells of a row changed; a row that is not there is added.

    Parameters
    ----------
    session, name
        The session, and the row as the browser names it (`row_name`).
    cells
        The cells by column. Characters that no field can hold become spaces.
    burst
        What keystrokes of one run of typing share.

    Raises
    ------
    UnknownName
        When an editor cannot change such a column.
    KetcontentError
        When a cell is no number where one belongs, or a row is added to a table that takes none.
    """
    table, key = place_of(session, name)
    schema, columns = session.content.schemas[table], by_hand(session.content, table)
    row = row_of(session.content, table, key)
    if row is None and table not in ADDED:
        raise UnknownName.of(
            "row", name, [row_name(table, one) for one in keys_of(session.content, table)]
        )
    cleaned = {column: UNKEPT.sub(" ", cell).rstrip() for column, cell in cells.items()}
    for column, cell in cleaned.items():
        if column not in columns:
            raise UnknownName.of("column", column, columns)
        if (why := fixed(session.content, table, key, column)) and cell != (row or {})[column]:
            raise KetcontentError(f"The {column} of '{key[0]}' is not changed by hand.", hint=why)
        if (
            cell
            and schema.fields[column]["type"] == "integer"
            and not re.fullmatch("[0-9]{1,9}", cell)
        ):
            raise KetcontentError(
                f"'{cell}' in {column} of '{'/'.join(key)}' is no whole number.",
                hint=schema.fields[column].get("description", ""),
                column=column,
            )
    was = row or {**dict.fromkeys(schema.columns, ""), **dict(zip(schema.key, key, strict=True))}
    changed = [column for column, cell in cleaned.items() if cell != was[column]]
    step = f"Edit {' and '.join(changed)} of {'/'.join(key)}" if row else f"Add {'/'.join(key)}"
    change = RowChange(table, key, row, {**was, **cleaned})
    return edited(
        session, step.replace("_", " "), with_rows(session.content, [change]), burst=burst
    )


def removed(session: Session, name: str) -> Session:
    """Return the session without a row that a form can add.

    Raises
    ------
    KetcontentError
        When rows of other tables name it, or a form adds no row to its table.
    """
    table, key = place_of(session, name)
    if table not in ADDED:
        raise KetcontentError(f"No row of {table} is removed here.", hint="Undo what added it.")
    if users := used_by(session.content, table, key):
        raise KetcontentError(
            f"'{'/'.join(key)}' is in use: {', '.join(users[:5])}.",
            hint="Take it out there first.",
            row=name,
        )
    content = with_rows(session.content, [RowChange(table, key, None, None)])
    return edited(session, f"Remove {'/'.join(key)}", content)


def used_by(content: Content, table: str, key: Key) -> list[str]:
    """Return the rows whose foreign keys lead to a row, as the browser names them."""
    found = []
    own = content.schemas[table].key
    for other, schema in content.schemas.items():
        for leads in schema.descriptor.get("foreignKeys", ()):
            target = leads["reference"]
            if target["resource"] != table:
                continue
            wanted = tuple(
                dict(zip(own, key, strict=True)).get(one, "") for one in _listed(target["fields"])
            )
            columns = _listed(leads["fields"])
            found += [
                row_name(other, place)
                for place, row in rows_by_key(content, other).items()
                if tuple(row[name] for name in columns) == wanted
            ]
    return found


def _listed(names: Any) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def form_of(session: Session, name: str) -> dict[str, Any]:
    """Return what the browser makes the form of a row of: its fields as the descriptor has them."""
    table, key = place_of(session, name)
    content = session.content
    schema = content.schemas[table]
    row = row_of(content, table, key) or {}
    return {
        "name": row_name(table, key),
        "table": table,
        "key": dict(zip(schema.key, key, strict=True)),
        "there": bool(row),
        "links": _links(table, row),
        "removable": table in ADDED and bool(row) and not used_by(content, table, key),
        "fields": [
            _field(content, table, column) | {"fixed": fixed(content, table, key, column)}
            for column in by_hand(content, table)
        ],
    }


def fixed(content: Content, table: str, key: Key, column: str) -> str:
    """Return why a cell is not changed by hand, and what to do instead; nothing where it is.

    What language a page is in, and of which page it is a translation, follows from its sentences
    and from the pages that name it: another word in the cell would make neither true.
    """
    if table != "documents" or column not in ("language", "translation_of"):
        return ""
    pages = {one: row for (one,), row in rows_by_key(content, "documents").items()}
    original = pages.get(key[0], {}).get("translation_of", "")
    others = [one for one, row in pages.items() if row["translation_of"] == key[0]]
    if others and column == "translation_of":
        many = "is a translation" if len(others) == 1 else "are translations"
        return f"{_and(others)} {many} of this page, so it is the original."
    if column == "translation_of" or not (others or original):
        return ""
    of = f"the original of {_and(others)}" if others else f"a translation of {original}"
    return f"This page is {of}. For another language, bring in another page."


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _field(content: Content, table: str, column: str) -> dict[str, Any]:
    """Return one field of a form; `choices` are pairs of a value and what it is called."""
    schema = content.schemas[table]
    field = schema.fields[column]
    limits = field.get("constraints", {})
    choices = [[one, one] for one in limits.get("enum", ())]
    if field["type"] == "boolean":
        choices = [["true", "yes"], ["false", "no"]]
    for leads in schema.descriptor.get("foreignKeys", ()):
        if _listed(leads["fields"])[-1] == column:
            target = leads["reference"]
            choices = _names(content, target["resource"], _listed(target["fields"])[-1])
    return {
        "column": column,
        "type": field["type"],
        "title": field.get("title", ""),
        "description": field.get("description", ""),
        "required": bool(limits.get("required")),
        # Words may hold all but control characters; any other pattern is of a key or address.
        "words": field["type"] == "string"
        and not choices
        and limits.get("pattern", "^[^").startswith("^[^"),
        "choices": choices,
    }


def _names(content: Content, table: str, column: str) -> list[list[str]]:
    """Return the cells of a column that a field can name, and what the row of each is called."""
    found: dict[str, str] = {}
    for row in rows_by_key(content, table).values():
        called = (row[name] for name in ("name", "title", "heading") if row.get(name))
        found.setdefault(row[column], next(called, row[column]))
    return [[key, called] for key, called in found.items()]


def _links(table: str, row: Mapping[str, str]) -> list[str]:
    """Return the addresses at which a row can be compared with what it stands for."""
    links = [row["url"]] if re.match(r"https?://", row.get("url", "")) else []
    if table == "sources":
        links += [f"https://doi.org/{row['doi']}"] if row["doi"] else []
        links += [f"https://pubmed.ncbi.nlm.nih.gov/{row['pmid']}/"] if row["pmid"] else []
    return links


def acts_for(table: str, column: str, day: str) -> list[dict[str, Any]]:
    """Return what puts a finding in a column right with one button: what it says, and the cells.

    Each says that a person has looked: none is done but by their hand.
    """
    if column == "unconfirmed" and table == "sources":
        cells = {"unconfirmed": "", "confirmed_on": day}
        return [{"label": "I compared every field with the source today", "cells": cells}]
    if column == "checked_on" and table == "strings":
        said = "I speak this language, and found these words right today"
        return [{"label": said, "cells": {column: day}}]
    if column.endswith("checked_on"):
        return [{"label": "I looked this up today", "cells": {column: day}}]
    return []


def tables_shown(session: Session) -> list[dict[str, Any]]:
    """Return the tables whose rows have a form, and the rows of each that concern the page."""
    found = []
    for table in FORMS:
        schema = session.content.schemas[table]
        rows = [
            {"name": row_name(table, key), "words": _words(schema.key, row)}
            for key, row in rows_by_key(session.content, table).items()
            if row.get("document", session.document) == session.document
        ]
        key = [
            {"column": one, "description": schema.fields[one].get("description", "")}
            for one in schema.key
        ]
        found.append({"table": table, "key": key, "adds": table in ADDED, "rows": rows})
    return found


def _words(key: tuple[str, ...], row: Mapping[str, str]) -> str:
    """Return what a row is known by: its key, and the first words in it."""
    own = "/".join(row[name] for name in key if name != "document")
    says = next(
        (
            row[name]
            for name in (
                "title",
                "heading",
                "name",
                "question",
                "expansion",
                "plain",
                "text",
                "reason",
                "finding",
            )
            if name not in key and row.get(name)
        ),
        "",
    )
    return f"{own}: {says[:80]}" if says else own
