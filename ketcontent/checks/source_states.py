"""Judge the sentences whose sources were retracted, are in doubt or were corrected.

COPE's guidelines on retraction (2019) have readers told wherever a retracted article is relied on,
and a correction may concern the very number that a sentence gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ketcontent.checks.statements import statement_fault
from ketcontent.diagnostics import Diagnostic, Severity
from ketcontent.pages import Document, Edition, PageView, Statement


def judge_source_states(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return a fault for every sentence that cites a source about which something was announced.

    Retracted is an error, an expression of concern a warning. A correction is a warning until the
    finding was compared with the source on the day of the correction or later.
    """
    if edition != "current":
        return []
    page = view.edition(edition)
    announced = {row["source"]: row for row in view.rows("sources") if row["state"]}
    if not announced:
        return []
    compared = {
        (row["statement"], row["source"]): row["checked_on"] for row in view.rows("evidence")
    }
    return [
        fault
        for one in page.statements
        for source in one.cites
        if source in announced
        and (fault := _fault(page, one, announced[source], compared.get((one.statement, source))))
    ]


def _fault(
    page: Document, one: Statement, source: Mapping[str, str], compared: str | None
) -> Diagnostic | None:
    key, state = source["source"], source["state"]
    on = f" on {source['state_on']}" if source["state_on"] else ""
    where = f" ({source['state_notice']})" if source["state_notice"] else ""
    severity: Severity = "warning"
    if state == "retracted":
        severity = "error"
        said = f"It cites '{key}', which was retracted{on}{where}."
        hint = "Rest it on another source, or cut it; where it tells of the retraction, waive this."
    elif state == "concern":
        said = f"It cites '{key}', about which concern was expressed{on}{where}."
        hint = "Read the notice; say less, or rest it on another source as well."
    else:
        if compared and source["state_on"] and compared >= source["state_on"]:
            return None
        last = f"last compared on {compared}" if compared else "never compared"
        said = f"It cites '{key}', which was corrected{on}{where}; its finding was {last}."
        hint = "Read the correction, compare the finding with it, then date its row of evidence."
    found = re.search(rf"[\[;]\s*(@{re.escape(key)})(?![a-z0-9-])", one.text)
    return statement_fault(
        page,
        one,
        f"source-{state}",
        said,
        hint,
        severity=severity,
        span=found.span(1) if found else None,
        of_notice=True,
    )
