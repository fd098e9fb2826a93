"""A page as received → rows of documents, sections and statements.

The law: nothing is lost, nothing is added, the order is kept. Each received line comes back from
``assemble(…, edition="supplied")`` as one line with the same characters, but for the mark of a
bullet and for white space. What the lines *mean* (a heading, a labelled item, a notice) is a
guess from their form; a wrong guess puts a line in the wrong dress, never out of its place.

How a line is read, first match wins:

1. a bullet mark alone makes the next line an item; a bullet mark before text makes it an item;
2. the first line, when it reads as a heading, is the title;
3. a number before a heading opens a numbered section; before a sentence, or in a run of numbered
   lines with nothing between them, it is a numbered item;
4. ``Conclusion: As research …`` outside a list opens a section whose heading runs in;
5. a line that goes on a sentence broken off in the line before belongs to that line;
6. a short line without a full stop is a heading;
7. anything else is a paragraph.

An item may start with a label (``Form: …``). Sentences are split by sentencex. A paragraph that
stands under, or runs in after, a heading such as *Important Note* is a notice, and so is any
paragraph of the same words elsewhere on the page.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import Any

import pandas as pd

from ketcontent.errors import AlreadyThere, UnreadablePage
from ketcontent.rendering import as_markup
from ketcontent.tables import Content, frame_of
from ketcontent.wording import canonical, fold, gap, joined

LARGEST_PAGE = 10_000_000
"""The largest file that is taken in, in bytes."""

_NARROWEST = 40
"""The shortest line, in characters, that is taken for one broken at the edge of a column."""

_STEP = 10  # between positions, so that a row can be put between two others by hand

_LINE = re.compile(r"\r\n|\r|\n")
# What is read as a bullet is not printed back, so a mark that could say something is none: a ring
# is a yes in Japanese, a box is to be ticked, and in "·5" the dot is a decimal point.
_BULLET_ALONE = re.compile(r"[-*–•]")
_BULLET = re.compile(r"(?:[-*–◦‣▪●·∙⁃](?=\s)|•)\s*(?=\S)")
_NUMBER = re.compile(
    r"(?P<number>\(?\d{1,3}(?:\.\d{1,3})*[.)]|\d{1,3}(?:\.\d{1,3})+"
    r"|(?:Part|Step|Chapter|Section|Stage)\s\d{1,3}[.:)]?)\s+(?=\S)"
)
_LABEL = re.compile(r"(?P<label>[^\s:][^:.!?;]{0,79}?)(?P<colon>\s?:)\s+(?=\S)")
_END_OF_SENTENCE = re.compile(r"[.!?؟…。！？；;,]['\"’”»)\]]*$")
_QUESTION = ("?", "？", "؟")
_COMMA = re.compile(r"[,;]$")
_BEFORE_A_LIST = re.compile(
    r"\b(include|includes|including|are|is|be|have|has|if|when|that|to|with|of|for|from|by|as)\s?:$"
)
_NO_END = re.compile(r"\b(?:approx|max|min|tel|ext)\.$", re.IGNORECASE)  # before a number
_CALL = (
    "note|notice|warning|caution|disclaimer|attention|alert|danger"
    "|wichtig|hinweis|achtung|warnung|remarque|avertissement|nota|aviso|advertencia"
)
_NOTICE = re.compile(
    rf"(?:{_CALL})\b.*|.*\b(?:{_CALL})|(?:very )?important(?: safety)?(?: information)?",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:he|she|they|it|we|you|i|this|that|these|those|there|who|which|an?)\b", re.IGNORECASE
)
_LINKING = re.compile(r"(?:here|the|as|for|if|so)\b", re.IGNORECASE)
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "of", "on", "or", "the"}
    | {"to", "vs", "with"}
)
_HIDDEN = re.compile("[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]")


# --- reading a file --------------------------------------------------------------------------


def read_page(path: str | Path) -> str:
    """Return the text of a page, without its byte-order mark.

    Raises
    ------
    UnreadablePage
        When the file is missing, over 10 MB, empty, or not UTF-8 text.

    Examples
    --------
    >>> read_page("tests/pages/ketamine.txt").split("\\n")[0]
    'Ketamine'
    """
    place = Path(path)

    def refuse(message: str, hint: str) -> UnreadablePage:
        return UnreadablePage(f"{place} {message}", hint=hint, path=str(place))

    try:
        size = place.stat().st_size
        if size > LARGEST_PAGE:
            raise refuse(
                f"has {size:,} bytes, more than 10 MB.",
                "Import one page, not a site; cut the file into its pages.",
            )
        data = place.read_bytes()
    except OSError as fault:
        reason = (fault.strerror or "cannot be read").lower()
        raise refuse(f"cannot be read: {reason}.", "Name a text file with one page.") from None
    for mark, encoding in ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(mark):
            raise refuse(
                f"is not UTF-8: byte 0 starts the mark of {encoding}.",
                "Save it as UTF-8 in your text editor.",
            )
    if b"\x00" in data or data.startswith((b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise refuse("is not text.", "Copy the words of the page into a plain text file.")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        raise refuse(
            f"is not UTF-8: byte {fault.start} is 0x{data[fault.start]:02x}.",
            "Save it as UTF-8 in your text editor.",
        ) from None
    _refuse_hidden(text, str(place))
    return text


def _refuse_hidden(text: str, name: str) -> None:
    hidden = _HIDDEN.search(text)
    if hidden:
        before = _LINE.split(text[: hidden.start()])
        code = ord(hidden.group())
        kind = unicodedata.name(hidden.group(), "control character")
        raise UnreadablePage(
            f"{name} is not plain text: line {len(before)}, character {len(before[-1]) + 1} is "
            f"U+{code:04X} {kind}.",
            hint="Delete it: nobody can see it, and it can change what is read.",
            path=name,
        )
    if not any(_content_lines(text)):
        raise UnreadablePage(f"{name} is empty.", hint="Name a text file with one page.", path=name)


# --- from text to sections and blocks --------------------------------------------------------


@dataclass(slots=True)
class _Received:
    """A line of the page that carries words, without its bullet mark."""

    text: str
    bullet: bool
    after_blank: bool


@dataclass(slots=True)
class _Block:
    """A paragraph, item or notice, as received."""

    form: str
    label: str
    text: str


@dataclass(slots=True)
class _Section:
    """A heading and what stands under it, as received."""

    number: str
    heading: str
    run_in: bool
    blocks: list[_Block]


@dataclass(slots=True)
class _Page:
    title: str
    sections: list[_Section]


def _content_lines(text: str) -> Iterable[_Received]:
    """Yield the lines with words; a bullet mark alone belongs to the next of them."""
    bullet = blank = False
    for raw in _LINE.split(text.removeprefix("\ufeff")):
        line = raw.replace("\f", " ").replace("\v", " ").strip()
        if not line:
            blank = True
        elif _BULLET_ALONE.fullmatch(line):
            bullet = True
        else:
            mark = _BULLET.match(line)
            yield _Received(line[mark.end() :] if mark else line, bullet or bool(mark), blank)
            bullet = blank = False


def _read(text: str) -> _Page:
    """Return the sections and blocks of a page, in order."""
    lines = list(_content_lines(text))
    page = _Page("", [])
    after: list[_Received | None] = [*lines[1:], None]
    top = lines[0] if lines else None
    titled = top and not top.bullet and _is_title(top.text) and not _breaks_off(top, after[0])
    if top and titled:
        page.title = top.text
    first = 1 if titled else 0
    numbered_items = _numbered_items(lines)
    for place in range(first, len(lines)):
        line = lines[place]
        if line.bullet:
            _add(page, _Block("item", *_labelled(line.text)))
            continue
        heading = not _breaks_off(line, after[place])
        numbered = _NUMBER.match(line.text)
        if numbered:
            mark, rest = numbered["number"], line.text[numbered.end() :]
            if place not in numbered_items and heading and _is_heading(rest):
                page.sections.append(_Section(mark, rest, run_in=False, blocks=[]))
                continue
            if not mark[-1].isalnum():  # a label that ends in a letter or digit gets a colon
                label, words = _labelled(rest)
                _add(page, _Block("item", f"{mark} {label}".strip(), words))
                continue
        label, words = _run_in(line.text)
        if label:
            page.sections.append(_Section("", label, True, [_Block("paragraph", "", words)]))
        elif place > first and _goes_on(page, lines[place - 1], line):
            page.sections[-1].blocks[-1].text += "\n" + line.text
        elif heading and _is_heading(line.text):
            page.sections.append(_Section("", line.text, run_in=False, blocks=[]))
        else:
            _add(page, _Block("paragraph", "", line.text))
    _mark_notices(page)
    return page


def _add(page: _Page, block: _Block) -> None:
    if not page.sections:  # text before any heading
        page.sections.append(_Section("", "", run_in=False, blocks=[]))
    page.sections[-1].blocks.append(block)


def _mark_notices(page: _Page) -> None:
    notices: set[str] = set()
    for section in page.sections:
        if not section.number and _NOTICE.fullmatch(section.heading.rstrip(": ")):
            under = section.blocks[:1] if section.run_in else section.blocks
            notices.update(canonical(one.text) for one in under if one.form != "item")
    for block in (block for section in page.sections for block in section.blocks):
        if block.form == "paragraph" and canonical(block.text) in notices:
            block.form = "notice"


def _is_title(line: str) -> bool:
    return (
        len(line) <= 150
        and not line.endswith(":")
        and not _END_OF_SENTENCE.search(line.rstrip("".join(_QUESTION)))
        and (_NUMBER.match(line) is None and any(map(str.isalpha, line)))
    )


def _is_heading(line: str) -> bool:
    """Return whether a line outside a list reads as a heading."""
    words = line.split()
    if len(line) > 100 or len(words) > 12 or line[0].islower():
        return False
    if not any(map(str.isalpha, line)) or re.search(r"[.!?؟]\s|[。！？｡].", line):
        return False
    if line.endswith(":"):
        return _is_title_case(words) or (len(words) <= 5 and not _BEFORE_A_LIST.search(line))
    return line.endswith(_QUESTION) or not _END_OF_SENTENCE.search(line)


def _is_title_case(words: Sequence[str]) -> bool:
    return not any(word[0].islower() and word not in _SMALL_WORDS for word in words)


def _labelled(line: str) -> tuple[str, str]:
    """Return the label of an item and its words; the label is empty where there is none."""
    match = _LABEL.match(line)
    if match is None or line[0].islower():
        return "", line
    words = match["label"].split()
    if len(words) > 8 or (_SUBJECT.match(line) and not _is_title_case(words)):
        return "", line  # "You may ask: …" is the start of a sentence
    return _label(match), line[match.end() :]


def _label(match: re.Match[str]) -> str:
    """Return a label so that `ketcontent.documents.label_text` gives it back as received."""
    bare = not match["colon"].strip(":") and match["label"][-1].isalnum()
    return match["label"] if bare else match["label"] + match["colon"]


def _run_in(line: str) -> tuple[str, str]:
    """Return the heading that a line starts with, with its colon, and the words after it."""
    match = _LABEL.match(line)
    if match is None or line[0].islower():
        return "", line
    words = match["label"].split()
    if len(match["label"]) == 1:  # the Q and A of questions and answers
        return "", line
    heading = len(words) <= 6 and _is_title_case(words)
    short = len(words) <= 3 and not (_SUBJECT.match(line) or _LINKING.match(line))
    if not (heading or short):
        return "", line
    return match["label"] + match["colon"], line[match.end() :]


def _breaks_off(line: _Received, after: _Received | None) -> bool:
    """Return whether a line that could be a heading is the broken first line of a sentence."""
    return (
        len(line.text) >= _NARROWEST
        and after is not None
        and not (after.bullet or after.after_blank or line.text.endswith((":", *_QUESTION)))
        and after.text[0].islower()
    )


def _goes_on(page: _Page, before: _Received, line: _Received) -> bool:
    """Return whether a line goes on a sentence that the line before it broke off."""
    if line.after_blank or not page.sections or not page.sections[-1].blocks:
        return False
    comma = _COMMA.search(before.text)
    if before.text.endswith(":") or (_END_OF_SENTENCE.search(before.text) and not comma):
        return False
    length = len(before.text)
    if line.text[0].islower():
        return length >= _NARROWEST or page.sections[-1].blocks[-1].form == "item"
    return length >= (_NARROWEST if comma else 60) and not _is_heading(line.text)


def _numbered_items(lines: Sequence[_Received]) -> set[int]:
    """Return the places of short numbered lines that are a list, not headings.

    A list starts at 1, and the next number follows at once; headings have text under them.
    """
    numbers = [None if line.bullet else _plain_number(line.text) for line in lines]
    items: set[int] = set()
    for place, number in enumerate(numbers):
        before = numbers[place - 1] if place else None
        after = numbers[place + 1] if place + 1 < len(numbers) else None
        starts = number == 1 and after == 2
        goes_on = number is not None and place - 1 in items and before == number - 1
        if starts or goes_on:
            items.add(place)
    return items


def _plain_number(line: str) -> int | None:
    match = re.match(r"\(?(\d{1,3})[.)]\s", line)
    return int(match.group(1)) if match else None


def _sentences(text: str, language: str) -> list[str]:
    """Return the sentences of a block; joined again, they are its words, and no other.

    A sentence ends only where `ketcontent.wording.gap` will put back what stood after it.
    """
    from sentencex import segment

    found: list[str] = []
    start = position = 0
    # A line that was broken inside a sentence is no end of one.
    for piece in segment(language.split("-")[0], text.replace("\n", " ")):
        position += len(piece)
        sentence = text[start:position].strip()
        after = text[start:position][len(text[start:position].rstrip()) :]
        closes = "\n" not in after and bool(after) == bool(gap(sentence)) if sentence else False
        if _NO_END.search(sentence) and text[position : position + 1].isdigit():
            closes = False
        if closes or (sentence and position >= len(text)):
            found.append(sentence)
            start = position
    rest = text[start:].strip()
    if rest:
        found.append(rest)
    if canonical(joined(found)) != canonical(text):
        return [text]  # whatever a splitter does to a text, no letter of it is lost
    return found


# --- from blocks to rows ---------------------------------------------------------------------


def import_page(
    content: Content, text: str, *, document: str, language: str = "", replace: bool = False
) -> Content:
    """Return `content` with a page taken in as received, its current edition the same words.

    Parameters
    ----------
    content
        The tables to add to.
    text
        The page, as `read_page` returns it.
    document
        The key of the page: lower-case letters, digits and single hyphens.
    language
        The language of the page, as a BCP 47 tag; sentences are split by its rules. By default
        the one that the page has already, else English.
    replace
        Whether to take the page in anew where it is there already. A section whose heading and a
        statement whose words are unchanged keep their keys and all of their current edition;
        what editors added stays, and so do rewordings of sentences that were not received again.

    Raises
    ------
    AlreadyThere
        When the document exists and `replace` is not set.
    UnreadablePage
        When the text is empty or holds control characters.

    Examples
    --------
    >>> from ketcontent.tables import empty_content
    >>> content = import_page(empty_content(), "Aspirin\\nForms:\\n- Oral: Tablets. Not gum.",
    ...     document="aspirin")
    >>> content.statements[["statement", "supplied_label", "supplied"]].values.tolist()
    [['oral-1', 'Oral', 'Tablets.'], ['oral-2', '', 'Not gum.']]
    """
    known = document in set(content.documents["document"])
    if known and not replace:
        raise AlreadyThere(
            f"The document '{document}' is there already.",
            hint="Add --replace to take it in anew; edited sentences keep their current wording.",
            name=document,
        )
    _refuse_hidden(text, f"The page for '{document}'")
    page = _read(text)
    old = _Old.of(content, document)
    spoken = language or old.document.get("language", "en")
    documents, sections, statements = _rows(page, document, spoken, old)
    return dataclasses.replace(
        content,
        documents=_put(content, "documents", document, documents),
        sections=_put(content, "sections", document, sections),
        statements=_put(content, "statements", document, statements),
    )


_Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Old:
    """The rows of the document before it is taken in anew."""

    document: dict[str, Any]
    sections: _Rows
    statements: _Rows

    @classmethod
    def of(cls, content: Content, document: str) -> _Old:
        def rows(frame: pd.DataFrame) -> _Rows:
            chosen = frame[frame["document"] == document]
            # An empty whole number is None here, so that it is false and sorts by hand.
            return [
                {str(name): None if cell is pd.NA else cell for name, cell in row.items()}
                for row in chosen.astype(object).to_dict("records")
            ]

        found = rows(content.documents)
        return cls(found[0] if found else {}, rows(content.sections), rows(content.statements))


def _put(content: Content, table: str, document: str, rows: _Rows) -> pd.DataFrame:
    """Return a table with the document's rows replaced, sorted by key."""
    frame: pd.DataFrame = getattr(content, table)
    kept = frame[frame["document"] != document]
    key = list(content.schemas[table].key)
    together = pd.concat([kept, frame_of(table, rows, content)], ignore_index=True)
    return together.sort_values(key, ignore_index=True)


def _rows(page: _Page, document: str, language: str, old: _Old) -> tuple[_Rows, _Rows, _Rows]:
    """Return the rows of documents, sections and statements for a page."""
    sections, statements = _received_rows(page, document, language)
    kept = _kept_statements(statements, old)
    _restore_sections(sections, statements, kept, old)
    _restore_statements(statements, kept, old)
    statements += _own_statements(statements, old)
    sections += _own_sections(sections, statements, old)
    _place(sections, scope=(), within=())
    _cut_with_their_section(statements, sections)
    _place(statements, scope=("section",), within=("supplied_section",))
    was = old.document
    spare = document.replace("-", " ").capitalize()
    received = _cell(page.title)
    untouched = not was or was["title"] == (was["supplied_title"] or spare)
    row = {
        **{"audience": "", "purpose": "", "publisher": "", "funding": "", "review_every_days": 365},
        **was,
        "document": document,
        "title": (received or spare) if untouched else was["title"],
        "supplied_title": received,
        "language": language,
    }
    return [row], sections, statements


def _received_rows(page: _Page, document: str, language: str) -> tuple[_Rows, _Rows]:
    """Return rows of sections and statements with their received half, and the wanted keys."""
    sections: _Rows = []
    statements: _Rows = []
    for place, section in enumerate(page.sections, start=1):
        wanted = _slug(section.heading) or ("lede" if place == 1 else "section")
        sections.append(
            {
                "document": document,
                "section": place,  # its key comes once it is known whether it was here before
                "wanted": wanted,
                "supplied_position": place * _STEP,
                "supplied_number": _cell(section.number),
                "supplied_heading": _cell(section.heading),
                "supplied_run_in": section.run_in,
            }
        )
        order = 0
        for number, block in enumerate(section.blocks, start=1):
            for first, sentence in enumerate(_sentences(block.text, language)):
                order += 1
                statements.append(
                    {
                        "document": document,
                        "wanted": _slug(block.label) or wanted,
                        "supplied_section": place,
                        "supplied_block": number,
                        "supplied_position": order * _STEP,
                        "supplied_form": block.form,
                        "supplied_label": "" if first else _cell(block.label),
                        "supplied": sentence,
                    }
                )
    return sections, statements


def _cell(text: str) -> str:
    """Return a heading or label as the tables hold it: without tabs."""
    return text.replace("\t", " ")


class _Keys:
    """Hands out keys that are not taken, and were not before."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)
        self.numbers: dict[str, Iterator[int]] = {}

    def plain(self, wanted: str) -> str:
        """Return `wanted`, or the first of ``wanted-2``, ``wanted-3`` … that is free."""
        if wanted not in self.taken:
            self.taken.add(wanted)
            return wanted
        return self.numbered(wanted, first=2)

    def numbered(self, wanted: str, *, first: int = 1) -> str:
        """Return the first of ``wanted-1``, ``wanted-2`` … that is free."""
        numbers = self.numbers.setdefault(wanted, count(first))
        candidates = (f"{wanted}-{number}" for number in numbers)
        key = next(key for key in candidates if key not in self.taken)
        self.taken.add(key)
        return key


def _slug(text: str) -> str:
    """Return up to five words of a heading as a key, accents dropped."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", plain))
    slug = "-".join(words[:5])[:48].strip("-")
    return slug if re.search("[a-z]", slug) else ""


# --- taking a page in anew -------------------------------------------------------------------


_Kept = dict[int, dict[str, Any]]  # the row that a received row was before, by its place


def _kept_statements(statements: _Rows, old: _Old) -> _Kept:
    """Return the old rows of the statements whose words were received before."""
    order = {row["section"]: row["supplied_position"] for row in old.sections}
    before = sorted(
        (row for row in old.statements if row["supplied"]),
        key=lambda row: (order[row["supplied_section"]], row["supplied_position"]),
    )
    was = [canonical(row["supplied"]) for row in before]
    pairs = _pairs(was, [canonical(row["supplied"]) for row in statements])
    return {place: before[pair] for place, pair in pairs.items()}


def _kept_sections(sections: _Rows, statements: _Rows, kept: _Kept, old: _Old) -> _Kept:
    """Return the old rows of the sections that were received before.

    They have the same heading; or a new one over the same words, in the place of an old one.
    """
    before = sorted(
        (row for row in old.sections if row["supplied_position"] is not None),
        key=lambda row: row["supplied_position"],
    )
    was = [canonical(row["supplied_heading"]) for row in before]
    pairs = _pairs(was, [canonical(row["supplied_heading"]) for row in sections])
    found = {place: before[pair] for place, pair in pairs.items()}
    there = {row["section"] for row in found.values()}
    spare = {row["section"]: row for row in before if row["section"] not in there}
    for place, row in kept.items():
        number = statements[place]["supplied_section"] - 1
        if number not in found and row["supplied_section"] in spare:
            found[number] = spare.pop(row["supplied_section"])
    return found


def _restore_sections(sections: _Rows, statements: _Rows, kept: _Kept, old: _Old) -> None:
    """Give each section its key, and one that was here before its current edition."""
    keys = _Keys(row["section"] for row in old.sections)
    found = _kept_sections(sections, statements, kept, old)
    key_of_place = {}
    for place, row in enumerate(sections):
        wanted, number = row.pop("wanted"), row["section"]
        if place in found:
            _keep(row, found[place], follows=("number", "heading"))
            row["section"] = found[place]["section"]
        else:
            row["section"] = keys.plain(wanted)
            row["number"], row["heading"] = row["supplied_number"], row["supplied_heading"]
        key_of_place[number] = row["section"]
    for row in statements:
        row["supplied_section"] = key_of_place[row["supplied_section"]]


def _restore_statements(statements: _Rows, kept: _Kept, old: _Old) -> None:
    """Give each statement its key, and one that was here before its current edition."""
    keys = _Keys(row["statement"] for row in old.statements)
    for place, row in enumerate(statements):
        wanted = row.pop("wanted")
        if place in kept:
            _keep(row, kept[place], follows=("label",))
        else:
            row["statement"] = keys.numbered(wanted)
            row["form"], row["label"] = row["supplied_form"], row["supplied_label"]
            row["text"] = as_markup(fold(row["supplied"]))


def _keep(row: dict[str, Any], was: dict[str, Any], *, follows: tuple[str, ...]) -> None:
    """Give a received row the current half that it had.

    The columns of `follows`, where nobody edited them, read as they are received now.
    """
    row.update({name: was[name] for name in was if name not in row})
    for name in follows:
        if row["position"] is not None and was[name] == was[f"supplied_{name}"]:
            row[name] = row[f"supplied_{name}"]


def _pairs(was: list[str], now: list[str]) -> dict[int, int]:
    """Return, by the place of a text in `now`, its place in `was`.

    Texts that kept their order are paired first, then those that moved; each at most once.
    """
    pairs: dict[int, int] = {}
    for run in difflib.SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks():
        pairs.update((run.b + step, run.a + step) for step in range(run.size))
    spare: dict[str, list[int]] = defaultdict(list)
    for place in sorted(set(range(len(was))) - set(pairs.values())):
        spare[was[place]].append(place)
    for place, text in enumerate(now):
        if place not in pairs and spare[text]:
            pairs[place] = spare[text].pop(0)
    return pairs


def _own_statements(statements: _Rows, old: _Old) -> _Rows:
    """Return the statements that editors added, or reworded and that were not received again."""
    there = {row["statement"] for row in statements}
    return [
        {**row, **_NOT_RECEIVED["statement"]}
        for row in old.statements
        if row["statement"] not in there and _is_own_statement(row)
    ]


def _is_own_statement(row: dict[str, Any]) -> bool:
    if not row["supplied"]:
        return True
    return row["position"] is not None and row["text"] != as_markup(fold(row["supplied"]))


def _own_sections(sections: _Rows, statements: _Rows, old: _Old) -> _Rows:
    """Return the sections that editors added or renamed, and those that statements stand in."""
    there = {row["section"] for row in sections}
    used = {row.get("section") for row in statements}
    return [
        {**row, **_NOT_RECEIVED["section"]}
        for row in old.sections
        if row["section"] not in there
        and (
            row["section"] in used
            or row["supplied_position"] is None
            or row["heading"] != row["supplied_heading"]
        )
    ]


_NOT_RECEIVED: dict[str, dict[str, Any]] = {
    "section": {
        "supplied_position": None,
        "supplied_number": "",
        "supplied_heading": "",
        "supplied_run_in": False,
    },
    "statement": {
        "supplied_section": "",
        "supplied_block": None,
        "supplied_position": None,
        "supplied_form": "",
        "supplied_label": "",
        "supplied": "",
    },
}


def _place(rows: _Rows, *, scope: tuple[str, ...], within: tuple[str, ...]) -> None:
    """Put rows without a place in the current edition where they were received.

    A new row follows the one received before it (in the same section, for statements), wherever
    an editor has moved that one; the rows of a scope are numbered again only where one came in.
    """
    order: dict[tuple[Any, ...], _Group] = defaultdict(_Group)
    for row in rows:
        if row.get("position") is not None:
            order[tuple(row[name] for name in scope)].rows.append(row)
    for group in order.values():
        group.rows.sort(key=lambda row: row["position"])
    anchor: dict[str, Any] | None = None
    for row in rows:
        if row["supplied_position"] is None:
            continue
        if anchor is not None and any(anchor[name] != row[name] for name in within):
            anchor = None
        if "position" not in row:
            for name in scope:
                row[name] = anchor[name] if anchor else row[f"supplied_{name}"]
            order[tuple(row[name] for name in scope)].insert(row, anchor)
        if row["position"] is not None:
            anchor = row
    for group in order.values():
        if any(row["position"] == _NEW for row in group.rows):
            for place, row in enumerate(group.rows, start=1):
                row["position"] = place * _STEP


_NEW = 0  # no row has this position: the schema starts at 1


def _cut_with_their_section(statements: _Rows, sections: _Rows) -> None:
    """Keep new statements out of the current edition where their whole section was cut."""
    cut = {row["section"] for row in sections if row["position"] is None}
    for row in statements:
        if "position" not in row and row["supplied_section"] in cut:
            row["section"], row["block"] = row["supplied_section"], row["supplied_block"]
            row["position"], row["text"] = None, ""


@dataclass(slots=True)
class _Group:
    """The sections of a page or the statements of a section, as the current edition has them."""

    rows: _Rows = field(default_factory=list)
    found: int = 0
    """Where the last anchor was found; the next one is seldom far behind it."""
    blocks: int = 0
    """The highest number of a block, once it was asked for."""

    def insert(self, row: dict[str, Any], anchor: dict[str, Any] | None) -> None:
        """Put a new row behind its anchor, or first where it has none."""
        place = 0 if anchor is None else self._place(anchor) + 1
        if "supplied_block" in row:
            place = self._join_block(row, anchor, place)
        row["position"] = _NEW
        self.rows.insert(place, row)

    def _place(self, anchor: dict[str, Any]) -> int:
        places = chain(range(self.found, len(self.rows)), range(self.found))
        self.found = next(place for place in places if self.rows[place] is anchor)
        return self.found

    def _join_block(self, row: dict[str, Any], anchor: dict[str, Any] | None, place: int) -> int:
        """Give a new statement its block, and return its place in the section.

        It joins the block of the sentence that it was received in one block with, before or
        after it; else it gets a block of its own, and breaks no other.
        """
        received = row["supplied_section"], row["supplied_block"]
        behind = self.rows[place] if place < len(self.rows) else None
        for other in (anchor, behind):
            if other and (other["supplied_section"], other["supplied_block"]) == received:
                row["block"], row["form"] = other["block"], other["form"]
                return place
        while anchor and place < len(self.rows) and self.rows[place]["block"] == anchor["block"]:
            place += 1
        if not self.blocks:
            self.blocks = max((one["block"] for one in self.rows), default=0)
        self.blocks += 1
        row["block"] = self.blocks
        return place
