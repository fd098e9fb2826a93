"""Where the statements of a page stand: one or several moved, by a step or to a place.

An item moves with what is below it, a step passes an item or a table as a whole, and a part of a
table steps within it (`ketcontent.editor.nesting`). Nothing else of them changes: what a sign-off
covers of a place says what a move voids (`ketcontent.editor.consequences`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from ketcontent.editor.edits import (
    counted_keys,
    heading_of,
    in_order,
    new_block,
    numbered,
    statement_row,
    with_statements,
)
from ketcontent.editor.nesting import (
    block_of,
    passed,
    place_beside,
    relevelled,
    tables_in,
    with_below,
    within_one_table,
)
from ketcontent.editor.session import Session, edited, keys_of, rows_by_key
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model import DEEPEST, ROW_FORMS, Content, item_depth, item_form
from ketcontent.pages import assemble


def moved(session: Session, statement: str, direction: Literal["up", "down"]) -> Session:
    """Return the session with a statement one place up or down, into the next section at an end.

    At the border of a layer it goes over into the other, where it stands.
    Within its paragraph or list item it changes places with its neighbour. At the border of one it
    goes over into the next, and takes its form. A statement that is a paragraph or an item by
    itself stays one, and passes the whole of the next; an item takes along what is below it. No
    other statement changes its paragraph, item or form, and the way back leads to where it was.
    """
    row = statement_row(session, statement)
    rows = in_order(session, row["section"])
    if len(with_below(session, [statement])) > 1:
        return moved_together(session, [statement], direction)
    if within_one_table(rows, [statement]):
        return _moved_in_table(session, rows, [statement], direction)
    place = next((n for n, one in enumerate(rows) if one["statement"] == statement), None)
    if place is None:
        return session
    step = -1 if direction == "up" else 1
    name = f"Move {statement} {direction}"
    layered = bool(heading_of(session, row["section"]))
    # At an end the other layer lies beyond it, though it be empty; but no emergency sign is folded.
    beyond = "" if step < 0 or _is_emergency(session, row["section"]) else "more"
    inside = 0 <= place + step < len(rows)
    layer = rows[place + step]["layer"] if inside else beyond
    if layered and len(rows) > 1 and layer != row["layer"]:
        rows[place] = {**row, "layer": "" if row["layer"] else "more"}
        return edited(session, name, with_statements(session, *numbered(rows)))
    if not 0 <= place + step < len(rows):
        sections = [one.section for one in assemble(session.content, session.document)]
        beside = sections.index(row["section"]) + step
        if not 0 <= beside < len(sections):
            return session
        return edited(session, name, _placed(session, row, sections[beside], first=step > 0))
    other, behind = rows[place + step], place - step
    if block_of(other) == block_of(row):
        last = place + step
    elif 0 <= behind < len(rows) and block_of(rows[behind]) == block_of(row):
        there = {**row, **{name: other[name] for name in ("block", "form", "layer")}}
        if other["form"] in ROW_FORMS:  # a sentence is no cell: it stands beside the row
            there |= {"block": new_block(rows), "form": row["form"]}
        return edited(session, name, with_statements(session, there))
    else:
        next_whole = passed(rows, place + step, item_depth(row["form"]), step)
        last = next_whole[-1] if step > 0 else next_whole[0]
    past = [*rows[:place], *rows[place + 1 :]]
    past.insert(last, row)
    return edited(session, name, _reordered(session, past))


def _reordered(session: Session, rows: Sequence[Mapping[str, str]]) -> Content:
    """Return the content with the rows of a section in another order, at the same positions."""
    positions = sorted((one["position"] for one in rows), key=int)
    ordered = [{**one, "position": position} for one, position in zip(rows, positions, strict=True)]
    return with_statements(session, *ordered)


def _is_emergency(session: Session, section: str) -> bool:
    sections = rows_by_key(session.content, "sections")
    return sections.get((session.document, section), {}).get("form") == "emergency"


def _moved_in_table(
    session: Session,
    rows: Sequence[Mapping[str, str]],
    statements: Sequence[str],
    direction: Literal["up", "down"],
) -> Session:
    """Return the session with rows of a table past the next one of their form there, if any."""
    places = [place for place, row in enumerate(rows) if row["statement"] in statements]
    step = -1 if direction == "up" else 1
    beyond = places[0] - 1 if step < 0 else places[-1] + 1
    tables = tables_in(rows)
    forms = {rows[place]["form"] for place in places}
    inside = 0 <= beyond < len(rows) and tables[beyond] == tables[places[0]]
    if not inside or forms != {rows[beyond]["form"]}:
        return session
    moving = [rows[place] for place in places]
    others = [row for place, row in enumerate(rows) if place not in places]
    at = others.index(rows[beyond]) + (step > 0)
    name = f"Move {counted_keys(statements)} {direction}"
    return edited(session, name, _reordered(session, [*others[:at], *moving, *others[at:]]))


def placed(
    session: Session,
    statements: str | Sequence[str],
    section: str,
    *,
    before: str = "",
    after: str = "",
) -> Session:
    """Return the session with statements moved, in their order: to the end of a section.

    Or before or after a statement there. Between two sentences of one paragraph they become a part
    of it; anywhere else those that stood together in a paragraph stay together. An item brings what
    is below it, and stands as deep as the item beside it; what is below that stays there.

    Raises
    ------
    UnknownName
        When the page has no such statement or section, or the one beside which they go is not
        shown in it.
    """
    named = [statements] if isinstance(statements, str) else list(statements)
    keys = with_below(session, named)
    known = [key for page, key in keys_of(session.content, "sections") if page == session.document]
    if section not in known:
        raise UnknownName.of("section", section, known)
    beside = before or after
    moving = [row for row in shown_in_order(session, keys) if row["position"]]
    if not moving or beside in keys:
        return session
    rows = [row for row in in_order(session, section) if row["statement"] not in keys]
    there = [row["statement"] for row in rows]
    if beside and beside not in there:
        raise UnknownName.of("statement", beside, there)
    place, depth = len(rows), 1
    if beside:
        place, depth = place_beside(rows, beside, after=bool(after), moving=moving)
    content = _laid(session, relevelled(moving, depth), section, rows, place)
    return edited(session, f"Move {counted_keys(named)} to {section}", content)


def shown_in_order(session: Session, statements: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of statements in the order in which a reader meets them, what is cut last.

    Raises
    ------
    UnknownName
        When the page has no such statement.
    """
    rows = {one: statement_row(session, one) for one in statements}
    order = [one.statement for one in assemble(session.content, session.document).statements]
    place = {key: number for number, key in enumerate(order)}
    return [rows[one] for one in sorted(rows, key=lambda one: place.get(one, len(place)))]


def deepened(session: Session, statements: Sequence[str], direction: str) -> Session:
    """Return the session with the blocks of statements a level deeper (``in``) or higher (``out``).

    A paragraph becomes an item of a list, an item one of a list within it, and the other way round;
    what is below an item stays as far below it.

    Raises
    ------
    UnknownName
        When there is no such statement or direction.
    KetcontentError
        When one is a notice or stands in a table, or no level is left there.
    """
    steps = {"in": 1, "out": -1}
    if direction not in steps:
        raise UnknownName.of("direction", direction, steps)
    ladder = ("paragraph", *(item_form(depth) for depth in range(1, DEEPEST + 1)))
    changed: dict[str, dict[str, str]] = {}
    for statement in with_below(session, statements):
        row = statement_row(session, statement)
        if row["form"] not in ladder:
            raise KetcontentError(
                f"'{statement}' has no level: it is a {row['form']}.",
                hint="Paragraphs and items of lists have one; say in 'Shown as' what it is.",
                statement=statement,
            )
        place = ladder.index(row["form"]) + steps[direction]
        if not 0 <= place < len(ladder):
            raise KetcontentError(
                f"'{statement}' is as {'deep' if place > 0 else 'high'} as can be.",
                hint="Move it, or change another.",
                statement=statement,
            )
        for one in in_order(session, row["section"]):
            if one["block"] == row["block"]:
                changed[one["statement"]] = {**one, "form": ladder[place]}
    name = f"Set {counted_keys(statements)} {direction}"
    return edited(session, name, with_statements(session, *changed.values()))


def _laid(
    session: Session,
    moving: Sequence[Mapping[str, str]],
    section: str,
    rows: Sequence[Mapping[str, str]],
    place: int,
) -> Content:
    """Return the content with rows laid among those of a section, before the one at a place."""
    around = rows[max(0, place - 1) : place + 1]
    if 0 < place < len(rows) and block_of(rows[place - 1]) == block_of(rows[place]):
        one = {name: rows[place][name] for name in ("block", "form", "layer")}
        laid = [{**row, **one} for row in moving]
    else:
        layer = around[0]["layer"] if around else None
        if _is_emergency(session, section):
            layer = ""
        used = {row["block"] for row in rows}
        blocks: dict[tuple[str, ...], str] = {}
        laid = []
        for row in moving:
            home = (row["section"], *block_of(row))
            if home not in blocks:
                keeps = row["section"] == section and row["block"] not in used
                blocks[home] = row["block"] if keeps else str(max(map(int, used), default=0) + 1)
                used.add(blocks[home])
            laid.append(
                {**row, "block": blocks[home], "layer": row["layer"] if layer is None else layer}
            )
    laid = [{**row, "section": section, "position": ""} for row in laid]
    return with_statements(session, *numbered([*rows[:place], *laid, *rows[place:]]))


def _placed(session: Session, row: Mapping[str, str], section: str, *, first: bool) -> Content:
    rows = in_order(session, section)
    return _laid(session, [row], section, rows, 0 if first else len(rows))


def moved_together(
    session: Session, statements: Sequence[str], direction: Literal["up", "down"]
) -> Session:
    """Return the session with several statements before the one above them, or after that below.

    Where none is left in their section they go over into the next. One alone goes as `moved` says.
    """
    keys = with_below(session, statements)
    if len(keys) == 1:
        return moved(session, keys[0], direction)
    page = assemble(session.content, session.document)
    order = [(one.statement, part.section) for part in page for one in part.statements]
    places = [place for place, (one, _) in enumerate(order) if one in set(keys)]
    if not places:
        return session
    home = order[places[0] if direction == "up" else places[-1]][1]
    if within_one_table(rows := in_order(session, home), keys):
        return _moved_in_table(session, rows, keys, direction)
    beyond = places[0] - 1 if direction == "up" else places[-1] + 1
    if not 0 <= beyond < len(order):
        return session
    beside, section = order[beyond]
    moving = [row for row in shown_in_order(session, keys) if row["position"]]
    rows = [row for row in in_order(session, section) if row["statement"] not in keys]
    at = next(place for place, row in enumerate(rows) if row["statement"] == beside)
    if home == section:
        depth = min(item_depth(row["form"]) for row in moving)
        around = passed(rows, at, depth, -1 if direction == "up" else 1)
        at = around[0] if direction == "up" else around[-1] + 1
    else:  # at the border of a section they stop in the next
        at += direction == "up"
    content = _laid(session, moving, section, rows, at)
    return edited(session, f"Move {counted_keys(statements)} {direction}", content)
