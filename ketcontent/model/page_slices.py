"""The rows that one page is made of.

A page is made of its own rows and of what lies behind them: the notices, terms and sources that
it uses, and the tables that hold for every page. `slice_of` returns just those as a Content of its
own, which says of the page what the whole Content says. What is done slice by slice grows
in a straight line with the number of pages, and what is not in a slice cannot change the page.

Notes
-----
A slice may hold a row too many, never one too few. A term is in it when its letters stand anywhere
in the page's words, whatever markup, mark or space between them, and so is a source whose title
the page may quote; a notice also when a judge may ask why the page does not have it; and each
shared row that somebody waived a finding on, since an expired waiver of it concerns every page.

Terms and titles are looked up by a run of their letters, not one after the other: a library has
as many of them as it has pages.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from ketcontent.markup import cited, inline_plain, without_citations
from ketcontent.model.content import Content
from ketcontent.model.merge import table_bytes
from ketcontent.model.schema import TABLES

OWN = (
    "documents",
    "sections",
    "statements",
    "evidence",
    "signoffs",
    "proposals",
    "comments",
    "releases",
)
"""The tables whose rows belong to one page each."""

_CHOSEN = ("notices", "terms", "sources", "waivers")
"""The tables of which a slice holds the rows that the page uses."""

SHARED = tuple(table for table in TABLES if table not in (*OWN, *_CHOSEN))
"""The tables of which every slice holds all rows."""

_NO_LETTERS = re.compile(r"[\W_]+")

_RUN = 8  # letters of a run that terms and titles are looked up by

_FEW = 200  # texts that are sooner looked for one by one


def only_pages(content: Content, documents: Collection[str]) -> Content:
    """Return the tables with the rows of some pages alone; the same tables, where that is all."""
    if set(content.documents["document"]).issubset(documents):
        return content
    frames = {table: getattr(content, table) for table in OWN}
    own = {
        table: frame[frame["document"].isin(list(documents))].reset_index(drop=True)
        for table, frame in frames.items()
    }
    return replace(content, **own)


def slice_of(content: Content, document: str) -> Content:
    """Return the rows that one page is made of."""
    return next(slices(content, [document]))[1]


def slices(content: Content, documents: Sequence[str]) -> Iterator[tuple[str, Content]]:
    """Yield each page with the rows that it is made of."""
    shared = _Shared(content)
    places = {table: _places(getattr(content, table)) for table in OWN}
    groups = _translations(content.documents)
    for document in documents:
        own: dict[str, Any] = {
            table: _taken(getattr(content, table), places[table].get(document, ())) for table in OWN
        }
        used = shared.used_by(document, own)
        if document in groups:  # a page names its translations, and knows no more of them
            own["documents"] = _taken(content.documents, groups[document])
        yield document, replace(content, **own, **used)


def _translations(documents: pd.DataFrame) -> dict[str, list[int]]:
    """Return, by page that has a translation or is one, the places of its rows and of theirs."""
    together: dict[str, list[int]] = {}
    keys, originals = list(documents["document"]), list(documents["translation_of"])
    for place, (key, original) in enumerate(zip(keys, originals, strict=True)):
        together.setdefault(original or key, []).append(place)
    return {
        keys[place]: places for places in together.values() if len(places) > 1 for place in places
    }


class _Shared:
    """The rows that pages share, made ready to be looked up page by page."""

    def __init__(self, content: Content) -> None:
        self.content = content
        waived: dict[str, set[str]] = {}
        self.waivers: dict[str, list[int]] = {"": []}
        """The places of the waivers by the page whose rows they are for; empty for shared rows."""
        rows = zip(content.waivers["table"], content.waivers["row"], strict=True)
        for place, (table, row) in enumerate(rows):
            waived.setdefault(table, set()).add(row)
            page = row.split("/")[0] if table in OWN else ""
            self.waivers.setdefault(page, []).append(place)
        self.always = {
            table: {
                place
                for place, key in enumerate(_keys(content, table))
                if key in waived.get(table, ())
            }
            for table in ("notices", "terms", "sources")
        }
        notices, terms, sources = content.notices, content.terms, content.sources
        self.notices = list(
            zip(*(notices[name] for name in ("notice", "language", "needs", "text")), strict=True)
        )
        self.written: dict[str, dict[str, int]] = {}
        """The places of a notice, by language."""
        self.needed: dict[str, list[int]] = {}
        """The places of the notices that a page in a language may need."""
        for place, (notice, language, needs, _) in enumerate(self.notices):
            self.written.setdefault(notice, {})[language] = place
            if needs:
                self.needed.setdefault(language, []).append(place)
        self.sources = {key: place for place, key in enumerate(sources["source"])}
        self.languages = list(terms["language"])
        self.terms = _Runs(terms["term"])
        self.titles = _Runs(sources["title"])

    def used_by(self, document: str, own: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
        """Return the rows of the chosen tables that a page uses."""
        content = self.content
        languages = set(own["documents"]["language"])
        notices = {place for name in languages for place in self.needed.get(name, ())}
        notices |= self.always["notices"]
        texts = list(own["statements"]["text"])
        for row, notice in enumerate(own["statements"]["notice"]):
            if notice:
                written = self.written.get(notice, {})
                notices.update(written.values())
                texts[row] += "".join(
                    self.notices[place][3] for name, place in written.items() if name in languages
                )
        words = _letters(_words(own, [inline_plain(without_citations(text)) for text in texts]))
        found = {place for place in self.terms.within(words) if self.languages[place] in languages}
        texts += [self.notices[place][3] for place in notices]
        cites = {*own["evidence"]["source"], *_cited(texts)}
        sources = {self.sources[key] for key in cites if key in self.sources}
        kept = {
            "notices": notices,
            "terms": found | self.always["terms"],
            "sources": sources | self.always["sources"] | set(self.titles.within(words)),
            "waivers": {*self.waivers[""], *self.waivers.get(document, ())},
        }
        return {
            table: _taken(getattr(content, table), sorted(rows)) for table, rows in kept.items()
        }


class _Runs:
    """Texts that can be looked up in words by the letters they are made of."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.letters = [_letters([text]) for text in texts]
        self.runs: dict[int, dict[str, list[int]]] = {}
        """By length of the run, then by the run, the places of the texts that start with it."""
        for place, letters in enumerate(self.letters):
            run = letters[:_RUN]
            self.runs.setdefault(len(run), {}).setdefault(run, []).append(place)

    def within(self, words: str) -> Iterator[int]:
        """Yield the places of the texts whose letters stand in `words`."""
        for length, runs in self.runs.items():
            there: Collection[str] = runs
            if len(runs) > _FEW:
                starts = range(len(words) - length + 1)
                there = runs.keys() & {words[start : start + length] for start in starts}
            for run in there:
                yield from (place for place in runs[run] if self.letters[place] in words)


def _words(own: Mapping[str, pd.DataFrame], texts: list[str]) -> list[str]:
    """Return the words of a page in both editions, in the order in which they are read.

    A term may start in one sentence and end in the next.
    """
    sections, statements = own["sections"], own["statements"]
    found = [*own["documents"]["title"], *own["documents"]["supplied_title"]]
    for half, words in (("", texts), ("supplied_", list(statements["supplied"]))):
        rows: dict[str, list[tuple[int, str, str]]] = {}
        for section, position, *said in zip(
            statements[f"{half}section"],
            statements[f"{half}position"],
            statements[f"{half}label"],
            words,
            strict=True,
        ):
            if position is not pd.NA:
                rows.setdefault(section, []).append((position, *said))
        for section, number, heading in zip(
            sections["section"], sections[f"{half}number"], sections[f"{half}heading"], strict=True
        ):
            found += [number, heading]
            found += [part for _, *said in sorted(rows.get(section, ())) for part in said]
    return found


def _letters(texts: Iterable[str]) -> str:
    """Return the letters and digits of texts without all that stands between them."""
    # Where capitals do not count, a search takes the dotless i for an i.
    return _NO_LETTERS.sub("", "".join(texts).casefold()).replace("ı", "i")


def _places(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the places of the rows of each page."""
    return {str(key): rows for key, rows in frame.groupby("document", sort=False).indices.items()}


def _taken(frame: pd.DataFrame, places: Sequence[int]) -> pd.DataFrame:
    if len(places) == len(frame):
        return frame
    if len(places) and places[-1] - places[0] == len(places) - 1:  # sorted by key, they mostly are
        return frame.iloc[places[0] : places[-1] + 1].reset_index(drop=True)
    return frame.take(places).reset_index(drop=True)


def _cited(texts: Iterable[str]) -> set[str]:
    return {key for text in texts if "[" in text for key in cited(text)}


def _keys(content: Content, table: str) -> Iterator[str]:
    frame = getattr(content, table)
    columns = (frame[name] for name in content.schemas[table].key)
    return ("/".join(map(str, key)) for key in zip(*columns, strict=True))


def table_hashes(content: Content, known: dict[str, str] | None = None) -> dict[str, str]:
    """Return the hash of the rows of each table.

    Parameters
    ----------
    content
        The tables.
    known
        The hashes of the tables in `SHARED`, for many slices of the same tables; added to.
    """
    known = {} if known is None else known
    found = {}
    for table in TABLES:
        if table not in known:
            found[table] = hashlib.sha256(table_bytes(content, table)).hexdigest()
    known |= {table: found[table] for table in SHARED if table in found}
    return {table: found.get(table) or known[table] for table in TABLES}
