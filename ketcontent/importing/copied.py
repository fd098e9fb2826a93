"""What somebody copied elsewhere → sentences in the marks that a cell holds, and what to tell.

The clipboard has rich text as HTML, which the reader of web pages reads; nothing of it is run or
loaded. A cell of the tables holds emphasis, strong words and links to the outside; raised and
lowered figures keep their look as letters of Unicode. A heading is the label of the sentence after
it, so that it stays in bold and runs into no other words. All else is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ketcontent.importing.html_reader import read_html, selected
from ketcontent.importing.plain_text_blocks import read_plain_text
from ketcontent.importing.sentences import split_sentences
from ketcontent.importing.supplied_page import SuppliedBlock, SuppliedPage, item_depths
from ketcontent.markup import as_markup, inline_plain, link_targets
from ketcontent.model import ROW_FORMS, item_form
from ketcontent.text import FORBIDDEN, counted, fold, unseen_places


@dataclass(frozen=True, slots=True)
class CopiedSentence:
    """A sentence that was copied."""

    text: str
    """Its words, with marks as a cell holds them."""
    form: str
    """What it stands in, as the column ``form`` says it."""
    block: int
    """Which paragraph, item or row that is, from 1."""
    label: str = ""
    """The number of an item and the words that name it, before its first sentence."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied."""

    sentences: tuple[CopiedSentence, ...]
    told: tuple[str, ...] = ()
    """What was left out, taken off, or may have come out wrong."""


def read_copied(html: str, text: str, language: str) -> Copied:
    """Return the sentences that were copied.

    Parameters
    ----------
    html, text
        The two forms that a clipboard has of it. Without HTML the text is what was meant, its
        marks those of a cell already.
    language
        The language of the page; sentences are split by its rules.

    Examples
    --------
    >>> copied = read_copied("<p>It <b>may</b> help.<p>CO<sub>2</sub>&nbsp;rises.", "", "en")
    >>> [one.text for one in copied.sentences]
    ['It **may** help.', 'CO₂ rises.']
    >>> copied.told
    ('1 no-break space became a space.', '1 raised or lowered figure: kept with its look; a ...')
    """
    page = read_html(selected(html)) if html else _read_text(text)
    seen: Counter[str] = Counter()
    blocks = list(page.blocks)
    if page.title:
        blocks.insert(0, SuppliedBlock("heading", page.title, level=1))
    found: list[CopiedSentence] = []
    depths: list[int] = []
    heading = ""  # that no sentence has come after yet
    for number, block in enumerate(blocks, 1):
        depths = item_depths(depths, block)
        form: str = item_form(len(depths)) if depths else block.form
        said = list(_sentences(block, language, seen, rich=bool(html)))
        if heading and said and _takes_label(block, said[0][1]):
            said[0] = said[0][0], heading
            seen["labels"] += 1
        elif heading:
            found.append(CopiedSentence(heading, "paragraph", number - 1))
        heading = ""
        if block.form == "heading":
            heading = as_markup(_cleaned(f"{block.number} {block.text}".strip(), Counter()))
        else:
            found += [CopiedSentence(text, form, number, label) for text, label in said]
    if heading:
        found.append(CopiedSentence(heading, "paragraph", len(blocks)))
    return Copied(tuple(found), tuple(_told(page, blocks, seen)))


def _takes_label(block: SuppliedBlock, label: str) -> bool:
    """Return whether a heading before a block can be the label of its first sentence."""
    return not label and block.form != "heading" and block.form not in ROW_FORMS


def _read_text(text: str) -> SuppliedPage:
    """Return plain text as a page; one line of it is what it is, wherever it is put."""
    if "\n" in text.strip():
        return read_plain_text(text)
    block = SuppliedBlock("paragraph", text.strip())
    return SuppliedPage("plain text", "", (block,) if block.text else ())


def _sentences(
    block: SuppliedBlock, language: str, seen: Counter[str], *, rich: bool
) -> Iterator[tuple[str, str]]:
    """Yield the sentences of a block, each with the label in front of it; a row is one."""
    row = block.form in ROW_FORMS
    label = _cleaned(f"{block.number} {block.label}".strip(), seen)
    at = 0
    sentences = [block.text] if row else split_sentences(block.text, language)
    for first, sentence in enumerate(sentences):
        at = block.text.index(sentence, at)
        end = at + len(sentence)
        words = _marked(block, at, end, seen) if rich else _cleaned(sentence, seen)
        at = end
        if words:
            yield words, "" if first else label


# --- what nobody sees ---------------------------------------------------------------------------

_NO_BREAK = frozenset("\u00a0\u2007\u202f")


_STEERING = re.compile(f"[{FORBIDDEN}]")


def _kept(text: str, seen: Counter[str]) -> list[str]:
    """Return each character of a text as it is kept: itself, a space, or nothing."""
    kept = list(text)
    for place in unseen_places(text):
        for at in place:
            seen["soft" if text[at] == "\u00ad" else "unseen"] += 1
            kept[at] = ""
    for at, one in enumerate(text):
        if one in _NO_BREAK:
            seen["no-break"] += 1
            kept[at] = " "
        elif kept[at] and _STEERING.match(one):
            seen["unseen"] += 1
            kept[at] = ""
    return kept


def _cleaned(text: str, seen: Counter[str]) -> str:
    return fold("".join(_kept(text, seen)))


# --- marks --------------------------------------------------------------------------------------

_Marks = tuple[str, bool, bool]
"""Where a letter links to, and whether it is strong and emphasized."""


_PLAIN: _Marks = ("", False, False)


_OUTWARD = re.compile(r"(?:https?://|mailto:|tel:)\S+", re.IGNORECASE)


def _marked(block: SuppliedBlock, start: int, end: int, seen: Counter[str]) -> str:
    """Return a part of a block as inline markup; without marks where none say the same words."""
    kept = _kept(block.text[start:end], seen)
    plain = fold("".join(kept))
    if block.form == "heading" or not block.marks:
        return as_markup(plain)
    marks = _marks_of_letters(block, start, len(kept), seen)
    targets = {link for link, _, _ in marks if link}
    # Where a mark cannot stand beside the letters around it, the least of them go first.
    for without in ((), ("emphasis",), ("strong",), ("emphasis", "strong")):
        some = [
            (link, strong and "strong" not in without, soft and "emphasis" not in without)
            for link, strong, soft in marks
        ]
        markup = fold(_written(kept, some))
        if inline_plain(markup) == plain and targets == set(link_targets(markup)):
            seen["marks"] += bool(without) and some != marks
            return markup
    seen["marks"] += 1
    return as_markup(plain)


def _marks_of_letters(
    block: SuppliedBlock, start: int, length: int, seen: Counter[str]
) -> list[_Marks]:
    """Return the marks of each letter from a place on; a link that leads nowhere is none."""
    marks = [_PLAIN] * length
    for one in block.marks:
        first, last = max(one.start - start, 0), min(one.end - start, length)
        target = _address(one.target.strip())
        if first >= last:
            continue
        if one.kind == "link" and not _OUTWARD.fullmatch(target):
            seen["links"] += bool(target)
            continue
        for at in range(first, last):
            link, strong, soft = marks[at]
            marks[at] = (
                target if one.kind == "link" else link,
                strong or one.kind == "strong",
                soft or one.kind == "emphasis",
            )
    return marks


def _address(target: str) -> str:
    """Return an address as a link of CommonMark takes it."""
    return re.sub(r"[\s()<>\\]", lambda found: f"%{ord(found[0]):02X}", target)


def _written(kept: Sequence[str], marks: Sequence[_Marks]) -> str:
    """Return letters with their marks: a link around strong words around emphasized ones."""
    letters = [one for one in zip(kept, _closed_up(kept, marks), strict=True) if one[0]]
    parts = []
    for link, linked in groupby(letters, key=lambda one: one[1][0]):
        inner = []
        for strong, bold in groupby(linked, key=lambda one: one[1][1]):
            some = []
            for emphasized, run in groupby(bold, key=lambda one: one[1][2]):
                words = as_markup("".join(letter for letter, _ in run))
                some.append(f"*{words}*" if emphasized else words)
            inner.append(f"**{''.join(some)}**" if strong else "".join(some))
        words = "".join(inner)
        parts.append(f"[{words}]({link})" if link else words)
    return "".join(parts)


def _closed_up(kept: Sequence[str], marks: Sequence[_Marks]) -> list[_Marks]:
    """Return marks such that none begins or ends at a space: it would be none to a reader of it.

    A space between two letters of the same mark has that mark, and any other has none.
    """
    closed = list(marks)
    at = 0
    while at < len(kept):
        if kept[at].strip():
            at += 1
            continue
        end = at
        while end < len(kept) and not kept[end].strip():
            end += 1
        before = closed[at - 1] if at else _PLAIN
        after = marks[end] if end < len(kept) else _PLAIN
        both: _Marks = (
            before[0] if before[0] == after[0] else "",
            before[1] and after[1],
            before[2] and after[2],
        )
        closed[at:end] = [both] * (end - at)
        at = end
    return closed


# --- what is told -------------------------------------------------------------------------------


def _told(page: SuppliedPage, blocks: Iterable[SuppliedBlock], seen: Counter[str]) -> Iterator[str]:
    if number := seen["no-break"]:
        became = "became a space" if number == 1 else "became spaces"
        yield f"{counted(number, 'no-break space')} {became}."
    for what, name in (("soft", "soft hyphen"), ("unseen", "invisible character")):
        if number := seen[what]:
            yield f"{counted(number, name)} taken out."
    for one in page.left_out:
        yield f"Left out ({one.what}): {_short(one.words)}"
    headings = [block.text for block in blocks if block.form == "heading"]
    if headings:
        said = "; ".join(map(_short, headings))
        others = len(headings) - seen["labels"]
        became = "the label of the sentence after it" if not others else "a label or a sentence"
        yield f"{counted(len(headings), 'heading')}, here {became}: {said}"
    if number := seen["links"]:
        yield f"{counted(number, 'link')} into the text that this comes from: the words are kept."
    if number := seen["marks"]:
        yield (
            f"{counted(number, 'sentence')} without bold, italics or links: a cell cannot hold "
            "them between these letters."
        )
    for doubt in page.doubts:
        if doubt.about not in ("links", "marks"):
            yield doubt.message


_SHOWN = 200


def _short(words: str) -> str:
    words = fold(words)
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"
