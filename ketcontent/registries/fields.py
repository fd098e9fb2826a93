"""Where the fields of a source differ from what a registry holds of it.

Read are those that tell a reader which work it is and where: title, authors, journal, date, volume,
issue, pages, DOI and PubMed id. Not read are type, publisher and place, which registries keep for
themselves, and the address, which for them is the DOI's own. How a field is written is no
difference: case, dashes, accents, initials for given names, a journal's short title, the day of the
print for that of the web.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ketcontent.errors import KetcontentError
from ketcontent.importing import is_incomplete, parse_sources
from ketcontent.pages import split_names
from ketcontent.registries.records import RegistryRecord
from ketcontent.text import compare

FIELDS = ("title", "authors", "container_title", "issued", "volume", "issue", "page", "doi", "pmid")
"""The columns that are held against a registry."""


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field of a source of which a registry says something else."""

    source: str
    """The source."""
    column: str
    """The field."""
    ours: str
    """What the table says."""
    theirs: str
    """What the registry says."""
    registry: str
    """Which one."""

    def __str__(self) -> str:
        return f"{self.column}: {compare(self.ours, self.theirs)}"


def differences(
    row: Mapping[str, str], records: Sequence[RegistryRecord]
) -> tuple[FieldDifference, ...]:
    """Return the fields in which a source differs; the first registry that gives one is heard.

    Of a source that was never completed (`ketcontent.importing.is_incomplete`) every column is
    read: its own say no more than what somebody gave to know it by. What a registry has is not
    confirmed by that, and the row goes on saying so.
    """
    found: dict[str, FieldDifference | None] = {}
    for record in records:
        theirs = _row_of(record)
        columns: tuple[str, ...] = FIELDS
        if theirs and is_incomplete(row):
            theirs = {**theirs, "unconfirmed": f"every field: as {record.registry} has it"}
            columns = (*FIELDS, *(name for name in theirs if name not in (*FIELDS, "url")))
        for column in columns:
            said = theirs.get(column, "")
            if not said or column in found:
                continue
            known = [said, *record.also.get(column, ())]
            same = any(_is_same(column, row.get(column, ""), one) for one in known)
            found[column] = (
                None
                if same
                else FieldDifference(
                    row["source"], column, row.get(column, ""), said, record.registry
                )
            )
    order = (*FIELDS, *(name for name in found if name not in FIELDS))
    return tuple(one for one in (found.get(column) for column in order) if one)


def _row_of(record: RegistryRecord) -> Mapping[str, str]:
    """Return what a registry holds as cells of the table; nothing where no source can be made."""
    try:
        [entry] = parse_sources(json.dumps([dict(record.item)]), record.registry)
    except (KetcontentError, ValueError):
        return {}
    return {} if entry.fault else entry.row


def _is_same(column: str, ours: str, theirs: str) -> bool:
    if column == "authors":
        return _are_same_authors(ours, theirs)
    if column == "issued":
        # A month of ours is no contradiction to a day of theirs, nor the other way round.
        return bool(ours and theirs) and (ours.startswith(theirs) or theirs.startswith(ours))
    if column == "page" and "-" not in theirs:
        ours = ours.partition("-")[0]  # some give the first page alone
    return _plain(ours) == _plain(theirs)


def _plain(text: str) -> str:
    """Return the letters and figures of a text, without case and accents."""
    text = re.sub(r"</?(?:i|b|sub|sup)>", "", text)
    text = "".join(
        one
        for one in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(one)
    )
    return " ".join(re.findall(r"\w+", text.replace("&", " and ")))


def _are_same_authors(ours: str, theirs: str) -> bool:
    """Return whether two lists name the same people, as far as ours goes ({et al.} is its end)."""
    mine, others = (split_names(names) for names in (ours, theirs))
    if mine and mine[-1] == "{et al.}":
        mine = mine[:-1]
        others = others[: len(mine)]
    return [_family_and_initial(one) for one in mine] == [
        _family_and_initial(one) for one in others
    ]


def _family_and_initial(name: str) -> tuple[str, str]:
    family, _, given = name.strip("{}").partition(",")
    return _plain(family).replace(" ", ""), _plain(given)[:1]
