"""Which sentence of a later version is which of the one before.

The same words come first: those that kept their order, then those that moved. What is left is
paired by likeness, the most alike first: between two neighbours that stayed, where a sentence is
likely the old one in other words, from `NEAR` on; anywhere on the page from `FAR` on; then between
the neighbours that this found. A sentence that is like nothing is new, and one that nothing is like
was withdrawn.

Notes
-----
A pair too many carries a key, its grade and its evidence over to another sentence; a pair too few
marks both the sentence that went and loses nothing. So the thresholds lean to the second:
``tests/benchmarks/versions.py`` measures both, on pages made of sentences that resemble each other.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Sequence

from rapidfuzz import fuzz, process
from rapidfuzz.distance import LCSseq

from ketcontent.text import moved_places

NEAR = 0.55
"""How like two sentences between the same neighbours are, at least, to be one (0 to 1)."""


FAR = 0.75
"""How like two sentences in different places are, at least, to be one (0 to 1)."""


WIDEST = 8
"""How many sentences, at most, may stand between two neighbours for `NEAR` to hold."""


Pairs = dict[int, int]
"""By the place of a text in the new version, its place in the old one."""


def same_texts(was: Sequence[str], now: Sequence[str]) -> Pairs:
    """Return which text of `now` is one of `was` in the same words; each at most once.

    Examples
    --------
    >>> same_texts(["Rinse.", "Wait.", "Sit."], ["Wait.", "Sit.", "Rinse.", "Rinse."])
    {0: 1, 1: 2, 2: 0}
    """
    pairs = _in_order(was, now)
    spare: dict[str, list[int]] = defaultdict(list)
    for old in sorted(set(range(len(was))) - set(pairs.values()), reverse=True):
        spare[was[old]].append(old)
    for new, text in enumerate(now):
        if new not in pairs and spare[text]:
            pairs[new] = spare[text].pop()
    return pairs


def alike_texts(
    was: Sequence[str], now: Sequence[str], pairs: Pairs, *, near: float = NEAR, far: float = FAR
) -> Pairs:
    """Return `pairs` and which of the texts left of `now` is likely which of those left of `was`.

    Parameters
    ----------
    was, now
        The texts of the two versions, in order.
    pairs
        The pairs that are known; a text of `now` that shall have none may name a negative place.
    near, far
        How like texts must be, between the same neighbours and elsewhere.

    Examples
    --------
    >>> was, now = ["Take 8 puffs.", "Rinse."], ["Rinse.", "Take 6 puffs.", "Call 112."]
    >>> alike_texts(was, now, same_texts(was, now))
    {0: 1, 1: 0}
    """
    found = _between_neighbours(was, now, pairs, least=near)
    found |= _alike(was, now, *_left(was, now, found), least=far)
    return _between_neighbours(was, now, found, least=near)


def _between_neighbours(
    was: Sequence[str], now: Sequence[str], pairs: Pairs, *, least: float
) -> Pairs:
    """Return `pairs` and those of the texts left that stand between the same two neighbours."""
    known = sorted((new, old) for new, old in pairs.items() if old >= 0)
    moved = moved_places(old for _, old in known)
    anchors = [pair for place, pair in enumerate(known) if place not in moved]
    gaps: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, places in enumerate(_left(was, now, pairs)):
        stops = [anchor[side] for anchor in anchors]
        for place in places:
            gaps[bisect(stops, place)][side].append(place)
    found = dict(pairs)
    for news, olds in gaps.values():
        if max(len(news), len(olds)) <= WIDEST:
            found |= _alike(was, now, news, olds, least=least)
    return found


def _left(was: Sequence[str], now: Sequence[str], pairs: Pairs) -> tuple[list[int], list[int]]:
    """Return the places of the texts of `now` and of `was` that are in no pair."""
    taken = set(pairs.values())
    return (
        [new for new in range(len(now)) if new not in pairs],
        [old for old in range(len(was)) if old not in taken],
    )


def _in_order(was: Sequence[str], now: Sequence[str]) -> Pairs:
    """Return the pairs of the longest run of same texts that both versions have in one order."""
    pairs: Pairs = {}
    for step in LCSseq.opcodes(was, now):
        if step.tag == "equal":
            run = zip(
                range(step.dest_start, step.dest_end),
                range(step.src_start, step.src_end),
                strict=True,
            )
            pairs.update(run)
    return pairs


def _alike(
    was: Sequence[str],
    now: Sequence[str],
    news: Sequence[int],
    olds: Sequence[int],
    *,
    least: float,
) -> Pairs:
    """Return the pairs of texts that are alike, the most alike first, then the nearest."""
    if not olds or not news or least > 1:
        return {}
    scores = process.cdist(
        [_sorted_words(now[new]) for new in news],
        [_sorted_words(was[old]) for old in olds],
        scorer=fuzz.ratio,
        score_cutoff=100 * least,
    )
    places = zip(*(axis.tolist() for axis in scores.nonzero()), strict=True)
    ranked = sorted(
        (-scores[row, column].item(), abs(news[row] - olds[column]), news[row], olds[column])
        for row, column in places
    )
    pairs: Pairs = {}
    taken: set[int] = set()
    for _, _, new, old in ranked:
        if new not in pairs and old not in taken:
            pairs[new] = old
            taken.add(old)
    return pairs


def _sorted_words(text: str) -> str:
    """Return the words of a text in the order of the alphabet: a clause that moved is the same."""
    return " ".join(sorted(text.casefold().split()))
