"""What became of a supplied sentence, as an editor says it: kept, reworded, moved, cut, answered.

The account stands in the row of the sentence, behind what was received, and is no part of that.
Headings and titles have none: the redline lays sentences with their labels over each other, and
each heading of a page is signed by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ketcontent.markup import inline_plain, without_citations
from ketcontent.text import canonical

ANSWER_COLUMNS = ("answer", "answered_by", "answer_reason")
"""The columns of a statement that hold it."""

KEPT = "kept"
"""The one answer that the rows say themselves; all others are an editor's."""


@dataclass(frozen=True, slots=True)
class SuppliedAnswer:
    """What became of one supplied sentence."""

    answer: str
    """``kept``, ``reworded``, ``moved``, ``cut`` or ``answered``; empty where nobody has said."""
    by: tuple[str, ...]
    """The statements that answer it."""
    reason: str
    """Why."""

    def __str__(self) -> str:
        others = ", ".join(self.by)
        if self.answer == "answered":
            said = f"answered by {others or 'none'}"
        else:
            said = self.answer or "not answered yet"
            said += f", and answered by {others}" if others else ""
        return f"{said}: {self.reason}" if self.reason else said


def answer_of(row: Mapping[str, Any]) -> SuppliedAnswer:
    """Return what a row of statements says became of its supplied sentence.

    Examples
    --------
    >>> row = {"answer": "answered", "answered_by": "cost-1 cost-2", "answer_reason": "Twice said."}
    >>> print(answer_of(row))
    answered by cost-1, cost-2: Twice said.
    """
    return SuppliedAnswer(row["answer"], tuple(row["answered_by"].split()), row["answer_reason"])


def stands_as_supplied(row: Mapping[str, Any]) -> bool:
    """Return whether the words of a row stand as received: heading and form of then, not folded.

    What a notice says is not looked up: a sentence in place of which one stands is not kept.
    """
    words = inline_plain(without_citations(row["text"]))
    return bool(
        row["supplied"]
        and row["section"] == row["supplied_section"]
        and row.get("form", row["supplied_form"]) == row["supplied_form"]
        and not row.get("layer")
        and canonical(words) == canonical(row["supplied"])
        and canonical(row["label"]) == canonical(row["supplied_label"])
    )
