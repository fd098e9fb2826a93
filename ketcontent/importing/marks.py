"""What the supplier did to the rows of a page, as their marks say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ketcontent.model import Content, item_depth, rows_of
from ketcontent.text import Redline, compare


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
    forms: str = ""
    """As what it is set now and was set before that, where it is another form."""

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
        set_as = f"The supplier now sets this as {self.forms}." if self.forms else ""
        if not self.was:
            words = f"The supplier withdrew this once, and sends it again: {self.now}"
        elif self.redline.changed or not set_as:
            words = f"The supplier changed this: {self.redline}"
        else:
            words = ""
        return f"{words} {set_as}".strip()


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
    was, now, forms = row["supplier_was"], row.get(_RECEIVED.get(table, ""), ""), ""
    if table == "statements":
        was = labelled(row["supplier_was_label"], was)
        now = labelled(row["supplied_label"], row["supplied"])
        forms = told_forms(row["supplier_was_form"], row["supplied_form"])
    return SupplierMark(
        table=table,
        key="/".join(row[name] for name in key),
        change=row["supplier_change"],
        was=was,
        now=now,
        decision=row["supplier_decision"],
        reason=row["supplier_reason"],
        forms=forms,
    )


_SET_AS = {
    "paragraph": "a paragraph",
    "notice": "a notice",
    "caption": "the caption of a table",
    "header": "the headers of a table",
    "row": "a row of a table",
}


def told_forms(was: str, now: str) -> str:
    """Return as what a block is set now and was before, in words; empty where that is the same.

    Examples
    --------
    >>> told_forms("item-2", "row"), told_forms("item", "item"), told_forms("row", "")
    ('a row of a table, and no longer as an item of level 2 of a list', '', '')
    """
    if not was or not now or was == now:
        return ""

    def named(form: str) -> str:
        depth = item_depth(form)
        level = f" of level {depth}" if depth > 1 else ""
        return f"an item{level} of a list" if depth else _SET_AS[form]

    return f"{named(now)}, and no longer as {named(was)}"


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
