"""What a file is that is no plain text: said by name, before its marks are taken for words.

A format is known by its first bytes, by the ending of its file, or by marks that nobody writes for
readers. A mark alone is no proof: plain text may hold a ``<``, an address in angle brackets, a
line that starts with ``#``, a list of stars, a word between two stars.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class OtherFormat(NamedTuple):
    """A format that is not plain text."""

    name: str
    """What it is, with its article."""
    hint: str
    """What to do about it."""
    where: str = ""
    """The mark that gave it away, with its line; empty where the whole file did."""

    def __str__(self) -> str:
        return f"is {self.name}, not plain text{self.where}."


_SAVE = "Open it in the program that made it, save it as plain text (.txt, UTF-8), and import that."
_SAVE_AS_WORD = (
    "Open it in the program that made it, save it as a Word document (.docx), and import that."
)
HTML = OtherFormat(
    "a web page (HTML)",
    "Give it a name that ends in .html, and import that.",
)
MARKDOWN = OtherFormat(
    "Markdown",
    "Give it a name that ends in .md, and import that: in plain text its marks are words.",
)
_CONFLICT = OtherFormat(
    "a text with a conflict that a merge left in it",
    "Keep the lines that are right, delete those with <<<<<<<, ======= and >>>>>>>.",
)
_RTF = OtherFormat("rich text (RTF)", _SAVE_AS_WORD)
WORD = OtherFormat("a Word document", "Give it a name that ends in .docx, and import that.")
ZIP = OtherFormat("a zip archive", "Unpack it; import one page of it.")
OLDER_OFFICE = OtherFormat("a document of an older Office", _SAVE_AS_WORD)
_OPEN_DOCUMENT = OtherFormat("an OpenDocument text", _SAVE_AS_WORD)
PDF = OtherFormat("a PDF", "Give it a name that ends in .pdf, and import that.")
_PICTURE = OtherFormat("a picture", "Write its words in a plain text file (.txt).")

_STARTS = (
    (b"%PDF-", PDF),
    (b"{\\rtf", _RTF),
    (b"\xd0\xcf\x11\xe0", OLDER_OFFICE),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"\x1f\x8b", OtherFormat("a compressed file (gzip)", "Unpack it first.")),
    (
        b"version https://git-lfs.github.com/",
        OtherFormat("a pointer of Git LFS", "Run 'git lfs pull'."),
    ),
    (
        b"bplist00",
        OtherFormat("a web archive", "Save the page as HTML in your browser, and import that."),
    ),
)
_ZIP = b"PK\x03\x04"
_IN_A_ZIP = (  # the names and types of its first members stand in its first bytes
    (b"word/", WORD),
    (b"application/vnd.oasis.opendocument", _OPEN_DOCUMENT),
    (
        b"application/epub+zip",
        OtherFormat("a book (EPUB)", "Copy the words of the page into a plain text file (.txt)."),
    ),
    (b"xl/", OtherFormat("a workbook", _SAVE)),
    (b"ppt/", OtherFormat("a presentation", _SAVE)),
)
_ENDINGS = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".mht", ".mhtml"), HTML),
    **dict.fromkeys((".md", ".markdown", ".mkd", ".qmd"), MARKDOWN),
    ".rtf": _RTF,
}

_SAVED_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b"
    r"|(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?content-type:\s*multipart/related",
    re.IGNORECASE | re.DOTALL,
)
# Not among them: what a letter leaves open (<title>, <address>), what prose shows (<b>, <em>).
_TAG = re.compile(
    r"</?(?:p|br|hr|div|span|h[1-6]|[uo]l|li|t[rdh]|thead|tbody|script|style|iframe|body|head|html)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_FEWEST_TAGS = 2
_WORDS_A_TAG = 100
"""So often at least a tag stands in HTML; a text about programs names one now and then."""

_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+\w.*$", re.MULTILINE)
_LOWER_HEADING = re.compile(r"^ {0,3}#{2,6}[ \t]+\w.*$", re.MULTILINE)
_MARKS = (
    _HEADING,
    re.compile(r"(?<![*\w])\*\*(?=[^\s*])[^*\n]{0,200}[^\s*]\*\*(?![*\w])"),
    re.compile(r"\[[^\]\[\n]{1,200}\]\((?:https?://|mailto:|tel:|sms:|#)[^)\s]{0,300}\)"),
    re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE),
    re.compile(r"^\|?[ \t]*:?-{3,}:?[ \t]*\|[-:| \t]*$", re.MULTILINE),
)
"""Marks of Markdown; two kinds of them on a page are no chance."""


def other_format(data: bytes, ending: str) -> OtherFormat | None:
    """Return what a file is that is no plain text; None for anything else.

    Parameters
    ----------
    data
        The bytes of the file.
    ending
        The ending of its name, with the dot.

    Examples
    --------
    >>> str(other_format(b"<!doctype html><title>Asthma</title>", ".txt"))
    'is a web page (HTML), not plain text.'
    >>> other_format(b"Peak flow < 80%? See # 2.", ".txt")
    """
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data.startswith(_ZIP):
        inside = (kind for mark, kind in _IN_A_ZIP if mark in data[:4096])
        return next(inside, ZIP)
    if named := _ENDINGS.get(ending.lower()):
        return named
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    # A web page in another encoding is a web page before it is in another encoding.
    return marked_up(data.decode("utf-16" if wide else "utf-8", "replace"))


_OF_A_MERGE = re.compile(r"^<{7}(?:[ \t].*)?$|^>{7}[ \t]\S.*$", re.MULTILINE)


def conflict_mark(text: str) -> re.Match[str] | None:
    """Return the first mark of a conflict that a merge left in a text; None where there is none."""
    found = _OF_A_MERGE.search(text.replace("\r", ""))
    # Mail that is quoted seven times has no line of equals signs in it.
    return found if found and re.search(r"^={7}\r?$", text, re.MULTILINE) else None


def marked_up(text: str) -> OtherFormat | None:
    """Return what a text is that is written in marks for a program; None for plain text.

    Examples
    --------
    >>> str(marked_up("Asthma\\n\\n<p>It is common.</p>"))
    "is a web page (HTML), not plain text: line 3 has '<p>'."
    >>> marked_up("# Asthma\\n* Cough\\n* **Wheeze**").name
    'Markdown'
    """
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith("{\\rtf"):
        return _RTF
    if conflict := conflict_mark(text):
        return _at(_CONFLICT, text.replace("\r", ""), conflict)
    if _SAVED_PAGE.match(text):
        return HTML
    tags = list(_TAG.finditer(text))
    if len(tags) >= _FEWEST_TAGS and len(tags) * _WORDS_A_TAG >= len(text.split()):
        return _at(HTML, text, tags[0])
    found = [mark for mark in (one.search(text) for one in _MARKS) if mark]
    headings = list(_LOWER_HEADING.finditer(text))
    if len(found) > 1 or len(headings) > 1:
        return _at(MARKDOWN, text, min(found, key=lambda one: one.start()))
    return None


def _at(kind: OtherFormat, text: str, mark: re.Match[str]) -> OtherFormat:
    line = len(re.split(r"\r\n|\r|\n", text[: mark.start()]))
    shown = mark.group().strip()
    shown = shown if len(shown) <= 40 else f"{shown[:39]}…"
    return kind._replace(where=f": line {line} has {shown!r}")
