"""The rows that one page is made of.

A page is made of its own rows and of what lies behind them: the notices, terms and sources that
it uses, and the tables that hold for every page. `part` returns just those as a Content of its
own, which says of the page what the whole Content says. What is done page by page over parts grows
in a straight line with the number of pages, and what is not in a part cannot change the page.

Notes
-----
A part may hold a row too many, never one too few. A term is in it when its letters stand anywhere
in the page's words, whatever the markup between them; a notice also when a judge may ask why the
page does not have it.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from ketcontent.citations import cited
from ketcontent.schemas import TABLES
from ketcontent.tables import Content, table_bytes

OWN = ("documents", "sections", "statements", "evidence", "signoffs")
"""The tables whose rows belong to one page each."""

_WORDS = {
    "sections": ("heading", "supplied_heading"),
    "statements": ("label", "text", "supplied_label", "supplied"),
}
"""The columns in which a page's words stand."""

_MARKUP = str.maketrans("", "", "\\*_`~[]()")


def part(content: Content, document: str) -> Content:
    """Return the rows that one page is made of.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> part(read_content("data"), "ketamine").documents["document"].tolist()
    ['ketamine']
    """
    return next(parts(content, [document]))[1]


def parts(content: Content, documents: Sequence[str]) -> Iterator[tuple[str, Content]]:
    """Yield each page with the rows that it is made of.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> [name for name, _ in parts(read_content("data"), ["ketamine"])]
    ['ketamine']
    """
    groups = {table: _by_document(getattr(content, table)) for table in OWN}
    sources = {key: place for place, key in enumerate(content.sources["source"])}
    terms = [(term, _bare(term)) for term in content.terms["term"]]
    for document in documents:
        own = {table: groups[table].get(document, getattr(content, table)[:0]) for table in OWN}
        languages = set(own["documents"]["language"])
        notices = content.notices
        used = notices["notice"].isin(own["statements"]["notice"]) | (notices["needs"] != "")
        notices = _kept(notices, used & notices["language"].isin(languages))
        words = _bare(_words(own, notices))
        standing = {term for term, bare in terms if bare in words}
        found = content.terms["term"].isin(standing) & content.terms["language"].isin(languages)
        cites = set(own["evidence"]["source"]) | _cited(own["statements"], notices)
        rows = sorted(sources[key] for key in cites if key in sources)
        kept = {
            **own,
            "notices": notices,
            "terms": _kept(content.terms, found),
            "sources": content.sources.iloc[rows].reset_index(drop=True),
        }
        whole = replace(content, **kept)
        yield document, replace(whole, waivers=_waivers(whole))


def _by_document(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {
        str(key): rows.reset_index(drop=True) for key, rows in frame.groupby("document", sort=False)
    }


def _kept(frame: pd.DataFrame, mask: Any) -> pd.DataFrame:
    return frame if mask.all() else frame[mask].reset_index(drop=True)


def _bare(text: str) -> str:
    return html.unescape(text).translate(_MARKUP).casefold()


def _words(own: Mapping[str, pd.DataFrame], notices: pd.DataFrame) -> str:
    columns = [own[table][name] for table, names in _WORDS.items() for name in names]
    return "\n".join("\n".join(column) for column in [*columns, notices["text"]])


def _cited(statements: pd.DataFrame, notices: pd.DataFrame) -> set[str]:
    texts = [text for column in (statements["text"], notices["text"]) for text in column]
    return {key for text in texts if "[" in text for key in cited(text)}


def _waivers(content: Content) -> pd.DataFrame:
    """Return the waivers of rows that are there."""
    waivers = content.waivers
    keys = {
        table: {"/".join(map(str, key)) for key in _keys(content, table)}
        for table in set(waivers["table"]) & set(TABLES)
    }
    pairs = zip(waivers["table"], waivers["row"], strict=True)
    mask = pd.Series([row in keys.get(table, ()) for table, row in pairs], dtype=bool)
    return waivers if waivers.empty else _kept(waivers, mask)


def _keys(content: Content, table: str) -> Iterator[tuple[Any, ...]]:
    frame = getattr(content, table)
    return zip(*(frame[name] for name in content.schemas[table].key), strict=True)


def digests(content: Content, known: dict[int, str] | None = None) -> dict[str, str]:
    """Return the digest of the rows of each table.

    Parameters
    ----------
    content
        The tables.
    known
        Digests by identity of the DataFrame, for tables that several parts share; added to.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> sorted(digests(read_content("data"))) == sorted(TABLES)
    True
    """
    known = {} if known is None else known
    found = {}
    for table in TABLES:
        frame = getattr(content, table)
        shared = table not in OWN
        digest = known.get(id(frame)) if shared else None
        if digest is None:
            digest = hashlib.sha256(table_bytes(content, table)).hexdigest()
            if shared:
                known[id(frame)] = digest
        found[table] = digest
    return found
