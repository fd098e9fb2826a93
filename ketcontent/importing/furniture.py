"""Page furniture: what a website or a printer puts around the words of a page.

Nothing is left out for it: a plain text comes back whole. It is said of such a line what it is, so
that no editor takes a button for a heading. Words are looked for as a whole line; what could be a
heading too (*Contact*) counts only among others of its kind, at the top or the end of a page.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_COOKIES = re.compile(r"\bcookies?\b|ملفات تعريف الارتباط", re.IGNORECASE)
_COOKIE_TALK = re.compile(
    r"\b(?:we use|uses? (?:some )?(?:essential |necessary )?cookies|accept|consent|agree"
    r"|wir verwenden|nutzt|verwendet|akzeptieren|nous utilisons|utilise|accepter"
    r"|utilizamos|usamos|usa|utiliza|aceptar|utilizziamo|accett|gebruik|aceitar)|نستخدم|يستخدم",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|página|pagina|pág\.|p\.|strona|страница|стр\.|صفحة|الصفحة)\s*\d{1,4}"
    r"(?:\s*(?:of|von|sur|de|di|van|z|из|من|/)\s*\d{1,4})?"
    r"|[-–]\s*\d{1,4}\s*[-–]|\d{1,4}\s*/\s*\d{1,4}",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright\b).{0,120}\b(?:19|20)\d\d\b.*", re.IGNORECASE)
_EDIT = re.compile(
    r"\[\s*(?:edit|edit source|bearbeiten|modifier|editar|modifica|править|عدل)\s*\]", re.IGNORECASE
)
_REVIEWED = re.compile(
    r"(?:page |this page was |content )?"
    r"(?:last (?:reviewed|updated|modified|edited)|next review(?: due)?)\b.{0,40}\d.*"
    r"|(?:stand|letzte (?:änderung|aktualisierung)|zuletzt (?:aktualisiert|geändert)(?: am)?"
    r"|aktualisiert am)\s*:?\s*.{0,30}\d{4}\.?"
    r"|(?:dernière mise à jour|mis à jour le|última actualización|fecha de revisión|actualizado el"
    r"|ultimo aggiornamento|laatst bijgewerkt|última atualização|آخر تحديث|дата обновления)"
    r"\s*:?.{0,40}\d.*",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\d{1,6}\s(?:replies|comments|likes|shares|views|antworten|kommentare|réponses|commentaires"
    r"|respuestas|comentarios)|(?:basket|cart|warenkorb|panier|carrito)\s\(\d+\)",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"(?:free (?:delivery|shipping)|kostenloser versand|livraison gratuite|envío gratis)\b.{0,40}",
    re.IGNORECASE,
)
_TRAIL = re.compile(r"\s+[>›»/→]\s+|\s*›\s*|\s+>\s*")


_BAR = re.compile(r"\s+[|•·]\s+")


_WORDS = Path(__file__).with_name("furniture.csv")


@cache
def _said(where: str) -> frozenset[str]:
    """Return what furniture says: ``anywhere`` it stands, or in a ``menu`` among its kind.

    What stands anywhere is a button, a link, or a heading of links; a menu says what a heading may
    say as well.
    """
    with _WORDS.open(encoding="utf-8", newline="") as file:
        return frozenset(row["words"] for row in csv.DictReader(file) if row["where"] == where)


_LONGEST = 200
"""The longest line, in characters, that is furniture."""

_BETWEEN = 2
"""How many lines further on the next known word of a menu may stand."""

_ON_THIS_PAGE = frozenset(
    {"on this page", "in this article", "page contents", "jump to", "auf dieser seite"}
    | {"sur cette page", "dans cette page", "en esta página", "في هذه الصفحة", "in questa pagina"}
)

_HEAD = 12
"""How many lines at the top of a page a menu may have."""


def is_furniture(line: str) -> bool:
    """Return whether a line is furniture wherever it stands.

    Examples
    --------
    >>> [is_furniture(one) for one in ("Add to cart", "Page 2 of 4", "Search party")]
    [True, True, False]
    """
    if len(line) > _LONGEST:
        return False
    bare = line.strip().strip("|·•»›>→*").strip().casefold().replace("'", "’")
    if {bare, bare.rstrip("!….")} & _said("anywhere"):
        return True
    if _COOKIES.search(line) and _COOKIE_TALK.search(line):
        return True
    return any(
        one.fullmatch(line.strip())
        for one in (_PAGE_NUMBER, _COPYRIGHT, _EDIT, _REVIEWED, _COUNT, _OFFER)
    ) or (_is_trail(line) or _is_bar(line))


def _is_trail(line: str) -> bool:
    """Return whether a line is a way through a website: *Home > Services > Asthma clinic*."""
    if len(line) > 150:
        return False
    steps = [step for step in _TRAIL.split(line) if step]
    short = all(len(step.split()) <= 6 for step in steps)
    return short and (
        (len(steps) > 1 and steps[0].strip().casefold() in _said("menu"))
        or (len(steps) > 2 and ">" in line)
    )


def _is_bar(line: str) -> bool:
    """Return whether a line is a menu on one line: *Home | About | Contact*."""
    entries = [entry.strip().casefold() for entry in _BAR.split(line) if entry.strip()]
    known = sum(entry in _said("menu") or entry in _said("anywhere") for entry in entries)
    return known > 1 and 2 * known > len(entries)


def _is_place(line: str) -> bool:
    return line.strip().casefold() in _said("menu")


def furniture_places(lines: Sequence[str], blanks: Sequence[int]) -> set[int]:
    """Return the places of the lines of a page that are furniture.

    Parameters
    ----------
    lines
        The lines with words.
    blanks
        How many empty lines stand before each.
    """
    found = {place for place, line in enumerate(lines) if is_furniture(line)}
    found |= _contents(lines, blanks)
    return found | _menu_at_top(lines, found) | _links_at_end(lines, blanks, found)


def _menu_at_top(lines: Sequence[str], found: set[int]) -> set[int]:
    """Return the short lines of a menu at the top: from its first known word to its last."""
    menu: set[int] = set()
    known: list[int] = []
    for place, line in enumerate(lines[:_HEAD]):
        short = len(line.split()) <= 5 and not line.endswith((".", "?", ":", ","))
        if place in found or (short and _is_place(line)):
            known.append(place)
            # A title may stand between two buttons; between two words of a menu is one of it.
            if _is_place(line) or _is_trail(line):
                before = known[-2] if len(known) > 1 else place
                menu |= set(range(before, place + 1)) if place - before <= _BETWEEN else set()
        elif not short:
            break
    return menu if len(known) > 1 else set()


def _links_at_end(lines: Sequence[str], blanks: Sequence[int], found: set[int]) -> set[int]:
    """Return the links at the end of a page, as far up as each stands by another."""
    end: set[int] = set()
    pending: set[int] = set()
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if place in found or _is_place(line):
            end |= pending | ({place} if place in found or end or pending else set())
            pending = set() if place in end else {place}
        elif pending or not end or len(line.split()) > 3 or not line.replace(" ", "").isalpha():
            break
        else:
            pending = {place}
        if blanks[place]:
            pending = set()
    return end


def _contents(lines: Sequence[str], blanks: Sequence[int]) -> set[int]:
    """Return the links under *On this page*: each says what a later heading says."""
    links: set[int] = set()
    for place, line in enumerate(lines):
        if line.strip().casefold().rstrip(":") not in _ON_THIS_PAGE:
            continue
        end = place + 1
        last = {one: number for number, one in enumerate(lines)}
        while end < len(lines) and last[lines[end]] > end and not blanks[end]:
            end += 1
        links |= set(range(place + 1, end))
        break
    return links
