"""What a rule looks for, as a line that can be read aloud, and where it stands in a text.

``{no} * {harm}`` finds a phrase of the list *no*, a few words, and a phrase of the list *harm*,
in this order and in one sentence. A word that stands there without braces is looked for itself,
with its inflections, as in a phrase. ``;`` stands between ways to say it.

========================  ====================================================
``{harm}``                a phrase of the list *harm*
``{harm, danger}``        a phrase of one of these lists
``*``                     none to three words, not past a stop, colon or bracket
``**``                    none to eight words of the sentence
``work``                  work, works, working, worked
``=works``                works
``#``                     a number
========================  ====================================================

Each step looks only at the places that the step before has reached, so the time grows in a
straight line with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ketcontent.checks.phrases import Found
from ketcontent.reading import Reading

_PARTS = re.compile(r"\{[^{}]*\}|[^\s{}]+|[{}]")
_GAPS = {"*": 3, "**": 8}
_STOPS = frozenset(";:()[]—|")

LONGEST = 100
"""Characters of one way to say it: a line that can be read aloud."""


@dataclass(frozen=True, slots=True)
class Step:
    """A phrase of one of some lists, behind at most so many other words."""

    lists: tuple[str, ...]
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a frame stands, from word to word, and the phrases that fill it."""

    start: int
    end: int
    phrases: tuple[Found, ...]


Frame = tuple[Step, ...]


def literal_list(phrase: str) -> str:
    """Return the name of the list that holds one phrase written in a frame."""
    return f"'{phrase}'"


def frames_in(line: str) -> tuple[tuple[Frame, ...], tuple[str, ...]]:
    """Return the frames of a line, and the phrases that are written out in them.

    Raises
    ------
    ValueError
        When the line cannot be read; it says why.

    Examples
    --------
    >>> frames_in("{no} * {harm, danger}")[0]
    ((Step(lists=('no',), gap=0), Step(lists=('harm', 'danger'), gap=3)),)
    """
    frames: list[Frame] = []
    phrases: list[str] = []
    for way in line.split(";"):
        if not way.strip():
            raise ValueError("there is nothing between two semicolons, or at an end")
        if len(way.strip()) > LONGEST:
            raise ValueError(f"'{way.strip()[:40]}…' is longer than {LONGEST} characters")
        steps: list[Step] = []
        gap, said = 0, ""
        for part in [*_PARTS.findall(way), ""]:
            if part in _GAPS or part == "" or part.startswith("{"):
                if said:
                    phrases.append(said)
                    steps.append(Step((literal_list(said),), gap))
                    gap, said = 0, ""
                gap = max(gap, _GAPS.get(part, 0))
                if part.startswith("{"):
                    lists = tuple(name.strip() for name in part.strip("{}").split(","))
                    if not all(lists):
                        raise ValueError("a list between braces has no name")
                    steps.append(Step(lists, gap))
                    gap = 0
            elif part == "}":
                raise ValueError("a brace is closed that is not open")
            else:
                said = f"{said} {part}".strip()
        if not steps:
            raise ValueError("it looks for no word")
        frames.append(tuple(steps))
    return tuple(frames), tuple(dict.fromkeys(phrases))


def hits_of(
    frame: Frame, reading: Reading, found: Mapping[str, Sequence[Found]], *, at_start: bool = False
) -> Iterator[Hit]:
    """Yield where a frame stands in a text, from left to right, none within another."""
    stands: list[dict[int, list[Found]]] = []
    for step in frame:
        places: dict[int, list[Found]] = {}
        for name in step.lists:
            for one in found.get(name, ()):
                places.setdefault(one.start, []).append(one)
        if not places:
            return
        stands.append(places)
    done = -1
    for start in sorted(stands[0]):
        if start <= done or (at_start and not _starts_a_sentence(reading, start)):
            continue
        hit = _hit_from(start, frame, reading, stands)
        if hit is not None:
            done = hit.end - 1
            yield hit


def _hit_from(
    start: int, frame: Frame, reading: Reading, stands: Sequence[Mapping[int, list[Found]]]
) -> Hit | None:
    """Return the shortest hit that starts at a place."""
    last = reading.clause_at(start).sentence[1]
    reached: dict[int, tuple[Found, ...]] = {
        one.end: (one,) for one in sorted(stands[0][start], key=lambda one: -one.end)
    }
    for step, places in zip(frame[1:], stands[1:], strict=True):
        following: dict[int, tuple[Found, ...]] = {}
        for end, phrases in sorted(reached.items()):
            for place in _reach(end, step.gap, last, reading):
                for one in places.get(place, ()):
                    following.setdefault(one.end, (*phrases, one))
        reached = following
        if not reached:
            return None
    end = min(reached)
    return Hit(start, end, reached[end])


def _reach(end: int, gap: int, last: int, reading: Reading) -> Iterator[int]:
    """Yield where the next phrase may start: at once, or behind as many words as the gap has."""
    passed = 0
    for place in range(end, last):
        yield place
        word = reading.words[place]
        if word.is_sign:
            if not gap or (gap < _GAPS["**"] and word.form in _STOPS):
                return
            continue
        passed += 1
        if passed > gap:
            return


def _starts_a_sentence(reading: Reading, start: int) -> bool:
    first = reading.clause_at(start).sentence[0]
    return all(word.is_sign for word in reading.words[first:start])
