"""Where rows stand in the current edition: what moved, what is new, what stays.

A row that the supplier moved, and no editor has, is placed anew; so is a new one. Each follows the
row received before it, wherever an editor has put that one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from ketcontent.importing.merge import form_waits
from ketcontent.importing.plain_text import POSITION_STEP
from ketcontent.model import TABLE_FORMS, goes_on
from ketcontent.text import moved_places

Row = dict[str, Any]


_NEW = 0  # no row has this position: the schema starts at 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement stands in a version of a page."""

    section: str
    block: int
    position: int
    form: str


def moved_between(before: Mapping[str, Place], after: Mapping[str, Place]) -> set[str]:
    """Return the statements, of those in both, that stand elsewhere in another version.

    One stands elsewhere in another section, in another order among those that stayed in its
    section, in a block with others than before, or in a block of another form.

    Examples
    --------
    >>> first = {"a": Place("s", 1, 1, "item"), "b": Place("s", 2, 2, "item")}
    >>> moved_between(first, {**first, "b": Place("t", 1, 1, "item"), "c": Place("s", 1, 1, "")})
    {'b'}
    """
    both = [key for key in before if key in after]
    moved = {
        key
        for key in both
        if (before[key].section, before[key].form) != (after[key].section, after[key].form)
    }
    by_section: dict[str, list[str]] = defaultdict(list)
    for key in both:
        if key not in moved:
            by_section[after[key].section].append(key)
    for keys in by_section.values():
        keys.sort(key=lambda key: after[key].position)
        out = moved_places(before[key].position for key in keys)
        moved |= {keys[place] for place in out}
    stayed = [key for key in both if key not in moved]
    mates = [_mates(version, stayed) for version in (before, after)]
    return moved | {key for key in stayed if mates[0][key] != mates[1][key]}


def _mates(version: Mapping[str, Place], keys: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return, by statement, those that it shares a block with, itself too."""
    blocks: dict[tuple[str, int], set[str]] = defaultdict(set)
    for key in keys:
        blocks[version[key].section, version[key].block].add(key)
    found = {}
    for block in blocks.values():
        mates = frozenset(block)
        found.update(dict.fromkeys(block, mates))
    return found


def supplied_places(rows: Iterable[Mapping[str, Any]]) -> dict[str, Place]:
    """Return where statements stand as received, by key."""
    return {row["statement"]: _place_of(row, "supplied_") for row in rows if row["supplied"]}


def current_places(rows: Iterable[Mapping[str, Any]]) -> dict[str, Place]:
    """Return where statements stand in the current edition, by key."""
    return {row["statement"]: _place_of(row, "") for row in rows if row["position"] is not None}


def _place_of(row: Mapping[str, Any], half: str) -> Place:
    return Place(*(row[f"{half}{name}"] for name in ("section", "block", "position", "form")))


def moved_sections(before: Mapping[str, int], after: Mapping[str, int]) -> set[str]:
    """Return the sections, of those in both, that stand in another order.

    Examples
    --------
    >>> moved_sections({"uses": 1, "harms": 2, "notes": 3}, {"notes": 1, "uses": 2, "harms": 3})
    {'notes'}
    """
    both = sorted(before.keys() & after.keys(), key=lambda key: after[key])
    return {both[place] for place in moved_places(before[key] for key in both)}


def place_rows(rows: list[Row], *, scope: tuple[str, ...], within: tuple[str, ...]) -> None:
    """Put rows without a place in the current edition where they were received.

    A new row follows the one received before it (in the same section, for statements), wherever
    an editor has moved that one; the rows of a scope are numbered again only where one came in.
    A row of a table follows the last before it that stands in the table: what is received as
    another one, and does not stand as one yet, would part it from its headers.
    """
    order: dict[tuple[Any, ...], _Group] = defaultdict(_Group)
    for row in rows:
        if row.get("position") is not None:
            order[tuple(row[name] for name in scope)].rows.append(row)
    for group in order.values():
        group.rows.sort(key=lambda row: row["position"])
    anchor: Row | None = None
    in_table: Row | None = None  # the last that stands in the table that is being received
    before_form = ""
    for row in rows:
        if row["supplied_position"] is None:
            continue
        form, before_form = before_form, row.get("supplied_form", "")
        if not {form, before_form} <= {*TABLE_FORMS} or not goes_on(form, before_form):
            in_table = None
        if anchor is not None and any(anchor[name] != row[name] for name in within):
            anchor = in_table = None
        if "position" not in row:
            before = in_table if in_table and _is_of_table(row) else anchor
            home = row.get("section"), row.get("block")
            for name in scope:
                row[name] = before[name] if before else row[f"supplied_{name}"]
            order[tuple(row[name] for name in scope)].insert(row, before, home)
        if row["position"] is not None:
            anchor = row
            in_table = row if _is_of_table(row) else in_table
    for group in order.values():
        if any(row["position"] == _NEW for row in group.rows):
            for place, row in enumerate(group.rows, start=1):
                row["position"] = place * POSITION_STEP


def _is_of_table(row: Row) -> bool:
    """Whether a statement stands in a table, as it is received."""
    return row.get("form") in TABLE_FORMS and row["supplied_form"] in TABLE_FORMS


@dataclass(slots=True)
class _Group:
    """The sections of a page or the statements of a section, as the current edition has them."""

    rows: list[Row] = field(default_factory=list)
    found: int = 0
    """Where the last anchor was found; the next one is seldom far behind it."""
    blocks: int = 0
    """The highest number of a block, once it was asked for."""

    def insert(self, row: Row, anchor: Row | None, home: tuple[Any, Any]) -> None:
        """Put a new row, that stood at `home` before, behind its anchor, or first without one."""
        place = 0 if anchor is None else self._place(anchor) + 1
        if "supplied_block" in row:
            place = self._join_block(row, anchor, place, home)
        row["position"] = _NEW
        self.rows.insert(place, row)

    def _place(self, anchor: Row) -> int:
        places = chain(range(self.found, len(self.rows)), range(self.found))
        self.found = next(place for place in places if self.rows[place] is anchor)
        return self.found

    def _join_block(self, row: Row, anchor: Row | None, place: int, home: tuple[Any, Any]) -> int:
        """Give a new statement its block, and return its place in the section.

        It joins the block of the sentence that it was received in one block with, before or
        after it; else it gets a block of its own, and breaks no other.
        """
        received = row["supplied_section"], row["supplied_block"]
        later = place
        while later < len(self.rows) and self.rows[later].get("supplier_change") == "withdrawn":
            later += 1
        behind = self.rows[later] if later < len(self.rows) else None
        for other, there in ((anchor, place), (behind, later)):
            if not other:
                continue
            parted = form_waits(other) and (other["section"], other["block"]) != home
            if (form_waits(row) or parted) and other["form"] != row["form"]:
                continue  # one would be set as the other, which nobody has decided yet
            if (other["supplied_section"], other["supplied_block"]) == received:
                row["block"], row["form"] = other["block"], other["form"]
                return there
        while anchor and place < len(self.rows) and self.rows[place]["block"] == anchor["block"]:
            place += 1
        if not self.blocks:
            self.blocks = max((one["block"] for one in self.rows), default=0)
        self.blocks += 1
        row["block"] = self.blocks
        return place
