"""All judges, one report; its forms for people and CI.

`check` runs every judge over every page, adds the file and the line of each fault, and sets aside
what is waived. `drawn` puts a report into the form that its reader wants: text for a terminal,
JSON lines for programs, workflow commands for GitHub, SARIF for code scanning, JUnit for test
reports.
"""

from __future__ import annotations

import concurrent.futures
import datetime
import json
import math
import multiprocessing
import os
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, replace
from itertools import groupby, repeat
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pandas as pd

import ketcontent
from ketcontent import evidence, prose, signoffs, traces
from ketcontent.diagnostics import Diagnostic, Report
from ketcontent.documents import Edition, assemble
from ketcontent.errors import UnknownName
from ketcontent.parts import divided
from ketcontent.tables import Content, rows_of, unchanged
from ketcontent.traces import today as today

JUDGES: tuple[Callable[..., list[Diagnostic]], ...] = (
    evidence.judge_support,
    evidence.judge_certainty,
    evidence.judge_balance,
    evidence.judge_topics,
    evidence.judge_notices,
    prose.judge_rules,
    prose.judge_terms,
    prose.judge_readability,
    prose.judge_repetition,
)
"""The judges of one page in one edition."""

_CURRENT: tuple[Edition, ...] = ("current",)

_OF_EVERY_PAGE = ("topics", "rules", "policies", "people", "help_lines", "strings")
"""The tables that judges of each page read in full."""

_MANY = 64
"""Pages from which on it is worth the while to start processes."""

_NEVER_WAIVED = "sign-off-"
"""How the rules start whose findings stand whatever a waiver says."""

FORMS = ("text", "json", "github", "sarif", "junit")
"""The forms of a report."""

SHOWN_BY_GITHUB = 10
"""Annotations of each severity that GitHub shows for a step."""

SUMMARY_BYTES = 1_000_000
"""Bytes of Markdown that a step summary holds (GitHub refuses one above 1 MiB)."""


def check(
    content: Content,
    documents: Sequence[str] = (),
    *,
    editions: Collection[Edition] = _CURRENT,
    as_of: datetime.date | None = None,
) -> Report:
    """Return every fault of the content, worst first.

    Parameters
    ----------
    content
        The tables, which `read_content` has found sound.
    documents
        The pages; by default all.
    editions
        Which editions to judge. Sign-offs, sources and dates belong to the current one.
    as_of
        The day to judge dates by; by default today (`today`).

    Raises
    ------
    UnknownName
        When there is no such document.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> report = check(read_content("data"), editions=["supplied"])
    >>> report.has_errors
    True
    """
    known = list(content.documents["document"])
    for name in documents:
        if name not in known:
            raise UnknownName.of("document", name, known)
    day = as_of or today()
    found = _judge_pages(content, list(documents) or known, tuple(editions), day)
    if "current" in editions:
        found += evidence.judge_sources(content, documents)
    waived = _waived(content, day)
    left = [one for one in found if (one.table, one.key, one.rule) not in waived]
    return Report.of(_placed(left + _judge_waivers(content, found, documents), content))


def _judge_pages(
    content: Content, documents: list[str], editions: tuple[Edition, ...], day: datetime.date
) -> list[Diagnostic]:
    """Return what the judges of pages find, page by page; of many pages, on all cores."""
    cores = _cores()
    if cores == 1 or len(documents) < _MANY:
        return _judge_in_turn(content, documents, editions, day)
    size = math.ceil(len(documents) / cores)
    with concurrent.futures.ProcessPoolExecutor(
        cores,
        mp_context=multiprocessing.get_context("fork"),
        initializer=_inherit,
        initargs=(content,),
    ) as pool:
        found = pool.map(
            _judge_inherited,
            [documents[start : start + size] for start in range(0, len(documents), size)],
            repeat(editions),
            repeat(day),
        )
        return [one for of_some in found for one in of_some]


def _cores() -> int:
    """Return on how many cores pages may be judged.

    One where processes cannot be forked, or not safely: beside another thread, such as those of a
    kernel, which may hold a lock that nobody would ever release in the new process. One, too,
    where a build follows what this process reads.
    """
    alone = threading.active_count() == 1 and not traces.tracing()
    if not alone or not hasattr(os, "sched_getaffinity"):  # macOS has fork, and threads of its own
        return 1
    return len(os.sched_getaffinity(0))


_inherited: list[Content] = []
"""In a forked process, the tables; they need not be sent to it."""


def _inherit(content: Content) -> None:
    _inherited[:] = [content]


def _judge_inherited(
    documents: list[str], editions: tuple[Edition, ...], day: datetime.date
) -> list[Diagnostic]:
    return _judge_in_turn(_inherited[0], documents, editions, day)


def _judge_in_turn(
    content: Content, documents: list[str], editions: tuple[Edition, ...], day: datetime.date
) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    with unchanged():
        for table in _OF_EVERY_PAGE:
            rows_of(getattr(content, table))
        for document, rows in divided(content, documents):
            found += _judge_page(rows, document, editions, day)
    return found


def _judge_page(
    content: Content, document: str, editions: Collection[Edition], day: datetime.date
) -> list[Diagnostic]:
    """Return what all judges of a page find; `content` need hold no more than its part."""
    found: list[Diagnostic] = []
    with unchanged():
        for edition in editions:
            for judge in JUDGES:
                found += judge(content, document, edition=edition)
        if "current" in editions:
            found += signoffs.judge_signoffs(content, document)
            found += signoffs.judge_review_date(content, document, as_of=day)
            found += evidence.judge_freshness(content, document, as_of=day)
            found += evidence.judge_strings(content, document)
    return found


def _placed(found: Sequence[Diagnostic], content: Content) -> list[Diagnostic]:
    """Return the faults with the section, the file and the line of their rows."""
    rows = content.statements
    keys = zip(rows["document"], rows["statement"], strict=True)
    homes = dict(
        zip(keys, zip(rows["section"], rows["supplied_section"], strict=True), strict=True)
    )
    origin = content.origin
    if origin is None:
        return [replace(one, section=_section_of(one, homes)) for one in found]
    files = {one.table: (origin.folder / f"{one.table}.csv").as_posix() for one in found}
    lines = {
        (table, "/".join(key)): line
        for table, keys in origin.lines.items()
        for key, line in keys.items()
    }
    return [
        replace(
            one,
            section=_section_of(one, homes),
            file=files[one.table] if one.table else one.file,
            line=lines.get((one.table, one.key)) if one.table else one.line,
        )
        for one in found
    ]


def _section_of(one: Diagnostic, homes: dict[tuple[str, str], tuple[str, str]]) -> str:
    """Return the section in which the row of a fault is read, in the edition that is at fault."""
    document, _, row = one.key.partition("/")
    if one.table == "sections":
        return row
    if one.table not in ("statements", "evidence"):
        return ""
    current, supplied = homes.get((document, row.split("/")[0]), ("", ""))
    return supplied if one.column.startswith("supplied") else current


def _waived(content: Content, day: datetime.date) -> set[tuple[str, str, str]]:
    """Return table, key and rule of what need not be mended yet."""
    rows = content.waivers
    return {
        (table, row, rule)
        for table, row, rule, until in zip(
            rows["table"], rows["row"], rows["rule"], rows["until"], strict=True
        )
        if day <= datetime.date.fromisoformat(until) and not rule.startswith(_NEVER_WAIVED)
    }


def _judge_waivers(
    content: Content, found: Sequence[Diagnostic], documents: Sequence[str]
) -> list[Diagnostic]:
    """Return the waivers that waive nothing, or what nobody may waive."""
    at_fault = {(one.table, one.key, one.rule) for one in found}
    faults = []
    for waiver in content.waivers.to_dict("records"):
        named = {name: str(waiver[name]) for name in ("table", "row", "rule")}
        place: dict[str, Any] = {
            "table": "waivers",
            "key": "/".join(named.values()),
            "column": "rule",
        }
        if named["rule"].startswith(_NEVER_WAIVED):
            faults.append(
                Diagnostic(
                    rule="waiver-of-a-sign-off",
                    message="No sign-off can be waived.",
                    hint="Delete this row, and have the statement signed.",
                    cell=named["rule"],
                    **place,
                )
            )
        elif not documents and tuple(named.values()) not in at_fault:
            faults.append(
                Diagnostic(
                    rule="waiver-not-needed",
                    severity="warning",
                    message=f"{named['rule']} finds nothing there.",
                    hint="Delete this row; if the rule is misspelt, mend its name.",
                    cell=named["rule"],
                    **place,
                )
            )
    return faults


# --- forms -----------------------------------------------------------------------------------


def drawn(report: Report, form: str) -> str:
    """Return a report in one of `FORMS`.

    Raises
    ------
    UnknownName
        When there is no such form.

    Examples
    --------
    >>> print(drawn(Report(), "text"))
    No faults.
    >>> json.loads(drawn(Report(), "sarif"))["version"]
    '2.1.0'
    """
    forms = {
        "text": to_text,
        "json": to_json,
        "github": to_github,
        "sarif": to_sarif,
        "junit": to_junit,
    }
    if form not in forms:
        raise UnknownName.of("format", form, FORMS)
    return forms[form](report)


def to_text(report: Report) -> str:
    """Return a report for a terminal: each fault with its words, the ones at fault marked.

    Examples
    --------
    >>> print(to_text(Report.of([Diagnostic(rule="promotion", message="'miracle' is praise.",
    ...     cell="A miracle cure.", span=(2, 9), column="text", file="a.csv", line=3)])))
    a.csv:3: text: error: 'miracle' is praise. [promotion]
        A miracle cure.
          ^^^^^^^
    <BLANKLINE>
    1 error.
    """
    if not report.diagnostics:
        return "No faults."
    parts = []
    for one in report:
        head, _, hint = str(one).partition("\n")
        parts.append("\n".join(filter(None, [head, *_marked(one), hint])))
    return "\n".join([*parts, "", f"{report.counted}."])


def _marked(one: Diagnostic) -> list[str]:
    """Return the words at fault in their sentence, and a line that marks them."""
    if one.span is None or not one.cell:
        return [f"    {one.cell}"] if one.cell and one.column in ("text", "supplied") else []
    before, fault, after = (
        "".join(mark if mark.isprintable() else " " for mark in part) for part in one.context
    )
    return [f"    {before}{fault}{after}", f"    {' ' * len(before)}{'^' * max(1, len(fault))}"]


def to_json(report: Report) -> str:
    """Return a report as JSON lines, an object a fault.

    Examples
    --------
    >>> to_json(Report())
    ''
    """
    return "\n".join(json.dumps(asdict(one), ensure_ascii=False) for one in report)


def to_github(report: Report) -> str:
    """Return a report as workflow commands, as many as GitHub shows, worst first.

    The rest goes to the step summary (`to_summary`); the last line says how many.

    Examples
    --------
    >>> print(to_github(Report.of([Diagnostic(rule="promotion", message="100% praise",
    ...     file="a.csv", line=3)])))
    ::error file=a.csv,line=3,title=promotion::100%25 praise
    """
    levels = {"error": "error", "warning": "warning", "advice": "notice"}
    lines: list[str] = []
    left = 0
    for severity, group in groupby(report, key=lambda one: one.severity):
        found = list(group)
        left += max(0, len(found) - SHOWN_BY_GITHUB)
        for one in found[:SHOWN_BY_GITHUB]:
            facts = {"file": one.file, "line": one.line, "title": one.rule}
            said = ",".join(
                f"{name}={_escaped(str(value), property_=True)}"
                for name, value in facts.items()
                if value
            )
            text = f"{one.message}\n{one.hint}" if one.hint else one.message
            lines.append(f"::{levels[severity]} {said}::{_escaped(text, property_=False)}")
    if left:
        lines.append(f"{left} more findings are in the step summary.")
    return "\n".join(lines)


def _escaped(text: str, *, property_: bool) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property_ else text


def to_summary(report: Report) -> str:
    """Return a report as Markdown for a step summary, worst first, as much as GitHub takes.

    Examples
    --------
    >>> print(to_summary(Report()))
    No faults.
    """
    lines = report.to_markdown().split("\n")
    size = 0
    for number, line in enumerate(lines):
        size += len(line.encode()) + 1
        if size > SUMMARY_BYTES:
            left = len(lines) - number
            return "\n".join([*lines[:number], "", f"{left} more findings had no room here."])
    return "\n".join(lines)


def to_sarif(report: Report) -> str:
    """Return a report as SARIF 2.1.0.

    Examples
    --------
    >>> run = json.loads(to_sarif(Report()))["runs"][0]
    >>> run["tool"]["driver"]["name"], run["results"]
    ('ketcontent', [])
    """
    levels = {"error": "error", "warning": "warning", "advice": "note"}
    rules = sorted({one.rule for one in report})
    results = [_result(one, levels[one.severity], rules.index(one.rule)) for one in report]
    driver = {
        "name": "ketcontent",
        "version": ketcontent.__version__,
        "rules": [{"id": rule} for rule in rules],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(log, indent=1, ensure_ascii=False)


def _result(one: Diagnostic, level: str, rule: int) -> dict[str, Any]:
    text = f"{one.message} {one.hint}".strip()
    result: dict[str, Any] = {
        "ruleId": one.rule,
        "ruleIndex": rule,
        "level": level,
        "message": {"text": text},
    }
    if one.file:
        region = {"region": {"startLine": one.line}} if one.line else {}
        result["locations"] = [
            {
                "physicalLocation": {"artifactLocation": {"uri": _uri(one.file)}, **region},
                "logicalLocations": [{"fullyQualifiedName": f"{one.table}/{one.key}"}],
            }
        ]
    return result


def _uri(file: str) -> str:
    """Return a file as a URI, relative to the working directory where it lies under it."""
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def to_junit(report: Report) -> str:
    """Return a report as JUnit XML: a suite a file, a case a fault, errors and warnings failed.

    Examples
    --------
    >>> to_junit(Report())
    '<testsuites name="ketcontent" tests="0" failures="0" />'
    """
    failed = [one for one in report if one.severity != "advice"]
    root = ElementTree.Element(
        "testsuites", name="ketcontent", tests=str(len(report)), failures=str(len(failed))
    )
    by_file: dict[str, list[Diagnostic]] = {}
    for one in report:
        by_file.setdefault(one.file, []).append(one)
    for file, found in by_file.items():
        failures = sum(one.severity != "advice" for one in found)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_printable(file or "content"),
            tests=str(len(found)),
            failures=str(failures),
        )
        for one in found:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                name=_printable(f"{one.rule}: {one.key}"),
                classname=one.table,
                file=_printable(one.file),
                line=str(one.line or 0),
            )
            if one.severity != "advice":
                failure = ElementTree.SubElement(
                    case, "failure", type=one.rule, message=_printable(one.message)
                )
                failure.text = _printable(str(one))
            else:
                out = ElementTree.SubElement(case, "system-out")
                out.text = _printable(str(one))
    return ElementTree.tostring(root, encoding="unicode")


def _printable(text: str) -> str:
    """Return text without the characters that XML cannot hold."""
    return "".join(
        one
        for one in text
        if one in "\t\n" or " " <= one <= "\ud7ff" or "\ue000" <= one <= "\ufffd" or one > "\uffff"
    )


# --- for a review ----------------------------------------------------------------------------


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

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> findings(Report(), read_content("data"), "ketamine").columns.tolist()
    ['section', 'severity', 'rule', 'row', 'words', 'what', 'do']
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

    Examples
    --------
    >>> tally(pd.DataFrame({"section": ["Uses"], "severity": ["error"]})).iloc[0].to_dict()
    {'section': 'Uses', 'error': 1, 'warning': 0, 'advice': 0}
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

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> day = datetime.date(2026, 11, 23)
    >>> set(falling_due(read_content("data"), "ketamine", as_of=day)["due"])
    {'now'}
    """
    end = as_of + datetime.timedelta(days)
    rows = [
        (one.what, one.key, one.last or "never", str(one.due or "now"))
        for one in evidence.dates_due(content, document)
        if one.due is None or one.due <= end
    ]
    due = signoffs.review_due(content, document)
    if due is not None and due <= end:
        last = str(signoffs.review_date(content, document))
        rows.append(("Review the page", document, last, str(due)))
    together: dict[tuple[str, str, str], list[str]] = {}
    for what, row, last, by in rows:
        together.setdefault((what, by, last), []).append(row)
    return pd.DataFrame(
        [(*key, len(same), ", ".join(same)) for key, same in together.items()],
        columns=["what", "due", "last", "rows", "row"],
    )
