"""The tables that were read last: the same bytes again are neither parsed nor typed again.

An editor's kernel and a watch read all tables after each save, and most of them are as they were.
What is kept here is found by the hash of a table's bytes and of what is demanded of them, and
nobody else holds it: each reader gets copies, so none can change what another one reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ketcontent.model.content import typed_frame
from ketcontent.model.csv_text import Line
from ketcontent.model.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

KEPT = 3
"""How many states of a table are kept."""

MOST_CELLS = 250_000
"""How many cells a table may have to be kept: that of a large library would take much memory."""


class _Sound(NamedTuple):
    """A table without a fault."""

    rows: tuple[Line, ...]
    frame: pd.DataFrame


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


def is_as_read(table: str, hashes: Mapping[str, str], frame: pd.DataFrame) -> bool:
    """Return whether a table is one that is kept, cell by cell; False where none is.

    Parameters
    ----------
    table
        Its name.
    hashes
        By table, the hash of the bytes that it was read from, and of its schema.
    frame
        Its rows as they are now.
    """
    kept = _tables.get(table, {}).get(hashes.get(table, ""))
    return kept is not None and kept.frame.equals(frame)


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
