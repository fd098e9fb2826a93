"""The tables that a build gives its runs: read sooner, and the same as any other reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketcontent.model.content import rows_of
from ketcontent.model.csv_text import format_csv, read_sound, scan_csv
from ketcontent.model.schema import TABLES, shipped_schemas
from ketcontent.model.store import read_content, read_given
from ketcontent.pages import assemble
from tests.conftest import ROOT

DATA = ROOT / "data"
SCHEMA = shipped_schemas()["terms"]
CELLS = st.text('a,"\n\r \u2028\x00é', max_size=4) | st.just("x" * 140_000)


def no_quote(line: int, cell: int) -> None:
    pytest.fail(f"a stray quotation mark in cell {cell} of line {line}")


@given(st.lists(st.tuples(*[CELLS] * len(SCHEMA.columns)), max_size=3))
def test_what_was_written_is_read_as_by_the_scanner_that_looks_for_faults(rows: list):
    data = format_csv(SCHEMA, dict(enumerate(rows)))
    assert read_sound(data, SCHEMA) in (scan_csv(data.decode(), no_quote)[1:], [])
    if all(len(cell) < 9 for row in rows for cell in row):
        assert len(read_sound(data, SCHEMA)) == len(rows)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="no file"),
        pytest.param(b"", id="an empty one"),
        pytest.param(b"term,language\nAB,en\n", id="other columns"),
        pytest.param(b"\xff" + format_csv(SCHEMA, {}), id="no UTF-8"),
        pytest.param(format_csv(SCHEMA, {0: ("a",)}), id="a short line"),
        pytest.param(format_csv(SCHEMA, {}) + b'"a"b,c\n', id="a stray quotation mark"),
        pytest.param(format_csv(SCHEMA, {}) + b"\n", id="a blank line"),
    ],
)
def test_what_nobody_wrote_so_is_left_to_the_reader_that_names_faults(data: bytes | None):
    assert read_sound(data, SCHEMA) == []


def test_rows_are_those_of_the_tables_with_and_without_a_frame():
    read, content = read_content(DATA), read_given(DATA)
    for table in TABLES:
        expected = rows_of(getattr(read, table))
        assert content.rows(table) == read.rows(table) == expected
        if "document" in getattr(read, table):
            own = [row for row in expected if row["document"] == "ketamine"]
            assert content.rows(table, "ketamine") == read.rows(table, "ketamine") == own
        assert rows_of(getattr(content, table)) == expected


def test_a_frame_that_a_notebook_changed_is_what_its_page_is_made_of():
    content = read_given(DATA)
    content.documents.loc[0, "title"] = "Another name"
    assert assemble(content, "ketamine").title == "Another name"
