"""What rows of proposals and of comments share: their keys, and who they are by."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model import Content, frame_of


def key_of(letter: str, said: Mapping[str, str]) -> str:
    """Return the key of a row by what it says: what comes back twice is one row."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return f"{letter}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def by_of(content: Content, person: str, name: str) -> dict[str, str]:
    """Return who something is by, as its row has it.

    Raises
    ------
    UnknownName
        When there is no such person.
    KetcontentError
        When nobody is named.
    """
    require_person(content, person)
    if not person and not name.strip():
        raise KetcontentError(
            "Nobody is named as whose words these are.",
            hint="Name a person of people.csv, or whom the file that it came in names.",
        )
    return {"person": person, "name": " ".join(name.split())}


def require_person(content: Content, person: str) -> str:
    """Return a key of ``people``, or nothing for nobody.

    Raises
    ------
    UnknownName
        When there is no such person.
    """
    if person and person not in set(content.people["person"]):
        raise UnknownName.of("person", person, content.people["person"])
    return person


def with_row(content: Content, table: str, row: Mapping[str, object]) -> Content:
    """Return `content` with a row added; as it was where a row of that key is there."""
    frame: pd.DataFrame = getattr(content, table)
    [column] = content.schemas[table].key
    if row[column] in set(frame[column]):
        return content
    together = pd.concat([frame, frame_of(table, [dict(row)], content)], ignore_index=True)
    together = together.sort_values(column, ignore_index=True)
    frames: dict[str, Any] = {table: together}
    return dataclasses.replace(content, **frames)
