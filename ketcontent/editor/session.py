"""One editor's changes to a page before they are saved: steps, undo, drafts, what a save writes.

A `Session` holds the tables as they were read and as the editor has them now, and the steps
between. Every function returns a new one. What differs between the two is always known row by row
(`unsaved`): it is what a save writes, what a draft keeps, and what is carried over when somebody
else has saved meanwhile.

Notes
-----
A step is kept as the rows before and after, not as a copy of the tables, so that undo still works
after a save, when the tables have been read anew. A draft names the row each change started from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ketcontent.model import ANSWER_COLUMNS, TABLES, Conflict, Content, Key, frame_of
from ketcontent.pages import assemble
from ketcontent.text import FORBIDDEN

Cells = Mapping[str, str]

EDITABLE = (
    "label",
    "text",
    "notice",
    "form",
    "layer",
    "kind",
    "certainty",
    "certainty_reasons",
    "grade_reasons",
    "topics",
    "author",
    *ANSWER_COLUMNS,
)
"""The columns of a statement that an editor changes by hand."""

STEPS = 500
"""Steps that can be undone."""

UNKEPT = re.compile(f"[\t-\r{FORBIDDEN}]")
"""What no field of words can hold."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row before and after."""

    table: str
    """The table."""
    key: Key
    """The row's key."""
    before: Cells | None
    """Its cells as text; None where it was not there."""
    after: Cells | None
    """Its cells as text; None where it is not there any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that an editor did."""

    name: str
    """What it was, as the button that undoes it says."""
    changes: tuple[RowChange, ...]
    """The rows that it changed."""
    burst: str = ""
    """What keystrokes of one run of typing share, so that they are one step."""


@dataclass(frozen=True, slots=True)
class Session:
    """A page in the hands of an editor."""

    document: str
    """The page."""
    saved: Content
    """The tables as they were last read or saved."""
    content: Content
    """The tables as the editor has them."""
    done: tuple[Step, ...] = ()
    """What can be undone, the last at the end."""
    undone: tuple[Step, ...] = ()
    """What can be done again, the next at the end."""


def rows_by_key(content: Content, table: str) -> dict[Key, dict[str, str]]:
    """Return the rows of a table by key, each cell as text."""
    columns = content.schemas[table].columns
    found = _cells_by_key(content, table)
    return {key: dict(zip(columns, row, strict=True)) for key, row in found.items()}


def row_of(content: Content, table: str, key: Key) -> dict[str, str] | None:
    """Return one row of a table, each cell as text; None where there is no such row."""
    schema, frame = content.schemas[table], getattr(content, table)
    columns = (_texts(frame[name].tolist()) for name in schema.key)
    place = next((at for at, found in enumerate(zip(*columns, strict=True)) if found == key), None)
    if place is None:
        return None
    return {name: _text(frame[name].iat[place]) for name in schema.columns}


def keys_of(content: Content, table: str) -> list[Key]:
    """Return the keys of a table's rows, in their order."""
    frame = getattr(content, table)
    columns = (_texts(frame[name].tolist()) for name in content.schemas[table].key)
    return list(zip(*columns, strict=True))


def _cells_by_key(content: Content, table: str) -> dict[Key, tuple[str, ...]]:
    schema, frame = content.schemas[table], getattr(content, table)
    columns = {name: _texts(frame[name].tolist()) for name in schema.columns}
    keys = zip(*(columns[name] for name in schema.key), strict=True)
    return dict(zip(keys, zip(*columns.values(), strict=True), strict=True))


def _texts(cells: list[Any]) -> list[str]:
    """Return the cells of a column as text; most hold nothing else."""
    return cells if {*map(type, cells)} <= {str} else [_text(cell) for cell in cells]


def _text(cell: Any) -> str:
    if type(cell) is str:
        return cell
    if cell is pd.NA or cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) or cell in (True, False) else str(cell)


def changes_of(old: Content, new: Content, tables: Iterable[str] = TABLES) -> tuple[RowChange, ...]:
    """Return the rows that differ between two contents, by table and key."""
    found = []
    for table in tables:
        was, now = getattr(old, table), getattr(new, table)
        if was is now or was.equals(now):
            continue  # functions never change a frame; one that was read again has the same rows
        if old.schemas[table].columns == new.schemas[table].columns:
            keys = keys_of(old, table)
            if keys == keys_of(new, table) and len({*keys}) == len(keys):  # cells at most
                found += _rows_reworded(table, old.schemas[table].columns, keys, was, now)
                continue
        before, after = _cells_by_key(old, table), _cells_by_key(new, table)
        names = old.schemas[table].columns, new.schemas[table].columns
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                rows = (
                    dict(zip(columns, cells, strict=True)) if cells is not None else None
                    for columns, cells in zip(names, (before.get(key), after.get(key)), strict=True)
                )
                found.append(RowChange(table, key, *rows))
    return tuple(found)


def _rows_reworded(
    table: str, columns: Sequence[str], keys: Sequence[Key], was: pd.DataFrame, now: pd.DataFrame
) -> list[RowChange]:
    """Return the rows that differ between two tables of the same keys in the same order.

    Columns are compared whole: most are as they were, and no row is made that is.
    """
    before, after = ([_texts(one[name].tolist()) for name in columns] for one in (was, now))
    places = {
        place
        for old, new in zip(before, after, strict=True)
        if old != new
        for place, (cell, other) in enumerate(zip(old, new, strict=True))
        if cell != other
    }
    return [
        RowChange(
            table,
            keys[place],
            *(
                {name: cells[place] for name, cells in zip(columns, both, strict=True)}
                for both in (before, after)
            ),
        )
        for place in sorted(places, key=keys.__getitem__)
    ]


def with_rows(content: Content, changes: Iterable[RowChange]) -> Content:
    """Return `content` with each changed row as it is afterwards."""
    by_table: dict[str, list[RowChange]] = {}
    for change in changes:
        by_table.setdefault(change.table, []).append(change)
    frames: dict[str, Any] = {}
    for table, some in by_table.items():
        reworded = _with_cells(content, table, some)
        if reworded is not None:
            frames[table] = reworded
            continue
        rows = rows_by_key(content, table)
        for change in some:
            if change.after is None:
                rows.pop(change.key, None)
            else:
                rows[change.key] = dict(change.after)
        frames[table] = frame_of(table, [dict(row) for row in rows.values()], content)
    return replace(content, **frames)


def _with_cells(content: Content, table: str, changes: Sequence[RowChange]) -> pd.DataFrame | None:
    """Return a table with other cells in rows that it has; None where rows come, go or move."""
    schema = content.schemas[table]
    places = {key: place for place, key in enumerate(keys_of(content, table))}
    if len(places) < len(getattr(content, table)):
        return None
    after: dict[Key, dict[str, str]] = {}
    for one in changes:
        cells = dict(one.after or {})
        if one.key not in places or any(name not in cells for name in schema.columns):
            return None
        if tuple(cells[name] for name in schema.key) != one.key:
            return None
        after[one.key] = cells
    frame: pd.DataFrame = getattr(content, table).copy()
    for key, cells in after.items():
        typed = frame_of(table, [cells], content)
        for at, name in enumerate(schema.columns):
            cell: Any = typed[name].iat[0]
            frame.iat[places[key], at] = cell
    return frame


def unsaved(session: Session) -> tuple[RowChange, ...]:
    """Return the rows that a save would write."""
    return changes_of(session.saved, session.content)


def opened(content: Content, document: str) -> Session:
    """Return a session on a page, with nothing changed yet.

    Raises
    ------
    UnknownName
        When there is no such page.
    """
    assemble(content, document)
    return Session(document, content, content)


def edited(session: Session, name: str, content: Content, *, burst: str = "") -> Session:
    """Return the session after a step to `content`; as it was where that changes nothing.

    Parameters
    ----------
    session, name
        The session, and what the step is called.
    content
        The tables after it.
    burst
        Keystrokes of one run of typing share one, and are one step.
    """
    changes = changes_of(session.content, content)
    if not changes:
        return session
    done, last = session.done, session.done[-1] if session.done else None
    if burst and last is not None and last.burst == burst:
        first = {(one.table, one.key): one.before for one in last.changes}
        now = {(one.table, one.key): one for one in (*last.changes, *changes)}
        together = (replace(one, before=first.get(place, one.before)) for place, one in now.items())
        changes = tuple(one for one in together if one.before != one.after)
        done = done[:-1]
    step = (Step(name, changes, burst),) if changes else ()
    return replace(session, content=content, done=(*done, *step)[-STEPS:], undone=())


def undo(session: Session) -> Session:
    """Return the session before its last step."""
    if not session.done:
        return session
    step = session.done[-1]
    back = [replace(one, before=one.after, after=one.before) for one in step.changes]
    content = with_rows(session.content, back)
    return replace(session, content=content, done=session.done[:-1], undone=(*session.undone, step))


def redo(session: Session) -> Session:
    """Return the session after the step that was undone last."""
    if not session.undone:
        return session
    step = session.undone[-1]
    content = with_rows(session.content, step.changes)
    # A step done again ends its run of typing.
    done = (*session.done, replace(step, burst=""))
    return replace(session, content=content, done=done, undone=session.undone[:-1])


def draft_of(session: Session, conflicts: Collection[Conflict] = ()) -> str:
    """Return the unsaved changes of a session as JSON, and what is still in conflict."""
    changes = [*unsaved(session), *_waiting(conflicts)]
    rows = [
        {"table": one.table, "key": one.key, "before": one.before, "after": one.after}
        for one in changes
    ]
    return json.dumps({"document": session.document, "rows": rows}, indent=1, ensure_ascii=False)


def _waiting(conflicts: Collection[Conflict]) -> list[RowChange]:
    return [RowChange(one.table, one.key, one.base, one.mine) for one in conflicts]


def read_draft(text: str) -> tuple[RowChange, ...]:
    """Return the changes that a draft holds; none where it is no draft."""
    try:
        rows = json.loads(text)["rows"]
        return tuple(
            RowChange(row["table"], tuple(row["key"]), row["before"], row["after"])
            for row in rows
            if row["table"] in TABLES
        )
    except (ValueError, KeyError, TypeError):
        return ()
