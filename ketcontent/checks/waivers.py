"""The findings that pass for a while, and judge the waivers themselves."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from ketcontent.diagnostics import Diagnostic
from ketcontent.model import Content, rows_of

_NEVER_WAIVED = ("sign-off-", "supplier-")
"""How the rules start whose findings stand whatever a waiver says."""


def is_never_waived(rule: str) -> bool:
    """Return whether the findings of a rule stand whatever a waiver says."""
    return rule.startswith(_NEVER_WAIVED)


def current_waivers(content: Content, day: datetime.date) -> set[tuple[str, str, str]]:
    """Return table, key and rule of what need not be mended yet."""
    return {
        (row["table"], row["row"], row["rule"])
        for row in rows_of(content.waivers)
        if row["until"] >= day.isoformat() and not is_never_waived(row["rule"])
    }


def judge_waivers(
    content: Content, found: Sequence[Diagnostic], documents: Sequence[str]
) -> list[Diagnostic]:
    """Return the waivers that waive nothing, or what nobody may waive."""
    at_fault = {(one.table, one.key, one.rule) for one in found}
    faults = []
    for waiver in rows_of(content.waivers):
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
