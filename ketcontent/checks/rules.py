"""Hold the rules of ``rules.csv`` against each sentence, label, heading and title.

A rule looks for phrases of the lists of ``phrases.csv`` in order (`frames`), where it says, and
passes over what one of its excuses covers (`ketcontent.reading`). Rules and lists are written by
editors: a row that cannot be read is a fault of that row, and the others go on.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketcontent.checks.frames import Frame, Hit, frames_in, hits_of, literal_list
from ketcontent.checks.manner import ADVERT, INFORMATION, PERHAPS, shipped_weights, weighed
from ketcontent.checks.passages import PLACES, Passage, Place, passages_in
from ketcontent.checks.phrases import Found, Phrase, PhraseTree, phrase_faults, speaks
from ketcontent.diagnostics import Diagnostic, Severity
from ketcontent.model import Content
from ketcontent.pages import Edition, PageView
from ketcontent.reading import EXCUSES, FoldedText, Reading, excuses_of, read, words_of

if TYPE_CHECKING:
    import pandas as pd

_KINDS = ("benefit", "risk", "mechanism", "use", "regulatory", "advice", "background")

_START, _UNCITED, _ALONE = "start", "uncited", "alone"

_WEIGHED = (ADVERT, PERHAPS, INFORMATION)

_WHERE = (*PLACES, _START, _UNCITED, _ALONE)

_COLUMNS = (
    *("rule", "severity", "looks_for", "where", "kinds", "unless", "message", "hint", "authority"),
)


@dataclass(frozen=True, slots=True)
class _Rule:
    rule: str
    severity: Severity
    frames: tuple[Frame, ...]
    opening: frozenset[str]  # the lists that its frames start with
    where: frozenset[str]
    kinds: frozenset[str]
    excuses: frozenset[str]
    sparing: tuple[tuple[str, bool], ...]
    # lists of which a phrase in the sentence excuses; and whether it must stand before the words
    message: str
    hint: str
    authority: str

    @property
    def weighs_more(self) -> bool:
        """Whether a rule that wants to be alone is silent where this one finds something."""
        return self.severity != "advice" and _ALONE not in self.where

    def applies(self, place: Place, kind: str, cites: bool) -> bool:
        """Return whether the rule holds for words that stand so."""
        places = self.where & set(PLACES)
        if _UNCITED in self.where and cites:
            return False
        if self.kinds and (kind not in self.kinds or place not in _OF_A_ROW):
            return False
        return not places or place in places

    def hits(self, reading: Reading, found: Mapping[str, Sequence[Found]]) -> Iterator[Hit]:
        """Yield where its words are at fault, no two over each other."""
        hits = [
            hit
            for frame in self.frames
            for hit in hits_of(frame, reading, found, at_start=_START in self.where)
        ]
        done = -1
        for hit in sorted(hits, key=lambda one: (one.start, -one.end)):
            if hit.start >= done and not self._excused(hit, reading, found):
                done = hit.end
                yield hit

    def _excused(self, hit: Hit, reading: Reading, found: Mapping[str, Sequence[Found]]) -> bool:
        if self.excuses and self.excuses & excuses_of(reading, hit.start, hit.end):
            return True
        if "denied" in self.excuses and _denied_within(hit, reading):
            return True
        return self._spared(hit, reading, found)

    def _spared(self, hit: Hit, reading: Reading, found: Mapping[str, Sequence[Found]]) -> bool:
        start, end = reading.clause_at(hit.start).sentence
        places = {(one.start, one.end) for one in hit.phrases}
        for name, is_before in self.sparing:
            listed = found.get(name, ())
            last = hit.start if is_before else end
            place = bisect_left(listed, start, key=lambda one: one.start)
            while place < len(listed) and listed[place].start < last:
                if (listed[place].start, listed[place].end) not in places:
                    return True
                place += 1
        return False


def _denied_within(hit: Hit, reading: Reading) -> bool:
    """Return whether a word that denies stands among the other words of a hit."""
    said = {place for one in hit.phrases for place in range(one.start, one.end)}
    return any(place not in said for place in reading.denials_within(hit.start, hit.end))


_OF_A_ROW = ("label", "sentence")


@dataclass(frozen=True, slots=True, eq=False)
class RuleBook:
    """The rules and lists of a project in one language, and what is wrong with their rows.

    One is made for the same rows and compared by what it is, so that it costs nothing as a key.
    """

    rules: tuple[_Rule, ...]
    tree: PhraseTree
    faults: tuple[Diagnostic, ...]
    weighs: bool
    """Whether sentences are weighed as well: in English, where a rule asks for it."""

    def find(self, reading: Reading) -> dict[str, list[Found]]:
        """Return, by list, where the words stand that rules look for."""
        found = self.tree.find(reading.words)
        return {**found, **weighed(reading, found, shipped_weights())} if self.weighs else found


def judge_rules(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return what the rules of ``rules.csv`` find on a page, and the rules that cannot be read.

    Notes
    -----
    The title of a source, quoted or of four words and more, does not count as the page's words.
    """
    page = view.edition(edition)
    book = rule_book(view, page.language)
    faults = list(book.faults)
    titles = _titles(tuple(row["title"] for row in view.rows("sources")))
    for passage in passages_in(view, edition):
        folded = FoldedText.of(passage.words)
        text = _without_titles(folded.text, titles)
        for rule, hit, places in _found_in(text, passage.place, passage.kind, passage.cites, book):
            faults.append(_fault(rule, hit, passage, [folded.span(*place) for place in places]))
    return list(dict.fromkeys(faults))


def _fault(
    rule: _Rule, hit: Hit, passage: Passage, places: Sequence[tuple[int, int]]
) -> Diagnostic:
    """Return a finding on the words in some places; where there are several, on each of them."""
    said = [" ".join(passage.words[slice(*place)].split()) for place in places]
    alone = hit.phrases[0].phrase if len(hit.phrases) == 1 else None
    replacement = alone.replacement if alone else ""
    hint = rule.hint + (f" Write '{replacement}'." if replacement else "")
    fault = passage.fault(
        rule.rule,
        rule.message.replace("{words}", _as_list(said)),
        hint=hint,
        severity=rule.severity,
        span=(places[0][0], places[-1][1]),
        marks=places if len(places) > 1 else (),
    )
    authority = (alone.authority if alone else "") or rule.authority
    return replace(fault, authority=authority, replacement=replacement)


def _as_list(said: Sequence[str]) -> str:
    """Return words for a message that writes a quote before them and behind them."""
    *others, last = said
    return "', '".join(others) + "' and '" + last if others else last


@lru_cache(maxsize=4096)  # a sentence is judged again only when it, or its place, is another
def _found_in(
    text: str, place: Place, kind: str, cites: bool, book: RuleBook
) -> tuple[tuple[_Rule, Hit, tuple[tuple[int, int], ...]], ...]:
    """Return what each rule finds in a text that stands so, and the places of its words."""
    reading = read(text)
    found = book.find(reading)
    hits = [
        (rule, hit)
        for rule in book.rules
        if not rule.opening.isdisjoint(found) and rule.applies(place, kind, cites)
        for hit in rule.hits(reading, found)
    ]
    told = {_sentence(hit, reading) for rule, hit in hits if rule.weighs_more}
    return tuple(
        (
            rule,
            hit,
            tuple(
                (reading.words[start].start, reading.words[end - 1].end)
                for start, end in _places_of(hit)
            ),
        )
        for rule, hit in hits
        if _ALONE not in rule.where or _sentence(hit, reading) not in told
    )


def _places_of(hit: Hit) -> tuple[tuple[int, int], ...]:
    """Return where the words at fault stand: marked ones, or all of a hit."""
    return (hit.phrases[0].marks if len(hit.phrases) == 1 else ()) or ((hit.start, hit.end),)


def _sentence(hit: Hit, reading: Reading) -> tuple[int, int]:
    return reading.clause_at(hit.start).sentence


def rule_book(view: PageView, language: str) -> RuleBook:
    """Return the rules and lists that hold for a page in a language."""
    place = ("rule book", language)
    if place not in view.worked_out:
        rules = _columns(view.content.rules, _COLUMNS)
        phrases = _columns(view.content.phrases, Phrase._fields)
        view.worked_out[place] = _book_of(rules, phrases, language)
    book: RuleBook = view.worked_out[place]
    return book


def _columns(frame: pd.DataFrame, names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the cells of columns; to make rows of so many takes longer than to judge a page."""
    return tuple(tuple(frame[name].tolist()) for name in names)


@lru_cache(maxsize=8)
def _book_of(
    rules: tuple[tuple[str, ...], ...], phrases: tuple[tuple[str, ...], ...], language: str
) -> RuleBook:
    _, lists, languages, *_ = phrases
    heard = {of for of in set(languages) if speaks(language, of)}
    spoken = (row for row in zip(*phrases, strict=True) if row[2] in heard)
    known = {*lists, *_WEIGHED}
    made: list[_Rule] = []
    faults: list[Diagnostic] = []
    written: dict[str, None] = {}
    for cells in zip(*rules, strict=True):
        row: dict[str, Any] = dict(zip(_COLUMNS, cells, strict=True))
        wrong = list(_unknown_words(row, known))
        try:
            frames, literals = frames_in(row["looks_for"])
        except ValueError as fault:
            wrong.append(_rule_fault(row, "looks_for", str(fault)))
            frames, literals = (), ()
        for name in _lists_of(frames) - {literal_list(one) for one in literals} - known:
            wrong.append(_rule_fault(row, "looks_for", f"there is no list '{name}'", name))
        faults += wrong
        if wrong:
            continue
        written |= dict.fromkeys(literals)
        unless = _UNLESS.findall(row["unless"])
        made.append(
            _Rule(
                rule=row["rule"],
                severity=row["severity"],
                frames=frames,
                opening=frozenset(name for frame in frames for name in frame[0].lists),
                where=frozenset(row["where"].split()),
                kinds=frozenset(row["kinds"].split()),
                excuses=frozenset(one for one in unless if not one.startswith("{")),
                sparing=tuple(
                    (_list_of(one), one.endswith(_BEFORE)) for one in unless if one.startswith("{")
                ),
                message=row["message"],
                hint=row["hint"],
                authority=row["authority"],
            )
        )
    tree = PhraseTree.of([*spoken, *((one, literal_list(one)) for one in written)])
    asked_for = {name for one in made for name in (*_lists_of(one.frames), *dict(one.sparing))}
    weighs = speaks(language, "en") and not asked_for.isdisjoint(_WEIGHED)
    return RuleBook(tuple(made), tree, tuple(faults), weighs)


_UNLESS = re.compile(r"\{[^{}]*\}|[^\s{}]+")

_BEFORE = " ...}"
"""How an excuse ends that must stand before the words: ``{usual medicine ...}``."""


def _list_of(excuse: str) -> str:
    return excuse.removesuffix(_BEFORE).strip("{}")


def _lists_of(frames: Iterable[Frame]) -> set[str]:
    return {name for frame in frames for step in frame for name in step.lists}


def _unknown_words(row: Mapping[str, str], lists: set[str]) -> Iterator[Diagnostic]:
    """Yield what a rule names that nothing is called."""
    for column, words in (("where", _WHERE), ("kinds", _KINDS), ("unless", (*EXCUSES,))):
        for word in _UNLESS.findall(row[column]):
            if _list_of(word) in lists if word.startswith("{") else word in words:
                continue
            what = f"there is no list {word}" if word.startswith("{") else f"'{word}' means nothing"
            yield _rule_fault(row, column, f"{what} here", word, ", ".join(words))


def _rule_fault(
    row: Mapping[str, str], column: str, said: str, word: str = "", known: str = ""
) -> Diagnostic:
    cell = row[column]
    start = cell.find(word) if word else -1
    return Diagnostic(
        rule="rule-cannot-be-read",
        message=f"'{column}' of '{row['rule']}' cannot be read: {said}.",
        hint=f"Use: {known}."
        if known
        else "Write lists as {list}, * for a few words, and ; between ways to say it.",
        table="rules",
        key=row["rule"],
        column=column,
        cell=cell,
        span=(start, start + len(word)) if start >= 0 else None,
    )


def judge_phrases(content: Content) -> list[Diagnostic]:
    """Return the rows of ``phrases.csv`` that are of no use, or would find what is sound."""
    languages = tuple(map(str, content.documents["language"]))
    rules = content.rows("rules")
    frames = [frame for row in rules for frame in _frames_or_none(row["looks_for"])]
    alone = {name for frame in frames if len(frame) == 1 for name in frame[0].lists}
    phrases = _columns(content.phrases, Phrase._fields)
    alone |= (
        set(phrases[Phrase._fields.index("list")])
        - _lists_of(frames)
        - {_list_of(name) for row in rules for name in _UNLESS.findall(row["unless"])}
    )
    return [
        Diagnostic(
            rule=rule,
            message=message,
            hint=hint,
            severity="warning",
            table="phrases",
            key=f"{row.list}/{row.phrase}/{row.language}",
            column=column,
            cell=getattr(row, column),
        )
        for row, column, rule, message, hint in _faults_of_phrases(
            phrases, frozenset(alone), languages
        )
    ]


@lru_cache(maxsize=1)  # a workbench looks at the same phrases after each save
def _faults_of_phrases(
    phrases: tuple[tuple[str, ...], ...], alone: frozenset[str], languages: tuple[str, ...]
) -> tuple[tuple[Phrase, str, str, str, str], ...]:
    rows = list(zip(*phrases, strict=True))
    found = phrase_faults(rows, _sound_sentences(), alone, languages)
    return tuple(
        (Phrase(*cells), column, rule, said, hint) for cells, column, rule, said, hint in found
    )


def _frames_or_none(line: str) -> tuple[Frame, ...]:
    try:
        return frames_in(line)[0]
    except ValueError:
        return ()


@lru_cache(maxsize=1)
def _sound_sentences() -> tuple[Any, ...]:
    lines = (Path(__file__).parent / "sound_sentences.txt").read_text(encoding="utf-8")
    return tuple(words_of(line) for line in lines.splitlines())


@lru_cache(maxsize=64)
def _titles(of_sources: tuple[str, ...]) -> tuple[str, ...]:
    """Return the titles of the sources, longest first, as rules see them."""
    titles = {FoldedText.of(title).text.strip(" .").casefold() for title in of_sources}
    return tuple(sorted(filter(None, titles), key=lambda title: (-len(title), title)))


@lru_cache(maxsize=4096)
def _without_titles(text: str, titles: tuple[str, ...]) -> str:
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
