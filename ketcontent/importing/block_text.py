"""What readers of several formats do with the text of a block."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ketcontent.importing.headings import labelled
from ketcontent.importing.supplied_page import SuppliedBlock

FIGURES: Mapping[str, Mapping[int, int]] = {
    "sup": str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ"),
    "sub": str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
}
"""How raised and lowered figures keep their look in plain text (Unicode, superscripts)."""


def are_figures(words: str) -> bool:
    """Return whether raised words are figures, which would else become digits of a word.

    Examples
    --------
    >>> are_figures("1,2"), are_figures("-9"), are_figures("st"), are_figures("[1]")
    (True, True, False, False)
    >>> are_figures("1/2"), are_figures("2a"), are_figures("n")
    (True, True, True)
    """
    return bool(_FIGURES.fullmatch(words)) or words == "n"


_FIGURES = re.compile(r"(?=.*\d)[\d+\-=()n,;–\s/*†‡§]+|[\d,\s]*\d[a-m]", re.DOTALL)


def are_letters(words: str) -> bool:
    """Return whether raised words become letters of the word before, and end no ordinal number.

    Examples
    --------
    >>> are_letters("a"), are_letters("th"), are_letters("[1]"), are_letters("®")
    (True, False, False, False)
    """
    words = words.strip()
    return words[:1].isalnum() and words.lower() not in ("st", "nd", "rd", "th", "tm")


_END_OF_SENTENCE = re.compile(r"[.!?؟…。！？:;]['\"’”»)\]]*$")


def ends_sentence(text: str) -> bool:
    """Return whether a line ends what it says, so that a space behind it is break enough."""
    return bool(_END_OF_SENTENCE.search(text[-_LONGEST_END:]))


_LONGEST_END = 100
"""How much of a line is looked at for the mark at its end and what closes behind it."""


_TENS = ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc")
_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")


def counted_as(value: int, kind: str) -> str:
    """Return a number as a list of some kind has it: ``1``, ``a``, ``A``, ``i`` or ``I``.

    Examples
    --------
    >>> counted_as(4, "1"), counted_as(4, "a"), counted_as(4, "I")
    ('4', 'd', 'IV')
    """
    if kind in ("a", "A") and 1 <= value <= 26:
        return chr(ord(kind) + value - 1)
    if kind in ("i", "I") and 1 <= value < 100:
        roman = _TENS[value // 10] + _ONES[value % 10]
        return roman.upper() if kind == "I" else roman
    return str(value)


def titled(blocks: Sequence[SuppliedBlock]) -> tuple[str, list[SuppliedBlock]]:
    """Return the title of a page and its other blocks.

    The title is the first heading of the first level, where nothing but what stands above a title
    (a date, a line of authors) comes before it.
    """
    for place, block in enumerate(blocks):
        if block.form == "heading":
            if block.level == 1 and place == 0:
                return block.text, list(blocks[1:])
            break
    tops = [place for place, block in enumerate(blocks) if block.level == 1]
    if len(tops) == 1 and all(block.form != "heading" for block in blocks[: tops[0]]):
        place = tops[0]
        return blocks[place].text, [*blocks[:place], *blocks[place + 1 :]]
    return "", list(blocks)


def labelled_block(block: SuppliedBlock) -> SuppliedBlock:
    """Return an item with the words that name it as its label, before a colon.

    They are those that it starts with in strong type, or those that plain text would have
    (`ketcontent.importing.headings.labelled`), so that a page reads alike from any format.
    """
    first = next((one for one in block.marks if one.kind == "strong" and one.start == 0), None)
    found = _LABEL.match(block.text)
    if first and found and first.end - 2 <= len(found["label"]) <= first.end:
        bare = found["colon"] == ":" and found["label"][-1].isalnum()
        label = found["label"] if bare else found["label"] + found["colon"]
        words = block.text[found.end() :]
    else:
        label, words = labelled(block.text)
    if not label or "\n" in label:
        return block
    cut = len(block.text) - len(words)
    marks = tuple(
        replace(one, start=one.start - cut, end=one.end - cut)
        for one in block.marks
        if one.start >= cut
    )
    return replace(block, label=label, text=words, marks=marks)


_LABEL = re.compile(r"(?P<label>[^:\n]{1,80}?)(?P<colon>\s?:)\s*(?=\S)")
