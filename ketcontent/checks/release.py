"""Judge what stands against a release besides the pages' own faults.

The floor under the rules, waivers without an owner or an end, words that a notebook shows of its
own, and sign-offs from before the words existed. Git tells the last, where there is one.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ketcontent.approvals import SignoffStatus, signables, signoff_statuses
from ketcontent.checks.commits import first_day, has_whole_history, is_shallow, line_days
from ketcontent.checks.runner import with_places
from ketcontent.checks.signing_keys import key_faults
from ketcontent.clock import today
from ketcontent.diagnostics import Diagnostic
from ketcontent.model import Content, deviations
from ketcontent.pages import PageView, page_views

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
    hands: dict[str, tuple[str, ...]] = {}
    found = {}
    for view in page_views(content, documents):
        statuses = signoff_statuses(view)
        found[view.document] = [
            *of_all,
            *_unbound(view),
            *_signed_and_gone(view),
            *_history_cut_off(content, view, statuses),
            *_before_the_words(content, statuses, dates),
            *key_faults(content, view, statuses, hands),
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
    if content.origin and is_signed and is_shallow(content.origin.folder):
        yield Diagnostic(
            rule="history-cut-off",
            severity="warning",
            message="This clone is shallow: nobody can tell whether what was signed is older than "
            "its sign-offs.",
            hint="Fetch all of it: git fetch --unshallow.",
            table="documents",
            key=view.document,
        )


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
    if not has_whole_history(folder):
        return  # there is no history, or not all of it
    for one in valid:
        signed = one.signed
        if signed.table not in dates:
            dates[signed.table] = line_days(folder, signed.table)
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
        first = first_day(folder, signed.table, rows[key][place])
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
