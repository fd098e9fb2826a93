"""Which numbered lines are a list, and how deep in it an item stands."""

from __future__ import annotations

from collections.abc import Sequence

from ketcontent.importing.numbering import Mark
from ketcontent.importing.text_lines import Unit, ends_sentence

_INNER = "o◦▪–‣⁃"
"""Bullets that are those of a list within a list, where another bullet stands before them."""


def listed_places(units: Sequence[Unit]) -> set[int]:
    """Return the places of numbered units that are a list, not headings.

    A list starts with its first number, and the next follows at once: headings have text under
    them. What stands deeper, or goes on an item that ends as a sentence does, is no text under it.
    """
    listed: set[int] = set()
    waiting: dict[str, tuple[int, Mark]] = {}
    for place, unit in enumerate(units):
        order = unit.order
        if unit.role or (order is None and not unit.first.bullet):
            waiting.clear()
        else:
            if order:
                _join_list(listed, waiting, units, place)
            for scheme, (before, _) in list(waiting.items()):
                if not _stands_under(unit, units[before]):
                    del waiting[scheme]
            if order:
                waiting[f"{order.scheme} {order.depth}"] = (place, order)
    return listed


def _stands_under(unit: Unit, outer: Unit) -> bool:
    """Return whether a unit is of a list within an item, if the outer unit is one."""
    if unit.order and outer.order and unit.order.path[: outer.order.depth] == outer.order.path:
        return unit.order.depth > outer.order.depth
    deeper = unit.first.indent > outer.first.indent
    return deeper or ends_sentence(outer.last) or outer.leads_in


def _join_list(
    listed: set[int], waiting: dict[str, tuple[int, Mark]], units: Sequence[Unit], place: int
) -> None:
    """Take a numbered unit for an item where the one before it in its scheme is or can be one."""
    order = units[place].order
    if order is None:
        return
    before = waiting.get(f"{order.scheme} {order.depth}")
    if before is None:
        above = units[place - 1].order if place - 1 in listed else None
        if above and order.path == (*above.path, 1):
            listed.add(place)
        return
    where, mark = before
    if order.depth > 1 and where != place - 1:
        return
    if order.follows(mark) and (where in listed or mark.path[-1] == 1):
        listed |= {where, place}


def set_depths(units: Sequence[Unit]) -> None:
    """Give each item its depth: 1 in a list, 2 in a list within an item.

    It stands deeper than the item before it where it is indented more, or where its mark is another
    and the item before it leads over to it, or counts while it does not, or has an outer bullet.
    """
    stack: list[tuple[str, int]] = []
    before: Unit | None = None
    for unit in units:
        if unit.role != "item":
            stack, before = [], None
            continue
        style, indent = _style(unit), unit.first.indent
        while len(stack) > 1 and indent < stack[-1][1]:
            stack.pop()
        styles = [one for one, _ in stack]
        if before is None or not stack:
            stack = [(style, indent)]
        elif indent > stack[-1][1]:
            stack.append((style, indent))
        elif style in styles:
            while stack[-1][0] != style:
                stack.pop()
        elif _is_inner(unit, before) and indent >= stack[-1][1]:
            stack.append((style, indent))
        else:
            stack[-1] = (style, indent)
        unit.level = len(stack)
        before = unit


def _style(unit: Unit) -> str:
    if unit.order:
        return f"{unit.order.scheme} {unit.order.depth}"
    return unit.first.style


def _is_inner(unit: Unit, before: Unit) -> bool:
    """Return whether a unit of another mark at the same place is of a list within the item."""
    if before.leads_in:
        return True
    if unit.order and before.order:
        inner = unit.order.scheme[0] in "rl" and before.order.scheme[0] not in "rl"
        return inner or unit.order.depth > before.order.depth
    return unit.order is None and (before.order is not None or unit.first.style in _INNER)
