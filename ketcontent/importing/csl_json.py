"""CSL-JSON, as Zotero and others export it and as Crossref answers with it → entries."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from ketcontent.importing.dates import read_date
from ketcontent.importing.entries import PART_OF_A_DATE, Entry
from ketcontent.importing.names import organization, person
from ketcontent.pages import CSL_NAMES, PLAIN_VARIABLES

_CROSSREF_TYPES = {
    **{"journal-article": "article-journal", "proceedings-article": "paper-conference"},
    **dict.fromkeys(("book-chapter", "book-section", "book-part", "book-track"), "chapter"),
    **dict.fromkeys(("monograph", "edited-book", "reference-book", "proceedings"), "book"),
    **dict.fromkeys(("book-set", "book-series", "proceedings-series"), "book"),
    **{
        "reference-entry": "entry-encyclopedia",
        "dissertation": "thesis",
        "posted-content": "article",
    },
    **dict.fromkeys(("report-component", "report-series"), "report"),
    **dict.fromkeys(("journal", "journal-issue", "journal-volume"), "periodical"),
    **{
        "peer-review": "review",
        "database": "dataset",
        "component": "document",
        "other": "document",
    },
    **{"grant": "document", "preprint": "article"},
}


# The same thing under another name: of Crossref, and of older versions of CSL.
_OTHER_NAMES = {
    "publisher_place": "publisher-location",
    "page": "article-number",
    "number": "report-number",
    "edition": "edition-number",
    "event_title": "event",
    "collection_title": "series-title",
}


# What Crossref says of its own record.
_OF_THE_RECORD = {"indexed", "reference-count", "references-count", "is-referenced-by-count",
                  "score", "prefix", "member", "created", "deposited", "source", "content-domain",
                  "resource", "relation", "issn-type", "isbn-type", "message-type"}  # fmt: skip


_DATES = ("issued", "published", "published-print", "published-online", "published-other")


def read_csl_json(text: str) -> list[Entry]:
    """Return the entries of a CSL-JSON text, in its order.

    It may be a list, one item, items one a line, Zotero's ``items`` or Crossref's ``message``.
    What is not JSON is one entry with a fault, after which nothing more can be read.

    Examples
    --------
    >>> [entry] = read_csl_json('{"message": {"title": ["Tea"], "type": "monograph"}}')
    >>> entry.row["type"], entry.row["title"]
    ('book', 'Tea')
    """
    entries = []
    line, counted = 1, 0
    for start, item, fault in _items(text):
        line += text.count("\n", counted, start)
        counted = start
        if fault:
            hint = "Export it from your library anew, or mend it there."
            entries.append(Entry(line, "", {}, fault=fault, hint=hint))
        else:
            entries.append(_entry(line, item))
    return entries


def _finite(number: str) -> float | None:
    """Return a number of JSON; None for one that is too large for a number of Python."""
    value = float(number)
    return value if math.isfinite(value) else None


# NaN and Infinity, which JSON does not know, say nothing.
_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=lambda _: None)


def _items(text: str) -> Iterator[tuple[int, Any, str]]:
    """Yield each item with where it starts, and why there is none."""
    start = _skipped(text, 0, "")
    separator = "," if text[start : start + 1] == "[" else ""
    start += bool(separator)
    while (start := _skipped(text, start, separator)) < len(text) and text[start] != "]":
        try:
            item, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError) as fault:
            said = getattr(fault, "msg", "it is nested too deep or has too long a number")
            yield start, None, f"It is not JSON from here on: {said}."
            return
        if separator:
            yield start, item, ""
        else:
            yield from _inside(text, start, item)
        start = end


def _skipped(text: str, start: int, separator: str) -> int:
    found = re.compile(rf"[\s{separator}]*").match(text, start)
    return found.end() if found else start


def _inside(text: str, start: int, item: Any) -> Iterator[tuple[int, Any, str]]:
    """Yield the items of an answer or an export that wraps them, or the item itself."""
    inner = item
    if isinstance(inner, dict) and isinstance(inner.get("message"), dict):
        inner = inner["message"]
    wrapped = inner.get("items") if isinstance(inner, dict) else None
    if not isinstance(wrapped, list):
        yield start, inner, ""
        return
    # The list is read again, item by item, to know where each starts.
    opened = re.compile(r'"items"\s*:\s*\[').search(text, start)
    place = opened.end() if opened else start
    for one in wrapped:
        place = _skipped(text, place, ",")
        try:
            again, end = _DECODER.raw_decode(text, place)
            end = end if again == one else place
        except (ValueError, RecursionError):
            end = place
        yield place, one, ""
        place = end


def _entry(line: int, item: Any) -> Entry:
    hint = "Export it from your library anew, or mend it there."
    if not isinstance(item, dict):
        return Entry(line, "", {}, fault="It is not an item but something else.", hint=hint)
    name = str(item.get("id") or item.get("citation-key") or "")[:200]
    for who in ("author", "editor"):
        people = item.get(who)
        if people and not (
            isinstance(people, list) and all(isinstance(one, dict) for one in people)
        ):
            fault = f"Its {who}s are not a list of names."
            return Entry(line, name, {}, fault=fault, hint=hint)
    row, left = from_csl(item)
    return Entry(line, name, row, left)


def from_csl(item: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return a CSL-JSON item as a row of sources, and what of it has no column.

    Examples
    --------
    >>> from_csl({"id": "x", "type": "book", "title": "T", "issued": {"date-parts": [["2020", 3]]}})
    ({'source': 'x', 'type': 'book', 'title': 'T', 'issued': '2020-03'}, ())
    """
    kind = _words(item.get("type"))
    row = {"source": _words(item.get("id")), "type": _CROSSREF_TYPES.get(kind, kind) or "document"}
    used = {"id", "type", "title", "author", "editor", "custom", "note", "citation-key"}
    used |= _OF_THE_RECORD
    for name, variable in PLAIN_VARIABLES.items():
        other = _OTHER_NAMES.get(variable.replace("-", "_"), "")
        for written in (variable, other):
            value = item.get(written)
            if written == "event" and isinstance(value, dict):
                value = value.get("name")
            if value and not row.get(name):
                row[name] = _words(value)
            if row.get(name) == _words(value):
                used.add(written)
    _add_crossref(row, item, used)
    for who in ("author", "editor"):
        names = [_name(name) for name in item.get(who) or ()]
        if any(names):
            row[f"{who}s"] = "; ".join(name for name in names if name)
    whole = _add_dates(row, item, used)
    note = _words(item.get("note"), keep_lines=True)
    if note.startswith("unconfirmed:"):
        row["unconfirmed"] = " ".join(note.removeprefix("unconfirmed:").split())
        note = ""
    left = _from_note(row, note) + ([] if whole else [PART_OF_A_DATE])
    custom = item.get("custom")
    ours = custom.get("ketcontent") if isinstance(custom, Mapping) else None
    row |= {
        name: str(ours[name]) for name in CSL_NAMES if isinstance(ours, Mapping) and ours.get(name)
    }
    left += [
        name for name, value in item.items() if name not in used and value not in (None, "", [], {})
    ]
    return {name: cell for name, cell in row.items() if cell}, tuple(left)


def _add_crossref(row: dict[str, str], item: Mapping[str, Any], used: set[str]) -> None:
    """Add what Crossref says in a form of its own."""
    subtitle = _words(item.get("subtitle"))
    if subtitle and subtitle.casefold() not in row.get("title", "").casefold():
        row["title"] = f"{row.get('title', '')}: {subtitle}"
    used.add("subtitle")
    event = item.get("event")
    if isinstance(event, dict):
        row["event_place"] = row.get("event_place") or _words(event.get("location"))
        days = [_date(event.get(end))[0] for end in ("start", "end")]
        row["event_date"] = "/".join(dict.fromkeys(day for day in days if day))
    institution = item.get("institution")
    first = institution[0] if isinstance(institution, list) and institution else institution
    if isinstance(first, dict):
        row["publisher"] = row.get("publisher") or _words(first.get("name"))
        row["place"] = row.get("place") or _words(first.get("place"))
        used.add("institution")
    if item.get("degree") and not row.get("genre"):
        row["genre"] = _words(item["degree"])
        used.add("degree")


def _add_dates(row: dict[str, str], item: Mapping[str, Any], used: set[str]) -> bool:
    """Add the dates; return whether that of issue says no more than its cell."""
    used |= {*_DATES, "accessed", "event-date"}
    read = [(item[name], *_date(item[name])) for name in _DATES if item.get(name)]
    said, row["issued"], whole = next((one for one in read if one[1]), (None, "", not read))
    row["accessed"] = _date(item.get("accessed"))[0]
    row["event_date"] = row.get("event_date") or _span(item.get("event-date"))
    if row["type"] == "paper-conference" and not row["event_date"] and "/" in _span(said):
        # Of proceedings it is the days of the conference.
        row["event_date"], whole = _span(said), True
    return whole


def _span(date: Any) -> str:
    """Return a day, or two with a slash between."""
    parts = date.get("date-parts") if isinstance(date, Mapping) else None
    spans = parts[:2] if isinstance(parts, list) else []
    days = [_date({"date-parts": [part]})[0] for part in spans]
    return "/".join(dict.fromkeys(day for day in days or [_date(date)[0]] if day))


def _date(date: Any) -> tuple[str, bool]:
    """Return a date as the table writes it, and whether that is all it says."""
    if isinstance(date, str):
        return read_date(date)
    if not isinstance(date, Mapping):
        return "", date is None
    parts = date.get("date-parts")
    spans = [one for one in parts if isinstance(one, list)] if isinstance(parts, list) else []
    first = list(takewhile(lambda part: part not in (None, "", 0, "0"), (spans or [[]])[0]))
    if not first:
        said = str(date.get("raw") or date.get("literal") or "")
        return read_date(said) if said else ("", not spans)
    text = "-".join(str(part) for part in first[:3] if isinstance(part, (int, str)))
    if len(first) > 1 and re.fullmatch("[0-9]{1,4}-[0-9]{1,2}(-[0-9]{1,2})?", text):
        text = f"{text.partition('-')[0].zfill(4)}-{text.partition('-')[2]}"
    issued, whole = read_date(text if "-" in text else text.zfill(4))
    return issued, whole and len(spans) < 2 and not date.get("season")


def _name(name: Mapping[str, Any]) -> str:
    literal = _words(name.get("literal") or name.get("name"))
    if literal:
        return organization(literal)
    said = {part: _words(name.get(part)) for part in name}
    family = f"{said.get('non-dropping-particle', '')} {said.get('family', '')}"
    given = f"{said.get('given', '')} {said.get('dropping-particle', '')}"
    return person(family, given, said.get("suffix", ""))


def _from_note(row: dict[str, str], note: str) -> list[str]:
    """Take from a note what Zotero keeps there; return what else it holds."""
    left = []
    for line in note.splitlines():
        name, colon, value = line.partition(":")
        known = {"pmid": "pmid", "doi": "doi", "publisher-place": "place", "edition": "edition"}
        column = known.get(name.strip().casefold(), "") if colon else ""
        if column and not row.get(column):
            row[column] = value.strip()
        elif colon and name.strip().casefold() in ("pmid", "pmcid", "doi"):
            left += [name.strip()] if column == "" else []
        elif line.strip():
            left.append("note")
    return list(dict.fromkeys(left))


def _words(value: Any, *, keep_lines: bool = False) -> str:
    """Return a value as words; of a list its first, since Crossref writes lists of one."""
    while isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value) if keep_lines else " ".join(str(value).split())
