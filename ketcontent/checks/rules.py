"""Hold the rules of ``rules.csv`` against each sentence, label, heading and title.

Notes
-----
A pattern is data that editors write and nobody reviews as code, so it runs in RE2, whose time
grows in a straight line with the text. RE2 cannot look ahead, so a pattern may name the words at
fault ``(?P<found>…)``: a match in which that group took no part is innocent. That is how
``breakthrough pain|(?P<found>breakthrough)`` spares the first and finds the second.

Negation belongs to a clause, not to a window of characters. ``not only``, ``no doubt`` and
``nothing but`` deny nothing, so a clause starts anew behind them (`_EDGE`). A comma ends a clause:
"not, in adults, safe" is a false alarm that was preferred to a hidden claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from ketcontent.checks.passages import PLACES, FoldedText, Passage, passages_of, sentence_spans
from ketcontent.diagnostics import Diagnostic, Severity
from ketcontent.pages import Edition, PageView

if TYPE_CHECKING:
    import re2

NEGATION = (
    r"\b(?:not|no|never|nobody|none|nothing|neither|nor|cannot|whether|unclear|unknown|uncertain"
    r"|unproven|unlikely|doubtful|lack(?:s|ed|ing)?|myth|untrue|false)\b|n't\b"
    r"|\bwithout (?:any |good )?(?:evidence|proof|knowing|showing)\b"
    r"|\b(?:ask|asked|know|check|checked|tell|see|sure|unsure|find out|tested)\b.{0,30}\bif\b"
)
"""What ``{negation}`` stands for in ``unless_before``."""

_CERTAINTIES = ("high", "moderate", "low", "very-low")

_KINDS = ("benefit", "risk", "mechanism", "use", "regulatory", "advice", "background")

_UNCITED = "uncited"

_APPLIES = (*PLACES, *_KINDS, *_CERTAINTIES, _UNCITED)

_MOST_MATCHES = 50  # of one rule in one passage; keeps the search linear for any pattern

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
    around = next((span for span in sentence_spans(text) if span[0] <= start < span[1]), (0, 0))
    return bool(_ASKS.match(text[around[0] : around[1]]))


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

    def applies(self, passage: Passage) -> bool:
        """Return whether the rule holds where these words stand.

        Each group of words narrows: places, kinds, certainties, and whether a source is cited. A
        rule that names kinds or certainties and no place is for sentences and their labels.
        """
        named = self.applies_to
        places = named & set(PLACES)
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

    def matches(self, folded: FoldedText) -> Iterator[tuple[int, int]]:
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


def judge_rules(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return what the rules of ``rules.csv`` find on a page, and the rules that cannot run.

    Notes
    -----
    The title of a source, quoted or of four words and more, does not count as the page's words.
    """
    page = view.edition(edition)
    cells = map(itemgetter(*_COLUMNS_OF_A_RULE), view.rows("rules"))
    rules, compiled = _compiled_rules(tuple(cells))
    faults = list(compiled)
    titles = _titles(tuple(row["title"] for row in view.rows("sources")))
    applying: dict[tuple[object, ...], list[_Rule]] = {}
    for passage in passages_of(page):
        place = (passage.place, passage.kind, passage.certainty, passage.cites)
        if place not in applying:
            applying[place] = [rule for rule in rules if rule.applies(passage)]
        folded = FoldedText.of(passage.words)
        text = _without_titles(folded.text, titles)
        folded = FoldedText(text, folded.offsets)
        for rule in applying[place]:
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
    titles = {FoldedText.of(title).text.strip(" .").casefold() for title in of_sources}
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
