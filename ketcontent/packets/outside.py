"""Words that somebody wrote into a packet outside of its rows: none of them is lost unsaid.

What a packet itself says there is known by its letters, since programs set quotes and dashes anew.
Headings and references are the page's own, in words that a packet alone does not tell: there, what
was tracked is found, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ketcontent.packets.word import ABOUT_LIST, ASKED, LIST_TITLE, MANNERS, MEANINGS
from ketcontent.packets.word_text import W, text_of
from ketcontent.text import fold

LISTED = re.compile(r"([0-9]{1,6}) (.+) ([0-9a-f]{8}) ([0-9a-f]{8}) ([0-9a-f]{8})")
"""A row of the list at the end."""

_TITLES = ("what is asked", "how to answer", "about you", "sources")
_LINES = re.compile(
    r"review of .*|for .* (?:editorial|clinical|lay) review.* made on [\d ]+"
    r"|ketcontent packet .* rows(?: page [\d ]+of [\d ]+)?"
)


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that was not read, or words that belong to none."""

    row: str
    """Which it is, as far as that can be told."""
    why: str
    """Why it does not count."""
    said: str = ""
    """What stands there."""

    def __str__(self) -> str:
        return ": ".join(filter(None, (f"{self.row} {self.why}", self.said)))


def outermost_tables(one: Element) -> Iterator[Element]:
    """Yield the tables that stand in no other."""
    for below in one:
        if below.tag == f"{W}tbl":
            yield below
        else:
            yield from outermost_tables(below)


def words_outside(body: Element) -> Iterator[Unread]:
    """Yield words that somebody wrote outside of all rows."""
    in_references = False
    for one in (one for part in body for one in part):
        if one.tag == f"{W}tbl" or next(outermost_tables(one), None) is not None:
            continue
        text = text_of(one)
        style = one.find(f"{W}pPr/{W}pStyle")
        is_heading = style is not None and style.get(f"{W}val", "").lower().startswith("heading")
        letters = _letters(text.rejected)
        in_references = letters == "sources" or (in_references and letters != _letters(LIST_TITLE))
        is_theirs = not (is_heading or in_references or _is_ours(fold(text.rejected)))
        if said := fold(text.inserted) or (fold(text.accepted) if is_theirs else ""):
            yield Unread("Words outside of the rows", "belong to no sentence", said)


def foot_notes(parts: Mapping[str, Element]) -> Iterator[str]:
    """Yield what stands in notes at the foot of a page or at the end: a packet is sent without."""
    for name in ("footnote", "endnote"):
        tree = parts.get(f"word/{name}s.xml")
        for one in tree.iter(f"{W}{name}") if tree is not None else ():
            if said := fold(text_of(one).accepted):
                yield said


def _is_ours(text: str) -> bool:
    letters = _letters(text)
    return letters in _OURS or bool(LISTED.fullmatch(text) or _LINES.fullmatch(letters))


def _letters(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


_OURS = frozenset(
    map(_letters, ("", *_TITLES, LIST_TITLE, ABOUT_LIST, ASKED, *MANNERS, *map("".join, MEANINGS)))
)
