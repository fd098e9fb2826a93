"""Which source an entry is: one that is there, or another; and what an update changes.

Notes
-----
The same source means the same DOI or PubMed id, or the same key with no other DOI, PubMed id,
title or year. A key that was made here of an author and a year is less than a key that a file
gives, so there nothing else may differ either. Everything else is another source and gets a key of
its own: an import never changes which paper a key means.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, islice

from ketcontent.importing.entities import unescaped
from ketcontent.importing.entries import Entry
from ketcontent.importing.given import is_incomplete, other_ids
from ketcontent.importing.names import slug
from ketcontent.model import Content, frame_of
from ketcontent.pages import READ_BY_READERS, split_names

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


_OF_A_WORK = ("doi", "pmid", "title", "year")


_IDS = ("doi", "pmid", "url")


# What tells two works apart that somebody wrote in one year under one title.
_OF_A_PRINT = (
    *_OF_A_WORK,
    "type",
    "authors",
    "container_title",
    "volume",
    "issue",
    "page",
    "number",
)


@dataclass(frozen=True, slots=True)
class Change:
    """A cell of a source that an import changed."""

    source: str
    """The source."""
    column: str
    """The column."""
    old: str
    """What it said."""
    new: str
    """What it says."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the entries of a file."""

    content: Content
    """The tables with them."""
    keys: Mapping[int, str]
    """The key of each entry that is in, by its place among those given."""
    added: tuple[str, ...]
    """The sources that are new."""
    same: tuple[str, ...]
    """The sources that were there and are as they were."""
    changes: tuple[Change, ...]
    """The cells that were changed in sources that were there."""
    refused: tuple[Entry, ...]
    """The entries that are not in, each with its fault."""
    renamed: tuple[tuple[str, str, str], ...]
    """The entries whose key belongs to another source: the key, the one given, that one's title."""
    no_column: tuple[str, ...]
    """The columns with something to hold that the tables of this project do not have."""

    @property
    def updated(self) -> tuple[str, ...]:
        """The sources that were changed."""
        return tuple(dict.fromkeys(change.source for change in self.changes))


@dataclass(slots=True)
class _Known:
    """The sources that are known so far, by what makes them the same."""

    rows: dict[str, dict[str, str]]
    by_id: dict[tuple[str, str], str] = field(default_factory=dict)
    by_title: dict[tuple[str, str], dict[tuple[str, ...], str]] = field(default_factory=dict)
    next_number: dict[str, int] = field(default_factory=dict)

    def enter(self, key: str) -> None:
        row = self.rows[key]
        for name in ("doi", "pmid"):
            if row.get(name):
                self.by_id.setdefault((name, row[name].casefold()), key)
        for one in other_ids(row):
            self.by_id.setdefault(one, key)
        for stem in {key, re.sub(r"-[0-9]{1,5}$", "", key)}:
            kinds = self.by_title.setdefault((stem, _same_form(row, "title")), {})
            kinds.setdefault(tuple(_same_form(row, name) for name in _OF_A_PRINT), key)


def take_in(content: Content, entries: Iterable[Entry]) -> Taken:
    """Return `content` with sources added, or brought up to date where they are there already.

    What an entry leaves empty keeps its cell. An update of what was confirmed takes the date of
    that away. Two entries of one source in one file are not put together: the first is taken in,
    the other refused.

    Examples
    --------
    >>> from ketcontent.model import empty_content
    >>> taken = take_in(empty_content(), [Entry(1, "a-1", {"type": "book", "title": "T"})])
    >>> taken.content.sources["source"].tolist(), taken.added
    (['a-1'], ('a-1',))
    """
    columns = content.schemas["sources"].columns
    known = _Known({str(row["source"]): _texts(row) for row in content.rows("sources")})
    for key in list(known.rows):
        known.enter(key)
    there = frozenset(known.rows)
    taken: dict[str, Entry] = {}
    given: dict[str, str] = {}
    keys: dict[int, str] = {}
    changes: list[Change] = []
    refused: list[Entry] = []
    renamed: list[tuple[str, str, str]] = []
    for place, entry in enumerate(entries):
        row = {name: cell for name, cell in entry.row.items() if cell and name != "source"}
        wanted, own = wanted_key(entry)
        key, fault = ("", entry.fault) if entry.fault else _same_source(row, wanted, known, own=own)
        fault = fault or (_twice(entry, taken[key]) if key in taken else "")
        if not fault and not key and own and given.get(wanted):
            # A file that gives two works one key says which is which only by their titles.
            first = taken[given[wanted]]
            if _agree(row, first.row, _OF_A_WORK):
                fault = _twice(entry, first)
        if fault:
            hint = entry.hint or "Mend or delete one of the two in the file; import it again."
            refused.append(replace(entry, fault=fault, hint=hint))
            continue
        if key and is_incomplete(row):
            # What somebody gave to know it by says nothing against what is known of it.
            row = {
                name: row[name] for name in _IDS if row.get(name) and not known.rows[key].get(name)
            }
        if key:
            changes += _updated(known.rows[key], key, row)
        else:
            key = _free_key(wanted, known)
            if own and key != wanted:
                renamed.append((wanted, key, known.rows[wanted]["title"]))
            known.rows[key] = {**row, "source": key}
        known.enter(key)
        taken[key] = entry
        keys[place] = key
        if own:
            given.setdefault(wanted, key)
    rows = [{name: row.get(name, "") for name in columns} for row in known.rows.values()]
    changed = {change.source for change in changes}
    said = {name for key in taken for name, cell in known.rows[key].items() if cell}
    # A file in which nothing is new leaves the table as it is, row for row.
    sources = frame_of("sources", rows, content) if changes or len(rows) > len(there) else None
    return Taken(
        content=content if sources is None else dataclasses.replace(content, sources=sources),
        keys=keys,
        added=tuple(key for key in taken if key not in there),
        same=tuple(key for key in taken if key in there and key not in changed),
        changes=tuple(changes),
        refused=tuple(refused),
        renamed=tuple(renamed),
        no_column=tuple(sorted(said - set(columns))),
    )


def _texts(row: Mapping[str, object]) -> dict[str, str]:
    return {str(name): str(cell) for name, cell in row.items()}


def wanted_key(entry: Entry) -> tuple[str, bool]:
    """Return the key that an entry asks for, and whether it is the file's own."""
    if len(entry.name) <= 60 and KEY.fullmatch(entry.name):
        return entry.name, True
    names = entry.row.get("authors") or entry.row.get("editors") or entry.row.get("title", "")
    author = (split_names(names) or [""])[0].split(",")[0]
    year = entry.row.get("issued", "")[:4]
    return "-".join(filter(None, [slug(author) or "source", year])), False


def _same_source(
    row: Mapping[str, str], wanted: str, known: _Known, *, own: bool
) -> tuple[str, str]:
    """Return the key of the source that a row is, empty for another; and why that is not clear."""
    ids = [(name, row[name]) for name in ("doi", "pmid") if row.get(name)]
    found = {known.by_id.get((name, value.casefold()), "") for name, value in ids} - {""}
    if len(found) > 1:
        first, second = sorted(found)
        return "", f"Its DOI and its PubMed id are those of two sources, {first} and {second}."
    if found:
        return found.pop(), ""
    for one in other_ids(row):
        key = known.by_id.get(one, "")
        # A chapter has the ISBN of its book: only what is told by nothing else is the same by it.
        if key and (is_incomplete(row) or is_incomplete(known.rows[key])):
            return key, ""
    names = _OF_A_WORK if own else _OF_A_PRINT
    # The key itself goes before those that were made of it.
    if wanted in known.rows and _agree(row, known.rows[wanted], names):
        return wanted, ""
    kinds = known.by_title.get((wanted, _same_form(row, "title")), {})
    return next(iter(_candidates(row, kinds, names)), ""), ""


def _candidates(
    row: Mapping[str, str], kinds: Mapping[tuple[str, ...], str], names: Sequence[str]
) -> Iterable[str]:
    whole = tuple(_same_form(row, name) for name in _OF_A_PRINT)
    if whole in kinds:
        return [kinds[whole]]
    places = [_OF_A_PRINT.index(name) for name in names]
    # Beyond that many of one author and title, what is not the same cell by cell is another.
    return (
        key
        for form, key in islice(kinds.items(), 100)
        if all(not whole[at] or not form[at] or whole[at] == form[at] for at in places)
    )


def _agree(one: Mapping[str, str], other: Mapping[str, str], names: Sequence[str]) -> bool:
    pairs = [(_same_form(one, name), _same_form(other, name)) for name in names]
    return all(not first or not second or first == second for first, second in pairs)


def _same_form(row: Mapping[str, str], name: str) -> str:
    """Return a cell in the form in which two that mean the same are the same."""
    if name == "year":
        return row.get("issued", "")[:4]
    text = re.sub(r"</?(?:i|b|sub|sup)>", "", row.get(name, ""))
    return (
        " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", unescaped(text)).casefold()))
        or text
    )


def _twice(entry: Entry, first: Entry) -> str:
    same = [
        f"its {word} {entry.row[name]}"
        for name, word in (("doi", "DOI"), ("pmid", "PubMed id"))
        if entry.row.get(name, "").casefold() == first.row.get(name, "-").casefold()
    ]
    both = {*other_ids(entry.row)} & {*other_ids(first.row)}
    same += [f"its {name.upper()} {found.upper()}" for name, found in sorted(both)]
    if not same and entry.name and entry.name == first.name:
        same = [f"its key '{entry.name}'"]
    said = " and ".join(same) or "its title, year and authors"
    where = f"line {first.line}" if first.line else "an entry before it"
    name = f" ('{first.name}')" if first.name else ""
    return f"An entry of the same file has {said} too: {where}{name}, which was taken in."


def _updated(old: dict[str, str], key: str, row: Mapping[str, str]) -> list[Change]:
    """Bring a row up to date, and return what changed."""
    changes = [
        Change(key, name, old.get(name, ""), cell)
        for name, cell in row.items()
        if cell != old.get(name, "") and not (name == "doi" and _same_doi(cell, old.get(name, "")))
    ]
    if any(change.column in READ_BY_READERS for change in changes):
        # The day on which the file's own cells were confirmed counts where all cells are its own.
        kept = any(old.get(name) and not row.get(name) for name in READ_BY_READERS)
        confirmed = "" if kept else row.get("confirmed_on", "")
        changes = [change for change in changes if change.column != "confirmed_on"]
        if confirmed != old.get("confirmed_on", ""):
            changes.append(Change(key, "confirmed_on", old.get("confirmed_on", ""), confirmed))
    old |= {change.column: change.new for change in changes}
    return changes


def _same_doi(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _free_key(wanted: str, known: _Known) -> str:
    if wanted not in known.rows:
        return wanted
    start = known.next_number.get(wanted, 2)
    number = next(n for n in count(start) if f"{wanted}-{n}" not in known.rows)
    known.next_number[wanted] = number + 1
    return f"{wanted}-{number}"
