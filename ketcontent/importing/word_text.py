"""The text of a paragraph of Word's, and what in it was tracked, raised, linked or drawn.

Tracked changes are undone: what was inserted is told and left out, what was deleted stands. With
`accept` it is the other way round. Everything that a program may wrap around text is walked through
(content controls, links, fields, tags); of a drawing that is there twice, for older programs too,
the first is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ketcontent.importing.block_text import FIGURES, are_figures, are_letters
from ketcontent.importing.formulas import in_line
from ketcontent.importing.supplied_page import LeftOut, Mark
from ketcontent.text import fold
from ketcontent.zipped_xml import attribute, child, local_name

_SIGNS = {"tab": " ", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}


_INSERTED = frozenset({"ins", "moveTo"})


_DELETED = frozenset({"del", "moveFrom"})


_PASSED_OVER = frozenset(
    {"instrText", "delInstrText", "fldData", "pPr", "rPr", "sectPr", "tblPr", "trPr", "tcPr"}
    | {"sdtPr", "sdtEndPr", "tblGrid"}
)


_NOT_STANDING = {"vanish": "hidden", "strike": "struck out", "dstrike": "struck out"}
"""The forms of type in which words do not stand on the page."""


@dataclass(slots=True)
class WordText:
    """Collects the text of a paragraph."""

    accept: bool
    links: Mapping[str, str]
    where: str
    notes: list[tuple[str, str]]
    """The notes that the page refers to, in order: ``footnote`` or ``endnote``, and the key."""
    left_out: list[LeftOut]
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    marks: list[Mark] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    """What stands in text boxes that are anchored in it."""
    objects: int = 0
    symbols: int = 0
    figures: int = 0
    letters: int = 0
    """How many raised or lowered words may have become part of the word before."""
    formulas: int = 0
    deleted: int = 0
    bold: int = 0
    """How many characters are strong."""

    @property
    def text(self) -> str:
        """The words."""
        return "".join(self.pieces)

    def read(self, element: Element) -> None:
        """Collect what stands in an element."""
        for one in element:
            name = local_name(one.tag)
            if name in _PASSED_OVER:
                continue
            if name in _INSERTED or name in _DELETED:
                self._tracked(one, inserted=name in _INSERTED)
            elif name == "r":
                self._run(one)
            elif name == "hyperlink":
                start = self.length
                self.read(one)
                target = self.links.get(attribute(one, "id"), "")
                if target and start < self.length:
                    self.marks.append(Mark("link", start, self.length, target))
            elif name == "AlternateContent":
                choice = child(one, "Choice")
                self.read(choice if choice is not None else one)
            else:
                self._inline(one, name)

    def _inline(self, one: Element, name: str) -> None:
        if name in ("t", "delText"):
            self._add(one.text or "")
        elif name in _SIGNS:
            self._add(_SIGNS[name])
        elif name == "br":
            self._add("\n" if attribute(one, "type") in ("", "textWrapping") else " ")
        elif name in ("footnoteReference", "endnoteReference"):
            self.notes.append((name.removesuffix("Reference"), attribute(one, "id")))
            self._add(str(len(self.notes)).translate(FIGURES["sup"]))
        elif name == "sym":
            self.symbols += 1
        elif name == "docPr":
            if words := fold(attribute(one, "descr")):
                self.left_out.append(LeftOut("picture", words, self.where))
        elif name == "oMath":
            self.formulas += 1
            words = fold(_in_line(one))
            self._add(f" {words}" if self.text[-1:].isalnum() else words)
        elif name == "ruby":  # how a word is read stands before it in the file, above it on paper
            for part, before, after in (("rubyBase", "", ""), ("rt", "(", ")")):
                self._add(before)
                self.read(child(one, part) or Element(part))
                self._add(after)
        elif name == "txbxContent":
            self.boxes.append(one)
        elif name in ("OLEObject", "control", "chart", "relIds"):
            self.objects += 1
        else:
            self.read(one)

    def _tracked(self, element: Element, *, inserted: bool) -> None:
        if inserted == self.accept:
            self.deleted += not inserted
            self.read(element)
            return
        aside = WordText(self.accept, self.links, self.where, [], self.left_out)
        aside.read(element)
        if words := fold(aside.text):
            author = attribute(element, "author")
            what = "tracked insertion" if inserted else "tracked deletion"
            by = f" by {author}" if author else ""
            self.left_out.append(LeftOut(f"{what}{by}", words, self.where))
        self.boxes += aside.boxes

    def _run(self, run: Element) -> None:
        said = child(run, "rPr")
        start = self.length
        for name, what in _NOT_STANDING.items():
            if _is_on(said, name):
                aside = WordText(self.accept, self.links, self.where, [], self.left_out)
                aside.read(run)
                if words := fold(aside.text):
                    self.left_out.append(LeftOut(what, words, self.where))
                return
        level = _script_of(said)
        if level:
            aside = WordText(self.accept, self.links, self.where, self.notes, self.left_out)
            aside.read(run)
            raised = are_figures(aside.text)
            self.figures += raised
            self.letters += not raised and are_letters(aside.text)
            self._add(aside.text.translate(FIGURES[level]) if raised else aside.text)
            self.boxes += aside.boxes
        else:
            self.read(run)
        for name, kind in (("b", "strong"), ("i", "emphasis")):
            if start < self.length and _is_on(said, name):
                self._mark(Mark("strong" if kind == "strong" else "emphasis", start, self.length))
        self.bold += (self.length - start) * _is_on(said, "b")

    def _mark(self, mark: Mark) -> None:
        last = next((one for one in reversed(self.marks) if one.kind == mark.kind), None)
        if last and last.end == mark.start:  # Word cuts one span into many runs
            self.marks.remove(last)
            mark = Mark(mark.kind, last.start, mark.end)
        self.marks.append(mark)

    def _add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)


def _in_line(element: Element) -> str:
    """Return what a formula shows, in one line; it nests no deeper than a part may."""
    name = local_name(element.tag)
    if name == "t":
        return element.text or ""
    below = (one for one in element if not local_name(one.tag).endswith("Pr"))
    return in_line(name, [_in_line(one) for one in below])


def _script_of(said: Element | None) -> str:
    """Return whether a run is raised (``sup``) or lowered (``sub``), by either way of Word's."""
    aligned = attribute(child(said, "vertAlign"), "val")
    moved = attribute(child(said, "position"), "val")
    if aligned == "superscript" or re.fullmatch(r"0*[1-9]\d*", moved):
        return "sup"
    return "sub" if aligned == "subscript" or re.fullmatch(r"-0*[1-9]\d*", moved) else ""


def _is_on(said: Element | None, name: str) -> bool:
    found = child(said, name)
    return found is not None and attribute(found, "val") not in ("0", "false", "off")
