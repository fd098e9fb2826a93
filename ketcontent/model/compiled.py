"""A table's descriptor, compiled: whether every cell of it is valid, and plainly written.

frictionless is the public contract and words every fault, at a hundredth of a second for some
hundred rows and half a second to import. Nearly every table that is read is valid; here that is
found out from the same descriptor at the cost of a few set operations a column. The answer is one
of two: *valid*, or *ask frictionless*. What this module does not know of Table Schema (another
type, format, constraint or key) it never takes for valid.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from ketcontent.model.schema import Row, Schema, field_names

LARGEST = 2**63 - 1
"""The largest whole number of a column in memory (Int64)."""

DAY = "%Y-%m-%d"
"""The format of a date, as a descriptor may also give it."""

_PLAIN_BOOLEAN = {"trueValues": ["true"], "falseValues": ["false"]}

_WHOLE = re.compile(r"0|-?[1-9][0-9]*")
_DAY_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Accepts = Callable[[str], bool]
"""Whether a cell with something in it is valid, and written in the one plain way."""


def plainly_valid(schema: Schema, rows: Sequence[Row]) -> bool:
    """Return whether all cells and keys of a table are valid; False where it cannot tell.

    Parameters
    ----------
    schema
        What is demanded of the table.
    rows
        Its rows, each cell as text, in the order of the schema's columns.
    """
    columns = _compiled(json.dumps(schema.descriptor))
    if columns is None:
        return False
    for (required, accepts), cells in zip(columns, zip(*rows, strict=True), strict=False):
        different = set(cells)
        if "" in different:
            if required:
                return False
            different.discard("")
        if not all(map(accepts, different)):
            return False
    return len(set(schema.keys_of(rows))) == len(rows)


@lru_cache(maxsize=64)
def _compiled(descriptor: str) -> tuple[tuple[bool, Accepts], ...] | None:
    """Return, by column, whether a cell is required, and what accepts one; None where unknown."""
    schema = json.loads(descriptor)
    if schema.keys() - {"$schema", "fields", "primaryKey", "foreignKeys"}:
        return None
    names = [field["name"] for field in schema["fields"]]
    key = field_names(schema["primaryKey"])
    linked = [field_names(one["fields"]) for one in schema.get("foreignKeys", ())]
    if len(set(names)) < len(names) or not set(names).issuperset(chain(key, *linked)):
        return None
    found = []
    for field in schema["fields"]:
        accepts = _accepts(field)
        if accepts is None:
            return None
        required = field.get("constraints", {}).get("required", False) or field["name"] in key
        found.append((bool(required), accepts))
    return tuple(found)


def _accepts(field: Mapping[str, Any]) -> Accepts | None:
    """Return what accepts the cells of a field; None where something in it is not known here."""
    said = {**field}
    form, kind = said.pop("format", "default"), said.pop("type", "string")
    constraints = said.pop("constraints", {})
    prose = [said.pop(name) for name in ("name", "title", "description") if name in said]
    if not (all(isinstance(one, str) for one in prose) and isinstance(constraints, dict)):
        return None
    constraints = {**constraints}
    if not isinstance(constraints.pop("required", False), bool):
        return None
    if said not in ({}, _PLAIN_BOOLEAN) or (said and kind != "boolean"):
        return None
    match kind:
        case "string" if form == "default":
            return _text(constraints)
        case "integer" if form == "default":
            return _whole_number(constraints)
        case "boolean" if form == "default" and not constraints:
            return {"true", "false"}.__contains__
        case "date" if form in ("default", DAY):
            return _day(constraints)
    return None


def _text(constraints: dict[str, Any]) -> Accepts | None:
    pattern, values = constraints.pop("pattern", None), constraints.pop("enum", None)
    shortest, longest = constraints.pop("minLength", 0), constraints.pop("maxLength", LARGEST)
    known = isinstance(pattern, str | None) and isinstance(values, list | None)
    if constraints or not (known and _are_whole(shortest, longest)):
        return None
    try:
        # A `$` at the end of a pattern lets a line break through behind it.
        matches = None if pattern is None else re.compile(rf"(?:{pattern})\Z").match
        listed = None if values is None else set(values)
    except (re.error, TypeError):
        return None

    def accepts(cell: str) -> bool:
        return (
            (matches is None or matches(cell) is not None)
            and (listed is None or cell in listed)
            and shortest <= len(cell) <= longest
        )

    return accepts


def _whole_number(constraints: dict[str, Any]) -> Accepts | None:
    least, most = constraints.pop("minimum", -LARGEST), constraints.pop("maximum", LARGEST)
    if constraints or not _are_whole(least, most):
        return None
    least, most = max(least, -LARGEST), min(most, LARGEST)

    def accepts(cell: str) -> bool:
        # A number of more digits than the largest has is none that is known here.
        return bool(_WHOLE.fullmatch(cell)) and len(cell) < 21 and least <= int(cell) <= most

    return accepts


def _day(constraints: dict[str, Any]) -> Accepts | None:
    first, last = constraints.pop("minimum", "0001-01-01"), constraints.pop("maximum", "9999-12-31")
    if constraints or not (_is_plain_day(first) and _is_plain_day(last)):
        return None
    # Written so, days are in the order of their letters.
    return lambda cell: _is_plain_day(cell) and first <= cell <= last


def _are_whole(*bounds: object) -> bool:
    return all(type(one) is int for one in bounds)  # true and false are none


def _is_plain_day(cell: object) -> bool:
    if not isinstance(cell, str) or not _DAY_WRITTEN.fullmatch(cell):
        return False
    try:
        datetime.date.fromisoformat(cell)
    except ValueError:
        return False
    return True
