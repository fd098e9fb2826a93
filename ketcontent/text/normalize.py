"""When two texts are the same words.

White space and the way Unicode composes a letter are how a text is stored, not what it says.
Everything else is a word, a mark or a letter that a reader can see, and counts.

Nothing here imports from the rest of the package.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence

# Sentences of Chinese and Japanese follow each other without a space.
_CLOSED_UP = tuple("。！？｡")
_STEERING = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]")


def fold(text: str) -> str:
    """Return `text` with each run of white space as one space, and none at either end.

    Examples
    --------
    >>> fold("  off-label\\u00a0use\\n of it ")
    'off-label use of it'
    """
    return " ".join(text.split())


def same_words(one: str, other: str) -> bool:
    """Return whether two texts are the same words, however their white space is stored.

    Letters that Unicode can write in two ways (``é`` as one character or as two) are the same
    letter: both sides are put into normalization form C (Unicode Standard Annex 15).

    Examples
    --------
    >>> same_words("café  au lait", "cafe\\u0301 au lait")
    True
    >>> same_words("may help", "helps")
    False
    """
    return canonical(one) == canonical(other)


def canonical(text: str) -> str:
    """Return the one form that all texts with the same words share.

    Examples
    --------
    >>> canonical("cafe\\u0301  au lait ")
    'café au lait'
    """
    return fold(_composed(text))


_LONG = 2_000


def _composed(text: str) -> str:
    """Return text in normalization form C, a run of hundreds of accents as it stands.

    To bring such a run in order takes the square of its length, and no language has one.
    """
    if len(text) < _LONG or text.isascii():
        return unicodedata.normalize("NFC", text)
    import regex

    parts = regex.split(r"(\p{M}{100,})", text)
    parts[::2] = [unicodedata.normalize("NFC", part) for part in parts[::2]]
    return "".join(parts)


def digest(*parts: str | Sequence[str], context: Sequence[str], rule: str = "w1") -> str:
    """Return the digest of what was signed: its rule, a colon and a SHA-256.

    Two sets of parts have one digest when they are the same words in the same context; so a
    sign-off cannot be carried to another statement.

    Parameters
    ----------
    *parts
        The words, and what they rest on. A sequence is taken in the order given.
    context
        Where the words stand: document and statement.
    rule
        The name of what the parts cover.

    Notes
    -----
    Each part is put into its canonical form and the whole into JSON, so that no two lists of
    parts run together. What the parts cover is told by the name before the colon, so a digest of an
    older rule stays recognisable.

    A digest says that words are the same, not who signed them: that is as trustworthy as the
    history of the repository that holds the row.

    Examples
    --------
    >>> one = digest("It may  help.", ["lii-2023"], context=["ketamine", "form-1"])
    >>> one == digest("It may help.", ["lii-2023"], context=["ketamine", "form-1"])
    True
    >>> one == digest("It may help.", ["lii-2023"], context=["ketamine", "form-2"])
    False
    """
    said = [
        canonical(part) if isinstance(part, str) else [canonical(one) for one in part]
        for part in (context, *parts)
    ]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return f"{rule}:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def gap(sentence: str) -> str:
    """Return what stands between `sentence` and the one after it: a space, or nothing.

    Examples
    --------
    >>> gap("It works."), gap("効く。")
    (' ', '')
    """
    return "" if sentence.endswith(_CLOSED_UP) else " "


def joined(sentences: Iterable[str]) -> str:
    """Return sentences as one running text."""
    parts: list[str] = []
    for sentence in filter(None, sentences):
        parts += [gap(parts[-1]), sentence] if parts else [sentence]
    return "".join(parts)


def visible(text: str, spelled: str = "<U+{:04X}>") -> str:
    """Return `text` with each character that steers a terminal or hides order spelled out.

    Control characters but for line ends and tabs, and the marks that override the direction of
    writing: in a terminal they act, and a reader sees an order of words that is not the text's.

    Examples
    --------
    >>> visible("safe\\x1b[2J"), visible("\u202enot safe")
    ('safe<U+001B>[2J', '<U+202E>not safe')
    """
    return _STEERING.sub(lambda found: spelled.format(ord(found[0])), text)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
