"""Plain text → blocks: what each line of a page is, guessed from its form and from those around it.

The law: nothing is lost, nothing is added, the order is kept. Each received line comes back from
``assemble(…, edition="supplied")`` as one line with the same characters, but for the mark of a
bullet, marks of direction in a script that runs from right to left, for white space, and in a table
for what parts its cells. A wrong guess puts a line in the wrong dress, never out of its place.

How a page is read, each step for what the ones before it left open:

1. page furniture and the rows of tables are known by their form (`furniture`, `short_lines`);
2. a line that goes on a sentence broken off in the line before belongs to that line (`text_lines`);
3. the first line, when it reads as a title, is the title; behind furniture it is a heading, since
   the order is kept;
4. a bullet makes an item; a number or letter makes an item where the next one follows at once, and
   a heading where text stands under it (`numbering`, `lists`);
5. short lines in a run are an address, a list where a colon or a heading leads over to them, or
   lines of a sum (`short_lines`);
6. ``Conclusion: As research …`` is a heading with its text on the line; a short line without a full
   stop is a heading; anything else is a paragraph (`headings`).

An item may start with a label (``Form: …``). A paragraph that stands under, or runs in after, a
heading such as *Important Note* is a notice, and so is any paragraph of the same words elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, takewhile

from ketcontent.importing.furniture import furniture_places
from ketcontent.importing.headings import (
    is_heading,
    is_notice,
    is_other_line,
    is_question,
    is_title,
    is_title_case,
    labelled,
    run_in,
    set_levels,
)
from ketcontent.importing.lists import listed_places, set_depths
from ketcontent.importing.numbering import Mark, numbered
from ketcontent.importing.short_lines import (
    decide_runs,
    has_strength,
    is_date,
    is_field,
    is_of_an_address,
    is_stamp,
    stays_alone,
)
from ketcontent.importing.supplied_page import Doubt, LeftOut, SuppliedBlock, SuppliedPage
from ketcontent.importing.tables import joined_tables
from ketcontent.importing.text_lines import (
    EMBEDDINGS,
    LINE_END,
    Unit,
    close_up,
    content_lines,
    ends_sentence,
    units_of,
)
from ketcontent.importing.text_tables import text_rows
from ketcontent.text import canonical, code_point, counted, join_cells


def read_plain_text(text: str) -> SuppliedPage:
    r"""Return the page that a plain text holds; no word of it is left out.

    Examples
    --------
    >>> page = read_plain_text("Tea\n\nUses:\n- Hot\n\nAdd to cart\n")
    >>> page.title, [(block.form, block.text) for block in page.blocks]
    ('Tea', [('heading', 'Uses:'), ('item', 'Hot'), ('paragraph', 'Add to cart')])
    >>> print(page.doubts[0].where, page.doubts[0].message)
    line 6 This looks like page furniture (a menu, a button, a banner), and is kept: Add to cart
    """
    units = _read_units(text)
    title = next((unit.first.text for unit in units if unit.role == "title"), "")
    blocks = [block for unit in units for block in _blocks(unit)]
    drawn = [
        LeftOut("line drawn in a table", unit.first.text, f"line {unit.first.place}")
        for unit in units
        if unit.role == "rule"
    ]
    doubts = (
        *_furniture_told(units),
        *_embeddings_told(text),
        *_boxes_told(units),
        *joined_tables(blocks),
    )
    return SuppliedPage("plain text", title, tuple(_with_notices(blocks)), tuple(drawn), doubts)


# --- the blocks ---------------------------------------------------------------------------------


def _blocks(unit: Unit) -> Iterator[SuppliedBlock]:
    """Yield the block of a unit, or the heading of one and the text on its line."""
    where = f"line {unit.first.place}"
    order = unit.order.text if unit.order else ""
    line = unit.first.text
    if unit.role in ("title", "rule"):
        return
    if unit.role == "heading":
        words = unit.words if order else line
        yield SuppliedBlock("heading", words, where, level=unit.level, number=order)
    elif unit.role == "run-in":
        heading, words = run_in(line)
        yield SuppliedBlock("heading", heading, where, level=unit.level, run_in=True)
        yield SuppliedBlock("paragraph", _lines(unit, words), where)
    elif unit.role == "item":
        if order[-1:].isalnum():  # a label that ends in a letter or digit would get a colon
            order = ""
        label, words = labelled(unit.words if order else line)
        number = f"{unit.first.mark} {order}".strip()
        words = _lines(unit, words)
        yield SuppliedBlock("item", words, where, depth=unit.level, number=number, label=label)
    elif unit.role in ("header", "row"):
        yield SuppliedBlock(unit.role, join_cells(unit.first.cells), where, table=unit.level)
    else:
        yield SuppliedBlock("paragraph", _lines(unit, line), where)


def _lines(unit: Unit, first: str) -> str:
    return "\n".join([first, *(line.text for line in unit.lines[1:])])


def _with_notices(blocks: Sequence[SuppliedBlock]) -> Iterator[SuppliedBlock]:
    """Yield the blocks, those as notices that are one here or anywhere on the page."""
    notices: set[str] = set()
    heading: SuppliedBlock | None = None
    for block in blocks:
        if block.form == "heading":
            heading = block if not block.number and is_notice(block.text) else None
        elif heading and block.form == "paragraph":
            notices.add(canonical(block.text))
            heading = None if heading.run_in else heading
    for block in blocks:
        noted = block.form == "paragraph" and canonical(block.text) in notices
        yield replace(block, form="notice") if noted else block


def _furniture_told(units: Sequence[Unit]) -> Iterator[Doubt]:
    """Yield what reads like page furniture, a doubt for lines that follow each other."""
    for what, run in groupby(units, lambda unit: unit.role == "furniture"):
        if what:
            lines = [unit.first for unit in run]
            said = " · ".join(line.text for line in lines)
            place = f"line {lines[0].place}"
            if len(lines) > 1:
                place = f"lines {lines[0].place} to {lines[-1].place}"
            yield Doubt(
                "This looks like page furniture (a menu, a button, a banner), and is kept: "
                f"{said if len(said) <= 120 else said[:119] + '…'}",
                place,
            )


def _boxes_told(units: Sequence[Unit]) -> Iterator[Doubt]:
    """Yield a doubt for each row of a table that goes on in its next line."""
    for unit in units:
        if unit.first.in_box:
            yield Doubt(
                "This line of a table stands in one box with the line above it, and is a row of "
                f"its own here: {' | '.join(unit.first.cells)}",
                f"line {unit.first.place}",
            )


def _embeddings_told(text: str) -> Iterator[Doubt]:
    """Yield the marks of direction that were left out, a doubt for all."""
    found = [*EMBEDDINGS.finditer(text)]
    if found:
        first = len(LINE_END.split(text[: found[0].start()]))
        kinds = ", ".join(code_point(one) for one in sorted({mark[0] for mark in found}))
        yield Doubt(
            f"{counted(len(found), 'mark')} of direction that nobody can see left out: {kinds}. "
            "The words are all here; look at numbers and foreign words among them.",
            f"from line {first}",
        )


# --- what each line is --------------------------------------------------------------------------


def _read_units(text: str) -> list[Unit]:
    """Return the units of a page, each with its role and level."""
    lines = content_lines(text)
    texts = [line.text for line in lines]
    counted = numbered(["" if stays_alone(line) else line for line in texts])
    for line, mark in zip(lines, counted, strict=True):
        line.mark_of_order = mark
    around = furniture_places(texts, [line.blanks for line in lines])
    marked = [line.bullet or line.mark_of_order is not None for line in lines]
    rows = text_rows(
        [
            "" if mark and "|" not in line.text else f"{' ' * line.indent}{line.text}"
            for line, mark in zip(lines, marked, strict=True)
        ]
    )
    for place, line in enumerate(lines):
        line.alone = place in around or place in rows or stays_alone(line.text)
    close_up(lines)
    units = units_of(lines)
    first = {id(line): place for place, line in enumerate(lines)}
    for unit in units:
        place = first[id(unit.first)]
        if place in around:
            unit.role = "furniture"
        elif place in rows:
            unit.role, unit.level = rows[place].form, rows[place].table
            unit.first.cells = rows[place].cells
            unit.first.in_box = rows[place].goes_on
    _decide_title(units)
    _decide_marked(units)
    decide_runs(units)
    _decide_others(units)
    set_levels(units)
    set_depths(units)
    return units


def _decide_title(units: Sequence[Unit]) -> None:
    """Find the title: the first line, or behind furniture and stamps the first that is no text."""
    start = 0
    while start < len(units) and _stands_before_title(units, start):
        start += 1
    unit = units[start] if start < len(units) else None
    if unit is None or unit.role or unit.order or unit.first.bullet or len(unit.lines) > 1:
        return
    if is_title(unit.first.text) and not start:
        unit.role = "title"
    elif is_title(unit.first.text) and is_heading(unit.first.text):
        unit.role, unit.level = "heading", 1


def _stands_before_title(units: Sequence[Unit], place: int) -> bool:
    """Return whether a unit is furniture, a stamp, or a line of the sender of a letter."""
    line = units[place].first.text
    if units[place].role == "furniture" or is_stamp(line):
        return True
    near = [one.first.text for one in units[max(place - 2, 0) : place + 4] if not one.apart]
    if is_field(line) and sum(map(is_field, near)) > 1:
        return True
    block = units[place : place + 5]
    after = [one.first.text for one in takewhile(lambda one: not one.apart, block[1:])]
    before = place > 0 and is_of_an_address(units[place - 1].first.text)
    return (len(after) > 1 and any(map(is_of_an_address, after))) or (
        before and is_of_an_address(line)
    )


def _decide_marked(units: Sequence[Unit]) -> None:
    """Decide about what has a bullet, a number or a letter in front of it."""
    listed = listed_places(units)
    for place, unit in enumerate(units):
        if unit.role:
            continue
        order, bullet = unit.order, unit.first.bullet
        if order is None:
            unit.role = "item" if bullet else ""
            continue
        heading = len(unit.lines) == 1 and is_heading(order.rest) and not is_date(unit.first.text)
        if bullet:
            asks = heading and is_question(order.rest) and _has_text_under(units, place)
            unit.role = "heading" if asks else "item"
        elif place in listed:
            unit.role = "item"
        elif heading and order.text and not _has_bare_number(order, units, place):
            unit.role = "heading"
        elif order.text and not order.text[-1].isalnum():
            unit.role = "item"


def _has_bare_number(order: Mark, units: Sequence[Unit], place: int) -> bool:
    """Return whether a number without a stop stands before what is no heading."""
    return order.scheme == "bare" and not _has_text_under(units, place)


def _has_text_under(units: Sequence[Unit], place: int) -> bool:
    under = units[place + 1] if place + 1 < len(units) else None
    return under is not None and not under.first.bullet and under.order is None


def _leads_to_list(units: Sequence[Unit], place: int) -> bool:
    """Return whether a line with a colon, right after other text, leads over to a list."""
    unit = units[place]
    listed = place + 1 < len(units) and units[place + 1].role == "item"
    return (
        listed and unit.leads_in and not unit.apart and not is_title_case(unit.first.text.split())
    )


def _is_over_text(units: Sequence[Unit], place: int) -> bool:
    """Return whether a name with words for a value stands alone, right over a text: a heading."""
    line = units[place].first.text
    under = units[place + 1] if place + 1 < len(units) else None
    return (
        is_field(line)
        and not (is_stamp(line) or is_of_an_address(line) or has_strength(line))
        and not any(word[0].isdigit() or word[0] == "_" for word in line.split())
        and (place == 0 or units[place].apart)
        and under is not None
        and not (under.role or under.apart or under.first.bullet or under.order)
        and not is_field(under.first.text)
        and ends_sentence(under.last)
        and len(under.first.text.split()) > 3
    )


def _decide_others(units: Sequence[Unit]) -> None:
    """Decide about what is left: headings, headings with their text on the line, paragraphs."""
    for place, unit in enumerate(units):
        if unit.role:
            continue
        line = unit.first.text
        label, _ = run_in(line)
        if label and (unit.order is None):
            unit.role, unit.level = "run-in", 2
        elif (
            len(unit.lines) == 1
            and is_heading(line)
            and (not is_other_line(line) or _is_over_text(units, place))
        ):
            unit.role = "paragraph" if _leads_to_list(units, place) else "heading"
        else:
            unit.role = "paragraph"
