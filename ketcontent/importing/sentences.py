"""The sentences of a block, as they stand in it."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator

from ketcontent.text import canonical, gap, joined

_NO_END = re.compile(
    r"\b(?:approx|max|min|tel|ext|mind|ca|no|nr|art|fig|hrs?|mins?|secs?|hr|vol|pp?)\.$",
    re.IGNORECASE,
)
"""What ends in a stop before a number and ends no sentence."""
_STOP = re.compile(r"\w\.[)\]]?$")
_SIR = re.compile(r"\bMM?\.$")
# Not among them: marks that say something of what follows, and hands that point to it.
_MOODS = "\u2615\u2764\U0001f389\U0001f38a\U0001f44a-\U0001f44f\U0001f493-\U0001f49f"
_MOODS += "\U0001f4a9\U0001f4aa"
_MOODS += "\U0001f600-\U0001f64f\U0001f900-\U0001f97f\U0001f980-\U0001f9cf"
_MOOD = re.compile(rf"[{_MOODS}][{_MOODS}\ufe0f\u200d\U0001f3fb-\U0001f3ff ]*(?=[^{_MOODS}]|$)")
"""Emoji of a mood stand behind the sentence that they belong to, often in the place of its stop."""
_LAST_PICTURE = re.compile(r"[^\w\s.,:;!?()\[\]\"'“”«»]{1,8}\s*")
_FULL_STOP = re.compile(r"[.!?؟…।。！？][\"'”’»)\]]*$")


_WINDOW = 2_000
"""Characters that sentencex is given at once: for some texts its time grows with the square."""


def split_sentences(text: str, language: str) -> list[str]:
    """Return the sentences of a block; joined again, they are its words, and no other.

    A sentence ends only where `ketcontent.text.normalize.gap` will put back what stood after it.
    """
    found: list[str] = []
    start = position = 0
    for cut in _ends(text, language):
        end = _after_mood(text, _after_space(text, cut))
        if end <= position:
            continue
        piece = text[position:end]
        said = piece.rstrip()
        after = piece[len(said) :]
        position = end
        if "\n" in after:  # a line that was broken inside a sentence is no end of one
            closes = _FULL_STOP.search(said[-8:]) is not None
        else:
            closes = bool(said) and bool(after) == bool(gap(said))
        if closes and not _goes_on(said, text[end : end + 1], language):
            found.append(text[start : start + len(text[start:end].rstrip())])
            # The line break stays: each line comes back as it was received.
            start = end - 1 if "\n" in after else end
    last = text[start:].rstrip()
    found += [last] if last.strip() else []
    if canonical(joined(found)) != canonical(text):
        return [text]  # whatever a splitter does to a text, no letter of it is lost
    return found


def _after_space(text: str, end: int) -> int:
    while end < len(text) and text[end].isspace():
        end += 1
    return end


def _after_mood(text: str, end: int) -> int:
    """Return the end of a sentence with the emoji behind it."""
    found = _MOOD.match(text, end) or _LAST_PICTURE.fullmatch(text, end)
    return _after_space(text, found.end()) if found else end


def _goes_on(said: str, after: str, language: str) -> bool:
    """Return whether a sentence goes on behind a stop: with a small letter, or a number."""
    if language.startswith("fr") and _SIR.search(said[-20:]):
        return True
    short = _NO_END.search(said[-20:]) is not None
    return (short and after.isdigit()) or (after.islower() and _STOP.search(said[-8:]) is not None)


def _ends(text: str, language: str) -> Iterator[int]:
    """Yield where a sentence ends, in order: behind its stop, or behind an emoji in its place."""
    moods = (found.end() for found in _MOOD.finditer(text) if text[found.end() - 1] == " ")
    moods_before_capitals = (end for end in moods if text[end : end + 1].isupper())
    return heapq.merge(moods_before_capitals, _stops(text, language))


def _stops(text: str, language: str) -> Iterator[int]:
    """Yield where sentencex ends a sentence; where it finds none in a window, none ends there."""
    from sentencex import segment

    start = 0
    while start < len(text):
        window = text[start : start + _WINDOW]
        # It panics at "A.", with a space of more than one byte before the stop.
        lengths = [len(one) for one in segment(language.split("-")[0], re.sub(r"\s", " ", window))]
        cut = start + _WINDOW < len(text)
        if cut and len(lengths) == 1:
            start += _WINDOW
            continue
        for length in lengths[:-1] if cut else lengths:  # the last one goes on behind the window
            start += length
            yield start
