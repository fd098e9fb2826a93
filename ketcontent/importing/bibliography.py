"""The sources a page cites: find them in a text, number them, format the list; take sources in.

A text cites a source as Pandoc writes it: ``[@source]``, or several in one bracket,
``[@one; @two]``. Sources are numbered by first use on the page, and the list is formatted by a
citation processor from a style file (``styles/reference.csl``), which a team can swap.

Sources come in from CSL-JSON (Zotero's own exchange format), RIS and BibTeX, and go out as
CSL-JSON; a source that goes out and comes back is the same, cell by cell.

Notes
-----
An author's name stands in one cell: ``Murrough, James W; Charney, Dennis S``, an organization in
braces: ``{World Health Organization}``, a suffix as a third part: ``King, Martin, Jr``.
"""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import chain, count
from pathlib import Path
from typing import Any

import pandas as pd

from ketcontent.errors import KetcontentError
from ketcontent.model import Content, frame_of
from ketcontent.pages import CSL_NAMES, PLAIN_VARIABLES, split_names, to_csl


def from_csl(item: Mapping[str, Any]) -> dict[str, str]:
    """Return a CSL-JSON item as a row of sources.

    Examples
    --------
    >>> from_csl({"id": "x", "type": "book", "title": "T", "issued": {"date-parts": [["2020", 3]]}})
    {'source': 'x', 'type': 'book', 'title': 'T', 'issued': '2020-03'}
    """
    row = {"source": str(item.get("id", "")), "type": str(item.get("type", ""))}
    row |= {
        name: " ".join(str(item[variable]).split())
        for name, variable in PLAIN_VARIABLES.items()
        if item.get(variable)
    }
    if item.get("author"):
        row["authors"] = "; ".join(_from_name(name) for name in item["author"])
    for name in ("issued", "accessed"):
        date = _from_date(item.get(name))
        if date:
            row[name] = date
    note = str(item.get("note", ""))
    if note.startswith("unconfirmed:"):
        row["unconfirmed"] = note.removeprefix("unconfirmed:").strip()
    ours = (item.get("custom") or {}).get("ketcontent", {})
    row |= {name: str(ours[name]) for name in CSL_NAMES if ours.get(name)}
    return row


def _from_name(name: Mapping[str, str]) -> str:
    if name.get("literal"):
        return f"{{{name['literal']}}}"
    family = " ".join(filter(None, [name.get("non-dropping-particle"), name.get("family")]))
    given = " ".join(filter(None, [name.get("given"), name.get("dropping-particle")]))
    return ", ".join(filter(None, [family, given, name.get("suffix")]))


def _from_date(date: Any) -> str:
    if not isinstance(date, Mapping):
        return ""
    parts = (date.get("date-parts") or [[]])[0]
    if not parts:
        match = re.match(r"\d{4}(-\d{2}){0,2}", str(date.get("raw") or date.get("literal") or ""))
        return match.group() if match else ""
    return "-".join(f"{int(part):0{4 if place == 0 else 2}d}" for place, part in enumerate(parts))


def read_sources(path: str | Path) -> list[dict[str, str]]:
    """Return the sources of a CSL-JSON, RIS or BibTeX file as rows, with keys of this project.

    Raises
    ------
    KetcontentError
        When the file cannot be read, is none of the three, or an entry has no title or type.

    Examples
    --------
    >>> read_sources("sources.txt")
    Traceback (most recent call last):
        ...
    ketcontent.errors.KetcontentError: sources.txt cannot be read: no such file or directory.
    hint: Name a CSL-JSON, RIS or BibTeX file.
    """
    place = Path(path)
    try:
        text = place.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        reason = (fault.strerror or "it is not there").lower()
        raise _unreadable(place, f"cannot be read: {reason}.") from None
    except UnicodeDecodeError as fault:
        raise _unreadable(place, f"is not UTF-8: byte {fault.start}.") from None
    return parse_sources(text, place)


def parse_sources(text: str, place: str | Path) -> list[dict[str, str]]:
    """Return the sources of a text in CSL-JSON, RIS or BibTeX as rows, with keys of this project.

    Parameters
    ----------
    text
        The text, in one of the three.
    place
        What to call it in a message: its file, or what was pasted.

    Raises
    ------
    KetcontentError
        When it is none of the three, or an entry has no title or type.

    Examples
    --------
    >>> parse_sources("TY  - BOOK\\nTI  - Tea\\nPY  - 2020\\nER  - ", "What was pasted")[0]["title"]
    'Tea'
    """
    place = Path(place)
    start = text.lstrip()[:2000]
    if start.startswith(("[", "{")):
        rows = _read_csl(place, text)
    elif re.match(r"TY\s{2}-", start):
        rows = _read_ris(place, text)
    elif re.search(r"@\w+\s*\{", start):
        rows = _read_bibtex(place, text)
    else:
        raise _unreadable(place, "is neither CSL-JSON, RIS nor BibTeX.")
    for number, row in enumerate(rows, start=1):
        if row.get("doi"):
            row["doi"] = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", row["doi"], flags=re.I)
        for needed in ("title", "type"):
            if not row.get(needed):
                raise _unreadable(
                    place, f"has no {needed} in entry {number} ({row.get('source') or 'no id'})."
                )
    return _with_keys(rows)


def write_sources(content: Content) -> str:
    """Return all sources as CSL-JSON.

    Examples
    --------
    >>> from ketcontent.model import empty_content
    >>> write_sources(empty_content())
    '[]\\n'
    """
    items = [to_csl(row) for row in _records(content.sources)]
    return json.dumps(items, indent=1, ensure_ascii=False) + "\n"


def take_in(content: Content, rows: Iterable[Mapping[str, str]]) -> Content:
    """Return `content` with sources added, or brought up to date where they are there already.

    A source is there already when its key, its DOI or its PubMed id is. What the new row leaves
    empty keeps its cell.

    Examples
    --------
    >>> from ketcontent.model import empty_content
    >>> content = take_in(empty_content(), [{"source": "a-1", "type": "book", "title": "T"}])
    >>> content.sources["source"].tolist()
    ['a-1']
    """
    known = {row["source"]: row for row in _records(content.sources)}
    for row in rows:
        key = _same_source(row, known) or row["source"]
        given = {name: cell for name, cell in row.items() if cell}
        known[key] = {**known.get(key, {}), **given, "source": key}
    frame = frame_of("sources", list(known.values()), content)
    return dataclasses.replace(content, sources=frame)


def _same_source(row: Mapping[str, str], known: Mapping[str, Mapping[str, str]]) -> str:
    if row["source"] in known:
        return row["source"]
    for key, other in known.items():
        for name in ("doi", "pmid"):
            if row.get(name) and row[name].lower() == (other.get(name) or "").lower():
                return key
    return ""


def _unreadable(place: Path, message: str) -> KetcontentError:
    return KetcontentError(
        f"{place} {message}", hint="Name a CSL-JSON, RIS or BibTeX file.", path=str(place)
    )


def _read_csl(place: Path, text: str) -> list[dict[str, str]]:
    try:
        items = json.loads(text)
    except ValueError as fault:
        raise _unreadable(place, f"is not JSON: {fault}.") from None
    items = items.get("items", [items]) if isinstance(items, dict) else items
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            raise _unreadable(place, f"has something else than an item as entry {number}.")
    return [from_csl(item) for item in items]


_RIS_TYPES = {
    "JOUR": "article-journal",
    "EJOUR": "article-journal",
    "BOOK": "book",
    "CHAP": "chapter",
    "RPRT": "report",
    "THES": "thesis",
    "CONF": "paper-conference",
    "CPAPER": "paper-conference",
    "ELEC": "webpage",
    "NEWS": "article-newspaper",
    "STAT": "legislation",
    "LEGAL": "legislation",
    "DATA": "dataset",
    "STAND": "standard",
}


def _read_ris(place: Path, text: str) -> list[dict[str, str]]:
    import rispy

    try:
        entries = rispy.loads(text)
    except Exception as fault:
        raise _unreadable(place, f"is not RIS: {fault}.") from None
    rows = []
    for entry in entries:
        first, last = entry.get("start_page", ""), entry.get("end_page", "")
        date = entry.get("date") or entry.get("publication_year") or entry.get("year") or ""
        parts = [part for part in re.split(r"[/-]", date) if part.isdigit()]
        row = {
            "source": entry.get("id", ""),
            "type": _RIS_TYPES.get(entry.get("type_of_reference", ""), "document"),
            "title": entry.get("title") or entry.get("primary_title", ""),
            "authors": "; ".join(entry.get("authors") or entry.get("first_authors") or ()),
            "container_title": entry.get("secondary_title")
            or entry.get("journal_name")
            or entry.get("alternate_title3", ""),
            "issued": "-".join([p.zfill(4 if n == 0 else 2) for n, p in enumerate(parts[:3])]),
            "volume": entry.get("volume", ""),
            "issue": entry.get("number", ""),
            "page": "-".join(filter(None, [first, last])),
            "doi": entry.get("doi", ""),
            "url": next(iter(entry.get("urls", ())), ""),
            "publisher": entry.get("publisher", ""),
        }
        rows.append({name: cell for name, cell in row.items() if cell})
    return rows


_BIBTEX_TYPES = {
    "article": "article-journal",
    "book": "book",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "conference": "paper-conference",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "techreport": "report",
    "report": "report",
    "online": "webpage",
    "electronic": "webpage",
    "dataset": "dataset",
}


def _read_bibtex(place: Path, text: str) -> list[dict[str, str]]:
    import bibtexparser
    from pylatexenc.latex2text import LatexNodes2Text

    plain = LatexNodes2Text().latex_to_text
    library = bibtexparser.parse_string(text)
    if library.failed_blocks:
        line = (library.failed_blocks[0].start_line or 0) + 1
        raise _unreadable(place, f"is not BibTeX at line {line}.")
    rows = []
    for entry in library.entries:
        fields = {field.key.lower(): str(field.value) for field in entry.fields}
        authors = [
            f"{{{plain(name)}}}" if name.startswith("{") else _from_bibtex_name(plain(name))
            for name in re.split(r"\s+and\s+", fields.pop("author", "").strip())
            if name
        ]
        fields = {name: plain(cell) for name, cell in fields.items()}
        row = {
            "source": entry.key,
            "type": _BIBTEX_TYPES.get(entry.entry_type.lower(), "document"),
            "title": fields.get("title", ""),
            "authors": "; ".join(authors),
            "container_title": fields.get("journal")
            or fields.get("journaltitle")
            or fields.get("booktitle", ""),
            "issued": fields.get("date") or _bibtex_date(fields),
            "volume": fields.get("volume", ""),
            "issue": fields.get("number", ""),
            "page": fields.get("pages", "").replace("–", "-"),
            "doi": fields.get("doi", ""),
            "pmid": fields.get("pmid", ""),
            "url": fields.get("url", ""),
            "publisher": fields.get("publisher") or fields.get("institution", ""),
        }
        rows.append({name: " ".join(cell.split()) for name, cell in row.items() if cell.strip()})
    return rows


def _bibtex_date(fields: Mapping[str, str]) -> str:
    year, month = fields.get("year", ""), fields.get("month", "").lower()
    if month[:3] in _MONTHS:
        return f"{year}-{_MONTHS.index(month[:3]) + 1:02d}"
    return f"{year}-{int(month):02d}" if month.isdigit() else year


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _from_bibtex_name(name: str) -> str:
    name = name.strip()
    if "," in name or " " not in name:
        return name
    given, _, family = name.rpartition(" ")
    return f"{family}, {given}"


def _with_keys(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Give each row a key in kebab-case: its own where it is one, else author and year."""
    taken: set[str] = set()
    keyed = []
    for row in rows:
        wanted = row.get("source", "")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", wanted) or len(wanted) > 64:
            author = split_names(row.get("authors", "") or row["title"])[0].split(",")[0]
            year = row.get("issued", "")[:4]
            wanted = "-".join(filter(None, [_slug(author) or "source", year]))
        names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
        key = next(name for name in names if name not in taken)
        taken.add(key)
        keyed.append({**row, "source": key})
    return keyed


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain)[:3])[:40].strip("-")


def _records(frame: pd.DataFrame) -> list[dict[str, str]]:
    return [
        {str(name): str(cell) for name, cell in row.items()} for row in frame.to_dict("records")
    ]
