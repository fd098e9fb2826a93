"""What was computed once from tables that do not change meanwhile."""

from __future__ import annotations

import contextlib
from collections import ChainMap
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar

import pandas as pd

from ketcontent.model.content import Content

Made = TypeVar("Made")


_memory: ContextVar[ChainMap[Any, Any] | None] = ContextVar("_memory", default=None)


@contextlib.contextmanager
def memo_scope() -> Iterator[None]:
    """Keep what is worked out of tables (`memoized`) for as long as this lasts.

    For work of the library's own that asks for the same page many times, and during which nobody
    can change the tables. Within another, it keeps what is new no longer than itself.

    Notes
    -----
    Nothing is kept longer, and for no caller: a DataFrame can be changed where it is, and what is
    kept would then be of rows that are no more.

    Examples
    --------
    >>> from ketcontent import read_content
    >>> content = read_content("data")
    >>> with memo_scope():
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


def memo_active() -> bool:
    """Return whether what is worked out of tables is kept at the moment (`memo_scope`).

    Examples
    --------
    >>> memo_active()
    False
    """
    return _memory.get() is not None


def memoized(work_out: Callable[..., Made], *of: Any) -> Made:
    """Return what `work_out` makes of its arguments, or made of them before (`memo_scope`).

    Examples
    --------
    >>> from ketcontent import read_content
    >>> memoized(rows_of, read_content("data").policies)[0]
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
    >>> from ketcontent import read_content
    >>> rows_of(read_content("data").policies)[0]
    {'kind': 'advice', 'capacity': 'clinical'}
    """
    return memoized(_rows_of, frame)


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
    >>> from ketcontent import read_content
    >>> len(rows_of_page(read_content("data"), "documents", "ketamine"))
    1
    """
    return memoized(_rows_of_page, content, table, document)


def _rows_of_page(content: Content, table: str, document: str) -> list[dict[str, Any]]:
    frame = getattr(content, table)
    return _rows_of(frame[frame["document"] == document])
