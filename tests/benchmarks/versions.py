"""Measure how sentences of two versions are paired: ``python -m tests.benchmarks.versions``.

``tests/judged/edits.csv`` holds sentences that were written for this script, in families that are
easily taken for one another (times of day, numbers, organs, do and do not), each with a light, a
middling and a heavy edit. From them it makes pages at random: a version 1, and a version 2 in which
sentences were kept, edited, withdrawn, added or moved. It knows which belongs to which, so it
counts the pairings that are right, false (a key would go on to other words) and missed (the words
are withdrawn and added instead, each with its mark). The material is made, and harder than most
pages on false pairings; how heavily real suppliers edit it cannot say.
"""

from __future__ import annotations

import csv
import difflib
import functools
import random
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ketcontent.importing.pairing import FAR, NEAR, alike_texts, same_texts

EDITS = Path(__file__).parent.parent / "judged" / "edits.csv"
with EDITS.open(encoding="utf-8", newline="") as file:
    FAMILIES = [tuple(row) for row in csv.reader(file)][1:]
"""Each sentence with a light, a middling and a heavy edit."""

NEARS = (0.45, 0.5, 0.55, 0.6, 0.65)
FARS = (0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
KINDS = ("light", "middling", "heavy")


def versions(
    chance: random.Random,
) -> tuple[list[str], list[str], dict[int, tuple[int, str]]]:
    """Return two versions of a page, and by the place in the second the one in the first."""
    families = chance.sample(FAMILIES, 30)
    was = [(number, one[0]) for number, one in enumerate(families[:22])]
    now: list[tuple[int, str, str]] = []
    for number, text in was:
        fate = chance.random()
        if fate < 0.45:
            now.append((number, text, "same"))
        elif fate < 0.85:
            level = chance.choice((1, 1, 2, 2, 3))
            now.append((number, families[number][level], KINDS[level - 1]))
    for one in families[22 : 22 + chance.randint(0, 8)]:
        now.insert(chance.randint(0, len(now)), (-1, one[0], "added"))
    for _ in range(chance.randint(0, 3)):
        now.insert(chance.randrange(len(now)), now.pop(chance.randrange(len(now))))
    truth = {place: (one[0], one[2]) for place, one in enumerate(now) if one[0] >= 0}
    return [text for _, text in was], [one[1] for one in now], truth


def pair_texts(
    was: list[str], now: list[str], near: float = NEAR, far: float = FAR
) -> Mapping[int, int]:
    """Return which sentence of the second version is which of the first, as an import has it."""
    return alike_texts(was, now, same_texts(was, now), near=near, far=far)


def tally(pages: int, pair: Callable[[list[str], list[str]], Mapping[int, int]]) -> dict[str, int]:
    """Return how many pairings of sentences that are not the same were right, false and missed."""
    chance = random.Random(20261125)
    found = dict.fromkeys(("right", "false", *KINDS, *(f"all {kind}" for kind in KINDS)), 0)
    for _ in range(pages):
        was, now, truth = versions(chance)
        pairs = pair(was, now)
        for place, (old, kind) in truth.items():
            if kind != "same":
                found[f"all {kind}"] += 1
                found[kind] += pairs.get(place) == old
        for place, old in pairs.items():
            if was[old] != now[place]:
                right = truth.get(place, (-1, ""))[0] == old
                found["right" if right else "false"] += 1
    return found


def by_difflib(was: list[str], now: list[str], least: float) -> dict[int, int]:
    """Return pairs as `pair_texts` makes them, with the standard library's likeness."""
    pairs = dict(same_texts(was, now))
    left = [old for old in range(len(was)) if old not in set(pairs.values())]
    ratios = [
        (-difflib.SequenceMatcher(None, was[old], now[new], autojunk=False).ratio(), new, old)
        for old in left
        for new in range(len(now))
        if new not in pairs
    ]
    for ratio, new, old in sorted(ratios):
        if -ratio >= least and new not in pairs and old in left:
            pairs[new] = old
            left.remove(old)
    return pairs


def long_versions(size: int) -> tuple[list[str], list[str]]:
    """Return two versions of a long page, of which every other sentence was changed."""
    chance = random.Random(size)
    lexicon = sorted({word for one in FAMILIES for text in one for word in text.split()})
    was = [" ".join(chance.choices(lexicon, k=12)) for _ in range(size)]
    now = [
        text if place % 2 else text.replace(text.split()[3], "other", 1)
        for place, text in enumerate(was)
    ]
    return was, now


def main(pages: int = 300) -> None:
    """Print the counts at each threshold, and the time of two long versions."""

    def show(name: str, one: Mapping[str, int]) -> None:
        kinds = ", ".join(f"{kind} {one[kind]}/{one[f'all {kind}']}" for kind in KINDS)
        print(f"{name}: right {one['right']}, false {one['false']}; {kinds}")

    print(f"{pages} made pages")
    show(f"as shipped (near {NEAR}, far {FAR})", tally(pages, pair_texts))
    for near in NEARS:
        for far in FARS:
            if far >= near:
                pair = functools.partial(pair_texts, near=near, far=far)
                show(f"near {near:.2f}, far {far:.2f}", tally(pages, pair))
    for least in FARS:
        pair = functools.partial(by_difflib, least=least)
        show(f"difflib {least:.2f}", tally(pages // 3, pair))
    chance = random.Random(20261125)
    shown: set[tuple[str, str]] = set()
    for _ in range(pages):
        was, now, truth = versions(chance)
        for place, old in pair_texts(was, now).items():
            if was[old] != now[place] and truth.get(place, (-1, ""))[0] != old:
                shown.add((was[old], now[place]))
    for old_text, new_text in sorted(shown):
        print(f"false: {old_text} -> {new_text}")
    for size in (500, 1000, 2000, 4000):
        was, now = long_versions(size)
        for name, texts in (("half changed", now), ("all other", long_versions(size + 1)[0])):
            start = time.perf_counter()
            count = len(pair_texts(was, texts))
            seconds = time.perf_counter() - start
            print(f"{size} against {len(texts)}, {name}: {count} pairs in {seconds:.2f} s")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
