"""A person or an organization as files write them → as it stands in a cell.

``Murrough, James W.``, a suffix third (``King, Martin, Jr``), an organization in braces
(``{World Health Organization}``), names apart by semicolons, ``{et al.}`` where a file says that
there are others.
"""

from __future__ import annotations

import re
import unicodedata

from ketcontent.importing.entities import unescaped

OTHERS = "{et al.}"
"""That there are authors whom the file does not name."""


def person(family: str, given: str = "", suffix: str = "") -> str:
    """Return a person's name as it stands in a cell.

    Examples
    --------
    >>> person("King, Jr.", "Martin L."), person("Jos&eacute;", "Ana"), person("", "Plato")
    ('King, Martin L., Jr.', 'José, Ana', 'Plato')
    """
    family, given, suffix = (_plain(part) for part in (family, given, suffix))
    family, _, more = family.partition(",")
    given, _, most = given.partition(",")
    suffix = " ".join(re.sub(",", " ", f"{more} {most} {suffix}").split())
    if not family.strip():
        family, given = given, ""
    parts = [part.strip() for part in (family, given, suffix)]
    if suffix and not parts[1]:
        return ", ".join(part for part in (parts[0], parts[2]) if part)
    return ", ".join(part for part in parts if part)


def organization(name: str) -> str:
    """Return an organization's name as it stands in a cell; empty where there is no name.

    Examples
    --------
    >>> organization("National Institute for Health and Care Excellence; UK")
    '{National Institute for Health and Care Excellence; UK}'
    """
    words = " ".join(unescaped(name).replace("{", "").replace("}", "").split())
    if words.casefold().rstrip(".") in ("others", "et al"):
        return OTHERS
    return f"{{{words}}}" if words else ""


def typed_name(name: str) -> str:
    """Return a name typed as ``Family, Given`` or ``Family, Given, Suffix`` as it stands in a cell.

    Examples
    --------
    >>> typed_name("Roe, Jo"), typed_name("King, Martin, Jr"), typed_name("Tea Study Group")
    ('Roe, Jo', 'King, Martin, Jr', '{Tea Study Group}')
    """
    parts = [part.strip() for part in unescaped(name).split(",")]
    if len(parts) == 1 or not any(parts[1:]):
        words = parts[0]
        # One word may be a person's only name; more without a comma are an organization's.
        return organization(words) if " " in words else person(words)
    if len(parts) > 3:
        return organization(name)
    return person(parts[0], parts[1], " ".join(parts[2:]))


def _plain(part: str) -> str:
    words = unescaped(part).replace("{", "").replace("}", "").replace(";", " ")
    return " ".join(words.split())


_LETTERS = {"ø": "o", "Ø": "o", "ß": "ss", "ł": "l", "Ł": "l", "æ": "ae", "Æ": "ae", "œ": "oe"}
"""Letters that do not come apart into a plain one and a mark."""


def slug(text: str, words: int = 3) -> str:
    """Return the first words of a text as a part of a key.

    Examples
    --------
    >>> slug("Müller & Søn: a <i>very</i> long name")
    'muller-son-a'
    """
    plain = re.sub(r"</?(i|b|sub|sup)>", "", text)
    plain = "".join(_LETTERS.get(letter, letter) for letter in plain)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain)[:words])[:40].strip("-")
