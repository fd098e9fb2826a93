"""Characters that HTML spells out, as files of references hold them → the characters."""

from __future__ import annotations

import html
import re


def unescaped(text: str) -> str:
    """Return text with the entities of HTML as characters.

    A number that no character has stays as it is: Python reads none of thousands of digits.

    Examples
    --------
    >>> unescaped("Jos&eacute; &amp; us"), unescaped("&#99999999999;")
    ('José & us', '&#99999999999;')
    """
    return html.unescape(re.sub(r"&(?=#[xX]?[0-9A-Fa-f]{9})", "&amp;", text))
