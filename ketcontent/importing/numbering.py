"""The numbers and letters in front of lines, where they are of one scheme.

A decimal number is one by its form. A letter, a Roman number, a bare number or a word with a number
could be anything else: it counts where the one before it or after it is on the page as well.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A number or letter in front of words."""

    scheme: str
    """How it is written: two marks of one scheme can follow each other."""
    path: tuple[int, ...]
    """What it counts: ``(2, 1)`` for 2.1."""
    text: str
    """As it was written; empty where it has to stay with the words."""
    rest: str
    """The words after it."""

    @property
    def depth(self) -> int:
        """How many numbers it has."""
        return len(self.path)

    def follows(self, other: Mark) -> bool:
        """Return whether it is the next one of the same depth."""
        ahead = (*other.path[:-1], other.path[-1] + 1)
        return self.scheme == other.scheme and self.path == ahead


_DECIMAL = re.compile(
    r"(?P<open>\(?)(?P<path>\d{1,3}(?:\.\d{1,3})*)(?P<close>[.)])\s+(?=\S)"
    r"|(?P<bare>\d{1,3}(?:\.\d{1,3})+)\s+(?=\S)"
)
_LETTER = re.compile(
    r"(?P<open>\(?)(?P<letter>[A-Za-z]|[ivx]{2,4}|[IVX]{2,4})(?P<close>[.)])\s+(?=\S)"
)
_BARE = re.compile(r"(?P<number>\d{1,2})\s+(?=[^\W\d_])")
_ORDINAL = re.compile(r"(?P<number>\d{1,2})\.?[ªº]\s+(?=\S)")
_WORD = re.compile(
    r"(?P<word>[^\W\d_][^\W\d_.]{0,14}\.?)\s(?P<number>\d{1,3}|[A-H])\s?(?P<close>[.:)]?)\s+(?=\S)"
)
_KNOWN = frozenset(
    {"part", "step", "chapter", "section", "stage", "tip", "no.", "rule", "reason", "question"}
    | {"teil", "schritt", "kapitel", "abschnitt", "nr.", "frage", "tipp"}
    | {"étape", "partie", "chapitre", "conseil", "n°", "paso", "parte", "capítulo", "consejo"}
)
"""Words that count what follows, wherever one number of them stands alone."""
_SPOKEN = re.compile(
    r"(?P<word>first|second|third|fourth|erstens|zweitens|drittens|premièrement|deuxièmement"
    r"|primero|segundo|tercero|أول[اًا]+|ثاني[اًا]+|ثالث[اًا]+|رابع[اًا]+)\s?:\s+(?=\S)",
    re.IGNORECASE,
)
_ROMAN = {
    name: value
    for value, name in enumerate(
        [
            "i",
            "ii",
            "iii",
            "iv",
            "v",
            "vi",
            "vii",
            "viii",
            "ix",
            "x",
            "xi",
            "xii",
            "xiii",
            "xiv",
            "xv",
        ],
        1,
    )
}


def numbered(lines: Sequence[str]) -> list[Mark | None]:
    """Return the mark of each line; None where it has none that counts.

    Examples
    --------
    >>> [one and one.path for one in numbered(["a) Wash", "b) Dry", "c. 1900", "2.1 Uses"])]
    [(1,), (2,), None, (2, 1)]
    """
    sure: list[Mark | None] = [_decimal(line) for line in lines]
    perhaps: dict[str, list[tuple[int, Mark]]] = defaultdict(list)
    for place, line in enumerate(lines):
        if sure[place] is None:
            for mark in _candidates(line):
                perhaps[mark.scheme].append((place, mark))
    for scheme, found in perhaps.items():
        for place, mark in _in_sequence(found, alone=scheme.startswith("known")):
            if sure[place] is None:
                sure[place] = mark
    return sure


def _decimal(line: str) -> Mark | None:
    found = _DECIMAL.match(line)
    if found is None:
        return None
    path = tuple(int(one) for one in (found["path"] or found["bare"]).split("."))
    text = found.group().rstrip()
    scheme = f"{found['open'] or ''}1{found['close'] or ''}"
    return Mark(scheme, path, text, line[found.end() :])


def _candidates(line: str) -> Iterator[Mark]:
    """Yield what the start of a line could count, the likeliest first."""
    if found := _LETTER.match(line):
        letter, text, rest = found["letter"], found.group().rstrip(), line[found.end() :]
        case = "a" if letter.islower() else "A"
        edges = f"{found['open']}{case}{found['close']}"
        if letter.lower() in _ROMAN:
            yield Mark(f"roman {edges}", (_ROMAN[letter.lower()],), text, rest)
        if len(letter) == 1:
            yield Mark(f"letter {edges}", (ord(letter.lower()) - 96,), text, rest)
    elif found := _ORDINAL.match(line):
        yield Mark("ordinal", (int(found["number"]),), "", line)
    elif found := _BARE.match(line):
        yield Mark("bare", (int(found["number"]),), found.group().rstrip(), line[found.end() :])
    elif found := _WORD.match(line):
        word, number = found["word"].casefold(), found["number"]
        value = int(number) if number.isdigit() else ord(number) - 64
        if not found["word"][0].islower() and (word in _KNOWN or found["close"] == ":"):
            known = "known" if word in _KNOWN else "word"
            text = found.group().rstrip()
            yield Mark(f"{known} {word}{found['close']}", (value,), text, line[found.end() :])
    elif found := _SPOKEN.match(line):
        start = found["word"].casefold()[:3]
        value = next(number for number, one in enumerate(_SPOKEN_STARTS, 1) if start in one)
        yield Mark("spoken", (value,), found.group().rstrip(), line[found.end() :])


_SPOKEN_STARTS = (
    ("fir", "ers", "pre", "pri", "أول"),
    ("sec", "zwe", "deu", "seg", "ثان"),
    ("thi", "dri", "tro", "ter", "ثال"),
    ("fou", "vie", "qua", "cua", "راب"),
)


def _in_sequence(found: Sequence[tuple[int, Mark]], *, alone: bool) -> Iterator[tuple[int, Mark]]:
    """Yield the marks of a scheme that stand in a sequence from the first on."""
    chain: list[tuple[int, Mark]] = []
    for place, mark in found:
        if chain and mark.path[0] == chain[-1][1].path[0] + 1:
            chain.append((place, mark))
            continue
        if len(chain) > 1 or alone:
            yield from chain
        chain = [(place, mark)] if mark.path[0] == 1 or alone else []
    if len(chain) > 1 or alone:
        yield from chain
