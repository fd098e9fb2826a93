"""The words of a text, and the forms that one word has.

A word is a run of letters or of figures, or a sign that says something (£, %, a stop). What is
written together is taken apart: ``isn't`` is *is not*, ``risk-free`` is *risk free*, ``80mg`` is
*80 mg*. So a phrase is written once, whatever the typography.

Notes
-----
``inflections.txt`` holds the commonest words, each with the words that it is a form of. It is
made while developing (``.ci/inflections.py``), so no library is needed to run, and it is in order,
so that a word is looked up and nothing is read beforehand. Degrees of an adjective are no forms of
it: "safest" says more than "safe".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_WORD = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<letters>[^\W\d_]+(?:\.(?=[^\W\d_]\b)[^\W\d_])*(?:'[^\W\d_]+)*)"
    r"|(?P<sign>\.{2,}|[£$€%&.!?…;:,()\[\]\"—―/+#*|])"
    r"|(?P<dash>(?<=\s)-+(?=\s))"
)


_SHORT = {
    "n't": "not", "'re": "be", "'m": "be", "'ve": "have", "'ll": "will", "'d": "would",
}  # fmt: skip
"""What is said by the short forms that are joined to a word."""

_WHOLE = {
    "cannot": ("can", "not"), "can't": ("can", "not"), "won't": ("will", "not"),
    "shan't": ("shall", "not"), "cant": ("can", "not"), "dont": ("do", "not"),
    "doesnt": ("does", "not"), "wont": ("will", "not"), "gonna": ("going", "to"),
    "let's": ("let", "us"),
}  # fmt: skip


SHORT_OF_TWO = frozenset(_WHOLE)
"""What is written as one word and read as two."""


class Word(NamedTuple):
    """A word or sign of a text."""

    form: str
    """In small letters, with one spelling: ``favorable``, ``revolutionize``."""
    start: int
    end: int

    @property
    def is_sign(self) -> bool:
        """Whether it is no word but a stop, a bracket or the like."""
        return not self.form[0].isalnum()

    @property
    def is_number(self) -> bool:
        """Whether it is a number, in figures or in a word."""
        return self.form[0].isdigit() or self.form in NUMBERS


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words and signs of a folded text (`FoldedText`), in order.

    Examples
    --------
    >>> [word.form for word in words_of("It isn't a risk-free 5mg, is it?")]
    ['it', 'is', 'not', 'a', 'risk', 'free', '5', 'mg', ',', 'is', 'it', '?']
    """
    words: list[Word] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        shown = match.group()
        if match.lastgroup != "letters":
            words.append(Word("—" if match.lastgroup == "dash" else shown, start, end))
            continue
        shown = shown.lower()
        if whole := _WHOLE.get(shown):
            words.extend(Word(form, start, end) for form in whole)
            continue
        cut = len(shown) - 3 if shown.endswith("n't") else shown.find("'")
        if cut > 0 and end - start == len(shown):
            words.append(Word(spelling(shown[:cut]), start, start + cut))
            words.append(Word(_SHORT.get(shown[cut:], shown[cut:]), start + cut, end))
        else:
            words.append(Word(spelling(shown), start, end))
    return tuple(words)


_BRITISH = re.compile(r"(?<=[a-z]{3})(?:is(?=(?:e[drs]?|ing|ations?|ers?)$)|our(?=[a-z]*$))")


@lru_cache(maxsize=16384)
def spelling(word: str) -> str:
    """Return a word in the one spelling that words are held against each other in.

    It need not be a word, as long as both spellings come to it: *promise* is *promize* here.
    """
    if "is" not in word and "our" not in word:
        return word
    return _BRITISH.sub(lambda found: "iz" if found.group() == "is" else "or", word)


def word_set(words: str) -> frozenset[str]:
    """Return words that are written with spaces between them, in the one spelling."""
    return frozenset(map(spelling, words.split()))


NUMBERS = word_set(
    "half one two three four five six seven eight nine ten eleven twelve fifteen twenty"
    " thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen"
)


@lru_cache(maxsize=1)
def _table() -> list[str]:
    """Return the lines of the table: a form and the words it is one of; alone, only of itself."""
    return (Path(__file__).parent / "inflections.txt").read_text(encoding="utf-8").splitlines()


@lru_cache(maxsize=16384)
def _in_table(form: str) -> tuple[str, ...]:
    """Return the words that a form is a form of; none where the table does not have it."""
    table = _table()
    place = bisect_left(table, form)
    line = table[place].split() if place < len(table) else [""]
    return tuple(line[1:] or line) if line[0] == form else ()


@lru_cache(maxsize=16384)
def bases_of(form: str) -> tuple[str, ...]:
    """Return the words that a form is a form of, itself included if it is one.

    A word that the table does not have is a form of itself, and of itself without an ending.

    Examples
    --------
    >>> bases_of("cured"), bases_of("left"), bases_of("nootropics"), bases_of("safest")
    (('cure',), ('leave', 'left'), ('nootropics', 'nootropic'), ('safest',))
    """
    if known := _in_table(form):
        return known
    found = [form]
    for ending in ("s", "es", "ed", "ing") if len(form) > 5 and not form.endswith("ss") else ():
        if form.endswith(ending):
            stem = form.removesuffix(ending)
            found += [stem, f"{stem}e"] if ending in ("ed", "ing") else [stem]
    return tuple(found)


def in_english(words: Sequence[str], *, least: float = 0) -> bool:
    """Return whether words may be English: in its letters, and, of two and more, some are known.

    That is one of them, and at least a share `least` of them.
    """
    letters = [word for word in words if word.isalpha()]
    if not all(word.isascii() or word in "µgμg" for word in letters):
        return False
    if len(letters) < 2:
        return True
    known = map(is_english, letters)
    return sum(known) >= max(1, least * len(letters)) if least else any(known)


def is_english(word: str) -> bool:
    """Return whether a word is one of the commonest of English, or a form of one."""
    return word in _SMALL or bool(_in_table(spelling(word)))


_SMALL = word_set(
    "a an and any as at but by for from how if in is it no nor not of on one or our so"
    " than that the their they this to too very we what when who with without you your"
)
