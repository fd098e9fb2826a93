"""Words as a reviewer changed them → the cells that they are of, with markup and citations kept.

A reviewer reads and changes what a reader reads: the label and the words of a sentence, without
markup and citations. A cell holds these, so each change is made at its place in the cell. Where
that cannot be told beyond doubt there is no answer, and the words stay what they are: words that
somebody would have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from typing import Any

from ketcontent.markup import (
    as_markup,
    cited,
    inline_plain,
    link_targets,
    link_words,
    split_citations,
    without_citations,
)
from ketcontent.text import compare, fold


def reworded_cells(
    kind: str, row: Mapping[str, Any], sent: str, words: str
) -> dict[str, str] | None:
    """Return the cells that words change, by column; None where that cannot be told.

    Parameters
    ----------
    kind
        ``heading``, or anything else for a statement.
    row
        The row of `sections` or of `statements`.
    sent
        What is read of the row, in one line.
    words
        What would be read of it.

    Examples
    --------
    >>> row = {"label": "Calm", "notice": "", "text": "It *may* calm. [@lee-2020]"}
    >>> reworded_cells("", row, "Calm: It may calm.", "Calm: It may calm some people.")
    {'text': 'It *may* calm some people. [@lee-2020]'}
    >>> reworded_cells("", row, "Calm: It may calm.", "Rest: It may calm.")
    {'label': 'Rest'}
    """
    if kind == "heading":
        if not words:
            return {"heading": ""}
        number = f"{row['number']} " if row["number"] else ""
        if sent != fold(number + row["heading"]) or not words.startswith(number):
            return None
        return {"heading": words.removeprefix(number)}
    if row["notice"]:
        return None
    if not words:
        return {"text": ""}
    plain = fold(inline_plain(without_citations(row["text"])))
    before = f"{_shown_label(row['label'])} " if row["label"] else ""
    if sent != before + plain:
        return None
    split = _place_in(sent, words, len(before)) if before else 0
    if split is None:
        return None
    label, rest = _label_of(words[:split].strip()), words[split:].strip()
    if row["label"] and _shown_label(label) != words[:split].strip():
        return None
    cells = {} if label == row["label"] else {"label": label}
    if rest != plain:
        text = reworded(row["text"], rest)
        if text is None:
            return None
        cells["text"] = text
    return cells or None


def _shown_label(label: str) -> str:
    """Return a label as it stands before the words, as `ketcontent.pages.Statement` has it."""
    return f"{label}:" if label[-1:].isalnum() else label


def _label_of(shown: str) -> str:
    bare = shown.removesuffix(":")
    return bare if _shown_label(bare) == shown else shown


def _place_in(old: str, new: str, place: int) -> int | None:
    """Return where in new words the place stands that is behind a kept letter of the old ones."""
    if new[:place] == old[:place]:
        return place
    if new.endswith(old[place - 1 :]):
        return len(new) - len(old) + place
    before = after = 0
    for piece in compare(old, new).pieces:
        length = len(piece.text if piece.before is None else piece.before)
        if piece.change == "kept" and before < place <= before + length and piece.before is None:
            return after + place - before
        before += length * (piece.change != "inserted")
        after += len(piece.text) * (piece.change != "deleted")
    return None


def reworded(markup: str, words: str) -> str | None:
    """Return inline markup that reads as other words, with its marks, links and citations kept.

    None where they cannot all be kept: each is then an editor's to place.

    Examples
    --------
    >>> reworded("It *may* help. [@lee-2020] See [more](https://example.org).", "It may. See more.")
    'It *may*. [@lee-2020] See [more](https://example.org).'
    """
    plain = inline_plain(without_citations(markup))
    places = _places(markup, plain)
    found = []
    if places is not None:
        found = [_changed(markup, plain, words, places, escape) for escape in (str, as_markup)]
    if not link_targets(markup):
        marks = "; ".join(f"@{key}" for key in cited(markup))
        found.append(f"{as_markup(words)} [{marks}]" if marks else as_markup(words))
    for one in found:
        reads = fold(inline_plain(without_citations(one))) == fold(words)
        empty = any(linked.endswith("|") for linked in link_words(one))
        kept = cited(one) == cited(markup) and link_targets(one) == link_targets(markup)
        if reads and kept and not empty:
            return one
    return None


def _places(markup: str, plain: str) -> list[int] | None:
    """Return where in markup each letter of its words stands; None where that is not to be told."""
    places: list[int] = []
    position = 0
    for words, keys in split_citations(markup):
        for place, letter in enumerate(words, start=position):
            if len(places) < len(plain) and letter == plain[len(places)]:
                places.append(place)
        position += len(words)
        if keys:
            position = markup.index("]", position) + 1
    return places if len(places) == len(plain) else None


def _changed(
    markup: str, plain: str, words: str, places: list[int], escape: Callable[[str], str]
) -> str:
    """Return markup with each change made where the letters stand that it is of."""
    letters = list(markup)
    behind: dict[int, str] = {}
    for start, end, new in _changes(plain, words):
        new = escape(new) if new else ""
        for place in places[start:end]:
            letters[place], new = new, ""  # in the place of what it replaces: inside its marks
        # Else behind the letter before it: so it stays before a citation.
        place = places[start - 1] if start else -1
        behind[place] = behind.get(place, "") + new
    there = (letter + behind.get(place, "") for place, letter in enumerate(letters))
    return (behind.get(-1, "") + "".join(there)).strip()


def _changes(old: str, new: str) -> Iterator[tuple[int, int, str]]:
    """Yield where old words are replaced, from letter to letter, and by what."""
    at, gone = 0, ""
    for piece in (*compare(old, new).pieces, None):
        if piece and piece.change == "deleted":
            gone = piece.text
            continue
        put = piece.text if piece and piece.change == "inserted" else ""
        if gone or put:
            before = _shared(gone, put)
            after = _shared(gone[before:][::-1], put[before:][::-1])
            yield at + before, at + len(gone) - after, put[before : len(put) - after]
        at, gone = at + len(gone), ""
        if piece and piece.change == "kept":
            at += len(piece.text if piece.before is None else piece.before)


def _shared(one: str, other: str) -> int:
    """Return how many letters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
