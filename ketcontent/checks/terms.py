"""Judge the abbreviations and terms of a page: spelled out at first use, and explained."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

from ketcontent.checks.passages import Passage, passages_in
from ketcontent.diagnostics import Diagnostic
from ketcontent.pages import Edition, PageView
from ketcontent.reading import FoldedText
from ketcontent.text import canonical

KNOWN = frozenset(
    re.findall(
        r"\w+",
        "AIDS AM COVID DNA EU HIV ID NHS OK PC PDF PM QR RNA SMS TV UK UN US USA",
    )
)
"""Abbreviations that everyone knows, countries and units among them; none needs spelling out."""

UNITS = frozenset({"IU", "GHZ", "RPM"})
"""Units with two capitals."""

SHOUTED = frozenset(
    re.findall(
        r"\w+",
        "ALL ALWAYS AND ANY AT BEFORE BUT CAN DO EVERY FIRST FOR IF IMPORTANT IN IS IT MAY "
        "MORE MUST NEVER NO NONE NOT NOTE NOW OF ON ONE ONLY OR STOP THE THIS TO WARNING WHO "
        "WITH YOU YOUR",
    )
)
"""Words that are set in capitals for weight."""

_ABBREVIATION = re.compile(r"(?<![\w/@.-])[a-z]{0,2}(?:[A-Z][0-9]*){2,}(?=s?(?![\w@]))")

_NEAR = 400
"""How many characters around an abbreviation are looked at, of one of a usual length."""

_NUMERAL = re.compile(r"[IVX]+$")

_NUMBERED = re.compile(
    r"\b(?:class|factor|grade|group|level|part|phase|schedule|section|stage|step|type|volume)e?s?"
    r"(?: [IVX]+(?:,| or| and| to|-))* ?$",
    re.IGNORECASE,
)


def judge_terms(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return each abbreviation used before it is spelled out, and terms without a plain word.

    An abbreviation is spelled out as ``post-traumatic stress disorder (PTSD)`` or as ``PTSD
    (post-traumatic stress disorder)``, at its first use in the reading order of that edition. One
    that the table of terms expands is an error; one that only looks like it, a warning.

    A term with a plain word in the table should stand beside that word or its definition, in the
    same block, where it is first used: advice.

    Notes
    -----
    Two capitals make an abbreviation, with figures (CYP3A4), up to two small letters before
    (mRNA) and a plural s. Not counted: `KNOWN`, `UNITS`, `SHOUTED`, Roman numerals, words in
    capitals that the page also has in small letters, a text set all in capitals, and a word of
    six letters and more beside a bracket: a brand name with its explanation.

    For an abbreviation that the table does not have, letters and words are held together as in
    Schwartz and Hearst, A simple algorithm for identifying abbreviation definitions in biomedical
    text, Pacific Symposium on Biocomputing 2003.
    """
    page = view.edition(edition)
    rows = [row for row in view.rows("terms") if row["language"] == page.language]
    passages = passages_in(view, edition)
    return [*_unexpanded(rows, passages), *_unexplained(rows, passages)]


def _unexpanded(rows: list[dict[str, Any]], passages: Sequence[Passage]) -> Iterator[Diagnostic]:
    named = {FoldedText.of(row["term"]).text.strip(): row["expansion"] for row in rows}
    expansions = {term: expansion for term, expansion in named.items() if term and expansion}
    small = frozenset[str]().union(*(_small_words(one.words) for one in passages))
    settled: set[str] = set()
    for passage in passages:
        text = FoldedText.of(passage.words)
        for start, end in _abbreviations(text.text, expansions):
            token = text.text[start:end]
            if token in settled:
                continue
            expansion = expansions.get(token, "")
            if not expansion and (
                _is_shouted(text.text) or _no_abbreviation(token, text.text, start, small)
            ):
                continue
            settled.add(token)
            if _spelled_out(text.text, start, end, expansion):
                continue
            spelled = expansion or "the words in full"
            yield passage.fault(
                "abbreviation-before-expansion",
                f"'{token}' is used before it is spelled out.",
                hint=f"Write '{spelled} ({token})' where it first stands, or leave it out.",
                severity="error" if expansion else "warning",
                span=text.span(start, end),
            )


@lru_cache(maxsize=4096)
def _small_words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b[a-z]{2,}\b", text))


def _is_shouted(text: str) -> bool:
    """Return whether a text is set all in capitals, as a heading may be."""
    return " " in text.strip() and all(one.isupper() for one in text if one.isalpha())


@lru_cache(maxsize=4096)
def _looking_like_one(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for match in _ABBREVIATION.finditer(text))


def _abbreviations(text: str, expansions: Collection[str]) -> list[tuple[int, int]]:
    """Return where abbreviations stand: what looks like one, and those that the table expands."""
    spans = {*_looking_like_one(text)}
    for term in expansions:
        if term in text:  # most do not stand there at all, and a plain search says so sooner
            found = re.finditer(rf"(?<!\w){re.escape(term)}(?=s?(?!\w))", text)
            spans |= {match.span() for match in found}
    return sorted(spans)


def _no_abbreviation(token: str, text: str, start: int, small: Collection[str]) -> bool:
    if token in KNOWN | UNITS | SHOUTED or token.casefold() in small:
        return True
    near = text[max(0, start - _NEAR) : start]
    if _NUMERAL.match(token) and (token != "IV" or _NUMBERED.search(near)):
        return True
    beside = near.endswith("(") or text.startswith(" (", start + len(token))
    return len(token) >= 6 and token.isalpha() and beside


def _spelled_out(text: str, start: int, end: int, expansion: str) -> bool:
    """Return whether the words of an abbreviation stand beside it, in a bracket or before it."""
    token = text[start:end]
    near = max(_NEAR, 4 * len(expansion), 20 * len(token))
    after = text[end : end + near]
    inside = re.match(r"s? \(([^()]*)\)", after)
    if inside and _stands_for(inside[1], token, expansion, whole=True):
        return True
    closing = re.match(r"s?[,;)]", after)
    before = text[max(0, start - near) : start]
    if closing and before.rstrip("\"'").endswith("("):
        return _stands_for(before.rstrip("\"'")[:-1].rstrip(), token, expansion, whole=False)
    return False


def _stands_for(words: str, token: str, expansion: str, *, whole: bool) -> bool:
    """Return whether `words` are, or at least end with, what an abbreviation is short for."""
    plain, wanted = _letters(words), _letters(expansion)
    if wanted and (plain.endswith((wanted, f"{wanted}s")) or (whole and wanted in plain)):
        return True
    return _initials(words, token)


def _letters(words: str) -> str:
    return re.sub(r"\W+", "", words).casefold()


def _initials(words: str, token: str) -> bool:
    """Return whether the last words hold the letters of `token` in order (Schwartz, Hearst 2003).

    The first of them must start a word.
    """
    short = [letter for letter in token.casefold() if letter.isalnum()]
    near = words.split()[-min(len(short) + 5, len(short) * 2) :]
    long = " ".join(near).casefold()
    place = len(long)
    for number, letter in reversed(list(enumerate(short))):
        place = long.rfind(letter, 0, place)
        while place > 0 and number == 0 and long[place - 1].isalnum():
            place = long.rfind(letter, 0, place)
        if place < 0:
            return False
    return True


def _unexplained(rows: list[dict[str, Any]], passages: Sequence[Passage]) -> Iterator[Diagnostic]:
    lowered = [one.words.lower() if one.words.isascii() else None for one in passages]
    for row in rows:
        if not row["plain"] or not row["term"].strip():
            continue
        term = re.compile(rf"(?<!\w){re.escape(row['term'])}(?!\w)", re.IGNORECASE)
        small = row["term"].lower() if row["term"].isascii() else ""
        for passage, words in zip(passages, lowered, strict=True):
            if words is not None and small not in words:
                continue  # a plain search says so sooner
            match = term.search(passage.words)
            if not match:
                continue
            near = " ".join(
                one.words
                for one in passages
                if one is passage or (passage.block[0] and one.block == passage.block)
            )
            said = canonical(near).casefold()
            known = [
                canonical(row[name]).casefold().rstrip(".") for name in ("plain", "definition")
            ]
            if not any(one and one in said for one in known):
                yield passage.fault(
                    "term-without-plain-word",
                    f"'{match.group()}' stands without its plain word.",
                    hint=f"Write '{row['plain']}', or say it beside '{match.group()}'.",
                    severity="advice",
                    span=match.span(),
                )
            break
