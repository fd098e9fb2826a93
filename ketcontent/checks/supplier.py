"""Judge whether somebody has decided about what the supplier changed or withdrew."""

from __future__ import annotations

from ketcontent.diagnostics import Diagnostic
from ketcontent.importing import supplier_marks
from ketcontent.pages import PageView

_COLUMNS = {"documents": "title", "sections": "heading", "statements": "text"}


def judge_supplier(view: PageView) -> list[Diagnostic]:
    """Return a fault for each title, heading and sentence that waits for an editor's decision."""
    return [
        Diagnostic(
            rule=f"supplier-{mark.change}",
            message=str(mark),
            hint="Take theirs, keep ours or write it anew, and say why: 'ketcontent decide'.",
            table=mark.table,
            key=mark.key,
            column=_COLUMNS[mark.table],
        )
        for mark in supplier_marks(view.content, view.document)
        if mark.undecided
    ]
