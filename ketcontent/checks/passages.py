"""The passages of a page that the judges of words read, and the place of each character.

What is judged is what a reader reads, without markup and citations. A finding points at the cell
that holds the words (the text, label or heading of one edition, the title, or the notice where the
sentence is one), and its span is where those words stand in the cell.

White space counts as one space, typographic apostrophes, quotes and hyphens as those of a
keyboard, and characters that are not seen (soft hyphens, zero-width spaces) as nothing; so a
pattern is written once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from ketcontent.diagnostics import Diagnostic, Severity
from ketcontent.markup import inline_plain, split_citations, without_citations
from ketcontent.pages import Document

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

    def fault(
        self,
        rule: str,
        message: str,
        *,
        hint: str,
        severity: Severity = "error",
        span: tuple[int, int] | None = None,
    ) -> Diagnostic:
        """Return a diagnostic on these words; `span` is where in the words."""
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
        )


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
    bare = without_citations(cell)
    first = _in_markup(bare, words, span[0])
    last = _in_markup(bare, words, span[1] - 1)
    if first is None or last is None:
        return None
    offsets = _offsets(cell)
    return offsets[first], offsets[last] + 1


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


def _in_markup(markup: str, words: str, index: int) -> int | None:
    """Return where in inline markup the character of its plain words at `index` stands.

    The parser gives no positions of inline tokens. So each place in question is changed to a
    mark that stands nowhere, and the place is right when the mark appears where it should.
    """
    if markup == words:
        return index
    mark = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in markup)
    wanted = f"{words[:index]}{mark}{words[index + 1 :]}"
    tried = 0
    place = markup.find(words[index], index)
    while place >= 0 and tried < 64:
        if inline_plain(f"{markup[:place]}{mark}{markup[place + 1 :]}") == wanted:
            return place
        tried += 1
        place = markup.find(words[index], place + 1)
    return None


_ALIKE = str.maketrans(
    dict.fromkeys("‘’‚‛ʼ′＇", "'") | dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‐‑‒–−﹣－", "-")
)


@dataclass(frozen=True, slots=True)
class FoldedText:
    """Words in the one form that patterns are held against."""

    text: str
    offsets: tuple[int, ...]  # of each character, in the words

    @classmethod
    @lru_cache(maxsize=4096)  # each judge holds the same words against something
    def of(cls, words: str) -> FoldedText:
        """Return words with white space and look-alikes folded."""
        if words.isascii() and words.isprintable() and "  " not in words:
            return cls(words, tuple(range(len(words))))
        letters: list[str] = []
        offsets: list[int] = []
        for offset, letter in enumerate(words):
            if letter.isspace():
                if letters and letters[-1] == " ":
                    continue
                letter = " "
            elif letter == "\u00ad" or unicodedata.category(letter) == "Cf":
                continue
            elif "\ud800" <= letter <= "\udfff":
                letter = "\ufffd"  # half of a character: RE2 reads UTF-8
            letters.append(letter)
            offsets.append(offset)
        return cls("".join(letters).translate(_ALIKE), tuple(offsets))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return a range of the text as a range of the words."""
        return self.offsets[start], self.offsets[end - 1] + 1


_SENTENCE_END = re.compile(r"[.!?…][\"')\]]*(?=\s+[\"'(\[]?[A-Z0-9])")

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
