"""The text layer of a PDF → lines, each with its place, its size and whether it is bold.

PDFium (pypdfium2, extra ``import``) reads the letters; lines are made of them here, since raised
figures must stay in theirs. Ligatures come as the letters that they stand for, and raised figures
as such (``hands¹``). A hyphen that PDFium knows to break a word at the end of a line is a soft one.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ketcontent.errors import KetcontentError
from ketcontent.importing.block_text import FIGURES
from ketcontent.text import fold

_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
    | {"\ufb05": "ft", "\ufb06": "st"}
)


_BULLETS = "•▪●◦‣∙\uf0b7\uf0a7\uf0d8\uf076\uf0fc"


# A dash or a dot before a figure is a minus or a decimal point.
BULLET = re.compile(rf"(?:[{_BULLETS}]|[-–*·](?=\s))\s*")


NUMBER = re.compile(r"(?P<number>\(?(?:\d{1,2}|[a-z])[.)])\s+(?=\S)")


HYPHEN = "\u00ad"
"""What stands at the end of a line that breaks a word."""


@dataclass(frozen=True, slots=True)
class PdfLine:
    """A line of a page."""

    text: str
    page: int
    left: float
    baseline: float
    size: float
    bold: bool
    cells: tuple[str, ...]
    """Its cells, where wide gaps part it as those of a row; one for any other line."""


@dataclass(frozen=True, slots=True)
class PdfText:
    """What a PDF holds, as far as it is text."""

    lines: tuple[PdfLine, ...]
    heights: tuple[float, ...]
    """The height of each page."""
    title: str
    """The title that its properties name."""
    pictures_alone: tuple[int, ...]
    """The pages that have pictures and no text."""
    remarks: int
    """How many remarks somebody put on the pages."""


class RefusedPdf(ValueError):
    """A PDF that is locked, harmed or without text; its text says why."""


_HIGHEST_NUMBER_OF_PAGES = 2_000


def read_pdf_lines(data: bytes) -> PdfText:
    """Return the lines of a PDF in the order in which they are written.

    Raises
    ------
    RefusedPdf
        When it is locked or cannot be read.
    KetcontentError
        When the extra that reads PDF is not installed.
    """
    try:
        import pypdfium2
    except ImportError:
        raise KetcontentError(
            "A PDF is read with pypdfium2, which is not installed.",
            hint="python -m pip install 'ketcontent[import]'",
        ) from None
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as fault:
        if "password" in str(fault).lower():
            raise RefusedPdf("is locked with a password") from None
        raise RefusedPdf("is harmed, or half a file") from None
    try:
        if len(document) > _HIGHEST_NUMBER_OF_PAGES:
            raise RefusedPdf(f"has {len(document):,} pages")
        lines: list[PdfLine] = []
        heights, alone, remarks = [], [], 0
        for number in range(len(document)):
            page = document[number]
            heights.append(float(page.get_height()))
            found = list(_lines(page, number + 1))
            lines += found
            if not found and any(True for _ in page.get_objects(filter=[_IMAGE], max_depth=3)):
                alone.append(number + 1)
            remarks += _remarks(page)
        title = str(document.get_metadata_value("Title") or "")
    except pypdfium2.PdfiumError:
        raise RefusedPdf("is harmed, or half a file") from None
    finally:
        document.close()
    return PdfText(tuple(lines), tuple(heights), title, tuple(alone), remarks)


_IMAGE = 3  # FPDF_PAGEOBJ_IMAGE


_LINKS_AND_FIELDS = (2, 16, 20)  # FPDF_ANNOT_LINK, _POPUP, _WIDGET


def _remarks(page: Any) -> int:
    """Return how many remarks are on a page: notes, marked words, stamps."""
    import pypdfium2.raw as pdfium

    found = 0
    for place in range(pdfium.FPDFPage_GetAnnotCount(page)):
        remark = pdfium.FPDFPage_GetAnnot(page, place)
        found += pdfium.FPDFAnnot_GetSubtype(remark) not in _LINKS_AND_FIELDS
        pdfium.FPDFPage_CloseAnnot(remark)
    return found


@dataclass(frozen=True, slots=True)
class _Letter:
    text: str
    size: float
    left: float
    baseline: float
    bold: bool


def _letters(page: Any) -> Iterator[_Letter]:
    """Yield the letters of a page, spaces too, in the order in which they are written."""
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    left, baseline, flags = ctypes.c_double(), ctypes.c_double(), ctypes.c_int()
    name = ctypes.create_string_buffer(128)
    for place in range(text.count_chars()):
        letter = chr(pdfium.FPDFText_GetUnicode(text, place))
        if letter in "\r\n":
            continue
        if pdfium.FPDFText_IsHyphen(text, place) == 1 or letter in "\x02\ufffe":
            letter = HYPHEN
        elif letter == HYPHEN:  # it breaks nothing here, and is not drawn
            continue
        pdfium.FPDFText_GetCharOrigin(text, place, left, baseline)
        size = 0.0
        matrix = pdfium.FS_MATRIX()
        if pdfium.FPDFText_GetMatrix(text, place, matrix):  # a size may be told by its scale
            size = pdfium.FPDFText_GetFontSize(text, place) * max(abs(matrix.d), abs(matrix.b))
        pdfium.FPDFText_GetFontInfo(text, place, name, len(name), flags)
        font = name.value.decode("utf-8", "replace").lower()
        bold = "bold" in font or "black" in font or pdfium.FPDFText_GetFontWeight(text, place) > 600
        yield _Letter(letter, size, left.value, baseline.value, bold)
    text.close()


def _lines(page: Any, number: int) -> Iterator[PdfLine]:
    """Yield the lines of a page."""
    line: list[_Letter] = []
    for letter in _letters(page):
        if line and letter.text.strip() and _begins_anew(line, letter):
            yield from _line(line, number)
            line = []
        line.append(letter)
    yield from _line(line, number)


def _begins_anew(line: list[_Letter], letter: _Letter) -> bool:
    seen = [one for one in line if one.text.strip()] or line
    size = max(max(one.size for one in seen), letter.size, 1.0)
    # The baseline of a line is that of its largest letters; raised figures are near it.
    base = max(seen, key=lambda one: one.size).baseline
    return abs(letter.baseline - base) > 0.55 * size or letter.left < seen[-1].left - 2 * size


def _line(letters: list[_Letter], number: int) -> Iterator[PdfLine]:
    """Yield what letters make a line, where any is seen."""
    seen = [one for one in letters if one.text.strip()]
    if not seen:
        return
    sizes = Counter(round(one.size, 1) for one in seen)
    size = max(sizes, key=lambda one: (sizes[one], one))
    base = next(one.baseline for one in seen if round(one.size, 1) == size)
    text = ""
    cells: list[str] = []
    before: _Letter | None = None
    for one in letters:
        said = one.text.translate(_LIGATURES)
        if not said.strip():
            text += " " if text and not text.endswith(" ") else ""
            continue
        if before is not None:
            gap = one.left - before.left
            wide = gap > 3.2 * size and bool(text.strip())
            if wide and (cells or not _is_mark(text)):
                cells.append(text)
                text = ""
        if one.size < 0.85 * size and one.text.isdigit():
            if one.baseline > base + 0.15 * size:
                said = said.translate(FIGURES["sup"])
            elif one.baseline < base - 0.05 * size:
                said = said.translate(FIGURES["sub"])
        text += said
        before = one
    strong = sum(one.bold for one in seen)
    cells = [fold(cell) for cell in (*cells, text)]
    bold = strong == len(seen)
    yield PdfLine(" ".join(cells), number, seen[0].left, base, size, bold, tuple(cells))


def _is_mark(text: str) -> bool:
    """Return whether a line so far is but a bullet or a number."""
    return bool(BULLET.fullmatch(text.strip() + " ") or NUMBER.fullmatch(text.strip() + " ")) or (
        text.strip() in _BULLETS
    )
