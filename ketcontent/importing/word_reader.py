"""A Word document (.docx) → blocks.

Headings and lists are known by their styles and numbers, never by their look, but in a file without
any heading, where a short line all in bold is taken for one, and told. Tracked changes are undone
and listed; with `accept` they are taken. Comments, headers, footers, hidden words and the text of
pictures are left out and listed; notes stand at the end, as items. No library reads tracked changes
as they are meant, so the XML is walked here, by `ketcontent.importing.word_text`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from ketcontent.importing.block_text import ends_sentence, labelled_block, titled
from ketcontent.importing.supplied_page import (
    Doubt,
    LeftOut,
    SuppliedBlock,
    SuppliedPage,
)
from ketcontent.importing.tables import joined_tables
from ketcontent.importing.word_styles import (
    Numbering,
    Style,
    children,
    read_links,
    read_numbering,
    read_styles,
)
from ketcontent.importing.word_text import WordText
from ketcontent.model import DEEPEST
from ketcontent.text import counted, fold, join_cells
from ketcontent.zipped_xml import RefusedArchive, attribute, child, local_name, xml_parts

_WANTED = re.compile(
    r"\[Content_Types\]\.xml|docProps/core\.xml|word/_rels/document\.xml\.rels"
    r"|word/(?:document|styles|numbering|comments|footnotes|endnotes|header\d*|footer\d*)\.xml"
)


_MACROS = re.compile(r"vbaProject|vbaData|macrosheets/", re.IGNORECASE)


def read_word(data: bytes, *, accept: bool = False) -> SuppliedPage:
    """Return the page that the bytes of a Word document hold.

    Parameters
    ----------
    data
        The bytes of the file.
    accept
        Whether to take tracked changes, instead of undoing them.

    Raises
    ------
    RefusedArchive
        When it is no Word document that can be read in full, or has macros.
    """
    parts = xml_parts(data, lambda part: _WANTED.fullmatch(part) is not None)
    types = parts.get("[Content_Types].xml")
    enabled = any("macroEnabled" in attribute(one, "ContentType") for one in types or ())
    if enabled or any(_MACROS.search(part) for part in parts):
        raise RefusedArchive("has macros")
    body = child(parts.get("word/document.xml"), "body")
    if body is None:
        raise RefusedArchive("has no text of a Word document (word/document.xml)")
    reader = _Reader(
        accept=accept,
        links=read_links(parts.get("word/_rels/document.xml.rels")),
        styles=read_styles(parts.get("word/styles.xml")),
        numbering=read_numbering(parts.get("word/numbering.xml")),
    )
    reader.read(body)
    reader.seen["formed"] = _changes_of_form(body)
    reader.read_notes(parts)
    blocks = reader.blocks
    doubts = list(reader.doubts())
    if not any(block.form == "heading" for block in blocks):
        blocks, found = _headings_by_look(blocks, reader.bold)
        if found:
            doubts.append(
                Doubt(f"No heading has a style: {counted(found, 'line')} in bold taken for one.")
            )
    title, blocks = titled(_with_one_top(blocks))
    core = parts.get("docProps/core.xml")
    said = fold(next((one.text or "" for one in core or () if local_name(one.tag) == "title"), ""))
    left_out = [*reader.left_out, *_around(parts)]
    if said and not title:
        title = said
        doubts.append(Doubt("The page has no title: it is that of the file's properties."))
    elif said and said != title:
        left_out.append(LeftOut("title of the file", said))
    return SuppliedPage("Word", title, tuple(blocks), tuple(left_out), tuple(doubts))


def _with_one_top(blocks: Sequence[SuppliedBlock]) -> Sequence[SuppliedBlock]:
    """Return the blocks, a single heading of the first level as the title where none is styled."""
    headings = [place for place, block in enumerate(blocks) if block.form == "heading"]
    levels = [blocks[place].level for place in headings]
    if 1 in levels or levels.count(2) != 1 or levels[0] != 2:
        return blocks
    return [
        replace(block, level=block.level - 1) if block.form == "heading" else block
        for block in blocks
    ]


_LONGEST_HEADING = 100


def _headings_by_look(
    blocks: Sequence[SuppliedBlock], bold: set[int]
) -> tuple[list[SuppliedBlock], int]:
    """Return the blocks with short lines all in bold as headings, and how many there are."""
    made, found = [], 0
    for place, block in enumerate(blocks):
        short = len(block.text) <= _LONGEST_HEADING and "\n" not in block.text
        if place in bold and block.form == "paragraph" and short and not block.text.endswith("."):
            block = replace(block, form="heading", level=3 if found or place else 1)
            found += 1
        made.append(block)
    return made, found


def _around(parts: Mapping[str, Element | None]) -> Iterator[LeftOut]:
    """Yield the comments, and what stands above and below each sheet."""
    for one in children(parts.get("word/comments.xml"), "comment"):
        author = attribute(one, "author")
        if words := _words(one):
            yield LeftOut(f"comment by {author}" if author else "comment", words)
    seen = set()
    for part in sorted(parts):
        if found := re.match(r"word/(header|footer)", part):
            words = _words(parts[part])
            if words and words not in seen:
                seen.add(words)
                yield LeftOut(f"{found[1]} of the sheets", words)


def _words(element: Element | None) -> str:
    """Return all words of an element, paragraph by paragraph."""
    if element is None:
        return ""
    found = []
    for one in element.iter():
        if local_name(one.tag) == "p":
            found.append("".join(_letters(one)))
    return fold(" ".join(found))


def _letters(paragraph: Element) -> Iterator[str]:
    for one in paragraph.iter():
        if local_name(one.tag) == "t":
            yield one.text or ""
        elif local_name(one.tag) in ("tab", "br", "cr"):
            yield " "


@dataclass(slots=True)
class _Reader:
    """Reads the paragraphs and tables of a document, in order."""

    accept: bool
    links: Mapping[str, str]
    styles: Mapping[str, Style]
    numbering: Numbering
    blocks: list[SuppliedBlock] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    bold: set[int] = field(default_factory=set)
    captions: set[int] = field(default_factory=set)
    """The places of blocks in the style of a caption."""
    """The places of the blocks that are all in bold."""
    tables: int = 0
    paragraphs: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    def read(self, element: Element) -> None:
        """Read what stands right below an element: the body, a control, a cell, a text box."""
        for one in element:
            name = local_name(one.tag)
            if name == "p":
                self._paragraph(one)
            elif name == "tbl":
                self._table(one)
            elif name == "altChunk":
                self.seen["embedded"] += 1
            elif name not in ("sectPr", "sdtPr", "sdtEndPr", "tcPr", "pPr"):
                self.read(one)  # a control, a tag, a change that is tracked

    def _text(self, paragraph: Element) -> WordText:
        """Return the text of a paragraph, and count what it holds beside."""
        self.paragraphs += 1
        where = f"paragraph {self.paragraphs}"
        text = WordText(self.accept, self.links, where, self.notes, self.left_out)
        text.read(paragraph)
        for name in ("objects", "symbols", "figures", "letters", "formulas", "deleted"):
            self.seen[name] += getattr(text, name)
        self.seen["links"] += sum(one.kind == "link" for one in text.marks)
        self.seen["marks"] += sum(one.kind in ("strong", "emphasis") for one in text.marks)
        return text

    def _paragraph(self, paragraph: Element) -> None:
        text = self._text(paragraph)
        said = child(paragraph, "pPr")
        style = self.styles.get(attribute(child(said, "pStyle"), "val"), Style())
        whole = text.text
        words = whole.strip()
        if words:
            lead = len(whole) - len(whole.lstrip())
            marks = tuple(
                replace(one, start=max(one.start - lead, 0), end=min(one.end - lead, len(words)))
                for one in text.marks
            )
            words = re.sub(r"[ \t\v\f]+", lambda found: " " * len(found[0]), words)
            block = SuppliedBlock("paragraph", words, text.where, marks=marks)
            if text.bold >= len(words):
                self.bold.add(len(self.blocks))
            if style.caption:
                self.captions.add(len(self.blocks))
            self.blocks.append(self._as_it_is_set(block, paragraph, style))
        for box in text.boxes:
            self.seen["boxes"] += 1
            self.read(box)

    def _as_it_is_set(
        self, block: SuppliedBlock, paragraph: Element, style: Style
    ) -> SuppliedBlock:
        """Return a block as the heading, item or paragraph that its form makes of it."""
        said = child(paragraph, "pPr")
        outline = attribute(child(said, "outlineLvl"), "val")
        level = style.level or (int(outline) + 1 if outline.isdigit() and outline != "9" else 0)
        list_id, deep = self._list_of(paragraph)
        mark = self.numbering.mark(list_id, deep) if list_id else ""
        if style.title:
            return replace(block, form="heading", level=1, text=fold(block.text), marks=())
        if level:
            words = fold(block.text)
            return replace(block, form="heading", level=level + 1, text=words, number=mark)
        if list_id:
            deep = max(deep, style.within)
            self.seen["deep"] += deep >= DEEPEST
            return labelled_block(replace(block, form="item", depth=deep + 1, number=mark))
        return block

    def _list_of(self, paragraph: Element) -> tuple[str, int]:
        """Return the key of the list that a paragraph is an item of, else empty, and how deep."""
        said = child(paragraph, "pPr")
        style = self.styles.get(attribute(child(said, "pStyle"), "val"), Style())
        numbers = child(said, "numPr")
        list_id = attribute(child(numbers, "numId"), "val") or style.list_id
        depth = attribute(child(numbers, "ilvl"), "val")
        return "" if list_id == "0" else list_id, int(depth) if depth.isdigit() else style.depth

    def _table(self, table: Element) -> None:
        rows = list(_below(table, "tr"))
        cells = [list(_below(row, "tc")) for row in rows]
        if all(len(row) <= 1 for row in cells):  # a box around text
            self.seen["boxes"] += 1
            for row in cells:
                for cell in row:
                    self.read(cell)
            return
        self.tables += 1
        if self.blocks and len(self.blocks) - 1 in self.captions:
            above = replace(self.blocks[-1], form="caption", table=self.tables)
            self.blocks[-1] = above
        said = False  # whether there was a row that is no header
        first_names = attribute(child(child(table, "tblPr"), "tblLook"), "firstRow") == "1"
        for number, (line, inside) in enumerate(zip(rows, cells, strict=True)):
            start = self.paragraphs + 1
            skipped = attribute(child(line, "trPr", "gridBefore"), "val")
            before = min(int(skipped[:4]), _MOST_SPANNED) if skipped.isdigit() else 0
            words = [*[""] * before, *(text for cell in inside for text in self._spanned(cell))]
            self.seen["spanning"] += sum(map(_is_spanning, inside))
            if not any(words):
                continue
            repeated = child(child(line, "trPr"), "tblHeader") is not None
            heads = not said and (repeated or (first_names and not number))
            said |= not heads
            self.blocks.append(
                SuppliedBlock(
                    "header" if heads else "row",
                    join_cells(words),
                    f"paragraph {start}",
                    table=self.tables,
                )
            )

    def _spanned(self, cell: Element) -> list[str]:
        """Return the words of a cell, and nothing for each further column that it covers."""
        across = attribute(child(child(cell, "tcPr"), "gridSpan"), "val")
        further = min(int(across[:4]), _MOST_SPANNED) - 1 if across.isdigit() else 0
        return [self._cell(cell), *[""] * further]

    def _cell(self, cell: Element) -> str:
        """Return the words of a cell, which may hold paragraphs, lists and tables."""
        found = []
        left: list[Element] = list(cell)[::-1]
        while left:
            one = left.pop()
            if local_name(one.tag) != "p":
                left += list(one)[::-1]
                continue
            text = self._text(one)
            list_id, deep = self._list_of(one)
            mark = self.numbering.mark(list_id, deep) if list_id else ""
            found.append(f"{mark} {text.text}".strip())
            left += text.boxes[::-1]
        self.seen["lines"] += "\n" in "\n".join(filter(None, found))
        return fold(" ".join(found))

    def read_notes(self, parts: Mapping[str, Element | None]) -> None:
        """Read the notes that the page refers to, as items at its end."""
        done = 0
        while done < len(self.notes):  # a note may refer to another
            kind, key = self.notes[done]
            done += 1
            notes = children(parts.get(f"word/{kind}s.xml"), kind)
            note = next((one for one in notes if attribute(one, "id") == key), None)
            texts = [self._text(one) for one in children(note, "p")]
            words = ""
            for text in texts:
                said = fold(text.text)
                words = f"{words}{' ' if ends_sentence(words) else chr(10)}{said}".strip()
            if words:
                self.seen["notes"] += 1
                self.blocks.append(
                    SuppliedBlock("item", words, f"note {done}", depth=1, number=f"{done}.")
                )

    def doubts(self) -> Iterator[Doubt]:
        """Yield what the tables cannot hold, and what was not decided."""
        yield from joined_tables(self.blocks)
        tracked = sum(one.what.startswith("tracked") for one in self.left_out)
        if tracked or self.seen["deleted"]:
            kept = "taken" if self.accept else "undone"
            changes = counted(tracked + self.seen["deleted"], "tracked change")
            yield Doubt(f"{changes} {kept}: --accept-changes takes them.")
        for what, (noun, said) in _TOLD.items():
            if count := self.seen[what]:
                yield Doubt(f"{counted(count, noun)}: {said}")


_TOLD: Mapping[str, tuple[str, str]] = {
    "deep": ("item", "in more than six lists, set as an item of the sixth."),
    "boxes": ("text frame", "read where it is anchored."),
    "notes": ("note", "set at the end of the page, as an item."),
    "figures": (
        "raised or lowered figure",
        "kept with its look; a reference or a power is not told apart.",
    ),
    "letters": (
        "raised or lowered word",
        "set on the line, and may have become part of the word before.",
    ),
    "formulas": ("formula", "written in one line."),
    "spanning": (
        "spanning cell",
        "its words stand once, in the first of the cells that it covers.",
    ),
    "lines": (
        "many-line cell",
        "set in one line; see that no two of its lines run into one another.",
    ),
    "formed": (
        "formatting change",
        "tracked, of type, rows or ends of paragraphs; read as it stands now.",
    ),
    "links": ("link", "the words are kept, the address stands in the file as received alone."),
    "objects": ("chart, control or embedded object", "not read."),
    "symbols": ("symbol of a font", "not read."),
    "embedded": ("document within the document", "not read."),
    "marks": (
        "bold or slanted span",
        "the words are kept, how they look stands in the file as received alone.",
    ),
}


_MOST_SPANNED = 63
"""How many columns a table of Word has at most."""


def _is_spanning(cell: Element) -> bool:
    said = child(cell, "tcPr")
    across = attribute(child(said, "gridSpan"), "val") not in ("", "1")
    return across or attribute(child(said, "vMerge"), "val") == "restart"


_FORMED = frozenset(
    {"pPrChange", "rPrChange", "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange"}
)


_TRACKED = frozenset({"ins", "del", "moveFrom", "moveTo"})


def _changes_of_form(body: Element) -> int:
    """Return how many tracked changes there are that touch no word."""
    count = 0
    for one in body.iter():
        name = local_name(one.tag)
        count += name in _FORMED
        if name in ("rPr", "trPr"):
            count += any(local_name(below.tag) in _TRACKED for below in one)
    return count


def _below(element: Element, name: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, through controls and tracked changes."""
    for one in element:
        tag = local_name(one.tag)
        if tag == name:
            yield one
        elif tag in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _below(one, name)
