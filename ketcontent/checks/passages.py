"""The passages of a page that the judges of words read, and the place of each character.

What is judged is what a reader reads, without markup and citations. A finding points at the cell
that holds the words (the text, label or heading of one edition, the title, or the notice where the
sentence is one), and its span is where those words stand in the cell.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from ketcontent.diagnostics import Diagnostic, Severity
from ketcontent.markup import inline_plain, split_citations, without_citations
from ketcontent.pages import Document, Edition, PageView

Place = Literal["title", "heading", "label", "sentence"]

PLACES = ("title", "heading", "label", "sentence")


@dataclass(frozen=True, slots=True)
class Passage:
    """A title, heading, label or sentence of one edition."""

    place: Place
    words: str  # as a reader reads them
    table: str
    key: str
    column: str
    cell: str
    section: str = ""
    block: tuple[str, int] = ("", 0)
    kind: str = ""
    certainty: str = ""
    notice: str = ""
    cites: bool = False
    form: str = "paragraph"

    def fault(
        self,
        rule: str,
        message: str,
        *,
        hint: str,
        severity: Severity = "error",
        span: tuple[int, int] | None = None,
        marks: Iterable[tuple[int, int]] = (),
    ) -> Diagnostic:
        """Return a diagnostic on these words; `span` and `marks` are where in the words."""
        placed = [_in_cell(self.cell, self.words, mark) for mark in marks]
        return Diagnostic(
            rule=rule,
            message=message,
            hint=hint,
            severity=severity,
            table=self.table,
            key=self.key,
            column=self.column,
            cell=self.cell,
            span=None if span is None else _in_cell(self.cell, self.words, span),
            marks=tuple(mark for mark in placed if mark is not None),
        )


def passages_in(view: PageView, edition: Edition) -> Sequence[Passage]:
    """Return what a reader reads of a page in an edition, in reading order; put together once."""
    return view.once(_current) if edition == "current" else _passages(view, edition)


def _current(view: PageView) -> Sequence[Passage]:
    return _passages(view, "current")


def _passages(view: PageView, edition: Edition) -> Sequence[Passage]:
    return tuple(passages_of(view.edition(edition)))


def passages_of(page: Document) -> Iterator[Passage]:
    """Yield what a reader reads, in reading order."""
    half = "supplied_" if page.edition == "supplied" else ""
    text = "supplied" if half else "text"
    if page.title:
        yield Passage("title", page.title, "documents", page.document, f"{half}title", page.title)
    for section in page.sections:
        if section.heading:
            key = f"{page.document}/{section.section}"
            yield Passage(
                "heading",
                section.heading,
                "sections",
                key,
                f"{half}heading",
                section.heading,
                section=section.section,
            )
        for number, block in enumerate(section.blocks):
            for one in block.statements:
                key = f"{page.document}/{one.statement}"
                shared: dict[str, Any] = {
                    "section": section.section,
                    "block": (section.section, number),
                    "kind": one.kind,
                    "certainty": one.certainty,
                    "cites": bool(one.cites),
                    "form": block.form,
                }
                if one.label:
                    yield Passage(
                        "label", one.label, "statements", key, f"{half}label", one.label, **shared
                    )
                if not one.plain:
                    continue
                if one.notice:
                    yield Passage(
                        "sentence",
                        one.plain,
                        "notices",
                        f"{one.notice}/{page.language}",
                        "text",
                        one.text,
                        notice=one.notice,
                        **shared,
                    )
                else:
                    # The supplied edition is judged as received: what is read is the cell.
                    cell = one.plain if half else one.text
                    yield Passage("sentence", one.plain, "statements", key, text, cell, **shared)


def _in_cell(cell: str, words: str, span: tuple[int, int]) -> tuple[int, int] | None:
    """Return where in a cell with markup and citations a range of its plain words stands."""
    if cell == words:
        return span
    places = _places(cell, words)
    first, last = places.get(span[0]), places.get(span[1] - 1)
    return None if first is None or last is None else (first, last + 1)


_LETTER = re.compile(r"(?P<entity>&#?\w{1,40};)|(?P<address>\]\(\s*<?[^\s)>]*)|[^\W_]")
"""A letter; or a character that is spelled out, or the address of a link, where it must stay."""

_CODES = (*range(0xF0000, 0xFFFFE), *range(0x100000, 0x10FFFE))
"""Characters that no text has."""


@lru_cache(maxsize=256)
def _places(cell: str, words: str) -> Mapping[int, int]:
    """Return where in a cell each character of its words stands, as far as that can be told.

    The parser gives no positions of inline tokens. So each letter is changed to a character that
    says where it stood; a mark is looked for between the letters around it.
    """
    bare = without_citations(cell)
    coded: dict[str, int] = {}

    def code(found: re.Match[str]) -> str:
        if found.lastgroup or len(coded) == len(_CODES):
            return found[0]
        letter = chr(_CODES[len(coded)])
        coded[letter] = found.start()
        return letter

    read = inline_plain(_LETTER.sub(code, bare))
    if len(read) != len(words) or max(bare) >= chr(_CODES[0]):
        return {}
    places = {number: coded[one] for number, one in enumerate(read) if one in coded}
    shown = _LETTER.sub(lambda one: "\0" * len(one[0]) if one["address"] else one[0], bare)
    behind = 0
    gone: dict[str, int] = {}
    ends = [*sorted(places.values()), len(bare)]
    for number, mark in enumerate(words):
        if number in places:
            behind = places[number] + 1
            continue
        end = ends[bisect_left(ends, behind)]
        place = -1 if gone.get(mark) == end else shown.find(mark, behind, end)
        if place < 0:
            gone[mark] = end
        else:
            places[number] = place
            behind = place + 1
    offsets = _offsets(cell)
    return {number: offsets[place] for number, place in places.items()}


def _offsets(cell: str) -> list[int]:
    """Return, for each character of a cell without its citations, where in the cell it stands."""
    offsets: list[int] = []
    position = 0
    for part, keys in split_citations(cell):
        offsets.extend(range(position, position + len(part)))
        position += len(part)
        if keys:
            position = cell.index("]", position) + 1
    return offsets


# The bar ends a cell of a row.
_SENTENCE_END = re.compile(r"[.!?…][\"')\]]*(?=\s+[\"'(\[]?[A-Z0-9])|(?<=\s)\|(?=\s)")

_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|dr|prof|mr|mrs|ms|no|approx|fig|al|st)|\b[a-z])\.$", re.I
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return where each sentence of a text stands."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if _NO_END.search(text[max(start, match.end() - 8) : match.end()]):
            continue
        spans.append((start, match.end()))
        start = match.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return spans
