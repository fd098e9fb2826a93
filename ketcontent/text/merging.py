"""Two people's changes of one wording, both in it where they touch different words."""

from __future__ import annotations

from itertools import pairwise

from ketcontent.text.redlines import compare


def merged_words(base: str, one: str, other: str) -> str | None:
    """Return a wording with the changes of two people in it; None where they touch the same words.

    Parameters
    ----------
    base
        The wording that both started from.
    one, other
        What each made of it.

    Examples
    --------
    >>> merged_words("It may help. Ask a nurse.", "It can help. Ask a nurse.",
    ...              "It may help. Ask a doctor.")
    'It can help. Ask a doctor.'
    >>> merged_words("It may help.", "It can help.", "It will help.") is None
    True
    """
    if one == other or other == base:
        return one
    if one == base:
        return other
    # What both did alike is one change.
    changes = sorted({*_changes(base, one), *_changes(base, other)})
    if any(after[0] <= before[1] for before, after in pairwise(changes)):
        return None
    parts, at, spaced = [], 0, _spaced(base)
    for start, end, words in changes:
        parts += [spaced[at:start], words]
        at = end
    return "".join([*parts, spaced[at:]]).rstrip()


def _spaced(words: str) -> str:
    """Return words whose last one is the same word before an addition as without it."""
    return f"{words} " if words else ""


def _changes(old: str, new: str) -> list[tuple[int, int, str]]:
    """Return what to put in place of which characters of a wording to make another of it."""
    pieces = compare(_spaced(old), _spaced(new)).pieces
    found: list[tuple[int, int, str]] = []
    at, open_at = 0, None
    for piece in pieces:
        stored = piece.text if piece.before is None else piece.before
        if piece.change == "kept":
            at += len(stored)
            open_at = None
            continue
        if open_at is None:
            open_at = at
            found.append((at, at, ""))
        start, end, words = found[-1]
        if piece.change == "deleted":
            at += len(piece.text)
            found[-1] = (start, at, words)
        else:
            found[-1] = (start, end, words + piece.text)
    return found
