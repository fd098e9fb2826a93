"""The word lists of ``phrases.csv`` as one tree, and where their phrases stand in a text.

A phrase is words in order. A word stands for its inflections where it is a base form ("cure" is
found in "cured"), and otherwise for itself; ``=safe`` stands for exactly that form, ``#`` for any
number, ``~itis`` for any longer word that ends so: a class that nobody can list. The tree is walked
once from each word of a text, no deeper than the longest phrase, so
the time grows in a straight line with the text, whatever an editor writes. A branch is grown when
a text has its first word: of thousands of phrases a page needs hundreds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from ketcontent.reading import SHORT_OF_TWO, Word, bases_of, in_english, spelling, words_of
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


@dataclass(slots=True, eq=False)
class _Node:
    following: dict[str, _Node] = field(default_factory=dict)
    phrases: list[Phrase] = field(default_factory=list)
    spares: list[Phrase] = field(default_factory=list)

    def along(self, said: str) -> _Node:
        """Return the node to which the words behind the first lead, grown where it is not."""
        node = self
        for following in steps_of(said)[1:]:
            node = node.following.setdefault(following, _Node())
        return node


@dataclass(frozen=True, slots=True, eq=False)
class PhraseTree:
    """Phrases as a tree of words."""

    seeds: Mapping[str, list[Cells]]
    """By first word: the phrases that start with it."""
    spares: Mapping[str, list[tuple[str, Cells]]]
    """By first word: the exceptions that start with it, and the phrases that they spare."""
    endings: Collection[str] = ()
    """Steps that are an ending of words."""
    branches: dict[str, _Node] = field(default_factory=dict)
    """By first word, what is grown; added to."""

    @classmethod
    def of(cls, phrases: Iterable[Cells]) -> PhraseTree:
        """Return the tree of some phrases; those without a word are left out."""
        seeds: dict[str, list[Cells]] = defaultdict(list)
        spares: dict[str, list[tuple[str, Cells]]] = defaultdict(list)
        with_ending: list[str] = []
        for cells in phrases:
            said, exceptions = cells[0], cells[_EXCEPTIONS] if len(cells) > _EXCEPTIONS else ""
            for step in _first_step(said):
                seeds[step].append(cells)
            if ENDING in said or ENDING in exceptions:
                with_ending += said.split() + exceptions.replace(";", " ").split()
            for exception in exceptions.split(";") if exceptions else ():
                for step in _first_step(exception.strip()):
                    spares[step].append((exception, cells))
        return cls(seeds, spares, frozenset(one for one in with_ending if one.startswith(ENDING)))

    def _branch(self, step: str) -> _Node | None:
        """Return the branch of the phrases that start with a word."""
        branch = self.branches.get(step)
        if branch is None:
            if step not in self.seeds and step not in self.spares:
                return None
            branch = self.branches[step] = _Node()
            for cells in self.seeds.get(step, ()):
                branch.along(cells[0]).phrases.append(Phrase(*cells))
            for exception, cells in self.spares.get(step, ()):
                branch.along(exception).spares.append(Phrase(*cells))
        return branch

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
        edges = [(*_edges(word), *self._endings_of(word.form)) for word in words]
        for start in range(len(words)):
            nodes = [branch for edge in edges[start] if (branch := self._branch(edge))]
            end = start + 1
            while nodes:
                for node in nodes:
                    found += [Found(start, end, phrase) for phrase in node.phrases]
                    for phrase in node.spares:
                        reach = spared[phrase.phrase]
                        reach.append((start, max(end, reach[-1][1] if reach else 0)))
                following = edges[end] if end < len(words) else ()
                nodes = [
                    node.following[edge]
                    for node in nodes
                    for edge in following
                    if edge in node.following
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
    homes: dict[tuple[str, tuple[str, ...]], str] = {}
    steps_of_all = [steps_of(row[0]) for row in phrases]
    rows = list(zip(phrases, steps_of_all, strict=True))
    broad = _often_in(sound, [(row[0], steps) for row, steps in rows if row[1] in looked_for_alone])
    spoken = Counter(row[2] for row in phrases)
    unheard = {
        one: number
        for one, number in spoken.items()
        if languages and not any(speaks(page, one) for page in languages)
    }
    for row, steps in rows:
        phrase, name, language = row[:3]
        words = [step.strip("=~") for step in steps]
        if not any(word[:1].isalnum() or word in ("#", "£", "$", "€", "%") for word in words):
            hint = "Write words, or delete the row."
            yield row, "phrase", "phrase-empty", f"'{phrase}' has no word.", hint
            continue
        if len(steps) > LONGEST:
            said = f"The phrase has {len(steps)} words; it can have {LONGEST}."
            yield row, "phrase", "phrase-too-long", said, "Keep the words that say it."
        if number := unheard.pop(language, 0):  # said once of all its rows
            said = f"No page is in '{language}': {counted(number, 'phrase')} never looked for."
            hint = "Mend the language, or leave them for a page to come."
            yield row, "language", "phrase-language", said, hint
        elif language.startswith("en") and not in_english(words):
            said = f"'{phrase}' is not English, and its language is '{language}'."
            yield row, "phrase", "phrase-language", said, "Name its language, or delete the row."
        if name not in looked_for_alone:
            continue
        home = homes.setdefault((language, steps), name)
        if home != name:
            said = f"'{phrase}' is in the list '{home}' too."
            hint = "Keep one of the two rows; a rule may name several lists."
            yield row, "phrase", "phrase-in-two-lists", said, hint
        if (hits := broad[phrase]) * 10 > len(sound):
            said = f"'{phrase}' stands in {hits} of {len(sound)} sound sentences."
            hint = "Add the words that make it a fault."
            yield row, "phrase", "phrase-too-broad", said, hint


def _often_in(
    sound: Sequence[tuple[Word, ...]], phrases: Iterable[tuple[str, tuple[str, ...]]]
) -> Counter[str]:
    """Return in how many sentences each phrase stands of which every word stands in many."""
    heard = Counter(
        edge for words in sound for edge in {edge for word in words for edge in _edges(word)}
    )
    usual = {edge for edge, hits in heard.items() if hits * 10 > len(sound)}
    asked = (
        phrase
        for phrase, steps in phrases
        if all(step in usual or step.startswith(ENDING) for step in steps)
    )
    # One tree of all, in which each phrase is a list of its own.
    tree = PhraseTree.of((phrase, phrase) for phrase in asked)
    return Counter(phrase for words in sound for phrase in tree.find(words))


def speaks(page: str, of: str) -> bool:
    """Return whether phrases in a language are for a page in another: 'en' for 'en-GB'."""
    return f"{page.casefold()}-".startswith(f"{of.casefold()}-")
