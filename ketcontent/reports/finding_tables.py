"""The findings of a report as tables: one by one, counted, and what falls due."""

from __future__ import annotations

import datetime

import pandas as pd

from ketcontent.approvals import review_date, review_due, signoff_statuses
from ketcontent.checks import dates_due
from ketcontent.diagnostics import Report
from ketcontent.model import Content
from ketcontent.pages import PageView, assemble


def findings(report: Report, content: Content, document: str) -> pd.DataFrame:
    """Return what a report says of one page, by section in reading order.

    Parameters
    ----------
    report
        What `check` returned.
    content, document
        The tables and the page.

    Returns
    -------
    pandas.DataFrame
        A row a finding; sign-offs are left out, they have a picture of their own. Columns:
        ``section`` (its heading, or ``whole page``), ``severity``, ``rule``, ``row`` (its key,
        without the page's), ``words`` (those at fault), ``what``, ``do``.
    """
    page = assemble(content, document)
    titles = [section.title or "(no heading)" for section in page]
    of_row = {f"sections/{document}/{one.section}": place for place, one in enumerate(page)}
    for place, section in enumerate(page):
        of_row |= {f"statements/{document}/{one.statement}": place for one in section.statements}
    last = len(titles)
    rows = []
    for one in report:
        if one.rule.startswith("sign-off-"):
            continue
        place = of_row.get(f"{one.table}/{one.key}", last)
        title = titles[place] if place < last else "whole page"
        row = one.key.removeprefix(f"{document}/")
        words = one.cell[slice(*one.span)] if one.span else ""
        rows.append((place, title, one.severity, one.rule, row, words, one.message, one.hint))
    rows.sort(key=lambda row: row[0])
    columns = ["section", "severity", "rule", "row", "words", "what", "do"]
    return pd.DataFrame([row[1:] for row in rows], columns=columns)


def tally(found: pd.DataFrame) -> pd.DataFrame:
    """Return how many findings of each severity each section has.

    Parameters
    ----------
    found
        What `findings` returned.

    Returns
    -------
    pandas.DataFrame
        A row a section that has any, in reading order, then ``all``. Columns: ``section``,
        ``error``, ``warning``, ``advice``: counts.
    """
    severities = ["error", "warning", "advice"]
    rows: dict[str, dict[str, int]] = {}
    for section, severity in zip(found["section"], found["severity"], strict=True):
        rows.setdefault(section, dict.fromkeys(severities, 0))[severity] += 1
    total = {name: sum(row[name] for row in rows.values()) for name in severities}
    counts = [{"section": name, **row} for name, row in (*rows.items(), ("all", total)) if rows]
    return pd.DataFrame(counts, columns=["section", *severities])


def falling_due(
    content: Content, document: str, *, as_of: datetime.date, days: int = 90
) -> pd.DataFrame:
    """Return what a page depends on and must be looked at within so many days.

    Returns
    -------
    pandas.DataFrame
        A row for what is to be done by the same day, soonest first, what was never done before
        all. Columns: ``what``, ``due`` and ``last`` (dates, or ``now`` and ``never``), ``rows``
        (count), ``row`` (their keys, separated by commas).
    """
    view = PageView(content, document)
    end = as_of + datetime.timedelta(days)
    rows = [
        (one.what, one.key, one.last or "never", str(one.due or "now"))
        for one in dates_due(view)
        if one.due is None or one.due <= end
    ]
    reviewed = review_date(signoff_statuses(view))
    due = review_due(view, reviewed)
    if due is not None and due <= end:
        rows.append(("Review the page", document, str(reviewed), str(due)))
    together: dict[tuple[str, str, str], list[str]] = {}
    for what, row, last, by in rows:
        together.setdefault((what, by, last), []).append(row)
    return pd.DataFrame(
        [(*key, len(same), ", ".join(same)) for key, same in together.items()],
        columns=["what", "due", "last", "rows", "row"],
    )
