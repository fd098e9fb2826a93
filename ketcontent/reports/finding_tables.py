"""The findings of a report as tables: one by one, counted, and what falls due."""

from __future__ import annotations

import datetime

import pandas as pd

from ketcontent.diagnostics import Report
from ketcontent.model import Content
from ketcontent.pages import PageView, assemble
from ketcontent.reports.due_dates import deadlines_of, together


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
        rows.append((place, title, one.severity, one.rule, row, one.words, one.message, one.hint))
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
    found = deadlines_of([PageView(content, document)], as_of=as_of, days=days)
    return pd.DataFrame(
        [
            (
                one.due.what,
                str(one.due.due or "now"),
                one.due.last or "never",
                len(keys),
                ", ".join(keys),
            )
            for one, keys in together(found)
        ],
        columns=["what", "due", "last", "rows", "row"],
    )
