"""What a signature of a sign-off is over, and whether it counts.

Signed is all that a row of ``signoffs`` says, in the one form that RFC 8785 has for it in JSON,
with the version of that form (``v``). A comment may be for the team alone, while a record is for
everybody; so its hash stands there, which can be tested by both::

    {"capacity":"clinical","comment":"","digest":"w2:…","document":"ketamine","person":"ada",
     "signed_on":"2026-11-27","signer":"name: …","signoff":"s-…","statement":"form-1","v":1,
     "verdict":"approved","wording":"Ketamine is …"}

The namespace, which says of which project it is, stands in the signature itself
(`ketcontent.approvals.signatures`) and must be that of the key. A row copied to another statement,
page, person, capacity, day or project says something else than was signed.

A signature counts where it is of what the row says, by a key that ``signing_keys`` has of the
person, on a day on which that key was valid and not revoked. One that does not count is worse than
none: somebody changed what was signed, or signed as somebody else. So the row does not count
either, whether ``policies`` asks for a signature or not. A row without one counts where none is
asked for, and is told as recorded, not as signed.
"""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ketcontent.approvals.signatures import CannotCheck, holds, public_key_of
from ketcontent.hashing import hash_bytes

VERSION = 1
"""Of what is signed, and of the form of it."""

_SIGNED = (
    *("signoff", "document", "statement", "person", "signer", "capacity", "verdict", "digest"),
    *("wording", "signed_on"),
)
"""The columns of a sign-off that are signed as they are."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a sign-off is not known to be its signer's."""

    rule: str
    """The rule that finds it."""
    message: str
    """What is wrong, as a part of a sentence."""
    hint: str
    """What to do."""


def signed_words(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is signed of a sign-off, as a record says it."""
    comment = hash_bytes(row["comment"].encode()) if row["comment"] else ""
    return {"v": VERSION, **{name: row[name] for name in _SIGNED}, "comment": comment}


def signed_by(row: Mapping[str, Any]) -> str:
    """Return the public key that the signature of a sign-off says it is by; nothing without one."""
    return public_key_of(row["signature"])


def message_of(said: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed: JSON in its canonical form (RFC 8785).

    Examples
    --------
    >>> message_of({"v": 1, "person": "Zoë"}).decode()
    '{"person":"Zoë","v":1}'
    """
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


_NEXT_CELL = re.compile(r"(?<!;)((?:;;)*); (?=(?:profession|credential|affiliation|conflicts): )")
"""Where a cell of a signer ends: at a semicolon of its own, for those of a cell are doubled."""


def name_of_signer(said: str) -> str:
    """Return the name and credential in what a sign-off keeps of its signer, as a page has them.

    Examples
    --------
    >>> name_of_signer("name: A. Roe; profession: nurse; credential: RN;; ICU; affiliation: ;")
    'A. Roe, RN; ICU'
    """
    pieces = _NEXT_CELL.split(said)
    cells = ["".join(pieces[at : at + 2]) for at in range(0, len(pieces), 2)]
    parts = dict(one.replace(";;", ";").split(": ", 1) for one in cells if ": " in one)
    return ", ".join(filter(None, (parts.get("name"), parts.get("credential"))))


def signers_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the rows of ``signing_keys`` by public key, but those of one that is there twice.

    Of two rows nobody knows which counts: one may say that the key was revoked.
    """
    rows = list(rows)
    times = Counter(row["public_key"] for row in rows)
    return {row["public_key"]: row for row in rows if times[row["public_key"]] == 1}


def doubt_of(
    row: Mapping[str, Any], keys: Mapping[str, Mapping[str, Any]], *, is_asked: bool
) -> Doubt | None:
    """Return why a sign-off does not count for want of a signature that does; None, where it does.

    Parameters
    ----------
    row
        The sign-off.
    keys
        The signing keys (`signers_of`).
    is_asked
        Whether ``policies`` asks for a signature.
    """
    if not row["signature"]:
        said = "it is recorded, not signed, and policies.csv asks for a signature"
        return Doubt("signature-missing", said, _again(row)) if is_asked else None
    return doubt_of_signature(signed_words(row), row["signature"], keys)


def doubt_of_signature(
    said: Mapping[str, Any], signature: str, keys: Mapping[str, Mapping[str, Any]]
) -> Doubt | None:
    """Return why a signature over what a sign-off says does not count; None, where it does."""
    person = said["person"]
    key = keys.get(public_key_of(signature))
    if key is None or key["person"] != person:
        why = f"its signature is by no key that signing_keys.csv has of '{person}'"
        hint = "Find out who signed. Where it was they, enter that key first."
        return Doubt("signature-by-unknown-key", why, hint)
    try:
        is_so = _holds(
            signature,
            message_of(said),
            public_key=key["public_key"],
            namespace=key["namespace"],
        )
    except CannotCheck as failure:
        why = "its signature could not be checked: 'cryptography' is not installed"
        return Doubt("signature-not-checked", why, f"Install it: {failure.hint}")
    if not is_so:
        why = "its signature is of something else than the row says now"
        hint = f"Put the row back as it was signed. {_again(said)}"
        return Doubt("signature-wrong", why, hint)
    return doubt_of_day(key, said["signed_on"], _again(said))


def _again(said: Mapping[str, Any]) -> str:
    return f"Ask {said['person']} to sign again: ketcontent sign --key FILE."


_holds = lru_cache(maxsize=16384)(holds)


def doubt_of_day(key: Mapping[str, Any], day: str, hint: str) -> Doubt | None:
    """Return why a signing key does not count on a day; None, where it does."""
    name, until = key["signing_key"], key["valid_until"]
    if not all(map(_is_day, filter(None, (day, key["valid_from"], until, key["revoked_on"])))):
        said = f"a day of the key '{name}' is no day"  # whatever a schema of its own lets through
        return Doubt("signature-out-of-time", said, "Mend it in signing_keys.csv.")
    if key["revoked_on"] and day >= key["revoked_on"]:
        said = f"it is dated {day}, and the key '{name}' was revoked on {key['revoked_on']}"
        return Doubt("signature-by-revoked-key", said, hint)
    if not key["valid_from"] or day < key["valid_from"] or (until and day > until):
        end = f"until {until}" if until else "on"
        said = f"it is dated {day}, and the key '{name}' is valid from {key['valid_from']} {end}"
        return Doubt("signature-out-of-time", said, hint)
    return None


def _is_day(cell: str) -> bool:
    try:
        return datetime.date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False


def signatures_asked(policies: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Return of which kinds, in which capacities, a sign-off counts only with a signature.

    What has no kind yet is under the empty kind: there it is asked for where any kind asks.
    """
    asked = {(row["kind"], row["capacity"]) for row in policies if row["signature"]}
    return asked | {("", capacity) for _, capacity in asked}
