"""Two numbers that a sentence compares, as a picture of them is drawn.

A picture shows nothing that the sentence beside it does not say: its numbers, and what they are of,
are words of the sentence. So nothing of it has to be translated, read aloud a second time, or told
in Markdown; and what the sentence does not say is not drawn.

Notes
-----
Each bar is a row of marks: tall ones for the people who had the outcome, low ones for the others.
Height tells them apart without colour: in print, in the dark and where a reader's own colours
replace ours. Up to 99 people each mark is one person; of 100 and more it is a tenth of them. Icon
arrays of a hundred figures were weighed: they take a third of a telephone's screen, for one
sentence, and a thousand bytes.
"""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass
from typing import Any

FEW = 50
"""Below how many people a share in hundredths says more than is known."""

COMPARED = (
    *("treatment", "events", "total"),
    *("comparator", "comparator_events", "comparator_total"),
)
"""The columns of evidence that are filled in together."""


@dataclass(frozen=True, slots=True)
class Bar:
    """So many of so many, as a sentence says it."""

    group: str
    """What these people had."""
    said: str
    """The numbers, in the words of the sentence."""
    events: int
    """How many had the outcome."""
    total: int
    """Of how many."""

    @property
    def label(self) -> str:
        """What stands beside it."""
        return f"{self.group} {self.said}"

    @property
    def dashes(self) -> str:
        """How long a mark is drawn, and the gap behind it."""
        people = 1 if self.total < 100 else self.total // 10
        return f"{people * 0.9:g} {people * 0.1:g}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a source counted in two groups: the columns of a row of evidence, all filled in."""

    source: str
    treatment: str
    events: int
    total: int
    comparator: str
    comparator_events: int
    comparator_total: int
    people: int | None
    time: str

    @property
    def few(self) -> bool:
        """Whether so few people were compared that they are to be told one by one."""
        if self.in_hundredths:
            return self.people is not None and self.people < FEW
        return self.total + self.comparator_total < FEW

    @property
    def in_hundredths(self) -> bool:
        """Whether the source gives percentages, and not how many people had the outcome."""
        return self.total == self.comparator_total == 100

    @property
    def numbers(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """How many of how many, of each group."""
        return (self.events, self.total), (self.comparator_events, self.comparator_total)

    def told(self, words: str) -> tuple[str, str]:
        """Return what a sentence says of each number; empty for one that it does not say."""
        first, second = (_told(words, *numbers, exactly=self.few) for numbers in self.numbers)
        return first, second

    def bars(self, words: str) -> tuple[Bar, ...]:
        """Return what is drawn beside a sentence: two bars, or nothing where it says less."""
        named = all(one.casefold() in words.casefold() for one in (self.treatment, self.comparator))
        told = self.told(words)
        unsound = any(events > total for events, total in self.numbers)
        if not (named and all(told)) or unsound or (self.in_hundredths and self.few):
            return ()
        labels = (f"{self.treatment} {told[0]}", f"{self.comparator} {told[1]}")
        return tuple(bar for bar in map(bar_of, labels) if bar)

    def as_signed(self) -> list[str]:
        """Return what a sign-off covers of it."""
        return ["" if one is None else str(one) for one in astuple(self)]


def comparison_of(row: dict[str, Any]) -> Comparison | None:
    """Return what a row of evidence compares; None where it is not all there."""
    if any(row[name] in ("", None) for name in COMPARED):
        return None
    return Comparison(**{name: row[name] for name in Comparison.__slots__})


_DIGITS = r"\d[\d,.\u00a0\u202f]{0,12}"
_LABEL = re.compile(
    rf"(?P<group>.*?) (?P<said>({_DIGITS})(?:\D{{1,12}}?({_DIGITS})|\s?%))", re.DOTALL
)


def bar_of(label: str) -> Bar | None:
    """Return the bar that stands beside a label, which ends in its numbers; None beside any other.

    Examples
    --------
    >>> bar_of("a sedative 28 in 100")
    Bar(group='a sedative', said='28 in 100', events=28, total=100)
    >>> bar_of("safe")
    """
    found = _LABEL.fullmatch(label)
    if not found:
        return None
    events, total = (_number(digits or "100") for digits in found.groups()[2:])
    return Bar(found["group"], found["said"], events, total)


def _number(digits: str) -> int:
    return int(re.sub(r"\D", "", digits))


def _told(words: str, events: int, total: int, *, exactly: bool) -> str:
    """Return where a sentence says that so many of so many had the outcome, in its words."""
    western = re.sub(r"\d", lambda digit: str(int(digit[0])), words)
    bases = [total] if exactly or total in (100, 1000) else [total, 100, 1000]
    for base in bases:
        number = _spelled(events if base == total else round(events * base / total))
        percent = r"|\s?%" if base == 100 else ""
        share = rf"(?<![\d.,]){number}(?:\D{{1,12}}{_spelled(base)}{percent})(?![\d%]|[.,]\d)"
        if found := re.search(share, western):
            return words[slice(*found.span())]
    return ""


def _spelled(number: int) -> str:
    """Return the pattern of a number, with any mark between its thousands or none."""
    return f"{number:,}".replace(",", r"[,.\u00a0\u202f]?")
