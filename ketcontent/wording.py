"""When two texts are the same words.

White space and the way Unicode composes a letter are how a text is stored, not what it says.
Everything else is a word, a mark or a letter that a reader can see, and counts.

Nothing here imports from the rest of the package.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Sentences of Chinese and Japanese follow each other without a space.
_CLOSED_UP = tuple("。！？｡")

_WORD = re.compile(r"\w+(?:[’'\-.]\w+)*|[^\w\s]", re.UNICODE)


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
    return fold(unicodedata.normalize("NFC", text))


def words(text: str) -> list[str]:
    """Return the words and the marks of a text, in order.

    Examples
    --------
    >>> words("It isn’t “safe”.")
    ['It', 'isn’t', '“', 'safe', '”', '.']
    """
    return _WORD.findall(text)


def gap(sentence: str) -> str:
    """Return what stands between `sentence` and the one after it: a space, or nothing.

    Examples
    --------
    >>> gap("It works."), gap("効く。")
    (' ', '')
    """
    return "" if sentence.endswith(_CLOSED_UP) else " "


def joined(sentences: Iterable[str]) -> str:
    """Return sentences as one running text.

    Examples
    --------
    >>> joined(["It works.", "For a day."])
    'It works. For a day.'
    """
    text = ""
    for sentence in sentences:
        text = f"{text}{gap(text)}{sentence}" if text else sentence
    return text
