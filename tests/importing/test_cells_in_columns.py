"""No cell of a table changes its column on its way in: that would be the dose of another drug."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketcontent.importing import supplied_from
from ketcontent.text import split_cells

NAMES = "Name            Dose   When"
NARROW = "                two    nightly"
LONG = "Very long name of medicine  three  weekly"


def table_of(name: str, text: str) -> list[tuple[str, ...]]:
    page = supplied_from(Path(name), text.encode()).page
    return [split_cells(one.text) for one in page.blocks if one.form in ("header", "row")]


@pytest.mark.parametrize("lines", [[NAMES, NARROW, LONG], [NAMES, LONG, NARROW]])
def test_a_row_that_could_stand_in_two_columns_of_spaces_is_set_in_neither(
    lines: list[str],
) -> None:
    found = table_of("page.txt", "\n".join(["Times", "", *lines]))
    assert found[0] == ("Name", "Dose", "When")
    for row in found[1:]:
        assert row in [("", "two", "nightly"), ("Very long name of medicine", "three", "weekly")]
    said = " ".join(
        one.text
        for one in supplied_from(
            Path("page.txt"), "\n".join(["Times", "", *lines]).encode()
        ).page.blocks
    )
    assert [one for one in ("two", "nightly", "three", "weekly") if one not in said] == []


def test_two_cells_under_one_column_are_not_set_in_it_both() -> None:
    lines = [LONG, "Rest                        six    daily", "Tea  green"]
    page = supplied_from(Path("page.txt"), "\n".join(["Times", "", *lines]).encode()).page
    assert page.blocks[-1].text == "Tea  green"
    assert [len(split_cells(one.text)) for one in page.blocks if one.form == "row"] == [3, 3]


def test_a_wider_row_ends_a_table_where_any_row_before_it_would_be_in_doubt() -> None:
    lines = [
        "Drug        Adult       Child       Baby",
        "            two         three",
        "                        five        six",
        "Something long  one     four        nine",
    ]
    assert table_of("page.txt", "\n".join(["Times", "", *lines])) == [
        ("Drug", "Adult", "Child", "Baby"),
        ("", "two", "three", ""),
        ("", "", "five", "six"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["Drug\tAdult\tChild", "Tea\tone\ttwo", "\tthree\tfour", "Rest\t\tfive"],
        ["\tDrug\tAdult\tChild", "\tTea\tone\ttwo", "\t\tthree\tfour", "\tRest\t\tfive"],
        ["Drug | Adult | Child", "Tea | one | two", " | three | four", "Rest | | five"],
        ["| Drug | Adult | Child |", "| Tea | one | two |", "| | three | four", "Rest | | five |"],
    ],
)
def test_an_empty_first_cell_leaves_the_others_in_their_columns(lines: list[str]) -> None:
    assert table_of("page.txt", "\n".join(["Times", "", *lines])) == [
        ("Drug", "Adult", "Child"),
        ("Tea", "one", "two"),
        ("", "three", "four"),
        ("Rest", "", "five"),
    ]


def test_a_cell_spans_as_many_columns_as_begin_below_it() -> None:
    head = "<tr><th rowspan=2>A<th colspan=3>B<th rowspan=2>C<tr><th>x<th>y<th>z"
    found = table_of("page.html", f"<p>Before.<table>{head}<tr><td>a<td colspan=3>b<td>c</table>")
    assert found == [
        ("A", "B", "", "", "C"),
        ("", "x", "y", "z", ""),
        ("a", "b", "", "", "c"),
    ]
    wide = "<tr><th>A<th colspan=900>B<tr><td>a<td colspan=900>b"
    assert table_of("page.html", f"<p>Before.<table>{wide}</table>") == [("A", "B"), ("a", "b")]
