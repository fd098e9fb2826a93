"""A text in the one form that patterns and word lists are held against.

White space counts as one space, typographic apostrophes, quotes and hyphens as those of a
keyboard, and characters that are not seen (soft hyphens, zero-width spaces) as nothing; so a
pattern is written once.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_ALIKE = str.maketrans(
    dict.fromkeys("‘’‚‛ʼ′＇", "'") | dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‐‑‒–−﹣－", "-")
)

_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0").union(
    map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0000, 0xE1000))
)
"""What a reader never sees, of other categories than Cf (Default_Ignorable_Code_Point)."""


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
            elif unicodedata.category(letter) == "Cf" or letter in _UNSEEN:
                continue
            elif "\ud800" <= letter <= "\udfff":
                letter = "\ufffd"  # half of a character: RE2 reads UTF-8
            letters.append(letter)
            offsets.append(offset)
        return cls("".join(letters).translate(_ALIKE), tuple(offsets))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return a range of the text as a range of the words."""
        return self.offsets[start], self.offsets[end - 1] + 1
