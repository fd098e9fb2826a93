"""References come in from CSL-JSON, RIS and BibTeX, and go out as CSL-JSON.

A file is read entry by entry: good ones come in, and each of the others is named with its line and
what to do. What a file says that has no column is counted, and said. A source that goes out and
comes back is the same, cell by cell.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from ketcontent.errors import KetcontentError
from ketcontent.importing.bibtex import read_bibtex
from ketcontent.importing.csl_json import read_csl_json
from ketcontent.importing.entries import Entry, settled
from ketcontent.importing.given import NOTHING_GIVEN, given_sources
from ketcontent.importing.identity import Taken
from ketcontent.importing.other_formats import conflict_mark
from ketcontent.importing.ris import read_ris
from ketcontent.model import Content
from ketcontent.pages import to_csl

LARGEST = 50_000_000
"""The most bytes that a file of references may have."""


_RIS = re.compile(r"^[ \t]{0,3}TY[ \t]{1,3}-", re.M | re.I)


_BIBTEX = re.compile(r"@[ \t]{0,9}\w{1,40}\s{0,9}[{(]")


# Lines shown of one kind; the rest is told by its number.
_SHOWN = 200


def read_sources(path: str | Path) -> list[Entry]:
    """Return the entries of a CSL-JSON, RIS or BibTeX file.

    A file that is not UTF-8 is read as Windows-1252, which older libraries write.

    Raises
    ------
    KetcontentError
        When the file cannot be read, is too large, or is none of the three.

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
        with place.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as fault:
        reason = (getattr(fault, "strerror", "") or "it is not there").lower()
        raise _unreadable(str(place), f"cannot be read: {reason}.") from None
    if len(raw) > LARGEST:
        raise KetcontentError(
            f"{place} is larger than {LARGEST // 1_000_000} MB.",
            hint="Export the references that pages cite, or import it in parts.",
            path=str(place),
        )
    return parse_sources(decoded_sources(raw), str(place))


def decoded_sources(raw: bytes) -> str:
    """Return the text of a file of references; one that is not UTF-8 is read as Windows-1252."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def parse_sources(text: str, place: str | Path) -> list[Entry]:
    """Return the entries of a text in CSL-JSON, RIS or BibTeX, each settled.

    Parameters
    ----------
    text
        The text, in one of the three.
    place
        What to call it in a message: its file, or what was pasted.

    Raises
    ------
    KetcontentError
        When it is none of the three.

    Examples
    --------
    >>> parse_sources("TY  - BOOK\\nTI  - Tea\\nER  - ", "What was pasted")[0].row["title"]
    'Tea'
    """
    if conflict := conflict_mark(text):
        raise KetcontentError(
            f"{place} has a conflict that a merge left in it: {conflict.group().strip()!r}.",
            hint="Keep the entries that are right, delete the lines with <<<<<<<, ======= and "
            ">>>>>>>.",
            path=str(place),
        )
    reader = _reader_of(text, place)
    if reader is None:
        raise _unreadable(str(place), "is neither CSL-JSON, RIS nor BibTeX.")
    return [settled(entry) for entry in reader(text)]


def parse_given(text: str, place: str | Path) -> list[Entry]:
    """Return the references of a text: in one of the formats, or given by what they are known by.

    Parameters
    ----------
    text
        CSL-JSON, RIS, BibTeX; or DOIs, PubMed ids, ISBNs, addresses and reference lines.
    place
        What to call it in a message: its file, or what was pasted.

    Raises
    ------
    KetcontentError
        When there is no reference in it, or it is in one of the formats and cannot be read.
    """
    if conflict_mark(text) or _reader_of(text, place):
        return parse_sources(text, place)
    entries = given_sources(text)
    if all(one.fault for one in entries):
        why = entries[0].fault if len(entries) == 1 else "No line of it has a DOI."
        if len(entries) == 1 and why != NOTHING_GIVEN:
            raise KetcontentError(f"{place} gives no source: {why}", hint=entries[0].hint)
        raise KetcontentError(
            f"{place} is neither CSL-JSON, RIS nor BibTeX, and gives no source: {why}",
            hint="Give a DOI, a PubMed id, an ISBN, an address or a reference with one of them, "
            "a line each.",
        )
    return entries


def _reader_of(text: str, place: str | Path) -> Callable[[str], Iterable[Entry]] | None:
    """Return what reads the format of a text; None where it is in none."""
    if re.match(r"[\s\ufeff]*(?:\{|\[(?!\s*[0-9]{1,3}\s*\]))", text):  # [1] is the number of a line
        return lambda json_text: read_csl_json(json_text.lstrip("\ufeff"))
    if _RIS.search(text) and not _bibtex_first(text):
        return read_ris
    if _BIBTEX.search(text):
        return read_bibtex
    if re.search(r"^PMID- ?[0-9]", text, re.M):
        raise KetcontentError(
            f"{place} is PubMed's own format, which is not read.",
            hint="Open it in your library (Zotero, EndNote) and export it as CSL-JSON or RIS.",
            path=str(place),
        )
    return None


def _bibtex_first(text: str) -> bool:
    first, other = _BIBTEX.search(text), _RIS.search(text)
    return bool(first and other and first.start() < other.start())


def _unreadable(place: str, message: str) -> KetcontentError:
    return KetcontentError(
        f"{place} {message}", hint="Name a CSL-JSON, RIS or BibTeX file.", path=place
    )


def write_sources(content: Content) -> str:
    """Return all sources as CSL-JSON.

    Examples
    --------
    >>> from ketcontent.model import empty_content
    >>> write_sources(empty_content())
    '[]\\n'
    """
    rows = [{str(name): str(cell) for name, cell in row.items()} for row in content.rows("sources")]
    return json.dumps([to_csl(row) for row in rows], indent=1, ensure_ascii=False) + "\n"


def told(entries: Iterable[Entry], taken: Taken, place: str) -> list[str]:
    """Return what an import did, as lines for the person who asked for it.

    Examples
    --------
    >>> from ketcontent.importing.identity import take_in
    >>> from ketcontent.model import empty_content
    >>> entries = parse_sources("@book{a, title = {Tea}, isbn = 1} @book{b, year = 2020}", "a.bib")
    >>> print("\\n".join(told(entries, take_in(empty_content(), entries), "a.bib")))
    1 sources added, 0 brought up to date, 0 as they were, 1 not taken in.
    a.bib:1: b: It has no title. Give it a title in the file.
    Left out, since no column holds it: isbn (1).
    """
    entries = list(entries)
    lines = [
        f"{len(taken.added)} sources added, {len(taken.updated)} brought up to date, "
        f"{len(taken.same)} as they were"
        + (f", {len(taken.refused)} not taken in." if taken.refused else ".")
    ]
    lines += _some(
        [
            f"{place}:{one.line or '?'}: {one.name or 'no key'}: {one.fault} {one.hint}".strip()
            for one in taken.refused
        ]
    )
    lines += _some(
        [
            f"The key '{wanted}' belongs to another source ({title}): this one is '{key}'."
            for wanted, key, title in taken.renamed
        ]
    )
    lines += _some(
        [
            f"{one.source}: {one.column}: {one.old or '(empty)'} → {one.new or '(empty)'}"
            for one in taken.changes
        ]
    )
    left = Counter(name for entry in entries if not entry.fault for name in entry.left_out)
    if left:
        named = [f"{name} ({number})" for name, number in left.most_common(60)]
        more = [f"and {len(left) - 60} more"] if len(left) > 60 else []
        lines.append(f"Left out, since no column holds it: {', '.join(named + more)}.")
    if taken.no_column:
        lines.append(
            f"Left out, since the table of sources here is of an older version and has no column "
            f"for it: {', '.join(taken.no_column)}. Bring it up to date with 'ketcontent upgrade'."
        )
    return lines


def _some(lines: list[str]) -> list[str]:
    more = [f"… and {len(lines) - _SHOWN} more lines like these."] if len(lines) > _SHOWN else []
    return lines[:_SHOWN] + more
