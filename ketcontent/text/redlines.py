"""What changed between two wordings.

A redline is the two wordings laid over each other, word by word: accepting all of it gives the
new wording, rejecting all of it the old, to the character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from itertools import accumulate, pairwise
from typing import Any, Literal

from ketcontent.errors import UnknownName
from ketcontent.text.alignment import aligned
from ketcontent.text.normalize import as_seen, seen_places, unseen_spelled, visible
from ketcontent.text.tokenizer import tokens


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that was kept, deleted or inserted."""

    change: Literal["kept", "deleted", "inserted"]
    """What happened to it."""
    text: str
    """The words, as the newer of the wordings that have them."""
    before: str | None = None
    """How the older one stores the same words, where a reader sees no difference."""

    @property
    def shown(self) -> str:
        """The words as they are shown; in a change, what would not be seen is spelled out."""
        return visible(self.text) if self.change == "kept" else unseen_spelled(self.text)


@dataclass(frozen=True, slots=True)
class Redline:
    """Two wordings laid over each other."""

    pieces: tuple[Piece, ...]
    """The runs, in reading order, a deletion before the insertion in its place."""

    @property
    def changed(self) -> bool:
        """Whether the two wordings differ in anything that a reader can see or read."""
        return any(piece.change != "kept" for piece in self.pieces)

    def accepted(self) -> str:
        """Return the new wording."""
        return "".join(piece.text for piece in self.pieces if piece.change != "deleted")

    def rejected(self) -> str:
        """Return the old wording."""
        return "".join(
            piece.text if piece.before is None else piece.before
            for piece in self.pieces
            if piece.change != "inserted"
        )

    def to_html(self) -> str:
        """Return the redline as HTML, each change in ``del`` or ``ins``.

        Screen readers seldom say that a text is deleted or inserted, so each change says so
        itself, in words that are not seen.
        """
        said = f'<span style="{_UNSEEN}">[{{}}: </span>{{}}<span style="{_UNSEEN}">]</span>'
        tags = {"deleted": "del", "inserted": "ins"}
        return "".join(
            escape(piece.shown)
            if piece.change == "kept"
            else f"<{tags[piece.change]}>"
            + said.format(piece.change, escape(piece.shown))
            + f"</{tags[piece.change]}>"
            for piece in self.pieces
        )

    def to_criticmarkup(self) -> str:
        """Return the redline in CriticMarkup; what looks like its marks in a wording is escaped.

        Examples
        --------
        >>> compare("It helps.", "It may help.").to_criticmarkup()
        'It {--helps--}{++may help++}.'
        """
        marks = {"kept": "{}", "deleted": "{{--{}--}}", "inserted": "{{++{}++}}"}
        return "".join(marks[piece.change].format(_escaped(piece.shown)) for piece in self.pieces)

    def to_text(self) -> str:
        """Return the redline as plain text, in the marks of wdiff.

        Examples
        --------
        >>> compare("It helps.", "It may help.").to_text()
        'It [-helps-]{+may help+}.'
        """
        marks = {"kept": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}
        return "".join(marks[piece.change].format(piece.shown) for piece in self.pieces)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": self.to_text(), "text/html": self.to_html()}


_BRACE = re.compile(r"(?<!\\)((?:\\\\)*)([{}]|\\\Z)")

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
    before, after = _with_spaces(old), _with_spaces(new)
    pieces: list[Piece] = []
    for same, b0, b1, a0, a1 in aligned(_alike(before), _alike(after)):
        was, now = "".join(before[b0:b1]), "".join(after[a0:a1])
        if same:
            pieces.append(Piece("kept", now, None if was == now else was))
            continue
        if was:
            pieces.append(Piece("deleted", was))
        if now:
            pieces.append(Piece("inserted", now))
    if as_seen(old) == as_seen(
        new
    ):  # white space at an end, or a letter composed across two tokens
        pieces = [Piece("kept", new, None if old == new else old)] if old or new else []
    return Redline(tuple(pieces))


def replaced(old: str, new: str) -> Redline:
    """Return all of one wording, then all of another that is no version of it.

    Examples
    --------
    >>> print(replaced("It is safe.", "Ask a nurse."))
    [-It is safe.-]{+Ask a nurse.+}
    """
    pieces = (Piece("deleted", old), Piece("inserted", new))
    return Redline(tuple(piece for piece in pieces if piece.text))


def _with_spaces(text: str) -> list[str]:
    """Return the tokens of a text, each with the white space and what is not seen after it."""
    found: list[str] = []
    for token in _unbroken(text):
        if found and not as_seen(token):
            found[-1] += token
        else:
            found.append(token)
    return found


def _unbroken(text: str) -> list[str]:
    """Return the tokens of a text; what is not seen, such as a soft hyphen, breaks no word."""
    if text.isascii():
        return tokens(text)
    seen = [place for one in seen_places(text) for place in one]
    lengths = (len(token) for token in tokens("".join(text[place] for place in seen)))
    starts = [seen[first] for first in accumulate(lengths, initial=0) if first < len(seen)]
    return [text[start:end] for start, end in pairwise([0, *starts[1:], len(text)])]


def _alike(found: list[str]) -> list[str]:
    """Return tokens in the form that those share which a reader cannot tell apart."""
    # A letter behind it keeps the space at the end.
    return [as_seen(f"{token}.") for token in found]


def _escaped(text: str) -> str:
    """Return text in which nothing is a mark of CriticMarkup: braces are escaped, as Markdown does.

    A brace that the wording itself escapes stays as it is; so that a backslash at the end does not
    escape the mark after it, it is escaped too.
    """
    return _BRACE.sub(lambda found: f"{found[1]}\\{found[2]}", text)


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
