"""The page between any format and the rows: blocks in order, what was left out, what is doubted.

Each format has a small reader that ends here; `ketcontent.importing.rows` alone makes rows of it.
What an editor corrects before rows exist is corrected here (`with_form`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from ketcontent.errors import KetcontentError
from ketcontent.importing.text_lines import line_cells
from ketcontent.model import ROW_FORMS, TABLE_FORMS
from ketcontent.text import FORBIDDEN, code_point, fold, join_cells, split_cells

BlockForm = Literal["heading", "paragraph", "item", "notice", "caption", "header", "row"]


FORMS: tuple[BlockForm, ...] = get_args(BlockForm)
"""What a block can be; the last three are of a table: its caption, a row of headers, a row."""
LEVELLED = ("heading", "item")
"""Those that stand on a level: of an item it is the depth."""
TITLE: Literal["title"] = "title"
"""What a block can be read as that is then none of the blocks any more."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of a block that is more than its words."""

    kind: Literal["strong", "emphasis", "link", "raised", "lowered"]
    start: int
    end: int
    target: str = ""
    """The address of a link."""


@dataclass(frozen=True, slots=True)
class SuppliedBlock:
    """A heading, a paragraph, an item, a notice or a part of a table, as it was supplied."""

    form: BlockForm
    text: str
    """Its words; a line break stands where the page had one inside of it. Of a row: its cells, as
    `ketcontent.text.join_cells` puts them together."""
    where: str = ""
    """Where in the file it stands: ``line 12``, ``page 3``, ``paragraph 7``."""
    level: int = 0
    """Of a heading: 1 is the largest. 0 where the format does not tell."""
    depth: int = 0
    """Of an item: 1 is the outermost list."""
    number: str = ""
    """The number in front of it, with its mark."""
    label: str = ""
    """The words that name an item."""
    run_in: bool = False
    """Of a heading: whether the words after it stood on its line."""
    table: int = 0
    """Which table of the page its caption or a row is of, from 1."""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Words of the file that are not of the page."""

    what: str
    """What they were taken for: ``navigation``, ``advert`` …"""
    words: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What the reading is unsure of, or what the tables cannot hold."""

    message: str
    where: str = ""
    about: str = ""
    """What it is about, where whoever holds more than the tables do may pass over it: ``links``."""


@dataclass(frozen=True, slots=True)
class SuppliedPage:
    """A page as its structure was read, whatever the format of its file."""

    format: str
    """What it was read as: ``HTML``, ``Markdown`` …"""
    title: str
    blocks: tuple[SuppliedBlock, ...]
    left_out: tuple[LeftOut, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    language: str = ""
    """What the file says of its language, as a BCP 47 tag; mostly nothing."""


def item_depths(outer: Sequence[int], block: SuppliedBlock) -> list[int]:
    """Return the depths of the items that a block stands within, its own last; none of no item.

    A list within no item, or two deeper than its item, is one deeper than what it stands in.
    """
    if block.form != "item":
        return []
    return [*(one for one in outer if one < block.depth), block.depth]


def with_form(page: SuppliedPage, number: int, form: BlockForm, level: int = 0) -> SuppliedPage:
    """Return a page with one of its blocks read as something else.

    A block of several lines that is read as items or rows becomes one of each line; the cells of a
    row are parted by bars, tabs or gaps in its line.

    Parameters
    ----------
    page
        The page.
    number
        The block, from 1, as the look before the import numbers it; 0 is the title.
    form
        What it is.
    level
        Of a heading its level, of an item its depth, from 1 to 6; by default what it has.

    Examples
    --------
    >>> page = SuppliedPage("text", "Tea", (SuppliedBlock("heading", "It is hot", level=2),))
    >>> with_form(page, 1, "item").blocks
    (SuppliedBlock(form='item', text='It is hot', where='', level=0, depth=1, ...)
    """
    if number == 0 and page.title:
        page, number = _with_title_below(page), 1
    block = _block(page, number)
    changed = replace(
        block,
        form=form,
        text=fold(block.text) if form == "heading" else block.text,
        level=(level or block.level or 2) if form == "heading" else 0,
        depth=(level or block.depth or 1) if form == "item" else 0,
        run_in=block.run_in and form == "heading",
        table=block.table if form in TABLE_FORMS else 0,
    )
    if block.form in ROW_FORMS and form not in ROW_FORMS:
        changed = replace(changed, text=" | ".join(split_cells(changed.text)))
    if form == "heading" and block.label:  # a heading has none of its own
        mark = ":" if block.label[-1].isalnum() else ""
        changed = replace(changed, label="", text=f"{block.label}{mark} {changed.text}", marks=())
    parts = [changed]
    if form in ROW_FORMS and block.form not in ROW_FORMS:
        named = f"{block.number} {block.label}".strip()  # a row has no label: it is the first cell
        rows = [line_cells(line) for line in block.text.split("\n")]
        rows[0] = [*([named] if named else []), *rows[0]]
        bare = replace(changed, number="", label="", marks=())
        parts = [replace(bare, text=join_cells(cells)) for cells in rows]
    elif form == "item" and "\n" in changed.text:
        first, *others = changed.text.split("\n")
        bare = replace(changed, number="", label="", marks=())
        parts = [replace(changed, text=first, marks=()), *(replace(bare, text=o) for o in others)]
    return replace(page, blocks=(*page.blocks[: number - 1], *parts, *page.blocks[number:]))


def with_title(page: SuppliedPage, number: int) -> SuppliedPage:
    """Return a page with one of its blocks as its title; what was the title is its first heading.

    Examples
    --------
    >>> page = SuppliedPage("text", "Home", (SuppliedBlock("heading", "Tea", level=2),))
    >>> page = with_title(page, 1)
    >>> page.title, [block.text for block in page.blocks]
    ('Tea', ['Home'])
    """
    block = _block(page, number)
    words = " | ".join(split_cells(block.text)) if block.form in ROW_FORMS else block.text
    named = f"{block.number} {block.label}".strip()
    named += ":" if named[-1:].isalnum() and block.label else ""
    blocks = (*page.blocks[: number - 1], *page.blocks[number:])
    rest = replace(page, blocks=blocks)
    rest = _with_title_below(rest) if page.title else rest
    return replace(rest, title=fold(f"{named} {words}"))


def _with_title_below(page: SuppliedPage) -> SuppliedPage:
    """Return a page without a title: its first block is a heading of the same words."""
    return replace(
        page, title="", blocks=(SuppliedBlock("heading", page.title, level=1), *page.blocks)
    )


def _block(page: SuppliedPage, number: int) -> SuppliedBlock:
    if not 1 <= number <= len(page.blocks):
        raise KetcontentError(
            f"The page has no block {number}.",
            hint=f"Name one from 1 to {len(page.blocks)}, as 'ketcontent import FILE --blocks' "
            "numbers them.",
        )
    return page.blocks[number - 1]


_HIDDEN = re.compile(f"[{FORBIDDEN}]")


def hidden_character(page: SuppliedPage) -> tuple[str, str] | None:
    """Return the first character of a page that nobody can see, and where; None for none."""
    parts: Sequence[tuple[str, str]] = [
        ("the title", page.title),
        *((one.where, f"{one.number}{one.label}{one.text}") for one in page.blocks),
    ]
    for where, text in parts:
        if found := _HIDDEN.search(text):
            return code_point(found.group()), where
    return None
