"""The tables of a plain text: lines with bars, tabs or columns of spaces between their cells.

An empty cell in a column of spaces leaves nothing behind: what stands under or over what says in
which column the others are. No line becomes a part of another: each comes back as a row of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ketcontent.importing.text_lines import INDENT, line_cells


@dataclass(frozen=True, slots=True)
class TextRow:
    """A line of a table."""

    table: int
    """Which table of the page it is of, from 1."""
    form: Literal["header", "row", "rule"]
    """A rule is drawn, and has no words."""
    cells: tuple[str, ...] = ()
    goes_on: bool = False
    """Whether it stands in one box with the line before it."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a line of a table looks like."""

    between: str
    """What stands between its cells: a bar, a tab, spaces; ``rule`` for a line that is drawn."""
    cells: int = 0


_Span = tuple[int, int]
"""Where the words of a cell start and end in their line."""


_GAP = re.compile(r"(?<=[^\s.!?…:])(?: {2,}|\t+| *\t *)(?=\S)")


_RULE = re.compile(r"[\s|:=+_-]+")


_SPACED = re.compile(r"\S+(?: \S+)*")


def text_rows(lines: Sequence[str]) -> dict[int, TextRow]:
    """Return the places of the lines that are of tables, each with what it is there.

    A table is two lines or more with as many cells, with an empty one where a column has no words.

    Parameters
    ----------
    lines
        The lines, each with the space in front of it.

    Examples
    --------
    >>> rows = text_rows(["Test | Range", "--- | ---", "Urea | 2–8", "Ask."])
    >>> [(place, row.form, row.cells) for place, row in rows.items()]
    [(0, 'header', ('Test', 'Range')), (1, 'rule', ()), (2, 'row', ('Urea', '2–8'))]
    >>> [row.cells for row in text_rows(["Name  Dose  When", "Urea        late"]).values()]
    [('Name', 'Dose', 'When'), ('Urea', '', 'late')]
    """
    rows: dict[int, TextRow] = {}
    shapes = [_shape(line) for line in lines]
    table = start = 0
    while start < len(lines):
        end, first, columns = _end_of_table(lines, shapes, start)
        if first is not None and end - start > 1 and not _is_prose(lines[start:end], first):
            table += 1
            found = _of_table(lines[start:end], shapes[start:end], first, columns, table)
            rows |= {start + place: row for place, row in enumerate(found)}
        start = max(end, start + 1)
    return rows


def is_rule(line: str) -> bool:
    """Return whether a line is drawn between the rows of a table."""
    return ("---" in line or "===" in line) and _RULE.fullmatch(line) is not None


def _shape(line: str) -> _Shape | None:
    """Return the shape of a line; None for one that has one cell."""
    bare = line.strip()
    if bare.startswith(("* ", "- ", "– ")):  # a footnote, or a line between dashes
        return None
    if is_rule(bare):
        return _Shape("rule")
    if bare.count("|") > 1 or " | " in bare:
        return _Shape("|", len(line_cells(bare)))
    gaps = _GAP.findall(bare)
    if not gaps:
        return None
    return _Shape("\t" if any("\t" in gap for gap in gaps) else " ", len(gaps) + 1)


def _end_of_table(
    lines: Sequence[str], shapes: Sequence[_Shape | None], start: int
) -> tuple[int, _Shape | None, list[_Span]]:
    """Return where the lines end that could be one table, the shape of its first row, its columns.

    These are places in the lines, and are of columns of spaces alone.
    """
    first: _Shape | None = None
    columns: list[_Span] = []
    rows: list[list[_Span]] = []
    end = start
    while end < len(lines) and (shape := shapes[end]) is not None:
        if shape.between == "rule":
            drawn = first.between in "| " if first else end == start and _has_parts(lines[end])
            if not drawn:
                break
        elif first is None:
            first, columns = shape, _spans(lines[end])
            rows = [columns]
        elif not _same_table(first, shape):
            break
        elif shape.between == " ":
            spans = _spans(lines[end])
            wider = _widened(*sorted((columns, spans), key=len, reverse=True))
            # A row that widens a column must leave no doubt in which of them those before stand.
            narrow = [one for one in (*rows, spans) if len(one) < len(wider)]
            changed = narrow if wider != columns else narrow[-1:]
            if any(_columns_of(one, wider) is None for one in changed):
                break
            columns = wider
            rows.append(spans)
        end += 1
    return end, first, columns


def _has_parts(rule: str) -> bool:
    """Return whether a line that is drawn above a table shows its columns."""
    return "+" in rule or "|" in rule or len(rule.split()) > 1


def _same_table(one: _Shape, other: _Shape) -> bool:
    # An empty cell at the end of a row leaves nothing behind; between spaces no empty cell does.
    return one.between == other.between and (
        one.between == " " or abs(one.cells - other.cells) <= 1
    )


def _is_prose(lines: Sequence[str], shape: _Shape) -> bool:
    cells = [cell for line in lines for cell in re.split(r"\s{2,}|[|\t]", line) if cell.strip()]
    long = sum(len(cell) > (60 if shape.between == " " else 150) for cell in cells)
    return long * 4 > len(cells)


def _of_table(
    lines: Sequence[str],
    shapes: Sequence[_Shape | None],
    first: _Shape,
    columns: Sequence[_Span],
    table: int,
) -> Iterator[TextRow]:
    """Yield what each line of a table is."""
    rules = [place for place, shape in enumerate(shapes) if shape and shape.between == "rule"]
    heads = _heads(lines, rules)
    boxed = len(rules) > 3 and 0 in rules  # drawn between each two rows
    before = {} if first.between == " " else _in_cells(lines, rules, first.between)
    for place, line in enumerate(lines):
        if place in rules:
            yield TextRow(table, "rule")
            continue
        cells = _in_columns(line, columns) if first.between == " " else before[place]
        goes_on = boxed and place > 0 and place - 1 not in rules
        yield TextRow(table, "header" if place in heads else "row", tuple(cells), goes_on)


def _heads(lines: Sequence[str], rules: Sequence[int]) -> range:
    """Return the places of the rows that name columns: what a line that is drawn sets apart."""
    if not rules:
        return range(0)
    if rules[0] > 0:  # the one row above the first line that is drawn
        return range(rules[0] if rules[0] == 1 else 0)
    double = next((one for one in rules[1:] if "=" in lines[one]), 0)
    if double and "+" in lines[double]:
        return range(1, double)
    # With a line between each two rows, none of them is said to be another than the rest.
    return range(1, rules[1] if len(rules) in (2, 3) and rules[1] == 2 else 1)


def _in_cells(lines: Sequence[str], rules: Sequence[int], between: str) -> dict[int, list[str]]:
    """Return by their place the cells of lines with bars or tabs, an empty one in front as well.

    In front of a row stands nothing where its first cell is empty: a tab more than before all
    rows, or a bar where those that have all their cells begin with none.
    """
    rows = {place: line for place, line in enumerate(lines) if place not in rules}
    found = {place: line_cells(line) for place, line in rows.items()}
    widest = max(map(len, found.values()))
    wide = {place: line.expandtabs(INDENT) for place, line in rows.items()}
    begins = {place: len(line) - len(line.lstrip()) for place, line in wide.items()}
    bare = not next(iter(rows.values())).lstrip().startswith("|")
    for place, line in rows.items():
        row = line.strip()
        missing = 0
        if between == "\t":
            missing = (begins[place] - min(begins.values())) // INDENT
        elif bare and row.startswith("|") and not row.endswith("|"):
            missing = int(len(found[place]) < widest)
        found[place] = [*[""] * missing, *found[place]]
    return found


# --- columns of spaces --------------------------------------------------------------------------


def _spans(line: str) -> list[_Span]:
    return [found.span() for found in _SPACED.finditer(line)]


def _columns_of(spans: Sequence[_Span], columns: Sequence[_Span]) -> list[int] | None:
    """Return the column that each cell stands in; None where one has none of its own.

    Nor has one that stands under two: a dose must not be guessed into the column of another.
    """
    found: list[int] = []
    for start, end in spans:
        under = [
            place for place, (first, last) in enumerate(columns) if start < last and first < end
        ]
        if len(under) != 1 or under[0] in found[-1:]:
            return None
        found += under
    return found


def _widened(columns: Sequence[_Span], spans: Sequence[_Span]) -> list[_Span]:
    """Return columns that have room for the cells of another row, where it has as many."""
    if len(columns) != len(spans):
        return list(columns)
    return [
        (min(one[0], other[0]), max(one[1], other[1]))
        for one, other in zip(columns, spans, strict=True)
    ]


def _in_columns(line: str, columns: Sequence[_Span]) -> list[str]:
    """Return the cells of a line, with an empty one in each column in which it has no words."""
    spans = _spans(line)
    places = _columns_of(spans, columns)
    if places is None:
        return [line[slice(*span)] for span in spans]
    words = {place: line[slice(*span)] for place, span in zip(places, spans, strict=True)}
    return [words.get(place, "") for place in range(len(columns))]
