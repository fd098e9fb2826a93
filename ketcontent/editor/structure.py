"""The sections of a page: added, moved, set a level higher or lower, cut and brought back.

A page has sections at two levels, and is read from top to bottom: so its outline is a list of
sections, each with its level, and one of the second level stands under the last of the first that
precedes it. Every change is a change of that list, and the columns ``position`` and ``under``
follow from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from ketcontent.editor.edits import (
    added,
    cleaned_words,
    cut,
    in_order,
    new_key,
    numbered,
    statements_of_section,
)
from ketcontent.editor.session import (
    RowChange,
    Session,
    edited,
    keys_of,
    rows_by_key,
    with_rows,
)
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.importing import heading_slug
from ketcontent.model import Content

Outline = list[tuple[str, int]]
"""The sections that are shown, in reading order, each with its level: 1, or 2 under another."""

Where = Literal["before", "after", "under"]

Row = Mapping[str, str]


def outline(content: Content, document: str) -> Outline:
    """Return the sections of a page that are shown, in reading order, with their levels."""
    rows = {
        row["section"]: row
        for row in rows_by_key(content, "sections").values()
        if row["document"] == document and row["position"]
    }

    def place(row: Row) -> tuple[int, ...]:
        own, above = int(row["position"]), rows.get(row["under"])
        return (own,) if above is None else (int(above["position"]), own)

    ordered = sorted(rows.values(), key=place)
    return [(row["section"], 2 if row["under"] in rows else 1) for row in ordered]


def section_row(session: Session, section: str) -> dict[str, str]:
    """Return the row of a section as the editor has it.

    Raises
    ------
    UnknownName
        When the page has no such section.
    """
    rows = rows_by_key(session.content, "sections")
    if (session.document, section) not in rows:
        raise UnknownName.of(
            "section", section, [key for page, key in rows if page == session.document]
        )
    return rows[session.document, section]


def section_added(session: Session, after: str, heading: str) -> tuple[Session, str]:
    """Return the session with a new section, and its key.

    Parameters
    ----------
    session
        The session.
    after
        The section behind which it stands, at the same level and behind all that is under that;
        where it is empty, the new one is the last of the page.
    heading
        Its heading, of which its key is made.

    Raises
    ------
    UnknownName
        When the page has no such section.
    KetcontentError
        When there is no heading.
    """
    heading = cleaned_words(heading).strip()
    if not heading:
        raise KetcontentError("A section has a heading.", hint="Write it.")
    shown = outline(session.content, session.document)
    start, end = _span(shown, after) if after else (len(shown), len(shown))
    level = shown[start][1] if after else 1
    key = _section_key(session, heading)
    row = {
        **dict.fromkeys(session.content.schemas["sections"].columns, ""),
        "document": session.document,
        "section": key,
        "heading": heading,
        "supplied_run_in": "false",
    }
    content = _laid_out(session, [*shown[:end], (key, level), *shown[end:]], {key: row})
    return edited(session, f"Add the section {key}", content), key


def _section_key(session: Session, heading: str) -> str:
    """Return a key that no section of the page has, or ever had a sign-off under."""
    used = {key for page, key in keys_of(session.content, "sections") if page == session.document}
    signed = rows_by_key(session.content, "signoffs").values()
    used |= {row["statement"].removeprefix("heading:") for row in signed}
    stem = heading_slug(heading) or "section"
    keys = [stem, *(f"{stem}-{number}" for number in range(2, len(used) + 3))]
    return next(key for key in keys if key not in used)


def first_added(session: Session, section: str) -> tuple[Session, str]:
    """Return the session with a new statement at the end of a section, and its key.

    Raises
    ------
    UnknownName
        When the page has no such section.
    """
    section_row(session, section)
    rows = in_order(session, section)
    if rows:
        return added(session, rows[-1]["statement"])
    key = new_key(session, section)
    row = {
        **dict.fromkeys(session.content.schemas["statements"].columns, ""),
        "document": session.document,
        "section": section,
        "statement": key,
        "block": "1",
        "position": "10",
        "form": "paragraph",
    }
    place = (session.document, key)
    content = with_rows(session.content, [RowChange("statements", place, None, row)])
    return edited(session, f"Add {key}", content), key


def section_moved(session: Session, section: str, direction: Literal["up", "down"]) -> Session:
    """Return the session with a section one place up or down, and all that is under it.

    One under another passes its neighbour there, and at the end goes over into the next.
    """
    shown = outline(session.content, session.document)
    start, end = _span(shown, section)
    rest, block = [*shown[:start], *shown[end:]], shown[start:end]
    level = block[0][1]
    place = start
    if direction == "down":
        if place == len(rest):
            return session
        place += 1
        while level == 1 and place < len(rest) and rest[place][1] == 2:
            place += 1
    else:
        place -= 1
        while level == 1 and place > 0 and rest[place][1] == 2:
            place -= 1
        if place < 0 or (level == 2 and place == 0):
            return session
    content = _laid_out(session, [*rest[:place], *block, *rest[place:]])
    return edited(session, f"Move the section {section} {direction}", content)


def section_placed(session: Session, section: str, target: str, where: str) -> Session:
    """Return the session with a section, and all that is under it, at another place.

    Parameters
    ----------
    session, section
        The session and the section.
    target, where
        ``before`` or ``after`` another section, at its level (after it is behind all that is under
        it), or ``under`` it, as the last there. What was under a section that goes under another
        stands under that too.

    Raises
    ------
    UnknownName
        When the page has no such section, or there is no such way to lay it.
    KetcontentError
        When the section that it would stand under has no heading.
    """
    if where not in get_args(Where):
        raise UnknownName.of("place", where, get_args(Where))
    shown = outline(session.content, session.document)
    start, end = _span(shown, section)
    rest, block = [*shown[:start], *shown[end:]], shown[start:end]
    if target in dict(block):
        return session
    first, last = _span(rest, target)
    level = 2 if where == "under" else rest[first][1]
    place = first if where == "before" else last
    laid = [(key, max(own, 2) if level == 2 else own) for key, own in block]
    laid[0] = (section, level)
    content = _laid_out(session, [*rest[:place], *laid, *rest[place:]])
    return edited(session, f"Move the section {section}", content)


def levelled(session: Session, section: str, direction: str) -> Session:
    """Return the session with a section under the one before it (``in``), or no longer (``out``).

    No section changes its place in reading order: what followed under the same one follows under
    the section that is set out, and one that is set in takes with it what is under it.

    Raises
    ------
    UnknownName
        When the page has no such section, or there is no such direction.
    KetcontentError
        When it cannot stand under one before it.
    """
    levels = {"in": 2, "out": 1}
    if direction not in levels:
        raise UnknownName.of("direction", direction, levels)
    shown = outline(session.content, session.document)
    place, _ = _span(shown, section)
    shown[place] = (section, levels[direction])
    content = _laid_out(session, shown)
    return edited(session, f"Set the section {section} {direction}", content)


def section_cut(session: Session, section: str) -> Session:
    """Return the session with a section off the page, and with it all that stands in or under it.

    What was received or saved keeps its rows; a section that never was saved is gone where no row
    leads to it.

    Raises
    ------
    UnknownName
        When the page has no such section, or it is cut already.
    """
    shown = outline(session.content, session.document)
    start, end = _span(shown, section)
    going = [key for key, _ in shown[start:end]]
    statements = [row["statement"] for key in going for row in in_order(session, key)]
    off = cut(session, *statements) if statements else session
    saved = set(keys_of(session.saved, "sections"))
    changes = []
    for key in going:
        place = (session.document, key)
        row = section_row(off, key)
        kept = place in saved or statements_of_section(off, key)
        after = {**row, "position": "", "under": ""} if kept else None
        changes.append(RowChange("sections", place, row, after))
    content = with_rows(off.content, changes)
    return edited(session, f"Cut the section {section}", content)


def section_back(session: Session, section: str) -> Session:
    """Return the session with a section that was cut at the end of the page again, still empty.

    Raises
    ------
    UnknownName
        When the page has no such section.
    """
    row = section_row(session, section)
    shown = outline(session.content, session.document)
    if section in dict(shown):
        return session
    content = _laid_out(session, [*shown, (section, 1)], {section: row})
    return edited(session, f"Bring back the section {section}", content)


def _span(shown: Sequence[tuple[str, int]], section: str) -> tuple[int, int]:
    """Return where a section begins in an outline, and where all that is under it ends."""
    keys = [key for key, _ in shown]
    if section not in keys:
        raise UnknownName.of("section", section, keys)
    start = keys.index(section)
    end = start + 1
    while shown[start][1] == 1 and end < len(shown) and shown[end][1] == 2:
        end += 1
    return start, end


def _laid_out(session: Session, wanted: Outline, new: Mapping[str, Row] | None = None) -> Content:
    """Return the content with the sections in this order, at these levels.

    `new` are the rows of those that are not shown yet, by key.
    """
    rows = {
        row["section"]: row
        for row in rows_by_key(session.content, "sections").values()
        if row["document"] == session.document
    } | dict(new or {})
    laid: list[Row] = []
    above = ""
    for key, level in wanted:
        if level == 1:
            above = key
        elif not above or not rows[above]["heading"]:
            raise KetcontentError(
                f"The section '{key}' has no section with a heading before it to stand under.",
                hint="Move it behind one that has a heading, or leave it at the first level.",
                section=key,
            )
        laid.append({**rows[key], "under": above if level == 2 else ""})
    shown = dict(wanted)
    # What a section that is cut stood under may stand under another itself now.
    loose = [
        {**row, "under": ""}
        for key, row in rows.items()
        if key not in shown and shown.get(row["under"]) == 2
    ]
    changes = [
        RowChange("sections", (session.document, row["section"]), None, row)
        for row in [*numbered(laid), *loose]
    ]
    return with_rows(session.content, changes)
