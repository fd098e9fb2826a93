"""The marks of citation in the words of a statement: ``[@source]``."""

from __future__ import annotations

import re

# A bracket after a backslash is a bracket.
_CITATION = re.compile(r"(?<!\\)\[(@[a-z0-9-]+(?:\s*;\s*@[a-z0-9-]+)*)\]")


def cited(text: str) -> tuple[str, ...]:
    """Return the sources that a text cites, in order, each once.

    Examples
    --------
    >>> cited("It may help. [@lii-2023; @zarate-2006] So they say [@lii-2023].")
    ('lii-2023', 'zarate-2006')
    """
    found = (key.strip()[1:] for group in _CITATION.findall(text) for key in group.split(";"))
    return tuple(dict.fromkeys(found))


def without_citations(text: str) -> str:
    """Return a text without its citations and the white space before them.

    Examples
    --------
    >>> without_citations("It may help. [@lii-2023]")
    'It may help.'
    """
    return "".join(words for words, _ in split_citations(text))


def split_citations(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return a text as pairs of words and the sources cited right after them.

    Examples
    --------
    >>> split_citations("One trial [@a-1] and another. [@b-2; @c-3]")
    [('One trial', ('a-1',)), (' and another.', ('b-2', 'c-3'))]
    """
    parts: list[tuple[str, tuple[str, ...]]] = []
    position = 0
    for match in _CITATION.finditer(text):
        parts.append((text[position : match.start()].rstrip(), cited(match.group())))
        position = match.end()
    if position < len(text) or not parts:
        parts.append((text[position:], ()))
    return parts
