"""The faults of a table as they are found, each with its file, line and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from ketcontent.diagnostics import Diagnostic
from ketcontent.model.csv_text import Line
from ketcontent.model.schema import Row, Schema


class Faults:
    """Collects the faults of one table, each with its place."""

    def __init__(self, folder: Path, schema: Schema) -> None:
        self.schema = schema
        self.file = (folder / f"{schema.table}.csv").as_posix()
        self.found: list[Diagnostic] = []
        self.absent: set[str] = set()
        """The columns that the file lacks."""
        self.doubtful: dict[int, set[str]] = {}
        """By line, the columns whose cells may stand elsewhere: the line is ragged or misquoted."""
        self.cells: set[tuple[int | None, str]] = set()
        """Line and column of each cell with a fault."""

    def read(self, line: Line, *columns: str) -> bool:
        """Whether these cells were read at all, so that a further fault of them is a fault."""
        unread = self.absent | self.doubtful.get(line.line, set())
        return unread.isdisjoint(columns)

    def sound(self, line: Line, *columns: str) -> bool:
        """Whether these cells were read and have no fault so far."""
        if not (self.cells or self.absent or self.doubtful):
            return True
        faulty = any((line.line, column) in self.cells for column in columns)
        return self.read(line, *columns) and not faulty

    def add(
        self,
        rule: str,
        message: str,
        hint: str,
        *,
        line: int | None = None,
        column: str = "",
        row: Row | None = None,
        span: tuple[int, int] | None = None,
    ) -> None:
        """Add a fault of the table."""
        cell = row[self.schema.columns.index(column)] if row and column else ""
        key = "/".join(self.schema.key_of(row)) if row else ""
        self.cells.add((line, column))
        self.found.append(
            Diagnostic(
                rule=rule,
                message=message,
                hint=hint,
                table=self.schema.table,
                key=key,
                file=self.file,
                line=line,
                column=column,
                cell=cell,
                span=span,
            )
        )


class TableRows:
    """The rows of one table with access by column, for the laws."""

    def __init__(self, schema: Schema, lines: list[Line], faults: Faults) -> None:
        self.schema, self.lines, self.faults = schema, lines, faults
        self.read, self.sound = faults.read, faults.sound

    @cached_property
    def rows(self) -> list[tuple[Line, dict[str, str]]]:
        """Each line with its cells by column."""
        columns = self.schema.columns
        return [(line, dict(zip(columns, line.cells, strict=True))) for line in self.lines]

    def __iter__(self) -> Iterator[tuple[Line, dict[str, str]]]:
        return iter(self.rows)

    def fault(self, line: Line, rule: str, column: str, message: str, hint: str) -> None:
        """Add a fault of a cell."""
        self.faults.add(rule, message, hint, line=line.line, column=column, row=line.cells)


TablesRows = Mapping[str, TableRows]
