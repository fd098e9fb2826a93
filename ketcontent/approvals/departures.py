"""Where what a page shows departs from what its record says it showed: its words, its links."""

from __future__ import annotations

import difflib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from ketcontent.approvals.page_reading import Link, same_from_the_start

StatementWords = Mapping[str, tuple[str, ...]]
"""What is read of each statement, by key: label, words, certainty, that a source is against it."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Words on a page that its record does not have, or the other way round."""

    statement: str
    """The statement they belong to; empty where it is none, or not known."""
    found: str
    """The words on the page; empty where the record's are gone."""
    recorded: str
    """The words in the record; empty where there are none like them."""
    line: int = field(default=0, compare=False)
    """The line of the file that it is in; 0 where that is not known."""
    after: str = field(default="", compare=False)
    """The last statement of the record before it, where it belongs to none itself."""
    fault: str = ""
    """What is wrong with it in the record itself, where it is that: a signature, a part gone."""

    def __str__(self) -> str:
        name = self.statement or "page"
        if self.fault:
            return f"{name}: {self.fault}"
        places = [f"after {self.after}"] if self.after else []
        places += [f"in line {self.line}"] if self.line else []
        place = f"\n    {', '.join(places)}" if places else ""
        if not self.found:
            return f"{name}: gone from the page: {self.recorded}{place}"
        if not self.recorded:
            return f"{name}: not in the record: {self.found}{place}"
        said = f"{name}: the page says: {self.found}{place}\n    the record says: {self.recorded}"
        # Letters of other alphabets, and what is not seen at all, may look the same.
        new = sorted(one for one in {*self.found} - {*self.recorded} if not one.isascii())
        names = [f"U+{ord(one):04X} {unicodedata.name(one, 'without a name')}" for one in new[:3]]
        return "\n    with ".join([said, *names])


def word_mismatches(
    expected: list[tuple[tuple[str, ...], str]],
    found: list[tuple[str, str, int]],
    statements: StatementWords,
) -> list[Mismatch]:
    """Return where two pages, each a list of words with what they belong to, are not the same.

    What was found has its line, or 0; in Markdown it names no statements.
    """
    named = any(key for key, _, _ in found)
    recorded = [(keys[0] if keys and named else "", words) for keys, words in expected]
    read = [(key, words) for key, words, _ in found]
    last = (keys[-1] if keys else "" for keys, _ in expected)
    before = list(accumulate(last, lambda one, next_: next_ or one, initial=""))[1:]
    mismatches: list[Mismatch] = []
    matcher = difflib.SequenceMatcher(None, recorded, read, autojunk=False)
    for operation, r0, r1, f0, f1 in matcher.get_opcodes():
        if operation == "equal":
            continue
        after = before[r0 - 1] if r0 else ""
        gone: dict[str, list[int]] = {}
        for one in range(r0, r1):
            gone.setdefault(recorded[one][0], []).append(one)
        for key, words, line in found[f0:f1]:
            kin = gone.get(key, [])
            like = _like(words, kin, expected, certain=bool(key) or f1 - f0 == r1 - r0 == 1)
            if like is not None:
                kin.remove(like)
                name = key or _named(expected[like][0], words, statements)
                near = "" if name else before[like]
                mismatches.append(Mismatch(name, words, expected[like][1], line, near))
            else:
                mismatches.append(Mismatch(key, words, "", line, "" if key else after))
        # What is gone would stand before what comes next, or at the end.
        line = next((line for _, _, line in found[f1:] if line), found[-1][2] if found else 0)
        for one in sorted(one for kin in gone.values() for one in kin):
            keys, words = expected[one]
            name = _named(keys, "", statements)
            mismatches.append(Mismatch(name, "", words, line, "" if name else before[one]))
    return mismatches


_NEAREST = 20
"""Among how many of the recorded words those are looked for that found words stand for."""


def _like(
    words: str,
    kin: Sequence[int],
    expected: Sequence[tuple[tuple[str, ...], str]],
    *,
    certain: bool,
) -> int | None:
    """Return the place of the recorded words that found words stand for; None for new ones."""
    near = {expected[one][1]: one for one in reversed(kin[:_NEAREST])}
    if certain:
        return kin[0] if kin else None
    close = difflib.get_close_matches(words, near, n=1, cutoff=0.6)
    return near[close[0]] if close else None


def _named(keys: tuple[str, ...], words: str, statements: StatementWords) -> str:
    """Return the first of the statements on a line that the words found there do not hold."""
    lost = (key for key in keys if statements[key][1] not in words)
    return next(lost, keys[0] if keys else "")


def link_mismatches(recorded: Sequence[tuple[str, str]], found: Sequence[Link]) -> list[Mismatch]:
    """Return where the links of a page do not lead where those that were written did."""
    then, now = [to for _, to in recorded], [one.address for one in found]
    start = same_from_the_start(then, now)
    end = same_from_the_start(then[start:][::-1], now[start:][::-1])
    recorded, found = recorded[start : len(then) - end], found[start : len(now) - end]
    if len(recorded) == len(found):
        return [
            Mismatch(
                one.statement or key,
                _link(one.address, one.words or None),
                _link(to, one.words or None),
                one.line,
            )
            for (key, to), one in zip(recorded, found, strict=True)
            if to != one.address
        ]
    more = Counter(one.address for one in found)
    more.subtract(to for _, to in recorded)
    mismatches = []
    for one in reversed(found):
        if more[one.address] > 0:
            more[one.address] -= 1
            said = _link(one.address, one.words or None)
            mismatches.append(Mismatch(one.statement, said, "", one.line))
    for key, to in reversed(recorded):
        if more[to] < 0:
            more[to] += 1
            mismatches.append(Mismatch(key, "", _link(to)))
    return mismatches[::-1]


def link_word_mismatches(
    recorded: Sequence[str], found: Sequence[Link], words: Sequence[Mismatch]
) -> list[Mismatch]:
    """Return which links, that lead where they did, are on other words than they were.

    Words that are named themselves are not named again for the links on them.
    """
    named, said = {one.statement for one in words} - {""}, {one.found for one in words}
    return [
        Mismatch(one.statement, _link(one.address, one.words), _link(one.address, then), one.line)
        for then, one in zip(recorded, found, strict=True)
        if then != one.words and one.statement not in named and one.words not in said
    ]


def _link(address: str, words: str | None = None) -> str:
    """Return how a link is said; without words where they are not known."""
    on = "" if words is None else f' on "{words}"' if words else " on no words"
    return f"a link to {address}{on}"
