"""A file as it was received → the page between it and the rows, by the reader of its format.

The ending of a file says what it is meant to be, its bytes what it is: where the two disagree it is
refused, and so is whatever could be read only in part. Nothing is written here.
"""

from __future__ import annotations

import codecs
import email
import email.policy
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ketcontent.errors import KetcontentError, UnreadablePage
from ketcontent.hashing import hash_bytes
from ketcontent.importing.html_reader import read_html, selected, words_of_html
from ketcontent.importing.markdown_reader import read_markdown
from ketcontent.importing.other_formats import (
    HTML,
    MARKDOWN,
    OLDER_OFFICE,
    PDF,
    WORD,
    ZIP,
    other_format,
)
from ketcontent.importing.pdf_lines import RefusedPdf
from ketcontent.importing.pdf_reader import read_pdf
from ketcontent.importing.plain_text import (
    LARGEST_PAGE,
    decoded,
    read_received,
    refuse_hidden,
    refuse_large,
)
from ketcontent.importing.plain_text_blocks import read_plain_text
from ketcontent.importing.sentences import RUN_TOGETHER, run_on_ends, split_sentences
from ketcontent.importing.supplied_page import (
    FORMS,
    LEVELLED,
    TITLE,
    BlockForm,
    Doubt,
    LeftOut,
    SuppliedBlock,
    SuppliedPage,
    hidden_character,
    with_form,
    with_title,
)
from ketcontent.importing.word_reader import read_word
from ketcontent.model import ROW_FORMS
from ketcontent.zipped_xml import RefusedArchive


@dataclass(frozen=True, slots=True)
class SuppliedFile:
    """A file as it was received, and the page that was read in it."""

    path: Path
    data: bytes
    page: SuppliedPage

    @property
    def hash(self) -> str:
        """The hash of its bytes."""
        return hash_bytes(self.data)


def read_supplied(
    path: str | Path, *, whole: bool = False, accept_changes: bool = False
) -> SuppliedFile:
    """Return what a file holds, read by its format; nothing is written.

    Parameters
    ----------
    path
        A text file, a web page as a browser saves it, Markdown, a Word document, or a PDF.
    whole
        Whether all of a web page is to be taken, and nothing left out by a guess.
    accept_changes
        Whether changes that are tracked in a Word document are taken, instead of undone.

    Raises
    ------
    UnreadablePage
        When the file cannot be read in full, or is not what its name says.

    Examples
    --------
    >>> read_supplied("tests/importing/pages/ketamine.txt").page.title
    'Ketamine'
    """
    place = Path(path)
    data = read_received(place, largest=_LARGEST.get(place.suffix.lower(), LARGEST_PAGE))
    return supplied_from(place, data, whole=whole, accept_changes=accept_changes)


def supplied_from(
    place: Path, data: bytes, *, whole: bool = False, accept_changes: bool = False
) -> SuppliedFile:
    """Return what bytes hold that came without a file, by the name that they came with.

    It is what `read_supplied` returns of a file with that name, and fails as that does.
    """
    refuse_large(place, len(data), _LARGEST.get(place.suffix.lower(), LARGEST_PAGE))
    reader = _reader_of(data, place)
    options: dict[Reader, dict[str, bool]] = {
        _html: {"whole": whole},
        _word: {"accept": accept_changes},
    }
    try:
        page = reader(data, str(place), **options.get(reader, {}))
    except RecursionError:
        raise _refuse(place, "is nested too deeply to be read.", "Save it anew.") from None
    _require_words(page, place)
    return SuppliedFile(place, data, replace(page, doubts=(*page.doubts, *_run_together(page))))


def _run_together(page: SuppliedPage) -> Iterable[Doubt]:
    """Yield where a sentence begins right behind the stop of another."""
    language = page.language or "en"
    for block in page.blocks:
        whole = block.form == "heading" or block.form in ROW_FORMS
        if not RUN_TOGETHER.search(block.text):
            continue
        for sentence in [block.text] if whole else split_sentences(block.text, language):
            ends = [] if whole else run_on_ends(sentence, language)
            for found in RUN_TOGETHER.finditer(sentence):
                read = "two" if found.end("stop") in ends else "one"
                said = f"No space stands between two sentences, read as {read}: {found.group()}"
                yield Doubt(said, block.where)


_LARGEST = {".docx": 30_000_000, ".pdf": 30_000_000}
"""The largest file of a format that may hold pictures, in bytes."""


def pasted_file(html: str, text: str, *, whole: bool = False) -> SuppliedFile:
    """Return what was pasted as a file, from the two forms that a clipboard has of it.

    It fails as `read_supplied` does.

    Examples
    --------
    >>> file = pasted_file("<h1>Tea</h1><p>It is hot.", "Tea It is hot.")
    >>> str(file.path), file.page.title, file.page.blocks[0].text
    ('pasted.html', 'Tea', 'It is hot.')
    """
    data = text.encode("utf-8", "replace")
    if html:
        data, name = selected(html).encode("utf-8", "replace"), "pasted.html"
    else:
        found = other_format(data, "")
        name = "pasted.md" if found and found.name == MARKDOWN.name else "pasted.txt"
    return supplied_from(Path(name), data, whole=whole)


def key_of_name(path: str | Path) -> str:
    """Return the key that the name of a file stands for.

    Examples
    --------
    >>> key_of_name("pages/Über Asthma (2).html"), key_of_name("asthma/index.html")
    ('uber-asthma-2', 'asthma')
    """
    place = Path(path)
    name = place.stem
    if name.casefold() in ("index", "default") and place.parent.name:
        name = place.parent.name
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def corrected(file: SuppliedFile, corrections: Iterable[str]) -> SuppliedFile:
    """Return a file with blocks of its page read as something else.

    Parameters
    ----------
    file
        The file, read.
    corrections
        Each as ``12=paragraph``, ``12-15=item``, ``12=heading-3`` or ``12-15=item-2`` with a
        level, or ``12=title``; the numbers are those of the first look, and 0 is the title.
    """
    said: dict[int, tuple[BlockForm | Literal["title"], int]] = {}
    for one in corrections:
        found = _CORRECTION.fullmatch(one)
        known = next((form for form in (*FORMS, TITLE) if found and form == found["form"]), None)
        if found is None or known is None or (found["level"] and known not in LEVELLED):
            raise KetcontentError(
                f"'{one}' does not say which blocks are what.",
                hint="Write it as 12=paragraph, 12-15=item, 12=heading-3 or 12-15=item-2; "
                f"a block is one of {', '.join((*FORMS, TITLE))}.",
            )
        last = int(found["last"] or found["first"])
        numbers = range(int(found["first"]), last + 1)
        if not numbers:
            raise KetcontentError(
                f"'{one}' ends before it begins.", hint="Write the smaller number first: 2-9=item."
            )
        if twice := [number for number in numbers if number in said]:
            raise KetcontentError(
                f"'{one}' reads block {twice[0]} once more.", hint="Say once what a block is."
            )
        said |= dict.fromkeys(numbers, (known, int(found["level"] or 0)))
    titles = [number for number, (form, _) in said.items() if form == TITLE]
    if len(titles) > 1 or (titles and 0 in said):
        raise KetcontentError(
            "A page has one title.", hint="Name one block as the title, and say nothing of block 0."
        )
    page = file.page
    for number in sorted(said, reverse=True):  # a block may become several
        form, level = said[number]
        if form == TITLE:  # the one before goes to the top once the numbers count no more
            page = with_title(replace(page, title=""), number)
        else:
            page = with_form(page, number, form, level)
    if titles and file.page.title:
        first = SuppliedBlock("heading", file.page.title, level=1)
        page = replace(page, blocks=(first, *page.blocks))
    return replace(file, page=page)


_CORRECTION = re.compile(
    r"(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?=(?P<form>[a-z]+)(?:-(?P<level>[1-6]))?"
)


_LOCKED = "EncryptedPackage".encode("utf-16-le")
"""How a document that is locked with a password names its content ([MS-OFFCRYPTO], 2.3)."""


Reader = Callable[..., SuppliedPage]


def _reader_of(data: bytes, place: Path) -> Reader:
    """Return the reader of a file, whose name and bytes say the same."""
    named = _BY_ENDING.get(place.suffix.lower())
    found = other_format(data, "")
    if named is None:  # a name that says nothing, or that it is plain text
        if found is None:
            return _plain_text
        if not place.suffix and found == HTML:
            return _html
        raise _refuse(place, str(found), found.hint)
    kind, reader = named
    # Text in which marks of HTML stand may be Markdown, and a piece of HTML may hold few marks.
    text = reader not in (_word, _pdf)
    if (found is None and text) or (found and found.name == kind):
        return reader
    if (reader is _markdown and found and found.where) or (reader is _word and found == ZIP):
        return reader
    if found is None:
        raise _refuse(
            place,
            f"is no {place.suffix} file, though its name says so.",
            "Give it the ending of what it is, or ask who sent it for the whole file.",
        )
    if found.name == OLDER_OFFICE.name and _LOCKED in data:
        raise _refuse(place, "is locked with a password.", "Save it without one.")
    raise _refuse(
        place,
        f"is {found.name}, though its name ends in {place.suffix}.",
        found.hint if found.name != MARKDOWN.name else "Give it a name that ends in .md.",
    )


def _refuse(place: Path | str, message: str, hint: str) -> UnreadablePage:
    return UnreadablePage(f"{place} {message}", hint=hint, path=str(place))


def _require_words(page: SuppliedPage, place: Path) -> None:
    """Refuse a page without words, or with a character that nobody can see."""
    if found := hidden_character(page):
        character, where = found
        raise _refuse(
            place,
            f"holds {character} in {where}.",
            "Delete it: nobody can see it, and it can change what is read.",
        )
    if not page.blocks and not page.title:
        raise _refuse(
            place,
            "holds no words of a page.",
            "Add --whole to take what was left out."
            if page.left_out
            else "Name a file with one page.",
        )


# --- the formats --------------------------------------------------------------------------------


def _plain_text(data: bytes, name: str) -> SuppliedPage:
    text = decoded(data, name)
    refuse_hidden(text, name)
    return read_plain_text(text)


def _markdown(data: bytes, name: str) -> SuppliedPage:
    text = decoded(data, name)
    refuse_hidden(text, name)
    return read_markdown(text)


def _html(data: bytes, name: str, *, whole: bool = False) -> SuppliedPage:
    if _ARCHIVE.match(data[:4096]):
        data, encoding, frames = _page_of_archive(data, name)
    else:
        encoding, frames = "", []
    html = _decoded_html(data, name, encoding)
    if _DEFINES.match(html):
        raise _refuse(
            name,
            "has a document type that defines entities, which no browser reads in HTML.",
            "Save the page from a browser, with its words in place of them.",
        )
    if cut := _breaks_off(html):
        raise _refuse(name, f"breaks off {cut}: it is half a page.", "Save the page again.")
    page = read_html(html, whole=whole)
    shown = (words_of_html(_decoded_html(inner, name, said)) for inner, said in frames)
    left_out = (*page.left_out, *(LeftOut("frame", words) for words in shown if words))
    page = replace(page, left_out=left_out)
    if "\ufffd" in "".join(block.text for block in page.blocks):
        lost = Doubt("A letter was lost before the page came here: U+FFFD stands for it.")
        return replace(page, doubts=(*page.doubts, lost))
    return page


_DEFINES = re.compile(
    r"\s*(?:<\?[^>]*>\s*|<!--(?:(?!-->).)*-->\s*)*<!doctype[^>\[]*\[", re.IGNORECASE | re.DOTALL
)
"""The start of a page whose document type has declarations of its own (XML 1.0, 2.8)."""


_ARCHIVE = re.compile(
    rb"(?i)(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?content-type:\s*multipart/related"
)


def _page_of_archive(data: bytes, name: str) -> tuple[bytes, str, list[tuple[bytes, str]]]:
    """Return the page of a web archive (MHTML, RFC 2557), its encoding, and the frames in it."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    if message.defects:
        raise _refuse(name, "breaks off: it is half a web archive.", "Save the page again.")
    pages = [part for part in message.walk() if part.get_content_type() == "text/html"]
    if pages:
        page, *frames = (
            (bytes(p.get_payload(decode=True)), p.get_content_charset("")) for p in pages
        )
        return *page, frames
    raise _refuse(name, "is a web archive without a page.", "Save the page again, as HTML.")


_BYTE_ORDER = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)")
_OF_THE_WEB = re.compile(
    r"utf-8|utf-16|ascii|cp\d|iso8859|iso2022_jp|koi8|gb|hz|big5|shift_jis|euc|mac|tis|johab"
)
"""The encodings in which pages are written; Python knows others that no browser reads."""
_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)")


def _decoded_html(data: bytes, name: str, encoding: str) -> str:
    """Return a page as text, in the encoding that a browser takes it for (HTML, 13.2.3)."""
    for mark, of_mark in _BYTE_ORDER:
        if data.startswith(mark):
            data, encoding = data[len(mark) :], of_mark
            break
    said = _CHARSET.search(data[:4096])
    encoding = encoding or (said[1].decode("ascii", "replace") if said else "")
    declared = _XML_ENCODING.match(data[:200])
    encoding = encoding or (declared[1].decode("ascii", "replace") if declared else "")
    try:
        found = codecs.lookup(encoding or "utf-8").name
        if not _OF_THE_WEB.match(found):
            raise LookupError
    except (LookupError, ValueError):
        raise _refuse(
            name, f"is written in '{encoding}', which is not known.", "Save it as UTF-8."
        ) from None
    if found in ("iso8859-1", "ascii"):
        found = "cp1252"  # so does every browser
    try:
        return data.decode(found)
    except UnicodeDecodeError as fault:
        raise _refuse(
            name,
            f"is not {found.upper()}: byte {fault.start} is 0x{data[fault.start]:02x}.",
            "Save it as UTF-8, or name its encoding in <meta charset>.",
        ) from None


_OPEN_TAG = re.compile(r"<[A-Za-z/][^<>]*\Z")


def _breaks_off(html: str) -> str:
    """Return where a page ends before its end; nothing where it is whole."""
    last = html[-10_000:]
    if found := _OPEN_TAG.search(last):
        return f"inside a tag, at '{found.group()[:20]}'"
    lowered = html.lower()
    for opens, closes, what in (
        ("<!--", "-->", "a comment"),
        ("<script", "</script", "a script"),
        ("<style", "</style", "a style sheet"),
    ):
        if lowered.rfind(opens) > lowered.rfind(closes):
            return f"inside {what}"
    if "<body" in lowered and "</body" not in lowered and "</html" not in lowered:
        # Both may be left out; of most other elements the end is written (HTML, 13.1.2.4).
        return _inside_of(lowered)
    return ""


_WITHOUT_TAGS = re.compile(r"<!--.*?-->|<(script|style|title|textarea)\b.*?</\1", re.DOTALL)


_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>main|article|section|aside|header|footer|nav|div|h[1-6]|[duo]l|table"
    r"|blockquote|form|figure|details|span|strong|em|a|b|i)(?=[\s/>])[^>]*(?<!/)>"
)


def _inside_of(lowered: str) -> str:
    """Return in which element a page ends that has to be ended before it; nothing where in none."""
    open_: dict[str, int] = {}
    for found in _TAG.finditer(_WITHOUT_TAGS.sub("", lowered)):
        number = open_.pop(found["name"], 0) + (-1 if found["end"] else 1)
        if number > 0:
            open_[found["name"]] = number
    return f"inside of <{list(open_)[-1]}>" if open_ else ""


def _word(data: bytes, name: str, *, accept: bool = False) -> SuppliedPage:
    try:
        return read_word(data, accept=accept)
    except RefusedArchive as refused:
        hint = "Open it in Word or LibreOffice, and save it as a Word document (.docx) again"
        raise _refuse(
            name, f"{refused}.", f"{hint}, without a password, macros or embedded files."
        ) from None


def _pdf(data: bytes, name: str) -> SuppliedPage:
    try:
        return read_pdf(data)
    except RefusedPdf as refused:
        hint = "Ask who sent it for the whole file, or make the PDF anew."
        if "password" in str(refused):
            hint = "Save it again without a password."
        if "pages" in str(refused):
            hint = "Import one page, not a book; cut the file into its parts."
        if "scan" in str(refused):
            hint = (
                "Read it by OCR first (ocrmypdf writes a PDF with a text layer), and import that."
            )
        if "Arabic" in str(refused):
            hint = "Import the Word document or the web page that it was made of."
        raise _refuse(name, f"{refused}.", hint) from None


_BY_ENDING: dict[str, tuple[str, Reader]] = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".mht", ".mhtml"), (HTML.name, _html)),
    ".docx": (WORD.name, _word),
    ".pdf": (PDF.name, _pdf),
    **dict.fromkeys((".md", ".markdown", ".mkd", ".qmd"), (MARKDOWN.name, _markdown)),
}


ENDINGS = frozenset({*_BY_ENDING, ".txt", ".text"})
"""The endings of the names of files that are read."""
