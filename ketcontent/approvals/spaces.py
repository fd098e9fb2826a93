"""White space that differs from what was written: what no reader sees, and a space that is another.

A record has the hash of a file, and of what is said in each element. So it is tried which file or
page would have those: the one whose blank lines are ours, the one with a space more or less.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import combinations
from math import comb

from ketcontent.approvals.departures import Mismatch
from ketcontent.approvals.page_reading import PageReading
from ketcontent.hashing import hash_bytes

_MOST_SPACES = 3
"""So many spaces are named; what has more of them others is another markup."""
_MOST_TRIED = 400


def same_to_readers(markdown: str, hashed: str) -> bool:
    """Return whether Markdown is what was written but for white space that no reader sees.

    That is how lines end, how many blank lines there are where there is one, white space on them,
    and whether the last line ends. What ends a paragraph or breaks a line is seen, and so is what
    stands in a block of code, which our pages do not have.
    """
    lines = re.sub(r"(?m)^[ \t]+$", "", markdown.replace("\r\n", "\n"))
    plain = re.sub(r"\n{3,}", "\n\n", lines)
    return hash_bytes((plain.rstrip("\n") + "\n").encode()) == hashed


def other_spaces(reading: PageReading, flow: str, changed: Sequence[range]) -> list[Mismatch]:
    """Return the spaces of a page that are gone or added, where nothing else of it is another.

    Parameters
    ----------
    reading
        The page, whose markup is the one that was written.
    flow
        The hash of what was said in each of its elements.
    changed
        Which lines of the file are others.
    """
    parts = [json.dumps(one) for one in reading.flow_parts]
    places = [
        place
        for place, line in reading.flow_lines.items()
        if any(line in lines for lines in changed)
    ]
    for count in range(1, _MOST_SPACES + 1):
        if comb(len(places), count) > _MOST_TRIED:
            break
        for chosen in combinations(places, count):
            tried = parts.copy()
            for place in chosen:
                words = reading.flow_parts[place]
                tried[place] = json.dumps(words[1:] if words[0] == " " else f" {words}")
            if hash_bytes(f"[{', '.join(tried)}]".encode()) == flow:
                return [_named(reading, place) for place in chosen]
    return []


def _named(reading: PageReading, place: int) -> Mismatch:
    words, line = reading.flow_parts[place], reading.flow_lines[place]
    said = f"a space before '{words.strip()}'"
    return Mismatch("", said, "", line) if words[0] == " " else Mismatch("", "", said, line)
