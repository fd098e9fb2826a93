"""The statements of a page with their evidence, as the judges of evidence look at them."""

from __future__ import annotations

from ketcontent.diagnostics import Diagnostic, Severity
from ketcontent.pages import Document, PageView, Statement

CLAIMS = frozenset({"benefit", "risk", "mechanism", "use", "regulatory"})
"""The kinds of statement that must rest on a source."""


def statement_fault(
    page: Document,
    one: Statement,
    rule: str,
    message: str,
    hint: str,
    *,
    severity: Severity = "error",
    column: str = "",
    span: tuple[int, int] | None = None,
    cell: str = "",
    of_notice: bool = False,
) -> Diagnostic:
    """Return a fault of a statement, or of the notice whose text it is."""
    words_ = "supplied" if page.edition == "supplied" else "text"
    column = column or words_
    if column == words_ and not cell:
        cell = one.plain if page.edition == "supplied" else one.text
    table, key = "statements", f"{page.document}/{one.statement}"
    if of_notice and one.notice:
        table, key = "notices", f"{one.notice}/{page.language}"
    return Diagnostic(
        rule=rule,
        message=message,
        hint=hint,
        severity=severity,
        table=table,
        key=key,
        column=column,
        cell=cell,
        span=span,
    )


def evidence_roles(view: PageView) -> dict[str, dict[str, str]]:
    """Return, by statement, the role of each source that has evidence on it."""
    roles: dict[str, dict[str, str]] = {}
    for row in view.rows("evidence"):
        roles.setdefault(row["statement"], {})[row["source"]] = row["role"]
    return roles
