"""The lines of a plain text, and which of them go on the line before.

A line that was broken at the edge of a column belongs to the line before it; what a page is made of
is decided for such units, not for lines. No character of a line is changed: of a bullet that says
nothing the mark is kept apart from the words, and that is all.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ketcontent.importing.numbering import Mark

Role = Literal[
    "title", "heading", "run-in", "paragraph", "item", "header", "row", "rule", "furniture", "plain"
]
"""What a unit is; ``plain`` is a line of an address, a form or a sum that stays a line."""

NARROWEST = 40
"""The shortest line, in characters, that is taken for one broken at the edge of a column."""

_BROAD = 60
"""The shortest line without an end that is, on a page without columns, no short line."""

LINE_END = re.compile(r"\r\n|\r|\n")

# What is read as a bullet is not printed back, so a mark that could say something is none: a ring
# is a yes in Japanese, a box is to be ticked, and in "·5" the dot is a decimal point. Those of the
# private use area are what Word's bullets are when they are copied (fonts Symbol and Wingdings).
_BULLET_ALONE = re.compile(r"[-*–•\uf0b7\uf0a7]")
_BULLET = re.compile(r"(?:[-*–−◦‣▪●·∙⁃\uf0a7\uf0b7\uf0d8\uf0fc](?=\s)|[•・])\s*(?=\S)")
_LETTER_BULLET = re.compile(r"o(?:\t| {2,})(?=\S)")  # Word's, in a list within a list
_TELLING_BULLET = re.compile(
    r"(?P<mark>[✓✔✅☑☐☒❌✗✘✖→➔➜➤➢▶►■□◆◇★☆✦⚠]\ufe0f?|[+—»^](?!\s*\d))(?P<gap>\s*)(?=\S)"
)
_PAIRED = "+—»^o"
"""Marks that are bullets where more than one line starts with them."""

_END_OF_SENTENCE = re.compile(r"[.!?؟…。！？।；;,،：]['\"’”»)\]]*$")
_COMMA = re.compile(r"[,;،]$")
_BROKEN_WORD = re.compile(r"[^\W\d_](?:-|\u00ad|\u2010)$")
_GOES_ON = re.compile(
    r"\b(?:the|an?|and|or|der|die|das|den|dem"
    r"|ein|eine|und|oder|von|zu|im|mit|für|le|la|les|des|du|de|un|une|et|ou|au|aux|dans|avec|pour"
    r"|el|los|las|en|con|por|para|una|del|y|o)$",
    re.IGNORECASE,
)
EMBEDDINGS = re.compile("[\u202a-\u202c\u2066-\u2069]")
"""What says in which direction a stretch of a line runs, and changes no order within words."""


INDENT = 4
"""How many spaces a tab in front of a line is read as."""


@dataclass(slots=True)
class Line:
    """A line of the page that carries words, without a bullet that says nothing."""

    text: str
    place: int
    """Its number in the file, from 1."""
    bullet: bool
    mark: str
    """The mark in front of an item that its words are printed with; empty for most."""
    style: str
    """The bullet as it was written, by which lists in lists are told apart."""
    indent: int
    blanks: int
    """How many empty lines stand before it."""
    mark_of_order: Mark | None = None
    """The number or letter in front of its words, where it is one of a scheme."""
    alone: bool = False
    """Whether it goes on no line and no line goes on it: a row of a table, a button, an address."""
    cells: tuple[str, ...] = ()
    """Of a row of a table: its cells."""
    in_box: bool = False
    """Of a row of a table: whether it stands in one box with the line before it."""


@dataclass(slots=True)
class Unit:
    """A line and those that go on it."""

    lines: list[Line]
    role: Role | Literal[""] = ""
    """What it is; empty until it is decided."""
    level: int = 0
    """Of a heading its level, of an item its depth, of a row its table; 0 until it is decided."""

    @property
    def first(self) -> Line:
        """Its first line."""
        return self.lines[0]

    @property
    def order(self) -> Mark | None:
        """The number or letter in front of it, where it is one of a scheme."""
        return self.first.mark_of_order

    @property
    def words(self) -> str:
        """The words of its first line, without the number or letter in front of them."""
        return self.order.rest if self.order else self.first.text

    @property
    def last(self) -> str:
        """Its last line."""
        return self.lines[-1].text if len(self.lines) > 1 else self.words

    @property
    def leads_in(self) -> bool:
        """Whether it ends in a colon."""
        return self.last.endswith((":", "："))

    @property
    def apart(self) -> bool:
        """Whether an empty line stands before it."""
        return self.first.blanks > 0


def ends_sentence(text: str) -> bool:
    """Return whether a line ends as a sentence does, or with a comma."""
    return _END_OF_SENTENCE.search(text) is not None


def runs_right_to_left(text: str) -> bool:
    """Return whether a text has letters of a script that is written from right to left."""
    return any(unicodedata.bidirectional(one) in ("R", "AL") for one in text)


def content_lines(text: str) -> list[Line]:
    """Return the lines with words; a bullet alone belongs to the next of them."""
    raw = LINE_END.split(text.removeprefix("\ufeff"))
    raws = [EMBEDDINGS.sub("", line.replace("\f", " ").replace("\v", " ")) for line in raw]
    starts = Counter(line.lstrip()[:1] for line in raws)
    # A star that stands alone among bullets is a footnote where the page has a star to it.
    footnote = starts["*"] == 1 and sum("*" in line for line in raws) > 1
    lines: list[Line] = []
    alone = ""
    blanks = 0
    for place, line in enumerate(raws, start=1):
        words = line.strip()
        if not words:
            blanks += 1
            continue
        if _BULLET_ALONE.fullmatch(words):
            alone = words
            continue
        found = _bulleted(words, starts, footnote=footnote, after_bullet=bool(alone))
        style, mark, rest = found or (alone, "", words)
        wide = line.expandtabs(INDENT)
        indent = len(wide) - len(wide.lstrip())
        lines.append(Line(rest, place, bool(style), mark, style, indent, blanks if lines else 0))
        alone = ""
        blanks = 0
    return lines


def _bulleted(
    words: str, starts: Counter[str], *, footnote: bool, after_bullet: bool
) -> tuple[str, str, str] | None:
    """Return the bullet of a line, the mark to print and the words; None where it has none.

    Behind a bullet that stands alone on its line no mark is kept for a footnote's.
    """
    dashes = words.startswith(("- ", "– ")) and words.endswith((" -", " –")) and len(words) > 4
    if not after_bullet and ((footnote and words[0] == "*") or dashes):
        return None
    if found := _BULLET.match(words):
        return found.group().strip(), "", words[found.end() :]
    if words[0] in _PAIRED and starts[words[0]] < 2:
        return None
    if found := _LETTER_BULLET.match(words):
        return "o", "", words  # it is a letter: it stays with the words
    if (found := _TELLING_BULLET.match(words)) and (found["gap"] or words[0] not in _PAIRED):
        if found["gap"]:
            return found["mark"], found["mark"], words[found.end() :]
        return found["mark"], "", words
    return None


def units_of(lines: Sequence[Line]) -> list[Unit]:
    """Return lines together with those that go on them."""
    width = _column(lines)
    units: list[Unit] = []
    listing = False
    for line in lines:
        if units and _goes_on(units[-1], line, width, listing=listing):
            units[-1].lines.append(line)
            continue
        if units and units[-1].leads_in:
            listing = True
        elif line.blanks or not line.text[0].islower():
            listing = False
        units.append(Unit([line]))
    return units


def close_up(lines: Sequence[Line]) -> None:
    """Forget the empty lines of a page that has one after each line, as some PDFs are copied."""
    if len(lines) < 8:
        return
    apart = sum(line.blanks > 0 for line in lines[1:])
    torn = sum(1 for before, line in _pairs(lines) if line.blanks and _is_torn(before, line))
    if apart >= 0.9 * (len(lines) - 1) and torn >= max(2, len(lines) // 12):
        for line in lines:
            line.blanks -= line.blanks > 0


def _pairs(lines: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    return pairwise(lines)


def _is_torn(before: Line, line: Line) -> bool:
    """Return whether a sentence is broken between two lines, beyond doubt."""
    if _starts_anew(line) or before.alone or not line.text[0].islower():
        return False
    ends = ends_sentence(before.text) and not _COMMA.search(before.text)
    return len(before.text) >= NARROWEST and not (ends or before.text.endswith((":", "：")))


def _starts_anew(line: Line) -> bool:
    return line.bullet or line.alone or line.mark_of_order is not None


def _column(lines: Sequence[Line]) -> int:
    """Return the width at which the lines of a page are broken; 0 where they are not."""
    torn = [
        before.indent + len(before.text)
        for before, line in _pairs(lines)
        if not line.blanks and (_is_torn(before, line) or _is_even(before, line))
    ]
    if len(torn) < 2:
        return 0
    width = max(torn)
    near = sum(one >= 0.75 * width for one in torn)
    return width if width <= 160 and near >= 0.6 * len(torn) else 0


def _is_even(before: Line, line: Line) -> bool:
    """Return whether two long lines of a script without capitals may be one sentence."""
    start = line.text[0]
    if (
        _starts_anew(line)
        or before.alone
        or not start.isalpha()
        or start.islower()
        or start.isupper()
    ):
        return False
    ends = ends_sentence(before.text) or before.text.endswith((":", "："))
    return len(before.text) >= _BROAD and not ends


def _goes_on(unit: Unit, line: Line, width: int, *, listing: bool) -> bool:
    """Return whether a line goes on a sentence that the line before it broke off."""
    before = unit.lines[-1]
    if _starts_anew(line) or before.alone or unit.leads_in:
        return False
    lower = line.text[0].islower()
    if lower and _BROKEN_WORD.search(before.text):
        return True
    if line.blanks:
        return False
    comma = bool(_COMMA.search(before.text))
    ends = ends_sentence(before.text) and not comma
    length = before.indent + len(before.text)
    room = length + 1 + len(line.text.split()[0])
    if width and room > 0.8 * width and length >= NARROWEST:
        if lower or (room > width and not line.text[0].isdigit()):
            # A full line that ends a sentence may end its paragraph too: the next is then as long.
            return not ends or (room > width and len(line.text) > 0.5 * width)
        return not ends and not _stands_alone(line.text)
    if ends or not lower:
        broken = comma or _GOES_ON.search(before.text) is not None
        return not (ends or lower) and broken and length >= NARROWEST
    if listing and not unit.first.bullet and len(before.text) < _BROAD:
        return False
    return len(before.text) >= NARROWEST or _starts_anew(unit.first)


def _stands_alone(text: str) -> bool:
    """Return whether a line may be a heading, or one of a list: short and without an end."""
    return len(text) <= NARROWEST and not ends_sentence(text)


def line_cells(line: str) -> list[str]:
    r"""Return the cells of a line of text that is a row of a table, by its bars, tabs or gaps.

    Examples
    --------
    >>> line_cells(r"| Urea | 2–8 \| less |"), line_cells("Day    Dose"), line_cells("a||b")
    (['Urea', '2–8 | less'], ['Day', 'Dose'], ['a', '', 'b'])
    """
    line = line.strip()
    if _BAR.search(line):
        line = _BAR.sub("", line, count=1) if line.startswith("|") else line
        line = line[:-1] if _BAR.search(line[-2:]) and line.endswith("|") else line
        return [cell.strip().replace("\\|", "|") for cell in _BAR.split(line)]
    return line.split("\t") if "\t" in line else re.split(r"\s{2,}", line)


_BAR = re.compile(r"(?<!\\)\|")
