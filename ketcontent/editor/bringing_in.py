"""What the browser asks about a page that is brought in (`ketcontent.editor.incoming`).

Each answer shows the page as it would now be written. Only `write_page` writes.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ketcontent.editor.bench import Bench, carry_over, choose_again, judge_page
from ketcontent.editor.incoming import (
    Incoming,
    arrived,
    incoming_view,
    read_as,
    read_back,
    with_options,
    write_incoming,
)
from ketcontent.editor.views import Answer, everything_shown
from ketcontent.errors import KetcontentError
from ketcontent.importing import SuppliedFile, pasted_file, read_supplied, supplied_from


def incoming_of(bench: Bench) -> Answer | None:
    """Return what is shown of the page that is looked at; None where there is none."""
    return incoming_view(bench.incoming, bench.session.saved) if bench.incoming else None


def bring_in_file(bench: Bench, path: str) -> None:
    """Look at a file; a relative path starts at the folder of the project.

    Raises
    ------
    UnreadablePage
        When it cannot be read in full, or is not what its name says.
    """
    if not path.strip():
        raise KetcontentError("No file is named.", hint="Give its path, or choose it.")
    place = bench.folder.parent / Path(path.strip()).expanduser()
    bench.incoming = arrived(read_supplied(place))


def _bring_in(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Look at a file by its path, at one that the browser sends in parts, or at what was pasted."""
    if "path" in message:
        bring_in_file(bench, str(message["path"]))
    elif "data" in message:
        part = base64.b64decode(str(message["data"]))
        bench.arriving = part if message["part"] == 0 else bench.arriving + part
        if not message["last"]:
            return {}
        data, bench.arriving = bench.arriving, b""
        bench.incoming = arrived(supplied_from(Path(Path(str(message["name"])).name), data))
    else:
        file: SuppliedFile = pasted_file(str(message.get("html", "")), str(message["text"]))
        bench.incoming = arrived(file)
    return {"incoming": incoming_of(bench)}


def _there(bench: Bench) -> Incoming:
    if bench.incoming is None:
        raise KetcontentError("No page is looked at.", hint="Bring one in first.")
    return bench.incoming


def _read_as(bench: Bench, message: Mapping[str, Any]) -> Answer:
    numbers = {int(one) for one in message["blocks"]}
    form, level = str(message["form"]), int(message.get("level", 0))
    bench.incoming, chosen = read_as(_there(bench), numbers, form, level)
    return {"incoming": incoming_of(bench), "blocks": chosen}


def _read_back(bench: Bench, _: Mapping[str, Any]) -> Answer:
    bench.incoming = read_back(_there(bench))
    return {"incoming": incoming_of(bench)}


def _bring_in_with(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Take the page in otherwise: its key, its language, what is left out of it."""
    kinds: dict[str, type] = {"document": str, "language": str}
    kinds |= dict.fromkeys(("replace", "whole", "accept_changes"), bool)
    options = {name: kind(message[name]) for name, kind in kinds.items() if name in message}
    bench.incoming = with_options(_there(bench), **options)
    return {"incoming": incoming_of(bench)}


def _write_page(bench: Bench, _: Mapping[str, Any]) -> Answer:
    incoming = _there(bench)
    fresh, told = write_incoming(incoming, bench.folder)
    bench.incoming = None
    brought = {"document": incoming.document, "told": told}
    if not bench.session.document:  # its first page: another bench opens on that
        return {"incoming": None, "brought": brought}
    carry_over(bench, fresh)
    choose_again(bench)
    judge_page(bench)
    return {"incoming": None, "brought": brought, **everything_shown(bench)}


def _put_away(bench: Bench, _: Mapping[str, Any]) -> Answer:
    bench.incoming = None
    return {"incoming": None}


INCOMING_VERBS: dict[str, Callable[[Bench, Mapping[str, Any]], Answer]] = {
    "bring_in": _bring_in,
    "read_as": _read_as,
    "read_back": _read_back,
    "bring_in_with": _bring_in_with,
    "write_page": _write_page,
    "put_away": _put_away,
}
"""The verbs, by name."""
