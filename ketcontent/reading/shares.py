"""So many of so many, as a text says it: each number read whole, or not at all.

A number is all its digits with the marks between them; what has decimals, or leaves open what its
marks are, is a number that is not read. Whoever takes a part of it takes another number: of
"0.64 in 100", "64 in 100 000" or "64.5%" no part is "64 in 100".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ketcontent.reading.folding import FoldedText
from ketcontent.reading.words import NUMBERS


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, in a text."""

    start: int
    end: int
    """Where it stands in the folded text."""
    events: int | None
    """How many; None where the number cannot be read."""
    total: int | None
    """Of how many: of 100 for a percentage."""
    ends: int
    """Where what belongs to it ends: the size of the group, the ending of a word in Turkish."""
    size: int | None = None
    """How many people the group had, where it says so: "55 in 100 of 195 people"."""

    @property
    def is_whole(self) -> bool:
        """Whether both its numbers could be read."""
        return self.events is not None and self.total is not None


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares of a text, and what else it counts."""

    text: str
    """The folded text, its digits those of a keyboard, character for character."""
    found: tuple[Share, ...]


def word_list(lines: str) -> frozenset[str]:
    """Return words that are written with spaces between them."""
    return frozenset(lines.split())


_KINDS = {
    "people": """
        people persons person menschen personen leute leuten personnes personas
        kişi kişinin kişilerin kişiden kişide شخص شخصا شخصًا أشخاص
        """,
    "patients": """
        patients patient patienten pacientes hastanın hastaların hastadan hastada
        مريض مريضا مريضًا مرضى
        """,
    "ill people": "malades",
    "participants": """
        participants teilnehmer teilnehmern teilnehmenden participantes
        """,
    "people asked": "befragten",
    "volunteers": "volunteers",
    "adults": "adults erwachsene erwachsenen adultes adultos",
    "children": "children kinder kindern enfants niños",
    "babies": "babies",
    "women": "women frauen femmes mujeres",
    "men": "men männer männern hommes hombres",
    "women who are patients": "patientinnen patientes",
}
PEOPLE = {word: kind for kind, words in _KINDS.items() for word in words.split()}
"""Words for those who are counted, each with whom it speaks of.

Turkish "hasta" is not among them: in Spanish it is "up to".
"""

ANYBODY = word_list("people patients participants volunteers")
"""Words for whoever was counted: beside a word for some of them they say another group."""

_Number = tuple[int, int, int | None]
"""Where a number starts and ends, and what it is, if that can be read."""

_MARKS = ".,'·⋅٫٬"
_NUMBER = re.compile(rf"(?:\d{{1,3}}(?: \d{{3}}(?!\d))+|\d+)(?:[{_MARKS}]\d+)*")
_PLAIN = re.compile(r"0|[1-9]\d{0,8}")
_GROUPED = re.compile(r"[1-9]\d{0,2}([ .,'٬])\d{3}(?:\1\d{3})?")

_WHO = "|".join(sorted(PEOPLE, key=len, reverse=True))
_OF = re.compile(
    rf"(?: (?:{_WHO}))? (?:(?:in|of|out of|per)(?: (?:every|each|the))?"
    r"|von(?: (?:je|den|insgesamt))?|der|sur|des|de(?: (?:cada|los|las))?|por cada|su|em(?: cada)?"
    r"|من(?: (?:كل|بين|أصل))?) "
)
"""What stands between how many and of how many."""
_AMONG = re.compile(
    r" ?(?:kişiden|kişide|hastadan|hastada) | ?[人名例位](?:患者|の患者|参加者)?"
    r"(?:中|のうち|の中|之中|里|裡)(?:有|の)?"
)
"""What stands between of how many and how many, where that comes first."""
_HUNDREDTHS = re.compile(
    r" ?(?:%|パーセント)| (?:percent|per cent|prozent|pour cent|por ciento|por cento|per cento"
    r"|في المئة|في المائة|بالمئة|بالمائة)(?!\w)"
)
_HUNDREDTHS_OF = re.compile(r"(?:%|(?<!\w)yüzde |百分之)$")
_COUNTED = re.compile(r"[人名例位]")
_COUNTED_TIME = re.compile(r"(?<!\w)(?:hour|day|week|month|year) $")
_SIZE = re.compile(
    " (?:of(?: (?:the|all))?|von(?: den)?|der|des|de(?: (?:los|las))?|sur|من(?: بين)?) "
)
"""What stands between a share and the size of the group."""
_SUFFIX = re.compile(r"'s?[iıuü](?!\w)")
"""What Turkish joins to a number: "12'si" are twelve of them. Other endings say other things."""


def shares_of(words: str) -> Shares:
    """Return the shares of a text, in order.

    Examples
    --------
    >>> [(one.events, one.total) for one in shares_of("64 in 100, ٢٨٪, 100人中64人").found]
    [(64, 100), (28, 100), (64, 100)]
    >>> [(one.events, one.total) for one in shares_of("6.4% and 64 in 100 000").found]
    [(None, 100), (64, 100000)]
    """
    text = keyboard_digits(FoldedText.of(words).text)
    lower = text.lower() if len(text.lower()) == len(text) else text
    numbers = [(found.start(), found.end(), _whole(found[0])) for found in _NUMBER.finditer(text)]
    found: list[Share] = []
    loose: list[tuple[int, int]] = []
    place = 0
    while place < len(numbers):
        share, used = _share_at(lower, numbers, place, found[-1].ends if found else 0)
        if share is None:
            _, end, value = numbers[place]
            loose += [(end, value)] if value is not None else []
        place += used
        if share and place < len(numbers):
            start, end, size = numbers[place]
            of = _SIZE.fullmatch(lower, share.ends, start)
            if of and _share_at(lower, numbers, place, share.ends)[0] is None:
                events = None if size is None else share.events
                share = replace(share, ends=end, size=size, events=events)
                place += 1
        found += [share] if share else []
    return Shares(text, tuple(found))


_COUNTS = "one two three four five six seven eight nine ten eleven twelve"
_NUMBERED = dict(zip(_COUNTS.split(), range(1, 13), strict=True)) | {
    **{"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}
}
_MORE_PEOPLE = "veterans soldiers subjects individuals adolescents teenagers students mothers users"
_HOW_MANY = rf"(?:\d+ )?{_NUMBER.pattern}[^\s.,;:()]*"
"""A number, with what stands before and behind it that makes it another: "1 56", "156k", "15/6"."""
_PEOPLE_TOLD = re.compile(
    rf"(?<![\w.,-])(?P<number>{_HOW_MANY}|{'|'.join(sorted(NUMBERS))})(?P<odd>-odd)?"
    rf"(?: (?P<more>[a-z]+))? (?:{_WHO}|{'|'.join(_MORE_PEOPLE.split())})(?!\w)"
    rf"|(?<!\w)n ?= ?(?P<size>{_HOW_MANY})"
    rf"|(?P<counted>{_NUMBER.pattern})[人名例位](?!中|のうち|の中|之中)"
)


def people_of(words: str) -> tuple[int | None, ...]:
    """Return how many people a text speaks of, beside its shares; None for what cannot be read.

    Examples
    --------
    >>> people_of("In a trial of 73 people, or twelve older veterans (n = 12), 64 in 100 slept.")
    (73, 12, 12)
    >>> people_of("156k people, 1 56 patients and a dozen veterans")
    (None, None, None)
    """
    shares = shares_of(words)
    inside = {at for one in shares.found for at in range(one.start, one.ends)}
    found = []
    for match in _PEOPLE_TOLD.finditer(shares.text.lower()):
        place = next(at for at in ("number", "size", "counted") if match[at])
        if match.start(place) not in inside:
            value = _NUMBERED.get(match[place]) or _whole(match[place])
            found.append(None if match["odd"] or match["more"] in NUMBERS else value)
    return tuple(found)


def keyboard_digits(text: str) -> str:
    """Return a text with the digits and percent signs of all scripts as those of a keyboard."""
    if text.isascii():
        return text
    digits = (str(int(one)) if one.isdecimal() else one for one in text)
    return "".join(digits).translate(str.maketrans("％٪﹪", "%%%"))


def _share_at(
    text: str, numbers: Sequence[_Number], place: int, behind: int
) -> tuple[Share | None, int]:
    """Return the share that a number starts, if it does, and how many numbers are used up."""
    start, end, value = numbers[place]
    other_start, other_end, other = (numbers[place + 1 : place + 2] or [(end, end, None)])[0]
    is_of = bool(_OF.fullmatch(text, end, other_start)) and not _goes_on(text, numbers, place)
    if parts := _HUNDREDTHS.match(text, end):
        return _share(text, start, parts.end(), value, 100), 1
    if parts := _HUNDREDTHS_OF.search(text, max(behind, start - 6), start):
        return _share(text, parts.start(), end, None if is_of else value, 100), 1
    if is_of:
        return _share(text, start, other_end, value, other), 2
    if _AMONG.fullmatch(text, end, other_start):
        counted = _COUNTED.match(text, other_end)
        other_end = counted.end() if counted else other_end
        return _share(text, start, other_end, other, value), 2
    return None, 1


def _goes_on(text: str, numbers: Sequence[_Number], place: int) -> bool:
    """Return whether the second of two numbers starts a share: "at week 8 in 2 of 12"."""
    (start, _, value), (_, end, other), *third = numbers[place : place + 3]
    more = value is not None and other is not None and value > other
    more = more or bool(_COUNTED_TIME.search(text, max(0, start - 6), start))
    return bool(more and third and _OF.fullmatch(text, end, third[0][0]))


def _share(text: str, start: int, end: int, events: int | None, total: int | None) -> Share:
    suffix = _SUFFIX.match(text, end)
    return Share(start, end, events, total, suffix.end() if suffix else end)


def _whole(digits: str) -> int | None:
    """Return a whole number of at most nine digits; None where it has decimals, or may have."""
    if _PLAIN.fullmatch(digits):
        return int(digits)
    return int(re.sub(r"\D", "", digits)) if _GROUPED.fullmatch(digits) else None
