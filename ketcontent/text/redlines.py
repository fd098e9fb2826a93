"""What changed between two wordings.

A redline is the two wordings laid over each other, word by word: accepting all of it gives the
new wording, rejecting all of it the old, to the character.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from ketcontent.errors import UnknownName

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
        >>> compare("may help", "may help").changed
        False
        """
        return any(piece.change != "kept" for piece in self.pieces)

    def accepted(self) -> str:
        """Return the new wording.

        Examples
        --------
        >>> compare("It helps.", "It may help.").accepted()
        'It may help.'
        """
        return "".join(piece.text for piece in self.pieces if piece.change != "deleted")

    def rejected(self) -> str:
        """Return the old wording.

        Examples
        --------
        >>> compare("It helps.", "It may help.").rejected()
        'It helps.'
        """
        return "".join(piece.text for piece in self.pieces if piece.change != "inserted")

    def to_html(self) -> str:
        """Return the redline as HTML, each change in ``del`` or ``ins``.

        Screen readers seldom say that a text is deleted or inserted, so each change says so
        itself, in words that are not seen.

        Examples
        --------
        >>> compare("a < b", "a < b").to_html()
        'a &lt; b'
        >>> "<ins>" in compare("It helps.", "It may help.").to_html()
        True
        """
        said = f'<span style="{_UNSEEN}">[{{}}: </span>{{}}<span style="{_UNSEEN}">]</span>'
        tags = {"deleted": "del", "inserted": "ins"}
        return "".join(
            escape(piece.text)
            if piece.change == "kept"
            else f"<{tags[piece.change]}>"
            + said.format(piece.change, escape(piece.text))
            + f"</{tags[piece.change]}>"
            for piece in self.pieces
        )

    def to_criticmarkup(self) -> str:
        """Return the redline in CriticMarkup.

        Examples
        --------
        >>> compare("It helps.", "It may help.").to_criticmarkup()
        'It {--helps--}{++may help++}.'
        """
        marks = {"kept": "{}", "deleted": "{{--{}--}}", "inserted": "{{++{}++}}"}
        return "".join(marks[piece.change].format(piece.text) for piece in self.pieces)

    def to_text(self) -> str:
        """Return the redline as plain text, in the marks of wdiff.

        Examples
        --------
        >>> compare("It helps.", "It may help.").to_text()
        'It [-helps-]{+may help+}.'
        """
        marks = {"kept": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}
        return "".join(marks[piece.change].format(piece.text) for piece in self.pieces)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": self.to_text(), "text/html": self.to_html()}


# Out of sight and still read out: the usual clipping, written where no style sheet is.
_UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"


def compare(old: str, new: str) -> Redline:
    """Return what changed from one wording to another, word by word.

    Parameters
    ----------
    old
        The wording before.
    new
        The wording after.

    Examples
    --------
    >>> print(compare("Ketamine offers quick relief.", "Ketamine may ease symptoms."))
    Ketamine [-offers quick relief-]{+may ease symptoms+}.
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


def redline(old: str, new: str, *, style: Literal["html", "criticmarkup", "text"] = "html") -> str:
    """Return what changed from one wording to another, drawn.

    Parameters
    ----------
    old
        The wording before.
    new
        The wording after.
    style
        ``html``, ``criticmarkup``, or ``text`` for a terminal.

    Raises
    ------
    UnknownName
        When there is no such style.

    Examples
    --------
    >>> redline("Ketamine is safe.", "Ketamine has risks.", style="criticmarkup")
    'Ketamine {--is safe--}{++has risks++}.'
    """
    laid = compare(old, new)
    styles = {
        "html": laid.to_html,
        "criticmarkup": laid.to_criticmarkup,
        "text": laid.to_text,
    }
    if style not in styles:
        raise UnknownName.of("style", style, styles)
    return styles[style]()
