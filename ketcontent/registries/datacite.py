"""What DataCite holds of a DOI: data sets, reports and preprints. It knows withdrawals only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ketcontent.registries.client import Answer
from ketcontent.registries.records import Announcement, RegistryRecord, marked_title

NAME = "DataCite"

_NEWER = {"IsPreviousVersionOf": "new version", "IsObsoletedBy": "replaced by"}
"""What a related work is to ours, by how ours is related to it (DataCite schema 4.6)."""


def path_of(doi: str) -> str:
    """Return where DataCite has a DOI."""
    return f"/dois/{quote(doi, safe='')}"


def read_record(answer: Answer, doi: str) -> RegistryRecord | None:
    """Return what DataCite holds of a DOI; None where it does not know it.

    Raises
    ------
    ValueError
        When it answers with something else; any mistake in its form may raise another error.
    """
    if not answer.is_there:
        return None
    said = json.loads(answer.body)["data"]["attributes"]
    if str(said["doi"]).casefold() != doi.casefold():
        raise ValueError("It is the record of another work.")
    dates = {str(one["dateType"]): str(one["date"]) for one in said.get("dates") or ()}
    title = str(said["titles"][0]["title"])
    whole = said.get("container") or {}
    pages = "-".join(str(whole[end]) for end in ("firstPage", "lastPage") if whole.get(end))
    return RegistryRecord(
        registry=NAME,
        item={
            "type": "document",
            "title": title,
            "author": [_name(one) for one in said.get("creators") or ()],
            "container-title": whole.get("title"),
            "volume": whole.get("volume"),
            "issue": whole.get("issue"),
            "page": pages,
            "issued": {"date-parts": [[int(said["publicationYear"])]]},
            "DOI": said["doi"],
        },
        announcements=(
            *(
                Announcement("retracted", "withdrawal", "", date[:10], (NAME,))
                for kind, date in dates.items()
                if kind == "Withdrawn"
            ),
            *marked_title(title, NAME),
        ),
        newer=tuple(
            f"{_NEWER[one['relationType']]}: {one['relatedIdentifier']}"
            for one in said.get("relatedIdentifiers") or ()
            if one.get("relationType") in _NEWER
        ),
        also={"issued": tuple(date[:10] for date in dates.values())},
    )


def _name(creator: Mapping[str, Any]) -> dict[str, str]:
    if creator.get("familyName"):
        return {"family": str(creator["familyName"]), "given": str(creator.get("givenName") or "")}
    return {"literal": str(creator["name"])}
