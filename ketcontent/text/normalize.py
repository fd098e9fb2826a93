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
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

# Sentences of Chinese and Japanese follow each other without a space.
_CLOSED_UP = tuple("。！？｡")

FORBIDDEN = (
    "\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
)
"""What no text may hold, as the inside of a class of a regular expression.

Control characters but for white space, those that turn text around, halves of letters, and what
Unicode keeps from ever being a letter (noncharacters): XML, and so a feed, has no place for some.
"""

_STEERING = re.compile(f"[\v-\r{FORBIDDEN}]")
_STEERING_OR_MARK = re.compile(f"{_STEERING.pattern}|[\u200e\u200f\u061c]")


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


_MARKS = 100


def _composed(text: str) -> str:
    """Return text in normalization form C, a run of a hundred accents or more as it stands.

    To bring such a run in order takes the square of its length, and no language has one.
    """
    if len(text) < _MARKS or text.isascii():
        return unicodedata.normalize("NFC", text)
    import regex

    parts = regex.split(rf"(\p{{M}}{{{_MARKS},}})", text)
    parts[::2] = [unicodedata.normalize("NFC", part) for part in parts[::2]]
    return "".join(parts)


def as_seen(text: str) -> str:
    """Return the one form that all texts share which a reader cannot tell apart.

    Beside `canonical`, what is never seen is left out: soft hyphens, spaces of no width, joiners
    between letters that do not join, selectors and tags behind what they change nothing of
    (Default_Ignorable_Code_Point of the Unicode Character Database). Characters that Unicode has
    twice, and hyphens, are one. What such a character changes the look of keeps it: a letter of
    Persian or Hindi, an emoji, the order of words in which scripts of both directions meet.

    Examples
    --------
    >>> as_seen("treat\u00adment\u200b"), as_seen("5\u00b5") == as_seen("5\u03bc")
    ('treatment', True)
    """
    if text.isascii():
        return fold(text)
    return canonical(
        "".join(text[one.start : one.stop] for one in seen_places(text)).translate(_TWICE)
    )


def unseen_places(text: str) -> list[range]:
    """Return the places of a text that hold what is not seen, in order.

    Examples
    --------
    >>> unseen_places("treat\u00adment")
    [range(5, 6)]
    """
    if text.isascii():
        return []
    return [range(*one.span()) for one in _unseen().finditer(text) if one["kept"] is None]


def seen_places(text: str) -> list[range]:
    """Return the places of a text that hold what is seen, in order.

    Examples
    --------
    >>> seen_places("treat\u00adment")
    [range(0, 5), range(6, 10)]
    """
    between = unseen_places(text)
    starts = [0, *(one.stop for one in between)]
    ends = [*(one.start for one in between), len(text)]
    return [range(*one) for one in zip(starts, ends, strict=True) if one[0] < one[1]]


_TWICE = str.maketrans(
    {"\u00b5": "\u03bc", "\u2010": "-", "\u2011": "-", "\u0e33": "\u0e4d\u0e32"}
    | {"\u0eb3": "\u0ecd\u0eb2"}
)


@lru_cache(maxsize=1)
def _unseen() -> regex.Pattern[str]:
    """Return the pattern of what is not seen where it stands, and before that of what is."""
    import regex

    return regex.compile(
        r"""
        (?P<kept>
            \U0001F3F4[\U000E0020-\U000E007F]+  # a flag
            | (?!\u180E)[\p{Emoji}\p{Han}\p{Mongolian}\p{Myanmar}]
                [\uFE00-\uFE0F\U000E0100-\U000E01EF\u180B-\u180D\u180F]?[\u200C\u200D]?
            | [[\p{L}\p{M}]--[\p{Latin}\p{Greek}\p{Cyrillic}]][\u200C\u200D]
        )
        | (?<=[\p{Latin}\p{Greek}\p{Cyrillic}])\u200E(?=[\p{Latin}\p{Greek}\p{Cyrillic}])
        | (?![\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069])  # they order what stands around
            [\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]
        """,
        regex.VERBOSE | regex.VERSION1,
    )


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


def joined(sentences: Iterable[str], run_on: Collection[int] = ()) -> str:
    """Return sentences as one running text, those at the places `run_on` right behind the last.

    Examples
    --------
    >>> joined(["Take it.", "Rest.", "Ask."]), joined(["Take it.", "Rest.", "Ask."], run_on={1})
    ('Take it. Rest. Ask.', 'Take it.Rest. Ask.')
    """
    parts: list[str] = []
    for place, sentence in enumerate(sentences):
        if sentence and parts and place not in run_on:
            parts.append(gap(parts[-1]))
        parts += [sentence] if sentence else []
    return "".join(parts)


def visible(text: str, spelled: str = "<U+{:04X}>") -> str:
    """Return `text` with each character that steers a terminal or hides order spelled out.

    Control characters but for line ends and tabs, and the marks that override the direction of
    writing: in a terminal they act, and a reader sees an order of words that is not the text's.
    What is no character at all (`FORBIDDEN`) is spelled out with them.

    Examples
    --------
    >>> visible("safe\\x1b[2J"), visible("\u202enot safe")
    ('safe<U+001B>[2J', '<U+202E>not safe')
    """
    return _STEERING.sub(lambda found: spelled.format(ord(found[0])), text)


def unseen_spelled(text: str) -> str:
    """Return `text` as `visible` does, with all else that is not seen where it stands spelled out.

    Examples
    --------
    >>> unseen_spelled("a\u200fb\u00ad")
    'a<U+200F>b<U+00AD>'
    """
    if text.isascii():
        return visible(text)

    def spelled(found: regex.Match[str]) -> str:
        return str(found["kept"] or f"<U+{ord(found[0]):04X}>")

    return _STEERING_OR_MARK.sub(
        lambda found: f"<U+{ord(found[0]):04X}>", _unseen().sub(spelled, text)
    )


def code_point(character: str) -> str:
    """Return what a hidden character is called.

    Examples
    --------
    >>> code_point("\\u202e"), code_point("\\uffff"), code_point("\\x07")
    ('U+202E RIGHT-TO-LEFT OVERRIDE', 'U+FFFF noncharacter', 'U+0007 control character')
    """
    kinds = {"Cn": "noncharacter", "Cs": "half a character"}
    kind = kinds.get(unicodedata.category(character), "control character")
    return f"U+{ord(character):04X} {unicodedata.name(character, kind)}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
