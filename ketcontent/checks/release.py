"""Judge what stands against a release besides the pages' own faults.

The floor under the rules, waivers without an owner or an end, words that a notebook shows of its
own, and sign-offs from before the words existed. Git tells the last, where there is one.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ketcontent.approvals import SignoffStatus, signables, signed_by, signoff_statuses
from ketcontent.checks.runner import with_places
from ketcontent.clock import EAST, today
from ketcontent.diagnostics import Diagnostic
from ketcontent.model import Content, deviations
from ketcontent.pages import PageView, page_views
from ketcontent.places import read_file
from ketcontent.repository import ask_git

WAIVER_DAYS = 366
"""The most days from today until which a finding may be waived."""


def release_faults(
    content: Content, documents: Sequence[str], notebooks: str | os.PathLike[str] = ""
) -> dict[str, list[Diagnostic]]:
    """Return, by page, what stands against its release besides the faults that `check` finds.

    Parameters
    ----------
    content
        The tables.
    documents
        The pages.
    notebooks
        The folder of the notebooks that show them; none to leave those aside.
    """
    of_all = [*_floor(content), *_waivers(content), *_words_of_notebooks(notebooks)]
    dates: dict[str, Mapping[int, datetime.date]] = {}
    found = {}
    for view in page_views(content, documents):
        statuses = signoff_statuses(view)
        found[view.document] = [
            *of_all,
            *_unbound(view),
            *_signed_and_gone(view),
            *_history_cut_off(content, view, statuses),
            *_before_the_words(content, statuses, dates),
            *_by_a_key_revoked_since(content, view, statuses),
        ]
    return {page: with_places(faults, content) for page, faults in found.items()}


def _floor(content: Content) -> Iterator[Diagnostic]:
    """Yield where the project asks less than the package."""
    for one in deviations(content):
        yield Diagnostic(
            rule="below-the-floor",
            severity="error" if one.stops else "warning",
            message=f"{one.table}.csv asks less than the shipped one: {one.message}",
            hint="Put the shipped row back; a project may ask for more, not for less."
            if one.stops
            else "The page says so under 'About this page'.",
            table=one.table,
            key=one.key,
        )


def _waivers(content: Content) -> Iterator[Diagnostic]:
    """Yield the waivers that nobody answers for, or that last for more than a year."""
    last = today() + datetime.timedelta(WAIVER_DAYS)
    for row in content.rows("waivers"):
        place: dict[str, Any] = {
            "table": "waivers",
            "key": "/".join((row["table"], row["row"], row["rule"])),
        }
        if not row["owner"]:
            yield Diagnostic(
                rule="waiver-without-owner",
                message="Nobody answers for this waiver.",
                hint="Enter in owner who of people.csv will see to it.",
                column="owner",
                **place,
            )
        if row["until"] > last.isoformat():
            yield Diagnostic(
                rule="waiver-too-long",
                message=f"It waives until {row['until']}, more than a year from now.",
                hint="Enter a day within a year, and have it signed again then.",
                column="until",
                cell=row["until"],
                **place,
            )


def _words_of_notebooks(folder: str | os.PathLike[str]) -> Iterator[Diagnostic]:
    """Yield the Markdown cells that a page would show: no row holds their words.

    What a cell of code shows is known when it has run; the export calls the page part-reviewed.
    """
    for name in ("document", "section") if folder else ():
        path = Path(folder, f"{name}.ipynb")
        if not path.is_file():
            continue
        for number, cell in enumerate(json.loads(path.read_bytes())["cells"], start=1):
            words = "".join(cell["source"]).strip()
            if cell["cell_type"] != "markdown" or not words:
                continue
            if "remove-cell" not in cell["metadata"].get("tags", ()):
                yield Diagnostic(
                    rule="words-of-a-notebook",
                    message=f"Cell {number} shows words on the page that nobody can sign: "
                    f"{words.splitlines()[0]}",
                    hint="Make them a statement, or tag the cell remove-cell.",
                    file=path.as_posix(),
                )


def _unbound(view: PageView) -> Iterator[Diagnostic]:
    """Yield a page that was received, and of which nothing says what."""
    [row] = view.rows("documents")
    if not row["supplied_hash"] and view.edition("supplied").statements:
        yield Diagnostic(
            rule="supplier-copy-not-held",
            severity="warning",
            message="Nothing says whether the archive copy is as it was received.",
            hint="Take in what was received once more: ketcontent import --replace.",
            table="documents",
            key=view.document,
            column="supplied_hash",
            cell="",
        )


def _signed_and_gone(view: PageView) -> Iterator[Diagnostic]:
    """Yield the sign-offs to what the page does not show any more; a waiver is to go one day."""
    there = {one.key for one in signables(view)}
    for row in view.rows("signoffs"):
        key = row["statement"]
        if row["verdict"] == "approved" and key not in there and not key.startswith("waiver:"):
            yield Diagnostic(
                rule="signed-and-gone",
                severity="warning",
                message=f"{row['person']} approved '{key}' on {row['signed_on']}, and the page "
                f"shows it no longer: {row['wording']}",
                hint="Put it back, unless it was taken out on purpose.",
                table="signoffs",
                key=row["signoff"],
                column="statement",
                cell=key,
            )


# --- when the words came to be ----------------------------------------------------------------


def _history_cut_off(
    content: Content, view: PageView, statuses: Sequence[SignoffStatus]
) -> Iterator[Diagnostic]:
    """Yield that git cannot tell of the sign-offs of a page, where its history was cut off."""
    is_signed = any(one.state == "valid" for one in statuses)
    if content.origin and is_signed and _is_shallow(content.origin.folder):
        yield Diagnostic(
            rule="history-cut-off",
            severity="warning",
            message="This clone is shallow: nobody can tell whether what was signed is older than "
            "its sign-offs.",
            hint="Fetch all of it: git fetch --unshallow.",
            table="documents",
            key=view.document,
        )


def _is_shallow(folder: Path) -> bool:
    return _git(folder, "rev-parse", "--is-shallow-repository").strip() == "true"


def _before_the_words(
    content: Content,
    statuses: Sequence[SignoffStatus],
    dates: dict[str, Mapping[int, datetime.date]],
) -> Iterator[Diagnostic]:
    """Yield the sign-offs from before the day of the commit that first held what they are to."""
    valid = [one for one in statuses if one.state == "valid"]
    if content.origin is None or not valid:
        return
    folder = content.origin.folder
    if _git(folder, "rev-parse", "--is-shallow-repository").strip() != "false":
        return  # there is no history, or not all of it
    for one in valid:
        signed = one.signed
        if signed.table not in dates:
            dates[signed.table] = _line_days(folder, signed.table)
        rows = content.origin.rows.get(signed.table, {})
        key = next((key for key in rows if "/".join(key) == signed.row), None)
        if key is None:
            continue
        known = dates[signed.table].get(content.origin.lines(signed.table).get(key, 0))
        day = datetime.date.fromisoformat(one.signed_on)
        if known is None or known <= day:
            continue
        # The line may be younger than the words: another cell of it changed.
        place = content.schemas[signed.table].columns.index(signed.column)
        first = _first_day(folder, signed.table, rows[key][place])
        if first is not None and first > day:
            yield Diagnostic(
                rule="signed-before-the-words",
                message=f"{one.person} signed '{one.statement}' on {day} ({one.capacity}), and git "
                f"has its words since {first}.",
                hint="Commit the words, then have them signed.",
                table=signed.table,
                key=signed.row,
                column=signed.column,
            )


def _by_a_key_revoked_since(
    content: Content, view: PageView, statuses: Sequence[SignoffStatus]
) -> Iterator[Diagnostic]:
    """Yield the sign-offs by a key that was revoked later, where git had them no sooner.

    The day of a sign-off is its signer's word, and whoever has a stolen key can write any day.
    So can they write any day into a commit of theirs; what counts is since when the line of history
    that leads here (first parents) had it, and a commit is no older than those it stands on.
    """
    revoked = {row["public_key"]: row for row in view.rows("signing_keys") if row["revoked_on"]}
    if not revoked:
        return
    rows = {row["signoff"]: row for row in view.rows("signoffs")}
    folder = content.origin.folder if content.origin else None
    for one in statuses:
        if not one.revoked_on:
            continue
        row = rows[one.signoff]
        key = revoked[signed_by(row)]
        since = _held_since(folder, "signoffs", row["signature"]) if folder else None
        if since is None or since.astimezone(EAST).date().isoformat() >= key["revoked_on"]:
            yield Diagnostic(
                rule="signature-revoked-since",
                message=f"{one.person} signed '{one.statement}' on {one.signed_on} "
                f"({one.capacity}) with the key '{key['signing_key']}', which was revoked on "
                f"{key['revoked_on']}; {_known_since(folder, since)}.",
                hint=f"Ask {one.person} to sign again, with a new key.",
                table="signoffs",
                key=one.signoff,
                column="signature",
                cell=row["signature"],
            )


def _known_since(folder: Path | None, since: datetime.datetime | None) -> str:
    """Return what git says of the time from which on it had something."""
    if folder is None or not _git(folder, "rev-parse", "--verify", "--quiet", "HEAD"):
        return "there is no history of git here, which could show that it is older"
    if _is_shallow(folder):
        return "this clone is shallow, so git cannot tell whether it is older"
    if since is None:
        return "git does not have that sign-off"
    return f"git has that sign-off since {since:%Y-%m-%d %H:%M} UTC"


def _held_since(folder: Path, table: str, words: str) -> datetime.datetime | None:
    """Return since when the line of history that leads here has a table with some words.

    None where it has none. Counted is when a commit was made, or the last of those before it.
    """
    said = _git(
        folder,
        "log",
        *("--first-parent", "-m", "--format=%H"),
        *(f"-S{_in_csv(words)}", "--", f"{table}.csv"),
    )
    if not said:
        return None
    return _made_by(folder, said.split()[-1])


@lru_cache(maxsize=1024)
def _made_by(folder: Path, commit: str) -> datetime.datetime:
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


def _line_days(folder: Path, table: str) -> dict[int, datetime.date]:
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


def _first_day(folder: Path, table: str, words: str) -> datetime.date | None:
    """Return the day of the first commit in which a table held some words; None where none did."""
    if not words:
        return None
    said = _git(folder, "log", "--format=%at", f"-S{_in_csv(words)}", "--", f"{table}.csv").split()
    return min(map(_day, said)) if said else None
