"""What the supplier did to the rows of a page, as their marks say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ketcontent.model import Content, rows_of
from ketcontent.text import Redline, canonical, compare


@dataclass(frozen=True, slots=True)
class SupplierMark:
    """A row that is marked: the supplier changed or withdrew it."""

    table: str
    """``documents``, ``sections`` or ``statements``."""
    key: str
    """The key of the row, its parts joined by ``/``."""
    change: str
    """``changed`` or ``withdrawn``."""
    was: str
    """What had been received before that, label and words; empty where it was not there."""
    now: str
    """What is received now; empty where it was withdrawn."""
    decision: str
    """``theirs``, ``ours``, ``anew``, ``followed`` or ``agreed``; empty while it is open."""
    reason: str
    """Why an editor decided so."""
    form: str = ""
    """The form that it is received in now, where that is all that changed."""

    @property
    def undecided(self) -> bool:
        """Whether an editor has still to decide."""
        return not self.decision

    @property
    def redline(self) -> Redline:
        """What the supplier changed."""
        return compare(self.was, self.now)

    def __str__(self) -> str:
        if self.change == "withdrawn":
            return "The supplier withdrew this."
        if self.form:
            return f"The supplier now sets this as: {self.form}."
        if not self.was:
            return f"The supplier withdrew this once, and sends it again: {self.now}"
        return f"The supplier changed this: {self.redline}"


def supplier_marks(content: Content, document: str) -> list[SupplierMark]:
    """Return what the supplier did to the rows of a page: its title, its headings, its sentences.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> supplier_marks(read_content("data"), "ketamine")
    []
    """
    return [
        _mark(table, row, content.schemas[table].key)
        for table in ("documents", "sections", "statements")
        if any(getattr(content, table)["supplier_change"].tolist())  # hardly ever
        for row in page_rows(content, table, document)
        if row["supplier_change"]
    ]


def mark_of(content: Content, table: str, row: Mapping[str, Any]) -> SupplierMark:
    """Return the mark of one row, which has one."""
    return _mark(table, row, content.schemas[table].key)


_RECEIVED = {"documents": "supplied_title", "sections": "supplied_heading"}


def _mark(table: str, row: Mapping[str, Any], key: tuple[str, ...]) -> SupplierMark:
    """Return the mark of a row, its cells typed or as text."""
    was, now, form = row["supplier_was"], row.get(_RECEIVED.get(table, ""), ""), ""
    if table == "statements":
        was = labelled(row["supplier_was_label"], was)
        now = labelled(row["supplied_label"], row["supplied"])
        form = row["supplied_form"] if canonical(was) == canonical(now) else ""
    return SupplierMark(
        table=table,
        key="/".join(row[name] for name in key),
        change=row["supplier_change"],
        was=was,
        now=now,
        decision=row["supplier_decision"],
        reason=row["supplier_reason"],
        form=form,
    )


def labelled(label: str, words: str) -> str:
    """Return words behind their label.

    Examples
    --------
    >>> labelled("Form", "Tablets."), labelled("", "Tablets.")
    ('Form: Tablets.', 'Tablets.')
    """
    mark = ":" if label[-1:].isalnum() else ""
    return f"{label}{mark} {words}" if label and words else words


def page_rows(content: Content, table: str, document: str) -> list[dict[str, Any]]:
    """Return the rows that a page has in a table; an empty whole number is None."""
    frame = getattr(content, table)
    return rows_of(frame[frame["document"] == document])
