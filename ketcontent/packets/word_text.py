"""The text of Word's XML with its tracked changes taken, and with them undone.

Everything that a program may wrap around text is walked through (content controls, links, fields,
tags); what is told of form is passed over. What somebody inserted and another deleted stands in
neither text. Elements are those of ECMA-376 (Office Open XML), part 1, section 17.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_INSERTED = {f"{W}ins", f"{W}moveTo"}
_DELETED = {f"{W}del", f"{W}moveFrom"}
_SIGNS = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "\u2011",
    f"{W}softHyphen": "\u00ad",
}
_STRUCK = ("strike", "dstrike")
_NO_TEXT = {f"{W}instrText", f"{W}delInstrText", f"{W}fldData"}
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"


@dataclass(frozen=True, slots=True)
class Anchored:
    """Where a comment of Word's stands in a text."""

    comment: str
    """Its number in the file."""
    words: str
    """The words that it is on, with tracked changes undone; empty where that is not told."""
    before: str
    """What stands before them."""


@dataclass(slots=True)
class CellText:
    """The text of a cell, a paragraph or a comment."""

    accepted: str = ""
    """With tracked changes taken."""
    rejected: str = ""
    """With tracked changes undone: as it was before."""
    authors: list[str] = field(default_factory=list)
    """Who made tracked changes in it, as the file says."""
    dates: list[str] = field(default_factory=list)
    """When, as the file says."""
    comments: list[Anchored] = field(default_factory=list)
    """The comments that are on it."""
    struck_is_deleted: bool = field(default=False, repr=False, compare=False)
    """Whether what is struck through counts as deleted."""
    starts: dict[str, int] = field(default_factory=dict, repr=False)
    """Where in the text with changes undone a comment begins whose end has not come."""

    @property
    def is_tracked(self) -> bool:
        """Whether it has tracked changes."""
        return bool(self.authors) or self.accepted != self.rejected

    def add(self, text: str, *, inserted: bool, deleted: bool) -> None:
        """Add text, as far as it stands in each reading."""
        self.accepted += text * (not deleted)
        self.rejected += text * (not inserted)


def text_of(*elements: Element, struck_is_deleted: bool = False) -> CellText:
    """Return the text of elements, one after the other.

    Parameters
    ----------
    elements
        The elements.
    struck_is_deleted
        Whether words that are struck through count as deleted, by somebody who marks so
        by hand what tracking would have marked.
    """
    found = CellText(struck_is_deleted=struck_is_deleted)
    for one in elements:
        _walk(one, found, inserted=False, deleted=False)
    known = {one.comment for one in found.comments}
    found.comments += [Anchored(one, "", "") for one in found.starts if one not in known]
    return found


def _walk(one: Element, found: CellText, *, inserted: bool, deleted: bool) -> None:
    tag = one.tag
    if tag in _NO_TEXT or (tag.startswith(W) and tag.endswith(("Pr", "PrEx", "PrChange"))):
        return
    if tag in _INSERTED or tag in _DELETED:
        found.authors.append(one.get(f"{W}author", ""))
        found.dates.append(one.get(f"{W}date", "")[:10])
        inserted |= tag in _INSERTED
        deleted |= tag in _DELETED
    if tag == f"{W}r" and found.struck_is_deleted:
        deleted |= any(_is_on(one.find(f"{W}rPr/{W}{name}")) for name in _STRUCK)
    if tag in (f"{W}t", f"{W}delText"):
        gone = deleted or tag == f"{W}delText"
        found.add(one.text or "", inserted=inserted, deleted=gone)
    elif tag == f"{W}sym":
        found.add(_symbol(one), inserted=inserted, deleted=deleted)
    elif tag in _SIGNS:
        found.add(_SIGNS[tag], inserted=inserted, deleted=deleted)
    elif tag == f"{W}commentRangeStart":
        found.starts[one.get(f"{W}id", "")] = len(found.rejected)
    elif tag in (f"{W}commentRangeEnd", f"{W}commentReference"):
        _comment(one.get(f"{W}id", ""), found)
    for below in list(one)[:1] if tag == _CHOICE else one:
        _walk(below, found, inserted=inserted, deleted=deleted)
    if tag == f"{W}p":
        mark = one.find(f"{W}pPr/{W}rPr")
        marks = {below.tag for below in mark} if mark is not None else set()
        found.add(
            "\n",
            inserted=inserted or bool(marks & _INSERTED),
            deleted=deleted or bool(marks & _DELETED),
        )


def _is_on(mark: Element | None) -> bool:
    return mark is not None and mark.get(f"{W}val", "true") not in ("0", "false", "off")


def _comment(number: str, found: CellText) -> None:
    """Note a comment once, with its words where its beginning is known."""
    if number in {one.comment for one in found.comments}:
        return
    start = found.starts.pop(number, len(found.rejected))
    text = found.rejected
    found.comments.append(Anchored(number, text[start:], text[:start]))


def _symbol(one: Element) -> str:
    """Return the letter of a symbol; of a font of signs, where it is another, one that says so."""
    told = one.get(f"{W}char", "")
    number = int(told, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,4}", told) else 0
    known = number >= 0x20 and not 0xD800 <= number <= 0xF8FF  # halves of letters, and fonts' own
    return chr(number) if known else "\ufffd"


def rows_of_table(table: Element) -> Iterator[Element]:
    """Yield the rows of a table, not those of tables in it."""
    yield from _inside(table, f"{W}tr")


def cells_of_row(row: Element) -> list[Element]:
    """Return the cells of a row."""
    return list(_inside(row, f"{W}tc"))


def _inside(one: Element, tag: str) -> Iterator[Element]:
    for below in one:
        if below.tag == tag:
            yield below
        elif below.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
            yield from _inside(below, tag)
