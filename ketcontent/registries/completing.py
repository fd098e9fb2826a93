"""A DOI or PubMed id that somebody gave → the reference as the registries have it.

Nothing is written, and nothing of it counts as confirmed: the row goes on saying that it is as a
registry has it until somebody has compared it with the source itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from ketcontent.errors import KetcontentError
from ketcontent.importing import Entry
from ketcontent.model import Content, frame_of
from ketcontent.registries.client import Client
from ketcontent.registries.looking_up import LookedUp, look_up, noted, taken


def complete(content: Content, entry: Entry, client: Client) -> tuple[Entry, list[str]]:
    """Return a reference with what the registries have of it, and what to tell of their answers.

    Where nobody answers it stays what was given, and that is told.

    Parameters
    ----------
    content
        The tables, which stay as they are.
    entry
        What was given.
    client
        Who asks.
    """
    cells = dict(entry.row)
    if not (cells.get("doi") or cells.get("pmid")):
        return entry, ["Nobody was asked: it has neither a DOI nor a PubMed id."]
    address = cells.pop("url", "")
    columns = content.schemas["sources"].columns
    row = {name: cells.get(name, "") for name in columns} | {"source": "given"}
    alone = dataclasses.replace(content, sources=frame_of("sources", [row], content))
    try:
        [found] = look_up(alone, ["given"], client)
    except KetcontentError as failure:
        return entry, [f"{failure.message} It has what was given."]
    [now] = taken(noted(alone, [found]), found.differences).rows("sources")
    filled = {str(name): str(cell) for name, cell in now.items() if cell and name != "source"}
    if address:
        filled["url"] = address
    told = list(_told(found))
    if not found.differences:
        return dataclasses.replace(entry, row=filled), told
    if " " in entry.row["title"]:  # a DOI that was mistyped in a line leads to another work
        told.append(f"As it was given: {entry.row['title']}")
    # Now there are authors and a year to name it by.
    return dataclasses.replace(entry, name="", row=filled), told


def _told(found: LookedUp) -> Iterator[str]:
    if found.known_by:
        yield f"Known to {' and '.join(found.known_by)}."
    if found.unknown_to:
        yield f"Not known to {' or '.join(found.unknown_to)}: look at its DOI and PubMed id."
    yield from (f"No answer: {why}." for why in found.failures)
    yield from (f"{one.state}: {one}." for one in found.announcements)
    yield from (f"Newer version: {one}." for one in found.newer)
