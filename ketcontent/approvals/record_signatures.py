"""Test the signatures that a record has of sign-offs, with no table of the project at hand.

A record has of each sign-off that counts what was signed and its signature. Here that is held
against what the record says itself: the same words of the same statement, in the same page, and
what their digest is of, so the same kind, grade, sources and section. So a record that somebody
changed together with its page is found out without a manifest, as far as sentences are signed;
whose the keys are must be known from elsewhere.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ketcontent.approvals.departures import Mismatch
from ketcontent.approvals.proofs import (
    VERSION,
    Doubt,
    doubt_of_signature,
    name_of_signer,
    signers_of,
)
from ketcontent.approvals.record_lines import source_of
from ketcontent.approvals.scope import RULE
from ketcontent.approvals.signatures import public_key_of
from ketcontent.errors import KetcontentError
from ketcontent.markup import english
from ketcontent.pages import Statement, shown_certainty
from ketcontent.text import canonical, counted, digest

KEY_COLUMNS = (
    *("signing_key", "person", "namespace", "public_key"),
    *("valid_from", "valid_until", "revoked_on"),
)
"""The columns of a signing key that decide about a signature."""

_PROOFS = ("checked", "recorded")
"""How a record says that it is known who made a sign-off that counts."""


def signature_mismatches(
    record: Mapping[str, Any], keys_path: str | Path | None = None
) -> tuple[list[Mismatch], list[str]]:
    """Return which signatures of a record do not hold, and what nobody can tell of the rest.

    Parameters
    ----------
    record
        The record of a page.
    keys_path
        The table of signing keys, from a place that is trusted; by default the record's own keys
        are taken, which says that one hand made them, and not whose it was.

    Raises
    ------
    KetcontentError
        When the table of keys cannot be read.
    """
    every = list(_sign_offs(record))
    is_signed = any(one.get("proof") == "checked" for _, _, one in every)
    keys = signers_of(
        read_keys(keys_path) if keys_path else record["signing_keys"] if is_signed else ()
    )
    wrong, uncheckable, revoked = [], 0, 0
    for key, one, sign_off in every:
        doubt = _doubt(sign_off, keys)
        why = doubt.message if doubt else ""
        if doubt and doubt.rule == "signature-not-checked":
            uncheckable, why = uncheckable + 1, ""
        if not doubt and sign_off.get("proof") == "checked":
            revoked += bool(keys[public_key_of(sign_off["signature"])]["revoked_on"])
        is_held = not why and sign_off.get("proof") == "checked"
        if is_held and (other := _other_than_said(record, key, one, sign_off)):
            why = f"what was signed is another {other} than the record has"
        if why:
            who = f"the {sign_off['capacity']} sign-off by {sign_off['person']}"
            wrong.append(Mismatch(key, "", "", fault=f"{who} does not hold: {why}"))
    wrong += _reviewers_otherwise(record, every)
    untold = _untold(record, every, uncheckable, has_keys=keys_path is not None)
    if revoked:
        said = f"{counted(revoked, 'signature')} by a key that was revoked since"
        untold.append(f"whether git had {said} before that day")
    return wrong, untold


def _reviewers_otherwise(
    record: Mapping[str, Any], every: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]]
) -> list[Mismatch]:
    """Return of whom a page says, and its record does not, that a signature was checked.

    Or the other way round. A page says it in English, whatever its own language is, once of each
    who signed, in each capacity and with a key that was revoked since or not.
    """
    page = record["pages"].get("index.html")
    if page is None:
        return []
    revoked = {key["public_key"]: key["revoked_on"] for key in record.get("signing_keys", ())}
    by = {
        (
            one["person"],
            one["capacity"],
            revoked.get(public_key_of(one["signature"])),
        ): name_of_signer(one["said"]["signer"])
        for _, _, one in every
        if one.get("proof") == "checked"
    }
    checked = english()("about-signature-checked")
    named, wrong = sorted(by.values(), key=len, reverse=True), []
    for words in page:
        if isinstance(words, str) and checked in words:
            found = [one for one in named if words.startswith(one)]
            found = found or [one for one in named if one in words]
            if found:
                named.remove(found[0])
            else:
                said = f"the record has no such signature as the page names: {words}"
                wrong.append(Mismatch("", "", "", fault=said))
    return wrong + [
        Mismatch("", "", "", fault=f"the page does not name {one}, whose signature was checked")
        for one in named
    ]


def _doubt(sign_off: Mapping[str, Any], keys: Mapping[str, Mapping[str, Any]]) -> Doubt | None:
    """Return why a sign-off is not proven as the record says; None, where it is.

    No `record` of ours says of one that does not count how it is known, nor has one that is
    recorded a signature: there somebody took away what can be tested.
    """
    proof, state = sign_off.get("proof"), sign_off["state"]
    has_signature = "signature" in sign_off or "said" in sign_off
    if "proof" in sign_off and (proof not in _PROOFS or state != "valid"):
        said = f"its proof is {proof!r}, which no record says of one that is {state!r}"
        return Doubt("proof-unknown", said, "")
    if proof != "checked":
        said = "it has a signature, and the record says that it has none"
        return Doubt("proof-unknown", said, "") if has_signature else None
    if (version := sign_off["said"]["v"]) != VERSION:
        said = f"what was signed is in version {version!r}, and known here is {VERSION}"
        return Doubt("signature-of-other-version", said, "")
    return doubt_of_signature(sign_off["said"], sign_off["signature"], keys)


def _untold(
    record: Mapping[str, Any],
    every: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]],
    uncheckable: int,
    *,
    has_keys: bool,
) -> list[str]:
    """Return what nobody can tell of the sign-offs of a record."""
    found = []
    proofs = [one.get("proof", "older") for _, _, one in every if one["state"] == "valid"]
    is_signed = "checked" in proofs
    if uncheckable:
        hint = "python -m pip install 'ketcontent[keys]'"
        found.append(f"{counted(uncheckable, 'signature')}: {hint}")
    if is_signed and not has_keys:
        found.append("whose the signing keys are: name the table of them with --keys")
    for proof, why in (
        ("recorded", "recorded, not signed"),
        ("older", "an older version wrote the record"),
    ):
        if number := proofs.count(proof):
            found.append(f"who made {counted(number, 'sign-off')}: {why}")
    if is_signed or has_keys:
        proven = signed_parts(record)
        parts = dict(_signables(record))
        if number := sum("covers" not in parts[key] for key in proven):
            what = f"the kind, grade and sources of {counted(number, 'part')}"
            found.append(f"{what}: an older version wrote the record")
        bare = len(parts.keys() - proven)
        if bare:
            found.append(f"who approved {counted(bare, 'part')} of the page: not signed")
    return found


def signed_parts(record: Mapping[str, Any]) -> set[str]:
    """Return the keys of what a record has a signature on."""
    return {key for key, _, one in _sign_offs(record) if one.get("proof") == "checked"}


def _signables(record: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each thing of a record that is signed, after its key."""
    for column, part in (("statement", "statements"), ("key", "around")):
        for one in record.get(part, ()):
            yield one[column], one


def _sign_offs(
    record: Mapping[str, Any],
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield each sign-off of a record with what it is to, and its key."""
    for key, one in _signables(record):
        for sign_off in one["sign_offs"]:
            yield key, one, sign_off


def _other_than_said(
    record: Mapping[str, Any], key: str, one: Mapping[str, Any], sign_off: Mapping[str, Any]
) -> str:
    """Return what a record says otherwise than was signed; nothing where it is the same.

    What its digest is of is held to the record too, so that no grade or source is another.
    """
    said = sign_off["said"]
    words = " ".join(filter(None, [one.get("label", ""), one["words"]]))
    for name, now in (
        ("document", record["document"]),
        ("statement", key),
        ("digest", one["digest"]),
        ("wording", words),
        ("verdict", "approved"),
        *((name, sign_off[name]) for name in ("capacity", "person", "signed_on")),
    ):
        if canonical(said[name]) != canonical(now):
            return name
    return _other_than_covered(record, key, one) if "covers" in one else ""


def _other_than_covered(record: Mapping[str, Any], key: str, one: Mapping[str, Any]) -> str:
    """Return what a record says otherwise than what the digest of a signed part is of."""
    covers, rule = one["covers"], one["digest"].partition(":")[0]
    if digest(*covers, context=[record["document"], key], rule=rule) != one["digest"]:
        return "content (covers)"
    if "statement" not in one or rule != RULE:
        return ""  # a title, heading, term or waiver: its words are what was signed with it
    words, label, kind, certainty, rests_on, _, _, stands, *_ = covers
    roles = {key: role for key, _, role in map(source_of, rests_on)}
    against = [name for name in one["sources"] if roles.get(name) == "contradicts"]
    mark = shown_certainty(Statement("", label, "", "", kind, "", certainty=certainty), english())
    is_marked_so = (
        one["certainty_shown"] == mark
        if record["language"] == "en"
        else bool(one["certainty_shown"]) == bool(mark)
    )
    for name, is_same in (
        ("words", one["words"] == words),
        ("kind", one["kind"] == kind),
        ("certainty", one["certainty"] == certainty and is_marked_so),
        ("source", set(one["sources"]) == roles.keys() - _uncited(covers)),
        (
            "source against it",
            (one["against"], bool(one["against_shown"])) == (against, bool(against)),
        ),
        ("section", one["section"] == stands[0]),
    ):
        if not is_same:
            return name
    return ""


def _uncited(covers: Sequence[Any]) -> set[str]:
    """Return which sources a signed statement rests on and does not cite."""
    return {key for part in covers[5:] if part and part[0] == "uncited" for key in part[1:]}


def read_keys(path: str | Path) -> list[dict[str, str]]:
    """Return the rows of a table of signing keys that stands anywhere.

    Raises
    ------
    KetcontentError
        When it cannot be read, or is another table.
    """
    hint = "Name a signing_keys.csv, from a place that you trust."
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows, named = list(reader), reader.fieldnames or ()
    except (OSError, ValueError, csv.Error) as fault:
        reason = getattr(fault, "strerror", None) or "it is no table"
        raise KetcontentError(f"{path} cannot be read: {reason}.", hint=hint) from None
    if absent := [name for name in KEY_COLUMNS if name not in named]:
        raise KetcontentError(f"{path} has no column '{absent[0]}'.", hint=hint)
    known: set[str] = set()
    for row in rows:
        if row["public_key"] in known:
            said = f"{path} has the public key of '{row['signing_key']}' in two rows"
            raise KetcontentError(f"{said}: one may say that it was revoked.", hint=hint)
        known.add(row["public_key"])
    return [{name: row[name] or "" for name in KEY_COLUMNS} for row in rows]
