"""Format references from a CSL style, and give a source as CSL-JSON.

A reference is one line of text in which ``<i>``, ``<b>``, ``<sub>`` and ``<sup>`` are markup, as
CSL writes it in titles; `reference_html` and `reference_plain` draw it. No other tag is one.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ketcontent.text import visible

STYLE = Path(__file__).parent / "styles" / "reference.csl"
"""The style of the reference list."""

PLAIN_VARIABLES = {
    "title": "title",
    "container_title": "container-title",
    "collection_title": "collection-title",
    "volume": "volume",
    "issue": "issue",
    "page": "page",
    "number": "number",
    "edition": "edition",
    "genre": "genre",
    "doi": "DOI",
    "pmid": "PMID",
    "url": "URL",
    "publisher": "publisher",
    "place": "publisher-place",
    "event_title": "event-title",
    "event_place": "event-place",
}

CSL_NAMES = (
    *("confirmed_on", "retraction_checked_on", "state", "state_on", "state_notice"),
    "revision_checked_on",
)


READ_BY_READERS = (
    *("type", "title", "authors", "editors", "issued", "event_date"),
    *(name for name in PLAIN_VARIABLES if name != "title"),
    "unconfirmed",
)
"""The columns of a source that a reader reads in the list of references.

Not ``accessed``, the day on which somebody last opened an address: it says nothing of the source.
"""


_NAMES = {"authors": "author", "editors": "editor"}


_MARKUP = re.compile(r"<(i|b|sub|sup)>([^<>]*)</\1>")


_RAISED = {
    "sub": str.maketrans("0123456789+-=()aehklmnopstx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕₖₗₘₙₒₚₛₜₓ"),
    "sup": str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ"),
}


def references(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Return sources as formatted references, in the order given, with the markup of titles.

    Parameters
    ----------
    rows
        Rows of the table of sources.

    Examples
    --------
    >>> references([{"source": "a-2020", "type": "article-journal",
    ...     "title": "A trial", "authors": "Lee, Ann; Roe, Jo", "container_title": "J Trials",
    ...     "issued": "2020", "volume": "3", "issue": "1", "page": "5-9"}])
    ['Lee A, Roe J. A trial. J Trials. 2020;3(1):5–9.']
    """
    return list(_formatted(tuple(tuple(row.items()) for row in rows))) if rows else []


@lru_cache(maxsize=64)  # a page is drawn in several forms, with the same references
def _formatted(cells: tuple[tuple[tuple[str, str], ...], ...]) -> tuple[str, ...]:
    rows = [dict(row) for row in cells]
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    with warnings.catch_warnings():
        # It warns of variables it does not know, such as PMID, which are printed elsewhere.
        warnings.simplefilter("ignore")
        style = _style()
        hyphens = style.root.get("initialize-with-hyphen") != "false"
        # It leaves out an entry with nothing in it; a row without a title is a fault of the table.
        items = [
            _for_processor({**row, "title": row.get("title") or row["source"]}, hyphens=hyphens)
            for row in rows
        ]
        bibliography = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
        for row in rows:
            bibliography.register(Citation([CitationItem(row["source"])]))
        return tuple(_tidied(str(entry)) for entry in bibliography.bibliography())


@cache  # it is read anew for each use otherwise, and its language with it
def _style() -> Any:
    from citeproc import CitationStylesStyle

    return CitationStylesStyle(str(STYLE), validate=False)


def _for_processor(row: Mapping[str, str], *, hyphens: bool) -> dict[str, Any]:
    """Return a row as `citeproc-py` prints it right.

    It puts particles behind the name, ignores that a style wants no hyphen between initials, takes
    ``JW`` for one name, and joins a range of days wrongly.
    """
    item = to_csl(row)
    for who in _NAMES.values():
        if who in item:
            item[who] = [_for_sorting(name, hyphens=hyphens) for name in item[who]]
    if row.get("edition"):
        item["edition"] = re.sub(r"\s*\b(ed|edn|edition)\b\.?\s*$", "", row["edition"], flags=re.I)
    if row.get("event_date"):
        item["event-date"] = {"literal": _days(row["event_date"])}
    return {name: item[name] for name in item if name not in ("custom", "note", "PMID")}


def _for_sorting(name: Mapping[str, str], *, hyphens: bool) -> dict[str, str]:
    if "literal" in name:
        return dict(name)
    particles = ("dropping-particle", "non-dropping-particle", "family")
    family = " ".join(name[part] for part in particles if part in name)
    given = name.get("given", "")
    given = re.sub(r"\b[A-Z]{2,3}\b", lambda found: " ".join(found.group()), given)
    given = given if hyphens else re.sub(r"[-‐‑]", " ", given)
    said = {"family": family, "given": given, "suffix": name.get("suffix", "").rstrip(".")}
    return {part: text for part, text in said.items() if text}


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _days(span: str) -> str:
    """Return a day or a span as the National Library of Medicine prints it.

    Examples
    --------
    >>> _days("2002-04-03/2002-04-05"), _days("2001-12-30/2002-01-02"), _days("2002-04")
    ('2002 Apr 3–5', '2001 Dec 30–2002 Jan 2', '2002 Apr')
    """
    first, *last = ([int(part) for part in day.split("-")] for day in span.split("/"))

    def said(parts: list[int], shared: int) -> str:
        words = [str(parts[0]), *(_MONTHS[month - 1] for month in parts[1:2]), *map(str, parts[2:])]
        return " ".join(words[shared:])

    if not last or last[0] == first:
        return said(first, 0)
    end = last[0]
    same = [one == other for one, other in zip(first, end, strict=False)]
    shared = next((place for place, equal in enumerate(same) if not equal), len(same))
    return f"{said(first, 0)}–{said(end, min(shared, len(end) - 1))}"


def _tidied(reference: str) -> str:
    text = " ".join(reference.split())
    text = re.sub(r"([.?!](?:</(?:i|b|sub|sup)>|[”’\"])*)\.(?=\s|$)", r"\1", text)
    return re.sub(r"Available from:\.$", "Available from:", text)


def reference_html(reference: str) -> str:
    """Return a reference as HTML, in which the markup of titles is elements.

    Examples
    --------
    >>> reference_html("Roe J. <i>Tea</i> & H<sub>2</sub>O <script>.")
    'Roe J. <i>Tea</i> &amp; H<sub>2</sub>O &lt;script&gt;.'
    """
    return "".join(
        f"<{tag}>{html.escape(words)}</{tag}>" if tag else html.escape(words)
        for tag, words in _parts(reference)
    )


def reference_plain(reference: str) -> str:
    """Return a reference as plain text: subscripts and superscripts as such letters if there are.

    Examples
    --------
    >>> reference_plain("Roe J. <i>Tea</i> and H<sub>2</sub>O, 10<sup>ab</sup>.")
    'Roe J. Tea and H₂O, 10ab.'
    """
    return "".join(_raised(tag, words) for tag, words in _parts(reference))


def reference_runs(reference: str) -> list[dict[str, Any]]:
    """Return a reference as runs of words, each with the markup of titles that is on it.

    Examples
    --------
    >>> reference_runs("Roe J. <i>Tea</i>.")
    [{'text': 'Roe J. '}, {'text': 'Tea', 'em': True}, {'text': '.'}]
    """
    names = {"i": "em", "b": "strong", "sub": "sub", "sup": "sup"}
    return [
        {"text": visible(words), **({names[tag]: True} if tag else {})}
        for tag, words in _parts(reference)
        if words
    ]


def _raised(tag: str, words: str) -> str:
    table = _RAISED.get(tag, {})
    return words.translate(table) if all(ord(one) in table for one in words) else words


def _parts(reference: str) -> list[tuple[str, str]]:
    """Return a reference in parts, each with its tag; of nested markup the inner one is drawn."""
    parts: list[tuple[str, str]] = []
    start = 0
    for found in _MARKUP.finditer(reference):
        parts += [("", reference[start : found.start()]), (found[1], found[2])]
        start = found.end()
    return [*parts, ("", reference[start:])]


def to_csl(row: Mapping[str, str]) -> dict[str, Any]:
    """Return a row of sources as a CSL-JSON item; empty cells are left out.

    Examples
    --------
    >>> to_csl({"source": "who-2015", "type": "report", "title": "Fact file", "issued": "2015-03",
    ...     "authors": "{World Health Organization}"})["author"]
    [{'literal': 'World Health Organization'}]
    """
    item: dict[str, Any] = {"id": row["source"], "type": row["type"]}
    for name, variable in _NAMES.items():
        if row.get(name):
            item[variable] = [_to_name(one) for one in split_names(row[name])]
    item |= {variable: row[name] for name, variable in PLAIN_VARIABLES.items() if row.get(name)}
    for name in ("issued", "accessed", "event_date"):
        if row.get(name):
            days = [[int(part) for part in day.split("-")] for day in row[name].split("/")]
            item[name.replace("_", "-")] = {"date-parts": days}
    if row.get("unconfirmed"):
        item["note"] = f"unconfirmed: {row['unconfirmed']}"
    ours = {name: row[name] for name in CSL_NAMES if row.get(name)}
    return item | ({"custom": {"ketcontent": ours}} if ours else {})


def split_names(authors: str) -> list[str]:
    """Return names between semicolons, of which those in braces are none.

    Examples
    --------
    >>> split_names("Roe, Jo; {Tea; a group}; Lee, Ann")
    ['Roe, Jo', '{Tea; a group}', 'Lee, Ann']
    """
    names = re.findall(r"(?:\{[^{}]*\}|[^;{]|\{)+", authors)
    return [name.strip() for name in names if name.strip()]


def _to_name(name: str) -> dict[str, str]:
    if name.startswith("{"):
        return {"literal": name.strip("{}")}
    parts = [part.strip() for part in name.split(",")]
    named = dict(zip(("family", "given", "suffix"), parts, strict=False))
    family, given = named.get("family", "").split(), named.get("given", "").split()
    # Lower-case words before a family name or after a given name are particles: van, de la, von.
    before = next((n for n, word in enumerate(family) if not word.islower()), 0)
    after = next((n for n, word in enumerate(reversed(given)) if not word.islower()), 0)
    said = {
        "family": " ".join(family[before:]),
        "given": " ".join(given[: len(given) - after]),
        "suffix": named.get("suffix", ""),
        "non-dropping-particle": " ".join(family[:before]),
        "dropping-particle": " ".join(given[len(given) - after :]) if after else "",
    }
    return {part: text for part, text in said.items() if text}


def read_by_readers(row: Mapping[str, str]) -> str:
    """Return what a reader reads of a source, as one text: its columns with their cells.

    Empty cells are left out, so a column that comes to be changes nothing.

    Examples
    --------
    >>> read_by_readers({"source": "a-1", "type": "book", "title": "Tea", "accessed": "2020-01-01"})
    '{"title": "Tea", "type": "book"}'
    """
    cells = sorted((name, str(row.get(name) or "")) for name in READ_BY_READERS)
    said = {name: unicodedata.normalize("NFC", cell) for name, cell in cells if cell}
    return json.dumps(said, ensure_ascii=False)
