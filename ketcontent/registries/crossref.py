"""What Crossref holds of a DOI: the reference, and what was announced, by the publisher or others.

An announcement stands on the record of the work itself, in ``updated-by``; ``update-to`` stands on
the record of the notice. Since 2025 those of Retraction Watch are among them, with
``source: retraction-watch``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ketcontent.registries.client import Answer
from ketcontent.registries.records import Announcement, RegistryRecord, State, marked_title

NAME = "Crossref"

_STATES: dict[str, State] = {
    **dict.fromkeys(("retraction", "removal", "withdrawal", "partial_retraction"), "retracted"),
    "expression_of_concern": "concern",
    **dict.fromkeys(
        ("correction", "corrigendum", "erratum", "addendum", "clarification"), "corrected"
    ),
}
_NEWER = ("new_version", "new_edition")
_WHO = {"publisher": "the publisher", "retraction-watch": "Retraction Watch"}


def path_of(doi: str) -> str:
    """Return where Crossref has a DOI."""
    return f"/works/{quote(doi, safe='')}"


def read_record(answer: Answer, doi: str) -> RegistryRecord | None:
    """Return what Crossref holds of a DOI; None where it does not know it.

    Raises
    ------
    ValueError
        When it answers with something else; any mistake in its form may raise another error.
    """
    if not answer.is_there:
        return None
    message = json.loads(answer.body)["message"]
    if str(message["DOI"]).casefold() != doi.casefold():
        raise ValueError("It is the record of another work.")
    kinds = [(_kind(one), one) for one in message.get("updated-by") or ()]
    titles = message.get("title") or [""]
    return RegistryRecord(
        registry=NAME,
        item=message,
        announcements=(
            *(_announcement(kind, one) for kind, one in kinds if kind not in _NEWER),
            *marked_title(str(titles[0]), NAME),
        ),
        newer=tuple(
            f"{kind.replace('_', ' ')}: {one.get('DOI', '')}"
            for kind, one in kinds
            if kind in _NEWER
        )
        + tuple(
            f"published as {one['id']}"
            for one in (message.get("relation") or {}).get("is-preprint-of") or ()
        ),
        also={
            "container_title": tuple(map(str, message.get("short-container-title") or ())),
            "issued": tuple(
                day
                for name in ("published-print", "published-online", "published")
                if (day := _day(message.get(name)))
            ),
        },
    )


def _kind(update: Mapping[str, Any]) -> str:
    return str(update["type"]).strip().lower().replace("-", "_").replace(" ", "_")


def _announcement(kind: str, update: Mapping[str, Any]) -> Announcement:
    """Return an update as an announcement; one of an unknown kind is a reason for concern."""
    source = str(update.get("source") or "publisher")
    record = update.get("record-id")
    who = _WHO.get(source, source) + (f" (record {record})" if record else "")
    day = _day(update.get("updated"))
    return Announcement(
        _STATES.get(kind, "concern"),
        kind,
        str(update.get("DOI") or ""),
        day,
        (who,),
    )


def _day(date: Any) -> str:
    """Return a date of Crossref's as the tables write it: a day, a month or a year."""
    parts = ((date or {}).get("date-parts") or [[]])[0]
    numbers = [int(part) for part in parts if part is not None]
    return "-".join(f"{part:0{2 if place else 4}}" for place, part in enumerate(numbers))
