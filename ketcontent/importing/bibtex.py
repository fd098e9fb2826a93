"""BibTeX and BibLaTeX → entries.

Notes
-----
``bibtexparser`` splits a file into entries and fields, says on which line each starts, and goes on
after a broken one; and it splits names. What its later stages do is done here instead: they decode
LaTeX in every field, addresses too, take one of two entries with one key, and copy each block at
each stage.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ketcontent.importing.dates import read_date
from ketcontent.importing.entries import PART_OF_A_DATE, Entry
from ketcontent.importing.latex import from_address, from_latex
from ketcontent.importing.names import OTHERS, organization, person

_TYPES = {
    **{"article": "article-journal", "periodical": "periodical", "review": "review"},
    **dict.fromkeys(("book", "mvbook", "collection", "mvcollection", "proceedings"), "book"),
    **dict.fromkeys(("mvproceedings", "reference", "mvreference", "manual"), "book"),
    **dict.fromkeys(("inbook", "incollection", "bookinbook", "suppbook"), "chapter"),
    **dict.fromkeys(("suppcollection", "inreference"), "chapter"),
    **dict.fromkeys(("inproceedings", "conference"), "paper-conference"),
    **dict.fromkeys(("phdthesis", "mastersthesis", "thesis"), "thesis"),
    **dict.fromkeys(("techreport", "report"), "report"),
    **dict.fromkeys(("online", "electronic", "www", "webpage"), "webpage"),
    **{"dataset": "dataset", "data": "dataset", "software": "software", "booklet": "pamphlet"},
    **{"unpublished": "manuscript", "patent": "patent", "standard": "standard"},
    **{"legislation": "legislation", "jurisdiction": "legal_case", "video": "motion_picture"},
}


_COLUMNS = {
    "container_title": ("journal", "journaltitle", "booktitle", "maintitle"),
    "volume": ("volume",),
    "page": ("pages", "eid", "articleno", "article-number", "article_number"),
    "doi": ("doi",),
    "pmid": ("pmid", "pubmed-id", "pubmedid", "pubmed_id"),
    "url": ("url",),
    "publisher": ("publisher", "institution", "school", "organization"),
    "place": ("address", "location"),
    "edition": ("edition",),
    "genre": ("type",),
    "collection_title": ("series",),
    "event_title": ("eventtitle",),
    "event_place": ("venue",),
}


_ADDRESSES = {"doi", "url", "pmid", "eprint", "file", "howpublished"}


# What a child entry has of the entry that it refers to, and under which name.
_INHERITED = ("editor", "publisher", "address", "location", "year", "date", "month", "series",
              "volume", "edition", "venue", "eventdate", "eventtitle", "organization")  # fmt: skip


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


_GENRES = {"phdthesis": "dissertation", "mastersthesis": "master's thesis"}


_KINDS = {"phdthesis": "dissertation", "mathesis": "master's thesis", "techreport": ""}


def read_bibtex(text: str) -> list[Entry]:
    """Return the entries of a BibTeX file, in its order.

    Examples
    --------
    >>> [entry] = read_bibtex("@book{tea, title = {Tea}, author = {Roe, Jo}, year = 2020}")
    >>> entry.name, entry.row["authors"], entry.row["issued"]
    ('tea', 'Roe, Jo', '2020')
    """
    from bibtexparser import parse_string
    from bibtexparser.model import Entry as Block
    from bibtexparser.model import String

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    blocks = parse_string(text, parse_stack=[]).blocks
    # A block with a key or a field twice holds the block as it was read.
    read = [(block, getattr(block, "ignore_error_block", None) or block) for block in blocks]
    macros = {name: name for name in _MONTHS}
    found: list[Any] = []
    for block, whole in read:
        if isinstance(whole, String):
            macros[whole.key.lower()] = _value(whole.value, macros)
        elif isinstance(whole, Block):
            fields, twice = _fields(whole.fields, macros)
            found.append((whole, fields, twice))
        elif getattr(block, "error", None):
            found.append((block, None, []))
    parents = {block.key.lower(): fields for block, fields, _ in reversed(found) if fields}
    return [_entry(block, fields, twice, parents) for block, fields, twice in found]


def _fields(fields: Sequence[Any], macros: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the fields by name, the first where one stands twice, and the names of others."""
    said: dict[str, str] = {}
    twice = []
    for field in fields:
        name, value = field.key.lower(), _value(str(field.value), macros).strip()
        if said.setdefault(name, value) != value:
            twice.append(f"{name} (a second one)")
    return said, twice


def _value(raw: str, macros: Mapping[str, str]) -> str:
    """Return a field's value: what is in braces or quotes, or a macro, joined where by ``#``."""
    raw = raw.strip()
    if raw.startswith("{") and raw.endswith("}") and "#" not in raw:
        return raw[1:-1]
    parts, depth, quoted, start = [], 0, False, 0
    for place, letter in enumerate(raw):
        if letter == "\\":
            continue
        escaped = place and raw[place - 1] == "\\"
        if letter == '"' and not depth and not escaped:
            quoted = not quoted
        elif letter in "{}" and not escaped:
            depth += 1 if letter == "{" else -1
        elif letter == "#" and not depth and not quoted and not escaped:
            parts.append(raw[start:place].strip())
            start = place + 1
    parts.append(raw[start:].strip())
    return "".join(
        part[1:-1] if part[:1] in ("{", '"') and len(part) > 1 else macros.get(part.lower(), part)
        for part in parts
    )


def _entry(
    block: Any, fields: dict[str, str] | None, twice: list[str], parents: Mapping[str, Any]
) -> Entry:
    line = (block.start_line or 0) + 1
    if fields is None:
        name = re.match(r"@\s*\w*\s*[{(]\s*([^\s,={}\"]*)", block.raw or "")
        return Entry(
            line,
            name[1] if name else "",
            {},
            fault="It is not BibTeX: a brace or a quote is not closed, or a comma is missing.",
            hint="Close it in the file; the entry ends where the next one starts.",
        )
    kind = block.entry_type.lower()
    named = fields.get("crossref", "").strip().lower()
    parent = parents.get(named) if named else None
    if parent and parent is not fields:
        lent = {name: parent[name] for name in _INHERITED if name in parent}
        title = parent.get("booktitle") or parent.get("title", "")
        fields = {"booktitle": title, **lent, **fields}
    row, used, whole = _row(kind, fields)
    twice = twice if whole else [*twice, PART_OF_A_DATE]
    used |= {"crossref"} if parent else set()
    left = tuple(name for name, value in fields.items() if value and name not in used)
    return Entry(line, block.key, row, left + tuple(twice))


def _row(kind: str, fields: Mapping[str, str]) -> tuple[dict[str, str], set[str], bool]:
    """Return the cells of an entry, which fields they hold, and whether its date is whole."""
    used = {"title", "subtitle", "author", "editor", "year", "month", "day", "date", "urldate"}
    plain = {
        name: from_address(value) if name in _ADDRESSES else " ".join(from_latex(value).split())
        for name, value in fields.items()
        if name not in ("author", "editor", "abstract", "keywords", "file")
    }
    row = {"type": _TYPES.get(kind, "document"), "title": plain.get("title", "")}
    if plain.get("subtitle"):
        row["title"] += f": {plain['subtitle']}"
    row["authors"], row["editors"] = (_names(fields.get(who, "")) for who in ("author", "editor"))
    for column, names in _COLUMNS.items():
        name = next((name for name in names if plain.get(name)), "")
        row[column] = plain.get(name, "")
        used.add(name)
    number = "number" if row["type"] in ("report", "standard", "patent", "legislation") else "issue"
    row[number] = plain.get("number") or plain.get("issue", "")
    used |= {"number"} if plain.get("number") else {"issue"}
    row["genre"] = _KINDS.get(row["genre"].casefold(), row["genre"]) or _GENRES.get(kind, "")
    row["issued"], whole = _issued(plain)
    row["accessed"] = read_date(plain.get("urldate", ""))[0]
    row["event_date"] = _range(plain.get("eventdate", ""))
    used |= {"eventdate"} if row["event_date"] else set()
    if row["type"] == "paper-conference" and "/" in plain.get("date", "") and not row["event_date"]:
        # Of proceedings it is the days of the conference.
        row["event_date"], whole = _range(plain["date"]), True
    if len(row["accessed"]) < 10:
        used.discard("urldate")
    _from_notes(row, plain, used)
    if row["type"] == "chapter" and not row["container_title"]:
        row["type"] = "book"
    if row["type"] == "document" and row["url"] and not row["container_title"]:
        row["type"] = "webpage"
    return row, used, whole


def _issued(plain: Mapping[str, str]) -> tuple[str, bool]:
    if plain.get("date"):
        return read_date(plain["date"])
    year, month = plain.get("year", ""), plain.get("month", "")
    if not month:
        return read_date(year)
    return read_date(f"{month} {plain.get('day', '')}", year)


def _range(date: str) -> str:
    """Return a day, or two with a slash between."""
    days = [read_date(one)[0] for one in date.split("/")[:2]]
    return "/".join(day for day in days if day)


def _from_notes(row: dict[str, str], plain: Mapping[str, str], used: set[str]) -> None:
    """Take from notes what has a column: an address, and a PubMed id."""
    address = re.search(r"https?://[^\s{}]+", plain.get("howpublished", ""))
    if address and not row["url"]:
        row["url"] = address.group()
        used.add("howpublished")
    found = re.fullmatch(r"\s*PMID:?\s*([0-9]+)\s*[.;]?\s*", plain.get("note", ""), re.I)
    if found and not row["pmid"]:
        row["pmid"] = found[1]
        used.add("note")
    note = re.fullmatch(r"\W*(?:online\W+)?accessed\W+(.{4,40})", plain.get("note", ""), re.I)
    if note and not row["accessed"] and len(read_date(note[1])[0]) == 10:
        row["accessed"] = read_date(note[1])[0]
        used.add("note")
    kind = plain.get("eprinttype") or plain.get("archiveprefix", "")
    if kind.casefold() in ("pubmed", "pmid") and not row["pmid"]:
        row["pmid"] = plain.get("eprint", "")
        used |= {"eprint", "eprinttype", "archiveprefix"}


def _names(field: str) -> str:
    from bibtexparser.middlewares.names import split_multiple_persons_names

    return "; ".join(
        filter(
            None, (_name(" ".join(name.split())) for name in split_multiple_persons_names(field))
        )
    )


def _name(name: str) -> str:
    from bibtexparser.middlewares.names import parse_single_name_into_parts

    if name.casefold() in ("others", "et al", "et al."):
        return OTHERS
    if re.fullmatch(r"\{(?!\\)(?:[^{}]|\{[^{}]*\})*\}", name):
        return organization(from_latex(name))
    if name.count(",") > 2:
        return organization(from_latex(name))
    parts = parse_single_name_into_parts(name, strict=False)
    family = " ".join([*parts.von, *parts.last])
    return person(*(from_latex(" ".join(part)) for part in ([family], parts.first, parts.jr)))
