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

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ketcontent.errors import UnreadablePage
from ketcontent.importing.other_formats import marked_up, other_format
from ketcontent.text import FORBIDDEN, canonical, code_point, gap, joined

LARGEST_PAGE = 10_000_000
"""The largest file that is taken in, in bytes."""


_NARROWEST = 40
"""The shortest line, in characters, that is taken for one broken at the edge of a column."""


POSITION_STEP = 10  # between positions, so that a row can be put between two others by hand


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


_HIDDEN = re.compile(f"[{FORBIDDEN}]")


def read_page(path: str | Path) -> str:
    """Return the text of a page, without its byte-order mark.

    Raises
    ------
    UnreadablePage
        When the file is missing, over 10 MB, empty, of another format, or not UTF-8 text.

    Examples
    --------
    >>> read_page("tests/importing/pages/ketamine.txt").split("\\n")[0]
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
    except (OSError, ValueError) as fault:  # no name of a file holds a null
        reason = (getattr(fault, "strerror", "") or "it is not there").lower()
        raise refuse(f"cannot be read: {reason}.", "Name a text file with one page.") from None
    if other := other_format(data, place.suffix):
        raise refuse(str(other), other.hint)
    for mark, encoding in ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(mark):
            raise refuse(
                f"is not UTF-8: byte 0 starts the mark of {encoding}.",
                "Save it as UTF-8 in your text editor.",
            )
    if b"\x00" in data:
        raise refuse("is not text.", "Copy the words of the page into a plain text file.")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        raise refuse(
            f"is not UTF-8: byte {fault.start} is 0x{data[fault.start]:02x}.",
            "Save it as UTF-8 in your text editor.",
        ) from None
    refuse_hidden(text, str(place))
    return text


def refuse_marked_up(text: str, name: str) -> None:
    """Raise UnreadablePage where a text is written in the marks of HTML, RTF or Markdown."""
    if other := marked_up(text):
        raise UnreadablePage(f"{name} {other}", hint=other.hint, path=name)


def refuse_hidden(text: str, name: str) -> None:
    """Raise UnreadablePage where a text holds a character that nobody can see."""
    hidden = _HIDDEN.search(text)
    if hidden:
        before = _LINE.split(text[: hidden.start()])
        raise UnreadablePage(
            f"{name} is not plain text: line {len(before)}, character {len(before[-1]) + 1} is "
            f"{code_point(hidden.group())}.",
            hint="Delete it: nobody can see it, and it can change what is read.",
            path=name,
        )
    if not any(_content_lines(text)):
        raise UnreadablePage(f"{name} is empty.", hint="Name a text file with one page.", path=name)


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
    first: str
    broken: list[str] = field(default_factory=list)
    """The lines that go on the first, each broken at the edge of a column."""

    @property
    def text(self) -> str:
        """What stands in it, line by line."""
        return "\n".join([self.first, *self.broken])


@dataclass(slots=True)
class _Section:
    """A heading and what stands under it, as received."""

    number: str
    heading: str
    run_in: bool
    blocks: list[_Block]


@dataclass(slots=True)
class ReceivedPage:
    """A page as its structure was read."""

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


def parse_page(text: str) -> ReceivedPage:
    """Return the sections and blocks of a page, in order."""
    lines = list(_content_lines(text))
    page = ReceivedPage("", [])
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
            page.sections[-1].blocks[-1].broken.append(line.text)
        elif heading and _is_heading(line.text):
            page.sections.append(_Section("", line.text, run_in=False, blocks=[]))
        else:
            _add(page, _Block("paragraph", "", line.text))
    _mark_notices(page)
    return page


def _add(page: ReceivedPage, block: _Block) -> None:
    if not page.sections:  # text before any heading
        page.sections.append(_Section("", "", run_in=False, blocks=[]))
    page.sections[-1].blocks.append(block)


def _mark_notices(page: ReceivedPage) -> None:
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
    """Return a label so that `ketcontent.pages.document.label_text` gives it back as received."""
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


def _goes_on(page: ReceivedPage, before: _Received, line: _Received) -> bool:
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


_WINDOW = 2_000
"""Characters that sentencex is given at once: for some texts its time grows with the square."""


def split_sentences(text: str, language: str) -> list[str]:
    """Return the sentences of a block; joined again, they are its words, and no other.

    A sentence ends only where `ketcontent.text.normalize.gap` will put back what stood after it.
    """
    found: list[str] = []
    start = position = 0
    for end in _ends(text, language):
        piece = text[position:end]
        said = piece.rstrip()
        after = piece[len(said) :]
        position = end
        # A line that was broken inside a sentence is no end of one.
        closes = bool(said) and "\n" not in after and bool(after) == bool(gap(said))
        if closes and _NO_END.search(said[-20:]) and text[end : end + 1].isdigit():
            closes = False
        if closes:
            found.append(text[start:end].strip())
            start = end
    found += filter(None, [text[start:].strip()])
    if canonical(joined(found)) != canonical(text):
        return [text]  # whatever a splitter does to a text, no letter of it is lost
    return found


def _ends(text: str, language: str) -> Iterator[int]:
    """Yield where sentencex ends a sentence; where it finds none in a window, none ends there."""
    from sentencex import segment

    start = 0
    while start < len(text):
        window = text[start : start + _WINDOW]
        # It panics at "A.", with a space of more than one byte before the stop.
        lengths = [len(one) for one in segment(language.split("-")[0], re.sub(r"\s", " ", window))]
        cut = start + _WINDOW < len(text)
        if cut and len(lengths) == 1:
            start += _WINDOW
            continue
        for length in lengths[:-1] if cut else lengths:  # the last one goes on behind the window
            start += length
            yield start
