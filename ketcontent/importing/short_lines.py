"""Short lines that follow each other: the rows of a table, an address, a list without bullets.

One short line over a text is its heading. Three or more in a run have no text under them: they are
a list, a table, or an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ketcontent.importing.text_lines import Unit, ends_sentence

_LONGEST = 60
"""The longest line, in characters, that is one of a run."""
_FEWEST = 3
"""How many short lines in a run are no headings."""


_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|jän|mär|mai|okt|dez|janv|févr|avr|juin"
    r"|juil|août|déc|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|fev|out|mrt|mei)\w*\.?"
)
_BEFORE_A_DATE = r"(?:[^\d\s][^\d]{0,40}[\s,:]\s*)?"
_DATE = re.compile(
    rf"{_BEFORE_A_DATE}\d{{1,2}}(?:st|nd|rd|th|er|\.)?\s(?:de\s)?{_MONTH},?\s(?:de\s)?\d{{4}}\b.{{0,30}}"
    rf"|{_BEFORE_A_DATE}{_MONTH}\s\d{{1,2}},?\s\d{{4}}\b.{{0,30}}"
    r"|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(?:by|posted (?:on|by)|written by|published|von|par|por|publié le|veröffentlicht)\s.{2,60}",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"(?:from |ab )?[$€£¥₹]\s?\d[\d.,]*.{0,20}|\d[\d.,]*\s?(?:€|eur|usd|gbp|chf).{0,20}",
    re.IGNORECASE,
)
_STOCK = re.compile(
    r"(?:in|out of) stock|auf lager|en stock"
    r"|\d+ (?:capsules|tablets|tabletten|kapseln|comprimés|cápsulas)",
    re.IGNORECASE,
)
_PRESS = re.compile(
    r"(?:for immediate release|press release|news release|embargoed until .{3,60}"
    r"|pressemitteilung|communiqué de presse|nota de prensa|comunicato stampa|persbericht"
    r"|[-–#*\s]*(?:ends?|ende|fin)[-–#*\s]*)",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?:\b(?:tel|phone|fax|mobile|call|telefon|telefax|tél|téléphone|teléfono|тел|телефон)\b"
    r"|هاتف|☎|電話|电话)[^\d]{0,12}\d[\d\s/().+-]{3,}"
    r"|[\w.+-]{1,64}@[\w-]+\.[\w.-]+|^(?:https?://|www\.)\S+$|^\+?\d[\d\s/().-]{6,}$",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b(?:street|road|avenue|lane|square|drive|quay|house|building|floor|wing|level \d|room \d+"
    r"|ward \d+|rue|boulevard|allée|calle|avenida|plaza|paseo|via|viale|piazza|ulica|ул\.|улица"
    r"|корпус|кабинет|p\.?\s?o\.?\s?box)\b"
    r"|\w(?:straße|strasse|str\.|platz|weg|allee|gasse|straat|laan|plein)\b|شارع|طريق|ص\.ب",
    re.IGNORECASE,
)
_POSTCODE = re.compile(
    r"\b[A-Z]{1,2}\d[\dA-Z]?\s\d[A-Z]{2}$|^(?:[A-Z]{1,2}-)?\d{4,5}\s[^\W\d_][\w\s.-]{1,40}$"
    r"|,\s[A-Z]{2}\s\d{5}"
)
_FIELD = re.compile(r"[^\s:：][^:：]{0,24}\s?[:：](?!//)\s*\S.{0,60}|[^:]{1,30}[:]?\s*_{4,}.*")
_STRENGTH = re.compile(
    r"\d\s?(?:mg|µg|μg|mcg|ml|g|i\.?e\.?|iu|ui|%|мг|мл|毫克|ملغ|مجم|مغ)(?:/\d*\s?\w+)?\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"[\d\s.,:/%<>≤≥–—+-]*\d[\d\s.,:/%<>≤≥–—+-]*\S{0,8}")
_ADDRESS_NAME = re.compile(
    r"\b(?:contact|address|find us|where we are|how to (?:find|reach|get)|enquiries|kontakt"
    r"|anschrift|adresse|so finden sie|contacter|dirección|dónde estamos|contacto|indirizzo"
    r"|contatti|adres|контакты|адрес|куда обращаться)\b|العنوان|اتصل بنا",
    re.IGNORECASE,
)


# --- addresses and other lines that stay lines --------------------------------------------------


def is_date(line: str) -> bool:
    """Return whether a line is a date, with a place before it or not."""
    return len(line) <= 100 and _DATE.fullmatch(line) is not None


def is_stamp(line: str) -> bool:
    """Return whether a line is a date, a by-line, a price or a stamp of a press office."""
    return len(line) <= 100 and any(
        one.fullmatch(line) for one in (_DATE, _BYLINE, _PRICE, _STOCK, _PRESS)
    )


def is_of_an_address(line: str) -> bool:
    """Return whether a line can only be one of an address: a street, a town, a number to call."""
    short = len(line) <= 80 and not (ends_sentence(line) and not line.endswith(","))
    return short and any(one.search(line) for one in (_CONTACT, _STREET, _POSTCODE))


def is_field(line: str) -> bool:
    """Return whether a line is a name with a value, and no sentence: *From: Ward 7*."""
    return (
        len(line) <= 90
        and _FIELD.fullmatch(line) is not None
        and (not ends_sentence(line) or _CONTACT.search(line) is not None)
    )


def has_strength(line: str) -> bool:
    """Return whether a line names a medicine with its strength, as under the title of a leaflet."""
    return len(line) <= 120 and _STRENGTH.search(line) is not None


def is_number(line: str) -> bool:
    """Return whether a line is a number or a range."""
    return len(line) <= 30 and _NUMBERS.fullmatch(line) is not None


def stays_alone(line: str) -> bool:
    """Return whether a line goes on no other by its form, whatever stands around it."""
    return is_stamp(line) or (is_of_an_address(line) and len(line) <= _LONGEST)


# --- runs ---------------------------------------------------------------------------------------


def _is_short(unit: Unit) -> bool:
    line = unit.first.text
    return (
        not unit.role
        and len(unit.lines) == 1
        and len(line) <= _LONGEST
        and len(line.split()) <= 10
        and not unit.leads_in
        and not line.startswith(("* ", "- ", "– "))  # a footnote, or a line between dashes
        and (not ends_sentence(line) or line.endswith(",") or is_of_an_address(line))
    )


def short_runs(units: Sequence[Unit]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of short units without an empty line between them: start and end."""
    start: int | None = None
    for place in range(len(units) + 1):
        short = place < len(units) and _is_short(units[place])
        if start is not None and (not short or units[place].apart):
            yield start, place
            start = None
        if short and start is None:
            start = place


def decide_runs(units: Sequence[Unit]) -> None:
    """Give each unit of a run of short lines its role, where it is no heading."""
    for start, end in list(short_runs(units)):
        _decide_run(units, start, end)
    _decide_spaced_items(units)


def _decide_run(units: Sequence[Unit], start: int, end: int) -> None:
    before = units[start - 1] if start else None
    after = units[end] if end < len(units) else None
    lines = [unit.first.text for unit in units[start:end]]
    place_like = sum(is_of_an_address(line) for line in lines)
    field_like = sum(is_field(line) for line in lines)
    led = before is not None and before.leads_in and before.role not in ("furniture", "row")
    closing = before is not None and _is_closing(before) and _ends_page(units, end)
    if place_like or field_like > 1 or closing:
        named = not (led or closing) and not is_field(lines[0]) and _names_an_address(units, start)
        _give(units[start + named : end], "plain")
    elif led and len(lines) > 1:
        _give(units[start:end], "item")
    elif len(lines) >= _FEWEST:
        if after is not None and not after.role and not after.apart:
            end -= 1  # the last is the heading of what stands under it
        headed = before is not None and units[start].apart and _is_short(before)
        first = start + (not headed and (before is None or units[start].apart or _ends(before)))
        rest = units[first:end]
        if len(rest) < _FEWEST and first == start:
            return
        listed = len(rest) >= _FEWEST and not any(is_number(one.first.text) for one in rest)
        if len(rest) > 1:
            _give(rest, "item" if listed else "plain")


def _names_an_address(units: Sequence[Unit], start: int) -> bool:
    """Return whether the first line of a run is the heading of the address under it."""
    line = units[start].first.text
    if is_of_an_address(line) or is_stamp(line) or line.endswith(","):
        return False
    if _ADDRESS_NAME.search(line):
        return True
    # A letter starts with its sender, and ends with who signs it: these lines have no heading.
    return start > 0 and units[start].apart and any(one.role != "plain" for one in units[:start])


def _is_closing(unit: Unit) -> bool:
    """Return whether a unit is the greeting at the end of a letter."""
    line = unit.first.text
    return len(unit.lines) == 1 and line.endswith((",", "،")) and len(line.split()) <= 5


def _ends_page(units: Sequence[Unit], place: int) -> bool:
    return all(one.role == "furniture" for one in units[place : place + 8])


def _ends(unit: Unit) -> bool:
    return ends_sentence(unit.last) or unit.role in ("item", "row", "furniture")


def _give(units: Sequence[Unit], role: str) -> None:
    for unit in units:
        unit.role = "item" if role == "item" else "plain"


def _decide_spaced_items(units: Sequence[Unit]) -> None:
    """Take short paragraphs behind a colon, three or more with the same mark at their end, as list.

    Lists of websites lose their bullets and keep their empty lines.
    """
    place = 0
    while place < len(units):
        unit = units[place]
        place += 1
        if unit.role or not unit.leads_in:
            continue
        end = place
        while end < len(units) and _is_spaced_item(units[end], units[place]):
            end += 1
        if end - place >= _FEWEST:
            _give(units[place:end], "item")
        place = max(place, end)


def _is_spaced_item(unit: Unit, first: Unit) -> bool:
    line, end = unit.first.text, first.first.text[-1:]
    return (
        not unit.role
        and len(unit.lines) == 1
        and len(line) <= _LONGEST
        and len(line.split()) <= 8
        and not line.startswith(("* ", "- ", "– "))
        and end in ".;,。；،"
        and line[-1:] in (end, ".", "。")
        and line.count(".") <= 1
    )
