"""How far a sentence reads like an advert or like information, by the weights of its words.

Rules find what somebody thought of, and copy that nobody here has seen says it otherwise. So what
rules look for is weighed as well: each word of a sentence has a weight, and so has each list of
``phrases.csv`` of which a phrase stands in it, and whether it asks, denies or tells. The weights
were learned from labelled sentences (``python -m tests.benchmarks.weights``); they are numbers to
be read, in ``weights.txt``, and no model is asked.

A rule looks for what was weighed as for a phrase: ``{an advert}`` stands from the first to the last
of what weighs most, and ``{perhaps an advert}`` where it is only more likely to be one than not; a
finding names the heaviest words in it. ``{plain information}`` excuses in its sentence. On a page
that is not in English none is found.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from ketcontent.checks.phrases import Found, Phrase
from ketcontent.reading import Reading, Word, bases_of

ADVERT, PERHAPS, INFORMATION = "an advert", "perhaps an advert", "plain information"
"""What a rule calls a sentence that reads like one or the other."""

AS_ADVERT, AS_PERHAPS, AS_INFORMATION = 0.8, 0.55, 0.4
"""How likely a sentence is to be an advert's, at least (of information: at most), to be called so.

Chosen by cross-validation on the sentences that weights are learned from, and not on the halves
that are kept for measuring (`tests.benchmarks.weights` says how).
"""

FEWEST, FEWEST_TO_ADVISE, FEWEST_TO_EXCUSE = 4, 6, 10
"""Words of a sentence that can be weighed; a short one says too little to doubt or excuse it by."""

_MOST, _AS_HEAVY = 3, 0.25
"""Places of most weight that count, and how heavy a named one must be beside the heaviest."""

_TELLING = 4
"""Letters of a word that tells something by itself; "out" and "you" do not."""

_BIAS = "(any)"


def weighed(
    reading: Reading, found: Mapping[str, Sequence[Found]], weights: Mapping[str, float]
) -> dict[str, list[Found]]:
    """Return where sentences read like an advert, and where like information, as phrases of a list.

    Parameters
    ----------
    reading
        A text.
    found
        By list, where its phrases stand in it.
    weights
        Of each part of a sentence (`parts_of`), as `shipped_weights` are.
    """
    called: dict[str, list[Found]] = {}
    for (start, end), parts in parts_of(reading, found):
        size = sum(not word.is_sign for word in reading.words[start:end])
        if size < FEWEST:
            continue
        score = weights[_BIAS] + sum(weights.get(part, 0.0) for part in parts)
        likely = 1 / (1 + math.exp(-score))
        if likely <= AS_INFORMATION and size >= FEWEST_TO_EXCUSE:
            called.setdefault(INFORMATION, []).append(
                Found(start, start, Phrase(INFORMATION, INFORMATION))
            )
        elif likely >= (AS_PERHAPS if size >= FEWEST_TO_ADVISE else AS_ADVERT):
            name = ADVERT if likely >= AS_ADVERT else PERHAPS
            placed = [
                (weights[part], place)
                for part, place in parts.items()
                if place is not None and part in weights
            ]
            most = sorted((-weight, place) for weight, place in placed if weight > 0)[:_MOST]
            first = min((place[0] for _, place in most), default=start)
            last = max((place[1] for _, place in most), default=end)
            marks = _heaviest(reading, placed)
            if name == PERHAPS and not marks:
                continue  # there is no word to tell of
            called.setdefault(name, []).append(Found(first, last, Phrase(name, name), marks))
    return called


def _heaviest(
    reading: Reading, placed: Iterable[tuple[float, tuple[int, int]]]
) -> tuple[tuple[int, int], ...]:
    """Return where the words stand that weigh most, in reading order, none over another.

    A phrase weighs what its words, and all lists that found something within it, weigh together. A
    short word is named in a phrase only.
    """
    weight_of: dict[tuple[int, int], float] = {}
    for weight, place in placed:
        if not reading.words[place[0]].is_sign:
            weight_of[place] = weight_of.get(place, 0.0) + weight
    heavy = {
        place: sum(
            w for (start, end), w in weight_of.items() if place[0] <= start and end <= place[1]
        )
        for place in weight_of
    }
    named: list[tuple[int, int]] = []
    for place in sorted(heavy, key=lambda one: (-heavy[one], one)):
        if len(named) == _MOST or heavy[place] <= _AS_HEAVY * max(heavy.values()):
            break
        if not _tells(reading.words[slice(*place)]):
            continue
        if all(place[1] <= start or end <= place[0] for start, end in named):
            named.append(place)
    return _joined(sorted(named))


def _tells(words: Sequence[Word]) -> bool:
    return len(words) > 1 or len(words[0].form) >= _TELLING


def _joined(places: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return places in order, with those that touch as one."""
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, end))
    return tuple(joined)


def parts_of(
    reading: Reading, found: Mapping[str, Sequence[Found]]
) -> Iterator[tuple[tuple[int, int], dict[str, tuple[int, int] | None]]]:
    """Yield each sentence, and what is weighed in it, with where it stands first.

    A part is a word in its base form, ``#`` for a number, ``{list}`` of which a phrase stands
    there, or in brackets what the reading says of the sentence: that has no place.
    """
    sentences = sorted({clause.sentence for clause in reading.clauses})
    parts: dict[tuple[int, int], dict[str, tuple[int, int] | None]] = {}
    starts = [start for start, _ in sentences]
    for sentence in sentences:
        mine = parts[sentence] = dict.fromkeys(_said_of(reading, sentence))
        for place in range(*sentence):
            mine.setdefault(_base(reading.words[place]), (place, place + 1))
    for name, phrases in found.items():
        if not name.startswith("'"):  # a phrase that a rule spells out
            for one in phrases:
                sentence = sentences[bisect_right(starts, one.start) - 1]
                parts[sentence].setdefault(f"{{{name}}}", (one.start, one.end))
    yield from parts.items()


def _said_of(reading: Reading, sentence: tuple[int, int]) -> Iterator[str]:
    if sentence in reading.asked:
        yield "(asked)"
    if sentence in reading.reported:
        yield "(reported)"
    if sentence in reading.told:
        yield "(told)"
    if sentence in reading.advised:
        yield "(advised)"
    clauses = [clause for clause in reading.clauses if clause.sentence == sentence]
    if any(clause.denials for clause in clauses):
        yield "(denied)"
    if any("hedged" in clause.excuses for clause in clauses):
        yield "(hedged)"
    if any(clause.conditional for clause in clauses):
        yield "(conditional)"


def _base(word: Word) -> str:
    return "#" if word.is_number else min(bases_of(word.form), default=word.form)


@lru_cache(maxsize=1)
def shipped_weights() -> Mapping[str, float]:
    """Return the weight of each part of a sentence that has one (`parts_of`), as learned.

    The first line of the file says what they were learned from.
    """
    _, *lines = (Path(__file__).parent / "weights.txt").read_text(encoding="utf-8").splitlines()
    return {part: float(weight) for weight, _, part in (line.partition(" ") for line in lines)}
