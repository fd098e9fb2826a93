"""Words that somebody wrote into a packet outside of its rows: none of them is lost unsaid.

What a packet itself says there is known: of each paragraph, as it was sent, the text is one that
every packet has or one whose check stands in the list at the end. Programs set quotes and dashes
anew, so these make no difference. A packet of before such checks does not tell its headings and
references: there, what was tracked is found, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ketcontent.packets.codes import bare, outside_code
from ketcontent.packets.packet import Head
from ketcontent.packets.word import ABOUT_LIST, ASKED, LIST_TITLE, MANNERS, MEANINGS, OUTSIDE
from ketcontent.packets.word_text import CellText, W, text_of
from ketcontent.text import fold, redline

LISTED = re.compile(r"([0-9]{1,6}) (.+) ([0-9a-f]{8}) ([0-9a-f]{8}) ([0-9a-f]{8})")
"""A row of the list at the end."""

CHECKS = re.compile(rf"{OUTSIDE}((?: [0-9a-f]{{8}})+)")
"""The line of the list with the checks of what stands outside of the rows."""

_TITLES = ("What is asked", "How to answer", "About you", "Sources")
_UNCHECKED = re.compile(r"reviewof.*|for.*(?:editorial|clinical|lay)review.*madeon[\d-]+\.")
"""What a packet of before the checks says of its page, as `bare` has it."""


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


@dataclass(frozen=True, slots=True)
class Sent:
    """What a packet says outside of its rows, as it was sent."""

    head: Head
    """What it says of itself."""
    checks: Collection[str] | None
    """The checks of what it says of its page; None of a packet of before these."""

    def has(self, text: str) -> bool:
        """Return whether it says a text, as far as that can be told."""
        letters = bare(text)
        if letters in _OURS or LISTED.fullmatch(fold(text)) or CHECKS.fullmatch(fold(text)):
            return True
        if re.fullmatch(rf"{re.escape(bare(self.head.line))}(?:page\d+of\d+)?", letters):
            return True
        if self.checks is None:
            return bool(_UNCHECKED.fullmatch(letters))
        return outside_code(text) in self.checks


def words_outside(parts: Mapping[str, Element], sent: Sent) -> Iterator[Unread]:
    """Yield words that somebody wrote outside of all rows: in the text, or at the top or foot."""
    in_references = False
    for one in (one for part in parts["word/document.xml"] for one in part):
        if one.tag == f"{W}tbl" or next(outermost_tables(one), None) is not None:
            continue
        text = text_of(one)
        style = one.find(f"{W}pPr/{W}pStyle")
        is_heading = style is not None and style.get(f"{W}val", "").lower().startswith("heading")
        letters = bare(text.rejected)
        in_references = letters == bare(_TITLES[-1]) or (
            in_references and letters != bare(LIST_TITLE)
        )
        is_let_pass = sent.checks is None and (is_heading or in_references)
        yield from _written("Words outside of the rows", text, sent, is_let_pass=is_let_pass)
    for name, tree in parts.items():
        if re.fullmatch(r"word/(?:header|footer)\d*\.xml", name):
            where = f"Words at the {'top' if 'header' in name else 'foot'} of a page"
            for one in tree.iter(f"{W}p"):
                is_let_pass = sent.checks is None and "header" in name
                yield from _written(where, text_of(one), sent, is_let_pass=is_let_pass)


def _written(where: str, text: CellText, sent: Sent, *, is_let_pass: bool) -> Iterator[Unread]:
    """Yield what somebody wrote into a paragraph; of one that was sent, as a redline."""
    was, now = fold(text.rejected), fold(text.accepted)
    if is_let_pass or sent.has(was):
        if was != now:
            # A word has the space behind it: so the last one is no other with more behind it.
            laid = redline(f"{was} " if was else "", f"{now} " if now else "", style="text")
            yield Unread(where, "belong to no sentence", laid.strip())
    elif now and not sent.has(now):
        yield Unread(where, "belong to no sentence", now)


def foot_notes(parts: Mapping[str, Element]) -> Iterator[str]:
    """Yield what stands in notes at the foot of a page or at the end: a packet is sent without."""
    for name in ("footnote", "endnote"):
        tree = parts.get(f"word/{name}s.xml")
        for one in tree.iter(f"{W}{name}") if tree is not None else ():
            if said := fold(text_of(one).accepted):
                yield said


_OURS = frozenset(
    map(bare, ("", *_TITLES, LIST_TITLE, ABOUT_LIST, ASKED, *MANNERS, *map("".join, MEANINGS)))
)
