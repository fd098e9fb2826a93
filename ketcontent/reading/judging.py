"""Of which group each number of a sentence is, by its pieces, and whether they can be compared.

Of two things, two times, two kinds of people or something else than people nothing is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from ketcontent.reading.pieces import LINKS, TELLS, Piece, Unclear
from ketcontent.reading.shares import ANYBODY, PEOPLE, Share


def groups_of(pieces: Sequence[Piece], shares: Sequence[Share], line: str) -> tuple[str, str]:
    """Return which group each number is of; raise where they may be of two things or times."""
    numbers = [place for place, one in enumerate(pieces) if one.kind == "number"]
    groups = [place for place, one in enumerate(pieces) if one.kind in ("group", "moved", "for")]
    links = [place for place, one in enumerate(pieces) if one.kind in LINKS]
    if groups[0] < numbers[0]:  # "on tea, 64 in 100 slept, on milk, 28 in 100"
        link = next(place for place in links if place > numbers[0])
    else:
        link = max(place for place in links if place < numbers[1])
    _one_outcome(pieces, line)
    _one_time(pieces, link)
    _not_who_they_are(pieces, numbers)
    _of_people(pieces, numbers, shares)
    _of_all_who_began(pieces)
    _as_compared(pieces, shares)
    about = next((one.name for one in pieces if one.kind == "about"), "")
    named = [pieces[place].name for place in groups if place < link] or [about]
    [other_name] = [pieces[place].name for place in groups if place > link]
    first = about if named[0] == "it" else named[0]
    if "it" in (first, other_name) or not first:
        raise Unclear("'it' stands for the name of a group: write the name")
    if about not in ("", first):
        said = next(one.said for one in pieces if one.kind == "about")
        raise Unclear(f"'{said}' stands before a number of '{first}'")
    return first, other_name


def _one_outcome(pieces: Sequence[Piece], line: str) -> None:
    """Raise where the numbers may be of two things."""
    outcomes = [one.said for one in pieces if one.kind == "outcome"]
    if len(set(outcomes)) > 1:
        raise Unclear(f"the numbers are of two things: '{outcomes[0]}', '{outcomes[1]}'")
    denied = bool(re.search(r"\b(?:no|not|less|fewer)\b|n't", line))
    links = [one.said for one in pieces if one.kind == "and"]
    if (denied or "but" in links) and any(one.kind == "did" for one in pieces):
        raise Unclear(f"'did' stands behind '{outcomes[0]}': say again what they felt or had")
    if denied and len(outcomes) == 1:
        # "and 28 in 100 on milk" has no pain as well where they had no pain; where they "did not
        # sleep", and behind a word that sets the groups against each other, it may have the rest.
        opposed = [one for one in links if one != "and"]
        if pieces[-2].kind != "outcome" and all(one.kind != "against" for one in pieces):
            opposed += _NOT.findall(line)
        if opposed:
            raise Unclear(f"'{opposed[0]}' leaves open who had it: say '{outcomes[0]}' of both")


def _one_time(pieces: Sequence[Piece], link: int) -> None:
    """Raise where the numbers may be of two times."""
    times = list(dict.fromkeys(one for piece in pieces for one in piece.times))
    if len(times) > 1:
        said = ", ".join(f"'{one.said}'" for one in pieces if one.times)
        raise Unclear(f"the sentence has two times, or one said in two ways: {said}")
    if times and not any(one.times for one in pieces[:link]):
        raise Unclear(f"'{times[0][1]}' stands with one of both numbers")


_NOT = re.compile(r"\bnot\b|\b\w+n't")


def _of_people(pieces: Sequence[Piece], numbers: Sequence[int], shares: Sequence[Share]) -> None:
    """Raise where the numbers may be of something else than people, or the people of one group.

    Who sleeps or feels better is somebody. But scores, hours, drips and attacks are "3 of 10" as
    well, and a rate is so many in 100 years: there a word has to say that people are counted.
    """
    kinds = [one.kind for one in pieces]
    leads = [
        one
        for one in pieces
        if one.kind == "lead" or (one.kind == "about" and one.parts.get("name"))
    ]
    if len(leads) > 1:
        raise Unclear(f"'{leads[0].said}' and '{leads[1].said}' may be two trials")
    lead = next((one for one in pieces if {"size", "counted"} & {*one.parts}), None)
    if lead:
        between = pieces[pieces.index(lead) + 1 : numbers[0]]
        is_apart = [one.kind for one in between] == ["comma", "group"] and not between[1].times
        if any(one.kind == "group" for one in between) and not is_apart:
            raise Unclear(f"'{lead.said}' may be one group alone: name the group behind its number")
    said = [pieces[place].said for place in numbers]
    people = [_people_beside(pieces, place) for place in numbers]
    with_people = bool(people[0] or lead or any(_IS_PEOPLE.search(one.said) for one in pieces))
    things = _DRIPS if "outcome" in kinds else _THINGS
    if any(one.kind == "group" and things.search(one.said) for one in pieces) and not with_people:
        raise Unclear(_ELSE.format(said[0]))
    for one in pieces[: numbers[0]]:
        may_be_else = one.kind in ("changed", "affected") and not with_people
        is_label = one.kind == "affected" and one.said.endswith(":")
        if may_be_else or ((one.said == "for" or is_label) and not people[0]):
            raise Unclear(_ELSE.format(said[0]))
    rates = [one for one in said if _PER.search(one)]
    for words, who in zip(said, people, strict=True):
        if words in rates and not who:
            raise Unclear(_ELSE.format(words))
    if rates and (len(rates) == 1 or shares[0].total != shares[1].total):
        raise Unclear(f"'{said[0]}' and '{said[1]}' are told in two ways")


_ELSE = "'{}' may be of something else than people: say 'people' behind it"


def _people_beside(pieces: Sequence[Piece], place: int) -> list[str]:
    """Return the words for those who are counted that stand in a number and behind it."""
    beside = [one.said for one in pieces[place : place + 2] if one.kind in ("number", "people")]
    return [word for word in " ".join(beside).lower().split() if word in PEOPLE]


def _not_who_they_are(pieces: Sequence[Piece], numbers: Sequence[int]) -> None:
    """Raise where a number may say who the people of a group are: "64% women"."""
    for place in numbers:
        number, who = pieces[place], pieces[place + 1]
        is_bare = who.kind == "people" and not who.said.startswith("of ")
        if is_bare and not re.search(r"\d\D+\d", number.said):
            message = (
                f"'{who.said}' behind '{number.said}' may say who they are: say 'of' before it"
            )
            raise Unclear(message)
        kinds = [PEOPLE[word] for word in _people_beside(pieces, place)]
        if TELLS.isdisjoint(one.kind for one in pieces) and not ANYBODY.issuperset(kinds):
            raise Unclear(f"behind '{number.said}' nothing says what the {kinds[0]} felt or had")


_PER = re.compile(r"\d per \D*\d")
_DRIPS = re.compile(r"\b(?:drip|infusion|injection)s$")
_THINGS = re.compile(r"\b(?:drip|infusion|injection|spray|pill|tablet|capsule|vaccine)s$")
_IS_PEOPLE = re.compile(r"(?:^| )(?:group|arm)$|^(?:of those )?who ")
_COMPARATIVE = re.compile(r"\b(?:better|worse|less|fewer)\b")
_GOOD = re.compile(
    r"(?!.*\bnot\b|.*n't)"
    r"(?:.*\b(?:better|improved|recovered|responded|remitted|free of)\b|were in remission"
    r"|achieved |met |(?:felt|were|was|became|got|stayed) (?:\w+ )?well\b"
    r"|had (?:next to no|no|(?:\w+ )?(?:fewer|less)) (?!.*re(?:sponse|mission))"
    r"|(?:used|drank|smoked) )"
)


_ASSIGNED = re.compile(r"\b(?:assigned|allocated|randomi[sz]ed) to ")
_TOOK = re.compile(r"\b(?:had|took|got|received|used|given|treated|taking|receiving|using) ")


def _of_all_who_began(pieces: Sequence[Piece]) -> None:
    """Raise where a number may leave out those who stopped: of them a trial counts as well."""
    groups = [one for one in pieces if one.kind == "group"]
    stayed = next((one for one in groups if "stayed" in one.parts), None)
    if stayed and not any(one.kind == "moved" for one in pieces):
        raise Unclear(f"'{stayed.said}' leaves out those who stopped: say 'assigned to'")
    assigned, took = (
        next((one.said for one in groups if way.search(one.said)), "") for way in (_ASSIGNED, _TOOK)
    )
    if assigned and took:
        raise Unclear(f"'{assigned}' and '{took}' may be counted in two ways: say one of both")


def _as_compared(pieces: Sequence[Piece], shares: Sequence[Share]) -> None:
    """Raise where words compare the numbers otherwise than they are, or people with people."""
    one, other = (Fraction(share.events or 0, share.total or 1) for share in shares)
    for place, piece in enumerate(pieces):
        words = {*piece.said.split()} if piece.kind in ("some", "more") else set()
        if ("more" in words and one <= other) or ({"fewer", "less"} & words and one >= other):
            raise Unclear(f"'{piece.said}' stands before numbers that say otherwise")
        if piece.kind == "against":
            before = " ".join(one.said for one in pieces[:place] if one.kind in _TOLD)
            found = _COMPARATIVE.search(before)
            if {"some", "more"} & {one.kind for one in pieces}:
                continue
            if piece.said == "than" or (found and pieces[place - 1].kind != "comma"):
                what = found[0] if found else before
                raise Unclear(
                    f"'{what}' may compare people with those behind '{piece.said}': "
                    "say ', compared with'"
                )
        if "better" in piece.parts:
            felt = [one.said for one in pieces if one.kind == "outcome"]
            if one <= other or not (felt and _GOOD.match(felt[0])):
                raise Unclear(f"'{piece.said}' stands before numbers that may say otherwise")


_TOLD = ("outcome", "changed")
