"""A row of a packet in Word's XML, and the comments in its margin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ketcontent.packets.codes import words_code
from ketcontent.packets.packet import Head
from ketcontent.packets.word import COLUMNS
from ketcontent.packets.word_text import CellText, W, cells_of_row, text_of
from ketcontent.text import fold, redline

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"

HYPHENS = "-\u2010\u2011\u2013"
"""What a program may make of a hyphen, as the inside of a class of a regular expression."""

_KEY = re.compile(rf"([0-9]{{1,6}})\s?[{HYPHENS}]\s?([0-9a-f]{{2}}) (.+) ([0-9a-f]{{8}})")

BASIS = 2
"""The column of what a row rests on."""

Listed = tuple[str, str, str, str, str]
"""A row of the list: number, key, digits of the digest, of the words, of what stands beside."""


@dataclass(frozen=True, slots=True)
class Said:
    """A comment that came back."""

    text: str
    """What it says."""
    name: str = ""
    """Who says it, as the file has it."""
    said_on: str = ""
    """When, as the file has it."""
    anchor: str = ""
    """The words that it is on; empty where it is on the row."""
    before: str = ""
    """What stands before these."""
    replies: tuple[Said, ...] = ()
    """What was answered to it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, as it stands in the file."""

    cells: tuple[CellText, ...]
    """Its cells."""
    texts: tuple[str, ...]
    """Their words, with tracked changes taken, in one line each."""
    number: int
    """Its number in the packet; 0 where it has no key."""
    key: str
    """How a sign-off names it; empty where it has no key."""
    code: str
    """Eight digits of the digest that it was made with."""
    check: str
    """The two digits behind its number."""
    is_gone: bool
    """Whether it was deleted, and the deletion tracked."""
    is_key_changed: bool
    """Whether somebody wrote in its key, so that only what was sent tells which it is."""
    is_rebuilt: bool
    """Whether its cells are joined or split, or hold tables."""
    is_hiding: bool
    """Whether it has text that nobody sees, or pictures, in which somebody may read other words."""

    @property
    def name(self) -> str:
        """What to call it."""
        return f"{self.number}-{self.check} {self.key}" if self.key else "A row without a key"

    @property
    def said(self) -> str:
        """What stands in it, for somebody to find."""
        if not self.key or len(self.cells) != len(COLUMNS):
            return self.all_said
        texts = self.texts if not self.is_gone else self.sent
        known = (BASIS,) if self.is_key_changed and not self.is_gone else (0, BASIS)
        return " / ".join(text for place, text in enumerate(texts) if place not in known and text)

    @property
    def all_said(self) -> str:
        """All that stands in it."""
        return " / ".join(filter(None, self.texts))

    @property
    def sent(self) -> tuple[str, ...]:
        """The words of its cells, with tracked changes undone."""
        return tuple(fold(cell.rejected) for cell in self.cells)

    @property
    def noted(self) -> set[str]:
        """The comments in its margin, by their number in the file."""
        return {one.comment for cell in self.cells for one in cell.comments}

    @property
    def names(self) -> list[str]:
        """Who made tracked changes in it, as the file says."""
        return list(dict.fromkeys(name for cell in self.cells for name in cell.authors if name))

    def is_of(self, head: Head, listed: Mapping[int, Listed]) -> bool:
        """Return whether it is a row of a packet, as its list has it where that is sound."""
        if listed:
            return listed.get(self.number, ())[:3] == (str(self.number), self.key, self.code)
        return 1 <= self.number <= head.rows and self.check == self.code[:2]

    def why_not(self) -> str:
        """Return why nothing of it can be read; nothing, where it can."""
        if self.is_key_changed or self.check != self.code[:2]:
            return "has another key than it had"
        if len(self.cells) != len(COLUMNS) or self.is_rebuilt:
            return f"has other cells than it had ({len(self.cells)})"
        if self.is_hiding:
            return "has hidden text or pictures"
        return ""

    def notes(self, notes: Mapping[str, Said]) -> Iterator[Said]:
        """Yield those of the comments of a file that are in its margin."""
        seen = set()
        for place, cell in enumerate(self.cells):
            for one in cell.comments:
                if one.comment not in notes or one.comment in seen:
                    continue
                seen.add(one.comment)
                anchored = (one.words, one.before) if place == 1 else ("", "")
                note = notes[one.comment]
                yield Said(note.text, note.name, note.said_on, *anchored, note.replies)

    def changed_beside(self, beside: str) -> Iterator[Said]:
        """Yield what was changed beside its words.

        What was typed there and tracked by nobody is known by the digits of what was sent
        (`beside`): where these are others, all that stands there now is shown.
        """
        if self.is_gone or len(self.cells) <= BASIS:
            return
        basis = self.cells[BASIS]
        if beside and words_code(fold(basis.rejected)) != beside:
            now = fold(basis.accepted)
            yield Said(f"In \u201c{COLUMNS[BASIS]}\u201d, tracked by nobody, stands now: {now}")
        elif fold(basis.accepted) != fold(basis.rejected):
            laid = redline(fold(basis.rejected), fold(basis.accepted), style="text")
            name = next(iter(filter(None, basis.authors)), "")
            yield Said(
                f"In \u201c{COLUMNS[BASIS]}\u201d: {laid}", name, max(basis.dates, default="")
            )


def row_of(row: Element) -> Row:
    """Return a row of a table of Word's."""
    elements = cells_of_row(row)
    # What a packet itself strikes through is what changed since somebody signed: in one column.
    cells = tuple(
        text_of(one, struck_is_deleted=place != BASIS) for place, one in enumerate(elements)
    ) or (CellText(),)
    is_gone = row.find(f"{W}trPr/{W}del") is not None
    found = _KEY.fullmatch(fold(cells[0].accepted))
    was = _KEY.fullmatch(fold(cells[0].rejected))
    key = found or was
    return Row(
        cells=cells,
        texts=tuple(fold(cell.accepted) for cell in cells),
        number=int(key[1]) if key else 0,
        key=key[3] if key else "",
        code=key[4] if key else "",
        check=key[2] if key else "",
        is_gone=is_gone,
        is_key_changed=found is None,
        is_rebuilt=any(_is_rebuilt(one) for one in elements),
        is_hiding=any(_is_hiding(one) for one in elements),
    )


def _is_rebuilt(cell: Element) -> bool:
    if next(cell.iter(f"{W}tbl"), None) is not None:
        return True
    names = ("vMerge", "hMerge", "cellIns", "cellDel", "cellMerge")
    spans = [one.get(f"{W}val", "1") for one in cell.iterfind(f"{W}tcPr/{W}gridSpan")]
    return spans not in ([], ["1"]) or any(
        cell.find(f"{W}tcPr/{W}{name}") is not None for name in names
    )


def _is_hiding(cell: Element) -> bool:
    return any(
        one.tag in (f"{W}drawing", f"{W}pict")
        or (
            one.tag in (f"{W}vanish", f"{W}specVanish", f"{W}webHidden")
            and one.get(f"{W}val", "true") not in ("0", "false", "off")
        )
        for one in cell.iter()
    )


def margin_comments(parts: Mapping[str, Element]) -> dict[str, Said]:
    """Return the comments of a file by their number, each with its answers; these have none."""
    tree = parts.get("word/comments.xml")
    if tree is None:
        return {}
    said: dict[str, Said] = {}
    paragraphs: dict[str, str] = {}
    for one in tree.iter(f"{W}comment"):
        number = one.get(f"{W}id", "")
        date = one.get(f"{W}date", "")[:10]
        said[number] = Said(fold(text_of(one).accepted), one.get(f"{W}author", ""), date)
        for paragraph in one.iter(f"{W}p"):
            if name := paragraph.get(f"{_W14}paraId"):  # LibreOffice names some, and no others
                paragraphs[name] = number
    answers: dict[str, list[str]] = {}
    more = parts.get("word/commentsExtended.xml")
    for one in more.iter(f"{_W15}commentEx") if more is not None else ():
        mine = paragraphs.get(one.get(f"{_W15}paraId", ""))
        first = paragraphs.get(one.get(f"{_W15}paraIdParent", ""))
        if mine and first and mine != first:
            answers.setdefault(first, []).append(mine)
    replies = {number for some in answers.values() for number in some}
    return {
        number: Said(
            one.text,
            one.name,
            one.said_on,
            replies=tuple(said[answer] for answer in answers.get(number, ())),
        )
        for number, one in said.items()
        if number not in replies and one.text
    }
