"""A sentence taken apart into known pieces; where that cannot be, which word is to blame."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ketcontent.reading import grammar


class Unclear(Exception):
    """What is not understood, while a sentence is read."""


class Piece(NamedTuple):
    """A few words of a sentence that are understood as one."""

    kind: str
    """Which of the grammar's pieces it is."""
    said: str
    name: str
    """Of which group it speaks, as the text has it; "it" for the one spoken of."""
    parts: Mapping[str, str]
    """What stands in it, by the names of the grammar."""

    @property
    def times(self) -> list[tuple[str, str]]:
        """How it says when it was, and when."""
        return [(way, self.parts[way]) for way in grammar.TIMES if way in self.parts]


LINKS = ("and", "against", "comma")
"""Kinds of pieces that part what is said of one group from what is said of the other."""
TELLS = frozenset(("outcome", "changed", "measured", "affected", "more"))
"""Kinds that say what people felt or had."""

NO_STOP = "no full stop stands at the end: what comes behind it may go on with it"


def pieces_of(line: str, names: tuple[str, str], said: Sequence[str]) -> list[Piece]:
    """Return the pieces of a sentence, `#` for its numbers; raise at what is none of them."""
    found: list[Piece] = []
    numbers = iter(said)
    place = 0
    while place < len(line):
        kinds = tuple(piece.kind for piece in found)
        for kind in grammar.PIECES:
            if not grammar.is_order((*kinds, kind), whole=False):
                continue  # asked first, so that no pattern is compiled for nothing
            if match := grammar.compiled(kind, names).match(line, place):
                parts = {of: one for of, one in match.groupdict().items() if one}
                name = next((parts[of] for of in _NAMED if of in parts), "")
                words = match[0]
                if kind == "number":
                    words = re.sub("[#%]", lambda _: next(numbers), words)
                found.append(Piece(kind, words, name, parts))
                place = match.end()
                break
        else:
            raise Unclear(_not_understood(line, place, names, found, numbers))
        place += line[place : place + 1] == " "
    kinds = tuple(piece.kind for piece in found)
    if not grammar.is_order(kinds, whole=True):
        if grammar.is_order((*kinds, "end"), whole=True):
            raise Unclear(NO_STOP)
        raise Unclear(f"the sentence breaks off behind '{found[-1].said}'")
    return found


_NAMED = ("name", "among", "to", "bracketed", "better")
_NEXT = {
    **{"number": "a number", "people": "who they were", "outcome": "what they felt or had"},
    **{"group": "'on' and the name", "for": "'for' and the name", "moved": "'switched to'"},
    **{"time": "when it was", "and": "'and'", "against": "'compared with'", "comma": "a comma"},
    **{"in": "'in' and a number", "did": "'did'", "end": "a full stop"},
}
"""What may stand next, by the kind of piece; of another kind nothing is said."""
_BEGIN = "begin with the number, or with 'In a trial of 73 people,'"
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+(?:[.,]\d+)*[^\s.,;:()]*|\S")


def _not_understood(
    line: str, place: int, names: tuple[str, str], found: Sequence[Piece], said: Iterator[str]
) -> str:
    """Return which words are not understood, or stand where they cannot, and what can."""
    kinds = tuple(piece.kind for piece in found)
    at = grammar.understood(line, place, names)
    others = (kind for kind in grammar.PIECES if kind != "in")
    pieces = (grammar.compiled(kind, names).match(line, place) for kind in others)
    whole = max((match.end() for match in pieces if match), default=place)
    if whole > place and whole >= at:
        word, before = line[place:whole], ""
    else:
        match = _WORD.search(line, at)
        word, before = match[0] if match else ".", line[place:at].strip()
    before, word = (next(said) if one in ("#", "%") else one for one in (before, word))
    if before:
        return f"'{word}' is not understood behind '{before}'"
    if not found:
        return f"'{word}' stands at the start: {_BEGIN}"
    if word == "." and whole == len(line) and not TELLS.intersection(kinds):
        return f"the sentence ends behind '{found[-1].said}': say what they felt or had"
    fit = [words for kind, words in _NEXT.items() if grammar.is_order((*kinds, kind), whole=False)]
    return f"'{word}' stands behind '{found[-1].said}': go on with {', or with '.join(fit)}"
