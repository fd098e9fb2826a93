"""Format references from a CSL style, and give a source as CSL-JSON."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

STYLE = Path(__file__).parent / "styles" / "reference.csl"
"""The style of the reference list."""

PLAIN_VARIABLES = {
    "title": "title",
    "container_title": "container-title",
    "volume": "volume",
    "issue": "issue",
    "page": "page",
    "number": "number",
    "doi": "DOI",
    "pmid": "PMID",
    "url": "URL",
    "publisher": "publisher",
}

CSL_NAMES = ("confirmed_on", "retraction_checked_on", "revision_checked_on")


def references(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Return sources as formatted references, in the order given, as plain text.

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
    from citeproc import (
        Citation,
        CitationItem,
        CitationStylesBibliography,
        CitationStylesStyle,
        formatter,
    )
    from citeproc.source.json import CiteProcJSON

    with warnings.catch_warnings():
        # It warns of variables it does not know, such as PMID, which are printed elsewhere.
        warnings.simplefilter("ignore")
        # It leaves out an entry with nothing in it; a row without a title is a fault of the table.
        items = [
            _for_processor({**row, "title": row.get("title") or row["source"]}) for row in rows
        ]
        style = CitationStylesStyle(str(STYLE), validate=False)
        bibliography = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
        for row in rows:
            bibliography.register(Citation([CitationItem(row["source"])]))
        return tuple(_tidied(str(entry)) for entry in bibliography.bibliography())


def _for_processor(row: Mapping[str, str]) -> dict[str, Any]:
    item = to_csl(row)
    return {name: item[name] for name in item if name not in ("custom", "note", "PMID")}


def _tidied(reference: str) -> str:
    return re.sub(r"\.\.(?=\s|$)", ".", " ".join(reference.split()))


def to_csl(row: Mapping[str, str]) -> dict[str, Any]:
    """Return a row of sources as a CSL-JSON item; empty cells are left out.

    Examples
    --------
    >>> to_csl({"source": "who-2015", "type": "report", "title": "Fact file", "issued": "2015-03",
    ...     "authors": "{World Health Organization}"})["author"]
    [{'literal': 'World Health Organization'}]
    """
    item: dict[str, Any] = {"id": row["source"], "type": row["type"]}
    if row.get("authors"):
        item["author"] = [_to_name(name) for name in split_names(row["authors"])]
    item |= {variable: row[name] for name, variable in PLAIN_VARIABLES.items() if row.get(name)}
    for name in ("issued", "accessed"):
        if row.get(name):
            item[name] = {"date-parts": [[int(part) for part in row[name].split("-")]]}
    if row.get("unconfirmed"):
        item["note"] = f"unconfirmed: {row['unconfirmed']}"
    ours = {name: row[name] for name in CSL_NAMES if row.get(name)}
    return item | ({"custom": {"ketcontent": ours}} if ours else {})


def split_names(authors: str) -> list[str]:
    """Return names between semicolons, of which those in braces are none."""
    return [name.strip() for name in re.findall(r"(?:\{[^}]*\}|[^;{])+", authors) if name.strip()]


def _to_name(name: str) -> dict[str, str]:
    if name.startswith("{"):
        return {"literal": name.strip("{}")}
    parts = [part.strip() for part in name.split(",")]
    named = dict(zip(("family", "given", "suffix"), parts, strict=False))
    return {part: text for part, text in named.items() if text}
