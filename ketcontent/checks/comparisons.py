"""Judge whether the numbers that a picture is drawn of are sound, and those of its sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ketcontent.diagnostics import Diagnostic
from ketcontent.pages import COMPARED, PageView, Statement, Untold, comparison_of


def judge_comparisons(view: PageView) -> list[Diagnostic]:
    """Return what is wrong with the numbers that evidence compares.

    They are all there or none is, no more people had something than there were, and one sentence
    tells them, each with the name of its group: frequencies with what they are of, and a picture
    that says the same (Fagerlin and others, Helping patients decide: ten steps to better risk
    communication, JNCI 2011). Of few people they are told one by one, since a share in 100 sounds
    surer than that; how many there were, the statement or the finding says.
    """
    shown = {one.statement: one for one in view.edition().statements}
    return [
        fault
        for row in view.rows("evidence")
        if any(row[name] not in ("", None) for name in (*COMPARED, "people", "time"))
        for fault in _faults(row, shown.get(row["statement"]))
    ]


def _faults(row: dict[str, Any], shown: Statement | None) -> Iterator[Diagnostic]:
    """Yield what is wrong with a row that compares, beside its statement where that is shown."""
    comparison = comparison_of(row)
    if comparison is None:
        lacking = [name for name in COMPARED if row[name] in ("", None)]
        yield _fault(
            row,
            "comparison-half-filled",
            lacking[0],
            f"Numbers are compared, and there is nothing in {', '.join(lacking)}.",
            "Fill it in from the source, or empty all from treatment to time.",
        )
        return
    told = shown.told(comparison) if shown else comparison.unsound
    if isinstance(told, Untold):
        yield _fault(row, told.rule, told.column, told.message, told.hint)


def _fault(row: dict[str, Any], rule: str, column: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(
        rule=rule,
        message=message,
        hint=hint,
        table="evidence",
        key=f"{row['document']}/{row['statement']}/{row['source']}",
        column=column,
        cell="" if row[column] is None else str(row[column]),
    )
