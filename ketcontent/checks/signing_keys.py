"""Judge the keys of signatures by the history of their table: since when, and by whose hands."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ketcontent.approvals import SignoffStatus, signed_by
from ketcontent.checks.commits import (
    came_with,
    hands_on,
    has_commits,
    is_before,
    is_shallow,
    made_by,
    revoked_with,
)
from ketcontent.clock import EAST
from ketcontent.diagnostics import Diagnostic
from ketcontent.model import Content
from ketcontent.pages import PageView
from ketcontent.text import counted


def judge_revoked_keys(view: PageView, statuses: Sequence[SignoffStatus]) -> list[Diagnostic]:
    """Return by which revoked keys sign-offs count here, since nobody has asked git about them."""
    names = {row["public_key"]: row["signing_key"] for row in view.rows("signing_keys")}
    rows = {row["signoff"]: row for row in view.rows("signoffs")}
    used: dict[str, list[SignoffStatus]] = {}
    for one in statuses:
        if one.revoked_on:
            used.setdefault(names[signed_by(rows[one.signoff])], []).append(one)
    return [
        Diagnostic(
            rule="signature-revoked-not-asked",
            severity="advice",
            message=f"By the key '{key}', revoked on {found[0].revoked_on}, there counts here: "
            f"{counted(len(found), 'sign-off')} of '{view.document}'. Git was not asked whether it "
            "had that before that day.",
            hint="Ask it: ketcontent check --release.",
            table="signing_keys",
            key=key,
            column="revoked_on",
            cell=found[0].revoked_on,
        )
        for key, found in used.items()
    ]


def key_faults(
    content: Content,
    view: PageView,
    statuses: Sequence[SignoffStatus],
    hands: dict[str, tuple[str, ...]],
) -> Iterator[Diagnostic]:
    """Yield what the history says against the keys that the sign-offs of a page count by.

    Parameters
    ----------
    content
        The tables.
    view, statuses
        The page, and where its sign-offs stand.
    hands
        Who had a hand in each key, where that was asked already.
    """
    keys = {row["public_key"]: row for row in view.rows("signing_keys")}
    signed = {row["signoff"]: row for row in view.rows("signoffs")}
    folder = content.origin.folder if content.origin else None
    proven = [one for one in statuses if one.proof == "checked"]
    used = {one.signoff: keys[signed_by(signed[one.signoff])] for one in proven}
    for one in proven:
        if one.revoked_on:
            yield from _revoked_since(folder, one, signed[one.signoff], used[one.signoff])
    if folder is not None and has_commits(folder) and not is_shallow(folder):
        for key in {row["signing_key"]: row for row in used.values()}.values():
            yield from _by_one_hand(folder, key, hands)


def _revoked_since(
    folder: Path | None, one: SignoffStatus, row: Mapping[str, Any], key: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    """Yield a sign-off by a key that was revoked later, where git had it no sooner.

    The day of a sign-off is its signer's word, and whoever has a stolen key can write any day.
    So can they write any day into a commit of theirs; what counts is since when the line of history
    that leads here (first parents) had it. A commit is no older than those it stands on, and what
    came after the table said that the key is revoked came too late, whatever its day.
    """
    if why := _too_late(folder, row["signature"], key):
        yield Diagnostic(
            rule="signature-revoked-since",
            message=f"{one.person} signed '{one.statement}' on {one.signed_on} ({one.capacity}) "
            f"with the key '{key['signing_key']}', which was revoked on {key['revoked_on']}; "
            f"{why}.",
            hint=f"Ask {one.person} to sign again, with a new key.",
            table="signoffs",
            key=one.signoff,
            column="signature",
            cell=row["signature"],
        )


def _too_late(folder: Path | None, signature: str, key: Mapping[str, Any]) -> str:
    """Return why git does not show that it had a signature before a key was revoked, or nothing."""
    if folder is None or not has_commits(folder):
        return "there is no history of git here, which could show that it is older"
    commit = came_with(folder, "signoffs", signature)
    since = made_by(folder, commit) if commit else None
    revoked = revoked_with(folder, key["public_key"])
    is_older = since is not None and _last_day(since) < key["revoked_on"]
    if is_older and (not revoked or is_before(folder, commit, revoked)):
        return ""
    if is_shallow(folder):
        return "this clone is shallow, so git cannot tell whether it is older"
    if since is None:
        return "git does not have that sign-off"
    if is_older:
        order = f"commit {commit[:8]}, which is not before {revoked[:8]}"
        return f"git has it since {order}, with which the key was revoked, whatever its day"
    return f"git has that sign-off since {since:%Y-%m-%d %H:%M} UTC"


def _last_day(since: datetime.datetime) -> str:
    """Return the latest day that it was anywhere."""
    return since.astimezone(EAST).date().isoformat()


def _by_one_hand(
    folder: Path, key: Mapping[str, Any], hands: dict[str, tuple[str, ...]]
) -> Iterator[Diagnostic]:
    """Yield a key of which git shows one person alone: whoever enters a key can sign with it."""
    name = key["signing_key"]
    if name not in hands:
        hands[name] = hands_on(folder, key)
    if len(hands[name]) > 1:
        return
    of = f"the key '{name}' of {key['person']}"
    yield Diagnostic(
        rule="key-by-one-hand",
        severity="warning",
        message=f"Git shows {hands[name][0]} alone behind {of}: nobody else entered, merged or "
        "approved it."
        if hands[name]
        else f"Git does not have {of} as it is: nobody can tell who entered it.",
        hint=f"Let somebody who asked {key['person']} by another way whose it is merge the row, or "
        "say so in its commit: 'Reviewed-by: Name <mail>'.",
        table="signing_keys",
        key=name,
        column="public_key",
        cell=key["public_key"],
    )
