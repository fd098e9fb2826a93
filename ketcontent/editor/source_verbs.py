"""What the browser asks about sources: find one, offer what was pasted, look it up, take it."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

from ketcontent.editor.adding import Offered, answered_sources, asked, seen_as, with_answer
from ketcontent.editor.bench import Bench
from ketcontent.editor.citing import found_sources
from ketcontent.editor.session import rows_by_key
from ketcontent.editor.views import Answer, redline_view, source_view
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.importing import (
    Choice,
    Entry,
    Suggestion,
    decoded_sources,
    parse_given,
    suggested,
)
from ketcontent.model import Content
from ketcontent.registries import Client, cache_folder
from ketcontent.reports import impact

MOST_SHOWN = 20
"""References that are shown at once."""


def contact() -> str:
    """Return the mail address with which registries are asked, where the environment has one."""
    return os.environ.get("KETCONTENT_CONTACT", "")


def _search(bench: Bench, message: Mapping[str, Any]) -> Answer:
    found = found_sources(bench.session.content, str(message["words"]))
    return {"found": [source_view(row) for row in found]}


def _offer(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Show what a pasted text, or a file that the browser sends in parts, would become."""
    text, place = str(message.get("text", "")), "What was pasted"
    if "data" in message:
        part = base64.b64decode(str(message["data"]))
        bench.arriving = part if message["part"] == 0 else bench.arriving + part
        if not message["last"]:
            return {}
        data, bench.arriving = bench.arriving, b""
        text, place = decoded_sources(data), Path(str(message["name"])).name
    bench.offered = Offered(tuple(parse_given(text, place)))
    bench.asking = None
    return {"offered": _shown(bench)}


def _shown(bench: Bench) -> Answer | None:
    if bench.offered is None or not bench.offered.entries:
        return None
    return _offered_view(bench.offered, bench.session.content)


def _offered_view(offered: Offered, content: Content) -> Answer:
    """Return what the browser is told: of each reference what it would become."""
    plans = suggested(content, offered.entries)
    return {
        "count": len(plans),
        "new": [place for place, one in enumerate(plans) if one.kind == "new"],
        "suggestions": [
            _view(place, one, content, offered.told.get(place, ()))
            for place, one in enumerate(plans[:MOST_SHOWN])
        ],
    }


def _view(place: int, one: Suggestion, content: Content, lines: tuple[str, ...]) -> Answer:
    row = {**one.entry.row, **one.row, "source": one.key}
    both = [list(cells) for cells in one.both]
    return {
        "place": place,
        "kind": one.kind,
        "other": one.other,
        "row": source_view(row),
        "is_incomplete": one.is_incomplete,
        "can_be_asked": bool(row.get("doi") or row.get("pmid")),
        "name": one.entry.name,
        "fault": f"{one.entry.fault} {one.entry.hint}".strip(),
        "both": both if one.kind in ("new", "same-key") else [],
        "changes": [
            {"column": change.column, "redline": redline_view(change.old, change.new)}
            for change in one.changes
        ],
        "touches": impact(content, "source", one.other).head if one.other else "",
        "told": list(lines),
        "seen": seen_as(one),
    }


def _there(bench: Bench) -> Offered:
    if bench.offered is None:
        raise KetcontentError("No source is looked at.", hint="Paste one first.")
    return bench.offered


def _look_up(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Ask the registries about a reference that is offered, or a source of the table."""
    if bench.asking is not None and bench.asking.thread.is_alive():
        raise KetcontentError("A registry is being asked already.", hint="Wait for its answer.")
    client = Client(str(message["contact"]).strip(), cache_folder())
    place = int(message.get("place", 0))
    if "source" in message:
        key = str(message["source"])
        rows = rows_by_key(bench.session.content, "sources")
        if (key,) not in rows:
            raise UnknownName.of("source", key, [name for (name,) in rows])
        bench.offered = Offered((Entry(0, key, rows[(key,)]),))
    bench.asking = asked(bench.session.content, _there(bench), place, client)
    return {"asking": True}


def _looked_up(bench: Bench, _: Mapping[str, Any]) -> Answer:
    """Say what was answered, once it was."""
    asking = bench.asking
    if asking is not None and not asking.answers:
        return {"asking": True}
    if asking is not None:
        bench.offered, bench.asking = with_answer(_there(bench), asking), None
    return {"asking": False, "offered": _shown(bench)}


def _answer(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Take references, replace sources by them, or leave them: as the editor says of each."""
    choices: dict[int, Choice] = {}
    for place, choice in message["choices"].items():
        if choice not in get_args(Choice):
            raise UnknownName.of("answer", str(choice), get_args(Choice))
        choices[int(place)] = choice
    bench.session, bench.offered, found, lines = answered_sources(
        bench.session,
        _there(bench),
        choices,
        keys={int(place): str(key) for place, key in message.get("keys", {}).items()},
        seen={int(place): str(seen) for place, seen in message.get("seen", {}).items()},
    )
    bench.asking = None  # what it is about stands at another place now
    rows = rows_by_key(bench.session.content, "sources")
    return {
        "found": [source_view(rows[(key,)]) for key in found],
        "told": lines,
        "offered": _shown(bench),
    }


SOURCE_VERBS: dict[str, Callable[[Bench, Mapping[str, Any]], Answer]] = {
    "search": _search,
    "offer_sources": _offer,
    "look_up": _look_up,
    "looked_up": _looked_up,
    "answer_sources": _answer,
}
"""The verbs, by name."""
