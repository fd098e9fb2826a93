"""The findings that pass for a while, and judge the waivers themselves."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from ketcontent.diagnostics import Diagnostic
from ketcontent.model import Content

_NEVER_WAIVED = ("sign-off-", "supplier-")
"""How the rules start whose findings stand whatever a waiver says."""


def is_never_waived(rule: str) -> bool:
    """Return whether the findings of a rule stand whatever a waiver says.

    Examples
    --------
    >>> is_never_waived("sign-off-stale"), is_never_waived("promotion-superlative")
    (True, False)
    """
    return rule.startswith(_NEVER_WAIVED)


def current_waivers(content: Content, day: datetime.date) -> set[tuple[str, str, str]]:
    """Return table, key and rule of what need not be mended yet."""
    rows = content.waivers
    return {
        (table, row, rule)
        for table, row, rule, until in zip(
            rows["table"], rows["row"], rows["rule"], rows["until"], strict=True
        )
        if day <= datetime.date.fromisoformat(until) and not is_never_waived(rule)
    }


def judge_waivers(
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
        if named["rule"].startswith("supplier-"):
            faults.append(
                Diagnostic(
                    rule="waiver-of-a-decision",
                    message="What the supplier changed cannot be waived.",
                    hint="Delete this row, and decide: take theirs, keep ours or write it anew.",
                    cell=named["rule"],
                    **place,
                )
            )
        elif is_never_waived(named["rule"]):
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
