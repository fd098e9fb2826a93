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
from dataclasses import asdict, dataclass
from typing import Any

from ketcontent.reading import (
    EXAMPLES,
    Around,
    FoldedText,
    Share,
    Told,
    Unproven,
    has_name,
    people_of,
    shares_of,
    shares_told,
    turning,
)

FEW = 50
"""Below how many people a share in hundredths says more than is known."""

COMPARED = (
    *("treatment", "events", "total"),
    *("comparator", "comparator_events", "comparator_total"),
)
"""The columns of evidence that are filled in together."""

_BASES = (100, 1000)
"""Of how many a share may be told that was counted of others."""


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
class Untold:
    """Why nothing is drawn beside a sentence."""

    rule: str
    column: str
    """Which cell of the row is not sound, or not told."""
    message: str
    hint: str


_ALONE = Around()


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
    finding: str = ""
    """What the source found, in the words of the row; it may say how many people there were."""
    role: str = ""
    """What the source does for the statement: it supports, qualifies or contradicts it."""

    @property
    def few(self) -> bool:
        """Whether so few people were compared that they are to be told one by one."""
        if self.in_shares:
            return self.people is not None and 2 * self.people < self.total
        totals = (self.total, self.comparator_total)
        return sum(totals) < FEW or 2 * min(totals) < FEW

    @property
    def in_shares(self) -> bool:
        """Whether the source gives shares in 100 or 1,000, and not how many had the outcome."""
        one, other = self.total, self.comparator_total
        if one != other or one not in _BASES:
            return False
        return one == 100 if self.people is None else self.people != one + other

    @property
    def groups(self) -> tuple[tuple[str, int, int], tuple[str, int, int]]:
        """What each group had, how many had the outcome, and of how many."""
        return (
            (self.treatment, self.events, self.total),
            (self.comparator, self.comparator_events, self.comparator_total),
        )

    @property
    def unsound(self) -> Untold | None:
        """Why the numbers cannot be, or are neither of many nor told one by one."""
        for column, (_, events, total) in zip(_EVENTS, self.groups, strict=True):
            if events > total:
                return Untold(
                    "more-events-than-people",
                    column,
                    f"{events} of {total} people cannot be.",
                    "Compare both numbers with the source.",
                )
        if self.in_shares and self.people is None:
            return Untold(
                "comparison-half-filled",
                "people",
                "Percentages are compared, and nobody says of how many people.",
                "Say how many people both groups had, or give the numbers of each group.",
            )
        if self.in_shares and self.few:
            return Untold(
                "share-of-few",
                "people",
                f"Of {self.people} people, shares in {self.total} say more than is known.",
                "Give the numbers of people in each group, and say '12 of 17' in the statement.",
            )
        if not self.in_shares and self.people not in (None, self.both):
            return Untold(
                "people-differ",
                "people",
                f"By their totals both groups had {self.both} people, not {self.people}.",
                "Compare them with the source; 'people' may be empty where the totals are people.",
            )
        return None

    @property
    def both(self) -> int:
        """How many people both groups had, by their totals."""
        return self.total + self.comparator_total

    def told(
        self, words: str, label: str = "", around: Around = _ALONE, language: str = "en"
    ) -> tuple[Bar, Bar] | Untold:
        """Return the bars of what a sentence says behind its label; where it is not proven, why.

        Both numbers are those of the row and of the groups that it says; both are told in one way,
        so that the bars can be compared; of few people they are told one by one, and what some had
        is not told as none. How many people there were, and when it was, are the row's too. What
        stands around it neither introduces it nor takes it back.
        """
        if unsound := self.unsound:
            return unsound
        if self.role == "contradicts":
            message = "The source contradicts the statement, and its numbers are the statement's."
            return untold("role", message, "Say in the statement what the source found.")
        if hidden := _MISREAD.search(words):
            message = f"A character that is misread stands in the words: U+{ord(hidden[0]):04X}."
            return untold("treatment", message, "Delete it.")
        folded = FoldedText.of(words)
        for (name, _, _), column in zip(self.groups, _NAMED, strict=True):
            plain = FoldedText.of(name).text
            told_so = plain in folded.text or plain[:1].upper() + plain[1:] in folded.text
            if not (told_so and len(plain) == len(name) and has_name(words, name)):
                return untold(column, f"The statement does not say '{name}'.", _NAMES)
        told = shares_told(words, self.treatment, self.comparator, label, language)
        if isinstance(told, Unproven):
            return untold("treatment", f"It cannot be drawn: {told.reason}.", _hint(language))
        first, second = (words[slice(*folded.span(one.start, one.end))] for one in told.shares)
        return (
            self._other_numbers(told.shares, (first, second))
            or self._other_people(words, told.shares)
            or self._other_time(told)
            or _turned(around, language)
            or self._drawn(first, second)
        )

    def _drawn(self, *said: str) -> tuple[Bar, Bar] | Untold:
        bars = []
        for (name, _, _), column, told in zip(self.groups, _NAMED, said, strict=True):
            bar = bar_of(f"{name} {told}")
            if bar is None or bar.group != name:
                return untold(column, f"'{name}' cannot stand beside a number.", _NAMES)
            bars.append(bar)
        return bars[0], bars[1]

    def _other_numbers(self, shares: tuple[Share, Share], said: tuple[str, str]) -> Untold | None:
        """Return what is wrong where a statement tells other numbers than the row."""
        for group, column, share, told in zip(self.groups, _EVENTS, shares, said, strict=True):
            if not self._is(group, share):
                ways = " or ".join(f"'{way}'" for way in self._ways(group))
                message = f"Of '{group[0]}' the statement says '{told}', and not {ways}."
                return untold(column, message, _SAME)
        totals = tuple(share.total for share in shares)
        if totals[0] != totals[1] and totals != (self.total, self.comparator_total):
            message = f"'{said[0]}' and '{said[1]}' are told in two ways."
            return untold("events", message, "Let the statement tell both in 100, or one by one.")
        return None

    def _other_people(self, words: str, shares: tuple[Share, Share]) -> Untold | None:
        """Return what is wrong where a statement speaks of others than the people of the row."""
        people = self.people if self.in_shares else self.both
        sizes = [share.size for share in shares]
        known = [size for size in sizes if size is not None]
        for said in people_of(words):
            if said is None:
                return untold("people", "How many people it was cannot be read.", _COMPARE)
            if said != people:
                fault = f"The statement speaks of {said} people, not of {people}."
                return untold("people", fault, _COMPARE)
        if any(2 * size < FEW for size in known) and not self._one_by_one(shares):
            fault = f"Of {min(known)} people, shares in 100 say more than is known."
            return untold("people", fault, _COMPARE)
        if not self.in_shares:
            for size, (name, _, total) in zip(sizes, self.groups, strict=True):
                if size not in (None, total):
                    fault = f"Of '{name}' the statement has {size} people, and the row {total}."
                    return untold("people", fault, _COMPARE)
        elif len(known) == len(shares):
            if sum(known) != people:
                fault = f"The statement speaks of {sum(known)} people, not of {people}."
                return untold("people", fault, _COMPARE)
        elif known and 2 * ((people or 0) - known[0]) < FEW:
            fault = f"Of {people} people {known[0]} are in one group, and too few in the other."
            return untold("people", fault, _COMPARE)
        elif None in self._people_found():
            fault = "How many people the source had cannot be read in the finding."
            return untold("people", fault, _COMPARE)
        elif people not in (*people_of(words), *self._people_found()):
            return Untold(
                "people-differ",
                "people",
                f"Neither the statement nor the finding speaks of {people} people.",
                "Write in the finding how many people the source compared, or correct 'people'.",
            )
        return None

    def _people_found(self) -> tuple[int | None, ...]:
        """Return how many people the finding speaks of, by itself and in both groups."""
        sizes = (share.size or 0 for share in shares_of(self.finding).found)
        return (*people_of(self.finding), sum(sizes))

    def _one_by_one(self, shares: tuple[Share, Share]) -> bool:
        """Return whether a statement gives how many of how many people, and not only hundredths."""
        totals = tuple(share.total for share in shares)
        return not self.in_shares and totals == (self.total, self.comparator_total)

    def _other_time(self, told: Told) -> Untold | None:
        """Return what is wrong where the sentence does not say when it was counted."""
        if not self.time or self.time.lower() in told.times:
            return None
        said = " or ".join(f"'{one}'" for one in sorted(told.times)) or "no time"
        message = f"The statement does not say '{self.time}' of when it was, but {said}."
        return untold("time", message, "Use words of the statement, or leave it empty.")

    def _is(self, group: tuple[str, int, int], share: Share) -> bool:
        """Return whether a share is that of a group, or the same in hundredths or thousandths."""
        _, events, total = group
        if share.total == total:
            return share.events == events
        few = self.few or 2 * self.both < (share.total or 0)
        if few or self.in_shares or share.total not in _BASES:
            return False
        # What some had, or some had not, is told neither as none nor as all.
        return share.events == _rounded(events, total, share.total) and (
            (share.events == 0, share.events == share.total) == (events == 0, events == total)
        )

    def _ways(self, group: tuple[str, int, int]) -> list[str]:
        """Return how a statement may tell the number of a group."""
        _, events, total = group
        bases = [] if self.few or self.in_shares else [base for base in _BASES if base != total]
        shares = [Share(0, 0, _rounded(events, total, base), base, 0) for base in bases]
        fit = [share for share in shares if self._is(group, share)]
        return [f"{events} of {total}", *(f"{one.events} in {one.total}" for one in fit)]

    def as_signed(self) -> list[str]:
        """Return what a sign-off covers of it."""
        return ["" if one is None else str(one) for one in self.compared.values()]

    @property
    def compared(self) -> dict[str, str | int | None]:
        """The columns that say what is compared."""
        return {name: one for name, one in asdict(self).items() if name not in ("finding", "role")}


def _turned(around: Around, language: str) -> Untold | None:
    """Return what is wrong where what stands around a statement may take it back."""
    turned = turning(around, language)
    if not turned:
        return None
    message = f"'{turned}' stands beside it, and may say that it is not so."
    return untold("treatment", message, "Give the statement a place where it stands alone.")


def untold(column: str, message: str, hint: str) -> Untold:
    """Return why a sentence does not tell what a row compares, which cell, and what to do."""
    return Untold("comparison-not-told", column, message, hint)


_MISREAD = re.compile(
    "[\u202a-\u202e\u2066-\u2069\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
    "\u115f\u1160\u3164\uffa0]"
)
"""Characters that turn the words, that stand as signs before numbers, or as wide gaps in them."""


_NAMED = ("treatment", "comparator")
_EVENTS = ("events", "comparator_events")
_NAMES = "Use words of the statement: they stand beside the picture."
_COMPARE = "Compare both with the source."
_SAME = "Let the statement say what the row says, after a look at the source."


def _hint(language: str) -> str:
    """Return how a sentence is said that is understood, in the language of a page."""
    example = EXAMPLES.get(language.partition("-")[0])
    known = f"Say it in one sentence such as '{example}' Or empty" if example else "Empty"
    return f"{known} all from treatment to time: then nothing is drawn."


def _rounded(events: int, total: int, base: int) -> int:
    """Return how many of `base` as many are as `events` of `total`, halves upward."""
    return (2 * events * base + total) // (2 * total)


def comparison_of(row: dict[str, Any]) -> Comparison | None:
    """Return what a row of evidence compares; None where it is not all there."""
    if any(row[name] in ("", None) for name in COMPARED):
        return None
    return Comparison(**{name: row[name] for name in Comparison.__slots__})


def bar_of(label: str) -> Bar | None:
    """Return the bar that stands beside a label, which ends in its numbers; None beside any other.

    Examples
    --------
    >>> bar_of("a sedative 28 in 100")
    Bar(group='a sedative', said='28 in 100', events=28, total=100)
    >>> bar_of("safe")
    """
    folded = FoldedText.of(label)
    found = shares_of(label).found
    if not found or found[-1].end != len(folded.text):
        return None
    share = found[-1]
    start, end = folded.span(share.start, share.end)
    if share.events is None or share.total is None or label[start - 1 : start] != " ":
        return None
    return Bar(label[: start - 1], label[start:end], share.events, share.total)
