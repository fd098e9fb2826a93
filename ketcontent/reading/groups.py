"""Of which group a sentence says which share: as much of it as is understood to the last word.

A sentence is taken apart into the few pieces that are known (`ketcontent.reading.grammar`): a
lead-in, a number, who they were, what they felt or had, with what, and when. Every word and sign
belongs to a piece, and the pieces stand in one of the known orders; else nothing is told, and the
reason names the word that was not understood. So what nobody thought of draws nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from ketcontent.reading import grammar
from ketcontent.reading.clauses import read
from ketcontent.reading.folding import FoldedText
from ketcontent.reading.shares import Share, keyboard_digits, shares_of


@dataclass(frozen=True, slots=True)
class Unproven:
    """Why a text does not tell two shares of two groups."""

    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """What one sentence of a text tells of two groups."""

    shares: tuple[Share, Share]
    """In the groups' order."""
    times: frozenset[str]
    """When it was counted, in small letters."""


class _Unclear(Exception):
    """What is not understood, while a sentence is read."""


class _Piece(NamedTuple):
    kind: str
    said: str
    name: str = ""
    """Of which group it speaks, as the text has it; "it" for the one spoken of."""
    time: str = ""


def shares_told(words: str, first: str, second: str, label: str = "") -> Told | Unproven:
    """Return the shares that a text of one sentence tells of two groups, and when.

    Parameters
    ----------
    words
        The text. In two sentences one may take back the other, in more ways than can be listed.
    first, second
        What the groups had.
    label
        The words that stand before it.

    Examples
    --------
    >>> told = shares_told("64 in 100 slept on tea, and 28 in 100 on milk.", "milk", "tea")
    >>> [share.events for share in told.shares]
    [28, 64]
    >>> shares_told("Up to 64 in 100 slept on tea, and 28 in 100 on milk.", "milk", "tea").reason
    "'up' stands at the start: begin with the number, or with 'In a trial of 73 people,'"
    """
    names = (_as_read(first), _as_read(second))
    if names[0] == names[1]:
        return Unproven("both groups have one name")
    for name in names:
        if not name or grammar.is_no_name(name):
            return Unproven(f"'{name}' is not what a group had")
    shares = shares_of(words)
    sentences = [
        one for one in _sentences(shares.text) if re.search(r"\w", shares.text[slice(*one)])
    ]
    if len(sentences) > 1:
        return Unproven("more than one sentence stands there: give this one a statement of its own")
    try:
        told = _told(shares.text, _said_twice(shares.text, shares.found), names)
    except _Unclear as unclear:
        return Unproven(str(unclear))
    if not grammar.is_label(_as_read(label), names, told.times):
        return Unproven(f"'{label}' stands before it: leave out the label")
    return told


def has_name(words: str, name: str) -> bool:
    """Return whether a text has a name as whole words."""
    text, sought = (_as_read(one) for one in (words, name))
    if not sought or not (sought[0].isalnum() and sought[-1].isalnum()):
        return False
    edge = "" if grammar.SPACELESS.search(sought) else r"[\w-]"
    around = (f"(?<!{edge})", f"(?!{edge})") if edge else ("", "")
    return bool(re.search(re.escape(sought).join(around), text))


def _as_read(words: str) -> str:
    return _lower(keyboard_digits(FoldedText.of(words).text)).strip()


def _lower(text: str) -> str:
    """Return a text in small letters, each where it stood."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text


_STOPS = re.compile("[。！？؟｡⁇‽]+")
_ASKS = re.compile("[?؟？⁇⁈⁉‽﹖¿]")


def _sentences(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a text start and end."""
    reading = read(text)
    ends = {reading.words[one.sentence[1] - 1].end for one in reading.clauses}
    ends |= {found.end() for found in _STOPS.finditer(text)} | {0, len(text)}
    return list(pairwise(sorted(ends)))


def _said_twice(text: str, shares: Sequence[Share]) -> list[Share]:
    """Return shares, one that is said in two forms as one: "64% (30 of 47)"."""
    found: list[Share] = []
    for share in shares:
        last = found[-1] if found else None
        if last and text[last.ends : share.start] == " (" and text[share.ends :][:1] == ")":
            small, large = sorted((last, share), key=lambda one: one.total == 100)
            if _agree(small, large):
                size = small.total if last is large else last.size
                found[-1] = replace(last, ends=share.ends + 1, size=size)
                continue
        found.append(share)
    return found


def _agree(counted: Share, share: Share) -> bool:
    """Return whether a share in 100 is what was counted, halves upward."""
    events, total = counted.events, counted.total
    if events is None or not total or share.total != 100:
        return False
    return share.events == (200 * events + total) // (2 * total)


def _told(text: str, told: Sequence[Share], names: tuple[str, str]) -> Told:
    """Return what one sentence tells of two groups."""
    said = [text[one.start : one.ends] for one in told]
    if not told:
        raise _Unclear("it has no number of people such as '64 in 100' or '12 of 17'")
    if len(told) != 2:
        counted = f"only '{said[0]}'" if len(told) == 1 else f"{len(told)}, not two"
        raise _Unclear(f"of numbers of people the sentence has {counted}")
    for one, words in zip(told, said, strict=True):
        if not one.is_whole:
            raise _Unclear(f"'{words}' is no whole number of people")
    if asks := _ASKS.search(text):
        raise _Unclear(f"'{asks[0]}' asks")
    one, other = told
    _one_kind(_lower(text[: other.start]), _lower(text[other.start :]))
    parts = (text[: one.start], text[one.ends : other.start], text[other.ends :])
    if "#" in "".join(parts):
        raise _Unclear("'#' stands in the sentence")
    line = _lower("#".join(parts).strip())
    for pattern in grammar.fixed(names):
        if found := pattern.fullmatch(line):
            return Told(_in_order((one, other), (found["one"], found["other"]), names), frozenset())
    pieces = _pieces(line, names, said)
    groups = _judge(pieces, told, line)
    times = frozenset(piece.time for piece in pieces if piece.time)
    return Told(_in_order((one, other), groups, names), times)


def _one_kind(before: str, behind: str) -> None:
    """Raise where the numbers are of two kinds of people: of women and of men."""
    kinds = [grammar.KINDS.findall(part) for part in (before, behind)]
    if len({*kinds[0], *kinds[1]}) > 1 or (kinds[1] and not kinds[0]):
        raise _Unclear(
            f"the numbers may be of two kinds of people, of '{(kinds[1] or kinds[0])[-1]}'"
        )


def _in_order(
    shares: tuple[Share, Share], groups: Sequence[str], names: tuple[str, str]
) -> tuple[Share, Share]:
    if groups[0] == groups[1]:
        raise _Unclear("both numbers stand with the name of one group")
    return shares if groups[0] == names[0] else (shares[1], shares[0])


def _pieces(line: str, names: tuple[str, str], said: Sequence[str]) -> list[_Piece]:
    """Return the pieces of a sentence, `#` for its numbers; raise at what is none of them."""
    found: list[_Piece] = []
    numbers = iter(said)
    place = 0
    while place < len(line):
        kinds = tuple(piece.kind for piece in found)
        for kind in grammar.PIECES:
            match = grammar.compiled(kind, names).match(line, place)
            if match and grammar.is_order((*kinds, kind), whole=False):
                parts = {of: one for of, one in match.groupdict().items() if one}
                name, time = (
                    next((parts[of] for of in of_all if of in parts), "")
                    for of_all in (_NAMED, _TIMED)
                )
                words = match[0].replace("#", next(numbers)) if kind == "number" else match[0]
                found.append(_Piece(kind, words, name, time))
                place = match.end()
                break
        else:
            raise _Unclear(_not_understood(line[place:], found, numbers))
        place += line[place : place + 1] == " "
    if not grammar.is_order([piece.kind for piece in found], whole=True):
        raise _Unclear(f"the sentence breaks off behind '{found[-1].said}'")
    return found


_NAMED = ("name", "among", "to", "bracketed", "better")
_TIMED = ("time", "length", "when", "later")
_LINKS = ("and", "against", "comma")
_ADVICE = {
    "": "begin with the number, or with 'In a trial of 73 people,'",
    "number": "go on with who they were, what they felt or had, or 'on' and the name",
    "people": "go on with what they felt or had, or with 'on' and the name",
    "group": "end the clause with the name",
    "moved": "end the sentence with the name",
    "outcome": "go on with 'on' or 'after' and the name of the group",
    "and": "go on with the other number",
    "against": "go on with the other number",
    "end": "end the sentence there",
}
_ELSE = "go on with a number"
_FELT = re.compile(r"(?:felt|were|was|had|became|got|did|didn't|used|fell)\b[^#,;.]*[^#,;. ]")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+|#|\S")


def _not_understood(rest: str, found: Sequence[_Piece], said: Iterator[str]) -> str:
    """Return which word is not understood, and what may stand in its place."""
    match = _WORD.search(rest)
    word = match[0] if match else rest
    if word == "#":
        word = next(said)
    if not found:
        return f"'{word}' stands at the start: {_ADVICE['']}"
    last = found[-1]
    if felt := _FELT.match(rest):
        return f"'{felt[0]}' is nothing known that people felt or had: say it plainly"
    return f"'{word}' stands behind '{last.said}': {_ADVICE.get(last.kind, _ELSE)}"


def _judge(pieces: Sequence[_Piece], shares: Sequence[Share], line: str) -> tuple[str, str]:
    """Return which group each number is of; raise where they may be of two things or times."""
    numbers = [place for place, one in enumerate(pieces) if one.kind == "number"]
    groups = [place for place, one in enumerate(pieces) if one.kind in ("group", "moved")]
    links = [place for place, one in enumerate(pieces) if one.kind in _LINKS]
    if groups[0] < numbers[0]:  # "on tea, 64 in 100 slept, on milk, 28 in 100"
        link = next(place for place in links if place > numbers[0])
    else:
        link = max(place for place in links if place < numbers[1])
    outcomes = [one.said for one in pieces if one.kind == "outcome"]
    if len(set(outcomes)) > 1:
        raise _Unclear(f"the numbers are of two things: '{outcomes[0]}', '{outcomes[1]}'")
    may_turn = re.search(r"\b(?:no|less|fewer|but)\b|not|n't", line)
    if may_turn and any(one.kind == "did" for one in pieces):
        raise _Unclear(f"'did' stands behind '{outcomes[0]}': say again what they felt or had")
    times = list(dict.fromkeys(one.time for one in pieces if one.time))
    if len(times) > 1:
        raise _Unclear("the sentence has two times: " + ", ".join(f"'{one}'" for one in times))
    if times and not any(one.time for one in pieces[:link]):
        raise _Unclear(f"'{times[0]}' stands with one of both numbers")
    some = " ".join(one.said for one in pieces if one.kind in ("some", "more")).split()
    one, other = (Fraction(share.events or 0, share.total or 1) for share in shares)
    if ("more" in some and one <= other) or ({"fewer", "less"} & {*some} and one >= other):
        raise _Unclear(f"'{' '.join(some)}' stands before numbers that say otherwise")
    about = next((one.name for one in pieces if one.kind == "about"), "")
    named = [pieces[place].name for place in groups if place < link] or [about]
    [other_name] = [pieces[place].name for place in groups if place > link]
    first = about if named[0] == "it" else named[0]
    if "it" in (first, other_name) or not first:
        raise _Unclear("'it' stands for the name of a group: write the name")
    return first, other_name
