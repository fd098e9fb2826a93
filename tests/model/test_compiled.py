"""The compiled descriptor: never valid where frictionless finds a fault; known where it is ours."""

from __future__ import annotations

import copy
import csv
import datetime
from typing import Any

import pytest
from frictionless import Resource
from frictionless import Schema as TableSchema
from hypothesis import example, given
from hypothesis import strategies as st

from ketcontent.model.compiled import plainly_valid
from ketcontent.model.schema import Schema, read_schemas
from tests.conftest import ROOT

CELLS = st.one_of(
    st.sampled_from(
        ["", " ", "a", "a-b", "A", "-", "0", "-1", "+1", "01", "1.0", "12", "true", "True", "false"]
    ),
    st.sampled_from(["2026-01-31", "2026-02-30", "1899-12-31", "31.1.2026", "2026-1-1", "a\n"]),
    st.sampled_from(["9223372036854775807", "9223372036854775808", "\u202e", "é", "x" * 30]),
    st.text(max_size=4),
)
CONSTRAINTS: dict[str, st.SearchStrategy[Any]] = {
    "required": st.booleans(),
    "pattern": st.sampled_from(["^[a-z]+$", "[0-9]{1,2}", "a|b-c", "^$|^x", "^w[0-9]+:"]),
    "enum": st.lists(st.sampled_from(["a", "b", "12", "true"]), min_size=1, unique=True),
    "minLength": st.integers(0, 3),
    "maxLength": st.integers(0, 5),
}
FIELDS = st.one_of(
    st.fixed_dictionaries({}, optional=CONSTRAINTS).map(
        lambda constraints: {"type": "string", "constraints": constraints}
    ),
    st.fixed_dictionaries(
        {}, optional={"required": st.booleans(), "minimum": st.integers(-2, 2)}
    ).map(lambda constraints: {"type": "integer", "constraints": constraints}),
    st.fixed_dictionaries(
        {}, optional={"required": st.booleans(), "minimum": st.just("1900-01-01")}
    ).map(lambda held: {"type": "date", "format": "%Y-%m-%d", "constraints": held}),
    st.just({"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]}),
)


def schema_of(*fields: dict[str, Any], **more: Any) -> Schema:
    named = [{"name": f"c{place}", **field} for place, field in enumerate(fields)]
    descriptor = {"fields": named, "primaryKey": ["c0"], **more}
    columns = tuple(field["name"] for field in named)
    return Schema("made", columns, ("c0",), {field["name"]: field for field in named}, descriptor)


def frictionless_finds_a_fault(schema: Schema, rows: list[tuple[str, ...]]) -> bool:
    descriptor = copy.deepcopy(dict(schema.descriptor))
    for field in descriptor["fields"]:  # as the library gives patterns to frictionless: closed
        if "pattern" in (held := field.get("constraints", {})):
            held["pattern"] = rf"(?:{held['pattern']})\Z"
    made = TableSchema.from_descriptor(descriptor)
    data = [list(schema.columns), *map(list, rows)]
    with Resource(name="made", data=data, schema=made) as resource:
        return any(row.errors for row in resource.row_stream)


@given(FIELDS, st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
@example({"type": "string", "constraints": {"pattern": "[0-9]{1,2}"}}, [("a", "123")])
@example({"type": "string", "constraints": {"pattern": "a|b-c"}}, [("a", "ax")])
@example({"type": "string"}, [("a", ""), ("a", "")])
def test_what_is_plainly_valid_has_no_fault_for_frictionless(
    field: dict[str, Any], rows: list[tuple[str, str]]
) -> None:
    schema = schema_of({"type": "string"}, field)
    if plainly_valid(schema, rows):
        assert not frictionless_finds_a_fault(schema, list(rows))


def plainly_written(field: dict[str, Any], cell: str) -> bool:
    """Whether a cell that frictionless takes is written as it would be written back."""
    match field["type"] if cell else "":
        case "integer":
            return cell == str(int(cell)) and abs(int(cell)) < 2**63
        case "date":
            return cell == datetime.datetime.strptime(cell, "%Y-%m-%d").date().isoformat()
        case "boolean":
            return cell in ("true", "false")
    return True


@given(FIELDS, CELLS)
def test_a_cell_that_frictionless_takes_and_that_is_plainly_written_is_valid(
    field: dict[str, Any], cell: str
) -> None:
    schema = schema_of({"type": "string"}, field)
    if not frictionless_finds_a_fault(schema, [("a", cell)]) and plainly_written(field, cell):
        assert plainly_valid(schema, [("a", cell)])


def different_fields() -> list[Any]:
    """Each field of our own tables that demands something else than those before."""
    found: dict[str, Any] = {}
    for table, schema in read_schemas(ROOT / "data").items():
        for name, said in schema.fields.items():
            field = {key: one for key, one in said.items() if key not in ("name", "description")}
            found.setdefault(str(field), pytest.param(field, id=f"{table}.{name}"))
    return list(found.values())


@pytest.mark.slow
@pytest.mark.parametrize("field", different_fields())
@given(data=st.data())
def test_of_our_own_tables_it_takes_the_cells_that_frictionless_takes_and_no_other(
    field: dict[str, Any], data: st.DataObject
) -> None:
    held = field.get("constraints", {})
    ways = [CELLS, st.sampled_from(held.get("enum", [""]))]
    if "pattern" in held:
        ways += [st.from_regex(held["pattern"]), st.text("aA1-\x00\x85\u202e\n ", max_size=70)]
    cell = data.draw(st.one_of(ways))
    schema = schema_of({"type": "string"}, field)
    taken = not frictionless_finds_a_fault(schema, [("a", cell)]) and plainly_written(field, cell)
    assert plainly_valid(schema, [("a", cell)]) == taken


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(schema_of({"type": "number"}), id="type"),
        pytest.param(schema_of({"type": "string", "format": "uri"}), id="format"),
        pytest.param(schema_of({"constraints": {"unique": True}}), id="constraint"),
        pytest.param(schema_of({"type": "date", "format": "%d.%m.%Y"}), id="format of days"),
        pytest.param(schema_of({"type": "integer", "bareNumber": False}), id="property"),
        pytest.param(schema_of({"type": "string"}, missingValues=["-"]), id="missing values"),
        pytest.param(schema_of({"type": "string"}, uniqueKeys=[["c0"]]), id="unique keys"),
        pytest.param(schema_of({"constraints": {"pattern": "("}}), id="no pattern"),
        pytest.param(schema_of({"constraints": {"pattern": 1}}), id="a number for a pattern"),
        pytest.param(schema_of({"constraints": {"pattern": ""}}), id="an empty pattern"),
        pytest.param(schema_of({"constraints": {"maxLength": "5"}}), id="a text for a length"),
        pytest.param(schema_of({"constraints": {"minLength": True}}), id="true for a length"),
        pytest.param(schema_of({"constraints": {"required": "no"}}), id="a text for true"),
        pytest.param(schema_of({"constraints": {"enum": "12"}}), id="a text for a list"),
        pytest.param(schema_of({"constraints": {"enum": [["1"]]}}), id="lists in a list"),
        pytest.param(schema_of({"constraints": ["required"]}), id="a list of constraints"),
        pytest.param(schema_of({"type": "integer", "constraints": {"minimum": 0.5}}), id="half"),
        pytest.param(schema_of({"trueValues": ["true"], "falseValues": ["false"]}), id="no truth"),
        pytest.param(schema_of({"title": 5}), id="a number for a title"),
        pytest.param(schema_of({"example": "x"}), id="an example"),
        pytest.param(schema_of({"name": "c0"}, {"name": "c0"}), id="a column twice"),
        pytest.param(schema_of({}, primaryKey=["c9"]), id="a key of no column"),
        pytest.param(
            schema_of({}, foreignKeys=[{"fields": ["c9"], "reference": {}}]), id="a link of none"
        ),
    ],
)
def test_what_is_not_known_of_table_schema_is_never_taken_for_valid(schema: Schema) -> None:
    assert not plainly_valid(schema, [("1",)])


@pytest.mark.parametrize("table", sorted(read_schemas(ROOT / "data")))
def test_every_shipped_table_is_known_to_be_valid_without_frictionless(table: str) -> None:
    schema = read_schemas(ROOT / "data")[table]
    with (ROOT / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = [tuple(row) for row in csv.reader(file)]
    assert rows[0] == schema.columns
    assert plainly_valid(schema, rows[1:])
