"""Judge whether the numbers that a picture is drawn of are sound, and those of its sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ketcontent.diagnostics import Diagnostic
from ketcontent.pages import COMPARED, Comparison, PageView, Untold, comparison_of
from ketcontent.reading import has_name, shares_of


def judge_comparisons(view: PageView) -> list[Diagnostic]:
    """Return what is wrong with the numbers that evidence compares.

    They are all there or none is, no more people had something than there were, and one sentence
    tells them, each with the name of its group: frequencies with what they are of, and a picture
    that says the same (Fagerlin and others, Helping patients decide: ten steps to better risk
    communication, JNCI 2011). Of few people they are told one by one, since a share in 100 sounds
    surer than that; how many there were, the statement or the finding says.
    """
    shown = {one.statement: one.plain for one in view.edition().statements}
    return [
        fault
        for row in view.rows("evidence")
        if any(row[name] not in ("", None) for name in (*COMPARED, "people", "time"))
        for fault in _faults(row, shown.get(row["statement"]))
    ]


def _faults(row: dict[str, Any], words: str | None) -> Iterator[Diagnostic]:
    """Yield what is wrong with a row that compares; `words` are those of its statement if shown."""
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
    for events, total in (("events", "total"), ("comparator_events", "comparator_total")):
        if row[events] > row[total]:
            yield _fault(
                row,
                "more-events-than-people",
                events,
                f"{row[events]} of {row[total]} people cannot be.",
                "Compare both numbers with the source.",
            )
            return
    if comparison.in_shares and comparison.people is None:
        yield _fault(
            row,
            "comparison-half-filled",
            "people",
            "Percentages are compared, and nobody says of how many people.",
            "Say how many people both groups had, or give the numbers of each group.",
        )
    elif comparison.in_shares and comparison.few:
        yield _fault(
            row,
            "share-of-few",
            "people",
            f"Of {comparison.people} people, shares in 100 say more than is known.",
            "Give the numbers of people in each group, and say '12 of 17' in the statement.",
        )
    elif not comparison.is_sound:
        yield _fault(
            row,
            "people-differ",
            "people",
            f"By their totals both groups had {comparison.both} people, not {comparison.people}.",
            "Compare them with the source; 'people' may be empty where the totals are people.",
        )
    elif words is not None:
        yield from _untold(row, comparison, words)


def _untold(row: dict[str, Any], comparison: Comparison, words: str) -> Iterator[Diagnostic]:
    """Yield what the statement does not say of a sound comparison."""
    told = comparison.told(words)
    if isinstance(told, Untold):
        yield _fault(row, "comparison-not-told", told.column, told.message, told.hint)
    elif row["time"] and not has_name(words, row["time"]):
        yield _fault(
            row,
            "comparison-not-told",
            "time",
            f"The statement does not say '{row['time']}'.",
            "Use words of the statement.",
        )
    elif comparison.in_shares and comparison.people not in (
        *shares_of(words).people_told,
        *shares_of(row["finding"]).people_told,
    ):
        yield _fault(
            row,
            "people-differ",
            "people",
            f"Neither the statement nor the finding speaks of {comparison.people} people.",
            "Write in the finding how many people the source compared, or correct 'people'.",
        )


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
