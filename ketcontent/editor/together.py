"""Decisions of two people about proposals for one sentence, both kept where they fit together.

Each accepts or refuses changes in their own workbench, and both save. Where their changes are of
different words, what the sentence says is the words of both, and each proposal is as both have
left it. Where they contradict each other (one refused what the other accepted) the rows stay in
conflict, and somebody chooses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from ketcontent.discussion import numbered_pieces, row_proposed_for
from ketcontent.editor.session import Cells, RowChange
from ketcontent.markup import inline_plain, without_citations
from ketcontent.model import Conflict
from ketcontent.text import compare, merged_words, word_count

_WORDS = ("text", "label", "heading", "title", "was", "words", "taken")
"""Cells of words, of a sentence or of a proposal for it."""

_WHO = ("decided_by", "decided_on")


def decided_together(
    changes: Collection[RowChange], conflicts: Sequence[Conflict]
) -> tuple[list[RowChange], list[Conflict]]:
    """Return rows with the decisions of two people in them, and the conflicts that are left.

    Parameters
    ----------
    changes
        What one of them has not saved.
    conflicts
        The rows of these that the other has saved otherwise.
    """
    decided = {
        (one.after["document"], one.after["statement"]): one.after
        for one in changes
        if one.table == "proposals" and one.after is not None and one.after["decision"]
    }
    settled: list[RowChange] = []
    left = list(conflicts)
    for (document, statement), last in sorted(decided.items()):
        place = row_proposed_for(document, statement)
        mine = [
            one
            for one in left
            if place is not None
            and ((one.table, one.key) == place[:2] or _is_for(one, document, statement))
        ]
        rows = [_merged(one, last) for one in mine]
        if any(row is None for row in rows):
            continue
        settled += [
            RowChange(one.table, one.key, one.theirs, row)
            for one, row in zip(mine, rows, strict=True)
        ]
        left = [one for one in left if one not in mine]
    return settled, left


def _is_for(one: Conflict, document: str, statement: str) -> bool:
    row = one.mine or {}
    place = row.get("document"), row.get("statement")
    return one.table == "proposals" and place == (document, statement)


def _merged(one: Conflict, last: Cells) -> dict[str, str] | None:
    """Return a row with what two people made of it; None where that contradicts each other.

    `last` is the proposal that one of them decided last.
    """
    if one.theirs is None or one.mine is None:
        return None
    base = one.base or dict.fromkeys(one.mine, "")
    merged = {}
    for name, mine in one.mine.items():
        was, theirs = base[name], one.theirs[name]
        cell = merged_words(was, theirs, mine) if name in _WORDS else _either(was, theirs, mine)
        if cell is None and name in _WHO:
            cell = theirs  # who was first, of what both decided alike
        if cell is None:
            return None
        merged[name] = cell
    if one.table == "statements" and merged["author"] == base["author"] and last["person"]:
        # Neither took so much of it that it was anew; both together may have.
        is_taken = last["decision"] == "accepted"
        if is_taken and kept_less_than_half(read_words(base), read_words(merged)):
            merged["author"] = last["person"]
    if one.table != "proposals":
        return merged
    return _proposal(base, one.theirs, one.mine, merged, last)


def _either(was: str, theirs: str, mine: str) -> str | None:
    if mine in (was, theirs):
        return theirs
    return mine if theirs == was else None


def _proposal(
    base: Cells, theirs: Cells, mine: Cells, merged: dict[str, str], last: Cells
) -> dict[str, str] | None:
    """Return a proposal of which two people decided changes, closed where none is left.

    None where one of them took a change that the other refused.
    """
    for one, other in ((theirs, mine), (mine, theirs)):
        # Who took or refused all has said otherwise of what the other refused, or took.
        refused = other["words"] != base["words"]
        taken = other["was"] != base["was"]
        against = refused if one["decision"] == "accepted" else taken
        if one["decision"] and not other["decision"] and against:
            return None
        if _taken(base, one) & _refused(base, other):
            return None
    if merged["decision"] or merged["was"] != merged["words"]:
        return merged
    who = {name: last[name] for name in _WHO}
    return {**merged, **who, "decision": "accepted", "taken": merged["words"]}


def _taken(base: Cells, one: Cells) -> Counter[tuple[str, str]]:
    """Return the changes of a proposal that somebody took, one by one or with all that was left."""
    return _changes(base["was"], one["taken"] if one["decision"] == "accepted" else one["was"])


def _refused(base: Cells, one: Cells) -> Counter[tuple[str, str]]:
    left = Counter() if one["decision"] else _changes(one["was"], one["words"])
    return _changes(base["was"], base["words"]) - _taken(base, one) - left


def _changes(was: str, words: str) -> Counter[tuple[str, str]]:
    """Return the changes between two wordings: the words that go, and those in their place."""
    found: dict[int, list[str]] = {}
    for piece, number in numbered_pieces(was, words):
        if number is not None:
            found.setdefault(number, ["", ""])[piece.change == "inserted"] += piece.text.strip()
    return Counter((out, put) for out, put in found.values())


def read_words(statement: Cells) -> str:
    """Return the words of a statement as they are read, label and words, without citations."""
    both = (without_citations(statement[name]) for name in ("label", "text"))
    return " ".join(map(inline_plain, both))


def kept_less_than_half(old: str, new: str) -> bool:
    """Return whether most of new words are others than the old ones.

    Parameters
    ----------
    old, new
        The words as they were, and as they are.

    Examples
    --------
    >>> kept_less_than_half("It can burn your tongue.", "It can scald your tongue.")
    False
    >>> kept_less_than_half("It can burn your tongue.", "Let it cool first.")
    True
    """
    pieces = compare(old, new).pieces
    kept = sum(word_count(one.text) for one in pieces if one.change == "kept")
    return 2 * kept < word_count(new)
