"""What word processors write in the HTML that is copied out of them.

Word says with its styles (``mso-…``) what other programs say with elements, and Google Docs sets
each run of letters with a style of its own, inside of a ``<b>`` that is not bold. Both write a
tracked change or a comment into the text; only a style or a class says that it is none of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

MarkKind = Literal["strong", "emphasis", "link"]

_MARKS: dict[str, MarkKind] = {
    "strong": "strong",
    "b": "strong",
    "em": "emphasis",
    "i": "emphasis",
    "a": "link",
}


_STYLED: dict[MarkKind, re.Pattern[str]] = {
    "strong": re.compile(r"(?<![\w-])font-weight\s*:\s*(?:(?P<yes>bold|[6-9]00)|\w)", re.I),
    "emphasis": re.compile(r"(?<![\w-])font-style\s*:\s*(?:(?P<yes>italic|oblique)|\w)", re.I),
}
"""What a style says of letters. Word says the same of scripts that it is not written in
(``mso-bidi-font-weight``), which says nothing."""


def marks_of(name: str, given: Mapping[str, str]) -> tuple[MarkKind, ...]:
    """Return what an element makes of its words: strong, emphasis, a link.

    Examples
    --------
    >>> marks_of("b", {}), marks_of("b", {"style": "font-weight:normal"})
    (('strong',), ())
    >>> marks_of("span", {"style": "font-weight:700;font-style:italic"})
    ('strong', 'emphasis')
    """
    own = _MARKS.get(name)
    if own is None and name not in ("span", "font"):
        return ()
    style = given.get("style", "")
    found: list[MarkKind] = ["link"] if own == "link" else []
    for kind, pattern in _STYLED.items():
        said = pattern.search(style) if style else None
        if said["yes"] is not None if said else own == kind:
            found.append(kind)
    return tuple(found)


_LIST = re.compile(r"(?<![\w-])mso-list\s*:(?!\s*(?:ignore|none|skip))", re.IGNORECASE)


_LIST_LEVEL = re.compile(r"mso-list\s*:[^;]*\blevel(\d)", re.IGNORECASE)


def item_depth(given: Mapping[str, str]) -> int:
    """Return how deep an item of Word stands in lists, from 1; 0 where it is none.

    Examples
    --------
    >>> item_depth({"class": "MsoNormal", "style": "text-indent:-18pt;mso-list:l0 level2 lfo1"})
    2
    """
    style = given.get("style", "")
    if not ("msolistparagraph" in given.get("class", "").lower() or _LIST.search(style)):
        return 0
    depth = _LIST_LEVEL.search(style)
    return int(depth[1]) if depth else 1


_OUTLINE = re.compile(r"mso-outline-level\s*:\s*([1-6])")


def outline_level(given: Mapping[str, str]) -> int:
    """Return which level of heading a paragraph of Word is; 0 where it is none.

    Examples
    --------
    >>> outline_level({"class": "MsoTitle"}), outline_level({"style": "mso-outline-level:2"})
    (1, 2)
    """
    if "msotitle" in given.get("class", "").lower().split():
        return 1
    found = _OUTLINE.search(given.get("style", ""))
    return int(found[1]) if found else 0


def is_inserted(name: str, given: Mapping[str, str]) -> bool:
    """Return whether an element holds what somebody inserted while changes were tracked."""
    return name == "ins" or (name == "span" and given.get("class", "").lower() == "msoins")


_COMMENT = re.compile(
    r"(?<![\w-])mso-element\s*:\s*comment|mso-special-character\s*:\s*comment", re.IGNORECASE
)


_COMMENT_CLASSES = frozenset({"msocommentreference", "msocomanchor", "msocomtxt", "msocomoff"})


_NOT_SHOWN = re.compile(r"(?<![\w-])mso-hide\s*:\s*all", re.IGNORECASE)


def not_of_the_text(given: Mapping[str, str]) -> str:
    """Return what Word wrote into a text that is none of it; nothing where it is.

    Examples
    --------
    >>> not_of_the_text({"style": "mso-element:comment-list"}), not_of_the_text({})
    ('comment', '')
    """
    style, classes = given.get("style", ""), given.get("class", "").lower()
    if (style and _COMMENT.search(style)) or (classes and _COMMENT_CLASSES & {*classes.split()}):
        return "comment"
    return "hidden" if style and _NOT_SHOWN.search(style) else ""
