"""The word lists of ``phrases.csv`` as one tree, and where their phrases stand in a text.

A phrase is words in order. A word stands for its inflections where it is a base form ("cure" is
found in "cured"), and otherwise for itself; ``=safe`` stands for exactly that form, ``#`` for any
number, ``~itis`` for any longer word that ends so: a class that nobody can list. The tree is walked
once from each word of a text, no deeper than the longest phrase, so
the time grows in a straight line with the text, whatever an editor writes. A branch is grown when
a text has its first word: of thousands of phrases a page needs hundreds, and of the others nothing
is worked out but the first word.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from ketcontent.reading import (
    SHORT_OF_TWO,
    Word,
    bases_of,
    in_english,
    is_english,
    spelling,
    words_of,
)
from ketcontent.text import counted

LONGEST = 10
"""Words that a phrase may have."""

ANY_NUMBER = "#"

ENDING = "~"
_ENDINGS = range(3, 8)
"""Letters that an ending may have; fewer say nothing of a word."""


class Phrase(NamedTuple):
    """A row of ``phrases.csv``."""

    phrase: str
    list: str
    language: str = ""
    exceptions: str = ""
    """Longer phrases in which it is innocent, with semicolons between them."""
    replacement: str = ""
    authority: str = ""
    """Who says so, where it is not whom the rule names."""


_EXCEPTIONS = Phrase._fields.index("exceptions")


Cells = tuple[str, ...]
"""A `Phrase` as the plain cells of its row. Of thousands a page needs hundreds, and what is never
made into one costs nothing, nor does Python look through it each time it tidies up.
"""


class Found(NamedTuple):
    """A phrase that stands in a text, from word to word."""

    start: int
    end: int
    phrase: Phrase
    marks: tuple[tuple[int, int], ...] = ()
    """Which of its words are at fault, where others stand between them."""


@dataclass(slots=True, eq=False)
class _Node:
    """Where some words lead; most lead to one thing, so nothing is made ahead."""

    following: dict[str, _Node] | None = None
    """Where each next step leads."""
    waiting: dict[str, list[Cells]] | None = None
    """By next step, phrases that are grown once a text goes on with it."""
    phrases: tuple[Cells, ...] = ()
    """What is said with these words."""
    spares: tuple[Cells, ...] = ()
    """The phrases that are innocent in these words."""

    def along(self, steps: Iterable[str]) -> _Node:
        """Return the node to which steps lead, grown where it is not."""
        node = self
        for step in steps:
            if node.following is None:
                node.following = {}
            following = node.following.get(step)
            if following is None:
                following = node.following[step] = _Node()
            node = following
        return node

    def behind(self, step: str) -> _Node | None:
        """Return where a step leads, with the phrases that wait for it grown; None for nowhere."""
        if self.waiting and (grown := self.waiting.get(step)):
            for cells in grown:
                node = self.along(steps_of(cells[0])[1:])
                node.phrases = (*node.phrases, cells)
            self.waiting.pop(step, None)
        return self.following.get(step) if self.following else None


@dataclass(frozen=True, slots=True, eq=False)
class PhraseTree:
    """Phrases as a tree of words."""

    phrases: Sequence[Cells]
    """The phrases, in their order."""
    seeds: Mapping[str, list[int]]
    """By first part, as it is written: the phrases that start with it, as numbers."""
    parts: Mapping[str, list[str]]
    """By first word: the parts that are read as that word."""
    spares: Mapping[str, list[tuple[str, Cells]]]
    """By first step: the exceptions that start with it, and the phrases that they spare."""
    endings: Collection[str] = ()
    """Steps that are an ending of words."""
    branches: dict[str, _Node | None] = field(default_factory=dict)
    """By first step, what is grown; added to."""
    edges: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By word of a text, the steps that it is; added to."""

    @classmethod
    def of(cls, phrases: Iterable[Cells]) -> PhraseTree:
        """Return the tree of some phrases; those without a word are left out."""
        listed = tuple(phrases)
        seeds: dict[str, list[int]] = defaultdict(list)
        parts: dict[str, list[str]] = defaultdict(list)
        spares: dict[str, list[tuple[str, Cells]]] = defaultdict(list)
        with_ending: list[str] = []
        for number, cells in enumerate(listed):
            said, exceptions = cells[0], cells[_EXCEPTIONS] if len(cells) > _EXCEPTIONS else ""
            seeds[said.partition(" ")[0]].append(number)
            if ENDING in said or ENDING in exceptions:
                with_ending += said.split() + exceptions.replace(";", " ").split()
            for exception in exceptions.split(";") if exceptions else ():
                for step in _first_step(exception.strip()):
                    spares[step].append((exception, cells))
        for part in list(seeds):
            if forms := _read_as(part):
                parts[forms[0]].append(part)
                continue
            for number in seeds.pop(part):  # a mark stands before the first word
                for form in _read_as(listed[number][0])[:1]:
                    seeds[listed[number][0]].append(number)
                    parts[form].append(listed[number][0])
        endings = frozenset(one for one in with_ending if one.startswith(ENDING))
        return cls(listed, seeds, parts, spares, endings)

    def _branch(self, step: str) -> _Node | None:
        """Return the branch of the phrases that start with a step."""
        if step in self.branches:
            return self.branches[step]
        read_so = self.parts.get(step.lstrip(f"={ENDING}"), ())
        if not read_so and step not in self.spares:
            return None
        parts = [part for part in read_so if _first_step(part) == (step,)]
        branch = None
        if parts or step in self.spares:
            branch = self._grown(sorted({number for part in parts for number in self.seeds[part]}))
            for exception, cells in self.spares.get(step, ()):
                node = branch.along(steps_of(exception)[1:])
                node.spares = (*node.spares, cells)
        self.branches[step] = branch
        return branch

    def _grown(self, numbers: Iterable[int]) -> _Node:
        """Return the branch of phrases, by number, that start with the same step."""
        branch = _Node()
        waiting: dict[str, list[Cells]] = defaultdict(list)
        for number in numbers:
            cells = self.phrases[number]
            if second := _second_step(cells[0]):
                waiting[second].append(cells)
            else:
                branch.phrases = (*branch.phrases, cells)
        branch.waiting = dict(waiting)
        return branch

    def _edges_of(self, word: Word) -> tuple[str, ...]:
        """Return the steps that a word of a text is, worked out once of each word."""
        edges = self.edges[word.form] = (*_edges(word), *self._endings_of(word.form))
        return edges

    def _endings_of(self, form: str) -> Iterator[str]:
        """Yield the endings of a word, or of what it is a form of, that some phrase has."""
        if self.endings and len(form) > _ENDINGS[0] + 1:
            for word in dict.fromkeys((form, *bases_of(form))):
                for length in _ENDINGS:
                    step = f"{ENDING}{word[-length:]}"
                    if len(word) > length + 1 and step in self.endings:
                        yield step

    def find(self, words: Sequence[Word]) -> dict[str, list[Found]]:
        """Return, by list, where its phrases stand, in order, without what an exception spares."""
        found: list[Found] = []
        spared: dict[str, list[tuple[int, int]]] = defaultdict(list)
        """By phrase, where an exception starts, and how far one reaches that starts no later."""
        edges = [self.edges.get(word.form) or self._edges_of(word) for word in words]
        for start in range(len(words)):
            nodes = [branch for edge in edges[start] if (branch := self._branch(edge))]
            end = start + 1
            while nodes:
                for node in nodes:
                    found += [Found(start, end, Phrase(*cells)) for cells in node.phrases]
                    for cells in node.spares:
                        reach = spared[cells[0]]
                        reach.append((start, max(end, reach[-1][1] if reach else 0)))
                following = edges[end] if end < len(words) else ()
                nodes = [
                    behind
                    for node in nodes
                    if node.following or node.waiting
                    for edge in following
                    if (behind := node.behind(edge))
                ]
                end += 1
        lists: dict[str, list[Found]] = defaultdict(list)
        for one in found:
            reach = spared.get(one.phrase.phrase, [])
            before = bisect_right(reach, one.start, key=lambda exception: exception[0])
            if not before or reach[before - 1][1] < one.end:
                lists[one.phrase.list].append(one)
        return lists


def _first_step(phrase: str) -> tuple[str, ...]:
    """Return the first edge of the tree along which a phrase is found; none where it has none."""
    steps = _steps_of_part(phrase.split(" ", 1)[0]) or steps_of(phrase)
    return steps[:1]


def _second_step(phrase: str) -> str:
    """Return the second edge of the tree along which a phrase is found; none where it has one."""
    first, *parts = phrase.split(" ", 2)
    if parts and len(_steps_of_part(first)) == 1 and (steps := _steps_of_part(parts[0])):
        return steps[0]
    return "".join(steps_of(phrase)[1:2])


def steps_of(phrase: str) -> tuple[str, ...]:
    """Return the edges of the tree along which a phrase is found.

    Examples
    --------
    >>> steps_of("=safest cure # today")
    ('=safest', 'cure', '#', 'today')
    >>> steps_of("painful ~itis")
    ('painful', '~itis')
    """
    steps: list[str] = []
    for part in phrase.split():
        steps += _steps_of_part(part)
    return tuple(steps)


@lru_cache(maxsize=16_384)
def _steps_of_part(part: str) -> tuple[str, ...]:
    if part == ANY_NUMBER or (part.startswith(ENDING) and len(part) - 1 in _ENDINGS):
        return (part,)
    exact = part.startswith("=")
    return tuple(
        form if not exact and form in bases_of(form) else f"={form}"
        for form in _forms_of(part.removeprefix("=").replace("’", "'"))
    )


def _read_as(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase, or of a part of one, whatever stands for their inflections."""
    parts = phrase.split()
    if len(parts) == 1:
        return _words_of_part(parts[0])
    return tuple(chain.from_iterable(map(_words_of_part, parts)))


@lru_cache(maxsize=16_384)
def _words_of_part(part: str) -> tuple[str, ...]:
    if part == ANY_NUMBER or (part.startswith(ENDING) and len(part) - 1 in _ENDINGS):
        return (part.removeprefix(ENDING),)
    return _forms_of(part.removeprefix("=").replace("’", "'"))


def _forms_of(part: str) -> tuple[str, ...]:
    """Return the words of a part; of letters alone, as most are, without looking for any."""
    if part.isascii() and part.isalpha() and (shown := part.lower()) not in SHORT_OF_TWO:
        return (spelling(shown),)
    return tuple(word.form for word in words_of(part))


def _edges(word: Word) -> tuple[str, ...]:
    if word.is_number:
        return (ANY_NUMBER, f"={word.form}", word.form)
    if word.form == "'s":
        return ("='s", "=is", "=has", "'s", "be", "have")
    return (f"={word.form}", *bases_of(word.form))


def phrase_faults(
    phrases: Sequence[Cells],
    sound: Sequence[tuple[Word, ...]],
    looked_for_alone: Collection[str],
    languages: Sequence[str],
) -> Iterator[tuple[Cells, str, str, str, str]]:
    """Yield row, column, rule, message and hint of each phrase that is of no use, or does harm.

    A list that a rule looks for by itself must have no phrase that sound sentences are full of,
    nor one of another such list; a list that only helps may have both.

    Parameters
    ----------
    phrases
        The rows of ``phrases.csv``.
    sound
        Sentences that are known to be sound.
    looked_for_alone
        The lists of which one phrase is a find.
    languages
        Those of the pages.
    """
    read_as = [_read_as(row[0]) for row in phrases]
    rows = list(zip(phrases, read_as, strict=True))
    alone = [(row, words) for row, words in rows if row[1] in looked_for_alone]
    broad = _often_in(sound, [(row[0], words) for row, words in alone])
    homes: dict[tuple[str, tuple[str, ...]], str] = {}
    lists = {(row[2], words): row[1] for row, words in alone}
    in_two = {place for row, words in alone if lists[place := (row[2], words)] != row[1]}
    spoken = Counter(row[2] for row in phrases)
    unheard = {
        one: number
        for one, number in spoken.items()
        if languages and not any(speaks(page, one) for page in languages)
    }
    english: set[str] = set()
    """Words of phrases that were found to be English."""
    for row, words in rows:
        phrase, name, language = row[:3]
        letters = bool(words) and words[0].isalnum()
        if not letters and not any(word[:1].isalnum() or word in _SAY for word in words):
            hint = "Write words, or delete the row."
            yield row, "phrase", "phrase-empty", f"'{phrase}' has no word.", hint
            continue
        if len(words) > LONGEST and (length := len(steps_of(phrase))) > LONGEST:
            said = f"The phrase has {length} words; it can have {LONGEST}."
            yield row, "phrase", "phrase-too-long", said, "Keep the words that say it."
        if number := unheard.pop(language, 0):  # said once of all its rows
            said = f"No page is in '{language}': {counted(number, 'phrase')} never looked for."
            hint = "Mend the language, or leave them for a page to come."
            yield row, "language", "phrase-language", said, hint
        elif (
            language.startswith("en")
            and (english.isdisjoint(words) or not phrase.isascii())
            and not _found_english(words, english)
        ):
            said = f"'{phrase}' is not English, and its language is '{language}'."
            yield row, "phrase", "phrase-language", said, "Name its language, or delete the row."
        if name not in looked_for_alone:
            continue
        if (language, words) in in_two:
            home = homes.setdefault((language, steps_of(phrase)), name)
            if home != name:
                said = f"'{phrase}' is in the list '{home}' too."
                hint = "Keep one of the two rows; a rule may name several lists."
                yield row, "phrase", "phrase-in-two-lists", said, hint
        if (hits := broad[phrase]) * 10 > len(sound):
            said = f"'{phrase}' stands in {hits} of {len(sound)} sound sentences."
            hint = "Add the words that make it a fault."
            yield row, "phrase", "phrase-too-broad", said, hint


_SAY = frozenset("#£$€%")
"""Signs that say something by themselves."""


def _found_english(words: Sequence[str], english: set[str]) -> bool:
    """Return whether words may be English (`in_english`); those that are known are kept."""
    if not in_english(words):
        return False
    english.update(filter(is_english, words))
    return True


def _often_in(
    sound: Sequence[tuple[Word, ...]], phrases: Iterable[tuple[str, tuple[str, ...]]]
) -> Counter[str]:
    """Return in how many sentences each phrase stands of which every word stands in many."""
    once = {word.form: word for words in sound for word in words}
    edges = {form: _edges(word) for form, word in once.items()}
    heard = Counter(
        edge for words in sound for edge in {edge for one in words for edge in edges[one.form]}
    )
    usual = {edge for edge, hits in heard.items() if hits * 10 > len(sound)}
    read_so = {edge.lstrip("=") for edge in usual}
    asked = (
        phrase
        for phrase, words in phrases
        if (read_so.issuperset(words) or ENDING in phrase)
        and all(step in usual or step.startswith(ENDING) for step in steps_of(phrase))
    )
    # One tree of all, in which each phrase is a list of its own.
    tree = PhraseTree.of((phrase, phrase) for phrase in asked)
    return Counter(phrase for words in sound for phrase in tree.find(words))


def speaks(page: str, of: str) -> bool:
    """Return whether phrases in a language are for a page in another: 'en' for 'en-GB'."""
    return f"{page.casefold()}-".startswith(f"{of.casefold()}-")
