"""The signatures of a page as the files that ``ssh-keygen -Y verify`` reads."""

from __future__ import annotations

import datetime
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ketcontent.approvals.proofs import message_of, signed_by, signed_words, signers_of
from ketcontent.approvals.signatures import armoured, namespace_of
from ketcontent.approvals.status import EARLIEST
from ketcontent.atomic import replace_file
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model import Content, rows_of
from ketcontent.places import cannot_write

SIGNERS_FILE = "allowed_signers"
"""The file of the keys, in the form of ``ssh-keygen`` (its manual, ALLOWED SIGNERS)."""


@dataclass(frozen=True, slots=True)
class SignatureFiles:
    """What is to be written, and what then tests it."""

    files: Mapping[str, bytes]
    """By name: the keys, and of each signed sign-off what was signed and the signature."""
    commands: tuple[str, ...]
    """One for each signed sign-off, to be run in the folder of the files."""


def export_signatures(
    content: Content, document: str, folder: str | os.PathLike[str]
) -> tuple[str, ...]:
    """Write the signatures of a page for ``ssh-keygen``, and return the commands that test them.

    Parameters
    ----------
    content, document
        The tables and the page.
    folder
        A folder that is not there yet, or is empty.

    Raises
    ------
    UnknownName
        When there is no such page.
    KetcontentError
        When the folder has something in it, or cannot be written.
    """
    known = list(content.documents["document"])
    if document not in known:
        raise UnknownName.of("document", document, known)
    found, place = _files_of(content, document), Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        if any(place.iterdir()):
            hint = "Name a folder that does not exist yet."
            raise KetcontentError(f"{place} is not empty.", hint=hint, path=str(place))
        for name, data in found.files.items():
            replace_file(place / name, data)
    except OSError as fault:
        raise cannot_write(fault, place) from None
    return found.commands


def _files_of(content: Content, document: str) -> SignatureFiles:
    """Return the signatures of a page as files for ``ssh-keygen``.

    Each is tested as of the day that it bears, so that a key that has ended since still counts.
    One by a key that the table does not have is tested too, and does not hold.
    """
    keys = signers_of(rows_of(content.signing_keys))
    lines = [_allowed(key) for key in keys.values()]
    files = {SIGNERS_FILE: "".join(f"{line}\n" for line in lines).encode()}
    commands = []
    rows = [row for row in content.rows("signoffs", document) if row["signature"]]
    for number, row in enumerate(rows, start=1):
        name = f"{number:04}"  # a key of the tables names no file outside of them
        key = keys.get(signed_by(row))
        space = key["namespace"] if key else namespace_of(row["signature"])
        files[f"{name}.json"] = message_of(signed_words(row))
        files[f"{name}.json.sig"] = armoured(row["signature"]).encode()
        commands.append(
            f"ssh-keygen -Y verify -f {SIGNERS_FILE} -I {shlex.quote(row['person'])} "
            f"-n {shlex.quote(space)} -Overify-time={_day(row['signed_on'])} "
            f"-s {name}.json.sig < {name}.json"
        )
    return SignatureFiles(files, tuple(commands))


def _allowed(key: Mapping[str, Any]) -> str:
    """Return the line of a key: whose it is, for what, and from when until when."""
    last = [datetime.date.fromisoformat(key["valid_until"])] if key["valid_until"] else []
    if key["revoked_on"]:
        last.append(datetime.date.fromisoformat(key["revoked_on"]) - datetime.timedelta(1))
    options = [f'namespaces="{key["namespace"]}"']
    if key["valid_from"] > EARLIEST:  # of the first days of 1970 and before, ssh-keygen knows none
        options.append(f'valid-after="{_day(key["valid_from"])}"')
    options += [f'valid-before="{min(last):%Y%m%d}235959"'] if last else []
    return f"{key['person']} {','.join(options)} {key['public_key']}"


def _day(day: str) -> str:
    """Return a day as ``ssh-keygen`` writes it."""
    return day.replace("-", "")
