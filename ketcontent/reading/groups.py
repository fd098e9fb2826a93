"""Of which group a sentence says which share: as much of it as can be proven.

Two shares of one sentence are told of two groups where nothing in it leaves that open. Each stands
in a clause with the name of its group and of no other; what stands directly before and behind it
does not change it ("not", "up to", "40 to", "points", "fewer"); one clause says of what the number
is, and the other says nothing of it, or the same. The first number alone may have its group from
what comes before ("in a trial of esketamine, 27 in 100 …"), where the second has its own. Whatever
cannot be proven so is refused, with the reason.

Notes
-----
What may stand beside a number or a name is listed, and what is not on the list refuses: a list of
what may not would let pass the first word that nobody thought of. The lists
(`ketcontent.reading.grammar`) are of six languages together; which one a text is in need not be
known. Arabic and German like a verb directly before the number, and no list can hold all verbs:
such a sentence is refused until it is turned round. Who denies, asks and quotes in English is read
as the judges read it (`ketcontent.reading.clauses`).

In Chinese and Japanese no space ends a name, and the one for ketamine is a part of that for
esketamine: there a clause starts with the name, and few words may stand between it and the number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from ketcontent.reading import grammar
from ketcontent.reading.clauses import EXCUSES, excuses_of, read
from ketcontent.reading.folding import FoldedText
from ketcontent.reading.shares import Share, keyboard_digits, shares_of


@dataclass(frozen=True, slots=True)
class Unproven:
    """Why a text does not tell two shares of two groups."""

    reason: str


Pair = tuple[Share, Share]


class _Unclear(Exception):
    """What is not proven, while a sentence is read."""


class _Token(NamedTuple):
    kind: Literal["share", "name", "cut", "contrast", "number", "word", "sign"]
    form: str
    start: int
    which: int = 0
    """Of a share or a name: which of the two."""


def shares_told(words: str, first: str, second: str) -> Pair | Unproven:
    """Return the shares that one sentence of a text tells of two groups, in the groups' order.

    Examples
    --------
    >>> told = shares_told("64 in 100 slept on tea, and 28 in 100 on milk.", "milk", "tea")
    >>> [share.events for share in told]
    [28, 64]
    >>> shares_told("Up to 64 in 100 slept on tea, and 28 in 100 on milk.", "milk", "tea").reason
    "'to' stands before '64 in 100'"
    """
    shares = shares_of(words)
    names = (_as_read(first), _as_read(second))
    if names[0] == names[1]:
        return Unproven("both groups have one name")
    reasons: list[tuple[bool, str]] = []
    for start, end in _sentences(shares.text):
        told = [one for one in shares.found if start <= one.start < end]
        if not told:
            continue
        try:
            return _told(shares.text, (start, end), told, names)
        except _Unclear as unclear:
            reasons.append((len(told) == 2, str(unclear)))
    whole = [reason for is_pair, reason in reasons if is_pair]
    none = "it has no number of people such as '64 in 100' or '12 of 17'"
    return Unproven((whole or [reason for _, reason in reasons] or [none])[0])


def has_name(words: str, name: str) -> bool:
    """Return whether a text has a name as whole words."""
    text = _lower(keyboard_digits(FoldedText.of(words).text))
    return bool(_places(text, (0, len(text)), _as_read(name)))


def _as_read(name: str) -> str:
    return _lower(keyboard_digits(FoldedText.of(name).text)).strip()


def _lower(text: str) -> str:
    """Return a text in small letters, each where it stood."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text


_STOPS = re.compile("[。！？؟｡]+")


def _sentences(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a text start and end."""
    reading = read(text)
    ends = {reading.words[one.sentence[1] - 1].end for one in reading.clauses}
    ends |= {found.end() for found in _STOPS.finditer(text)} | {0, len(text)}
    return list(pairwise(sorted(ends)))


def _told(
    text: str, sentence: tuple[int, int], told: Sequence[Share], names: Sequence[str]
) -> Pair:
    """Return what one sentence tells of two groups."""
    said = [text[one.start : one.end] for one in told]
    if len(told) != 2:
        counted = f"only '{said[0]}'" if len(told) == 1 else f"{len(told)}, not two"
        raise _Unclear(f"of numbers of people the sentence has {counted}")
    for one, words in zip(told, said, strict=True):
        if not one.is_whole:
            raise _Unclear(f"'{words}' is no whole number of people")
    lower = _lower(text[: sentence[1]])
    if set("?؟？") & set(lower[sentence[0] :]):
        raise _Unclear("the sentence asks")
    if grammar.SPACELESS.search(lower, sentence[0]):
        which = _told_closed_up(lower, sentence, told, names)
    else:
        _look_beside(lower, told, said)
        which = _Spaced(lower, sentence, told, names).which()
        _excuse_none(text, told, said)
    return (told[0], told[1]) if which == 0 else (told[1], told[0])


def _look_beside(text: str, told: Sequence[Share], said: Sequence[str]) -> None:
    """Raise where a sign stands directly beside a number."""
    for one, words in zip(told, said, strict=True):
        before, behind = text[max(0, one.start - 1) : one.start], text[one.ends : one.ends + 2]
        if before.strip("([ و"):
            raise _Unclear(f"'{before}' stands before '{words}'")
        if behind[:1].strip(")].,;:!،؛ ") or (behind[:1] != " " and behind[1:].isdigit()):
            raise _Unclear(f"'{behind}' stands behind '{words}'")


def _excuse_none(text: str, told: Sequence[Share], said: Sequence[str]) -> None:
    """Raise where English denies a number, leaves it open, or talks of who claims it."""
    reading = read(text)
    starts = [word.start for word in reading.words]
    for one, words in zip(told, said, strict=True):
        number = bisect_right(starts, one.start) - 1
        excuses = excuses_of(reading, number, number + 1)
        for excuse in sorted(excuses & {"denied", "quoted", "reported"}):
            raise _Unclear(f"of '{words}' {EXCUSES[excuse]}")


def _places(text: str, span: tuple[int, int], name: str) -> list[tuple[int, int]]:
    """Return where a name stands as whole words."""
    if not name:
        return []
    if grammar.SPACELESS.search(name):  # what may stand around it is seen to where it is read
        return [one.span() for one in re.finditer(re.escape(name), text[: span[1]])]
    whole = re.compile(rf"(?:(?<![\w'-])|(?<=\b[dl]')){re.escape(name)}(?![\w-])")
    return [one.span() for one in whole.finditer(text, *span)]


class _Spaced:
    """A sentence of a script with spaces between its words, in tokens."""

    def __init__(
        self, text: str, sentence: tuple[int, int], told: Sequence[Share], names: Sequence[str]
    ) -> None:
        self.said = [text[one.start : one.end] for one in told]
        self.tokens = _without_hugging_signs(_in_phrases(_tokens(text, sentence, told, names)))
        self.shares = [place for place, one in enumerate(self.tokens) if one.kind == "share"]

    def which(self) -> int:
        """Return which of the names the first share is of."""
        first, second = self.shares
        for place, words in zip(self.shares, self.said, strict=True):
            self._look_before(place, words)
            self._look_behind(place, words)
        cuts = [place for place, one in enumerate(self.tokens) if one.kind in ("cut", "contrast")]
        between = [place for place in cuts if first < place < second]
        if not between:
            raise _Unclear(f"nothing parts '{self.said[0]}' from '{self.said[1]}'")
        begin = max((place + 1 for place in cuts if place < first), default=0)
        cut = between[-1]
        end = min((place for place in cuts if place > second), default=len(self.tokens))
        before, one = self.tokens[:begin], self.tokens[begin:cut]
        other, behind = self.tokens[cut + 1 : end], self.tokens[end:]
        self._look_around(before, one, behind)
        self._look_at_kind(one, other)
        named = self._named(other, self.said[1])
        if not any(token.kind == "name" for token in one):
            self._named_before(before, one, 1 - named)
        elif self._named(one, self.said[0]) == named:
            raise _Unclear("both numbers stand with the name of one group")
        contrast = self.tokens[cut].kind == "contrast"
        self._compare_outcomes(before, (one, other), behind, contrast=contrast)
        return 1 - named

    def _look_before(self, place: int, words: str) -> None:
        """Raise where what stands before a share may change it."""
        place -= 1
        while place >= 0 and self.tokens[place].form in grammar.ABOUT:
            place -= 1
        if place < 0 or self.tokens[place].kind == "name":
            return
        lead = self.tokens[place]
        before = self.tokens[place - 1] if place else None
        if lead.kind == "cut" or (lead.kind == "contrast" and lead.form not in grammar.NO_LEADS):
            if before and before.kind == "number" and lead.form.isalpha():  # between 40 and 64
                raise _Unclear(f"'{before.form} {lead.form}' stands before '{words}'")
            return
        if lead.form not in grammar.LEADS:
            raise _Unclear(f"'{lead.form}' stands before '{words}'")
        is_one_in = before and lead.form == "in" and before.form in grammar.NUMBER_WORDS
        if before and (is_one_in or _denies(before)):
            raise _Unclear(f"'{before.form} {lead.form}' stands before '{words}'")

    def _look_behind(self, place: int, words: str) -> None:
        """Raise where what stands behind a share may change it."""
        behind = self.tokens[place + 1 : place + 6]
        while behind and behind[0].form in grammar.COUNTED:
            behind.pop(0)
        if not behind:
            return
        first, *second = (one.form.partition("'")[0] for one in behind[:2])
        is_range = first in grammar.RANGES and [one.kind for one in behind[1:2]] == ["number"]
        changes = {first, " ".join((first, *second))} & grammar.CHANGES
        if behind[0].kind == "number" or changes or is_range:
            raise _Unclear(f"'{behind[0].form}' stands behind '{words}'")

    def _look_around(
        self, before: Sequence[_Token], one: Sequence[_Token], behind: Sequence[_Token]
    ) -> None:
        """Raise where another clause takes back what the two say."""
        denied = next((token for token in before if _denies(token)), None)
        if denied:
            after = [token.form for token in before if token.start > denied.start]
            after += [token.form for token in one]
            if grammar.THAT.intersection(after):
                raise _Unclear(f"'{denied.form}' stands before both numbers")
        for token in behind:
            if token.form in grammar.UNTRUE:
                raise _Unclear(f"'{token.form}' stands behind both numbers")

    def _look_at_kind(self, one: Sequence[_Token], other: Sequence[_Token]) -> None:
        """Raise where nobody counted the numbers, or they are not of people."""
        for token in (*one, *other):
            if token.form in grammar.UNREAL:
                raise _Unclear(f"'{token.form}' stands beside a number")
            if token.form in grammar.MEASURES:
                raise _Unclear(f"a number of '{token.form}' is none of people")

    def _named(self, clause: Sequence[_Token], words: str) -> int:
        """Return which name a clause with a share has."""
        found = {token.which for token in clause if token.kind == "name"}
        if not found:
            raise _Unclear(f"'{words}' stands in one clause with neither group")
        if len(found) > 1:
            raise _Unclear(f"'{words}' stands in one clause with both groups")
        places = [place for place, one in enumerate(clause) if one.kind == "name"]
        if not any(_is_had(clause, place) for place in places):
            name = clause[places[0]]
            beside = clause[places[0] - 1].form if places[0] else "nothing"
            raise _Unclear(f"'{beside}' stands before '{name.form}'")
        return found.pop()

    def _named_before(
        self, before: Sequence[_Token], clause: Sequence[_Token], expected: int
    ) -> None:
        """Raise where what comes before the first share does not name its group, and no other."""
        words = self.said[0]
        if {token.which for token in before if token.kind == "name"} != {expected}:
            raise _Unclear(f"'{words}' stands in one clause with neither group")
        share = next(place for place, token in enumerate(clause) if token.kind == "share")
        for place, token in enumerate(clause):
            after = [
                one for one in clause[place + 1 : place + 4] if one.form not in grammar.ARTICLES
            ][:1]
            at = bool(after) and (after[0].kind == "number" or after[0].form in grammar.WHEN)
            behind = place > share
            of_whom = behind and token.form in grammar.WITH | grammar.OF and not at
            if token.form in grammar.ALL or of_whom:
                whom = " ".join((token.form, *(one.form for one in after)))
                raise _Unclear(f"'{words}' is of '{whom}'")
        for token in before:
            if token.kind == "contrast" or token.form in grammar.APART or _denies(token):
                raise _Unclear(f"'{token.form}' stands before the name of the group of '{words}'")

    def _compare_outcomes(
        self,
        before: Sequence[_Token],
        clauses: tuple[Sequence[_Token], Sequence[_Token]],
        behind: Sequence[_Token],
        *,
        contrast: bool,
    ) -> None:
        """Raise where the two numbers may be of two outcomes."""
        one = _outcome(clauses[0], contrast=False)
        other = _outcome(clauses[1], contrast=contrast)
        if one and other and one != other:
            raise _Unclear(f"the numbers are of two things: '{' '.join(one)}', '{' '.join(other)}'")
        if other and not one:
            at = next(place for place, token in enumerate(clauses[1]) if token.kind == "share")
            lead = [token for place, token in enumerate(before) if _begins(before, place)]
            early = _outcome(clauses[1][:at], contrast=contrast)
            alone = all(token.form in grammar.ADVERBIAL for token in lead)
            if early or not alone or any(map(_denies, clauses[1])):
                raise _Unclear(
                    f"'{self.said[0]}' may be of something else than '{' '.join(other)}'"
                )
        if not one and not other:
            for token in behind:
                if _denies(token):
                    raise _Unclear(f"'{token.form}' stands behind both numbers")


def _tokens(
    text: str, sentence: tuple[int, int], told: Sequence[Share], names: Sequence[str]
) -> list[_Token]:
    """Return the words and signs of a sentence, its two shares and the names one token each."""
    marked = [(one.start, one.ends, "share", number) for number, one in enumerate(told)]
    for number, name in enumerate(names):
        marked += [(*span, "name", number) for span in _places(text, sentence, name)]
    marked.sort(key=lambda one: (one[0], -one[1]))
    found: list[_Token] = []
    place = sentence[0]
    for start, end, kind, number in [*marked, (sentence[1], sentence[1], "", 0)]:
        if start < place:  # within a longer name
            continue
        for word in grammar.WORD.finditer(text, place, start):
            found.append(_Token(_kind(word[0]), word[0], word.start()))
        if kind:
            found.append(_Token(kind, text[start:end], start, number))  # type: ignore[arg-type]
        place = end
    return found


def _kind(form: str) -> Literal["cut", "number", "word", "sign"]:
    if form in grammar.CUTTING_SIGNS:
        return "cut"
    if form[0].isdigit() or form in grammar.NUMBER_WORDS:
        return "number"
    return "word" if form[0].isalpha() else "sign"


def _in_phrases(tokens: Sequence[_Token]) -> list[_Token]:
    """Return tokens with what joins or contrasts two clauses as one token each."""
    found: list[_Token] = []
    place = 0
    while place < len(tokens):
        for length in range(min(4, len(tokens) - place), 0, -1):
            some = tokens[place : place + length]
            if any(one.kind != "word" for one in some):
                continue
            phrase = " ".join(one.form for one in some)
            if phrase in grammar.JOINS or phrase in grammar.CONTRASTS:
                joins = phrase in grammar.JOINS
                found.append(_Token("cut" if joins else "contrast", phrase, some[0].start))
                break
        else:
            length = 1
            abbreviated = found and tokens[place].form == "." and found[-1].form in grammar.SHORT
            found += [] if abbreviated else [tokens[place]]
        place += length
    return found


def _without_hugging_signs(tokens: Sequence[_Token]) -> list[_Token]:
    """Return tokens without brackets around a share alone, or a stop between it and a name."""
    drop = set()
    for place, one in enumerate(tokens):
        if one.kind != "share" or not place:
            continue
        behind = tokens[place + 1].form if place + 1 < len(tokens) else ""
        if (tokens[place - 1].form, behind) == ("(", ")"):
            drop |= {place - 1, place + 1}
        elif tokens[place - 1].form in (":", ",") and _is_name_alone(tokens, place - 2):
            drop.add(place - 1)
    return [one for place, one in enumerate(tokens) if place not in drop]


def _is_name_alone(tokens: Sequence[_Token], place: int) -> bool:
    """Return whether the clause that ends here is a name, with small words: "with tea"."""
    names = 0
    while place >= 0 and tokens[place].kind not in ("cut", "contrast"):
        if tokens[place].kind != "name" and tokens[place].form not in grammar.FREE:
            return False
        names += tokens[place].kind == "name"
        place -= 1
    return names == 1


def _denies(token: _Token) -> bool:
    return token.form in grammar.DENIES or token.form.endswith("n't")


def _is_had(clause: Sequence[_Token], place: int) -> bool:
    """Return whether a name in a clause is what the people had: "on tea", not "without tea"."""
    next_one = clause[place + 1].form if place + 1 < len(clause) else ""
    if next_one in grammar.OTHERWISE or next_one in grammar.JOINS:
        return False
    place -= 1
    while place >= 0 and clause[place].form in grammar.ARTICLES:
        place -= 1
    if place < 0 or clause[place].kind in ("share", "cut"):
        return True
    before = clause[place]
    behind = clause[:place]
    if before.form in grammar.OF:
        return not behind or behind[-1].kind == "share" or behind[-1].form in grammar.OF_WHAT
    if before.form in grammar.TAKES:
        return bool(behind) and behind[-1].form in grammar.WHO
    if before.form not in grammar.WITH:
        return False
    if behind and behind[-1].kind == "contrast":
        return False
    rest = [one for one in behind if one.form not in grammar.AUXILIARIES]
    if behind and behind[-1].form in ("them", "these"):  # few of them on tea
        return False
    return not (rest and _denies(rest[-1])) and not (behind and _denies(behind[-1]))


def _begins(tokens: Sequence[_Token], place: int) -> bool:
    """Return whether a token is the first of a clause."""
    is_cut = tokens[place].kind in ("cut", "contrast")
    return not is_cut and (not place or tokens[place - 1].kind in ("cut", "contrast"))


def _outcome(clause: Sequence[_Token], *, contrast: bool) -> list[str]:
    """Return the words of a clause that say of what its number is."""
    found: list[str] = []
    for place, one in enumerate(clause):
        if one.kind == "share":
            found += [word for word in one.form.split() if word in grammar.SOME]
        if one.kind not in ("word", "number"):
            continue
        before = clause[place - 1].form if place else ""
        free = one.form in grammar.FREE or (one.form in grammar.TAKES and before in grammar.WHO)
        if not free and not (contrast and one.form in grammar.MOVED):
            found.append(one.form)
    return found


def _told_closed_up(
    text: str, sentence: tuple[int, int], told: Sequence[Share], names: Sequence[str]
) -> int:
    """Return which of the names the first share is of, in Chinese or Japanese."""
    edges = [found.start() for found in grammar.CLOSED_UP_CUT.finditer(text, *sentence)]
    which: list[int] = []
    rests: list[str] = []
    last = sentence[0]
    for one in told:
        said = text[one.start : one.end]
        begin = max((edge + 1 for edge in edges if edge < one.start), default=sentence[0])
        last = min((edge for edge in edges if edge >= one.ends), default=sentence[1])
        named = [
            number
            for number, name in enumerate(names)
            if re.fullmatch(
                rf"\s*{grammar.CLOSED_UP_LEAD}{re.escape(name)}{grammar.CLOSED_UP_LINK}\s*",
                text[begin : one.start],
            )
        ]
        if len(named) != 1:
            raise _Unclear(f"the clause of '{said}' does not start with the name of one group")
        rest = text[one.ends : last]
        if rest and not grammar.CLOSED_UP_BEHIND.match(rest):
            raise _Unclear(f"'{rest[:2]}' stands behind '{said}'")
        which += named
        rests.append(grammar.CLOSED_UP_FREE.sub("", rest))
    if which[0] == which[1]:
        raise _Unclear("both numbers stand with the name of one group")
    if all(rests) and rests[0] != rests[1]:
        raise _Unclear(f"the numbers are of two things: '{rests[0]}', '{rests[1]}'")
    around = text[sentence[0] : told[0].start] + text[last : sentence[1]]
    whole = text[slice(*sentence)]
    if denied := grammar.CLOSED_UP_DENIES.search(around) or grammar.CLOSED_UP_TELLS.search(whole):
        raise _Unclear(f"'{denied[0]}' stands in the sentence")
    return which[0]
