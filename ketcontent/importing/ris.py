"""RIS → entries.

Notes
-----
Read line by line here, not by ``rispy``, which keeps no line numbers, stops a whole file at one
line it does not know (the header that Cochrane and others write before each record), and knows no
lower-case or indented tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ketcontent.importing.dates import read_date
from ketcontent.importing.entries import PART_OF_A_DATE, Entry, plain_pmid
from ketcontent.importing.names import OTHERS, typed_name

_TAG = re.compile(r"\s{0,3}([A-Za-z][A-Za-z0-9])\s{1,3}-(?:\s+(.*)|$)", re.S)


_TYPES = {
    **dict.fromkeys(("JOUR", "EJOUR", "JFULL", "ABST", "INPR"), "article-journal"),
    **dict.fromkeys(("BOOK", "EBOOK", "EDBOOK", "WHOLE", "CTLG", "CLSWK", "SER"), "book"),
    **dict.fromkeys(("CHAP", "ECHAP", "ENCYC", "DICT"), "chapter"),
    **dict.fromkeys(("CONF", "CPAPER"), "paper-conference"),
    **dict.fromkeys(("RPRT", "GOVDOC", "GRNT"), "report"),
    **dict.fromkeys(("ELEC", "WEB", "ICOMM", "MULTI"), "webpage"),
    **dict.fromkeys(("STAT", "LEGAL", "UNBILL"), "legislation"),
    **dict.fromkeys(("DATA", "AGGR", "DBASE"), "dataset"),
    **dict.fromkeys(("UNPB", "MANSCPT"), "manuscript"),
    **dict.fromkeys(("VIDEO", "MPCT", "ADVS"), "motion_picture"),
    **dict.fromkeys(("ART", "FIGURE", "CHART", "EQUA"), "graphic"),
    **{"THES": "thesis", "NEWS": "article-newspaper", "MGZN": "article-magazine"},
    **{"BLOG": "post-weblog", "SLIDE": "speech", "HEAR": "hearing", "CASE": "legal_case"},
    **{"BILL": "bill", "PAT": "patent", "STAND": "standard", "COMP": "software", "MAP": "map"},
    **{"PAMP": "pamphlet", "PCOMM": "personal_communication", "MUSIC": "musical_score"},
    **{"SOUND": "song", "GEN": "document"},
}


_COLUMNS = {
    "title": ("TI", "T1", "CT"),
    "volume": ("VL",),
    "doi": ("DO", "DI"),
    "url": ("UR", "LK", "L2"),
    "publisher": ("PB",),
    "place": ("CY", "PP"),
    "edition": ("ET",),
    "accessed": ("Y2",),
}


_CONTAINERS = ("T2", "JF", "JO", "JA", "J2", "BT", "J1")


# Where the title of the whole stands in T2, and what T3 then is.
_PARTS = ("article-journal", "article-magazine", "article-newspaper", "chapter", "paper-conference")


def read_ris(text: str) -> list[Entry]:
    """Return the entries of a RIS file, in its order.

    Examples
    --------
    >>> [entry] = read_ris("TY  - BOOK\\nTI  - Tea\\nAU  - Roe, Jo\\nPY  - 2020\\nER  - ")
    >>> entry.line, entry.row["authors"], entry.row["issued"]
    (1, 'Roe, Jo', '2020')
    """
    entries: list[Entry] = []
    lines: list[tuple[str, str]] = []
    start = 0
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        tag = _TAG.fullmatch(line)
        name = tag[1].upper() if tag else ""
        if tag and name == "TY":
            if start:
                entries.append(_entry(start, lines))
            start, lines = number, [(name, (tag[2] or "").strip())]
        elif tag and name == "ER":
            if start:
                entries.append(_entry(start, lines))
            start = 0
        elif tag and start:
            lines.append((name, (tag[2] or "").strip()))
        elif start and line.strip():
            # A long value goes on; the joints are put together at the end, not line by line.
            lines.append(("", line.strip()))
    if start:
        entries.append(_entry(start, lines))
    return entries


def _entry(start: int, lines: Iterable[tuple[str, str]]) -> Entry:
    said: dict[str, list[list[str]]] = {}
    last: list[str] = []
    for tag, value in lines:
        if tag:
            last = [value] if value else []
            said.setdefault(tag, []).append(last)
        else:
            last.append(value)
    fields = {tag: [" ".join(one) for one in values if one] for tag, values in said.items()}
    fields = {tag: values for tag, values in fields.items() if values}
    row, used, whole = _row(fields)
    left = [
        tag
        for tag, values in fields.items()
        for _ in (values if tag not in used else values[1:] if tag not in _SEVERAL else ())
    ]
    left += [] if whole else [PART_OF_A_DATE]
    return Entry(start, fields.get("ID", [""])[0], row, tuple(left))


# Tags of which every line is held.
_SEVERAL = {"AU", "A1", "A2", "ED", "A3"}


def _row(fields: Mapping[str, list[str]]) -> tuple[dict[str, str], set[str], bool]:
    """Return the cells of an entry, which of its tags they hold, and whether its date is whole."""
    used = {"TY", "ID"}

    def first(*tags: str) -> str:
        tag = next((tag for tag in tags if tag in fields), "")
        used.add(tag)
        return fields.get(tag, [""])[0]

    written = fields.get("TY", [""])[0].strip().upper()
    kind = _TYPES.get(written, "document")
    if written not in _TYPES:
        used.discard("TY")
    row = {"type": kind, **{column: first(*tags) for column, tags in _COLUMNS.items()}}
    row["title"] = row["title"] or (first("BT") if kind == "book" else "")
    row["authors"] = _names(fields, "AU", "A1")
    used |= {"AU", "A1"}
    # In a whole book the second authors are of its series, but for files that say ED.
    editors = ("ED",) if "ED" in fields else ("A2",) if kind != "book" else ("ED", "A2")
    row["editors"] = _names(fields, *editors)
    used |= set(editors)
    if kind in _PARTS or kind in ("post-weblog", "webpage", "document", "dataset"):
        row["container_title"] = first(*_CONTAINERS)
        row["collection_title"] = first("T3") if kind in ("chapter", "paper-conference") else ""
    else:
        row["collection_title"] = first("T3", "T2")
    if kind == "paper-conference":
        row["event_title"] = first("T3") if not row["collection_title"] else ""
        row["event_place"] = first("C1")
    numbered = kind in ("report", "standard", "patent", "legislation", "bill")
    row["number" if numbered else "issue"] = first("IS", "M1" if numbered else "CP")
    if numbered and not row["number"] and not re.search(r"[0-9]{4}-?[0-9]{3}", first("SN")):
        row["number"] = first("SN")
    row["genre"] = first("M3") if kind in ("thesis", "report") else ""
    row["page"] = _pages(first("SP"), first("EP")) or first("C7", "AR", "M2")
    row["issued"], whole = _issued(fields)
    used |= {"PY", "Y1", "YR", "DA"}
    row["accessed"] = read_date(row["accessed"])[0]
    if len(row["accessed"]) < 10:
        used.discard("Y2")
    row["pmid"] = _pmid(fields, used)
    return {name: cell for name, cell in row.items() if cell}, used, whole


def _pages(start: str, end: str) -> str:
    return start if not end or end == start or "-" in start else f"{start}-{end}".strip("-")


def _names(fields: Mapping[str, list[str]], *tags: str) -> str:
    names = [name for tag in tags for name in fields.get(tag, ())]
    # Some files write all authors on one line, which is none of RIS.
    names = [one.strip() for name in names for one in re.split(r";(?!\w)", f"{name} ")]
    others = ("et al", "others")
    said = [OTHERS if one.casefold().rstrip(".") in others else typed_name(one) for one in names]
    return "; ".join(one for one in said if one)


def _issued(fields: Mapping[str, list[str]]) -> tuple[str, bool]:
    """Return the date: the year of its own tag, with the month and day of another."""
    year = next((fields[tag][0] for tag in ("PY", "Y1", "YR") if tag in fields), "")
    date, whole = read_date(year)
    for tag in ("DA", "Y1"):
        if tag in fields:
            longer, all_of_it = read_date(fields[tag][0], year)
            if len(longer) > len(date):
                date, whole = longer, all_of_it
            else:
                whole = whole and (all_of_it or longer == date)
    return date, whole


def _pmid(fields: Mapping[str, list[str]], used: set[str]) -> str:
    """Return the PubMed id: told as one, or an accession number of a file from PubMed."""
    bases = " ".join(one for tag in ("DB", "DP") for one in fields.get(tag, ()))
    pubmed = bool(re.search(r"pubmed|medline|nlm\b", bases, re.I))
    for tag in ("AN", "PM", "C2", "N1", "M1", "U2", "C1", "ID", "LB"):
        for value in fields.get(tag, ()):
            told = re.match(r"\s*PMID\W", value, re.I) or tag == "PM" or (pubmed and tag == "AN")
            found = plain_pmid(value)
            if told and re.fullmatch("[0-9]{1,8}", found):
                used.add(tag)
                return found
    return ""
