"""Of which group a sentence says which share: as much of it as is understood to the last word.

A sentence is taken apart into the few pieces that are known (`ketcontent.reading.grammar`): a
lead-in, a number, who they were, what they felt or had, with what, and when. Every word and sign
belongs to a piece, and the pieces stand in one of the known orders; else nothing is told, and the
reason names the word that was not understood. So what nobody thought of draws nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ketcontent.reading import grammar
from ketcontent.reading.clauses import read
from ketcontent.reading.folding import FoldedText
from ketcontent.reading.judging import groups_of
from ketcontent.reading.names import fault_of
from ketcontent.reading.pieces import NO_STOP, Piece, Unclear, pieces_of
from ketcontent.reading.shares import ANYBODY, PEOPLE, Share, keyboard_digits, shares_of


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


def shares_told(
    words: str, first: str, second: str, label: str = "", language: str = "en"
) -> Told | Unproven:
    """Return the shares that a text of one sentence tells of two groups, and when.

    Parameters
    ----------
    words
        The text. In two sentences one may take back the other, in more ways than can be listed.
    first, second
        What the groups had.
    label
        The words that stand before it.
    language
        The language of the page, for the reason that is given.

    Examples
    --------
    >>> told = shares_told("64 in 100 slept on tea, and 28 in 100 on milk.", "milk", "tea")
    >>> [share.events for share in told.shares]
    [28, 64]
    >>> shares_told("Up to 64 in 100 slept on tea, and 28 in 100 on milk.", "milk", "tea").reason
    "'up' stands at the start: begin with the number, or with 'In a trial of 73 people,'"
    """
    names = (_as_read(first), _as_read(second))
    if fault := fault_of(names):
        return Unproven(fault)
    shares = shares_of(words)
    sentences = [
        one for one in _sentences(shares.text) if re.search(r"\w", shares.text[slice(*one)])
    ]
    if len(sentences) > 1:
        return Unproven("more than one sentence stands there: give this one a statement of its own")
    try:
        told, pieces = _told(shares.text, _said_twice(shares.text, shares.found), names, language)
    except Unclear as unclear:
        return Unproven(str(unclear))
    if not _is_label(_as_read(label), names[1], pieces):
        return Unproven(f"'{label}' stands before it: leave out the label")
    return told


def _is_label(words: str, comparator: str, pieces: Sequence[Piece]) -> bool:
    """Return whether words before a sentence change nothing of it: when, of what, against what."""
    if found := re.fullmatch(rf"(?P<time>{grammar.SPAN}) later", words):
        said = dict(one for piece in pieces for one in piece.times)
        times = {re.sub(r"^(?:an?|one) ", "1 ", one) for one in (found["time"], *said.values())}
        return len(times) == 1 and grammar.AFTER.issuperset(said)
    if re.fullmatch(grammar.CONDITIONS, words):
        return {words}.issuperset(one.parts.get("condition", words) for one in pieces)
    against = [f"compared with {article}{comparator}" for article in ("", "a ", "an ", "the ")]
    return words in ("", *against)


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


def _told(
    text: str, told: Sequence[Share], names: tuple[str, str], language: str
) -> tuple[Told, list[Piece]]:
    """Return what one sentence tells of two groups, and the pieces that an English one is of."""
    said = [text[one.start : one.ends] for one in told]
    if not told:
        raise Unclear("it has no number of people such as '64 in 100' or '12 of 17'")
    if len(told) != 2:
        counted = f"only '{said[0]}'" if len(told) == 1 else f"{len(told)}, not two"
        raise Unclear(f"of numbers of people the sentence has {counted}")
    for one, words in zip(told, said, strict=True):
        if not one.is_whole:
            raise Unclear(f"'{words}' is no whole number of people")
    if asks := _ASKS.search(text):
        raise Unclear(f"'{asks[0]}' asks")
    one, other = told
    _one_kind(*(_lower(part) for part in _at(text, (one.start, other.start))))
    parts = (text[: one.start], text[one.ends : other.start], text[other.ends :])
    if sign := re.search("[#%]", "".join(parts)):
        raise Unclear(f"'{sign[0]}' stands in the sentence")
    marks = ("#" if _OF_THEM.search(words) else "%" for words in said)
    line = _lower("".join((parts[0], next(marks), parts[1], next(marks), parts[2])).strip())
    try:
        pieces = pieces_of(line, names, said)
    except Unclear:
        if groups := _named_in_whole(line, names):
            return Told(_in_order((one, other), groups, names), frozenset()), []
        if language != "en":
            known = "none of the sentences that are known in the language of the page"
            raise Unclear(f"it is {known}") from None
        raise
    groups = groups_of(pieces, told, line)
    times = frozenset(time for piece in pieces for _, time in piece.times)
    return Told(_in_order((one, other), groups, names), times), pieces


def _named_in_whole(line: str, names: tuple[str, str]) -> tuple[str, str] | None:
    """Return the groups in the order of a whole sentence of another language, if it is known."""
    for pattern in grammar.fixed(names):
        if found := pattern.fullmatch(line):
            return found["one"], found["other"]
        if pattern.fullmatch(f"{line}."):
            raise Unclear(NO_STOP)
    return None


_OF_THEM = re.compile(r"\d\D+\d|'")
"""How a number says of how many it is, or, by its Turkish ending, that it is some of them."""


def _at(text: str, places: tuple[int, int]) -> tuple[str, str, str]:
    """Return a text in three parts."""
    return text[: places[0]], text[places[0] : places[1]], text[places[1] :]


_PERSON = re.compile(r"[^\W\d_]+")
_PERSON_IN_SIGNS = re.compile(r"患者|参加者|(?<!\d)人")
_COUNTED = re.compile(r"\d([人名例位])")


def _one_kind(lead: str, one: str, other: str) -> None:
    """Raise where two numbers may be of two kinds of people: of women and of men.

    A kind is said with both, or once: in the lead-in, or with the first. Beside it a word for
    anybody says another group.
    """
    kinds = []
    for part in (lead, one, other):
        found = {PEOPLE[word]: word for word in _PERSON.findall(part) if word in PEOPLE}
        found |= {word: word for word in _PERSON_IN_SIGNS.findall(part)}
        if len(found) > 1:
            raise Unclear(_TWO_KINDS.format(*found.values()))
        kinds.append(found)
    counted = [{*_COUNTED.findall(part)} for part in (one, other)]
    if all(counted) and len({"例" in words for words in counted}) > 1:
        raise Unclear(_TWO_KINDS.format("人", "例"))
    every, first, second = kinds
    if not first and not every and {*second} <= {"people", "人"}:
        return
    first = first or every
    second = second or first
    if {*first} != {*second}:
        words = [*first.values(), *second.values(), "somebody"]
        raise Unclear(_TWO_KINDS.format(*words))
    if every and {*every} != {*first} and not ANYBODY.issuperset((*every, *first)):
        raise Unclear(_TWO_KINDS.format(*every.values(), *first.values()))


_TWO_KINDS = "the numbers may be of two kinds of people, of '{}' and of '{}'"


def _in_order(
    shares: tuple[Share, Share], groups: Sequence[str], names: tuple[str, str]
) -> tuple[Share, Share]:
    if groups[0] == groups[1]:
        raise Unclear("both numbers stand with the name of one group")
    return shares if groups[0] == names[0] else (shares[1], shares[0])
