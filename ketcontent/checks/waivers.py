"""The findings that pass for a while, and judge the waivers themselves."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ketcontent.diagnostics import Diagnostic
from ketcontent.model import Content

_NEVER_WAIVED = ("sign-off-", "signature-", "supplier-")
"""How the rules start whose findings stand whatever a waiver says."""


def is_never_waived(rule: str) -> bool:
    """Return whether the findings of a rule stand whatever a waiver says."""
    return rule.startswith(_NEVER_WAIVED)


def current_waivers(content: Content, day: datetime.date) -> set[tuple[str, str, str]]:
    """Return table, key and rule of what need not be mended yet."""
    return {
        (row["table"], row["row"], row["rule"])
        for row in content.rows("waivers")
        if row["until"] >= day.isoformat() and not is_never_waived(row["rule"])
    }


def _near(waiver: Mapping[str, str], at_fault: Collection[tuple[str, str, str]]) -> str:
    """Return the finding on its row that a waiver looks to be meant for, if it is for none."""
    there = [one[2] for one in at_fault if one[:2] == (waiver["table"], waiver["row"])]
    close = get_close_matches(waiver["rule"], there, n=1, cutoff=0.8)
    return close[0] if close and waiver["rule"] not in there else ""


def judge_waivers(
    content: Content, found: Sequence[Diagnostic], documents: Sequence[str]
) -> list[Diagnostic]:
    """Return the waivers that waive nothing, or what nobody may waive."""
    at_fault = {(one.table, one.key, one.rule) for one in found}
    faults = []
    for waiver in content.rows("waivers"):
        waived = (waiver["table"], waiver["row"], waiver["rule"])
        place: dict[str, Any] = {"table": "waivers", "key": "/".join(waived), "column": "rule"}
        if waiver["rule"].startswith("supplier-"):
            faults.append(
                Diagnostic(
                    rule="waiver-of-a-decision",
                    message="What the supplier changed cannot be waived.",
                    hint="Delete this row, and decide: take theirs, keep ours or write it anew.",
                    cell=waiver["rule"],
                    **place,
                )
            )
        elif is_never_waived(waiver["rule"]):
            faults.append(
                Diagnostic(
                    rule="waiver-of-a-sign-off",
                    message="No sign-off can be waived.",
                    hint="Delete this row, and have the statement signed.",
                    cell=waiver["rule"],
                    **place,
                )
            )
        elif near := _near(waiver, at_fault):
            faults.append(
                Diagnostic(
                    rule="waiver-misspelt",
                    message=f"{waiver['rule']} finds nothing there, and {near} does.",
                    hint=f"Did you mean '{near}'? Then write it so; else delete this row.",
                    cell=waiver["rule"],
                    **place,
                )
            )
        elif not documents and waived not in at_fault:
            faults.append(
                Diagnostic(
                    rule="waiver-not-needed",
                    severity="warning",
                    message=f"{waiver['rule']} finds nothing there.",
                    hint="Delete this row; if the rule is misspelt, mend its name.",
                    cell=waiver["rule"],
                    **place,
                )
            )
    return faults
