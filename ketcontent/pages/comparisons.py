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

from dataclasses import astuple, dataclass
from typing import Any

from ketcontent.reading import FoldedText, Share, Unproven, has_name, shares_of, shares_told

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

    column: str
    """Which cell of the row it does not tell."""
    message: str
    hint: str


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
        if self.in_shares:
            return self.people is not None and self.people < FEW
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
    def is_sound(self) -> bool:
        """Whether the numbers can be, and it is known that they are of many or told one by one."""
        if any(events > total for _, events, total in self.groups):
            return False
        if self.in_shares:
            return self.people is not None and not self.few
        return self.people in (None, self.both)

    @property
    def both(self) -> int:
        """How many people both groups had, by their totals."""
        return self.total + self.comparator_total

    def bars(self, words: str) -> tuple[Bar, ...]:
        """Return what is drawn beside a sentence: two bars, or nothing where it says less."""
        told = self.told(words) if self.is_sound else ()
        return () if isinstance(told, Untold) else told

    def told(self, words: str) -> tuple[Bar, Bar] | Untold:
        """Return the bars of what a sentence says; where that is not proven, why not.

        Both numbers are those of the row and of the groups that it says; both are told in one way,
        so that the bars can be compared; of few people they are told one by one, and what some had
        is not told as none.
        """
        for name, column in ((self.treatment, "treatment"), (self.comparator, "comparator")):
            if not has_name(words, name):
                return Untold(column, f"The statement does not say '{name}'.", _NAMES)
        shares = shares_told(words, self.treatment, self.comparator)
        if isinstance(shares, Unproven):
            return Untold("treatment", f"It cannot be drawn: {shares.reason}.", _CLAUSES)
        folded = FoldedText.of(words)
        first, second = (words[slice(*folded.span(one.start, one.end))] for one in shares)
        return (
            self._other_numbers(shares, (first, second))
            or self._other_people(words, shares)
            or self._drawn(first, second)
        )

    def _drawn(self, *said: str) -> tuple[Bar, Bar] | Untold:
        bars = []
        for (name, _, _), column, told in zip(self.groups, _NAMED, said, strict=True):
            bar = bar_of(f"{name} {told}")
            if bar is None or bar.group != name:
                return Untold(column, f"'{name}' cannot stand beside a number.", _NAMES)
            bars.append(bar)
        return bars[0], bars[1]

    def _other_numbers(self, shares: tuple[Share, Share], said: tuple[str, str]) -> Untold | None:
        """Return what is wrong where a statement tells other numbers than the row."""
        for group, column, share, told in zip(self.groups, _EVENTS, shares, said, strict=True):
            if not self._is(group, share):
                ways = " or ".join(f"'{way}'" for way in self._ways(group))
                message = f"Of '{group[0]}' the statement says '{told}', and not {ways}."
                return Untold(column, message, _SAME)
        totals = tuple(share.total for share in shares)
        if totals[0] != totals[1] and totals != (self.total, self.comparator_total):
            message = f"'{said[0]}' and '{said[1]}' are told in two ways."
            return Untold("events", message, "Let the statement tell both in 100, or one by one.")
        return None

    def _other_people(self, words: str, shares: tuple[Share, Share]) -> Untold | None:
        """Return what is wrong where a statement speaks of others than the people of the row."""
        sizes = [share.size for share in shares if share.size is not None]
        others = [people for people in shares_of(words).people if people != self.people]
        fault = ""
        if any(2 * size < FEW for size in sizes):
            fault = f"Of {min(sizes)} people, shares in 100 say more than is known."
        elif not self.in_shares:
            wrong = [size for size in sizes if size not in (self.total, self.comparator_total)]
            fault = (
                f"No group of the row has the {wrong[0]} people of the statement." if wrong else ""
            )
        elif len(sizes) == len(shares) and sum(sizes) != self.people:
            fault = (
                f"The statement speaks of {sizes[0]} and {sizes[1]} people, not of {self.people}."
            )
        elif sum(sizes) > (self.people or 0):
            fault = f"The statement speaks of {sizes[0]} people, and the row of {self.people}."
        elif others and not sizes and self.people not in shares_of(words).people:
            fault = f"The statement speaks of {others[0]} people, not of {self.people}."
        return Untold("people", fault, "Compare both with the source.") if fault else None

    def _is(self, group: tuple[str, int, int], share: Share) -> bool:
        """Return whether a share is that of a group, or the same in hundredths or thousandths."""
        _, events, total = group
        if share.total == total:
            return share.events == events
        if self.few or self.in_shares or share.total not in _BASES:
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

    def _people_untold(self, words: str, shares: tuple[Share, Share]) -> str:
        """Return what a sentence says of how many people were compared, against the row."""
        sizes = [share.size for share in shares if share.size is not None]
        if any(2 * size < FEW for size in sizes):
            return f"Of {min(sizes)} people, shares in 100 say more than is known."
        if not self.in_shares:
            totals = {self.total, self.comparator_total}
            wrong = [size for size in sizes if size not in totals]
            return (
                f"The statement speaks of {wrong[0]} people, and the row does not." if wrong else ""
            )
        people = shares_of(words).people
        if len(sizes) == len(shares) and sum(sizes) != self.people:
            return f"{sizes[0]} and {sizes[1]} people are not {self.people}."
        if people and not sizes and self.people not in people:
            return f"The statement speaks of {people[0]} people, and the row of {self.people}."
        return ""

    def as_signed(self) -> list[str]:
        """Return what a sign-off covers of it."""
        return ["" if one is None else str(one) for one in astuple(self)]


_NAMED = ("treatment", "comparator")
_EVENTS = ("events", "comparator_events")
_NAMES = "Use words of the statement: they stand beside the picture."
_SAME = "Let the statement say what the row says, after a look at the source."
_CLAUSES = (
    "Write each number in one clause with the name of its group, and nothing beside it that "
    "changes it: '64 in 100 felt better on ketamine, and 28 in 100 on a sedative'. Or empty all "
    "from treatment to time: then nothing is drawn."
)


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
