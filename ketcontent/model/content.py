"""The tables in memory, typed by the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ketcontent.dependencies import record_dependency
from ketcontent.errors import UnknownTable
from ketcontent.markup import render
from ketcontent.model.csv_text import Line
from ketcontent.model.schema import TABLES, Key, Row, Schema, shipped_schemas
from ketcontent.text import counted


@dataclass(frozen=True)
class Origin:
    """Where a Content was read from, and its rows at that moment."""

    folder: Path
    """The folder of the tables."""
    schemas: Mapping[str, Schema]
    """What its data package says of each table."""
    read: Mapping[str, Sequence[Line]]
    """The rows of each table, in the order of its file."""
    hashes: Mapping[str, str]
    """By table, the hash of the file's bytes and of its schema; none where it is of no use."""

    @cached_property
    def rows(self) -> Mapping[str, Mapping[Key, Row]]:
        """Each table's rows by key, as text."""
        return {table: keyed_rows(self.schemas[table], self.read[table]) for table in self.schemas}

    def lines(self, table: str) -> Mapping[Key, int]:
        """Return the line of each row of a table in its file, counted from 1."""
        return {key: line.line for key, line in _keyed(self.schemas[table], self.read[table])}


def _keyed(schema: Schema, read: Sequence[Line]) -> Iterator[tuple[Key, Line]]:
    return zip(schema.keys_of([one.cells for one in read]), read, strict=True)


def keyed_rows(schema: Schema, read: Sequence[Line]) -> dict[Key, Row]:
    """Return the rows that were read of a table by key, as text."""
    return {key: line.cells for key, line in _keyed(schema, read)}


@dataclass(frozen=True, slots=True)
class Content:
    """The tables, typed by the schema.

    Whole numbers are ``Int64``, booleans ``boolean``, the rest text; an empty cell of text is
    ``""``. Functions never change a Content; they return a new one (`dataclasses.replace`).
    """

    documents: pd.DataFrame
    """A row a page."""
    sections: pd.DataFrame
    """A row a section of a page."""
    statements: pd.DataFrame
    """A row a sentence, or a label with its sentence."""
    notices: pd.DataFrame
    """A row a text used in many places, once a language."""
    terms: pd.DataFrame
    """A row an abbreviation or term, once a language."""
    sources: pd.DataFrame
    """A row a reference."""
    evidence: pd.DataFrame
    """A row what one source says on one statement."""
    people: pd.DataFrame
    """A row someone who writes or reviews."""
    signing_keys: pd.DataFrame
    """A row a key with which somebody signs their sign-offs."""
    signoffs: pd.DataFrame
    """A row one yes or no to exact words."""
    proposals: pd.DataFrame
    """A row words that somebody proposes for a statement."""
    comments: pd.DataFrame
    """A row what somebody said of a statement, or of some words of it."""
    policies: pd.DataFrame
    """A row a capacity that must sign a kind of statement."""
    topics: pd.DataFrame
    """A row a question that a page must or should answer."""
    rules: pd.DataFrame
    """A row a rule of prose."""
    phrases: pd.DataFrame
    """A row a phrase of a list that rules of prose look for."""
    help_lines: pd.DataFrame
    """A row a crisis contact in one market."""
    waivers: pd.DataFrame
    """A row a finding on one row that passes for a while."""
    strings: pd.DataFrame
    """A row a word or a sentence of the furniture of a page, once a language."""
    site: pd.DataFrame
    """A row the site on which the pages are published."""
    releases: pd.DataFrame
    """A row a sentence that a release of a page added, reworded or removed."""
    schemas: Mapping[str, Schema]
    """What the data package says of each table."""
    origin: Origin | None = None
    """Where it was read from; None for a Content made in memory."""

    def __getattr__(self, name: str) -> Any:
        # Asked only for what is not there. Copying, pickling and IPython look for names that start
        # with an underscore, and mean no table.
        if name.startswith("_"):
            raise AttributeError(name)
        raise UnknownTable.of("table", name, [*TABLES, "schemas", "origin"])

    def rows(self, table: str, document: str = "") -> list[dict[str, Any]]:
        """Return the rows of a table, or those that one page has of it, as `rows_of` does.

        Raises
        ------
        UnknownTable
            When there is no such table.
        """
        frame = getattr(self, table)
        if frame.empty:  # many are, and to look for a page in one takes pandas a while
            return []
        return rows_of(frame[frame["document"] == document] if document else frame)

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(getattr(self, table))} {table}" for table in TABLES[:5])
        place = f" of {self.origin.folder}" if self.origin else ""
        return f"<Content{place}: {counts}>"

    def to_html(self) -> str:
        """Return what the tables hold as HTML: a row a page, then the size of the other tables.

        It counts rows and judges nothing, so that showing a Content costs next to nothing.
        """
        return render("content.html.j2", **_overview(self))

    def to_text(self) -> str:
        """Return the same as plain text."""
        view = _overview(self)
        lines = [view["caption"]]
        for page in view["pages"]:
            first, *cells = page.items()
            lines.append(f"  {first[1]}: {', '.join(f'{name} {cell}' for name, cell in cells)}")
        return "\n".join(filter(None, [*lines, view["more"], view["others"], view["next"]]))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": self.to_text(), "text/html": self.to_html()}


_PAGES_SHOWN = 50


def _overview(content: Content) -> dict[str, Any]:
    """Return what the display of a Content says, by name."""
    known = len(content.documents)
    chosen = content.documents.head(_PAGES_SHOWN)

    def counts(frame: pd.DataFrame) -> dict[str, int]:
        return {str(key): int(number) for key, number in frame["document"].value_counts().items()}

    statements = content.statements[content.statements["position"].notna()]
    keys = ["document", "statement"]
    approved = content.signoffs[content.signoffs["verdict"] == "approved"]
    columns = {
        "sections": counts(content.sections[content.sections["position"].notna()]),
        "statements": counts(statements),
        "kind not set": counts(statements[statements["kind"] == ""]),
        "not graded": counts(statements[statements["certainty"] == ""]),
        "with evidence": counts(
            statements.merge(content.evidence[keys].drop_duplicates(), on=keys)
        ),
        "ever signed": counts(statements.merge(approved[keys].drop_duplicates(), on=keys)),
    }
    pages = [
        {
            "page": row["document"],
            "title": row["title"],
            "language": row["language"],
            **{name: found.get(row["document"], 0) for name, found in columns.items()},
        }
        for row in chosen.to_dict("records")
    ]
    place = f" in {content.origin.folder}" if content.origin else ""
    open_sources = int((content.sources["unconfirmed"] != "").sum())
    others = [f"{counted(len(content.sources), 'source')} ({open_sources} with unconfirmed fields)"]
    others += [
        f"{name} {len(getattr(content, name.replace('-', '')))}"
        for name in ("evidence", "notices", "terms", "people", "sign-offs", "waivers", "rules")
    ]
    first = str(chosen["document"].iloc[0]) if known else "PAGE"
    return {
        "caption": f"{counted(known, 'page') if known else 'No pages'}{place}",
        "pages": pages,
        "more": f"And {known - len(chosen)} more pages." if known > len(chosen) else "",
        "others": f"Rows of the other tables: {', '.join(others)}.",
        "next": f'What is wrong with it: check(content, ["{first}"]). '
        f'The page: assemble(content, "{first}").',
    }


class GivenContent(Content):
    """The tables that a build gives a run: each is typed, and noted, when it is first taken.

    Nothing is typed that the notebook does not use: of the judges' many phrases a page shows none.
    """

    __slots__ = ("_loaded", "_rows")

    _loaded: Callable[[str], Any]
    _rows: Callable[[str, str], list[dict[str, Any]]]

    @staticmethod
    def of(
        load: Callable[[str], Any],
        rows: Callable[[str, str], list[dict[str, Any]]],
        schemas: Mapping[str, Schema],
    ) -> GivenContent:
        """Return what `load` returns for the name of a table, and for ``origin``.

        And what `rows` returns for a table, and for one page of it, while nobody has taken the
        DataFrame: to make one, and rows of it again, takes longer than what is done with them.
        """
        given = object.__new__(GivenContent)
        for name, value in (("_loaded", load), ("_rows", rows), ("schemas", schemas)):
            object.__setattr__(given, name, value)
        return given

    def rows(self, table: str, document: str = "") -> list[dict[str, Any]]:
        """Return the rows of a table, or those that one page has of it, not to be changed."""
        try:
            object.__getattribute__(self, table)
        except AttributeError:
            if table in _TABLE_NAMES:
                record_dependency("table", table)
                return self._rows(table, document)
        return super().rows(table, document)  # somebody may have changed the DataFrame

    def __getattribute__(self, name: str) -> Any:
        if name in _TABLE_NAMES:
            record_dependency("table", name)
        elif name == "origin":
            for table in TABLES:
                record_dependency("table", table)
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        if name in _TABLE_NAMES or name == "origin":
            object.__setattr__(self, name, self._loaded(name))
            return object.__getattribute__(self, name)
        return super().__getattr__(name)


_TABLE_NAMES = frozenset(TABLES)


def empty_content() -> Content:
    """Return a Content with the shipped schema and no rows."""
    schemas = shipped_schemas()
    frames: dict[str, Any] = {table: _frame(schemas[table], []) for table in TABLES}
    return Content(**frames, schemas=schemas)


def frame_of(table: str, rows: list[dict[str, Any]], content: Content) -> pd.DataFrame:
    """Return rows as a typed DataFrame with the columns of a table of `content`.

    A column that a row does not name is empty; None is empty too.
    """
    schema = content.schemas[table]
    booleans = schema.typed("boolean")
    texts = [
        tuple(cell_text(row.get(name), boolean=name in booleans) for name in schema.columns)
        for row in rows
    ]
    return _frame(schema, texts)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, each a dictionary of its cells by column.

    None where a number or a boolean is empty. As ``frame.to_dict("records")``, in a fraction of
    its time.
    """
    names = [str(name) for name in frame.columns]
    columns = [_listed(column) for _, column in frame.items()]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _listed(column: pd.Series[Any]) -> list[Any]:
    cells = column.tolist()
    if column.dtype in ("Int64", "boolean"):
        return [None if cell is pd.NA else cell for cell in cells]
    return cells


def typed_frame(schema: Schema, read: Sequence[Line]) -> pd.DataFrame:
    """Return the rows that were read of a table as a typed DataFrame, by key."""
    return _frame(schema, [row.cells for row in read])


def _frame(schema: Schema, rows: list[Row]) -> pd.DataFrame:
    ordered = _by_key(schema, rows)
    frame = pd.DataFrame(ordered, columns=list(schema.columns), dtype=str)
    for name in schema.typed("integer"):
        frame[name] = pd.array([int(cell) if cell else None for cell in frame[name]], "Int64")
    for name in schema.typed("boolean"):
        frame[name] = pd.array([_BOOLEANS.get(cell) for cell in frame[name]], "boolean")
    return frame


_BOOLEANS = {"true": True, "false": False}


def _by_key(schema: Schema, rows: list[Row]) -> list[Row]:
    return [row for _, row in sorted(zip(schema.keys_of(rows), rows, strict=True))]


def typed_rows(schema: Schema, read: Sequence[Line], document: str = "") -> list[dict[str, Any]]:
    """Return what `rows_of` does of the `typed_frame` of rows; those of one page, or all."""
    texts = [line.cells for line in read]
    if document:
        place = schema.columns.index("document")
        texts = [cells for cells in texts if cells[place] == document]
    rows: list[dict[str, Any]] = [
        dict(zip(schema.columns, cells, strict=True)) for cells in _by_key(schema, texts)
    ]
    for name in schema.typed("integer"):
        for row in rows:
            row[name] = int(row[name]) if row[name] else None
    for name in schema.typed("boolean"):
        for row in rows:
            row[name] = _BOOLEANS.get(row[name])
    return rows


def cell_text(cell: Any, *, boolean: bool) -> str:
    """Return a typed cell as the text of its file."""
    if cell is None or cell is pd.NA or cell != cell:
        return ""
    return str(cell).lower() if boolean else str(cell)
