"""A report as its reader wants it.

Text for a terminal, JSON or JSON Lines for programs, workflow commands and a step summary for
GitHub, SARIF for code scanning, JUnit for test reports.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import ketcontent
from ketcontent.diagnostics import Diagnostic, Report
from ketcontent.errors import UnknownName

FORMS = ("text", "json", "jsonl", "github", "sarif", "junit")
"""The forms of a report."""

SHOWN_BY_GITHUB = 10
"""Annotations of each severity that GitHub shows for a step."""

SUMMARY_BYTES = 1_000_000
"""Bytes of Markdown that a step summary holds (GitHub refuses one above 1 MiB)."""


def drawn(report: Report, form: str) -> str:
    """Return a report in one of `FORMS`.

    Raises
    ------
    UnknownName
        When there is no such form.
    """
    forms = {
        "text": to_text,
        "json": to_json,
        "jsonl": to_jsonl,
        "github": to_github,
        "sarif": to_sarif,
        "junit": to_junit,
    }
    if form not in forms:
        raise UnknownName.of("format", form, FORMS)
    return forms[form](report)


def to_text(report: Report) -> str:
    """Return a report for a terminal: each fault with its words, the ones at fault marked."""
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
    marks = "".join(("^" if marked else " ") * len(words) for words, marked in one.stretches)
    return [f"    {before}{fault}{after}", f"    {' ' * len(before)}{marks or '^'}"]


def to_json(report: Report) -> str:
    """Return a report as one JSON document: a list, an object a fault, each on a line."""
    lines = to_jsonl(report).replace("\n", ",\n")
    return f"[\n{lines}\n]" if lines else "[]"


def to_jsonl(report: Report) -> str:
    """Return a report as JSON Lines, an object a fault."""
    return "\n".join(json.dumps(asdict(one), ensure_ascii=False) for one in report)


def to_github(report: Report) -> str:
    """Return a report as workflow commands, as many as GitHub shows, worst first.

    The rest goes to the step summary (`to_summary`); the last line says how many.
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
    """Return a report as Markdown for a step summary, worst first, as much as GitHub takes."""
    lines = report.to_markdown().split("\n")
    size = 0
    for number, line in enumerate(lines):
        size += len(line.encode()) + 1
        if size > SUMMARY_BYTES:
            left = len(lines) - number
            return "\n".join([*lines[:number], "", f"{left} more findings had no room here."])
    return "\n".join(lines)


def to_sarif(report: Report) -> str:
    """Return a report as SARIF 2.1.0."""
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
    """Return a report as JUnit XML: a suite a file, a case a fault, errors and warnings failed."""
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
