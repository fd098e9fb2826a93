"""A PDF with a text layer → blocks.

A PDF says where letters stand, not what they are: headings are told by the size of their type (and
by bold, where a short line stands alone), paragraphs by the space between lines, items by their
marks, rows by wide gaps. All of that is a guess, and the reading says so. What comes again at the
head or foot of the pages is left out and listed; a word that was broken at the end of a line is
joined, and listed where nothing else on the page says how it is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ketcontent.importing.block_text import titled
from ketcontent.importing.pdf_lines import (
    BULLET,
    HYPHEN,
    NUMBER,
    PdfLine,
    PdfText,
    RefusedPdf,
    read_pdf_lines,
)
from ketcontent.importing.supplied_page import (
    BlockForm,
    Doubt,
    LeftOut,
    SuppliedBlock,
    SuppliedPage,
)
from ketcontent.importing.tables import joined_tables
from ketcontent.text import counted, fold, join_cells

_PAGE_NUMBER = re.compile(
    r"\W*(?:page|seite|página|pagina|p\.)?\s*\d{1,4}(?:\s*(?:of|von|de|/)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)


def read_pdf(data: bytes) -> SuppliedPage:
    """Return the page that the bytes of a PDF hold.

    Raises
    ------
    RefusedPdf
        When it is locked or harmed, or has no text.
    """
    if b"%%EOF" not in data[-4096:]:
        raise RefusedPdf("breaks off before its end: it is half a file")
    text = read_pdf_lines(data)
    if not text.lines:
        raise RefusedPdf("has no text, only pictures: it is a scan")
    share = _arabic_share(text.lines)
    if share > _MOST_ARABIC:
        raise RefusedPdf("is in Arabic script, whose letters a PDF does not keep in their order")
    lines, left_out = _without_furniture(text)
    reader = _Reader(_body_size(lines), _words_of(lines))
    for place, line in enumerate(lines):
        reader.read(line, lines[place - 1] if place else None)
    whole = [replace(one, text=one.text.replace(HYPHEN, "-")) for one in reader.blocks]
    title, blocks = titled(_with_one_top(whole))
    doubts = [
        Doubt(
            "A PDF tells the size of its type, not what is a heading, a list or a table: "
            "hold this against the page."
        ),
        *reader.doubts(),
    ]
    if text.pictures_alone:
        pages = ", ".join(map(str, text.pictures_alone))
        doubts.append(Doubt(f"A picture and no text: read it by OCR (page {pages})."))
    if share:
        doubts.insert(
            0,
            Doubt(
                "Words in Arabic script: a PDF does not keep their letters in order, and may turn "
                "one word into another."
            ),
        )
    if text.remarks:
        doubts.append(Doubt(f"{counted(text.remarks, 'remark')} on the pages: not read."))
    said = fold(text.title)
    if said and not title:
        title = said
        doubts.append(Doubt("The page has no title: it is that of the file's properties."))
    elif said and said != title:
        left_out.append(LeftOut("title of the file", said))
    return SuppliedPage("PDF", title, tuple(blocks), tuple(left_out), tuple(doubts))


# Two letters that are drawn as one (lam and alef) come out of most PDFs the wrong way round: what
# was "not" is an article then, and no reading of the file can tell.
_ARABIC = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")
_MOST_ARABIC = 0.1


def _arabic_share(lines: Sequence[PdfLine]) -> float:
    """Return how much of the letters of a file is in Arabic script."""
    letters = sum(one.isalpha() for line in lines for one in line.text)
    return sum(len(_ARABIC.findall(line.text)) for line in lines) / max(letters, 1)


def _without_furniture(text: PdfText) -> tuple[list[PdfLine], list[LeftOut]]:
    """Return the lines of the page, and what stands at the head or foot of the sheets again."""
    edge = [_is_at_the_edge(line, text) for line in text.lines]
    again: Counter[str] = Counter()
    for said in {
        (line.page, _shape(line)) for line, at in zip(text.lines, edge, strict=True) if at
    }:
        again[said[1]] += 1
    fewest = max(2, len(text.heights) // 2)
    lines, left_out = [], []
    for line, at in zip(text.lines, edge, strict=True):
        number = at and _PAGE_NUMBER.fullmatch(line.text)
        if number or (at and again[_shape(line)] >= fewest):
            what = "page number" if number else "head or foot of the sheets"
            left_out.append(LeftOut(what, line.text.replace(HYPHEN, "-"), f"page {line.page}"))
        else:
            lines.append(line)
    return lines, left_out


def _is_at_the_edge(line: PdfLine, text: PdfText) -> bool:
    height = text.heights[line.page - 1]
    return not 0.1 * height < line.baseline < 0.9 * height


def _shape(line: PdfLine) -> str:
    return re.sub(r"\d+", "0", fold(line.text))


def _body_size(lines: Sequence[PdfLine]) -> float:
    """Return the size of type that most letters have."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: sizes[size]) if sizes else 1.0


def _words_of(lines: Sequence[PdfLine]) -> frozenset[str]:
    return frozenset(word for line in lines for word in re.findall(r"[\w-]+", line.text.casefold()))


def _with_one_top(blocks: Sequence[SuppliedBlock]) -> Sequence[SuppliedBlock]:
    """Return the blocks with levels by the size of headings, the largest as the title."""
    headings = [block for block in blocks if block.form == "heading"]
    levels = sorted({block.level for block in headings}, reverse=True)
    rank = {size: place for place, size in enumerate(levels, start=1)}
    largest = [block for block in headings if rank[block.level] == 1]
    shift = 0 if len(largest) == 1 and headings[0] is largest[0] else 1
    return [
        replace(block, level=min(rank[block.level] + shift, 6))
        if block.form == "heading"
        else block
        for block in blocks
    ]


_LONGEST_HEADING = 120


@dataclass(slots=True)
class _Reader:
    """Puts lines together to blocks."""

    body: float
    known: frozenset[str]
    blocks: list[SuppliedBlock] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    bold: int = 0
    tables: int = 0
    last: PdfLine | None = None
    lefts: list[float] = field(default_factory=list)
    """Where the items begin that the last one stands within, and itself."""

    def read(self, line: PdfLine, before: PdfLine | None) -> None:
        """Read a line, which goes on the block before it or begins another."""
        self.last = before
        where = f"page {line.page}"
        if len(line.cells) > 1:
            first = not (before and len(before.cells) > 1)
            self.tables += first
            form: BlockForm = "header" if first and line.bold else "row"
            text = join_cells(line.cells)
            self.blocks.append(SuppliedBlock(form, text, where, table=self.tables))
            return
        if self._is_heading(line):
            level = round(line.size * 10) + (line.bold and line.size <= self.body * 1.1)
            block = self.blocks[-1] if self.blocks else None
            if block and block.form == "heading" and block.level == level and self._is_near(line):
                self._join(line)
                return
            self.blocks.append(SuppliedBlock("heading", line.text, where, level=level))
            return
        if (bullet := BULLET.match(line.text)) and (words := line.text[bullet.end() :]):
            self.blocks.append(SuppliedBlock("item", words, where, depth=self._depth(line)))
            return
        if number := NUMBER.match(line.text):
            words = line.text[number.end() :]
            deep = self._depth(line)
            block = SuppliedBlock("item", words, where, depth=deep, number=number["number"])
            self.blocks.append(block)
            return
        if self._goes_on(line):
            self._join(line)
        else:
            self.blocks.append(SuppliedBlock("paragraph", line.text, where))

    def _depth(self, line: PdfLine) -> int:
        """Return how deep an item stands: deeper than one that begins further left."""
        before, block = self.last, self.blocks[-1] if self.blocks else None
        anew = before and before.page == line.page and line.baseline > before.baseline  # a column
        if anew or block is None or block.form != "item":
            self.lefts = []
        room = 0.5 * self.body
        while len(self.lefts) > 1 and line.left < self.lefts[-1] - room:
            self.lefts.pop()
        if not self.lefts or line.left > self.lefts[-1] + room:
            self.lefts.append(line.left)
        return len(self.lefts)

    def _is_heading(self, line: PdfLine) -> bool:
        if len(line.text) > _LONGEST_HEADING or not re.search(r"[^\W\d]", line.text):
            return False
        if line.size > 1.12 * self.body:
            return True
        alone = line.bold and not re.search(r"[.,;:]$", line.text) and line.size >= self.body * 0.95
        self.bold += alone
        return alone

    def _is_near(self, line: PdfLine) -> bool:
        """Return whether a line stands right under the one before it."""
        before = self.last
        if before is None or before.page != line.page:
            return False
        return 0 < before.baseline - line.baseline <= 1.75 * max(line.size, before.size)

    def _goes_on(self, line: PdfLine) -> bool:
        before, block = self.last, self.blocks[-1] if self.blocks else None
        if before is None or block is None or block.form in ("heading", "header", "row"):
            return False
        if before.page != line.page or line.baseline > before.baseline:  # a new sheet or column
            ended = re.search(r"[.!?:]['\"”’)]*$", block.text)
            return not ended and line.text[:1].islower()
        same = abs(before.size - line.size) <= 0.15 * self.body
        outdented = block.form == "item" and line.left < before.left - self.body
        return same and self._is_near(line) and not outdented

    def _join(self, line: PdfLine) -> None:
        """Put a line behind the last block; a word that was broken is put together."""
        block = self.blocks[-1]
        text = block.text
        broken = text.endswith(HYPHEN) or re.search(r"\w-$", text)
        if broken and line.text[:1].isalpha():
            head, tail = re.split(r"\s", text[:-1])[-1], re.split(r"\s", line.text)[0]
            kept = self._keeps_hyphen(head, tail)
            said = f"{text[:-1]}{'-' if kept else ''}{line.text}"
        elif text.endswith(HYPHEN):
            said = f"{text[:-1]}- {line.text}"
        else:
            said = f"{text} {line.text}"
        self.blocks[-1] = replace(block, text=said)

    def _keeps_hyphen(self, head: str, tail: str) -> bool:
        """Return whether a word broken behind a hyphen is written with one."""
        first = re.sub(r"^\W+", "", head).casefold()
        last = re.sub(r"\W+$", "", tail).casefold()
        if f"{first}-{last}" in self.known or not tail[:1].islower():
            return True
        if f"{first}{last}" not in self.known:
            self.joined.append(f"{first}{last}")
        return False

    def doubts(self) -> list[Doubt]:
        """Return what was guessed."""
        found = []
        if self.joined:
            found.append(
                Doubt(f"Joined where a line broke them: {', '.join(dict.fromkeys(self.joined))}.")
            )
        if self.bold:
            found.append(
                Doubt(f"{counted(self.bold, 'line')} taken for a heading by bold type alone.")
            )
        for number in range(1, self.tables + 1):
            rows = [block for block in self.blocks if block.table == number]
            headed = rows[0].form == "header"
            known = (
                "its first row, in bold, names them" if headed else "no row is known to name them"
            )
            found.append(
                Doubt(
                    f"A table of {counted(len(rows), 'row')}, by the gaps between its columns; "
                    f"{known}.",
                    rows[0].where,
                )
            )
        found += joined_tables(self.blocks)
        return found
