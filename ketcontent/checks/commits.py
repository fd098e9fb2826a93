"""Since when a line of history has what stands in a table, and by whose hands it came there."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ketcontent.places import read_file
from ketcontent.repository import ask_git


def is_shallow(folder: Path) -> bool:
    """Return whether a folder is in a clone that lacks the beginning of its history."""
    return _git(folder, "rev-parse", "--is-shallow-repository").strip() == "true"


def has_whole_history(folder: Path) -> bool:
    """Return whether a folder is in a repository that has all of its history."""
    return _git(folder, "rev-parse", "--is-shallow-repository").strip() == "false"


def has_commits(folder: Path) -> bool:
    """Return whether a folder is in a repository in which something is committed."""
    return bool(_git(folder, "rev-parse", "--verify", "--quiet", "HEAD"))


def came_with(folder: Path, table: str, words: str) -> str:
    """Return the commit with which some words of a table came into the line that leads here.

    That is the line of first parents; nothing where it does not have them.
    """
    return next(iter(_changed(folder, table, words)), "")


def revoked_with(folder: Path, public_key: str) -> str:
    """Return the commit with which that line first says of a key that it is revoked."""
    for commit in _changed(folder, "signing_keys"):
        rows = csv.DictReader(io.StringIO(_table_at(folder, commit, "signing_keys")))
        if any(row.get("public_key") == public_key and row.get("revoked_on") for row in rows):
            return commit
    return ""


_HANDS = (
    "%an%x00%ae%x00%cn%x00%ce%x00%(trailers:key=Reviewed-by,key=Approved-by,key=Acked-by,"
    "key=Signed-off-by,valueonly,separator=%x00)"
)
_SERVICE = "noreply@github.com"
"""Whom a service names as committer where somebody pressed a button."""


def hands_on(folder: Path, key: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the people who had a hand in the row of a key, as git knows them; none without it.

    That is who entered it as it is, who changed it since, who merged that, and who stands in those
    commits as having reviewed it. Two of one name or one mail are one person.
    """
    words = ",".join(key[name] for name in _ENTERED)
    table = ("--", "signing_keys.csv")
    entered = _git(folder, "log", "--format=%H", f"-S{words}", *table).split()
    if not entered:
        return ()
    first = entered[-1]
    later = f"-G{key['public_key'].replace('+', '[+]')}"
    since = _git(folder, "log", "--format=%H", later, f"{first}..HEAD", *table).split()
    people: dict[str, set[str]] = {}
    for commit in dict.fromkeys([first, came_with(folder, "signing_keys", words), *since]):
        for name, mail in _hands(folder, commit):
            known = {one.casefold() for one in (name, mail) if one}
            if mail == _SERVICE or not known:
                continue
            same = [one for one, by in people.items() if by & known]
            people.setdefault(same[0] if same else name or mail, set()).update(known)
    return tuple(people)


_ENTERED = ("signing_key", "person", "namespace", "public_key", "valid_from")
"""The cells of a key, which follow each other, that say whose it is and since when."""


def _hands(folder: Path, commit: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the mail address of each who stands in a commit."""
    author, mail, committer, other, *more = (
        _git(folder, "show", "--no-patch", f"--format={_HANDS}", commit).strip("\n").split("\0")
    )
    yield author, mail.casefold()
    yield committer, other.casefold()
    for one in more:
        name, _, address = one.strip().rstrip(">").partition("<")
        yield name.strip(), address.casefold()


def _changed(folder: Path, table: str, words: str = "") -> list[str]:
    """Return the commits of that line that changed a table, or how often words stand in it."""
    sought = [f"-S{_in_csv(words)}"] if words else []
    line = ("--first-parent", "-m", "--format=%H")
    said = _git(folder, "log", *line, *sought, "--", f"{table}.csv")
    return list(dict.fromkeys(said.split()))[::-1]


@lru_cache(maxsize=64)  # a commit stays what it is, and each sign-off by a revoked key asks for it
def _table_at(folder: Path, commit: str, table: str) -> str:
    return _git(folder, "show", f"{commit}:./{table}.csv")


def is_before(folder: Path, one: str, other: str) -> bool:
    """Return whether a commit is one that another stands on."""
    return one != other and ask_git(folder, "merge-base", "--is-ancestor", one, other) is not None


@lru_cache(maxsize=1024)
def made_by(folder: Path, commit: str) -> datetime.datetime:
    """Return when a commit was made, or the last of those before it, if that is later."""
    seconds = map(int, _git(folder, "log", "--format=%ct", commit).split())
    return datetime.datetime.fromtimestamp(max(seconds), datetime.UTC)


def _in_csv(words: str) -> str:
    return words.replace('"', '""')


def _git(folder: Path, command: str, *words: str) -> str:
    """Return what git says; nothing where it cannot."""
    return (ask_git(folder, command, *words) or b"").decode("utf-8", "replace")


_WEST = datetime.timezone(datetime.timedelta(hours=-12))
"""Where a day begins last: a sign-off is of another day only where it is so everywhere."""


def _day(seconds: str) -> datetime.date:
    return datetime.datetime.fromtimestamp(int(seconds), _WEST).date()


def line_days(folder: Path, table: str) -> dict[int, datetime.date]:
    """Return, by line of a table that is committed, the day of the commit that it is from.

    A line is known by what it holds: it has the key of its row.
    """
    days: dict[str, datetime.date] = {}
    commits: dict[str, datetime.date] = {}
    commit = ""
    for line in _git(folder, "blame", "--porcelain", "HEAD", "--", f"{table}.csv").split("\n"):
        first, *rest = line.split(" ")
        if line.startswith("\t"):
            if commit in commits:
                days[line[1:].rstrip("\r")] = commits[commit]
        elif len(first) == 40 and len(rest) >= 2:
            commit = first
        elif first == "author-time":
            commits[commit] = _day(rest[0])
    now = read_file(folder / f"{table}.csv").decode("utf-8", "replace").split("\n")
    lines = enumerate((line.rstrip("\r") for line in now), 1)
    return {number: days[line] for number, line in lines if line in days}


def first_day(folder: Path, table: str, words: str) -> datetime.date | None:
    """Return the day of the first commit in which a table held some words; None where none did."""
    if not words:
        return None
    said = _git(folder, "log", "--format=%at", f"-S{_in_csv(words)}", "--", f"{table}.csv").split()
    return min(map(_day, said)) if said else None
