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
5. a short line without a full stop is a heading;
6. a line that goes on a broken sentence belongs to the line before;
7. anything else is a paragraph.

An item may start with a label (``Form: …``). Sentences are split by sentencex. A paragraph that
runs in after a heading such as *Important Note* is a notice, and so is any paragraph of the same
words elsewhere on the page.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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

_STEP = 10  # between positions, so that a row can be put between two others by hand

_LINE = re.compile(r"\r\n|\r|\n")
_BULLET_ALONE = re.compile(r"[-*–•◦‣▪●○■□·∙⁃]")
_BULLET = re.compile(r"(?:[-*–](?=\s)|[•◦‣▪●○■□·∙⁃])\s*(?=\S)")
_NUMBER = re.compile(
    r"(?P<number>\(?\d{1,3}(?:\.\d{1,3})*[.)]|\d{1,3}(?:\.\d{1,3})+"
    r"|(?:Part|Step|Chapter|Section|Stage)\s\d{1,3}[.:)]?)\s+(?=\S)"
)
_LABEL = re.compile(r"(?P<label>[^\s:][^:.!?;]{0,79}?)(?P<colon>\s?:)\s+(?=\S)")
_END_OF_SENTENCE = re.compile(r"[.!?…。！？；;,]['\"’”»)\]]*$")
_NOTICE = re.compile(
    r"\b(important|note|notice|warning|caution|disclaimer|attention|alert|danger|safety"
    r"|wichtig|hinweis|achtung|warnung|remarque|avertissement|nota|aviso|advertencia)\b",
    re.IGNORECASE,
)
_NO_LABEL = re.compile(
    r"(he|she|they|it|we|you|i|this|that|these|those|there|here|who|which|the|a|an|as|for|if|so)\b",
    re.IGNORECASE,
)
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
        text = data.decode("utf-8-sig")
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
    """A line of the page that carries words."""

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
    if lines and not lines[0].bullet and _is_title(lines[0].text):
        page.title = lines.pop(0).text
    numbered_items = _numbered_items(lines)
    for place, line in enumerate(lines):
        numbered = None if line.bullet else _NUMBER.match(line.text)
        if numbered and (place in numbered_items or not _is_heading(line.text[numbered.end() :])):
            mark = numbered["number"]
            if mark[-1].isalnum():
                numbered = None  # a label that ends in a letter or digit would get a colon
            else:
                _add(page, _Block("item", mark, line.text[numbered.end() :]))
                continue
        if numbered:
            rest = line.text[numbered.end() :]
            page.sections.append(_Section(numbered["number"], rest, run_in=False, blocks=[]))
            continue
        if line.bullet:
            label, words = _labelled(line.text)
            _add(page, _Block("item", label, words))
            continue
        label, words = _run_in(line.text)
        if label:
            form = "notice" if _NOTICE.search(label) else "paragraph"
            page.sections.append(_Section("", label, True, [_Block(form, "", words)]))
        elif place and _goes_on(page, lines[place - 1], line):
            page.sections[-1].blocks[-1].text += "\n" + line.text
        elif _is_heading(line.text):
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
    blocks = [block for section in page.sections for block in section.blocks]
    notices = {canonical(block.text) for block in blocks if block.form == "notice"}
    for block in blocks:
        if block.form == "paragraph" and canonical(block.text) in notices:
            block.form = "notice"


def _is_title(line: str) -> bool:
    return (
        len(line) <= 150
        and not _END_OF_SENTENCE.search(line.rstrip("?"))
        and (_NUMBER.match(line) is None and any(map(str.isalpha, line)))
    )


def _is_heading(line: str) -> bool:
    """Return whether a line outside a list reads as a heading."""
    words = line.split()
    if len(line) > 100 or len(words) > 12 or line[0].islower():
        return False
    if not any(map(str.isalpha, line)) or re.search(r"[.!?]\s", line):
        return False
    if line.endswith(":"):
        return len(words) <= 5 or _is_title_case(words)
    return line.endswith("?") or not _END_OF_SENTENCE.search(line)


def _is_title_case(words: Sequence[str]) -> bool:
    return not any(word[0].islower() and word not in _SMALL_WORDS for word in words)


def _labelled(line: str) -> tuple[str, str]:
    """Return the label of an item and its words; the label is empty where there is none."""
    match = _LABEL.match(line)
    if match is None or line[0].islower() or len(match["label"].split()) > 8:
        return "", line
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
    heading = len(words) <= 6 and _is_title_case(words)
    short = len(words) <= 3 and not _NO_LABEL.match(line)
    if not (heading or short):
        return "", line
    return match["label"] + match["colon"], line[match.end() :]


def _goes_on(page: _Page, before: _Received, line: _Received) -> bool:
    """Return whether a line goes on a sentence that the line before it broke off."""
    if line.after_blank or not page.sections or not page.sections[-1].blocks:
        return False
    last = page.sections[-1].blocks[-1].text
    if not last.endswith(before.text) or _END_OF_SENTENCE.search(last) or last.endswith(":"):
        return False
    return line.text[0].islower() or (len(before.text) >= 60 and not _is_heading(line.text))


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
        closes = bool(after) == bool(gap(sentence)) if sentence else False
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
    content: Content, text: str, *, document: str, language: str = "en", replace: bool = False
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
        The language of the page, as a BCP 47 tag; sentences are split by its rules.
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
    documents, sections, statements = _rows(page, document, language, old)
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
    _restore_sections(sections, statements, old)
    _restore_statements(statements, old)
    statements += _own_statements(statements, old)
    sections += _own_sections(sections, statements, old)
    _place(sections, scope=(), within=())
    _cut_with_their_section(statements, sections)
    _place(statements, scope=("section",), within=("supplied_section",))
    was = old.document
    untouched = not was or was["title"] == was["supplied_title"]
    title = page.title if untouched else was["title"]
    row = {
        **{"audience": "", "purpose": "", "publisher": "", "funding": "", "review_every_days": 365},
        **was,
        "document": document,
        "title": title or was.get("title") or document.replace("-", " ").capitalize(),
        "supplied_title": page.title,
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
                "supplied_number": section.number,
                "supplied_heading": section.heading,
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
                        "supplied_label": "" if first else block.label,
                        "supplied": sentence,
                    }
                )
    return sections, statements


class _Keys:
    """Hands out keys that are not taken, and were not before."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)

    def plain(self, wanted: str) -> str:
        """Return `wanted`, or the first of ``wanted-2``, ``wanted-3`` … that is free."""
        return self._first(chain([wanted], (f"{wanted}-{number}" for number in count(2))))

    def numbered(self, wanted: str) -> str:
        """Return the first of ``wanted-1``, ``wanted-2`` … that is free."""
        return self._first(f"{wanted}-{number}" for number in count(1))

    def _first(self, candidates: Iterable[str]) -> str:
        key = next(key for key in candidates if key not in self.taken)
        self.taken.add(key)
        return key


def _slug(text: str) -> str:
    """Return up to five words of a heading as a key, accents dropped."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", plain))
    slug = "-".join(words[:5])[:48].strip("-")
    return slug if re.search("[a-z]", slug) else ""


# --- taking a page in anew -------------------------------------------------------------------


def _restore_sections(sections: _Rows, statements: _Rows, old: _Old) -> None:
    """Give each section its key, and one that was here before its current edition."""
    before = sorted(
        (row for row in old.sections if row["supplied_position"] is not None),
        key=lambda row: row["supplied_position"],
    )
    was = [canonical(row["supplied_heading"]) for row in before]
    kept = _pairs(was, [canonical(row["supplied_heading"]) for row in sections])
    keys = _Keys(row["section"] for row in old.sections)
    key_of_place = {}
    for place, row in enumerate(sections):
        wanted, number = row.pop("wanted"), row["section"]
        if place in kept:
            current = before[kept[place]]
            row.update({name: current[name] for name in current if name not in row})
            row["section"] = current["section"]
        else:
            row["section"] = keys.plain(wanted)
            row["number"], row["heading"] = row["supplied_number"], row["supplied_heading"]
        key_of_place[number] = row["section"]
    for row in statements:
        row["supplied_section"] = key_of_place[row["supplied_section"]]


def _restore_statements(statements: _Rows, old: _Old) -> None:
    """Give each statement its key, and one that was here before its current edition."""
    order = {row["section"]: row["supplied_position"] for row in old.sections}
    before = sorted(
        (row for row in old.statements if row["supplied"]),
        key=lambda row: (order[row["supplied_section"]], row["supplied_position"]),
    )
    was = [canonical(row["supplied"]) for row in before]
    kept = _pairs(was, [canonical(row["supplied"]) for row in statements])
    keys = _Keys(row["statement"] for row in old.statements)
    for place, row in enumerate(statements):
        wanted = row.pop("wanted")
        if place in kept:
            current = before[kept[place]]
            row.update({name: current[name] for name in current if name not in row})
        else:
            row["statement"] = keys.numbered(wanted)
            row["form"], row["label"] = row["supplied_form"], row["supplied_label"]
            row["text"] = as_markup(fold(row["supplied"]))


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
    order: dict[tuple[Any, ...], _Rows] = defaultdict(list)
    for row in rows:
        if row.get("position") is not None:
            order[tuple(row[name] for name in scope)].append(row)
    for group in order.values():
        group.sort(key=lambda row: row["position"])
    anchor: dict[str, Any] | None = None
    for row in rows:
        if row["supplied_position"] is None:
            continue
        if anchor is not None and any(anchor[name] != row[name] for name in within):
            anchor = None
        if "position" not in row:
            _follow(row, anchor, order, scope)
        if row["position"] is not None:
            anchor = row
    for group in order.values():
        if any(row["position"] == _NEW for row in group):
            for place, row in enumerate(group, start=1):
                row["position"] = place * _STEP


_NEW = 0  # no row has this position: the schema starts at 1


def _cut_with_their_section(statements: _Rows, sections: _Rows) -> None:
    """Keep new statements out of the current edition where their whole section was cut."""
    cut = {row["section"] for row in sections if row["position"] is None}
    for row in statements:
        if "position" not in row and row["supplied_section"] in cut:
            row["section"], row["block"] = row["supplied_section"], row["supplied_block"]
            row["position"], row["text"] = None, ""


def _follow(
    row: dict[str, Any],
    anchor: dict[str, Any] | None,
    order: dict[tuple[Any, ...], _Rows],
    scope: tuple[str, ...],
) -> None:
    """Put a new row behind its anchor, or first where it has none."""
    for name in scope:
        row[name] = anchor[name] if anchor else row[f"supplied_{name}"]
    group = order[tuple(row[name] for name in scope)]
    if "supplied_block" in row:
        if anchor and anchor["supplied_block"] == row["supplied_block"]:
            row["block"], row["form"] = anchor["block"], anchor["form"]
        else:
            row["block"] = max((other["block"] for other in group), default=0) + 1
    row["position"] = _NEW
    place = next((n for n, other in enumerate(group) if other is anchor), -1)
    group.insert(place + 1, row)
