"""What changed between two wordings.

A redline is the two wordings laid over each other, word by word: accepting all of it gives the
new wording, rejecting all of it the old, to the character.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup, escape

_WORD = re.compile(r"\w+(?:[’'\-.]\w+)*\s*|[^\w\s]\s*|\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that was kept, deleted or inserted."""

    change: Literal["kept", "deleted", "inserted"]
    """What happened to it."""
    text: str
    """The words, with the white space after them."""


@dataclass(frozen=True, slots=True)
class Redline:
    """Two wordings laid over each other."""

    pieces: tuple[Piece, ...]
    """The runs, in reading order, a deletion before the insertion in its place."""

    @property
    def changed(self) -> bool:
        """Whether the two wordings differ.

        Examples
        --------
        >>> redline("may help", "may help").changed
        False
        """
        return any(piece.change != "kept" for piece in self.pieces)

    def accepted(self) -> str:
        """Return the new wording.

        Examples
        --------
        >>> redline("It helps.", "It may help.").accepted()
        'It may help.'
        """
        return "".join(piece.text for piece in self.pieces if piece.change != "deleted")

    def rejected(self) -> str:
        """Return the old wording.

        Examples
        --------
        >>> redline("It helps.", "It may help.").rejected()
        'It helps.'
        """
        return "".join(piece.text for piece in self.pieces if piece.change != "inserted")

    def to_html(self) -> str:
        """Return the redline as HTML, with ``del`` and ``ins``.

        Examples
        --------
        >>> redline("It helps.", "It may help.").to_html()
        'It <del>helps</del><ins>may help</ins>.'
        """
        marks = {"kept": "{}", "deleted": "<del>{}</del>", "inserted": "<ins>{}</ins>"}
        return str(
            Markup("").join(
                Markup(marks[piece.change]).format(escape(piece.text)) for piece in self.pieces
            )
        )

    def to_text(self) -> str:
        """Return the redline as plain text, in the marks of CriticMarkup.

        Examples
        --------
        >>> redline("It helps.", "It may help.").to_text()
        'It {--helps--}{++may help++}.'
        """
        marks = {"kept": "{}", "deleted": "{{--{}--}}", "inserted": "{{++{}++}}"}
        return "".join(marks[piece.change].format(piece.text) for piece in self.pieces)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": self.to_text(), "text/html": self.to_html()}


def redline(old: str, new: str) -> Redline:
    """Return what changed from one wording to another, word by word.

    Parameters
    ----------
    old
        The wording before.
    new
        The wording after.

    Examples
    --------
    >>> print(redline("Ketamine offers quick relief.", "Ketamine may ease symptoms."))
    Ketamine {--offers quick relief--}{++may ease symptoms++}.
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    pieces: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for operation, b0, b1, a0, a1 in matcher.get_opcodes():
        if operation == "equal":
            pieces.append(Piece("kept", "".join(before[b0:b1])))
            continue
        if b1 > b0:
            pieces.append(Piece("deleted", "".join(before[b0:b1])))
        if a1 > a0:
            pieces.append(Piece("inserted", "".join(after[a0:a1])))
    return Redline(tuple(pieces))
