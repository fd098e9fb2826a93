"""The tree of a page of HTML → blocks, in order.

A block ends where a browser would begin a new line for an element. What the tables cannot hold is
told: the addresses of links and the alternative text of pictures stand in the list of what was left
out. Raised and lowered figures keep their look (``hands¹``, ``10⁹``), so that no reference mark
becomes a digit of the word before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ketcontent.importing.block_text import (
    FIGURES,
    are_figures,
    are_letters,
    ends_sentence,
    labelled_block,
)
from ketcontent.importing.formulas import formula_in_line
from ketcontent.importing.html_lists import CountedList, list_of
from ketcontent.importing.html_tables import (
    DataTable,
    data_table,
    is_mixed,
    marks_of_row,
    set_in_order,
)
from ketcontent.importing.main_content import (
    BLOCKS,
    SPACED,
    is_silent,
    line_of,
    plain_words,
)
from ketcontent.importing.office_html import (
    is_inserted,
    item_depth,
    marks_of,
    not_of_the_text,
    outline_level,
)
from ketcontent.importing.supplied_page import Doubt, LeftOut, Mark, SuppliedBlock
from ketcontent.importing.tables import joined_tables
from ketcontent.markup import attributes_of, in_order, parse_html
from ketcontent.model import DEEPEST
from ketcontent.text import counted, fold, join_cells

_HEADING = re.compile(r"h([1-6])")


_WHITE = re.compile(r"[ \t\n\r\f\v]+")


_LONGEST_END = 10
"""How many letters at least are looked at for the end of a sentence and the quotes behind it."""


_CALLS = frozenset({"alert", "callout", "caution", "important", "notice", "warning", "admonition"})


@dataclass(slots=True)
class _Place:
    """What is open where text stands: a heading, an item."""

    form: str
    level: int = 0
    depth: int = 0
    number: str = ""
    block: int = -1
    """Of an item: the place of its block, once it has one."""


@dataclass(slots=True)
class BlockWriter:
    """Writes the blocks of a page while its tree is walked."""

    taken_out: Mapping[int, str]
    blocks: list[SuppliedBlock] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    places: list[_Place] = field(default_factory=lambda: [_Place("paragraph")])
    opened: dict[int, _Place] = field(default_factory=dict)
    lists: list[CountedList] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    where: str = ""
    marks: list[Mark] = field(default_factory=list)
    mark_starts: list[int] = field(default_factory=list)
    scripts: list[Mapping[int, int] | None] = field(default_factory=list)
    term: SuppliedBlock | None = None
    """The term of a list of definitions that has no definition yet."""
    tables: int = 0
    table: DataTable | None = None
    """The table that is open."""
    pasted_number: str = ""
    preformatted: int = 0
    inserted: list[tuple[str, str]] = field(default_factory=list)
    """What was inserted while changes were tracked, and where."""
    seen: Counter[str] = field(default_factory=Counter)

    def read(self, root: Any) -> None:
        """Write what stands in an element."""
        for kind, node in in_order(root, skip=self._skipped):
            if kind == "text":
                self._text(node)
            elif kind == "start" and node.name != "#comment":
                self._start(node)
            elif kind == "end":
                self._end(node)
        self._flush()
        self._drop_term()

    def _skipped(self, node: Any) -> bool:
        given = attributes_of(node)
        if (given.get("style") and _STRUCK_STYLE.search(given["style"])) or node.name in _STRUCK:
            if words := plain_words(node):
                self.left_out.append(LeftOut("struck out", words, line_of(node)))
            return True
        if node.name in ("iframe", "input"):
            self._aside(node, given)
            return True
        if node.name == "img":
            if words := fold(given.get("alt", "")):
                self.left_out.append(LeftOut("picture", words, line_of(node)))
            self._space()
            return True
        if "mso-list:ignore" in given.get("style", "").replace(" ", "").lower():
            self.pasted_number = plain_words(node)  # how Word writes the mark of an item
            if self._in_row and (number := self._number_of_item()):
                self._add(f"{number} ")
            return True
        what = self.taken_out.get(id(node), "") or not_of_the_text(given)
        if not what and node.name == "math":
            self._formula(node)
            return True
        if not what:
            return is_silent(node)
        if words := plain_words(node):
            self.left_out.append(LeftOut(what, words, line_of(node)))
        if node.name in BLOCKS:
            self._flush()
        if what != "comment":  # a mark of one stands right behind a word
            self._space()
        return True

    # --- elements ------------------------------------------------------------------------------

    def _start(self, node: Any) -> None:
        name, given = node.name, attributes_of(node)
        if name == "br":
            self._break()
            return
        if name in BLOCKS:
            self._flush()
        elif name in SPACED:
            self._space()
        elif name == "q":
            self._add("“")
        if name in ("ul", "ol", "menu"):
            self.lists.append(list_of(node, given))
            self.seen["deep"] += len(self.lists) == DEEPEST + 1
        elif name == "table":
            set_in_order(node)
            self.table = data_table(node, self.tables + 1) or self.table
            self.tables += self.table is not None and self.table.node is node
            self.seen["mixed"] += self.table is None and is_mixed(node)
        elif name == "tr" and self.table:
            self.table.start_row()
        elif name == "pre":
            self.preformatted += 1
        elif is_inserted(name, given) and (words := plain_words(node)):
            self._note_inserted(node, words)
        if marks_of(name, given):
            self.mark_starts.append(self.length)
        if level := _script_of(node):
            self._start_script(node, level)
        if place := self._place_of(node, given):
            self.places.append(place)
            self.opened[id(node)] = place

    @property
    def _in_row(self) -> bool:
        """Whether a row of a table is open."""
        return self.table is not None and self.table.cells is not None

    def _place_of(self, node: Any, given: Mapping[str, str]) -> _Place | None:
        """Return what an element makes of the text in it; None where it changes nothing."""
        if node.name in BLOCKS:
            self.pasted_number = ""
        if heading := _HEADING.fullmatch(node.name):
            return _Place("heading", level=int(heading[1]))
        if given.get("role") == "heading":
            level = given.get("aria-level", "2")
            return _Place("heading", level=int(level) if level in "123456" else 2)
        if node.name == "summary":
            self.seen["folded"] += 1
            levels = [block.level for block in self.blocks if block.form == "heading"]
            return _Place("heading", level=min((levels[-1] if levels else 1) + 1, 6))
        if node.name == "li":
            number = self.lists[-1].number(node) if self.lists else ""
            if number and self._in_row:
                self._add(f"{number} ")
            return _Place("item", depth=max(len(self.lists), 1), number=number)
        if node.name in BLOCKS and (outline := outline_level(given)):
            return _Place("heading", level=outline)
        if node.name in BLOCKS and (depth := item_depth(given)):
            return _Place("pasted", depth=depth)
        if node.name in ("dt", "dd") or (node.name == "caption" and self.table):
            return _Place(node.name)
        if node.name == "blockquote":
            self.seen["quoted"] += 1
        names = set(re.findall(r"[a-z]+", given.get("class", "").lower()))
        if node.name in ("aside", "div", "section", "p", "blockquote") and (
            given.get("role") == "note" or (_CALLS & names and not _holds(node, "h1"))
        ):
            return _Place("notice")
        return None

    def _end(self, node: Any) -> None:
        name = node.name
        if name in ("td", "th") and self.table and self._in_row:
            words = "".join(self.pieces)
            self.seen["lines"] += "\n" in words.strip()
            self.seen["spanning"] += self.table.add(node, words, self.where, self.marks)
            self._clear()
        elif name in BLOCKS:
            self._flush()
        elif name in SPACED:
            self._space()
        elif name == "q":
            self._add("”")
        if self.opened.get(id(node)) is self.places[-1]:
            self.places.pop()
            del self.opened[id(node)]
        if name in ("ul", "ol", "menu"):
            self.lists.pop()
        elif name == "dl":
            self._drop_term()
        elif name == "tr" and self.table and self._in_row:
            marks = marks_of_row(self.table.cells or [], self.table.marks)
            cells, heads = self.table.end_row(in_head=node.parent.name == "thead")
            if cells:
                self.blocks.append(
                    SuppliedBlock(
                        "header" if heads else "row",
                        join_cells(cells),
                        self.table.where,
                        table=self.table.number,
                        marks=marks,
                    )
                )
        elif name in ("thead", "tbody", "tfoot") and self.table:
            self.table.end_group()
        elif name == "table" and self.table and self.table.node is node:
            self.table = None
        elif name == "pre":
            self.preformatted -= 1
        given = attributes_of(node)
        if (kinds := marks_of(name, given)) and self.mark_starts:
            start = self.mark_starts.pop()
            for kind in kinds if start < self.length else ():
                target = given.get("href", "") if kind == "link" else ""
                self.marks.append(Mark(kind, start, self.length, target))
            self.seen["links"] += "link" in kinds and bool(given.get("href"))
            self.seen["marks"] += start < self.length and bool({"strong", "emphasis"} & {*kinds})
        if _script_of(node):
            self.scripts.pop()

    # --- words -----------------------------------------------------------------------------------

    def _start_script(self, node: Any, level: str) -> None:
        words = plain_words(node)
        figures = FIGURES[level] if are_figures(words) else None
        self.seen["letters"] += figures is None and are_letters(words)
        self.scripts.append(figures)
        self.seen["raised"] += figures is not None

    def _text(self, node: Any) -> None:
        text = str(node.data)
        text = text if self.preformatted else _WHITE.sub(" ", text)
        if self.preformatted:
            text = re.sub(r"\r\n?", "\n", text)
        if self.scripts and self.scripts[-1] is not None:
            text = text.translate(self.scripts[-1])
        if not self.length or self.pieces[-1][-1:] in (" ", "\n"):
            text = text.lstrip(" \n")
        if text:
            if not self.where and text.strip():
                self.where = line_of(node.parent) if node.parent is not None else ""
            self._add(text)

    def _add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)

    def _note_inserted(self, node: Any, words: str) -> None:
        """Note words that were inserted while changes were tracked; Word says so twice of them."""
        within = self.inserted[-1][0] if self.inserted else ""
        if not (words == within and is_inserted(node.parent.name, attributes_of(node.parent))):
            self.inserted.append((words, line_of(node)))

    def _formula(self, node: Any) -> None:
        """Write a formula, apart from a figure before it."""
        self.seen["formulas"] += 1
        self.where = self.where or line_of(node)
        if self.length and self.pieces[-1][-1].isalnum():
            self._space()
        self._add(formula_in_line(node))

    def _aside(self, node: Any, given: Mapping[str, str]) -> None:
        """Leave out what a field was filled with, and what a frame shows, as far as it is here."""
        if node.name == "iframe":
            what, words = "frame", plain_words(parse_html(given.get("srcdoc", "")))
            words = fold(f"{words} {plain_words(node)}")
            self.seen["frames"] += not words
        else:
            what = "form"
            words = "" if given.get("type", "") in _NO_WORDS else fold(given.get("value", ""))
        if words:
            self.left_out.append(LeftOut(what, words, line_of(node)))
        self._space()

    def _space(self) -> None:
        if self.length and self.pieces[-1][-1] not in " \n":
            self.pieces.append(" ")
            self.length += 1

    def _break(self) -> None:
        """Begin a new line within a block; behind the end of a sentence it is a space."""
        tail = ""
        for piece in reversed(self.pieces):  # all of a long block would be looked at for each break
            tail = piece + tail
            if len(tail.strip()) > _LONGEST_END:
                break
        tail = tail.rstrip()
        if tail and (self._in_row or not ends_sentence(tail)):
            while not (last := self.pieces[-1].rstrip()):
                self.length -= len(self.pieces.pop())
            self.length += len(last) + 1 - len(self.pieces[-1])
            self.pieces[-1:] = [last, "\n"]
        else:
            self._space()

    def _clear(self) -> None:
        self.pieces, self.marks, self.mark_starts = [], [], [0] * len(self.mark_starts)
        self.length, self.where = 0, ""

    def _flush(self) -> None:
        """End the block that is open."""
        if self._in_row:
            self._break()  # of which a cell keeps a space, and the report says so
            return
        whole = "".join(self.pieces)
        text = whole.strip()
        if text:
            lead = len(whole) - len(whole.lstrip())
            marks = tuple(
                replace(one, start=max(one.start - lead, 0), end=min(one.end - lead, len(text)))
                for one in self.marks
            )
            self._write(SuppliedBlock("paragraph", text, self.where, marks=marks))
        self._clear()

    def _write(self, block: SuppliedBlock) -> None:
        place = self.places[-1]
        notice = any(one.form == "notice" for one in self.places)
        if place.form == "heading" and notice:  # else what stands behind the box came under it
            self.seen["boxed"] += 1
            self.blocks.append(replace(block, form="notice"))
        elif place.form == "heading":
            number, text = self._number_of_item(), fold(block.text)
            self.blocks.append(
                replace(block, form="heading", text=text, level=place.level, number=number)
            )
        elif place.form == "item":
            self._write_item(block, place)
        elif place.form == "pasted":
            block = replace(block, form="item", depth=place.depth, number=self._number_of_item())
            self.blocks.append(labelled_block(block))
        elif place.form == "caption":
            self.blocks.append(replace(block, form="caption", table=self.tables))
        elif place.form == "dt":
            self._drop_term()
            self.term = block
        elif place.form == "dd":
            label = fold(self.term.text) if self.term else ""
            self.term = None
            self.blocks.append(replace(block, form="item", depth=1, label=label))
        else:
            self.blocks.append(replace(block, form="notice" if notice else "paragraph"))

    def _number_of_item(self) -> str:
        """Return the number that Word wrote in front of a block; the sign of a bullet is none."""
        return self.pasted_number if re.search(r"\w\W", self.pasted_number) else ""

    def _write_item(self, block: SuppliedBlock, place: _Place) -> None:
        if place.block == len(self.blocks) - 1 >= 0:
            before = self.blocks[-1]
            between = " " if ends_sentence(before.text) else "\n"
            shift = len(before.text) + 1
            marks = (
                replace(one, start=one.start + shift, end=one.end + shift) for one in block.marks
            )
            self.blocks[-1] = replace(
                before,
                text=f"{before.text}{between}{block.text}",
                marks=(*before.marks, *marks),
            )
            return
        number = place.number if place.block < 0 else ""
        place.block = len(self.blocks)
        self.blocks.append(
            labelled_block(replace(block, form="item", depth=place.depth, number=number))
        )

    def _drop_term(self) -> None:
        """Write a term that no definition followed."""
        if self.term:
            self.blocks.append(replace(self.term, form="item", depth=1))
            self.term = None

    def doubts(self) -> Iterator[Doubt]:
        """Yield what the tables cannot hold, and what was guessed."""
        yield from joined_tables(self.blocks)
        for words, where in self.inserted:
            yield Doubt(f"A tracked insertion, taken as text: {words}", where)
        for what, message in _TOLD.items():
            if count := self.seen[what]:
                yield Doubt(message.format(counted(count, _NOUNS[what])), about=what)


_NOUNS = {
    "deep": "list",
    "boxed": "box heading",
    "folded": "folding part",
    "quoted": "quotation",
    "raised": "raised or lowered figure",
    "links": "link",
    "marks": "bold or slanted span",
    "letters": "raised or lowered word",
    "formulas": "formula",
    "spanning": "spanning cell",
    "lines": "many-line cell",
    "mixed": "table",
    "frames": "frame",
}


_TOLD = {
    "deep": "{} deeper than six lists: its items become items of the sixth.",
    "boxed": "{}: read as the first notice of the box.",
    "folded": "{}: what it is opened by was taken for a heading.",
    "quoted": "{}: read as text of the page.",
    "raised": "{}: kept with its look; a reference or a power is not told apart.",
    "links": "{}: the words are kept, the address stands in the file as received alone.",
    "marks": "{}: the words are kept, how they look stands in the file as received alone.",
    "letters": "{}: set on the line, and may have become part of the word before.",
    "formulas": "{}: written in one line.",
    "spanning": "{}: its words stand once, in the first of the cells that it covers.",
    "lines": "{}: set in one line; see that no two of its lines run into one another.",
    "mixed": "{} with a table or a heading in it: read cell by cell, as text without its rows.",
    "frames": "{}: what it shows is not in the file.",
}


_NO_WORDS = frozenset({"hidden", "password", "checkbox", "radio", "file", "image", "color"})
"""The fields of a form in which a browser shows no words."""


_STRUCK = frozenset({"s", "strike", "del"})


_STRUCK_STYLE = re.compile(r"text-decoration[^;]*:[^;]*line-through", re.IGNORECASE)


_ALIGNED = re.compile(r"vertical-align\s*:\s*(super|sub)\b")


def _script_of(node: Any) -> str:
    """Return whether an element raises its words (``sup``) or lowers them (``sub``)."""
    if node.name in ("sup", "sub"):
        return str(node.name)
    found = _ALIGNED.search(attributes_of(node).get("style", "")) if node.name == "span" else None
    return found[1][:3] if found else ""


def _holds(node: Any, name: str) -> bool:
    return any(one.name == name for _, one in in_order(node))
