"""What each reference that came in would become, before anything is written; and what was answered.

A reference is new, or is there already, or would change cells of the one that is there. Or its key
belongs to another source: whether both are kept or one replaces the other is asked, with both to
look at. Nothing here chooses that: a key stands in sentences, in evidence and under sign-offs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ketcontent.errors import KetcontentError
from ketcontent.importing.entries import Entry
from ketcontent.importing.given import is_incomplete
from ketcontent.importing.identity import KEY, Change, Taken, take_in, wanted_key
from ketcontent.model import Content, frame_of

Kind = Literal["new", "same", "update", "same-key", "refused"]
Choice = Literal["take", "replace", "leave"]
"""Take it (a new source, or new cells; beside another of its key), in the other's place, or not."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What one reference would become."""

    entry: Entry
    """What it says."""
    kind: Kind
    """``new``, ``same`` (there, and nothing changes), ``update`` (there, and cells would change),
    ``same-key`` (its key belongs to another source) or ``refused``."""
    key: str = ""
    """The key that it has, or would get beside others."""
    row: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The cells that it would have."""
    there: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The cells of the source that it is, or whose key it asks for; empty where there is none."""
    changes: tuple[Change, ...] = ()
    """The cells that would change."""

    @property
    def is_incomplete(self) -> bool:
        """Whether it has no more than what somebody gave to know it by."""
        return is_incomplete(self.row)

    @property
    def other(self) -> str:
        """The key of the source whose key it asks for; empty where that is free."""
        return self.there["source"] if self.kind == "same-key" else ""

    def lines(self) -> Iterator[str]:
        """Yield what is shown of it, line by line; of two that ask for one key, side by side."""
        if self.kind == "refused":
            yield f"{self.entry.name or 'no key'}: {self.entry.fault} {self.entry.hint}".strip()
        elif self.kind == "same-key":
            yield f"The key '{self.other}' belongs to another source."
            for column, there, given in self.both:
                yield f"    {column}"
                yield f"        there: {there or '(empty)'}"
                yield f"        given: {given or '(empty)'}"
        elif self.kind == "new":
            yield f"{self.key}: new" + (", to be completed." if self.is_incomplete else ".")
            yield from (f"    {column}: {cell}" for column, _, cell in self.both)
        else:
            what = "there, and brought up to date" if self.changes else "there, as it is"
            yield f"{self.key}: {what}."
            for one in self.changes:
                yield f"    {one.column}: {one.old or '(empty)'} → {one.new or '(empty)'}"

    @property
    def both(self) -> tuple[tuple[str, str, str], ...]:
        """The columns in which it and the source that is there say something: each side by side."""
        names = dict.fromkeys([*self.there, *self.row])
        pairs = ((name, self.there.get(name, ""), self.row.get(name, "")) for name in names)
        return tuple(one for one in pairs if one[0] != "source" and (one[1] or one[2]))


def suggested(content: Content, entries: Sequence[Entry]) -> list[Suggestion]:
    """Return what each reference would become, in their order.

    Examples
    --------
    >>> from ketcontent.importing.given import given_sources
    >>> from ketcontent.model import empty_content
    >>> [one] = suggested(empty_content(), given_sources("doi:10.1000/tea"))
    >>> one.kind, one.key, one.is_incomplete
    ('new', 'doi-10-1000-tea', True)
    """
    taken = take_in(content, entries)
    before, after = (
        {str(row["source"]): {str(name): str(cell) for name, cell in row.items()} for row in rows}
        for rows in (content.rows("sources"), taken.content.rows("sources"))
    )
    refused = iter(taken.refused)
    found = []
    for place, entry in enumerate(entries):
        if place not in taken.keys:
            found.append(Suggestion(next(refused), "refused"))
            continue
        key = taken.keys[place]
        changes = tuple(one for one in taken.changes if one.source == key)
        wanted, _ = wanted_key(entry)
        kind: Kind = "new"
        if key in before:
            kind = "update" if changes else "same"
        elif key != wanted and wanted in before:
            kind = "same-key"
        there = before.get(wanted if kind == "same-key" else key, {})
        found.append(Suggestion(entry, kind, key, after[key], there, changes))
    return found


def chosen(
    content: Content,
    suggestions: Sequence[Suggestion],
    choices: Mapping[int, Choice],
    *,
    keys: Mapping[int, str] | None = None,
) -> Taken:
    """Return the tables with the references that were chosen, each as it was answered.

    Parameters
    ----------
    content
        The tables for which `suggested` returned the suggestions.
    suggestions
        What each would become.
    choices
        By place among them, what was answered; what is not named is left.
    keys
        By place, another key for one that is new.

    Raises
    ------
    KetcontentError
        When a key is none, or belongs to another source.
    """
    keys = keys or {}
    there = set(content.sources["source"])
    wanted = {place: keys.get(place) or one.key for place, one in enumerate(suggestions)}
    for place, key in keys.items():
        _require_free_key(key, there, [one for at, one in wanted.items() if at != place])
    entries, places = [], []
    for place, one in enumerate(suggestions):
        if choices.get(place) == "take" and one.kind != "refused":
            entries.append(dataclasses.replace(one.entry, name=wanted[place]))
            places.append(place)
    taken = take_in(content, entries)
    now = taken.content
    by_place = {places[at]: key for at, key in taken.keys.items()}
    others = [suggestions[place].other for place, one in choices.items() if one == "replace"]
    if len(set(others)) < len(others):
        raise KetcontentError(
            "Two sources cannot take the place of one.", hint="Keep both of all but one of them."
        )
    changes = list(taken.changes)
    for place, one in enumerate(suggestions):
        if choices.get(place) == "replace" and one.other:
            now, made = _replaced(now, one)
            changes += made
            by_place[place] = one.other
    return dataclasses.replace(
        taken,
        content=now,
        keys=by_place,
        changes=tuple(changes),
        refused=tuple(one.entry for one in suggestions if one.kind == "refused"),
    )


def require_source_key(key: str) -> None:
    """Do nothing where a source may have such a key.

    Raises
    ------
    KetcontentError
        When it is none.
    """
    if len(key) > 64 or not KEY.fullmatch(key):
        raise KetcontentError(
            f"'{key}' is no key of a source.",
            hint="Write it in small letters, figures and single hyphens: lee-2020.",
        )


def _require_free_key(key: str, there: set[str], others: Sequence[str]) -> None:
    require_source_key(key)
    if key in there or key in others:
        raise KetcontentError(
            f"The key '{key}' belongs to another source.", hint="Choose one that is free."
        )


def _replaced(content: Content, one: Suggestion) -> tuple[Content, list[Change]]:
    """Put a source in the place of another of its key.

    What was found in the other was compared with the other: the days of that are taken away.
    """
    key = one.other
    columns = content.schemas["sources"].columns
    put = {name: one.row.get(name, "") for name in columns} | {"source": key}
    rows = [put if row["source"] == key else row for row in content.rows("sources")]
    changes = [Change(key, name, was, now) for name, was, now in one.both if was != now]
    evidence = [
        {**row, "checked_on": None} if row["source"] == key else row
        for row in content.rows("evidence")
    ]
    sources = frame_of("sources", rows, content)
    if any(row["source"] == key for row in evidence):
        content = dataclasses.replace(content, evidence=frame_of("evidence", evidence, content))
    return dataclasses.replace(content, sources=sources), changes
