"""Three readings of a sentence, a heading or a title → what becomes of it.

base
    What the supplier had sent when the row was last in order.
theirs
    What the supplier sends now.
ours
    What stands in the current edition.

Where the supplier changed nothing, ours stands. Where nobody had worked on the row, it follows the
supplier; where it says already what the supplier says now, there is nothing to do. In all other
cases both readings are kept and the row is marked, and an editor decides
(`ketcontent.checks.supplier` makes an error of it until then). What was withdrawn is never dropped
by an import, so that no key is free to be given to other words, and nothing dangles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ketcontent.text import canonical

Change = Literal["", "changed", "withdrawn"]


Decision = Literal["", "theirs", "ours", "anew", "followed", "agreed"]


MARKS = ("change", "was", "was_label", "was_form", "decision", "reason")
"""The columns of a row that say what the supplier did to it, without ``supplier_``."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A row as one side has it; where a side does not have it, None stands in its place."""

    words: str
    """The words: of a sentence, a heading or a title."""
    label: str = ""
    """The label before a sentence."""
    form: str = ""
    """How the block of a sentence is set."""

    def differs(self, other: Reading | None) -> set[str]:
        """Return in what two readings are not the same: words, label, form.

        A form that one of them does not say is no other form.

        Examples
        --------
        >>> Reading("Hot.", "Tea").differs(Reading("Hot. ", "Green tea"))
        {'label'}
        >>> Reading("Hot.", form="row").differs(Reading("Hot.", form="item"))
        {'form'}
        """
        if other is None:
            return {"words", "label", "form"}
        parts = {
            part
            for part in ("words", "label")
            if canonical(getattr(self, part)) != canonical(getattr(other, part))
        }
        return parts | ({"form"} if self.form and other.form not in ("", self.form) else set())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a row."""

    change: Change = ""
    """What the supplier did to it; empty where it is as it was."""
    was: Reading | None = None
    """What it was before that."""
    decision: Decision = ""
    """``followed`` or ``agreed``; empty where an editor has to decide, or nothing changed."""


def merge_readings(
    base: Reading | None, theirs: Reading | None, ours: Reading | None, *, held: bool = False
) -> Outcome:
    """Return what becomes of a row; `held` where a source, a grade or a person vouches for it.

    Examples
    --------
    >>> eight, six = Reading("8 puffs."), Reading("6 puffs.")
    >>> merge_readings(eight, six, eight).decision
    'followed'
    >>> merge_readings(eight, six, six, held=True).decision
    'agreed'
    >>> outcome = merge_readings(eight, six, eight, held=True)
    >>> outcome.change, outcome.decision
    ('changed', '')
    """
    if theirs is None:
        return Outcome("withdrawn", base, "" if ours else "agreed")
    parts = theirs.differs(base)
    if not parts or (ours is None and "words" not in parts):
        return Outcome()
    if ours is None:
        return Outcome("changed", base)
    if not parts & ours.differs(theirs):
        return Outcome("changed", base, "agreed")
    if not held and not parts & ours.differs(base):
        return Outcome("changed", base, "followed")
    return Outcome("changed", base)


def form_waits(row: Mapping[str, Any]) -> bool:
    """Return whether a statement is received in another form that nobody has decided about.

    Until then it stands on the page in the form that it had: a sentence that is set as a row of a
    table, or an item as one of another's list, says something else.
    """
    return bool(
        row.get("supplier_change") == "changed"
        and not row["supplier_decision"]
        and row["supplier_was_form"] not in ("", row["supplied_form"])
    )


def base_reading(row: Mapping[str, Any], supplied: Reading | None) -> Reading | None:
    """Return what the supplier had sent when a row was last in order.

    Parameters
    ----------
    row
        The row, with its marks.
    supplied
        What was received last; None where it was withdrawn.
    """
    change, decision = row["supplier_change"], row["supplier_decision"]
    open_ = change and not decision
    if not open_ and not (change == "withdrawn" and decision in ("followed", "agreed")):
        return supplied
    if not row["supplier_was"] and "supplier_was_label" in row:
        return None  # a sentence has words, so this one was not there
    was = (row.get(f"supplier_{name}", "") for name in ("was", "was_label", "was_form"))
    return Reading(*was)


def marks_of(outcome: Outcome) -> dict[str, str]:
    """Return the cells that say what became of a row.

    Examples
    --------
    >>> marks_of(Outcome("withdrawn", Reading("8 puffs.")))["supplier_was"]
    '8 puffs.'
    """
    was = outcome.was or Reading("")
    cells = (outcome.change, was.words, was.label, was.form, outcome.decision, "")
    return {f"supplier_{name}": cell for name, cell in zip(MARKS, cells, strict=True)}


def merged_marks(
    row: Mapping[str, Any],
    supplied: Reading | None,
    theirs: Reading | None,
    ours: Reading | None,
    *,
    held: bool = False,
) -> dict[str, str]:
    """Return the marks of a row once `theirs` was received over what was `supplied` before.

    A row that is received as before keeps its marks. One that is again as it was when it was last
    in order loses them, as if nothing had happened.
    """
    kept = {f"supplier_{name}": row.get(f"supplier_{name}", "") for name in MARKS}
    if theirs == supplied:
        return kept
    base = base_reading(row, supplied)
    if theirs is None:
        return marks_of(merge_readings(base or supplied, theirs, ours))
    outcome = merge_readings(base, theirs, ours, held=held)
    settled = row["supplier_decision"] and row["supplier_change"] == "changed"
    return kept if settled and not outcome.change else marks_of(outcome)
