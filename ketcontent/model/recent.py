"""The tables that were read last: the same bytes again are neither parsed nor typed again.

An editor's kernel and a watch read all tables after each save, and most of them are as they were.
What is kept here is found by the hash of a table's bytes and of what is demanded of them, and
nobody else holds it: each reader gets copies, so none can change what another one reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ketcontent.model.content import Content, typed_frame
from ketcontent.model.csv_text import Line
from ketcontent.model.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

KEPT = 3
"""How many states of a table are kept."""

MOST_CELLS = 250_000
"""How many cells a table may have to be kept: that of a large library would take much memory."""


@dataclass(slots=True)
class _Sound:
    """A table without a fault."""

    rows: tuple[Line, ...]
    frame: pd.DataFrame
    formatted: bytes | None = None
    """The bytes of its file as we write it, once somebody asked for them."""


_tables: dict[str, dict[str, _Sound]] = {}
"""What is kept, by table and hash; the oldest first."""


def recent_rows(hashes: Mapping[str, str]) -> dict[str, list[Line]]:
    """Return the rows of those tables that are kept; none of them has a fault.

    Parameters
    ----------
    hashes
        By table, the hash of its bytes and of its schema.
    """
    found = {table: _tables.get(table, {}).get(hash_) for table, hash_ in hashes.items()}
    return {table: list(one.rows) for table, one in found.items() if one is not None}


def is_as_read(content: Content, table: str) -> bool:
    """Return whether a table has the rows that were read, cell by cell; False if in doubt."""
    return _as_read(content, table) is not None


def bytes_as_read(content: Content, table: str, make: Callable[[], bytes]) -> bytes:
    """Return the bytes of a table's file, as `make` makes them: once where it `is_as_read`."""
    kept = _as_read(content, table)
    if kept is None:
        return make()
    if kept.formatted is None:
        kept.formatted = make()
    return kept.formatted


def _as_read(content: Content, table: str) -> _Sound | None:
    origin = content.origin
    if origin is None or origin.schemas[table] is not content.schemas[table]:
        return None
    kept = _tables.get(table, {}).get(origin.hashes.get(table, ""))
    return kept if kept is not None and kept.frame.equals(getattr(content, table)) else None


def typed_frames(
    schemas: Mapping[str, Schema], read: Mapping[str, Sequence[Line]], hashes: Mapping[str, str]
) -> dict[str, pd.DataFrame]:
    """Return each table as a typed DataFrame of its own, by key, and keep it for the next reader.

    Parameters
    ----------
    schemas, read
        The schema of each table, and its rows; all tables are without a fault.
    hashes
        By table, the hash of the bytes that these rows are of, and of the schema.
    """
    return {table: _frame(schemas[table], rows, hashes[table]) for table, rows in read.items()}


def _frame(schema: Schema, rows: Sequence[Line], hash_: str) -> pd.DataFrame:
    kept = _tables.get(schema.table, {})
    if hash_ in kept:
        return kept[hash_].frame.copy()
    frame = typed_frame(schema, rows)
    if len(rows) * len(schema.columns) <= MOST_CELLS:
        # In one step, since a reader in another thread may look meanwhile.
        newest = list(kept.items())[1 - KEPT :]
        _tables[schema.table] = {**dict(newest), hash_: _Sound(tuple(rows), frame.copy())}
    return frame
