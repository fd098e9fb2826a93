"""Two sequences laid over each other: what they share in order, and what is only in one.

Notes
-----
difflib finds what a reader would, in a time that grows with the cube where the same words come
again and again. So it is asked where that is little work; of long sequences the words that stand
once in both are the posts between which it is asked (the patience diff of Bram Cohen), and what
would still be too much work counts as all new.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

Step = tuple[bool, int, int, int, int]
"""Whether both have it; then where it starts and ends in the one, and in the other."""

_MOST_WORK = 20_000_000
"""Comparisons of two words, at most, in one alignment."""


def aligned(old: Sequence[str], new: Sequence[str]) -> list[Step]:
    """Return the steps that lead from one sequence to another, in order.

    Examples
    --------
    >>> aligned(["a", "b", "c"], ["a", "c"])
    [(True, 0, 1, 0, 1), (False, 1, 2, 1, 1), (True, 2, 3, 1, 2)]
    """
    work = _work(old, new)
    if work <= _MOST_WORK:
        return list(_compared(old, new, 0, 0))
    posts = [(-1, -1), *_posts(old, new), (len(old), len(new))]
    left = _MOST_WORK
    steps: list[Step] = []
    for (o0, n0), (o1, n1) in pairwise(posts):
        gap = old[o0 + 1 : o1], new[n0 + 1 : n1]
        work = _work(*gap)
        left -= work if work <= left else 0
        if work <= left:
            steps += _compared(*gap, o0 + 1, n0 + 1)
        elif any(gap):
            steps.append((False, o0 + 1, o1, n0 + 1, n1))
        if o1 < len(old):
            steps.append((True, o1, o1 + 1, n1, n1 + 1))
    return steps


def _work(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many comparisons difflib may make: all pairs of same words, for each it finds."""
    counts = Counter(old), Counter(new)
    return sum(number * counts[1][word] for word, number in counts[0].items()) * min(
        len(old), len(new)
    )


def _compared(old: Sequence[str], new: Sequence[str], o0: int, n0: int) -> Iterator[Step]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for operation, b0, b1, a0, a1 in matcher.get_opcodes():
        yield operation == "equal", o0 + b0, o0 + b1, n0 + a0, n0 + a1


def _posts(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of places that surely belong together: at both ends, and words told once."""
    least = min(len(old), len(new))
    start = next((n for n in range(least) if old[n] != new[n]), least)
    end = next((n for n in range(least - start) if old[-1 - n] != new[-1 - n]), least - start)
    counts = Counter(old), Counter(new)
    places = {word: place for place, word in enumerate(new)}
    once = [
        (place, places[word])
        for place, word in enumerate(old)
        if counts[0][word] == counts[1][word] == 1
        and start <= place < len(old) - end
        and start <= places[word] < len(new) - end
    ]
    moved = moved_places(there for _, there in once)
    return [
        *((n, n) for n in range(start)),
        *(pair for place, pair in enumerate(once) if place not in moved),
        *((len(old) - n, len(new) - n) for n in range(end, 0, -1)),
    ]


def moved_places(order: Iterable[int]) -> set[int]:
    """Return the places of a sequence that are not in its longest rising run: what was moved.

    Examples
    --------
    >>> moved_places([1, 2, 9, 3, 4])
    {2}
    """
    numbers = list(order)
    ends: list[int] = []  # the place that ends the best run of each length
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(ends, number, key=numbers.__getitem__)
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [place]
    kept: set[int] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        kept.add(place)
        place = before[place]
    return set(range(len(numbers))) - kept
