"""A fault in the content, and a report of them.

A fault of the content is data: a record that says which rule, how bad, in which table, row, file,
line and column, what is wrong and what to do. Faults come back all at once, in a `Report`.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd


Severity = Literal["error", "warning", "advice"]

_ORDER: dict[str, int] = {"error": 0, "warning": 1, "advice": 2}

_AROUND = 60  # characters of a cell that are shown on either side of the words at fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One fault of the content."""

    rule: str
    """The rule's id, in kebab-case; it does not change."""
    message: str
    """What is wrong, naming the thing."""
    hint: str = ""
    """What to do about it."""
    severity: Severity = "error"
    """``error`` stops a release (and, in a table, reading); ``warning`` and ``advice`` do not."""
    table: str = ""
    """The table, as the data package names it."""
    key: str = ""
    """The row's key, its parts joined by a slash; empty where the row has none."""
    file: str = ""
    """The file, as the caller named its folder."""
    line: int | None = None
    """The line of the file, counted from 1."""
    column: str = ""
    """The column's name; empty where the whole line is at fault."""
    cell: str = ""
    """What stands in the cell."""
    span: tuple[int, int] | None = None
    """Where in the cell, as a half-open range of characters."""
    section: str = ""
    """The section of its page in which the row is read; empty where there is none."""
    authority: str = ""
    """Who says that it is a fault; empty where the rule is one of these tables."""
    replacement: str = ""
    """What may stand instead of the words at fault; empty where no one phrase does."""
    marks: tuple[tuple[int, int], ...] = ()
    """Where in the cell each of the words at fault stands, if others stand between them."""

    @property
    def marked(self) -> tuple[tuple[int, int], ...]:
        """Where in the cell words are at fault: its marks, or else its whole span."""
        return self.marks or ((self.span,) if self.span else ())

    @property
    def words(self) -> str:
        """The words at fault, with ``…`` for those that stand between them."""
        return " … ".join(self.cell[slice(*one)] for one in self.marked)

    @property
    def stretches(self) -> tuple[tuple[str, bool], ...]:
        """The words of the span in pieces, and of each piece whether it is at fault."""
        edges = sorted({place for one in (self.span, *self.marked) if one for place in one})
        return tuple(
            (self.cell[start:end], any(one[0] <= start < one[1] for one in self.marked))
            for start, end in pairwise(edges)
        )

    def moved(self, cell: str) -> Diagnostic | None:
        """Return the fault where its words stand in another text of the cell; None without them."""
        words = self.cell[slice(*self.span)] if self.span else ""
        start = cell.find(words) if words else -1
        if self.span is None or start < 0:
            return None
        by = start - self.span[0]
        marks = tuple((first + by, last + by) for first, last in self.marks)
        return replace(self, cell=cell, span=(start, start + len(words)), marks=marks)

    def at(self, section: str, file: str, line: int | None) -> Diagnostic:
        """Return the fault with the section, file and line of its row."""
        # `dataclasses.replace` takes twice as long, and a long page has thousands of faults.
        given = dict(zip(_NAMES, _cells_of(self), strict=True))
        given |= {"section": section, "file": file, "line": line}
        return Diagnostic(**given)

    @property
    def context(self) -> tuple[str, str, str]:
        """What stands before the words at fault, those words, and what stands behind.

        A long cell is cut around them; where nothing says which they are, all three are empty.
        """
        if self.span is None or not self.cell:
            return "", "", ""
        start, end = self.span
        first, last = max(0, start - _AROUND), min(len(self.cell), end + _AROUND)
        before, after = "…" if first else "", "…" if last < len(self.cell) else ""
        return (
            before + self.cell[first:start],
            self.cell[start:end],
            self.cell[end:last] + after,
        )

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part)
        named = [part for part in (place, self.column, self.severity) if part]
        text = f"{': '.join(named)}: {self.message} [{self.rule}]"
        return f"{text}\n    hint: {self.hint}" if self.hint else text


_NAMES = tuple(field.name for field in fields(Diagnostic))
_cells_of = attrgetter(*_NAMES)


@dataclass(frozen=True, slots=True)
class Report:
    """All faults that were found, worst first, then by file and line."""

    diagnostics: tuple[Diagnostic, ...] = ()

    @classmethod
    def of(cls, diagnostics: list[Diagnostic]) -> Report:
        """Return the report of these faults, each once."""
        once = dict.fromkeys(diagnostics)
        return cls(tuple(sorted(once, key=_worst_first)))

    @property
    def has_errors(self) -> bool:
        """Whether any fault is an error."""
        return any(one.severity == "error" for one in self.diagnostics)

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame with a row a fault and the fields of `Diagnostic` as columns."""
        import pandas as pd

        columns = list(Diagnostic.__dataclass_fields__)
        frame = pd.DataFrame([asdict(one) for one in self.diagnostics], columns=columns)
        return frame.astype({"line": "Int64"})  # a fault of a whole file has no line

    def to_html(self) -> str:
        """Return a table for a screen: a row a fault, in the order of the rows of the tables.

        A row that is read in a section links to it, where that is shown in the same notebook.
        """
        if not self.diagnostics:
            return "<p>No faults.</p>"
        # JupyterLab sets every cell flush right, words too.
        left = 'style="text-align:start"'
        heads = "".join(f'<th scope="col" {left}>{name}</th>' for name in _HEADS)
        rows = "\n".join(
            f'<tr><th scope="row" {left}>{first}</th>'
            + "".join(f"<td {left}>{cell}</td>" for cell in others)
            + "</tr>"
            for first, *others in map(_html_cells, sorted(self.diagnostics, key=_by_row))
        )
        return (
            '<div class="table" role="region" aria-label="Findings" tabindex="0">\n'
            f"<table>\n<caption>{self.counted}</caption>\n<thead><tr>{heads}</tr></thead>\n"
            f"<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
        )

    def to_markdown(self) -> str:
        """Return the same table as Markdown."""
        if not self.diagnostics:
            return "No faults."
        rows = [_COLUMNS, ["---"] * len(_COLUMNS)]
        faults = sorted(self.diagnostics, key=_by_row)
        rows += [[_markdown(cell) for cell in _cells(one)] for one in faults]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def in_section(self, section: str) -> Report:
        """Return the faults of the rows that are read in one section."""
        return Report(tuple(one for one in self.diagnostics if one.section == section))

    @property
    def counted(self) -> str:
        """How many faults of each severity there are, in words."""
        found = Counter[str](one.severity for one in self.diagnostics)
        return ", ".join(
            f"{found[severity]} {severity}"
            f"{'' if found[severity] == 1 or severity == 'advice' else 's'}"
            for severity in _ORDER
            if severity in found
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": str(self),
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
        }

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.diagnostics)

    def __len__(self) -> int:
        return len(self.diagnostics)

    def __str__(self) -> str:
        return "\n".join(str(one) for one in self.diagnostics) or "No faults."


def _worst_first(one: Diagnostic) -> tuple[int, str, int, str]:
    return (_ORDER[one.severity], one.file, one.line or 0, one.column)


def _by_row(one: Diagnostic) -> tuple[str, int, str, int]:
    return one.file or one.table, one.line or 0, one.key, _ORDER[one.severity]


_HEADS = ["row", "severity", "what", "words", "what to do"]


def _html_cells(one: Diagnostic) -> list[str]:
    """Return what a table for a screen says of a fault: the rule and the place in small print."""
    row, severity, rule, place, message, hint = (_html(cell) for cell in _cells(one))
    linked = f'<a href="#{html.escape(one.section)}">{row}</a>' if one.section else row
    place = f'<br><small style="overflow-wrap:anywhere">{place}</small>' if place else ""
    return [
        f"{linked}{place}",
        f"<strong>{severity}</strong>" if severity == "error" else severity,
        f"{message} <small>[{rule}]</small>",
        _words(one),
        hint,
    ]


def _words(one: Diagnostic) -> str:
    """Return the words at fault, marked where they stand, as HTML."""
    before, fault, after = (html.escape(_printable(part)) for part in one.context)
    pieces = [(html.escape(_printable(words)), marked) for words, marked in one.stretches]
    said = "".join(f"<mark>{words}</mark>" if marked else words for words, marked in pieces)
    return f"{before}{said}{after}" if fault else ""


_COLUMNS = ["row", "severity", "rule", "where", "what", "what to do"]


def _cells(one: Diagnostic) -> list[str]:
    """Return what a table says of a fault, in the order of its columns."""
    place = ":".join(str(part) for part in (one.file, one.line) if part)
    row = " ".join(filter(None, [one.table, one.key, one.column]))
    return [row, one.severity, one.rule, place, one.message, one.hint]


def _shown(text: str) -> str:
    """Return text on one line, without characters that steer a screen."""
    return " ".join(_printable(text).split())


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)


def _html(text: str) -> str:
    return html.escape(_shown(text))


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|~&])", r"\\\1", _shown(text))
