"""By which digits it is known whether words of a packet that came back are those that were sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from ketcontent.text import canonical


def words_code(words: str) -> str:
    """Return eight digits that tell whether words are those that a packet was made with.

    Examples
    --------
    >>> words_code("It  may help.") == words_code("It may help.") != words_code("It helps.")
    True
    """
    return hashlib.sha256(canonical(words).encode()).hexdigest()[:8]


def bare(text: str) -> str:
    """Return text without what programs set anew: spaces, case, the form of quotes and dashes.

    Examples
    --------
    >>> bare("“Tea” – a  cup…") == bare('"tea" - A cup...') != bare('"tea" - a cup?')
    True
    """
    return "".join(canonical(text).casefold().translate(_SET_ANEW).split())


_SET_ANEW = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2039\u203a`\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
        "\u2026": "...",
    }
)


def outside_code(text: str) -> str:
    """Return eight digits that tell whether words outside of the rows are those that were sent."""
    return hashlib.sha256(bare(text).encode()).hexdigest()[:8]


def packet_name(
    version: int, head: Sequence[str], listed: Sequence[Sequence[str]], outside: Sequence[str] = ()
) -> str:
    """Return the name of a packet: what it is for, and its list, in eight digits.

    Parameters
    ----------
    version
        The version of its form.
    head
        Page, capacity, person and day.
    listed
        The rows, as the list has them.
    outside
        The checks of what stands outside of the rows; packets of before have none.
    """
    told = [version, *head, *map(list, listed), *([list(outside)] if outside else [])]
    text = json.dumps(told, ensure_ascii=False)
    return f"k-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
