"""What a new version from the supplier did to a page, for whoever took it in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ketcontent.importing.marks import labelled, page_rows, told_forms
from ketcontent.importing.places import moved_between, moved_sections, supplied_places
from ketcontent.markup import cited
from ketcontent.model import Content
from ketcontent.text import Redline, canonical, compare, counted

_KINDS = ("same", "moved", "changed", "added", "withdrawn")


@dataclass(frozen=True, slots=True)
class SupplierChange:
    """What the supplier did to one row."""

    table: str
    """``documents``, ``sections`` or ``statements``."""
    key: str
    """The key of the row within the page; of a title, the page."""
    change: str
    """``same``, ``moved``, ``changed``, ``added`` or ``withdrawn``."""
    redline: Redline
    """What was received before against what is received now."""
    cited: bool = False
    """Whether a source stands behind the sentence."""
    signed: bool = False
    """Whether somebody has approved some wording of it."""
    open: bool = False
    """Whether an editor has to decide."""
    forms: str = ""
    """As what it is set now and was set before, where it is another form."""

    def __str__(self) -> str:
        held = " and ".join(name for name in ("cited", "signed") if getattr(self, name))
        what = f"{self.change} {_NOUNS[self.table]} {self.key}{f' ({held})' if held else ''}"
        set_as = f"\n    It is set as {self.forms}." if self.forms else ""
        return f"{what}{': decide' if self.open else ''}\n    {self.redline}{set_as}"


_NOUNS = {"documents": "title", "sections": "heading", "statements": "sentence"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a new version did to a page."""

    document: str
    """The page."""
    changes: tuple[SupplierChange, ...]
    """Each row that is in the version before or in this one: in the order of this one, then what
    was withdrawn."""

    def __str__(self) -> str:
        sentences = [one for one in self.changes if one.table == "statements"]
        count = Counter(one.change for one in sentences)
        touched = [one for one in sentences if one.change in ("changed", "withdrawn")]
        held = ", ".join(
            f"{sum(getattr(one, name) for one in touched)} {name}" for name in ("cited", "signed")
        )
        open_ = sum(one.open for one in self.changes)
        return "\n".join(
            [
                f"{self.document}: {', '.join(f'{count[kind]} {kind}' for kind in _KINDS)}; "
                f"of those changed or withdrawn {held}.",
                *(str(one) for one in self.changes if one.change != "same"),
                f"{counted(open_, 'row')} to decide: take theirs, keep ours or write anew with "
                "'ketcontent decide'. Until then 'ketcontent check' reports an error, and no "
                "sign-off on them counts."
                if open_
                else "Nothing to decide.",
            ]
        )


def supplier_changes(before: Content, after: Content, document: str) -> Arrival:
    """Return what a version did that was taken in between two contents.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> content = read_content("data")
    >>> print(str(supplier_changes(content, content, "ketamine")).splitlines()[0])
    ketamine: 31 same, 0 moved, 0 changed, 0 added, 0 withdrawn; of those changed or withdrawn ...
    """
    return Arrival(
        document,
        (
            *_title(before, after, document),
            *_sections(before, after, document),
            *_statements(before, after, document),
        ),
    )


def told_of_page(before: Content, after: Content, document: str, data: str | Path) -> list[str]:
    """Return what to tell of a page that was taken in between two contents, line by line.

    Of one that was there before, what its new version did to each row; of one that was not, how
    many rows it has in the folder of the tables (`data`).
    """
    if document in set(before.documents["document"]):
        return str(supplier_changes(before, after, document)).split("\n")
    sections, statements = (
        int((frame["document"] == document).sum()) for frame in (after.sections, after.statements)
    )
    held = f"{counted(sections, 'section')}, {counted(statements, 'statement')}"
    return [f"{document}: {held} in {data}."]


def _title(before: Content, after: Content, document: str) -> list[SupplierChange]:
    [was], [now] = (page_rows(content, "documents", document) for content in (before, after))
    words = was["supplied_title"], now["supplied_title"]
    change = _change(*words, moved=False)
    return [SupplierChange("documents", document, change, compare(*words), open=_open(now))]


def _sections(before: Content, after: Content, document: str) -> list[SupplierChange]:
    was, now = (
        {row["section"]: row for row in page_rows(content, "sections", document)}
        for content in (before, after)
    )
    orders = [
        {
            key: int(row["supplied_position"])
            for key, row in rows.items()
            if row["supplied_position"] is not None
        }
        for rows in (was, now)
    ]
    moved = moved_sections(*orders)
    order = [*sorted(orders[1], key=orders[1].__getitem__), *orders[0]]
    found = []
    for key in dict.fromkeys(order):
        words = [rows[key]["supplied_heading"] if key in rows else "" for rows in (was, now)]
        change = (
            "added"
            if key not in orders[0]
            else "withdrawn"
            if key not in orders[1]
            else "changed"
            if canonical(words[0]) != canonical(words[1])
            else "moved"
            if key in moved
            else "same"
        )
        found.append(SupplierChange("sections", key, change, compare(*words), open=_open(now[key])))
    return found


def _statements(before: Content, after: Content, document: str) -> list[SupplierChange]:
    was, now = (
        {row["statement"]: row for row in page_rows(content, "statements", document)}
        for content in (before, after)
    )
    places = [supplied_places(rows.values()) for rows in (was, now)]
    moved = moved_between(*places)
    homes = {
        row["section"]: int(row["supplied_position"])
        for row in page_rows(after, "sections", document)
        if row["supplied_position"] is not None
    }
    order = sorted(
        places[1], key=lambda key: (homes[places[1][key].section], places[1][key].position)
    )
    evidence = {row["statement"] for row in page_rows(before, "evidence", document)}
    signed = {
        row["statement"]
        for row in page_rows(before, "signoffs", document)
        if row["verdict"] == "approved"
    }
    found = []
    for key in dict.fromkeys([*order, *places[0]]):
        words = [
            labelled(rows[key]["supplied_label"], rows[key]["supplied"]) if key in rows else ""
            for rows in (was, now)
        ]
        forms = told_forms(*(one[key].form if key in one else "" for one in places))
        found.append(
            SupplierChange(
                table="statements",
                key=key,
                change="changed" if forms else _change(*words, moved=key in moved),
                redline=compare(*words),
                cited=key in evidence or bool(key in was and cited(was[key]["text"])),
                signed=key in signed,
                open=_open(now[key]),
                forms=forms,
            )
        )
    return found


def _change(was: str, now: str, *, moved: bool) -> str:
    """Return what happened to words; none are those of a row that is not there."""
    if canonical(was) == canonical(now):
        return "moved" if moved else "same"
    return "added" if not was else "withdrawn" if not now else "changed"


def _open(row: Mapping[str, Any]) -> bool:
    """Whether a row waits for a decision."""
    return bool(row["supplier_change"] and not row["supplier_decision"])
