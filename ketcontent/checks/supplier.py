"""Judge whether what was received stands, and what the supplier changed is decided on."""

from __future__ import annotations

from ketcontent.diagnostics import Diagnostic
from ketcontent.importing import received_hash, supplier_marks
from ketcontent.pages import PageView

_COLUMNS = {"documents": "title", "sections": "heading", "statements": "text"}


def judge_supplier(view: PageView) -> list[Diagnostic]:
    """Return a fault for each title, heading and sentence that waits for an editor's decision.

    And one where the archive copy, which shows what was received word for word, was changed since.
    """
    [page] = view.rows("documents")
    was = page["supplied_hash"]
    now = received_hash(page["supplied_title"], view.rows("sections"), view.rows("statements"))
    changed = [
        Diagnostic(
            rule="supplier-copy-changed",
            message="A supplied column of this page says something else than was received.",
            hint="Put it back as git has it, or take in what was received with 'ketcontent import "
            "--replace': the archive copy is shown as it was received.",
            table="documents",
            key=view.document,
            column="supplied_hash",
            cell=was,
        )
    ]
    return (changed if was and was != now else []) + [
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
